-- Statements that are wrong, each in its own way; one a line. None may be answered, and none may show a dump of the engine.
-- Words of other dialects.
SELECT (timestamp '2026-01-01', now()) OVERLAPS (timestamp '2026-01-01', now())
SELECT 1 IN (SELECT 1, 2)
SELECT x FROM (VALUES (1)) AS v(x) ORDER BY EXISTS (SELECT 1)
SELECT 9223372036854775807 + 1
SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) AS v(x)
SELECT '{a,b}'::text[]
SELECT !! 3
SELECT 5!
SELECT |/ 25
SELECT @x
SELECT @@version
SELECT B'101'
SELECT U&'\0041'
SELECT MAP {'a': 1}
SELECT convert('a' USING utf8)
SELECT id FROM sign_ins PIVOT (count(id) FOR app_id IN ('a'))
SELECT x FROM json_table('[]', '$[*]' COLUMNS(x INT PATH '$.x')) t
SELECT id FROM sign_ins, LATERAL FLATTEN(input => raw)
SELECT a.id FROM sign_ins a SEMI JOIN sign_ins b ON a.id = b.id
SELECT a.id FROM sign_ins a CROSS APPLY (SELECT 1) b
SELECT a.id FROM sign_ins a LEFT JOIN sign_ins b
SELECT id FROM sign_ins WHERE id LIKE ANY ('x', 'y')
SELECT id FROM sign_ins WHERE id = ANY (SELECT 1, 2)
SELECT TOP 5 id FROM sign_ins
SET ROLE x
SET SESSION AUTHORIZATION x
SET a.b = (SELECT 1)
COMMIT
CREATE INDEX i ON sign_ins (id)
UPDATE sign_ins SET id = 'a'
DELETE FROM sign_ins
INSERT INTO sign_ins VALUES (1)
TRUNCATE sign_ins
ALTER TABLE sign_ins ADD COLUMN x INT
GRANT SELECT ON sign_ins TO x
MERGE INTO sign_ins USING sign_ins AS x ON true WHEN MATCHED THEN DELETE
CREATE TABLE t (a INT CHECK (a > 0))
CREATE FUNCTION f() RETURNS INT LANGUAGE SQL AS 'SELECT 1'
CREATE DATABASE x
CREATE SCHEMA x
CREATE SEQUENCE s
CREATE TRIGGER t BEFORE INSERT ON sign_ins EXECUTE FUNCTION f()
CREATE USER x
CREATE EXTENSION x
USE x
CALL f()
DO $$ BEGIN END $$
VACUUM
ANALYZE sign_ins
PRAGMA table_info(sign_ins)
ATTACH 'x.db' AS x
LOCK TABLE sign_ins
DECLARE c CURSOR FOR SELECT 1
EXPLAIN EXECUTE p(1)
EXECUTE nothing(1)
DEALLOCATE nothing
SELECT list_transform([1], x => x + 1)
SELECT list_transform([1], (x, i) -> x + i)
SELECT list_filter([1], true)
SELECT upper([1], x -> x + 1)
SELECT any_match([1], x -> y = 1)
SELECT any_match([1], x -> x.name = 1)
SELECT any_match(1, x -> x = 1)
SELECT any_match([1], x -> x + 1)
SELECT geoip_country(1, 2)
SELECT geoip_asn([1])
SELECT created_date_time AT TIME ZONE (SELECT 'UTC') FROM sign_ins
SELECT * FROM sign_ins MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)
SELECT id FROM sign_ins QUALIFY id = 'a'
SELECT id FROM sign_ins SAMPLE 10
SELECT id FROM sign_ins LIMIT 10 BY id
SELECT id FROM sign_ins ORDER BY id USING >
SELECT id FROM ONLY sign_ins
SELECT DISTINCT ON (nope) id FROM sign_ins
SELECT * RENAME (id AS x) FROM sign_ins
SELECT * ILIKE '%id%' FROM sign_ins
SELECT * EXCLUDE (nope) FROM sign_ins
SELECT COLUMNS('id') FROM sign_ins
SELECT id FROM sign_ins WHERE id ~~~ 'x'
SELECT id FROM sign_ins WHERE id GLOB 'x*'
SELECT id FROM sign_ins WHERE id REGEXP 'x'
SELECT id FROM sign_ins WHERE id SOUNDS LIKE 'x'
SELECT id FROM sign_ins WHERE id MATCH 'x'
SELECT id FROM sign_ins WHERE id =~ 'x'
SELECT id FROM sign_ins WHERE id !~~~ 'x'
SELECT id FROM sign_ins WHERE id === 'x'
SELECT id FROM sign_ins WHERE id && 'x'
SELECT id FROM sign_ins WHERE !is_interactive
SELECT XMLELEMENT(name x)
SELECT GROUPING(id) FROM sign_ins
SELECT :x
SELECT ?
SELECT $1
SELECT #1
-- Names.
SELECT a.b.c.d.e FROM sign_ins a
SELECT status.nope FROM sign_ins
SELECT status.error_code.x FROM sign_ins
SELECT raw.status FROM sign_ins
SELECT raw['status'] FROM sign_ins
SELECT nope FROM sign_ins
SELECT s.nope FROM sign_ins s
SELECT t.id FROM sign_ins s
SELECT sign_ins.id FROM sign_ins s
SELECT createdDateTime FROM sign_ins
SELECT "createdDateTime" FROM sign_ins
SELECT id FROM signins
SELECT id FROM nope
SELECT id FROM nope.sign_ins
SELECT id FROM a.b.sign_ins
SELECT id FROM entra.nope
SELECT id FROM 'nope.csv'
SELECT id FROM nope.csv
SELECT nope(1)
SELECT entra.nope(1)
SELECT * FROM nope(1)
SELECT id AS a, id AS a FROM sign_ins
SELECT id FROM sign_ins a, sign_ins b
SELECT id FROM sign_ins a JOIN sign_ins b ON a.id = b.id
SELECT id FROM sign_ins a JOIN sign_ins a ON true
SELECT id FROM sign_ins a JOIN sign_ins b USING (nope)
SELECT id FROM sign_ins GROUP BY app_id
SELECT id, count(*) FROM sign_ins
SELECT count(*) FROM sign_ins HAVING id = 'a'
SELECT id FROM sign_ins WHERE count(*) > 1
SELECT id FROM sign_ins GROUP BY count(*)
SELECT max(count(*)) FROM sign_ins
SELECT id FROM sign_ins ORDER BY 5
SELECT id FROM sign_ins GROUP BY 5
SELECT id FROM sign_ins ORDER BY nope
SELECT id FROM sign_ins LIMIT -1
SELECT id FROM sign_ins LIMIT 'a'
SELECT id FROM sign_ins LIMIT id
SELECT id FROM sign_ins OFFSET -1
SELECT row_number() FROM sign_ins
SELECT row_number() OVER w FROM sign_ins
SELECT lag(id) OVER (ORDER BY nope) FROM sign_ins
SELECT (SELECT id, app_id FROM sign_ins)
SELECT id FROM sign_ins WHERE id IN (SELECT id, app_id FROM sign_ins)
SELECT id FROM sign_ins UNION SELECT id, app_id FROM sign_ins
SELECT id FROM sign_ins UNION SELECT status FROM sign_ins
WITH x AS (SELECT 1), x AS (SELECT 2) SELECT * FROM x
WITH x (a, b) AS (SELECT 1) SELECT * FROM x
WITH RECURSIVE x AS (SELECT 1 UNION ALL SELECT 'a' FROM x) SELECT * FROM x
WITH t AS (SELECT id, unnest(target_resources) AS t FROM directory_audits) SELECT t.id FROM t
-- Types.
SELECT raw::jsonb FROM sign_ins
SELECT 'a'::inet
SELECT 'a'::nope
SELECT 'a'::int
SELECT 'a'::uuid
SELECT '2026-13-01'::date
SELECT 'x'::timestamp
SELECT interval '1' month to year
SELECT interval 'x'
SELECT to_char(5, 'YYYY')
SELECT substring('abc' from 'b')
SELECT now(1)
SELECT 'x' = ANY('{x,y}')
SELECT raw @@ '$.a' FROM sign_ins
SELECT status + 1 FROM sign_ins
SELECT status = 'a' FROM sign_ins
SELECT id + 1 FROM sign_ins
SELECT -id FROM sign_ins
SELECT NOT id FROM sign_ins
SELECT id AND id FROM sign_ins
SELECT id FROM sign_ins WHERE id
SELECT id FROM sign_ins WHERE 1
SELECT id FROM sign_ins WHERE created_date_time
SELECT id FROM sign_ins WHERE created_date_time > 'yesterday'
SELECT id FROM sign_ins WHERE created_date_time > 5
SELECT id FROM sign_ins WHERE created_date_time > '27.11.2026'
SELECT id FROM sign_ins WHERE status.error_code = 'x'
SELECT id FROM sign_ins WHERE is_interactive = 'maybe'
SELECT id FROM sign_ins WHERE sign_in_event_types = 'x'
SELECT id FROM sign_ins WHERE sign_in_event_types LIKE '%x%'
SELECT id FROM sign_ins WHERE status LIKE '%x%'
SELECT id FROM sign_ins WHERE id BETWEEN 1
SELECT status, count(*) FROM sign_ins GROUP BY sign_in_event_types
SELECT sum(id) FROM sign_ins
SELECT avg(created_date_time) FROM sign_ins
SELECT lower(5, 6)
SELECT lower()
SELECT lower(status) FROM sign_ins
SELECT coalesce()
SELECT ip_in('a')
SELECT kv(status, 'a') FROM sign_ins
SELECT mode(status) FROM sign_ins
SELECT ago('yesterday')
SELECT ago(created_date_time) FROM sign_ins
SELECT bin(created_date_time, 'x') FROM sign_ins
SELECT datediff('fortnight', now(), now())
SELECT regexp_extract('a', '(')
SELECT 'a' ~ '('
SELECT date_trunc('fortnight', now())
SELECT date_part('fortnight', now())
SELECT now() + 1
SELECT CASE WHEN 1 THEN 'a' ELSE 2 END + 1
SELECT make_array(1, 'a') + 1
SELECT [1, 2][x] FROM sign_ins
SELECT raw -> 'a' -> FROM sign_ins
SELECT raw #>> 'a' FROM sign_ins
SELECT raw #>> '{a' FROM sign_ins
-- Lists.
SELECT target_resources.display_name FROM directory_audits
SELECT target_resources[1].nope FROM directory_audits
SELECT unnest(id) FROM directory_audits
SELECT id FROM directory_audits WHERE unnest(target_resources) = 'a'
SELECT d.id FROM directory_audits d, unnest(d.nope) AS u
SELECT u.nope FROM directory_audits d, unnest(d.target_resources) AS u
SELECT d.id FROM directory_audits d, unnest(d.id) AS u
SELECT d.id FROM directory_audits d FULL JOIN unnest(d.target_resources) AS u ON true
SELECT d.id FROM directory_audits d RIGHT JOIN LATERAL unnest(d.target_resources) AS u ON true
SELECT d.id FROM directory_audits d LEFT JOIN LATERAL unnest(d.target_resources) AS u ON u.type = 'User'
SELECT d.id FROM directory_audits d LEFT JOIN LATERAL (SELECT u.type FROM unnest(d.target_resources) AS u WHERE u.type = 'User') AS x ON true
SELECT id FROM directory_audits WHERE 'x' NOT IN (SELECT t.id FROM unnest(target_resources) AS t)
SELECT (SELECT max(t.id) FROM unnest(target_resources) AS t) FROM directory_audits
SELECT (SELECT t.id FROM unnest(target_resources) AS t) FROM directory_audits
SELECT * FROM unnest(5)
SELECT * FROM unnest()
-- Words of KQL.
SigninLogs | where UserPrincipalName == 'a' | take 10
SigninLogs | summarize count() by UserPrincipalName
SELECT * FROM SigninLogs
SELECT * FROM OfficeActivity
SELECT * FROM azuread_sign_in_report
SELECT * FROM DeviceLogonEvents
SELECT id FROM sign_ins WHERE user_principal_name contains 'a'
SELECT id FROM sign_ins WHERE user_principal_name has 'a'
SELECT id FROM sign_ins WHERE user_principal_name startswith 'a'
SELECT id FROM sign_ins WHERE created_date_time > ago(1d)
SELECT id FROM sign_ins take 10
-- What is cut off or mistyped.
SELCT 1
SELECT
SELECT FROM
SELECT id FORM sign_ins
SELECT id FROM sign_ins WHERE
SELECT id FROM sign_ins WERE id = 'a'
SELECT id FROM sign_ins WHERE id = 'a
SELECT id FROM sign_ins WHERE id = "a"
SELECT id FROM sign_ins WHERE (id = 'a'
SELECT id FROM sign_ins WHERE id = 'a')
SELECT id,, app_id FROM sign_ins
SELECT id FROM sign_ins WHERE id IN ()
SELECT id FROM sign_ins WHERE id IN 'a'
SELECT id FROM sign_ins WHERE id = 'a' AND
SELECT id FROM sign_ins WHERE id = 'a' OR OR id = 'b'
SELECT id FROM sign_ins GROUP id
SELECT id FROM sign_ins ORDER id
SELECT `id` FROM sign_ins
SELECT ‘a’
SELECT id FROM sign_ins; SELECT 1
SUMMARIZE nope
FROM nope

