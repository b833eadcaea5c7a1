-- title: A country and a device that are new
-- question: Who got in from a country, on a kind of device, neither of which they ever used before?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: before span = 21d; how far back the usual countries and devices are looked for
-- parameter: at_least integer = 5; sign-ins before, without which nothing is usual yet
-- parameter: user user?; only this account
-- hit: Nobody takes a journey and a new device at once. Ask the owner; if it was not they, revoke the sessions and follow
--   them (token-reuse, user-timeline).
-- false positives: A replacement that was bought on a journey. A traveller with the usual device is none; a new employee is none
--   until at_least sign-ins are there. A device is told by its system, its browser without the version, and the kind of client.
-- mitre: T1078.004
-- references: https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks
WITH seen AS (
    SELECT user_principal_name,
           created_date_time,
           ip_address,
           autonomous_system_number,
           location.country_or_region AS country,
           device_detail.operating_system AS system,
           device_detail.browser AS browser,
           min(created_date_time) OVER (PARTITION BY user_principal_name, location.country_or_region) AS country_since,
           min(created_date_time) OVER (PARTITION BY user_principal_name,
                                                     client_app_used,
                                                     device_detail.operating_system,
                                                     split_part(device_detail.browser, ' ', 1)) AS device_since,
           count(*) FILTER (WHERE created_date_time < :since) OVER (PARTITION BY user_principal_name) AS before
    FROM entra.sign_ins
    WHERE created_date_time >= :since - :before
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code = 0
      AND location.country_or_region <> ''
      AND (:user IS NULL OR user_principal_name = :user)
)
SELECT user_principal_name,
       country,
       system,
       browser,
       count(*) AS sign_ins,
       count(DISTINCT ip_address) AS addresses,
       arg_min(ip_address, created_date_time) AS first_address,
       arg_min(autonomous_system_number, created_date_time) AS first_network,
       min(created_date_time) AS first,
       max(created_date_time) AS last
FROM seen
WHERE country_since >= :since
  AND device_since >= :since
  AND before >= :at_least
GROUP BY 1, 2, 3, 4
ORDER BY first;
