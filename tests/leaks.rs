//! What must never come out: characters that act on a terminal, and secrets, on every surface that people read.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::terminal::Terminal;

mod quoted;

/// Bidirectional and invisible characters by which texts have been forged.
const INVISIBLE: &str = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}\
    \u{2028}\u{2029}\u{feff}\u{200b}\u{200c}\u{200d}\u{2060}\u{ad}\u{e0001}\u{e0041}\u{e007f}\u{180e}\u{3164}";

fn hostile() -> impl Iterator<Item = char> {
    ('\u{1}'..='\u{1f}').chain('\u{7f}'..='\u{9f}').chain(INVISIBLE.chars())
}

const DEMO: [&str; 6] = ["demo", "--rows", "200", "--now", "2026-05-01T12:00:00Z", "--no-throttle"];

#[test]
fn no_character_that_acts_on_a_terminal_reaches_one_raw() {
    let home = tempfile::tempdir().unwrap();
    let all: String = hostile().collect();
    let cell: Vec<String> = hostile().map(|c| format!("chr({})", u32::from(c))).collect();
    let cell = cell.join(" || ");
    let name = format!("\"{all}\"");
    let as_cell = format!("SELECT 'begin' || {cell} || 'end' AS x, {{'a': {cell}}} AS s");
    let mut runs: Vec<Vec<String>> = Vec::new();
    for format in ["table", "csv", "tsv", "json", "ndjson", "markdown", "html"] {
        runs.push(vec!["--format".into(), format.into(), "-c".into(), format!("SELECT 'begin' || {cell} AS {name}")]);
    }
    let noted = format!("SELECT id FROM sign_ins WHERE risk_level_during_sign_in = '{}'", all.replace('\'', "''"));
    for sql in [
        as_cell,
        format!("SELECT {name} FROM sign_ins"),
        format!("SELECT * FROM {name}"),
        noted,
        format!("SELECT {all}"),
    ] {
        runs.push(vec!["-c".into(), sql]);
    }
    // Too narrow for a box: one column a line.
    runs.push(vec![
        "-c".into(),
        format!("SELECT {}", (0..12).map(|i| format!("{cell} AS c{i}")).collect::<Vec<_>>().join(", ")),
    ]);
    for run in runs {
        let args: Vec<&str> = DEMO.into_iter().chain(run.iter().map(String::as_str)).collect();
        let terminal = Terminal::open(home.path(), 80, &args, &[("TERM", "dumb")]);
        let (_, bytes) = terminal.end();
        let text = String::from_utf8(bytes).unwrap();
        let raw: Vec<char> =
            text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\t') && hostile().any(|h| h == *c)).collect();
        assert!(raw.is_empty() && !text.trim().is_empty(), "{run:?}: {raw:?} in {text:?}");
    }
}

#[test]
fn hostile_names_of_tables_stay_names_at_the_prompt() {
    let home = tempfile::tempdir().unwrap();
    let script = "CREATE VIEW \"a\u{1b}]0;x\u{7}\u{202e}b\" AS SELECT 1 AS \"c\u{9b}2J\";\nSELECT 'made' AS v;\n";
    fs::write(home.path().join("v.sql"), script).unwrap();
    let mut terminal = Terminal::demo(home.path(), 400, &["--no-throttle"]);
    terminal.line("\\i v.sql", "(1 row)");
    terminal.line("\\d", "A view of your own.");
    terminal.wait_for("a␛]0;x␇\\u{202e}b");
    terminal.keys("SELECT * FROM \t");
    terminal.wait_for("sign_ins");
    let bytes = terminal.bytes();
    let found = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    assert!(!found(b"\x1b]0;x") && !found("\u{202e}".as_bytes()) && !found("\u{9b}".as_bytes()));
}

/// A secret, with characters that each encoding changes.
const SECRET: &str = "CANARY/+=?&-s3cr3t-CANARY/+=";

/// The ways in which it could come out.
fn shapes() -> [String; 3] {
    let core = &SECRET[..24];
    [core.into(), base64(core.as_bytes()), utf8_percent_encode(core, NON_ALPHANUMERIC).to_string()]
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift & 63) as usize]))
    };
    bytes.chunks_exact(3).flat_map(group).collect()
}

/// A service that refuses, and quotes the token that it was sent.
fn quoting() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 8192];
            let read = stream.read(&mut request).unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..read]).into_owned();
            let token = text.lines().find_map(|line| line.split_once("Bearer ")).map_or("", |(_, token)| token.trim());
            let body = format!("{{\"error\":{{\"code\":\"Forbidden\",\"message\":\"the token {token} may not\"}}}}");
            let length = body.len();
            let _ =
                write!(stream, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        }
    });
    url
}

/// Places of a configuration where a secret does not belong, and nobody knows that it is one.
const MISPLACED: [&str; 7] =
    ["auth", "tenant", "cloud", "api_version", "kind", "graph_url", "auth = \"client_secret\"\nclient_id = \"SECRET\""];

