//! Joins that compare times: the range of what is asked follows from the times at hand.

use auditql::demo::{Feed, Options};
use chrono::{DateTime, TimeDelta, Utc};

use super::Bound;
use crate::lab::{Lab, now, options};

/// A log with these times, as it stands in FROM.
fn log(bound: &Bound, name: &str, times: &[DateTime<Utc>]) -> String {
    let lines: Vec<String> = times.iter().map(|time| format!("{},somebody", time.to_rfc3339())).collect();
    bound.file(name, "time,user", &lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_times_at_hand_bound_the_range() {
    let bound = Bound::new(3_000).await;
    let at = |days: i64| now() - TimeDelta::days(days);
    let vpn = log(&bound, "vpn.csv", &[at(3), at(2)]);
    let around = "s.created_date_time BETWEEN v.time - INTERVAL '60 minutes' AND v.time + INTERVAL '60 minutes'";
    for sql in [
        format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {around}"),
        format!("SELECT s.id FROM {vpn} v JOIN sign_ins s ON {around}"),
        format!("SELECT s.id FROM {vpn} v JOIN sign_ins s ON {around} AND s.user_display_name <> v.user_name"),
        format!(
            "SELECT v.time, s.id FROM {vpn} v LEFT JOIN sign_ins s ON s.user_principal_name = v.user_name AND {around}"
        ),
        format!("SELECT s.id FROM sign_ins s WHERE EXISTS (SELECT 1 FROM {vpn} v WHERE {around})"),
    ] {
        let asked = bound.asked(&sql).await;
        assert_eq!(asked.len(), 4, "{sql}\n{asked:#?}");
        for url in asked {
            assert!(url.contains("createdDateTime ge 2026-04-28T11:00:00Z"), "{sql}\n{url}");
            assert!(url.contains("createdDateTime le 2026-04-29T13:00:0"), "{sql}\n{url}");
        }
    }
    // The controls: a row of the table that has no partner is kept, and nothing at hand asks for nothing.
    let kept = format!("SELECT s.id FROM sign_ins s LEFT JOIN {vpn} v ON {around}");
    assert!(bound.asked(&kept).await.iter().all(|url| !url.contains("createdDateTime")));
    let none = log(&bound, "none.csv", &[]);
    assert_eq!(bound.asked(&format!("SELECT s.id FROM {none} v JOIN sign_ins s ON {around}")).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn times_before_what_is_kept_cost_no_error() {
    let bound = Bound::new(200).await;
    let vpn = log(&bound, "old.csv", &[now() - TimeDelta::days(400), now()]);
    let sql = format!("SELECT s.id FROM {vpn} v JOIN sign_ins s ON s.created_date_time >= v.time");
    // The service refuses such a bound, and is asked without it.
    assert_eq!(bound.asked(&sql).await.len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_times_at_hand_bound_what_is_read_of_the_feed() {
    let feed = Feed { records: 600, throttle: None, ..Feed::default() };
    let lab = Lab::new(Options { feed, ..options(100) }).await;
    let join = |about: &str| {
        format!(
            "SELECT a.id FROM sign_ins s JOIN m365.activity a ON a.user_id = s.user_principal_name AND {about} \
             WHERE s.created_date_time >= now() - INTERVAL '1 day'"
        )
    };
    let (bounded, whole) = (join("a.creation_time >= s.created_date_time"), join("true"));
    let (few, all) = (lab.requests(&bounded).await, lab.requests(&whole).await);
    assert!(few * 2 < all, "{few} of {all}");
    let checked = whole.clone() + " AND a.creation_time >= s.created_date_time";
    assert_eq!(super::sorted(lab.rows(&bounded).await), super::sorted(lab.rows(&checked).await));
}
