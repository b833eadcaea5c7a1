//! What is said of scans without rows, as it is read.

use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field};
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::expressions::{BinaryExpr, Column, lit};
use datafusion::scalar::ScalarValue;

use super::*;
use crate::predicate::{Local, Pattern};
use crate::table::{ApiVersion, Family};

const TIME: &str = "created_date_time";
const NAME: &str = "user_principal_name";

/// Rows of a name and a time, in seconds.
fn rows(names: &[(&str, i64)]) -> RecordBatch {
    let texts: ArrayRef = Arc::new(StringViewArray::from(names.iter().map(|(name, _)| *name).collect::<Vec<_>>()));
    let times = TimestampMicrosecondArray::from(names.iter().map(|(_, at)| at * 1_000_000).collect::<Vec<_>>());
    let times: ArrayRef = Arc::new(times.with_timezone("UTC"));
    RecordBatch::try_from_iter([(NAME, texts), (TIME, times)]).unwrap()
}

type Pair = (Arc<dyn PhysicalExpr>, Predicate);

fn compared(column: &str, at: usize, op: Operator, value: ScalarValue, test: Test, sql: &str) -> Pair {
    let expr = BinaryExpr::new(Arc::new(Column::new(column, at)), op, lit(value));
    (Arc::new(expr), Predicate::Test { path: vec![column.into()], folded: false, test, sql: sql.into() })
}

fn equals(asked: &str) -> Pair {
    let test = Test::Compare(Comparison::Eq, Scalar::Text(asked.into()));
    compared(NAME, 0, Operator::Eq, ScalarValue::Utf8View(Some(asked.into())), test, &format!("{NAME} = '{asked}'"))
}

fn begins(asked: &str) -> Pair {
    let pattern = Pattern::Prefix(asked.into());
    let test = Test::Like { pattern, negated: false };
    let value = ScalarValue::Utf8View(Some(format!("{asked}%")));
    compared(NAME, 0, Operator::LikeMatch, value, test, &format!("{NAME} LIKE '{asked}%'"))
}

fn since(second: i64) -> Pair {
    let micros = second * 1_000_000;
    let value = ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into()));
    let test = Test::Compare(Comparison::GtEq, Scalar::Instant(micros));
    compared(TIME, 1, Operator::GtEq, value, test, &format!("{TIME} >= {second}"))
}

fn set() -> &'static EntitySet {
    crate::apis::ALL[0]
}

fn kinds() -> Because {
    Because::Kinds { asked: vec!["interactiveUser"], left_out: vec!["managedIdentity"] }
}

/// What is said after these records, with a plan that leaves kinds out.
fn said(conditions: Vec<Pair>, seen: &[(&str, i64)]) -> Vec<String> {
    told(&Watch::new(("entra.sign_ins", set()), vec![kinds()], conditions, None), seen)
}

fn told(watch: &Watch, seen: &[(&str, i64)]) -> Vec<String> {
    watch.see(&rows(seen), 0);
    let tally = Tally::default();
    watch.say(&tally);
    let text = |notice: &Notice| notice.to_string().replace("no rows from entra.sign_ins: ", "");
    tally.notices().iter().map(text).collect()
}

#[test]
fn the_condition_that_no_record_satisfies_is_the_cause() {
    let ada = [("ada@contoso.com", 10), ("bob@contoso.com", 20)];
    let case = "user_principal_name is never 'Ada@contoso.com': it is stored in lower case, so write \
                user_principal_name = 'ada@contoso.com'";
    let like = "user_principal_name LIKE 'ADA%' matches no record, but would match 'ada@contoso.com' if case were \
                ignored; ILIKE ignores case";
    let blank = "user_principal_name is never 'ada@contoso.com ', but it is 'ada@contoso.com': leading and trailing spaces count";
    let range = "created_date_time of the records read is between 1970-01-01T00:00:10Z and 1970-01-01T00:00:20Z; the \
                 query's range is from 1970-01-01T00:00:30Z";
    for (conditions, expected) in [
        (vec![equals("Ada@contoso.com")], vec![case]),
        (vec![begins("ADA")], vec![like]),
        (vec![equals("ada@contoso.com ")], vec![blank]),
        (
            vec![equals("nobody@contoso.com")],
            vec!["none of the 2 record(s) read satisfies user_principal_name = 'nobody@contoso.com'"],
        ),
        (vec![since(30)], vec![range]),
        (vec![since(30), equals("ada@contoso.com")], vec![range]),
        (vec![since(15), equals("Ada@contoso.com")], vec![case]),
        (
            vec![since(15), equals("ada@contoso.com")],
            vec!["each condition is satisfied by some of the 2 record(s) read, but none satisfies all of them"],
        ),
    ] {
        assert_eq!(said(conditions, &ada), expected);
    }
}

