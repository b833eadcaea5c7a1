//! Long ranges of time that are read in slices, by several chains of pages at once: the same rows as one chain brings, hardly
//! more requests, and no more chains than the quota feeds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auditql::auth::Connection;
use auditql::demo::{Options, Tenant, Throttle};
use auditql::engine::Engine;
use auditql::http::Quotas;
use auditql::settings::Settings;
use auditql::table::{Quota, Rate};
use auditql::tally::Notice;
use fastrand::Rng;
use futures::StreamExt;

use crate::faults::uneven;
use crate::hostile::service::{Asked, KINDS, Record, Rest, Service, instant, refusal};
use crate::hostile::{connection, engine, options};
use crate::lab::{self, Lab, answer};
use crate::scripted::{Seen, Server};

/// How long replies take: so long that slices are worth their requests.
const DELAY: Duration = Duration::from_millis(12);
const SECOND: i64 = 1_000_000;

/// All of a log, within the range that it takes up.
fn all(records: &[Record]) -> String {
    let first = records.iter().map(|record| record.time).min().unwrap();
    format!("SELECT id FROM sign_ins WHERE is_interactive AND created_date_time >= TIMESTAMP '{}'", instant(first))
}

/// Two minutes in which each second has several records, many of them at its beginning: no edge lies between records.
fn dense(rng: &mut Rng) -> Vec<Record> {
    let end = lab::now().timestamp_micros();
    let mut times: Vec<i64> = (0..rng.usize(200..350)).map(|_| end - rng.i64(1..120 * SECOND)).collect();
    times.iter_mut().step_by(2).for_each(|time| *time = time.div_euclid(SECOND) * SECOND);
    times.sort_unstable_by_key(|time| -time);
    times.into_iter().enumerate().map(|(n, time)| Record { id: format!("0-{n}"), time, kind: 0 }).collect()
}

/// Every other world is dense.
fn world(seed: u64, rng: &mut Rng) -> Vec<Record> {
    if seed / 2 % 2 == 0 { dense(rng) } else { uneven(rng, 0) }
}

/// How a service compares the times of its records with bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compares {
    /// As they are.
    Exactly,
    /// Cut to whole seconds.
    Seconds,
    /// Rightly, but it leaves out the second before an upper bound.
    WithoutLast,
    /// Rightly, but it leaves out the second behind a lower bound.
    WithoutFirst,
}

impl Compares {
    fn holds(self, time: i64, from: Option<i64>, to: Option<i64>) -> bool {
        let (first, last, time) = match self {
            Self::Exactly => (0, 0, time),
            Self::Seconds => (0, 0, time.div_euclid(SECOND) * SECOND),
            Self::WithoutLast => (0, SECOND, time),
            Self::WithoutFirst => (SECOND, 0, time),
        };
        from.is_none_or(|from| time >= from + first) && to.is_none_or(|to| time <= to - last)
    }
}

/// A service of interactive sign-ins, and what it was asked.
struct Place {
    records: Vec<Record>,
    server: Server,
    /// Records that it served, copies too.
    served: Arc<Mutex<usize>>,
}

impl Place {
    async fn new(seed: u64, compares: Compares) -> Self {
        let mut rng = Rng::with_seed(seed);
        let records = world(seed, &mut rng);
        let page = rng.usize(4..8);
        let mut service = Service::new(records.clone(), page);
        let served = Arc::new(Mutex::new(0));
        let count = Arc::clone(&served);
        let server = Server::start(move |seen| {
            let asked = Asked::of(seen);
            let rest = match &asked.token {
                Some(_) => service.rest(&asked),
                None => chosen(&service, &asked, compares),
            };
            *count.lock().unwrap() += page.min(rest.records.len());
            service.page(rest, page).delayed(DELAY)
        })
        .await;
        Self { records, server, served }
    }

    fn engine(&self, settings: Settings) -> Engine {
        engine(connection(self.server.origin()), settings, options())
    }

    async fn ids(&self, settings: Settings) -> Vec<String> {
        let mut rows = answer(&self.engine(settings), &all(&self.records)).await.unwrap().rows();
        rows.sort_unstable();
        rows
    }

    fn expected(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.records.iter().map(|record| record.id.clone()).collect();
        ids.sort_unstable();
        ids
    }

    /// The ranges that chains were opened with.
    fn opened(&self) -> Vec<(Option<i64>, Option<i64>)> {
        opened(&self.server.seen())
    }
}

