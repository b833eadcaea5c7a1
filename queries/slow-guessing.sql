-- title: Guesses that are low and slow
-- question: Which account fails over days, from many countries, by addresses that are hardly used twice and never get in?
-- area: Passwords
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: countries integer = 5; countries that the failures come from
-- parameter: days integer = 3; days on which they come
-- parameter: tries integer = 2; most failures of an address, with whatever account
-- hit: Many hired addresses work on one account, below what locks it. Give it a second factor that cannot be phished, and watch
--   it (user-timeline).
-- false positives: A phone with an old password that roams; it stays in few countries. Somebody who travels and mistypes gets in
--   from the same address afterwards, which leaves it out.
-- mitre: T1110.003 T1090.003
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
WITH failures AS (
    SELECT user_principal_name,
           created_date_time,
           ip_address,
           location.country_or_region AS country,
           count(*) OVER (PARTITION BY ip_address) AS of_address
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code IN (50053, 50055, 50056, 50126)
),
single AS (
    SELECT * FROM failures WHERE of_address <= :tries AND country <> ''
),
circled AS (
    SELECT user_principal_name
    FROM single
    GROUP BY 1
    HAVING count(DISTINCT country) >= :countries
),
own AS (
    SELECT DISTINCT s.user_principal_name, s.ip_address
    FROM circled
    JOIN entra.sign_ins AS s ON s.user_principal_name = circled.user_principal_name
    WHERE s.created_date_time >= :since
      AND (s.is_interactive OR array_has(s.sign_in_event_types, 'nonInteractiveUser')
           OR s.sign_in_event_types IS NULL AND s.user_principal_name <> '')
      AND s.status.error_code = 0
)
SELECT single.user_principal_name,
       min(single.created_date_time) AS first,
       max(single.created_date_time) AS last,
       count(*) AS failures,
       count(DISTINCT date_bin(INTERVAL '1 day', single.created_date_time)) AS days,
       count(DISTINCT single.ip_address) AS addresses,
       array_agg(DISTINCT single.country ORDER BY single.country) AS countries
FROM single
JOIN circled ON circled.user_principal_name = single.user_principal_name
LEFT JOIN own ON own.user_principal_name = single.user_principal_name AND own.ip_address = single.ip_address
WHERE own.ip_address IS NULL
GROUP BY single.user_principal_name
HAVING count(DISTINCT single.country) >= :countries
   AND count(DISTINCT date_bin(INTERVAL '1 day', single.created_date_time)) >= :days
ORDER BY failures DESC;
