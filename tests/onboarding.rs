//! A new user: `auditql init` at a terminal and without one, signing in as a person, looking at who that is, and out again.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use url::Url;

use crate::credentials::program::{Place, said};
use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::{APP, TENANT};
use crate::terminal::Terminal;

/// A tenant that answers whatever is asked.
fn open(seen: &Seen) -> Reply {
    match seen.target.contains("/subscriptions/list") {
        true => Reply::json(r#"[{"contentType":"Audit.General","status":"enabled"}]"#),
        false => Reply::json(r#"{"value":[]}"#),
    }
}

fn config(place: &Place) -> String {
    fs::read_to_string(place.path(".config/auditql/config.toml")).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn init_asks_writes_shows_and_tries() {
    let place = Place::serving(open).await;
    let url = place.graph.origin().to_string();
    let args = ["init", "--graph-url", &url, "--management-url", &url];
    tokio::task::block_in_place(|| {
        let mut terminal = Terminal::open(place.home.path(), 120, &args, &[]);
        terminal.wait_for("Which tenant?");
        // What a newcomer types first.
        terminal.keys("contoso\r");
        terminal.wait_for("neither a tenant's id (a GUID) nor a domain such as contoso.com");
        terminal.keys(&format!("{TENANT}\r"));
        terminal.wait_for("Choose one of these [browser]");
        terminal.keys("acess token\r");
        terminal.wait_for("choose one of client_secret");
        terminal.keys("client_secret\r");
        terminal.wait_for("Which application?");
        terminal.keys("CANARY-secret-typed-here\r");
        terminal.wait_for("a secret does not belong here");
        terminal.keys(&format!("{APP}\r"));
        terminal.wait_for("What is it to be called? [work]");
        terminal.keys("My Tenant\r");
        terminal.wait_for("use lower-case letters");
        terminal.keys("\r");
        terminal.wait_for("AZURE_CLIENT_SECRET is not set. Type its value");
        let before = terminal.bytes().len();
        terminal.keys("CANARY-quiet\r");
        terminal.wait_for("Trying it:");
        let (code, bytes) = terminal.end();
        let text = String::from_utf8(bytes.clone()).unwrap();
        // The sign-in service is the real one, which cannot be reached from here.
        assert_eq!(code, 4, "{text}");
        assert!(!String::from_utf8_lossy(&bytes[before..]).contains("CANARY"), "{text}");
        for part in [
            "    entra.sign_ins",
            "AuditLog.Read.All of Microsoft Graph",
            "ActivityFeed.Read of Office 365 Management APIs",
            &format!("https://login.microsoftonline.com/{TENANT}/adminconsent?client_id={APP}"),
            "FAIL  sign-in host, login.microsoftonline.com",
            "remedy:",
            "The connection is written, but it does not work yet",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    });
    let written = config(&place);
    assert_eq!(
        written,
        format!(
            "version = 1\n\n[connections.work]\ntenant = \"{TENANT}\"\nauth = \"client_secret\"\nclient_id = \"{APP}\"\n\
             graph_url = \"{url}\"\nmanagement_url = \"{url}\"\nallow_insecure_loopback = true\n"
        )
    );
    assert_eq!(mode(&place.path(".config/auditql/config.toml")), 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_is_read_at_a_terminal() {
    let place = Place::serving(open).await;
    place.configure("access_token", "");
    tokio::task::block_in_place(|| {
        let mut terminal = Terminal::open(place.home.path(), 120, &["doctor"], &[("AUDITQL_ACCESS_TOKEN", "CANARY")]);
        terminal.wait_for("checks passed");
        let (code, bytes) = terminal.end();
        let text = String::from_utf8(bytes).unwrap();
        assert!(code == 0 && !text.contains("CANARY"), "{text}");
        // The feed collects one content type: what the others hold is not there, and that is no failure.
        assert!(text.contains("note  m365.exchange: has no rows: Audit.Exchange is not subscribed to"), "{text}");
        let mut terminal = Terminal::open(place.home.path(), 120, &["doctor"], &[]);
        terminal.wait_for("remedy:  set it in the environment");
        assert_eq!(terminal.end().0, 3);
    });
}

#[tokio::test]
async fn init_without_a_terminal_takes_flags_and_names_what_is_missing() {
    let place = Place::serving(open).await;
    let url = place.graph.origin().to_string();
    let init = async |args: &[&str]| place.run(&[&["init", "--no-try"], args].concat(), &[]).await;
    for (args, words) in [
        (&[][..], "--tenant is missing, and there is no terminal to ask on"),
        (&["--tenant", "contoso"], "--tenant: that is neither"),
        (&["--tenant", "contoso.com"], "--auth is missing"),
        (&["--tenant", "contoso.com", "--auth", "magic"], "invalid value 'magic'"),
        (&["--tenant", "contoso.com", "--auth", "browser"], "--client-id is missing"),
        (
            &["--tenant", "contoso.com", "--auth", "browser", "--client-id", "CANARY"],
            "--client-id: that is not an application's id",
        ),
        (&["--tenant", "contoso.com", "--auth", "certificate", "--client-id", APP], "--certificate-path is missing"),
        (
            &["--tenant", "contoso.com", "--auth", "certificate", "--client-id", APP, "--certificate-path", "no.pem"],
            "--certificate-path: there is no such file",
        ),
        (&["--tenant", "contoso.com", "--auth", "azure_cli", "--name", "main"], "--name: that name is reserved"),
        (&["--tenant", "contoso.com", "--auth", "azure_cli", "--graph-url", "x"], "graph_url is no address"),
        (&["--tenant", "contoso.com", "--client-secret", "CANARY"], "--client-secret is not accepted"),
    ] {
        let (code, text) = init(args).await;
        assert!(code == Some(2) && text.contains(words) && !text.contains("CANARY"), "{args:?}: {code:?} {text}");
        assert!(!place.path(".config").exists(), "{args:?}: nothing is written");
    }
    let good = ["--tenant", TENANT, "--auth", "access_token", "--graph-url", &url];
    let (code, text) = init(&good).await;
    assert!(code == Some(0) && text.contains("wrote the connection 'work'"), "{code:?} {text}");
    let before = config(&place);
    let (code, text) = init(&good).await;
    assert!(code == Some(2) && text.contains("already has a connection 'work'; it was not changed"), "{text}");
    assert_eq!(config(&place), before);
    let commented = format!("# mine\n{before}");
    fs::write(place.path(".config/auditql/config.toml"), &commented).unwrap();
    let (code, text) = init(&[&good[..], &["--name", "second"]].concat()).await;
    assert!(code == Some(0) && text.contains("added the connection 'second'"), "{text}");
    assert!(config(&place).starts_with(&commented) && config(&place).contains("[connections.second]"));
    assert_eq!(mode(&place.path(".config/auditql/config.toml")), 0o600);
    // It works at once, and says so.
    let args = [
        "init",
        "--name",
        "third",
        "--tenant",
        TENANT,
        "--auth",
        "access_token",
        "--graph-url",
        &url,
        "--management-url",
        &url,
    ];
    let (code, text) = place.run(&args, &[("AUDITQL_ACCESS_TOKEN", "CANARY")]).await;
    assert!(code == Some(0) && text.contains("checks passed") && !text.contains("CANARY"), "{code:?} {text}");
    let (code, text) = place
        .run(&["--connection", "third", "-c", "SELECT count(*) FROM sign_ins"], &[("AUDITQL_ACCESS_TOKEN", "CANARY")])
        .await;
    assert_eq!(code, Some(0), "{text}");
}

/// A token that says who it is for.
fn token(scopes: &str) -> String {
    let claims = serde_json::json!({ "tid": TENANT, "appid": APP, "upn": "ada@contoso.com", "scp": scopes, "exp": 4_102_444_800_u64 });
    format!("e30.{}.CANARY", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

#[tokio::test]
async fn a_person_signs_in_is_shown_and_signs_out() {
    let place = Place::serving(open).await;
    let login = Server::tls_start(place.authority.acceptor("127.0.0.1", false), |seen| {
        let scopes = "AuditLog.Read.All Directory.AccessAsUser.All\u{1b}[2J";
        let reply = serde_json::json!({
            "token_type": "Bearer", "expires_in": 3600, "access_token": token(scopes), "refresh_token": "CANARY-refresh",
        });
        if seen.method == "GET" { Reply::status(200) } else { Reply::json(reply.to_string()) }
    })
    .await;
    place.configure("browser", &format!("client_id = '{APP}'\nauthority_url = '{}'", login.origin()));
    let query = ["-c", "SELECT count(*) FROM sign_ins WHERE is_interactive"];
    let (code, text) = place.run(&query, &[]).await;
    assert!(code == Some(3) && text.contains("nobody is signed in") && text.contains("auditql login"), "{text}");

    let mut child = place.command(&["login", "--no-browser"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let page: Url = loop {
        let line = lines.next_line().await.unwrap().expect("a page");
        if let Ok(page) = line.parse() {
            break page;
        }
    };
    let of = |name: &str| page.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let redirect: Url = of("redirect_uri").parse().unwrap();
    let mut browser = tokio::net::TcpStream::connect(("127.0.0.1", redirect.port().unwrap())).await.unwrap();
    browser
        .write_all(format!("GET /?code=CANARY-code&state={} HTTP/1.1\r\n\r\n", of("state")).as_bytes())
        .await
        .unwrap();
    let mut shown = String::new();
    let _ = browser.read_to_string(&mut shown).await;
    assert!(shown.contains("You are signed in"), "{shown}");
    let said_in = lines.next_line().await.unwrap().unwrap();
    assert!(said_in.contains("signed in") && said_in.contains("lab"), "{said_in}");
    assert_eq!(said(child.wait_with_output().await.unwrap()).0, Some(0));

    let folder = place.path(".local/state/auditql/tokens");
    let file = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));
    assert!(!config(&place).contains("CANARY"), "never in the configuration");
    let (code, text) = place.run(&query, &[]).await;
    assert_eq!(code, Some(0), "{text}");

    let (code, text) = place.run(&["auth", "status"], &[]).await;
    assert_eq!(code, Some(0), "{text}");
    for part in [
        "signs in with  browser, kept in ",
        TENANT,
        APP,
        "ada@contoso.com",
        "AuditLog.Read.All, Directory.AccessAsUser.All",
        "warning: it may do more than read: Directory.AccessAsUser.All",
        "2100-01-01T00:00:00Z",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("CANARY") && !text.contains('\u{1b}') && !text.contains("e30"), "{text}");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let (code, text) = place.run(&query, &[]).await;
    assert!(code == Some(3) && text.contains("open to other users"), "{text}");
    let (code, text) = place.run(&["logout"], &[]).await;
    assert!(code == Some(0) && text.contains("signed out") && !file.exists(), "{text}");
    let (code, text) = place.run(&["logout"], &[]).await;
    assert!(code == Some(0) && text.contains("nobody was signed in"), "{text}");
}

#[tokio::test]
async fn whoever_is_no_person_is_told_so() {
    let place = Place::new().await;
    for (auth, words) in [
        ("access_token", "signs in with access_token, which needs no login"),
        ("client_secret", "AZURE_CLIENT_ID"),
        ("certificate", "client_id"),
        ("azure_cli", "'az login' and 'az logout'"),
        ("browser", "client_id"),
    ] {
        place.configure(auth, "");
        for command in ["login", "logout"] {
            let (code, text) = place.run(&[command], &[("AUDITQL_ACCESS_TOKEN", "CANARY")]).await;
            assert!(code == Some(2) && text.contains(words) && !text.contains("CANARY"), "{auth} {command}: {text}");
        }
    }
    // What a newcomer types wrong.
    for (args, words) in [
        (&["auth"][..], "status"),
        (&["auth", "statu"], "unrecognized subcommand"),
        (&["logn"], "unrecognized subcommand"),
        (&["doctor", "--tenant", "x"], "unexpected argument"),
        (&["doctor", "-c", "SELECT 1"], "this command answers no statements"),
        (&["init", "--input", "x.json"], "this command answers no statements"),
    ] {
        let (code, text) = place.run(args, &[]).await;
        assert!(code == Some(2) && text.contains(words), "{args:?}: {code:?} {text}");
    }
}
