-- title: One account under siege
-- question: Which account failed again and again within minutes, from how many addresses that are not its own?
-- area: Passwords
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: window span = 10m; what counts as one siege
-- parameter: at_least integer = 10; failures in that time
-- parameter: user user?; only this account
-- hit: Somebody wants this account. See whether they got in (success-after-failures counts several accounts, user-timeline shows
--   all of this one), and whether 50053 locked out its owner.
-- false positives: A server with an old password; its address then never succeeds either. Failures from addresses where the account
--   gets in as well are left out: those are of somebody forgetful.
-- mitre: T1110.001
-- references: https://learn.microsoft.com/en-us/entra/identity/authentication/howto-password-smart-lockout
--   https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
WITH failures AS (
    SELECT user_principal_name, created_date_time, ip_address, location.country_or_region AS country, status.error_code AS error_code
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser'))
      AND status.error_code IN (50053, 50055, 50056, 50126)
      AND (:user IS NULL OR user_principal_name = :user)
),
tried AS (
    SELECT user_principal_name FROM failures GROUP BY 1 HAVING count(*) >= :at_least
),
own AS (
    SELECT DISTINCT s.user_principal_name, s.ip_address
    FROM tried
    JOIN entra.sign_ins AS s ON s.user_principal_name = tried.user_principal_name
    WHERE s.created_date_time >= :since
      AND s.is_interactive
      AND s.status.error_code = 0
),
foreign_failures AS (
    SELECT f.*,
           count(*) OVER (PARTITION BY f.user_principal_name ORDER BY f.created_date_time
                          RANGE BETWEEN :window PRECEDING AND CURRENT ROW) AS within_window
    FROM failures AS f
    JOIN tried ON tried.user_principal_name = f.user_principal_name
    LEFT JOIN own ON own.user_principal_name = f.user_principal_name AND own.ip_address = f.ip_address
    WHERE own.ip_address IS NULL
)
SELECT user_principal_name,
       min(created_date_time) AS first,
       max(created_date_time) AS last,
       count(*) AS failures,
       max(within_window) AS most_in_a_window,
       count(*) FILTER (WHERE error_code = 50053) AS locked,
       count(DISTINCT ip_address) AS addresses,
       array_agg(DISTINCT country ORDER BY country) AS countries
FROM foreign_failures
GROUP BY user_principal_name
HAVING max(within_window) >= :at_least
ORDER BY failures DESC;
