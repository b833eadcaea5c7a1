//! What a statement holds in memory while it reads: bodies count against the limit, and no page or blob is decoded into more
//! than a few times its size, whatever it is made of.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use auditql::auth::Connection;
use auditql::engine::{Engine, Error};
use auditql::settings::Settings;

use crate::hostile::{connection, engine, options};
use crate::lab::{answer, cause};
use crate::scripted::{Reply, Seen, Server};

const MIB: usize = 1 << 20;

/// A feed of one window with so many blobs of this body; anything else that is asked gets the body as a page.
fn script(blobs: usize, body: String) -> impl FnMut(&Seen) -> Reply + Send + 'static {
    let mut listed = false;
    move |seen| match seen.target.as_str() {
        target if target.contains("/subscriptions/list") => {
            Reply::json(r#"[{"contentType":"Audit.Exchange","status":"enabled"}]"#)
        }
        target if target.contains("/subscriptions/content") => {
            let own = format!("http://{}/api/v1.0/x/activity/feed/audit", seen.header("host"));
            let start = target.split("startTime=").nth(1).unwrap_or_default().split('&').next().unwrap();
            let created = format!("{}.000Z", start.replace("%3A", ":").trim_end_matches('Z'));
            let entry = |n| {
                format!(
                    r#"{{"contentType":"Audit.Exchange","contentId":"b{n}","contentUri":"{own}/b{n}","contentCreated":"{created}"}}"#
                )
            };
            let count = if std::mem::replace(&mut listed, true) { 0 } else { blobs };
            Reply::json(format!("[{}]", (0..count).map(entry).collect::<Vec<_>>().join(",")))
        }
        _ => Reply::json(body.clone()),
    }
}

