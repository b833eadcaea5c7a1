//! Configuration files: what is read, and what is refused with its place.

use super::*;

const LAB: &str = r#"
    version = 1
    connection = "lab"
    [settings]
    max_requests = 50
    partial = true
    timeout = "10m"
    [connections.lab]
    tenant = "00000000-0000-0000-0000-000000000000"
    cloud = "global"
    auth = "client_secret"
    graph_url = "http://127.0.0.1:8471"
    allow_insecure_loopback = true
"#;

#[test]
fn the_documented_file_is_read() {
    let config = parse(LAB, Author::User, "f").unwrap();
    let lab = &config.connections["lab"];
    assert_eq!(
        (config.connection.as_deref(), lab.auth.as_deref(), lab.allow_insecure_loopback),
        (Some("lab"), Some("client_secret"), true)
    );
    let mut settings = crate::settings::Settings::default();
    config.settings.iter().for_each(|(name, value)| settings.set(name, value).unwrap());
    assert_eq!((settings.max_requests, settings.partial), (Some(50), true));
}

#[test]
fn what_is_not_known_is_an_error_with_the_nearest_key() {
    let rows = [
        ("[connections.a]\ntennant = 'x'", "f: unknown key 'connections.a.tennant'", "did you mean tenant?"),
        ("conections = 1", "f: unknown key 'conections'", "did you mean connections?"),
        (
            "[connection.lab]\nkind = 'x'",
            "f: 'connection' names a connection, and is no section",
            "did you mean [connections.lab]?",
        ),
        ("[settings]\nmax_request = 1", "f: unknown key 'settings.max_request'", "did you mean max_requests?"),
        (
            "zzz = 1",
            "f: unknown key 'zzz'",
            "the keys here are version, connection, only, format, queries, pace_folder, settings, connections",
        ),
        // They stand elsewhere.
        (
            "[settings]\nformat = 'csv'",
            "f: unknown key 'settings.format'",
            "format = … stands above the first section of the file",
        ),
        ("partial = true", "f: unknown key 'partial'", "partial = … stands in the section [settings]"),
        (
            "[settings]\npartial = 'yes'",
            "f: [settings] 'yes' is not a valid value for partial, which takes true|false",
            "partial: Return what could be read and report what is missing (exit code 5), instead of failing.",
        ),
        (
            "[connections.a]\nkind = 'files'\n[connections.a.tables.t]\npath = 'x'\nheading = 'perhaps'",
            "f: 'connections.a.tables.t': option heading: perhaps is neither true nor false",
            "heading takes 'true' or 'false'",
        ),
        (
            "[connections.a]\nclient_secret = 'CANARY'",
            "f: 'connections.a.client_secret' would hold a secret, which does not belong in a file",
            "set AZURE_CLIENT_SECRET, or AUDITQL_ACCESS_TOKEN with auth = \"access_token\"",
        ),
    ];
    for (text, what, hint) in rows {
        let report = parse(&format!("version = 1\n{text}"), Author::User, "f").unwrap_err();
        assert_eq!(
            (report.what.as_str(), report.hint.as_deref(), report.exit),
            (what, Some(hint), Exit::Usage),
            "{text}"
        );
    }
}

#[test]
fn values_of_the_wrong_form_are_named_and_never_quoted() {
    let rows = [
        ("connection = 'x'", "f: it has no version"),
        ("version = 2", "f: its version is not supported"),
        ("version = 1\nconnection = 5", "f: 'connection' must be a string"),
        ("version = 1\nconnections = 5", "f: 'connections' must be a table"),
        ("version = 1\nconnections.a = 5", "f: 'connections.a' must be a table"),
        (
            "version = 1\nconnections.a.allow_insecure_loopback = 'yes'",
            "f: 'connections.a.allow_insecure_loopback' must be true or false",
        ),
        ("version = 1\nsettings.timeout = 1.5", "f: 'settings.timeout' must be a string, a number, or true or false"),
    ];
    for (text, what) in rows {
        assert_eq!(parse(text, Author::User, "f").unwrap_err().what, what, "{text}");
    }
    for (text, line, hint) in [
        (
            "[connections.a]\ntenant = 00000000-0000-0000-0000-000000000001",
            "3: what stands behind tenant = is no value",
            Some("a text stands in quotes: tenant = \"…\""),
        ),
        (
            "queries = ./CANARY",
            "2: what stands behind queries = is no value",
            Some("a text stands in quotes: queries = \"…\""),
        ),
        ("only = true\nonly = true", "3: duplicate key", None),
    ] {
        let report = parse(&format!("version = 1\n{text}"), Author::User, "f").unwrap_err();
        assert_eq!((report.what.as_str(), report.hint.as_deref()), (&*format!("f, line {line}"), hint), "{text}");
    }
    let report = parse("version = 1\n\n[connections.a]\nclient_secret = CANARY", Author::User, "f").unwrap_err();
    assert!(report.what.starts_with("f, line 4: ") && !report.to_string().contains("CANARY"), "{report}");
}

#[test]
fn a_connection_may_have_quotas_and_a_memory_of_its_own() {
    let text =
        "version = 1\n[connections.a]\nkeeps_days = 90\n[connections.a.quota]\nreports = '5/10s'\nactivity = 'none'";
    let entry = parse(text, Author::User, "f").unwrap().connections["a"].clone();
    assert_eq!(entry.quota, [(Quota::Reports, "5/10s".into()), (Quota::Activity, "none".into())]);
    assert_eq!(entry.keeps_days.as_deref(), Some("90"));
    let rows = [
        ("quota.report = '5/10s'", "f: unknown key 'connections.a.quota.report'", Some("did you mean reports?")),
        ("quota = '5/10s'", "f: 'connections.a.quota' must be a table", None),
        ("quota.reports = 5", "f: 'connections.a.quota.reports' must be a string", None),
        ("keeps_days = true", "f: 'connections.a.keeps_days' must be a number or a string", None),
    ];
    for (text, what, hint) in rows {
        let report = parse(&format!("version = 1\n[connections.a]\n{text}"), Author::User, "f").unwrap_err();
        assert_eq!((report.what.as_str(), report.hint.as_deref()), (what, hint), "{text}");
    }
}

#[test]
fn a_project_folder_may_choose_and_nothing_else() {
    let config = parse("version = 1\nconnection = 'lab'\nformat = 'csv'", Author::Project, "f").unwrap();
    assert_eq!((config.connection.as_deref(), config.format.as_deref()), (Some("lab"), Some("csv")));
    for key in
        ["[settings]\npushdown = false", "[connections.lab]\ngraph_url = 'https://evil.example'", "connections.x = {}"]
    {
        let report = parse(&format!("version = 1\n{key}"), Author::Project, "f").unwrap_err();
        assert!(report.what.starts_with("f: a file in the working folder may not set "), "{key}: {report}");
    }
}

#[cfg(unix)]
#[test]
fn only_a_regular_file_is_read() {
    assert_eq!(read(Path::new("/nowhere/at/all"), Author::User), Ok(None));
    let report = read(Path::new("/dev/zero"), Author::Project).unwrap_err();
    assert_eq!((report.what.as_str(), report.exit), ("/dev/zero cannot be read", Exit::Usage));
}
