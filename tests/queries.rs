//! Saved queries: each finds exactly its part of the attack, nothing on quiet days that hold what looks like it, and no value is ever
//! read as SQL.

mod cases;
mod records;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use auditql::apis;
use auditql::demo::{Feed, Options};
use auditql::engine::{Engine, Parameters, Policy, Value};
use auditql::queries::{Call, Library, words};
use futures::TryStreamExt as _;

use crate::lab::{Answer, Lab, now, options};
use cases::{Case, cases, write_logs};

/// Sign-ins of the tenants: enough for the whole spray.
const ROWS: usize = 6_000;

fn tenant(attack: bool) -> Options {
    let feed = Feed { records: 4_000, throttle: None, ..Feed::default() };
    Options { attack, feed, ..options(ROWS) }
}

/// Rows of `name`, and how many requests they cost.
async fn run(lab: &Lab, library: &Library, name: &str, line: &str) -> (Vec<String>, usize) {
    lab.tenant.reset_stats();
    let rows = rows_of(&lab.engine, library, name, line).await;
    (rows, lab.tenant.stats().requests.len())
}

async fn rows_of(engine: &Engine, library: &Library, name: &str, line: &str) -> Vec<String> {
    let query = library.named(name).unwrap();
    let call = Call::read(query, &words(line), None).unwrap_or_else(|report| panic!("{name}: {report}"));
    let asked = engine.query_with(&query.sql, &call.parameters).await.unwrap_or_else(|e| panic!("{name}: {e}"));
    let batches = asked.stream.try_collect().await.unwrap_or_else(|e| panic!("{name}: {e}"));
    Answer { batches, tally: asked.tally }.rows()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_query_finds_its_part_of_the_attack_and_nothing_on_quiet_days() {
    let (lab, quiet) = (Lab::new(tenant(true)).await, Lab::new(tenant(false)).await);
    let folder = tempfile::tempdir().unwrap();
    write_logs(&lab, folder.path());
    let library = Library::shipped();
    let cases = cases(&lab, folder.path());
    let (mut wrong, mut table) = (Vec::new(), String::new());
    for Case { name, words, rows, most_requests } in &cases {
        let (found, requests) = run(&lab, &library, name, words).await;
        table.push_str(&format!("{name:<32} {:>4} rows {requests:>4} requests\n", found.len()));
        // Rows of one time have no order among them.
        let all = rows.iter().all(|parts| found.iter().any(|row| parts.iter().all(|part| row.contains(part.as_str()))));
        if found.len() != rows.len() || !all || requests > *most_requests {
            wrong.push(format!(
                "{name}: {requests} requests, {} rows: {:#?}",
                found.len(),
                &found[..found.len().min(8)]
            ));
        }
        let trusted =
            if matches!(*name, "token-reuse" | "impossible-travel") { "--trusted 198.51.100.250" } else { words };
        let (alike, _) = run(&quiet, &library, name, trusted).await;
        if !alike.is_empty() {
            wrong.push(format!("{name} on quiet days: {:#?}", &alike[..alike.len().min(8)]));
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let tested: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    let shipped: BTreeSet<&str> = library.entries().iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(tested, shipped, "every query that is shipped is tested");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exported_files_give_the_answers_of_the_service() {
    let feed = Feed { records: 1_500, throttle: None, ..Feed::default() };
    let lab = Lab::new(Options { feed, ..options(2_000) }).await;
    let folder = tempfile::tempdir().unwrap();
    lab.tenant.export(folder.path()).unwrap();
    write_logs(&lab, folder.path());
    let files = Engine::builder().input(folder.path().join("mixed")).policy(Policy::LOCAL).now(now()).build().unwrap();
    let library = Library::shipped();
    let mut with_rows = 0;
    for Case { name, words, .. } in cases(&lab, folder.path()) {
        let (mut live, _) = run(&lab, &library, name, words).await;
        let mut offline = rows_of(&files, &library, name, words).await;
        live.sort();
        offline.sort();
        assert_eq!(offline, live, "{name}");
        with_rows += usize::from(!live.is_empty());
    }
    assert!(with_rows > 30, "{with_rows} queries have rows");
}

/// A tenant of federated sign-ins: one of them has a token of AD FS beside it, one has none, one lies behind the end of the log, and
/// one is of a cloud account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_no_server_issued_is_found() {
    let sign_in = |n: u8, time: &str, issuer: &str| {
        format!(
            r#"{{"id":"00000000-0000-4000-8000-00000000000{n}","createdDateTime":"{time}","userPrincipalName":"ana@x.example",
            "ipAddress":"203.0.113.{n}","tokenIssuerType":"{issuer}","isInteractive":true,
            "signInEventTypes":["interactiveUser"],"status":{{"errorCode":0}}}}"#
        )
        .replace('\n', "")
    };
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("sign_ins.ndjson"), folder.path().join("adfs.csv"));
    let (adfs, cloud) = ("ADFederationServices", "AzureAD");
    let rows = [
        sign_in(1, "2026-04-30T08:00:02Z", adfs),
        sign_in(2, "2026-04-30T09:00:02Z", adfs),
        sign_in(3, "2026-04-30T10:00:02Z", cloud),
        sign_in(4, "2026-04-30T12:00:02Z", adfs),
    ];
    fs::write(&data, rows.join("\n")).unwrap();
    let lab = Lab::new(Options { data: Some(data), ..options(0) }).await;
    let library = Library::shipped();
    let words = format!("--log '{}'", log.to_str().unwrap());
    let lines = "time,event_id,user_name\n2026-04-30T07:00:00Z,411,X\\bob\n2026-04-30T08:00:00Z,1200,X\\Ana\n\
                 2026-04-30T09:00:00Z,411,X\\ana\n2026-04-30T11:00:00Z,1200,bob@x.example\n";
    fs::write(&log, lines).unwrap();
    let (found, requests) = run(&lab, &library, "forged-tokens", &words).await;
    assert!(found.len() == 1 && found[0].contains("203.0.113.2") && requests == 1, "{requests}: {found:#?}");
    // Beside a token there is nothing to find.
    fs::write(&log, lines.replace("09:00:00Z,411", "09:00:00Z,1202")).unwrap();
    assert_eq!(run(&lab, &library, "forged-tokens", &words).await.0, [""; 0]);
}

