-- title: Password spray, in the audit log
-- question: Which addresses failed with many accounts, as the unified audit log tells it? For tenants without sign-in logs, and
--   for exports of the audit log.
-- area: Passwords
-- tables: m365.azure_active_directory
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; failures from then on
-- parameter: window span = 1h; how long one round lasts, whenever it begins
-- parameter: at_least integer = 8; accounts in one round
-- parameter: tries number = 3; most failures for an account in one round, on average
-- hit: One row per address that guessed. The audit log has no place and no risk; sign_ins has, if it is kept.
-- false positives: The common address of an office or a proxy on the day after passwords expired.
-- mitre: T1110.003
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
WITH failures AS (
    SELECT client_address,
           creation_time,
           count(*) OVER before AS failures,
           count(DISTINCT user_name) OVER before AS accounts
    FROM m365.azure_active_directory
    WHERE creation_time >= :since
      AND record_type = 15
      AND operation = 'UserLoginFailed'
      AND error_number IN ('50034', '50053', '50055', '50056', '50126')
    WINDOW before AS (PARTITION BY client_address ORDER BY creation_time RANGE BETWEEN :window PRECEDING AND CURRENT ROW)
),
marked AS (
    -- A failure is of a round, if a window that holds it has enough accounts: one that ends with it, or soon after.
    SELECT *,
           max(CASE WHEN accounts >= :at_least AND failures <= :tries * accounts THEN accounts ELSE 0 END)
               OVER (PARTITION BY client_address ORDER BY creation_time RANGE BETWEEN CURRENT ROW AND :window FOLLOWING) AS in_round
    FROM failures
),
rounds AS (
    SELECT *, sessionize(creation_time, :window) OVER (PARTITION BY client_address ORDER BY creation_time) AS round
    FROM marked
    WHERE in_round > 0
)
SELECT client_address,
       min(creation_time) AS first,
       max(creation_time) AS last,
       count(DISTINCT round) AS rounds,
       count(*) AS failures,
       max(in_round) AS accounts_in_a_round
FROM rounds
GROUP BY client_address
ORDER BY failures DESC;
