-- title: Policies that were loosened
-- question: Who excluded somebody from a Conditional Access policy, or turned one off, and what was it before?
-- area: MFA and Conditional Access
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; changes from then on
-- hit: A hole in a policy, with who made it. Compare it with your change requests, and undo it.
-- false positives: A change that was agreed on; emergency accounts that are excluded on purpose.
-- mitre: T1556.009 T1562.007
-- references: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
WITH targets AS (
    SELECT id, activity_date_time, activity_display_name, initiated_by, unnest(target_resources) AS target
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND logged_by_service = 'Conditional Access'
      AND result = 'success'
),
changes AS (
    SELECT id, activity_date_time, activity_display_name, initiated_by, target.display_name AS policy,
           unnest(target.modified_properties) AS change
    FROM targets
)
SELECT activity_date_time,
       activity_display_name,
       initiated_by.user.user_principal_name AS by_user,
       initiated_by.user.ip_address AS from_address,
       policy,
       change.display_name AS property,
       change.old_value,
       change.new_value,
       id
FROM changes
WHERE change.display_name LIKE 'exclude%'
   OR change.display_name = 'ConditionalAccessPolicy'
      AND ((change.old_value -> 'conditions' -> 'users' ->> 'excludeUsers'
              IS DISTINCT FROM change.new_value -> 'conditions' -> 'users' ->> 'excludeUsers')
           OR (change.old_value -> 'conditions' -> 'users' ->> 'excludeGroups'
              IS DISTINCT FROM change.new_value -> 'conditions' -> 'users' ->> 'excludeGroups')
           OR change.old_value ->> 'state' = 'enabled' AND change.new_value ->> 'state' <> 'enabled')
ORDER BY activity_date_time;
