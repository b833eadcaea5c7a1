//! ASOF joins whose partners a service has: it is asked for the keys and the times of the side at hand.

use std::fs::File;
use std::time::{Duration, SystemTime};

use super::Bound;
use crate::lab::now;

/// What the partner is, and what the service is asked for besides the key.
const CASES: [(&str, &[&str]); 5] = [
    ("v.time >= s.created_date_time", &["createdDateTime le"]),
    ("v.time < s.created_date_time", &["createdDateTime ge"]),
    (
        "v.time >= s.created_date_time AND s.created_date_time >= v.time - INTERVAL '2 hours'",
        &["createdDateTime le", "createdDateTime ge"],
    ),
    ("nearest(v.time, s.created_date_time)", &[]),
    (
        "nearest(v.time, s.created_date_time) AND s.created_date_time BETWEEN v.time - INTERVAL '1 day' AND v.time + INTERVAL '1 day'",
        &["createdDateTime le", "createdDateTime ge"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_service_is_asked_for_the_keys_and_times_of_the_left_side() {
    let bound = Bound::new(16_000).await;
    let users = bound.values("userPrincipalName", "interactiveUser");
    let line = |(at, user): (i64, &String)| {
        let time = now() - chrono::TimeDelta::days(12) + chrono::TimeDelta::hours(at);
        format!("{},{user}", time.to_rfc3339())
    };
    let lines: Vec<String> = (0..).zip(users.iter().step_by(users.len() / 3).take(3)).map(line).collect();
    let vpn = bound.file("vpn.csv", "time,user", &lines);
    let written = |ago: Duration| {
        let file = File::options().append(true).open(bound.folder.path().join("vpn.csv")).unwrap();
        file.set_modified(SystemTime::now() - ago).unwrap();
    };
    let whole = bound.lab.requests("SELECT count(id) FROM sign_ins s WHERE s.is_interactive").await;
    let sql = format!(
        "SELECT v.time, s.id FROM {vpn} v ASOF JOIN sign_ins s \
         ON v.user_name = s.user_principal_name AND {} AND s.is_interactive",
        CASES[0].0
    );
    written(Duration::from_secs(5));
    assert_eq!(bound.asked(&sql).await.len(), whole, "a file that somebody writes tells nothing");
    written(Duration::from_mins(11));
    for (time, sent) in CASES {
        let keys = ["v.user_name = s.user_principal_name", "s.user_principal_name = v.user_name"];
        for (kind, key) in ["", "LEFT "].into_iter().zip(keys) {
            let sql = format!(
                "SELECT v.user_name, v.time, s.id FROM {vpn} v ASOF {kind}JOIN sign_ins s \
                 ON {key} AND {time} AND s.is_interactive"
            );
            let asked = bound.asked(&sql).await;
            assert!(!asked.is_empty() && asked.len() * 3 <= whole, "{sql}: {} of {whole}", asked.len());
            let has = |url: &String, what: &str| url.contains(what) && url.contains("userPrincipalName eq");
            assert!(asked.iter().all(|url| sent.iter().all(|what| has(url, what))), "{sql}: {asked:#?}");
        }
    }
    // Without a key the times alone are asked for, and without a row on the left nothing is.
    let time = "v.time >= s.created_date_time AND s.created_date_time >= v.time - INTERVAL '2 hours'";
    let sql = format!("SELECT v.time, s.id FROM {vpn} v ASOF JOIN sign_ins s ON {time} AND s.is_interactive");
    assert!(bound.asked(&sql).await.iter().all(|url| url.contains("createdDateTime ge")), "{sql}");
    let sql = format!(
        "SELECT v.time, s.id FROM (SELECT * FROM {vpn} WHERE user_name = 'nobody') v ASOF JOIN sign_ins s ON {time}"
    );
    assert_eq!(bound.asked(&sql).await, [""; 0], "{sql}");
}

/// What chooses among rows may choose others when it is read again: such a side is read once, and tells nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_may_be_another_when_it_is_read_again_tells_nothing() {
    let bound = Bound::new(2_000).await;
    let whole = bound.lab.requests("SELECT count(id) FROM sign_ins s WHERE s.is_interactive").await;
    for left in [
        "(SELECT user_principal_name AS u, created_date_time AS t FROM sign_ins WHERE is_interactive LIMIT 1)",
        "(SELECT u, t FROM (VALUES ('x', now()), ('y', now())) AS v(u, t) LIMIT 1)",
        "(SELECT u, t FROM (VALUES ('x', now()), ('y', now())) AS v(u, t) WHERE random() < 2)",
    ] {
        let sql = format!(
            "SELECT count(*) FROM {left} v ASOF LEFT JOIN sign_ins s \
             ON v.u = s.user_principal_name AND v.t >= s.created_date_time AND s.is_interactive"
        );
        assert!(bound.lab.requests(&sql).await >= whole, "{sql}");
    }
}
