//! The prompt in a terminal: what a person types and sees, at 80 and at 200 columns.

use std::fs;

use insta::{allow_duplicates, assert_snapshot};

use crate::terminal::Terminal;

/// Where a line of a home ends up in a screen would differ from run to run.
fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn quick(home: &tempfile::TempDir, columns: u16) -> Terminal {
    Terminal::demo(home.path(), columns, &["--no-throttle"])
}

#[test]
fn names_are_completed() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.keys("SELECT status.\t");
    terminal.wait_for("status.failure_reason");
    assert_snapshot!(terminal.screen(), @r"
    demo> SELECT status.
    status.additional_details  status.failure_reason
    status.error_code
    demo> SELECT status.
    ");
    terminal.keys("err\t FROM sign_ins\t");
    terminal.wait_for("SELECT status.error_code FROM sign_ins");
    terminal.keys("\u{3}");
    terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
    terminal.line("\\d provis\t", " rows)");
}

#[test]
fn files_are_completed_in_quotes() {
    let home = home();
    fs::create_dir(home.path().join("logs")).unwrap();
    for name in ["vpn.csv", "o'neil.csv", "evil\u{1b}]0;owned\u{7}.csv"] {
        fs::write(home.path().join("logs").join(name), "user,ip\na,10.0.0.1\n").unwrap();
    }
    let mut terminal = quick(&home, 80);
    terminal.keys("SELECT count(*) FROM 'lo\t");
    terminal.wait_for("FROM 'logs/");
    terminal.keys("\t");
    terminal.wait_for("logs/vpn.csv");
    assert!(terminal.screen().contains("logs/o''neil.csv"), "{}", terminal.screen());
    terminal.keys("o\t");
    terminal.wait_for("FROM 'logs/o''neil.csv");
    terminal.line("';", "(1 row)");
    let bytes = terminal.bytes();
    assert!(!bytes.windows(5).any(|bytes| bytes == b"owned"), "{}", String::from_utf8_lossy(&bytes));
}

