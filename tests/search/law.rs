//! The answer does not depend on what was ordered: with pushdown, without it, and by a judge that reads the records itself.

use auditql::demo::{Activity, AuditSearch, Tenant};
use auditql::settings::Settings;
use chrono::NaiveDateTime;
use serde_json::Value;

use super::tenant::{engine_on, numbered, options};
use crate::lab;

const SEED: u64 = 0x5ea_4c4;

/// A predicate over columns of records.
#[derive(Debug, Clone)]
enum Predicate {
    And(Box<[Predicate; 2]>),
    Or(Box<[Predicate; 2]>),
    Not(Box<Predicate>),
    Eq(&'static Column, Value),
    In(&'static Column, Vec<Value>),
    Before(i64),
    From(i64),
    IsNull(&'static Column),
}

#[derive(Debug)]
struct Column {
    sql: &'static str,
    wire: &'static str,
    number: bool,
}

const fn text(sql: &'static str, wire: &'static str) -> Column {
    Column { sql, wire, number: false }
}

static COLUMNS: [Column; 8] = [
    text("operation", "Operation"),
    text("workload", "Workload"),
    text("user_id", "UserId"),
    text("client_ip", "ClientIP"),
    text("object_id", "ObjectId"),
    text("result_status", "ResultStatus"),
    Column { sql: "record_type", wire: "RecordType", number: true },
    Column { sql: "user_type", wire: "UserType", number: true },
];

impl Column {
    fn of(&self, record: &Value) -> Option<Value> {
        let value = &record[self.wire];
        if self.number {
            return value.as_i64().or_else(|| value.as_str()?.parse().ok()).map(Value::from);
        }
        value.as_str().map(Value::from)
    }
}

fn second(record: &Value) -> i64 {
    let text = record["CreationTime"].as_str().unwrap().trim_end_matches('Z');
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").unwrap().and_utc().timestamp()
}

/// A judge, and the flaws that it may have.
#[derive(Clone, Copy, Default)]
struct Judge {
    /// An OR holds where both sides do.
    or_is_and: bool,
    /// Text is compared without regard to case, as a service may do.
    ignores_case: bool,
    /// A bound counts as outside.
    strict: bool,
}

impl Judge {
    fn says(self, predicate: &Predicate, record: &Value) -> Option<bool> {
        match predicate {
            Predicate::And(two) => match (self.says(&two[0], record), self.says(&two[1], record)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Predicate::Or(two) if self.or_is_and => self.says(&Predicate::And(two.clone()), record),
            Predicate::Or(two) => match (self.says(&two[0], record), self.says(&two[1], record)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Predicate::Not(one) => self.says(one, record).map(|holds| !holds),
            Predicate::Eq(column, value) => column.of(record).map(|found| self.equal(&found, value)),
            Predicate::In(column, values) => {
                column.of(record).map(|found| values.iter().any(|value| self.equal(&found, value)))
            }
            Predicate::Before(at) => Some(second(record) < *at),
            Predicate::From(at) if self.strict => Some(second(record) > *at),
            Predicate::From(at) => Some(second(record) >= *at),
            Predicate::IsNull(column) => Some(column.of(record).is_none()),
        }
    }

    fn equal(self, a: &Value, b: &Value) -> bool {
        match (a.as_str(), b.as_str()) {
            (Some(a), Some(b)) if self.ignores_case => a.eq_ignore_ascii_case(b),
            _ => a == b,
        }
    }
}

impl std::fmt::Display for Predicate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sql = |value: &Value| {
            value.as_str().map_or_else(|| value.to_string(), |text| format!("'{}'", text.replace('\'', "''")))
        };
        let stamp = |at: &i64| chrono::DateTime::from_timestamp(*at, 0).unwrap().to_rfc3339();
        match self {
            Self::And(two) => write!(f, "({} AND {})", two[0], two[1]),
            Self::Or(two) => write!(f, "({} OR {})", two[0], two[1]),
            Self::Not(one) => write!(f, "NOT ({one})"),
            Self::Eq(column, value) => write!(f, "{} = {}", column.sql, sql(value)),
            Self::In(column, values) => {
                write!(f, "{} IN ({})", column.sql, values.iter().map(sql).collect::<Vec<_>>().join(", "))
            }
            Self::Before(at) => write!(f, "creation_time < '{}'", stamp(at)),
            Self::From(at) => write!(f, "creation_time >= '{}'", stamp(at)),
            Self::IsNull(column) => write!(f, "{} IS NULL", column.sql),
        }
    }
}

struct Dice<'a>(fastrand::Rng, &'a [Value]);

impl Dice<'_> {
    fn record(&mut self) -> &Value {
        &self.1[self.0.usize(..self.1.len())]
    }

    fn value(&mut self, column: &Column) -> Value {
        for _ in 0..20 {
            if let Some(value) = column.of(self.record()) {
                // A spelling that no record has: a service that ignores case finds it all the same.
                let odd = self.0.u8(..10) == 0;
                return match value.as_str() {
                    Some(text) if odd => text.to_uppercase().into(),
                    _ => value,
                };
            }
        }
        if column.number { 0.into() } else { "none".into() }
    }

    fn predicate(&mut self, depth: u8) -> Predicate {
        let column = &COLUMNS[self.0.usize(..COLUMNS.len())];
        match self.0.u8(..if depth == 0 { 7 } else { 12 }) {
            0..3 => Predicate::Eq(column, self.value(column)),
            3..5 => Predicate::In(column, (0..self.0.usize(1..4)).map(|_| self.value(column)).collect()),
            5 => {
                let at = second(self.record());
                if self.0.bool() { Predicate::From(at) } else { Predicate::Before(at) }
            }
            6 => Predicate::IsNull(column),
            7..10 => Predicate::And(Box::new([self.predicate(depth - 1), self.predicate(depth - 1)])),
            10 => Predicate::Or(Box::new([self.predicate(depth - 1), self.predicate(depth - 1)])),
            _ => Predicate::Not(Box::new(self.predicate(depth - 1))),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_does_not_depend_on_what_was_ordered() {
    let full = std::env::var_os("AUDITQL_FULL").is_some();
    let mut search = options(AuditSearch { history: 150, polls: 1, ..AuditSearch::default() });
    search.feed.records = 250;
    let tenant = Tenant::start(search).await.unwrap();
    let (on, off) = (Settings::default(), Settings { pushdown: false, ..Settings::default() });
    let (on, off) = (engine_on(&tenant, on), engine_on(&tenant, off));
    let truth: Vec<Activity> = tenant.audit_log().collect();
    let records: Vec<Value> = truth.iter().map(|record| serde_json::from_str(&record.json).unwrap()).collect();
    let mut dice = Dice(fastrand::Rng::with_seed(SEED), &records);
    let judged = |judge: Judge, predicate: &Predicate| {
        let held = truth.iter().zip(&records).filter(|(_, json)| judge.says(predicate, json) == Some(true));
        numbered(held.map(|(record, _)| record.id.clone().unwrap_or_else(|| "NULL".into())))
    };
    let flaws = [
        Judge { or_is_and: true, ..Judge::default() },
        Judge { ignores_case: true, ..Judge::default() },
        Judge { strict: true, ..Judge::default() },
    ];
    let (mut cut, mut answered, mut noticed) = (0, 0, [false; 3]);
    let count = if full { 2_000 } else { 120 };
    for n in 0..count {
        let predicate = dice.predicate(2);
        let sql = format!("SELECT id FROM m365.audit_search WHERE {predicate}");
        let pushed = lab::answer(&on, &sql).await.unwrap_or_else(|e| panic!("{n}: {sql}\n{e}"));
        let plain = lab::answer(&off, &sql).await.unwrap_or_else(|e| panic!("{n}: {sql}\n{e}"));
        let (found, without) = (numbered(pushed.rows().into_iter()), numbered(plain.rows().into_iter()));
        let expected = judged(Judge::default(), &predicate);
        assert_eq!(found, without, "{n} of seed {SEED:#x}, pushdown on and off: {predicate}");
        assert_eq!(found, expected, "{n} of seed {SEED:#x}, the judge: {predicate}");
        let fewer = pushed.tally.rows_received.get() < plain.tally.rows_received.get();
        (cut, answered) = (cut + usize::from(fewer), answered + usize::from(fewer && !found.is_empty()));
        for (seen, flaw) in noticed.iter_mut().zip(flaws) {
            *seen |= judged(flaw, &predicate) != expected;
        }
    }
    println!("{count} predicates, {cut} cut the rows received, {answered} of these have an answer");
    assert!(cut * 100 >= count * 30 && answered * 2 >= cut, "{cut} {answered}");
    // The control: judges with a flaw would have been noticed.
    assert_eq!(noticed, [true; 3]);
}
