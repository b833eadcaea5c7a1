-- title: Accounts that came, were powerful and were gone
-- question: Which account was made, given a role or let into a group, and deleted or disabled within a day?
-- area: Privilege
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 30d; accounts that were made from then on
-- parameter: within span = 24h; how soon they are gone
-- hit: Somebody worked by an account that nobody was to find. See what it did while it was there (user-timeline), and who made it.
-- false positives: A trial of how accounts are made. One that was given nothing is left out.
-- mitre: T1136.003 T1098.003 T1070
-- references: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
WITH changes AS (
    SELECT activity_date_time,
           activity_display_name,
           initiated_by.user.ip_address AS from_address,
           coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name) AS by_whom,
           coalesce(kv_new(flatten(array_transform(target_resources, t -> t.modified_properties)), 'Role.DisplayName'),
                    kv_new(flatten(array_transform(target_resources, t -> t.modified_properties)), 'Group.DisplayName'),
                    array_filter(target_resources, t -> coalesce(t.type, '') <> 'User')[1].display_name) AS what,
           unnest(target_resources) AS target
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND activity_display_name IN ('Add user', 'Delete user', 'Hard Delete user', 'Disable account', 'Add member to role',
                                    'Add eligible member to role', 'Add scoped member to role', 'Add member to role outside of PIM (permanent)',
                                    'Add member to group', 'Add owner to group')
      AND result = 'success'
),
new_accounts AS (
    SELECT target.id AS id, target.user_principal_name AS account, activity_date_time AS made, by_whom, from_address
    FROM changes
    WHERE activity_display_name = 'Add user' AND coalesce(target.type, 'User') = 'User'
),
removals AS (
    SELECT target.id AS id, activity_date_time AS gone
    FROM changes
    WHERE activity_display_name IN ('Delete user', 'Hard Delete user', 'Disable account')
),
powers AS (
    SELECT target.id AS id, activity_date_time AS given, what
    FROM changes
    WHERE activity_display_name LIKE 'Add % to %' AND coalesce(target.type, 'User') = 'User'
)
SELECT a.made,
       a.by_whom,
       a.from_address,
       a.account,
       array_agg(DISTINCT p.what ORDER BY p.what) AS was_given,
       min(r.gone) AS gone,
       min(r.gone) - a.made AS after,
       a.id AS user_id
FROM new_accounts AS a
JOIN removals AS r ON r.id = a.id AND r.gone BETWEEN a.made AND a.made + :within
JOIN powers AS p ON p.id = a.id AND p.given BETWEEN a.made AND r.gone
GROUP BY a.made, a.by_whom, a.from_address, a.account, a.id
ORDER BY a.made;
