//! Requests of joins against the closed formula: a filter holds 15 keys, and whichever is fewer is read, the keys' filters or the
//! pages of the range, with one page more to find out.

use super::{Bound, PAGE, TESTS, is_of, quoted, sorted};

const KIND: &str = "interactiveUser";
/// The kind of which there are most.
const MANY: &str = "nonInteractiveUser";

#[tokio::test(flavor = "multi_thread")]
async fn two_addresses_cost_a_request_for_each_stream() {
    let bound = Bound::new(3_000).await;
    let ips = &bound.values("ipAddress", KIND)[..2];
    let file = bound.file("ips.csv", "ip", ips);
    for sql in [
        format!("SELECT id FROM sign_ins WHERE ip_address IN (SELECT ip FROM {file})"),
        format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.ip_address = l.ip"),
        format!("SELECT s.id FROM {file} l JOIN sign_ins s ON s.ip_address = l.ip"),
        format!("SELECT s.id FROM sign_ins s WHERE EXISTS (SELECT 1 FROM {file} l WHERE s.ip_address = l.ip)"),
        format!("SELECT l.ip, s.id FROM {file} l LEFT JOIN sign_ins s ON s.ip_address = l.ip"),
        format!("SELECT l.ip FROM {file} l WHERE EXISTS (SELECT 1 FROM sign_ins s WHERE s.ip_address = l.ip)"),
        format!("SELECT l.ip FROM {file} l WHERE NOT EXISTS (SELECT 1 FROM sign_ins s WHERE s.ip_address = l.ip)"),
        format!("SELECT ip_address, count(*) FROM sign_ins JOIN {file} ON ip_address = ip GROUP BY 1"),
        format!(
            "SELECT s.id FROM (VALUES ({}), ({})) AS l(ip) JOIN sign_ins s ON s.ip_address = l.ip",
            quoted(&ips[0]),
            quoted(&ips[1])
        ),
    ] {
        let asked = bound.asked(&sql).await;
        assert_eq!(asked.len(), 4, "{sql}\n{asked:#?}");
        assert!(asked.iter().all(|url| url.contains("ipAddress eq")), "{sql}\n{asked:#?}");
    }
    // The control: the same without keys.
    assert!(bound.asked("SELECT id FROM sign_ins").await.len() > 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_cost_their_filters_or_the_range_whichever_is_less() {
    let bound = Bound::new(16_000).await;
    let of_kind = |row: &&serde_json::Value| is_of(row, MANY);
    let window = bound.records.iter().filter(of_kind).count().div_ceil(PAGE);
    let ids: Vec<String> = bound.values("id", MANY);
    let (mut by_keys, mut whole) = (0, 0);
    for n in [1, 15, 20, 45, 200, 5_000] {
        // Spread over all of the range, with some that no record has.
        let step = (ids.len() / n).max(1);
        let known = ids.iter().step_by(step).take(n).cloned();
        let unknown = (0..).map(|n| format!("00000000-0000-4000-8000-{n:012}"));
        let keys: Vec<String> = known.chain(unknown).take(n).collect();
        let file = bound.file(&format!("{n}.csv"), "key", &keys);
        let sql = format!(
            "SELECT s.id FROM sign_ins s JOIN {file} l ON s.id = l.key WHERE array_has(s.sign_in_event_types, '{MANY}')"
        );
        let (rows, asked) = bound.lab.asked(&sql).await;
        let expected = keys.iter().filter(|key| ids.contains(key)).cloned().collect();
        assert_eq!(sorted(rows), sorted(expected), "{n} keys");
        let groups = n.div_ceil(TESTS);
        let most = if groups <= 2 { groups } else { (groups + 1).min(window + 1) };
        assert!(asked.len() <= most, "{n} keys: {} requests, {groups} filters, {window} pages", asked.len());
        println!("{n} keys: {} requests, where filters take {groups} and the range {window}", asked.len());
        by_keys += usize::from(asked.iter().filter(|url| url.contains("id eq")).count() >= groups);
        whole += usize::from(asked.iter().all(|url| !url.contains("id eq")));
    }
    println!("{by_keys} by keys, {whole} whole");
    assert!(by_keys >= 4 && whole >= 2, "{by_keys} by keys, {whole} whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_costs_no_request() {
    let bound = Bound::new(100).await;
    let empty = bound.file("none.csv", "ip", &[]);
    let file = bound.file("some.csv", "ip,why", &["192.0.2.1,a".to_owned()]);
    for sql in [
        format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.ip_address = l.ip WHERE l.why = 'b'"),
        format!("SELECT id FROM sign_ins WHERE ip_address IN (SELECT ip FROM {file} WHERE why = 'b')"),
        "SELECT id FROM sign_ins JOIN (VALUES (NULL)) AS v(name) ON user_principal_name = name::text".to_owned(),
        format!("SELECT l.ip FROM {empty} l JOIN sign_ins s ON s.ip_address = l.ip"),
    ] {
        let (rows, asked) = bound.lab.asked(&sql).await;
        assert_eq!((rows.len(), asked.len()), (0, 0), "{sql}\n{asked:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn joins_bind_one_after_the_other() {
    let bound = Bound::new(3_000).await;
    let upn = &bound.values("userPrincipalName", KIND)[3];
    for sql in [
        // The order in which tables are named does not matter.
        format!(
            "SELECT s.id FROM users u JOIN sign_ins s ON s.user_id = u.id WHERE u.user_principal_name = {}",
            quoted(upn)
        ),
        format!(
            "SELECT s.id FROM sign_ins s JOIN users u ON s.user_id = u.id WHERE u.user_principal_name = {}",
            quoted(upn)
        ),
    ] {
        let asked = bound.asked(&sql).await;
        assert_eq!(asked.len(), 5, "{sql}\n{asked:#?}");
        assert!(asked[0].contains("/users") && asked[1..].iter().all(|url| url.contains("userId eq")), "{asked:#?}");
    }
    let file = bound.file("chain.csv", "name", std::slice::from_ref(upn));
    let sql = format!(
        "SELECT s.id FROM {file} l JOIN users u ON u.user_principal_name = l.name JOIN sign_ins s ON s.user_id = u.id"
    );
    let asked = bound.asked(&sql).await;
    assert_eq!(asked.len(), 5, "{asked:#?}");
    assert!(asked[0].contains("userPrincipalName eq") && asked[4].contains("userId eq"), "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_below_the_join_chooses_among_all_rows() {
    let bound = Bound::new(3_000).await;
    let upn = &bound.values("userPrincipalName", KIND)[0];
    let file = bound.file("limit.csv", "name", std::slice::from_ref(upn));
    let newest = "SELECT * FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 50";
    let sql = format!("SELECT s.id FROM ({newest}) s JOIN {file} l ON s.user_principal_name = l.name");
    let asked = bound.asked(&sql).await;
    assert!(asked.iter().all(|url| !url.contains("userPrincipalName eq")), "{asked:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn things_are_read_until_the_keys_would_have_cost_no_more() {
    let bound = Bound::new(100).await;
    let users = bound.lab.rows("SELECT user_principal_name FROM users ORDER BY 1").await;
    let pages = users.len().div_ceil(PAGE);
    for n in [10, users.len().min(300)] {
        let file = bound.file(&format!("users{n}.csv"), "name", &users[..n]);
        let sql = format!("SELECT u.id FROM users u JOIN {file} l ON u.user_principal_name = l.name");
        let asked = bound.asked(&sql).await;
        assert!(asked.len() <= n.div_ceil(TESTS).max(2).min(2 * pages.max(1)), "{n}: {asked:#?}");
    }
}
