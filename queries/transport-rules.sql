-- title: Rules for all mail that send it outside
-- question: Which transport rules or connectors copy or redirect the organisation's mail to another domain, and who made them?
-- area: Mail
-- tables: m365.exchange
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; rules from then on
-- parameter: own text[]?; further domains that are one's own
-- hit: Mail of everybody goes out. Each recipient counts; outside has the domains that are not one's own, and unknown for one that
--   is written without an address: look it up. Disable the rule, and see who had the role to make it (privileged-roles).
-- false positives: An archive or a gateway that was bought: name its domain as own. People of one's own whose addresses are not
--   written.
-- mitre: T1114.003
-- references: https://learn.microsoft.com/en-us/exchange/security-and-compliance/mail-flow-rules/mail-flow-rules
WITH rules AS (
    SELECT id, creation_time, user_name, client_address, operation, object_id,
           kv(parameters, 'Name') AS name,
           concat_ws('; ', nullif(kv(parameters, 'BlindCopyTo'), ''), nullif(kv(parameters, 'CopyTo'), ''),
                     nullif(kv(parameters, 'RedirectMessageTo'), ''), nullif(kv(parameters, 'AddToRecipients'), ''),
                     nullif(kv(parameters, 'SmartHosts'), '')) AS sends_to
    FROM m365.exchange
    WHERE creation_time >= :since
      AND record_type = 1
      AND operation IN ('New-TransportRule', 'Set-TransportRule', 'New-OutboundConnector', 'Set-OutboundConnector')
),
sent AS (
    -- A connector sends to hosts, which are their own domains.
    SELECT *,
           array_concat(array_transform(regexp_extract_all(sends_to, '[^\[\] ;:,"<>]+@[^\[\] ;:,"<>]+', 0), one -> email_domain(one)),
                        array_transform(array_filter(regexp_extract_all(sends_to, '[^;]+', 0), one -> one NOT LIKE '%@%'),
                                        one -> CASE WHEN operation LIKE '%Connector' THEN lower(trim(one))
                                                    ELSE 'unknown' END)) AS domains
    FROM rules
),
outward AS (
    SELECT *,
           array_filter(domains, d -> (d IS DISTINCT FROM email_domain(user_name)) AND (:own IS NULL OR d NOT IN (:own))) AS outside
    FROM sent
)
SELECT creation_time, user_name, client_address, operation, coalesce(name, object_id) AS rule, sends_to, outside, id
FROM outward
WHERE cardinality(outside) > 0
ORDER BY creation_time;
