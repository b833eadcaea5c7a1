-- title: Scripts that got in
-- question: Who was signed in by a script or a tool of attackers, as its user agent says?
-- area: Sign-ins
-- tables: entra.sign_ins
-- permissions: AuditLog.Read.All
-- parameter: since time = 7d; sign-ins from then on
-- hit: A program knows the password. Ask its owner whose it is; if nobody's, reset the password. Looked for are python (requests,
--   urllib, aiohttp, httpx), curl, axios, azurehound, AADInternals, Go, node, okhttp, fasthttp, and BAV2ROPC and CBAInPROD, by
--   which Exchange signs in for clients that know a password alone. A tool that calls itself a browser is not found.
-- false positives: Scripts of one's own that sign in with a user's password, which they should not.
-- mitre: T1078.004 T1059
-- references: https://learn.microsoft.com/en-us/security/operations/incident-response-playbook-password-spray
SELECT user_principal_name,
       ip_address,
       user_agent,
       count(*) AS sign_ins,
       count(DISTINCT app_display_name) AS applications,
       min(created_date_time) AS first,
       max(created_date_time) AS last
FROM entra.sign_ins
WHERE created_date_time >= :since
  AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser')
           OR sign_in_event_types IS NULL AND user_principal_name <> '')
  AND status.error_code = 0
  -- Eleven beginnings are as many as a request can ask for; what they are of is told here.
  AND (user_agent LIKE 'python%'
       OR user_agent LIKE 'Python%'
       OR user_agent LIKE 'curl%'
       OR user_agent LIKE 'a%'
       OR user_agent LIKE 'AADInternals%'
       OR user_agent LIKE 'Go-http-client%'
       OR user_agent LIKE 'node%'
       OR user_agent LIKE 'okhttp%'
       OR user_agent LIKE 'BAV2ROPC%'
       OR user_agent LIKE 'CBAInPROD%'
       OR user_agent LIKE 'fasthttp%')
  AND user_agent ~* '^(python|curl/|aiohttp|axios/|azurehound|aadinternals|go-http-client|node|okhttp/|bav2ropc|cbainprod|fasthttp)'
GROUP BY 1, 2, 3
ORDER BY first;
