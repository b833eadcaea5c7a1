-- title: Mass download
-- question: Who took many files within minutes, from where?
-- area: Files
-- tables: m365.sharepoint
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; downloads from then on
-- parameter: window span = 10m; what counts as one haul
-- parameter: at_least integer = 50; different files in that time
-- parameter: operations text[] = FileDownloaded; what counts as a download; add FileSyncDownloadedFull for synchronised folders
-- hit: One row per user and address. Compare the address with the user's usual ones, and list the files.
-- false positives: A new laptop that synchronises its folders, which is why synchronising is left out; a backup.
-- mitre: T1530 T1213.002
-- references: https://learn.microsoft.com/en-us/purview/audit-log-activities
WITH hauls AS (
    SELECT user_name,
           client_address,
           date_bin(:window, creation_time) AS haul,
           min(creation_time) AS first,
           max(creation_time) AS last,
           count(*) AS downloads,
           count(DISTINCT id) AS records,
           count(DISTINCT object_id) AS files,
           sum(file_size_bytes) AS bytes,
           count(DISTINCT site_url) AS sites
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 6
      AND operation IN (:operations)
    GROUP BY 1, 2, 3
)
SELECT user_name,
       client_address,
       min(first) AS first,
       max(last) AS last,
       sum(downloads) AS downloads,
       max(files) AS files_in_a_haul,
       sum(bytes) AS bytes
FROM hauls
WHERE files >= :at_least
GROUP BY 1, 2
ORDER BY downloads DESC;