#[test]
fn a_statement_goes_over_several_lines() {
    for columns in [80, 200] {
        let home = home();
        let mut terminal = quick(&home, columns);
        terminal.keys("SELECT 1 AS one,\r");
        terminal.wait_for("ends the statement");
        terminal.line("2 AS two;", "(1 row)");
        terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
        allow_duplicates! {
            assert_snapshot!(terminal.screen(), @r"
    demo> SELECT 1 AS one,
    2 AS two;
    ┌─────┬─────┐
    │ one │ two │
    ├─────┼─────┤
    │   1 │   2 │
    └─────┴─────┘
    (1 row)
    demo>
    ");
        }
    }
}

#[test]
fn an_error_points_at_its_place() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.line("SELECT id, userPrincipalNme FROM sign_ins;", "hint:");
    terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
    assert_snapshot!(terminal.screen(), @r"
    demo> SELECT id, userPrincipalNme FROM sign_ins;
    error: there is no column userprincipalnme
    LINE 1: SELECT id, userPrincipalNme FROM sign_ins
                       ^
    hint: did you mean user_principal_name?
    demo>
    ");
}

#[test]
fn no_rows_explain_themselves() {
    let home = home();
    let mut terminal = quick(&home, 200);
    let sql = "SELECT id FROM sign_ins WHERE user_principal_name = 'TOMAS.Lindqvist@lumenworks.example' AND created_date_time >= '2026-04-25';";
    terminal.line(sql, "in lower case");
    terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
    let screen = terminal.screen().replace("\n  ", " ").replace('\n', "");
    let note = screen.split_once("note: ").unwrap().1;
    let note = note.split_once("4 requests").unwrap().0;
    assert_snapshot!(note, @r"no rows from entra.sign_ins: user_principal_name is never 'TOMAS.Lindqvist@lumenworks.example': it is stored in lower case, so write user_principal_name = 'tomas.lindqvist@lumenworks.example'");
}

#[test]
fn rows_are_expanded_when_asked() {
    for columns in [80, 200] {
        let home = home();
        let mut terminal = quick(&home, columns);
        terminal.line("\\x on", "one column per line");
        terminal.clear();
        terminal.line("SELECT 'ada' AS who, NULL AS nothing, 42 AS answer;", "(1 row)");
        terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
        allow_duplicates! {
            assert_snapshot!(terminal.screen().lines().skip(1).collect::<Vec<_>>().join("\n"), @r"
    ── row 1 ──
    who     │ ada
    nothing │ NULL
    answer  │ 42
    (1 row)
    demo>
    ");
        }
    }
}

#[test]
fn a_result_fits_the_terminal() {
    for columns in [80, 200] {
        let home = home();
        let mut terminal = quick(&home, columns);
        terminal.line("SELECT id, user_agent, app_display_name, raw FROM sign_ins LIMIT 3;", "(3 rows)");
        terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
        let screen = terminal.screen();
        let edges: Vec<&str> = screen.lines().filter(|line| line.starts_with(['┌', '└', '│'])).collect();
        assert_eq!(edges.len(), 6, "{screen}");
        assert!(edges.iter().all(|line| line.chars().count() <= usize::from(columns)), "{screen}");
    }
}

#[test]
fn ctrl_c_ends_the_query_and_not_the_prompt() {
    let home = home();
    // Under the throttle this takes half a minute.
    let mut terminal = Terminal::demo(home.path(), 80, &["--rows", "8000"]);
    terminal.keys("SELECT count(*) FROM sign_ins;\r");
    terminal.wait_until("progress", |screen| {
        let line = screen.lines().last().unwrap_or_default();
        line.contains("requests, at least") && line.contains(" rows · waiting") && line.contains("for the quota")
    });
    terminal.keys("\u{3}");
    terminal.wait_for("interrupted");
    terminal.wait_until("no progress", |screen| !screen.contains("for the quota"));
    terminal.line("SELECT 40 + 2 AS answer;", "42");
    terminal.clear();
    terminal.keys("\u{3}");
    terminal.wait_until("the prompt", |screen| screen.contains("Ctrl-C again quits") && screen.ends_with('>'));
    terminal.keys("\u{3}");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn a_result_that_fails_replaces_no_file() {
    let home = home();
    fs::write(home.path().join("keep.csv"), "GOOD").unwrap();
    let mut terminal = Terminal::demo(home.path(), 80, &["--no-throttle", "--rows", "20000", "--max-requests", "2"]);
    terminal.line("\\o keep.csv", "keep.csv, as csv");
    terminal.line("SELECT id FROM sign_ins WHERE is_interactive;", "keep.csv was not written");
    assert_eq!(fs::read_to_string(home.path().join("keep.csv")).unwrap(), "GOOD");
    terminal.line("\\o \"a b.csv\"", "a b.csv, as csv");
    terminal.line("SELECT 1 AS n;", "1 row written");
    assert_eq!(fs::read_to_string(home.path().join("a b.csv")).unwrap(), "n\n1\n");
}

#[test]
fn a_watch_says_that_it_is_incomplete() {
    let home = home();
    let limits = ["--no-throttle", "--rows", "20000", "--max-requests", "1", "--partial"];
    let mut terminal = Terminal::demo(home.path(), 80, &limits);
    terminal.keys("\\watch 1 SELECT id FROM sign_ins WHERE is_interactive AND id = 'x' OR user_id = app_id;\r");
    terminal.wait_for("INCOMPLETE");
}

#[test]
fn a_screen_says_once_what_is_missing() {
    let home = home();
    let limits = ["--no-throttle", "--rows", "20000", "--max-requests", "1", "--partial"];
    let mut terminal = Terminal::demo(home.path(), 80, &limits);
    terminal.line("SELECT count(*) FROM sign_ins WHERE is_interactive;", "INCOMPLETE");
    terminal.line("SELECT 'end' || 'ed';", "ended");
    assert_eq!(terminal.screen().matches("INCOMPLETE").count(), 1, "{}", terminal.screen());
}

#[test]
fn a_pasted_script_may_hold_commands() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.keys("\u{1b}[200~SELECT 1 AS a;\n\\x on\nSELECT 3 AS c;\n\u{1b}[201~\r");
    terminal.wait_for("one column per line");
    terminal.wait_for("c │ 3");
    terminal.clear();
    terminal.keys("\u{1b}[200~SELECT 1 FROM nowhere;\nSELECT 40 + 2 AS answer;\n\u{1b}[201~\r");
    terminal.wait_for("what was given behind it is not run");
    assert!(!terminal.screen().contains("42"), "{}", terminal.screen());
    terminal.clear();
    terminal.keys("\u{1b}[200~SELECT 1 AS a;\nSELECT 2 FROM nowhere;\n\u{1b}[201~\r");
    terminal.wait_for("there is no table nowhere");
    terminal.line("SELECT 'end' || 'ed';", "ended");
    assert!(!terminal.screen().contains("behind it"), "{}", terminal.screen());
}

#[test]
fn what_could_keep_the_prompt_waiting_is_no_script() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.line("\\i /dev/zero", "it is not a regular file");
    terminal.line("\\i", "takes a file");
    fs::create_dir(home.path().join("q")).unwrap();
    fs::write(home.path().join("q/outer.sql"), "\\i inner.sql\n").unwrap();
    fs::write(home.path().join("q/inner.sql"), "SELECT 40 + 2 AS answer;\n").unwrap();
    terminal.line("\\i ~/q/outer.sql", "42");
    terminal.line("SELECT status.errorCode FROM sign_ins;", "did you mean status.error_code?");
    terminal.line("\\d SIGN_INS", "q");
}

#[test]
fn a_pager_that_fails_is_named() {
    let home = home();
    let demo = ["demo", "--now", "2026-05-01T12:00:00Z", "--rows", "2000", "--no-throttle"];
    let mut terminal = Terminal::open(home.path(), 80, &demo, &[("PAGER", "(exit 3)")]);
    terminal.wait_for("demo>");
    terminal.clear();
    terminal.line("SELECT id FROM sign_ins LIMIT 200;", "the pager '(exit 3)' exited with exit status: 3");
}

#[test]
fn what_is_typed_ahead_is_answered() {
    let home = home();
    let mut terminal = quick(&home, 80);
    let lines: Vec<String> = (0..6).map(|n| format!("SELECT {n} + 70 AS answer;\r")).collect();
    terminal.keys(&lines.concat());
    terminal.wait_for("75");
    for answer in 70..76 {
        assert!(terminal.screen().contains(&format!("{answer} │")), "{}", terminal.screen());
    }
}

#[test]
fn the_history_keeps_no_secrets_and_is_its_owners() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.line("SELECT 'kept' AS x;", "(1 row)");
    terminal.clear();
    terminal.line(" SELECT 'blank' AS x;", "(1 row)");
    terminal.clear();
    terminal.line("SELECT 'my password' AS x;", "(1 row)");
    terminal.keys("\\q\r");
    assert_eq!(terminal.end().0, 0);
    let path = home.path().join(".local/state/auditql/history");
    let history = fs::read_to_string(&path).unwrap();
    assert!(history.contains("'kept'") && !history.contains("blank") && !history.contains("password"), "{history}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_users_own_rc_file_is_obeyed_and_no_other() {
    let home = home();
    fs::create_dir_all(home.path().join(".config/auditql")).unwrap();
    fs::write(home.path().join(".config/auditql/rc"), "\\timing on\n").unwrap();
    fs::write(home.path().join("rc"), "SELECT 'project';\n").unwrap();
    let mut terminal = quick(&home, 80);
    terminal.line("SELECT 1 AS n;", "time:");
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains("project"));
}

