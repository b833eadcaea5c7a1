//! Signing in, and TLS: the identity library against a sign-in service on loopback, behind certificates of our own making.

use std::sync::Arc;
use std::time::Duration;

use auditql::auth::{self, Cloud, Connection, CredentialSource};
use auditql::http::retry::Limits;
use auditql::http::transport::TransportOptions;
use auditql::http::{Budget, Client, Credentials, Error, Fault, Options, Pace, Pacer, Service, Services};
use auditql::report::Report;
use auditql::table::{Api, Quota};
use auditql::wire::{Request, Target};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use reqwest::Certificate;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use url::Url;

use crate::scripted::{Reply, Server};

pub(crate) const TENANT: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";
pub(crate) const APP: &str = "11111111-2222-3333-4444-555555555555";
const SECRET: &str = "CANARY/se cret+";

/// A certificate authority that lives as long as a test.
pub(crate) struct Authority {
    root: Certificate,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let root = Certificate::from_der(certificate.der()).unwrap();
        Self { root, pem: certificate.pem(), issuer: Issuer::new(params, key) }
    }

    /// A server's side of TLS, with a certificate for that name.
    pub(crate) fn acceptor(&self, name: &str, expired: bool) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if expired {
            params.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    /// Its certificate, for programs that are to trust it.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// What trusts it.
    pub(crate) fn transport(&self) -> TransportOptions {
        TransportOptions { roots: vec![self.root.clone()], ..TransportOptions::default() }
    }

    pub(crate) fn options(&self) -> Options {
        let transport = self.transport();
        Options { transport, limits: Limits::default().scaled(1000), ..Options::default() }
    }
}

pub(crate) fn request() -> Request {
    Request::get(Api::Graph, Target::Path("/beta/x".into()), Quota::Reports)
}

pub(crate) fn token(text: &str) -> Reply {
    Reply::json(format!(r#"{{"token_type":"Bearer","expires_in":3600,"access_token":"{text}"}}"#))
}

/// A client with a secret, for these servers.
fn client(authority: &Authority, login: &Server, graph: &Server) -> Client {
    let secret = CredentialSource::ClientSecret { client_id: APP.into(), secret: SECRET.into() };
    let connection = Connection {
        cloud: Cloud::UsGovL5,
        graph_url: Some(graph.origin()),
        authority_url: Some(login.origin()),
        allow_insecure_loopback: true,
        ..Connection::new("lab", TENANT, secret)
    };
    auth::client(&connection, Arc::new(Pacer::new(Pace::Unlimited)), authority.options()).unwrap()
}

pub(crate) async fn send(client: &Client) -> Result<(), Error> {
    client.send(&request(), &Budget::new(Arc::default())).await.map(drop)
}

fn all_words(error: &Error) -> String {
    format!("{error} {error:?} {:?}", std::error::Error::source(error))
}

#[tokio::test]
async fn a_client_secret_is_traded_for_one_token_that_all_requests_share() {
    let authority = Authority::new();
    let login = Server::tls(authority.acceptor("127.0.0.1", false), [token("T1")]).await;
    let graph = Server::start(|_| Reply::json("{}")).await;
    let client = client(&authority, &login, &graph);
    futures::future::try_join_all((0..20).map(|_| send(&client))).await.unwrap();
    let [asked] = &login.seen()[..] else { panic!("{:?}", login.seen()) };
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", &*format!("/{TENANT}/oauth2/v2.0/token")));
    for part in [
        format!("client_id={APP}"),
        "client_secret=CANARY%2Fse+cret%2B".into(),
        "scope=https%3A%2F%2Fdod-graph.microsoft.us%2F.default".into(),
    ] {
        assert!(asked.body.contains(&part), "{part}: {}", asked.body);
    }
    assert!(graph.seen().iter().all(|s| s.header("authorization") == "Bearer T1"));
}

#[tokio::test]
async fn a_rejected_token_costs_one_more_sign_in() {
    let authority = Authority::new();
    let login = Server::tls(authority.acceptor("127.0.0.1", false), [token("T1"), token("T2"), token("T3")]).await;
    let graph =
        Server::start(
            |seen| if seen.header("authorization") == "Bearer T1" { Reply::status(401) } else { Reply::json("{}") },
        );
    let graph = graph.await;
    let client = client(&authority, &login, &graph);
    futures::future::try_join_all((0..5).map(|_| send(&client))).await.unwrap();
    assert_eq!(login.seen().len(), 2);
}

#[tokio::test]
async fn a_refused_sign_in_says_why_and_keeps_the_secret() {
    let body = format!(
        r#"{{"error":"invalid_client","error_codes":[7000215],
            "error_description":"AADSTS7000215: Invalid client secret {SECRET} or CANARY%2Fse+cret%2B or CANARY%2Fse%20cret%2B"}}"#
    );
    let authority = Authority::new();
    let login = Server::tls(authority.acceptor("127.0.0.1", false), [Reply::status(401).body(body)]).await;
    let graph = Server::queue([]).await;
    let error = send(&client(&authority, &login, &graph)).await.unwrap_err();
    let Error::SignIn(failure) = &error else { panic!("{error:?}") };
    assert_eq!((failure.status, failure.code.as_deref()), (Some(401), Some("AADSTS7000215")));
    assert!(failure.message.contains("Invalid client secret *** or *** or ***"), "{}", failure.message);
    assert!(!all_words(&error).contains("CANARY"), "{}", all_words(&error));
    assert_eq!((login.seen().len(), graph.connections()), (1, 0));
}

