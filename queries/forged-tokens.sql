-- title: Tokens that AD FS did not issue
-- question: Which federated sign-in has no token of AD FS beside it, as one has that was signed with a stolen key?
-- area: On premises
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: log text; the log of all AD FS servers: a file, a pattern, or a table of logs (view adfs); it needs time, event_id and
--   user_name
-- parameter: since time = 7d; sign-ins from then on
-- parameter: within span = 5m; how near in time the token is issued
-- parameter: events integer[] = 299, 1200, 1202; events that tell of a token
-- hit: Somebody has the key that signs tokens, and is whoever they like (golden SAML). Renew the key twice, then look at what was
--   done from the address.
-- false positives: A server whose log is not among the files, or whose clock is wrong; sign-ins before the log's first and after
--   its last line are left out. Refreshed sessions have no token of their own, so only people at a screen are looked at. A
--   managed domain has no federated sign-ins.
-- mitre: T1606.002
-- references: https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/troubleshooting/ad-fs-tshoot-logging
--   https://attack.mitre.org/techniques/T1606/002/
WITH lines AS (
    SELECT time, event_id, upn_local_part(user_name) AS who FROM :log
),
reach AS (
    SELECT min(time) AS first, max(time) AS last FROM lines
),
issued AS (
    SELECT time, who FROM lines WHERE event_id IN (:events)
),
federated AS (
    SELECT id, created_date_time, user_principal_name, upn_local_part(user_principal_name) AS who, ip_address,
           location.country_or_region AS country, app_display_name, correlation_id
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR sign_in_event_types IS NULL)
      AND status.error_code = 0
      AND token_issuer_type = 'ADFederationServices'
)
SELECT f.created_date_time, f.user_principal_name, f.ip_address, f.country, f.app_display_name, f.correlation_id, f.id
FROM federated AS f
CROSS JOIN reach
LEFT JOIN issued
  ON issued.who = f.who
 AND issued.time BETWEEN f.created_date_time - :within AND f.created_date_time + :within
WHERE issued.who IS NULL
  AND f.created_date_time BETWEEN reach.first AND reach.last
ORDER BY f.created_date_time;