#[test]
fn a_watched_statement_shows_new_rows_only() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.keys("\\watch 1 SELECT random() > 2 AS x;\r");
    terminal.wait_for("(1 row)");
    std::thread::sleep(std::time::Duration::from_millis(2_500));
    assert_eq!(terminal.screen().matches("(1 row)").count(), 1, "{}", terminal.screen());
    terminal.keys("\u{3}");
    terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
    terminal.line("SELECT 40 + 2 AS answer;", "42");
}

#[test]
fn what_newcomers_type_is_understood() {
    let home = home();
    let mut terminal = quick(&home, 100);
    for (line, awaited) in [
        ("help", "\\watch SECONDS [SQL]"),
        ("show tables;", "(55 rows)"),
        ("\\dt", "(55 rows)"),
        ("\\dt audit_ev", "(1 row)"),
        (".tables entra.group", "(2 rows)"),
        ("\\d entra.group*", "(2 rows)"),
        ("\\df count", "aggregate"),
        ("\\connections", "* demo"),
        ("\\help time", "Times are UTC"),
        ("\\set partial", "partial is false"),
        ("\\wtach", "did you mean \\watch?"),
        ("\\d sign_in", "did you mean entra.sign_ins?"),
        ("\\explain SELECT id FROM sign_ins LIMIT 1", "signInEventTypes"),
        ("\\df ago", "ago('7d')"),
        ("\\df dcount", "count(DISTINCT x)"),
        ("\\d m365", "\\d m365.* lists its tables"),
        ("SELECT * FROM m365;", "m365 is a schema"),
        ("\\queries show token-reuse", "Run it: \\run token-reuse"),
        ("\\connect lab", "there is no connection 'lab'"),
        ("\\o /nonexistent/x", "there is no folder /nonexistent"),
        ("\\format html", "results are written as html"),
        ("SELECT id FROM sign_ins;", "a page of HTML cannot be shown on a terminal"),
        (".mode column", "results are written as table"),
        ("SELECT id FROM sign_ins WHERE created_date_time > ago('400d');", "\\set partial true returns"),
        (
            "SELECT created_date_time - (created_date_time - INTERVAL '3505.94 seconds') AS lasted FROM sign_ins LIMIT 1;",
            "58 min 25.9 s",
        ),
    ] {
        terminal.line(line, awaited);
        terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
        terminal.clear();
    }
    terminal.keys("exit\r");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn a_dumb_terminal_and_no_color_get_plain_text() {
    let home = home();
    let demo = ["demo", "--rows", "200", "--no-throttle"];
    let mut dumb = Terminal::open(home.path(), 80, &demo, &[("TERM", "dumb")]);
    dumb.wait_for("demo>");
    dumb.line("SELECT 40 + 2 AS answer;", "42");
    assert!(!dumb.bytes().contains(&0x1b), "{:?}", String::from_utf8_lossy(&dumb.bytes()));
    let mut plain = Terminal::open(home.path(), 80, &demo, &[("NO_COLOR", "1")]);
    plain.wait_for("demo>");
    plain.line("SELECT 40 + 2 AS answer, NULL AS nothing;", "42");
    let bytes = String::from_utf8_lossy(&plain.bytes()).into_owned();
    let colours: Vec<&str> = bytes
        .match_indices("\u{1b}[")
        .map(|(at, _)| &bytes[at..])
        .filter(|rest| {
            let end = rest[2..].find(|c: char| c.is_ascii_alphabetic()).map_or(2, |end| end + 2);
            rest[end..].starts_with('m') && !matches!(&rest[2..end], "" | "0")
        })
        .collect();
    assert!(colours.is_empty(), "{:?}", colours.first());
}

#[test]
fn a_statement_that_is_open_lets_commands_through() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.keys("SELECT 40 + 2\rhelp\r");
    terminal.wait_for("\\help has pages");
    terminal.wait_until("the statement again", |screen| {
        screen.lines().rev().take(3).any(|line| line.contains("SELECT 40 + 2"))
    });
    terminal.keys("AS answer \\gx\r");
    terminal.wait_for("answer │ 42");
    terminal.clear();
    for (line, awaited) in [
        (".mode csv", ""),
        ("SELECT 1 AS one \\g", "one"),
        (".mode line", "one column per line"),
        ("\\!", "the prompt runs no programs"),
        (".import x", "files are read where they lie"),
        ("\\copy (SELECT 5 AS n) TO five.csv", "1 row written to five.csv"),
        ("\\dn", "entra"),
        ("\\echo done", "done"),
    ] {
        terminal.line(line, awaited);
    }
    assert_eq!(fs::read_to_string(home.path().join("five.csv")).unwrap(), "n\n5\n");
    terminal.keys("SELECT 1\rexit\r");
    assert_eq!(terminal.end().0, 0);
}