-- By habit of other programs, and as newcomers type them.
SELECT * FROM sign_ins WHERE createdDateTime > now() - interval '1 day'
SELECT * FROM sign_ins WHERE created_date_time > now() - 1d
SELECT TOP 10 * FROM sign_ins
SELECT * FROM sign_ins LIMIT 10, 20
SELECT user_principal_name, count(*) FROM sign_ins
SELECT user_principal_name, count(*) n FROM sign_ins GROUP BY user_principal_name HAVING n > 5 WHERE n > 3
SELECT * FROM sign_in
SELECT usr FROM sign_ins
SELECT user_principal_name FROM sign_ins WHERE status = 50126
SELECT user_principal_name FROM sign_ins WHERE status.errorCode = 50126
SELECT * FROM sign_ins WHERE user_principal_name = "ana@contoso.com"
SELECT * FROM sign_ins WHERE created_date_time BETWEEN '2026-13-01' AND '2026-14-01'
SELECT * FROM sign_ins WHERE created_date_time > 'yesterday'
SELECT * FROM sign_ins WHERE ip_address IN '10.0.0.0/8'
SELECT * FROM sign_ins WHERE ip_address LIKE 5
SELECT count(* FROM sign_ins
SELEC * FROM sign_ins
SELECT * FORM sign_ins
SELECT * FROM sign_ins ORDER created_date_time
SELECT * FROM sign_ins GROUP user_principal_name
SELECT * FROM sign_ins WHERE user_principal_name IS 'a'
SELECT * FROM sign_ins WHERE NOT EXISTS
SELECT * FROM sign_ins a JOIN users b ON a.user_id = c.id
SELECT id FROM sign_ins a JOIN users b ON a.user_id = b.id
SELECT sum(user_principal_name) FROM sign_ins
SELECT avg(ip_address) FROM sign_ins
SELECT created_date_time - 5 FROM sign_ins
SELECT to_timestamp(user_principal_name) FROM sign_ins
SELECT date_trunc('fortnight', created_date_time) FROM sign_ins
SELECT date_trunc(created_date_time, 'day') FROM sign_ins
SELECT json_extract_string(raw, '$.status') FROM sign_ins
SELECT raw->status FROM sign_ins
SELECT * FROM read_parquet(sign_ins)
SELECT * FROM read_csv('nope.csv')
SELECT * FROM 'nope/*.json'
ATTACH 'x.db'
INSTALL httpfs
UPDATE sign_ins SET id = 1
DROP TABLE sign_ins
CREATE INDEX i ON sign_ins(id)
GRANT SELECT ON sign_ins TO bob
SELECT lag(created_date_time) FROM sign_ins
SELECT count(DISTINCT user_id, app_id) FROM sign_ins
SELECT array_agg(user_id ORDER BY) FROM sign_ins
SELECT string_agg(user_id) FROM sign_ins
SELECT location[1] FROM sign_ins LIMIT 1
SELECT * FROM sign_ins WHERE location.city = 'Berlin' AND
SELECT * FROM sign_ins WHERE (location.city = 'Berlin'
SELECT CASE WHEN 1=1 THEN 2 FROM sign_ins
SELECT 1/0
SELECT '1' + 'a'
SELECT cast(user_id AS uuid) FROM sign_ins LIMIT 1
SELECT ip_address::inet FROM sign_ins LIMIT 1
SELECT ip_address << '10.0.0.0/8' FROM sign_ins LIMIT 1
SELECT regexp_matches(user_agent, '(') FROM sign_ins LIMIT 1
SELECT user_agent ~ '[' FROM sign_ins LIMIT 1
SELECT approx_quantile(status.error_code, 0.5) FROM sign_ins
SELECT PIVOT FROM sign_ins
PIVOT sign_ins ON app_display_name USING count(*)
WITH x AS (SELECT 1)
WITH x AS SELECT 1 SELECT * FROM x
SELECT * FROM (SELECT 1, 2) x(a)
SELECT * FROM sign_ins s, LATERAL (SELECT * FROM users u WHERE u.id = s.user_id LIMIT 1) q
SELECT (SELECT id, app_id FROM sign_ins LIMIT 1)
SELECT * FROM sign_ins UNION SELECT * FROM users
SELECT * FROM sign_ins LIMIT ten
SELECT * FROM sign_ins LIMIT -1
SET max_requests = 5
SET auditql.max_request = 5
SET auditql.timeout = soon
SHOW auditql.nope
SigninLogs | summarize count() by bin(TimeGenerated, 1d) | render timechart
let x = 5; SigninLogs | take x
SigninLogs | join kind=inner AuditLogs on CorrelationId
union SigninLogs, AuditLogs | take 10
search "ana@contoso.com"
index=o365 sourcetype=azure | stats count by user
Get-MgAuditLogSignIn -Filter "userPrincipalName eq 'a'"
SELECT * FROM azuread_user
SELECT * FROM sign_ins WHERE user_principal_name eq 'a'
SELECT * FROM sign_ins WHERE user_principal_name == 'a' && status.error_code != 0
SELECT * FROM sign_ins WHERE !is_interactive
SELECT strptime('2026-01-01', '%Y-%m-%d')
SELECT age(created_date_time) FROM sign_ins LIMIT 1
SELECT EXTRACT(quarterly FROM created_date_time) FROM sign_ins
SELECT interval '1 dayz'
SELECT * FROM timeline(ana@contoso.com)
SELECT * FROM timeline("ana@contoso.com")
SELECT * FROM timeline('ana@contoso.com', '7d')
SELECT ip_in('10.0.0.1')
SELECT sessionize(created_date_time) FROM sign_ins
SELECT * FROM sign_ins ASOF JOIN users USING (id)
SELECT any_match(applied_conditional_access_policies, x -> x.nope = 1) FROM sign_ins
SELECT * FROM sign_ins WHERE array_has(applied_conditional_access_policies, 'x')
SELECT * FROM unnest(sign_ins.location)
SELECT * FROM sign_ins s WHERE s.location.cty = 'x'
SELECT s.id FROM sign_ins
SELECT "User_Principal_Name" FROM sign_ins
SELECT * FROM entra.signins
SELECT * FROM dbo.sign_ins
SELECT * FROM entra.entra.sign_ins.x
SELECT id FROM sign_ins GROUP BY 3
SELECT id, id AS id2 FROM sign_ins WHERE id2 = 'a'
SELECT * FROM sign_ins WHERE id = @id
SELECT * EXCEPT nope FROM sign_ins LIMIT 1
SELECT * EXCLUDE (nope) FROM sign_ins LIMIT 1
SELECT COLUMNS('.*time') FROM sign_ins
SELECT * RENAME (id AS x) FROM sign_ins LIMIT 1
SELECT * REPLACE (1 AS nope) FROM sign_ins LIMIT 1
SELECT try_cast('a' AS int), TRY_CAST('a' AS hugeint)
SELECT 'x'::json
SELECT * FROM generate_series('2026-01-01', '2026-01-05', '1 day')
COPY sign_ins TO 'x.csv'
COPY (SELECT 1) TO STDOUT
EXPORT DATABASE 'x'
EXPLAIN ANALYZE SELECT count(*) FROM sign_inss
EXPLAIN
ANALYZE
CALL x()
SELECT pg_sleep(1)
SELECT current_user
SELECT * FROM pg_catalog.pg_tables
SELECT * FROM sqlite_master
USE entra
SELECT json_list(target_resources) FROM directory_audits
SELECT sum(raw -> 'a') FROM sign_ins
SELECT cardinality(raw -> 'a') FROM sign_ins
SELECT (raw -> 'a')[1] FROM sign_ins
SELECT (raw -> 'a').b FROM sign_ins
SELECT raw @> '{}' FROM sign_ins
SELECT risk_event_types_v2 @> 'x' FROM sign_ins
EXPLAIN (FORMAT json) SELECT 1
SELECT 7 // 2
SELECT [x for x in [1, 2]]
SELECT * FROM sign_ins TABLESAMPLE 10%
SELECT * FROM sign_ins USING SAMPLE 10%
-- Regular expressions.
SELECT regexp_match('a', '(')
SELECT regexp_extract('a', '(')
SELECT regexp_count('a', '(')
SELECT regexp_count('a', '(?<=a)b')
SELECT regexp_match('a', '(?=a)b')
SELECT regexp_match('a', '(a)\1')
SELECT regexp_match('a', 'a', 'q')
SELECT regexp_replace('a', '[', 'b')
SELECT regexp_like('a', 'a', 'g')
SELECT regexp_instr('a', 'a{2000000000}')
SELECT id FROM sign_ins WHERE id ~ '('
-- Aggregates and windows.
SELECT string_agg(x, ',' ORDER BY y) OVER () FROM (VALUES ('a', 1)) AS v(x, y)
SELECT array_agg(x ORDER BY y) OVER () FROM (VALUES ('a', 1)) AS v(x, y)
SELECT lag(id, 'x') OVER (ORDER BY id) FROM sign_ins
SELECT string_agg(x, ',' LIMIT 2) FROM (VALUES ('a', 1)) AS v(x, y)
SELECT string_agg(x, x) FROM (VALUES ('a', 1)) AS v(x, y)
SELECT sum(y) WITHIN GROUP (ORDER BY y) FROM (VALUES ('a', 1)) AS v(x, y)
SELECT id FROM sign_ins WHERE row_number() OVER () = 1
SELECT count(*) FROM sign_ins GROUP BY row_number() OVER ()
SELECT extract(hur FROM now())
SELECT id FROM sign_ins WHERE id ~ ANY (ARRAY['x'])
SELECT id FROM sign_ins WHERE id ~ ALL (ARRAY['x'])
SELECT * FROM 'vpn.csv' (timezone = 'Europe/Paris')
SELECT * FROM 'vpn.csv' timezone = 'Europe/Paris'
