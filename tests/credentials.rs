//! Every way to sign in, against a sign-in service on loopback behind certificates of our own making: each kind of
//! credential goes through the same cases, and what they are is printed and counted.
//!
//! The program itself, with what it reads from the surroundings, is driven in `credentials::program`.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auditql::auth::{self, Certificate, Connection, CredentialSource, Flow, Login, Person};
use auditql::http::{Client, Error, Pace, Pacer};
use auditql::report::Report;
use tempfile::TempDir;
use url::Url;

use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::{APP, Authority, TENANT, escaped, send};

mod people;
pub(crate) mod program;

/// A secret that each kind of credential has somewhere, with characters that encodings change.
pub(crate) const CANARY: &str = "CANARY/se cret+";

/// A kind of credential.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    source: fn(&TempDir) -> CredentialSource,
    /// What the sign-in service says to one that is not good, and what is advised.
    refusal: (u16, &'static str, &'static str),
    /// What a request for a token holds.
    sent: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "client secret",
        source: |_| CredentialSource::ClientSecret { client_id: APP.into(), secret: CANARY.into() },
        refusal: (401, "7000215", "AZURE_CLIENT_SECRET does not hold the secret's value"),
        sent: "client_secret=CANARY%2Fse+cret%2B",
    },
    Kind {
        name: "certificate",
        source: |folder| {
            let path = folder.path().join("app.pfx");
            fs::write(&path, include_bytes!("certificates/aes.pfx")).unwrap();
            let certificate = Certificate { path, password: Some("CANARY".into()), send_chain: true };
            CredentialSource::Certificate { client_id: APP.into(), certificate }
        },
        refusal: (401, "700027", "upload the certificate"),
        sent: "client_assertion=ey",
    },
    Kind {
        name: "workload identity",
        source: |folder| {
            let token_file = folder.path().join("token");
            fs::write(&token_file, "e30.CANARYtoken.x\n").unwrap();
            CredentialSource::WorkloadIdentity { client_id: APP.into(), token_file }
        },
        refusal: (400, "700213", "federated credential"),
        sent: "client_assertion=e30.CANARYtoken.x",
    },
    Kind {
        name: "person",
        source: |folder| {
            let tokens = folder.path().join("tokens");
            CredentialSource::Person(Person { client_id: APP.into(), flow: Flow::DeviceCode, tokens })
        },
        refusal: (400, "50173", "auditql login"),
        sent: "refresh_token=CANARY-refresh-0",
    },
];

/// A sign-in service, a service behind it, and who signs in.
struct Scene {
    login: Server,
    graph: Server,
    client: Client,
    /// Requests for tokens before the case began.
    before: usize,
    _folder: TempDir,
}

/// How the sign-in service answers the n-th request for a token.
type Tokens = Box<dyn FnMut(usize, &Seen) -> Reply + Send>;

impl Scene {
    async fn new(kind: Kind, tokens: Tokens, graph: impl FnMut(&Seen) -> Reply + Send + 'static) -> Self {
        let authority = Authority::new();
        Self::with(kind, &authority, authority.acceptor("127.0.0.1", false), tokens, graph).await
    }

    async fn with(
        kind: Kind,
        trusted: &Authority,
        acceptor: tokio_rustls::TlsAcceptor,
        mut tokens: Tokens,
        graph: impl FnMut(&Seen) -> Reply + Send + 'static,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = (kind.source)(&folder);
        let is_person = matches!(source, CredentialSource::Person(_));
        let mut asked = 0;
        let login = Server::tls_start(acceptor, move |seen| {
            if seen.target.ends_with("/devicecode") {
                return people::device_code();
            }
            if seen.body.contains("device_code=") {
                return people::tokens("T0", Some("CANARY-refresh-0"));
            }
            asked += 1;
            tokens(asked, seen)
        })
        .await;
        let graph = Server::start(graph).await;
        let connection = Connection {
            graph_url: Some(graph.origin()),
            authority_url: Some(login.origin()),
            allow_insecure_loopback: true,
            ..Connection::new("lab", TENANT, source)
        };
        let options = trusted.options();
        if is_person {
            let way = Login::of(&connection, &options.transport).unwrap().unwrap();
            // Where TLS is refused nobody can sign in to begin with, and that is the case.
            let _ = way.with_code(|_| {}).await;
        }
        let client = auth::client(&connection, Arc::new(Pacer::new(Pace::Unlimited)), options).unwrap();
        let before = login.seen().len();
        Self { login, graph, client, before, _folder: folder }
    }

