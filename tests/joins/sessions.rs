//! `sessionize` beside `lag` and a running sum.

use fastrand::Rng;

use super::{Lab, tables};

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_those_of_a_running_sum() {
    let lab = Lab::new();
    let mut dice = Rng::with_seed(21);
    let mut most = 0;
    for size in [0, 1, 40, 150] {
        tables(&lab, &mut dice, (size, 1)).await;
        for (gap, seconds) in [("0 seconds", 0), ("90 seconds", 90), ("3 minutes", 180), ("1 day", 86_400)] {
            for order in ["t", "t DESC", "t NULLS FIRST", "t DESC NULLS LAST"] {
                let direction = if order.contains("DESC") { "DESC" } else { "" };
                let sql =
                    format!("SELECT id, sessionize(t, INTERVAL '{gap}') OVER (PARTITION BY k ORDER BY {order}) FROM a");
                let begins = format!(
                    "SELECT id, k, t, CASE WHEN abs(arrow_cast(t, 'Int64') - lag(arrow_cast(t, 'Int64')) OVER w) \
                     <= 1000000 * {seconds} THEN 0 ELSE 1 END AS begins \
                     FROM a WHERE t IS NOT NULL WINDOW w AS (PARTITION BY k ORDER BY t {direction}, id)"
                );
                let expected = format!(
                    "SELECT id, sum(begins) OVER (PARTITION BY k ORDER BY t {direction} RANGE UNBOUNDED PRECEDING) \
                     FROM ({begins}) UNION ALL SELECT id, NULL FROM a WHERE t IS NULL"
                );
                let (rows, expected) = (lab.rows(&sql).await, lab.plain(&expected).await);
                assert_eq!(rows, expected, "{size} rows, {sql}");
                let numbers = rows.iter().filter_map(|row| row.split(" | ").nth(1)?.parse::<i64>().ok());
                most = most.max(numbers.max().unwrap_or(0));
            }
        }
    }
    assert!(most > 5, "at most {most} sessions");
}
