-- title: A second factor registered after a risky sign-in
-- question: Who registered a new way to prove who they are, within hours of a sign-in that was found risky?
-- area: MFA and Conditional Access
-- tables: entra.directory_audits, entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; registrations from then on
-- parameter: within span = 6h; how long before the registration the risky sign-in lies
-- hit: The thief has a key of their own now, which survives a new password. Remove the method, then revoke the sessions.
-- false positives: Somebody with a new phone on a journey. Without Entra ID P2 no risk is shown, and nothing is found.
-- mitre: T1556.006 T1098.005
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbooks
--   https://learn.microsoft.com/en-us/entra/identity/monitoring-health/reference-audit-activities
WITH registrations AS (
    SELECT id, activity_date_time, activity_display_name, result_reason,
           -- An administrator registers it for somebody else.
           CASE WHEN activity_display_name LIKE 'Admin %' THEN target_resources[1].id ELSE initiated_by.user.id END AS user_id,
           initiated_by.user.user_principal_name AS user_name,
           initiated_by.user.ip_address AS from_address
    FROM entra.directory_audits
    WHERE activity_date_time >= :since
      AND (activity_display_name = 'User registered security info'
           OR activity_display_name = 'User registered all required security info'
           OR activity_display_name = 'User changed default security info'
           OR activity_display_name = 'Admin registered security info')
      AND result = 'success'
),
risky AS (
    SELECT user_id, created_date_time, ip_address, location.country_or_region AS country
    FROM entra.sign_ins
    WHERE created_date_time >= :since - :within
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND risk_level_during_sign_in IN ('medium', 'high')
      AND status.error_code = 0
)
SELECT r.activity_date_time,
       r.activity_display_name,
       r.user_name,
       r.from_address,
       r.result_reason,
       count(*) AS risky_sign_ins,
       max(risky.created_date_time) AS last_risky,
       arg_max(risky.ip_address, risky.created_date_time) AS risky_address,
       arg_max(risky.country, risky.created_date_time) AS risky_country,
       r.id
FROM registrations AS r
JOIN risky
  ON risky.user_id = r.user_id
 AND risky.created_date_time BETWEEN r.activity_date_time - :within AND r.activity_date_time
GROUP BY r.activity_date_time, r.activity_display_name, r.user_name, r.from_address, r.result_reason, r.id
ORDER BY r.activity_date_time;
