//! What EXPLAIN says of joins, and EXPLAIN ANALYZE of what became of their keys.

use super::{Bound, quoted};

/// The lines about keys.
async fn keys(bound: &Bound, sql: &str) -> Vec<String> {
    let answer = bound.lab.answer(&format!("EXPLAIN {sql}")).await.unwrap_or_else(|e| panic!("{sql}\n{e}"));
    let text = &answer.cells()[0][1];
    text.lines().filter_map(|line| line.strip_prefix("  keys:  ")).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_which_keys_are_sent_and_why_others_are_not() {
    let bound = Bound::new(50).await;
    let file = bound.file("list.csv", "name,ip", &["a,192.0.2.1".to_owned()]);
    let sent = "up to 15 keys to a request, or all is read, whichever takes fewer requests; no key, no request";
    for (sql, expected) in [
        (
            format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.user_principal_name = l.name"),
            vec![format!("user_principal_name = name (<known at run time>); {sent}")],
        ),
        (
            format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.user_principal_name = l.name AND s.ip_address = l.ip"),
            vec![format!(
                "user_principal_name = name (<known at run time>), ip_address = ip (<known at run time>); {sent}"
            )],
        ),
        (
            format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.status.failure_reason = l.name"),
            vec![
                "status.failure_reason = name (not sent: the service documents no eq on status/failureReason); all is read"
                    .to_owned(),
            ],
        ),
        (
            format!("SELECT s.id FROM sign_ins s LEFT JOIN {file} l ON s.user_principal_name = l.name"),
            vec!["none, an outer join keeps all of its rows".to_owned()],
        ),
        (
            format!("SELECT id FROM sign_ins WHERE user_principal_name NOT IN (SELECT name FROM {file})"),
            vec!["none, NOT IN has to see all of its rows, since one NULL decides; NOT EXISTS asks for less".to_owned()],
        ),
        (
            format!("SELECT id FROM sign_ins s WHERE NOT EXISTS (SELECT 1 FROM {file} l WHERE l.name = s.user_principal_name)"),
            vec!["none, NOT IN and NOT EXISTS keep the rows that no key has".to_owned()],
        ),
        (
            format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.user_principal_name > l.name"),
            vec!["none, a join without = has no keys".to_owned()],
        ),
        ("SELECT id FROM sign_ins".to_owned(), Vec::new()),
    ] {
        assert_eq!(keys(&bound, &sql).await, expected, "{sql}");
    }
    assert!(bound.lab.tenant.stats().requests.is_empty(), "EXPLAIN sends nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_analyze_says_what_was_chosen() {
    let bound = Bound::new(3_000).await;
    let upns = bound.values("userPrincipalName", "interactiveUser");
    let list: Vec<String> = upns.iter().take(60).map(|upn| format!("({})", quoted(upn))).collect();
    for (n, expected) in [
        (2, "keys=[2 of user_principal_name IN ("),
        (60, "interactiveUser: read whole: its first page told of fewer than 4 requests"),
    ] {
        let sql = format!(
            "EXPLAIN ANALYZE SELECT s.id FROM sign_ins s JOIN (VALUES {}) AS l(name) ON s.user_principal_name = l.name",
            list[..n].join(", ")
        );
        let text = bound.lab.rows(&sql).await.join("\n");
        assert!(text.contains(expected), "{text}");
        assert!(text.contains(": sent]"), "{text}");
    }
}
