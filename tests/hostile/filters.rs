//! A service that refuses a filter, or does not do what it says.

use auditql::auth::Keeps;
use serde_json::json;

use super::service::{Asked, KINDS, Record, page, page_of, refusal, rows};
use super::{ALL, Fixture};
use crate::scripted::{Reply, Seen};

pub(super) fn fixtures() -> Vec<Fixture> {
    let mut all = kinds();
    all.extend(ladder());
    all.extend(reach());
    all.extend(spellings());
    all
}

/// A page of records of which one is of another kind.
fn one_other(kind: usize) -> Reply {
    let mut rows = rows(0..3);
    rows[1]["signInEventTypes"] = json!([KINDS[kind]]);
    page_of(&rows, None)
}

fn kinds() -> Vec<Fixture> {
    let mut unnamed = rows(0..3);
    unnamed[2].as_object_mut().unwrap().remove("signInEventTypes");
    let mut odd = rows(0..3);
    odd[1]["signInEventTypes"] = json!("interactiveUser");
    let mut both = rows(0..3);
    both[1]["signInEventTypes"] = json!(["continuousAccessEvaluation", "interactiveUser"]);
    let mut excused = unnamed.clone();
    excused[1]["signInEventTypes"] = json!(["interactiveUser", 5]);
    let newest = "SELECT id FROM sign_ins ORDER BY created_date_time DESC LIMIT 1";
    vec![
        Fixture::always("a record of another kind", ALL, "KindIgnored in 1", one_other(1)),
        Fixture::queue(
            "a record of another kind on page two",
            ALL,
            "KindIgnored in 2",
            [page(3..6, Some("2")), one_other(2)],
        ),
        Fixture::always("no record says its kind", ALL, "KindIgnored in 1", page_of(&unnamed, None)),
        Fixture::always("no kind beside one with an odd element", ALL, "KindIgnored in 1", page_of(&excused, None)),
        Fixture::always("a kind that is no list", ALL, "3 rows, TypeConflicts in 1", page_of(&odd, None)),
        Fixture::always("a record of two kinds", ALL, "3 rows in 1", page_of(&both, None)),
        Fixture::always("the clause is ignored for three kinds of four", newest, "KindIgnored", page(0..3, None)),
        Fixture::always("the clause is ignored, and a part would do", ALL, "KindIgnored in 1", one_other(3))
            .with(|settings| settings.partial = true),
    ]
}

/// Refuses every filter that holds the word, and says so; else serves the log's first nine records, the filter ignored.
fn refusing(word: &'static str) -> impl FnMut(&Seen) -> Reply + Send {
    let mut refused = 0;
    move |seen| {
        if Asked::of(seen).filter.contains(word) {
            refused += 1;
            return refusal(400, &format!("Refusal{refused}"), "Invalid filter clause");
        }
        page(0..9, None)
    }
}

/// Both bounds and one more clause.
const NAMED: &str = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name LIKE 'r%' \
                     AND created_date_time > '2026-05-01T11:50:30Z' AND created_date_time < '2026-05-01T12:00:00Z'";
const TWO_DAYS: &str = "SELECT id FROM sign_ins WHERE is_interactive AND created_date_time > now() - interval '2 days'";
const BY_ID: &str = "SELECT id FROM sign_ins WHERE is_interactive AND id IN ('r0', 'r1') \
                     AND user_principal_name LIKE 'r%@contoso.com'";

fn ladder() -> Vec<Fixture> {
    let page_two = |word: &'static str| {
        move |seen: &Seen| {
            let asked = Asked::of(seen);
            if asked.filter.contains(word) {
                return refusal(400, "BadRequest", "Invalid filter clause");
            }
            if asked.token.is_some() { page(4..9, None) } else { page(0..4, Some("2")) }
        }
    };
    vec![
        Fixture::new("a clause is refused", NAMED, "9 rows, WeakerFilter in 2", refusing("userPrincipalName")),
        Fixture::new(
            "a clause is refused, in two pages",
            NAMED,
            "9 rows, WeakerFilter in 3",
            page_two("userPrincipal"),
        ),
        Fixture::new("bounds of time are refused", NAMED, "9 rows, WeakerFilter in 3", refusing("createdDateTime")),
        Fixture::new("every filter is refused", NAMED, "Request: Refused 400 Refusal1 in 3", refusing("")),
        Fixture::new("the kind alone is refused", ALL, "Request: Refused 400 Refusal1 in 1", refusing("")),
        Fixture::new(
            "a clause beside the id is refused",
            BY_ID,
            "2 rows, WeakerFilter in 2",
            refusing("userPrincipal"),
        ),
        Fixture::new("id and clause are refused", BY_ID, "2 rows, WeakerFilter in 3", refusing(" and ")),
        Fixture::new(
            "a clause is refused under an order and a limit",
            "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name LIKE 'r%' \
             ORDER BY created_date_time DESC LIMIT 4",
            "4 rows, WeakerFilter in 2",
            refusing("userPrincipalName"),
        ),
        Fixture::new("the weaker filter meets a page that is none", NAMED, "Page: NotAPage in 2", |seen| {
            if Asked::of(seen).filter.contains("userPrincipalName") {
                refusal(400, "x", "y")
            } else {
                Reply::json("[]")
            }
        }),
    ]
}

