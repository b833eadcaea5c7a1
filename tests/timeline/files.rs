//! Timelines over files: exports in another spelling, records without a time, and logs that the statement itself names.

use std::fs;
use std::path::Path;

use auditql::engine::{Engine, Error, Parameters, Policy, Value};
use auditql::report::{About, Report};
use futures::TryStreamExt as _;
use serde_json::{Value as Json, json};

use super::program;
use crate::lab::{Answer, answer, cause, now};

const APP: &str = "0b1f4f2e-9f3a-4b43-9d5e-0c5d2f1a7b10";
const SESSION: &str = "5d8a1c52-7f0e-4c8d-9a63-2f4f0a6f9b11";
const USER: &str = "c7a3e0aa-1f5b-4f0e-8b54-93d7f3a2d012";

fn engine(folder: &Path) -> Engine {
    Engine::builder().policy(Policy::LOCAL).now(now()).input(folder).build().unwrap()
}

fn lines(records: &[Json]) -> String {
    records.iter().map(|record| format!("{record}\n")).collect()
}

/// Sign-ins and records of the feed, as somebody's tool has written them down.
fn evidence(folder: &Path) {
    let sign_in = |id: &str, time: Option<&str>| {
        json!({"id": id, "createdDateTime": time, "userPrincipalName": "Ana@Contoso.com", "userId": USER.to_uppercase(),
               "appId": APP.to_uppercase(), "sessionId": SESSION.to_uppercase(), "ipAddress": "203.0.113.7", "isInteractive": true,
               "clientAppUsed": "Browser", "status": {"errorCode": 0}})
    };
    let sign_ins = [
        sign_in("in", Some("2026-04-30T08:00:00Z")),
        sign_in("before", Some("2026-03-01T08:00:00Z")),
        sign_in("undated", None),
    ];
    fs::write(folder.join("sign_ins.ndjson"), lines(&sign_ins)).unwrap();
    let record = |id: &str, members: Json| {
        let mut record = json!({"Id": id, "RecordType": 15, "CreationTime": "2026-04-30T09:00:00", "Operation": "UserLoggedIn",
                                "OrganizationId": APP, "Workload": "AzureActiveDirectory", "UserId": "bob@contoso.com", "UserType": 0});
        record.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        record
    };
    let records = [
        record("client", json!({"ClientIP": "198.51.100.9"})),
        record("actor", json!({"ClientIP": "20.190.1.1", "ActorIpAddress": "198.51.100.9:4711"})),
        record("mailbox", json!({"ClientIP": "20.190.1.1", "ClientIPAddress": "198.51.100.9"})),
        record("neither", json!({"ClientIP": "20.190.1.1", "ActorIpAddress": "198.51.100.90"})),
        record("port", json!({"ClientIP": "[198.51.100.9]:4711"})),
        record("proxied", json!({"ClientIP": "198.51.100.9, 10.0.0.1"})),
        record("through", json!({"ClientIP": "10.0.0.1:80, 198.51.100.9:443"})),
        record("listed", json!({"ClientIP": "198.51.100.90, 10.0.0.1"})),
        record("alerted", json!({"ClientIPs": ["192.0.2.1", "198.51.100.9"], "ClientVersion": "198.51.100.9"})),
        record("detailed", json!({"Data": "{\"etype\":\"User\",\"cip\":\"198.51.100.9\"}"})),
        record("versioned", json!({"ClientVersion": "198.51.100.9"})),
        record("typed", json!({"Actor": [{"ID": format!("User_{}", USER.to_uppercase()), "Type": 2}]})),
        record("principal", json!({"Target": [{"ID": format!("ServicePrincipal_{USER}"), "Type": 2}]})),
        record(
            "claim",
            json!({"UserId": "i:0#.f|membership|Eve@contoso.com", "Workload": "SharePoint", "RecordType": 6}),
        ),
        record("personal", json!({"UserId": "live.com#eve@contoso.com"})),
        record("target", json!({"TargetUserOrGroupName": "i:0#.f|membership|eve@contoso.com"})),
        record("another", json!({"UserId": "i:0#.f|membership|steve@contoso.com"})),
    ];
    fs::write(folder.join("activity.ndjson"), lines(&records)).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_files_names_and_ids_are_found_in_any_spelling() {
    let folder = tempfile::tempdir().unwrap();
    evidence(folder.path());
    let engine = engine(folder.path());
    for call in [
        "'ana@contoso.com'".to_owned(),
        format!("session => '{SESSION}'"),
        format!("app => '{APP}'"),
        format!("object => '{USER}'"),
    ] {
        let sql = format!("SELECT id FROM timeline({call}, sources => 'sign_ins')");
        let rows = answer(&engine, &sql).await.unwrap_or_else(|e| panic!("{call}: {e}")).rows();
        assert_eq!(rows, ["before", "in", "undated"], "{call}");
    }
    let none = answer(&engine, "SELECT id FROM timeline('anna@contoso.com', sources => 'sign_ins')").await.unwrap();
    assert!(none.rows().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_is_looked_for_in_each_member_that_has_one() {
    let folder = tempfile::tempdir().unwrap();
    evidence(folder.path());
    let sql = "SELECT id FROM timeline('198.51.100.9', sources => 'm365.activity')";
    let found = answer(&engine(folder.path()), sql).await.unwrap().rows();
    assert_eq!(found, ["actor", "alerted", "client", "detailed", "mailbox", "port", "proxied", "through"]);
    let network = sql.replace("198.51.100.9", "198.51.100.8/31");
    assert_eq!(answer(&engine(folder.path()), &network).await.unwrap().rows(), found);
    let shown = "SELECT id, address FROM timeline('10.0.0.1', sources => 'm365.activity') WHERE id = 'proxied'";
    assert_eq!(answer(&engine(folder.path()), shown).await.unwrap().rows(), ["proxied | 198.51.100.9"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_is_found_behind_what_services_put_before_the_name() {
    let folder = tempfile::tempdir().unwrap();
    evidence(folder.path());
    let sql = "SELECT id FROM timeline('eve@contoso.com', sources => 'm365.activity')";
    assert_eq!(answer(&engine(folder.path()), sql).await.unwrap().rows(), ["claim", "personal", "target"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_is_found_behind_the_kind_that_the_directory_puts_before_its_id() {
    let folder = tempfile::tempdir().unwrap();
    evidence(folder.path());
    let sql = format!("SELECT id FROM timeline(object => '{USER}', sources => 'm365.activity')");
    assert_eq!(answer(&engine(folder.path()), &sql).await.unwrap().rows(), ["principal", "typed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_without_a_time_is_not_excluded_by_one() {
    let folder = tempfile::tempdir().unwrap();
    evidence(folder.path());
    let engine = engine(folder.path());
    for (bounds, ids) in [
        ("since => '7d'", &["in", "undated"][..]),
        ("until => '2026-04-01'", &["before", "undated"]),
        ("since => '2026-04-01', until => '2026-04-02'", &["undated"]),
    ] {
        let sql = format!("SELECT id FROM timeline('ana@contoso.com', {bounds}, sources => 'sign_ins')");
        let answer = answer(&engine, &sql).await.unwrap();
        assert_eq!(answer.rows(), ids, "{bounds}");
        let said = answer.tally.notices()[0].to_string();
        assert!(said.contains("and rows of files without a time, at the end"), "{said}");
    }
    // Where there are no bounds, nothing has to be said of it.
    let all = answer(&engine, "SELECT id FROM timeline('ana@contoso.com', sources => 'sign_ins')").await.unwrap();
    assert!(!all.tally.notices()[0].to_string().contains("without a time"));
}

/// Logs of one's own, with hostile names for files.
fn logs(folder: &Path) -> (String, String) {
    let vpn = folder.join("o'neil, vpn.csv");
    fs::write(
        &vpn,
        "time,user_name,client_ip,action\n2026-04-30T07:00:00Z,ana,203.0.113.7,connect\n2026-03-01T07:00:00Z,CORP\\Ana,203.0.113.8,connect\n\
         2026-04-30T07:30:00Z,bob,203.0.113.9,connect\n,ana,203.0.113.7,undated\n",
    )
    .unwrap();
    fs::create_dir_all(folder.join("proxy")).unwrap();
    for (name, user) in [("a.csv", "ana@contoso.com"), ("b.csv", "eve")] {
        let text = format!("time,user_name,url\n2026-04-30T10:00:00Z,{user},/{name}\n");
        fs::write(folder.join("proxy").join(name), text).unwrap();
    }
    (vpn.display().to_string(), folder.join("proxy").join("*.csv").display().to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_a_call_names_are_sources_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let (evidence_in, logs_in) = (folder.path().join("evidence"), folder.path().join("logs"));
    [&evidence_in, &logs_in].iter().for_each(|folder| fs::create_dir(folder).unwrap());
    evidence(&evidence_in);
    let (vpn, proxy) = logs(&logs_in);
    let engine = engine(&evidence_in);
    let files = format!("files => ['{}', '{proxy}', '{proxy}']", vpn.replace('\'', "''"));
    let ask =
        |rest: &str| format!("SELECT source, action, actor, target FROM timeline('ana@contoso.com', {rest}{files})");
    let with = answer(&engine, &ask("since => '7d', sources => ['sign_ins'], ")).await.unwrap();
    assert_eq!(
        with.rows(),
        [
            format!("{vpn} | connect | ana | NULL"),
            "entra.sign_ins | interactive sign-in | ana@contoso.com | NULL".to_owned(),
            format!("{proxy} | NULL | ana@contoso.com | /a.csv"),
            format!("{vpn} | undated | ana | NULL"),
            "entra.sign_ins | interactive sign-in | ana@contoso.com | NULL".to_owned(),
        ]
    );
    // Alone, and again by the statement that the note gives.
    let alone = answer(&engine, &ask("sources => [], ")).await.unwrap();
    assert_eq!(alone.rows().len(), 4);
    let again = alone.tally.notices().into_iter().find_map(|notice| match notice {
        auditql::tally::Notice::Timeline { sql, .. } => Some(sql),
        _ => None,
    });
    let again = again.unwrap().replacen('*', "source, action, actor, target", 1);
    assert_eq!(answer(&engine, &again).await.unwrap().rows(), alone.rows(), "{again}");
    // Conditions around the call reach the files, a joined call has its own, EXPLAIN names them.
    let file = format!("files => '{}'", vpn.replace('\'', "''"));
    let one = format!("SELECT count(*) FROM timeline('203.0.113.9', sources => [], {file}) WHERE action = 'connect'");
    assert_eq!(answer(&engine, &one).await.unwrap().rows(), ["1"]);
    let explained = answer(&engine, &format!("EXPLAIN {one}")).await.unwrap().rows().concat();
    assert!(explained.contains("vpn.csv"), "{explained}");
    // As a value of a name, it is a value.
    let parameters = Parameters::default().with("log", Value::Text(vpn.clone()));
    let sql = "SELECT count(*) FROM timeline('ana@contoso.com', sources => [], files => :log)";
    let query = engine.query_with(sql, &parameters).await.unwrap();
    let tally = query.tally;
    assert_eq!(Answer { batches: query.stream.try_collect().await.unwrap(), tally }.rows(), ["3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_cannot_be_a_source_says_why_and_a_host_may_forbid_all() {
    let (folder, evidence_in) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    evidence(evidence_in.path());
    let put = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let good = put("good.csv", "time,user_name\n2026-04-30T07:00:00Z,ana\n");
    let timeless = put("timeless.csv", "user_name,n\nana,1\n");
    let nobody = put("nobody.csv", "time,n\n2026-04-30T07:00:00Z,1\n");
    let gone = folder.path().join("gone.csv").display().to_string();
    let engine = engine(evidence_in.path());
    for (who, files, says) in [
        ("'a@b.c'", format!("['{timeless}']"), "has no column time"),
        ("'a@b.c'", format!("['{good}', '{nobody}']"), "neither user_name nor client_address"),
        ("'203.0.113.7'", format!("'{good}'"), "does not tell of addresses"),
        ("'a@b.c'", format!("'{gone}'"), "gone.csv"),
        ("'a@b.c'", "[]".to_owned(), "names no file"),
        ("'a@b.c'", "[7]".to_owned(), "names no file"),
        ("'a@b.c'", "'x', files => 'y'".to_owned(), "given twice"),
    ] {
        let sql = format!("SELECT * FROM timeline({who}, files => {files})");
        let error = answer(&engine, &sql).await.err().expect(&sql);
        let report = Report::of_query(&error, &About { sql: &sql, ..About::default() });
        assert!(report.to_string().contains(says) && report.hint.is_some(), "{sql}: {report}");
    }
    // A file counts once, however often it is named.
    let (all, other) = (folder.path().join("go*.csv").display().to_string(), folder.path().join("./good.csv"));
    let twice = format!(
        "SELECT count(*) FROM timeline(user => 'ana', sources => [], files => ['{all}', '{}'])",
        other.display()
    );
    assert_eq!(answer(&engine, &twice).await.unwrap().rows(), ["1"]);
    put("gold.csv", "time,user_name\n2026-04-30T07:00:00Z,ana\n");
    let crossed = format!("SELECT count(*) FROM timeline(user => 'ana', sources => [], files => ['{good}', '{all}'])");
    let error = answer(&engine, &crossed).await.err().unwrap();
    assert!(Report::of_query(&error, &About::default()).to_string().contains("it would count twice"), "{error}");
    // One that breaks on the way is named with how to go without.
    let broken = put("broken.csv.gz", "no gzip at all");
    let sql = format!("SELECT * FROM timeline('a@b.c', files => ['{good}', '{broken}'])");
    let report = Report::of_query(&answer(&engine, &sql).await.err().unwrap(), &About::default()).to_string();
    assert!(report.contains("broken.csv.gz"), "{report}");
    let closed = Engine::builder().now(now()).input(evidence_in.path()).build().unwrap();
    let sql = format!("SELECT * FROM timeline('a@b.c', files => '{good}')");
    let error = answer(&closed, &sql).await.err().unwrap();
    assert!(matches!(cause::<Error>(&error), Some(Error::NotDone { .. })), "{error}");
    assert!(answer(&engine, &sql).await.unwrap().rows().is_empty(), "the control: nobody is called so there");
}

#[test]
fn a_page_has_the_rows_of_logs_on_its_command_line() {
    let home = tempfile::tempdir().unwrap();
    let (vpn, proxy) = logs(home.path());
    let args = ["report", "timeline", "ana@contoso.com", "--log", &vpn, "--log", &proxy, "--source", "entra.sign_ins"];
    let written = program(&home, &[&args[..], &["--since", "7d", "-o", "case.html"]].concat());
    assert!(written.status.success(), "{written:?}");
    let page = fs::read_to_string(home.path().join("case.html")).unwrap();
    let shown = |text: &str| text.replace('\'', "&#39;");
    assert!(
        page.contains(&format!("<li>{}: 2</li>", shown(&vpn)))
            && page.contains(&format!("<li>{}: 1</li>", shown(&proxy)))
    );
    assert!(page.contains("1 event has no time, and is not drawn."));
    let gone = program(&home, &["report", "timeline", "ana@contoso.com", "--log", "gone.csv", "-o", "none.html"]);
    assert!(!gone.status.success() && !home.path().join("none.html").exists(), "{gone:?}");
    assert!(String::from_utf8_lossy(&gone.stderr).contains("gone.csv"), "{gone:?}");
}

#[test]
fn logs_alone_ask_no_tenant() {
    let home = tempfile::tempdir().unwrap();
    let (vpn, _) = logs(home.path());
    let page = |who: &str, rest: &[&str]| {
        let _ = fs::remove_file(home.path().join("case.html"));
        let written = program(&home, &[&["report", "timeline", who, "-o", "case.html"], rest].concat());
        let page = fs::read_to_string(home.path().join("case.html"));
        (written.status.code(), page.unwrap_or_default(), String::from_utf8_lossy(&written.stderr).into_owned())
    };
    let (code, alone, _) = page("ana@contoso.com", &["--log", &vpn, "--logs-only"]);
    assert!(code == Some(0) && alone.contains("with 0 requests to the services"), "{alone}");
    assert!(alone.matches("<tr class=").count() == 3 && !alone.contains("entra."), "{alone}");
    // The control: the tenant is asked where it is not said.
    let (_, both, _) = page("ana@contoso.com", &["--log", &vpn]);
    assert!(both.contains("<li>entra.sign_ins: ") && !both.contains("with 0 requests"), "{both}");
    // Nothing is no answer without a reason.
    let (code, none, said) = page("nobody@contoso.com", &["--log", &vpn, "--logs-only"]);
    assert!(code == Some(0) && said.contains("no rows from") && none.contains("no rows from"), "{said}");
    let (code, none, said) = page("ana@contoso.com", &["--logs-only"]);
    assert!(code == Some(1) && none.is_empty() && said.contains("--log x.log"), "{said}");
    assert_eq!(page("ana@contoso.com", &["--logs-only", "--source", "entra.sign_ins"]).0, Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_of_the_configuration_are_read_by_one_word() {
    let folder = tempfile::tempdir().unwrap();
    let (evidence_in, logs_in) = (folder.path().join("evidence"), folder.path().join("logs"));
    [&evidence_in, &logs_in].iter().for_each(|folder| fs::create_dir(folder).unwrap());
    evidence(&evidence_in);
    let (vpn, proxy) = logs(&logs_in);
    let builder = || Engine::builder().policy(Policy::LOCAL).now(now()).input(&evidence_in);
    let engine = builder().logs("onprem", "vpn", vec![vpn.into()], Vec::new()).build().unwrap();
    let rows = async |rest: &str| {
        let sql = format!("SELECT DISTINCT source FROM timeline('ana@contoso.com', {rest}) ORDER BY source");
        answer(&engine, &sql).await.unwrap_or_else(|error| panic!("{rest}: {error}")).rows()
    };
    assert_eq!(rows("sources => 'logs'").await, ["onprem.vpn"]);
    assert_eq!(rows("sources => ['logs', 'entra.sign_ins']").await, ["entra.sign_ins", "onprem.vpn"]);
    let file = format!("files => '{proxy}'");
    assert_eq!(rows(&format!("sources => 'logs', {file}")).await, [proxy.clone(), "onprem.vpn".to_owned()]);
    assert_eq!(rows(&format!("sources => [], {file}")).await, [proxy.clone()]);
    // Where there are none, a file is enough, and nothing at all is an error.
    let bare = builder().build().unwrap();
    let sql = |rest: &str| format!("SELECT count(*) FROM timeline('ana@contoso.com', sources => 'logs'{rest})");
    assert_eq!(answer(&bare, &sql(&format!(", {file}"))).await.unwrap().rows(), ["1"]);
    for (engine, call, says) in [
        (&bare, sql(""), "the configuration names no log"),
        (&engine, sql("").replace("'ana@contoso.com'", &format!("session => '{SESSION}'")), "cannot tell of sessions"),
    ] {
        let report = Report::of_query(&answer(engine, &call).await.err().unwrap(), &About::default());
        assert!(report.what.contains(says) && report.hint.unwrap().contains("files =>"), "{}", report.what);
    }
}
