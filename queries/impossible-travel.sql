-- title: Impossible travel
-- question: Who got in from two places between which nobody travels in that time?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: within span = 2h; how near in time two sign-ins lie
-- parameter: speed number = 900; kilometres in an hour that no airliner reaches
-- parameter: distance number = 500; kilometres below which places are too inexact to tell
-- parameter: trusted network[]?; addresses of one's own VPN, which move nobody
-- hit: One row per user. Two people use the account, unless one of the addresses is a VPN's.
-- false positives: A VPN or a proxy abroad (name it as trusted), a phone abroad that fetches mail while its owner is at a desk,
--   an address that is located wrongly.
-- mitre: T1078.004
-- references: https://learn.microsoft.com/en-us/entra/id-protection/concept-identity-protection-risks
WITH steps AS (
    SELECT user_principal_name,
           created_date_time,
           ip_address,
           location.country_or_region AS country,
           location.geo_coordinates.latitude AS latitude,
           location.geo_coordinates.longitude AS longitude,
           lag(created_date_time) OVER person AS time_before,
           lag(ip_address) OVER person AS address_before,
           lag(location.country_or_region) OVER person AS country_before,
           lag(location.geo_coordinates.latitude) OVER person AS latitude_before,
           lag(location.geo_coordinates.longitude) OVER person AS longitude_before
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code = 0
      AND location.geo_coordinates.latitude IS NOT NULL
      AND (:trusted IS NULL OR NOT coalesce(ip_in_any(ip_address, [:trusted]), false))
    WINDOW person AS (PARTITION BY user_principal_name ORDER BY created_date_time)
),
jumps AS (
    SELECT user_principal_name, created_date_time, ip_address, country, time_before, address_before, country_before,
           geo_distance_km(latitude_before, longitude_before, latitude, longitude) AS km,
           greatest(date_part('epoch', created_date_time) - date_part('epoch', time_before), 60) / 3600 AS hours
    FROM steps
    WHERE ip_address <> address_before
      AND created_date_time - time_before <= :within
)
SELECT user_principal_name,
       count(*) AS jumps,
       round(max(km / hours)) AS fastest_km_per_hour,
       arg_max(address_before, km / hours) AS from_address,
       arg_max(country_before, km / hours) AS from_country,
       arg_max(ip_address, km / hours) AS to_address,
       arg_max(country, km / hours) AS to_country,
       min(created_date_time) AS first,
       max(created_date_time) AS last
FROM jumps
WHERE km >= :distance
  AND km / hours >= :speed
GROUP BY user_principal_name
ORDER BY first;