/// An array of so many bytes of this record; a page if it is to be one.
fn full(bytes: usize, record: &str, page: bool) -> String {
    let records = vec![record; bytes / (record.len() + 1)].join(",");
    if page { format!(r#"{{"value":[{records}]}}"#) } else { format!("[{records}]") }
}

fn limited(server: &Server, memory_limit: usize) -> Engine {
    let connection = Connection { management_url: Some(server.origin()), ..connection(server.origin()) };
    engine(connection, Settings { memory_limit, ..Settings::default() }, options())
}

const RECORD: &str = r#"{"Id":"a","CreationTime":"2026-05-01T11:00:00","RecordType":2,"Operation":"Send"}"#;
const ACTIVITY: &str = "SELECT count(*) FROM m365.exchange WHERE content_created >= '2026-05-01T11:00:00'";

#[tokio::test(flavor = "multi_thread")]
async fn bodies_count_against_the_limit_of_memory() {
    let text = format!(
        r#"{{"id":"a","createdDateTime":"2026-05-01T11:00:00Z","signInEventTypes":["interactiveUser"],"x":"{}"}}"#,
        "x".repeat(12 * MIB)
    );
    let page = format!(r#"{{"value":[{text}]}}"#);
    for (limit, blobs, body, sql, fits) in [
        (8 * MIB, 0, page.clone(), "SELECT count(*) FROM sign_ins WHERE is_interactive", false),
        (64 * MIB, 0, page, "SELECT count(*) FROM sign_ins WHERE is_interactive", true),
        (8 * MIB, 8, full(3 * MIB, RECORD, false), ACTIVITY, false),
        (64 * MIB, 8, full(3 * MIB, RECORD, false), ACTIVITY, true),
    ] {
        let server = Server::start(script(blobs, body)).await;
        let result = answer(&limited(&server, limit), sql).await;
        let refused = result.as_ref().err().and_then(cause::<Error>);
        assert!(
            matches!(refused, Some(Error::Memory(_))) != fits && result.is_ok() == fits,
            "{limit} {sql}: {refused:?}"
        );
    }
}

/// How far the memory of the program grows over what it takes for nothing, in MiB, and what it said.
#[cfg(target_os = "linux")]
fn growth(home: &std::path::Path, flags: &[&str], sql: &str) -> (usize, String) {
    let run = |sql: &str| -> (usize, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.env_clear().env("HOME", home).env("AUDITQL_ACCESS_TOKEN", "token").current_dir(home);
        command.args(["--config", "c.toml"]).args(flags).args(["-c", sql]).stdin(Stdio::null());
        let out = fs::File::create(home.join("out")).unwrap();
        let mut child = command.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
        let status = format!("/proc/{}/status", child.id());
        let mut most: usize = 0;
        while child.try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            most = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0).max(most);
            std::thread::sleep(Duration::from_millis(5));
        }
        (most / 1024, String::from_utf8_lossy(&fs::read(home.join("out")).unwrap()).into_owned())
    };
    let (nothing, _) = run("SELECT 1");
    let (most, said) = run(sql);
    (most.saturating_sub(nothing), said)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_body_full_of_small_records_is_not_decoded_at_once() {
    let types = r#"{"id":"a","createdDateTime":"2026-05-01T11:00:00Z","signInEventTypes":["interactiveUser"]}"#;
    let since = (chrono::Utc::now() - chrono::TimeDelta::hours(2)).format("%Y-%m-%dT%H:%M:%SZ");
    let recent = format!("SELECT count(*) FROM m365.activity WHERE content_created >= '{since}'");
    for (blobs, body, sql, end) in [
        (0, full(30 * MIB, "{}", true), "SELECT * FROM sign_ins WHERE is_interactive", "more than 50000 records"),
        (0, full(4 * MIB, types, true), "SELECT count(*) FROM sign_ins WHERE is_interactive", "count(*)\n"),
        // Before there were parts, each MiB of such a blob became twenty.
        (1, full(16 * MIB, r#"{"Id":"a","RecordType":1}"#, false), recent.as_str(), "count(*)\n1\n"),
    ] {
        let server = Server::start(script(blobs, body)).await;
        let home = tempfile::tempdir().unwrap();
        let origin = server.url("/");
        let config = format!(
            "version = 1\n[connections.a]\ntenant = \"7b795fb9-09d3-42f4-a494-38864f99ba3c\"\nauth = \"access_token\"\n\
             graph_url = \"{origin}\"\nmanagement_url = \"{origin}\"\nallow_insecure_loopback = true\n"
        );
        fs::write(home.path().join("c.toml"), config).unwrap();
        let (path, asked) = (home.path().to_owned(), sql.to_owned());
        let (grown, said) =
            tokio::task::spawn_blocking(move || growth(&path, &["--format", "csv"], &asked)).await.unwrap();
        assert!(said.contains(end), "{sql}: {said}");
        assert!(grown <= 160, "{sql}: {grown} MiB");
    }
}

/// The list of 1,000 names of 30 letters beside each of them.
#[cfg(target_os = "linux")]
const NAMES: &str =
    "SELECT n, string_agg(lpad(n::text, 30, 'x'), ',') OVER () AS names FROM generate_series(1, 1000) t(n)";

#[cfg(target_os = "linux")]
#[test]
fn a_long_text_beside_each_row_is_not_written_out_in_memory() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("c.toml"), "version = 1\n").unwrap();
    for (format, end) in [
        ("csv", "x1000\"\n"),
        ("ndjson", "x1000\"}\n"),
        ("table", "(1000 rows)\n"),
        ("parquet", "PAR1"),
        ("arrow", "ARROW1"),
    ] {
        let (grown, said) = growth(home.path(), &["--format", format, "--stream"], NAMES);
        let begun = said.chars().take(300).collect::<String>();
        assert!(said.ends_with(end), "{format}: {begun}");
        // Written out it is 31 MB, and was held several times.
        assert!(grown <= 45, "{format}: {grown} MiB");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_text_of_each_row_ends_in_words_and_not_in_an_abort() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("c.toml"), "version = 1\n").unwrap();
    let growing = NAMES.replace("OVER ()", "OVER (ORDER BY n)");
    let (grown, said) = growth(home.path(), &["--memory-limit", "16MiB", "--format", "csv"], &growing);
    assert!(said.starts_with("error: string_agg over a window takes too much memory: "), "{said}");
    assert!(said.contains("a query may hold 16 MiB of them") && said.contains("--memory-limit"), "{said}");
    assert!(grown <= 60, "{grown} MiB");
}
