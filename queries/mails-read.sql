-- title: Which messages were read
-- question: Exactly which messages did an address, a user or a session read?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; reading from then on
-- parameter: ips network[]; the addresses that read
-- parameter: user user?; only this mailbox
-- hit: One row per message, for the report on what was lost. Bind is a message that was opened; Sync is a whole folder, a row
--   without a message: all that were in it count as read. Where throttled is true, more was read than was recorded.
-- false positives: Addresses that the owner of the mailbox uses as well: name only those of the attacker.
-- mitre: T1114.002
-- references: https://learn.microsoft.com/en-us/purview/audit-log-investigate-accounts
WITH reads AS (
    SELECT creation_time, lower(mailbox_owner_upn) AS mailbox_owner_upn, client_address,
           kv(operation_properties, 'MailAccessType') AS access,
           lower(kv(operation_properties, 'IsThrottled')) = 'true' AS throttled,
           folders,
           item.parent_folder.path AS parent
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 50
      AND operation = 'MailItemsAccessed'
      AND ip_in_any(client_address, [:ips])
      AND (:user IS NULL OR lower(mailbox_owner_upn) = :user)
)
SELECT min(creation_time) AS first_read,
       max(creation_time) AS last_read,
       mailbox_owner_upn,
       coalesce(f.folder.path, parent) AS folder,
       m.message.internet_message_id AS message,
       client_address,
       access,
       bool_or(throttled) AS throttled
FROM reads
LEFT JOIN LATERAL unnest(folders) AS f(folder) ON true
LEFT JOIN LATERAL unnest(f.folder.folder_items) AS m(message) ON true
GROUP BY mailbox_owner_upn, coalesce(f.folder.path, parent), m.message.internet_message_id, client_address, access
ORDER BY first_read, message;
