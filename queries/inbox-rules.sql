-- title: Inbox rules that forward or hide
-- question: Which rules of mailboxes send mail out, delete it or put it out of sight, and who made them from where?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; rules from then on
-- parameter: own text[]?; further domains that are one's own
-- hit: A rule like these is how a thief of mail stays unseen. Disable it, keep a copy, and see what was read (mails-read).
-- false positives: People who forward to a mailbox of their own elsewhere; within the domain it is left out. Rules that only delete newsletters are left out unless their
--   name hides or they look for words of money.
-- mitre: T1564.008 T1114.003
-- references: https://learn.microsoft.com/en-us/security/operations/alert-grading-playbook-inbox-manipulation-rules
WITH rules AS (
    SELECT id, creation_time, user_name, client_address, operation, object_id,
           kv(parameters, 'Name') AS name,
           coalesce(kv(parameters, 'ForwardTo'), kv(parameters, 'ForwardAsAttachmentTo'), kv(parameters, 'RedirectTo')) AS sends_to,
           kv(parameters, 'DeleteMessage') AS deletes,
           kv(parameters, 'MoveToFolder') AS moves_to,
           concat_ws(' ', kv(parameters, 'SubjectOrBodyContainsWords'), kv(parameters, 'SubjectContainsWords'),
                     kv(parameters, 'BodyContainsWords')) AS words
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('New-InboxRule', 'Set-InboxRule', 'Enable-InboxRule')
)
SELECT creation_time, user_name, client_address, operation, name, sends_to, deletes, moves_to, words, id
FROM rules
WHERE email_domain(sends_to) <> coalesce(email_domain(user_name), '')
      AND (:own IS NULL OR email_domain(sends_to) NOT IN (:own))
   OR (lower(deletes) = 'true' OR moves_to ~* '(rss|archive|conversation history|junk|deleted|notes)')
      AND (words ~* '(invoice|payment|bank|iban|wire|transfer|payroll|salary|password|phish|hack|fraud|security)'
           OR regexp_replace(name, '[[:punct:][:space:]]', '', 'g') = '')
ORDER BY creation_time;
