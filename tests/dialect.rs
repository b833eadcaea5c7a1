//! The dialect: what is said in other words, what is refused and how, and that no error is a dump of the parser.

use std::fs;

use auditql::apis;
use auditql::engine::{Engine, Policy, described};
use auditql::report::{About, Exit, Report};
use tempfile::TempDir;

use crate::lab::{answer, now};

mod json;

/// An engine over one exported record of each kind.
fn engine(folder: &TempDir) -> Engine {
    let sign_in = r#"{"id":"a","createdDateTime":"2026-05-01T20:30:00Z","userPrincipalName":"ada@contoso.com","userId":"7f000001-0000-4000-8000-000000000001","status":{"errorCode":50126},"appliedConditionalAccessPolicies":[{"displayName":"P"}],"isInteractive":true}"#;
    let audit = r#"{"id":"b","activityDateTime":"2026-05-01T20:30:00Z","activityDisplayName":"Add user","initiatedBy":{"user":{"id":"u1"}},"targetResources":[]}"#;
    fs::write(folder.path().join("records.ndjson"), format!("{sign_in}\n{audit}\n")).unwrap();
    Engine::builder().policy(Policy::LOCAL).now(now()).input(folder.path().join("records.ndjson")).build().unwrap()
}

async fn one(engine: &Engine, sql: &str) -> String {
    answer(engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).rows().join("\n")
}

/// What a reader is shown of a statement that fails.
async fn refusal(engine: &Engine, sql: &str) -> Report {
    let error = match answer(engine, sql).await {
        Ok(answer) => panic!("{sql} was answered: {:?}", answer.rows()),
        Err(error) => error,
    };
    let tables = ["entra.sign_ins".to_owned(), "entra.directory_audits".to_owned()];
    Report::of_query(&error, &About { sql, line: 1, tables: &tables, ..About::default() })
}

/// The hint has the names that the statement gives to its tables.
#[tokio::test]
async fn ids_of_two_kinds_are_joined_by_names() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, hint) in [
        (
            "SELECT 1 FROM sign_ins x JOIN m365.activity f ON x.user_id = f.user_id",
            "join the names: x.user_principal_name = f.user_name",
        ),
        (
            "SELECT 1 FROM m365.activity WHERE user_id IN (SELECT user_id FROM sign_ins)",
            "user_name IN (SELECT user_principal_name FROM …)",
        ),
    ] {
        let told = refusal(&engine, sql).await;
        assert!(told.hint.as_ref().is_some_and(|told| told.contains(hint)), "{sql}: {told}");
    }
}

