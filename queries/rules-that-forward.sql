-- Rules that send mail out: of one mailbox (New-InboxRule, Set-InboxRule, Set-Mailbox) or of the whole organisation.
WITH settings AS (
    SELECT id, creation_time, user_name, client_address, operation, object_id, unnest(parameters) AS setting
    FROM m365.exchange
    WHERE record_type = 1
      AND operation IN ('New-InboxRule', 'Set-InboxRule', 'Set-Mailbox', 'New-TransportRule', 'Set-TransportRule')
      AND creation_time >= now() - INTERVAL '7 days'
)
SELECT creation_time, user_name, client_address, operation, object_id, setting.name AS setting, setting.value AS target
FROM settings
WHERE setting.name IN
      ('ForwardTo', 'ForwardAsAttachmentTo', 'RedirectTo', 'ForwardingSmtpAddress', 'ForwardingAddress', 'BlindCopyTo')
  AND setting.value <> ''
ORDER BY creation_time;
