-- title: Failed in the cloud, then on the VPN
-- question: Which addresses failed with several accounts in the cloud, and are in the VPN's own log as well?
-- area: On premises
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: log text; the VPN's log: a file, a pattern, or a table of logs; it needs time, client_address and user_name
-- parameter: since time = 7d; failures from then on
-- parameter: at_least integer = 5; accounts that the address failed with
-- hit: The same guesser tried both doors. Look at the outcome in raw: one that says accepted is an intruder on the network.
-- false positives: An office whose people use the VPN from its own address; a partner behind one address.
-- mitre: T1110.003 T1133
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
WITH suspects AS (
    SELECT ip_address,
           count(*) AS failures,
           count(DISTINCT user_principal_name) AS accounts,
           min(created_date_time) AS first_failure
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code IN (50034, 50053, 50055, 50056, 50126)
    GROUP BY ip_address
    HAVING count(DISTINCT user_principal_name) >= :at_least
)
SELECT vpn.time,
       vpn.client_address,
       vpn.user_name,
       suspects.accounts,
       suspects.failures,
       suspects.first_failure,
       vpn.raw
FROM :log AS vpn
JOIN suspects ON suspects.ip_address = ip_parse(vpn.client_address)
WHERE vpn.time >= :since
ORDER BY vpn.time;
