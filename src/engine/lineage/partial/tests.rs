//! The rule as a table of statements.

use std::io::Write as _;

use super::*;
use crate::engine::Engine;

/// Statements that a part of `sign_ins` may answer; `l` is a whole table with `id` and `n`.
const GIVEN: &[&str] = &[
    "SELECT * FROM sign_ins",
    "SELECT count(*), avg(length(id)) FROM sign_ins",
    "SELECT (SELECT count(*) FROM sign_ins) = 0",
    "SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 10",
    "SELECT user_id, count(*) FROM sign_ins GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
    "SELECT DISTINCT user_id FROM sign_ins WHERE NOT is_interactive AND user_id NOT IN ('a', 'b')",
    "SELECT id FROM sign_ins WHERE status.error_code IS NULL OR lower(id) <> 'x'",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING count(*) > 20",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING 20 <= count(DISTINCT ip_address) AND user_id <> 'x'",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING NOT count(*) < 20",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING max(created_date_time) > now()",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING min(created_date_time) < now()",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING sum(CASE WHEN is_interactive THEN 1 ELSE 0 END) > 5",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING count(*) - min(length(id)) > 5",
    "SELECT id FROM sign_ins WHERE id IN (SELECT id FROM sign_ins)",
    "SELECT id FROM sign_ins a WHERE EXISTS (SELECT 1 FROM sign_ins b WHERE a.id = b.id LIMIT 1)",
    "SELECT id FROM l WHERE id = ANY (SELECT id FROM sign_ins)",
    "SELECT id FROM l WHERE NOT id <> ALL (SELECT id FROM sign_ins)",
    "SELECT id FROM l WHERE (SELECT count(*) FROM sign_ins s WHERE s.id = l.id) > 3",
    "SELECT id FROM l WHERE n > (SELECT length(user_id) FROM sign_ins WHERE id = 'x')",
    // The side that is kept may be in part.
    "SELECT id FROM sign_ins WHERE id NOT IN (SELECT id FROM l)",
    "SELECT id FROM sign_ins s WHERE NOT EXISTS (SELECT 1 FROM l WHERE l.id = s.id)",
    "SELECT id FROM sign_ins EXCEPT SELECT id FROM l",
    "SELECT s.id FROM sign_ins s LEFT ANTI JOIN l ON s.id = l.id",
    "SELECT s.id FROM sign_ins s LEFT JOIN l ON s.id = l.id WHERE l.id IS NULL",
    "SELECT l.id, s.id FROM l LEFT JOIN sign_ins s ON s.id = l.id",
    "SELECT l.id, s.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE s.is_interactive OR n = 1",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE s.id IS NOT NULL",
    "SELECT l.id FROM l FULL JOIN sign_ins s ON s.id = l.id WHERE NOT (s.user_id = 'x')",
    "SELECT id FROM sign_ins UNION SELECT id FROM l",
    "SELECT id FROM sign_ins INTERSECT SELECT id FROM sign_ins",
    "SELECT id, row_number() OVER (ORDER BY id), lag(id) OVER (ORDER BY id) FROM sign_ins",
    "SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM sign_ins) WHERE r > 10",
    "SELECT k FROM (SELECT unnest(sign_in_event_types) AS k FROM sign_ins) WHERE k = 'x'",
    "WITH RECURSIVE c AS (SELECT id FROM sign_ins UNION SELECT s.id FROM sign_ins s JOIN c ON s.user_id = c.id) SELECT * FROM c",
    "SELECT * FROM l WHERE id NOT IN (SELECT '1') AND (SELECT count(*) FROM l) = 0",
    "EXPLAIN SELECT id FROM l EXCEPT SELECT id FROM sign_ins",
];

