//! The program as a stranger meets it: the real binary, a home of its own, no network but loopback.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A home, which is the working folder too.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The program, with nothing of the surroundings but what a test adds.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(args).current_dir(self.0.path()).env_clear().env("HOME", self.0.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Answer {
        Answer::of(self.command(args).output().unwrap())
    }

    /// The same on the demo tenant.
    fn demo(&self, args: &[&str]) -> Answer {
        let demo = ["demo", "--rows", "2000", "--now", "2026-05-01T12:00:00Z", "--no-throttle"];
        self.run(&[&demo, args].concat())
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Answer {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("all output is UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The output of a call that succeeded.
    #[track_caller]
    fn good(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.out
    }

    #[track_caller]
    fn failed(self, code: i32, err: &str) {
        assert!(self.code == Some(code) && self.err.contains(err), "wanted {code} and {err:?}, got {self:?}");
    }
}

/// A child that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const NEWEST: &str = "SELECT id, created_date_time FROM sign_ins ORDER BY created_date_time DESC LIMIT 3";

#[test]
fn the_demo_answers() {
    let home = Home::new();
    assert_eq!(home.demo(&["--format", "csv", "-c", "SELECT count(*) AS n FROM sign_ins"]).good(), "n\n2000\n");
    let kinds = "SELECT count(DISTINCT sign_in_event_types) AS kinds FROM entra.sign_ins";
    assert_eq!(home.demo(&["--format", "csv", "-c", kinds]).good(), "kinds\n4\n");
}

#[test]
fn each_exit_code_has_its_cause() {
    let home = Home::new();
    home.demo(&["-c", "SELECT nope FROM sign_ins"]).failed(1, "error: there is no column nope");
    home.demo(&["-c", "SELECT 1 +"]).failed(1, "LINE 1: SELECT 1 +\n                  ^");
    home.demo(&["-c", "SELECT createdDateTime FROM sign_ins"])
        .failed(1, "hint: names are in snake_case here: created_date_time");
    home.demo(&["--frobnicate"]).failed(2, "--frobnicate");
    home.demo(&["--timeout", "soon", "-c", "SELECT 1"]).failed(2, "'soon' is not a valid value for timeout");
    home.demo(&["--max-requests", "1", "-c", "SELECT count(*) FROM sign_ins"]).failed(5, "--max-requests");
    let partial = home.demo(&["--max-requests", "1", "--partial", "-c", "SELECT count(*) AS n FROM sign_ins"]);
    assert!(partial.out.contains("(1 row)"), "{partial:?}");
    partial.failed(5, "INCOMPLETE");
    home.run(&["demo", "--now", "2026-05-01T12:00:00Z", "--timeout", "1s", "-c", "SELECT count(*) FROM sign_ins"])
        .failed(124, "ran out of time");
}

#[test]
fn a_token_that_is_not_accepted_is_a_failed_sign_in() {
    let home = Home::new();
    let (_tenant, url, _) = serve(&home);
    let config = config(&home, &url);
    let mut command = home.command(&["--config", &config, "-c", "SELECT count(*) FROM sign_ins"]);
    Answer::of(command.env("AUDITQL_ACCESS_TOKEN", "CANARY").output().unwrap())
        .failed(3, "did not accept the access token");
    let unset = "signs in with AUDITQL_ACCESS_TOKEN, but it is not set";
    home.run(&["--config", &config, "-c", "SELECT count(*) FROM sign_ins"]).failed(3, unset);
}

#[test]
fn a_refusal_by_the_service_is_a_remote_failure() {
    let home = Home::new();
    let config = config(&home, &refusing());
    let mut command = home.command(&["--config", &config, "--timeout", "20s", "-c", "SELECT count(*) FROM sign_ins"]);
    let answer = Answer::of(command.env("AUDITQL_ACCESS_TOKEN", "CANARY").output().unwrap());
    assert!(
        answer.out.is_empty()
            && answer.err.contains("Authorization_RequestDenied: no\\u{9b}2J")
            && !answer.err.contains("CANARY"),
        "{answer:?}"
    );
    answer.failed(4, "AuditLog.Read.All");
}

/// The address of a service that refuses whatever it is asked, in words that would clear a screen.
fn refusing() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"no\u{9b}2J\"}}";
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let _ = stream.read(&mut [0; 4096]);
            let length = body.len();
            let _ =
                write!(stream, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

#[test]
fn a_served_tenant_is_reached_by_what_it_prints() {
    let home = Home::new();
    let (_tenant, url, token) = serve(&home);
    let config = config(&home, &url);
    let mut command = home.command(&[
        "--config",
        &config,
        "--format",
        "csv",
        "-c",
        "SELECT count(*) AS n FROM sign_ins WHERE is_interactive",
    ]);
    let answer = Answer::of(command.env("AUDITQL_ACCESS_TOKEN", &token).output().unwrap());
    assert!(!answer.err.contains(&token) && !answer.out.contains(&token));
    let n: u32 = answer.good().lines().nth(1).unwrap().parse().unwrap();
    assert!((1..2_000).contains(&n), "{n}");
}

/// A tenant in a process of its own: it, its address, its token, all as printed.
fn serve(home: &Home) -> (Running, String, String) {
    let args = ["demo", "--serve", "127.0.0.1:0", "--rows", "2000", "--no-throttle"];
    let mut tenant = Running(home.command(&args).spawn().unwrap());
    let mut lines = BufReader::new(tenant.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut after = |mark: &str| {
        let line = lines.find(|line| line.contains(mark)).unwrap_or_else(|| panic!("no line with {mark}"));
        line.split_once(mark).unwrap().1.trim_matches('"').to_owned()
    };
    let url = after("graph_url = ");
    let token = after("AUDITQL_ACCESS_TOKEN=");
    (tenant, url, token)
}

fn config(home: &Home, url: &str) -> String {
    let text = format!(
        "version = 1\n[connections.demo]\ntenant = \"demo.example\"\nauth = \"access_token\"\n\
         graph_url = \"{url}\"\nallow_insecure_loopback = true\n"
    );
    home.write("served.toml", &text).to_str().unwrap().to_owned()
}

#[test]
fn every_format_writes_the_same_rows() {
    let home = Home::new();
    let written = |format| home.demo(&["--format", format, "-c", NEWEST]).good();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&written("json")).unwrap();
    let lines: Vec<serde_json::Value> =
        written("ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows), (3, &lines));
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    for (format, separator) in [("csv", ","), ("tsv", "\t"), ("table", " "), ("markdown", " ")] {
        let text = written(format);
        let found: Vec<&str> =
            text.split([separator.chars().next().unwrap(), '\n']).filter(|cell| ids.contains(cell)).collect();
        assert_eq!(found, ids, "{text}");
    }
    assert!(rows[0]["created_date_time"].as_str().unwrap().starts_with("2026-05-01T"), "{rows:?}");
}

#[test]
fn statements_come_from_flags_files_and_standard_input() {
    let home = Home::new();
    home.write("b.sql", "-- two\nSELECT 'b;1' AS b; SELECT $$b;2$$ AS b;\n");
    let csv = ["--format", "csv", "-c", "SELECT 'a' AS a", "-f", "b.sql", "-c", "SELECT 'c' AS c;"];
    assert_eq!(home.run(&csv).good(), "a\na\nb\nb;1\nb\nb;2\nc\nc\n");

    let mut child = home.command(&["--format", "csv"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"SELECT 1 AS n;\nSELECT 2 AS n").unwrap();
    assert_eq!(Answer::of(child.wait_with_output().unwrap()).good(), "n\n1\nn\n2\n");

    home.write("bad.sql", "SELECT 1 AS n;\n\nSELECT\n  FROM FROM;\nSELECT 3;\n");
    let answer = home.run(&["--format", "csv", "-f", "bad.sql"]);
    assert_eq!(answer.out, "n\n1\n", "what follows an error does not run");
    answer.failed(1, "LINE 4:   FROM FROM");
}

#[test]
fn a_file_appears_only_when_complete() {
    let home = Home::new();
    let out = home.write("out.csv", "old");
    let to = |sql: &str| home.demo(&["--format", "csv", "-o", "out.csv", "-c", sql]);
    to("SELECT id, 1 / (CASE WHEN is_interactive THEN 0 ELSE 1 END) FROM sign_ins").failed(1, "error: ");
    to("SELECT 1; SELECT 2").failed(2, "-o takes the result of one statement, but there are 2");
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    assert_eq!(to("SELECT count(*) AS n FROM sign_ins").good(), "");
    assert_eq!(fs::read_to_string(&out).unwrap(), "n\n2000\n");
    assert_eq!(left_over(&home), Vec::<String>::new());
    let unwritable = home.demo(&["-o", "no/such/folder/x", "-c", "SELECT 1"]);
    assert!(!unwritable.err.contains("os error") && !unwritable.err.contains(".part"), "{}", unwritable.err);
    unwritable.failed(2, "cannot be written");
}

#[cfg(unix)]
#[test]
fn a_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new();
    home.run(&["-o", "out", "-c", "SELECT 1"]).good();
    assert_eq!(fs::metadata(home.path("out")).unwrap().permissions().mode() & 0o777, 0o600);
}

fn left_over(home: &Home) -> Vec<String> {
    let names = fs::read_dir(home.0.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".auditql-")).collect()
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let home = Home::new();
    let args = ["demo", "--rows", "2000", "--no-throttle", "--format", "ndjson", "-c", "SELECT * FROM sign_ins"];
    // The exit code of a stream tells whether its rows are complete.
    for (stream, code) in [(&[][..], 0), (&["--stream", "-q"], 5)] {
        let mut child = home.command(&[&args, stream].concat()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(1 << 10, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"id\":"), "{line}");
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(code), ""), "{stream:?}");
    }
}

#[test]
fn a_pipe_gets_a_result_whole_or_not_at_all() {
    let home = Home::new();
    for format in ["csv", "tsv", "json", "ndjson", "markdown", "html", "table", "parquet"] {
        // The second page is refused after the first one's rows are there.
        let ask = |flags: &[&str]| {
            let limits = ["demo", "--no-throttle", "--rows", "20000", "--max-requests", "1", "--format", format];
            let sql = ["-c", "SELECT id FROM sign_ins WHERE is_interactive"];
            home.command(&[&limits, &sql[..], flags].concat()).output().unwrap()
        };
        let held = ask(&[]);
        assert_eq!((held.status.code(), held.stdout.len()), (Some(5), 0), "{format}");
        let streamed = ask(&["--stream"]);
        // A table is laid out, and a row group filled, before the first byte is written; what stands above the rows of a page is
        // known when the last one has come.
        assert!(matches!(format, "table" | "parquet" | "html") || !streamed.stdout.is_empty(), "{format}");
        assert!(format != "html" || streamed.stdout.is_empty(), "half a page looks like one");
        assert_eq!(streamed.status.code(), Some(5), "{format}");
        let said = String::from_utf8(streamed.stderr).unwrap();
        assert!(said.contains("only the exit code tells whether they are complete"), "{format}: {said}");
        let partial = ask(&["--partial"]);
        assert!(partial.status.code() == Some(5) && !partial.stdout.is_empty(), "{format}");
    }
}

#[cfg(unix)]
#[test]
fn a_device_gets_a_result_whole_or_not_at_all() {
    let home = Home::new();
    let sql = "SELECT id FROM sign_ins WHERE is_interactive";
    let args = ["demo", "--no-throttle", "--rows", "20000", "--format", "csv", "-o", "/dev/stdout", "-c", sql];
    let cut = home.run(&[&args[..], &["--max-requests", "1"]].concat());
    assert_eq!((cut.code, cut.out.as_str()), (Some(5), ""));
    assert!(home.run(&args).good().starts_with("id\n"));
}

#[test]
fn statements_before_one_that_fails_are_given_out_whole() {
    let home = Home::new();
    let answer = home.demo(&["--format", "csv", "-c", "SELECT 1 AS a", "-c", "SELECT 1/0 AS b", "-c", "SELECT 3 AS c"]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(1), "a\n1\n"), "{}", answer.err);
}

