//! `auditql.reuse`: a table that was kept answers a later question on the same records, only if it provably has all of them,
//! and says so.

use auditql::engine::Engine;
use auditql::settings::Settings;

use crate::lab::{self, Lab, options};
use crate::laws::dice::Dice;

/// What is kept unless a case says otherwise: the days from the 10th to the 20th.
const KEPT: &str =
    "SELECT * FROM sign_ins WHERE created_date_time >= '2026-04-10' AND created_date_time < '2026-04-20'";

struct Desk {
    lab: Lab,
    /// The same tenant, always asked.
    asking: Engine,
}

impl Desk {
    async fn new() -> Self {
        let lab = Lab::with(options(1_500), Settings { reuse: true, ..Settings::default() }).await;
        let asking = lab::engine(lab::connection(&lab.tenant), Settings::default());
        Self { lab, asking }
    }

    async fn keep(&self, sql: &str) {
        self.lab.rows(&format!("CREATE OR REPLACE TABLE kept AS {sql}")).await;
    }

    /// Whether a question was answered from what was kept, once its rows were found to be those that the service has.
    async fn is_reused(&self, sql: &str) -> bool {
        self.lab.tenant.reset_stats();
        let answer = self.lab.answer(sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}"));
        let requests = self.lab.tenant.stats().requests.len();
        let sorted = |mut rows: Vec<String>| {
            rows.sort_unstable();
            rows
        };
        let asked = lab::answer(&self.asking, sql).await.unwrap();
        assert_eq!(sorted(answer.rows()), sorted(asked.rows()), "{sql}");
        let said = answer.tally.notices().iter().any(|notice| notice.to_string().contains("answered from kept"));
        // Of a condition that cannot hold nothing is asked either.
        assert!(!said || requests == 0, "{sql}: {requests} requests, {:?}", answer.tally.notices());
        said
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_within_a_kept_range_is_answered_from_it() {
    let desk = Desk::new().await;
    desk.keep(KEPT).await;
    let within = "created_date_time >= '2026-04-12' AND created_date_time < '2026-04-13T12:00:00.5Z'";
    for (sql, expected) in [
        (format!("SELECT * FROM sign_ins WHERE {within}"), true),
        (format!("SELECT id, raw FROM sign_ins WHERE {within} AND is_interactive"), true),
        (format!("SELECT count(*) FROM sign_ins WHERE {within} AND status.error_code <> 0"), true),
        (format!("SELECT user_principal_name, count(*) FROM sign_ins WHERE {within} GROUP BY 1"), true),
        (format!("SELECT id FROM sign_ins WHERE {within} ORDER BY created_date_time DESC, id LIMIT 5"), true),
        (format!("SELECT id FROM demo.entra.sign_ins AS s WHERE {within} OR s.created_date_time = '2026-04-15T00:00:00Z'"), true),
        ("SELECT id FROM sign_ins WHERE created_date_time BETWEEN '2026-04-10' AND '2026-04-19T23:59:59.999999Z'".into(), true),
        ("SELECT id FROM sign_ins WHERE date_trunc('day', created_date_time) = '2026-04-15'".into(), true),
        (
            "SELECT a.id FROM sign_ins a JOIN sign_ins b ON a.id = b.id WHERE a.created_date_time BETWEEN '2026-04-12' AND \
             '2026-04-13' AND b.created_date_time BETWEEN '2026-04-11' AND '2026-04-14'"
                .into(),
            true,
        ),
        // A microsecond more, on either side; an open end; no time; another column of time.
        ("SELECT id FROM sign_ins WHERE created_date_time BETWEEN '2026-04-10' AND '2026-04-20'".into(), false),
        ("SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-09T23:59:59.999999Z' AND created_date_time < '2026-04-20'".into(), false),
        ("SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-12'".into(), false),
        ("SELECT id FROM sign_ins WHERE created_date_time < '2026-04-20'".into(), false),
        ("SELECT id FROM sign_ins WHERE is_interactive".into(), false),
        (format!("SELECT id FROM sign_ins WHERE {within} OR is_interactive"), false),
        (format!("SELECT id FROM directory_audits WHERE {}", within.replace("created", "activity")), false),
        (format!("SELECT id FROM all_tenants.entra.sign_ins WHERE {within}"), false),
    ] {
        assert_eq!(desk.is_reused(&sql).await, expected, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_chose_the_kept_rows_has_to_follow() {
    let desk = Desk::new().await;
    let range = "created_date_time >= '2026-04-10' AND created_date_time < '2026-04-20'";
    for (kept, asked, expected) in [
        ("is_interactive", "is_interactive", true),
        ("is_interactive", "is_interactive AND status.error_code = 50126", true),
        ("is_interactive", "true", false),
        ("is_interactive", "NOT is_interactive", false),
        ("is_interactive", "is_interactive OR status.error_code = 50126", false),
        ("status.error_code IN (0, 50126)", "status.error_code = 50126", true),
        ("status.error_code IN (0, 50126)", "status.error_code IN (50126, 0)", true),
        ("status.error_code IN (0, 50126)", "status.error_code IN (0, 50053)", false),
        ("status.error_code > 0", "status.error_code > 1", false),
        ("upper(app_display_name) LIKE 'OFF%'", "upper(app_display_name) LIKE 'OFF%' AND is_interactive", true),
        ("upper(app_display_name) LIKE 'OFF%'", "app_display_name LIKE 'Off%'", false),
        ("user_principal_name = (SELECT max(user_principal_name) FROM users)", "user_principal_name = 'x'", false),
    ] {
        desk.keep(&format!("SELECT * FROM sign_ins WHERE {range} AND {kept}")).await;
        let sql = format!("SELECT id FROM sign_ins WHERE {range} AND {asked}");
        assert_eq!(desk.is_reused(&sql).await, expected, "{kept} | {asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_the_whole_of_a_range_is_not_asked() {
    let desk = Desk::new().await;
    let asked = "SELECT id, ip_address FROM sign_ins WHERE created_date_time >= '2026-04-12' AND created_date_time < '2026-04-13'";
    for (kept, expected) in [
        (KEPT.to_owned(), true),
        (KEPT.replace('*', "id, created_date_time, ip_address, raw"), true),
        (KEPT.replace('*', "ip_address, id, created_date_time"), true),
        // It lacks a column, or has another under its name.
        (KEPT.replace('*', "id, created_date_time"), false),
        (KEPT.replace('*', "id, ip_address"), false),
        (KEPT.replace('*', "id, created_date_time, upper(ip_address) AS ip_address"), false),
        (KEPT.replace('*', "id, created_date_time, user_agent AS ip_address"), false),
        // Some of the rows, or rows of something else.
        (format!("{KEPT} LIMIT 100000"), false),
        (format!("{KEPT} ORDER BY created_date_time DESC LIMIT 3"), false),
        (KEPT.replace('*', "DISTINCT id, created_date_time, ip_address"), false),
        (format!("SELECT s.* FROM ({KEPT}) s JOIN users u ON s.user_id = u.id"), false),
        (format!("SELECT * FROM ({KEPT}) s WHERE random() < 2"), false),
    ] {
        desk.keep(&kept).await;
        assert_eq!(desk.is_reused(asked).await, expected, "{kept}");
    }
    // What changes is asked for as it is now.
    desk.keep("SELECT * FROM users").await;
    assert!(!desk.is_reused("SELECT id FROM users WHERE account_enabled").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_asked_for_and_can_be_read_anew_and_dropped() {
    let desk = Desk::new().await;
    let asked = "SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-12' AND created_date_time < '2026-04-13'";
    desk.keep(KEPT).await;
    assert!(desk.is_reused(asked).await);
    for (setting, value, back) in
        [("reuse", "false", "true"), ("pushdown", "false", "true"), ("dedup", "false", "true")]
    {
        desk.lab.engine.set(setting, value).unwrap();
        desk.lab.tenant.reset_stats();
        desk.lab.rows(asked).await;
        assert!(!desk.lab.tenant.stats().requests.is_empty(), "{setting}");
        desk.lab.engine.set(setting, back).unwrap();
    }
    // To keep it again is to read it again, and what was kept first has no say any more.
    desk.lab.tenant.reset_stats();
    desk.keep(&KEPT.replace("04-10", "04-15")).await;
    assert!(!desk.lab.tenant.stats().requests.is_empty());
    assert!(!desk.is_reused(asked).await);
    desk.keep(KEPT).await;
    assert!(desk.is_reused(asked).await);
    desk.lab.rows("PREPARE p AS SELECT id FROM kept").await;
    desk.lab.rows("DROP TABLE kept").await;
    assert!(!desk.is_reused(asked).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_from_behind_the_reading_are_asked_for() {
    let desk = Desk::new().await;
    // Up to the present, which is where the tenant's records end.
    desk.keep("SELECT * FROM sign_ins WHERE created_date_time >= '2026-04-10'").await;
    let asked = |to: &str| {
        format!("SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-12' AND created_date_time < {to}")
    };
    assert!(desk.is_reused(&asked("'2026-05-01T12:00:00Z'")).await, "before it was read");
    assert!(!desk.is_reused(&asked("'2026-05-01T12:00:00.000002Z'")).await, "a microsecond behind");
    assert!(!desk.is_reused(&asked("now() + INTERVAL '1 hour'")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_says_where_the_rows_are_from() {
    let desk = Desk::new().await;
    desk.keep(KEPT).await;
    let asked = "SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-12' AND created_date_time < '2026-04-13'";
    let explained = desk.lab.answer(&format!("EXPLAIN {asked}")).await.unwrap().cells()[0][1].clone();
    assert_eq!(
        explained,
        "entra.sign_ins: nothing is requested, kept has the rows as they were read at 2026-05-01T12:00:00Z (reuse)\n"
    );
    // To keep it again would be to ask again.
    let again = format!("EXPLAIN CREATE TABLE other AS {asked}");
    assert!(!desk.lab.answer(&again).await.unwrap().cells()[0][1].contains("nothing is requested"));
    let notices = desk.lab.answer(asked).await.unwrap().tally.notices();
    let said = "entra.sign_ins: answered from kept, as it was read at 2026-05-01T12:00:00Z; with auditql.reuse = false the \
                service is asked";
    assert_eq!(notices.iter().map(ToString::to_string).collect::<Vec<_>>(), [said]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_incomplete_is_never_asked() {
    let settings = Settings { reuse: true, partial: true, ..Settings::default() };
    let lab = Lab::with(options(3_000), settings).await;
    // From before the service's retention: said to be missing.
    lab.rows("CREATE TABLE kept AS SELECT * FROM sign_ins WHERE created_date_time >= '2026-03-01' AND created_date_time < '2026-04-20'")
        .await;
    let asked = "SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-12' AND created_date_time < '2026-04-13'";
    assert!(lab.requests(asked).await > 0);
    lab.rows("CREATE OR REPLACE TABLE kept AS SELECT * FROM sign_ins WHERE created_date_time >= '2026-04-10' AND created_date_time < '2026-04-20'")
        .await;
    assert_eq!(lab.requests(asked).await, 0, "the control");
}

/// Ranges and conditions by chance: the rows are the same whether the service is asked or not, and some were not asked for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_do_not_depend_on_what_was_kept() {
    let desk = Desk::new().await;
    let mut dice = Dice::new(0x0e05e);
    let bounds = ["2026-04-05", "2026-04-10T06:30:00Z", "2026-04-15", "2026-04-20T00:00:00.000001Z", "2026-04-30"];
    let conditions = [
        "is_interactive",
        "NOT is_interactive",
        "status.error_code IN (0, 50126)",
        "status.error_code = 0",
        "user_principal_name LIKE 'a%'",
        "(user_principal_name LIKE 'a%' OR is_interactive)",
        "ip_address IS NOT NULL",
    ];
    let question = |dice: &mut Dice| {
        let mut all = Vec::new();
        if dice.chance(85) {
            all.push(format!("created_date_time {} '{}'", dice.one_of(&[">", ">="]), dice.one_of(&bounds)));
        }
        if dice.chance(85) {
            all.push(format!("created_date_time {} '{}'", dice.one_of(&["<", "<="]), dice.one_of(&bounds)));
        }
        for _ in 0..dice.below(3) {
            all.push((*dice.one_of(&conditions)).to_owned());
        }
        if all.is_empty() { "true".to_owned() } else { all.join(" AND ") }
    };
    let mut reused = 0;
    for _ in 0..25 {
        desk.keep(&format!("SELECT * FROM sign_ins WHERE {}", question(&mut dice))).await;
        for _ in 0..8 {
            let sql = format!("SELECT id FROM sign_ins WHERE {}", question(&mut dice));
            reused += usize::from(desk.is_reused(&sql).await);
        }
    }
    println!("{reused} of 200 questions were answered from what was kept");
    assert!(reused >= 8, "{reused}");
}