/// What an opening request is about, as the service compares times.
fn chosen(service: &Service, asked: &Asked, compares: Compares) -> Rest {
    let unbounded = Asked { filter: format!("'{}'", KINDS[0]), ..asked.clone() };
    let Rest { kind, records } = service.rest(&unbounded);
    let (from, to) = (asked.bound("ge"), asked.bound("le"));
    Rest { kind, records: records.into_iter().filter(|r| compares.holds(r.time, from, to)).collect() }
}

fn opened(seen: &[Seen]) -> Vec<(Option<i64>, Option<i64>)> {
    let asked = seen.iter().map(Asked::of).filter(|asked| asked.token.is_none());
    asked.map(|asked| (asked.bound("ge"), asked.bound("le"))).collect()
}

fn slices(time_slices: usize, dedup: bool) -> Settings {
    Settings { time_slices, dedup, ..Settings::default() }
}

fn seeds() -> std::ops::Range<u64> {
    let is_full = std::env::var_os("AUDITQL_FULL").is_some_and(|value| value == "1");
    1..if is_full { 300 } else { 13 }
}

#[tokio::test(flavor = "multi_thread")]
async fn slices_bring_what_one_chain_brings_each_record_once_and_hardly_cost_more() {
    let law = async |seed: u64| {
        let dedup = seed.is_multiple_of(2);
        let alone = Place::new(seed, Compares::Exactly).await;
        let expected = alone.expected();
        assert_eq!(alone.ids(slices(1, dedup)).await, expected, "seed {seed}, one chain");
        let pages = alone.server.seen().len();
        assert_eq!(alone.opened().len(), 1, "one chain");
        for compares in [Compares::Exactly, Compares::Seconds] {
            let place = Place::new(seed, compares).await;
            assert_eq!(place.ids(slices(8, dedup)).await, expected, "seed {seed}, {compares:?}, dedup {dedup}");
            let (sent, chains) = (place.server.seen().len(), place.opened().len());
            println!("seed {seed}: {pages} pages, {sent} requests, {chains} chains");
            assert!(sent <= pages + pages / 10 + 8, "seed {seed}: {sent} requests for {pages} pages");
            assert!(chains >= 2, "seed {seed}: {pages} pages were never cut");
            let served = *place.served.lock().unwrap();
            assert!(served > expected.len(), "pages reach over edges, and edges were met: {served}");
        }
    };
    futures::stream::iter(seeds()).map(law).buffer_unordered(4).collect::<Vec<()>>().await;
}

/// The control: a service that is wrong about an edge, as an engine would be that sends it wrongly, is found out.
#[tokio::test(flavor = "multi_thread")]
async fn an_edge_that_is_open_where_it_should_be_closed_is_found() {
    for compares in [Compares::WithoutLast, Compares::WithoutFirst] {
        let wrong = async |seed: u64| {
            let place = Place::new(seed, compares).await;
            let (found, expected) = (place.ids(slices(8, true)).await, place.expected());
            assert!(found.iter().all(|id| expected.contains(id)));
            usize::from(found.len() < expected.len())
        };
        let found: Vec<usize> = futures::stream::iter(1..9).map(wrong).buffer_unordered(4).collect().await;
        println!("{compares:?}: {} of {} answers lack rows", found.iter().sum::<usize>(), found.len());
        assert!(found.iter().sum::<usize>() > 0, "{compares:?}: no edge was met by a record");
    }
}

/// What a limit, an order or a threshold may end is read as it was: a slice could be for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_may_end_early_is_one_chain() {
    for sql in [
        "SELECT id FROM sign_ins WHERE is_interactive LIMIT 60",
        "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 60",
        "SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC, id LIMIT 60",
        "SELECT s.id FROM sign_ins s, unnest(s.sign_in_event_types) AS t WHERE s.is_interactive LIMIT 60",
        "SELECT max(created_date_time) FROM sign_ins WHERE is_interactive",
    ] {
        let place = Place::new(3, Compares::Exactly).await;
        let rows = answer(&place.engine(slices(8, true)), sql).await.unwrap().rows();
        assert_eq!(place.opened(), [(None, None)], "{sql}");
        assert!(place.server.seen().len() <= 60 / 4 + 2, "{sql}: {} requests", place.server.seen().len());
        assert!(!rows.is_empty());
    }
}

