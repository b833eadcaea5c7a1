//! People: the browser that comes back, the code that is typed, and what is kept of either.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use auditql::auth::{Code, Connection, CredentialSource, Error, Flow, Login, Person};
use auditql::report::Report;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use super::{case, counted, refusal};
use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::{APP, Authority, TENANT};

/// A code for a device, to be asked about every second.
pub(super) fn device_code() -> Reply {
    Reply::json(
        r#"{"user_code":"ABCD-1234","device_code":"CANARY-device","verification_uri":"https://microsoft.com/devicelogin",
            "expires_in":900,"interval":1,"message":"go to https://evil.example"}"#,
    )
}

/// The tokens of a person.
pub(super) fn tokens(access: &str, refresh: Option<&str>) -> Reply {
    with_id(access, refresh, None)
}

fn with_id(access: &str, refresh: Option<&str>, id: Option<String>) -> Reply {
    let mut reply = serde_json::json!({ "token_type": "Bearer", "expires_in": 3600, "access_token": access });
    refresh.into_iter().for_each(|refresh| reply["refresh_token"] = refresh.into());
    id.into_iter().for_each(|id| reply["id_token"] = id.into());
    Reply::json(reply.to_string())
}

fn id_token(tenant: &str, nonce: &str) -> String {
    let claims = serde_json::json!({ "tid": tenant, "preferred_username": "ada@contoso.com", "nonce": nonce });
    format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

fn login(authority: &Authority, login: &Server, flow: Flow, tokens: &Path) -> Login {
    let person = Person { client_id: APP.into(), flow, tokens: tokens.into() };
    let connection = Connection {
        authority_url: Some(login.origin()),
        ..Connection::new("lab", TENANT, CredentialSource::Person(person))
    };
    Login::of(&connection, &authority.transport()).unwrap().unwrap()
}

fn field<'a>(body: &'a str, name: &str) -> std::borrow::Cow<'a, str> {
    let pairs = url::form_urlencoded::parse(body.as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}

/// What a browser sends to the address that it was sent back to.
async fn browse(redirect: &Url, query: &str) -> String {
    let port = redirect.port().unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(format!("GET /?{query} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n").as_bytes()).await.unwrap();
    let mut page = String::new();
    let _ = stream.read_to_string(&mut page).await;
    page
}

/// Signs in with a browser that does as told with the page it is given.
async fn in_browser(way: &Login, browser: impl AsyncFn(&Url, &Url)) -> Result<auditql::auth::SignedIn, Error> {
    let (send, receive) = tokio::sync::oneshot::channel();
    let signing_in = way.with_browser(|page| drop(send.send(page.clone())));
    let browsing = async {
        let page: Url = receive.await.unwrap();
        let redirect = page.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.parse().unwrap();
        browser(&page, &redirect).await;
    };
    tokio::join!(signing_in, browsing).0
}

