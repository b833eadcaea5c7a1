//! A tenant that runs: how it is chosen, made, asked about and stopped.

use std::future::IntoFuture;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::aadgraph;
use super::activity::{self, Activity, Feed};
use super::gate::{Gates, Throttle};
use super::graph::{
    DIRECTORY_AUDITS, DataError, Face, Pages, Premise, Rows, SIGN_INS, TABLES, Table, Version, attempts,
};
use super::search::{self, AuditSearch};
use super::server::{self, Book, Service, Stats};
use super::story::Story;
use super::world::{Organisation, World, clock};

/// How far back the service accepts a lower time bound (source: reports of "Invalid filter clause").
const RETENTION: TimeDelta = TimeDelta::days(90);

/// What tenant to start.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose tenant it is.
    pub organisation: Organisation,
    /// What the story follows from.
    pub seed: u64,
    /// The instant at which it ends.
    pub now: DateTime<Utc>,
    /// Tell of the attack. Without it the days are quiet, and hold what looks like one and is none.
    pub attack: bool,
    /// Distinct sign-ins.
    pub rows: usize,
    /// Changes of the directory besides those that the feed tells of.
    pub audits: usize,
    /// Records of Graph in a million that are served twice.
    pub twice_per_million: u32,
    /// Sign-ins in a million that hold a value of the wrong JSON type.
    pub odd_per_million: u32,
    /// Serve these records instead of a story: one JSON object per line. They know no retention.
    pub data: Option<PathBuf>,
    /// The quota; none with `--no-throttle`.
    pub throttle: Option<Throttle>,
    /// The activity feed. Empty when `data` are given.
    pub feed: Feed,
    /// The audit search. Empty when `data` are given.
    pub search: AuditSearch,
    /// How the legacy reports are listed. They are empty when `data` are given.
    pub aadgraph: aadgraph::Listing,
    /// How long each reply takes at least, whatever is asked.
    pub latency: Duration,
    /// How long a `$skiptoken` is good for.
    pub skiptoken_life: Duration,
    /// Properties whose tests are accepted in a `$filter` and not applied, by their paths on the wire: `ipAddress`. Services
    /// have done that (source: reports of ignored clauses), and an answer then holds more than was asked for.
    pub lies: Vec<String>,
    /// Where to listen. Only loopback addresses are accepted; port 0 lets the system choose.
    pub bind: SocketAddr,
}

impl Options {
    /// The usual tenant: 50,000 sign-ins in the thirty days before `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            organisation: Organisation::default(),
            seed: 1,
            now,
            attack: true,
            rows: 50_000,
            audits: 1_000,
            twice_per_million: 1_000,
            odd_per_million: 500,
            data: None,
            throttle: Some(Throttle::default()),
            feed: Feed::default(),
            search: AuditSearch::default(),
            aadgraph: aadgraph::Listing::default(),
            latency: Duration::ZERO,
            skiptoken_life: Duration::from_mins(10),
            lies: Vec::new(),
            bind: (Ipv4Addr::LOCALHOST, 0).into(),
        }
    }
}

/// Why a tenant does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The records cannot be read.
    #[error("the demo's data cannot be used")]
    Data(#[from] DataError),
    /// The address is in use or not ours.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The tenant's token protects it from other programs here, not from other machines.
    #[error("the demo listens on loopback addresses only, and {0} is none")]
    NotLoopback(SocketAddr),
    /// No set has it, or no filter can speak of it.
    #[error("no filter of the demo speaks of a property '{0}', so the demo cannot lie about it{1}")]
    NoProperty(String, String),
    /// More records than can be counted.
    #[error("{0} records are more than the demo serves")]
    TooMany(usize),
    /// The story could not be told.
    #[error("the demo's data could not be made")]
    Story(#[source] tokio::task::JoinError),
}

/// A distinct record of Graph, as the beta version serves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The record's JSON.
    pub json: String,
    /// How often a listing holds it.
    pub copies: usize,
}

/// A running tenant. It stops when dropped.
#[derive(Debug)]
pub struct Tenant {
    service: Arc<Service>,
    story: Story,
    /// Connections are closed when this is dropped.
    _open: oneshot::Sender<()>,
    /// The accepting task; aborted when dropped.
    _tasks: JoinSet<io::Result<()>>,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Tenant {
    /// Makes or reads the records and listens, on the current runtime.
    ///
    /// # Errors
    /// When the records cannot be read, or the address is not loopback or not free.
    pub async fn start(options: Options) -> Result<Self, Error> {
        if !options.bind.ip().is_loopback() {
            return Err(Error::NotLoopback(options.bind));
        }
        if let Some(unknown) = options.lies.iter().find(|property| !is_known(property)) {
            return Err(Error::NoProperty(unknown.clone(), of_near(unknown)));
        }
        let listener = TcpListener::bind(options.bind).await.map_err(|e| Error::Listen(options.bind, e))?;
        let addr = listener.local_addr().map_err(|e| Error::Listen(options.bind, e))?;
        let given = options.clone();
        let told = tokio::task::spawn_blocking(move || told(&given)).await.map_err(Error::Story)??;
        let service = Arc::new(Service {
            addr,
            token: format!("demo-{:016x}{:016x}", random(), random()),
            graph: told.graph,
            aadgraph: told.aadgraph,
            search: search::Face::new(options.search.clone()),
            feed: activity::Endpoint::new(told.feed, told.world, options.now.timestamp()),
            date: clock::print(clock::ticks(options.now), 0),
            gates: Gates::new(options.throttle),
            book: Book::default(),
            latency: options.latency,
            served: AtomicU64::new(0),
        });
        let (open, closed) = oneshot::channel();
        let serve = axum::serve(listener, server::router(Arc::clone(&service)));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve.with_graceful_shutdown(async { drop(closed.await) }).into_future());
        Ok(Self { service, story: told.story, _open: open, _tasks: tasks })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.service.addr
    }

