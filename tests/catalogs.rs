//! The program with several connections: each is a catalog beside the chosen one, what is wrong with one is told to whoever asks
//! it and to nobody else, and no token or secret goes where it was not given for.

use std::fs;
use std::process::Stdio;

use auditql::demo::{Options, Tenant};
use tempfile::TempDir;
use tokio::process::Command;

use super::lab;
use super::scripted::{Reply, Server};

/// A home, and two tenants: contoso is the chosen connection.
struct Home {
    folder: TempDir,
    contoso: Tenant,
    fabrikam: Tenant,
}

/// Connections that cannot be used: name, what it says, what is said of it.
const BROKEN: &[(&str, &str, &str)] = &[
    ("untenanted", "auth = 'azure_cli'", "it names no tenant"),
    ("misplaced", "tenant = 'a.example'\ngraph_url = 'http://graph.example'", "graph_url may be plain http only"),
    ("misspelt", "tenant = 'a.example'\nauth = 'magic'", "it has an unknown value of auth"),
    ("typed", "tenant = 'a.example'\nauth = 'azure_cli'\ncontent_types = ['Audit.Nothing']", "Audit.Nothing"),
    (
        "secretless",
        "tenant = 'a.example'\nauth = 'client_secret'\nclient_id = '7b795fb9-09d3-42f4-a494-38864f99ba3c'",
        "AZURE_CLIENT_SECRET_SECRETLESS",
    ),
    (
        "certified",
        "tenant = 'a.example'\nauth = 'certificate'\nclient_id = '7b795fb9-09d3-42f4-a494-38864f99ba3c'\ncertificate_path = 'nowhere.pem'",
        "nowhere.pem",
    ),
    ("main", "tenant = 'a.example'\nauth = 'azure_cli'", "it has a reserved name"),
    ("my-tenant", "tenant = 'a.example'\nauth = 'azure_cli'", "it has a name that SQL would have to quote"),
];

impl Home {
    async fn new() -> Self {
        let contoso = Tenant::start(lab::options(1_500)).await.unwrap();
        let fabrikam = Tenant::start(Options { seed: 5, ..lab::options(1_200) }).await.unwrap();
        Self { folder: tempfile::tempdir().unwrap(), contoso, fabrikam }
    }

    fn section(name: &str, tenant: &Tenant) -> String {
        let (id, url) = (tenant.tenant_id(), tenant.graph_url());
        format!(
            "[connections.{name}]\ntenant = '{id}'\nauth = 'access_token'\ngraph_url = '{url}'\nmanagement_url = '{url}'\n\
             allow_insecure_loopback = true\nkeeps_days = 'all'\n[connections.{name}.quota]\nreports = 'none'\n"
        )
    }

