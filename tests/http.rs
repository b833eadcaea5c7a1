//! The client against servers that behave badly: every case ends in the right reply or in a typed error, and the token
//! goes nowhere else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use auditql::http::client::Timeouts;
use auditql::http::retry::Limits;
use auditql::http::{
    Budget, Client, Credentials, Error, Fault, GaveUp, Options, Pace, Pacer, Service, Services, Stage,
};
use auditql::table::{Api, Quota};
use auditql::tally::Why;
use auditql::wire::{Method, Reply as Answer, Request, Target};
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::error::ErrorKind;
use azure_core::time::OffsetDateTime;
use url::Url;

use crate::scripted::{Reply, Server};

const PAGE: &str = r#"{"value":[]}"#;
const CANARY: &str = "CANARY-TOKEN";
/// A query whose value must not show up in any error.
const PATH: &str = "/beta/auditLogs/signIns?$filter=CANARY-FILTER";

/// Retries as by default, in a thousandth of the time.
fn options() -> Options {
    let timeouts = Timeouts {
        first_byte: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        whole: Duration::from_secs(5),
        body: 8 << 20,
        ..Timeouts::default()
    };
    Options {
        limits: Limits { longest_told: Duration::from_mins(15), ..Limits::default().scaled(1000) },
        timeouts,
        ..Options::default()
    }
}

fn client_of(base: Url, credentials: Credentials, pace: Pace, options: Options) -> Client {
    let services = Services::from([(Api::Graph, Service { base, scope: "https://graph.example/.default".into() })]);
    Client::new(services, credentials, Arc::new(Pacer::new(pace)), options).unwrap()
}

fn client(server: &Server) -> Client {
    client_of(server.origin(), Credentials::given(CANARY.into()), Pace::Unlimited, options())
}

fn budget() -> Budget {
    Budget::new(Arc::default())
}

fn path(path: &str) -> Request {
    Request::get(Api::Graph, Target::Path(path.into()), Quota::Reports)
}

fn link(url: &str) -> Request {
    Request::get(Api::Graph, Target::Link { url: url.into(), prefix: "/beta/".into() }, Quota::Reports)
}

async fn get(server: &Server, budget: &Budget) -> Result<Answer, Error> {
    client(server).send(&path(PATH), budget).await
}

/// All that an error says, to whoever prints it in whatever way.
fn all_words(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(" {error} {error:?}");
        source = error.source();
    }
    text
}

fn counts(budget: &Budget) -> [u64; 3] {
    [budget.tally.requests.get(), budget.tally.retries.get(), budget.tally.throttled.get()]
}

#[tokio::test]
async fn a_request_carries_what_the_service_needs_to_know() {
    let server = Server::queue([Reply::json(PAGE).header("request-id", "r-1"), Reply::json(PAGE)]).await;
    let (client, budget) = (client(&server), budget());
    let reply = client.send(&path("/beta/x?$filter=a%20eq%20'o''neil'&$top=999"), &budget).await.unwrap();
    let headers = &[("Prefer", "include-unknown-enum-members")];
    client.send(&Request { headers, ..path(PATH) }, &budget).await.unwrap();
    assert_eq!((&reply.body[..], reply.request_id.as_deref()), (PAGE.as_bytes(), Some("r-1")));
    let [first, second] = &server.seen()[..] else { panic!() };
    assert_eq!(first.target.replace("%27", "'"), "/beta/x?$filter=a%20eq%20'o''neil'&$top=999");
    assert_eq!((first.method.as_str(), first.header("authorization")), ("GET", "Bearer CANARY-TOKEN"));
    assert_eq!((first.header("prefer"), second.header("prefer")), ("", "include-unknown-enum-members"));
    assert_eq!(first.header("accept"), "application/json");
    assert!(first.header("user-agent").starts_with("auditql/"));
    assert_eq!(first.header("client-request-id").len(), 36);
    assert_ne!(first.header("client-request-id"), second.header("client-request-id"));
    assert_eq!((counts(&budget), budget.tally.bytes.get()), ([2, 0, 0], 2 * PAGE.len() as u64));
}

