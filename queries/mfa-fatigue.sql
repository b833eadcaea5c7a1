-- title: MFA fatigue
-- question: Who was asked for the second factor again and again, and then let somebody in?
-- area: MFA and Conditional Access
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: within span = 1h; how long before the approval the refusals lie
-- parameter: at_least integer = 5; refusals in that time
-- hit: The password is known to somebody, and the phone's owner gave in. Revoke sessions, reset the password, and look at what was
--   registered since (new-mfa-method).
-- false positives: A user with a new phone who fumbles; then the address is the usual one.
-- mitre: T1621
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbooks
--   https://attack.mitre.org/techniques/T1621/
WITH refusals AS (
    SELECT user_principal_name, created_date_time, ip_address
    FROM entra.sign_ins
    WHERE created_date_time >= :since
      AND (is_interactive OR sign_in_event_types IS NULL)
      AND status.error_code = 500121
),
asked AS (
    SELECT user_principal_name FROM refusals GROUP BY 1 HAVING count(*) >= :at_least
),
approvals AS (
    SELECT s.id, s.created_date_time, s.user_principal_name, s.ip_address, s.app_display_name,
           s.location.country_or_region AS country, s.session_id
    FROM asked
    JOIN entra.sign_ins AS s ON s.user_principal_name = asked.user_principal_name
    WHERE s.created_date_time >= :since
      AND (s.is_interactive OR s.sign_in_event_types IS NULL)
      AND s.status.error_code = 0
      AND s.authentication_requirement = 'multiFactorAuthentication'
)
SELECT a.created_date_time,
       a.user_principal_name,
       a.ip_address,
       a.country,
       a.app_display_name,
       count(*) AS refusals,
       min(r.created_date_time) AS first_refusal,
       a.session_id,
       a.id
FROM approvals AS a
JOIN refusals AS r
  ON r.user_principal_name = a.user_principal_name
 AND r.ip_address = a.ip_address
 AND r.created_date_time BETWEEN a.created_date_time - :within AND a.created_date_time
GROUP BY a.id, a.created_date_time, a.user_principal_name, a.ip_address, a.country, a.app_display_name, a.session_id
HAVING count(*) >= :at_least
ORDER BY a.created_date_time;