#[tokio::test]
async fn what_can_be_said_in_other_words_is_done() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, expected) in [
        ("SELECT raw #>> '{status,errorCode}' FROM sign_ins", "50126"),
        ("SELECT count(*) FROM (VALUES (false, 1)) v(a, n) WHERE (a IS NOT DISTINCT FROM true) AND n = 2", "0"),
        (
            "SELECT count(*) FROM (VALUES (false, 1)) v(a, n) WHERE n = 1 AND a IS NOT DISTINCT FROM (n = 2 AND n = 1)",
            "1",
        ),
        ("SELECT raw #> '{appliedConditionalAccessPolicies,0}' ->> 'displayName' FROM sign_ins", "P"),
        ("SELECT raw #>> ARRAY['appliedConditionalAccessPolicies','0','displayName'] FROM sign_ins", "P"),
        ("SELECT to_char(created_date_time, 'YYYY-MM-DD\"T\"HH24:MI') FROM sign_ins", "2026-05-01T20:30"),
        ("SELECT date_format(created_date_time, '%Y/%m/%d') FROM sign_ins", "2026/05/01"),
        ("SELECT to_timestamp('01.05.2026', 'DD.MM.YYYY')", "2026-05-01T00:00:00Z"),
        // Of a column, and of one without a value.
        ("SELECT to_timestamp(raw ->> 'createdDateTime') = created_date_time FROM sign_ins", "true"),
        (
            "SELECT to_timestamp(raw ->> 'nope') IS NULL, to_timestamp(raw ->> 'nope', '%Y') FROM sign_ins",
            "true | NULL",
        ),
        ("SELECT id FROM sign_ins FETCH FIRST ROW ONLY", "a"),
        ("SELECT count(*) FROM sign_ins WHERE id = ANY (SELECT id FROM sign_ins WHERE status.error_code = 0)", "0"),
        ("SELECT count(*) FROM sign_ins WHERE id = SOME (SELECT id FROM sign_ins WHERE status.error_code > 0)", "1"),
        ("SELECT count(*) FROM sign_ins WHERE id <> ALL (SELECT id FROM sign_ins WHERE status.error_code = 0)", "1"),
        ("SELECT 1 = ANY (ARRAY[1, 2])", "true"),
        ("SELECT count(*) FROM generate_series(current_date - INTERVAL '2 days', current_date, INTERVAL '1 day')", "3"),
        ("SELECT count(*) FROM range(current_date, date(now()) + '2d', INTERVAL '1 day')", "2"),
        (
            "SELECT cardinality(generate_series(DATE '2026-05-02' - INTERVAL '2 days', DATE '2026-05-02', '1d'::interval))",
            "3",
        ),
        (
            "SELECT max(value) FROM generate_series(DATE '2026-05-01', DATE '2026-05-02', INTERVAL '1 day')",
            "2026-05-02T00:00:00",
        ),
        ("SELECT date(now()) - '36h'", "2026-04-29T12:00:00"),
        ("SELECT dateadd('hour', 6, '2026-05-01'::date)", "2026-05-01T06:00:00"),
        ("SELECT dateadd('day', -1, created_date_time::date) FROM sign_ins", "2026-04-30T00:00:00"),
        ("SELECT x FROM (VALUES (1), (2), (3)) t(x) ORDER BY x OFFSET 1 ROW FETCH NEXT 1 ROWS ONLY", "2"),
        ("SELECT initiated_by.user.id FROM directory_audits", "u1"),
        ("SELECT d.initiated_by.user.id FROM directory_audits d", "u1"),
        ("SELECT (status).error_code FROM sign_ins", "50126"),
        ("SELECT applied_conditional_access_policies[1].display_name FROM sign_ins", "P"),
        ("SELECT raw ? 'status' AND NOT raw ? 'x' FROM sign_ins", "true"),
        ("SELECT array_has(risk_event_types_v2, 'x') IS NULL FROM sign_ins", "true"),
        ("SELECT count(*) FROM (FROM sign_ins WHERE true ORDER BY id LIMIT 5) s", "1"),
        ("SELECT count(*) FROM (FROM sign_ins s JOIN directory_audits d ON true WHERE s.id IS NOT NULL)", "1"),
        ("SELECT 'x' WHERE 1 IN (FROM (SELECT 1) AS t WHERE true)", "x"),
        ("SELECT\u{a0}count(*)\u{a0}FROM\u{3000}sign_ins\u{200b}", "1"),
        ("SELECT 'a\u{a0}b'", "a\u{a0}b"),
        ("SELECT bin(7, 5) || ' ' || bin(-1, 5)", "5.0 -5.0"),
        ("SELECT EXISTS (SELECT FROM sign_ins)", "true"),
    ] {
        assert_eq!(one(&engine, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn what_would_be_passed_over_is_refused_with_the_way() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, what, hint) in [
        ("SELECT id LIKE 'b!%' ESCAPE '!' FROM sign_ins", "is the backslash, and no other", r"x LIKE '100\%'"),
        (
            "SELECT 1 FROM directory_audits d, unnest(d.target_resources) AS t JOIN sign_ins s ON s.user_id = t.id",
            "JOIN goes before a comma",
            "FROM d CROSS JOIN unnest(d.list) AS t JOIN",
        ),
        (
            "SELECT 1 FROM sign_ins WHERE (id, user_id) IN (SELECT id, user_id FROM sign_ins)",
            "one column",
            "of pairs, EXISTS",
        ),
        ("SET auditql.timeout = NULL", "NULL is no value of a setting", "SET auditql.timeout = '90s'"),
        ("SET auditql.timeout=10s", "", "SET auditql.timeout = '10s'"),
        ("SET auditql.format = 'csv'", "there is no setting 'format'", "\\format NAME"),
        ("DROP VIEW nosuch", "there is no view nosuch", "\\dv"),
        ("DROP DATABASE x", "nothing of that kind", "DROP VIEW"),
        ("CREATE EXTERNAL TABLE v LOCATION 'x'", "STORED AS is missing", "STORED AS AUTO"),
        ("CREATE EXTERNAL TABLE v STORED AS CSV", "LOCATION is missing", "LOCATION 'logs/vpn.csv'"),
        ("CREATE EXTERNAL TABLE v STORED AS CSV WITH HEADER ROW LOCATION 'x'", "in OPTIONS (…)", "heading 'true'"),
        (
            "CREATE EXTERNAL TABLE v STORED AS CSV COMPRESSION TYPE GZIP LOCATION 'x'",
            "is recognised, and not stated",
            "LOCATION 'vpn.csv.gz'",
        ),
        ("CREATE EXTERNAL TABLE v STORED AS CSV DELIMITER ';' LOCATION 'x'", "in OPTIONS (…)", "delimiter ';'"),
        ("SELECT sum(id) FROM sign_ins", "sum does not take (text)", "CAST(x AS DOUBLE) makes a number of a text"),
        ("SELECT id * 2 FROM sign_ins", "text * bigint cannot be computed", "CAST(x AS DOUBLE)"),
        ("SELECT id - INTERVAL '1 day' FROM sign_ins", "cannot be computed", "CAST(x AS TIMESTAMP)"),
        ("SELECT raw -> '$.status.errorCode' FROM sign_ins", "is a path", "raw -> 'status' -> 'errorCode'"),
        ("SELECT raw ->> '$.a[0]' FROM sign_ins", "is a path", "raw -> 'a' ->> 0"),
        ("SELECT json_get(raw, '$.a.b') FROM sign_ins", "one by one", "json_get(…, 'a', 'b')"),
        (
            "SELECT * FROM directory_audits d, json_array_elements(d.target_resources) t",
            "json_array_elements does not take (list)",
            "unnest(",
        ),
        ("SELECT json_length(target_resources) FROM directory_audits", "this is a list", "unnest("),
        ("SELECT sum(raw -> 'a') FROM sign_ins", "sum does not take (text)", "it takes sum(number)"),
        ("CREATE TABLE t AS SELECT INTERVAL '1 day' AS x", "column x has the type interval", "CAST(x AS TEXT)"),
        ("SELECT json_extract(raw, '$.a') FROM sign_ins", "no function json_extract", "raw -> 'a'"),
        ("SELECT to_char(created_date_time, 'yyyy-MM-dd HH:mm') FROM sign_ins", "minutes are MI", "HH24:MI:SS"),
        ("SELECT to_char(created_date_time, 'YYYY-WW') FROM sign_ins", "WW is not a supported part", "%Y-%m-%d"),
        ("SELECT 1 WHERE 1 > ALL (SELECT 2)", "> ALL (SELECT …)", "SELECT max(y)"),
        ("SELECT 1 WHERE 1 <= ANY (SELECT 2)", "<= ANY (SELECT …)", "SELECT max(y)"),
        ("SELECT 1 WHERE EXISTS (SELECT 1 OFFSET 5)", "OFFSET", "count(*)"),
        ("SELECT 1 WHERE NOT EXISTS (SELECT max(x) FROM (SELECT 1 x))", "always one row", "EXISTS (SELECT 1"),
        ("SELECT count(DISTINCT *) FROM sign_ins", "count(DISTINCT *)", "SELECT DISTINCT *"),
        ("SELECT count(*) FROM sign_ins TABLESAMPLE BERNOULLI(1)", "TABLESAMPLE", "random()"),
        ("SELECT * FROM (SELECT 1) x TABLESAMPLE SYSTEM (10)", "TABLESAMPLE", "random()"),
        ("SELECT id FROM sign_ins FOR UPDATE", "locks rows", "remove it"),
        ("SELECT id FROM (SELECT id FROM sign_ins FOR SHARE) x", "locks rows", "remove it"),
        ("SELECT id FROM sign_ins FETCH FIRST 1 ROW WITH TIES", "WITH TIES", "rank()"),
        ("SELECT id FROM sign_ins LIMIT 1 FETCH FIRST 1 ROW ONLY", "LIMIT and FETCH", "one of them"),
        ("SELECT id FROM sign_ins LIMIT (SELECT 1)", "LIMIT takes a number", "row_number()"),
        ("SELECT id FROM sign_ins OFFSET (SELECT 1)", "OFFSET takes a number", "row_number()"),
        ("SELECT * FROM sign_ins POSITIONAL JOIN directory_audits", "POSITIONAL JOIN", "row_number()"),
        ("SELECT * FROM sign_ins a JOIN sign_ins b", "JOIN needs ON or USING", "CROSS JOIN makes all pairs"),
        ("SELECT * FROM sign_ins a LEFT JOIN sign_ins b", "JOIN needs ON", "CROSS JOIN"),
        ("SELECT * FROM (sign_ins a FULL JOIN sign_ins b)", "JOIN needs ON", "CROSS JOIN"),
        ("SELECT * FROM sign_ins a LEFT SEMI JOIN sign_ins b", "JOIN needs ON", "CROSS JOIN"),
        ("SELECT * FROM sign_ins s JOIN unnest(s.sign_in_event_types) AS u", "JOIN needs ON", "CROSS JOIN unnest"),
        ("FROM sign_ins WHERE id = 'a' GROUP BY id", "GROUP BY leaves none", "SELECT user_principal_name, count(*)"),
        ("SELECT FROM sign_ins LIMIT 1", "names no columns", "SELECT * FROM"),
        ("EXPLAIN SELECT FROM sign_ins", "names no columns", "SELECT * FROM"),
        ("SELECT a.* FROM sign_ins s", "no table a here", "SELECT s.* FROM sign_ins s"),
        ("SELECT bin(created_date_time, 15) FROM sign_ins", "bin of a time", "bin(time, '15m')"),
        ("SELECT bin(created_date_time, '15 fortnights') FROM sign_ins", "'15 fortnights' is no length", "'15m'"),
        ("SELECT ago('1 fortnight')", "'1 fortnight' is no length of time", "'7 days'"),
        ("SELECT id FROM sign_ins WHERE status ILIKE '%x%'", "ILIKE compares texts, and not struct", "name a field"),
        (
            "SELECT id FROM sign_ins WHERE sign_in_event_types NOT ILIKE 'x'",
            "ILIKE compares texts, and not list",
            "unnest(",
        ),
        ("SELECT id FROM sign_ins WHERE status ~* 'x'", "~* compares texts, and not struct", "name a field"),
        (
            "SELECT id FROM sign_ins WHERE created_date_time LIKE '2026-11-24%'",
            "LIKE compares texts",
            "x::date = '2026",
        ),
        ("SELECT id FROM directory_audits WHERE additional_details LIKE '%x%'", "LIKE compares texts", "t.value LIKE"),
        ("SELECT id FROM sign_ins WHERE location = 'PT'", "cannot be compared", "location.country_or_region = 'PT'"),
        (
            "SELECT id FROM sign_ins ORDER BY date_trunc(created_date_time)",
            "date_trunc does not take 1",
            "('hour', time)",
        ),
        ("SELECT id FROM sign_ins ORDER BY element_at(id, 1)", "element_at takes a map", "['TargetUserName']"),
        ("SELECT id FROM sign_ins ORDER BY round(id)", "round does not take (text)", "CAST(x AS DOUBLE)"),
        ("SELECT id FROM sign_ins ORDER BY lower(sign_in_event_types)", "lower does not take (list)", "lower(text)"),
        ("SELECT id FROM sign_ins ORDER BY url_decode(id, id)", "takes 1 argument, and not 2", "url_decode(text)"),
        ("SELECT count(*) FILTER (WHERE sqrt(id) > 1) FROM sign_ins", "sqrt does not take (text)", "CAST(x AS DOUBLE)"),
        (
            "SELECT 1 FROM sign_ins a JOIN sign_ins b ON sqrt(a.id) = 1",
            "sqrt does not take (text)",
            "CAST(x AS DOUBLE)",
        ),
        ("SELECT DISTINCT ON (sqrt(id)) id FROM sign_ins", "sqrt does not take (text)", "CAST(x AS DOUBLE)"),
        ("SELECT first_value() OVER (ORDER BY id) FROM sign_ins", "is given none", "first_value(x) OVER"),
        ("SELECT sum(status.error_code = 50126) FROM sign_ins", "sum does not take (boolean)", "count_if(condition)"),
        ("SELECT id FROM sign_ins WHERE user_principal_name = “a@b.c”", "“", "typographic quotes"),
        ("SELECT datetime(2026-11-29)", "is a number", "datetime('2026-11-29')"),
        ("SELECT todatetime(2026 - 11 - 29)", "is a number", "todatetime('2026-11-29')"),
        ("SELECT date(5)", "is a number", "date('2026-11-29')"),
        ("SELECT to_timestamp(2026-11-29)", "is arithmetic", "'2026-11-29'"),
        ("SELECT id FROM sign_ins WHERE created_date_time > 2026-11-29", "is arithmetic", "'2026-11-29'"),
        (
            "SELECT id FROM sign_ins WHERE ip_in('198.51.100.0/24', ip_address)",
            "in the place of the address",
            "ip_in(ip_address, '198.51.100.0/24')",
        ),
        ("SELECT ip_in_any('10.0.0.0/8', [ip_address]) FROM sign_ins", "in the place of the address", "ip_in"),
        ("SELECT arg_max(created_date_time, *) FROM sign_ins", "* is a whole row", "row_number()"),
        ("SELECT sign_in_event_types[0] FROM sign_ins", "begin at 1", "sign_in_event_types[1]"),
        ("INSERT INTO sign_ins VALUES (1)", "INSERT is not supported", "read-only"),
        ("SELECT status ->> 'errorCode' FROM sign_ins", "status is a struct", "status.error_code"),
        ("SELECT status.nope FROM sign_ins", "no field nope in status", "error_code"),
        ("SELECT location.error_code FROM sign_ins", "no field error_code in location", "its fields are city"),
        ("SELECT u.id FROM sign_ins s", "no column u.id", "the table is called s here: s.id"),
        ("SELECT sign_ins.id FROM sign_ins s", "no column sign_ins.id", "s.id"),
        ("SELECT s.category FROM sign_ins s JOIN directory_audits d ON s.id = d.id", "s.category", "d.category"),
        ("SELECT id FROM sign_ins WHERE id = 5", "id is a text, and 5 is a number", "'5'"),
        ("SELECT id FROM sign_ins WHERE is_interactive = 'yes'", "cannot be compared", "WHERE NOT x"),
        ("SELECT id FROM sign_ins WHERE is_interactive IN ('yes')", "cannot be compared", "WHERE NOT x"),
        ("SELECT id FROM sign_ins WHERE sign_in_event_types = 'x'", "cannot be compared", "= ANY(list)"),
        ("SELECT id + 'x' FROM sign_ins", "cannot be computed", "||"),
        ("SELECT -id FROM sign_ins", "stands before a number", "DESC"),
        ("SELECT id FROM sign_ins WHERE NOT id", "takes a condition", "NOT x = 'text'"),
        ("SELECT id FROM sign_ins LIMIT -1", "not below 0", "LIMIT 10"),
        ("SELECT * FROM read_xlsx('a.xlsx')", "no function read_xlsx", "CSV"),
        ("EXECUTE sp_help", "no prepared statement sp_help", "PREPARE"),
        (
            "SELECT array_agg(DISTINCT id ORDER BY created_date_time) FROM sign_ins",
            "ordered by what it takes",
            "GROUP BY",
        ),
        (
            "SELECT id FROM sign_ins WHERE id IN (SELECT user_id FROM (VALUES ('a')) AS t(value))",
            "selects user_id",
            "\\d TABLE",
        ),
        ("SELECT id FROM sign_ins WHERE created_date_time > '29/11/2026'", "as a time", "'DD/MM/YYYY'"),
        ("EmailEvents | take 5", "", "FROM defender.email_events LIMIT 5"),
        ("SigninLogs", "", "FROM entra.sign_ins WHERE is_interactive"),
        ("SigninLogs | getschema", "", "DESCRIBE entra.sign_ins"),
        ("find in (SigninLogs) where x", "", "FROM entra.sign_ins"),
        ("SELECT 'abc'::date", "'abc' cannot be cast to date", ""),
        ("SELECT now() AT TIME ZONE 'Nowhere'", "there is no time zone 'Nowhere'", "'Europe/Berlin'"),
        ("SELECT ip_in('10.0.0.1', '10.0.0.0/33')", "'10.0.0.0/33' is no network", ""),
        ("SELECT ip_in(ip_address, '10.0.0.0/33') FROM sign_ins", "'10.0.0.0/33' is no network", ""),
        (
            "SELECT count(*) OVER (ORDER BY created_date_time RANGE 3600 PRECEDING) FROM sign_ins",
            "created_date_time is a time, and 3600 no length of time",
            "INTERVAL '3600 seconds'",
        ),
        (
            "SELECT count(*) OVER (ORDER BY id RANGE INTERVAL '1 day' PRECEDING) FROM sign_ins",
            "neither a time nor a number",
            "ROWS 10 PRECEDING",
        ),
        (
            "SELECT count(*) OVER (ORDER BY n RANGE 0.5 PRECEDING) FROM (VALUES (1)) v(n)",
            "n is a whole number",
            "RANGE 10 PRECEDING",
        ),
        (
            "SELECT count_if(is_interactive) OVER () FROM sign_ins",
            "not supported with OVER",
            "FILTER (WHERE condition)",
        ),
        (
            "SELECT bool_or(is_interactive) OVER (ORDER BY id ROWS 1 PRECEDING) FROM sign_ins",
            "bool_or cannot be computed over a window",
            "UNBOUNDED PRECEDING",
        ),
        ("SELECT 'a' = ANY (id) FROM sign_ins", "= ANY takes a list", "IN ('a', 'b')"),
        ("SELECT sum(unnest([1, 2]))", "unnest makes rows", "FROM unnest"),
        ("SELECT CAST(3000000000 AS INT)", "3000000000 is out of range for integer", "BIGINT"),
        ("SELECT lag(id, x) OVER (ORDER BY x) FROM (SELECT id, 1 AS x FROM sign_ins) v", "written out", "lag(x, 1)"),
        ("SELECT to_char(now(), '%Q')", "a form of a time cannot be read", "to_char"),
        (
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r UNION ALL SELECT i + 10 FROM r) SELECT * FROM r",
            "r is read by more than the last part",
            "UNION ALL",
        ),
        ("SELECT '9999-12-31'::timestamp", "behind 2262", "x > '9999-01-01'"),
        ("SELECT to_timestamp(1e18)", "out of range for timestamp", "2262"),
        ("SELECT to_timestamp('NaN'::double)", "out of range for timestamp", "2262"),
        ("SELECT regexp_match('a', '(')", "in '(' the group that begins at character 1 is not closed", "backslash"),
        ("SELECT regexp_extract('a', '(')", "in '(' the group that begins at character 1 is not closed", "backslash"),
        ("SELECT regexp_count('a', '(?<=a)b')", "ahead or behind at character 1", "two conditions"),
        ("SELECT regexp_match('a', 'b(?=a)')", "ahead or behind at character 2", "two conditions"),
        ("SELECT 1 FROM sign_ins WHERE id ~ 'x['", "in 'x[' the list of characters", "backslash"),
        ("SELECT 1 FROM sign_ins WHERE row_number() OVER () = 1", "a window function has no value yet", "QUALIFY"),
        ("SELECT array_agg(id ORDER BY id) OVER () FROM sign_ins", "stands in OVER", "ROWS BETWEEN UNBOUNDED"),
        ("SELECT extract(hur FROM now())", "no part hur", "did you mean hour?"),
        ("SELECT sum(1) OVER w FROM sign_ins", "no window w", "WINDOW w AS ("),
        ("SELECT lag(id, 'x') OVER (ORDER BY id) FROM sign_ins", "a whole number", "lag(x, 1)"),
        (
            "SELECT * FROM 'vpn.csv' (timezone = 'UTC')",
            "the function that reads it",
            "read_log('vpn.csv', timezone => 'UTC')",
        ),
        ("SELECT * FROM 'vpn.csv' timezone = 'UTC'", "", "read_log('vpn.csv', timezone => 'UTC')"),
        (
            "SELECT id FROM sign_ins WHERE user_principal_name = 'd'arcy.park@lumenworks.example'",
            "",
            "written twice: 'd''arcy.park@lumenworks.example'",
        ),
        ("SELECT tolower(id ORDER BY id) FROM sign_ins", "tolower is not called like this", "tolower(text)"),
        ("SELECT strcat(id, 'a' ORDER BY id) FROM sign_ins", "strcat is not called like this", "strcat(a, b"),
        ("SELECT iff(true, 1, 2 ORDER BY id) FROM sign_ins", "iff is not called like this", "iff(condition"),
        ("SELECT INTERVAL 'x'", "'x' is no interval", "'1 day 2 hours'"),
        ("SELECT 'abc'::timestamp", "'abc' cannot be read as a time", "'2026-05-01'"),
        ("SELECT 1 LIMIT 'a'", "LIMIT takes a number", ""),
        ("SHOW COLUMNS FROM 'none.csv'", "no file none.csv", "the working folder"),
        ("SELECT id FROM sign_ins WITH (NOLOCK)", "WITH (…)", "remove it"),
        ("SELECT * FROM generate_series(1, 2) WITH ORDINALITY", "ORDINALITY", "row_number()"),
        ("SELECT * FROM SigninLogs", "no table signinlogs", "entra.sign_ins"),
        ("SELECT * FROM OfficeActivity", "no table officeactivity", "m365.activity"),
        ("SELECT * FROM azuread_sign_in_report", "no table", "entra.sign_ins"),
        ("SELECT * FROM DeviceLogonEvents", "no table", "logs/*.evtx"),
        ("SigninLogs | where UserPrincipalName == 'a' | take 10", "", "FROM entra.sign_ins WHERE"),
        ("SELECT id FROM sign_ins WHERE user_principal_name contains 'a'", "", "ILIKE '%text%'"),
        ("SELECT id FROM sign_ins WHERE user_principal_name has 'a'", "", "word in any case"),
        ("SELECT id FROM sign_ins WHERE created_date_time > ago(1d)", "", "ago('1d')"),
        ("SELECT id FROM sign_ins take 10", "", "LIMIT 10"),
        ("SELECT datediff('fortnight', now(), now())", "not called like this", "datediff('day'"),
        ("SELECT id FROM sign_ins CONNECT BY id = 'x'", "CONNECT BY", "WITH RECURSIVE"),
        ("SELECT 'abc' SIMILAR TO 'a%'", "SIMILAR TO", "LIKE"),
        ("SELECT 'abc'::varchar(2)", "VARCHAR(2)", "left(x, n)"),
        ("SELECT CAST('abc' AS char(2))", "CHAR(2)", "left(x, n)"),
        ("SELECT lower(id) FILTER (WHERE false) FROM sign_ins", "lower is no aggregate", "CASE"),
        ("SELECT upper(DISTINCT id) FROM sign_ins", "upper is no aggregate", "CASE"),
        ("SELECT upper(id) OVER () FROM sign_ins", "upper is no aggregate", "CASE"),
        ("SELECT ARRAY(SELECT 1)", "is a query", "array_agg"),
        ("SELECT raw #>> '{status' FROM sign_ins", "takes a path", "json_get"),
        ("SELECT raw #> id FROM sign_ins", "takes a path", "json_get"),
        ("SELECT N'abc'", "is not a supported form of text", "'…'"),
        ("SELECT id COLLATE \"C\" FROM sign_ins", "COLLATE", "lower(x)"),
        ("SELECT id FROM sign_ins WHERE id RLIKE 'x'", "RLIKE", "~"),
        ("SELECT 'a' ^@ 'a'", "^@", "starts_with"),
        ("SELECT raw ?| ARRAY['a'] FROM sign_ins", "?|", "AND and OR"),
        ("CREATE TABLE t (a INT PRIMARY KEY) AS SELECT 1", "a constraint", "remove it"),
        ("SET timezone = 'Asia/Tokyo'", "cannot be Asia/Tokyo", "AT TIME ZONE 'Asia/Tokyo'"),
        ("SET TIME ZONE 'Asia/Tokyo'", "cannot be Asia/Tokyo", "AT TIME ZONE 'Asia/Tokyo'"),
        ("SET TIME ZONE LOCAL", "cannot be LOCAL", "AT TIME ZONE"),
        ("SELECT created_date_time AT TIME ZONE id FROM sign_ins", "takes a zone's name", "'Europe/Berlin'"),
        ("BEGIN", "no transactions", "remove it"),
        ("EXPLAIN SELECT id FROM sign_ins FOR UPDATE", "locks rows", "remove it"),
        ("PREPARE p AS SELECT id FROM sign_ins FOR UPDATE", "locks rows", "remove it"),
        ("CREATE VIEW v AS SELECT raw -> '$.a' FROM sign_ins", "is a path", "raw -> 'a'"),
        ("SELECT * FROM vpn.csv", "no table vpn.csv", "FROM 'vpn.csv'"),
        ("SELECT * FROM 'vpn.csv'", "no file vpn.csv", "the working folder"),
        ("SELECT target_resources.display_name FROM directory_audits", "", "only structs have fields"),
        (
            "SELECT jsonb_array_elements(target_resources) FROM directory_audits",
            "jsonb_array_elements does not take (list)",
            "unnest(target_resources) makes a row",
        ),
        (
            "SELECT jsonb_each(initiated_by) FROM directory_audits",
            "jsonb_each does not take (struct)",
            "status.error_code",
        ),
        ("SELECT unnest(raw -> 'targetResources') FROM directory_audits", "unnest makes", "json_array_elements(raw ->"),
        ("SELECT raw @> '{\"a\": 1}' FROM sign_ins", "@> looks into lists", "raw ->> 'name' = 'text'"),
        ("SELECT raw <@ '{\"a\": 1}' FROM sign_ins", "<@ looks into lists", "raw ? 'name'"),
        ("SELECT risk_event_types_v2 @> 'x' FROM sign_ins", "list @> text", "array_has(list, 'x')"),
        ("SELECT len(sign_in_event_types) FROM sign_ins", "length takes a text", "cardinality(list)"),
        ("SELECT left(sign_in_event_types, 1) FROM sign_ins", "left takes a text", "list[1]"),
        (
            "SELECT len(target_resources) FROM directory_audits",
            "len does not take (list)",
            "cardinality(target_resources)",
        ),
        ("SELECT 1 FROM sign_ins WHERE ip_address <<= '10.0.0.0/8'", "<<=", "ip_in(address, '10.0.0.0/8')"),
        ("SELECT 1 FROM sign_ins WHERE ip_address >>= '10.0.0.0/8'", ">>=", "ip_in(address, '10.0.0.0/8')"),
        ("SELECT datetime(2026-04-30)", "2026-04-30 without quotes", "write datetime('2026-04-30')"),
        ("SELECT date(20260430)", "20260430 without quotes", "write date('2026-04-30')"),
        ("SELECT todatetime(5)", "5 without quotes", "write todatetime('2026-11-29')"),
        ("SELECT 1 FROM sign_ins WHERE created_date_time > 20260430", "timestamp > bigint", "as a text: '2026-04-30'"),
        ("SELECT 1 FROM sign_ins WHERE created_date_time > '2026-04-31'", "'2026-04-31'", "'2026-04-30'"),
        ("SELECT 1 FROM sign_ins WHERE created_date_time::date = '2026-02-30'", "'2026-02-30'", "'2026-02-28'"),
        (
            "SELECT 1 FROM sign_ins WHERE created_date_time > '2026-04-30 10:00 PM'",
            "the hours of half a day",
            "to_timestamp('2026-04-30 10:00 PM', 'YYYY-MM-DD HH12:MI AM')",
        ),
        ("SigninLogs | top 10 by TimeGenerated desc", "", "ORDER BY created_date_time DESC LIMIT 10"),
        ("SHOW ALL TABLES", "all.tables", "SHOW TABLES lists"),
        ("EXPLAIN (FORMAT json) SELECT 1", "no format json", "--format json"),
        (
            "EXPLAIN FORMAT TREE SELECT id FROM sign_ins WHERE user_display_name LIKE '%山田太郎山田太郎山田太郎山田太郎山田太郎%'",
            "cannot draw",
            "EXPLAIN VERBOSE",
        ),
        (
            "SELECT 1 FROM sign_ins WHERE is_interactive IS NOT DISTINCT FROM true AND id = 'a'",
            "IS DISTINCT FROM",
            "(a IS",
        ),
        (
            "SELECT 1 FROM sign_ins WHERE is_interactive IS DISTINCT FROM (true) OR id = 'a'",
            "IS DISTINCT FROM",
            "(a IS",
        ),
        (
            "SELECT count(*) FILTER (WHERE is_interactive IS DISTINCT FROM true AND id = 'a') FROM sign_ins",
            "IS DISTINCT FROM",
            "(a IS",
        ),
    ] {
        let report = refusal(&engine, sql).await;
        assert_eq!(report.exit, Exit::Query, "{sql}: {report}");
        assert!(report.what.contains(what), "{sql}: {report}");
        assert!(report.hint.as_deref().is_some_and(|told| told.contains(hint)), "{sql}: {report}");
    }
}

