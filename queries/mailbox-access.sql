-- title: Mailboxes opened to others
-- question: Who was given full access to a mailbox, or the right to send as its owner, and by whom?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; changes from then on
-- parameter: mailbox text = .; a pattern of mailboxes that matter
-- hit: Mail can be read without its owner's password. Remove the right, and see whether it was used (mails-read).
-- false positives: Deputies and shared mailboxes that the help desk set up; changes of the service's own accounts are left out.
-- mitre: T1098.002
-- references: https://learn.microsoft.com/en-us/purview/audit-log-activities
WITH grants AS (
    SELECT id, creation_time, user_name, client_address, operation, user_type,
           coalesce(kv(parameters, 'Identity'), object_id) AS mailbox,
           nullif(concat_ws('; ', nullif(kv(parameters, 'User'), ''), nullif(kv(parameters, 'Trustee'), ''),
                            nullif(kv(parameters, 'GrantSendOnBehalfTo'), '')), '') AS given_to,
           kv(parameters, 'AccessRights') AS rights
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('Add-MailboxPermission', 'Add-RecipientPermission', 'Add-MailboxFolderPermission',
                        'Set-MailboxFolderPermission', 'Set-Mailbox')
)
SELECT creation_time, user_name, client_address, operation, mailbox, given_to, rights, id
FROM grants
WHERE given_to IS NOT NULL
  AND coalesce(user_type, 0) NOT IN (1, 3, 4)
  AND coalesce(mailbox ~* :mailbox, true)
ORDER BY creation_time;
