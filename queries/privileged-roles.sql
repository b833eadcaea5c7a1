-- title: Roles given outside of PIM
-- question: Who was given a role of the directory for good, by whom and from where?
-- area: Privilege
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 30d; assignments from then on
-- parameter: roles text = .; a pattern of roles that matter, such as Global|Privileged|Exchange
-- hit: A role that no activation ends. Ask the one who gave it; an application as the holder is worth a second look. Where the
--   record names no role, it is shown whatever the pattern is.
-- false positives: Emergency accounts, and tenants that do not use PIM: there every assignment is one.
-- mitre: T1098.003
-- references: https://learn.microsoft.com/en-us/entra/id-governance/privileged-identity-management/pim-how-to-use-audit-log
WITH assignments AS (
    SELECT id, activity_date_time, activity_display_name, initiated_by,
           flatten(array_transform(target_resources, t -> t.modified_properties)) AS properties,
           -- The holder and the role are targets in either order; a role may be told by the properties alone.
           array_filter(target_resources, t -> t.type IN ('User', 'ServicePrincipal', 'Group')) AS holders,
           array_filter(target_resources, t -> coalesce(t.type, '') NOT IN ('User', 'ServicePrincipal', 'Group')) AS others
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND (activity_display_name LIKE 'Add member to role outside of PIM%'
           OR activity_display_name = 'Add member to role'
           OR activity_display_name = 'Add scoped member to role'
           OR activity_display_name = 'Add eligible member to role')
      AND result = 'success'
      AND coalesce(initiated_by.app.display_name, '') <> 'MS-PIM'
),
named AS (
    SELECT *,
           coalesce(kv_new(properties, 'Role.DisplayName'), array_filter(others, t -> t.type = 'Role')[1].display_name,
                    others[1].display_name, kv_new(properties, 'Role.WellKnownObjectName'),
                    kv_new(properties, 'Role.TemplateId')) AS role
    FROM assignments
)
SELECT activity_date_time,
       activity_display_name,
       coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name) AS by_whom,
       initiated_by.user.ip_address AS from_address,
       role,
       coalesce(holders[1].user_principal_name, holders[1].display_name, holders[1].id) AS holder,
       holders[1].type AS kind_of_holder,
       id
FROM named
WHERE coalesce(role ~* :roles, true)
ORDER BY activity_date_time;
