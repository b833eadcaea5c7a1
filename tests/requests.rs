//! What questions cost, in requests: each against a closed formula over the tenant's records, and all together against the least
//! that any program could send.
//!
//! A chain of pages costs a page for each 999 records that its filter lets through, and one where it lets none. Least is what a
//! program would send that knew the answer's size beforehand: the same pages, and of a list of keys its filters or the range,
//! whichever is fewer.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use super::lab::{Lab, options};

/// Records of a page.
const PAGE: usize = 999;
/// Tests that a filter holds at most.
const TESTS: usize = 15;
/// The kinds of sign-in, each a chain of its own.
const KINDS: [&str; 4] = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];
/// What the suite may cost, as a share of the least.
const MOST: f64 = 1.2;

/// A question, what it has to cost, and the least that it could.
struct Case {
    sql: String,
    due: usize,
    least: usize,
}

/// A case that costs no more than it has to.
fn exact(sql: impl Into<String>, due: usize) -> Case {
    Case { sql: sql.into(), due, least: due }
}

/// A tenant, what it lists, and a folder for lists of keys.
struct World {
    lab: Lab,
    /// Its sign-ins; what is served twice stands there twice.
    listing: Vec<Value>,
    folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let lab = Lab::new(options(5_000)).await;
        let rows = lab.tenant.sign_ins().flat_map(|record| {
            let row: Value = serde_json::from_str(&record.json).unwrap();
            std::iter::repeat_n(row, record.copies)
        });
        Self { listing: rows.collect(), lab, folder: TempDir::new().unwrap() }
    }

    /// The pages of a kind's records that satisfy a condition.
    fn of(&self, kind: &str, holds: impl Fn(&Value) -> bool) -> usize {
        let listed = self.listing.iter().filter(|row| is_of(row, kind) && holds(row)).count();
        listed.div_ceil(PAGE).max(1)
    }

    /// The pages of all kinds' records that satisfy a condition.
    fn all(&self, holds: impl Fn(&Value) -> bool) -> usize {
        KINDS.iter().map(|kind| self.of(kind, &holds)).sum()
    }

    /// Different values that records of a kind have.
    fn values(&self, property: &str, kind: &str) -> Vec<String> {
        let of_kind = self.listing.iter().filter(|row| is_of(row, kind));
        let tame = |value: &&str| value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-@._".contains(&b));
        let values: BTreeSet<&str> = of_kind.filter_map(|row| row[property].as_str()).filter(tame).collect();
        values.into_iter().map(str::to_owned).collect()
    }

    /// So many keys, spread over what there is, with some that no record has; as a file that stands in FROM.
    fn keys(&self, known: &[String], n: usize) -> String {
        let step = (known.len() / n).max(1);
        let unknown = (0..).map(|n| format!("00000000-0000-4000-8000-{n:012}"));
        let keys = known.iter().step_by(step).take(n).cloned().chain(unknown).take(n);
        let mut text = "key\n".to_owned();
        keys.for_each(|key| writeln!(text, "{key}").unwrap());
        let path = self.folder.path().join(format!("{n}-{}.csv", known.len()));
        std::fs::write(&path, text).unwrap();
        format!("'{}'", path.display())
    }
}

