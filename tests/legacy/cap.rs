//! The cap: an answer that ends at it is split by time and read again, whatever the order in which records are listed.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use auditql::demo::Options;
use auditql::demo::aadgraph::{Listing, Order, SIGNIN_EVENTS};
use auditql::engine::{self, Engine};
use auditql::plan::CapError;
use auditql::settings::Settings;
use auditql::tally::{Notice, Tally};
use serde_json::Value;

use super::endpoint::Endpoint;
use super::{asked, engine_at};
use crate::hostile::outcome;
use crate::lab::{self, Lab, answer, cause};
use crate::scripted::Server;

const CAP: usize = 10_000;
/// Sign-ins of all kinds, of which more than 120,000 are at a screen.
const SIGN_INS: usize = 560_000;
const ALL: &str = "SELECT id FROM aadgraph.signin_events";

fn lowered() -> Settings {
    Settings { aadgraph_record_cap: Some(CAP as u64), ..Settings::default() }
}

/// What was said of the cap: answers that ended there, and pieces.
fn cap_reached(tally: &Tally) -> Option<(u64, u64)> {
    tally.notices().iter().find_map(|notice| match notice {
        Notice::CapReached { answers, pieces, .. } => Some((*answers, *pieces)),
        _ => None,
    })
}

/// 120,000 records behind a cap of 10,000, in three orders: each comes once. And the control: a client that does not know of
/// the cap has 10,000 of them and hears of nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_records_behind_a_cap_come_once_in_every_order_of_listing() {
    for order in [Order::NewestFirst, Order::OldestFirst, Order::Shuffled] {
        let options = Options {
            audits: 0,
            odd_per_million: 0,
            aadgraph: Listing { record_cap: CAP, order },
            feed: auditql::demo::Feed { records: 0, ..Default::default() },
            ..lab::options(SIGN_INS)
        };
        let lab = Lab::with(options, lowered()).await;
        let truth = lab.tenant.legacy_records(&SIGNIN_EVENTS);
        let id = |json: &str| serde_json::from_str::<Value>(json).unwrap()["id"].as_str().unwrap().to_owned();
        let expected: BTreeSet<String> = truth.map(|record| id(&record.json)).collect();
        assert!(expected.len() >= 120_000, "{}", expected.len());
        lab.tenant.reset_stats();
        let begun = std::time::Instant::now();
        let answer = lab.answer(ALL).await.unwrap();
        let rows = answer.rows();
        let requests = lab.tenant.stats().paths["/activities/signinEvents"].requests;
        let (answers, pieces) = cap_reached(&answer.tally).expect("the cap is reached");
        println!("{order:?}: {requests} requests, {answers} answers in {pieces} pieces, {:?}", begun.elapsed());
        assert_eq!(rows.len(), expected.len(), "{order:?}");
        assert!(rows.iter().collect::<BTreeSet<_>>().into_iter().eq(expected.iter()), "{order:?}");
        assert_eq!(answer.tally.missing(), None);
        // One for each batch at the least.
        assert!(requests < 3 * expected.len().div_ceil(1_000) as u64, "{order:?}: {requests}");
        if order == Order::Shuffled {
            let unaware = lab::engine(lab::connection(&lab.tenant), Settings::default());
            let short = lab::answer(&unaware, ALL).await.unwrap();
            assert!(short.rows().len() <= CAP && cap_reached(&short.tally).is_none(), "{}", short.rows().len());
        }
    }
}

/// Seconds of so many records in the ten days before the lab's present, and so many more within one second.
fn seconds(spread: i64, crowded: usize) -> Vec<i64> {
    let now = lab::now().timestamp();
    let all = (0..spread).map(|n| now - 1 - (n * 7_919) % (10 * 86_400));
    all.chain(std::iter::repeat_n(now - 3 * 86_400, crowded)).collect()
}

/// An endpoint with such records and a cap of 2,000.
async fn server(endpoint: Endpoint) -> (Arc<Server>, Engine) {
    let endpoint = Mutex::new(endpoint);
    let server = Arc::new(Server::start(move |seen| endpoint.lock().unwrap().reply(seen)).await);
    let engine = engine_at(&server, Settings { aadgraph_record_cap: Some(2_000), ..Settings::default() });
    (server, engine)
}

