-- title: Password spray
-- question: Which addresses failed with many accounts, with a few tries for each?
-- area: Passwords
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: window span = 1h; how long one round lasts, whenever it begins
-- parameter: at_least integer = 8; accounts in one round
-- parameter: tries number = 3; most failures for an account in one round, on average
-- hit: One row per address that guessed. Ask next which of these addresses got in (success-after-failures), and block them.
-- false positives: The common address of an office or a proxy on the day after passwords expired; a broken service that signs in
--   for many users. Raise at_least, or look at the codes: 50053 and 50126 are guesses, 50055 alone is expiry.
-- mitre: T1110.003
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
--   https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
WITH failures AS (
    SELECT ip_address,
           user_principal_name,
           created_date_time,
           count(*) OVER before AS failures,
           count(DISTINCT user_principal_name) OVER before AS accounts
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code IN (50034, 50053, 50055, 50056, 50126)
    WINDOW before AS (PARTITION BY ip_address ORDER BY created_date_time RANGE BETWEEN :window PRECEDING AND CURRENT ROW)
),
marked AS (
    -- A failure is of a round, if a window that holds it has enough accounts: one that ends with it, or soon after.
    SELECT *,
           max(CASE WHEN accounts >= :at_least AND failures <= :tries * accounts THEN accounts ELSE 0 END)
               OVER (PARTITION BY ip_address ORDER BY created_date_time RANGE BETWEEN CURRENT ROW AND :window FOLLOWING) AS in_round
    FROM failures
),
rounds AS (
    SELECT *, sessionize(created_date_time, :window) OVER (PARTITION BY ip_address ORDER BY created_date_time) AS round
    FROM marked
    WHERE in_round > 0
)
SELECT ip_address,
       min(created_date_time) AS first,
       max(created_date_time) AS last,
       count(DISTINCT round) AS rounds,
       count(*) AS failures,
       max(in_round) AS accounts_in_a_round
FROM rounds
GROUP BY ip_address
ORDER BY failures DESC;
