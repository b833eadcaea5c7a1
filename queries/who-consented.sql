-- Who gave an application rights to the tenant's data, and which.
-- Consent of a user to rights over mail and files, offline, is how an attack outlives a changed password.
WITH changes AS (
    SELECT creation_time, user_name, client_address, object_id, unnest(modified_properties) AS change
    FROM m365.azure_active_directory
    WHERE operation = 'Consent to application.'
      AND creation_time >= now() - INTERVAL '7 days'
)
SELECT creation_time,
       user_name,
       client_address,
       object_id,
       regexp_replace(change.new_value, '^.*Scope: ([^],]*).*$', '\1') AS scopes
FROM changes
WHERE change.name = 'ConsentAction.Permissions'
  AND change.new_value ~ 'Mail\.|Files\.|offline_access'
ORDER BY creation_time;
