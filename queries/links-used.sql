-- title: Links for anyone that were used
-- question: Which file was shared by a link for anyone, and fetched by it from another address than the one who made it has?
-- area: Files
-- tables: m365.sharepoint
-- permissions: ActivityFeed.Read
-- parameter: since time = 7d; links and their use from then on
-- parameter: own network[]?; further addresses of one's own
-- hit: The file has left the house. Remove the link, and ask who made it, from where (user-timeline).
-- false positives: Links that are meant for customers. Whoever tries their own link is left out, as far as the address is the same.
-- mitre: T1567.002 T1213.002
-- references: https://learn.microsoft.com/en-us/purview/audit-log-sharing
WITH links AS (
    SELECT creation_time, operation, user_name, client_address, object_id, source_file_name
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 14
      AND operation IN ('AnonymousLinkCreated', 'AnonymousLinkUpdated', 'AnonymousLinkUsed')
),
first_made AS (
    SELECT object_id,
           min(creation_time) AS time,
           arg_min(user_name, creation_time) AS by_user,
           arg_min(client_address, creation_time) AS from_address,
           array_agg(DISTINCT client_address ORDER BY client_address) FILTER (WHERE client_address IS NOT NULL) AS makers
    FROM links
    WHERE operation <> 'AnonymousLinkUsed'
    GROUP BY object_id
)
SELECT m.time AS made,
       m.by_user,
       m.from_address,
       used.source_file_name AS file,
       used.client_address AS used_from,
       count(*) AS uses,
       min(used.creation_time) AS first_use,
       min(used.creation_time) - m.time AS after,
       m.object_id
FROM first_made AS m
JOIN links AS used
  ON used.object_id = m.object_id
 AND used.operation = 'AnonymousLinkUsed'
 AND used.creation_time >= m.time
WHERE NOT coalesce(array_has(m.makers, used.client_address), false)
  AND (:own IS NULL OR NOT coalesce(ip_in_any(used.client_address, [:own]), false))
GROUP BY m.time, m.by_user, m.from_address, m.object_id, used.source_file_name, used.client_address
ORDER BY first_use;