/// Statements that are wrong, each in its own way, a line each.
const WRONG: &str = include_str!("dialect/wrong.sql");

/// What a dump of the engine's or the parser's own parts holds.
const DUMPS: &[&str] = &[
    "Ident {",
    "Ident(",
    "Span(",
    "Location(",
    "Some(",
    "None",
    "Value(",
    "sqltorel",
    "ExprPlanner",
    "Expr {",
    "Expr::",
    "Column {",
    "OneSided",
    "DataType",
    "LogicalPlan",
    "arrow",
    "Utf8",
    "Int64",
    "Timestamp(",
    "List(",
    "Struct(",
    "get_field",
    "internal error",
    "Internal",
    "__unnest",
    "outer_ref",
    "Physical plan",
    "logical expression",
    "ast node",
    "datafusion.",
    "UserDefined",
    "Signature",
    "bug in",
    "DFSchema",
    "LambdaVariable",
    "scalar_subquery",
    "array_any_match",
    "array_filter",
    "placeholder",
    "Union(",
    "AtArrow",
    "ArrowAt",
    "pgjson",
    "~~~~",
    "Syntax(",
    "did not compile",
    "not implemented",
    "AnyOp",
    "AllOp",
];

fn wrong() -> impl Iterator<Item = &'static str> {
    WRONG.lines().filter(|line| !line.is_empty() && !line.starts_with("--"))
}

