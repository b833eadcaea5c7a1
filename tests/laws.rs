//! Laws that hold for every predicate, on predicates that chance makes.
//!
//! The rows of an answer do not depend on what was sent: with pushdown on, with it off, and by a judge of these tests'
//! own that reads the tenant's JSON, they are the same; and P, NOT P and P IS NULL divide the table among them.
//!
//! The tables are all that the tenant serves and the engine asks for, their columns those that are declared: a table that
//! is added is held to the laws unasked. 200 predicates a table each run. The full tier takes 2,000:
//! `AUDITQL_FULL=1 cargo test --test main laws::`.
//! A failure prints the seed and the number of the predicate, which always make the same one.

mod control;
pub(crate) mod dice;
mod generate;
mod judge;
mod lies;
mod requests;
pub(crate) mod served;
mod tables;
mod versions;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use auditql::demo::{Feed, Options};
use auditql::engine::Engine;
use auditql::settings::Settings;
use futures::{StreamExt, stream};
use serde_json::Value;

use crate::lab::{self, Lab};
use generate::Generator;
use judge::Judge;
use tables::Table;
use words::Predicate;

const SEED: u64 = 0x51_6e_1e;
const ROWS: usize = 250;

/// How many of a hundred predicates have to cut the rows received.
const LEAST_CUT: usize = 30;
/// The same where no filter may hold an OR, as every third predicate does.
const LEAST_CUT_WITHOUT_OR: usize = 20;

/// Columns by which a service can be asked, below which that is no measure.
const FEW_ASKED: usize = 8;

/// What became of a predicate.
struct Tried {
    n: usize,
    predicate: Predicate,
    followed: Vec<&'static str>,
    /// Ids of the answer with pushdown, sorted.
    ids: Vec<String>,
    received: u64,
    received_without: u64,
    /// A clause beyond kind and time was sent.
    narrowed: bool,
}

/// Tables that are tried at the same time.
const AT_ONCE: usize = 2;

/// A table; a tenant with an engine that pushes filters down, one that does not, and the tenant's rows.
struct Court {
    table: &'static Table,
    lab: Lab,
    plain: Engine,
    rows: Vec<Value>,
}

impl Court {
    async fn lab(rows: usize) -> Lab {
        let feed = Feed { records: 2_000, ..Feed::default() };
        let odd = Options { twice_per_million: 20_000, odd_per_million: 100_000, feed, ..lab::options(rows) };
        Lab::new(Options { audits: ROWS - 100, ..odd }).await
    }

    async fn new(table: &'static Table) -> Self {
        // What a function counts are groups of sign-ins, of which there are far fewer.
        let is_counted = table.set.path().contains('(');
        Self::of(table, Self::lab(if is_counted { 4 * ROWS } else { ROWS }).await)
    }

    fn of(table: &'static Table, lab: Lab) -> Self {
        let plain = lab::engine(lab::connection(&lab.tenant), Settings { pushdown: false, ..Settings::default() });
        let rows = table.served.records(&lab.tenant);
        let rows = rows.iter().map(|record| serde_json::from_str(&record.json).unwrap()).collect();
        Self { table, lab, plain, rows }
    }