#[tokio::test]
async fn a_storm_of_throttles_is_waited_out() {
    let forms = ["", "0", "-3", "soon", "0.02", "Sun, 06 Nov 1994 08:49:37 GMT"];
    let storm = forms
        .map(|form| if form.is_empty() { Reply::status(429) } else { Reply::status(429).header("Retry-After", form) });
    let server = Server::queue(storm.into_iter().chain([Reply::json(PAGE)])).await;
    let budget = budget();
    get(&server, &budget).await.unwrap();
    assert_eq!(counts(&budget), [7, 6, 6]);
    assert!(budget.tally.waited_for(Why::Told) >= Duration::from_millis(20));
}

#[tokio::test]
async fn every_passing_status_is_retried_and_no_other() {
    for status in [408, 429, 500, 502, 503, 504] {
        let server = Server::queue([Reply::status(status), Reply::json(PAGE)]).await;
        get(&server, &budget()).await.unwrap_or_else(|e| panic!("{status}: {e}"));
        assert_eq!(server.seen().len(), 2, "{status}");
    }
    for status in [206, 400, 403, 404, 406, 410, 413, 422, 501] {
        let server = Server::queue([Reply::status(status), Reply::json(PAGE)]).await;
        let error = get(&server, &budget()).await.unwrap_err();
        assert!(matches!(&error, Error::Refused(r) if r.status == status), "{status}: {error}");
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_throttle_holds_up_the_whole_family_and_never_too_short() {
    let mut told = false;
    let server = Server::start(move |_| {
        if std::mem::replace(&mut told, true) {
            Reply::json(PAGE)
        } else {
            Reply::status(429).header("Retry-After", "0.4")
        }
    })
    .await;
    let (client, budget) = (client(&server), budget());
    let (first, second) = (path(PATH), path(PATH));
    let late = async {
        server.until_seen(1).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        client.send(&second, &budget).await
    };
    let (a, b) = tokio::join!(client.send(&first, &budget), late);
    a.and(b).unwrap();
    let seen = server.seen();
    for later in &seen[1..] {
        let waited = later.at - seen[0].at;
        assert!(waited >= Duration::from_millis(399) && waited < Duration::from_secs(5), "{waited:?}");
    }
}

#[tokio::test]
async fn a_wait_beyond_a_quarter_of_an_hour_is_an_error_that_names_it() {
    for status in [429, 503] {
        let server =
            Server::queue([Reply::status(status).header("Retry-After", "901").header("request-id", "r-9")]).await;
        let error = get(&server, &budget()).await.unwrap_err();
        assert!(error.to_string().contains("901 s"), "{error}");
        assert_eq!(error.refusal().unwrap().request_id.as_deref(), Some("r-9"));
    }
}

#[tokio::test]
async fn half_a_reply_is_asked_for_again() {
    let page = || Reply::json(PAGE);
    for (name, fault) in [
        ("cut", page().cut(5)),
        ("cut before the body", page().cut(0)),
        ("chunks without an end", page().chunked(4, Duration::ZERO).unfinished()),
        ("reset", Reply::reset()),
        ("silence", Reply::silence()),
        ("stalled", page().stalled(5)),
        ("no reply at all", Reply::raw("")),
        ("half a head", Reply::raw("HTTP/1.1 200 OK\r\nContent-Le")),
        ("garbage", Reply::raw("SSH-2.0-OpenSSH_9.6\r\n")),
        ("broken gzip", page().header("Content-Encoding", "gzip")),
        ("half a gzip", Reply::status(200).header("Content-Encoding", "gzip").body(&gzip(PAGE.as_bytes())[..12])),
    ] {
        let server = Server::queue([fault, Reply::json(PAGE)]).await;
        let budget = budget();
        let reply = get(&server, &budget).await.unwrap_or_else(|e| panic!("{name}: {}", all_words(&e)));
        assert_eq!((&reply.body[..], counts(&budget)), (PAGE.as_bytes(), [2, 1, 0]), "{name}");
    }
}

#[tokio::test]
async fn a_request_that_changes_something_is_sent_again_only_where_it_says_so() {
    let post = |repeatable| Request { method: Method::Post { repeatable }, ..path("/beta/start") };
    for (case, fault) in [
        ("an error after it was sent", Reply::status(503)),
        ("a reset", Reply::reset()),
        ("half a reply", Reply::json(PAGE).cut(5)),
    ] {
        for (repeatable, requests) in [(true, 2), (false, 1)] {
            let server = Server::queue([fault.clone(), Reply::json(PAGE)]).await;
            let reply = client(&server).send(&post(repeatable), &budget()).await;
            assert_eq!((reply.is_ok(), server.seen().len()), (repeatable, requests), "{case}: {reply:?}");
            assert!(server.seen().iter().all(|seen| seen.method == "POST"));
            if let Err(error) = reply {
                assert!(error.to_string().contains("it may have been carried out"), "{case}: {error}");
            }
        }
    }
    let server = Server::queue([Reply::status(429), Reply::json(PAGE)]).await;
    client(&server).send(&post(false), &budget()).await.expect("what was turned away was not carried out");
}

#[tokio::test]
async fn a_body_that_trickles_is_no_progress() {
    // Twenty bytes a second, and twice that is enough.
    let trickle = || Reply::json(format!("{PAGE}{}", " ".repeat(40))).chunked(1, Duration::from_millis(50));
    let with = |rate| {
        let mut options = options();
        (options.timeouts.idle, options.timeouts.rate, options.limits.tries) = (Duration::from_millis(500), rate, 2);
        options
    };
    let server = Server::start(move |_| trickle()).await;
    for (rate, patient) in [(40, false), (10, true)] {
        let client = client_of(server.origin(), Credentials::given(CANARY.into()), Pace::Unlimited, with(rate));
        let reply = client.send(&path(PATH), &budget()).await;
        assert_eq!(reply.is_ok(), patient, "{reply:?}");
        if let Err(error) = reply {
            assert!(
                matches!(error, Error::Unreachable { fault: Fault::Slow(_), because: GaveUp::Tries, .. }),
                "{error:?}"
            );
        }
    }
    assert_eq!(server.seen().len(), 4 + 1);
}

#[tokio::test]
async fn silence_and_storms_end_in_an_error_when_nothing_came_for_as_long_as_may_be() {
    // The minute in a hundredth of its time, with its proportions.
    let scaled = || {
        let timeouts = Timeouts::default();
        let timeouts = Timeouts {
            first_byte: timeouts.first_byte / 100,
            idle: timeouts.idle / 100,
            whole: timeouts.whole / 100,
            ..timeouts
        };
        Options { timeouts, limits: Limits::default().scaled(100), jitter: || 1.0, ..Options::default() }
    };
    let page = || Reply::json(PAGE);
    let long = || Reply::json(format!("{PAGE}{}", " ".repeat(100)));
    for (case, reply, requests) in [
        ("silence", Reply::silence(), 2..=2),
        ("a head that stands still", Reply::half_a_head(), 2..=2),
        ("a body that stands still", page().stalled(5), 2..=3),
        ("a body of a byte at a time", long().chunked(1, Duration::from_millis(10)), 2..=3),
        ("a storm", Reply::status(503), 6..=10),
        ("a throttle that names no time", Reply::status(429), 5..=8),
    ] {
        // The host is known to answer, so a fault is not taken for a wrong address.
        let mut first = true;
        let server = Server::start(move |_| if std::mem::take(&mut first) { page() } else { reply.clone() }).await;
        let client = client_of(server.origin(), Credentials::given(CANARY.into()), Pace::Unlimited, scaled());
        client.send(&path(PATH), &budget()).await.unwrap();
        let error = client.send(&path(PATH), &budget()).await.expect_err(case);
        let text = all_words(&error);
        assert!(text.contains("NoProgress") || text.contains("Tries"), "{case}: {text}");
        let asked = server.seen().len() - 1;
        assert!(requests.contains(&asked), "{case}: {asked} requests, {text}");
    }
}

#[tokio::test]
async fn an_error_body_that_stands_still_is_not_waited_for() {
    let mut options = options();
    options.timeouts.whole = Duration::from_millis(300);
    let server = Server::start(|_| Reply::status(503).body(vec![b'x'; 100]).stalled(50)).await;
    let client = client_of(server.origin(), Credentials::given(CANARY.into()), Pace::Unlimited, options);
    let error = client.send(&path(PATH), &budget()).await.unwrap_err();
    assert!(matches!(&error, Error::Unavailable { because: GaveUp::NoProgress(_), .. }), "{error:?}");
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_service_in_trouble_is_given_up_after_ten_attempts() {
    let server = Server::start(|_| Reply::status(503)).await;
    let error = get(&server, &budget()).await.unwrap_err();
    assert!(matches!(&error, Error::Unavailable { because: GaveUp::Tries, last } if last.status == 503), "{error:?}");
    assert_eq!(server.seen().len(), 10);
    let server = Server::start(|_| Reply::status(429)).await;
    let error = get(&server, &budget()).await.unwrap_err();
    assert!(matches!(&error, Error::Throttled { because: GaveUp::Tries, .. }), "{error:?}");
}

#[tokio::test]
async fn a_throttled_request_goes_on_while_others_get_through() {
    let mut refused = 0;
    let server = Server::start(move |seen| {
        let refuse = seen.target == "/beta/unlucky" && refused < 25;
        refused += u32::from(refuse);
        if refuse { Reply::status(429) } else { Reply::json(PAGE) }
    })
    .await;
    let (client, budget) = (client(&server), budget());
    let (unlucky, lucky) = (path("/beta/unlucky"), path("/beta/lucky"));
    let others = async {
        loop {
            client.send(&lucky, &budget).await.unwrap();
        }
    };
    tokio::select! {
        reply = client.send(&unlucky, &budget) => drop(reply.unwrap()),
        () = others => {}
    }
    assert_eq!(budget.tally.throttled.get(), 25);
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_reported_soon_and_without_secrets() {
    let server = Server::queue([]).await;
    let origin = server.origin();
    drop(server);
    // The port is free once the listener's task is gone.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let client = client_of(origin, Credentials::given(CANARY.into()), Pace::Unlimited, options());
    let budget = budget();
    let error = client.send(&path(PATH), &budget).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { fault: Fault::Connect(_), .. }), "{error:?}");
    assert_eq!(counts(&budget), [4, 3, 0]);
    assert!(error.to_string().contains("/beta/auditLogs/signIns?$filter"), "{error}");
    assert!(!all_words(&error).contains("CANARY"), "{}", all_words(&error));
}

#[tokio::test]
async fn a_refusal_keeps_what_the_service_said() {
    let body = r#"{"error":{"code":"BadRequest","message":"Invalid filter clause","innererror":{"request-id":"r-2"}}}"#;
    let server = Server::queue([Reply::status(400).body(body), Reply::status(403).body("<html>no</html>")]).await;
    let error = get(&server, &budget()).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    let said = (refusal.status, refusal.code.as_deref(), refusal.message.as_deref(), refusal.request_id.as_deref());
    assert_eq!(said, (400, Some("BadRequest"), Some("Invalid filter clause"), Some("r-2")));
    assert!(!all_words(&error).contains("CANARY"));
    let error = get(&server, &budget()).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(r) if r.status == 403 && r.code.is_none()));
}