#[test]
fn without_any_record_only_the_plan_and_the_texts_tell() {
    for (conditions, expected) in [
        (
            vec![equals("nobody@contoso.com")],
            "the conditions select interactiveUser records only; managedIdentity records were left out",
        ),
        (
            vec![equals("ada ")],
            "'ada ' has leading or trailing spaces, and they count; try user_principal_name = 'ada'",
        ),
    ] {
        assert_eq!(said(conditions, &[]), [expected]);
    }
    let no_kinds = |conditions| told(&Watch::new(("entra.sign_ins", set()), Vec::new(), conditions, None), &[]);
    assert_eq!(
        no_kinds(vec![equals("nobody@contoso.com")]),
        ["the service returned no records for the conditions sent"]
    );
    assert_eq!(no_kinds(Vec::new()), ["the service returned no records at all"]);
}

fn equal(column: &str, asked: &str) -> Pair {
    let test = Test::Compare(Comparison::Eq, Scalar::Text(asked.into()));
    let sql = format!("{column} = '{asked}'");
    let path = column.split('.').map(str::to_owned).collect();
    (lit(false), Predicate::Test { path, folded: false, test, sql })
}

#[test]
fn a_text_that_was_meant_as_something_else_says_so() {
    for (column, asked, part) in [
        ("ip_address", "203.0.113.0/24", Some("ip_in(ip_address, '203.0.113.0/24')")),
        ("ip_address", "ips.txt", Some("ip_address IN (SELECT value FROM 'ips.txt')")),
        (NAME, "ana*", Some("user_principal_name LIKE 'ana%'")),
        // It may have been written behind LIKE, which is planned as = where nothing stands for other characters.
        (NAME, "*ana*", Some("* stands for itself; user_principal_name LIKE '%ana%'")),
        (NAME, "ana%", Some("% stands for itself with =")),
        (NAME, "ana.silva", Some("user_principal_name LIKE 'ana.silva@%'")),
        ("location.country_or_region", "Germany", Some("two-letter codes")),
        ("location.country_or_region", "de", Some("'DE'")),
        ("location.country_or_region", "DE", None),
        ("ip_address", "203.0.113.7", None),
        (NAME, "ana.silva@contoso.com", None),
        // A name of a file is one in a column of names.
        ("app_display_name", "list.txt", None),
    ] {
        let watch = Watch::new(("entra.sign_ins", set()), Vec::new(), vec![equal(column, asked)], None);
        let told = told(&watch, &[]).remove(0);
        let none = told == "the service returned no records for the conditions sent";
        assert!(part.map_or(none, |part| told.contains(part)), "{asked}: {told}");
    }
}

#[test]
fn bounds_that_are_the_wrong_way_round_are_the_reason() {
    let bound = |comparison, second: i64| {
        let test = Test::Compare(comparison, Scalar::Instant(second * 1_000_000));
        (lit(false), Predicate::Test { path: vec![TIME.into()], folded: false, test, sql: "bound".into() })
    };
    let said = |from, to| {
        let conditions = vec![bound(Comparison::GtEq, from), bound(Comparison::LtEq, to)];
        told(&Watch::new(("entra.sign_ins", set()), vec![Because::Contradiction], conditions, None), &[])
    };
    let reversed = "no created_date_time is at least 1970-01-01T00:00:09Z and at most 1970-01-01T00:00:05Z: the bounds are \
                    the wrong way round";
    assert_eq!(said(9, 5), [reversed]);
    assert!(said(5, 9)[0].contains("contradict"));
    // An instant is no empty range.
    assert!(said(5, 5)[0].contains("contradict"));
}

