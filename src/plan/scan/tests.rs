//! What a plan adds to the clauses of a predicate: limits of the filter, lists in parts, the size of a page.

use super::{Scan, ScanPlan};
use crate::apis::aadgraph::SIGNIN_EVENTS;
use crate::apis::graph::SIGN_INS;
use crate::plan::PageQuery;
use crate::predicate::{Clause, tests::conjuncts};
use crate::table::{ApiVersion, Direction};

/// A scan of the sign-ins: of all four kinds in the beta version, of one in version 1.0.
fn scan(sql: &str, version: ApiVersion, limit: Option<usize>) -> Scan {
    let (set, pages) = (&SIGN_INS, SIGN_INS.pages().unwrap());
    Scan {
        set,
        pages,
        version,
        tenant: "".into(),
        record_cap: None,
        columns: Vec::new(),
        conjuncts: conjuncts(sql, set),
        keys: Vec::new(),
        order: None,
        limit,
        pushdown: true,
    }
}

/// `column IN ('0', '1', …)`.
fn list(column: &str, values: usize) -> String {
    long(column, values, 1)
}

/// The same with values of so many characters.
fn long(column: &str, values: usize, characters: usize) -> String {
    let values: Vec<String> = (0..values).map(|n| format!("'{n:0characters$}'")).collect();
    format!("{column} IN ({})", values.join(", "))
}

/// The numbers of tests in the filter's clauses and in each part, and why something stays here.
fn shape(plan: &ScanPlan) -> String {
    let tests = |clauses: &[Clause]| clauses.iter().map(|c| c.tests().to_string()).collect::<Vec<_>>().join(" ");
    let [stream] = &plan.streams[..] else { panic!("{} streams", plan.streams.len()) };
    let reasons: Vec<String> = plan.residual.iter().flat_map(|r| &r.reasons).map(|r| format!("{r:?}")).collect();
    format!("{} | {} | {}", tests(&stream.query.clauses), tests(&stream.parts), reasons.join(" "))
}

