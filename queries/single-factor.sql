-- title: A password alone, where two factors are usual
-- question: Who got in with one factor on a kind of client that is new for them, though they are usually asked for two, and which
--   policies were applied?
-- area: MFA and Conditional Access
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- parameter: before span = 21d; how far back the usual clients and second factors are looked for
-- parameter: at_least integer = 3; sign-ins with two factors before, which make them usual
-- parameter: user user?; only this account
-- hit: The password was enough. See under policies what was applied, only reported or not met, and who changed them last
--   (policy-changes).
-- false positives: A new phone in the office, where a policy asks for one factor; known devices are none. The policies are empty
--   if you may not read them (Policy.Read.All).
-- mitre: T1078.004 T1556.009
-- references: https://learn.microsoft.com/en-us/entra/identity/conditional-access/troubleshoot-conditional-access
WITH seen AS (
    SELECT id,
           user_principal_name,
           created_date_time,
           ip_address,
           location.country_or_region AS country,
           app_display_name,
           client_app_used,
           device_detail.operating_system AS system,
           device_detail.browser AS browser,
           authentication_requirement,
           conditional_access_status,
           array_transform(applied_conditional_access_policies, p -> p.display_name || ': ' || p.result) AS policies,
           min(created_date_time) OVER (PARTITION BY user_principal_name,
                                                     client_app_used,
                                                     device_detail.operating_system,
                                                     split_part(device_detail.browser, ' ', 1)) AS client_since,
           count(*) FILTER (WHERE created_date_time < :since
                              AND authentication_requirement = 'multiFactorAuthentication')
               OVER (PARTITION BY user_principal_name) AS with_two_factors
    FROM entra.sign_ins
    WHERE created_date_time >= :since - :before
      AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
      AND status.error_code = 0
      AND (:user IS NULL OR user_principal_name = :user)
)
SELECT created_date_time,
       user_principal_name,
       ip_address,
       country,
       app_display_name,
       client_app_used,
       system,
       browser,
       conditional_access_status,
       policies,
       with_two_factors,
       id
FROM seen
WHERE created_date_time >= :since
  AND client_since >= :since
  AND authentication_requirement = 'singleFactorAuthentication'
  AND with_two_factors >= :at_least
ORDER BY created_date_time;
