-- title: Powerful permissions of applications
-- question: Which application was given an app role that reaches all mailboxes, all files or the directory itself, and by whom?
-- area: Applications
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 30d; grants from then on
-- parameter: roles text = ^(Mail\.|MailboxSettings\.|full_access_as_app|Files\.Read|Sites\.(Full|Read|Manage)|Directory\.ReadWrite|RoleManagement\.|AppRoleAssignment\.|Application\.ReadWrite|User\.ReadWrite\.All|EWS\.); a pattern of app roles that matter
-- hit: The application can use it without any user. Compare it with your change requests; if nobody asked for it, remove the
--   assignment and the application's keys. A record that names no role is shown as well.
-- false positives: A backup, an archive or an identity tool that was set up on purpose.
-- mitre: T1098.003
-- references: https://learn.microsoft.com/en-us/graph/permissions-reference
--   https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-compromised-malicious-app
WITH grants AS (
    SELECT id, activity_date_time, initiated_by, t.target
    FROM entra.directory_audits
    LEFT JOIN LATERAL unnest(target_resources) AS t(target) ON true
    WHERE activity_date_time >= :since
      AND activity_display_name = 'Add app role assignment to service principal'
      AND result = 'success'
)
SELECT activity_date_time,
       coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name) AS by_whom,
       initiated_by.user.ip_address AS from_address,
       kv_new(target.modified_properties, 'ServicePrincipal.DisplayName') AS application,
       kv_new(target.modified_properties, 'AppRole.Value') AS app_role,
       target.display_name AS resource,
       id
FROM grants
WHERE coalesce(kv_new(target.modified_properties, 'AppRole.Value') ~ :roles, true)
ORDER BY activity_date_time;
