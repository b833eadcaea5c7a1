-- title: Weak paths that worked
-- question: Who got in by a legacy protocol, with a password alone (ROPC) or by a device code, from an address that failed with
--   others?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: clients text[] = IMAP4, POP3, Authenticated SMTP, Other clients; kinds of client that know no second factor
-- parameter: at_least integer = 3; accounts that the address failed with
-- hit: A password was guessed where no second factor is asked for. Reset it, and block legacy protocols.
-- false positives: A scanner or an application behind the same address as people. An address where fewer accounts than
--   at_least failed is left out; with at_least 1, every old device with one mistyped password is listed.
-- mitre: T1078.004 T1110.003
-- references: https://learn.microsoft.com/en-us/entra/identity/conditional-access/policy-block-legacy-authentication
WITH suspects AS (
    SELECT ip_address, count(DISTINCT user_principal_name) AS accounts
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR sign_in_event_types IS NULL)
      AND status.error_code IN (50034, 50053, 50055, 50056, 50057, 50126)
      AND client_app_used IN (:clients)
    GROUP BY ip_address
    HAVING count(DISTINCT user_principal_name) >= :at_least
)
SELECT s.created_date_time,
       s.user_principal_name,
       s.ip_address,
       suspects.accounts AS accounts_that_failed,
       s.client_app_used,
       s.authentication_protocol,
       s.app_display_name,
       s.id
FROM suspects
JOIN entra.sign_ins AS s ON s.ip_address = suspects.ip_address
WHERE s.created_date_time >= :since
  AND (s.is_interactive OR s.sign_in_event_types IS NULL)
  AND s.status.error_code = 0
  AND (s.client_app_used IN (:clients)
       OR s.authentication_protocol IN ('ropc', 'deviceCode')
       OR s.original_transfer_method = 'deviceCodeFlow')
ORDER BY s.created_date_time;