fn output(home: &Path, args: &[&str]) -> String {
    let mut command = bare(home, args);
    said(command.envs(SECRETS))
}

/// The program, in an empty environment.
fn bare(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(args).current_dir(home).env_clear().env("HOME", home).stdin(Stdio::null());
    command
}

/// All that it says.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

const SECRETS: [(&str, &str); 3] =
    [("AUDITQL_ACCESS_TOKEN", SECRET), ("AZURE_CLIENT_SECRET", SECRET), ("RUST_LOG", "trace")];

#[test]
fn planted_secrets_come_out_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let url = quoting();
    let config = format!(
        "version = 1\n[connections.lab]\ntenant = \"lab.example\"\nauth = \"access_token\"\ngraph_url = \"{url}\"\n\
         allow_insecure_loopback = true\n"
    );
    fs::create_dir_all(home.path().join(".config/auditql")).unwrap();
    fs::write(home.path().join(".config/auditql/config.toml"), config).unwrap();
    fs::write(home.path().join("bad.toml"), format!("version = 1\nclient_secret = \"{SECRET}\"\n")).unwrap();
    fs::write(home.path().join("broken.toml"), format!("version = 1\ntoken = {SECRET}\n")).unwrap();
    let mut surfaces: Vec<(&str, String)> = [
        ("an error of a query", "SELECT nope FROM sign_ins"),
        ("a refusal that quotes the token", "SELECT count(*) FROM sign_ins"),
        ("EXPLAIN", "EXPLAIN SELECT * FROM sign_ins"),
        ("EXPLAIN VERBOSE", "EXPLAIN VERBOSE SELECT * FROM sign_ins"),
        ("EXPLAIN ANALYZE", "EXPLAIN ANALYZE SELECT * FROM sign_ins"),
        ("SHOW ALL", "SHOW ALL"),
        ("df_settings", "SELECT * FROM information_schema.df_settings"),
        ("settings", "SELECT * FROM auditql.settings"),
        ("tables", "SELECT * FROM information_schema.tables"),
    ]
    .map(|(surface, sql)| (surface, output(home.path(), &["-v", "-c", sql])))
    .into();
    surfaces.push(("a file with a secret", output(home.path(), &["--config", "bad.toml", "-c", "SELECT 1"])));
    surfaces.push(("a file that is broken", output(home.path(), &["--config", "broken.toml", "-c", "SELECT 1"])));
    surfaces.push(("a flag", output(home.path(), &["--client-secret", SECRET])));
    for key in MISPLACED {
        let line = if key.contains('=') { key.replace("SECRET", SECRET) } else { format!("{key} = \"{SECRET}\"") };
        let config =
            format!("version = 1\nconnection = \"lab\"\n[connections.lab]\ntenant = \"lab.example\"\n{line}\n");
        // The first of two equal keys would be the error.
        let config = if key == "tenant" { config.replace("tenant = \"lab.example\"\n", "") } else { config };
        fs::write(home.path().join("odd.toml"), config).unwrap();
        let mut command = bare(home.path(), &["--config", "odd.toml", "-c", "SELECT 1"]);
        surfaces.push((key, said(command.env("AZURE_CLIENT_SECRET", "another"))));
    }
    for flag in ["--connection", "--format", "--timeout"] {
        surfaces.push((flag, output(home.path(), &[flag, SECRET, "-c", "SELECT 1"])));
    }
    let mut terminal = Terminal::open(home.path(), 100, &[], &SECRETS);
    terminal.wait_for("lab>");
    for (line, awaited) in
        [("\\connections", "* lab"), ("\\set", "memory_limit"), ("SELECT count(*) FROM sign_ins;", "error:")]
    {
        terminal.line(line, awaited);
    }
    // What is typed is echoed, so the screen is taken before.
    surfaces.push(("the prompt", String::from_utf8_lossy(&terminal.bytes()).into_owned()));
    terminal.line(&format!(" SELECT 40 + 2 AS answer, '{SECRET}' = 'x' AS same;"), "42");
    terminal.line(&format!("SELECT 40 + 3 AS answer, 'token {SECRET}' = 'x' AS same;"), "43");
    terminal.keys("\\q\r");
    terminal.end();
    let history = home.path().join(".local/state/auditql/history");
    surfaces.push(("the history", fs::read_to_string(history).unwrap()));
    for (surface, text) in surfaces {
        assert!(!text.trim().is_empty(), "{surface} says nothing");
        for shape in shapes() {
            assert!(!text.contains(&shape), "{surface} shows {shape}: {text}");
        }
    }
}

#[test]
fn a_log_filter_in_the_environment_opens_no_log() {
    let home = tempfile::tempdir().unwrap();
    let text = output(home.path(), &["--format", "csv", "-c", "SELECT 1 AS n"]);
    assert_eq!(text, "n\n1\n");
}