/// At each moment, what is said to be read without a gap was given out.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_to_be_complete_is_there() {
    for seed in 1..5 {
        let place = Place::new(seed, Compares::Exactly).await;
        let told = answer(&place.engine(slices(8, true)), &format!("EXPLAIN ANALYZE {}", all(&place.records))).await;
        let told = told.unwrap().rows().join("\n");
        assert!(told.contains(" time slices, up to ") && told.contains(" chains of pages at once"), "{told}");
        let query = place.engine(slices(8, true)).query(&all(&place.records)).await.unwrap();
        let (mut stream, mut there, mut told) = (query.stream, Vec::new(), 0);
        while let Some(batch) = stream.next().await {
            let tally = Arc::clone(&query.tally);
            there.extend(lab::Answer { batches: vec![batch.unwrap()], tally }.rows());
            let Some((from, to)) = query.tally.live.view().covered else { continue };
            let due = place.records.iter().filter(|r| from < r.time && r.time <= to);
            let missing: Vec<&str> = due.map(|r| r.id.as_str()).filter(|id| !there.iter().any(|t| t == id)).collect();
            assert!(missing.is_empty(), "seed {seed}: {missing:?} from {} to {}", instant(from), instant(to));
            told += 1;
        }
        assert!(told > 5 && there.len() == place.records.len(), "{told} times, {} rows", there.len());
        assert!(place.opened().len() > 1);
    }
}

/// A service that refuses the first slice that it is asked for, and which that is.
async fn denying(records: &[Record]) -> (Server, Arc<Mutex<Option<(i64, i64)>>>) {
    let mut service = Service::new(records.to_vec(), 5);
    let denied = Arc::new(Mutex::new(None));
    let seen_denied = Arc::clone(&denied);
    let server = Server::start(move |seen| {
        let asked = Asked::of(seen);
        let mut denied = seen_denied.lock().unwrap();
        if let (None, Some(range)) = (*denied, asked.bound("ge").zip(asked.bound("le"))) {
            *denied = Some(range);
        }
        let is_denied =
            denied.is_some_and(|(from, to)| (asked.bound("ge"), asked.bound("le")) == (Some(from), Some(to)));
        if is_denied { refusal(500, "UnknownError", "no") } else { service.answer(&asked).delayed(DELAY) }
    })
    .await;
    (server, denied)
}

/// A slice that cannot be read costs itself, and is named with its range of time.
#[tokio::test(flavor = "multi_thread")]
async fn a_slice_that_cannot_be_read_is_named_by_its_times() {
    let records = uneven(&mut Rng::with_seed(2), 0);
    let sql = &all(&records);
    let (server, _) = denying(&records).await;
    let whole = engine(connection(server.origin()), Settings::default(), options());
    answer(&whole, sql).await.map(|_| ()).expect_err("without partial it is an error");
    // A service of its own: what the first question still had under way would be what is refused of the second.
    let (server, denied) = denying(&records).await;
    let settings = Settings { partial: true, ..Settings::default() };
    let found = answer(&engine(connection(server.origin()), settings, options()), sql).await.unwrap();
    let (from, to) = denied.lock().unwrap().expect("a slice has two ends");
    let notices = found.tally.notices();
    let missing = notices.iter().find_map(|notice| match notice {
        Notice::Incomplete { missing } => Some(missing.as_str()),
        _ => None,
    });
    let named = format!(" up to {} could not be read", auditql::time::instant_text(to - 1));
    assert!(missing.is_some_and(|missing| missing.contains(&named) && missing.contains("500")), "{named}: {notices:?}");
    let mut rows = found.rows();
    rows.sort_unstable();
    let mut expected: Vec<String> =
        records.iter().filter(|r| !(from <= r.time && r.time < to)).map(|r| r.id.clone()).collect();
    expected.sort_unstable();
    assert_eq!(rows, expected, "all but what lies from {} to {}", instant(from), instant(to));
}

/// A service that ignores bounds of time sends everything to each slice: each record is there once all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_ignores_the_bounds_makes_no_copies() {
    let records = uneven(&mut Rng::with_seed(5), 0);
    for dedup in [true, false] {
        let mut service = Service::new(records.clone(), 20);
        let server = Server::start(move |seen| {
            let asked = Asked::of(seen);
            let rest = match asked.token {
                Some(_) => service.rest(&asked),
                None => service.rest(&Asked { filter: format!("'{}'", KINDS[0]), ..asked }),
            };
            service.page(rest, 20).delayed(DELAY * 3)
        })
        .await;
        let found =
            answer(&engine(connection(server.origin()), slices(8, dedup), options()), &all(&records)).await.unwrap();
        assert!(opened(&server.seen()).len() > 1);
        assert_eq!(found.rows().len(), records.len(), "dedup {dedup}");
    }
}