fn of(page: &Url, name: &str) -> String {
    page.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_browser_brings_a_code_that_only_this_process_can_use() {
    let authority = Authority::new();
    let nonce = std::sync::Arc::new(Mutex::new(String::new()));
    let known = std::sync::Arc::clone(&nonce);
    let service = Server::tls_start(authority.acceptor("127.0.0.1", false), move |_| {
        with_id("T1", Some("CANARY-refresh-1"), Some(id_token(TENANT, &known.lock().unwrap())))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("tokens");
    let way = login(&authority, &service, Flow::Browser, &store);
    let challenge = Mutex::new(String::new());
    let signed_in = in_browser(&way, async |page, redirect| {
        assert_eq!(page.path(), format!("/{TENANT}/oauth2/v2.0/authorize"));
        assert_eq!((of(page, "client_id"), of(page, "response_type")), (APP.to_owned(), "code".to_owned()));
        assert_eq!(of(page, "code_challenge_method"), "S256");
        assert_eq!(of(page, "scope"), "https://graph.microsoft.com/.default offline_access openid profile");
        assert_eq!((redirect.host_str(), redirect.path()), (Some("localhost"), "/"));
        assert!(of(page, "state").len() >= 43 && of(page, "nonce").len() >= 43);
        *nonce.lock().unwrap() = of(page, "nonce");
        *challenge.lock().unwrap() = of(page, "code_challenge");
        // Somebody else on this machine guesses.
        let page_of_guess = browse(redirect, "code=EVIL&state=guess").await;
        assert!(page_of_guess.starts_with("HTTP/1.1 400"), "{page_of_guess}");
        let page_of_code = browse(redirect, &format!("code=CANARY-code&state={}", of(page, "state"))).await;
        assert!(page_of_code.contains("You are signed in") && !page_of_code.contains("CANARY"), "{page_of_code}");
    })
    .await
    .unwrap();
    assert_eq!(signed_in.who.as_deref(), Some("ada@contoso.com"));
    let [asked] = &service.seen()[..] else { panic!("{:?}", service.seen()) };
    let body = &asked.body;
    assert_eq!((field(body, "grant_type"), field(body, "code")), ("authorization_code".into(), "CANARY-code".into()));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, field(body, "code_verifier").as_bytes());
    assert_eq!(URL_SAFE_NO_PAD.encode(digest), *challenge.lock().unwrap(), "the verifier is that of the challenge");
    assert_eq!(way.current().unwrap().unwrap().who.as_deref(), Some("ada@contoso.com"));
    case("browser: signed in, with PKCE, and a guess beside it is not heard");
    assert!(way.forget().unwrap() && way.current().unwrap().is_none() && !way.forget().unwrap());
    assert_eq!(fs::read_dir(&store).unwrap().count(), 0);
    case("browser: signed out, and nothing is left");
    counted("browser: ", 2);
}

#[tokio::test]
async fn what_a_browser_brings_can_be_a_refusal_or_somebody_elses() {
    let other = "99999999-2222-3333-4444-555555555555";
    let authority = Authority::new();
    for (name, query, reply, words) in [
        ("declined", "error=access_denied&error_description=AADSTS65004%3A%20no", None, "AADSTS65004"),
        ("terminal escapes", "error=x&error_description=%1b%5d0%3bx%07evil%0d%0ahint%3a", None, "evil"),
        ("another tenant", "code=C", Some(with_id("T", Some("CANARY-r"), Some(id_token(other, "N")))), "to the tenant"),
        (
            "another nonce",
            "code=C",
            Some(with_id("T", Some("CANARY-r"), Some(id_token(TENANT, "M")))),
            "another sign-in",
        ),
        ("no token for later", "code=C", Some(with_id("T", None, None)), "no token for the next time"),
        ("a code that is refused", "code=C", Some(refusal(400, "70008", "CANARY code C expired")), "70008"),
    ] {
        let nonce = std::sync::Arc::new(Mutex::new(String::new()));
        let known = std::sync::Arc::clone(&nonce);
        let is_tenant = name == "another tenant";
        let service = Server::tls_start(authority.acceptor("127.0.0.1", false), move |_: &Seen| {
            // The nonce is right where the tenant is the matter.
            if is_tenant {
                return with_id("T", Some("CANARY-r"), Some(id_token(other, &known.lock().unwrap())));
            }
            reply.clone().unwrap()
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let way = login(&authority, &service, Flow::Browser, &folder.path().join("tokens"));
        let failed = in_browser(&way, async |page, redirect| {
            *nonce.lock().unwrap() = of(page, "nonce");
            browse(redirect, &format!("{query}&state={}", of(page, "state"))).await;
        })
        .await
        .unwrap_err();
        let report = Report::of_error(&failed).to_string();
        assert!(report.contains(words), "{name}: {report}");
        assert!(
            !report.contains(['\u{1b}', '\u{7}', '\r']) && report.matches("\nhint:").count() == 1,
            "{name}: {report:?}"
        );
        assert!(way.current().unwrap().is_none(), "{name}: nobody is signed in");
        case(format!("browser, refused: {name}"));
    }
    counted("browser, refused: ", 6);
}

#[tokio::test]
async fn a_code_is_asked_about_until_it_was_typed() {
    let authority = Authority::new();
    let mut asked = 0;
    let service = Server::tls_start(authority.acceptor("127.0.0.1", false), move |seen| {
        if seen.target.ends_with("/devicecode") {
            return device_code();
        }
        asked += 1;
        let pending =
            r#"{"error":"authorization_pending","error_codes":[70016],"error_description":"AADSTS70016: wait"}"#;
        if asked == 1 { Reply::status(400).body(pending) } else { tokens("T1", Some("CANARY-refresh-1")) }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let way = login(&authority, &service, Flow::DeviceCode, &folder.path().join("tokens"));
    let mut shown = None;
    way.with_code(|code| shown = Some(code.clone())).await.unwrap();
    let page = "https://microsoft.com/devicelogin".parse().unwrap();
    assert_eq!(shown, Some(Code { code: "ABCD-1234".into(), page }));
    let seen = service.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1), "not more often than told");
    assert_eq!(field(&seen[1].body, "grant_type"), "urn:ietf:params:oauth:grant-type:device_code");
    assert!(way.current().unwrap().is_some());
    case("device code: typed after a while");
    for (name, first, then, words) in [
        ("declined", device_code(), refusal(400, "65004", "CANARY-device"), "AADSTS65004"),
        (
            "blocked by a policy",
            device_code(),
            refusal(400, "53003", "blocked by Conditional Access"),
            "Conditional Access policy",
        ),
        (
            "expired",
            device_code(),
            Reply::status(400).body(r#"{"error":"expired_token","error_description":"CANARY"}"#),
            "nobody typed the code",
        ),
        (
            "a page of a stranger",
            Reply::json(
                r#"{"user_code":"ABCD1234","device_code":"CANARY","verification_uri":"https://evil.example/"}"#,
            ),
            Reply::status(599),
            "evil.example",
        ),
        (
            "a code that acts on a terminal",
            Reply::json(
                "{\"user_code\":\"\\u001b[2J\",\"device_code\":\"CANARY\",\"verification_uri\":\"https://microsoft.com/\"}",
            ),
            Reply::status(599),
            "no code that could be typed",
        ),
        ("no JSON", Reply::json("<html>CANARY"), Reply::status(599), "not JSON"),
        ("an application that is unknown", refusal(400, "700016", "not found"), Reply::status(599), "AADSTS700016"),
    ] {
        let service = Server::tls(authority.acceptor("127.0.0.1", false), [first, then]).await;
        let folder = tempfile::tempdir().unwrap();
        let way = login(&authority, &service, Flow::DeviceCode, &folder.path().join("tokens"));
        let report = Report::of_error(&way.with_code(|_| {}).await.unwrap_err()).to_string();
        assert!(report.contains(words) && !report.contains("CANARY"), "{name}: {report}");
        assert!(way.current().unwrap().is_none(), "{name}");
        case(format!("device code: {name}"));
    }
    counted("device code: ", 8);
}

#[tokio::test]
async fn a_renewed_token_takes_the_place_of_the_old_one() {
    use auditql::auth;
    use auditql::http::{Pace, Pacer};
    let authority = Authority::new();
    let mut asked = 0;
    let service = Server::tls_start(authority.acceptor("127.0.0.1", false), move |seen| {
        if seen.target.ends_with("/devicecode") {
            return device_code();
        }
        if !seen.body.contains("device_code=") {
            asked += 1;
        }
        tokens(&format!("T{asked}"), Some(&format!("CANARY-refresh-{asked}")))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    login(&authority, &service, Flow::DeviceCode, &tokens).with_code(|_| {}).await.unwrap();
    let graph = Server::queue([Reply::json("{}"), Reply::json("{}"), Reply::json("{}")]).await;
    let person = Person { client_id: APP.into(), flow: Flow::DeviceCode, tokens };
    let connection = Connection {
        graph_url: Some(graph.origin()),
        authority_url: Some(service.origin()),
        allow_insecure_loopback: true,
        ..Connection::new("lab", TENANT, CredentialSource::Person(person))
    };
    // Each run of the program is another process: all it knows is in the file.
    for _ in 0..3 {
        let client = auth::client(&connection, std::sync::Arc::new(Pacer::new(Pace::Unlimited)), authority.options());
        crate::sign_in::send(&client.unwrap()).await.unwrap();
    }
    let sent: Vec<String> = service
        .seen()
        .iter()
        .map(|seen| field(&seen.body, "refresh_token").into_owned())
        .filter(|t| !t.is_empty())
        .collect();
    assert_eq!(sent, ["CANARY-refresh-0", "CANARY-refresh-1", "CANARY-refresh-2"]);
}