fn is_of(row: &Value, kind: &str) -> bool {
    row["signInEventTypes"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

fn is(row: &Value, property: &str, value: &str) -> bool {
    row[property].as_str().is_some_and(|found| found.eq_ignore_ascii_case(value))
}

/// What `n` keys cost where a range of time has so many pages: one or two filters at once; else the first page tells.
fn keyed(n: usize, window: usize) -> usize {
    match n.div_ceil(TESTS) {
        filters if filters <= 2 => filters,
        filters if filters + 1 < window => filters + 1,
        _ => window,
    }
}

/// Conditions on columns: lookups, lists, ranges.
fn lookups(world: &World) -> Vec<Case> {
    let (upns, ids) = (world.values("userPrincipalName", KINDS[0]), world.values("id", KINDS[0]));
    let (upn, id) = (&upns[upns.len() / 2], &ids[ids.len() / 2]);
    let listed = |values: &[String]| values.iter().map(|v| format!("'{v}'")).collect::<Vec<_>>().join(", ");
    let any = |values: &[String]| {
        let values: Vec<String> = values.to_vec();
        move |row: &Value| values.iter().any(|value| is(row, "userPrincipalName", value))
    };
    let since = |text: &'static str| move |row: &Value| row["createdDateTime"].as_str().is_some_and(|t| t >= text);
    let within =
        |row: &Value| row["createdDateTime"].as_str().is_some_and(|t| ("2026-04-10".."2026-04-20").contains(&t));
    let window = world.of(KINDS[0], |_| true);
    vec![
        exact(format!("SELECT * FROM sign_ins WHERE id = '{id}'"), world.all(|row| is(row, "id", id))),
        exact(format!("SELECT * FROM sign_ins WHERE is_interactive AND id = '{id}'"), 1),
        exact(
            format!("SELECT id FROM sign_ins WHERE user_principal_name = '{upn}'"),
            world.all(any(std::slice::from_ref(upn))),
        ),
        exact(
            format!("SELECT id FROM sign_ins WHERE user_principal_name IN ({})", listed(&upns[..2])),
            world.all(any(&upns[..2])),
        ),
        exact(
            format!("SELECT id FROM sign_ins WHERE user_principal_name IN ({})", listed(&upns[..15])),
            world.all(any(&upns[..15])),
        ),
        exact(format!("SELECT id FROM sign_ins WHERE is_interactive AND id IN ({})", listed(&ids[..30])), 2),
        Case {
            sql: format!("SELECT id FROM sign_ins WHERE is_interactive AND id IN ({})", listed(&ids[..60])),
            due: keyed(60, window),
            least: window.min(4),
        },
        exact("SELECT count(id) FROM sign_ins", world.all(|_| true)),
        exact("SELECT user_principal_name, count(*) FROM sign_ins WHERE is_interactive GROUP BY 1", window),
        exact(
            "SELECT DISTINCT ip_address FROM sign_ins WHERE created_date_time >= '2026-04-29'",
            world.all(since("2026-04-29")),
        ),
        exact(
            "SELECT count(id) FROM sign_ins WHERE created_date_time >= '2026-04-10' AND created_date_time < '2026-04-20'",
            world.all(within),
        ),
        exact("SELECT id FROM sign_ins WHERE is_interactive AND NOT is_interactive", 0),
        exact("EXPLAIN SELECT * FROM sign_ins", 0),
    ]
}

/// The newest, the oldest, some; and ends.
fn ends(world: &World) -> Vec<Case> {
    let kind = |nth: usize| format!("array_has(sign_in_event_types, '{}')", KINDS[nth]);
    let one_page = world.of(KINDS[3], |_| true) == 1;
    vec![
        exact("SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 10", 4),
        exact("SELECT id FROM sign_ins ORDER BY created_date_time LIMIT 10", 4),
        exact("SELECT id FROM sign_ins WHERE is_interactive ORDER BY created_date_time DESC LIMIT 500", 1),
        exact("SELECT id FROM sign_ins LIMIT 5", 1),
        exact(
            "SELECT id, p.result FROM sign_ins, unnest(applied_conditional_access_policies) AS p WHERE is_interactive LIMIT 5",
            1,
        ),
        exact("SELECT t.display_name FROM directory_audits d, unnest(d.target_resources) AS t LIMIT 5", 1),
        exact("SELECT max(created_date_time) FROM sign_ins", 4),
        exact("SELECT min(created_date_time) FROM sign_ins WHERE is_interactive", 1),
        exact("SELECT max(activity_date_time) FROM directory_audits", 1),
        exact(format!("SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE {}", kind(1)), 2),
        exact(
            format!("SELECT min(created_date_time), max(created_date_time) FROM sign_ins WHERE {}", kind(3)),
            if one_page { 1 } else { 2 },
        ),
    ]
}

/// Joins with keys at hand.
fn joins(world: &World) -> Vec<Case> {
    let mut cases = Vec::new();
    let many = world.values("id", KINDS[1]);
    let window = world.of(KINDS[1], |_| true);
    for n in [1, 20, 200, 5_000] {
        let file = world.keys(&many, n);
        cases.push(Case {
            sql: format!("SELECT s.id FROM sign_ins s JOIN {file} l ON s.id = l.key WHERE array_has(s.sign_in_event_types, '{}')", KINDS[1]),
            due: keyed(n, window),
            least: window.min(n.div_ceil(TESTS)),
        });
    }
    let ips = world.values("ipAddress", KINDS[0]);
    let two = world.keys(&ips, 2);
    let known = [&ips[0], &ips[ips.len() / 2]];
    let due = world.all(|row| known.iter().any(|ip| is(row, "ipAddress", ip)));
    cases.push(exact(format!("SELECT id FROM sign_ins WHERE ip_address IN (SELECT key FROM {two})"), due));
    cases.push(exact(format!("SELECT l.key, s.id FROM {two} l LEFT JOIN sign_ins s ON s.ip_address = l.key"), due));
    cases.push(exact(
        format!("SELECT id FROM sign_ins s WHERE EXISTS (SELECT 1 FROM {two} l WHERE l.key = s.ip_address)"),
        due,
    ));
    cases.push(exact(format!("SELECT id FROM sign_ins WHERE ip_address IN (SELECT key FROM {two} WHERE key = '')"), 0));
    // One after the other: a name, the person, what that person did.
    let upns = world.values("userPrincipalName", KINDS[0]);
    let one = world.keys(&upns, 1);
    let by_name = world.all(|row| is(row, "userPrincipalName", &upns[0]));
    cases.push(exact(
        format!(
            "SELECT s.id FROM {one} l JOIN users u ON u.user_principal_name = l.key \
             JOIN sign_ins s ON s.user_principal_name = u.user_principal_name"
        ),
        1 + by_name,
    ));
    cases
}

/// What a statement uses several times.
fn shared(world: &World) -> Vec<Case> {
    let (whole, interactive) = (world.all(|_| true), world.of(KINDS[0], |_| true));
    vec![
        exact(
            "SELECT count(*) FROM sign_ins a JOIN sign_ins b ON a.correlation_id = b.correlation_id AND a.id < b.id",
            whole,
        ),
        exact(
            "WITH s AS (SELECT * FROM sign_ins WHERE is_interactive) SELECT count(id) FROM s UNION ALL \
             SELECT count(DISTINCT ip_address) FROM s UNION ALL SELECT count(DISTINCT user_id) FROM s",
            interactive,
        ),
        exact(
            "SELECT (SELECT count(DISTINCT ip_address) FROM sign_ins), (SELECT count(DISTINCT user_id) FROM sign_ins)",
            whole,
        ),
        exact("SELECT count(*) FROM users", 1),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_question_costs_what_its_formula_says_and_all_hardly_more_than_the_least() {
    let world = World::new().await;
    let cases: Vec<Case> =
        [lookups(&world), ends(&world), joins(&world), shared(&world)].into_iter().flatten().collect();
    assert!(cases.len() >= 30, "{}", cases.len());
    let (mut sent, mut least, mut wrong) = (0, 0, Vec::new());
    let begun = Instant::now();
    for Case { sql, due, least: possible } in &cases {
        let (_, asked) = world.lab.asked(sql).await;
        if asked.len() != *due {
            wrong.push(format!("{} requests, not {due}: {sql}\n{asked:#?}", asked.len()));
        }
        (sent, least) = (sent + asked.len(), least + possible);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let ratio = ratio(sent, least);
    println!("{} questions, {sent} requests, {ratio:.2} of the least, in {:?}", cases.len(), begun.elapsed());
    assert!(ratio <= MOST, "{sent} requests, where {least} would do");
}

/// The control: without what saves requests, the same questions cost far more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_what_saves_requests_the_suite_fails() {
    let world = World::new().await;
    world.lab.engine.set("pushdown", "false").unwrap();
    world.lab.engine.set("share_scans", "false").unwrap();
    let cases: Vec<Case> = [ends(&world), joins(&world), shared(&world)].into_iter().flatten().collect();
    let (mut sent, mut least, mut wrong) = (0, 0, 0);
    for Case { sql, due, least: possible } in cases.iter().step_by(3) {
        let asked = world.lab.requests(sql).await;
        wrong += usize::from(asked != *due);
        (sent, least) = (sent + asked, least + possible);
    }
    let ratio = ratio(sent, least);
    println!("{sent} requests, {ratio:.2} of the least; {wrong} of {} formulas fail", cases.len().div_ceil(3));
    assert!(ratio > MOST && wrong > 0, "{sent} requests, where {least} would do");
}

#[expect(clippy::cast_precision_loss, reason = "some hundred requests")]
fn ratio(sent: usize, least: usize) -> f64 {
    sent as f64 / least as f64
}
