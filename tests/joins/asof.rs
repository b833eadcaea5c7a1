//! ASOF joins beside all partners numbered by their distance.

use fastrand::Rng;

use super::{Lab, tables};

/// Conditions beside the key; what of them the nearest goes by; which partners come first.
const CASES: [(&str, &str); 9] = [
    ("a.t >= b.t", "b.t DESC"),
    ("b.t < a.t", "b.t DESC"),
    ("a.t <= b.t", "b.t"),
    ("b.t > a.t AND b.t <= a.t + INTERVAL '7 minutes'", "b.t"),
    ("a.t >= b.t AND a.t - b.t <= INTERVAL '10 minutes'", "b.t DESC"),
    ("b.t BETWEEN a.t - INTERVAL '10 minutes' AND a.t", "b.t DESC"),
    ("a.t >= b.t AND (a.id + b.id) % 4 = 1", "b.t DESC"),
    ("a.t >= b.t AND b.id % 2 = 0 AND a.id % 3 <> 0", "b.t DESC"),
    ("a.t <= b.t AND a.t >= b.t - INTERVAL '1 month'", "b.t"),
];

/// Those on both sides, with the condition that stands for `nearest`.
const EITHER: [&str; 3] =
    ["", " AND b.t BETWEEN a.t - INTERVAL '4 minutes' AND a.t + INTERVAL '4 minutes'", " AND a.id % 4 <> b.id % 4"];

