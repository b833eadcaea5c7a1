-- title: In the cloud from elsewhere while at the VPN
-- question: Who was at the VPN, and at the same time in the cloud from another country than usual?
-- area: On premises
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: log text; the VPN's log: a file, a pattern, or a table of logs; it needs time, client_address and user_name
-- parameter: since time = 7d; both from then on
-- parameter: within span = 30m; how near in time the two lie
-- parameter: home country[]; countries where one's people are, such as PT,AT
-- parameter: egress network[]?; addresses through which the VPN reaches the cloud
-- hit: Two people use one account. Which of them is yours says the VPN's address.
-- false positives: A phone abroad that fetches mail while its owner's laptop is at the VPN.
-- mitre: T1078.004 T1133
-- references: https://learn.microsoft.com/en-us/security/operations/token-theft-playbook
WITH present AS (
    SELECT time, upn_local_part(user_name) AS who, ip_parse(client_address) AS vpn_address
    FROM :log
    WHERE time >= :since
),
abroad AS (
    SELECT created_date_time, user_principal_name, ip_address, location.country_or_region AS country
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code = 0
      AND location.country_or_region <> ''
      AND location.country_or_region NOT IN (:home)
      AND (:egress IS NULL OR NOT coalesce(ip_in_any(ip_address, [:egress]), false))
)
SELECT abroad.user_principal_name,
       abroad.ip_address,
       abroad.country,
       present.vpn_address,
       count(DISTINCT abroad.created_date_time) AS sign_ins,
       min(abroad.created_date_time) AS first,
       max(abroad.created_date_time) AS last
FROM present
JOIN abroad
  ON upn_local_part(abroad.user_principal_name) = present.who
 AND abroad.created_date_time BETWEEN present.time - :within AND present.time + :within
WHERE abroad.ip_address IS DISTINCT FROM present.vpn_address
GROUP BY 1, 2, 3, 4
ORDER BY first;