#[test]
fn a_range_that_ends_where_it_begins_is_empty() {
    let bound = |comparison, value| {
        let test = Test::Compare(comparison, value);
        (lit(false), Predicate::Test { path: vec!["x".into()], folded: false, test, sql: "bound".into() })
    };
    let said =
        |pairs: Vec<Pair>| told(&Watch::new(("entra.sign_ins", set()), vec![Because::Contradiction], pairs, None), &[]);
    let number = |n| Scalar::Int(n);
    for (from, to) in
        [(Comparison::GtEq, Comparison::Lt), (Comparison::Gt, Comparison::LtEq), (Comparison::Gt, Comparison::Lt)]
    {
        let empty = ["the range of x is empty: it starts and ends at 5"];
        assert_eq!(said(vec![bound(from, number(5)), bound(to, number(5))]), empty);
        assert_eq!(said(vec![bound(to, number(5)), bound(from, number(5)), bound(to, number(9))]), empty);
        assert!(said(vec![bound(from, number(5)), bound(to, number(7))])[0].contains("contradict"));
        // Of what cannot be compared nothing is known.
        assert!(said(vec![bound(from, Scalar::Pending), bound(to, Scalar::Pending)])[0].contains("contradict"));
    }
}

#[test]
fn the_range_of_time_that_was_asked_for_is_shown() {
    let watch = Watch::new(("entra.sign_ins", set()), Vec::new(), vec![since(30)], None);
    assert_eq!(
        told(&watch, &[]),
        ["the service returned no records for the conditions sent, from 1970-01-01T00:00:30Z"]
    );
}

#[test]
fn keys_of_a_join_without_a_record_are_the_reason() {
    let keyed_by = |key: Predicate, conditions| {
        Watch::new(("entra.sign_ins", set()), Vec::new(), conditions, None).keyed(std::iter::once(key))
    };
    let watch = || keyed_by(equals("ada").1, Vec::new());
    let none = "no record here fits the keys or times that the join's other side has";
    assert_eq!((told(&watch(), &[]), told(&watch(), &[("ada", 1)])), (vec![none.into()], vec![none.into()]));
    // Keys that are networks equal no address, whatever else is asked.
    let key = |asked: &str| {
        let test = Test::Compare(Comparison::Eq, Scalar::Text(asked.into()));
        Predicate::Test { path: vec!["ip_address".into()], folded: false, test, sql: "key".into() }
    };
    let network = "'192.0.2.0/24' is a network, and ip_address is compared with it as text; ip_in(ip_address, '192.0.2.0/24') looks into it";
    assert_eq!(told(&keyed_by(key("192.0.2.0/24"), vec![since(0)]), &[]), [network]);
    assert_eq!(told(&keyed_by(key("192.0.2.0/24"), Vec::new()), &[("ada", 1)]), [network]);
    assert!(told(&keyed_by(key("192.0.2.1"), vec![since(0)]), &[])[0].starts_with("the service returned no records"));
}

#[test]
fn a_kept_row_ends_the_search() {
    let watch = Watch::new(("entra.sign_ins", set()), vec![kinds()], vec![equals("Ada")], None);
    watch.see(&rows(&[("ada", 1)]), 0);
    watch.see(&rows(&[("Ada", 1)]), 1);
    assert_eq!(told(&watch, &[("ada", 1)]), [left_out(2, "ada")]);
}

fn left_out(count: u64, stored: &str) -> String {
    format!(
        "entra.sign_ins: {count} record(s) were left out whose {NAME} differs in case alone from what it is compared with, \
         such as '{stored}'; lower({NAME}) ignores case"
    )
}

