//! What statements may not do, and that nothing has happened when they tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use auditql::datafusion::error::DataFusionError;
use auditql::engine::{Engine, Policy};
use auditql::report::{About, Exit, Report};
use futures::TryStreamExt;

/// Statements that are refused whoever asks, and what is said. `{dir}` is a folder with a file `old.csv`, `ext` a table of
/// files in it.
const REFUSED: &[(&str, &str)] = &[
    ("COPY (SELECT 'x' AS x) TO '{dir}/old.csv'", "COPY is not supported"),
    ("COPY ext TO '{dir}/new' STORED AS PARQUET", "COPY is not supported"),
    ("EXPLAIN COPY (SELECT 'x' AS x) TO '{dir}/old.csv'", "COPY is not supported"),
    ("EXPLAIN ANALYZE COPY (SELECT 'x' AS x) TO '{dir}/old.csv'", "COPY is not supported"),
    ("EXPLAIN ANALYZE VERBOSE COPY (SELECT 'x' AS x) TO '{dir}/old.csv'", "COPY is not supported"),
    ("EXPLAIN (ANALYZE) COPY (SELECT 'x' AS x) TO '{dir}/new.parquet' STORED AS PARQUET", "COPY is not supported"),
    ("EXPLAIN (FORMAT TREE) COPY (SELECT 'x' AS x) TO '{dir}/new.csv'", "COPY is not supported"),
    ("PREPARE p AS COPY (SELECT 'x' AS x) TO '{dir}/old.csv'", "COPY is not supported"),
    ("INSERT INTO ext VALUES ('x')", "INSERT is not supported"),
    ("INSERT INTO ext SELECT a FROM ext", "INSERT is not supported"),
    ("INSERT OVERWRITE ext VALUES ('x')", "INSERT OVERWRITE is not supported"),
    ("EXPLAIN INSERT INTO ext VALUES ('x')", "INSERT is not supported"),
    ("EXPLAIN ANALYZE INSERT INTO ext VALUES ('x')", "INSERT is not supported"),
    ("PREPARE p AS INSERT INTO ext VALUES ('x')", "INSERT is not supported"),
    ("INSERT INTO sign_ins (id) VALUES ('x')", "INSERT is not supported"),
    ("DELETE FROM sign_ins", "DELETE is not supported"),
    ("DELETE FROM ext WHERE a = 'x'", "DELETE is not supported"),
    ("UPDATE sign_ins SET id = 'x'", "UPDATE is not supported"),
    ("TRUNCATE TABLE ext", "TRUNCATE is not supported"),
    ("EXPLAIN ANALYZE DELETE FROM ext", "DELETE is not supported"),
    ("SET datafusion.runtime.memory_limit = '100G'", "cannot be changed by a statement"),
    ("SET datafusion.runtime.temp_directory = '{dir}/tmp'", "cannot be changed by a statement"),
    ("SET datafusion.runtime.max_temp_directory_size = '100G'", "cannot be changed by a statement"),
    ("RESET datafusion.runtime.memory_limit", "cannot be changed by a statement"),
    ("SET datafusion.execution.target_partitions = 1000000", "cannot be changed by a statement"),
    ("SET datafusion.execution.batch_size = 1000000000", "cannot be changed by a statement"),
    ("SET datafusion.sql_parser.recursion_limit = 100000", "cannot be changed by a statement"),
    ("SET datafusion.execution.parquet.pushdown_filters = true", "cannot be changed by a statement"),
    ("SET auditql.memory_limit = '100GiB'", "cannot be changed by a statement"),
    ("RESET auditql.memory_limit", "cannot be changed by a statement"),
    ("CREATE SCHEMA s", "CREATE SCHEMA is not supported"),
    ("CREATE DATABASE d", "CREATE DATABASE is not supported"),
    ("DROP SCHEMA main CASCADE", "DROP SCHEMA is not supported"),
    ("CREATE FUNCTION f(INT) RETURNS INT RETURN $1", "is not supported"),
    ("DROP FUNCTION lower", "is not supported"),
    ("CREATE INDEX i ON ext (a)", "there are no indexes here"),
    ("BEGIN", "there are no transactions here"),
    ("COMMIT", "there are no transactions here"),
    ("GRANT SELECT ON ext TO x", "GRANT is not supported"),
    ("EXPLAIN CREATE VIEW w AS SELECT 1", "is not supported"),
    ("EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", "is not supported"),
    ("PREPARE p AS CREATE TABLE t AS SELECT 1", "is not supported"),
];

