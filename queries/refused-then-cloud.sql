-- title: Refused on premises, then in the cloud from elsewhere
-- question: Whose account was refused or locked out in the domain or at AD FS, and got in to the cloud soon after, from an address
--   that is new for them?
-- area: On premises
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: log text; the security log of domain controllers or AD FS: a file, a pattern, or a table of logs; it needs time,
--   event_id, user_name and client_address
-- parameter: since time = 7d; both from then on
-- parameter: within span = 4h; how soon after the refusals
-- parameter: events integer[] = 411, 1201, 1203, 4625, 4740, 4771; events that tell of a refusal
-- parameter: at_least integer = 5; refusals of the account in that time
-- parameter: before span = 7d; how far back the account's usual addresses are looked for
-- hit: Who guessed in the domain knows the password now, or had it from there. Reset it, revoke the sessions, and follow them
--   (user-timeline).
-- false positives: Somebody who changed the password on a journey, while the office's computer still has the old one. Whoever comes
--   back from a usual address is none. The names are compared without domain and without case.
-- mitre: T1110 T1078.002
-- references: https://learn.microsoft.com/en-us/windows-server/identity/ad-fs/troubleshooting/ad-fs-tshoot-logging
--   https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing/event-4740
WITH refusals AS (
    SELECT time, event_id, upn_local_part(user_name) AS who, ip_parse(client_address) AS address
    FROM :log
    WHERE time >= :since
      AND event_id IN (:events)
),
arrivals AS (
    SELECT user_principal_name,
           upn_local_part(user_principal_name) AS who,
           created_date_time,
           ip_address,
           location.country_or_region AS country,
           min(created_date_time) OVER (PARTITION BY user_principal_name, ip_address) AS address_since
    FROM entra.sign_ins
    WHERE created_date_time >= :since - :before
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code = 0
)
SELECT arrivals.user_principal_name,
       arrivals.ip_address,
       arrivals.country,
       count(DISTINCT arrivals.created_date_time) AS sign_ins,
       min(arrivals.created_date_time) AS first,
       count(DISTINCT refusals.time) AS refusals,
       min(refusals.time) AS first_refusal,
       array_agg(DISTINCT refusals.event_id ORDER BY refusals.event_id) AS events,
       array_agg(DISTINCT refusals.address ORDER BY refusals.address) FILTER (WHERE refusals.address IS NOT NULL) AS refused_from
FROM refusals
JOIN arrivals
  ON arrivals.who = refusals.who
 AND arrivals.created_date_time BETWEEN refusals.time AND refusals.time + :within
WHERE arrivals.address_since >= refusals.time
GROUP BY 1, 2, 3
HAVING count(DISTINCT refusals.time) >= :at_least
ORDER BY first;
