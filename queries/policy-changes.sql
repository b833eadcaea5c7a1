-- title: Policies that were loosened
-- question: Who changed whom or what a Conditional Access policy is about, or what it asks for, turned one off or deleted it, and
--   what was it before?
-- area: MFA and Conditional Access
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; changes from then on
-- hit: A hole in a policy, with who made it; under what stands which part is another. Compare it with your change requests, and
--   undo it.
-- false positives: A change that was agreed on, or that makes a policy stricter: the query does not weigh them; emergency
--   accounts that are excluded on purpose.
-- mitre: T1556.009 T1562.007
-- references: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
WITH changes AS (
    SELECT id, activity_date_time, activity_display_name, initiated_by, t.target.display_name AS policy,
           c.change.display_name AS property,
           c.change.old_value AS old_value,
           c.change.new_value AS new_value
    FROM entra.directory_audits
    LEFT JOIN LATERAL unnest(target_resources) AS t(target) ON true
    LEFT JOIN LATERAL unnest(t.target.modified_properties) AS c(change) ON true
    WHERE activity_date_time >= :since
      AND logged_by_service = 'Conditional Access'
      AND result = 'success'
),
compared AS (
    -- What of a policy that there was before is another now, or is gone.
    SELECT *,
           CASE WHEN activity_display_name ILIKE 'delete%policy' THEN 'deleted'
                WHEN property ILIKE 'exclude%' THEN property
                WHEN property = 'ConditionalAccessPolicy' AND old_value LIKE '{%' THEN nullif(concat_ws(', ',
                    CASE WHEN old_value ->> 'state' = 'enabled' AND (new_value ->> 'state' IS DISTINCT FROM 'enabled')
                         THEN 'state' END,
                    CASE WHEN old_value -> 'conditions' ->> 'users' IS DISTINCT FROM new_value -> 'conditions' ->> 'users'
                         THEN 'users' END,
                    CASE WHEN old_value -> 'conditions' ->> 'applications'
                              IS DISTINCT FROM new_value -> 'conditions' ->> 'applications'
                         THEN 'applications' END,
                    CASE WHEN old_value -> 'conditions' ->> 'locations' IS DISTINCT FROM new_value -> 'conditions' ->> 'locations'
                         THEN 'locations' END,
                    CASE WHEN old_value ->> 'grantControls' IS DISTINCT FROM new_value ->> 'grantControls'
                         THEN 'grantControls' END), '')
           END AS what
    FROM changes
)
SELECT activity_date_time,
       activity_display_name,
       initiated_by.user.user_principal_name AS by_user,
       initiated_by.user.ip_address AS from_address,
       policy,
       what,
       property,
       old_value,
       new_value,
       id
FROM compared
WHERE what IS NOT NULL
ORDER BY activity_date_time;
