-- title: Failed on the VPN, then in the cloud
-- question: Which addresses were refused again and again by the VPN, and signed in to the cloud?
-- area: On premises
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: log text; the VPN's log: a file, a pattern, or a table of logs; it needs time, client_address and raw
-- parameter: since time = 7d; both from then on
-- parameter: refused text = fail|den(y|ied)|reject|invalid|refused; a pattern of lines that tell of a refusal
-- parameter: at_least integer = 5; refusals of the address
-- hit: Who guessed at one door got in at the other. Follow the account (user-timeline).
-- false positives: Somebody at home whose saved VPN password is old.
-- mitre: T1110 T1133
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
WITH refused AS (
    SELECT ip_parse(client_address) AS address,
           count(*) AS refusals,
           count(DISTINCT user_name) AS names,
           min(time) AS first_refusal
    FROM :log
    WHERE time >= :since
      AND raw ~* :refused
    GROUP BY 1
    HAVING count(*) >= :at_least
)
SELECT s.user_principal_name,
       s.ip_address,
       s.location.country_or_region AS country,
       refused.refusals,
       refused.names AS names_refused,
       refused.first_refusal,
       count(*) AS sign_ins,
       min(s.created_date_time) AS first,
       max(s.created_date_time) AS last
FROM refused
JOIN entra.sign_ins AS s ON s.ip_address = refused.address
WHERE s.created_date_time >= :since
  AND (s.is_interactive OR array_has(s.sign_in_event_types, 'nonInteractiveUser')
           OR s.sign_in_event_types IS NULL AND s.user_principal_name <> '')
  AND s.status.error_code = 0
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY first;