#[tokio::test]
async fn no_error_is_a_dump_of_the_engine() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    assert!(wrong().count() >= 200, "{}", wrong().count());
    let mut faults = Vec::new();
    for sql in wrong() {
        let error = match answer(&engine, sql).await {
            Ok(answer) => {
                faults.push(format!("{sql}\nwas answered: {:?}", answer.rows()));
                continue;
            }
            Err(error) => error,
        };
        let tables = ["entra.sign_ins".to_owned(), "entra.directory_audits".to_owned()];
        let report = Report::of_query(&error, &About { sql, line: 1, tables: &tables, ..About::default() });
        let shown = format!("{}\n{}", report.what, report.hint.as_deref().unwrap_or_default());
        let dump = DUMPS.iter().find(|mark| shown.contains(*mark));
        if dump.is_some() || report.exit != Exit::Query || report.what.len() > 200 {
            faults.push(format!("{sql}\n{report}\n  [{}]", dump.unwrap_or(&"exit or length")));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), wrong().count(), faults.join("\n\n"));
}

/// The marks find the dumps that there are.
#[test]
fn a_dump_is_told_from_words() {
    for dump in [
        "Unsupported ast node Identifier(Ident { value: \"x\" }) in sqltorel",
        "type_coercion caused by Internal error: Expr::Wildcard",
        "No field named get_field(x, Utf8(\"y\"))",
        "__unnest_placeholder(t.x,depth=1)",
    ] {
        assert!(DUMPS.iter().any(|mark| dump.contains(mark)), "{dump}");
    }
}

