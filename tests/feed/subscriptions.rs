//! The real binary on a demo tenant of this process: `auditql subscriptions`, and how queries of the feed end.

use std::process::{Command, Stdio};

use auditql::demo::{ContentType, Feed, Options, Tenant};

use super::live::feed;

async fn run(tenant: &Tenant, args: &[&str]) -> (Option<i32>, String) {
    let home = tempfile::tempdir().unwrap();
    let url = tenant.management_url();
    let config = format!(
        "version = 1\n[connections.lab]\ntenant = '{}'\nauth = 'access_token'\ngraph_url = '{url}'\n\
         management_url = '{url}'\nallow_insecure_loopback = true\ncontent_types = ['Audit.Exchange']\n",
        tenant.tenant_id()
    );
    std::fs::write(home.path().join("c.toml"), config).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
    command.args(["--config", "c.toml"]).args(args).current_dir(home.path()).env_clear();
    command.env("HOME", home.path()).env("AUDITQL_ACCESS_TOKEN", tenant.access_token()).stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_are_listed_started_and_stopped_on_ones_word() {
    let shape = Feed { records: 50, subscribed: vec![ContentType::Exchange], ..Feed::default() };
    let tenant = Tenant::start(feed(shape)).await.unwrap();
    let status = async |name: &str| {
        let (code, text) = run(&tenant, &["subscriptions", "list"]).await;
        assert_eq!(code, Some(0), "{text}");
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{text}"));
        line[name.len()..].trim().to_owned()
    };
    assert_eq!(status("Audit.Exchange").await, "enabled");
    assert_eq!(status("DLP.All").await, "not subscribed");
    let (code, text) = run(&tenant, &["subscriptions", "start", "dlp.all", "Audit.Exchange"]).await;
    assert!(code == Some(0) && text.contains("was already enabled"), "{text}");
    assert_eq!(status("DLP.All").await, "enabled");
    let (code, text) = run(&tenant, &["subscriptions", "stop", "DLP.All"]).await;
    assert!(code == Some(2) && text.contains("--yes"), "nobody is there to confirm: {text}");
    assert_eq!(status("DLP.All").await, "enabled");
    let (code, text) = run(&tenant, &["subscriptions", "stop", "--yes", "DLP.All"]).await;
    assert!(code == Some(0) && text.contains("stopped"), "{text}");
    assert_eq!(status("DLP.All").await, "not subscribed");
    let (code, text) = run(&tenant, &["subscriptions", "start", "Audit.All"]).await;
    assert!(code == Some(2) && text.contains("content types are"), "{text}");
    let (code, text) = run(&tenant, &["-c", "SELECT count(*) FROM m365.dlp"]).await;
    assert!(code == Some(0) && text.contains("leaves out DLP.All"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn content_that_is_gone_or_not_collected_is_no_short_answer() {
    let shape = Feed {
        records: 400,
        blob: 4,
        dead_per_million: 200_000,
        subscribed: vec![ContentType::Exchange, ContentType::General],
        ..Feed::default()
    };
    // The program asks for the days before the present one.
    let tenant = Tenant::start(Options { now: chrono::Utc::now(), ..feed(shape) }).await.unwrap();
    let ask = async |flags: &[&str], sql: &str| run(&tenant, &[flags, &["-c", sql]].concat()).await;
    let recent = "SELECT count(*) FROM m365.exchange";
    let (code, text) = ask(&[], recent).await;
    assert!(code == Some(5) && text.contains("is gone") && text.contains("--partial"), "{code:?} {text}");
    let (code, text) = ask(&["--partial"], recent).await;
    assert!(code == Some(5) && text.contains("INCOMPLETE") && text.contains("(1 row)"), "{code:?} {text}");
    let (code, text) = ask(&[], "SELECT count(*) FROM m365.activity WHERE content_type = 'Audit.General'").await;
    assert!(code == Some(0) && text.contains("leaves out Audit.General"), "{code:?} {text}");
}