#[tokio::test]
async fn the_body_of_a_refusal_is_read_up_to_a_limit() {
    for reply in [
        Reply::status(400).endless(vec![b' '], vec![b'x'; 1 << 16]),
        Reply::status(400).body(vec![b'x'; 100]).stalled(50),
        Reply::status(400).body(vec![b'x'; 100]).cut(50),
    ] {
        let server = Server::queue([reply]).await;
        let error = get(&server, &budget()).await.unwrap_err();
        assert!(matches!(&error, Error::Refused(r) if r.status == 400), "{error:?}");
        server.until_closed(1).await;
    }
}

#[tokio::test]
async fn a_page_of_html_is_passed_on_for_the_decoder_to_judge() {
    let server = Server::queue([Reply::status(200).header("Content-Type", "text/html").body("<html>")]).await;
    assert_eq!(&get(&server, &budget()).await.unwrap().body[..], b"<html>");
}

// Tokens.

/// Hands out `T1`, `T2` … : one token per credential that is built.
#[derive(Debug)]
struct Numbered(usize);

#[async_trait::async_trait]
impl TokenCredential for Numbered {
    async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        let expires = OffsetDateTime::now_utc() + azure_core::time::Duration::hours(1);
        Ok(AccessToken::new(format!("T{}", self.0), expires))
    }
}

