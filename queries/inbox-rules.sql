-- title: Inbox rules that forward or hide
-- question: Which rules of mailboxes send mail out, delete it or put it out of sight, and who made them from where?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; rules from then on
-- parameter: own text[]?; further domains that are one's own
-- hit: A rule like these is how a thief of mail stays unseen. Disable it, keep a copy, and see what was read (mails-read).
--   Each recipient counts; outside has the domains that are not one's own, and unknown for one that is written without an
--   address, as contacts and people of one's own are: look it up.
-- false positives: People who forward to a mailbox of their own elsewhere; within the domain it is left out, if the address stands
--   there. Rules that only delete newsletters are left out unless their name hides or they look for words of money.
-- mitre: T1564.008 T1114.003
-- references: https://learn.microsoft.com/en-us/security/operations/alert-grading-playbook-inbox-manipulation-rules
WITH changes AS (
    SELECT id, creation_time, user_name, client_address, operation,
           coalesce(kv(parameters, 'Name'), kv(operation_properties, 'RuleName')) AS name,
           -- Outlook's own rules come as one text of JSON, and their recipients in it.
           kv(operation_properties, 'RuleActions') AS actions,
           concat_ws('; ', nullif(kv(parameters, 'ForwardTo'), ''), nullif(kv(parameters, 'ForwardAsAttachmentTo'), ''),
                     nullif(kv(parameters, 'RedirectTo'), '')) AS recipients,
           kv(parameters, 'DeleteMessage') AS delete_message,
           kv(parameters, 'MoveToFolder') AS move_to,
           concat_ws(' ', kv(parameters, 'SubjectOrBodyContainsWords'), kv(parameters, 'SubjectContainsWords'),
                     kv(parameters, 'BodyContainsWords'), kv(operation_properties, 'RuleCondition')) AS words
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type IN (1, 2, 3)
      AND operation IN ('New-InboxRule', 'Set-InboxRule', 'Enable-InboxRule', 'UpdateInboxRules')
),
rules AS (
    SELECT *,
           CASE WHEN actions ~* '(forward|redirect)'
                THEN coalesce(nullif(array_to_string(
                         regexp_extract_all(actions, '[^\[\] ;:,"<>]+@[^\[\] ;:,"<>]+', 0), '; '), ''), actions)
                ELSE recipients END AS sends_to,
           CASE WHEN actions ~* 'delete' THEN 'True' ELSE delete_message END AS deletes,
           CASE WHEN actions ~* 'move' THEN actions ELSE move_to END AS moves_to
    FROM changes
),
sent AS (
    SELECT *,
           array_concat(array_transform(regexp_extract_all(sends_to, '[^\[\] ;:,"<>]+@[^\[\] ;:,"<>]+', 0), one -> email_domain(one)),
                        array_transform(array_filter(regexp_extract_all(sends_to, '[^;]+', 0), one -> one NOT LIKE '%@%'),
                                        one -> 'unknown')) AS domains
    FROM rules
),
outward AS (
    SELECT *,
           array_filter(domains, d -> (d IS DISTINCT FROM email_domain(user_name)) AND (:own IS NULL OR d NOT IN (:own))) AS outside
    FROM sent
)
SELECT creation_time, user_name, client_address, operation, name, sends_to, outside, deletes, moves_to, words, id
FROM outward
WHERE cardinality(outside) > 0
   OR (lower(deletes) = 'true' OR moves_to ~* '(rss|archive|conversation history|junk|deleted|notes)')
      AND (words ~* '(invoice|payment|bank|iban|wire|transfer|payroll|salary|password|phish|hack|fraud|security)'
           OR regexp_replace(name, '[[:punct:][:space:]]', '', 'g') = '')
ORDER BY creation_time;