#[test]
fn what_is_typed_while_a_query_runs_does_not_stand_in_its_progress() {
    let home = home();
    let mut terminal = Terminal::demo(home.path(), 80, &["--rows", "8000"]);
    terminal.keys("SELECT count(*) FROM sign_ins;\r");
    terminal.wait_for("for the quota");
    terminal.keys("SELECT 'typed ahead';");
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert!(!terminal.screen().contains("typed ahead"), "{}", terminal.screen());
    terminal.keys("\u{3}");
    terminal.wait_for("interrupted");
}

#[test]
fn what_takes_long_is_asked_about_first() {
    let home = home();
    let mut terminal = Terminal::demo(home.path(), 100, &["--rows", "200"]);
    terminal.line("SET auditql.confirm = '1s';", "");
    // Six requests of one quota, which allows five at once.
    let sql = "SELECT count(*) AS n FROM sign_ins UNION ALL SELECT count(*) FROM directory_audits UNION ALL \
               SELECT count(*) FROM provisioning;\r";
    terminal.keys(sql);
    terminal.wait_for("at least 6 requests, and 10 s for the quota. Go on? [y/N]");
    terminal.keys("n");
    terminal.wait_for("nothing was requested");
    terminal.line("SET auditql.confirm = 'off';", "");
    terminal.clear();
    terminal.keys(sql);
    terminal.wait_for("(3 rows)");
    assert!(!terminal.screen().contains("Go on?"), "{}", terminal.screen());
}