fn numbered() -> Credentials {
    let built = AtomicUsize::new(0);
    Credentials::made(&[], move || Ok(Arc::new(Numbered(built.fetch_add(1, SeqCst) + 1))))
}

#[tokio::test]
async fn a_rejected_token_is_replaced_once() {
    let server = Server::start(|seen| match seen.header("authorization") {
        "Bearer T1" => Reply::status(401),
        _ => Reply::json(PAGE),
    })
    .await;
    let client = client_of(server.origin(), numbered(), Pace::Unlimited, options());
    let (budget, request) = (budget(), path(PATH));
    let all = (0..8).map(|_| client.send(&request, &budget));
    futures::future::try_join_all(all).await.unwrap();
    let seen = server.seen();
    assert!(
        seen.iter().all(|s| ["Bearer T1", "Bearer T2"].contains(&s.header("authorization"))),
        "one renewal for all"
    );
    assert_eq!(seen.iter().filter(|s| s.header("authorization") == "Bearer T2").count(), 8);
}

#[tokio::test]
async fn a_token_that_is_rejected_again_is_an_error() {
    for (credentials, requests) in [(numbered(), 2), (Credentials::given(CANARY.into()), 1)] {
        let server = Server::start(|_| Reply::status(401).header("request-id", "r-3")).await;
        let client = client_of(server.origin(), credentials, Pace::Unlimited, options());
        let error = client.send(&path(PATH), &budget()).await.unwrap_err();
        assert!(matches!(&error, Error::TokenRejected(r) if r.request_id.as_deref() == Some("r-3")), "{error:?}");
        assert_eq!(server.seen().len(), requests);
    }
}

