//! Whole queries against a service that serves its log rightly, but meets one to five faults on the way.
//!
//! A schedule is made of a seed alone: log, page size, query, and which request of which stream meets which fault. Its
//! answer is the oracle's, row for row, or a typed error; where all faults pass, it is the oracle's. Sixty schedules run
//! in `cargo test`, a thousand with `AUDITQL_FULL=1`; a failure names its seed, and `AUDITQL_SEED=<seed>` runs that one.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auditql::auth::{Connection, CredentialSource};
use auditql::engine;
use auditql::http;
use auditql::http::client::Timeouts;
use auditql::http::retry::Limits;
use auditql::settings::Settings;
use fastrand::Rng;
use futures::StreamExt;

use crate::hostile::service::{Asked, KINDS, Record, Rest, Service, expired, instant, page_of, refusal};
use crate::hostile::{connection, engine};
use crate::lab::{answer, cause, now};
use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::{Authority, token};

/// Longest time that one schedule may take.
const LONGEST: Duration = Duration::from_secs(60);

/// What can befall a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    // These pass: another attempt, or the next page, puts them right.
    Throttle,
    ThrottleWithTime,
    InternalError,
    BadGateway,
    Unavailable,
    UnavailableWithTime,
    GatewayTimeout,
    Reset,
    ResetInBody,
    TruncatedChunks,
    BadGzip,
    StalledBody,
    WebPage,
    EmptyBody,
    CutJson,
    Silence,
    SlowFirstByte,
    Down,
    RejectedToken,
    ExpiredLink,
    PageAgain,
    LastRowAgain,
    EmptyPage,
    ShortPage,
    LongPage,
    // This one passes unless an order was asked for.
    OutOfOrder,
    // These do not.
    ErrorInSuccess,
    NoValue,
    Denied,
    OtherKind,
    ForeignLink,
}

use Fault::{
    BadGateway, BadGzip, CutJson, Denied, Down, EmptyBody, EmptyPage, ErrorInSuccess, ExpiredLink, ForeignLink,
    GatewayTimeout, InternalError, LastRowAgain, LongPage, NoValue, OtherKind, OutOfOrder, PageAgain, RejectedToken,
    Reset, ResetInBody, ShortPage, Silence, SlowFirstByte, StalledBody, Throttle, ThrottleWithTime, TruncatedChunks,
    Unavailable, UnavailableWithTime, WebPage,
};

const PASSING: [Fault; 25] = [
    Throttle,
    ThrottleWithTime,
    InternalError,
    BadGateway,
    Unavailable,
    UnavailableWithTime,
    GatewayTimeout,
    Reset,
    ResetInBody,
    TruncatedChunks,
    BadGzip,
    StalledBody,
    WebPage,
    EmptyBody,
    CutJson,
    Silence,
    SlowFirstByte,
    Down,
    RejectedToken,
    ExpiredLink,
    PageAgain,
    LastRowAgain,
    EmptyPage,
    ShortPage,
    LongPage,
];
const LASTING: [Fault; 6] = [OutOfOrder, ErrorInSuccess, NoValue, Denied, OtherKind, ForeignLink];

/// Everything about one run. Made of the seed alone.
struct Schedule {
    seed: u64,
    records: Vec<Record>,
    page: usize,
    query: Query,
    /// By stream and number of the request in it, from 0.
    faults: BTreeMap<(usize, usize), Fault>,
    dedup: bool,
    /// How long each reply takes: where that is long, ranges are read in slices.
    delay: Duration,
}

/// A query and the ids of its answer, in order if it has one.
struct Query {
    sql: String,
    expected: Vec<String>,
    /// Whether the order of the answer is fixed.
    ordered: bool,
}

