//! Event logs as tables: their views, and options that a format does not take.

use auditql::report::Exit;

use super::evtx_file::{Written, adfs, file, security};
use super::{IPS, Lab};

const AT: &str = "2026-04-30T08:00:00Z";

fn events() -> Vec<Written> {
    let logon = |user: &'static str| {
        let data = [("TargetUserName", user), ("LogonType", "10"), ("IpAddress", "10.0.0.9"), ("Status", "0xC0000234")];
        security(4625, AT, &data)
    };
    vec![logon("alice"), security(4720, AT, &[("TargetUserName", "new"), ("SubjectUserName", "admin")]), logon("bob")]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_stated_wherever_options_are() {
    let lab = Lab::new();
    lab.file("dc/a.evtx", file(&events()));
    let columns = "time, client_address, user_name, event_id, event, logon_type_name, status_name, line";
    let rows = [
        "2026-04-30T08:00:00Z | 10.0.0.9 | alice | 4625 | failed logon | RemoteInteractive | account locked | 1",
        "2026-04-30T08:00:00Z | 10.0.0.9 | bob | 4625 | failed logon | RemoteInteractive | account locked | 3",
    ];
    lab.rows("CREATE EXTERNAL TABLE logons STORED AS EVTX LOCATION '{dir}/dc' OPTIONS (view 'LOGONS')").await;
    for from in ["read_evtx('{dir}/dc/*.evtx', view => 'logons')", "read_log('{dir}/dc', view => 'Logons')", "logons"] {
        assert_eq!(lab.rows(&format!("SELECT {columns} FROM {from} ORDER BY line")).await, rows, "{from}");
    }
    // The control: without it, all events are there and no column of the view is.
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/dc'").await, ["3"]);
    assert!(lab.refusal("SELECT status_name FROM '{dir}/dc'").await.what.contains("status_name"));
    // A view without an event says why there is nothing.
    let (rows, said) = lab.told("SELECT * FROM read_evtx('{dir}/dc', view => 'kerberos')").await;
    assert!(
        rows.is_empty() && said.join("").ends_with("have no event of the view kerberos (first: {dir}/dc/a.evtx)"),
        "{said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_of_its_type_is_counted() {
    let lab = Lab::new();
    lab.file("a.evtx", file(&[security(4624, AT, &[("TargetUserName", "alice"), ("LogonType", "many")])]));
    let (rows, said) = lab.told("SELECT user_name, logon_type FROM read_evtx('{dir}/a.evtx', view => 'logons')").await;
    assert_eq!(rows, ["alice | NULL"]);
    assert!(said.len() == 1 && said[0].contains("logon_type"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_is_described_as_names_its_views() {
    let lab = Lab::new();
    lab.file("a.evtx", file(&[adfs(1200, AT, &["x"])]));
    let described = lab.engine.logs(&lab.sql("'{dir}/a.evtx'")).await.unwrap().unwrap();
    assert_eq!(described.views, [("evtx", vec!["logons", "kerberos", "account_changes", "adfs", "processes"])]);
    let of_view = lab.engine.logs(&lab.sql("read_evtx('{dir}/a.evtx', view => 'adfs')")).await.unwrap().unwrap();
    assert!(of_view.columns.iter().any(|[name, ..]| name == "relying_party"));
    // The control: a list has none.
    lab.file("ips.txt", IPS);
    assert!(lab.engine.logs(&lab.sql("'{dir}/ips.txt'")).await.unwrap().unwrap().views.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_that_no_file_takes_is_refused() {
    let lab = Lab::new();
    lab.file("a.evtx", file(&events()));
    lab.file("ips.txt", IPS);
    lab.file("fw.log", "Nov 27 08:00:00 h a: alice\nNov 27 08:00:01 h a: bob\n");
    for (from, what, hint) in [
        (
            "read_evtx('{dir}/a.evtx', view => 'nonsense')",
            "there is no view nonsense",
            "logons, kerberos, account_changes",
        ),
        (
            "read_log('{dir}/a.evtx', delimiter => ';')",
            "evtx takes no delimiter",
            "evtx takes view; delimiter is for csv",
        ),
        ("read_evtx('{dir}/a.evtx', timezone => 'Europe/Paris')", "evtx takes no timezone", "evtx takes view"),
        ("read_log('{dir}/ips.txt', year => 2026)", "lines takes no year", "lines takes no option but format"),
        ("read_csv('{dir}/ips.txt', year => 2026)", "csv takes no year", "year is for cef, leef, syslog"),
        ("read_log(ARRAY['{dir}/a.evtx', '{dir}/ips.txt'], comment => '#')", "evtx or lines takes no comment", "csv"),
        ("read_log('{dir}/ips.txt', view => 'logons')", "this is no evtx", "states a format"),
    ] {
        let report = lab.refusal(&format!("SELECT * FROM {from}")).await;
        let text = report.to_string();
        assert!(text.contains(what) && text.contains(hint) && report.exit == Exit::Query, "{from}: {text}");
    }
    // What one of the files takes, the others need not.
    let mixed = "read_log(ARRAY['{dir}/a.evtx', '{dir}/fw.log'], timezone => 'Europe/Paris', year => 2026)";
    assert_eq!(lab.rows(&format!("SELECT count(*) FROM {mixed}")).await, ["5"]);
    let created = "CREATE EXTERNAL TABLE t (a TEXT) STORED AS EVTX LOCATION '{dir}/a.evtx'";
    assert!(lab.refusal(created).await.to_string().contains("evtx takes no columns"));
    assert_eq!(lab.rows("SELECT count(*) FROM '{dir}/a.evtx'").await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_has_of_its_own_is_named_in_any_case() {
    let lab = Lab::new();
    lab.file("a.evtx", file(&events()));
    let users = ["alice", "bob", "new"];
    for name in [
        "event_data['TargetUserName']",
        "e.event_data.TargetUserName",
        "event_data.targetusername",
        "e.event_data.\"TargetUserName\"",
    ] {
        let sql = format!("SELECT {name} AS who FROM '{{dir}}/a.evtx' e ORDER BY who");
        assert_eq!(lab.rows(&sql).await, users, "{name}");
        let sql = format!("SELECT count(*) FROM '{{dir}}/a.evtx' e WHERE {name} = 'bob'");
        assert_eq!(lab.rows(&sql).await, ["1"], "{name}");
    }
    // In brackets a name is as it is written, and one that no event has is no silence.
    for name in ["event_data['targetusername']", "e.event_data.nosuch"] {
        let (rows, said) = lab.told(&format!("SELECT count({name}) FROM '{{dir}}/a.evtx' e")).await;
        assert_eq!(rows, ["0"], "{name}");
        assert!(said.iter().any(|said| said.contains("no record that was read has the name")), "{name}: {said:?}");
    }
    let (_, said) = lab.told("SELECT event_data['TargetUserName'] FROM '{dir}/a.evtx'").await;
    assert!(!said.iter().any(|said| said.contains("no record that was read")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slip_with_the_data_of_an_event_is_told_how_it_is_named() {
    let lab = Lab::new();
    lab.file("a.evtx", file(&events()));
    for (what, said, hint) in [
        ("event_data ->> 'LogonType'", "this is a map", "event_data['LogonType']"),
        ("upper(event_data)", "upper does not take (map)", "it takes upper(text); a value of a map is named"),
        ("event_data::text", "a map cannot be cast to text", "event_data['TargetUserName']"),
        ("max(event_data)", "min and max do not take a map", "event_data['Name']"),
        ("event_data[1]", "a map has names", "event_data['TargetUserName']"),
        ("event_data ILIKE 'x'", "ILIKE compares texts, and not map", "event_data['TargetUserName']"),
        ("event_data = 'x'", "map = text cannot be compared", "event_data['TargetUserName']"),
        ("TargetUserName", "no column targetusername", "event_data['TargetUserName']"),
    ] {
        let report = lab.refusal(&format!("SELECT {what} FROM '{{dir}}/a.evtx'")).await;
        assert_eq!(report.exit, Exit::Query, "{what}: {report}");
        assert!(report.what.contains(said), "{what}: {report}");
        assert!(report.hint.as_deref().is_some_and(|told| told.contains(hint)), "{what}: {report}");
    }
}
