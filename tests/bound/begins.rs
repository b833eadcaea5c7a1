//! Joins by what a text begins with, and by the network that an address lies in: what is at hand is asked for, as keys are.

use std::collections::BTreeSet;

use super::{Bound, is_of, quoted};

const MANY: &str = "array_has(s.sign_in_event_types, 'nonInteractiveUser')";

/// A list of prefixes as it stands in FROM.
fn list(values: &[&str]) -> String {
    let rows: Vec<String> = values.iter().map(|value| format!("({})", quoted(value))).collect();
    format!("(SELECT p::text AS p FROM (VALUES {}) AS l(p))", rows.join(", "))
}

#[tokio::test(flavor = "multi_thread")]
async fn prefixes_are_asked_for() {
    let bound = Bound::new(16_000).await;
    let agents =
        bound.records.iter().filter(|row| is_of(row, "nonInteractiveUser")).filter_map(|row| row["userAgent"].as_str());
    let begin = |agent: &str| agent.chars().take(12).collect::<String>();
    let begins: BTreeSet<String> = agents.map(begin).collect();
    let (one, other) = (begins.first().unwrap(), begins.last().unwrap());
    assert_ne!(one, other);
    let prefixes = list(&[one, other, "nobody's client"]);
    for sql in [
        format!("SELECT s.id FROM sign_ins s JOIN {prefixes} l ON starts_with(s.user_agent, l.p) WHERE {MANY}"),
        format!("SELECT s.id FROM {prefixes} l JOIN sign_ins s ON s.user_agent LIKE l.p || '%' WHERE {MANY}"),
        format!(
            "SELECT s.id FROM sign_ins s WHERE {MANY} AND EXISTS (SELECT 1 FROM {prefixes} l WHERE starts_with(s.user_agent, l.p))"
        ),
        format!(
            "SELECT l.p FROM {prefixes} l WHERE NOT EXISTS (SELECT 1 FROM sign_ins s WHERE starts_with(s.user_agent, l.p) AND {MANY})"
        ),
        format!("SELECT l.p, s.id FROM {prefixes} l LEFT JOIN sign_ins s ON starts_with(s.user_agent, l.p) AND {MANY}"),
    ] {
        let asked = bound.asked(&sql).await;
        assert!(
            !asked.is_empty() && asked.iter().all(|url| url.matches("startswith(userAgent").count() == 3),
            "{sql}\n{asked:#?}"
        );
    }
    // The controls: rows without a partner are wanted, or the case does not matter.
    for sql in [
        format!("SELECT s.id FROM sign_ins s LEFT JOIN {prefixes} l ON starts_with(s.user_agent, l.p) WHERE {MANY}"),
        format!("SELECT s.id FROM sign_ins s JOIN {prefixes} l ON s.user_agent ILIKE l.p || '%' WHERE {MANY}"),
        format!("SELECT s.id FROM sign_ins s JOIN {prefixes} l ON NOT starts_with(s.user_agent, l.p) WHERE {MANY}"),
    ] {
        let asked = bound.asked(&sql).await;
        assert!(!asked.is_empty() && asked.iter().all(|url| !url.contains("userAgent")), "{sql}\n{asked:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_prefixes_cost_their_filters_or_the_range_whichever_is_less() {
    let bound = Bound::new(16_000).await;
    let whole = bound.asked(&format!("SELECT s.id FROM sign_ins s WHERE {MANY}")).await.len();
    let mut by_prefix = 0;
    let join = |prefixes: &str| {
        format!("SELECT s.id FROM sign_ins s JOIN {prefixes} l ON starts_with(s.user_agent, l.p) WHERE {MANY}")
    };
    let none = format!("(SELECT p FROM {} WHERE p = 'none')", list(&["some"]));
    assert_eq!(bound.asked(&join(&none)).await, [""; 0]);
    for n in [1_usize, 15, 16, 40, 400] {
        let unknown: Vec<String> = (0..n).map(|n| format!("{n:05}nobody")).collect();
        let sql = join(&list(&unknown.iter().map(String::as_str).collect::<Vec<_>>()));
        let asked = bound.asked(&sql).await;
        let filters = n.div_ceil(15);
        let most = if filters <= 2 { filters } else { (filters + 1).min(whole + 1) };
        println!("{n} prefixes: {} requests, where filters take {filters} and the range {whole}", asked.len());
        assert!(asked.len() <= most, "{n} prefixes\n{asked:#?}");
        by_prefix += usize::from(asked.iter().any(|url| url.contains("startswith(userAgent")));
    }
    assert!(by_prefix >= 3, "{by_prefix}");
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_are_asked_for_by_their_octets() {
    let bound = Bound::new(16_000).await;
    let addresses = bound.values("ipAddress", "nonInteractiveUser");
    let v4: Vec<&String> = addresses.iter().filter(|address| address.contains('.')).collect();
    let network = |address: &str, octets: usize| {
        let parts: Vec<&str> = address.split('.').take(octets).collect();
        format!("{}{}/{}", parts.join("."), ".0".repeat(4 - octets), octets * 8)
    };
    let networks = [network(v4[0], 3), network(v4[v4.len() - 1], 2), "100.64.0.0/23".to_owned()];
    let networks = list(&networks.iter().map(String::as_str).collect::<Vec<_>>());
    for sql in [
        format!("SELECT s.id FROM sign_ins s JOIN {networks} n ON ip_in(s.ip_address, n.p) WHERE {MANY}"),
        format!(
            "SELECT s.id FROM sign_ins s WHERE {MANY} AND EXISTS (SELECT 1 FROM {networks} n WHERE ip_in(s.ip_address, n.p))"
        ),
        format!(
            "SELECT n.p FROM {networks} n WHERE NOT EXISTS (SELECT 1 FROM sign_ins s WHERE ip_in(s.ip_address, n.p) AND {MANY})"
        ),
    ] {
        for engine in ["true", "false"] {
            bound.lab.engine.set("range_joins", engine).unwrap();
            let asked = bound.asked(&sql).await;
            // Three more for other spellings of IPv4 addresses, however many networks there are.
            let tests = |url: &String| url.matches("startswith(ipAddress").count();
            assert!(!asked.is_empty() && asked.iter().all(|url| tests(url) == 6), "{sql}\n{asked:#?}");
        }
    }
    bound.lab.engine.set("range_joins", "true").unwrap();
    // Of a network that is no whole octet nothing can be asked, and what is odd is said.
    for odd in ["10.0.0.0/7", "2001:db8::/32"] {
        let networks = list(&["198.51.100.0/24", odd]);
        let sql = format!("SELECT s.id FROM sign_ins s JOIN {networks} n ON ip_in(s.ip_address, n.p) WHERE {MANY}");
        let asked = bound.asked(&sql).await;
        assert!(asked.iter().all(|url| !url.contains("ipAddress")), "{asked:#?}");
        let answer = bound.lab.answer(&sql).await.unwrap();
        let notices: Vec<String> = answer.tally.notices().iter().map(ToString::to_string).collect();
        assert!(
            notices.iter().any(|notice| notice.starts_with("entra.sign_ins: 2 keys of a join were not sent")),
            "{notices:#?}"
        );
    }
    let none = list(&["nonsense"]);
    let sql = format!("SELECT s.id FROM sign_ins s JOIN {none} n ON ip_in(s.ip_address, n.p) WHERE {MANY}");
    assert_eq!(bound.lab.rows(&sql).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_how_they_are_asked_for() {
    let bound = Bound::new(50).await;
    let list = list(&["curl"]);
    let sent = "up to 15 keys to a request, or all is read, whichever takes fewer requests; no key, no request";
    for (on, expected) in [
        ("starts_with(s.user_agent, l.p)", format!("user_agent begins as p does (<known at run time>); {sent}")),
        ("ip_in(s.ip_address, l.p)", format!("ip_address in p (<known at run time>); {sent}")),
        (
            "starts_with(s.status.failure_reason, l.p)",
            "status.failure_reason begins as p does (not sent: the service documents no startswith on \
             status/failureReason); all is read"
                .to_owned(),
        ),
    ] {
        let sql = format!("EXPLAIN SELECT s.id FROM sign_ins s JOIN {list} l ON {on}");
        let text = bound.lab.answer(&sql).await.unwrap().cells()[0][1].clone();
        let keys: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  keys:  ")).collect();
        assert_eq!(keys, [expected.as_str()], "{text}");
    }
    let around = "s.created_date_time BETWEEN v.t - INTERVAL '1 minute' AND v.t + INTERVAL '1 minute'";
    let times = "(SELECT t::timestamp AS t FROM (VALUES ('2026-04-20T00:00:00Z'), ('2026-04-27T00:00:00Z')) AS l(t))";
    let sql = format!("SELECT s.id FROM sign_ins s JOIN {times} v ON {around}");
    let text = bound.lab.answer(&format!("EXPLAIN {sql}")).await.unwrap().cells()[0][1].clone();
    let range = "  range: created_date_time as the other side's times let it be (<known at run time>); up to 7 windows to a \
                 request where they lie apart, or with what is between them, whichever takes fewer requests";
    assert!(text.lines().any(|line| line == range), "{text}");
    let text = bound.lab.rows(&format!("EXPLAIN ANALYZE {sql}")).await.join("\n");
    let told = "keys=[created_date_time in 2 windows from 2026-04-19T23:59:00Z to 2026-04-27T00:01:00Z: sent]";
    assert!(text.contains(told), "{text}");
}