#[tokio::test]
async fn functions_of_other_dialects_are_understood() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, expected) in [
        (
            "SELECT ago('1d'), now() - '90m', now() - INTERVAL '7d'",
            "2026-04-30T12:00:00Z | 2026-05-01T10:30:00Z | 2026-04-24T12:00:00Z",
        ),
        ("SELECT bin(created_date_time, '15m') FROM sign_ins", "2026-05-01T20:30:00Z"),
        ("SELECT bin(created_date_time, '1h') = time_bucket('1 hour', created_date_time) FROM sign_ins", "true"),
        // The first of May 2026 is a Friday; weeks begin on Mondays.
        ("SELECT time_bucket(INTERVAL '1 week', created_date_time) FROM sign_ins", "2026-04-27T00:00:00Z"),
        ("SELECT bin(17, 5) = 15, bin(7.5, 2) = 6", "true | true"),
        (
            "SELECT strftime(created_date_time, '%Y/%m'), strftime('%d', created_date_time) FROM sign_ins",
            "2026/05 | 01",
        ),
        ("SELECT epoch(TIMESTAMP '1970-01-02'), epoch_ms(TIMESTAMP '1970-01-01 00:01')", "86400 | 60000"),
        ("SELECT datediff('day', TIMESTAMP '2026-01-31 23:59', TIMESTAMP '2026-02-01 00:01')", "1"),
        (
            "SELECT date_diff('month', TIMESTAMP '2025-12-31', TIMESTAMP '2026-02-01'), datediff(year, TIMESTAMP '2025-12-31', TIMESTAMP '2026-01-01')",
            "2 | 1",
        ),
        (
            "SELECT datediff('week', TIMESTAMP '2026-04-26', TIMESTAMP '2026-04-27'), datetime_diff('hour', TIMESTAMP '2026-01-02', TIMESTAMP '2026-01-01')",
            "1 | 24",
        ),
        (
            "SELECT dateadd('day', -1, TIMESTAMP '2026-01-01 00:00:00Z'), hour(created_date_time), hourofday(created_date_time) FROM sign_ins",
            "2025-12-31T00:00:00 | 20 | 20",
        ),
        (
            "SELECT startofday(created_date_time), startofmonth(created_date_time) FROM sign_ins",
            "2026-05-01T00:00:00Z | 2026-05-01T00:00:00Z",
        ),
        // The first of May 2026 is a Friday, the third a Sunday.
        (
            "SELECT startofweek(created_date_time), startofweek(TIMESTAMP '2026-05-03 00:00'), startofweek(TIMESTAMP '2026-05-02 23:59') FROM sign_ins",
            "2026-04-26T00:00:00Z | 2026-05-03T00:00:00 | 2026-04-26T00:00:00",
        ),
        (
            "SELECT regexp_extract('a=1; b=22', 'b=([0-9]+)', 1), regexp_extract('a=1', '[0-9]'), regexp_extract('a', '[0-9]') IS NULL",
            "22 | 1 | true",
        ),
        (
            "SELECT iff(1 > 2, 'a', 'b'), isnull(NULL), isempty(''), isnotempty('x'), isempty(NULL)",
            "b | true | true | true | true",
        ),
        (
            "SELECT tolower('A'), toupper('b'), strcat('a', 'b'), strlen('abc'), tostring(5), tolong('x') IS NULL, todouble('1.5')",
            "a | B | ab | 3 | 5 | true | 1.5",
        ),
        (
            "SELECT list(x ORDER BY x), collect_set(y), dcount(y), mode(y) FROM (VALUES (1, 'a'), (2, 'a'), (3, 'a')) AS t(x, y)",
            "[1, 2, 3] | [a] | 1 | a",
        ),
        ("SELECT make_list(x), make_set(y) FROM (VALUES (1, 'a'), (1, 'a')) AS t(x, y)", "[1, 1] | [a]"),
        ("SELECT isnull(NULL, 'b'), date_add(TIMESTAMP '2026-01-01', INTERVAL '1 day')", "b | 2026-01-02T00:00:00"),
        ("SELECT count(*) FROM (VALUES (1)) a(x) CROSS JOIN (VALUES (1), (2)) b(y)", "2"),
        ("SELECT group_concat(x) FROM (VALUES ('a'), ('a')) AS t(x)", "a,a"),
        ("SELECT group_concat(x ORDER BY n DESC) FROM (VALUES ('a', 1), ('b', 2)) AS t(x, n)", "b,a"),
        ("SELECT group_concat(x, '; ' ORDER BY n DESC) FROM (VALUES ('a', 1), ('b', 2)) AS t(x, n)", "b; a"),
        (
            "SELECT group_concat(DISTINCT x) FILTER (WHERE n < 3) FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) AS t(x, n)",
            "a",
        ),
        ("SELECT any_value(x), take_any(x ORDER BY x DESC) FROM (VALUES (NULL), (1), (2)) AS t(x)", "1 | 2"),
        ("SELECT any_value(x) OVER () FROM (VALUES (NULL), (1)) AS t(x) LIMIT 1", "1"),
        ("SELECT e FROM json_array_elements('[\"a\"]') AS e", "a"),
        // What `->` gives is JSON for these too, and a text or a time where one is asked for.
        (
            "SELECT p ->> 'displayName' FROM sign_ins s, jsonb_array_elements(s.raw -> 'appliedConditionalAccessPolicies') AS p",
            "P",
        ),
        (
            "SELECT jsonb_array_elements(raw -> 'appliedConditionalAccessPolicies') FROM sign_ins",
            "{\"displayName\":\"P\"}",
        ),
        ("SELECT e.value FROM (SELECT raw -> 'status' AS s FROM sign_ins) t, jsonb_each(t.s) AS e", "50126"),
        ("SELECT jsonb_array_length(raw -> 'appliedConditionalAccessPolicies') FROM sign_ins", "1"),
        (
            "SELECT (raw -> 'createdDateTime')::timestamp, raw -> 'createdDateTime' > TIMESTAMP '2026-05-01' FROM sign_ins",
            "2026-05-01T20:30:00 | true",
        ),
        (
            "SELECT x::text, x || '!', x = '50126', x = 50126, x > 50125.5, x::double, json_as_text(x), length(x) FROM (SELECT raw -> 'status' -> 'errorCode' AS x FROM sign_ins)",
            "50126 | 50126! | true | true | true | 50126.0 | 50126 | 5",
        ),
        (
            "SELECT raw -> 'status' -> 'errorCode' = '50126', raw -> 'status' -> 'errorCode' IN ('50126'), raw -> 'status' || '' FROM sign_ins",
            "true | true | {\"errorCode\":50126}",
        ),
        (
            "SELECT x::text, x::bigint IS NULL, x = true, (x = 1) IS NULL FROM (SELECT j -> 'a' AS x FROM (VALUES ('{\"a\": true}')) AS t(j))",
            "true | true | true | true",
        ),
        (
            "SELECT x::text, x = 1, x::bigint, x::timestamp IS NULL FROM (SELECT j -> 'a' AS x FROM (VALUES ('{\"a\": null}'), ('{}')) AS t(j))",
            "NULL | NULL | NULL | true\nNULL | NULL | NULL | true",
        ),
        ("SELECT x FROM (VALUES (1), (2)) t(x) MINUS SELECT 2", "1"),
        ("SELECT x FROM (VALUES (1), (2), (3)) t(x) MINUS SELECT 2 MINUS SELECT 3", "1"),
        ("SELECT starts_with(version(), 'auditql ')", "true"),
        ("SELECT e.key, e.value FROM json_each('{\"a\": [1]}') AS e", "a | [1]"),
        (
            "SELECT p ->> 'displayName' FROM sign_ins s, json_array_elements(s.raw ->> 'appliedConditionalAccessPolicies') AS p",
            "P",
        ),
        (
            "SELECT count(*) FROM sign_ins WHERE created_date_time > '2026-05-01 20:00' AND created_date_time < '2026-05-01 20:31'",
            "1",
        ),
        ("SELECT TIMESTAMP '2026-05-01 20:00' = '2026-05-01 20:00'::timestamp", "true"),
        (
            "SELECT count(*) FROM sign_ins WHERE created_date_time BETWEEN '2026-05-01 20:30' AND '2026-05-01 20:30Z'",
            "1",
        ),
    ] {
        assert_eq!(one(&engine, sql).await, expected, "{sql}");
    }
    one(&engine, "CREATE TEMP TABLE kept AS SELECT id FROM sign_ins").await;
    assert_eq!(one(&engine, "SELECT id FROM kept").await, "a");
}

