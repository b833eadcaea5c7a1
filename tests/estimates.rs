//! What is known of the days of a range before it is read: where the numbers come from, that nothing is sent for them, that they
//! are close to what is then spent, and that differences are said.

use auditql::auth::Connection;
use auditql::engine::{Engine, Foreseen};
use auditql::settings::Settings;
use auditql::tally::Notice;
use azure_core::credentials::Secret;
use serde_json::json;
use tempfile::tempdir;

use crate::lab::{self, Lab, answer};
use crate::scripted::{Reply, Server};
use crate::terminal::Terminal;

const SUMMARIES: &str = "SELECT activity_date_time, sign_in_count FROM entra.sign_in_summaries";
const MONTH: &str = "SELECT user_id FROM sign_ins WHERE created_date_time >= '2026-04-02'";

async fn foreseen(lab: &Lab, sql: &str) -> Foreseen {
    lab.tenant.reset_stats();
    let foreseen = lab.engine.query(sql).await.unwrap().foreseen();
    assert_eq!(lab.tenant.stats().requests.len(), 0, "{sql}");
    foreseen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_tells_about_how_many_a_month_takes() {
    let lab = Lab::new(lab::options(20_000)).await;
    let before = foreseen(&lab, MONTH).await;
    assert_eq!((before.requests, before.is_about), (4, false));
    assert_eq!(lab.requests(SUMMARIES).await, 1);
    let after = foreseen(&lab, MONTH).await;
    let spent = lab.requests(MONTH).await;
    // The day that is not over is not counted; a thousandth of the records is served twice.
    assert!(after.is_about && after.requests.abs_diff(spent) <= 2 && spent >= 21, "{after:?} {spent}");
    let (text, asked) = lab.asked(&format!("EXPLAIN {MONTH}")).await;
    let about = (spent - 2..=spent + 2).any(|n| text[0].contains(&format!("about {n} requests, about 40 s")));
    assert!(asked.is_empty() && about, "{spent} {text:?}");
    // Now it was read: the days are known by what was in them.
    assert!(text[0].contains("by what this session read of these days"), "{text:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_end_early_or_reads_a_part_is_no_source() {
    for sql in [
        "SELECT user_id FROM sign_ins WHERE created_date_time >= '2026-04-02' AND user_id <> '' LIMIT 5000",
        "SELECT user_id FROM sign_ins WHERE created_date_time >= '2026-04-02' ORDER BY created_date_time DESC LIMIT 5",
        "SELECT user_id FROM sign_ins WHERE created_date_time >= '2026-04-02' AND app_display_name LIKE 'O%'",
        "SELECT max(created_date_time) FROM sign_ins WHERE created_date_time >= '2026-04-02'",
    ] {
        let lab = Lab::new(lab::options(2_000)).await;
        lab.rows(sql).await;
        assert!(!foreseen(&lab, MONTH).await.is_about, "{sql}");
    }
    let lab = Lab::new(lab::options(2_000)).await;
    lab.rows(MONTH).await;
    assert!(foreseen(&lab, MONTH).await.is_about);
    for (setting, value) in [("dedup", "false"), ("estimates", "none")] {
        let lab = Lab::new(lab::options(2_000)).await;
        lab.engine.set(setting, value).unwrap();
        lab.rows(MONTH).await;
        assert!(!foreseen(&lab, MONTH).await.is_about, "{setting}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_of_a_join_make_no_estimate_and_two_scans_make_one() {
    let lab = Lab::new(lab::options(2_000)).await;
    lab.rows(MONTH).await;
    let alone = foreseen(&lab, MONTH).await;
    let keyed = "SELECT s.id FROM sign_ins s JOIN (VALUES ('198.51.100.23')) AS l(ip) ON s.ip_address = l.ip";
    assert!(!foreseen(&lab, keyed).await.is_about);
    let both = format!("{MONTH} UNION ALL SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-03'");
    let both = foreseen(&lab, &both).await;
    assert!(both.is_about && both.requests >= 2 * alone.requests - 1, "{both:?} {alone:?}");
    let kept = foreseen(&lab, &format!("CREATE TABLE recent AS {MONTH}")).await;
    assert_eq!(kept, alone, "what is kept costs what it costs to read");
    // Of the users nothing is known.
    let mixed = format!("{MONTH} UNION ALL SELECT id FROM users");
    assert!(!foreseen(&lab, &mixed).await.is_about);
}

/// A service with a record each hour of three days, which counts so many a day.
async fn counting(counted: u64) -> (Server, Engine) {
    let server = Server::start(move |seen| {
        if seen.target.contains("signInEventsSummary") {
            let day = |day: u32| json!({ "id": format!("d{day}"), "signInCount": counted, "activityDateTime": format!("2026-04-{day:02}T00:00:00Z") });
            return Reply::json(json!({ "value": (20..23).map(day).collect::<Vec<_>>() }).to_string());
        }
        let kind = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"]
            .into_iter()
            .find(|kind| seen.target.contains(&format!("'{kind}'")) || seen.target.contains(&format!("%27{kind}%27")));
        let kind = kind.unwrap_or_else(|| panic!("{}", seen.target));
        let record = |n: u32| {
            let (day, hour) = (22 - n / 24, 23 - n % 24);
            json!({ "id": format!("{kind}{n}"), "createdDateTime": format!("2026-04-{day}T{hour:02}:30:00Z"), "signInEventTypes": [kind] })
        };
        Reply::json(json!({ "value": (0..72).map(record).collect::<Vec<_>>() }).to_string())
    })
    .await;
    let connection = Connection::loopback("demo", server.origin(), Secret::new("t"));
    let engine = lab::engine(connection, Settings::default());
    (server, engine)
}

const DAYS: &str =
    "SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-20' AND created_date_time < '2026-04-23'";

async fn differences(engine: &Engine, sql: &str) -> Vec<String> {
    let notices = answer(engine, sql).await.unwrap().tally.notices();
    let differs = |notice: &&Notice| matches!(notice, Notice::CountedOtherwise { .. });
    notices.iter().filter(differs).map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_numbers_than_the_service_counted_are_said_of_whole_days_of_all_kinds() {
    let (_server, engine) = counting(96).await;
    assert_eq!(differences(&engine, DAYS).await, [""; 0], "nothing to compare with");
    answer(&engine, SUMMARIES).await.unwrap();
    assert_eq!(differences(&engine, DAYS).await, [""; 0], "the same numbers");

    let (_server, engine) = counting(95).await;
    answer(&engine, SUMMARIES).await.unwrap();
    assert_eq!(
        differences(&engine, DAYS).await,
        ["entra.sign_ins: entra.sign_in_summaries has another number than was read for 3 of 3 whole day(s) (first: \
          2026-04-20, 95 there, 96 read); which kinds of sign-in it counts is not documented"]
    );
    let one = DAYS.replace("WHERE", "WHERE is_interactive AND");
    assert_eq!(differences(&engine, &one).await, [""; 0], "one kind of four is no day of all");
    let half = DAYS.replace("'2026-04-20'", "'2026-04-22 12:00'");
    assert_eq!(differences(&engine, &half).await, [""; 0], "no whole day");
    let filtered = format!("{DAYS} AND id LIKE '%7'");
    assert_eq!(differences(&engine, &filtered).await.len(), 1, "a condition that stays here leaves the days whole");
}

#[test]
fn a_prompt_that_may_ask_counts_down_to_what_it_was_told() {
    let home = tempdir().unwrap();
    let args = ["--rows", "9000", "--estimates", "ask", "--confirm", "none"];
    let mut terminal = Terminal::demo(home.path(), 120, &args);
    terminal.keys("SELECT count(DISTINCT user_id) FROM sign_ins WHERE created_date_time >= '2026-04-02';\r");
    terminal.wait_for("of about 1");
    terminal.wait_for("left");
    terminal.keys("\u{3}");
    terminal.wait_for("interrupted");
    terminal.line("SELECT count(*) FROM auditql.requests WHERE url LIKE '%signInEventsSummary%';", "(1 row)");
    assert!(terminal.screen().contains("│        1 │"), "{}", terminal.screen());
}

#[test]
fn a_prompt_asks_before_what_is_estimated_to_take_long() {
    let home = tempdir().unwrap();
    let args = ["--rows", "9000", "--estimates", "ask", "--confirm", "15s"];
    let mut terminal = Terminal::demo(home.path(), 160, &args);
    terminal.keys("SELECT count(DISTINCT user_id) FROM sign_ins WHERE created_date_time >= '2026-04-02';\r");
    terminal.wait_for("this takes about 1");
    terminal.wait_for("Go on? [y/N]");
    terminal.keys("n");
    terminal.wait_for("nothing was requested");
}
