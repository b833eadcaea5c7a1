-- title: A new secret, then a sign-in with it
-- question: Who added a secret or a certificate to an application that then signed in from an address that it had not used before?
-- area: Applications
-- tables: entra.directory_audits, entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; secrets from then on
-- parameter: before span = 14d; how far back the application's usual addresses are looked for
-- parameter: within span = 7d; how soon after the secret the sign-in is
-- hit: Somebody signs in as the application. Remove the key, and see what the application may do (app-permissions).
-- false positives: A new server, or a pipeline that moved, on the day its secret was renewed.
-- mitre: T1098.001
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-compromised-malicious-app
WITH changes AS (
    SELECT id, activity_date_time, initiated_by, unnest(target_resources) AS target
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND (activity_display_name LIKE 'Update application – Certificates and secrets management%'
           OR activity_display_name LIKE 'Add service principal credentials%')
      AND result = 'success'
),
secrets AS (
    SELECT id,
           activity_date_time,
           coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name) AS by_whom,
           target.display_name AS application,
           kv_old(target.modified_properties, 'KeyDescription') AS old_keys,
           kv_new(target.modified_properties, 'KeyDescription') AS new_keys
    FROM changes
),
usual AS (
    SELECT DISTINCT service_principal_name, ip_address
    FROM entra.sign_ins
    WHERE array_has(sign_in_event_types, 'servicePrincipal')
      AND created_date_time >= :since - :before
      AND created_date_time < :since
),
uses AS (
    SELECT s.service_principal_name, s.ip_address, min(s.created_date_time) AS first_use, count(*) AS sign_ins
    FROM secrets
    JOIN entra.sign_ins AS s ON s.service_principal_name = secrets.application
    WHERE array_has(s.sign_in_event_types, 'servicePrincipal')
      AND s.created_date_time >= :since
      AND s.status.error_code = 0
      AND s.created_date_time BETWEEN secrets.activity_date_time AND secrets.activity_date_time + :within
    GROUP BY 1, 2
)
SELECT secrets.activity_date_time,
       secrets.by_whom,
       secrets.application,
       secrets.new_keys,
       uses.first_use,
       uses.ip_address,
       uses.sign_ins,
       secrets.id
FROM secrets
JOIN uses ON uses.service_principal_name = secrets.application
WHERE NOT EXISTS (
    SELECT 1 FROM usual
    WHERE usual.service_principal_name = uses.service_principal_name
      AND usual.ip_address = uses.ip_address
)
  AND secrets.new_keys IS DISTINCT FROM secrets.old_keys
ORDER BY secrets.activity_date_time;