#[tokio::test]
async fn every_name_can_be_typed_as_it_is_documented() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for set in apis::ALL {
        let paths = described(set.schema, set.name, set.columns).into_iter().map(|column| column.path);
        let items: Vec<String> = paths
            .filter(|path| !path.contains("[]"))
            .enumerate()
            .map(|(at, path)| format!("{path} AS c{at}"))
            .collect();
        let sql = format!("SELECT {} FROM {}.{}", items.join(", "), set.schema, set.name);
        engine.query(&sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
    }
}

#[tokio::test]
async fn a_list_of_indicators_keeps_its_first_line() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    for (name, text, columns, wanted, rows) in [
        ("plain", "203.0.113.91\n198.51.100.7\n", "(ip TEXT)", "ip", "203.0.113.91\n198.51.100.7"),
        ("undeclared", "203.0.113.91\n198.51.100.7\n", "", "value", "203.0.113.91\n198.51.100.7"),
        ("heading", "IP\n203.0.113.91\n", "(ip TEXT)", "ip", "203.0.113.91"),
        ("proved", "address\n203.0.113.91\n", "(ip TEXT)", "ip", "203.0.113.91"),
        ("times", "time,who\n2026-05-01,ada\n", "", "who", "ada"),
        // Nothing proves a heading, and so no line is taken for one.
        ("words", "ada\nbob\n", "(name TEXT)", "name", "ada\nbob"),
    ] {
        let path = file(name, text);
        one(&engine, &format!("CREATE EXTERNAL TABLE {name} {columns} STORED AS CSV LOCATION '{path}'")).await;
        assert_eq!(one(&engine, &format!("SELECT {wanted} FROM {name} ORDER BY line")).await, rows, "{name}");
    }
    let words = file("words", "ada\nbob\n");
    for (heading, rows) in [("false", "ada\nbob"), ("true", "bob")] {
        for option in ["'format.has_header'", "has_header", "heading"] {
            let said = format!(
                "CREATE OR REPLACE EXTERNAL TABLE w (name TEXT) STORED AS CSV LOCATION '{words}' OPTIONS ({option} '{heading}')"
            );
            one(&engine, &said).await;
            assert_eq!(one(&engine, "SELECT name FROM w").await, rows, "{option} {heading}");
        }
    }
}

