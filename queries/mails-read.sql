-- Which mailboxes were read, from where, and how many messages: one line for each address that opened a mailbox.
-- An address that no one else of the tenant uses is the one to look at.
WITH reads AS (
    SELECT creation_time, mailbox_owner_upn, client_address, client_info_string, unnest(folders) AS folder
    FROM m365.exchange
    WHERE record_type = 50
      AND operation = 'MailItemsAccessed'
      AND creation_time >= now() - INTERVAL '7 days'
)
SELECT mailbox_owner_upn,
       client_address,
       count(*) AS reads,
       sum(cardinality(folder.folder_items)) AS messages,
       min(creation_time) AS first,
       max(creation_time) AS last
FROM reads
GROUP BY mailbox_owner_upn, client_address
ORDER BY messages DESC
LIMIT 20;
