//! What commands do, on a session that has no tables.

use crate::engine::{Engine, Policy};
use crate::output::{self, Expanded};
use crate::repl::state::{After, State};
use crate::repl::{Outfit, Session, Voice};

/// A session that asks nothing.
pub(super) fn session() -> Session {
    Session {
        engine: Engine::builder().policy(Policy::LOCAL).build().unwrap(),
        format: &output::ALL[0],
        csv_raw: false,
        streams: false,
        expanded: Expanded::Auto,
        voice: Voice::Quiet,
        redact: None,
        progress: false,
        timing: false,
        parameters: crate::engine::Parameters::default(),
        ascii: false,
        kept: std::sync::Mutex::default(),
        ended: std::sync::Arc::default(),
    }
}

fn state(session: &mut Session) -> State<'_> {
    State::new(session, Outfit::default())
}

#[tokio::test]
async fn commands_are_obeyed() {
    let mut session = session();
    let mut state = state(&mut session);
    assert_eq!(state.obey("\\set format nope", 1).await, After::Failed);
    assert_eq!(state.obey("\\set format json", 1).await, After::Go);
    assert_eq!(state.session.format.name, "json");
    assert_eq!(state.obey("\\format csv", 1).await, After::Go);
    assert_eq!(state.obey("\\timing on", 1).await, After::Go);
    assert_eq!(state.obey("\\x on", 1).await, After::Go);
    assert_eq!(state.obey("\\set max_requests 7", 1).await, After::Go);
    assert_eq!(state.obey("\\nope", 1).await, After::Failed);
    assert_eq!(state.obey_all("SELECT 1\n\\timing on").await, After::Go);
    assert_eq!(state.initial.take().as_deref(), Some("SELECT 1\n"), "the statement goes on");
    assert_eq!(state.obey_all("SELECT 1\nexit").await, After::Leave);
    assert_eq!(state.obey_all("SELECT 7 AS n \\gx").await, After::Go);
    assert_eq!(state.last.as_deref(), Some("SELECT 7 AS n"));
    assert_eq!(state.obey_all("SELECT 8 AS n\n\\g").await, After::Go, "on a line of its own");
    assert_eq!((state.last.as_deref(), state.initial.take()), (Some("SELECT 8 AS n"), None));
    assert_eq!(state.obey_all("SELECT 9 AS n; \\gx").await, After::Go, "in the place of the semicolon");
    assert_eq!((state.last.as_deref(), state.initial.take()), (Some("SELECT 9 AS n"), None));
    assert_eq!(state.obey_all("SELECT 1 AS n; \\set max_requests 9").await, After::Go);
    assert_eq!(state.session.engine.settings().max_requests, Some(9));
    assert_eq!(state.obey_all("\\set max_requests 7").await, After::Go);
    assert_eq!(state.obey_all("SELECT 7 AS a \\o x.csv").await, After::Failed, "a statement is open");
    assert_eq!((state.initial.take().as_deref(), &state.output), (Some("SELECT 7 AS a "), &None));
    for known in ["\\g", "\\dn", "\\dv", "\\echo 'hello'", ".mode markdown", ".timer on", ".mode csv", ".output"] {
        assert_eq!(state.obey(known, 1).await, After::Go, "{known}");
    }
    for refused in ["\\!", "\\pset null x", ".import a b", ".nope", "\\copy sign_ins", "\\copy t FROM 'a.csv'"] {
        assert_eq!(state.obey(refused, 1).await, After::Failed, "{refused}");
    }
    assert_eq!(state.obey("\\set max_request 7", 1).await, After::Failed);
    assert_eq!(state.obey("\\set who o'neil@contoso.com", 1).await, After::Go);
    assert_eq!(state.obey("\\set", 1).await, After::Go);
    assert_eq!(state.obey("SELECT :who;", 1).await, After::Go);
    assert_eq!(state.obey("\\unset who", 1).await, After::Go);
    assert_eq!(state.obey("SELECT :who;", 1).await, After::Failed);
    assert_eq!(state.obey("\\set who", 1).await, After::Failed);
    assert_eq!(state.obey("\\run nope", 1).await, After::Failed);
    assert_eq!(state.obey("exit", 1).await, After::Leave);
    assert_eq!(state.session.engine.settings().max_requests, Some(7));
    assert!(session.timing && session.format.name == "csv" && session.expanded == Expanded::On);
}

#[tokio::test]
async fn a_result_is_drawn_as_often_as_wanted() {
    let mut session = session();
    let mut state = state(&mut session);
    assert_eq!(state.obey("\\chart", 1).await, After::Failed, "there is nothing yet");
    assert_eq!(state.obey_all("SELECT 'a' AS app, 7 AS n \\chart").await, After::Go);
    assert_eq!(state.last.as_deref(), Some("SELECT 'a' AS app, 7 AS n"));
    for drawn in ["\\chart", "\\chart bar", "\\chart bar app n", "\\chart BARS \"app\""] {
        assert_eq!(state.obey(drawn, 1).await, After::Go, "{drawn}");
    }
    for refused in ["\\chart heatmap", "\\chart nope", "\\chart bar \"app", "\\chart histogram n"] {
        assert_eq!(state.obey(refused, 1).await, After::Failed, "{refused}");
    }
    assert_eq!(state.obey_all("SELECT 1 AS n\n\\chart bar").await, After::Go);
    assert_eq!(state.obey_all("SELECT nope \\chart").await, After::Failed);
    assert_eq!(state.obey("\\chart SELECT 1 AS n", 1).await, After::Failed, "it stands before the command");
    assert_eq!(state.obey_all("EXPLAIN SELECT 1 AS n \\chart").await, After::Failed);
    assert_eq!(state.obey("EXPLAIN SELECT 1 AS n;", 1).await, After::Go);
    assert_eq!(state.obey("\\chart", 1).await, After::Failed, "EXPLAIN has no rows to draw");
}