#[tokio::test]
async fn a_refusal_keeps_its_code_in_whatever_form_it_is_written() {
    let description = "AADSTS7000215: Invalid client secret provided. \"Ensure\" it is the value.\r\n\
        Trace ID: 0f1e2d3c-1111-4222-8333-444455556666\r\nCorrelation ID: 7b795fb9-09d3-42f4-a494-38864f99ba3c\r\n\
        Timestamp: 2026-05-01 12:00:00Z";
    let coded = |codes: &str| {
        format!(r#"{{"error":"invalid_client","error_description":"{}",{codes}"timestamp":"x"}}"#, escaped(description))
    };
    for (case, status, body, code, words) in [
        (
            "as the service writes",
            401,
            coded(r#""error_codes":[7000215],"#),
            Some("AADSTS7000215"),
            "Trace ID: 0f1e2d3c",
        ),
        ("as a bad request", 400, coded(r#""error_codes":[7000215],"#), Some("AADSTS7000215"), "\"Ensure\" it is"),
        ("without codes", 400, coded(""), Some("AADSTS7000215"), "Invalid client secret"),
        ("with several codes", 400, coded(r#""error_codes":[7000215,1],"#), Some("AADSTS7000215"), "Timestamp"),
        ("an error alone", 400, r#"{"error":"invalid_grant"}"#.into(), None, "invalid_grant"),
        ("of other types", 401, r#"{"error_codes":"x","error":{"a":1}}"#.into(), None, "answered with status 401"),
        ("a page of a gateway", 403, "<html>no</html>".into(), None, "answered with status 403"),
        ("nothing", 400, String::new(), None, "answered with status 400"),
    ] {
        let authority = Authority::new();
        let login = Server::tls(authority.acceptor("127.0.0.1", false), [Reply::status(status).body(body)]).await;
        let graph = Server::queue([]).await;
        let error = send(&client(&authority, &login, &graph)).await.unwrap_err();
        let Error::SignIn(failure) = &error else { panic!("{case}: {error:?}") };
        assert_eq!((failure.status, failure.code.as_deref()), (Some(status), code), "{case}: {}", failure.message);
        assert!(failure.message.contains(words), "{case}: {}", failure.message);
        assert!(!failure.message.contains(['\r', '\n']), "{case}: {}", failure.message);
        assert_eq!((login.seen().len(), graph.connections()), (1, 0), "{case}");
        if code.is_some() {
            let hint = Report::of_error(&error).hint.unwrap();
            assert!(hint.contains("AZURE_CLIENT_SECRET does not hold the secret's value"), "{case}: {hint}");
        }
    }
}

/// The text of a JSON string.
pub(crate) fn escaped(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

#[tokio::test]
async fn a_hundred_requests_with_a_wrong_secret_cost_one_sign_in() {
    let body = r#"{"error":"invalid_client","error_codes":[7000215],"error_description":"AADSTS7000215: no"}"#;
    let authority = Authority::new();
    let refused = || Reply::status(401).body(body);
    let login = Server::tls(authority.acceptor("127.0.0.1", false), (0..100).map(|_| refused())).await;
    let graph = Server::queue([]).await;
    let client = client(&authority, &login, &graph);
    let all = futures::future::join_all((0..100).map(|_| send(&client))).await;
    assert!(all.iter().all(|sent| matches!(sent, Err(Error::SignIn(_)))));
    send(&client).await.unwrap_err();
    assert_eq!((login.seen().len(), graph.connections()), (1, 0));
}

#[tokio::test]
async fn a_hundred_requests_ask_a_sign_in_service_in_trouble_once_a_round() {
    let authority = Authority::new();
    let troubles = (0..3).map(|_| Reply::status(503)).chain([token("T1")]);
    let login = Server::tls(authority.acceptor("127.0.0.1", false), troubles).await;
    let graph = Server::start(|_| Reply::json("{}")).await;
    let client = client(&authority, &login, &graph);
    futures::future::try_join_all((0..100).map(|_| send(&client))).await.unwrap();
    assert_eq!((login.seen().len(), graph.seen().len()), (4, 100));
}

#[tokio::test]
async fn a_reply_without_a_token_is_no_sign_in() {
    let authority = Authority::new();
    let login = Server::tls(authority.acceptor("127.0.0.1", false), [Reply::json("{}")]).await;
    let graph = Server::queue([]).await;
    let error = send(&client(&authority, &login, &graph)).await.unwrap_err();
    assert!(matches!(&error, Error::SignIn(s) if s.message.contains("no token")), "{error:?}");
    assert_eq!((login.seen().len(), graph.connections()), (1, 0));
}

#[tokio::test]
async fn a_sign_in_service_in_trouble_is_asked_again() {
    let authority = Authority::new();
    let troubles = [
        Reply::status(503).body("<html>busy</html>"),
        Reply::status(429).header("Retry-After", "0.01"),
        Reply::reset(),
        token("T1"),
    ];
    let login = Server::tls(authority.acceptor("127.0.0.1", false), troubles).await;
    let graph = Server::start(|_| Reply::json("{}")).await;
    send(&client(&authority, &login, &graph)).await.unwrap();
    assert_eq!((login.seen().len(), graph.seen().len()), (4, 1));
}

#[tokio::test]
async fn a_sign_in_is_never_redirected_nor_endless() {
    let evil = Server::queue([]).await;
    for reply in [
        Reply::status(307).header("Location", &evil.url("/token")),
        Reply::status(302).header("Location", &evil.url("/token")),
        Reply::status(200).endless(vec![b'{'], vec![b' '; 1 << 16]),
        Reply::status(200).body("<html>"),
    ] {
        let authority = Authority::new();
        let login = Server::tls(authority.acceptor("127.0.0.1", false), [reply]).await;
        let graph = Server::queue([]).await;
        let error = send(&client(&authority, &login, &graph)).await.unwrap_err();
        assert!(matches!(error, Error::SignIn(_)), "{error:?}");
        assert!(!all_words(&error).contains("CANARY"), "{}", all_words(&error));
        assert_eq!((login.seen().len(), evil.connections()), (1, 0));
    }
}

/// What a client that trusts `trusted` makes of a service with that certificate.
async fn over_tls(trusted: &Authority, acceptor: TlsAcceptor) -> (Result<(), Error>, Server) {
    let server = Server::tls(acceptor, [Reply::json("{}")]).await;
    let services = Services::from([(Api::Graph, Service { base: server.origin(), scope: "s".into() })]);
    let pacer = Arc::new(Pacer::new(Pace::Unlimited));
    let client = Client::new(services, Credentials::given("CANARY".into()), pacer, trusted.options()).unwrap();
    (send(&client).await, server)
}

#[tokio::test]
async fn only_a_valid_certificate_of_a_trusted_authority_gets_the_token() {
    let (ours, other) = (Authority::new(), Authority::new());
    let (reply, server) = over_tls(&ours, ours.acceptor("127.0.0.1", false)).await;
    reply.unwrap();
    assert_eq!(server.seen()[0].header("authorization"), "Bearer CANARY");
    for (case, acceptor) in [
        ("unknown authority", other.acceptor("127.0.0.1", false)),
        ("another host", ours.acceptor("graph.microsoft.com", false)),
        ("expired", ours.acceptor("127.0.0.1", true)),
    ] {
        let (reply, server) = over_tls(&ours, acceptor).await;
        let error = reply.expect_err(case);
        assert!(matches!(error, Error::Unreachable { fault: Fault::Tls(_), .. }), "{case}: {error:?}");
        assert_eq!((server.seen().len(), server.connections()), (0, 1), "{case}: not tried again");
    }
}

#[tokio::test]
async fn a_plain_server_behind_an_https_address_gets_nothing() {
    let server = Server::queue([Reply::json("{}")]).await;
    let base = Url::parse(&server.origin().as_str().replace("http:", "https:")).unwrap();
    let services = Services::from([(Api::Graph, Service { base, scope: "s".into() })]);
    let pacer = Arc::new(Pacer::new(Pace::Unlimited));
    let mut options = Authority::new().options();
    options.transport.connect = Duration::from_millis(100);
    let client = Client::new(services, Credentials::given("CANARY".into()), pacer, options).unwrap();
    let error = send(&client).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { fault: Fault::Connect(_), .. }), "{error:?}");
    assert_eq!(server.seen().len(), 0);
}
