-- title: Password spray, in the audit log
-- question: Which addresses failed with many accounts, as the unified audit log tells it? For tenants without sign-in logs, and
--   for exports of the audit log.
-- area: Passwords
-- tables: m365.azure_active_directory
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; failures from then on
-- parameter: window span = 1h; what counts as one round
-- parameter: at_least integer = 8; accounts in one round
-- parameter: tries number = 3; most failures for an account in one round, on average
-- hit: One row per address that guessed. The audit log has no place and no risk; sign_ins has, if it is kept.
-- false positives: The common address of an office or a proxy on the day after passwords expired.
-- mitre: T1110.003
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
WITH rounds AS (
    SELECT client_address,
           date_bin(:window, creation_time) AS round,
           count(*) AS failures,
           count(DISTINCT user_name) AS accounts,
           min(creation_time) AS first,
           max(creation_time) AS last
    FROM m365.azure_active_directory
    WHERE creation_time >= :since
      AND record_type = 15
      AND operation = 'UserLoginFailed'
      AND error_number IN ('50034', '50053', '50055', '50056', '50126')
    GROUP BY 1, 2
)
SELECT client_address,
       min(first) AS first,
       max(last) AS last,
       count(*) AS rounds,
       sum(failures) AS failures,
       max(accounts) AS accounts_in_a_round
FROM rounds
WHERE accounts >= :at_least
  AND failures <= :tries * accounts
GROUP BY client_address
ORDER BY failures DESC;
