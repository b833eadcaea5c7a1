//! Several processes of one user, side by side: together they keep the quota that the service counts for their application.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use auditql::demo::{Options, Tenant, Throttle};

use super::lab;

/// What the tenant allows.
const QUOTA: Throttle = Throttle { requests: 3, window: Duration::from_millis(900) };

/// How many requests were refused, how many answered, and how long all of it took: three programs, one statement each.
async fn refused(pace: Option<&str>) -> (usize, usize, Duration) {
    let home = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(Options { throttle: Some(QUOTA), rows: 6_000, ..lab::options(0) }).await.unwrap();
    let config = home.path().join("c.toml");
    let text = format!(
        "version = 1\n[connections.demo]\ntenant = \"{}\"\nauth = \"access_token\"\ngraph_url = \"{}\"\n\
         allow_insecure_loopback = true\nkeeps_days = \"all\"\n[connections.demo.quota]\nreports = \"3/1s\"\n",
        tenant.tenant_id(),
        tenant.graph_url()
    );
    fs::write(&config, text).unwrap();
    let begun = Instant::now();
    let running: Vec<_> =
        (0..3).map(|_| program(home.path(), &config, tenant.access_token(), pace).spawn().unwrap()).collect();
    let outputs = tokio::task::spawn_blocking(|| {
        running.into_iter().map(|one| one.wait_with_output().unwrap()).collect::<Vec<_>>()
    });
    for output in outputs.await.unwrap() {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout).lines().count(), 2, "one number below a heading");
    }
    let stats = tenant.stats();
    let refused = usize::try_from(stats.total().throttled).unwrap();
    (refused, stats.requests.len() - refused, begun.elapsed())
}

fn program(home: &Path, config: &Path, token: &str, pace: Option<&str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.env_clear().env("HOME", home).env("AUDITQL_ACCESS_TOKEN", token).current_dir(home);
    command.envs(pace.map(|folder| ("AUDITQL_PACE_FOLDER", folder)));
    command.arg("--config").arg(config).args(["--format", "csv", "-c", "SELECT count(*) AS n FROM sign_ins"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_keep_one_quota_together_and_use_it() {
    let (refused_together, answered, took) = refused(None).await;
    assert!(answered >= 12, "{answered}: too few to exceed anything");
    assert_eq!(refused_together, 0, "of {answered}");
    // Three a window of 1.25 s (a second and the margin); the last needs no window of its own. Starting a program takes time too.
    let least = Duration::from_millis(1_250) * u32::try_from((answered - 1) / 3).unwrap();
    assert!(took >= least, "{took:?} is less than {least:?}");
    assert!(took <= least + Duration::from_secs(30), "{took:?} of {least:?}: nobody waits for nothing");
    let (refused_apart, ..) = refused(Some("none")).await;
    assert!(refused_apart > 0, "processes that do not know of one another exceed it");
}