/// The same of tables of files.
const ELSEWHERE: &[(&str, &str)] = &[
    ("CREATE EXTERNAL TABLE w STORED AS PARQUET LOCATION 'memory:///a'", "memory: is not one of"),
    ("CREATE UNBOUNDED EXTERNAL TABLE w (a TEXT) STORED AS CSV LOCATION '{dir}/old.csv'", "is not supported"),
    (
        "CREATE OR REPLACE EXTERNAL TABLE entra.sign_ins (a TEXT) STORED AS CSV LOCATION '{dir}/old.csv'",
        "cannot be changed",
    ),
    (
        "CREATE EXTERNAL TABLE sign_ins (a TEXT) STORED AS CSV LOCATION '{dir}/old.csv'",
        "the table sign_ins already exists",
    ),
];

/// What is refused unless the host allows it.
const HOSTS: &[(&str, &str)] = &[
    (
        "CREATE EXTERNAL TABLE w (a TEXT) STORED AS CSV LOCATION '{dir}/old.csv'",
        "CREATE EXTERNAL TABLE is not supported",
    ),
    ("CREATE EXTERNAL TABLE w (a TEXT) STORED AS CSV LOCATION '/etc/passwd'", "CREATE EXTERNAL TABLE is not supported"),
    ("SELECT * FROM '{dir}/old.csv'", "reading files in FROM is not supported"),
    ("SELECT * FROM \"{dir}/old.csv\"", "reading files in FROM is not supported"),
    ("SELECT * FROM read_csv('{dir}/old.csv')", "reading files in FROM is not supported"),
    ("EXPLAIN SELECT * FROM '{dir}/old.csv'", "reading files in FROM is not supported"),
    ("CREATE VIEW w AS SELECT * FROM '/etc/passwd'", "reading files in FROM is not supported"),
    ("PREPARE p AS SELECT * FROM '/etc/passwd'", "reading files in FROM is not supported"),
    ("SELECT (SELECT count(*) FROM '/etc/passwd')", "reading files in FROM is not supported"),
    ("DESCRIBE '/etc/passwd'", "reading files in FROM is not supported"),
    ("CREATE TABLE t AS SELECT 1 AS n", "CREATE TABLE is not supported"),
    ("CREATE TABLE t (n INT)", "CREATE TABLE is not supported"),
    ("SET auditql.timeout = 'none'", "cannot be changed by a statement"),
    ("RESET auditql.max_requests", "cannot be changed by a statement"),
];

/// What anybody may ask, in order.
const ALLOWED: &[&str] = &[
    "SELECT 1",
    "WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT * FROM c",
    "SELECT n, row_number() OVER (ORDER BY n) FROM (VALUES (1), (2)) t(n) WHERE n IN (SELECT 1) ORDER BY 1 LIMIT 1",
    "SELECT DISTINCT ON (n) n FROM generate_series(1, 3) t(n)",
    "SELECT unnest([1, 2]) UNION SELECT 3 EXCEPT SELECT 1",
    "SELECT count(*) FROM sign_ins",
    "EXPLAIN SELECT * FROM sign_ins",
    "EXPLAIN ANALYZE SELECT count(*) FROM sign_ins",
    "EXPLAIN FORMAT TREE SELECT 1",
    "EXPLAIN CREATE TABLE t AS SELECT 1 AS n",
    "DESCRIBE sign_ins",
    "SHOW TABLES",
    "SHOW auditql.timeout",
    "SHOW ALL",
    "SET auditql.partial = true",
    "SET datafusion.explain.show_schema = true",
    "PREPARE p AS SELECT $1 + 1",
    "EXECUTE p(1)",
    "DEALLOCATE p",
    "CREATE VIEW v AS SELECT 1 AS n",
    "SELECT * FROM v",
    "DROP VIEW v",
];

/// What the program's own policy allows besides, in order.
const ALLOWED_HERE: &[&str] = &[
    "SELECT * FROM ext WHERE a = 'kept'",
    "SELECT * FROM '{dir}/old.csv'",
    "CREATE TABLE t AS SELECT 1 AS n",
    "SELECT * FROM t",
    "DROP TABLE t",
    "CREATE EXTERNAL TABLE f (a TEXT) STORED AS CSV LOCATION 'file://{dir}/old.csv'",
    "SET auditql.timeout = '90s'",
    "SET auditql.max_requests = 'none'",
];

/// A folder, and an engine of that policy that knows files in it.
struct Place {
    folder: tempfile::TempDir,
    engine: Engine,
}

