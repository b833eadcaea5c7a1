-- title: Mass deletion or renaming
-- question: Who deleted or renamed many files within minutes, from where, and what were they?
-- area: Files
-- tables: m365.sharepoint
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; changes from then on
-- parameter: window span = 10m; how long one go lasts, whenever it begins
-- parameter: at_least integer = 50; changes in that time
-- parameter: operations text[] = FileDeleted, FileRecycled, FileDeletedFirstStageRecycleBin, FileDeletedSecondStageRecycleBin, FileRenamed; what counts
-- hit: One row per user and address. Ransomware, or somebody who clears up behind them. Stop the session, and restore the site to
--   a time before first. Renamed files all have the same new ending under endings.
-- false positives: A migration; a folder that is tidied up, which a person does more slowly.
-- mitre: T1485 T1486
-- references: https://learn.microsoft.com/en-us/purview/audit-log-activities
--   https://learn.microsoft.com/en-us/security/ransomware/incident-response-playbook-dart-ransomware-approach
WITH changes AS (
    SELECT id, user_name, client_address, creation_time, operation, object_id, site_url,
           coalesce(nullif(destination_file_extension, ''), source_file_extension) AS ending,
           count(*) OVER (PARTITION BY user_name, client_address ORDER BY creation_time
                          RANGE BETWEEN :window PRECEDING AND CURRENT ROW) AS before
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 6
      AND operation IN (:operations)
),
marked AS (
    -- A change is of a go, if a window that holds it has enough of them: one that ends with it, or soon after.
    SELECT *,
           max(before) OVER (PARTITION BY user_name, client_address ORDER BY creation_time
                             RANGE BETWEEN CURRENT ROW AND :window FOLLOWING) AS in_go
    FROM changes
)
SELECT user_name,
       client_address,
       min(creation_time) AS first,
       max(creation_time) AS last,
       count(DISTINCT id) AS changes,
       count(DISTINCT object_id) AS files,
       array_agg(DISTINCT operation ORDER BY operation) AS operations,
       array_agg(DISTINCT site_url ORDER BY site_url) AS sites,
       array_agg(DISTINCT ending ORDER BY ending) AS endings
FROM marked
WHERE in_go >= :at_least
GROUP BY user_name, client_address
ORDER BY first;
