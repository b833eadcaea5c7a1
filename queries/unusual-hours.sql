-- title: At night, when nobody works
-- question: Who knew the password again and again at hours at which the people of their country hardly ever sign in?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: before span = 21d; how far back the usual hours are looked for
-- parameter: share number = 0.01; hours of a smaller share of a country's sign-ins are unusual
-- parameter: at_least integer = 5; such sign-ins in one night, refused second factors among them
-- hit: Somebody works where it is night for the owner of the account. Look at where from, and at what came after (user-timeline).
-- false positives: A release at night, a shift that is new. Hours count in UTC and by the country where somebody usually is, so
--   colleagues in other parts of the world are none; neither are hours at which one has signed in oneself before.
-- mitre: T1078.004
-- references: https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks
WITH seen AS (
    SELECT user_principal_name,
           created_date_time,
           created_date_time < :since AS before,
           date_part('hour', created_date_time) AS hour,
           ip_address,
           location.country_or_region AS country,
           status.error_code AS error_code,
           count(*) FILTER (WHERE created_date_time < :since)
               OVER (PARTITION BY user_principal_name, location.country_or_region) AS in_country
    FROM entra.sign_ins
    WHERE created_date_time >= :since - :before
      AND (is_interactive OR sign_in_event_types IS NULL)
      AND status.error_code IN (0, 50074, 500121)
),
housed AS (
    SELECT *, first_value(country) OVER (PARTITION BY user_principal_name ORDER BY in_country DESC) AS home
    FROM seen
),
compared AS (
    SELECT *,
           count(*) FILTER (WHERE before) OVER (PARTITION BY user_principal_name, hour) AS own_at_the_hour,
           count(*) FILTER (WHERE before) OVER (PARTITION BY home, hour) AS home_at_the_hour,
           count(*) FILTER (WHERE before) OVER (PARTITION BY home) AS home_at_all
    FROM housed
)
SELECT user_principal_name,
       home,
       min(created_date_time) AS first,
       max(created_date_time) AS last,
       count(*) AS sign_ins,
       count(*) FILTER (WHERE error_code = 0) AS let_in,
       array_agg(DISTINCT country ORDER BY country) AS countries,
       array_agg(DISTINCT ip_address ORDER BY ip_address) AS addresses
FROM compared
WHERE NOT before
  AND own_at_the_hour = 0
  AND home_at_the_hour < :share * home_at_all
GROUP BY user_principal_name, home, date_bin(INTERVAL '1 day', created_date_time, TIMESTAMP '2000-01-01T12:00:00Z')
HAVING count(*) >= :at_least
   AND count(*) FILTER (WHERE error_code = 0) > 0
ORDER BY first;
