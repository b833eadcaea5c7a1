//! Joins that compare times which lie apart: several windows of a range are asked for, whichever way takes the fewest requests.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Bound, sorted};
use crate::lab::now;
use crate::laws::dice::Dice;

/// The kind of which there are most.
const MANY: &str = "array_has(s.sign_in_event_types, 'nonInteractiveUser')";
const AROUND: &str = "s.created_date_time BETWEEN v.time - INTERVAL '10 minutes' AND v.time + INTERVAL '10 minutes'";

/// A log with these times, as it stands in FROM.
fn log(bound: &Bound, name: &str, times: &[DateTime<Utc>]) -> String {
    let lines: Vec<String> = times.iter().map(|time| format!("{},somebody", time.to_rfc3339())).collect();
    bound.file(name, "time,user", &lines)
}

/// So many times, as far apart as thirty days let them be.
fn apart(n: i32) -> Vec<DateTime<Utc>> {
    (0..n).map(|at| now() - TimeDelta::hours(3) - TimeDelta::days(29) * at / n).collect()
}

/// The windows that a filter names as alternatives; none, where it names a range alone.
fn windows_in(url: &str) -> usize {
    url.matches("createdDateTime ge").count().saturating_sub(1)
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_that_fit_are_one_filter_and_more_are_cut_like_a_list() {
    let bound = Bound::new(16_000).await;
    for (n, filters) in [(2, 1), (7, 1), (8, 2), (14, 2)] {
        let vpn = log(&bound, &format!("{n}.csv"), &apart(n));
        for sql in [
            format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {AROUND} WHERE {MANY}"),
            format!("SELECT s.id FROM sign_ins s WHERE {MANY} AND EXISTS (SELECT 1 FROM {vpn} v WHERE {AROUND})"),
        ] {
            let asked = bound.asked(&sql).await;
            assert_eq!(asked.len(), filters, "{sql}\n{asked:#?}");
            let windows: usize = asked.iter().map(|url| windows_in(url).max(1)).sum();
            assert_eq!(windows, usize::try_from(n).unwrap(), "{asked:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_alone_and_windows_that_meet_are_a_range() {
    let bound = Bound::new(2_000).await;
    let near = |minutes: &[i64]| -> Vec<DateTime<Utc>> {
        minutes.iter().map(|m| now() - TimeDelta::days(2) + TimeDelta::minutes(*m)).collect()
    };
    for times in [near(&[0]), near(&[0, 0, 0]), near(&[0, 15, 30, 45])] {
        let vpn = log(&bound, &format!("near{}.csv", times.len()), &times);
        let asked = bound.asked(&format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {AROUND} WHERE {MANY}")).await;
        assert!(asked.len() == 1 && windows_in(&asked[0]) == 0, "{asked:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_within_the_statements_own_range() {
    let bound = Bound::new(2_000).await;
    let vpn = log(&bound, "own.csv", &apart(6));
    let within = |days: i64| format!("s.created_date_time >= now() - INTERVAL '{days} days'");
    let join = |days| format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {AROUND} WHERE {MANY} AND {}", within(days));
    let asked = bound.asked(&join(12)).await;
    assert!(asked.len() == 1 && windows_in(&asked[0]) == 3, "{asked:#?}");
    let asked = bound.asked(&join(3)).await;
    assert!(asked.len() == 1 && windows_in(&asked[0]) == 0, "{asked:#?}");
    // Between two of them there is nothing to ask for.
    let gap = "s.created_date_time BETWEEN now() - INTERVAL '3 days' AND now() - INTERVAL '2 days'";
    let sql = format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {AROUND} WHERE {MANY} AND {gap}");
    assert_eq!(bound.asked(&sql).await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_windows_cost_their_filters_or_the_range_whichever_is_less() {
    let bound = Bound::new(16_000).await;
    let whole = bound.asked(&format!("SELECT s.id FROM sign_ins s WHERE {MANY}")).await.len();
    let (mut by_windows, mut as_range) = (0, 0);
    for (n, minutes) in [(16, 10), (30, 10), (60, 10), (300, 10), (300, 120), (3_000, 1)] {
        let vpn = log(&bound, &format!("{n}-{minutes}.csv"), &apart(n));
        let around = AROUND.replace("10 minutes", &format!("{minutes} minutes"));
        let asked = bound.asked(&format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {around} WHERE {MANY}")).await;
        let filters = usize::try_from(n).unwrap().div_ceil(7);
        println!("{n} windows: {} requests, where filters take {filters} and the range {whole}", asked.len());
        assert!(asked.len() <= (filters + 1).min(whole + 1), "{n} windows, {whole} pages\n{asked:#?}");
        by_windows += usize::from(asked.iter().any(|url| windows_in(url) > 0));
        as_range += usize::from(asked.iter().all(|url| windows_in(url) == 0));
    }
    assert!(by_windows >= 2 && as_range >= 1, "{by_windows} by windows, {as_range} as the range");
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_go_with_keys_orders_limits_and_version_1() {
    let bound = Bound::new(6_000).await;
    let upns = bound.values("userPrincipalName", "nonInteractiveUser");
    let times = apart(5);
    let lines: Vec<String> =
        times.iter().zip(&upns).map(|(time, upn)| format!("{},{upn}", time.to_rfc3339())).collect();
    let vpn = bound.file("keyed.csv", "time,name", &lines);
    let on = format!("s.user_principal_name = v.name AND {AROUND}");
    let asked = bound.asked(&format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {on} WHERE {MANY}")).await;
    // Five keys and five windows are fifteen tests.
    assert_eq!(asked.len(), 1, "{asked:#?}");
    assert!(asked[0].contains("userPrincipalName eq") && windows_in(&asked[0]) == 5, "{asked:#?}");
    for rest in [
        format!("WHERE {MANY} ORDER BY s.created_date_time DESC, s.id LIMIT 7"),
        format!("WHERE {MANY} ORDER BY s.created_date_time, s.id LIMIT 3"),
        "ORDER BY s.created_date_time DESC, s.id".to_owned(),
    ] {
        let vpn = log(&bound, "ordered.csv", &apart(20));
        let sql = format!("SELECT s.id FROM sign_ins s JOIN {vpn} v ON {AROUND} {rest}");
        let (rows, plain) = (bound.lab.rows(&sql).await, crate::lab::answer(&bound.plain, &sql).await.unwrap().rows());
        assert_eq!(rows, plain, "{sql}");
    }
}

/// Times, widths and sides by chance: with windows sent and with nothing sent, the rows are the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_do_not_depend_on_which_windows_were_sent() {
    let bound = Bound::new(700).await;
    let mut dice = Dice::new(0x71de);
    let (mut several, mut bites) = (0, 0);
    for case in 0..60 {
        let n = *dice.one_of(&[1, 2, 3, 6, 9, 20, 45]);
        let times: Vec<DateTime<Utc>> = (0..n)
            .map(|_| {
                let minutes = i64::try_from(dice.below(31 * 24 * 60)).unwrap();
                now() - TimeDelta::minutes(minutes) + TimeDelta::milliseconds(i64::try_from(dice.below(1_000)).unwrap())
            })
            .collect();
        let vpn = log(&bound, &format!("case{case}.csv"), &times);
        let (before, behind) = (*dice.one_of(&[0, 30, 3_600, 40_000]), *dice.one_of(&[0, 1, 900, 40_000]));
        let around = format!(
            "s.created_date_time BETWEEN v.time - INTERVAL '{before} seconds' AND v.time + INTERVAL '{behind} seconds'"
        );
        let form = *dice.one_of(&[
            "SELECT s.id, v.time FROM sign_ins s JOIN {v} v ON {on}",
            "SELECT s.id FROM sign_ins s WHERE EXISTS (SELECT 1 FROM {v} v WHERE {on})",
            "SELECT v.time, s.id FROM {v} v LEFT JOIN sign_ins s ON {on} AND s.is_interactive",
            "SELECT v.time FROM {v} v WHERE NOT EXISTS (SELECT 1 FROM sign_ins s WHERE {on})",
            "SELECT s.id FROM sign_ins s LEFT JOIN {v} v ON {on} WHERE v.time IS NULL",
        ]);
        let sql = form.replace("{v}", &vpn).replace("{on}", &around);
        let asked = bound.asked(&sql).await;
        several += usize::from(asked.iter().any(|url| windows_in(url) > 1));
        // The control: a window that had lost a part of itself would have been noticed.
        let less = sql.replace(&format!("'{behind} seconds'"), &format!("'{} seconds'", behind - 900));
        bites += usize::from(sorted(bound.lab.rows(&less).await) != sorted(bound.lab.rows(&sql).await));
    }
    println!("{several} of 60 asked for several windows, and in {bites} a lost part would show");
    assert!(
        several >= 15 && bites >= 15,
        "{several} of 60 asked for several windows, in {bites} a lost part would show"
    );
}
