//! Functions of `x -> …` in the condition of a join.

use auditql::datafusion::prelude::{SessionConfig, SessionContext};

use super::Lab;

const LISTS: &str = "(VALUES (1, [10, 20]), (2, [20, 30]), (3, [40])) AS a(id, list)";
const WANTED: &str = "(VALUES (10), (20), (50)) AS b(x)";

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_on_elements_needs_no_equality_beside_it() {
    let lab = Lab::new();
    let pairs = ["1 | 10", "1 | 20", "2 | 20"];
    for condition in [
        "any_match(a.list, e -> e = b.x)",
        "cardinality(list_filter(a.list, e -> e = b.x)) > 0",
        "b.x IN (SELECT e FROM unnest(a.list) AS e)",
        // Each side has a part that could be computed beforehand.
        "any_match(a.list, e -> e + 1 = b.x + 1) AND a.id + 1 < b.x * 2",
    ] {
        let rows = lab.rows(&format!("SELECT a.id, b.x FROM {LISTS} JOIN {WANTED} ON {condition}")).await;
        assert_eq!(rows, pairs, "{condition}");
        let left = lab.rows(&format!("SELECT a.id, b.x FROM {LISTS} LEFT JOIN {WANTED} ON {condition}")).await;
        assert_eq!(left, [&pairs[..], &["3 | NULL"]].concat(), "{condition}");
    }
    let having = |not: &str| {
        format!(
            "SELECT x FROM {WANTED} WHERE {not} EXISTS (SELECT 1 FROM {LISTS} WHERE any_match(a.list, e -> e = b.x))"
        )
    };
    assert_eq!(lab.rows(&having("")).await, ["10", "20"]);
    assert_eq!(lab.rows(&having("NOT")).await, ["50"]);
}

/// If this fails, DataFusion is mended, and `engine::session::captured` can go.
#[tokio::test]
async fn datafusion_takes_a_lambda_for_a_part_of_one_side() {
    let plain =
        SessionContext::new_with_config(SessionConfig::new().set_str("datafusion.sql_parser.dialect", "duckdb"));
    let sql = "SELECT count(*) FROM (VALUES ([10, 20])) AS a(list) JOIN (VALUES (10)) AS b(x) \
               ON array_any_match(a.list, e -> e = b.x)";
    let rows = plain.sql(sql).await.unwrap().collect().await;
    assert!(rows.unwrap_err().to_string().contains("unable to unwrap lambda"));
}
