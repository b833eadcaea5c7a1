//! Whole queries against a service that misbehaves: each ends in the right answer or in the right typed error, and never
//! in a short answer.
//!
//! A [`Fixture`] is a script and the outcome in words. Records are known by construction (`r0`, `r1` … newest first), so
//! an answer is either exactly the first so many of them, each once, or its whole text is the failure's message.

mod bodies;
mod chains;
mod filters;
mod limits;
mod links;
mod order;
mod partial;
mod records;
pub(crate) mod service;
mod statuses;
mod tokens;
mod versions;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auditql::auth::{Cloud, Connection, CredentialSource, Keeps};
use auditql::datafusion::error::DataFusionError;
use auditql::engine::{self, Engine, Policy};
use auditql::http;
use auditql::http::client::Timeouts;
use auditql::http::retry::Limits;
use auditql::http::{Pace, Quotas};
use auditql::settings::Settings;
use auditql::table::ApiVersion;
use auditql::tally::{Notice, Tally};
use futures::StreamExt;
use url::Url;

use crate::lab::{Answer, answer, cause, now};
use crate::scripted::{Reply, Seen, Server};

/// One stream of requests, in no order.
const ALL: &str = "SELECT id FROM sign_ins WHERE is_interactive";
/// The same, newest first.
const NEWEST: &str = "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC";

/// A fixture that takes longer hangs. On an idle machine the slowest needs two seconds; this leaves room for a busy one.
const LONGEST: Duration = Duration::from_secs(60);

/// A service's behaviour, a query, and what must come of it.
struct Fixture {
    name: &'static str,
    sql: &'static str,
    script: Box<dyn FnMut(&Seen) -> Reply + Send>,
    settings: Settings,
    keeps: Keeps,
    /// The outcome, and how many requests it took where streams do not race for it: `3 rows, TypeConflicts in 2`.
    expected: &'static str,
}

impl Fixture {
    /// A fixture whose service answers as the closure says.
    fn new(
        name: &'static str,
        sql: &'static str,
        expected: &'static str,
        script: impl FnMut(&Seen) -> Reply + Send + 'static,
    ) -> Self {
        // A script tells of one chain.
        let settings = Settings { time_slices: 1, ..Settings::default() };
        Self { name, sql, script: Box::new(script), settings, keeps: Keeps::All, expected }
    }

    /// A fixture whose service answers from a list, and with status 599 after its end.
    fn queue<const N: usize>(
        name: &'static str,
        sql: &'static str,
        expected: &'static str,
        replies: [Reply; N],
    ) -> Self {
        let mut replies = replies.into_iter();
        Self::new(name, sql, expected, move |_| replies.next().unwrap_or_else(|| Reply::status(599)))
    }