/// The control of the quiet days: they do hold what looks like an attack.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quiet_days_hold_what_looks_like_an_attack() {
    let quiet = Lab::new(tenant(false)).await;
    assert!(quiet.tenant.story().attack.is_none() && quiet.tenant.sign_ins().len() == ROWS);
    let library = Library::shipped();
    for (name, words) in [
        ("token-reuse", ""),
        ("consents", "--admin true"),
        ("app-permissions", "--roles ."),
        ("mfa-fatigue", "--at-least 2"),
        ("mass-download", "--operations FileSyncDownloadedFull"),
        ("new-countries", "--before 0s --at-least 0"),
        ("unusual-hours", "--at-least 1"),
        ("brute-force", "--at-least 1"),
        ("slow-guessing", "--countries 1"),
        ("single-factor", "--before 0s --at-least 0"),
        ("mail-volume", "--access Sync"),
        ("mass-deletion", "--at-least 5"),
        ("secret-searches", "--at-least 1"),
        ("alerts-with-context", "--at-least 5"),
        ("password-spray", "--at-least 1 --tries 100"),
    ] {
        let (found, _) = run(&quiet, &library, name, words).await;
        assert!(!found.is_empty(), "{name} {words}");
    }
    let failures = "SELECT count(*) FROM sign_ins WHERE status.error_code = 50126 AND is_interactive \
                    GROUP BY user_principal_name HAVING count(*) >= 12";
    assert_eq!(quiet.rows(failures).await.len(), 1);
}

