-- Who took many files within one hour. Counts and sites tell a synchronised folder from a thief in a hurry.
SELECT date_trunc('hour', creation_time) AS hour,
       user_name,
       client_address,
       count(*) AS downloads,
       count(DISTINCT object_id) AS files,
       count(DISTINCT site_url) AS sites
FROM m365.sharepoint
WHERE operation IN ('FileDownloaded', 'FileSyncDownloadedFull')
  AND creation_time >= now() - INTERVAL '7 days'
GROUP BY 1, 2, 3
HAVING count(*) >= 50
ORDER BY downloads DESC;
