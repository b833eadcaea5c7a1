//! Results that may be shown outside: nobody's name or address is left in them, and they can still be joined.

use std::collections::BTreeSet;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn demo(home: &TempDir, args: &[&str]) -> Output {
    let demo = ["demo", "--rows", "600", "--now", "2026-05-01T12:00:00Z", "--no-throttle"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(demo).args(args).current_dir(home.path()).env_clear().env("HOME", home.path());
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Everything in the demo's records that points to somebody.
fn secrets(home: &TempDir) -> BTreeSet<String> {
    let sql = "SELECT user_display_name, user_principal_name, user_id, ip_address FROM sign_ins";
    let rows = text(demo(home, &["--format", "ndjson", "-c", sql]));
    let rows = rows.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let values = rows.flat_map(|row| row.as_object().unwrap().values().cloned().collect::<Vec<_>>());
    let texts = values.filter_map(|value| value.as_str().map(str::to_lowercase));
    texts.filter(|text| text.len() > 3 && !text.starts_with("00000000-0000")).collect()
}

#[test]
fn no_format_shows_anybody() {
    let home = tempfile::tempdir().unwrap();
    let secrets = secrets(&home);
    assert!(secrets.len() > 50);
    for sql in [
        "SELECT * FROM sign_ins",
        "SELECT user_display_name AS a, upper(user_display_name) AS b, user_display_name || ' from ' || ip_address AS c, \
         max(user_principal_name) AS d, array_agg(ip_address) AS e FROM sign_ins GROUP BY 1, 2, 3",
        "SELECT named_struct('u', user_id, 'i', [ip_address]) AS f, [user_display_name] AS g FROM sign_ins",
        "SELECT w.who FROM (SELECT user_display_name AS who FROM sign_ins UNION ALL SELECT user_id FROM sign_ins) w",
        "SELECT raw -> 'userDisplayName' AS j, raw ->> 'ipAddress' AS k FROM sign_ins",
        "CREATE TABLE kept AS SELECT user_display_name AS x, ip_address AS y FROM sign_ins; SELECT * FROM kept",
    ] {
        for format in ["table", "csv", "tsv", "json", "ndjson", "markdown", "arrow"] {
            let shown = text(demo(&home, &["--redact", "--format", format, "-c", sql])).to_lowercase();
            assert!(shown.len() > 100, "{format}: {sql}");
            let found: Vec<&String> = secrets.iter().filter(|secret| shown.contains(*secret)).take(3).collect();
            assert!(found.is_empty(), "{format}: {sql}: {found:?}");
        }
    }
}

#[test]
fn equal_values_stay_equal_and_a_key_makes_runs_agree() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("key"), "0123456789abcdef0123456789abcdef").unwrap();
    let sql = "SELECT user_principal_name, ip_address, status.error_code FROM sign_ins ORDER BY id";
    let plain = text(demo(&home, &["--format", "csv", "-c", sql]));
    let with = |args: &[&str]| text(demo(&home, &[args, &["--format", "csv", "-c", sql]].concat()));
    let keyed = with(&["--redact-key", "key"]);
    assert_eq!(keyed, with(&["--redact-key", "key"]));
    assert_ne!(with(&["--redact"]), with(&["--redact"]));
    let column = |text: &str, at: usize| -> Vec<String> {
        text.lines().map(|line| line.split(',').nth(at).unwrap().to_owned()).collect()
    };
    for at in [0, 1] {
        let pairs: BTreeSet<(String, String)> = column(&plain, at).into_iter().zip(column(&keyed, at)).collect();
        let (from, to): (BTreeSet<&String>, BTreeSet<&String>) = pairs.iter().map(|(a, b)| (a, b)).unzip();
        assert!(from.len() == pairs.len() && to.len() == pairs.len() && from.len() > 10, "{pairs:?}");
    }
    assert_eq!(column(&plain, 2), column(&keyed, 2));
    assert!(keyed.contains("@redacted.example") && keyed.contains(",24"), "{keyed}");
}

#[test]
fn a_key_that_could_be_guessed_is_refused() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("key"), "short\n").unwrap();
    let refused = demo(&home, &["--redact-key", "key", "-c", "SELECT 1"]);
    assert_eq!(refused.status.code(), Some(2));
}