#[tokio::test]
async fn a_table_is_made_of_a_local_file_that_is_there_and_of_no_claims() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    let path = folder.path().join("t.csv");
    fs::write(&path, "a\n2\n1\n").unwrap();
    let there = path.display();
    for (clause, what) in [
        ("LOCATION 'no/such/file.csv'".to_owned(), "there is no file no/such/file.csv"),
        (format!("WITH ORDER (a ASC) LOCATION '{there}'"), "WITH ORDER is not checked"),
    ] {
        let report = refusal(&engine, &format!("CREATE EXTERNAL TABLE x (a INT) STORED AS CSV {clause}")).await;
        assert!(report.what.contains(what) && report.exit == Exit::Query, "{clause}: {report}");
    }
}

#[tokio::test]
async fn every_time_has_the_zone_utc() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, expected) in [
        ("SELECT now()", "2026-05-01T12:00:00Z"),
        ("SELECT now() AT TIME ZONE 'Asia/Tokyo'", "2026-05-01T21:00:00+09:00"),
        ("SELECT current_timestamp, current_date, current_time", "2026-05-01T12:00:00Z | 2026-05-01 | 12:00:00"),
        ("SELECT localtimestamp, localtime", "2026-05-01T12:00:00Z | 12:00:00"),
        ("SELECT transaction_timestamp()", "2026-05-01T12:00:00Z"),
        (
            "SELECT '2026-05-01 02:00:00+02'::timestamptz, to_timestamp('2026-05-01')",
            "2026-05-01T00:00:00Z | 2026-05-01T00:00:00Z",
        ),
        ("SELECT from_unixtime(0), to_timestamp_millis(0)", "1970-01-01T00:00:00Z | 1970-01-01T00:00:00Z"),
        ("SELECT TIMESTAMP '2026-05-01 20:00:00' = TIMESTAMPTZ '2026-05-01T20:00:00Z'", "true"),
        (
            "SELECT TIMESTAMP '2026-05-01 20:00:00' AT TIME ZONE 'Asia/Tokyo' = TIMESTAMPTZ '2026-05-01T11:00:00Z'",
            "true",
        ),
        (
            "SELECT created_date_time, created_date_time AT TIME ZONE 'Asia/Tokyo' FROM sign_ins",
            "2026-05-01T20:30:00Z | 2026-05-02T05:30:00+09:00",
        ),
        (
            "SELECT date_trunc('day', created_date_time AT TIME ZONE 'Asia/Tokyo') FROM sign_ins",
            "2026-05-02T00:00:00+09:00",
        ),
        ("SELECT date_part('hour', created_date_time AT TIME ZONE 'Asia/Tokyo') FROM sign_ins", "5"),
        ("SELECT (created_date_time AT TIME ZONE 'Asia/Tokyo')::date FROM sign_ins", "2026-05-02"),
        (
            "SELECT count(*) FROM sign_ins WHERE created_date_time AT TIME ZONE 'Asia/Tokyo' >= TIMESTAMP '2026-05-02 05:30:00'",
            "1",
        ),
        (
            "SELECT count(*) FROM sign_ins WHERE created_date_time AT TIME ZONE 'Asia/Tokyo' > '2026-05-02 05:30:00.0000001'",
            "0",
        ),
        (
            "SELECT count(*) FROM sign_ins WHERE date_trunc('day', created_date_time AT TIME ZONE 'Asia/Tokyo') = DATE '2026-05-02'",
            "1",
        ),
        (
            "SELECT date_trunc('day', t)::timestamp FROM (SELECT created_date_time AT TIME ZONE 'Asia/Tokyo' AS t FROM sign_ins) v",
            "2026-05-02T00:00:00",
        ),
        ("SELECT (created_date_time AT TIME ZONE 'Asia/Tokyo')::timestamp FROM sign_ins", "2026-05-02T05:30:00"),
        (
            "SELECT to_char(created_date_time AT TIME ZONE 'Asia/Tokyo', 'DD HH24:MI OF') FROM sign_ins",
            "02 05:30 +09:00",
        ),
        (
            "SELECT count(*) FROM sign_ins WHERE created_date_time AT TIME ZONE 'Asia/Tokyo' >= '2026-05-02 05:30:00'",
            "1",
        ),
        (
            "SELECT count(*) FROM sign_ins WHERE date_part('year', created_date_time AT TIME ZONE 'Asia/Tokyo') = 2026",
            "1",
        ),
        ("SELECT count(*) FROM sign_ins WHERE date_part('day', created_date_time AT TIME ZONE 'Asia/Tokyo') = 2", "1"),
        ("SET timezone = 'UTC'", ""),
        ("SET TIME ZONE 'Etc/UTC'", ""),
        ("RESET timezone", ""),
        ("SELECT now()", "2026-05-01T12:00:00Z"),
        ("PREPARE p AS SELECT now(), now() AT TIME ZONE 'Asia/Tokyo' WHERE now() > $1::timestamptz", ""),
        ("EXECUTE p('2026-05-01T11:59:59Z')", "2026-05-01T12:00:00Z | 2026-05-01T21:00:00+09:00"),
        ("CREATE VIEW v AS SELECT now() AS t", ""),
        ("SELECT t FROM v", "2026-05-01T12:00:00Z"),
    ] {
        assert_eq!(one(&engine, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn columns_of_one_name_and_two_meanings_are_not_joined() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, hint) in [
        (
            "SELECT 1 FROM m365.activity a JOIN sign_ins s ON a.user_id = s.user_id",
            "a.user_name = s.user_principal_name",
        ),
        ("SELECT 1 FROM m365.exchange a JOIN sign_ins s USING (user_id)", "a.user_name = s.user_principal_name"),
        (
            "SELECT 1 FROM sign_ins s, m365.activity a WHERE s.user_id = a.user_id AND a.operation = 'x'",
            "s.user_principal_name = a.user_name",
        ),
        (
            "SELECT 1 FROM sign_ins WHERE user_id IN (SELECT user_id FROM m365.activity)",
            "user_principal_name IN (SELECT user_name FROM …)",
        ),
        (
            "WITH a AS (SELECT user_id FROM m365.activity) SELECT 1 FROM a LEFT JOIN sign_ins s ON s.user_id = a.user_id",
            "s.user_principal_name = a.user_name",
        ),
        (
            "CREATE VIEW v AS SELECT 1 FROM m365.activity a JOIN sign_ins s ON a.user_id = s.user_id",
            "a.user_name = s.user_principal_name",
        ),
    ] {
        let report = refusal(&engine, sql).await;
        assert!(report.what.contains("object id"), "{sql}: {report}");
        assert!(report.hint.as_deref().is_some_and(|said| said.contains(hint)), "{sql}: {report}");
    }
    for sql in [
        "SELECT count(*) FROM m365.activity a JOIN sign_ins s ON a.user_name = s.user_principal_name",
        "SELECT count(*) FROM m365.activity a JOIN m365.exchange e ON a.user_id = e.user_id",
        "SELECT count(*) FROM sign_ins a JOIN sign_ins b ON a.user_id = b.user_id WHERE a.user_id <> ''",
        "SELECT count(*) FROM m365.activity a JOIN sign_ins s ON a.user_id || '' = s.user_id",
    ] {
        engine.query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
    }
}

#[tokio::test]
async fn columns_of_what_is_put_together_have_short_names_too() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, names) in [
        ("SELECT 1", &["1"][..]),
        ("SELECT 1 UNION ALL SELECT 2", &["1"]),
        ("SELECT 1 UNION SELECT 2 ORDER BY 1", &["1"]),
        ("SELECT 1 AS a UNION SELECT 2", &["a"]),
        ("SELECT * FROM (SELECT 1, 'x') AS t", &["1", "'x'"]),
        ("WITH t AS (SELECT status.error_code, 1 FROM sign_ins) SELECT * FROM t", &["error_code", "1"]),
        (
            "SELECT status.error_code, count(*) FROM sign_ins GROUP BY 1 UNION ALL SELECT 1, 2",
            &["error_code", "count(*)"],
        ),
        (
            "SELECT is_interactive, count(*) FROM sign_ins GROUP BY ROLLUP (is_interactive)",
            &["is_interactive", "count(*)"],
        ),
        (
            "SELECT status.error_code, user_id, max(id) FROM sign_ins GROUP BY GROUPING SETS ((status.error_code), (user_id))",
            &["error_code", "user_id", "max(id)"],
        ),
        ("SELECT 1 INTERSECT SELECT 1", &["1"]),
        // Functions by another of their names.
        (
            "SELECT length(id), max(length(id) + 1), count(DISTINCT substr(id, 1)), mean(1) FROM sign_ins GROUP BY id",
            &["length(id)", "max(length(id) + 1)", "count(DISTINCT substr(id, 1))", "mean(1)"],
        ),
        (
            "SELECT rank() OVER (ORDER BY length(id)), INTERVAL '1 hour' * 3 FROM sign_ins",
            &["rank()", "INTERVAL '1 hours' * 3"],
        ),
        // Windows are told apart by what stands in OVER, where that is needed.
        (
            "SELECT max(x) OVER (), max(x) OVER (PARTITION BY k ORDER BY x DESC) FROM (VALUES (1, 'a')) AS v(x, k)",
            &["max(x) OVER ()", "max(x) OVER (PARTITION BY k ORDER BY x DESC)"],
        ),
        (
            "SELECT sum(x) OVER (ORDER BY x ROWS 1 PRECEDING), sum(x) OVER (ORDER BY x NULLS FIRST) FROM (VALUES (1)) AS v(x)",
            &[
                "sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
                "sum(x) OVER (ORDER BY x NULLS FIRST)",
            ],
        ),
        (
            "SELECT array_agg(x) OVER (), array_agg(x) OVER () FROM (VALUES (1)) AS v(x)",
            &["array_agg(x)", "array_agg(x)_2"],
        ),
        (
            "SELECT count(DISTINCT x) OVER (), sum(x) FILTER (WHERE x > 0) OVER () FROM (VALUES (1)) AS v(x)",
            &["count(DISTINCT x)", "sum(x) FILTER (WHERE x > 0)"],
        ),
        // Neither the engine's types nor its parts.
        (
            "SELECT date_trunc('day', created_date_time AT TIME ZONE 'Europe/Berlin') + INTERVAL '1 day' FROM sign_ins",
            &["date_trunc('day', created_date_time AT TIME ZONE 'Europe/Berlin') + INTERVAL '1 days'"],
        ),
        (
            "SELECT count(*) OVER (ORDER BY created_date_time::date RANGE INTERVAL '1 day' PRECEDING), 1 = ANY ([1, 2]) FROM sign_ins",
            &["count(*)", "1 = ANY ([1, 2])"],
        ),
        (
            "SELECT array_length([]), cardinality(NULL::int[]), greatest(1.0, 'NaN'::double), unnest([1, 2]) + 1",
            &["array_length([])", "cardinality(NULL)", "greatest(1.0, 'NaN')", "unnest + 1"],
        ),
        ("SELECT id, unnest(sign_in_event_types) FROM sign_ins", &["id", "unnest"]),
        // A function of a field by another of its names.
        (
            "SELECT quantile_cont(status.error_code, 0.5), mean(status.error_code), mean(status.error_code + 1) FROM sign_ins",
            &["quantile_cont(status.error_code, 0.5)", "mean(status.error_code)", "mean(status.error_code + 1)"],
        ),
        // Signs of SQL in place of the engine's.
        ("SELECT 1 <> 2, 1 != 3, (1 <> 2) = true", &["1 <> 2", "1 <> 3", "1 <> 2 = true"]),
        (
            "SELECT (raw ->> 'isInteractive')::bool, length(raw -> 'id'), (raw -> 'status' ->> 'errorCode')::int FROM sign_ins",
            &["raw ->> 'isInteractive'", "length(raw -> 'id')", "raw -> 'status' ->> 'errorCode'"],
        ),
        (
            "SELECT [1, 2, 3][1:2], 1 IN (1, 2), id NOT IN ('x', 'y') FROM sign_ins",
            &["[1, 2, 3][1:2]", "1 IN (1, 2)", "id NOT IN ('x', 'y')"],
        ),
    ] {
        let query = engine.query(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        let schema = query.stream.schema();
        let found: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(found, names, "{sql}");
    }
}

