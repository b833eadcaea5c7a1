-- title: Sign-ins from given networks
-- question: Who signed in from one of these addresses or networks: indicators, hosting providers, exits of Tor?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: networks network[]; the addresses and networks, or @FILE with one a line
-- parameter: since time = 7d; sign-ins from then on
-- hit: Somebody who holds the account is where your list says. Look at what they did from there.
-- false positives: A list that is old or too wide; a browser's relay service.
-- mitre: T1078.004 T1090
-- references: https://learn.microsoft.com/en-us/entra/identity/monitoring-health/concept-sign-ins
SELECT coalesce(nullif(user_principal_name, ''), service_principal_name) AS who,
       ip_address,
       location.country_or_region AS country,
       count(*) AS sign_ins,
       count(DISTINCT app_display_name) AS applications,
       min(created_date_time) AS first,
       max(created_date_time) AS last
FROM entra.sign_ins
WHERE created_date_time >= :since
  AND status.error_code = 0
  AND ip_in_any(ip_address, [:networks])
GROUP BY 1, 2, 3
ORDER BY first;