/// Statements whose answer would grow, or change, by what is missing.
const REFUSED: &[&str] = &[
    "SELECT id FROM l WHERE id NOT IN (SELECT id FROM sign_ins)",
    "SELECT id FROM l WHERE NOT (n = 1 AND id IN (SELECT id FROM sign_ins))",
    "SELECT id FROM l WHERE n = 1 OR id NOT IN (SELECT id FROM sign_ins)",
    "SELECT id FROM l WHERE NOT EXISTS (SELECT 1 FROM sign_ins s WHERE s.id = l.id)",
    "SELECT id FROM l EXCEPT SELECT id FROM sign_ins",
    "SELECT l.id FROM l LEFT ANTI JOIN sign_ins s ON s.id = l.id",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE s.id IS NULL",
    "SELECT l.id FROM sign_ins s RIGHT JOIN l ON s.id = l.id WHERE s.id IS NULL",
    "SELECT l.id FROM l FULL JOIN sign_ins s ON s.id = l.id WHERE s.id IS NULL",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE NOT (s.id IS NOT NULL)",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE coalesce(s.user_id, 'none') = 'none'",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE s.user_id IS DISTINCT FROM 'x'",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id WHERE CASE WHEN s.id IS NULL THEN true END",
    "SELECT l.id FROM l LEFT JOIN sign_ins s ON s.id = l.id GROUP BY l.id HAVING count(s.id) = 0",
    "SELECT id FROM l WHERE (SELECT count(*) FROM sign_ins s WHERE s.id = l.id) = 0",
    "SELECT id FROM l WHERE (SELECT count(*) FROM sign_ins) < 5",
    "SELECT id FROM l WHERE (SELECT id FROM sign_ins WHERE id = 'x') IS NULL",
    "SELECT id FROM l WHERE id <> ALL (SELECT id FROM sign_ins)",
    "SELECT id FROM l WHERE n >= ALL (SELECT length(id) FROM sign_ins)",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING count(*) < 3",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING count(*) = 1",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING count(*) BETWEEN 1 AND 3",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING max(created_date_time) < now() - INTERVAL '1 day'",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING min(created_date_time) > now() - INTERVAL '1 day'",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING avg(length(id)) > 5",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING sum(status.error_code) > 5",
    "SELECT user_id FROM sign_ins GROUP BY user_id HAVING count(*) > 3 AND count(*) < 9",
    "SELECT * FROM (SELECT id, row_number() OVER (ORDER BY id) AS r FROM sign_ins) WHERE r = 1",
    "SELECT * FROM (SELECT id, lag(id) OVER (ORDER BY id) AS p FROM sign_ins) WHERE p IS NULL",
    "SELECT * FROM (SELECT id, is_interactive FROM sign_ins ORDER BY created_date_time LIMIT 1) WHERE is_interactive",
    "SELECT * FROM (SELECT DISTINCT ON (user_id) user_id, is_interactive FROM sign_ins) WHERE is_interactive",
    "SELECT l.id FROM l JOIN (SELECT id FROM sign_ins LIMIT 5) s ON s.id = l.id",
    "SELECT id FROM l WHERE id IN (SELECT id FROM sign_ins ORDER BY id LIMIT 5)",
    "SELECT l.id FROM l JOIN (SELECT count(*) AS c FROM sign_ins) s ON s.c = l.n",
    "SELECT l.id FROM l JOIN (SELECT count(*) AS c FROM sign_ins) s ON s.c < l.n",
    "WITH c AS (SELECT user_id, count(*) AS k FROM sign_ins GROUP BY 1), d AS (SELECT *, k + 1 AS m FROM c) SELECT * FROM d WHERE m < 3",
    "SELECT * FROM (SELECT id FROM l EXCEPT SELECT id FROM sign_ins) x JOIN l ON l.id = x.id",
    "EXPLAIN ANALYZE SELECT id FROM l EXCEPT SELECT id FROM sign_ins",
];

async fn verdict(engine: &Engine, sql: &str) -> Result<()> {
    let sql = match sql.strip_prefix("WITH ") {
        Some(rest) if !rest.starts_with("RECURSIVE") => format!("WITH l AS (SELECT '1' AS id, 1 AS n), {rest}"),
        _ => sql.to_owned(),
    };
    let plan =
        engine.context().state().create_logical_plan(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    check(&plan)
}

#[tokio::test]
async fn a_part_is_given_where_a_missing_row_only_takes_away() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"[]").unwrap();
    let engine = Engine::builder().input(file.path()).build().unwrap();
    engine.context().sql("CREATE VIEW l AS SELECT * FROM (VALUES ('1', 1)) AS t(id, n)").await.unwrap();
    let mut wrong = Vec::new();
    for sql in GIVEN {
        wrong.extend(verdict(&engine, sql).await.err().map(|error| format!("should be given: {sql}: {error}")));
    }
    for sql in REFUSED {
        wrong.extend(verdict(&engine, sql).await.is_ok().then(|| format!("should be refused: {sql}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