/// What is proposed for a query in KQL can be asked as it stands.
#[tokio::test]
async fn what_is_proposed_for_kql_is_answered() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for kql in [
        "SigninLogs | where TimeGenerated > ago(7d) and ResultType == \"50126\" | take 10",
        "SigninLogs | where UserPrincipalName != 'a' and AppDisplayName !has 'b' | project TimeGenerated, IPAddress, Location",
        "SigninLogs | summarize Failures = countif(ResultType != 0), dcount(IPAddress), make_set(IPAddress) by UserPrincipalName, bin(TimeGenerated, 1h) | top 5 by Failures",
        "SigninLogs | extend Country = tostring(LocationDetails.countryOrRegion) | distinct Country",
        "SigninLogs | summarize count() by startofweek(TimeGenerated) | order by count_ asc",
        "SigninLogs | where TimeGenerated between (datetime(2026-04-01) .. now()) and isnotempty(DeviceDetail.deviceId) | count",
        "SigninLogs | where IPAddress in~ ('A') or ipv4_is_in_range(IPAddress, '10.0.0.0/8') or UserAgent has_any ('a', 'b')",
        "AADServicePrincipalSignInLogs | where IPAddress == '1.2.3.4' | summarize max(TimeGenerated) by ServicePrincipalName",
        "EntraIdSignInEvents | where isempty(IPAddress) | sort by Timestamp",
        "AuditLogs | where OperationName == 'Add user' and Result == 'success' | project TimeGenerated, ActivityDisplayName",
        "OfficeActivity | where Operation in ('New-InboxRule', 'Set-InboxRule') and TimeGenerated > ago(1d) | project TimeGenerated, UserId, ClientIP",
    ] {
        let report = refusal(&engine, kql).await;
        let hint = report.hint.as_deref().unwrap_or_default();
        let sql = hint.strip_prefix("this is KQL; in SQL: ").unwrap_or_else(|| panic!("{kql}: {report}"));
        assert!(!sql.contains("SELECT a,"), "{kql}: {sql}");
        answer(&engine, sql).await.unwrap_or_else(|error| panic!("{kql}\n{sql}\n{error}"));
    }
}

#[tokio::test]
async fn a_network_that_is_none_is_told_and_matches_nothing_in_silence() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for network in ["198.51.100.18/33", "198.51.100/24", "office"] {
        let report = refusal(&engine, &format!("SELECT id FROM sign_ins WHERE ip_in(ip_address, '{network}')")).await;
        assert!(report.what.contains(&format!("'{network}' is no network")), "{report}");
    }
    let rows = "SELECT count(*) FROM (VALUES ('office'), ('10.0.0.0/8')) AS n(p) WHERE ip_in('10.1.2.3', n.p)";
    assert_eq!(one(&engine, rows).await, "1", "one that stands in a row matches nothing");
}
