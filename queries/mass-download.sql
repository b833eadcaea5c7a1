-- title: Mass download
-- question: Who took many files within minutes, from where?
-- area: Files
-- tables: m365.sharepoint
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; downloads from then on
-- parameter: window span = 10m; how long one haul lasts, whenever it begins
-- parameter: at_least integer = 50; different files in that time
-- parameter: operations text[] = FileDownloaded; what counts as a download; add FileSyncDownloadedFull for synchronised folders
-- hit: One row per user and address. Compare the address with the user's usual ones, and list the files.
-- false positives: A new laptop that synchronises its folders, which is why synchronising is left out; a backup.
-- mitre: T1530 T1213.002
-- references: https://learn.microsoft.com/en-us/purview/audit-log-activities
WITH downloads AS (
    SELECT user_name,
           client_address,
           creation_time,
           object_id,
           file_size_bytes,
           count(DISTINCT coalesce(object_id, id)) OVER before AS files
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 6
      AND operation IN (:operations)
    WINDOW before AS (PARTITION BY user_name, client_address ORDER BY creation_time
                      RANGE BETWEEN :window PRECEDING AND CURRENT ROW)
),
marked AS (
    -- A download is of a haul, if a window that holds it has enough files: one that ends with it, or soon after.
    SELECT *,
           max(files) OVER (PARTITION BY user_name, client_address ORDER BY creation_time
                            RANGE BETWEEN CURRENT ROW AND :window FOLLOWING) AS in_haul
    FROM downloads
)
SELECT user_name,
       client_address,
       min(creation_time) AS first,
       max(creation_time) AS last,
       count(*) AS downloads,
       max(in_haul) AS files_in_a_haul,
       sum(file_size_bytes) AS bytes
FROM marked
WHERE in_haul >= :at_least
GROUP BY 1, 2
ORDER BY downloads DESC;
