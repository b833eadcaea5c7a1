//! The program itself: what it takes from its surroundings, and what it does not.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use tempfile::TempDir;
use tokio::process::Command;

use super::{case, counted, token};
use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::{APP, Authority, TENANT};

/// A home with a configuration, services beside it, and the authority that signed for them.
pub(crate) struct Place {
    pub(crate) home: TempDir,
    pub(crate) authority: Authority,
    pub(crate) graph: Server,
}

impl Place {
    pub(crate) async fn new() -> Self {
        Self::serving(|_| Reply::json(r#"{"value":[]}"#)).await
    }

    pub(crate) async fn serving(graph: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        let (home, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        fs::write(home.path().join("ca.pem"), authority.pem()).unwrap();
        Self { home, authority, graph: Server::start(graph).await }
    }

    /// Writes the user's configuration: a connection with this `auth`, and more keys.
    pub(crate) fn configure(&self, auth: &str, more: &str) {
        let graph = self.graph.origin();
        let text = format!(
            "version = 1\n[connections.lab]\ntenant = '{TENANT}'\nauth = '{auth}'\ngraph_url = '{graph}'\n\
             management_url = '{graph}'\nallow_insecure_loopback = true\n{more}\n"
        );
        let folder = self.home.path().join(".config/auditql");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
    }

    /// The program, with nothing of the surroundings but a home, which is the working folder, and whom to trust.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.args(args).current_dir(self.home.path()).env_clear().env("HOME", self.home.path());
        command.env("SSL_CERT_FILE", self.home.path().join("ca.pem"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, args: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
        said(self.command(args).envs(env.iter().copied()).output().await.unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }
}

/// Exit code and all that was said.
pub(crate) fn said(output: Output) -> (Option<i32>, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), format!("{}{}", text(output.stdout), text(output.stderr)))
}

const QUERY: [&str; 2] = ["-c", "SELECT id FROM sign_ins WHERE is_interactive LIMIT 1"];

#[tokio::test]
async fn a_managed_identity_is_asked_where_the_platform_says() {
    let place = Place::new().await;
    place.configure("managed_identity", "");
    let good = r#"{"access_token":"T1","expires_on":"4102444800","resource":"r","token_type":"Bearer"}"#;
    let machine = Server::start(move |_| Reply::json(good)).await;
    let endpoint = machine.url("/msi/token");
    let env = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", "CANARY-header")];
    let (code, text) = place.run(&QUERY, &env).await;
    assert_eq!(code, Some(0), "{text}");
    let asked = &machine.seen()[0];
    assert!(asked.target.starts_with("/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com"));
    assert_eq!(asked.header("x-identity-header"), "CANARY-header");
    assert_eq!(place.graph.seen()[0].header("authorization"), "Bearer T1");
    case("managed identity: a token from the platform's endpoint");

    for (name, reply, words) in [
        (
            "an identity that is not assigned",
            Reply::status(400).body(r#"{"statusCode":400,"message":"No Managed Identity found CANARY-header"}"#),
            "No Managed Identity found",
        ),
        ("no JSON", Reply::json("<html>"), "not JSON"),
        ("no token", Reply::json("{}"), "no token"),
        ("a redirect", Reply::status(302).header("Location", "https://evil.example/"), "redirect"),
        ("endless", Reply::status(200).endless(vec![b'{'], vec![b' '; 1 << 16]), "too large"),
    ] {
        let machine = Server::start(move |_| reply.clone()).await;
        let endpoint = machine.url("/msi/token");
        let env = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", "CANARY-header")];
        let (code, text) = place.run(&QUERY, &env).await;
        assert!(code == Some(3) && text.contains(words) && !text.contains("CANARY"), "{name}: {code:?} {text}");
        assert_eq!(machine.seen().len(), 1, "{name}");
        case(format!("managed identity: {name}"));
    }
    for (name, endpoint, words) in [
        ("an endpoint elsewhere over plain http", "http://identity.example/x", "plain http and not on this machine"),
        ("an endpoint that is not there", "http://127.0.0.1:1/x", "no managed identity answers"),
    ] {
        let env = [("IDENTITY_ENDPOINT", endpoint), ("IDENTITY_HEADER", "CANARY-header")];
        let begun = std::time::Instant::now();
        let (code, text) = place.run(&QUERY, &env).await;
        assert!(code == Some(3) && text.contains(words) && !text.contains("CANARY"), "{name}: {code:?} {text}");
        assert!(begun.elapsed().as_secs() < 20, "{name}: nothing to wait for");
        case(format!("managed identity: {name}"));
    }
    counted("managed identity: ", 8);
}

/// An Azure CLI that does as the script says.
#[cfg(unix)]
fn azure_cli(folder: PathBuf, script: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join("az");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn the_azure_cli_is_the_users_own_and_never_the_working_folders() {
    let place = Place::new().await;
    place.configure("azure_cli", "");
    let good = r#"echo "$@" > "$0.args"; env > "$0.env"; echo '{"accessToken":"T1","expires_on":4102444800,"tokenType":"Bearer"}'"#;
    azure_cli(place.path("own"), good);
    // The working folder has one of its own, in every place that a careless PATH would find.
    for folder in ["", "bin", "node_modules/.bin"] {
        azure_cli(place.path(folder), &format!("echo taken > {}", place.path("taken").display()));
    }
    let path = format!(".:bin:node_modules/.bin::{}:/usr/bin:/bin", place.path("own").display());
    let secret = ("AZURE_CLIENT_SECRET", "CANARY");
    let (code, text) = place.run(&QUERY, &[("PATH", &path), secret, ("AUDITQL_ACCESS_TOKEN", "CANARY")]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(!place.path("taken").exists());
    assert_eq!(place.graph.seen()[0].header("authorization"), "Bearer T1");
    let args = fs::read_to_string(place.path("own/az.args")).unwrap();
    let expected =
        format!("account get-access-token -o json --scope https://graph.microsoft.com/.default --tenant {TENANT}");
    assert_eq!(args.trim(), expected);
    assert!(!fs::read_to_string(place.path("own/az.env")).unwrap().contains("CANARY"), "no secrets for children");
    case("azure cli: a token from the user's own");
    for (name, script, words) in [
        (
            "nobody signed in",
            "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
            "sign in with 'az login'",
        ),
        ("a second factor", "echo 'AADSTS50076: CANARY' >&2; exit 1", "second factor"),
        ("terminal escapes", "printf '\\033]0;x\\007evil' >&2; exit 1", "evil"),
        ("no JSON", "echo hello", "expected"),
        ("an old one", "echo '{\"accessToken\":\"CANARY-T\",\"tokenType\":\"Bearer\"}'", "2.54.0"),
        ("endless", "yes", "more than any token"),
    ] {
        azure_cli(place.path("own"), script);
        let (code, text) = place.run(&QUERY, &[("PATH", &path)]).await;
        assert!(code == Some(3) && text.contains(words), "{name}: {code:?} {text}");
        assert!(!text.contains("CANARY-T") && !text.contains(['\u{1b}', '\u{7}']), "{name}: {text}");
        case(format!("azure cli: {name}"));
    }
    let (code, text) = place.run(&QUERY, &[("PATH", "/nowhere")]).await;
    assert!(code == Some(3) && text.contains("install the Azure CLI"), "{text}");
    case("azure cli: there is none");
    counted("azure cli: ", 8);
}

#[tokio::test]
async fn a_hostile_working_folder_moves_no_token_and_chooses_nothing() {
    let place = Place::new().await;
    place.configure("access_token", "");
    let evil = Server::start(|_| token("EVIL", 3600)).await;
    let (graph, env) = (evil.origin(), [("AUDITQL_ACCESS_TOKEN", "CANARY-token")]);
    let commands: [&[&str]; 6] =
        [&QUERY, &["doctor"], &["auth", "status"], &["login", "--no-browser"], &["logout"], &["subscriptions", "list"]];
    let files = [
        format!("[connections.lab]\ntenant = '{TENANT}'\ngraph_url = '{graph}'\nallow_insecure_loopback = true"),
        format!("[connections.lab]\nauthority_url = '{graph}'"),
        "[connections.lab]\nauth = 'azure_cli'".to_owned(),
        "[connections.evil]\nauth = 'certificate'\ncertificate_path = '/etc/passwd'".to_owned(),
        "[connections.evil]\nfederated_token_file = '/etc/passwd'".to_owned(),
        format!("graph_url = '{graph}'"),
        "auth = 'azure_cli'".to_owned(),
        format!("client_id = '{APP}'"),
        "[settings]\nmax_requests = 1".to_owned(),
    ];
    for text in &files {
        fs::write(place.path("auditql.toml"), format!("version = 1\n{text}\n")).unwrap();
        for command in commands {
            let (code, said) = place.run(command, &env).await;
            let refused =
                ["a file in the working folder may not set", "unknown key"].iter().any(|why| said.contains(why));
            assert!(code == Some(2) && said.contains("auditql.toml: ") && refused, "{text}: {said}");
            case(format!("hostile folder: {} with {}", command.join(" "), text.replace('\n', "; ")));
        }
    }
    assert_eq!((evil.connections(), place.graph.connections()), (0, 0));
    // The same file on the user's own word moves it: what was refused above would have been done.
    fs::write(place.path("auditql.toml"), format!("version = 1\n{}\nauth = 'access_token'\n", files[0])).unwrap();
    let (_, said) = place.run(&[&["--config", "auditql.toml"], &QUERY[..]].concat(), &env).await;
    assert_eq!(evil.seen()[0].header("authorization"), "Bearer CANARY-token", "{said}");
    // What it may do, it does: choose among the user's own.
    fs::write(place.path("auditql.toml"), "version = 1\nconnection = 'lab'\n").unwrap();
    let (code, said) = place.run(&QUERY, &env).await;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(place.graph.seen()[0].header("authorization"), "Bearer CANARY-token");
    let cases = super::CASES.lock().unwrap().iter().filter(|case| case.starts_with("hostile folder: ")).count();
    println!("{cases} cases: hostile folder");
    assert_eq!(cases, files.len() * commands.len());
}

#[tokio::test]
async fn a_secret_stays_out_of_whatever_is_said() {
    // A sign-in service that quotes all that it was sent, on every command and as loud as it gets.
    let place = Place::new().await;
    let login = Server::tls_start(place.authority.acceptor("127.0.0.1", false), |seen| {
        let words = crate::sign_in::escaped(&format!("no: {}", seen.body));
        Reply::status(401).body(format!(r#"{{"error":"invalid_client","error_description":"AADSTS7000215: {words}"}}"#))
    })
    .await;
    place.configure("client_secret", &format!("client_id = '{APP}'\nauthority_url = '{}'", login.origin()));
    let env = [("AZURE_CLIENT_SECRET", "CANARY/s3cret+x"), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
    let mut tries = 0;
    for args in [&QUERY[..], &["auth", "status"], &["doctor"], &["-v", "-c", "EXPLAIN ANALYZE SELECT id FROM sign_ins"]]
    {
        let (code, text) = place.run(args, &env).await;
        assert_eq!(code, Some(3), "{args:?}: {text}");
        assert!(!text.contains("CANARY") && !text.contains("s3cret"), "{args:?}: {text}");
        assert!(text.contains("AZURE_CLIENT_SECRET does not hold the secret's value"), "{args:?}: {text}");
        tries += 1;
        let sent = login.seen().iter().filter(|seen| seen.method == "POST").count();
        assert_eq!(sent, tries, "{args:?}: a wrong secret is sent once, however many services there are");
    }
}