/// A service that refuses bounds from before its reach.
fn reaching(days: i64) -> impl FnMut(&Seen) -> Reply + Send {
    move |seen| {
        let reach = crate::lab::now().timestamp_micros() - days * 86_400_000_000;
        match Asked::of(seen).bound("ge") {
            Some(from) if from < reach => refusal(400, "BadRequest", "The time range is out of retention"),
            _ => page_of(&(0..3).map(|n| Record::nth(n).json()).collect::<Vec<_>>(), None),
        }
    }
}

fn reach() -> Vec<Fixture> {
    let old = "SELECT id FROM sign_ins WHERE is_interactive AND created_date_time > now() - interval '40 days'";
    vec![
        Fixture::new("a bound before the documented reach", old, "Incomplete in 0", reaching(30)).with_reach(),
        Fixture::new("the same, where a part will do", old, "3 rows, Incomplete, WeakerFilter in 2", reaching(30))
            .with_reach()
            .with(|settings| settings.partial = true),
        Fixture::new("a bound before a reach that nobody documents", old, "3 rows, WeakerFilter in 2", reaching(30)),
        Fixture::new(
            "a bound before the documented reach, where the connection says more",
            old,
            "3 rows in 1",
            reaching(50),
        )
        .keeping(Keeps::Days(50)),
        Fixture::new("a bound before the reach that the connection says", TWO_DAYS, "Incomplete in 0", reaching(30))
            .keeping(Keeps::Days(1)),
        Fixture::new("a bound before the reach, without pushdown", old, "Incomplete in 0", reaching(30))
            .with_reach()
            .with(|settings| settings.pushdown = false),
        Fixture::new("a bound within the reach", TWO_DAYS, "3 rows in 1", reaching(30)).with_reach(),
        Fixture::new("a bound within the reach that is refused", TWO_DAYS, "3 rows, WeakerFilter in 2", reaching(1))
            .with_reach(),
    ]
}

/// Names in several spellings behind a service that compares as it likes: byte for byte, or without regard to case.
fn spelt(blind: bool) -> impl FnMut(&Seen) -> Reply + Send {
    let names = ["alice@contoso.com", "Alice@Contoso.com", "ALICE@CONTOSO.COM", "bob@contoso.com"];
    let same = move |text: &str| if blind { text.to_lowercase() } else { text.to_owned() };
    move |seen| {
        let filter = Asked::of(seen).filter;
        let texts = |begin: &str| -> Vec<String> {
            let found = filter.split(begin).skip(1);
            found.map(|rest| same(rest.split('\'').next().unwrap())).collect()
        };
        let (equal, begun) = (texts("userPrincipalName eq '"), texts("startswith(userPrincipalName,'"));
        let everything = equal.is_empty() && begun.is_empty();
        let asked = |name: &str| {
            let name = same(name);
            everything || equal.contains(&name) || begun.iter().any(|text| name.starts_with(text))
        };
        let rows = rows(0..names.len()).into_iter().zip(names).filter(|(_, name)| asked(name));
        let rows: Vec<_> = rows
            .map(|(mut row, name)| {
                row["userPrincipalName"] = json!(name);
                row
            })
            .collect();
        page_of(&rows, None)
    }
}

fn spellings() -> Vec<Fixture> {
    let lower = "SELECT id FROM sign_ins WHERE is_interactive AND lower(user_principal_name) = 'alice@contoso.com'";
    let list =
        "SELECT id FROM sign_ins WHERE is_interactive AND lower(user_principal_name) IN ('alice@contoso.com', 'x')";
    let blind = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name ILIKE 'ALICE@%'";
    let whole = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name ILIKE 'Alice@contoso.com'";
    let plain = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name = 'Alice@Contoso.com'";
    let two = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name IN ('ALICE@CONTOSO.COM', 'Bob@contoso.com')";
    let prefix = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name LIKE 'ALICE%'";
    vec![
        Fixture::new("lower() of names in any spelling", lower, "3 rows in 1", spelt(false)),
        Fixture::new("lower() of names in any spelling, blindly", lower, "3 rows in 1", spelt(true)),
        Fixture::new("a list of lower() in any spelling", list, "3 rows in 1", spelt(false)),
        Fixture::new("ILIKE of names in any spelling", blind, "3 rows in 1", spelt(false)),
        Fixture::new("ILIKE without wildcard in any spelling", whole, "3 rows in 1", spelt(false)),
        Fixture::new("a name with capitals", plain, "rows [r1], OtherCase in 1", spelt(false)),
        Fixture::new("a name with capitals, blindly", plain, "rows [r1], OtherCase in 1", spelt(true)),
        Fixture::new("names with capitals", two, "rows [r2], OtherCase in 1", spelt(false)),
        Fixture::new("a prefix with capitals", prefix, "rows [r2] in 1", spelt(false)),
    ]
}
