//! Requests counted against a closed formula: a chain costs max(1, ⌈rows of the documented superset / page⌉) requests.

use serde_json::Value;

use super::served::{Sent, satisfies};
use crate::lab::{Lab, options};

const PAGE: usize = 999;

/// A tenant of some pages for each kind, and its listing: rows that are served twice stand there twice.
struct Counted {
    lab: Lab,
    listing: Vec<Value>,
}

impl Counted {
    async fn new() -> Self {
        let lab = Lab::new(options(6_000)).await;
        let rows = lab.tenant.sign_ins().flat_map(|s| {
            let row: Value = serde_json::from_str(&s.json).unwrap();
            std::iter::repeat_n(row, s.copies)
        });
        Self { listing: rows.collect(), lab }
    }

    /// What the requests of a statement should have been, by the filters they opened their chains with.
    fn due(&self, sent: &[Sent]) -> usize {
        let opened = sent.iter().filter(|s| !s.continues);
        opened.map(|s| self.rows(s).div_ceil(s.top).max(1)).sum()
    }

    fn rows(&self, sent: &Sent) -> usize {
        self.listing.iter().filter(|row| satisfies(row, sent.filter.as_ref().unwrap())).count()
    }

    async fn sent(&self, sql: &str) -> Vec<Sent> {
        self.lab.asked(sql).await.1.iter().map(|url| Sent::read(url)).collect()
    }

    /// The rows of a kind, in pages.
    fn pages(&self, kind: &str) -> usize {
        let of_kind = |row: &&Value| row["signInEventTypes"].as_array().unwrap().iter().any(|k| k == kind);
        self.listing.iter().filter(of_kind).count().div_ceil(PAGE)
    }

    /// So many distinct values of a property that interactive sign-ins have.
    fn values(&self, property: &str, n: usize) -> Vec<String> {
        let mut values: Vec<String> =
            self.listing.iter().filter_map(|row| row[property].as_str()).map(str::to_owned).collect();
        values.sort_unstable();
        values.dedup();
        values.truncate(n);
        assert_eq!(values.len(), n, "{property}");
        values
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_costs_the_pages_of_its_superset() {
    let counted = Counted::new().await;
    let upn = counted.values("userPrincipalName", 40)[39].replace('\'', "''");
    let mut paged = false;
    for (condition, streams) in [
        ("true".to_owned(), 4),
        ("is_interactive".into(), 1),
        ("NOT is_interactive".into(), 3),
        ("array_has(sign_in_event_types, 'servicePrincipal')".into(), 1),
        ("created_date_time > now() - INTERVAL '3 days'".into(), 4),
        ("created_date_time >= '2026-04-10T00:00:00.5Z' AND created_date_time < '2026-04-20'".into(), 4),
        (format!("user_principal_name = '{upn}'"), 4),
        ("status.error_code IN (50126, 50053) AND is_interactive".into(), 1),
        ("app_display_name LIKE 'Off%' AND created_date_time > now() - INTERVAL '20 days'".into(), 4),
        ("status.error_code <> 0 AND array_has(sign_in_event_types, 'interactiveUser')".into(), 1),
        ("user_display_name > 'M' OR location.city = 'Lisbon'".into(), 4),
    ] {
        let sql = format!("SELECT count(id) FROM sign_ins WHERE {condition}");
        let sent = counted.sent(&sql).await;
        assert_eq!(sent.iter().filter(|s| !s.continues).count(), streams, "streams: {sql}");
        assert_eq!(sent.len(), counted.due(&sent), "requests: {sql}");
        paged |= sent.iter().any(|s| s.continues);
    }
    assert!(paged, "no chain had a second page");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_page_answers_costs_one_request_for_each_stream() {
    let counted = Counted::new().await;
    for (sql, requests) in [
        ("SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 10", 4),
        ("SELECT id FROM sign_ins ORDER BY created_date_time LIMIT 10", 4),
        ("SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 10", 1),
        ("SELECT id FROM sign_ins WHERE array_has(sign_in_event_types, 'interactiveUser') LIMIT 10", 1),
    ] {
        assert_eq!(counted.lab.requests(sql).await, requests, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_predicate_that_cannot_hold_costs_nothing() {
    let lab = Lab::new(options(50)).await;
    for condition in [
        "false",
        "1 = 2",
        "id = NULL",
        "id = 'a' AND id = 'b'",
        "id = 'a' AND id IN ('b', 'c')",
        "status.error_code = 1 AND status.error_code = 2",
        "is_interactive AND NOT is_interactive",
        "is_interactive AND array_has(sign_in_event_types, 'servicePrincipal')",
        "created_date_time > '2026-04-20' AND created_date_time < '2026-04-19'",
        "created_date_time BETWEEN '2026-04-20' AND '2026-04-19'",
        "id NOT IN ('a', NULL)",
        "id IN (NULL)",
        "id IN (SELECT table_name FROM auditql.tables WHERE false)",
        "created_date_time > (SELECT max(t) FROM (VALUES (NULL::timestamp)) AS v(t))",
    ] {
        let sql = format!("SELECT id FROM sign_ins WHERE {condition}");
        let (rows, asked) = lab.asked(&sql).await;
        assert_eq!((rows.len(), asked.len()), (0, 0), "{sql}\n{asked:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_costs_its_parts_or_the_window_whichever_is_less() {
    let counted = Counted::new().await;
    let kinds = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];
    for (column, property, sizes) in
        [("user_principal_name", "userPrincipalName", vec![16, 40, 150]), ("id", "id", vec![16, 40, 200])]
    {
        for size in sizes {
            let values = counted.values(property, size);
            let list: Vec<String> = values.iter().map(|v| format!("'{}'", v.replace('\'', "''"))).collect();
            for kind in kinds {
                let sql = format!(
                    "SELECT {column} FROM sign_ins WHERE {column} IN ({}) AND array_has(sign_in_event_types, '{kind}')",
                    list.join(", ")
                );
                let (rows, asked) = counted.lab.asked(&sql).await;
                let expected = counted.listing.iter().filter(|row| {
                    row["signInEventTypes"][0] == kind && values.iter().any(|v| row[property] == v.as_str())
                });
                let mut expected: Vec<&str> = expected.map(|row| row["id"].as_str().unwrap()).collect();
                expected.sort_unstable();
                expected.dedup();
                assert_eq!(rows.len(), expected.len(), "{size} values of {column}, {kind}");
                let (parts, window) = (size.div_ceil(15), counted.pages(kind).max(1));
                let most = parts.min(window) + 1;
                assert!(asked.len() <= most, "{size} {column}s, {kind}: {} > {most}\n{asked:#?}", asked.len());
            }
        }
    }
}
