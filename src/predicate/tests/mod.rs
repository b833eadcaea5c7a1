//! What a predicate becomes, as tables: the SQL, the filter that is sent, why the rest stays on this side.
//!
//! Each row takes the whole way: SQL → physical expression → [`import`] → [`normal`] → [`bind`] → [`split`] → text. A row
//! that is wrong is printed as it should read. A predicate that cannot hold sends `nothing`.

mod declared;
mod elements;
mod reports;
mod times;
mod values;

use std::sync::{Arc, LazyLock};

use datafusion::common::DFSchema;
use datafusion::config::Dialect;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::{ANY_ELEMENT, Clause, Conjunct, Reason, Split, Value, bind, import, normal, split};
use crate::apis::graph::{DIRECTORY_AUDITS, SIGN_INS};
use crate::odata::filter::filter;
use crate::table::{ApiVersion, EntitySet, Op};
use crate::time::Interval;

/// Parses and types expressions. It knows no table.
static CONTEXT: LazyLock<SessionContext> = LazyLock::new(|| context(Dialect::PostgreSQL));

/// The same in a dialect that has words for tests of elements. Statements have EXISTS for it.
static WITH_LAMBDAS: LazyLock<SessionContext> = LazyLock::new(|| context(Dialect::DuckDB));

fn context(dialect: Dialect) -> SessionContext {
    let mut config = SessionConfig::new();
    config.options_mut().sql_parser.dialect = dialect;
    SessionContext::new_with_config(config)
}

/// The conjuncts of a predicate in SQL as a scan of the entity set gets them: typed, and simplified each by itself.
pub(crate) fn conjuncts(sql: &str, set: &EntitySet) -> Vec<Conjunct> {
    read(sql, set, true)
}

fn read(sql: &str, set: &EntitySet, simplified: bool) -> Vec<Conjunct> {
    let schema = set.arrow_schema();
    let names = Arc::new(DFSchema::try_from(schema.clone()).unwrap());
    let simplifier = ExprSimplifier::new(SimplifyContext::builder().with_schema(names.clone()).build());
    let physical = |expr| {
        let expr = simplifier.coerce(expr, &names)?;
        CONTEXT.create_physical_expr(if simplified { simplifier.simplify(expr)? } else { expr }, &names)
    };
    let context = if sql.contains(ANY_ELEMENT) { &WITH_LAMBDAS } else { &CONTEXT };
    let whole = context.parse_sql_expr(sql, &names).unwrap_or_else(|e| panic!("{sql}\n{e}"));
    let each = split_conjunction_owned(whole).into_iter().map(|expr| {
        let expr = physical(expr).unwrap_or_else(|e| panic!("{sql}\n{e}"));
        let predicate = normal(import(&expr, &schema));
        Conjunct { sql: predicate.to_string(), bound: bind(&predicate, set) }
    });
    each.collect()
}

/// What is sent, and what stays here.
fn outcome(conjuncts: &[Conjunct], set: &EntitySet, version: ApiVersion) -> (String, String) {
    let streams = split(conjuncts, set, version);
    let mut reasons: Vec<String> = Vec::new();
    for reason in streams.iter().flat_map(|stream| &stream.reasons).flatten().map(word) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    (sent(&streams, set, version), reasons.join(", "))
}

/// The filters without the clause that names the kind. Where the kinds are not all asked the same, each filter stands
/// behind the first letters of its kinds: `ns: appId eq 'x'`.
fn sent(streams: &[Split], set: &EntitySet, version: ApiVersion) -> String {
    let mut filters: Vec<(String, String)> = Vec::new();
    for stream in streams {
        let kind = stream.kind.map_or("", |kind| &kind.member[..1]);
        let text = filter(&clauses(stream, set));
        match filters.iter_mut().find(|(_, same)| *same == text) {
            Some((kinds, _)) => kinds.push_str(kind),
            None => filters.push((kind.into(), text)),
        }
    }
    let kinds = set.population().map_or(1, |p| if version == ApiVersion::Beta { p.kinds.len() } else { 1 });
    match &filters[..] {
        [] => "nothing".into(),
        [(_, text)] if streams.len() == kinds => text.clone(),
        some => some
            .iter()
            .map(|(kinds, text)| format!("{kinds}: {text}").trim_end().to_owned())
            .collect::<Vec<_>>()
            .join(" ; "),
    }
}

