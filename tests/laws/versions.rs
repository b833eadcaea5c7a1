//! Laws over files in which records lie in several versions: one record is one row, whatever is asked of it, in whatever
//! order the files come, whatever shapes its copies have.
//!
//! 24 predicates each run, 500 in the full tier. The rows that stand are those of a list made here, which knows how each
//! version came about; where nothing tells the last one, any will do, but the same one in every statement.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use auditql::engine::Engine;
use auditql::settings::Settings;
use auditql::tally::{Notice, Stands};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::dice::Dice;
use super::generate::Generator;
use super::judge::Judge;
use super::tables::Table;
use super::words::Predicate;
use super::{difference, sorted};
use crate::lab::{self, Answer, Lab, now};
use crate::offline::shapes::{as_is, csv, diagnostic, log_analytics};

const SEED: u64 = 0x7e_51_0e;
const RECORDS: usize = 72;

/// A shape that a copy can have. The file of each holds nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shape {
    Array,
    Pretty,
    Reply,
    Envelopes,
    Rows,
    RowsCsv,
    /// With the code of the outcome and its words in columns of their own, and without the object.
    Flat,
    FlatCsv,
    /// Some columns only, as people choose them before they export.
    FewCsv,
}

/// A copy of a record, as the service would have sent it.
#[derive(Debug, Clone)]
struct Copy {
    record: Value,
    shape: Shape,
    /// When Log Analytics took it in, in minutes.
    taken_in: usize,
}

/// What is known of a record.
struct History {
    /// In the order in which they came about.
    copies: Vec<Copy>,
    /// The copy that has to stand; `None`: any.
    stands: Option<usize>,
    differs: bool,
}

/// How many kinds of histories there are.
const HISTORIES: usize = 8;

/// Members that change from version to version.
const CHANGING: [&str; 9] = [
    "userDisplayName",
    "appDisplayName",
    "ipAddress",
    "clientAppUsed",
    "riskState",
    "riskLevelDuringSignIn",
    "location",
    "deviceDetail",
    "conditionalAccessStatus",
];

/// Members that a person's choice leaves out.
const LEFT_OUT: [&str; 6] =
    ["userAgent", "riskState", "location", "deviceDetail", "mfaDetail", "authenticationRequirement"];

/// A later version of a record: some members are as in another record.
fn changed(dice: &mut Dice, record: &Value, rows: &[Value]) -> Value {
    let (mut changed, other) = (record.clone(), dice.one_of(rows));
    for name in CHANGING.iter().filter(|_| dice.chance(60)) {
        // What vanishes is less, and no other value.
        if !other[*name].is_null() && other[*name] != "" && !changed[*name].is_null() {
            changed[*name] = other[*name].clone();
        }
    }
    changed
}

fn outcome(record: &Value, code: i64) -> Value {
    let mut record = record.clone();
    record["status"] = json!({"errorCode": code, "failureReason": format!("reason {code}")});
    record
}