    /// Whether records say different things at a path.
    fn differs(&self, path: &str) -> bool {
        let path = format!("/{path}");
        let mut values = self.rows.iter().map(|row| row.pointer(&path).filter(|value| !value.is_null()));
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    fn verdict(&self, judge: Judge, predicate: &Predicate) -> Vec<String> {
        let held = self.rows.iter().filter(|row| judge.says(predicate, row) == Some(true));
        sorted(held.map(|row| row[self.table.wire(self.table.set.key)].as_str().unwrap().to_owned()).collect())
    }

    async fn ids(&self, engine: &Engine, predicate: &str) -> (Vec<String>, u64) {
        let sql = format!("SELECT {} FROM {} WHERE {predicate}", self.table.set.key, self.table.set.qualified());
        let answer = lab::answer(engine, &sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}"));
        (sorted(answer.rows()), answer.tally.rows_received.get())
    }

    async fn count(&self, predicate: String) -> usize {
        let rows =
            self.lab.rows(&format!("SELECT count(*) FROM {} WHERE {predicate}", self.table.set.qualified())).await;
        rows[0].parse().unwrap()
    }

    /// Holds the `n`th predicate to the laws; the message says which one it broke.
    async fn try_one(&self, n: usize, (predicate, followed): (Predicate, Vec<&'static str>)) -> Result<Tried, String> {
        let text = predicate.to_string();
        self.lab.tenant.reset_stats();
        let (ids, received) = self.ids(&self.lab.engine, &text).await;
        let time = self.table.set.time_column().map_or("", |time| time.wire);
        let narrowed = self.lab.tenant.stats().requests.iter().any(|asked| served::narrows(&asked.url, time));
        let ((plain, received_without), not, unknown) = tokio::join!(
            self.ids(&self.plain, &text),
            self.count(format!("NOT ({text})")),
            self.count(format!("({text}) IS NULL")),
        );
        let judged = self.verdict(Judge::default(), &predicate);
        let broken = if ids != plain {
            format!("pushdown on and off differ: {}", difference(&ids, &plain))
        } else if ids != judged {
            format!("the judge differs: {}", difference(&ids, &judged))
        } else if ids.len() + not + unknown != self.rows.len() {
            format!("{} true + {not} false + {unknown} unknown are not {}", ids.len(), self.rows.len())
        } else {
            return Ok(Tried { n, predicate, followed, ids, received, received_without, narrowed });
        };
        Err(format!("{}, predicate {n} of seed {SEED:#x}: {text}\n{broken}", self.table.set.qualified()))
    }
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

/// What each of two sorted lists has that the other lacks, and how often.
fn difference(left: &[String], right: &[String]) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    left.iter().for_each(|id| counts.entry(id).or_default().0 += 1);
    right.iter().for_each(|id| counts.entry(id).or_default().1 += 1);
    let odd: Vec<String> =
        counts.iter().filter(|(_, (l, r))| l != r).map(|(id, (l, r))| format!("{id} {l}:{r}")).collect();
    format!("{} ids, such as {}", odd.len(), odd[..odd.len().min(5)].join(", "))
}

#[expect(clippy::disallowed_methods, reason = "the full tier is chosen by the environment")]
pub(crate) fn is_full_tier() -> bool {
    std::env::var("AUDITQL_FULL").is_ok_and(|v| v == "1")
}

fn predicates() -> usize {
    if is_full_tier() { 2_000 } else { 200 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_does_not_depend_on_what_was_sent() {
    let tables = Table::all(&Court::lab(ROWS).await).await;
    let held = async |table| {
        let start = Instant::now();
        let flaws = hold(&Court::new(table).await).await;
        println!("{}: {} ms", table.set.qualified(), start.elapsed().as_millis());
        flaws
    };
    let found: Vec<Vec<usize>> = stream::iter(tables).map(held).buffer_unordered(AT_ONCE).collect().await;
    let found: BTreeSet<usize> = found.into_iter().flatten().collect();
    control::all_flaws_are_found(&found);
}

/// Holds a table to the laws, and tells which flaws of a judge would have been noticed.
async fn hold(court: &Court) -> Vec<usize> {
    let mut generator = Generator::new(SEED, court.table, &court.rows);
    let (mut tried, mut broken) = (Vec::new(), Vec::new());
    for n in 0..predicates() {
        let predicate = generator.predicate(n);
        match court.try_one(n, (predicate, generator.followed.clone())).await {
            Ok(one) => tried.push(one),
            Err(message) => broken.push(message),
        }
    }
    assert!(broken.is_empty(), "{} predicates break a law\n{}", broken.len(), broken.join("\n\n"));
    not_vacuous(court, &generator.rules, &tried);
    control::flaws_found(court, &tried)
}

/// The laws would hold of predicates that send nothing, or that nothing satisfies.
fn not_vacuous(court: &Court, rules: &[&str], tried: &[Tried]) {
    let (table, name) = (court.table, court.table.set.qualified());
    // Of a set whose service can be asked for little, little can be cut; by what all of its records have in common, nothing.
    let asked = table.fields.iter().filter(|field| field.asked && court.differs(&field.json)).count();
    let cut: Vec<&Tried> = tried.iter().filter(|t| t.narrowed && t.received < t.received_without).collect();
    let answered = cut.iter().filter(|t| !t.ids.is_empty()).count();
    let least = match table.set.pages().and_then(|pages| pages.limits.tests) {
        Some(_) => LEAST_CUT,
        None => LEAST_CUT_WITHOUT_OR,
    };
    println!(
        "{name}: {asked} columns to ask by, {} predicates, {} cut the rows received, {answered} of these have an answer",
        tried.len(),
        cut.len()
    );
    assert!(
        asked < FEW_ASKED || cut.len() * 100 >= tried.len() * least,
        "{name}: {} of {} cut the rows received",
        cut.len(),
        tried.len()
    );
    assert!(asked < FEW_ASKED || answered * 2 >= cut.len(), "{name}: {answered} of {} have an answer", cut.len());
    let followed = |rule| tried.iter().filter(|t| t.followed.contains(rule)).count();
    for rule in rules.iter().chain(&["AND", "OR", "NOT", "contradiction"]) {
        assert!(followed(rule) >= 5, "{name}: {rule} was followed {} times", followed(rule));
    }
}
