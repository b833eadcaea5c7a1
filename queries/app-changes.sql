-- title: Applications that changed hands
-- question: Who became owner of an application, or changed where it sends tokens or whom it trusts?
-- area: Applications
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 30d; changes from then on
-- hit: An owner can give the application secrets, and a reply address of one's own receives its tokens. Compare with your change
--   requests.
-- false positives: A team that hands an application over; a developer who adds localhost.
-- mitre: T1098.001 T1550.001
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-compromised-malicious-app
WITH changes AS (
    SELECT id, activity_date_time, activity_display_name, initiated_by,
           flatten(array_transform(target_resources, t -> t.modified_properties)) AS properties,
           -- Beside the application stands its new owner, before or behind it.
           coalesce(array_filter(target_resources, t -> coalesce(t.type, '') <> 'User')[1].display_name,
                    target_resources[1].display_name) AS target_name
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND activity_display_name IN ('Add owner to application', 'Add owner to service principal', 'Update application',
                                    'Add policy to service principal', 'Add verified publisher')
      AND result = 'success'
)
SELECT activity_date_time,
       activity_display_name,
       coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name) AS by_whom,
       initiated_by.user.ip_address AS from_address,
       coalesce(kv_new(properties, 'Application.DisplayName'), target_name) AS application,
       kv_old(properties, 'AppAddress') AS old_addresses,
       kv_new(properties, 'AppAddress') AS new_addresses,
       id
FROM changes
WHERE activity_display_name <> 'Update application'
   OR kv_new(properties, 'AppAddress') IS NOT NULL
   OR kv_new(properties, 'FederatedIdentityCredentials') IS NOT NULL
ORDER BY activity_date_time;