#[test]
fn records_of_a_service_in_another_case_are_told_beside_those_that_are_kept() {
    let watch = |conditions| Watch::new(("entra.sign_ins", set()), Vec::new(), conditions, None);
    // Of those in another case, one is too early.
    let of_condition = watch(vec![equals("Ada"), since(5)]);
    of_condition.see(&rows(&[("ada", 1), ("Ada", 6), ("ADA", 7), ("bob", 8)]), 1);
    assert_eq!(told(&of_condition, &[]), [left_out(1, "ADA")]);
    // The keys of a join are not conditions of the scan: it keeps what came.
    let of_keys = watch(vec![since(5)]).keyed(std::iter::once(equals("ada").1));
    of_keys.see(&rows(&[("Ada", 6), ("ada", 7)]), 2);
    assert_eq!(told(&of_keys, &[]), [left_out(1, "Ada")]);
    // Short lists come as OR; what has its exact name is not left out.
    let or = (lit(true), Predicate::Or(vec![equals("Ada").1, equals("ada").1]));
    let of_list = watch(vec![or]);
    of_list.see(&rows(&[("Ada", 6), ("ada", 7)]), 2);
    assert_eq!(told(&of_list, &[]), [""; 0]);
    let of_files = Watch::new(("entra.sign_ins", set()), Vec::new(), vec![equals("Ada")], Some(Arc::default()));
    of_files.see(&rows(&[("Ada", 6), ("ada", 7)]), 1);
    assert_eq!(told(&of_files, &[]), [""; 0]);
}

#[test]
fn texts_that_say_little_by_their_order_are_told() {
    let by_order = |column: &str, comparison, text: &str| {
        let test = Test::Compare(comparison, Scalar::Text(text.into()));
        let path = column.split('.').map(str::to_owned).collect();
        (lit(true), Predicate::Test { path, folded: false, test, sql: String::new() })
    };
    for (column, comparison, text, part) in [
        ("ip_address", Comparison::GtEq, "203.0.113.7", "as text: ip_in(ip_address, '203.0.113.0/24') looks into"),
        ("ip_address", Comparison::Lt, "2001:db8::7", "ip_in(ip_address, '2001:db8::/64')"),
        ("ip_address", Comparison::Gt, "203.", "ip_in(ip_address, '203.0.113.0/24')"),
        ("risk_level_during_sign_in", Comparison::GtEq, "medium", "risk_level_during_sign_in IN ('medium', …), of "),
        ("ip_address", Comparison::GtEq, "", ""),
        ("ip_address", Comparison::Eq, "203.0.113.7", ""),
        (NAME, Comparison::Gt, "b", ""),
        ("risk_level_during_sign_in", Comparison::NotEq, "none", ""),
    ] {
        let condition = by_order(column, comparison, text);
        let watch = Watch::new(("entra.sign_ins", set()), Vec::new(), vec![condition], None);
        watch.see(&rows(&[("ada", 1)]), 1);
        let said = told(&watch, &[]);
        match part {
            "" => assert_eq!(said, [""; 0], "{column} {text}"),
            part => assert!(matches!(&said[..], [one] if one.contains(part)), "{column} {text}: {said:?}"),
        }
    }
}

#[test]
fn files_tell_what_they_hold() {
    let held = Arc::new(Held::default());
    let watch =
        |held: &Arc<Held>| Watch::new(("entra.sign_ins", set()), Vec::new(), vec![equals("a")], Some(Arc::clone(held)));
    held.file("empty.json".into());
    assert_eq!(told(&watch(&held), &[]), ["the 1 file(s) read hold no records at all (first: empty.json)"]);
    held.file("log.csv".into());
    held.record(Family::Activity);
    assert_eq!(told(&watch(&held), &[]), ["the 2 file(s) read hold no records of this table, only of m365.activity"]);
}

#[test]
fn an_element_of_a_list_in_another_case_is_found() {
    let values: ArrayRef = Arc::new(StringViewArray::from(vec!["interactiveUser"]));
    let field = Arc::new(Field::new("item", DataType::Utf8View, true));
    let list = ListArray::new(field, arrow::buffer::OffsetBuffer::from_lengths([1]), values, None);
    let rows = RecordBatch::try_from_iter([("sign_in_event_types", Arc::new(list) as ArrayRef)]).unwrap();
    let has = Predicate::Test {
        path: vec!["sign_in_event_types".into()],
        folded: false,
        test: Test::Has { value: Scalar::Text("InteractiveUser".into()), negated: false },
        sql: "array_has(sign_in_event_types, 'InteractiveUser')".into(),
    };
    let watch = Watch::new(("entra.sign_ins", set()), Vec::new(), vec![(lit(false), has)], None);
    watch.see(&rows, 0);
    assert_eq!(
        told(&watch, &[]),
        ["array_has(sign_in_event_types, 'InteractiveUser') matches no record, but would match 'interactiveUser' if \
          case were ignored"]
    );
}