// Where the token may go.

#[tokio::test]
async fn no_redirect_is_followed() {
    let evil = Server::queue([Reply::json(PAGE)]).await;
    for status in [300, 301, 302, 303, 304, 307, 308] {
        for to in [evil.url("/beta/x"), "/beta/y".into(), "//evil.example/".into(), "\u{1}".into(), String::new()] {
            let server = Server::queue([Reply::status(status).header("Location", &to)]).await;
            let error = get(&server, &budget()).await.unwrap_err();
            assert!(matches!(error, Error::Redirect { .. }) || to == "\u{1}", "{status} {to}: {error:?}");
        }
    }
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn a_link_to_another_host_is_never_followed_and_its_twin_is() {
    let (evil, server) = (Server::queue([]).await, Server::start(|_| Reply::json(PAGE)).await);
    let (client, port) = (client(&server), server.origin().port().unwrap());
    for url in [
        evil.url("/beta/x?$skiptoken=CANARY"),
        evil.url("/beta/x").replace("127.0.0.1", "localhost"),
        format!("http://127.0.0.1:{port}@{}/beta/x", evil.origin().authority()),
        format!("//{}/beta/x", evil.origin().authority()),
        format!("https://127.0.0.1:{port}/beta/x"),
        format!("http://localhost:{port}/beta/x"),
        server.url("/v1.0/x"),
    ] {
        let error = client.send(&link(&url), &budget()).await.unwrap_err();
        assert!(matches!(error, Error::ForeignLink(_)), "{url}: {error:?}");
        assert!(!all_words(&error).contains("CANARY"));
    }
    assert_eq!((evil.connections(), server.seen().len()), (0, 0));
    let target = "/beta/x?$skiptoken=a%2Bb+c~!*()%3D";
    for url in [server.url(target), target.to_owned(), format!("//127.0.0.1:{port}{target}")] {
        client.send(&link(&url), &budget()).await.unwrap();
    }
    assert!(server.seen().iter().all(|s| s.target == target), "{:?}", server.seen());
}

#[tokio::test]
async fn a_path_of_ours_cannot_name_a_host() {
    let (evil, server) = (Server::queue([]).await, Server::queue([]).await);
    for target in [format!("//{}/beta/x", evil.origin().authority()), evil.url("/beta/x")] {
        client(&server).send(&path(&target), &budget()).await.unwrap_err();
    }
    assert_eq!((evil.connections(), server.connections()), (0, 0));
}

#[tokio::test]
async fn with_a_proxy_in_the_environment_loopback_is_still_reached_directly() {
    let proxy = Server::queue([]).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "http::a_loopback_service_answers", "--include-ignored"]);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, proxy.url("/"));
    }
    let output = child.env_remove("NO_PROXY").env_remove("no_proxy").output().await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    assert_eq!(proxy.connections(), 0);
}