#[test]
fn headers_name_the_tables_that_are_read_and_the_permissions_that_these_need() {
    for entry in Library::shipped().entries() {
        let query = entry.query.as_ref().unwrap();
        let mut permissions = BTreeSet::new();
        for table in &query.tables {
            assert!(query.sql.contains(table.as_str()), "{}: {table}", query.name);
            let set = apis::ALL
                .iter()
                .find(|set| format!("{}.{}", set.schema, set.name) == *table)
                .unwrap_or_else(|| panic!("{}: {table}", query.name));
            permissions.extend(set.permissions().iter().copied());
        }
        let told: BTreeSet<&str> = query.permissions.iter().map(String::as_str).collect();
        assert_eq!(told, permissions, "{}", query.name);
        let read =
            |word: &&str| word.starts_with("entra.") || word.starts_with("m365.") || word.starts_with("defender.");
        let named: BTreeSet<&str> = query.sql.split_whitespace().filter(read).collect();
        assert_eq!(named, query.tables.iter().map(String::as_str).collect(), "{}", query.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_is_sent_as_a_constant_and_never_read_as_sql() {
    let lab = Lab::new(options(300)).await;
    let sql = "SELECT count(*) FROM sign_ins WHERE is_interactive AND created_date_time >= :since AND user_principal_name = :user";
    for user in ["a'b@x", "x'; DROP TABLE t; --", "' OR '1'='1", "SELECT", "''", ":since"] {
        let since = Value::Ago(chrono::TimeDelta::days(7));
        let parameters = Parameters::default().with("user", Value::Text(user.into())).with("since", since);
        lab.tenant.reset_stats();
        let query = lab.engine.query_with(sql, &parameters).await.unwrap();
        let batches = query.stream.try_collect().await.unwrap();
        assert_eq!(Answer { batches, tally: query.tally }.rows(), ["0"], "{user}");
        let asked: Vec<String> = lab.tenant.stats().requests.into_iter().map(|asked| asked.url).collect();
        let literal = format!("userPrincipalName eq '{}'", user.replace('\'', "''"));
        assert_eq!(asked.len(), 1);
        assert!(
            asked[0].contains("createdDateTime ge 2026-04-24T12:00:00Z") && asked[0].contains(&literal),
            "{asked:?}"
        );
    }
    let error = lab.engine.query("SELECT :user").await.map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("no value for :user"), "{error}");
    let parameters = Parameters::default().with("x", Value::Integer(1));
    let error = lab.engine.query_with("CREATE VIEW v AS SELECT :x", &parameters).await.map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("a view cannot be made"), "{error}");
}

/// Nothing happened since now, whatever the records are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_range_of_time_that_is_empty_is_told_as_such() {
    let lab = Lab::new(Options { feed: Feed { throttle: None, ..Feed::default() }, ..options(300) }).await;
    let library = Library::shipped();
    let told = async |sql: &str, parameters: &Parameters| {
        let query = lab.engine.query_with(sql, parameters).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        let rows: Vec<_> = query.stream.try_collect().await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        let tally = query.tally;
        assert!(Answer { batches: rows, tally: tally.clone() }.rows().iter().all(|row| row == "0"), "{sql}");
        tally.notices().iter().map(ToString::to_string).filter(|told| told.contains("no rows")).collect::<Vec<_>>()
    };
    let empty = "the range of time is empty: it starts at 2026-05-01T12:00:00Z, which is now()";
    for (name, tables) in [
        ("password-spray", &["entra.sign_ins"][..]),
        ("consents", &["entra.directory_audits"]),
        ("inbox-rules", &["m365.exchange"]),
        ("weak-sign-ins", &["entra.sign_ins"]),
    ] {
        let query = library.named(name).unwrap();
        let call = Call::read(query, &words("--since 0d"), None).unwrap();
        let told = told(&query.sql, &call.parameters).await;
        for table in tables {
            assert!(told.contains(&format!("no rows from {table}: {empty}")), "{name}: {told:?}");
        }
        let others = ["left out", "returned no records"];
        assert!(!told.iter().any(|told| others.iter().any(|other| told.contains(other))), "{name}: {told:?}");
        // What is no length of time is none.
        let refused = Call::read(query, &words("--since -7d"), None).unwrap_err().to_string();
        assert!(refused.contains("not '-7d'") && refused.contains("7d for that long ago"), "{refused}");
    }
    for (condition, because) in [
        (":since <= created_date_time", empty),
        (
            "created_date_time >= :since AND created_date_time < now()",
            "the range of created_date_time is empty: it starts and ends at 2026-05-01T12:00:00Z",
        ),
        (
            "created_date_time > now() AND is_interactive",
            "the range starts at 2026-05-01T12:00:00.000001Z, but now() is 2026-05-01T12:00:00Z",
        ),
        (
            "created_date_time >= '2026-04-20' AND created_date_time < '2026-04-20'",
            "the range of created_date_time is empty: it starts and ends at 2026-04-20T00:00:00Z",
        ),
        (
            "created_date_time > '2026-04-20' AND created_date_time <= '2026-04-20' AND is_interactive",
            "the range of created_date_time is empty: it starts and ends at 2026-04-20T00:00:00Z",
        ),
    ] {
        let parameters = Parameters::default().with("since", Value::Ago(chrono::TimeDelta::zero()));
        for select in ["id", "count(*)"] {
            let sql = format!("SELECT {select} FROM sign_ins WHERE {condition}");
            assert_eq!(told(&sql, &parameters).await, [format!("no rows from entra.sign_ins: {because}")], "{sql}");
        }
    }
}

