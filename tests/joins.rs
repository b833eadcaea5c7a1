//! Joins by address range and by time: what is looked up is what a comparison of every pair finds.
//!
//! Tables that chance makes are asked by an engine that looks partners up and by one that does not, in all kinds of joins. The
//! plain engine of ASOF joins is SQL itself: all partners, numbered by their distance. The control asks the plain engine for
//! a condition that is wrong at its edges, and has to see other rows.

mod asof;
mod captured;
mod documented;
mod networks;
mod ranges;
mod refused;
mod sessions;

use auditql::engine::{Engine, Policy};
use auditql::report::{About, Report};
use auditql::settings::Settings;
use fastrand::Rng;
use futures::TryStreamExt as _;

use auditql::datafusion::arrow::array::AsArray as _;

use crate::lab::{answer, now};

/// Two engines over the same tables.
struct Lab {
    looking_up: Engine,
    comparing: Engine,
}

impl Lab {
    fn new() -> Self {
        let engine = |range_joins| {
            let settings = Settings { range_joins, ..Settings::default() };
            Engine::builder().policy(Policy::LOCAL).now(now()).settings(settings).build().unwrap()
        };
        Self { looking_up: engine(true), comparing: engine(false) }
    }

    /// The same on both.
    async fn both(&self, sql: &str) {
        for engine in [&self.looking_up, &self.comparing] {
            answer(engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        }
    }

    async fn rows(&self, sql: &str) -> Vec<String> {
        sorted(answer(&self.looking_up, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).rows())
    }

    async fn plain(&self, sql: &str) -> Vec<String> {
        sorted(answer(&self.comparing, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}")).rows())
    }

    async fn error(&self, sql: &str) -> String {
        match answer(&self.looking_up, sql).await {
            Ok(rows) => panic!("{sql}\n{:?}", rows.rows()),
            Err(error) => {
                let report = Report::of_query(&error, &About { sql, line: 1, tables: &[], ..About::default() });
                format!("{} {} {}", report.what, report.causes.join(" "), report.hint.unwrap_or_default())
            }
        }
    }

    /// What EXPLAIN says first.
    async fn explained(engine: &Engine, sql: &str) -> String {
        let query = engine.query(&format!("EXPLAIN {sql}")).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
        let batches: Vec<_> = query.stream.try_collect().await.unwrap();
        batches[0].column(1).as_string::<i32>().value(0).to_owned()
    }
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort_unstable();
    rows
}

/// Makes the tables `a` and `b` anew.
async fn tables(lab: &Lab, dice: &mut Rng, sizes: (usize, usize)) {
    for statement in statements(dice, sizes) {
        lab.both(&statement).await;
    }
}

/// Tables with a key, times, windows, addresses and networks; each value may be NULL, or the text none.
fn statements(dice: &mut Rng, sizes: (usize, usize)) -> Vec<String> {
    let time = |column, name| format!("arrow_cast({column}, 'Timestamp(Microsecond, Some(\"UTC\"))') AS {name}");
    let times = [time("column3", "t"), time("column4", "first"), time("column5", "last")].join(", ");
    let mut made = Vec::new();
    for (name, size) in [("a", sizes.0), ("b", sizes.1)] {
        let mut rows: Vec<String> = (0..size).map(|id| row(id, dice)).collect();
        // The types are there without a row.
        let day = "timestamp '2026-01-01'";
        rows.push(format!("(-1, 'none', {day}, {day}, {day}, 'x', 'x')"));
        made.push(format!("DROP TABLE IF EXISTS {name}"));
        made.push(format!(
            "CREATE TABLE {name} AS SELECT column1 AS id, column2 AS k, {times}, column6 AS addr, column7 AS cidr \
             FROM (VALUES {}) WHERE column1 >= 0",
            rows.join(", ")
        ));
    }
    made
}

fn row(id: usize, dice: &mut Rng) -> String {
    let time = |dice: &mut Rng, minutes: u32| {
        let micros = [0, 0, 0, 1, 999_999][dice.usize(0..5)];
        format!("timestamp '2026-03-01 10:{minutes:02}:00.{micros:06}'")
    };
    let or_null = |dice: &mut Rng, value: String| if dice.u8(0..12) == 0 { "NULL".to_owned() } else { value };
    let key = format!("'k{}'", dice.u8(0..4));
    let key = or_null(dice, key);
    let (t, first) = (dice.u32(0..60), dice.u32(0..50));
    let last = (first + dice.u32(0..15)).min(59).saturating_sub(u32::from(dice.u8(0..6) == 0) * 20);
    let (t, first, last) = (time(dice, t), time(dice, first), time(dice, last));
    let (t, first, last) = (or_null(dice, t), or_null(dice, first), or_null(dice, last));
    let (address, network) = (address(dice), network(dice));
    let (address, network) = (or_null(dice, address), or_null(dice, network));
    format!("({id}, {key}, {t}, {first}, {last}, {address}, {network})")
}

fn octet(dice: &mut Rng) -> u8 {
    [0, 1, 2, 3, 127, 128, 254, 255][dice.usize(0..8)]
}

fn v4(dice: &mut Rng) -> String {
    format!("10.{}.{}.{}", octet(dice) % 4, octet(dice), octet(dice))
}

fn v6(dice: &mut Rng) -> String {
    format!("2001:db8:{:x}::{:x}", u16::from(octet(dice)) << 8, octet(dice))
}

fn address(dice: &mut Rng) -> String {
    let (v4, v6) = (v4(dice), v6(dice));
    match dice.u8(0..9) {
        0..=2 => format!("'{v4}'"),
        3 => format!("'{v4}:443'"),
        4 => format!("'::ffff:{v4}'"),
        5 | 6 => format!("'{v6}'"),
        7 => format!("'[{}]:8080'", v6.to_uppercase()),
        _ => ["'unknown'", "''", "'10.0.0'"][dice.usize(0..3)].into(),
    }
}

fn network(dice: &mut Rng) -> String {
    let (v4, v6) = (v4(dice), v6(dice));
    let bits = [0, 8, 14, 15, 16, 23, 24, 31, 32][dice.usize(0..9)];
    match dice.u8(0..9) {
        // Bits of the host are set.
        0..=3 => format!("'{v4}/{bits}'"),
        4 => format!("'{v4}'"),
        5 => format!("'::ffff:{v4}/{}'", 96 + bits),
        6 => format!("'{v6}/{}'", [0, 32, 33, 40, 48, 127, 128][dice.usize(0..7)]),
        7 => format!("'{v6}'"),
        _ => ["'10.0.0.0/33'", "'none'", "'10.0.0.0/8/8'"][dice.usize(0..3)].into(),
    }
}