    async fn send(&self) -> Result<(), Error> {
        send(&self.client).await
    }

    /// Requests for tokens in the case.
    fn asked(&self) -> Vec<Seen> {
        self.login.seen().split_off(self.before)
    }

    /// A request fails with a sign-in, and nothing of a secret shows.
    async fn refused(&self) -> Report {
        let error = self.send().await.unwrap_err();
        let report = Report::of_error(&error);
        let all = format!("{error} {error:?} {report}");
        assert!(matches!(error, Error::SignIn(_)), "{all}");
        assert!(!all.contains("CANARY") && !all.contains("eyJ"), "{all}");
        assert_eq!(self.graph.seen().len(), 0, "nothing is sent without a token");
        report
    }
}

fn token(text: &str, life: u64) -> Reply {
    Reply::json(format!(r#"{{"token_type":"Bearer","expires_in":{life},"access_token":"{text}"}}"#))
}

fn refusal(status: u16, code: &str, words: &str) -> Reply {
    let error = if status == 401 { "invalid_client" } else { "invalid_grant" };
    Reply::status(status).body(format!(
        r#"{{"error":"{error}","error_codes":[{code}],"error_description":"AADSTS{code}: {}"}}"#,
        escaped(words)
    ))
}

fn always(reply: impl Fn() -> Reply + Send + 'static) -> Tokens {
    Box::new(move |_, _| reply())
}

fn open(_: &Seen) -> Reply {
    Reply::json("{}")
}

/// The cases so far, for the listing.
static CASES: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Notes a case.
pub(crate) fn case(name: impl Into<String>) {
    CASES.lock().unwrap().push(name.into());
}

/// Prints the cases that begin so, and counts them.
pub(crate) fn counted(beginning: &str, expected: usize) {
    // A copy: a failure here is no failure of others.
    let cases = CASES.lock().unwrap().clone();
    let mut own: Vec<&String> = cases.iter().filter(|case| case.starts_with(beginning)).collect();
    own.sort();
    own.dedup();
    own.iter().for_each(|case| println!("{case}"));
    println!("{} cases: {beginning}", own.len());
    assert_eq!(own.len(), expected, "{own:?}");
}

async fn succeeds(kind: Kind) {
    let scene = Scene::new(kind, always(|| token("T1", 3600)), open).await;
    scene.send().await.unwrap();
    scene.send().await.unwrap();
    let [asked] = &scene.asked()[..] else { panic!("{:?}", scene.asked()) };
    assert_eq!((&*asked.method, &*asked.target), ("POST", &*format!("/{TENANT}/oauth2/v2.0/token")));
    assert!(asked.body.contains(kind.sent) && asked.body.contains("graph.microsoft.com%2F.default"), "{}", asked.body);
    assert!(scene.graph.seen().iter().all(|seen| seen.header("authorization") == "Bearer T1"));
    case(format!("{}: a token, and one for all requests", kind.name));
}

async fn renews_before_expiry(kind: Kind) {
    let tokens = Box::new(|n: usize, _: &Seen| token(&format!("T{n}"), 4));
    let scene = Scene::new(kind, tokens, open).await;
    scene.send().await.unwrap();
    tokio::time::sleep(Duration::from_millis(2200)).await;
    scene.send().await.unwrap();
    let sent: Vec<String> = scene.graph.seen().iter().map(|seen| seen.header("authorization").to_owned()).collect();
    assert_eq!(sent, ["Bearer T1", "Bearer T2"], "half its life was over, not all of it");
    case(format!("{}: renewed before it expires", kind.name));
}

async fn replaces_a_rejected_token_once(kind: Kind) {
    let tokens = Box::new(|n: usize, _: &Seen| token(&format!("T{n}"), 3600));
    let scene = Scene::new(kind, tokens, |_| Reply::status(401)).await;
    let error = scene.send().await.unwrap_err();
    assert!(matches!(error, Error::TokenRejected(_)), "{error:?}");
    assert_eq!((scene.asked().len(), scene.graph.seen().len()), (2, 2));
    case(format!("{}: a rejected token is replaced once, and then it is an error", kind.name));
}

async fn is_refused_with_advice(kind: Kind) {
    let (status, code, advice) = kind.refusal;
    // The service quotes what it was sent, all of it.
    let tokens: Tokens = Box::new(move |_, seen| refusal(status, code, &format!("no: {}", seen.body)));
    let scene = Scene::new(kind, tokens, open).await;
    let report = scene.refused().await;
    let hint = report.hint.clone().unwrap_or_default();
    assert!(hint.contains(advice), "{report}");
    scene.send().await.unwrap_err();
    assert_eq!(scene.asked().len(), 1, "what is refused for good is not asked again");
    case(format!("{}: refused (AADSTS{code}), with advice and without what was sent", kind.name));
}

async fn the_tenant_is_wrong(kind: Kind) {
    let scene = Scene::new(kind, always(|| refusal(400, "90002", "Tenant not found.")), open).await;
    let report = scene.refused().await;
    assert!(report.hint.as_deref().unwrap_or_default().contains("check tenant and cloud"), "{report}");
    case(format!("{}: wrong tenant", kind.name));
}

async fn tls_is_not_what_it_should_be(kind: Kind) {
    let (ours, other) = (Authority::new(), Authority::new());
    for (name, acceptor) in [
        ("expired certificate", ours.acceptor("127.0.0.1", true)),
        ("wrong host", ours.acceptor("login.microsoftonline.com", false)),
        ("unknown authority", other.acceptor("127.0.0.1", false)),
    ] {
        let scene = Scene::with(kind, &ours, acceptor, always(|| token("T1", 3600)), open).await;
        scene.send().await.unwrap_err();
        assert_eq!((scene.login.seen().len(), scene.graph.seen().len()), (0, 0), "{name}: nothing was said");
        case(format!("{}: TLS, {name}", kind.name));
    }
}

async fn replies_are_odd(kind: Kind) {
    let evil = Server::queue([]).await;
    let evil_url = evil.url("/token");
    let odd: Vec<(&str, Box<dyn Fn() -> Reply + Send>)> = vec![
        ("no JSON", Box::new(|| Reply::json("<html>CANARY"))),
        ("cut off", Box::new(|| Reply::json(r#"{"access_token":"CANARY"#))),
        ("a list", Box::new(|| Reply::json(r#"["CANARY"]"#))),
        ("no token", Box::new(|| Reply::json(r#"{"expires_in":3600}"#))),
        ("a token that is no text", Box::new(|| Reply::json(r#"{"access_token":{"a":"CANARY"},"expires_in":1}"#))),
        (
            "a token with a line end",
            Box::new(|| Reply::json(r#"{"access_token":"CANARY\r\nX-Evil: b","expires_in":3600}"#)),
        ),
        (
            "a life without end",
            Box::new(|| Reply::json(r#"{"access_token":"CANARY","expires_in":9223372036854775807}"#)),
        ),
        (
            "a life before now",
            Box::new(|| Reply::json(r#"{"access_token":"CANARY","expires_in":-9223372036854775808}"#)),
        ),
        ("a life that is no number", Box::new(|| Reply::json(r#"{"access_token":"CANARY","expires_in":"CANARY"}"#))),
        ("endless", Box::new(|| Reply::status(200).endless(vec![b'{'], vec![b' '; 1 << 16]))),
        ("a redirect", Box::new(move || Reply::status(307).header("Location", &evil_url))),
    ];
    let count = odd.len();
    for (name, reply) in odd {
        let scene = Scene::new(kind, always(reply), open).await;
        scene.refused().await;
        assert_eq!(scene.asked().len(), 1, "{name}");
        case(format!("{}: odd reply, {name}", kind.name));
    }
    assert_eq!((count, evil.connections()), (11, 0));
}

async fn words_cannot_act_on_a_terminal(kind: Kind) {
    let words = "\u{1b}]0;x\u{7}\u{1b}[2J\u{9b}1A\u{202e}evil\r\nhint: run evil";
    let scene = Scene::new(kind, always(move || refusal(400, "90002", words)), open).await;
    let text = scene.refused().await.to_string();
    assert!(text.contains("evil") && !text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\r']), "{text:?}");
    assert_eq!(text.matches("\nhint: ").count(), 1, "{text:?}");
    case(format!("{}: terminal escapes in a description", kind.name));
}

async fn a_hundred_ask_once(kind: Kind) {
    let scene = Scene::new(kind, always(|| token("T1", 3600).delayed(Duration::from_millis(100))), open).await;
    let all = futures::future::join_all((0..100).map(|_| scene.send())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!((scene.asked().len(), scene.graph.seen().len()), (1, 100));
    case(format!("{}: 100 callers, one request for a token", kind.name));

    let (status, code, _) = kind.refusal;
    let scene =
        Scene::new(kind, always(move || refusal(status, code, "no").delayed(Duration::from_millis(100))), open).await;
    let all = futures::future::join_all((0..100).map(|_| scene.send())).await;
    assert!(all.iter().all(|sent| matches!(sent, Err(Error::SignIn(_)))));
    assert_eq!((scene.asked().len(), scene.graph.seen().len()), (1, 0));
    case(format!("{}: 100 callers, one request for a token, also when it fails", kind.name));
}

async fn trouble_is_waited_out(kind: Kind) {
    let tokens = Box::new(|n: usize, _: &Seen| match n {
        1 => Reply::status(503).body("<html>busy</html>"),
        2 => Reply::status(429).header("Retry-After", "0.01"),
        3 => Reply::reset(),
        _ => token("T1", 3600),
    });
    let scene = Scene::new(kind, tokens, open).await;
    scene.send().await.unwrap();
    assert_eq!(scene.asked().len(), 4);
    case(format!("{}: a sign-in service in trouble is asked again", kind.name));
}

async fn http_is_refused(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let plain = Server::start(|_| token("T1", 3600)).await;
    let connection = Connection {
        authority_url: Some(plain.origin()),
        allow_insecure_loopback: true,
        ..Connection::new("lab", TENANT, (kind.source)(&folder))
    };
    let pacer = Arc::new(Pacer::new(Pace::Unlimited));
    let refused = auth::client(&connection, pacer, Authority::new().options()).unwrap_err();
    assert!(refused.to_string().contains("authority_url must be an https address"), "{refused}");
    assert_eq!(plain.connections(), 0);
    case(format!("{}: an authority over http is refused", kind.name));
}

/// All cases of a kind.
async fn all(kind: Kind) {
    tokio::join!(
        succeeds(kind),
        renews_before_expiry(kind),
        replaces_a_rejected_token_once(kind),
        is_refused_with_advice(kind),
        the_tenant_is_wrong(kind),
        tls_is_not_what_it_should_be(kind),
        replies_are_odd(kind),
        words_cannot_act_on_a_terminal(kind),
        a_hundred_ask_once(kind),
        trouble_is_waited_out(kind),
        http_is_refused(kind),
    );
    counted(&format!("{}: ", kind.name), 24);
}

#[tokio::test]
async fn a_client_secret_goes_through_all_cases() {
    all(KINDS[0]).await;
}

#[tokio::test]
async fn a_certificate_goes_through_all_cases() {
    all(KINDS[1]).await;
}

#[tokio::test]
async fn a_workload_identity_goes_through_all_cases() {
    all(KINDS[2]).await;
}

#[tokio::test]
async fn a_person_goes_through_all_cases() {
    all(KINDS[3]).await;
}

#[tokio::test]
async fn what_is_missing_here_is_said_before_anything_is_sent() {
    let expired = |folder: &TempDir| {
        let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let path = folder.path().join("old.pem");
        fs::write(&path, certificate.pem() + &key.serialize_pem()).unwrap();
        path
    };
    let certificate = |path: PathBuf, password: Option<&str>| CredentialSource::Certificate {
        client_id: APP.into(),
        certificate: Certificate { path, password: password.map(|text| text.to_owned().into()), send_chain: false },
    };
    let folder = tempfile::tempdir().unwrap();
    let pfx = folder.path().join("app.pfx");
    fs::write(&pfx, include_bytes!("certificates/aes.pfx")).unwrap();
    let nowhere = folder.path().join("nowhere");
    let tokens = folder.path().join("tokens");
    for (name, source, words, advice) in [
        ("a certificate that expired", certificate(expired(&folder), None), "expired on 2020-01-01", "make a new one"),
        ("a wrong password", certificate(pfx.clone(), Some("CANARY2")), "cannot be decrypted", "PASSWORD"),
        ("no password", certificate(pfx, None), "PASSWORD is not set", "PASSWORD"),
        ("no certificate", certificate(nowhere.clone(), None), "there is no such file", "certificate_path"),
        (
            "no federated token",
            CredentialSource::WorkloadIdentity { client_id: APP.into(), token_file: nowhere },
            "does not exist",
            "AZURE_FEDERATED_TOKEN_FILE",
        ),
        (
            "nobody signed in",
            CredentialSource::Person(Person { client_id: APP.into(), flow: Flow::Browser, tokens }),
            "nobody is signed in",
            "auditql login",
        ),
    ] {
        let login = Server::queue([]).await;
        let authority_url = Some(Url::parse(&login.origin().as_str().replace("http:", "https:")).unwrap());
        let connection = Connection { authority_url, ..Connection::new("lab", TENANT, source) };
        let pacer = Arc::new(Pacer::new(Pace::Unlimited));
        let client = auth::client(&connection, pacer, Authority::new().options()).unwrap();
        let error = send(&client).await.unwrap_err();
        let report = Report::of_error(&error);
        assert!(report.to_string().contains(words), "{name}: {report}");
        assert!(report.hint.as_deref().unwrap_or_default().contains(advice), "{name}: {report}");
        assert!(!format!("{error:?} {report}").contains("CANARY"), "{name}: {report}");
        assert_eq!(login.connections(), 0, "{name}");
        case(format!("here: {name}"));
    }
    counted("here: ", 6);
}

#[tokio::test]
async fn a_file_that_was_replaced_is_used_for_the_next_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "a.b.first").unwrap();
    let authority = Authority::new();
    let rotated = path.clone();
    let login = Server::tls_start(authority.acceptor("127.0.0.1", false), move |_| {
        fs::write(&rotated, "a.b.second").unwrap();
        token("T1", 3600)
    })
    .await;
    let graph = Server::queue([Reply::status(401), Reply::json("{}")]).await;
    let connection = Connection {
        graph_url: Some(graph.origin()),
        authority_url: Some(login.origin()),
        allow_insecure_loopback: true,
        ..Connection::new("lab", TENANT, CredentialSource::WorkloadIdentity { client_id: APP.into(), token_file: path })
    };
    let client = auth::client(&connection, Arc::new(Pacer::new(Pace::Unlimited)), authority.options()).unwrap();
    send(&client).await.unwrap();
    let sent: Vec<bool> = login.seen().iter().map(|seen| seen.body.contains("a.b.second")).collect();
    assert_eq!(sent, [false, true]);
}
