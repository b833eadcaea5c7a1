-- title: Mailboxes that forward outside
-- question: Which mailboxes were made to forward all of their mail to another domain, and where to?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; changes from then on
-- parameter: own text[]?; further domains that are one's own
-- hit: All mail goes out, whatever rules there are. Remove the forwarding; one destination for several mailboxes is one thief.
-- false positives: Somebody who left and whose mail goes to a successor at a sister company: name its domain as own.
-- mitre: T1114.003
-- references: https://learn.microsoft.com/en-us/defender-office-365/outbound-spam-policies-external-email-forwarding
WITH changes AS (
    SELECT id, creation_time, user_name, client_address, operation, object_id,
           coalesce(kv(parameters, 'Identity'), object_id) AS mailbox,
           regexp_replace(lower(kv(parameters, 'ForwardingSmtpAddress')), '^smtp:', '') AS forwards_to,
           kv(parameters, 'DeliverToMailboxAndForward') AS keeps_a_copy
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('Set-Mailbox', 'New-Mailbox', 'Enable-Mailbox')
)
SELECT creation_time,
       user_name,
       client_address,
       mailbox,
       forwards_to,
       keeps_a_copy,
       count(*) OVER (PARTITION BY forwards_to) AS mailboxes_with_it,
       id
FROM changes
WHERE email_domain(forwards_to) <> coalesce(email_domain(user_name), '')
  AND (:own IS NULL OR email_domain(forwards_to) NOT IN (:own))
ORDER BY creation_time;