/// The partners that an ASOF join should find, as plain SQL.
fn plain(kind: &str, condition: &str, order: &str) -> String {
    let all = format!(
        "SELECT a.id AS left_id, b.id AS right_id, row_number() OVER (PARTITION BY a.id ORDER BY {order}, b.id) AS place \
         FROM a JOIN b ON {condition}"
    );
    format!(
        "SELECT a.id, p.right_id FROM a {kind} JOIN (SELECT left_id, right_id FROM ({all}) WHERE place = 1) p ON a.id = p.left_id"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nearest_is_the_first_of_all_by_their_distance() {
    let lab = Lab::new();
    let mut dice = Rng::with_seed(0xa50f);
    let distance = "abs(arrow_cast(a.t, 'Int64') - arrow_cast(b.t, 'Int64')), b.t";
    let known = CASES.map(|(condition, order)| (condition.to_owned(), condition.to_owned(), order));
    let either = EITHER.map(|more| {
        (format!("nearest(a.t, b.t){more}"), format!("a.t IS NOT NULL AND b.t IS NOT NULL{more}"), distance)
    });
    let cases: Vec<_> = known.into_iter().chain(either).collect();
    let (mut found, mut noticed) = (0, 0);
    for sizes in [(0, 9), (9, 0), (40, 30), (60, 120)] {
        tables(&lab, &mut dice, sizes).await;
        for (condition, all, order) in &cases {
            for key in ["a.k = b.k AND ", ""] {
                for (asof, kind) in [("", ""), ("LEFT", "LEFT")] {
                    let sql = format!("SELECT a.id, b.id FROM a ASOF {asof} JOIN b ON {key}{condition}");
                    let expected = plain(kind, &format!("{key}{all}"), order);
                    let (rows, expected) = (lab.rows(&sql).await, lab.plain(&expected).await);
                    assert_eq!(rows, expected, "{sizes:?} rows, {sql}");
                    found += rows.len();
                    let other = plain(kind, &format!("{key}{all}"), "b.id");
                    noticed += usize::from(rows != lab.plain(&other).await);
                }
            }
        }
    }
    assert!(found > 500, "{found} rows");
    assert!(noticed > cases.len(), "{noticed} answers differ from those of another order");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_in_where_drops_rows_and_chooses_none() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(11), (50, 50)).await;
    let join = "a ASOF LEFT JOIN b ON a.k = b.k AND a.t >= b.t";
    let whole = lab.rows(&format!("SELECT a.id, b.id FROM {join}")).await;
    let even = lab.rows(&format!("SELECT a.id, b.id FROM {join} WHERE b.id % 2 = 0")).await;
    let is_even =
        |row: &&String| row.split(" | ").nth(1).is_some_and(|id| id.parse::<u32>().is_ok_and(|id| id % 2 == 0));
    let expected: Vec<String> = whole.iter().filter(is_even).cloned().collect();
    assert!(!expected.is_empty());
    assert_eq!(even, expected, "{whole:?}");
    let among = lab.rows(&format!("SELECT a.id, b.id FROM {join} AND b.id % 2 = 0")).await;
    assert_ne!(among.len(), even.len(), "a condition in ON looks for another partner");
    let left = lab.rows(&format!("SELECT a.id, b.id FROM {join} WHERE a.id < 9")).await;
    assert_eq!(left.len(), 9, "a condition on the left side");
}

#[tokio::test(flavor = "multi_thread")]
async fn snowflakes_words_keep_the_rows_without_a_partner() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(12), (40, 20)).await;
    let duck = lab.rows("SELECT a.id, b.id FROM a ASOF LEFT JOIN b ON a.k = b.k AND a.t >= b.t").await;
    for join in [
        "a ASOF JOIN b MATCH_CONDITION (a.t >= b.t) ON a.k = b.k",
        "a ASOF LEFT JOIN b MATCH_CONDITION (b.t <= a.t) ON a.k = b.k",
        "a ASOF JOIN b AS b MATCH_CONDITION (a.t >= b.t) ON b.k = a.k",
    ] {
        assert_eq!(lab.rows(&format!("SELECT a.id, b.id FROM {join}")).await, duck, "{join}");
    }
    let any = lab.rows("SELECT a.id, b.id FROM a ASOF JOIN b MATCH_CONDITION (a.t > b.t)").await;
    assert_eq!(any.len(), 40);
    let window = "a ASOF JOIN b MATCH_CONDITION (a.t >= b.first) ON a.k = b.k AND a.t <= b.last";
    assert_eq!(lab.rows(&format!("SELECT a.id, b.id FROM {window}")).await.len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_time_are_chosen_by_their_columns() {
    let lab = Lab::new();
    let time = "timestamp '2026-03-01 10:00:00'";
    lab.both(&format!("CREATE TABLE x AS SELECT {time} AS t")).await;
    for values in ["('b', 1), ('a', 9), ('a', 2)", "('a', 2), ('b', 1), ('a', 9)"] {
        lab.both("DROP TABLE IF EXISTS y").await;
        lab.both(&format!(
            "CREATE TABLE y AS SELECT {time} AS t, column1 AS name, column2 AS n FROM (VALUES {values})"
        ))
        .await;
        for condition in ["x.t >= y.t", "x.t <= y.t", "nearest(x.t, y.t)"] {
            let sql = format!("SELECT y.name, y.n FROM x ASOF JOIN y ON {condition}");
            assert_eq!(lab.rows(&sql).await, ["a | 2"], "{sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_asof_join_stands_wherever_a_join_does() {
    let lab = Lab::new();
    tables(&lab, &mut Rng::with_seed(13), (30, 30)).await;
    let join = "a ASOF JOIN b ON a.k = b.k AND a.t >= b.t";
    let pairs = lab.rows(&format!("SELECT a.id, b.id FROM {join}")).await;
    for sql in [
        format!("SELECT * FROM (SELECT a.id, b.id AS other FROM {join}) AS j"),
        format!("WITH j AS (SELECT a.id, b.id AS other FROM {join}) SELECT id, other FROM j"),
        format!("SELECT a.id, b.id FROM ({join})"),
        format!("SELECT a.id, b.id FROM {join} JOIN a AS c ON c.id = a.id"),
        format!("SELECT a.id, b.id FROM a AS c JOIN a ON c.id = a.id ASOF JOIN b ON a.k = b.k AND a.t >= b.t"),
        format!("SELECT a.id, b.id FROM {join} ORDER BY a.t LIMIT 1000"),
    ] {
        assert_eq!(lab.rows(&sql).await, pairs, "{sql}");
    }
    lab.both(&format!("CREATE VIEW j AS SELECT a.id, b.id AS other FROM {join}")).await;
    assert_eq!(lab.rows("SELECT id, other FROM j").await, pairs);
    let counted = lab.rows(&format!("SELECT count(*) FROM {join}")).await;
    assert_eq!(counted, [pairs.len().to_string()]);
}