#[test]
fn sql_may_begin_with_a_comment() {
    let home = Home::new();
    assert_eq!(home.run(&["--format", "csv", "-c", "-- who\nSELECT 1 AS n"]).good(), "n\n1\n");
    home.run(&["-c", "--verbose"]).failed(2, "a flag, or a comment alone, where SQL was expected");
}

#[test]
fn a_usage_error_does_not_act_on_the_terminal() {
    let home = Home::new();
    let evil = "\u{1b}]0;x\u{7}\u{202e}";
    for args in [vec![format!("--no{evil}")], vec!["--format".into(), evil.into()], vec![evil.into()]] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let answer = home.run(&args);
        assert!(answer.code == Some(2) && !answer.err.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{answer:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_a_query_at_once() {
    let home = Home::new();
    // Under the throttle this takes minutes.
    let args = ["demo", "--now", "2026-05-01T12:00:00Z", "-c", "SELECT count(*) FROM sign_ins"];
    let mut child = Running(home.command(&args).spawn().unwrap());
    std::thread::sleep(Duration::from_secs(3));
    let asked = Instant::now();
    let id = child.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

/// What the program has begun to write in a folder.
#[cfg(unix)]
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".part") || name.starts_with("auditql-")).collect()
}

#[cfg(unix)]
#[test]
fn a_program_that_is_told_to_end_leaves_nothing_half_written() {
    let home = Home::new();
    let temporary = home.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let keep = "CREATE TABLE kept AS SELECT * FROM sign_ins WHERE created_date_time > now() - INTERVAL '1 hour'";
    // Under the throttle this takes minutes.
    let args = ["demo", "--now", "2026-05-01T12:00:00Z", "-o", "all.csv", "-c", "SELECT * FROM sign_ins"];
    let kept = ["demo", "--now", "2026-05-01T12:00:00Z", "-c", keep, "-c", "SELECT * FROM sign_ins"];
    for (args, signal) in [(&args[..], "-TERM"), (&args[..], "-HUP"), (&kept[..], "-TERM")] {
        let mut child = Running(home.command(args).env("TMPDIR", &temporary).spawn().unwrap());
        std::thread::sleep(Duration::from_secs(3));
        assert_ne!([names(&temporary), names(home.0.path())].concat(), [""; 0], "{args:?} has begun nothing");
        let id = child.0.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(child.0.wait().unwrap().code(), Some(143), "{args:?}");
        assert_eq!([names(&temporary), names(home.0.path())].concat(), [""; 0], "{args:?} {signal}");
    }
}

#[test]
fn an_export_says_what_it_holds_and_which_tenant_has_the_same() {
    let home = Home::new();
    let said =
        home.run(&["demo", "--rows", "300", "--seed", "7", "--now", "2026-05-01T12:00:00Z", "--export", "all"]).good();
    let (_, rest) = said.split_once("'auditql ").unwrap();
    let (command, rest) = rest.split_once('\'').unwrap();
    let count = |args: &[&str], table: &str| {
        let sql = format!("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM {table}");
        let answer = home.run(&[args, &["--format", "csv", "--no-throttle", "-c", &sql]].concat()).good();
        answer.lines().nth(1).unwrap().to_owned()
    };
    let live: Vec<&str> = command.split(' ').collect();
    let tables = ["m365.activity", "sign_ins"];
    let alive = tables.map(|table| count(&live, table));
    assert!(alive[1] == "300,300" && alive[0] != "0,0", "{alive:?}");
    let shapes: Vec<&str> = rest.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(shapes.len(), fs::read_dir(home.path("all")).unwrap().count());
    for shape in shapes {
        let (folder, holds) = shape.trim().split_once(' ').unwrap();
        for (table, alive) in tables.iter().zip(&alive) {
            let sql = format!("SELECT count(*) AS n, count(DISTINCT id) AS ids FROM {table}");
            let path = home.path("all").join(folder);
            let answer = home.run(&["--input", path.to_str().unwrap(), "--format", "csv", "-c", &sql]).good();
            let expected = if holds.contains(table) { alive.as_str() } else { "0,0" };
            assert_eq!(answer.lines().nth(1).unwrap(), expected, "{folder}: {table}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_a_killed_program_leaves_is_removed_by_the_next_and_what_is_in_use_is_not() {
    let home = Home::new();
    let temporary = home.path("tmp");
    fs::create_dir_all(temporary.join("auditql-backup")).unwrap();
    home.write(".auditql-backup.part", "mine");
    let keep = "CREATE TABLE kept AS SELECT * FROM sign_ins WHERE created_date_time > now() - INTERVAL '1 hour'";
    // Under the throttle this takes minutes.
    let written = ["demo", "--now", "2026-05-01T12:00:00Z", "-o", "all.csv", "-c", "SELECT * FROM sign_ins"];
    let kept = ["demo", "--now", "2026-05-01T12:00:00Z", "-c", keep, "-c", "SELECT * FROM sign_ins"];
    let all = || [names(&temporary), names(home.0.path())].concat();
    let mine = all();
    let start = |args: &[&str]| {
        let before = all().len();
        let child = Running(home.command(args).env("TMPDIR", &temporary).spawn().unwrap());
        let wanted = before + 1 + usize::from(args.contains(&"-o"));
        let begun = Instant::now();
        while all().len() < wanted && begun.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(all().len(), wanted, "{args:?} has begun nothing");
        child
    };
    let (dead, living) = (start(&written), start(&kept));
    let held = all();
    drop(dead);
    let next = ["--format", "csv", "-o", "next.csv", "-c", "SELECT 1 AS n"];
    let answer = || Answer::of(home.command(&next).env("TMPDIR", &temporary).output().unwrap()).good();
    answer();
    let left = all();
    assert!(left.len() == mine.len() + 1 && left.iter().all(|name| held.contains(name)), "{held:?} {left:?}");
    drop(living);
    answer();
    assert_eq!(all(), mine);
    assert_eq!(fs::read_to_string(home.path(".auditql-backup.part")).unwrap(), "mine");
}

#[test]
fn a_result_goes_to_a_file_in_the_format_of_its_name() {
    let home = Home::new();
    let select = ["-c", "SELECT 1 AS n"];
    for (file, text) in [("a.csv", "n\n1\n"), ("a.NDJSON", "{\"n\":1}\n"), ("a.tsv", "n\n1\n")] {
        home.run(&[&["-o", file][..], &select].concat()).good();
        assert_eq!(fs::read_to_string(home.path(file)).unwrap(), text, "{file}");
    }
    let clash = home.run(&[&["--format", "json", "-o", "a.csv"][..], &select].concat());
    clash.failed(2, "--format json contradicts the file's ending, which stands for csv");
    assert_eq!(fs::read_to_string(home.path("a.csv")).unwrap(), "n\n1\n");
}

#[test]
fn a_script_is_bounded_text_of_sql_alone() {
    let home = Home::new();
    home.write("bom.sql", "\u{feff}SELECT 42 AS n;");
    assert!(home.run(&["--format", "csv", "-f", "bom.sql"]).good().ends_with("42\n"));
    home.write("commands.sql", "SELECT 1;\n\\timing on\nSELECT 2;");
    home.run(&["-f", "commands.sql"]).failed(2, "line 2: \\timing is a command of the prompt");
    #[cfg(unix)]
    home.run(&["-f", "/dev/zero"]).failed(2, "longer than 16 MiB");
}

#[test]
fn nothing_is_written_past_the_output_and_no_schema_is_lost() {
    let home = Home::new();
    let copy = "COPY (SELECT id FROM sign_ins) TO 'copy.csv'";
    home.demo(&["-c", copy]).failed(1, "-o FILE");
    assert!(!home.path("copy.csv").exists());
    for sql in ["DROP SCHEMA entra CASCADE", "DROP SCHEMA main CASCADE", "CREATE SCHEMA s", "CREATE DATABASE d"] {
        home.demo(&["-c", sql, "-c", "SELECT 1"]).failed(1, "is not supported");
    }
}

#[test]
fn a_part_of_an_answer_is_marked_in_the_output_that_can_be() {
    let home = Home::new();
    let ask = |format: &str| {
        let sql = "SELECT id FROM sign_ins WHERE is_interactive";
        let limits = ["--partial", "--max-requests", "1", "--rows", "20000"];
        let demo = ["demo", "--now", "2026-05-01T12:00:00Z", "--no-throttle", "--format", format, "-c", sql];
        let answer = home.run(&[&demo[..], &limits[..]].concat());
        assert_eq!(answer.code, Some(5), "{answer:?}");
        answer.out
    };
    for format in ["table", "markdown"] {
        assert!(ask(format).lines().last().unwrap().starts_with("INCOMPLETE: "), "{format}");
    }
    assert!(ask("json").ends_with("\"}\n"));
}

#[test]
fn a_range_that_the_service_has_forgotten_is_no_empty_answer() {
    let home = Home::new();
    for condition in ["< '2026-01-01'", "BETWEEN '2026-01-01' AND '2026-01-02'", "> '2026-01-01'"] {
        let sql = format!("SELECT count(*) FROM sign_ins WHERE created_date_time {condition}");
        home.demo(&["-c", &sql]).failed(5, "the service keeps 30 days");
    }
    // The time that is advised lies in the range later on, too.
    let sql = |since: &str| format!("SELECT id FROM sign_ins WHERE user_id = 'x' AND created_date_time > {since}");
    home.demo(&["-c", &sql("ago('90d')")]).failed(5, "begin the range at ago('30d') or later");
    home.demo(&["-c", &sql("ago('30d')")]).good();
}

#[test]
fn configuration_is_read_strictly() {
    let home = Home::new();
    let with = |text: &str, args: &[&str]| {
        home.write(".config/auditql/config.toml", text);
        home.run(args)
    };
    let query = ["-c", "SELECT 1"];
    with("version = 1\nformat = 'csv'", &query).good();
    with("version = 1\nconections = 1", &query).failed(2, "did you mean connections?");
    with("connection = 'x'", &query).failed(2, "start it with: version = 1");
    with("version = 1\nconnection = 'x'", &query).failed(2, "there is no connection 'x'");
    with("version = 1\n[connections.a]\ntenant = 'a.example'\nclient_secret = 'CANARY'", &query)
        .failed(2, "does not belong in a file");
    let insecure = "version = 1\n[connections.a]\ntenant = 'a.example'\ngraph_url = 'http://graph.example'";
    with(insecure, &query).failed(2, "graph_url");
    home.run(&["--config", "nowhere.toml", "-c", "SELECT 1"]).failed(2, "there is no file nowhere.toml");
    let mut misspelt = home.command(&["-c", "SELECT 1"]);
    fs::remove_file(home.path(".config/auditql/config.toml")).unwrap();
    Answer::of(misspelt.env("AUDITQL_MAX_REQUEST", "1").output().unwrap())
        .failed(2, "did you mean AUDITQL_MAX_REQUESTS?");
    let mut wrong = home.command(&["-c", "SELECT 1"]);
    Answer::of(wrong.env("AUDITQL_ESTIMATES", "foo").output().unwrap()).failed(2, "AUDITQL_ESTIMATES=foo");
}

#[test]
fn secrets_given_in_the_wrong_place_are_not_repeated() {
    let home = Home::new();
    let file = home.write("c.toml", "version = 1\n[connections.a]\nclient_secret = CANARY\ntenant = 'CANARY");
    let answers =
        [home.run(&["--client-secret", "CANARY"]), home.run(&["--config", file.to_str().unwrap(), "-c", "SELECT 1"])];
    for answer in answers {
        assert!(answer.code == Some(2) && !format!("{answer:?}").contains("CANARY"), "{answer:?}");
    }
}

#[test]
fn a_project_folder_is_not_trusted() {
    let home = Home::new();
    home.write(
        ".config/auditql/config.toml",
        "version = 1\n[connections.lab]\ntenant = 'a.example'\nauth = 'access_token'",
    );
    let with = |text: &str| {
        home.write("auditql.toml", text);
        let mut command = home.command(&["-c", "SELECT 1 AS n"]);
        Answer::of(command.env("AUDITQL_ACCESS_TOKEN", "CANARY").output().unwrap())
    };
    assert_eq!(with("version = 1\nconnection = 'lab'\nformat = 'csv'").good(), "n\n1\n");
    let hostile = [
        "[connections.lab]\ngraph_url = 'https://evil.example'",
        "[connections.other]\ntenant = 'evil.example'",
        "[settings]\nmax_requests = 'none'",
    ];
    for text in hostile {
        with(&format!("version = 1\n{text}")).failed(2, "a file in the working folder may not set");
    }
    with("version = 1\nconnection = 'evil'").failed(2, "there is no connection 'evil'");
}

#[test]
fn hostile_text_reaches_no_terminal_raw() {
    let home = Home::new();
    let sql = "SELECT chr(27) || ']0;x' || chr(7) || chr(155) || '2J' || chr(8238) || 'abc' AS \"h\u{1b}[31m\"";
    for format in ["table", "markdown", "json", "ndjson"] {
        let text = home.run(&["--format", format, "-c", sql]).good();
        let raw: Vec<char> = text.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
        assert!(raw.is_empty(), "{format}: {raw:?} in {text:?}");
    }
    let answer = home.run(&["-c", "SELECT \"\u{1b}[2J\u{202e}\""]);
    assert!(!answer.err.contains(['\u{1b}', '\u{202e}']), "{answer:?}");
    answer.failed(1, "error: ");
}

#[test]
fn formulas_are_neutralised_and_counted() {
    let home = Home::new();
    let sql = "SELECT '=1+1' AS a, '@x' AS b, -1 AS c";
    let answer = home.run(&["--format", "csv", "-c", sql]);
    assert!(answer.err.contains("before 2 cells"), "{answer:?}");
    assert_eq!(answer.good(), "a,b,c\n'=1+1,'@x,-1\n");
    let raw = home.run(&["--format", "csv", "--csv-raw", "-c", sql]);
    assert_eq!((raw.err.as_str(), raw.code), ("", Some(0)));
    assert_eq!(raw.out, "a,b,c\n=1+1,@x,-1\n");
}

#[test]
fn a_condition_of_thousands_of_terms_does_not_end_the_program() {
    let home = Home::new();
    let terms: Vec<String> = (0..2_000).map(|i| format!("n = {i}")).collect();
    let sql = format!("SELECT count(*) AS n FROM (VALUES (1), (5000)) t(n) WHERE {}", terms.join(" OR "));
    let path = home.write("long.sql", &sql);
    let answer = home.run(&["--format", "csv", "-f", path.to_str().unwrap()]);
    assert!(matches!(answer.code, Some(0 | 1)), "{:?}, {}", answer.code, answer.err);
}

#[test]
fn help_names_every_setting_and_variable() {
    let home = Home::new();
    let help = home.run(&["--help"]).good();
    for setting in auditql::settings::ALL {
        assert!(help.contains(&format!("--{}", setting.name.replace('_', "-"))), "{}", setting.name);
    }
    assert!(help.contains("AUDITQL_ACCESS_TOKEN") && help.contains("Exit codes"));
    assert!(Path::new(env!("CARGO_BIN_EXE_auditql")).exists());
}

#[test]
fn a_name_that_promises_another_format_is_refused() {
    let home = Home::new();
    for name in ["x.xlsx", "x.csv.gz", "X.ZIP", "y.docx"] {
        home.run(&["-o", name, "-c", "SELECT 1"]).failed(2, "there is no output format for .");
        assert!(!home.path(name).exists(), "{name}");
    }
    home.run(&["-o", "x.txt", "-c", "SELECT 1"]).good();
}

#[test]
fn sql_needs_no_flag() {
    let home = Home::new();
    assert_eq!(home.run(&["--format", "csv", "SELECT 40 + 2 AS n"]).good(), "n\n42\n");
    assert_eq!(home.demo(&["--format", "csv", "SELECT count(*) AS n FROM sign_ins"]).good(), "n\n2000\n");
    home.run(&["quries"]).failed(2, "'queries'");
    home.run(&["SELECT", "1"]).failed(2, "auditql 'SELECT …'");
}

#[test]
fn the_program_tells_of_itself() {
    let home = Home::new();
    for (shell, mark) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef auditql"),
        ("fish", "complete -c auditql"),
        ("powershell", "Register-Arg"),
    ] {
        let script = home.run(&["completions", shell]).good();
        assert!(script.contains(mark) && script.contains("subscriptions"), "{shell}: {script}");
    }
    home.run(&["completions", "tcsh"]).failed(2, "bash");
    let page = home.run(&["man"]).good();
    assert!(page.contains(".TH AUDITQL 1") && page.contains("format"), "{page}");
    let synopsis = page.split(".SH SYNOPSIS\n").nth(1).unwrap().lines().next().unwrap();
    assert!(synopsis.starts_with("auditql [OPTIONS] [SQL]") && synopsis.len() < 80, "{synopsis}");
    assert_eq!(page.matches(".ds Aq \\(aq").count(), 1);
    let page = home.run(&["man", "run"]).good();
    assert!(
        page.contains("auditql run [OPTIONS] <NAME>") && page.contains("redact") && page.contains("max\\-requests"),
        "{page}"
    );
    home.run(&["man", "docs"]).failed(2, "auditql has no command docs");
    let script = home.run(&["completions", "bash"]).good();
    assert!(!script.contains("docs"), "a command that is hidden");
    let page = home.run(&["man", "subscriptions", "start"]).good();
    assert!(page.contains(".TH AUDITQL\\-SUBSCRIPTIONS\\-START 1") || page.contains("SUBSCRIPTIONS"), "{page}");
    home.run(&["man", "nope"]).failed(2, "auditql has no command nope");
    let version = home.run(&["version"]).good();
    assert!(version.starts_with(&format!("auditql {}\n", env!("CARGO_PKG_VERSION"))), "{version}");
    assert!(version.contains("demo") && version.contains("DataFusion 55"), "{version}");
}

#[test]
fn records_may_come_on_standard_input() {
    let home = Home::new();
    home.run(&["demo", "--rows", "50", "--now", "2026-05-01T12:00:00Z", "--export", "out"]).good();
    let path = home.path("out/graph-value/signIns.json");
    let asked = ["-q", "--format", "csv", "-c", "SELECT count(*) AS n, count(DISTINCT id) AS d FROM sign_ins"];
    let expected = home.run(&[&["--input", path.to_str().unwrap()], &asked[..]].concat()).good();
    let mut command = home.command(&[&["--input", "-"], &asked[..]].concat());
    command.stdin(fs::File::open(&path).unwrap());
    assert_eq!(Answer::of(command.output().unwrap()).good(), expected);
    assert_ne!(expected, "n,d\n0,0\n");
    home.run(&["--input", "-"]).failed(2, "give the SQL with -c");
    home.run(&["--input", "-", "-f", "-"]).failed(2, "give the SQL with -c");

    // Nothing that is said names the file in which it was kept.
    fs::create_dir(home.path("tmp")).unwrap();
    let with = |stdin: Stdio, sql: &str| {
        let mut command = home.command(&["--input", "-", "-c", sql]);
        command.env("TMPDIR", home.path("tmp")).stdin(stdin);
        Answer::of(command.output().unwrap())
    };
    let records = || Stdio::from(fs::File::open(&path).unwrap());
    let explained = with(records(), "EXPLAIN SELECT id FROM sign_ins").good();
    assert!(explained.contains("file:  standard input\n") && !explained.contains("auditql-"), "{explained}");
    let broken = home.write("broken.json", "{\"id\": 1}\nno json\n");
    let broken = with(fs::File::open(broken).unwrap().into(), "SELECT count(*) FROM sign_ins");
    assert!(broken.err.contains("standard input") && !broken.err.contains("auditql-"), "{broken:?}");
    with(Stdio::null(), "SELECT 1").failed(2, "standard input is empty");
    assert_eq!(fs::read_dir(home.path("tmp")).unwrap().count(), 0);
    fs::remove_dir(home.path("tmp")).unwrap();
    with(records(), "SELECT 1").failed(2, "hint: TMPDIR=/another/folder");
}

#[cfg(unix)]
#[test]
fn a_signal_while_standard_input_is_read_leaves_nothing() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let home = Home::new();
        fs::create_dir(home.path("tmp")).unwrap();
        let mut command = home.command(&["--input", "-", "-c", "SELECT 1"]);
        let mut child = command.env("TMPDIR", home.path("tmp")).stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(b"{}").unwrap();
        let begun = Instant::now();
        while fs::read_dir(home.path("tmp")).unwrap().count() == 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing is kept");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        assert_eq!(fs::read_dir(home.path("tmp")).unwrap().count(), 0, "{signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_of_the_kernel_is_none_to_wait_for() {
    let home = Home::new();
    for path in ["/proc/kmsg", "/proc/version", "/sys/kernel/notes"] {
        if Path::new(path).exists() {
            home.run(&["-c", &format!("SELECT count(*) FROM '{path}'")]).failed(1, "a window into the kernel");
        }
    }
}

#[test]
fn a_slip_on_the_command_line_is_told_what_was_meant() {
    let home = Home::new();
    home.write("x.log", "a\n");
    for (args, tip) in [
        (&["dmeo"][..], "'demo'"),
        (&["deom", "-c", "SELECT 1"], "'demo'"),
        (&["demo", "runn", "password-spray"], "'run'"),
        (&["demo", "timeline", "tomas"], "report timeline"),
        (&["help", "sign_ins"], "DESCRIBE sign_ins"),
        (&["help", "ago"], "\\df ago"),
        (&["help", "password-spray"], "queries show password-spray"),
        (&["x.log"], "SELECT * FROM 'x.log'"),
        (&["--json", "-c", "SELECT 1"], "--format json"),
        (&["--jsonl", "-c", "SELECT 1"], "--format ndjson"),
        (&["demo", "report", "timeline", "tomas", "--file", "vpn.csv"], "--log FILE"),
        (&["--format", "xlsx", "-c", "SELECT 1"], "possible values"),
    ] {
        home.run(args).failed(2, tip);
    }
}

#[test]
fn a_format_is_named_in_any_case_and_a_hyphen_is_standard_output() {
    let home = Home::new();
    for (format, out) in [("CSV", "a\n1\n"), ("jsonl", "{\"a\":1}\n"), ("NDJSON", "{\"a\":1}\n")] {
        let answer = home.demo(&["-q", "--format", format, "-o", "-", "-c", "SELECT 1 AS a"]);
        assert_eq!((answer.out.as_str(), answer.err.as_str()), (out, ""), "{format}");
    }
    assert!(!home.path("-").exists());
}

#[test]
fn a_script_in_utf_16_is_read() {
    let home = Home::new();
    let units = |text: &str| [0xFEFF].into_iter().chain(text.encode_utf16()).collect::<Vec<u16>>();
    let text = "SELECT 'é' AS a;\r\n";
    for (name, bytes) in [
        ("le.sql", units(text).into_iter().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        ("be.sql", units(text).into_iter().flat_map(u16::to_be_bytes).collect()),
    ] {
        fs::write(home.path(name), bytes).unwrap();
        assert!(home.demo(&["-q", "--format", "csv", "-f", name]).out.ends_with("a\né\n"), "{name}");
    }
    fs::write(home.path("odd.sql"), b"SELECT '\xff'").unwrap();
    home.demo(&["-f", "odd.sql"]).failed(2, "save it as UTF-8");
}