#[tokio::test]
async fn a_loopback_service_answers() {
    let server = Server::queue([Reply::json(PAGE)]).await;
    get(&server, &budget()).await.unwrap();
}

// Size.

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gzip header, and a block that stands for 16 MiB of zeros and can be repeated for ever.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let head = gzip(b"")[..10].to_vec();
    let mut block = Vec::with_capacity(1 << 20);
    let mut deflate = flate2::Compress::new(flate2::Compression::default(), false);
    deflate.compress_vec(&vec![0; 16 << 20], &mut block, flate2::FlushCompress::Full).unwrap();
    (head, block)
}

#[tokio::test]
async fn compressed_replies_are_read() {
    let server =
        Server::queue([Reply::status(200).header("Content-Encoding", "gzip").body(gzip(PAGE.as_bytes()))]).await;
    let reply = get(&server, &budget()).await.unwrap();
    assert_eq!((&reply.body[..], server.seen()[0].header("accept-encoding")), (PAGE.as_bytes(), "gzip"));
}

#[tokio::test]
async fn a_body_without_end_stops_at_the_cap_however_well_it_is_compressed() {
    let (head, block) = bomb();
    assert!(block.len() < 32 << 10, "{}", block.len());
    for reply in [
        Reply::status(200).header("Content-Encoding", "gzip").endless(head, block),
        Reply::status(200).endless(vec![b'['], vec![b' '; 1 << 16]),
    ] {
        let server = Server::queue([reply]).await;
        let budget = budget();
        let error = get(&server, &budget).await.unwrap_err();
        assert!(matches!(error, Error::TooLarge { limit: 0x80_0000, .. }), "{error:?}");
        assert_eq!(counts(&budget), [1, 0, 0], "asking again would bring the same");
        server.until_closed(1).await;
    }
}

#[tokio::test]
async fn a_head_without_end_is_an_error() {
    let long = "x".repeat(70 << 10);
    for reply in [
        Reply::json(PAGE).header("X-Long", &long),
        (0..2000).fold(Reply::json(PAGE), |reply, i| reply.header(&format!("X-{i}"), "y")),
    ] {
        let server = Server::start(move |_| reply.clone()).await;
        let error = get(&server, &budget()).await.unwrap_err();
        assert!(matches!(error, Error::TooLarge { .. } | Error::Unreachable { .. }), "{error:?}");
    }
}

// Budgets.

#[tokio::test]
async fn retries_count_against_the_budget_of_requests() {
    let server = Server::start(|_| Reply::status(429)).await;
    let budget = budget().limited(Some(3), None);
    let error = get(&server, &budget).await.unwrap_err();
    assert!(matches!(error, Error::RequestBudget { limit: 3, .. }), "{error:?}");
    assert_eq!((server.seen().len(), budget.tally.requests.get()), (3, 3));
    assert!(matches!(get(&server, &budget).await, Err(Error::RequestBudget { .. })), "the budget is the statement's");
}

/// What comes of a request that has 300 milliseconds, and how long that took.
async fn within_its_time(client: &Client) -> (Error, Duration) {
    let deadline = tokio::time::Instant::now() + Duration::from_millis(300);
    let (budget, begun) = (budget().limited(None, Some(deadline)), Instant::now());
    let error = client.send(&path(PATH), &budget).await.unwrap_err();
    let waited: Duration = Why::ALL.iter().map(|why| budget.tally.waited_for(*why)).sum();
    assert!(waited <= begun.elapsed(), "{waited:?}");
    (error, begun.elapsed())
}