#[test]
fn the_time_of_a_person_is_none_of_the_statement_s() {
    let home = home();
    let mut terminal = Terminal::demo(home.path(), 100, &["--rows", "200"]);
    for line in ["SET auditql.confirm = '1s';", "SET auditql.timeout = '6s';", "\\timing on"] {
        terminal.line(line, "");
    }
    // One request a second is allowed; they differ, so that each is sent.
    let of = |level: &str| format!("SELECT count(*) AS n FROM risk_detections WHERE risk_level = '{level}'");
    terminal.keys(&format!("{};\r", [of("low"), of("medium"), of("high")].join(" UNION ALL ")));
    terminal.wait_for("Go on? [y/N]");
    std::thread::sleep(std::time::Duration::from_secs(7));
    terminal.keys("y");
    terminal.wait_for("time: ");
    let screen = terminal.screen();
    let seconds = screen.rsplit_once("time: ").unwrap().1.split(' ').next().unwrap();
    assert!(screen.contains("(3 rows)") && seconds.parse::<f64>().unwrap() < 6.0, "{screen}");
}

#[test]
fn the_greeting_fits_a_small_screen_and_tells_nothing_of_the_story() {
    let home = home();
    let mut terminal = Terminal::open(home.path(), 80, &["demo", "--now", "2026-05-01T12:00:00Z"], &[]);
    terminal.wait_for("demo>");
    let screen = terminal.screen();
    let lines: Vec<&str> = screen.lines().collect();
    assert!(lines.len() <= 24 && lines.iter().all(|line| line.chars().count() < 80), "{screen}");
    assert!(!screen.contains("@") && screen.matches(';').count() == 3, "{screen}");
}

/// Whoever asks for the tables of a name has written no condition that could be named.
#[test]
fn a_command_that_lists_nothing_names_no_condition() {
    let home = home();
    let mut terminal = quick(&home, 80);
    for command in ["\\df nope", "\\dt nope"] {
        terminal.line(command, "(0 rows)");
        assert!(!terminal.screen().contains("no rows"), "{command}: {}", terminal.screen());
        terminal.clear();
    }
    // The control: a condition that somebody wrote is named.
    terminal.line("SELECT * FROM (VALUES (1), (2)) AS t(x) WHERE x > 5;", "(0 rows)");
    assert!(terminal.screen().contains("no rows: none of 2 row(s)"), "{}", terminal.screen());
}