/// The bounds of the time range as the clauses that they are sent as, and the others.
fn clauses(stream: &Split, set: &EntitySet) -> Vec<Clause> {
    let others = stream.clauses.iter().map(|(_, clause)| clause.clone());
    let Some(time) = set.time_column() else { return others.collect() };
    let bound = |op, second: Option<i64>| {
        second.map(|s| Clause::Property { path: time.wire.into(), op, value: Value::Second(s) }).into_iter()
    };
    let until = if time.ops_in(ApiVersion::Beta).has(Op::Lt) { Op::Lt } else { Op::Le };
    let bounds = |of: Interval| bound(Op::Ge, of.first_second()).chain(bound(until, of.last_second()));
    let windows = stream.windows.iter().flat_map(|(_, windows)| windows);
    let one_of = Clause::or(windows.filter_map(|window| Clause::and(bounds(*window).collect())).collect());
    bounds(stream.interval).chain(one_of).chain(others).collect()
}

/// A reason in a word: the operator that is not documented, or the name of the situation.
fn word(reason: &Reason) -> String {
    match reason {
        Reason::NotDocumented { op, property } => format!("no {op} on {property}"),
        Reason::OneSidedOr(why) => format!("OneSidedOr({})", word(why)),
        other => format!("{other:?}"),
    }
}

/// Holds the rows of a table to what is so: `SQL | sent | stays`.
fn holds(set: &EntitySet, version: ApiVersion, table: &str) {
    hold(table, |sql| outcome(&conjuncts(sql, set), set, version));
}

fn hold(table: &str, outcome: impl Fn(&str) -> (String, String)) {
    let mut wrong = Vec::new();
    for row in table.lines().filter(|line| line.contains(" |")) {
        let [stays, sent, sql] = row.rsplitn(3, " |").map(str::trim).collect::<Vec<_>>()[..] else {
            panic!("a row has three cells: {row}")
        };
        let (found_sent, found_stays) = outcome(sql);
        if (sent, stays) != (&found_sent, &found_stays) {
            wrong.push(format!("{sql} | {found_sent} | {found_stays}"));
        }
    }
    assert!(wrong.is_empty(), "{} rows are wrong; they are\n{}", wrong.len(), wrong.join("\n"));
}

fn audits(table: &str) {
    holds(&DIRECTORY_AUDITS, ApiVersion::V1, table);
}

fn sign_ins(table: &str) {
    holds(&SIGN_INS, ApiVersion::Beta, table);
}

#[test]
fn and_sends_what_it_can_or_all_or_nothing() {
    audits(
        r"
        result = 'a' AND category = 'b'                           | result eq 'a' and category eq 'b' |
        result = 'a' AND category <> 'b'                          | result eq 'a'                   | no <> on category
        result = 'a' OR category = 'b'                            | (result eq 'a' or category eq 'b') |
        result = 'a' OR category <> 'b'                           |                                 | OneSidedOr(no <> on category)
        result = 'a' OR result = 'b' OR category = 'c'            | (result eq 'a' or result eq 'b' or category eq 'c') |
        (result = 'a' AND category = 'b') OR result = 'c'         | ((result eq 'a' and category eq 'b') or result eq 'c') |
        (result = 'a' AND category <> 'b') OR result = 'c'        | (result eq 'a' or result eq 'c') | no <> on category
        (result = 'a' OR category = 'b') AND result = 'a'         | (result eq 'a' or category eq 'b') and result eq 'a' |
        (result = 'a' OR upper(category) = 'B') AND id = '1'      | id eq '1'                       | OneSidedOr(Computed)
        NOT (result <> 'a' OR category <> 'b')                    | (result eq 'a' and category eq 'b') |
        NOT (result <> 'a' AND category <> 'b')                   | (result eq 'a' or category eq 'b') |
        NOT (result = 'a' OR category <> 'b')                     | category eq 'b'                 | no <> on result
        NOT (result = 'a' AND category <> 'b')                    |                                 | OneSidedOr(no <> on result)
        NOT (NOT result = 'a')                                    | result eq 'a'                   |
        true                                                      |                                 |
        false                                                     | nothing                         |
        result = 'a' AND false                                    | nothing                         |
        result = 'a' OR false                                     | result eq 'a'                   |
        result = 'a' OR true                                      |                                 |
        result = 'a' AND NULL                                     | nothing                         |
        ",
    );
}

