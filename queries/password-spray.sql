-- title: Password spray
-- question: Which addresses failed with many accounts, with a few tries for each?
-- area: Passwords
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: window span = 1h; what counts as one round
-- parameter: at_least integer = 8; accounts in one round
-- parameter: tries number = 3; most failures for an account in one round, on average
-- hit: One row per address that guessed. Ask next which of these addresses got in (success-after-failures), and block them.
-- false positives: The common address of an office or a proxy on the day after passwords expired; a broken service that signs in
--   for many users. Raise at_least, or look at the codes: 50053 and 50126 are guesses, 50055 alone is expiry.
-- mitre: T1110.003
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
--   https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
WITH rounds AS (
    SELECT ip_address,
           date_bin(:window, created_date_time) AS round,
           count(*) AS failures,
           count(DISTINCT user_principal_name) AS accounts,
           min(created_date_time) AS first,
           max(created_date_time) AS last
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser'))
      AND status.error_code IN (50034, 50053, 50055, 50056, 50126)
    GROUP BY 1, 2
)
SELECT ip_address,
       min(first) AS first,
       max(last) AS last,
       count(*) AS rounds,
       sum(failures) AS failures,
       max(accounts) AS accounts_in_a_round
FROM rounds
WHERE accounts >= :at_least
  AND failures <= :tries * accounts
GROUP BY ip_address
ORDER BY failures DESC;