#[test]
fn meanings_are_whole_on_a_narrow_screen() {
    let home = home();
    let mut terminal = quick(&home, 80);
    terminal.line("\\d groups", " rows)");
    terminal.wait_until("a new prompt", |screen| screen.ends_with("demo>"));
    let screen = terminal.screen();
    assert!(!screen.contains('…') && screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
}

/// What a short session looks like on a small and on a large screen.
#[test]
fn screens_are_as_they_were() {
    for (columns, lines) in [(80, 24), (200, 50)] {
        let home = home();
        let demo = ["demo", "--now", "2026-05-01T12:00:00Z", "--rows", "2000", "--no-throttle"];
        let program = env!("CARGO_BIN_EXE_auditql");
        let mut terminal = Terminal::sized(home.path(), (columns, lines), program, &demo, &[]);
        terminal.wait_for("demo>");
        for (name, keys, awaited) in [
            (
                "wide-table",
                "SELECT created_date_time, user_principal_name, ip_address, app_display_name, status.error_code, location \
                 FROM sign_ins ORDER BY created_date_time DESC LIMIT 4;",
                "received",
            ),
            ("columns", "\\d sign_ins", " rows)"),
            (
                "error",
                "SELECT user_principal_name, count(*) FROM sign_ins WHERE status.errorcode = 50126 GROUP BY 1;",
                "hint: ",
            ),
            (
                "row",
                "SELECT id, user_principal_name, device_detail, user_agent FROM sign_ins \
                 ORDER BY created_date_time DESC LIMIT 1 \\gx",
                "received",
            ),
        ] {
            terminal.clear();
            terminal.line(keys, awaited);
            insta::assert_snapshot!(format!("{name}-{columns}x{lines}"), terminal.screen());
        }
    }
}

/// A shell that can call a program back, with the prompt in it.
#[cfg(unix)]
fn in_a_shell(home: &tempfile::TempDir, demo: &[&str]) -> Terminal {
    let mut terminal = Terminal::sized(home.path(), (100, 40), "/bin/bash", &["--norc", "--noprofile", "-i"], &[]);
    terminal.keys("PS1='shell'; PS1=\"$PS1> \"\r");
    terminal.wait_for("shell>");
    let program = [env!("CARGO_BIN_EXE_auditql"), "demo", "--now", "2026-05-01T12:00:00Z"];
    terminal.keys(&format!("{}\r", [&program, demo].concat().join(" ")));
    terminal.wait_for("demo>");
    terminal
}

/// Whether the terminal shows what is typed, asked of the shell.
#[cfg(unix)]
fn echoes(terminal: &mut Terminal) -> bool {
    terminal.keys("clear; [ \"$(stty -a | grep -c -- '-echo ')\" = 0 ] && echo it 'shows' || echo it 'hides'\r");
    terminal.wait_until("an answer", |screen| screen.starts_with("it "));
    terminal.screen().starts_with("it shows")
}

#[cfg(unix)]
#[test]
fn a_prompt_that_is_stopped_leaves_the_terminal_as_it_was_and_takes_it_again() {
    let home = home();
    let mut terminal = in_a_shell(&home, &["--rows", "8000"]);
    // Where a line is typed.
    terminal.keys("SELECT 40 + 2\u{1a}");
    terminal.wait_for("Stopped");
    assert!(echoes(&mut terminal));
    terminal.keys("fg\r");
    terminal.wait_for("SELECT 40 + 2");
    terminal.keys(" AS answer;\r");
    terminal.wait_until("the answer", |screen| screen.contains("│     42 │") && screen.ends_with("demo>"));
    // While a statement runs, which hides what is typed.
    terminal.keys("SELECT count(*) FROM sign_ins;\r");
    terminal.wait_for("for the quota");
    terminal.keys("\u{1a}");
    terminal.wait_until("the shell", |screen| screen.matches("Stopped").count() == 1 && screen.ends_with("shell>"));
    assert!(echoes(&mut terminal));
    terminal.keys("fg\r");
    terminal.wait_for("for the quota");
    terminal.keys("typed ahead");
    std::thread::sleep(std::time::Duration::from_millis(600));
    assert!(!terminal.screen().contains("typed ahead"), "{}", terminal.screen());
    terminal.keys("\u{3}");
    terminal.wait_until("a new prompt", |screen| screen.contains("interrupted") && screen.ends_with("demo>"));
    terminal.keys("\\q\r");
    terminal.wait_until("the shell", |screen| screen.ends_with("shell>"));
    assert!(echoes(&mut terminal));
}

#[test]
fn the_last_result_is_drawn_without_asking_again() {
    let home = home();
    let mut terminal = quick(&home, 80);
    let sql = "SELECT app_display_name AS app, count(*) AS n FROM sign_ins WHERE created_date_time > now() - INTERVAL '2 days' \
               GROUP BY app ORDER BY n DESC, app LIMIT 3;";
    terminal.line(sql, "(3 rows)");
    terminal.wait_for("request");
    terminal.clear();
    terminal.line("\\chart", "n by app");
    terminal.wait_until("bars", |screen| screen.matches('█').count() > 20 && screen.ends_with("demo>"));
    assert!(!terminal.screen().contains("request"), "{}", terminal.screen());
    terminal.clear();
    terminal.line("\\chart heatmap", "needs a column of times");
    terminal.clear();
    terminal.line("SELECT * FROM (VALUES ('a', 4), ('b', 2)) AS t(x, n) \\chart bar", "n by x");
    assert_snapshot!(terminal.screen(), @r"
    demo> SELECT * FROM (VALUES ('a', 4), ('b', 2)) AS t(x, n) \chart bar
    n by x
    a 4 │███████████████████████████████████████████████████████████████████████████
    b 2 │█████████████████████████████████████▌
    demo>
    ");
}

#[test]
fn a_terminal_that_reads_no_utf_8_gets_pictures_in_ascii() {
    let home = home();
    let demo = ["demo", "--now", "2026-05-01T12:00:00Z", "--rows", "200", "--no-throttle"];
    let mut terminal = Terminal::open(home.path(), 60, &demo, &[("LC_ALL", "C")]);
    terminal.wait_for("demo>");
    terminal.clear();
    terminal.line("SELECT * FROM (VALUES ('a', 4), ('b', 2)) AS t(x, n) \\chart", "n by x");
    assert_snapshot!(terminal.screen(), @r"
    demo> SELECT * FROM (VALUES ('a', 4), ('b', 2)) AS t(x, n) \chart
    n by x
    a 4 |#######################################################
    b 2 |############################
    demo>
    ");
}
