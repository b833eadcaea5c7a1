-- title: One account under siege
-- question: Which account failed again and again within minutes, from how many addresses that are not its own?
-- area: Passwords
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: window span = 10m; what counts as one siege
-- parameter: at_least integer = 10; failures in that time
-- parameter: user user?; only this account
-- hit: Somebody wants this account. Where got_in is not empty, somebody got in at that time, from an address that had guessed or
--   for the first time from one amid the siege: reset the password, revoke the sessions and follow them (user-timeline). See
--   whether 50053 locked out its owner.
-- false positives: A server with an old password; its address then never succeeds either. Failures from addresses where the account
--   gets in as well are left out: those are of somebody forgetful, unless it got in there for the first time amid a siege, or after
--   one in a country where it gets in from no other address.
-- mitre: T1110.001
-- references: https://learn.microsoft.com/en-us/entra/identity/authentication/howto-password-smart-lockout
--   https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
WITH failures AS (
    SELECT user_principal_name, created_date_time, ip_address, location.country_or_region AS country, status.error_code AS error_code
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code IN (50053, 50055, 50056, 50126)
      AND (:user IS NULL OR user_principal_name = :user)
),
tried AS (
    -- Of these alone it is asked where they get in: no siege is longer than with all failures.
    SELECT DISTINCT user_principal_name
    FROM (SELECT user_principal_name,
                 count(*) OVER (PARTITION BY user_principal_name ORDER BY created_date_time
                                RANGE BETWEEN :window PRECEDING AND CURRENT ROW) AS within_window
          FROM failures)
    WHERE within_window >= :at_least
),
arrivals AS (
    SELECT s.user_principal_name, s.ip_address, min(s.created_date_time) AS arrived,
           count(*) OVER (PARTITION BY s.user_principal_name, min(s.location.country_or_region)) AS addresses_of_country
    FROM tried
    JOIN entra.sign_ins AS s ON s.user_principal_name = tried.user_principal_name
    WHERE s.created_date_time >= :since
      AND (s.is_interactive OR s.sign_in_event_types IS NULL)
      AND s.status.error_code = 0
    GROUP BY 1, 2
),
judged AS (
    -- Whoever first gets in while the account is under siege is not its owner for that; nor later, from an address that guessed,
    -- if the account gets in from no other address of the country.
    SELECT a.user_principal_name, a.ip_address, a.arrived,
           count(*) FILTER (WHERE f.created_date_time >= a.arrived - :window) >= :at_least
               OR a.addresses_of_country = 1 AND count(*) FILTER (WHERE f.ip_address = a.ip_address) >= :at_least AS broke_in
    FROM arrivals AS a
    LEFT JOIN failures AS f
      ON f.user_principal_name = a.user_principal_name
     AND f.created_date_time <= a.arrived
    GROUP BY 1, 2, 3, a.addresses_of_country
),
known AS (
    SELECT user_principal_name,
           array_agg(ip_address) FILTER (WHERE NOT broke_in) AS own,
           min(arrived) FILTER (WHERE broke_in) AS got_in,
           arg_min(ip_address, arrived) FILTER (WHERE broke_in) AS got_in_from
    FROM judged
    GROUP BY 1
),
foreign_failures AS (
    SELECT f.*,
           known.got_in,
           known.got_in_from,
           count(*) OVER (PARTITION BY f.user_principal_name ORDER BY f.created_date_time
                          RANGE BETWEEN :window PRECEDING AND CURRENT ROW) AS within_window
    FROM failures AS f
    JOIN tried ON tried.user_principal_name = f.user_principal_name
    LEFT JOIN known ON known.user_principal_name = f.user_principal_name
    WHERE NOT coalesce(array_has(known.own, f.ip_address), false)
)
SELECT user_principal_name,
       min(created_date_time) AS first,
       max(created_date_time) AS last,
       count(*) AS failures,
       max(within_window) AS most_in_a_window,
       count(*) FILTER (WHERE error_code = 50053) AS locked,
       count(DISTINCT ip_address) AS addresses,
       array_agg(DISTINCT country ORDER BY country) AS countries,
       got_in,
       got_in_from
FROM foreign_failures
GROUP BY user_principal_name, got_in, got_in_from
HAVING max(within_window) >= :at_least
ORDER BY failures DESC;
