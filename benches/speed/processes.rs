//! Whole processes: how long a question takes from start to exit, how much memory a long one needs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::row;

const PROGRAM: &str = env!("CARGO_BIN_EXE_auditql");
const NOW: &str = "2026-05-01T12:00:00Z";
const REPETITIONS: usize = 20;

/// The argument that makes this program read everything from an address with a token, as fast as it can.
pub(crate) const SCAN: &str = "--scan";
/// What it reads.
pub(crate) const EVERYTHING: &str = "SELECT count(*), count(DISTINCT app_display_name), max(length(raw)) FROM sign_ins";

/// The demo tenant in a process of its own, and how to reach it.
struct Demo {
    process: Child,
    folder: tempfile::TempDir,
    token: String,
    url: String,
}

impl Demo {
    fn start(rows: usize) -> Self {
        let rows = rows.to_string();
        let mut process = Command::new(PROGRAM)
            .args(["demo", "--serve", "127.0.0.1:0", "--no-throttle", "--now", NOW, "--rows", &rows])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = String::new();
        let mut lines = BufReader::new(process.stdout.as_mut().unwrap());
        while !told.contains("AUDITQL_ACCESS_TOKEN=") {
            lines.read_line(&mut told).unwrap();
        }
        let token = told.split("AUDITQL_ACCESS_TOKEN=").nth(1).unwrap().trim().to_owned();
        let from = told.find("version = 1").unwrap();
        let config = &told[from..told.find("and then").unwrap()];
        let url = config.split("graph_url = \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("demo.toml"), config).unwrap();
        Self { process, folder, token, url }
    }

    /// A process that asks, at home in a folder where nobody asked before: the pace is shared by all processes of one home.
    fn ask(&self, sql: &str, home: &Path) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .arg("--config")
            .arg(self.folder.path().join("demo.toml"))
            .args(["-v", "-c", sql])
            .env("AUDITQL_ACCESS_TOKEN", &self.token)
            .env("HOME", home)
            .env_remove("XDG_STATE_HOME")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    /// What a question cost, in the program's own words.
    fn cost(&self, sql: &str) -> Option<String> {
        let home = tempfile::tempdir().unwrap();
        let output = self.ask(sql, home.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        said.lines().find(|line| line.ends_with(" received")).map(str::to_owned)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Median wall times. The client's own pace holds: five requests go out at once, and these questions need four or fewer.
pub(crate) fn latencies() {
    let demo = Demo::start(50_000);
    let newest = "SELECT created_date_time, user_principal_name, ip_address FROM sign_ins \
                  ORDER BY created_date_time DESC LIMIT 10";
    let one_user = "SELECT created_date_time, ip_address, status.error_code FROM sign_ins \
                    WHERE is_interactive AND user_principal_name = 'ines.vanderberg@lumenworks.example'";
    for (name, sql) in [("nothing (SELECT 1)", "SELECT 1"), ("newest ten", newest), ("one user", one_user)] {
        let mut times: Vec<Duration> = (0..REPETITIONS)
            .map(|_| {
                let home = tempfile::tempdir().unwrap();
                let begun = Instant::now();
                assert!(demo.ask(sql, home.path()).output().unwrap().status.success(), "{sql}");
                begun.elapsed()
            })
            .collect();
        times.sort();
        row(
            &format!("whole process, {name}, median of {REPETITIONS}"),
            format!("{} ms", times[REPETITIONS / 2].as_millis()),
        );
        demo.cost(sql).into_iter().for_each(|cost| row(&format!("cost of {name}"), cost));
    }
}

/// Peak memory of a scan of everything, for two sizes of tenant.
pub(crate) fn memory() {
    let peaks = [100_000, 400_000].map(|rows| {
        let demo = Demo::start(rows);
        let program = std::env::current_exe().unwrap();
        let mut process = Command::new(program).args([SCAN, &demo.url, &demo.token]).spawn().unwrap();
        let mut peak = 0;
        while process.try_wait().unwrap().is_none() {
            peak = peak.max(high_water(process.id()).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(5));
        }
        row(&format!("peak memory, {rows} rows"), format!("{} MiB", peak >> 10));
        peak
    });
    let [small, large] = peaks;
    row("peak memory, large : small", format!("{:.2}", f64::from(large) / f64::from(small)));
}

/// The high-water mark of a process's memory, in KiB.
fn high_water(process: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
