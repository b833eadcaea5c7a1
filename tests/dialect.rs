//! The dialect: what is said in other words, what is refused and how, and that no error is a dump of the parser.

use std::fs;

use auditql::apis;
use auditql::engine::{Engine, Policy, described};
use auditql::report::{About, Exit, Report};
use tempfile::TempDir;

use crate::lab::{answer, now};

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
    Report::of_query(&error, &About { sql, line: 1, tables: &tables })
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
        ("SELECT id FROM sign_ins FETCH FIRST ROW ONLY", "a"),
        ("SELECT count(*) FROM sign_ins WHERE id = ANY (SELECT id FROM sign_ins WHERE status.error_code = 0)", "0"),
        ("SELECT count(*) FROM sign_ins WHERE id = SOME (SELECT id FROM sign_ins WHERE status.error_code > 0)", "1"),
        ("SELECT count(*) FROM sign_ins WHERE id <> ALL (SELECT id FROM sign_ins WHERE status.error_code = 0)", "1"),
        ("SELECT 1 = ANY (ARRAY[1, 2])", "true"),
        ("SELECT x FROM (VALUES (1), (2), (3)) t(x) ORDER BY x OFFSET 1 ROW FETCH NEXT 1 ROWS ONLY", "2"),
        ("SELECT initiated_by.user.id FROM directory_audits", "u1"),
        ("SELECT d.initiated_by.user.id FROM directory_audits d", "u1"),
        ("SELECT (status).error_code FROM sign_ins", "50126"),
        ("SELECT applied_conditional_access_policies[1].display_name FROM sign_ins", "P"),
        ("SELECT raw ? 'status' AND NOT raw ? 'x' FROM sign_ins", "true"),
        ("SELECT array_has(sign_in_event_types, 'x') IS NULL FROM sign_ins", "true"),
    ] {
        assert_eq!(one(&engine, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn what_would_be_passed_over_is_refused_with_the_way() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    for (sql, what, hint) in [
        ("SELECT raw -> '$.status.errorCode' FROM sign_ins", "is a path", "raw -> 'status' -> 'errorCode'"),
        ("SELECT raw ->> '$.a[0]' FROM sign_ins", "is a path", "raw -> 'a' ->> 0"),
        ("SELECT json_get(raw, '$.a.b') FROM sign_ins", "one by one", "json_get(…, 'a', 'b')"),
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
        ("SELECT id FROM sign_ins WITH (NOLOCK)", "WITH (…)", "remove it"),
        ("SELECT * FROM generate_series(1, 2) WITH ORDINALITY", "ORDINALITY", "row_number()"),
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
        (
            "SELECT count(*) FROM directory_audits d WHERE EXISTS (SELECT 1 FROM sign_ins s WHERE s.user_id = d.initiated_by.user.id)",
            "a subquery cannot use a field of a struct",
            "give it a name first",
        ),
        ("SELECT target_resources.display_name FROM directory_audits", "", "only structs have fields"),
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

/// Statements that are wrong, each in its own way.
const WRONG: [&str; 45] = [
    "SELECT (timestamp '2026-01-01', now()) OVERLAPS (timestamp '2026-01-01', now())",
    "SELECT 1 IN (SELECT 1)",
    "SELECT !! 3",
    "SELECT 5!",
    "SELECT |/ 25",
    "SELECT @x",
    "SELECT @@version",
    "SELECT B'101'",
    "SELECT U&'\\0041'",
    "SELECT MAP {'a': 1}",
    "SELECT convert('a' USING utf8)",
    "SELECT a.b.c.d.e FROM sign_ins a",
    "SELECT status.nope FROM sign_ins",
    "SELECT status.error_code.x FROM sign_ins",
    "SELECT raw.status FROM sign_ins",
    "SELECT raw['status'] FROM sign_ins",
    "SELECT raw::jsonb FROM sign_ins",
    "SELECT 'a'::inet",
    "SELECT interval '1' month to year",
    "SELECT to_char(5, 'YYYY')",
    "SELECT substring('abc' from 'b')",
    "SELECT now(1)",
    "SELECT 'x' = ANY('{x,y}')",
    "SELECT raw @@ '$.a' FROM sign_ins",
    "SELECT id FROM sign_ins PIVOT (count(id) FOR app_id IN ('a'))",
    "SELECT x FROM json_table('[]', '$[*]' COLUMNS(x INT PATH '$.x')) t",
    "SELECT id FROM sign_ins, LATERAL FLATTEN(input => raw)",
    "SELECT a.id FROM sign_ins a SEMI JOIN sign_ins b ON a.id = b.id",
    "SELECT a.id FROM sign_ins a CROSS APPLY (SELECT 1) b",
    "SELECT a.id FROM sign_ins a LEFT JOIN sign_ins b",
    "SELECT id, id FROM sign_ins",
    "SELECT id FROM sign_ins WHERE id LIKE ANY ('x', 'y')",
    "SELECT id FROM sign_ins WHERE id = ANY (SELECT 1, 2)",
    "SELECT TOP 5 id FROM sign_ins",
    "SET ROLE x",
    "SET SESSION AUTHORIZATION x",
    "SET a.b = (SELECT 1)",
    "COMMIT",
    "CREATE INDEX i ON sign_ins (id)",
    "UPDATE sign_ins SET id = 'a'",
    "MERGE INTO sign_ins USING sign_ins AS x ON true WHEN MATCHED THEN DELETE",
    "CREATE TABLE t (a INT CHECK (a > 0))",
    "EXPLAIN EXECUTE p(1)",
    "SELECT list_transform([1], x -> x + 1)",
    "SELECT created_date_time AT TIME ZONE (SELECT 'UTC') FROM sign_ins",
];

#[tokio::test]
async fn no_error_is_a_dump_of_the_parser() {
    let folder = TempDir::new().unwrap();
    let engine = engine(&folder);
    let marks = [
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
        "OneSided",
    ];
    let mut dumps = Vec::new();
    for sql in WRONG {
        let report = refusal(&engine, sql).await;
        let shown = format!("{}\n{}", report.what, report.hint.as_deref().unwrap_or_default());
        let is_dump = marks.iter().any(|mark| shown.contains(mark));
        if is_dump || report.exit != Exit::Query || report.what.len() > 200 {
            dumps.push(format!("{sql}\n{report}"));
        }
    }
    assert!(dumps.is_empty(), "{}", dumps.join("\n"));
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
        ("LOCATION 'https://example.com/x.csv'".to_owned(), "https: is elsewhere"),
        ("LOCATION 's3://bucket/x.csv'".to_owned(), "s3: is elsewhere"),
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
    for sql in [
        "SELECT 1 FROM m365.activity a JOIN sign_ins s ON a.user_id = s.user_id",
        "SELECT 1 FROM m365.exchange a JOIN sign_ins s USING (user_id)",
        "SELECT 1 FROM sign_ins s, m365.activity a WHERE s.user_id = a.user_id AND a.operation = 'x'",
        "SELECT 1 FROM sign_ins WHERE user_id IN (SELECT user_id FROM m365.activity)",
        "WITH a AS (SELECT user_id FROM m365.activity) SELECT 1 FROM a LEFT JOIN sign_ins s ON s.user_id = a.user_id",
        "CREATE VIEW v AS SELECT 1 FROM m365.activity a JOIN sign_ins s ON a.user_id = s.user_id",
    ] {
        let report = refusal(&engine, sql).await;
        assert!(report.what.contains("object id"), "{sql}: {report}");
        assert!(report.hint.unwrap().contains("a.user_name = s.user_principal_name"), "{sql}");
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
