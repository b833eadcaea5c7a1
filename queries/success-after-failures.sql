-- title: Success after failures
-- question: Who got in from an address that had failed with several accounts shortly before?
-- area: Passwords
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: within span = 24h; how long before the success the failures lie
-- parameter: at_least integer = 8; failures from the address in that time
-- parameter: accounts integer = 5; accounts that these were of
-- hit: The account is in the hands of whoever guessed. Reset its password, revoke its sessions, and follow them (token-reuse).
-- false positives: The common address of an office on a bad Monday. A single forgetful user is none: the failures have to be of
--   several accounts.
-- mitre: T1110.003 T1078.004
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
WITH failures AS (
    SELECT ip_address, user_principal_name, created_date_time
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR sign_in_event_types IS NULL)
      AND status.error_code IN (50034, 50053, 50055, 50056, 50126)
),
recent AS (
    SELECT ip_address,
           count(*) OVER so_far AS failures,
           count(DISTINCT user_principal_name) OVER so_far AS accounts
    FROM failures
    WINDOW so_far AS (PARTITION BY ip_address ORDER BY created_date_time
                      RANGE BETWEEN :within PRECEDING AND CURRENT ROW)
),
suspects AS (
    SELECT DISTINCT ip_address
    FROM recent
    WHERE failures >= :at_least AND accounts >= :accounts
),
successes AS (
    SELECT s.id, s.created_date_time, s.user_principal_name, s.ip_address, s.app_display_name,
           s.location.country_or_region AS country
    FROM suspects
    JOIN entra.sign_ins AS s ON s.ip_address = suspects.ip_address
    WHERE s.created_date_time >= :since
      AND (s.is_interactive OR s.sign_in_event_types IS NULL)
      AND s.status.error_code = 0
)
SELECT s.created_date_time,
       s.user_principal_name,
       s.ip_address,
       s.country,
       s.app_display_name,
       count(*) AS failures,
       count(DISTINCT f.user_principal_name) AS accounts,
       s.id
FROM successes AS s
JOIN failures AS f
  ON f.ip_address = s.ip_address
 AND f.created_date_time BETWEEN s.created_date_time - :within AND s.created_date_time
GROUP BY s.id, s.created_date_time, s.user_principal_name, s.ip_address, s.country, s.app_display_name
HAVING count(*) >= :at_least AND count(DISTINCT f.user_principal_name) >= :accounts
ORDER BY s.created_date_time;