impl Schedule {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let records = log(&mut rng);
        let page = rng.usize(4..10);
        let query = Query::new(&mut rng, &records);
        let lasting = rng.u8(0..5) == 0;
        let mut faults = BTreeMap::new();
        for _ in 0..rng.usize(1..=5) {
            let place = (rng.usize(0..KINDS.len()), rng.usize(0..6));
            faults.insert(place, PASSING[rng.usize(0..PASSING.len())]);
        }
        if lasting {
            let place = (rng.usize(0..KINDS.len()), rng.usize(0..4));
            faults.insert(place, LASTING[rng.usize(0..LASTING.len())]);
        }
        let mut schedule = Self { seed, records, page, query, faults, dedup: true, delay: Duration::ZERO };
        schedule.settle();
        schedule
    }

    /// One whose ranges are long enough to be read in slices: more faults, at any request of any slice.
    fn of_slices(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let kinds = if seed.is_multiple_of(4) { 2 } else { 1 };
        let records: Vec<Record> = (0..kinds).flat_map(|kind| uneven(&mut rng, kind)).collect();
        let query = match rng.u8(0..3) {
            0 => Query::since(&records, records[rng.usize(records.len() / 2..records.len())].time),
            _ => Query::all(&records),
        };
        let mut faults = BTreeMap::new();
        for _ in 0..rng.usize(1..=8) {
            faults.insert((rng.usize(0..kinds), rng.usize(0..40)), PASSING[rng.usize(0..PASSING.len())]);
        }
        if rng.u8(0..5) == 0 {
            faults.insert((rng.usize(0..kinds), rng.usize(0..20)), LASTING[rng.usize(0..LASTING.len())]);
        }
        let (page, delay) = (rng.usize(4..8), Duration::from_millis(12));
        let mut schedule = Self { seed, records, page, query, faults, dedup: true, delay };
        schedule.settle();
        schedule
    }

    /// Takes back what would not be the fault that it says.
    fn settle(&mut self) {
        let mut rejected = false;
        for ((_, request), fault) in &mut self.faults {
            match *fault {
                // A second rejection in a row would be of the new token.
                RejectedToken if std::mem::replace(&mut rejected, true) => *fault = Reset,
                // A host that was never reached is given up soon.
                Down if *request == 0 => *fault = Reset,
                _ => {}
            }
        }
    }

    fn passes(&self) -> bool {
        self.faults.values().all(|fault| PASSING.contains(fault) || (*fault == OutOfOrder && !self.query.ordered))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, page, sql) = (self.records.len(), self.page, &self.query.sql);
        write!(f, "seed {}: {rows} records, pages of {page}, {:?}\n    {sql}", self.seed, self.faults)
    }
}

/// Some fifty pages of a kind, newest first, over a month whose hours differ a hundredfold; many at the same instant, and at
/// whole seconds, with which slices begin.
pub(crate) fn uneven(rng: &mut Rng, kind: usize) -> Vec<Record> {
    const HOUR: i64 = 3_600_000_000;
    let now = now().timestamp_micros();
    let mut times = Vec::new();
    for _ in 0..rng.usize(200..350) {
        let hour = if rng.u8(0..100) == 0 { rng.i64(0..720) } else { rng.i64(0..30) * 24 + rng.i64(0..3) };
        let time = now - hour * HOUR - rng.i64(1..HOUR);
        let (time, count) = if rng.u8(0..4) == 0 { (time / 1_000_000 * 1_000_000, rng.usize(1..5)) } else { (time, 1) };
        times.extend(std::iter::repeat_n(time, count));
    }
    times.sort_unstable_by_key(|time| -time);
    let record = |(n, time)| Record { id: format!("{kind}-{n}"), time, kind };
    times.into_iter().enumerate().map(record).collect()
}

/// At least four pages for each kind, newest first, some at the same instant.
fn log(rng: &mut Rng) -> Vec<Record> {
    let mut records = Vec::new();
    for kind in 0..KINDS.len() {
        let mut time = now().timestamp_micros();
        for n in 0..rng.usize(30..60) {
            time -= if rng.u8(0..10) == 0 { 0 } else { rng.i64(1..20) * 400_000 + i64::try_from(kind).unwrap() };
            records.push(Record { id: format!("{kind}-{n}"), time, kind });
        }
    }
    records
}

impl Query {
    fn all(records: &[Record]) -> Self {
        let expected = records.iter().map(|r| r.id.clone()).collect();
        Self { sql: "SELECT id FROM sign_ins".into(), expected, ordered: false }
    }

