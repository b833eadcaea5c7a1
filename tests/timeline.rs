//! The timeline: its rows are those of each table asked by itself, it costs what these cost, and no value is ever read as SQL.

use std::fs;
use std::process::{Command, Output, Stdio};

use auditql::demo::{Feed, Options};
use auditql::engine::{Engine, Error, Parameters, Policy, Value};
use auditql::report::{About, Report};
use auditql::settings::Settings;
use auditql::tally::Notice;
use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use tempfile::TempDir;

use crate::lab::{Answer, Lab, answer, cause, connection, engine, now, options};

mod files;

async fn lab() -> Lab {
    let feed = Feed { records: 1_500, throttle: None, ..Feed::default() };
    Lab::new(Options { feed, ..options(2_000) }).await
}

/// Since when the tables are asked by themselves: the usual seven days.
const SINCE: &str = "'2026-04-24T12:00:00Z'";

/// Where a record's text holds a value as a whole, also within JSON in a text.
fn holds(value: &str) -> String {
    let value = value.replace('\'', "''");
    format!("(lower(raw) LIKE '%\"{value}\"%' OR lower(raw) LIKE '%\"{value}\\\\\"%')")
}

/// Each table asked by hand for a user, without the declarations: source, time, id.
fn by_hand(user: &str) -> [(&'static str, String); 6] {
    let since = |time: &str| format!("{time} >= {SINCE}");
    [
        (
            "entra.sign_ins",
            format!(
                "SELECT created_date_time AS time, id FROM entra.sign_ins WHERE {} AND user_principal_name = '{user}' \
                 AND (is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser'))",
                since("created_date_time")
            ),
        ),
        (
            "entra.directory_audits",
            format!(
                "SELECT activity_date_time AS time, id FROM entra.directory_audits WHERE {} AND {}",
                since("activity_date_time"),
                format_args!(
                    "(initiated_by.user.user_principal_name ILIKE '{user}' OR EXISTS (SELECT 1 FROM \
                     unnest(target_resources) AS t WHERE t.user_principal_name ILIKE '{user}'))"
                )
            ),
        ),
        (
            "m365.activity",
            format!(
                "SELECT creation_time AS time, id FROM m365.activity WHERE {} AND (user_name = '{user}' OR {})",
                since("creation_time"),
                holds(user)
            ),
        ),
        (
            "entra.risk_detections",
            format!(
                "SELECT activity_date_time AS time, id FROM entra.risk_detections WHERE {} AND \
                 user_principal_name ILIKE '{user}'",
                since("activity_date_time")
            ),
        ),
        (
            "aadgraph.signin_events",
            format!(
                "SELECT signin_date_time AS time, id FROM aadgraph.signin_events WHERE {} AND user_principal_name ILIKE '{user}'",
                since("signin_date_time")
            ),
        ),
        (
            "aadgraph.audit_events",
            format!(
                "SELECT activity_date AS time, id FROM aadgraph.audit_events WHERE {} AND \
                 (actor.user_principal_name ILIKE '{user}' OR EXISTS (SELECT 1 FROM unnest(targets) AS t \
                 WHERE t.user_principal_name ILIKE '{user}'))",
                since("activity_date")
            ),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_requests_are_those_of_each_table_asked_by_itself() {
    let lab = lab().await;
    let story = lab.tenant.story().attack.clone().unwrap();
    let (mut expected, mut requests) = (Vec::new(), 0);
    for (source, sql) in by_hand(&story.victim) {
        let (rows, asked) = lab.asked(&sql).await;
        assert!(!rows.is_empty(), "{source} has events of the victim");
        expected.extend(rows.into_iter().map(|row| format!("{source} | {row}")));
        requests += asked.len();
    }
    let sql = format!("SELECT source, time, id FROM timeline('{}')", story.victim.to_uppercase());
    let (rows, asked) = lab.asked(&sql).await;
    let time = |row: &String| row.split(" | ").nth(1).unwrap().parse::<DateTime<Utc>>().unwrap();
    let times: Vec<DateTime<Utc>> = rows.iter().map(time).collect();
    assert!(times.is_sorted(), "the oldest first");
    let sorted = |mut rows: Vec<String>| {
        rows.sort();
        rows
    };
    let (rows, expected) = (sorted(rows), sorted(expected));
    assert_eq!(rows, expected);
    assert_eq!(asked.len(), requests, "{asked:#?}");
    // The control: somebody else's day is another one, and a condition that is left out shows.
    let other = lab.rows(&sql.replace(&story.victim.to_uppercase(), "nobody@contoso.com")).await;
    assert!(other.is_empty() && !rows.is_empty());
    let alone: Vec<&String> = expected.iter().filter(|row| !row.starts_with("entra.risk_detections")).collect();
    assert!(alone.len() < rows.len());
    // So does the engine without pushdown.
    let slow = engine(connection(&lab.tenant), Settings { pushdown: false, ..Settings::default() });
    assert_eq!(sorted(answer(&slow, &sql).await.unwrap().rows()), rows);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conditions_around_it_reach_the_tables() {
    let lab = lab().await;
    let user = lab.tenant.story().attack.clone().unwrap().victim;
    let of = |rest: &str| format!("SELECT time, source, action FROM timeline('{user}') {rest}");
    let (rows, asked) = lab.asked(&of("WHERE source = 'entra.directory_audits'")).await;
    assert!(!rows.is_empty() && asked.iter().all(|url| url.contains("directoryAudits")), "{asked:?}");
    let (_, asked) = lab.asked(&of("WHERE source LIKE 'entra.s%' AND time >= '2026-05-01T00:00:00Z'")).await;
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked.iter().all(|url| url.contains("createdDateTime ge 2026-05-01T00:00:00Z")), "{asked:?}");
    let (rows, asked) = lab
        .asked(&format!(
            "SELECT time FROM timeline('{user}', since => '2d', until => '2026-05-01', sources => 'sign_ins')"
        ))
        .await;
    assert_eq!(asked.len(), 2);
    assert!(asked.iter().all(|url| url.contains("ge 2026-04-29T12:00:00Z") && url.contains("le 2026-05-01T00:00:00Z")));
    assert!(rows.iter().all(|time| time.as_str() < "2026-05-01"));
    // EXPLAIN sends nothing.
    let (explained, asked) = lab.asked(&format!("EXPLAIN {}", of(""))).await;
    assert!(asked.is_empty() && explained.concat().contains("userPrincipalName eq"), "{explained:?}");
    // Two in one statement, joined, each under its own name.
    let joined = format!(
        "SELECT count(*) FROM timeline('{user}', sources => 'sign_ins') AS a JOIN timeline('{user}', sources => ['aadgraph.signin_events']) \
         AS b ON a.id = b.id"
    );
    assert_ne!(lab.rows(&joined).await, ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_of_addresses_networks_sessions_applications_and_objects() {
    let lab = lab().await;
    let story = lab.tenant.story().attack.clone().unwrap();
    let one = |sql: &str| {
        let sql = sql.to_owned();
        let lab = &lab;
        async move { lab.rows(&sql).await.into_iter().next().unwrap_or_default() }
    };
    let app = one(
        "SELECT app_id FROM sign_ins WHERE app_id IS NOT NULL AND created_date_time >= '2026-04-24T12:00:00Z' LIMIT 1",
    )
    .await;
    let object =
        one(&format!("SELECT user_id FROM sign_ins WHERE user_principal_name = '{}' LIMIT 1", story.victim)).await;
    let network = format!("{}.0/24", story.replay.rsplit_once('.').unwrap().0);
    let since = format!("created_date_time >= {SINCE}");
    for (call, by_hand) in [
        (format!("'{}'", story.replay), format!("ip_address = '{}'", story.replay)),
        (format!("'{network}'"), format!("ip_in(ip_address, '{network}')")),
        (format!("address => '::ffff:{}'", story.replay), format!("ip_address = '{}'", story.replay)),
        (format!("session => '{}'", story.session.to_uppercase()), format!("session_id = '{}'", story.session)),
        (format!("app => '{app}'"), format!("app_id = '{app}' OR resource_id = '{app}'")),
        (format!("object => '{object}'"), format!("user_id = '{object}' OR service_principal_id = '{object}'")),
        (format!("user => '{object}'"), format!("user_id = '{object}'")),
        (
            format!("'{{{}}}'", story.session),
            format!("session_id = '{0}' OR app_id = '{0}' OR user_id = '{0}'", story.session),
        ),
    ] {
        let mut rows = lab.rows(&format!("SELECT id FROM timeline({call}, sources => ['entra.sign_ins'])")).await;
        let mut expected = lab.rows(&format!("SELECT id FROM entra.sign_ins WHERE {since} AND ({by_hand})")).await;
        rows.sort();
        expected.sort();
        assert!(!expected.is_empty(), "{call}: {by_hand}");
        assert_eq!(rows, expected, "{call}");
    }
    // Of a session only those are asked that know sessions, and the others are named.
    let answer = lab.answer(&format!("SELECT source FROM timeline(session => '{}')", story.session)).await.unwrap();
    let by_hand = lab.rows(&format!("SELECT id FROM m365.activity WHERE {}", holds(&story.session))).await;
    let of_feed = answer.rows().iter().filter(|source| *source == "m365.activity").count();
    assert_eq!(of_feed, by_hand.len());
    assert!(answer.rows().iter().any(|source| source == "entra.sign_ins"));
    let said: Vec<String> = answer.tally.notices().iter().map(ToString::to_string).collect();
    assert!(said[0].contains("without entra.directory_audits: it does not tell of sessions"), "{said:?}");
    // An id without a word may be of several things, and that is said.
    let answer = lab.answer(&format!("SELECT 1 FROM timeline('{}')", story.session)).await.unwrap();
    assert!(answer.tally.notices().iter().any(|notice| matches!(notice, Notice::Timeline { states: Some(_), .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_is_read_as_sql() {
    let lab = lab().await;
    let all = lab.rows("SELECT count(*) FROM timeline('0.0.0.0/0', sources => 'sign_ins')").await;
    assert_ne!(all, ["0"], "the control: there are events");
    for value in
        ["' OR 1=1 --", "%", "_", "''", "\\", "x') OR ('1'='1", "\";--", " a ", "$1", ":since", "NULL", "\u{202e}x"]
    {
        let parameters = Parameters::default().with("who", Value::Text(value.into()));
        let sql = "SELECT id FROM timeline(user => :who, sources => ['sign_ins', 'directory_audits', 'activity'])";
        let query = lab.engine.query_with(sql, &parameters).await.unwrap_or_else(|e| panic!("{value}: {e}"));
        let (tally, stream) = (query.tally, query.stream);
        let rows = Answer { batches: stream.try_collect().await.unwrap(), tally }.rows();
        assert!(rows.is_empty(), "{value}: {rows:?}");
    }
    let quoted = lab.asked("SELECT id FROM timeline('o''neil@contoso.com', sources => 'sign_ins')").await.1;
    assert!(quoted.iter().all(|url| url.contains("eq 'o''neil@contoso.com'")), "{quoted:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exported_files_and_logs_have_the_events_too() {
    let lab = lab().await;
    let story = lab.tenant.story().attack.clone().unwrap();
    let folder = tempfile::tempdir().unwrap();
    lab.tenant.export(folder.path()).unwrap();
    let log = folder.path().join("vpn.csv");
    let local = story.victim.split('@').next().unwrap();
    let text = format!(
        "time,user_name,client_ip,action,result\n2026-04-29T08:00:00Z,{local},{},connect,ok\n\
         2026-04-29T09:00:00Z,somebody,198.18.0.1,connect,ok\n2026-04-29T10:00:00Z,CORP\\{local},198.18.0.2,leave,ok\n",
        story.replay
    );
    fs::write(&log, text).unwrap();
    let builder = || Engine::builder().policy(Policy::LOCAL).now(now());
    let files = builder().input(folder.path().join("mixed")).build().unwrap();
    let sources = "sources => ['entra.sign_ins', 'entra.directory_audits', 'm365.activity']";
    let columns = "source, time, action, result, actor, target, address, id";
    let sql = |since: &str| format!("SELECT {columns} FROM timeline('{}', {since}{sources})", story.victim);
    let offline = answer(&files, &sql("since => '7d', ")).await.unwrap().rows();
    assert_eq!(offline, lab.rows(&sql("")).await);
    // Without bounds files are read whole: they cost nothing.
    let whole = answer(&files, &sql("")).await.unwrap();
    assert!(whole.rows().len() > offline.len());
    assert!(whole.tally.notices()[0].to_string().contains("of any time"));
    // A log that the configuration names is read beside them.
    let both = builder()
        .input(folder.path().join("mixed"))
        .logs("onprem", "vpn", vec![log.clone()], Vec::new())
        .build()
        .unwrap();
    let rows = answer(
        &both,
        &format!("SELECT action, actor, address FROM timeline('{}') WHERE source = 'onprem.vpn'", story.victim),
    )
    .await
    .unwrap()
    .rows();
    assert_eq!(rows, [format!("connect | {local} | {}", story.replay), format!("leave | CORP\\{local} | 198.18.0.2")]);
    let rows = answer(&both, &format!("SELECT time FROM timeline('{}', sources => 'vpn')", story.replay))
        .await
        .unwrap()
        .rows();
    assert_eq!(rows.len(), 1);
    // One that cannot be read is an error that names it, and how to go without.
    fs::remove_file(&log).unwrap();
    let gone =
        builder().input(folder.path().join("mixed")).logs("onprem", "vpn", vec![log], Vec::new()).build().unwrap();
    let sql = format!("SELECT 1 FROM timeline('{}')", story.victim);
    let report = Report::of_query(&answer(&gone, &sql).await.err().unwrap(), &About::default()).to_string();
    assert!(report.contains("leaves onprem.vpn out"), "{report}");
    assert_ne!(answer(&gone, &sql.replace("')", "', sources => 'sign_ins')")).await.unwrap().rows().len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_read_is_an_error_that_says_how_to_go_without() {
    let lab = lab().await;
    let user = lab.tenant.story().attack.clone().unwrap().victim;
    // The feed keeps seven days.
    let sql = format!("SELECT count(*) FROM timeline('{user}', since => '30d')");
    let error = lab.answer(&sql).await.err().unwrap();
    let report = Report::of_query(&error, &About::default()).to_string();
    assert!(report.contains("m365.activity") && report.contains("keeps 7 days"), "{report}");
    let (_, others) = report.split_once("sources => [").unwrap();
    let others = others.split_once(']').unwrap().0;
    assert!(!others.contains("m365"), "{report}");
    let narrowed = lab.rows(&sql.replace("'30d'", &format!("'30d', sources => [{others}]"))).await;
    assert_ne!(narrowed, ["0"]);
    // The retired service is read where there is one, and left out aloud where there is none.
    let without =
        engine(auditql::auth::Connection { aadgraph_url: None, ..connection(&lab.tenant) }, Settings::default());
    let answer_without = answer(&without, &format!("SELECT source FROM timeline('{user}')")).await.unwrap();
    assert!(answer_without.rows().iter().all(|source| !source.starts_with("aadgraph")));
    assert!(answer_without.tally.notices()[0].to_string().contains("without aadgraph.signin_events: left out"));
    let named = format!("SELECT source FROM timeline('{user}', sources => 'signin_events')");
    assert!(answer(&without, &named).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_wrong_says_what_to_write() {
    let lab = Lab::new(options(10)).await;
    for (from, says) in [
        ("timeline()", "does not say of whom"),
        ("timeline('ana')", "'ana' is not recognised"),
        ("timeline(NULL)", "is not a text"),
        ("timeline(7)", "is not a text"),
        ("timeline((SELECT 'a@b.c'))", "is not a text"),
        ("timeline(usr => 'a@b.c')", "has no argument usr"),
        ("timeline('a@b.c', user => 'd@e.f')", "is of one user"),
        ("timeline('a@b.c', since => 'soon')", "is no time"),
        ("timeline('a@b.c', since => NULL)", "is no time"),
        ("timeline('a@b.c', since => 7)", "is no time"),
        ("timeline('a@b.c', until => 3 + 4)", "is no time"),
        ("timeline('a@b.c', since => '-7d')", "is no time"),
        ("timeline('a@b.c', since => '1d', since => '2d')", "since is given twice"),
        ("timeline('a@b.c', since => '1d', until => '2d')", "nothing lies between"),
        ("timeline('a@b.c', sources => [])", "names no table"),
        ("timeline('a@b.c', sources => 'users')", "users is no source of events"),
        ("timeline('a@b.c', sources => 'defender.url_clicks')", "defender.url_clicks is no source of its own"),
        ("timeline('a@b.c', sources => 'm365.activity, m365.exchange')", "hold the same records"),
        ("timeline(session => 'x', sources => 'directory_audits')", "does not tell of sessions"),
        ("timeline(app => 'Mail Backup Pro')", "is not the client id"),
        ("timeline(address => 'vpn')", "is not an address"),
        ("nowhere.timeline('a@b.c')", "there is no connection 'nowhere'"),
        ("timeline", "there is no table timeline"),
        ("(SELECT timeline('a@b.c'))", "stands in FROM"),
    ] {
        let sql = format!("SELECT * FROM {from}");
        let report =
            Report::of_query(&lab.answer(&sql).await.err().expect(from), &About { sql: &sql, ..About::default() });
        assert!(report.what.contains(says) && report.hint.is_some(), "{from}: {report}");
    }
    for sql in ["CREATE VIEW v AS SELECT * FROM timeline('a@b.c')", "PREPARE p AS SELECT * FROM timeline('a@b.c')"] {
        let error = lab.answer(sql).await.err().unwrap();
        assert!(matches!(cause::<Error>(&error), Some(Error::Dialect { .. })), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_under_another_word_or_in_other_quotes_gets_its_own() {
    let lab = Lab::new(options(10)).await;
    for (arguments, hint) in [
        ("logs => 'x.log'", "a log is named by files => 'x.log'"),
        ("sources => 'x.log'", "a log is named by files => 'x.log'"),
        ("sources => ['entra.sign_ins', 'vpn/*.csv']", "a log is named by files => 'x.log'"),
        ("files => \"proxy.log\"", "files => 'proxy.log'"),
        ("files => proxy.log", "files => 'proxy.log'"),
        ("files => ['a.csv', \"proxy.log\"]", "files => 'proxy.log'"),
        ("files := 'x.log'", "an argument is named with =>"),
    ] {
        let sql = format!("SELECT * FROM timeline('a@b.c', {arguments})");
        let about = About { sql: &sql, ..About::default() };
        let report = Report::of_query(&lab.answer(&sql).await.err().expect(arguments), &about);
        assert!(report.hint.as_deref().is_some_and(|told| told.contains(hint)), "{arguments}: {report}");
    }
}

/// Nothing says how these services compare a name, so that none is sent: a record in another spelling would be missing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_not_sent_where_its_spelling_may_count() {
    let lab = Lab::new(options(10)).await;
    for (source, field) in [
        ("m365.audit_search", "userPrincipalNameFilters"),
        ("aadgraph.signin_events", "userPrincipalName eq"),
        ("aadgraph.audit_events", "userPrincipalName eq"),
    ] {
        let plan =
            lab.rows(&format!("EXPLAIN SELECT * FROM timeline('Ana@b.c', sources => '{source}')")).await.concat();
        assert!(plan.contains(source) && !plan.contains(field), "{plan}");
    }
}

/// Every condition and every column is SQL over its table, for every kind of entity.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_source_can_be_asked_for_all_that_it_tells_of() {
    let lab = Lab::new(options(10)).await;
    let mut asked = 0;
    for told in auditql::apis::timeline::ALL {
        for (whose, _) in told.of {
            let value = match whose {
                auditql::table::Whose::User => "a@b.c",
                auditql::table::Whose::Address => "192.0.2.0/24",
                _ => "0b1f4f2e-9f3a-4b43-9d5e-0c5d2f1a7b10",
            };
            let call = format!("timeline({} => '{value}', sources => '{}')", whose.name(), told.set.qualified());
            let plan = lab.rows(&format!("EXPLAIN SELECT * FROM {call}")).await.concat();
            assert!(plan.contains(&told.set.qualified()), "{call}: {plan}");
            asked += 1;
        }
    }
    assert!(asked > 50, "{asked}");
}

/// The program with a small tenant, in a folder of its own.
fn program(home: &TempDir, args: &[&str]) -> Output {
    let demo = ["demo", "--rows", "600", "--now", "2026-05-01T12:00:00Z", "--no-throttle"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(demo).args(args).current_dir(home.path()).env_clear().env("HOME", home.path());
    command.stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_page_has_the_rows_of_the_timeline_and_is_whole_or_absent() {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str| fs::read_to_string(home.path().join(name));
    let few = ["--source", "entra.sign_ins", "--source", "entra.directory_audits"];
    let page = |rest: &[&str]| {
        let mut args = vec!["report", "timeline", "198.51.100.0/24"];
        args.extend(few);
        args.extend(rest);
        program(&home, &args)
    };
    let written = page(&["-o", "case.html"]);
    assert!(written.status.success() && written.stdout.is_empty(), "{written:?}");
    let whole = file("case.html").unwrap();
    let sql =
        "SELECT count(*) FROM timeline('198.51.100.0/24', sources => ['entra.sign_ins', 'entra.directory_audits'])";
    let counted = program(&home, &["-q", "--format", "csv", "-c", sql]);
    let counted: usize = String::from_utf8_lossy(&counted.stdout).lines().last().unwrap().parse().unwrap();
    assert_eq!(whole.matches("<tr class=").count(), counted);
    assert!(counted > 10 && whole.contains("<td>198.51.100.") && whole.ends_with("</html>\n"), "{counted}");
    assert!(
        whole.contains("timeline(address =&gt; &#39;198.51.100.0/24&#39;, since =&gt; &#39;2026-04-24T12:00:00Z&#39;")
    );
    // To a pipe it is the same page.
    let piped = String::from_utf8(page(&[]).stdout).unwrap();
    assert_eq!(piped.matches("<tr class=").count(), counted);
    // Nobody is named in one that may be shown outside.
    assert!(page(&["--redact", "-o", "shown.html"]).status.success());
    let shown = file("shown.html").unwrap();
    assert!(shown.matches("<tr class=").count() == counted && !shown.contains("198.51.100."), "{}", shown.len());
    // What cannot be read whole leaves no file.
    let failed = program(&home, &["report", "timeline", "198.51.100.0/24", "--since", "30d", "-o", "none.html"]);
    assert!(!failed.status.success() && file("none.html").is_err(), "{failed:?}");
    assert!(String::from_utf8_lossy(&failed.stderr).contains("leaves m365.activity out"), "{failed:?}");
    for wrong in
        [&["-o", "case.csv"][..], &["--format", "csv"], &["--since", "soon"], &["--as", "person"], &["-c", "SELECT 1"]]
    {
        let refused = page(wrong);
        assert!(refused.status.code() == Some(2) && refused.stdout.is_empty(), "{wrong:?}: {refused:?}");
    }
}
