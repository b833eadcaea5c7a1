//! A scan that a statement has several times is read once: the same rows, the requests of one reading.

use auditql::settings::Settings;

use super::lab::{self, Lab, answer};

/// Statements that use the same rows several times, and what they cost: one reading of these.
const SHARED: &[(&str, &str)] = &[
    (
        "SELECT count(*) FROM sign_ins a JOIN sign_ins b ON a.correlation_id = b.correlation_id AND a.id < b.id",
        "sign_ins",
    ),
    (
        "SELECT a.id, b.status.error_code FROM sign_ins a LEFT JOIN sign_ins b ON a.id = b.original_request_id",
        "sign_ins",
    ),
    (
        "WITH s AS (SELECT * FROM sign_ins WHERE is_interactive) SELECT 'all', count(id) FROM s UNION ALL \
         SELECT 'failed', count(id) FROM s AS f UNION ALL \
         SELECT 'people', count(DISTINCT user_principal_name) FROM s",
        "sign_ins WHERE is_interactive",
    ),
    (
        "SELECT (SELECT count(DISTINCT ip_address) FROM sign_ins), (SELECT count(DISTINCT app_display_name) FROM sign_ins)",
        "sign_ins",
    ),
    (
        "SELECT user_principal_name FROM sign_ins WHERE is_interactive UNION SELECT ip_address FROM sign_ins WHERE is_interactive",
        "sign_ins WHERE is_interactive",
    ),
    (
        "SELECT count(*) FROM sign_ins a WHERE EXISTS (SELECT 1 FROM sign_ins b WHERE b.ip_address = a.ip_address AND b.id <> a.id)",
        "sign_ins",
    ),
    (
        "SELECT count(*) FROM sign_ins WHERE status.error_code = 50126 AND user_principal_name IN \
         (SELECT user_principal_name FROM sign_ins WHERE status.error_code = 50126 GROUP BY 1 HAVING count(*) > 1)",
        "sign_ins WHERE status.error_code = 50126",
    ),
    // Conditions in another order are the same conditions.
    (
        "SELECT id FROM sign_ins WHERE is_interactive AND id > '5' UNION ALL SELECT id FROM sign_ins WHERE id > '5' AND is_interactive",
        "sign_ins WHERE is_interactive AND id > '5'",
    ),
    ("SELECT count(*) FROM users a JOIN users b ON a.department = b.department AND a.id < b.id", "users"),
    (
        "SELECT a.operation, count(*) FROM m365.exchange a JOIN m365.exchange b ON a.id = b.id GROUP BY 1",
        "m365.exchange",
    ),
];