fn history(dice: &mut Dice, n: usize, record: &Value, rows: &[Value]) -> History {
    let json = [Shape::Array, Shape::Pretty, Shape::Reply, Shape::Envelopes];
    let rows_of = [Shape::Rows, Shape::RowsCsv, Shape::Flat, Shape::FlatCsv];
    let flat = [Shape::Flat, Shape::FlatCsv];
    let copy = |record: &Value, shape, taken_in| Copy { record: record.clone(), shape, taken_in };
    let in_json = |dice: &mut Dice, record: &Value| copy(record, *dice.one_of(&json), 0);
    let (copies, stands, differs) = match n % HISTORIES {
        0 => (vec![in_json(dice, record)], Some(0), false),
        1 => {
            let shapes = [Shape::FewCsv, Shape::Array, Shape::Pretty, Shape::Envelopes, *dice.one_of(&flat)];
            (shapes.map(|shape| copy(record, shape, 0)).into(), Some(1), false)
        }
        2 => {
            let interim = outcome(record, *dice.one_of(&[50_074, 50_140, 65_001]));
            let last = outcome(&changed(dice, record, rows), *dice.one_of(&[0, 50_126, 500_121]));
            (vec![in_json(dice, &interim), in_json(dice, &last)], Some(1), true)
        }
        3 => {
            let last = outcome(record, 0);
            let versions = [changed(dice, &last, rows), changed(dice, &last, rows), last];
            let copies = versions.iter().enumerate().map(|(at, version)| {
                let mut version = version.clone();
                version["resourceDisplayName"] = json!(format!("Resource {at}"));
                copy(&version, *dice.one_of(&rows_of), at)
            });
            (copies.collect(), Some(2), true)
        }
        4 => {
            let (last, interim) = (outcome(&changed(dice, record, rows), 0), outcome(record, 50_076));
            (vec![copy(&last, *dice.one_of(&rows_of), 1), copy(&interim, *dice.one_of(&rows_of), 9)], Some(0), true)
        }
        // Of two copies that say the same but for the outcome, one has it as a column, the other as an object.
        5 => {
            let (interim, last) = (outcome(record, 50_074), outcome(record, 0));
            let interim = in_json(dice, &interim);
            (vec![interim, copy(&last, *dice.one_of(&flat), 0)], Some(1), true)
        }
        6 => {
            let (interim, last) = (outcome(record, 50_140), outcome(record, 500_121));
            (vec![copy(&interim, *dice.one_of(&flat), 9), in_json(dice, &last)], Some(1), true)
        }
        _ => {
            let other = outcome(&changed(dice, record, rows), 53_003);
            (vec![in_json(dice, &outcome(record, 50_126)), in_json(dice, &other)], None, true)
        }
    };
    History { copies: copies.into_iter().map(marked(differs)).collect(), stands, differs }
}

/// Copies that say different things say so in a member of their own as well, by which they are told apart here.
fn marked(differs: bool) -> impl FnMut(Copy) -> Copy {
    let mut at = 0;
    move |mut copy| {
        copy.record["correlationId"] = json!(format!("version {at}"));
        at += usize::from(differs);
        if matches!(copy.shape, Shape::Flat | Shape::FlatCsv) {
            let status = copy.record["status"].as_object_mut().unwrap();
            status.retain(|name, value| name != "additionalDetails" && *value != "");
        }
        if !matches!(copy.shape, Shape::Array | Shape::Pretty | Shape::Reply | Shape::Envelopes) {
            // Flat rows do not tell empty from absent.
            copy.record.as_object_mut().unwrap().retain(|_, value| *value != "");
        }
        copy
    }
}

/// Rows of which the outcome is in columns of their own.
fn flat(mut rows: Vec<Value>, records: &[Value]) -> Vec<Value> {
    for (row, record) in rows.iter_mut().zip(records) {
        row.as_object_mut().unwrap().retain(|name, _| !name.starts_with("Status"));
        for (name, column) in [("errorCode", "ResultType"), ("failureReason", "ResultDescription")] {
            row[column] = match &record["status"][name] {
                Value::Number(code) => code.to_string().into(),
                other => other.clone(),
            };
        }
    }
    rows
}

/// The text of a file of copies of one shape.
fn text(shape: Shape, copies: &[Copy]) -> String {
    let mut records: Vec<Value> = copies.iter().map(|copy| copy.record.clone()).collect();
    let rows = |records: &[Value]| {
        let mut rows = log_analytics(records, &[]);
        for (row, copy) in rows.iter_mut().zip(copies) {
            row["TimeGenerated [UTC]"] = json!(format!("2026-05-02T00:{:02}:00Z", copy.taken_in));
        }
        rows
    };
    match shape {
        Shape::Array => as_is::array(&records),
        Shape::Pretty => as_is::pretty(&records),
        Shape::Reply => as_is::reply(&records),
        Shape::Envelopes => as_is::lines(&diagnostic(&records, &[])),
        Shape::Flat => as_is::lines(&flat(rows(&records), &records)),
        Shape::FlatCsv => csv(&flat(rows(&records), &records)),
        Shape::Rows => as_is::lines(&rows(&records)),
        Shape::RowsCsv => csv(&rows(&records)),
        Shape::FewCsv => {
            for record in &mut records {
                record.as_object_mut().unwrap().retain(|name, _| !LEFT_OUT.contains(&name.as_str()));
            }
            csv(&rows(&records))
        }
    }
}