#[tokio::test]
async fn the_deadline_is_waited_for_and_tells_what_went_wrong_before() {
    let mut options = options();
    options.limits = Limits::default();
    for (case, reply, stage, last) in [
        ("silence", Reply::silence(), Stage::Reply, None),
        ("a long wait", Reply::status(429).header("Retry-After", "600"), Stage::Retry, Some("status 429")),
        ("a storm", Reply::status(503), Stage::Retry, Some("status 503")),
        ("resets", Reply::reset(), Stage::Retry, Some("the reply was cut off")),
    ] {
        let server = Server::start(move |_| reply.clone()).await;
        let credentials = Credentials::given(CANARY.into());
        let client =
            client_of(server.origin(), credentials, Pace::Unlimited, Options { jitter: || 1.0, ..options.clone() });
        let (error, elapsed) = within_its_time(&client).await;
        assert!(matches!(&error, Error::Deadline { stage: s, .. } if *s == stage), "{case}: {error:?}");
        assert!(elapsed >= Duration::from_millis(300) && elapsed < Duration::from_secs(2), "{case}: {elapsed:?}");
        let words = all_words(&error);
        assert!(!words.contains("CANARY"), "{case}: {words}");
        match last {
            None => assert!(std::error::Error::source(&error).is_none(), "{case}: {words}"),
            Some(last) => assert!(words.contains(last), "{case}: {words}"),
        }
    }
}

#[tokio::test]
async fn a_deadline_while_nobody_can_be_reached_or_signed_in_tells_so() {
    let server = Server::queue([]).await;
    let origin = server.origin();
    drop(server);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let slow = Options { jitter: || 1.0, limits: Limits::default(), ..options() };
    let client = client_of(origin.clone(), Credentials::given(CANARY.into()), Pace::Unlimited, slow.clone());
    let (error, _) = within_its_time(&client).await;
    assert!(matches!(error.underlying(), Error::Unreachable { fault: Fault::Connect(_), .. }), "{error:?}");
    let failing = Credentials::made(&[], || {
        let kind = ErrorKind::HttpResponse { status: 503.into(), error_code: None, raw_response: None };
        Err(azure_core::Error::with_message(kind, "the sign-in service is busy"))
    });
    let client = client_of(origin, failing, Pace::Unlimited, slow);
    let (error, _) = within_its_time(&client).await;
    assert!(matches!(error.underlying(), Error::SignIn(s) if s.message.contains("is busy")), "{error:?}");
}

#[tokio::test]
async fn a_deadline_in_the_queue_of_the_quota_says_so() {
    let server = Server::start(|_| Reply::json(PAGE)).await;
    let client = client_of(server.origin(), Credentials::given(CANARY.into()), Pace::Documented, options());
    for _ in 0..5 {
        client.send(&path(PATH), &budget()).await.unwrap();
    }
    let (error, _) = within_its_time(&client).await;
    assert!(matches!(error, Error::Deadline { stage: Stage::Turn, .. }), "{error:?}");
    assert_eq!(server.seen().len(), 5);
}

#[tokio::test]
async fn dropping_the_future_ends_the_request() {
    let server = Server::queue([Reply::silence()]).await;
    let client = client(&server);
    let (request, budget) = (path(PATH), budget());
    let sending = client.send(&request, &budget);
    tokio::select! {
        _ = sending => panic!("nobody answers"),
        () = server.until_seen(1) => {}
    }
    server.until_closed(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn requests_and_retries_keep_the_pace() {
    let mut count = 0;
    let server = Server::start(move |_| {
        count += 1;
        if count % 3 == 0 { Reply::status(500) } else { Reply::json(PAGE) }
    })
    .await;
    let client = client_of(server.origin(), Credentials::given(CANARY.into()), Pace::Faster(50), options());
    let (budget, request, begun) = (budget(), path(PATH), Instant::now());
    futures::future::try_join_all((0..8).map(|_| client.send(&request, &budget))).await.unwrap();
    assert_eq!(server.seen().len(), 11, "8 and every third once more");
    assert!(begun.elapsed() >= Duration::from_millis(2 * 205), "{:?}", begun.elapsed());
    assert!(budget.tally.waited_for(Why::Quota) >= Duration::from_millis(2 * 200));
}