/// Statements whose scans differ, or of which one may cost less than the other.
const APART: &[&str] = &[
    "SELECT count(*) FROM sign_ins a JOIN sign_ins b ON a.id = b.id WHERE a.is_interactive AND NOT b.is_interactive",
    "(SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 3) UNION ALL (SELECT id FROM sign_ins ORDER BY created_date_time LIMIT 3)",
    "SELECT id FROM directory_audits UNION ALL SELECT id FROM sign_ins WHERE is_interactive",
];

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort_unstable();
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_used_several_times_is_read_once() {
    let lab = Lab::new(lab::options(3_000)).await;
    let (mut shared, mut apart) = (0, 0);
    for (sql, of) in SHARED {
        let once = lab.requests(&format!("SELECT count(id) FROM (SELECT id FROM {of})")).await;
        let (rows, asked) = lab.asked(sql).await;
        assert_eq!(asked.len(), once, "{sql}\n{asked:#?}");
        lab.engine.set("share_scans", "false").unwrap();
        let (each, asked_each) = lab.asked(sql).await;
        lab.engine.set("share_scans", "true").unwrap();
        assert_eq!(sorted(rows), sorted(each), "{sql}");
        (shared, apart) = (shared + asked.len(), apart + asked_each.len());
    }
    println!("{shared} requests, {apart} if each use is read by itself");
    assert!(apart * 2 >= shared * 3, "the control: {shared} and {apart}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_rows_are_read_by_themselves() {
    let lab = Lab::new(lab::options(1_500)).await;
    for sql in APART {
        let (rows, asked) = lab.asked(sql).await;
        lab.engine.set("share_scans", "false").unwrap();
        let (each, asked_each) = lab.asked(sql).await;
        lab.engine.set("share_scans", "true").unwrap();
        assert_eq!((sorted(rows), asked.len()), (sorted(each), asked_each.len()), "{sql}");
        let text = lab.rows(&format!("EXPLAIN {sql}")).await.join("\n");
        assert!(!text.contains("read once"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_cost_less_than_the_whole_are_asked_for() {
    let lab = Lab::new(lab::options(6_000)).await;
    let whole = lab.requests("SELECT count(id) FROM sign_ins").await;
    // Of the first scan a limit leaves most unread.
    let sql = "(SELECT id FROM sign_ins WHERE id IS NOT NULL) UNION ALL \
               (SELECT s.id FROM (VALUES ('nobody')) v(k) JOIN sign_ins s ON s.id = v.k WHERE s.id IS NOT NULL) LIMIT 5";
    let asked = lab.requests(sql).await;
    assert!(asked < whole, "{asked} of {whole}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sharing_is_explained_and_entered_once() {
    let lab = Lab::new(lab::options(1_000)).await;
    let sql = SHARED[2].0;
    let (text, asked) = lab.asked(&format!("EXPLAIN {sql}")).await;
    assert!(asked.is_empty());
    let text = text.join("\n");
    assert_eq!(text.matches("entra.sign_ins: at least").count(), 1, "{text}");
    assert!(text.contains("read once, used 3 times; share_scans = false"), "{text}");
    let (text, asked) = lab.asked(&format!("EXPLAIN ANALYZE {sql}")).await;
    let text = text.join("\n");
    assert_eq!(text.matches(&format!("requests={}", asked.len())).count(), 1, "{text}");
    assert_eq!(text.matches("SharedExec: read once, used 3 times").count(), 3, "{text}");
    let before: usize = lab.rows("SELECT count(*) FROM auditql.requests").await[0].parse().unwrap();
    let (_, asked) = lab.asked(sql).await;
    let after: usize = lab.rows("SELECT count(*) FROM auditql.requests").await[0].parse().unwrap();
    assert_eq!(after - before, asked.len());
    lab.rows(sql).await;
    let covered = lab.rows("SELECT table_name, state FROM auditql.coverage").await;
    assert_eq!(covered, ["sign_ins | read"]);
    lab.engine.set("share_scans", "false").unwrap();
    // It has read these days.
    lab.engine.set("estimates", "none").unwrap();
    let text = lab.rows(&format!("EXPLAIN {sql}")).await.join("\n");
    assert_eq!(text.matches("entra.sign_ins: at least").count(), 3, "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_memory_does_not_hold_is_filed() {
    let tenant = auditql::demo::Tenant::start(lab::options(3_000)).await.unwrap();
    let rows = |memory_limit: usize, share_scans: bool| {
        let settings = Settings { memory_limit, share_scans, ..Settings::default() };
        let engine = lab::engine(lab::connection(&tenant), settings);
        let tenant = &tenant;
        async move {
            tenant.reset_stats();
            let sql = "SELECT raw FROM sign_ins UNION ALL SELECT raw FROM sign_ins ORDER BY 1 LIMIT 20";
            let rows = answer(&engine, sql).await.map(|answer| answer.rows()).map_err(|error| error.to_string());
            (rows, tenant.stats().requests.len())
        }
    };
    let (plain, each) = rows(1 << 30, false).await;
    let plain = plain.unwrap();
    let mut answered = 0;
    for limit in [1 << 30, 48 << 20, 24 << 20] {
        // A sort that has no room has none for rows of two scans either.
        let (alone, _) = rows(limit, false).await;
        let (shared, asked) = rows(limit, true).await;
        if alone.is_ok() {
            assert_eq!((shared.as_ref(), asked * 2), (Ok(&plain), each), "{limit}");
            answered += 1;
        }
    }
    assert!(answered > 1, "{answered}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_a_recursion_are_read_anew_in_each_round() {
    let lab = Lab::new(lab::options(300)).await;
    let sql = "WITH RECURSIVE r AS (SELECT id, 1 AS n FROM users WHERE account_enabled UNION ALL \
               SELECT u.id, n + 1 FROM r JOIN users u ON u.id = r.id WHERE n < 3 AND u.account_enabled) \
               SELECT n, count(*) FROM r GROUP BY n ORDER BY n";
    let rows = lab.rows(sql).await;
    lab.engine.set("share_scans", "false").unwrap();
    assert_eq!(rows, lab.rows(sql).await);
    assert_eq!(rows.len(), 3, "{rows:?}");
}