/// Values that would do harm if they were pasted: the queries run, and find nothing or what they find without.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_values_of_every_text_stay_data() {
    let feed = Feed { records: 600, throttle: None, ..Feed::default() };
    let lab = Lab::new(Options { feed, ..options(1_000) }).await;
    let folder = tempfile::tempdir().unwrap();
    write_logs(&lab, folder.path());
    let library = Library::shipped();
    let mut tried = 0;
    for Case { name, words: line, .. } in cases(&lab, folder.path()) {
        let query = library.named(name).unwrap();
        let texts = query.parameters.iter().filter(|p| matches!(p.kind.name(), "text" | "user") && p.name != "log");
        for parameter in texts.filter(|p| !line.contains(&format!("--{}", p.name.replace('_', "-")))) {
            let hostile =
                if parameter.kind.name() == "user" { "a'--;@x.example" } else { "x'; DROP TABLE t; -- ' OR '1'='1" };
            let mut words = words(line);
            words.extend([format!("--{}", parameter.name.replace('_', "-")), hostile.to_owned()]);
            let call = Call::read(query, &words, None).unwrap_or_else(|report| panic!("{name}: {report}"));
            lab.tenant.reset_stats();
            let asked = lab.engine.query_with(&query.sql, &call.parameters).await.map_err(|e| format!("{name}: {e}"));
            let asked = asked.unwrap();
            let batches: Vec<_> = asked.stream.try_collect().await.unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(batches.iter().all(|batch| batch.num_rows() <= 400), "{name} --{}", parameter.name);
            for request in lab.tenant.stats().requests {
                assert!(
                    !request.url.contains("a'--") && !request.url.contains("' OR '1'='1"),
                    "{name}: {}",
                    request.url
                );
            }
            tried += 1;
        }
    }
    assert!(tried >= 12, "{tried} texts");
}

/// The program with a home of its own, which is the working folder too.
fn program(home: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(args).current_dir(home).env_clear().env("HOME", home).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn queries_are_listed_shown_and_run_from_a_shell() {
    let home = tempfile::tempdir().unwrap();
    let own = home.path().join(".config/auditql/queries");
    fs::create_dir_all(&own).unwrap();
    fs::write(
        own.join("mine.sql"),
        "-- title: Mine\n-- parameter: who user[]; whose\nSELECT [:who] AS who, 'x' AS mine;\n",
    )
    .unwrap();
    fs::write(own.join("odd.sql"), "SELECT 1").unwrap();
    // What lies in a working folder is nobody's query.
    fs::create_dir_all(home.path().join("queries")).unwrap();
    fs::write(home.path().join("queries/foreign.sql"), "-- title: Foreign\nSELECT 3").unwrap();
    fs::write(home.path().join("users.txt"), "# two\nana@x.example\nBOB@x.example\n").unwrap();
    let run = |args: &[&str]| program(home.path(), args);

    let (code, out, _) = run(&["queries"]);
    assert!(code == Some(0) && out.contains("password-spray ") && out.contains("Mine (yours)"), "{out}");
    assert!(
        out.contains("odd") && out.contains("cannot be used: line 1: it has no title") && !out.contains("foreign"),
        "{out}"
    );
    let (code, out, _) = run(&["queries", "inbox", "RULES"]);
    assert!(code == Some(0) && out.contains("inbox-rules") && !out.contains("password-spray "), "{out}");
    let (code, out, _) = run(&["queries", "show", "mfa-fatigue"]);
    assert!(
        code == Some(0) && out.contains("T1621") && out.contains("--at-least INTEGER") && out.contains("FROM refusals"),
        "{out}"
    );

    let (code, out, err) = run(&["run", "mine", "--who", "@users.txt", "--format", "csv"]);
    assert_eq!(
        (code, out.as_str()),
        (Some(0), "who,mine\n\"[\"\"ana@x.example\"\",\"\"bob@x.example\"\"]\",x\n"),
        "{err}"
    );
    let (code, out, _) = run(&["run", "mine", "--help"]);
    assert!(code == Some(0) && out.contains("mine: Mine"), "{out}");
    for (args, exit, what) in [
        (&["run", "mine"][..], 2, "mine needs --who USER,…"),
        (&["run", "mine", "--whom", "a@x"], 2, "did you mean --who?"),
        (&["run", "mine", "--who", "a"], 2, "takes a user, not 'a'"),
        (&["run", "minee"], 2, "did you mean mine"),
        (&["run", "odd"], 2, "odd.sql, line 1: it has no title"),
        (&["run", "foreign"], 2, "there is no saved query 'foreign'"),
        (&["run", "mine", "--who", "a@x", "-c", "SELECT 1"], 2, "-c and -f give others"),
        (&["queries", "nothing-like-it"], 2, "no saved query has 'nothing-like-it'"),
    ] {
        let (code, _, err) = run(args);
        assert!(code == Some(exit) && err.contains(what), "{args:?}: {code:?} {err}");
    }
    let demo =
        ["demo", "--rows", "1000", "--now", "2026-05-01T12:00:00Z", "--no-throttle", "run", "consents", "--explain"];
    let (code, out, err) = run(&demo);
    assert!(code == Some(0) && out.contains("activityDateTime ge 2026-04-01T12:00:00Z"), "{out}{err}");
    assert!(out.contains("activityDisplayName eq 'Consent to application'"), "{out}");
}
