-- title: Logging or trust tampered with
-- question: Who turned off a log, exempted a mailbox from it, or changed what the tenant trusts?
-- area: Privilege
-- tables: m365.exchange, entra.directory_audits
-- permissions: ActivityFeed.Read, AuditLog.Read.All
-- parameter: since time = 7d; changes from then on
-- hit: Somebody does not want to be seen, or wants to come back. Undo it first; then look at what was done in the dark.
-- false positives: A migration that federates a domain, a service account that is exempted because it floods the log.
-- mitre: T1562.008 T1484.002
-- references: https://learn.microsoft.com/en-us/purview/audit-mailboxes
--   https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
WITH cmdlets AS (
    SELECT id, creation_time, user_name, client_address, operation,
           coalesce(kv(parameters, 'Identity'), object_id) AS object,
           kv(parameters, 'AuditBypassEnabled') AS bypass,
           kv(parameters, 'AuditEnabled') AS audit_enabled,
           kv(parameters, 'AuditDisabled') AS audit_disabled,
           kv(parameters, 'UnifiedAuditLogIngestionEnabled') AS unified
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('Set-MailboxAuditBypassAssociation', 'Set-Mailbox', 'Set-OrganizationConfig', 'Set-AdminAuditLogConfig',
                        'Remove-UnifiedAuditLogRetentionPolicy', 'Disable-AntiPhishRule', 'Remove-AntiPhishPolicy',
                        'Disable-SafeLinksRule', 'Remove-SafeLinksPolicy', 'Disable-SafeAttachmentRule',
                        'Remove-DkimSigningConfig', 'Disable-MalwareFilterRule')
)
SELECT creation_time AS time, user_name AS by_user, client_address AS from_address, operation AS action, object, id
FROM cmdlets
WHERE lower(bypass) = 'true'
   OR lower(audit_enabled) = 'false'
   OR lower(audit_disabled) = 'true'
   OR lower(unified) = 'false'
   OR operation LIKE 'Remove-%'
   OR operation LIKE 'Disable-%'
UNION ALL
SELECT activity_date_time,
       coalesce(initiated_by.user.user_principal_name, initiated_by.app.display_name),
       initiated_by.user.ip_address,
       activity_display_name,
       target_resources[1].display_name,
       id
FROM entra.directory_audits
WHERE activity_date_time >= :since
  AND activity_display_name IN ('Set domain authentication', 'Set federation settings on domain', 'Add unverified domain',
                                'Add verified domain', 'Set company information', 'Disable Strong Authentication')
  AND result = 'success'
ORDER BY time;
