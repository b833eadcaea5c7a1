//! Queries that would overflow the stack, or take for ever: each ends in an answer or a typed error.
//!
//! A stack that overflows takes the process with it, so each statement runs in a child. The library's children poll on
//! threads of 2 MiB, as tokio makes them; the program's are its own.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use auditql::datafusion::error::DataFusionError;
use auditql::engine::{Engine, Error};
use futures::TryStreamExt as _;

const MOST_TERMS: usize = 50_000;
const ROWS: &str = "FROM (VALUES (1, 'x'), (500, 'y')) t(n, s)";
/// In an unoptimised build, with the other tests beside it.
const LONGEST: Duration = Duration::from_secs(30);

/// How a statement has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Answer,
    Refused,
}
use End::{Answer, Refused};

fn many(n: usize, separator: &str, term: impl Fn(usize) -> String) -> String {
    (0..n).map(term).collect::<Vec<_>>().join(separator)
}

/// All shapes: name, statement, end.
fn shapes() -> Vec<(&'static str, String, End)> {
    let n = MOST_TERMS;
    let mut shapes = Vec::new();
    // Just below the limit everything has to be planned and run, just above nothing is.
    for (terms, end) in [(245, Answer), (n, Refused)] {
        let chain = |sign: &str, term: &str| many(terms, sign, |i| term.replace('#', &i.to_string()));
        let unions = |sign: &str| many(terms, sign, |i| format!("SELECT {i} AS n"));
        let ctes = many(terms, ", ", |i| format!("c{} AS (SELECT n + 1 AS n FROM c{i})", i + 1));
        shapes.extend([
            ("a chain of +", format!("SELECT {} {ROWS}", chain(" + ", "n")), end),
            ("a chain of OR", format!("SELECT count(*) {ROWS} WHERE {}", chain(" OR ", "n + 1 = #")), end),
            ("a chain of AND", format!("SELECT count(*) {ROWS} WHERE {}", chain(" AND ", "n <> #")), end),
            ("a chain of ||", format!("SELECT {} {ROWS}", chain(" || ", "s")), end),
            ("a chain of casts", format!("SELECT n{} {ROWS}", "::text".repeat(terms / 5)), end),
            ("a chain of UNION ALL", unions(" UNION ALL "), end),
            ("a chain of EXCEPT", unions(" EXCEPT "), end),
            ("a chain of views", format!("WITH c0 AS (SELECT 1 AS n), {ctes} SELECT * FROM c{terms}"), end),
        ]);
    }
    let joins = |n| many(n, " ", |i| format!("JOIN (VALUES (1)) t{}(a) ON t{}.a = t{i}.a", i + 1, i + 1));
    let branches = |n| many(n, " ", |i| format!("WHEN n = {i} THEN {i}"));
    let twice = many(40, ", ", |i| format!("c{} AS (SELECT * FROM c{i} UNION ALL SELECT * FROM c{i})", i + 1));
    shapes.extend([
        (
            "a list of equalities",
            format!("SELECT count(*) {ROWS} WHERE {}", many(n, " OR ", |i| format!("t.n = {i}"))),
            Answer,
        ),
        ("a list with IN", format!("SELECT count(*) {ROWS} WHERE n IN ({})", many(n, ", ", |i| i.to_string())), Answer),
        (
            "rows of VALUES",
            format!("SELECT count(*) FROM (VALUES {}) v(n)", many(n, ", ", |i| format!("({i})"))),
            Answer,
        ),
        ("arguments", format!("SELECT length(concat({}))", many(n, ", ", |_| "'a'".into())), Answer),
        ("a long text", format!("SELECT length('{}')", "x".repeat(1 << 20)), Answer),
        ("a text that is too long", format!("SELECT length('{}')", "x".repeat(9 << 20)), Refused),
        (
            "many tables under names",
            format!("WITH {} SELECT * FROM c9", many(2_000, ", ", |i| format!("c{i} AS (SELECT {i})"))),
            Answer,
        ),
        ("tables that double", format!("WITH c0 AS (SELECT 1 AS n), {twice} SELECT count(*) FROM c40"), Refused),
        ("joins", format!("SELECT count(*) FROM (VALUES (1)) t0(a) {}", joins(60)), Answer),
        ("too many joins", format!("SELECT count(*) FROM (VALUES (1)) t0(a) {}", joins(n)), Refused),
        ("a wide select list", format!("SELECT {} {ROWS}", many(1_000, ", ", |i| format!("n + {i} AS c{i}"))), Answer),
        ("a select list that is too wide", format!("SELECT {} {ROWS}", many(n, ", ", |i| format!("n + {i}"))), Refused),
        ("a long CASE", format!("SELECT CASE {} END {ROWS}", branches(4_000)), Answer),
        ("a CASE that is too long", format!("SELECT CASE {} END {ROWS}", branches(n)), Refused),
        ("a path into JSON", format!("SELECT '{{}}'{}", " -> 'a'".repeat(10)), Answer),
        ("a path into JSON that is too long", format!("SELECT '{{}}'{}", " -> 'a'".repeat(n)), Refused),
        (
            "functions of JSON in one another",
            format!("SELECT {}'{{}}'{}", "json_get(".repeat(40), ", 'a')".repeat(40)),
            Refused,
        ),
        ("subscripts", format!("SELECT s{} {ROWS}", "[1]".repeat(n)), Refused),
        ("fields", format!("SELECT s{} {ROWS}", ".a".repeat(n)), Refused),
        ("nested parentheses", format!("SELECT {}1{}", "(".repeat(n), ")".repeat(n)), Refused),
        ("parentheses that stay open", format!("SELECT {}", "(".repeat(n)), Refused),
        ("nested subqueries", format!("SELECT {}1{}", "(SELECT ".repeat(n), ")".repeat(n)), Refused),
        ("nested tables", format!("SELECT * FROM {}t{}", "(SELECT * FROM ".repeat(n), ") x".repeat(n)), Refused),
        ("nested CASE", format!("SELECT {}1{}", "CASE WHEN true THEN ".repeat(n), " END".repeat(n)), Refused),
        ("nested arrays", format!("SELECT {}1{}", "ARRAY[".repeat(n), "]".repeat(n)), Refused),
        ("nested types", format!("SELECT 1::{}int{}", "ARRAY<".repeat(n), ">".repeat(n)), Refused),
        ("nested comments", format!("SELECT {}{}1", "/*".repeat(n), "*/".repeat(n)), Answer),
        ("NOT", format!("SELECT {}true", "NOT ".repeat(n)), Refused),
        ("minus", format!("SELECT {}1", "- ".repeat(n)), Refused),
        ("EXPLAIN", format!("{}SELECT 1", "EXPLAIN ".repeat(n)), Refused),
    ]);
    shapes
}

