-- title: Users who consented to an application
-- question: Who gave an application rights over mail or files, without an administrator, and which?
-- area: Applications
-- tables: entra.directory_audits
-- permissions: AuditLog.Read.All
-- parameter: since time = 30d; consents from then on
-- parameter: scopes text = Mail\.|MailboxSettings\.|Files\.|Sites\.|Notes\.|Contacts\.|full_access; a pattern of scopes that matter
-- parameter: admin boolean = false; consents of administrators as well
-- hit: Consent is how an attack outlives a changed password. Remove the grant and the service principal, then see what it read
--   (after-consent). Where scopes is empty, the record does not name them: look at the grant itself.
-- false positives: A mail program or a calendar that somebody really uses. Consents of administrators are left out unless asked
--   for.
-- mitre: T1528 T1098.003
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-app-consent
WITH consents AS (
    SELECT id,
           activity_date_time,
           initiated_by.user.user_principal_name AS by_user,
           initiated_by.user.ip_address AS from_address,
           t.target.display_name AS application,
           t.target.id AS service_principal_id,
           coalesce(kv_new(t.target.modified_properties, 'ConsentContext.IsAdminConsent'), 'False') AS is_admin,
           -- Old grants => new ones, each with its scopes.
           regexp_replace(kv_new(t.target.modified_properties, 'ConsentAction.Permissions'), '^.*=> *', '') AS grants
    FROM entra.directory_audits
    LEFT JOIN LATERAL unnest(target_resources) AS t(target) ON true
    WHERE activity_date_time >= :since
      AND activity_display_name = 'Consent to application'
      AND result = 'success'
),
granted AS (
    SELECT *, array_to_string(regexp_extract_all(grants, 'Scope: *([^],]*)', 1), ' ') AS scopes
    FROM consents
)
SELECT activity_date_time, by_user, from_address, application, scopes, is_admin, service_principal_id, id
FROM granted
WHERE coalesce(scopes ~ :scopes, true)
  AND (:admin OR lower(is_admin) <> 'true')
ORDER BY activity_date_time;