    /// Both tenants, and what else the configuration says.
    fn configure(&self, more: &str) {
        let both = Self::section("contoso", &self.contoso) + &Self::section("fabrikam", &self.fabrikam);
        let folder = self.folder.path().join(".config/auditql");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), format!("version = 1\nconnection = 'contoso'\n{both}{more}")).unwrap();
    }

    async fn run(&self, args: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(args).current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path());
        command.env("AUDITQL_ACCESS_TOKEN", self.contoso.access_token()).envs(env.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let output = command.output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), format!("{}{}", text(output.stdout), text(output.stderr)))
    }

    /// The answer to a statement when both tokens are there.
    async fn ask(&self, sql: &str, more: &[&str]) -> (Option<i32>, String) {
        let args = [&["--format", "csv", "-q", "-c", sql][..], more].concat();
        self.run(&args, &[("AUDITQL_ACCESS_TOKEN_FABRIKAM", self.fabrikam.access_token())]).await
    }

    async fn good(&self, sql: &str) -> String {
        let (code, text) = self.ask(sql, &[]).await;
        assert_eq!(code, Some(0), "{sql}\n{text}");
        text
    }

    /// Requests that each of the two was sent, since the last look.
    fn requests(&self) -> [usize; 2] {
        [&self.contoso, &self.fabrikam].map(|tenant| {
            let requests = tenant.stats().requests.len();
            tenant.reset_stats();
            requests
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_connection_is_a_catalog_and_all_tenants_has_them_all() {
    let home = Home::new().await;
    home.configure("");
    let count = |table: &str| format!("SELECT count(*) AS n FROM {table} WHERE is_interactive");
    let chosen = home.good(&count("sign_ins")).await;
    let [of_contoso, of_fabrikam] = home.requests();
    assert!(of_contoso > 0 && of_fabrikam == 0, "{of_contoso} {of_fabrikam}");
    assert_eq!(home.good(&count("contoso.entra.sign_ins")).await, chosen);
    home.requests();
    let other = home.good(&count("fabrikam.entra.sign_ins")).await;
    assert_eq!(home.requests()[0], 0, "who is not asked is sent nothing");
    let each =
        "SELECT tenant_name, count(*) AS n FROM all_tenants.entra.sign_ins WHERE is_interactive GROUP BY 1 ORDER BY 1";
    let n = |text: &str| text.lines().nth(1).unwrap().to_owned();
    assert_eq!(home.good(each).await, format!("tenant_name,n\ncontoso,{}\nfabrikam,{}\n", n(&chosen), n(&other)));
    home.requests();
    home.good("EXPLAIN SELECT * FROM all_tenants.entra.sign_ins").await;
    home.good("SELECT name, flaw FROM auditql.connections").await;
    assert_eq!(home.requests(), [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_connection_is_told_to_whoever_asks_it_and_to_nobody_else() {
    let home = Home::new().await;
    let newest =
        |table: &str| format!("SELECT id FROM {table} WHERE is_interactive ORDER BY created_date_time DESC LIMIT 1");
    for (name, section, why) in BROKEN {
        home.configure(&format!("[connections.{name}]\n{section}\n"));
        home.good(&newest("sign_ins")).await;
        home.good(&newest("fabrikam.entra.sign_ins")).await;
        home.requests();
        let all = newest("all_tenants.entra.sign_ins");
        let (code, text) = home.ask(&all, &[]).await;
        assert!(code != Some(0) && text.contains(name) && text.contains(why), "{name}: {code:?} {text}");
        let without = all.replace("WHERE", &format!("WHERE tenant_name <> '{name}' AND"));
        home.good(&without).await;
        if *name != "main" {
            let (code, text) = home.ask(&newest(&format!("\"{name}\".entra.sign_ins")), &[]).await;
            assert!(code != Some(0) && text.contains(why), "{name}: {code:?} {text}");
        }
        let explained = home.good("EXPLAIN SELECT id FROM all_tenants.entra.sign_ins").await;
        // What a credential lacks is found out when somebody signs in.
        let late = ["secretless", "certified"].contains(name);
        assert_eq!(explained.contains("nothing can be sent"), !late, "{name}: {explained}");
        let known = home.good(&format!("SELECT is_default FROM auditql.connections WHERE name = '{name}'")).await;
        assert_eq!(known, "is_default\nfalse\n", "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_tenant_is_named_and_no_answer_is_smaller() {
    let home = Home::new().await;
    let dead = "[connections.dead]\ntenant = 'a.example'\nauth = 'access_token'\ngraph_url = 'http://127.0.0.1:9'\n\
                allow_insecure_loopback = true\n";
    home.configure(dead);
    home.good("SELECT id FROM sign_ins WHERE is_interactive LIMIT 1").await;
    let env = [("AUDITQL_ACCESS_TOKEN_FABRIKAM", home.fabrikam.access_token()), ("AUDITQL_ACCESS_TOKEN_DEAD", "t")];
    let count = "SELECT tenant_name, count(*) FROM all_tenants.entra.sign_ins WHERE is_interactive GROUP BY 1";
    let (code, text) = home.run(&["-q", "--timeout", "4s", "-c", count], &env).await;
    assert!(code != Some(0) && text.contains("dead"), "{code:?} {text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_others_can_be_left_out() {
    let home = Home::new().await;
    home.configure("[connections.main]\ntenant = 'a.example'\n");
    let names = "SELECT DISTINCT tenant_name FROM all_tenants.entra.sign_ins WHERE is_interactive";
    let (code, text) = home.ask(names, &["--only"]).await;
    assert_eq!((code, text.as_str()), (Some(0), "tenant_name\ncontoso\n"));
    let (code, text) = home.ask("SELECT id FROM fabrikam.entra.sign_ins", &["--only"]).await;
    assert!(code == Some(1) && text.contains("fabrikam"), "{code:?} {text}");
    let path = home.folder.path().join(".config/auditql/config.toml");
    let text = fs::read_to_string(&path).unwrap().replacen("version = 1", "version = 1\nonly = true", 1);
    fs::write(&path, text).unwrap();
    assert_eq!(home.good(names).await, "tenant_name\ncontoso\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_goes_to_the_connection_that_it_was_given_for() {
    let home = Home::new().await;
    home.configure("");
    let ask = [
        "-q",
        "-c",
        "SELECT id FROM all_tenants.entra.sign_ins WHERE is_interactive AND tenant_name <> 'contoso' LIMIT 1",
    ];
    home.requests();
    let (code, text) = home.run(&ask, &[]).await;
    assert!(code == Some(3) && text.contains("AUDITQL_ACCESS_TOKEN_FABRIKAM"), "{code:?} {text}");
    assert!(!text.contains(home.contoso.access_token()));
    assert_eq!(home.requests(), [0, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_in_the_working_folder_adds_no_catalog() {
    let home = Home::new().await;
    let thief = Server::start(|_| Reply::json(r#"{"value":[]}"#)).await;
    home.configure("");
    let all = "SELECT id FROM all_tenants.entra.sign_ins WHERE is_interactive LIMIT 1";
    let hostile = format!(
        "[connections.thief]\ntenant = 'a.example'\nauth = 'access_token'\ngraph_url = '{}'\nallow_insecure_loopback = true",
        thief.origin()
    );
    for text in [hostile.as_str(), "only = true"] {
        fs::write(home.folder.path().join("auditql.toml"), format!("version = 1\n{text}\n")).unwrap();
        let (code, text) = home.ask(all, &[]).await;
        assert!(code == Some(2) && text.contains("a file in the working folder may not set"), "{code:?} {text}");
    }
    // It may choose, and the token that was given for the choice of the user goes nowhere else by that.
    fs::write(home.folder.path().join("auditql.toml"), "version = 1\nconnection = 'fabrikam'\n").unwrap();
    home.requests();
    let (code, text) = home.ask("SELECT id FROM contoso.entra.sign_ins LIMIT 1", &[]).await;
    assert!(code == Some(3) && text.contains("AUDITQL_ACCESS_TOKEN_CONTOSO"), "{code:?} {text}");
    assert_eq!(home.requests(), [0, 0]);
    assert!(thief.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_has_two_tenants_that_one_address_attacked() {
    let home = tempfile::tempdir().unwrap();
    let run = async |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(["demo", "--rows", "2000", "--no-throttle", "--now", "2026-05-01T12:00:00Z", "-q"]).args(args);
        command.current_dir(home.path()).env_clear().env("HOME", home.path()).stdin(Stdio::null());
        let output = command.output().await.unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), format!("{}{}", text(output.stdout), text(output.stderr)))
    };
    let both = "SELECT ip_address FROM all_tenants.entra.sign_ins WHERE is_interactive AND status.error_code = 50126 \
                GROUP BY 1 HAVING count(DISTINCT tenant_name) > 1";
    let (code, text) = run(&["--tenants", "2", "--format", "csv", "-c", both]).await;
    assert_eq!((code, text.as_str()), (Some(0), "ip_address\n203.0.113.91\n"));
    let people = "SELECT count(*) FROM lumenworks.entra.users a JOIN brightwater.entra.users b \
                  ON a.id = b.id OR a.user_principal_name = b.user_principal_name";
    let (code, text) = run(&["--tenants", "2", "--format", "csv", "-c", people]).await;
    assert_eq!((code, text.lines().last()), (Some(0), Some("0")), "{text}");
    // One tenant is what it was: a catalog named demo, and nothing beside it.
    let (code, text) = run(&["--format", "csv", "-c", "SELECT name FROM auditql.connections"]).await;
    assert_eq!((code, text.as_str()), (Some(0), "name\ndemo\n"));
    for wrong in [["--tenants", "3"], ["--tenants", "0"], ["--tenants", "two"]] {
        assert_eq!(run(&[&wrong[..], &["-c", "SELECT 1"]].concat()).await.0, Some(2), "{wrong:?}");
    }
}
