-- title: Everything of one user
-- question: What did this account do, in which order, over sign-ins, changes of the directory and the audit log?
-- area: Timeline
-- tables: entra.sign_ins, entra.directory_audits, m365.activity
-- permissions: AuditLog.Read.All, ActivityFeed.Read
-- parameter: user user; whose
-- parameter: since time = 7d; from then on
-- parameter: ips network[]?; only from these addresses
-- hit: Read it from the first address that is not the user's own. The same columns for each source, the oldest first.
-- false positives: None; it is a list of facts, and the user's own days are among them.
-- mitre: T1078.004
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-overview
WITH events AS (
    SELECT created_date_time AS time,
           'sign-in' AS source,
           app_display_name AS action,
           CASE WHEN status.error_code = 0 THEN 'success' ELSE coalesce(entra_error(status.error_code), status.failure_reason) END AS result,
           resource_display_name AS target,
           ip_address AS address,
           session_id AS session,
           id
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND user_principal_name = :user
    UNION ALL
    SELECT activity_date_time,
           'directory',
           activity_display_name,
           result,
           coalesce(target_resources[1].display_name, target_resources[1].user_principal_name, target_resources[1].id),
           nullif(initiated_by.user.ip_address, ''),
           NULL,
           id
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND lower(initiated_by.user.user_principal_name) = :user
    UNION ALL
    SELECT creation_time,
           coalesce(workload, 'audit log'),
           operation,
           result_status,
           object_id,
           client_address,
           app_access_context.aad_session_id,
           id
    FROM m365.activity
    WHERE creation_time >= :since
      AND user_name = :user
)
SELECT time, source, action, result, target, address, session, id
FROM events
WHERE (:ips IS NULL OR ip_in_any(address, [:ips]))
ORDER BY time, id;
