-- title: Far more mail than usual
-- question: Who read or sent far more mail on one day than on all of their other days?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; days from then on, which are compared with one another
-- parameter: at_least integer = 100; messages on one day
-- parameter: times number = 5; how many times the middle of the account's days that is
-- parameter: access text[] = Bind; kinds of reading that count; add Sync for folders that were synchronised
-- hit: A mailbox is emptied, or sends for somebody else. See which messages (mails-read) and what for (inbox-rules).
-- false positives: A newsletter, a mailbox of the whole department. A new laptop that synchronises its mailbox is left out, because
--   it does that by Sync; a thief may as well. Days without mail count as 0 in the middle, from the first
--   day that anybody's mail is of to the last. The feed reaches back a week;
--   exported files and the audit search further.
-- mitre: T1114.002 T1048
-- references: https://learn.microsoft.com/en-us/purview/audit-log-investigate-accounts
WITH days AS (
    SELECT lower(coalesce(mailbox_owner_upn, user_name)) AS mailbox,
           operation,
           date_bin(INTERVAL '1 day', creation_time) AS day,
           sum(coalesce(operation_count, 1)) AS messages,
           array_agg(DISTINCT client_info_string ORDER BY client_info_string) AS clients,
           array_agg(DISTINCT client_address ORDER BY client_address) AS addresses,
           min(creation_time) AS first,
           max(creation_time) AS last
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type IN (2, 50)
      AND (operation = 'Send' OR operation = 'MailItemsAccessed' AND kv(operation_properties, 'MailAccessType') IN (:access))
    GROUP BY 1, 2, 3
),
calendar AS (
    SELECT unnest(generate_series(min(day), max(day), INTERVAL '1 day')) AS day FROM days
),
filled AS (
    SELECT account.mailbox, account.operation, calendar.day, coalesce(days.messages, 0) AS messages
    FROM (SELECT DISTINCT mailbox, operation FROM days) AS account
    CROSS JOIN calendar
    LEFT JOIN days ON days.mailbox = account.mailbox AND days.operation = account.operation AND days.day = calendar.day
),
others AS (
    SELECT d.mailbox,
           d.operation,
           d.day,
           count(other.messages) FILTER (WHERE other.messages > 0) AS days,
           coalesce(median(other.messages), 0) AS usual,
           coalesce(max(other.messages), 0) AS most
    FROM days AS d
    LEFT JOIN filled AS other ON other.mailbox = d.mailbox AND other.operation = d.operation AND other.day <> d.day
    GROUP BY 1, 2, 3
)
SELECT d.mailbox, d.operation, d.day, d.messages, o.days AS other_days, o.usual, o.most, d.clients, d.addresses, d.first, d.last
FROM days AS d
JOIN others AS o ON o.mailbox = d.mailbox AND o.operation = d.operation AND o.day = d.day
WHERE d.messages >= :at_least
  AND d.messages >= :times * o.usual
ORDER BY d.messages DESC;
