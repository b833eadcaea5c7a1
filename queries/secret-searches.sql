-- title: Searches for passwords and secrets
-- question: Who searched mail and files for passwords, keys or ways in, from where, and with which words?
-- area: Files
-- tables: m365.activity
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; searches from then on
-- parameter: words text = passw|kennwort|secret|credential|zugangsdaten|api.?key|private.?key|recovery.?code|vpn|\.pfx|\.kdbx; a pattern of what is sought
-- parameter: at_least integer = 3; different searches of one user from one address
-- hit: A stranger in the account looks for the next door. Change what the files found by these words hold.
-- false positives: An administrator at work, somebody who has lost a password. Searches of mailboxes are recorded only where
--   auditing of SearchQueryInitiated was turned on.
-- mitre: T1213.002 T1552.001
-- references: https://learn.microsoft.com/en-us/purview/audit-log-activities
--   https://learn.microsoft.com/en-us/purview/audit-get-started
WITH searches AS (
    -- No schema declares the words: where neither name has them, the whole record is searched. Nor is it said which content type
    -- brings the searches of mailboxes: all are read.
    SELECT lower(user_name) AS user_name, client_address, creation_time, operation,
           coalesce(raw ->> 'SearchQueryText', raw ->> 'QueryText', raw) AS sought
    FROM m365.activity
    WHERE creation_time >= :since
      AND operation IN ('SearchQueryPerformed', 'SearchQueryInitiatedSharePoint', 'SearchQueryInitiatedExchange')
)
SELECT user_name,
       client_address,
       min(creation_time) AS first,
       max(creation_time) AS last,
       count(*) AS searches,
       count(DISTINCT sought) AS different,
       array_agg(DISTINCT operation ORDER BY operation) AS operations,
       array_agg(DISTINCT sought ORDER BY sought) AS sought
FROM searches
WHERE sought ~* :words
GROUP BY user_name, client_address
HAVING count(DISTINCT sought) >= :at_least
ORDER BY first;