/// Fifteen tests in ORs and 1,850 encoded bytes are the most that a filter takes.
#[test]
fn a_list_too_long_for_a_filter_is_cut_into_parts() {
    let pairs = |n: usize| {
        let each: Vec<String> = (0..n).map(|n| format!("(id = '{n}' AND app_id = '{n}')")).collect();
        each.join(" OR ")
    };
    let rows = [
        ("all that fit", list("id", 15), "15 |  | "),
        ("one too many", list("id", 16), " | 15 1 | "),
        ("two filters and one value", list("id", 31), " | 15 15 1 | "),
        ("single tests do not count", format!("{} AND app_id = 'a'", list("id", 15)), "1 15 |  | "),
        ("two lists that fit together", format!("{} AND {}", list("id", 10), list("app_id", 5)), "5 10 |  | "),
        ("the longer one is cut", format!("{} AND {}", list("id", 10), list("app_id", 6)), "6 | 9 1 | "),
        ("only one is cut", format!("{} AND {}", list("id", 16), list("app_id", 17)), " | 15 1 | TooManyTests(15)"),
        ("a short one beside a cut one", format!("{} AND {}", list("id", 16), list("app_id", 5)), "5 | 10 6 | "),
        (
            "no room left for the third",
            format!("{} AND {} AND {}", list("id", 9), list("app_id", 9), list("user_id", 9)),
            "9 | 6 3 | TooManyTests(15)",
        ),
        ("arms of two tests", pairs(7), "14 |  | "),
        ("arms of two tests, cut", pairs(8), " | 14 2 | "),
        ("long values", long("id", 4, 400), "4 |  | "),
        ("long values, cut by length", long("id", 10, 400), " | 4 4 2 | "),
        ("a value longer than a filter", format!("id = '{:02000}'", 0), " |  | TooLong"),
        ("values longer than a filter", long("id", 4, 2_000), " |  | TooLong"),
        ("beside a short test", format!("id = '{:02000}' AND app_id = 'a'", 0), "1 |  | TooLong"),
        ("what is escaped counts as it travels", format!("id = '{}'", "%".repeat(600)), "1 |  | "),
        ("one more", format!("id = '{}'", "%".repeat(620)), " |  | TooLong"),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .map(|(name, sql, expected)| (name, shape(&scan(sql, ApiVersion::V1, None).plan()), expected))
        .filter(|(_, found, expected)| found != *expected)
        .map(|(name, found, expected)| format!("{name}: {found}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn parts_are_the_list_and_each_has_the_rest_of_the_filter() {
    let sql = format!("{} AND app_id = 'a' AND created_date_time >= '2026-05-01'", list("id", 17));
    let plan = scan(&sql, ApiVersion::V1, None).plan();
    let [stream] = &plan.streams[..] else { panic!("{plan:?}") };
    let filters: Vec<String> = stream.part_queries(stream.query.interval).iter().map(PageQuery::filter).collect();
    let begin = "createdDateTime ge 2026-05-01T00:00:00Z and appId eq 'a'";
    assert_eq!(stream.query.filter(), begin);
    let first: Vec<String> = (0..15).map(|n| format!("id eq '{n}'")).collect();
    assert_eq!(
        filters,
        [format!("{begin} and ({})", first.join(" or ")), format!("{begin} and (id eq '15' or id eq '16')")]
    );
}

#[test]
fn a_page_is_cut_only_where_the_filter_says_all() {
    let rows = [
        ("true", None, 999),
        ("true", Some(10), 50),
        ("true", Some(100), 200),
        ("true", Some(5_000), 999),
        ("app_id = 'x'", Some(10), 50),
        ("app_id = 'x'", None, 999),
        ("created_date_time >= '2026-05-01'", Some(10), 50),
        ("is_interactive", Some(10), 50),
        ("app_id <> 'x'", Some(10), 999),
        ("app_id = 'x' AND user_id IS NULL", Some(10), 999),
        ("lower(app_id) = 'x'", Some(10), 999),
    ];
    for (sql, limit, top) in rows {
        let plan = scan(sql, ApiVersion::Beta, limit).plan();
        let tops: Vec<Option<usize>> = plan.streams.iter().map(|s| s.query.top).collect();
        assert!(!tops.is_empty() && tops.iter().all(|t| *t == Some(top)), "{sql} LIMIT {limit:?}: {tops:?}");
    }
}

#[test]
fn every_stream_asks_for_its_kind_and_for_the_order() {
    let plan = Scan { order: Some(Direction::Descending), ..scan("app_id = 'x'", ApiVersion::Beta, None) }.plan();
    let urls: Vec<String> = plan.streams.iter().map(|s| s.query.readable()).collect();
    let kinds = ["interactiveUser", "nonInteractiveUser", "servicePrincipal", "managedIdentity"];
    let expected = kinds.map(|kind| {
        format!(
            "/beta/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq '{kind}') and appId eq 'x'\
             &$orderby=createdDateTime desc&$top=999"
        )
    });
    assert_eq!(urls, expected);
}

#[test]
fn with_pushdown_off_the_range_is_known_and_not_sent() {
    let sql = "app_id = 'x' AND created_date_time >= '2026-05-01' AND is_interactive";
    let plan = Scan { pushdown: false, ..scan(sql, ApiVersion::Beta, Some(10)) }.plan();
    assert!(plan.about.from.is_some());
    assert_eq!(plan.streams.len(), 4);
    assert!(plan.streams.iter().all(|s| s.query.clauses.is_empty() && s.query.interval.from.is_none()));
    assert!(plan.streams.iter().all(|s| s.query.top == Some(999)));
    assert!(plan.residual.iter().all(|r| format!("{:?}", r.reasons) == "[SwitchedOff]"), "{:?}", plan.residual);
}

/// Of the reports that take no OR: what each request says beside the time, and what stays here.
#[test]
fn where_no_filter_holds_an_or_each_alternative_is_a_request() {
    let rows = [
        ("user_id = 'a' AND app_id = 'b'", "userId eq 'a' and appId eq 'b'", ""),
        ("user_id IN ('a', 'b')", "userId eq 'a' | userId eq 'b'", ""),
        ("user_id = 'a' OR app_id = 'b'", "userId eq 'a' | appId eq 'b'", ""),
        (
            "user_id IN ('a', 'b') AND app_id = 'c'",
            "appId eq 'c' and userId eq 'a' | appId eq 'c' and userId eq 'b'",
            "",
        ),
        ("user_id IN ('a', 'b') AND app_id IN ('c', 'd', 'e')", "userId eq 'a' | userId eq 'b'", "NoOr"),
        ("(user_id = 'a' AND app_id = 'b') OR app_id = 'c'", "userId eq 'a' and appId eq 'b' | appId eq 'c'", ""),
        ("(user_id = 'a' AND app_id IN ('b', 'c')) OR app_id = 'd'", "", "NoOr"),
        ("user_principal_name = 'A@b'", "userPrincipalName eq 'A@b' | userPrincipalName eq 'a@b'", ""),
        ("login_status IN ('Success', 'Failure')", "", "EveryValue"),
    ];
    for (sql, expected, stays) in rows {
        let (set, pages) = (&SIGNIN_EVENTS, SIGNIN_EVENTS.pages().unwrap());
        let plan = Scan { set, pages, conjuncts: conjuncts(sql, set), ..scan("true", ApiVersion::Beta, None) }.plan();
        let [stream] = &plan.streams[..] else { panic!("{plan:?}") };
        let parts = stream.part_queries(stream.query.interval);
        let all = if parts.is_empty() { vec![stream.query.clone()] } else { parts };
        let filters: Vec<String> = all.iter().map(PageQuery::filter).collect();
        let reasons: Vec<String> = plan.residual.iter().flat_map(|r| &r.reasons).map(|r| format!("{r:?}")).collect();
        assert_eq!((filters.join(" | ").as_str(), reasons.join(" ").as_str()), (expected, stays), "{sql}");
    }
}

#[test]
fn a_cap_is_the_documented_one_unless_said_otherwise_and_only_where_there_is_one() {
    let cap = |set: &'static crate::table::EntitySet, record_cap| {
        let pages = set.pages().unwrap();
        Scan { set, pages, record_cap, ..scan("true", ApiVersion::Beta, Some(5)) }.plan().cap
    };
    assert_eq!((cap(&SIGNIN_EVENTS, None), cap(&SIGNIN_EVENTS, Some(7))), (Some(1_000_000), Some(7)));
    assert_eq!((cap(&crate::apis::aadgraph::AUDIT_EVENTS, Some(7)), cap(&SIGN_INS, Some(7))), (None, None));
}
