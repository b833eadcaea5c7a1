-- title: Guests who came, read and were gone
-- question: Which guest was invited, let into a team, read files there, and was removed again within a day?
-- area: Files
-- tables: entra.directory_audits, m365.general, m365.sharepoint
-- permissions: ActivityFeed.Read, AuditLog.Read.All
-- parameter: since time = 7d; invitations from then on
-- parameter: within span = 24h; how soon after the invitation the guest is removed
-- hit: Files left by a guest whom nobody was to see. Ask who invited them; the address is the thief's.
-- false positives: A guest for one meeting. A guest who is still there is none.
-- mitre: T1136.003 T1213.002 T1070
-- references: https://learn.microsoft.com/en-us/entra/external-id/auditing-and-reporting
--   https://learn.microsoft.com/en-us/purview/audit-teams-audit-log-events
WITH invited AS (
    SELECT activity_date_time AS invited,
           initiated_by.user.user_principal_name AS invited_by,
           initiated_by.user.ip_address AS from_address,
           lower(target_resources[1].user_principal_name) AS guest
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND activity_display_name = 'Invite external user'
      AND result = 'success'
),
keyed AS (
    -- The feed names a guest by the home address, or with its @ as _ and #EXT# behind it.
    SELECT *, CASE WHEN guest LIKE '%#ext#%' THEN upn_local_part(guest) ELSE replace(guest, '@', '_') END AS key FROM invited
),
teams AS (
    SELECT creation_time, operation, team_name, unnest(members) AS member
    FROM m365.general
    WHERE creation_time >= :since
      AND record_type = 25
      AND operation IN ('MemberAdded', 'MemberRemoved')
),
members AS (
    SELECT creation_time, operation, team_name, lower(member.upn) AS name FROM teams
),
stays AS (
    SELECT keyed.key,
           min(m.creation_time) FILTER (WHERE m.operation = 'MemberAdded') AS added,
           max(m.creation_time) FILTER (WHERE m.operation = 'MemberRemoved') AS removed,
           min(m.team_name) AS team
    FROM keyed
    JOIN members AS m
      ON CASE WHEN m.name LIKE '%#ext#%' THEN upn_local_part(m.name) ELSE replace(m.name, '@', '_') END = keyed.key
     AND m.creation_time BETWEEN keyed.invited AND keyed.invited + :within
    GROUP BY keyed.key
),
reads AS (
    SELECT creation_time, object_id, client_address,
           CASE WHEN user_name LIKE '%#ext#%' THEN upn_local_part(user_name) ELSE replace(user_name, '@', '_') END AS key
    FROM m365.sharepoint
    WHERE creation_time >= :since
      AND record_type = 6
      AND operation IN ('FileAccessed', 'FileDownloaded', 'FilePreviewed', 'FileSyncDownloadedFull')
)
SELECT keyed.invited,
       keyed.invited_by,
       keyed.from_address,
       keyed.guest,
       stays.team,
       stays.added,
       stays.removed,
       count(*) AS reads,
       count(DISTINCT reads.object_id) AS files,
       array_agg(DISTINCT reads.client_address ORDER BY reads.client_address) AS read_from
FROM keyed
JOIN stays ON stays.key = keyed.key
JOIN reads ON reads.key = keyed.key AND reads.creation_time BETWEEN keyed.invited AND stays.removed
GROUP BY keyed.invited, keyed.invited_by, keyed.from_address, keyed.guest, stays.team, stays.added, stays.removed
ORDER BY keyed.invited;
