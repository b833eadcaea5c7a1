//! Address ranges and windows of time, in every kind of join.

use fastrand::Rng;

use super::{Lab, tables};

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
    ("a.id >= b.id AND a.id <= b.id", "a.id >= b.id AND a.id < b.id"),
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

async fn hold(sizes: &[(usize, usize)], batch: usize) {
    let lab = Lab::new();
    lab.both(&format!("SET datafusion.execution.batch_size = {batch}")).await;
    let mut dice = Rng::with_seed(0x6a01_4e5d);
    let (mut found, mut noticed) = ([0; CONDITIONS.len()], [0; CONDITIONS.len()]);
    for sizes in sizes {
        tables(&lab, &mut dice, *sizes).await;
        for (at, (condition, wrong)) in CONDITIONS.iter().enumerate() {
            for statement in STATEMENTS {
                let sql = statement.replace("{}", condition);
                let (rows, plain) = (lab.rows(&sql).await, lab.plain(&sql).await);
                assert_eq!(rows, plain, "{sizes:?} rows, {sql}");
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

#[tokio::test(flavor = "multi_thread")]
async fn what_is_looked_up_is_what_a_comparison_of_all_finds() {
    hold(&[(0, 7), (7, 0), (40, 9), (60, 60)], 8_192).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_come_in_small_batches_make_no_difference() {
    hold(&[(50, 30)], 3).await;
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
            assert!(!explained.contains("looked up"), "{sql}\n{explained}");
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
        "a.t >= b.t - INTERVAL '1 month' AND a.t + b.last - b.first <= b.t",
    ] {
        let sql = format!("SELECT a.id, b.id FROM a JOIN b ON {condition}");
        let explained = Lab::explained(&lab.looking_up, &sql).await;
        assert!(!explained.contains("looked up"), "{sql}\n{explained}");
        assert_eq!(lab.rows(&sql).await, lab.plain(&sql).await, "{sql}");
    }
}