/// The files, in several orders, and what is in them.
struct Court {
    _folder: TempDir,
    histories: Vec<History>,
    /// All copies in the order of the files.
    copies: Vec<Value>,
    orders: [Engine; 2],
    /// The rows that stand, by id.
    standing: BTreeMap<String, Value>,
    differing: u64,
}

impl Court {
    async fn new() -> Self {
        let lab = Lab::new(lab::options(RECORDS)).await;
        let rows: Vec<Value> = lab.tenant.sign_ins().map(|s| serde_json::from_str(&s.json).unwrap()).collect();
        let dice = &mut Dice::new(SEED);
        let histories: Vec<History> = rows.iter().enumerate().map(|(n, row)| history(dice, n, row, &rows)).collect();
        let folder = TempDir::new().unwrap();
        let (mut paths, mut copies) = (Vec::new(), Vec::new());
        let shapes: BTreeSet<Shape> = histories.iter().flat_map(|s| &s.copies).map(|copy| copy.shape).collect();
        for shape in shapes {
            // Versions of a record can stand in one file, in either order.
            let mut held: Vec<Copy> =
                histories.iter().flat_map(|s| &s.copies).filter(|c| c.shape == shape).cloned().collect();
            held.sort_by_cached_key(|_| dice.roll());
            let kind = if matches!(shape, Shape::RowsCsv | Shape::FewCsv) { "csv" } else { "json" };
            let path = folder.path().join(format!("{shape:?}.{kind}"));
            std::fs::write(&path, text(shape, &held)).unwrap();
            paths.push(path);
            copies.extend(held.into_iter().map(|copy| copy.record));
        }
        let engine = |paths: &[PathBuf], settings| {
            let builder = Engine::builder().now(now()).settings(settings);
            paths.iter().fold(builder, |builder, path| builder.input(path)).build().unwrap()
        };
        let straight = engine(&paths, Settings::default());
        paths.reverse();
        let turned = engine(&paths, Settings { pushdown: false, ..Settings::default() });
        let differing = histories.iter().filter(|s| s.differs).count() as u64;
        let (orders, standing) = ([straight, turned], BTreeMap::new());
        Self { _folder: folder, histories, copies, orders, standing, differing }
    }

    /// Asks in both orders of files: the answers are the same, and each tells of the versions.
    async fn ask(&self, sql: &str) -> Vec<String> {
        let mut answers = Vec::new();
        for engine in &self.orders {
            let answer = lab::answer(engine, sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}"));
            // A question that no record can answer reads none, and has seen no versions.
            let read = answer.tally.rows_received.get() > 0;
            let seen = if read { vec![(self.differing, Stands::Last)] } else { Vec::new() };
            assert_eq!(told(&answer), seen, "{sql}");
            assert!(read || answer.rows().iter().all(|row| row == "0"), "{sql}");
            answers.push(sorted(answer.rows()));
        }
        assert!(answers[0] == answers[1], "{sql}\norders differ: {}", difference(&answers[0], &answers[1]));
        answers.swap_remove(0)
    }

    fn verdict(&self, predicate: &Predicate) -> Vec<String> {
        let held = self.standing.iter().filter(|(_, row)| Judge::default().says(predicate, row) == Some(true));
        held.map(|(id, _)| id.clone()).collect()
    }

    /// What a reader would say that chooses among the copies which satisfy a predicate.
    fn filtered_first(&self, predicate: &Predicate, says: Option<bool>) -> BTreeSet<&str> {
        let held = self.copies.iter().filter(|row| Judge::default().says(predicate, row) == says);
        held.map(|row| row["id"].as_str().unwrap()).collect()
    }

