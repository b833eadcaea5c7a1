-- title: What an application read after consent
-- question: Which application read mail or touched files after somebody consented to it, of how many mailboxes and sites?
-- area: Applications
-- tables: entra.directory_audits, m365.exchange, m365.sharepoint
-- permissions: ActivityFeed.Read, AuditLog.Read.All
-- parameter: since time = 7d; both from then on
-- parameter: admin boolean = false; applications that an administrator consented to as well
-- hit: Consent was used. Remove the grant and the service principal, and tell the owners of the mailboxes; which messages it were
--   says mails-read with the addresses that stand here.
-- false positives: A mail program that somebody really uses. Consents of administrators are left out unless asked for. A consent from
--   before the feed's week is found with an earlier since on exported files.
-- mitre: T1528 T1114.002
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-app-consent
--   https://learn.microsoft.com/en-us/purview/audit-log-investigate-accounts
WITH consents AS (
    SELECT activity_date_time, initiated_by, unnest(target_resources) AS target
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND activity_display_name = 'Consent to application'
      AND result = 'success'
),
names AS (
    SELECT activity_date_time,
           initiated_by.user.user_principal_name AS consented_by,
           target.display_name AS application,
           unnest(regexp_extract_all(lower(kv_new(target.modified_properties, 'TargetId.ServicePrincipalNames')),
                                     '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 0)) AS app_id
    FROM consents
    WHERE :admin OR lower(coalesce(kv_new(target.modified_properties, 'ConsentContext.IsAdminConsent'), 'false')) <> 'true'
),
uses AS (
    SELECT id, creation_time, operation, client_address,
           coalesce(mailbox_owner_upn, user_name) AS place,
           lower(coalesce(app_access_context.client_app_id, nullif(client_app_id, ''), app_id)) AS app_id,
           coalesce(operation_count, 1) AS items
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type IN (2, 3, 50)
    UNION ALL
    SELECT id, creation_time, operation, client_address, site_url, lower(app_access_context.client_app_id), 1
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 6
)
SELECT names.application,
       names.consented_by,
       min(names.activity_date_time) AS consented,
       uses.operation,
       count(DISTINCT uses.place) AS mailboxes_or_sites,
       sum(uses.items) AS items,
       min(uses.creation_time) AS first,
       max(uses.creation_time) AS last,
       array_agg(DISTINCT uses.client_address ORDER BY uses.client_address) AS addresses,
       names.app_id
FROM names
JOIN uses ON uses.app_id = names.app_id AND uses.creation_time >= names.activity_date_time
GROUP BY names.application, names.consented_by, names.app_id, uses.operation
ORDER BY first;