#[test]
fn a_condition_that_fails_by_itself_is_not_blamed() {
    let fails = BinaryExpr::new(lit(1), Operator::Divide, lit(0));
    let opaque = Predicate::Opaque { sql: "1 / 0".into(), why: Local::Computed };
    let conditions = vec![(Arc::new(fails) as Arc<dyn PhysicalExpr>, opaque), equals("nobody@contoso.com")];
    assert_eq!(
        said(conditions, &[("ada", 1)]),
        ["none of the 1 record(s) read satisfies user_principal_name = 'nobody@contoso.com'"]
    );
}

#[test]
fn the_plan_names_what_it_leaves_out() {
    let version = ApiVersion::Beta;
    let (set, pages) = (set(), set().pages().unwrap());
    let scan = crate::plan::Scan {
        set,
        pages,
        version,
        tenant: "".into(),
        record_cap: None,
        columns: Vec::new(),
        conjuncts: Vec::new(),
        keys: Vec::new(),
        order: None,
        limit: None,
        pushdown: true,
    };
    assert_eq!(of_plan(&scan.plan(), 0), []);
    assert_eq!(of_files(&FilePlan::new(set, &[], None), 0), []);
}

#[test]
fn a_time_finer_than_the_column_is_the_reason() {
    let finer = |comparison, op| {
        let value = ScalarValue::TimestampMicrosecond(Some(crate::predicate::NO_MICROSECOND), Some("UTC".into()));
        compared(TIME, 1, op, value, Test::Compare(comparison, Scalar::Finer(5)), "finer")
    };
    let said = |pair| told(&Watch::new(("entra.sign_ins", set()), vec![Because::Contradiction], vec![pair], None), &[]);
    let reason = format!("{TIME} has microseconds and never equals a finer time; use six digits, or a range");
    assert_eq!(said(finer(Comparison::Eq, Operator::Eq)), [reason]);
    // Of the elements of a list, too.
    let (expr, test) = finer(Comparison::Eq, Operator::Eq);
    let Predicate::Test { test, sql, .. } = test else { panic!("it is a test") };
    let path = vec!["plans".to_owned(), crate::predicate::ELEMENT.to_owned(), "since".to_owned()];
    let test = Box::new(Predicate::Test { path, folded: false, test, sql });
    let of_elements = said((expr, Predicate::Any { test, sql: "EXISTS".into() }));
    assert_eq!(of_elements, ["plans.since has microseconds and never equals a finer time; use six digits, or a range"]);
    assert_eq!(said(finer(Comparison::Lt, Operator::Lt)).len(), 1, "the contradiction stays");
}

#[test]
fn an_instant_is_no_reason_where_a_record_is_of_it() {
    let instant = |second: i64| {
        let micros = second * 1_000_000;
        let value = ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into()));
        compared(TIME, 1, Operator::Eq, value, Test::Compare(Comparison::Eq, Scalar::Instant(micros)), "at")
    };
    let said = |second: i64| {
        let reasons = vec![Because::Instant { column: TIME, at: "then".into() }];
        told(
            &Watch::new(("entra.sign_ins", set()), reasons, vec![instant(second), equals("bob@contoso.com")], None),
            &[("ada@contoso.com", 1)],
        )
    };
    assert_eq!(said(1).len(), 1);
    assert!(said(1)[0].ends_with("user_principal_name = 'bob@contoso.com'"), "{:?}", said(1));
    assert!(said(2)[0].contains("a single instant"), "{:?}", said(2));
}

#[test]
fn a_name_of_a_value_in_quotes_is_called_a_text() {
    assert_eq!(
        said(vec![equals(":user")], &[("ada", 1)]),
        ["':user' in quotes is a text; without them it is the value that \\set gives: user_principal_name = :user"]
    );
}