#[test]
fn a_predicate_that_cannot_hold_sends_nothing() {
    audits(
        r#"
        result = 'a' AND result = 'b'                             | nothing                         |
        result = 'a' AND result = 'a'                             | result eq 'a' and result eq 'a' |
        result = 'a' AND category = 'b'                           | result eq 'a' and category eq 'b' |
        result IN ('a', 'b', 'c', 'd') AND result = 'e'           | nothing                         |
        result IN ('a', 'b', 'c', 'd') AND result = 'd'           | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') and result eq 'd' |
        result IN ('a', 'b') AND result IN ('c', 'd')             | nothing                         |
        result IN ('a', 'b') AND result IN ('b', 'c')             | (result eq 'a' or result eq 'b') and (result eq 'b' or result eq 'c') |
        result IN ('a', 'b') AND result IN ('b', 'c') AND result IN ('c', 'a') | nothing                         |
        result IN ('a', 'b') AND (result = 'c' OR category = 'd') | (result eq 'a' or result eq 'b') and (result eq 'c' or category eq 'd') |
        (result = 'a' OR result = 'b') AND (result = 'c' OR result = 'd') | nothing                         |
        (result = 'a' AND category = 'x') OR (result = 'b' AND category = 'y') | ((result eq 'a' and category eq 'x') or (result eq 'b' and category eq 'y')) |
        result = 'a' AND result <> 'a'                            | result eq 'a'                   | no <> on result
        result = 'a' AND result = 'A'                             | nothing                         |
        result = 'a' AND lower(result) = 'b'                      | result eq 'a'                   | AnySpelling
        result = 'a' AND result LIKE 'b%'                         | result eq 'a'                   | no startswith on result
        operation_type = 'a' AND operation_type = 'b'             | nothing                         |
        NOT (result <> 'a' OR result <> 'b')                      | nothing                         |
        initiated_by."user".id = 'a' AND initiated_by."user".id = 'b' | nothing                         |
        initiated_by."user".id = 'a' AND initiated_by.app.app_id = 'b' | initiatedBy/user/id eq 'a' and initiatedBy/app/appId eq 'b' |
        "#,
    );
}

#[test]
fn a_filter_is_bounded_below_if_all_of_its_alternatives_are() {
    let at = |op| Clause::Property { path: "t".into(), op, value: Value::Second(7) };
    let other = Clause::Property { path: "u".into(), op: Op::Ge, value: Value::Second(7) };
    let window = || Clause::And(vec![at(Op::Ge), at(Op::Lt)]);
    for (clause, bounded) in [
        (at(Op::Ge), true),
        (at(Op::Lt), false),
        (other.clone(), false),
        (window(), true),
        (Clause::Or(vec![window(), at(Op::Gt)]), true),
        (Clause::Or(vec![window(), other.clone()]), false),
        (Clause::Or(vec![window(), at(Op::Le)]), false),
        (Clause::And(vec![other, Clause::Or(vec![window(), window()])]), true),
    ] {
        assert_eq!(clause.is_bounded_below("t"), bounded, "{clause:?}");
    }
}