    /// Holds a predicate to the laws, and tells whether the other reader would have broken one.
    async fn try_one(&self, predicate: &Predicate) -> bool {
        let all = self.standing.len();
        let ids = self.ask(&format!("SELECT id FROM sign_ins WHERE {predicate}")).await;
        let judged = self.verdict(predicate);
        assert!(ids == judged, "{predicate}\nthe judge differs: {}", difference(&ids, &judged));
        let of_whole = self.ask(&format!("SELECT * FROM sign_ins WHERE {predicate}")).await;
        assert_eq!(of_whole.len(), ids.len(), "{predicate}");
        let count = async |condition: String| -> usize {
            let rows = self.ask(&format!("SELECT count(*) FROM sign_ins WHERE {condition}")).await;
            rows[0].parse().unwrap()
        };
        let not = count(format!("NOT ({predicate})")).await;
        let unknown = count(format!("({predicate}) IS NULL")).await;
        assert_eq!((ids.len() + not + unknown, count("true".into()).await), (all, all), "{predicate}");
        let parts = format!("{} | {not} | {unknown}", ids.len());
        let filters = ["", "NOT "].map(|not| format!("count(*) FILTER (WHERE {not}({predicate}))")).join(", ");
        let sql = format!("SELECT {filters}, count(*) FILTER (WHERE ({predicate}) IS NULL) FROM sign_ins");
        assert_eq!(self.ask(&sql).await, [parts], "{predicate}");
        let groups = self.ask(&format!("SELECT ({predicate}), count(*) FROM sign_ins GROUP BY 1")).await;
        let groups_expected = [("true", ids.len()), ("false", not), ("NULL", unknown)];
        let groups_expected = groups_expected.iter().filter(|(_, n)| *n > 0).map(|(says, n)| format!("{says} | {n}"));
        assert_eq!(groups, sorted(groups_expected.collect()), "{predicate}");
        let first = |says| self.filtered_first(predicate, says);
        let parts = first(Some(true)).len() + first(Some(false)).len() + first(None).len();
        parts != all && first(Some(true)).into_iter().ne(ids.iter().map(String::as_str))
    }
}

/// What an answer says of versions.
fn told(answer: &Answer) -> Vec<(u64, Stands)> {
    let notices = answer.tally.notices().into_iter();
    let of = |notice| match notice {
        Notice::DifferingDuplicates { count, stands, .. } => Some((count, stands)),
        _ => None,
    };
    notices.filter_map(of).collect()
}

#[expect(clippy::disallowed_methods, reason = "the full tier is chosen by the environment")]
fn predicates() -> usize {
    if std::env::var("AUDITQL_FULL").is_ok_and(|v| v == "1") { 500 } else { 24 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_in_versions_is_one_row_whatever_is_asked_of_it() {
    let mut court = Court::new().await;
    let rows = court.ask("SELECT id, correlation_id FROM sign_ins").await;
    assert_eq!(rows.len(), court.histories.len(), "each record once");
    let marks: BTreeMap<&str, &str> = rows.iter().map(|row| row.split_once(" | ").unwrap()).collect();
    for (n, history) in court.histories.iter().enumerate() {
        let id = history.copies[0].record["id"].as_str().unwrap();
        let of_mark = |copy: &&Copy| copy.record["correlationId"] == marks[id];
        let standing = history.copies.iter().find(of_mark).unwrap();
        // Of copies that say the same, the one that says most.
        let standing = history.stands.map_or(&standing.record, |at| &history.copies[at].record);
        assert_eq!(standing["correlationId"], marks[id], "history {}: {:?}", n % HISTORIES, history.copies);
        court.standing.insert(id.to_owned(), standing.clone());
    }
    court.ask("SELECT raw FROM sign_ins").await;
    assert_eq!(court.ask("SELECT 1 FROM sign_ins LIMIT 7").await.len(), 7);
    let mut generator = Generator::new(SEED, Table::sign_ins(), &court.copies);
    let mut broken_by_the_other = 0;
    for n in 0..predicates() {
        let predicate = generator.predicate(n);
        broken_by_the_other += usize::from(court.try_one(&predicate).await);
    }
    println!("{broken_by_the_other} of {} predicates would tell", predicates());
    assert!(broken_by_the_other * 10 >= predicates(), "the laws bite: {broken_by_the_other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_copies_count_each_version_is_a_row() {
    let court = Court::new().await;
    for engine in &court.orders {
        engine.set("dedup", "false").unwrap();
        let answer = lab::answer(engine, "SELECT count(*) FROM sign_ins").await.unwrap();
        assert_eq!(answer.rows(), [court.copies.len().to_string()]);
        assert_eq!(told(&answer), []);
    }
}
