-- title: Which messages were read
-- question: Exactly which messages did an address, a user or a session read?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; reading from then on
-- parameter: ips network[]; the addresses that read
-- parameter: user user?; only this mailbox
-- hit: One row per message, for the report on what was lost. Bind is a message that was opened; Sync is a whole folder, so all
--   of its messages count as read. Where throttled is true, more was read than was recorded.
-- false positives: Addresses that the owner of the mailbox uses as well: name only those of the attacker.
-- mitre: T1114.002
-- references: https://learn.microsoft.com/en-us/purview/audit-log-investigate-accounts
WITH reads AS (
    SELECT id, creation_time, mailbox_owner_upn, client_address, client_info_string, session_id,
           kv(operation_properties, 'MailAccessType') AS access,
           kv(operation_properties, 'IsThrottled') AS throttled,
           unnest(folders) AS folder
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 50
      AND operation = 'MailItemsAccessed'
      AND ip_in_any(client_address, [:ips])
      AND (:user IS NULL OR lower(mailbox_owner_upn) = :user)
),
messages AS (
    SELECT id, creation_time, mailbox_owner_upn, client_address, client_info_string, session_id, access, throttled,
           folder.path AS path, unnest(folder.folder_items) AS item
    FROM reads
)
SELECT min(creation_time) AS first_read,
       max(creation_time) AS last_read,
       mailbox_owner_upn,
       path AS folder,
       item.internet_message_id AS message,
       client_address,
       access,
       bool_or(throttled = 'True') AS throttled
FROM messages
GROUP BY mailbox_owner_upn, path, item.internet_message_id, client_address, access
ORDER BY first_read, message;