impl Place {
    async fn new(policy: Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("old.csv"), "a\nkept\n").unwrap();
        let exports = folder.path().join("exports");
        fs::create_dir(&exports).unwrap();
        fs::write(exports.join("none.json"), "[]").unwrap();
        let engine = Engine::builder().files("case", vec![exports]).policy(policy).build().unwrap();
        let place = Self { folder, engine };
        let external = place.named("CREATE EXTERNAL TABLE ext (a TEXT) STORED AS CSV LOCATION '{dir}/old.csv'");
        place.engine.context().sql(&external).await.unwrap();
        place
    }

    fn named(&self, sql: &str) -> String {
        sql.replace("{dir}", self.folder.path().to_str().unwrap())
    }

    async fn run(&self, sql: &str) -> Result<(), DataFusionError> {
        let query = self.engine.query(&self.named(sql)).await?;
        query.stream.try_collect::<Vec<_>>().await.map(drop)
    }

    async fn refused(&self, sql: &str, words: &str) -> Option<String> {
        let error = match self.run(sql).await {
            Ok(()) => return Some(format!("{sql} was carried out")),
            Err(error) => error,
        };
        let report = Report::of_query(&error, &About { sql, line: 1, tables: &[], ..About::default() });
        let good = report.exit == Exit::Query && report.to_string().contains(words);
        (!good).then(|| format!("{sql} should say '{words}':\n{report}"))
    }

    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        below(self.folder.path(), &mut found);
        found
    }
}

fn below(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
            found.insert(path, Vec::new());
        } else {
            let content = fs::read(&path).unwrap();
            found.insert(path, content);
        }
    }
}

async fn wrong(policy: Policy, refused: &[&[(&str, &str)]], allowed: &[&[&str]]) -> Vec<String> {
    let place = Place::new(policy).await;
    let before = place.files();
    let mut wrong = Vec::new();
    for (sql, words) in refused.concat() {
        wrong.extend(place.refused(sql, words).await);
    }
    for sql in allowed.concat() {
        wrong.extend(place.run(sql).await.err().map(|error| format!("{sql} was refused: {error}")));
    }
    assert_eq!(place.files(), before, "nothing is written");
    wrong
}

