-- title: Roles given outside of PIM
-- question: Who was given a role of the directory for good, by whom and from where?
-- area: Privilege
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 30d; assignments from then on
-- parameter: roles text = .; a pattern of roles that matter, such as Global|Privileged|Exchange
-- hit: A role that no activation ends. Ask the one who gave it; an application as the holder is worth a second look.
-- false positives: Emergency accounts, and tenants that do not use PIM: there every assignment is one.
-- mitre: T1098.003
-- references: https://learn.microsoft.com/en-us/entra/id-governance/privileged-identity-management/pim-how-to-use-audit-log
SELECT activity_date_time,
       activity_display_name,
       coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name) AS by_whom,
       initiated_by.user.ip_address AS from_address,
       coalesce(kv_new(target_resources[1].modified_properties, 'Role.DisplayName'), target_resources[1].display_name) AS role,
       coalesce(target_resources[2].user_principal_name, target_resources[2].display_name,
                target_resources[1].user_principal_name) AS holder,
       coalesce(target_resources[2].type, target_resources[1].type) AS kind_of_holder,
       id
FROM entra.directory_audits
WHERE activity_date_time >= :since
  AND (activity_display_name LIKE 'Add member to role outside of PIM%'
       OR activity_display_name = 'Add member to role'
       OR activity_display_name = 'Add eligible member to role')
  AND result = 'success'
  AND coalesce(initiated_by.app.display_name, '') <> 'MS-PIM'
  AND coalesce(kv_new(target_resources[1].modified_properties, 'Role.DisplayName'), target_resources[1].display_name) ~* :roles
ORDER BY activity_date_time;
