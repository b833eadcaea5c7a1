//! Saved queries: each finds exactly its part of the attack, nothing on quiet days that hold what looks like it, and no value is ever
//! read as SQL.

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

/// Sign-ins of the tenants: enough for the whole spray.
const ROWS: usize = 6_000;

fn tenant(attack: bool) -> Options {
    let feed = Feed { records: 4_000, throttle: None, ..Feed::default() };
    Options { attack, feed, ..options(ROWS) }
}

/// What a query is expected to find.
struct Case {
    name: &'static str,
    /// Words behind its name; `{…}` are facts of the story.
    words: &'static str,
    /// Parts of each row of the answer, in order of the rows.
    rows: Vec<Vec<String>>,
    /// Most requests that it may cost: a page for each stream, or the feed's blobs.
    most_requests: usize,
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

/// What the directory's log has of the attack: what the feed tells of it (consent, secret, role, owner), and what services beside it do.
const DIRECTORY: usize = 7;

/// The feed's content types are read whole, whatever is asked of them.
const FEED: usize = 200;

fn cases(lab: &Lab, vpn: &str) -> Vec<Case> {
    let story = lab.tenant.story().attack.clone().unwrap();
    let (victim, replay, spray) = (story.victim.as_str(), story.replay.as_str(), &story.spray);
    let case = |name, words, rows: &[&[&str]], most_requests| {
        let rows = rows.iter().map(|row| row.iter().map(|part| (*part).to_owned()).collect()).collect();
        Case { name, words, rows, most_requests }
    };
    let ips: &'static str = format!("--ips {replay}").leak();
    let log: &'static str = format!("--log '{vpn}'").leak();
    let each: Vec<Vec<&str>> = spray.iter().map(|ip| vec![ip.as_str(), " | 3 | "]).collect();
    let each: Vec<&[&str]> = each.iter().map(Vec::as_slice).collect();
    let message = vec![victim, replay, "Bind", "@AM0PR01MB3686"];
    let messages: Vec<&[&str]> = vec![message.as_slice(); 9 * 24];
    let app = "Mail Backup Pro";
    let timeline: &'static str = format!("--user {victim} {ips}").leak();
    // Replays; reading, a rule twice, forwarding, a right, consent, a secret, a role, an owner, the bypass, a link, files, a rule for all.
    let theirs = [replay];
    let timeline_rows: Vec<&[&str]> = vec![&theirs; 24 + 9 + 2 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 180 + 1 + 1 + DIRECTORY];
    let presence: &'static str = format!("{log} --home PT").leak();
    vec![
        case("password-spray", "", &each, 2),
        case("password-spray-in-audit-log", "", &each, FEED),
        case(
            "success-after-failures",
            "",
            &[&[victim, &spray[0], "MD", "OfficeHome"], &[victim, &spray[1], "MD", "One Outlook Web"]],
            3,
        ),
        case("impossible-travel", "", &[&[victim, replay]], 4),
        case("token-reuse", "", &[&[victim, &spray[0], "MD", replay, "IS", &story.session]], 4),
        case("weak-sign-ins", "", &[&[victim, &spray[1], "IMAP4", "ropc"]], 2),
        case("mfa-fatigue", "", &[&[victim, &spray[0], "MD", "17", &story.session]], 3),
        case("policy-changes", "", &[&[victim, replay, "Block legacy authentication", "excludeUsers"]], 1),
        case("consents", "", &[&[victim, replay, app, "Mail.ReadWrite Mail.Send Files.Read.All offline_access"]], 1),
        case("new-app-secrets", "", &[&[victim, app, "DisplayName=backup", replay, "3"]], 4),
        case("app-permissions", "", &[&[victim, replay, app, "Mail.Read", "Microsoft Graph"]], 1),
        case("app-changes", "", &[&[victim, replay, "Add owner to application", app]], 1),
        case(
            "inbox-rules",
            "",
            &[&[victim, replay, "New-InboxRule", "archive@drop.example", "invoice;payment;iban"]],
            FEED,
        ),
        case("forwarding", "", &[&[victim, replay, "archive@drop.example", "True | 1"]], FEED),
        case("mails-read", ips, &messages, FEED),
        case("mass-download", "", &[&[victim, replay, "180"]], FEED),
        case("privileged-roles", "", &[&[victim, replay, "Exchange Administrator", app, "ServicePrincipal"]], 1),
        case("mailbox-access", "", &[&[victim, replay, "Add-MailboxPermission", "FullAccess"]], FEED),
        case("tampering", "", &[&[victim, replay, "Set-MailboxAuditBypassAssociation"]], FEED + 1),
        case("new-mfa-method", "", &[&[victim, replay, "User registered security info", "IS"]], 3),
        case("transport-rules", "", &[&[victim, replay, "New-TransportRule", "archive@drop.example"]], FEED),
        case(
            "from-networks",
            "--networks 192.0.2.0/24",
            &[&[victim, replay, "IS | 24 | 4"], &[app, replay, "IS | 3 | 1"]],
            8,
        ),
        case("scripted-clients", "", &[&[victim, &spray[1], "BAV2ROPC", "1"]], 2),
        case("phishing-clicked", "", &[&[victim, "BlockPageOverride", "it-support@lumenw0rks.example"]], FEED),
        // It reads every content type.
        case("user-timeline", timeline, &timeline_rows, 2 * FEED + 4),
        case("cloud-failures-then-vpn", log, &[&[&spray[1], "LOGIN-OK", "mallory"]], 2),
        case("vpn-failures-then-cloud", log, &[&[victim, replay, "IS | 6 | 6"]], 3),
        case(
            "elsewhere-while-on-premises",
            presence,
            &[&[victim, replay, "IS | 198.18.0.200 | 24"], &[victim, "MD | 198.18.0.200 | 1"]],
            4,
        ),
    ]
}

/// A VPN's log: the attacker, and people at home.
fn vpn_log(spray: &str, replay: &str, victim: &str) -> String {
    let mut log = String::from("time,client_address,user_name,outcome\n");
    log.push_str(&format!("2026-04-26T04:00:00Z,{spray}:40110,mallory,LOGIN-OK\n"));
    // Guesses from where the token is used later; the victim at home, the whole night.
    for n in 0..6 {
        log.push_str(&format!("2026-04-26T22:0{n}:00Z,{replay},guess{n},LOGIN-FAILED\n"));
    }
    for n in 0..16 {
        let (hour, minute) = (n / 2, n % 2 * 30);
        log.push_str(&format!("2026-04-27T{hour:02}:{minute:02}:00Z,198.18.0.200,{victim},LOGIN-OK\n"));
    }
    for n in 1..40 {
        log.push_str(&format!("2026-04-29T08:{n:02}:00Z,198.18.0.{n},ana.oneil,LOGIN-OK\n"));
    }
    log
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_query_finds_its_part_of_the_attack_and_nothing_on_quiet_days() {
    let (lab, quiet) = (Lab::new(tenant(true)).await, Lab::new(tenant(false)).await);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("vpn.csv");
    let story = lab.tenant.story().attack.clone().unwrap();
    fs::write(&log, vpn_log(&story.spray[1], &story.replay, &story.victim)).unwrap();
    let library = Library::shipped();
    let cases = cases(&lab, log.to_str().unwrap());
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
    let log = folder.path().join("vpn.csv");
    let story = lab.tenant.story().attack.clone().unwrap();
    fs::write(&log, vpn_log(&story.spray[1], &story.replay, &story.victim)).unwrap();
    let files = Engine::builder().input(folder.path().join("mixed")).policy(Policy::LOCAL).now(now()).build().unwrap();
    let library = Library::shipped();
    let mut with_rows = 0;
    for Case { name, words, .. } in cases(&lab, log.to_str().unwrap()) {
        let (mut live, _) = run(&lab, &library, name, words).await;
        let mut offline = rows_of(&files, &library, name, words).await;
        live.sort();
        offline.sort();
        assert_eq!(offline, live, "{name}");
        with_rows += usize::from(!live.is_empty());
    }
    assert!(with_rows > 20, "{with_rows} queries have rows");
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
        (&["run", "mine", "--who", "a"], 2, "takes a user, and 'a' is none"),
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