    fn since(records: &[Record], from: i64) -> Self {
        let sql = format!("SELECT id FROM sign_ins WHERE created_date_time >= TIMESTAMP '{}'", instant(from));
        let expected = records.iter().filter(|r| r.time >= from).map(|r| r.id.clone()).collect();
        Self { sql, expected, ordered: false }
    }

    fn new(rng: &mut Rng, records: &[Record]) -> Self {
        let middle = records[rng.usize(0..records.len())].time;
        let since = format!("created_date_time >= TIMESTAMP '{}'", instant(middle));
        let ids = |keep: &dyn Fn(&Record) -> bool| records.iter().filter(|r| keep(r)).map(|r| r.id.clone()).collect();
        let query = |sql: String, expected, ordered| Self { sql, expected, ordered };
        let newest = |count: usize| {
            // The limit falls between two instants, so that it is known which rows it takes.
            let mut sorted: Vec<&Record> = records.iter().collect();
            sorted.sort_by_key(|r| -r.time);
            let fair = |n: &usize| sorted[*n].time != sorted[n - 1].time;
            let count = (count..records.len()).find(fair).unwrap_or(records.len());
            sorted[..count].iter().map(|r| r.id.clone()).collect::<Vec<_>>()
        };
        match rng.u8(0..7) {
            0 => query("SELECT id FROM sign_ins".into(), ids(&|_| true), false),
            1 => query("SELECT id FROM sign_ins ORDER BY created_date_time DESC".into(), ids(&|_| true), true),
            2 => query("SELECT id FROM sign_ins ORDER BY created_date_time".into(), ids(&|_| true), true),
            3 => query(format!("SELECT id FROM sign_ins WHERE {since}"), ids(&|r| r.time >= middle), false),
            4 => query(
                format!("SELECT id FROM sign_ins WHERE NOT is_interactive AND {since} ORDER BY created_date_time DESC"),
                ids(&|r| r.kind != 0 && r.time >= middle),
                true,
            ),
            5 => {
                let expected = newest(rng.usize(5..60));
                let limit = expected.len();
                query(format!("SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT {limit}"), expected, true)
            }
            _ => query(
                "SELECT id FROM sign_ins GROUP BY id, user_principal_name HAVING count(*) = 1".into(),
                ids(&|_| true),
                false,
            ),
        }
    }

    /// What is wrong with an answer.
    fn verdict(&self, rows: &[String], records: &[Record]) -> Verdict {
        let mut left: HashMap<&str, i64> = HashMap::new();
        self.expected.iter().for_each(|id| *left.entry(id).or_default() += 1);
        rows.iter().for_each(|id| *left.entry(id).or_default() -= 1);
        if let Some((id, _)) = left.iter().find(|(_, count)| **count < 0) {
            return Verdict::Doubled((*id).to_owned());
        }
        if let Some((id, _)) = left.iter().find(|(_, count)| **count > 0) {
            return Verdict::Missing((*id).to_owned());
        }
        let times: HashMap<&str, i64> = records.iter().map(|r| (r.id.as_str(), r.time)).collect();
        let times = rows.iter().map(|id| times[id.as_str()]);
        let in_order = if self.sql.contains("DESC") { times.is_sorted_by(|a, b| a >= b) } else { times.is_sorted() };
        if self.ordered && !in_order { Verdict::Disordered } else { Verdict::Right }
    }
}

/// What came of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    Right,
    /// A typed error.
    Failed(String),
    Missing(String),
    Doubled(String),
    Disordered,
    Untyped(String),
    Hung,
}

impl Verdict {
    fn is_sound(&self) -> bool {
        matches!(self, Self::Right | Self::Failed(_))
    }
}

/// A service that meets the faults of a schedule.
struct Faulty {
    service: Service,
    faults: BTreeMap<(usize, usize), Fault>,
    /// Requests so far, by stream.
    asked: [usize; KINDS.len()],
    /// The faults that were met.
    met: Arc<Mutex<Vec<Fault>>>,
    delay: Duration,
}

