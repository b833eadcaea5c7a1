-- title: One session from two countries
-- question: Which session was used from another country than shortly before, as a stolen token or cookie is?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: within span = 1h; how short before
-- parameter: trusted network[]?; addresses of one's own VPN, which move nobody
-- hit: Somebody else holds the session. Revoke it (a new password does not end it), then see what it did: mails-read,
--   mass-download.
-- false positives: A phone that changes between WLAN and a roaming network; a VPN whose exit is abroad (name it as trusted).
-- mitre: T1539 T1550.001
-- references: https://learn.microsoft.com/en-us/security/operations/token-theft-playbook
WITH steps AS (
    SELECT session_id,
           user_principal_name,
           created_date_time,
           ip_address,
           location.country_or_region AS country,
           is_interactive,
           app_display_name,
           lag(location.country_or_region) OVER session AS country_before,
           lag(ip_address) OVER session AS address_before,
           lag(created_date_time) OVER session AS time_before
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code = 0
      AND session_id <> ''
      AND location.country_or_region <> ''
      AND (:trusted IS NULL OR NOT coalesce(ip_in_any(ip_address, [:trusted]), false))
    WINDOW session AS (PARTITION BY session_id ORDER BY created_date_time)
)
SELECT created_date_time,
       user_principal_name,
       address_before,
       country_before,
       ip_address,
       country,
       created_date_time - time_before AS after,
       app_display_name,
       session_id
FROM steps
WHERE country <> country_before
  AND created_date_time - time_before <= :within
ORDER BY created_date_time;
