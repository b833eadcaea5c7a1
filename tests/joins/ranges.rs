//! Address ranges and windows of time, in every kind of join.

use std::sync::Arc;

use auditql::datafusion::execution::SessionStateBuilder;
use auditql::datafusion::prelude::{SessionConfig, SessionContext};
use auditql::engine::Engine;
use auditql::settings::Settings;
use fastrand::Rng;

use super::{Lab, sorted, statements, tables};
use crate::lab::Answer;

/// Conditions, and each of them wrong at its edges.
const CONDITIONS: [(&str, &str); 10] = [
    ("ip_in(a.addr, b.cidr)", "ip_in(b.cidr, a.addr)"),
    ("ip_in(a.addr, b.cidr) AND a.k <> b.k", "ip_in(a.addr, b.cidr)"),
    ("a.k = b.k AND ip_in(a.addr, b.cidr)", "ip_in(a.addr, b.cidr)"),
    ("a.t BETWEEN b.first AND b.last", "a.t > b.first AND a.t < b.last"),
    (
        "a.t BETWEEN b.t - INTERVAL '5 minutes' AND b.t + INTERVAL '5 minutes'",
        "a.t BETWEEN b.t - INTERVAL '5 minutes' AND b.t + INTERVAL '4 minutes'",
    ),
    (
        "a.k = b.k AND b.t BETWEEN a.t - INTERVAL '2 minutes' AND a.t + INTERVAL '9 minutes'",
        "a.k = b.k AND b.t BETWEEN a.t - INTERVAL '9 minutes' AND a.t + INTERVAL '2 minutes'",
    ),
    ("a.t > b.t AND a.t - b.t < INTERVAL '10 minutes'", "a.t >= b.t AND a.t - b.t <= INTERVAL '10 minutes'"),
    (
        "b.t + INTERVAL '3 minutes' >= a.t AND b.t < a.t AND a.id <> b.id",
        "b.t + INTERVAL '3 minutes' > a.t AND b.t <= a.t AND a.id <> b.id",
    ),
    (
        "a.first <= b.last AND a.last >= b.first AND (a.id + b.id) % 3 <> 0",
        "a.first < b.last AND a.last > b.first AND (a.id + b.id) % 3 <> 0",
    ),
    ("a.id >= b.id AND a.id <= b.id + 1", "a.id >= b.id AND a.id < b.id + 1"),
];

/// Statements over a condition.
const STATEMENTS: [&str; 11] = [
    "SELECT a.id, b.id FROM a JOIN b ON {}",
    "SELECT a.id, b.id, b.cidr FROM b JOIN a ON {}",
    "SELECT a.id, b.id FROM a LEFT JOIN b ON {}",
    "SELECT a.id, b.id FROM a RIGHT JOIN b ON {}",
    "SELECT a.id, a.t, b.id FROM a FULL JOIN b ON {}",
    "SELECT a.id FROM a LEFT SEMI JOIN b ON {}",
    "SELECT a.id FROM a LEFT ANTI JOIN b ON {}",
    "SELECT a.id FROM a WHERE EXISTS (SELECT 1 FROM b WHERE {})",
    "SELECT b.id FROM b WHERE NOT EXISTS (SELECT 1 FROM a WHERE {})",
    "SELECT a.id FROM a WHERE a.id % 5 = 0 OR EXISTS (SELECT 1 FROM b WHERE {})",
    "SELECT count(*) FROM a, b WHERE {}",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_up_is_what_a_comparison_of_all_finds() {
    let lab = Lab::new();
    let mut dice = Rng::with_seed(0x6a01_4e5d);
    let (mut found, mut noticed) = ([0; CONDITIONS.len()], [0; CONDITIONS.len()]);
    for sizes in [(0, 7), (7, 0), (40, 9), (60, 60), (120, 90)] {
        tables(&lab, &mut dice, sizes).await;
        for (at, (condition, wrong)) in CONDITIONS.iter().enumerate() {
            for statement in STATEMENTS {
                let sql = statement.replace("{}", condition);
                let (rows, plain) = (lab.rows(&sql).await, lab.plain(&sql).await);
                assert!(rows == plain, "{sizes:?} rows, {sql}\n{} and {} rows", rows.len(), plain.len());
                found[at] += rows.len();
                noticed[at] += usize::from(rows != lab.plain(&statement.replace("{}", wrong)).await);
            }
        }
    }
    for (at, (condition, wrong)) in CONDITIONS.iter().enumerate() {
        assert!(found[at] > 100, "{condition} finds {} rows", found[at]);
        assert!(noticed[at] > 0, "{condition} is never told from {wrong}");
    }
}

/// A session whose batches have three rows.
fn in_threes(range_joins: bool) -> SessionContext {
    let builder =
        SessionStateBuilder::new().with_config(SessionConfig::new().with_batch_size(3).with_target_partitions(2));
    let settings = Settings { range_joins, ..Settings::default() };
    SessionContext::new_with_state(Engine::builder().settings(settings).configure(builder).unwrap().build())
}

async fn rows(context: &SessionContext, sql: &str) -> Vec<String> {
    let frame = context.sql(sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
    let batches = frame.collect().await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
    sorted(Answer { batches, tally: Arc::default() }.rows())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_in_small_batches_make_no_difference() {
    let (looking_up, comparing) = (in_threes(true), in_threes(false));
    for statement in statements(&mut Rng::with_seed(77), (50, 30)) {
        rows(&looking_up, &statement).await;
        rows(&comparing, &statement).await;
    }
    for (condition, _) in CONDITIONS {
        for statement in STATEMENTS {
            let sql = statement.replace("{}", condition);
            assert_eq!(rows(&looking_up, &sql).await, rows(&comparing, &sql).await, "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_such_join_is_looked_up() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(3), (5, 5)).await;
    for (condition, _) in CONDITIONS {
        for statement in STATEMENTS {
            let sql = statement.replace("{}", condition);
            let explained = Lab::explained(&lab.looking_up, &sql).await;
            assert!(explained.contains("partners are looked up"), "{sql}\n{explained}");
            let explained = Lab::explained(&lab.comparing, &sql).await;
            assert!(!explained.contains("partners are looked up"), "{sql}\n{explained}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_up_is_left_alone() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(4), (20, 20)).await;
    for condition in [
        "a.t > b.t",
        "a.k = b.k AND a.t > b.t",
        "a.k = b.k",
        "ip_in(a.addr, '10.0.0.0/8') AND a.k < b.k",
        "ip_in(a.addr, b.cidr) OR a.k = b.k",
        "NOT ip_in(a.addr, b.cidr)",
        "a.t BETWEEN b.first AND b.last OR a.id = b.id",
        "a.t >= b.t - INTERVAL '1 month'",
    ] {
        let sql = format!("SELECT a.id, b.id FROM a JOIN b ON {condition}");
        let explained = Lab::explained(&lab.looking_up, &sql).await;
        assert!(!explained.contains("partners are looked up"), "{sql}\n{explained}");
        assert_eq!(lab.rows(&sql).await, lab.plain(&sql).await, "{sql}");
    }
}