#[tokio::test]
async fn nothing_is_drawn_while_a_file_waits_for_the_next_result() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let mut session = session();
    let mut state = state(&mut session);
    assert_eq!(state.obey("SELECT 1 AS n \\chart", 1).await, After::Go);
    state.obey(&format!("\\o {}", path.display()), 1).await;
    for refused in ["\\chart", "SELECT 2 AS n \\chart"] {
        assert_eq!(state.obey(refused, 1).await, After::Failed, "{refused}");
        assert_eq!((state.output.as_ref(), path.exists()), (Some(&path), false), "{refused}");
    }
    assert_eq!(state.last.as_deref(), Some("SELECT 2 AS n"), "what was typed is at hand");
    state.obey("\\o", 1).await;
    assert_eq!(state.obey("\\chart", 1).await, After::Go);
}

#[tokio::test]
async fn a_result_goes_to_a_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    let mut session = session();
    let mut state = state(&mut session);
    state.session.format = output::format("csv").unwrap();
    state.obey(&format!("\\o {}", path.display()), 1).await;
    assert_eq!(state.obey("SELECT 1 AS n;", 1).await, After::Go);
    assert_eq!((std::fs::read_to_string(&path).unwrap().as_str(), &state.output), ("n\n1\n", &None));
}

#[tokio::test]
async fn what_goes_elsewhere_meanwhile_leaves_the_next_result_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let mut session = session();
    let mut state = state(&mut session);
    let obeyed = async |state: &mut State<'_>, line: &str| state.obey(line, 1).await;
    assert_eq!(obeyed(&mut state, &format!("\\o '{}'", file("it''s next.csv"))).await, After::Go);
    assert_eq!(obeyed(&mut state, &format!("SELECT 1 AS n \\g {}", file("g.csv"))).await, After::Go);
    assert_eq!(obeyed(&mut state, &format!("\\copy (SELECT 2 AS n) TO {}", file("copy.csv"))).await, After::Go);
    assert_eq!(obeyed(&mut state, "\\copy (SELECT 2 AS n) TO STDOUT CSV").await, After::Go);
    assert_eq!(obeyed(&mut state, "SELECT 2 AS n \\g stdout").await, After::Go);
    for refused in ["SELECT 2 \\g | less", "SELECT 2 \\g a.csv b", "\\copy (SELECT 2) TO PROGRAM 'less'", "\\o |less"] {
        assert_eq!(obeyed(&mut state, refused).await, After::Failed, "{refused}");
    }
    assert_eq!(obeyed(&mut state, "SELECT 3 AS n;").await, After::Go);
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!([read("g.csv"), read("copy.csv"), read("it's next.csv")], ["n\n1\n", "n\n2\n", "n\n3\n"]);
    assert!(state.output.is_none());
    assert_eq!(state.session.format.name, output::ALL[0].name);
}

#[tokio::test]
async fn a_query_is_copied_to_a_file_whose_ending_says_how() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let mut session = session();
    let mut state = state(&mut session);
    let copies = [
        (format!("\\copy (SELECT 1 AS n) TO '{}' CSV HEADER", file("a.csv")), "a.csv", "n\n1\n"),
        (format!("\\copy (SELECT ' to ' AS n) to {}", file("b.ndjson")), "b.ndjson", "{\"n\":\" to \"}\n"),
        (format!("SELECT 2 AS n \\g {}", file("c.csv")), "c.csv", "n\n2\n"),
        (format!("\\copy (SELECT ')' AS n)TO'{}'", file("it''s to d.csv")), "it's to d.csv", "n\n)\n"),
        (
            format!("\\copy information_schema.schemata (catalog_name, schema_name) TO {} (FORMAT csv)", file("e")),
            "e",
            "",
        ),
        (format!("\\copy (SELECT 1 AS n) TO {} WITH (FORMAT tsv)", file("f")), "f", "n\n1\n"),
    ];
    for (line, name, text) in copies {
        assert_eq!(state.obey(&line, 1).await, After::Go, "{line}");
        let written = std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(
            written == text || text.is_empty() && written.starts_with("catalog_name,schema_name\n"),
            "{line}: {written}"
        );
    }
    for refused in [
        "\\copy (SELECT 1) TO x.xlsx",
        "\\copy (SELECT 1) TO",
        "\\copy (SELECT 1",
        "\\copy SELECT 1 TO x.csv",
        "\\copy (SELECT 1) TO x.csv DELIMITER ','",
        "\\copy t FROM 'a to b.csv'",
    ] {
        assert_eq!(state.obey(refused, 1).await, After::Failed, "{refused}");
    }
}

#[tokio::test]
async fn a_file_is_answered_up_to_its_first_failure_and_files_in_a_circle_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let mut session = session();
    let good = file("good.sql", "\\timing on\nSET auditql.max_requests\n = 3;\n\\set partial on\n");
    assert_eq!(state(&mut session).include(&good).await, After::Go);
    let settings = session.engine.settings();
    assert_eq!((session.timing, settings.max_requests, settings.partial), (true, Some(3), true));
    let bad = file("bad.sql", "SELECT nope;\n\\timing off\n");
    assert_eq!(state(&mut session).include(&bad).await, After::Failed);
    assert!(session.timing, "what follows a failure is not obeyed");
    let circle = folder.path().join("circle.sql");
    let circle = file("circle.sql", &format!("\\i {}\n", circle.display()));
    assert_eq!(state(&mut session).include(&circle).await, After::Failed);
}
