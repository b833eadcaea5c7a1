//! What a tenant of many sign-ins takes: a few numbers for each, whose text is made when it is served.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Bytes that a sign-in may take while the tenant runs, the lists of what was asked included.
const EACH: usize = 700;

/// The most memory that the program takes with so many sign-ins, in bytes, while it asks for the newest and counts some.
fn most(rows: usize) -> usize {
    let home = tempfile::tempdir().unwrap();
    let out = fs::File::create(home.path().join("out")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path()).stdin(Stdio::null());
    let rows = rows.to_string();
    command.args(["--format", "csv", "demo", "--now", super::NOW, "--no-throttle", "--rows", &rows]);
    command.args(["-c", "SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 1"]);
    command.args(["-c", "SELECT count(*) AS n FROM sign_ins WHERE created_date_time >= now() - INTERVAL '1 hour'"]);
    let mut child = command.stdout(out.try_clone().unwrap()).stderr(out).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most: usize = 0;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        most = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(0).max(most);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let said = fs::read_to_string(home.path().join("out")).unwrap();
    assert!(ended.success() && said.contains("id\n") && said.contains("n\n"), "{said}");
    most * 1024
}

#[test]
fn a_sign_in_takes_a_few_numbers() {
    let (few, many) = (most(1_000), most(80_000));
    let each = many.saturating_sub(few) / 79_000;
    println!("{each} bytes for a sign-in");
    assert!(each <= EACH, "{each} bytes for a sign-in");
}

/// A million sign-ins within 1 GiB, the engine that asks for them included.
#[test]
fn a_million_sign_ins_fit_into_a_gibibyte() {
    if !crate::laws::is_full_tier() {
        return;
    }
    let most = most(1_000_000);
    println!("{} MiB for a million sign-ins", most >> 20);
    assert!(most <= 1 << 30, "{} MiB", most >> 20);
}
