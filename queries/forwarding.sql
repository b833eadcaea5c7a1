-- title: Mailboxes that forward outside
-- question: Which mailboxes were made to forward all of their mail to another domain, and where to?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; changes from then on
-- parameter: own text[]?; further domains that are one's own
-- hit: All mail goes out, whatever rules there are. Remove the forwarding; one destination for several mailboxes is one thief.
--   The domain is unknown where it forwards to a contact or to somebody of one's own (ForwardingAddress) by another name than the
--   address: look it up.
-- false positives: Somebody who left and whose mail goes to a successor at a sister company: name its domain as own. A deputy who
--   is named without the address.
-- mitre: T1114.003
-- references: https://learn.microsoft.com/en-us/defender-office-365/outbound-spam-policies-external-email-forwarding
WITH changes AS (
    SELECT id, creation_time, user_name, client_address, operation,
           lower(coalesce(kv(parameters, 'Identity'), object_id)) AS mailbox,
           regexp_replace(lower(concat_ws('; ', nullif(kv(parameters, 'ForwardingSmtpAddress'), ''),
                                          nullif(kv(parameters, 'ForwardingAddress'), ''))), 'smtp:', '', 'g') AS forwards_to,
           kv(parameters, 'DeliverToMailboxAndForward') AS keeps_a_copy
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('Set-Mailbox', 'New-Mailbox', 'Enable-Mailbox')
),
sent AS (
    SELECT *,
           array_concat(array_transform(regexp_extract_all(forwards_to, '[^\[\] ;:,"<>]+@[^\[\] ;:,"<>]+', 0), one -> email_domain(one)),
                        array_transform(array_filter(regexp_extract_all(forwards_to, '[^;]+', 0), one -> one NOT LIKE '%@%'),
                                        one -> 'unknown')) AS domains
    FROM changes
),
outward AS (
    SELECT *,
           array_filter(domains, d -> (d IS DISTINCT FROM email_domain(user_name)) AND (:own IS NULL OR d NOT IN (:own))) AS outside
    FROM sent
)
SELECT creation_time,
       user_name,
       client_address,
       mailbox,
       forwards_to,
       outside,
       keeps_a_copy,
       count(DISTINCT mailbox) OVER (PARTITION BY forwards_to) AS mailboxes_with_it,
       id
FROM outward
WHERE cardinality(outside) > 0
ORDER BY creation_time;
