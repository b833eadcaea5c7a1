-- title: Rules for all mail that send it outside
-- question: Which transport rules or connectors copy or redirect the organisation's mail to another domain, and who made them?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; rules from then on
-- parameter: own text[]?; further domains that are one's own
-- hit: Mail of everybody goes out. Disable the rule, and see who had the role to make it (privileged-roles).
-- false positives: An archive or a gateway that was bought: name its domain as own.
-- mitre: T1114.003
-- references: https://learn.microsoft.com/en-us/exchange/security-and-compliance/mail-flow-rules/mail-flow-rules
WITH rules AS (
    SELECT id, creation_time, user_name, client_address, operation, object_id,
           kv(parameters, 'Name') AS name,
           coalesce(kv(parameters, 'BlindCopyTo'), kv(parameters, 'CopyTo'), kv(parameters, 'RedirectMessageTo'),
                    kv(parameters, 'AddToRecipients'), kv(parameters, 'SmartHosts')) AS sends_to
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('New-TransportRule', 'Set-TransportRule', 'New-OutboundConnector', 'Set-OutboundConnector')
)
SELECT creation_time, user_name, client_address, operation, coalesce(name, object_id) AS rule, sends_to, id
FROM rules
WHERE coalesce(email_domain(sends_to), sends_to) <> coalesce(email_domain(user_name), '')
  AND (:own IS NULL OR email_domain(sends_to) NOT IN (:own))
ORDER BY creation_time;