#[tokio::test]
async fn a_second_at_the_cap_is_an_error_that_says_what_to_do() {
    let (_server, engine) = server(Endpoint::new(seconds(4_000, 2_000), 2_000)).await;
    let error = answer(&engine, ALL).await.err().expect("a second cannot be split");
    let Some(engine::Error::Capped { source, .. }) = cause(&error) else { panic!("{error}") };
    let second = "2026-04-28T12:00:00Z".to_owned();
    assert_eq!(source, &CapError::OneSecond { cap: 2_000, second });
    let report = auditql::report::Report::of_query(&error, &auditql::report::About::default());
    assert_eq!(report.exit, auditql::report::Exit::Incomplete);
    assert!(report.hint.is_some_and(|hint| hint.contains("aadgraph_record_cap") && hint.contains("--partial")));
    // One record fewer fits.
    let (_server, engine) = server_of(1_999).await;
    assert_eq!(outcome(&answer(&engine, ALL).await), "5999 rows, CapReached");
}

async fn server_of(crowded: usize) -> (Arc<Server>, Engine) {
    server(Endpoint::new(seconds(4_000, crowded), 2_000)).await
}

#[tokio::test]
async fn under_partial_a_second_at_the_cap_costs_itself_alone() {
    let (server, _) = server_of(2_500).await;
    let settings = Settings { aadgraph_record_cap: Some(2_000), partial: true, ..Settings::default() };
    let partial = answer(&engine_at(&server, settings), ALL).await.unwrap();
    let notices = partial.tally.notices();
    let missing: Vec<&Notice> = notices.iter().filter(|n| matches!(n, Notice::Incomplete { .. })).collect();
    assert_eq!(missing.len(), 1, "{notices:#?}");
    assert!(missing[0].to_string().contains("the second from 2026-04-28T12:00:00Z alone"), "{}", missing[0]);
    // What came of that second before it was given up is good.
    assert_eq!(partial.rows().len(), 6_000);
}

#[tokio::test]
async fn a_filter_and_a_limit_need_no_split() {
    let (server, engine) = server_of(2_500).await;
    let few = answer(&engine, "SELECT id FROM aadgraph.signin_events LIMIT 10").await.unwrap();
    assert_eq!((few.rows().len(), server.seen().len()), (10, 1));
    let day = "SELECT id FROM aadgraph.signin_events WHERE signin_date_time >= '2026-04-26' AND signin_date_time < '2026-04-27'";
    let day = answer(&engine, day).await.unwrap();
    assert_eq!((day.rows().len(), cap_reached(&day.tally), server.seen().len()), (404, None, 2));
}

#[tokio::test]
async fn an_answer_that_cannot_be_split_is_an_error() {
    let error = |result: auditql::datafusion::error::Result<lab::Answer>| {
        let error = result.err().expect("it is not whole");
        match cause(&error) {
            Some(engine::Error::Capped { source, .. }) => source.clone(),
            _ => panic!("{error}"),
        }
    };
    let mut deaf = Endpoint::new(seconds(4_000, 0), 2_000);
    deaf.deaf = true;
    let (server, engine) = server(deaf).await;
    let found = error(answer(&engine, ALL).await);
    assert!(matches!(found, CapError::RangeIgnored { cap: 2_000, .. }), "{found:?}");
    assert!(server.seen().len() < 60, "{}", server.seen().len());
    let (server, _) = server_of(0).await;
    let settings = Settings { aadgraph_record_cap: Some(2_000), dedup: false, ..Settings::default() };
    let engine = engine_at(&server, settings);
    assert_eq!(error(answer(&engine, ALL).await), CapError::NoDedup { cap: 2_000 });
    // What is below the cap needs none.
    let day = "SELECT count(*) FROM aadgraph.signin_events WHERE signin_date_time >= '2026-04-26' AND signin_date_time < '2026-04-27'";
    assert_eq!(answer(&engine, day).await.unwrap().rows(), ["404"]);
}

#[tokio::test]
async fn requests_of_a_split_count_against_the_budget() {
    let (server, _) = server_of(0).await;
    let settings = Settings { aadgraph_record_cap: Some(2_000), max_requests: Some(4), ..Settings::default() };
    let error = answer(&engine_at(&server, settings), ALL).await.err().expect("four requests are too few");
    assert_eq!(outcome(&Err(error)), "Request: RequestBudget");
    assert!(asked(&server).len() <= 4, "{:#?}", asked(&server));
}