    /// The root that versions are appended to: `http://127.0.0.1:8471`.
    pub fn graph_url(&self) -> String {
        format!("http://{}", self.service.addr)
    }

    /// The origin of the activity feed: the same.
    pub fn management_url(&self) -> String {
        self.graph_url()
    }

    /// The origin of the legacy reports: the same.
    pub fn aadgraph_url(&self) -> String {
        self.graph_url()
    }

    /// The tenant's identifier, a GUID. The feed's addresses hold it.
    pub fn tenant_id(&self) -> &str {
        &self.service.feed.world.tenant
    }

    /// The one bearer token it accepts.
    pub fn access_token(&self) -> &str {
        &self.service.token
    }

    /// What was asked so far.
    pub fn stats(&self) -> Stats {
        self.service.book.read()
    }

    /// Starts counting anew.
    pub fn reset_stats(&self) {
        self.service.book.reset();
    }

    /// What there is to say about the tenant.
    pub fn story(&self) -> &Story {
        &self.story
    }

    /// The truth: all distinct sign-ins of all kinds, newest first.
    pub fn sign_ins(&self) -> impl ExactSizeIterator<Item = Record> + '_ {
        self.records(&SIGN_INS)
    }

    /// The truth of a set: all distinct records, newest first.
    pub fn records(&self, table: &Table) -> impl ExactSizeIterator<Item = Record> + '_ {
        of_rows(self.service.graph.rows(table))
    }

    /// The truth of a legacy set: all distinct records, newest first.
    pub fn legacy_records(&self, table: &aadgraph::Table) -> impl ExactSizeIterator<Item = Record> + '_ {
        of_rows(self.service.aadgraph.rows(table))
    }

    /// The truth of the feed: all distinct records, with the blobs that hold them. Some lie before what can be listed.
    pub fn activity(&self) -> impl ExactSizeIterator<Item = Activity> + '_ {
        self.service.feed.contents.activity(&self.service.feed.world)
    }

    /// The truth of the audit search: the records of the feed, and those from before it. These were never delivered.
    pub fn audit_log(&self) -> impl Iterator<Item = Activity> + '_ {
        let feed = &self.service.feed;
        self.activity().chain(feed.contents.history(&feed.world))
    }

    /// The oldest content of the feed that clients ask for.
    pub(super) fn listed_from(&self) -> DateTime<Utc> {
        self.service.feed.listed_from()
    }
}

/// Whether a filter of some set can speak of a property.
fn is_known(property: &str) -> bool {
    paths().any(|path| path == property)
}

/// The properties that filters speak of, by their paths on the wire.
fn paths() -> impl Iterator<Item = &'static str> {
    let legacy = aadgraph::TABLES.iter().flat_map(|table| table.properties);
    TABLES.iter().flat_map(|table| table.properties).chain(legacy).map(|known| known.path)
}

/// What is said of a property that is meant by a name in the spelling of a column: `ip_address`.
fn of_near(property: &str) -> String {
    let folded = |name: &str| name.replace(['_', '.', '/'], "").to_lowercase();
    let near = paths().find(|path| folded(path) == folded(property));
    near.map_or_else(String::new, |near| format!("; on the wire it is called {near}"))
}

fn of_rows(rows: &dyn Rows) -> impl ExactSizeIterator<Item = Record> + '_ {
    (0..rows.len()).map(|row| Record { json: rows.json(row, Version::Beta), copies: rows.copies(row) })
}

/// What a tenant is made of.
struct Told {
    world: Arc<World>,
    graph: Face,
    aadgraph: aadgraph::Face,
    feed: activity::Contents,
    story: Story,
}

fn told(options: &Options) -> Result<Told, Error> {
    let Options { rows, audits, feed: Feed { records, .. }, .. } = *options;
    let (rows, audits, records) = if options.data.is_some() { (0, 0, 0) } else { (rows, audits, records) };
    let (world, dice) = World::new(options.organisation, options.seed, options.now, rows);
    let world = if options.attack { world } else { world.without_attack(options.now) };
    let attempts = attempts(&world, &dice, rows);
    let feed = Feed { records, ..options.feed.clone() };
    let history = if options.data.is_some() { 0 } else { options.search.history };
    let end = options.now.timestamp();
    let feed = activity::Contents::tell(&world, &attempts, &feed, options.seed, end).with_history(&world, history, end);
    let world = Arc::new(world);
    let premise = Premise {
        world: Arc::clone(&world),
        dice,
        seed: options.seed,
        now: options.now,
        sign_ins: rows,
        twice: options.twice_per_million,
        odd: options.odd_per_million,
        data: options.data.clone(),
        changes: feed.changes(&world),
        audits,
    };
    let reach = options.data.is_none().then(|| clock::ticks(options.now - RETENTION));
    let lies = || options.lies.clone();
    let graph = Face::new(&premise, reach, Pages::new(options.skiptoken_life))?.lying(lies());
    let aadgraph = aadgraph::Face::new(&premise, options.aadgraph, options.skiptoken_life).lying(lies());
    // The others are made when they are first asked for, and none is longer.
    let most =
        [&SIGN_INS, &DIRECTORY_AUDITS].map(|table| graph.rows(table).len()).into_iter().fold(records, usize::max);
    u32::try_from(most).map_err(|_| Error::TooMany(most))?;
    let story = Story::of(graph.rows(&SIGN_INS), &world);
    Ok(Told { world, graph, aadgraph, feed, story })
}

/// A number no one else knows: the standard library's hasher keys come from the system.
fn random() -> u64 {
    RandomState::new().hash_one(0)
}