/// A tenant whose replies take so long, and an engine that may read so many slices of it.
async fn slow(latency: u64, rows: usize, time_slices: usize) -> Lab {
    let options = Options { latency: Duration::from_millis(latency), ..lab::options(rows) };
    Lab::with(options, slices(time_slices, true)).await
}

/// Half of a tenant.
const COUNT: &str = "SELECT count(*) FROM sign_ins WHERE array_has(sign_in_event_types, 'nonInteractiveUser')";

/// The tenant renders its pages on the cores that this program runs on: only what takes longer than that is waited for together.
#[tokio::test(flavor = "multi_thread")]
async fn chains_are_really_in_flight_together() {
    let lab = slow(1_500, 50_000, 8).await;
    let of_kind = |record: &auditql::demo::Record| record.json.contains(r#"["nonInteractiveUser"]"#);
    let (truth, served) = lab
        .tenant
        .sign_ins()
        .filter(of_kind)
        .fold((0, 0), |(records, served), record| (records + 1, served + record.copies));
    assert_eq!(lab.rows(COUNT).await, [truth.to_string()]);
    let (sent, at_once) = (lab.tenant.stats().total().requests, lab.tenant.stats().at_once);
    assert!((4..=8).contains(&at_once), "{at_once} at once, {sent} requests");
    let pages = served.div_ceil(999) as u64;
    assert!(sent <= pages + pages / 10 + 8, "{sent} requests for {pages} pages");
}

/// A tenant that allows so many requests a second, of which the connection knows.
async fn paced(requests: usize, latency: u64, rows: usize) -> (Tenant, Engine) {
    let window = Duration::from_secs(1);
    let options = Options {
        throttle: Some(Throttle { requests, window }),
        latency: Duration::from_millis(latency),
        ..lab::options(rows)
    };
    let tenant = Tenant::start(options).await.unwrap();
    let mut quotas = Quotas::default();
    quotas.set(Quota::Reports, Some(Rate { requests: u32::try_from(requests).unwrap(), window }));
    let connection = Connection { quotas, ..lab::connection(&tenant) };
    let engine = Engine::builder().connection(connection).now(lab::now()).build().unwrap();
    (tenant, engine)
}

#[tokio::test(flavor = "multi_thread")]
async fn under_a_quota_there_are_as_many_chains_as_it_feeds() {
    // Two a second, and fast replies: one chain, and not one request more.
    let (tenant, engine) = paced(2, 0, 20_000).await;
    let found = answer(&engine, COUNT).await.unwrap().rows();
    let (one, at_once) = (tenant.stats().total(), tenant.stats().at_once);
    assert_eq!((at_once, one.throttled), (1, 0));
    assert!(one.requests >= 7, "{}: too few to cut", one.requests);
    let opened = |tenant: &Tenant| tenant.stats().requests.iter().filter(|r| !r.url.contains("skiptoken")).count();
    assert_eq!(opened(&tenant), 1);
    // Forty a second, of which one chain of 150 ms each would use a fifth.
    let (tenant, engine) = paced(40, 150, 20_000).await;
    assert_eq!(answer(&engine, COUNT).await.unwrap().rows(), found);
    let (many, at_once) = (tenant.stats().total(), tenant.stats().at_once);
    assert!((2..=8).contains(&at_once) && many.throttled == 0, "{at_once} at once, {many:?}");
    assert!(opened(&tenant) > 1 && many.requests <= one.requests + 8, "{} requests", many.requests);
}

#[tokio::test]
async fn explain_tells_of_slices_where_there_may_be_some_and_sends_nothing() {
    let lab = Lab::new(lab::options(100)).await;
    let told = async |sql: &str| lab.rows(&format!("EXPLAIN {sql}")).await.join("\n");
    let line = "time:  read in up to 8 slices at once";
    assert!(told("SELECT id FROM sign_ins").await.contains(line));
    for sql in [
        "SELECT id FROM sign_ins LIMIT 5",
        "SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 5",
        "SELECT id FROM directory_audits",
        "SELECT id FROM users",
        "SELECT id FROM m365.activity",
        "SELECT id FROM aadgraph.signin_events",
    ] {
        assert!(!told(sql).await.contains("slices"), "{sql}");
    }
    lab.engine.set("time_slices", "3").unwrap();
    assert!(told("SELECT id FROM sign_ins").await.contains("up to 3 slices"));
    lab.engine.set("time_slices", "1").unwrap();
    assert!(!told("SELECT id FROM sign_ins").await.contains("slices"));
    lab.engine.set("time_slices", "9").unwrap_err();
    assert_eq!(lab.tenant.stats().requests.len(), 0);
}