    /// A fixture whose service always says the same.
    fn always(name: &'static str, sql: &'static str, expected: &'static str, reply: Reply) -> Self {
        Self::new(name, sql, expected, move |_| reply.clone())
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    fn expecting(self, expected: &'static str) -> Self {
        Self { expected, ..self }
    }

    /// The connection is to a service that is held to its documented reach.
    fn with_reach(self) -> Self {
        self.keeping(Keeps::Documented)
    }

    /// The connection is to a service that keeps records for so long.
    fn keeping(self, keeps: Keeps) -> Self {
        Self { keeps, ..self }
    }

    /// What came of it, in words; `None` if it was as expected.
    async fn failure(self) -> Option<String> {
        let server = Server::start(self.script).await;
        let connection = Connection { keeps: self.keeps, ..connection(server.origin()) };
        let engine = engine(connection, self.settings, options());
        let begun = Instant::now();
        let Ok(result) = tokio::time::timeout(LONGEST, answer(&engine, self.sql)).await else {
            return Some(format!("{}: no end in {LONGEST:?}, {} requests", self.name, server.seen().len()));
        };
        let words = outcome(&result);
        let seen = server.seen().len();
        let mut found = words.clone();
        if self.expected.contains(" in ") {
            found = format!("{words} in {seen}");
            // The next page is asked for while one is decoded: an error may find that request sent or not.
            let without_ahead = format!("{words} in {}", seen.saturating_sub(1));
            if result.is_err() && without_ahead == self.expected {
                found = without_ahead;
            }
        }
        let details = result.err().map(|e| format!("\n    {e}")).unwrap_or_default();
        println!("{:?} {}", begun.elapsed(), self.name);
        (found != self.expected)
            .then(|| format!("{}:\n    expected {}\n    found    {found}{details}", self.name, self.expected))
    }
}

/// Retries as by default, in a thousandth of the time; replies up to 16 MiB.
pub(crate) fn options() -> http::Options {
    let timeouts = Timeouts {
        first_byte: Duration::from_secs(20),
        idle: Duration::from_secs(2),
        whole: Duration::from_secs(30),
        body: 16 << 20,
        ..Timeouts::default()
    };
    let limits = Limits { longest_told: Duration::from_secs(900), ..Limits::default().scaled(1000) };
    http::Options { limits, timeouts, ..http::Options::default() }
}

pub(crate) fn connection(origin: Url) -> Connection {
    Connection {
        name: "lab".into(),
        tenant: "00000000-0000-0000-0000-000000000000".into(),
        cloud: Cloud::Global,
        credential: CredentialSource::AccessToken("CANARY-TOKEN".into()),
        graph_url: Some(origin),
        management_url: None,
        aadgraph_url: None,
        content_types: None,
        authority_url: None,
        allow_insecure_loopback: true,
        api_version: ApiVersion::Beta,
        quotas: Quotas::default(),
        keeps: Keeps::All,
    }
}

pub(crate) fn engine(connection: Connection, settings: Settings, options: http::Options) -> Engine {
    let builder = Engine::builder().connection(connection).settings(settings).policy(Policy::LOCAL).now(now());
    builder.pace(Pace::Unlimited).http(options).build().unwrap()
}

/// An answer or an error in words. Whatever is not known by name keeps its own text.
pub(crate) fn outcome(result: &Result<Answer, DataFusionError>) -> String {
    match result {
        Ok(answer) => format!("{}{}", found(answer.rows()), notices(&answer.tally)),
        Err(error) => cause::<engine::Error>(error).map_or_else(|| format!("untyped: {error}"), in_words),
    }
}

/// `9 rows` if these are r0 to r8, in any order: an order that is asked for is checked apart.
fn found(rows: Vec<String>) -> String {
    let known: BTreeSet<String> = (0..rows.len()).map(|n| format!("r{n}")).collect();
    let distinct: BTreeSet<String> = rows.iter().cloned().collect();
    if known == distinct { format!("{} rows", rows.len()) } else { format!("rows [{}]", rows.join(" ")) }
}

/// The names of notices, but for the one on how far back an answer reaches.
fn notices(tally: &Tally) -> String {
    let worth = |notice: &&Notice| !matches!(notice, Notice::Reach { .. });
    let names: BTreeSet<String> = tally.notices().iter().filter(worth).map(variant).collect();
    names.into_iter().fold(String::new(), |text, name| format!("{text}, {name}"))
}

/// The name of an enum's variant.
fn variant(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

fn in_words(error: &engine::Error) -> String {
    let inner = match error {
        engine::Error::Request { source, .. } => request_in_words(source),
        engine::Error::Page { source, .. } => variant(source),
        engine::Error::Chain { source, .. } => variant(source),
        _ => return variant(error),
    };
    format!("{}: {inner}", variant(error))
}

fn request_in_words(error: &http::Error) -> String {
    match error {
        http::Error::ForeignLink(link) => format!("ForeignLink {:?}", link.why),
        http::Error::Refused(refusal) => {
            let code = refusal.code.as_deref().map(|code| format!(" {code}")).unwrap_or_default();
            format!("Refused {}{code}", refusal.status)
        }
        http::Error::Throttled { because, .. } | http::Error::Unavailable { because, .. } => {
            format!("{} {}", variant(error), variant(because))
        }
        http::Error::Unreachable { because, fault, .. } => {
            format!("Unreachable {} {}", variant(fault), variant(because))
        }
        _ => variant(error),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_service_gets_the_right_answer_or_the_right_error_out_of_us() {
    let evil = Arc::new(Server::start(|_| service::page(0..3, None)).await);
    let groups = [
        links::fixtures(&evil),
        bodies::fixtures(),
        statuses::fixtures(),
        chains::fixtures(),
        records::fixtures(),
        filters::fixtures(),
        partial::fixtures(),
        limits::fixtures(),
        order::fixtures(),
    ];
    let fixtures: Vec<Fixture> = groups.into_iter().flatten().collect();
    let count = fixtures.len();
    let names: BTreeSet<&str> = fixtures.iter().map(|f| f.name).collect();
    assert!(count >= 60 && names.len() == count, "{count} fixtures, {} names", names.len());
    let failures: Vec<String> = futures::stream::iter(fixtures)
        .map(Fixture::failure)
        .buffer_unordered(6)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(failures.is_empty(), "{} of {count} fixtures:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(evil.connections(), 0, "a foreign listener was connected to");
    control_of_the_evil_listener(&evil).await;
}

/// The listener would have noticed: a connection that is configured to it does reach it, token and all.
async fn control_of_the_evil_listener(evil: &Server) {
    let engine = engine(connection(evil.origin()), Settings::default(), options());
    assert_eq!(answer(&engine, ALL).await.unwrap().rows().len(), 3);
    assert_eq!(evil.seen()[0].header("authorization"), "Bearer CANARY-TOKEN");
}

#[tokio::test]
async fn an_outcome_in_words_tells_a_short_or_doubled_answer_from_the_right_one() {
    let texts = |ids: &[&str]| found(ids.iter().map(ToString::to_string).collect());
    assert_eq!(texts(&["r1", "r0", "r2"]), "3 rows");
    for wrong in [&["r0", "r2"][..], &["r0", "r0"], &["r0", "r1", "r1"], &["r0", "r1", "x"]] {
        assert!(texts(wrong).starts_with("rows ["), "{wrong:?}");
    }
}