impl Faulty {
    fn answer(&mut self, seen: &Seen) -> Reply {
        let asked = Asked::of(seen);
        let rest = self.service.rest(&asked);
        let place = (rest.kind, self.asked[rest.kind]);
        self.asked[rest.kind] += 1;
        let Some(fault) = self.faults.get(&place).copied() else {
            return self.service.answer(&asked).delayed(self.delay);
        };
        self.met.lock().unwrap().push(fault);
        self.spoiled(fault, &asked, rest)
    }

    fn spoiled(&mut self, fault: Fault, asked: &Asked, rest: Rest) -> Reply {
        let busy = |status| refusal(status, "UnknownError", "Try again");
        match fault {
            Throttle => busy(429),
            ThrottleWithTime => busy(429).header("Retry-After", "0.02"),
            InternalError => busy(500),
            BadGateway => Reply::status(502).body("<html>"),
            Unavailable => busy(503),
            UnavailableWithTime => busy(503).header("Retry-After", "0.02"),
            GatewayTimeout => Reply::status(504),
            Reset => Reply::reset(),
            ResetInBody => self.service.answer(asked).cut(200),
            TruncatedChunks => self.service.answer(asked).chunked(100, Duration::ZERO).unfinished(),
            BadGzip => self.service.answer(asked).header("Content-Encoding", "gzip"),
            StalledBody => self.service.answer(asked).stalled(200),
            Silence => Reply::silence(),
            SlowFirstByte => self.service.answer(asked).delayed(Duration::from_millis(100)),
            Down => Reply::down(Duration::from_millis(30)),
            RejectedToken => Reply::status(401),
            ExpiredLink if asked.token.is_some() => expired(),
            ExpiredLink => self.service.answer(asked),
            Denied => refusal(403, "Authorization_RequestDenied", "No"),
            WebPage => Reply::status(200).body("<html>"),
            EmptyBody => Reply::json(""),
            CutJson => Reply::json(r#"{"value":[{"id":"r0","status":{"errorCode":0}"#),
            ErrorInSuccess => Reply::json(r#"{"error":{"code":"UnknownError","message":"Oops"}}"#),
            NoValue => Reply::json("{}"),
            PageAgain | LastRowAgain | EmptyPage | ShortPage | LongPage | OutOfOrder | OtherKind | ForeignLink => {
                self.odd_page(fault, rest)
            }
        }
    }

    fn odd_page(&mut self, fault: Fault, rest: Rest) -> Reply {
        let size = self.service.page_size();
        let page = rest.records[..size.min(rest.records.len())].to_vec();
        let mut json: Vec<_> = page.iter().map(Record::json).collect();
        match fault {
            PageAgain => self.service.reply(&page, rest),
            LastRowAgain => {
                let records = rest.records[page.len().saturating_sub(1)..].to_vec();
                self.service.reply(&page, Rest { records, ..rest })
            }
            EmptyPage => self.service.reply(&[], rest),
            ShortPage => self.service.page(rest, size / 2),
            LongPage => self.service.page(rest, size * 2),
            OutOfOrder => {
                let records = rest.records[page.len()..].to_vec();
                let backwards: Vec<Record> = page.into_iter().rev().collect();
                self.service.reply(&backwards, Rest { records, ..rest })
            }
            OtherKind => {
                let other = KINDS[(rest.kind + 1) % KINDS.len()];
                json.iter_mut().for_each(|row| row["signInEventTypes"] = serde_json::json!([other]));
                page_of(&json, None)
            }
            _ => {
                let mut page = serde_json::json!({ "value": json });
                page["@odata.nextLink"] = "https://evil.example/beta/auditLogs/signIns?$skiptoken=x".into();
                Reply::json(page.to_string())
            }
        }
    }
}

/// Where the schedules' tokens come from.
struct Login {
    authority: Authority,
    server: Server,
}

impl Login {
    async fn new(tokens: usize) -> Self {
        let authority = Authority::new();
        let tokens = (0..tokens).map(|n| token(&format!("T{n}")));
        let server = Server::tls(authority.acceptor("127.0.0.1", false), tokens).await;
        Self { authority, server }
    }

    /// Signs in where a token is going to be rejected; elsewhere a given token saves the time.
    fn connection(&self, service: &Server, schedule: &Schedule) -> Connection {
        let given = connection(service.origin());
        if !schedule.faults.values().any(|fault| *fault == RejectedToken) {
            return given;
        }
        let credential = CredentialSource::ClientSecret { client_id: given.tenant.clone(), secret: "secret".into() };
        Connection { credential, authority_url: Some(self.server.origin()), ..given }
    }

    /// Retries as by default in a fiftieth of the time.
    fn options(&self) -> http::Options {
        let timeouts = Timeouts {
            first_byte: Duration::from_secs(2),
            idle: Duration::from_secs(1),
            whole: Duration::from_secs(10),
            body: 1 << 20,
            ..Timeouts::default()
        };
        let limits = Limits::default().scaled(50);
        http::Options { transport: self.authority.transport(), limits, timeouts, ..http::Options::default() }
    }
}

/// Runs a schedule; the faults that it met, and what came of it.
async fn run(schedule: &Schedule, login: &Login) -> (Vec<Fault>, Verdict) {
    let (met, verdict, _) = run_sliced(schedule, login).await;
    (met, verdict)
}

/// The same, and in how many slices of time it was read.
async fn run_sliced(schedule: &Schedule, login: &Login) -> (Vec<Fault>, Verdict, usize) {
    let met = Arc::new(Mutex::new(Vec::new()));
    let mut faulty = Faulty {
        service: Service::new(schedule.records.clone(), schedule.page),
        faults: schedule.faults.clone(),
        asked: [0; KINDS.len()],
        met: Arc::clone(&met),
        delay: schedule.delay,
    };
    let server = Server::start(move |seen| faulty.answer(seen)).await;
    // Where replies are fast, a busy machine must not make them slow enough to be worth a slice.
    let time_slices = if schedule.delay.is_zero() { 1 } else { Settings::default().time_slices };
    let settings = Settings { dedup: schedule.dedup, time_slices, ..Settings::default() };
    let engine = engine(login.connection(&server, schedule), settings, login.options());
    let verdict = match tokio::time::timeout(LONGEST, answer(&engine, &schedule.query.sql)).await {
        Err(_) => Verdict::Hung,
        Ok(Ok(answer)) => schedule.query.verdict(&answer.rows(), &schedule.records),
        Ok(Err(error)) => match cause::<engine::Error>(&error) {
            Some(typed) => Verdict::Failed(format!("{typed:?}")),
            None => Verdict::Untyped(error.to_string()),
        },
    };
    let met = met.lock().unwrap().clone();
    let ends: std::collections::BTreeSet<_> =
        server.seen().iter().filter_map(|seen| Asked::of(seen).bound("le")).collect();
    (met, verdict, ends.len() + 1)
}

/// A number from the environment.
fn variable(name: &str) -> Option<u64> {
    std::env::var_os(name)?.to_str()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_whole_or_an_error_whatever_befalls_its_requests() {
    let count = if variable("AUDITQL_FULL") == Some(1) { 1_000 } else { 60 };
    judge(&outcomes(count, Schedule::new).await);
}

/// The same of ranges that are read in slices: a slice in which something goes wrong is put right in itself, or is an error.
#[tokio::test(flavor = "multi_thread")]
async fn slices_are_whole_or_an_error_whatever_befalls_their_requests() {
    let count = if variable("AUDITQL_FULL") == Some(1) { 1_000 } else { 100 };
    let outcomes = outcomes(count, Schedule::of_slices).await;
    judge(&outcomes);
    let sliced = outcomes.iter().filter(|outcome| outcome.slices > 1).count();
    println!("{sliced} of {} schedules were read in slices", outcomes.len());
    assert!(sliced * 3 >= outcomes.len() * 2, "only {sliced} of {} were read in slices", outcomes.len());
}

/// A schedule that was run.
struct Outcome {
    schedule: Schedule,
    met: Vec<Fault>,
    verdict: Verdict,
    /// The ranges of time that requests named an end of, and the one that they did not.
    slices: usize,
}

/// Runs so many schedules; none may end in a wrong answer.
async fn outcomes(count: u64, schedule: fn(u64) -> Schedule) -> Vec<Outcome> {
    let seeds = variable("AUDITQL_SEED").map_or(1..count + 1, |seed| seed..seed + 1);
    let login = Login::new(4 * 1_000).await;
    let outcomes: Vec<Outcome> = futures::stream::iter(seeds)
        .map(|seed| {
            let login = &login;
            async move {
                let schedule = schedule(seed);
                let (met, verdict, slices) = run_sliced(&schedule, login).await;
                Outcome { schedule, met, verdict, slices }
            }
        })
        .buffer_unordered(8)
        .collect()
        .await;
    let told = |outcome: &Outcome| format!("{:?}: {}", outcome.verdict, outcome.schedule);
    let unsound: Vec<String> = outcomes.iter().filter(|o| !o.verdict.is_sound()).map(told).collect();
    assert!(unsound.is_empty(), "{}", unsound.join("\n"));
    outcomes
}

/// Schedules whose faults pass succeed; and the faults were met.
fn judge(outcomes: &[Outcome]) {
    let passing: Vec<_> = outcomes.iter().filter(|o| o.schedule.passes()).collect();
    let told = |outcome: &&&Outcome| format!("{:?}: {}", outcome.verdict, outcome.schedule);
    let failed: Vec<String> = passing.iter().filter(|o| o.verdict != Verdict::Right).map(|o| told(&o)).collect();
    println!("{} schedules, {} of them pass; failed: {}", outcomes.len(), passing.len(), failed.join("\n"));
    assert!(failed.len() * 100 <= passing.len(), "{}", failed.join("\n"));
    if outcomes.len() == 1 {
        return;
    }
    let met: std::collections::BTreeSet<Fault> = outcomes.iter().flat_map(|o| o.met.iter().copied()).collect();
    assert!(met.len() >= 20, "only {} kinds of fault were met: {met:?}", met.len());
    let lasting = outcomes.iter().filter(|o| o.met.iter().any(|fault| LASTING[1..].contains(fault)));
    let (right, all) =
        lasting.fold((0, 0), |(right, all), o| (right + usize::from(o.verdict == Verdict::Right), all + 1));
    assert!(all > 0 && right * 4 <= all, "{right} of {all} answers are right though a page was not to be had");
}

#[tokio::test]
async fn the_checker_sees_a_row_that_is_missing_doubled_or_out_of_order() {
    let mut ordered = (1..).map(Schedule::new).filter(|s| s.query.sql.ends_with("ORDER BY created_date_time DESC"));
    let schedule = ordered.next().unwrap();
    let mut sorted = schedule.records.clone();
    sorted.sort_by_key(|r| -r.time);
    let right: Vec<String> =
        sorted.iter().map(|r| r.id.clone()).filter(|id| schedule.query.expected.contains(id)).collect();
    let verdict = |rows: &[String]| schedule.query.verdict(rows, &schedule.records);
    assert_eq!(verdict(&right), Verdict::Right);
    for at in [0, right.len() / 2, right.len() - 1] {
        let mut missing = right.clone();
        let id = missing.remove(at);
        assert_eq!(verdict(&missing), Verdict::Missing(id.clone()));
        let mut doubled = right.clone();
        doubled.insert(at, id.clone());
        assert_eq!(verdict(&doubled), Verdict::Doubled(id));
    }
    let mut disordered = right.clone();
    disordered.swap(0, right.len() - 1);
    assert_eq!(verdict(&disordered), Verdict::Disordered);
}

/// Control: what makes the answers right is what is said to, so without it the same schedules are found wrong.
#[tokio::test]
async fn without_de_duplication_the_same_schedules_are_found_wrong() {
    let login = Login::new(1).await;
    for fault in [PageAgain, LastRowAgain] {
        let mut unordered = (1..).map(Schedule::new).filter(|s| s.query.sql == "SELECT id FROM sign_ins");
        let mut schedule = unordered.next().unwrap();
        schedule.faults = BTreeMap::from([((2, 1), fault)]);
        assert_eq!(run(&schedule, &login).await, (vec![fault], Verdict::Right));
        schedule.dedup = false;
        let (_, verdict) = run(&schedule, &login).await;
        assert!(matches!(verdict, Verdict::Doubled(_)), "{fault:?}: {verdict:?}");
    }
}