#[tokio::test]
async fn what_is_refused_does_not_happen_and_what_is_not_does() {
    let wrong = wrong(Policy::LOCAL, &[REFUSED, ELSEWHERE], &[ALLOWED, ALLOWED_HERE]).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_host_that_says_nothing_lets_statements_ask_and_nothing_else() {
    let wrong = wrong(Policy::default(), &[REFUSED, HOSTS], &[ALLOWED]).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_was_prepared_past_the_engine_is_not_carried_out_by_it() {
    let place = Place::new(Policy::LOCAL).await;
    let before = place.files();
    let prepared = place.named("PREPARE p AS INSERT INTO ext VALUES ('x')");
    place.engine.context().sql(&prepared).await.unwrap();
    assert_eq!(place.refused("EXECUTE p", "INSERT is not supported").await, None);
    assert_eq!(place.files(), before);
}

#[tokio::test]
async fn settings_are_shown_as_they_are() {
    let place = Place::new(Policy::LOCAL).await;
    let shown = async || {
        let sql = "SELECT value, form FROM auditql.settings WHERE name = 'max_requests'";
        let rows = place.engine.query(sql).await.unwrap().stream.try_collect::<Vec<_>>().await.unwrap();
        auditql::datafusion::arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string()
    };
    assert!(shown().await.contains("| none  | N    |"), "{}", shown().await);
    place.run("SET auditql.max_requests = 7").await.unwrap();
    assert!(shown().await.contains("| 7     | N    |"), "{}", shown().await);
}

/// The program in a folder of its own.
struct Program(tempfile::TempDir);

/// How a run of the program ended: its code, what it said, how long it took.
struct Ended {
    code: Option<i32>,
    said: String,
    took: Duration,
}

impl Program {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn start(&self, args: &[&str], env: &[(&str, &str)]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(args).current_dir(self.0.path()).env_clear().env("HOME", self.0.path()).envs(env.to_vec());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn run(&self, args: &[&str], env: &[(&str, &str)]) -> Ended {
        let begun = Instant::now();
        let output = self.start(args, env).wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Ended { code: output.status.code(), said, took: begun.elapsed() }
    }
}

/// Seconds that a statement has; in an unoptimised build beside other tests, some more to begin.
const TIME: u64 = 2;
const LONGEST: Duration = Duration::from_secs(TIME + 10);

/// Statements that keep every thread busy for minutes, in planning or between two batches.
fn endless() -> Vec<(&'static str, String)> {
    let series = |n: &str| format!("generate_series(1, {n})");
    vec![
        ("a join without keys", {
            format!(
                "SELECT count(*) FROM {} a(x) JOIN {} b(y) ON x * y % 7 > x + y",
                series("100000"),
                series("1000000")
            )
        }),
        ("distances of long texts", "SELECT levenshtein(repeat('ab', 100000), repeat('ba', 100000))".into()),
        ("a pattern of many wildcards", {
            let pattern = "%a".repeat(100_000);
            format!("SELECT count(*) FROM {} t(n) WHERE repeat('a', n) || 'b' LIKE '{pattern}b%c'", series("20000"))
        }),
        ("a cube", {
            let columns: Vec<String> = (0..25).map(|n| format!("n + {n}")).collect();
            format!("SELECT count(*) FROM {} t(n) GROUP BY CUBE ({})", series("10"), columns.join(", "))
        }),
        ("rows of texts", {
            let rows: Vec<String> = (0..50_000).map(|n| format!("({n}, '{n}', {n} + 1)")).collect();
            format!("SELECT count(*) FROM (VALUES {}) t(a, b, c)", rows.join(", "))
        }),
        ("texts that grow with each row", {
            format!("SELECT string_agg(n::text, ',') OVER (ORDER BY n) FROM {} t(n)", series("1000000"))
        }),
        ("lists of all rows beside each", {
            format!("SELECT max(cardinality(array_agg(n) OVER ())) FROM {} t(n)", series("1000000"))
        }),
        ("a recursion without end", {
            "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t".into()
        }),
    ]
}

#[test]
fn every_statement_ends_in_its_time() {
    let program = Program::new();
    let mut wrong = Vec::new();
    for (name, sql) in endless() {
        fs::write(program.0.path().join("q.sql"), sql).unwrap();
        let timeout = format!("{TIME}s");
        let ended = program.run(&["--timeout", &timeout, "--memory-limit", "64MiB", "-f", "q.sql"], &[]);
        // A fast machine may have the answer in time.
        if !matches!(ended.code, Some(0 | 1 | 124)) || ended.took > LONGEST || ended.said.contains("bug of") {
            wrong.push(format!("{name}: {:?} after {:?}: {}", ended.code, ended.took, ended.said));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
fn ends(mut child: Child, within: Duration) -> Option<i32> {
    let begun = Instant::now();
    while begun.elapsed() < within {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_heard_however_busy_the_engine_is() {
    let program = Program::new();
    let child = program.start(&["-c", &endless().swap_remove(0).1], &[]);
    std::thread::sleep(Duration::from_secs(2));
    interrupt(&child);
    assert_eq!(ends(child, Duration::from_secs(5)), Some(130));
}

/// Nobody reads the answer, so that writing it never ends.
#[cfg(unix)]
const STUCK: &str = "SELECT repeat('x', 1000) AS x FROM generate_series(1, 1000)";

#[cfg(unix)]
#[test]
fn a_second_interrupt_ends_what_does_not_hear_the_first() {
    let program = Program::new();
    let child = program.start(&["--stream", "--format", "csv", "-c", STUCK], &[]);
    std::thread::sleep(Duration::from_secs(3));
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(500));
    interrupt(&child);
    assert_eq!(ends(child, Duration::from_secs(5)), Some(130));
}

#[cfg(unix)]
#[test]
fn what_does_not_end_in_its_time_is_ended() {
    let program = Program::new();
    let child = program.start(&["--timeout", "1s", "--stream", "--format", "csv", "-c", STUCK], &[]);
    assert_eq!(ends(child, Duration::from_secs(15)), Some(124));
}

#[test]
fn explain_needs_no_credential() {
    let program = Program::new();
    fs::write(
        program.0.path().join("auditql.conf"),
        "version = 1\n[connections.lab]\ntenant = 'lab.example'\nauth = 'client_secret'\n",
    )
    .unwrap();
    let ask = |sql: &str| program.run(&["--config", "auditql.conf", "-c", sql], &[]);
    let explained = ask("EXPLAIN SELECT * FROM sign_ins");
    assert_eq!(explained.code, Some(0), "{}", explained.said);
    assert!(explained.said.contains("GET"), "{}", explained.said);
    let asked = ask("SELECT count(*) FROM sign_ins");
    assert_eq!(asked.code, Some(3), "{}", asked.said);
    let told = ["the connection 'lab' signs in with AZURE_CLIENT_ID, but it is not set", "set it in the environment"];
    assert!(told.iter().all(|part| asked.said.contains(part)), "{}", asked.said);
}