/// The mark of a child.
const CHILD: &str = "DEATH_CHILD";

/// What a child does: it answers the statement on its standard input, or says how it was refused. By itself it shows that
/// a statement has an answer here.
#[test]
fn child() {
    let mut sql = String::new();
    if std::env::var_os(CHILD).is_some() {
        std::io::stdin().read_to_string(&mut sql).unwrap();
    } else {
        sql.push_str("SELECT 1");
    }
    // Two workers of tokio's own size: what is spawned runs on these too.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let end = runtime.block_on(async {
        let engine = Engine::builder().build().unwrap();
        runtime
            .spawn(async move {
                let query = engine.query(&sql).await?;
                query.stream.try_collect::<Vec<_>>().await
            })
            .await
            .unwrap()
    });
    assert!(end.is_ok() || std::env::var_os(CHILD).is_some(), "{end:?}");
    match end {
        Ok(rows) => println!("END answer of {} batches", rows.len()),
        Err(error) if is_typed(&error) => println!("END refused: {}", error.to_string().lines().next().unwrap()),
        Err(error) => println!("END error: {error}"),
    }
}

fn is_typed(error: &DataFusionError) -> bool {
    crate::lab::cause::<Error>(error).is_some_and(|error| matches!(error, Error::TooLarge(_)))
        || matches!(error.find_root(), DataFusionError::SQL(..))
}

/// Runs a command on a statement; its exit code and what it said. Nothing if it had to be ended.
fn run(command: &mut Command, sql: &str) -> Option<(Option<i32>, String)> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let sql = sql.to_owned();
    let giver = std::thread::spawn(move || input.write_all(sql.as_bytes()));
    let mut readers: Vec<Box<dyn std::io::Read + Send>> =
        vec![Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
    let readers: Vec<_> = readers
        .drain(..)
        .map(|mut reader| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                reader.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
            })
        })
        .collect();
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if begun.elapsed() > LONGEST => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    drop(giver.join());
    let said = readers.into_iter().map(|reader| reader.join().unwrap().unwrap()).collect::<String>();
    status.map(|status| (status.code(), said))
}

#[test]
fn no_statement_ends_a_host_whose_threads_have_small_stacks() {
    let mut wrong = Vec::new();
    for (name, sql, end) in shapes() {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "death::child", "--nocapture", "--test-threads", "1"]).env(CHILD, "1");
        let ended = run(&mut command, &sql);
        let mark = if end == Answer { "END answer" } else { "END refused" };
        if !ended.as_ref().is_some_and(|(code, said)| *code == Some(0) && said.contains(mark)) {
            let said = ended.map(|(code, said)| (code, said.chars().take(600).collect::<String>()));
            wrong.push(format!("{name} of {} bytes, wanted {end:?}: {said:?}", sql.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_statement_ends_the_program() {
    let mut wrong = Vec::new();
    let home = tempfile::tempdir().unwrap();
    for (name, sql, end) in shapes() {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(["--format", "csv", "-f", "-"]).current_dir(home.path()).env_clear().env("HOME", home.path());
        let ended = run(&mut command, &sql);
        let code = i32::from(end != Answer);
        if ended.as_ref().is_none_or(|(found, _)| *found != Some(code)) {
            let said = ended.map(|(code, said)| (code, said.chars().take(600).collect::<String>()));
            wrong.push(format!("{name} of {} bytes, wanted {end:?}: {said:?}", sql.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn views_that_grow_on_one_another_are_refused() {
    let engine = Engine::builder().build().unwrap();
    let run = async |sql: String| engine.query(&sql).await?.stream.try_collect::<Vec<_>>().await;
    run("CREATE VIEW v0 AS SELECT 1 AS n".into()).await.unwrap();
    for i in 0..30 {
        let made = run(format!("CREATE VIEW v{} AS SELECT * FROM v{i} UNION ALL SELECT * FROM v{i}", i + 1)).await;
        if let Err(error) = made {
            assert!(is_typed(&error), "{error}");
            return;
        }
    }
    panic!("a view of 2^30 tables was made");
}

#[test]
fn what_is_refused_says_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    for (sql, hint) in [
        (format!("SELECT {}1", "1 + ".repeat(300)), "write x IN"),
        (many(300, " UNION ALL ", |i| format!("SELECT {i}")), "CREATE TABLE part AS"),
        (format!("SELECT '{{}}'{}", " -> 'a'".repeat(20)), "json_get(x"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(["-f", "-"]).current_dir(home.path()).env_clear().env("HOME", home.path());
        let (code, said) = run(&mut command, &sql).unwrap();
        assert!(code == Some(1) && said.contains(hint), "{said}");
    }
}
