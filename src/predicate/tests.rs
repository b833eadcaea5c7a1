//! What a predicate becomes, as tables: the SQL, the filter that is sent, why the rest stays on this side.
//!
//! Each row takes the whole way: SQL → physical expression → [`import`] → [`normal`] → [`bind`] → [`split`] → text. A row
//! that is wrong is printed as it should read. A predicate that cannot hold sends `nothing`.

use std::sync::{Arc, LazyLock};

use datafusion::common::DFSchema;
use datafusion::config::Dialect;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::utils::split_conjunction_owned;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::{ANY_ELEMENT, Clause, Conjunct, Reason, Split, Value, bind, import, normal, split};
use crate::apis;
use crate::apis::aadgraph::{AUDIT_EVENTS, SIGNIN_EVENTS};
use crate::apis::graph::{DIRECTORY_AUDITS, SIGN_INS};
use crate::odata::filter::filter;
use crate::table::{ApiVersion, Case, Column, Edm, EntitySet, Op, Ops};
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
fn of_text_only_equality_is_sent() {
    audits(
        r"
        result = 'failure'                                        | result eq 'failure'             |
        'failure' = result                                        | result eq 'failure'             |
        result = 'O''Neil'                                        | result eq 'O''Neil'             |
        result = 'a%b_c'                                          | result eq 'a%b_c'               |
        result <> 'failure'                                       |                                 | no <> on result
        result < 'failure'                                        |                                 | TextOrder
        result <= 'failure'                                       |                                 | TextOrder
        result > 'failure'                                        |                                 | TextOrder
        'failure' <= result                                       |                                 | TextOrder
        result BETWEEN 'a' AND 'b'                                |                                 | TextOrder
        result = ''                                               |                                 | EmptyText
        result = 'a' || chr(9)                                    |                                 | ControlCharacter
        result IS NOT DISTINCT FROM 'failure'                     | result eq 'failure'             | Null
        result IS DISTINCT FROM 'failure'                         |                                 | Computed
        result = category                                         |                                 | Computed
        upper(result) = 'FAILURE'                                 |                                 | Computed
        result || 'x' = 'ax'                                      |                                 | Computed
        operation_type = 'Add'                                    |                                 | no eq on operationType
        result_reason = ''                                        |                                 | EmptyText
        ",
    );
}

#[test]
fn numbers_and_flags_are_sent_as_they_are_or_stay() {
    sign_ins(
        r"
        status.error_code = 50126                                 | status/errorCode eq 50126       |
        50126 = status.error_code                                 | status/errorCode eq 50126       |
        status.error_code = -1                                    | status/errorCode eq -1          |
        status.error_code = 50126 + 1                             | status/errorCode eq 50127       |
        status.error_code <> 0                                    |                                 | no <> on status/errorCode
        status.error_code > 0                                     |                                 | no ge on status/errorCode
        status.error_code >= 1                                    |                                 | no ge on status/errorCode
        status.error_code < 1                                     |                                 | no le on status/errorCode
        status.error_code <= 0                                    |                                 | no le on status/errorCode
        status.error_code = 1.5                                   |                                 | Type
        status.error_code + 1 = 2                                 |                                 | Computed
        device_detail.is_managed                                  |                                 | no eq on deviceDetail/isManaged
        NOT device_detail.is_managed                              |                                 | no eq on deviceDetail/isManaged
        device_detail.is_managed = false                          |                                 | no eq on deviceDetail/isManaged
        location.geo_coordinates.latitude > 50                    |                                 | no ge on location/geoCoordinates/latitude
        ",
    );
}

#[test]
fn a_list_of_values_is_sent_whole_or_stays() {
    audits(
        r"
        result IN ('success')                                     | result eq 'success'             |
        result IN ('success', 'failure')                          | (result eq 'success' or result eq 'failure') |
        result IN ('a', 'b', 'c', 'd', 'e')                       | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd' or result eq 'e') |
        result IN ('a', 'b', 'a', 'c', 'd', 'b')                  | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') |
        result IN ('a', 'b', 'c', 'd', NULL)                      | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') |
        result IN ('a', 'b', 'c', 'd', '')                        |                                 | EmptyText
        result IN ('a', 'b', 'c', 'd', chr(9))                    |                                 | ControlCharacter
        result IN (NULL)                                          | nothing                         |
        result NOT IN ('a', 'b', 'c', 'd', 'e')                   |                                 | no NOT IN on result
        result NOT IN ('a')                                       |                                 | no <> on result
        result NOT IN ('a', 'b', 'c', 'd', NULL)                  | nothing                         |
        NOT (result NOT IN ('a', 'b', 'c', 'd'))                  | (result eq 'a' or result eq 'b' or result eq 'c' or result eq 'd') |
        operation_type IN ('a', 'b', 'c', 'd')                    |                                 | no eq on operationType
        result IN ('a', category)                                 |                                 | OneSidedOr(Computed)
        ",
    );
}

#[test]
fn of_a_pattern_its_beginning_is_sent_where_that_is_documented() {
    audits(
        r"
        activity_display_name LIKE 'Add%'                         | startswith(activityDisplayName,'Add') |
        activity_display_name LIKE 'O''N%'                        | startswith(activityDisplayName,'O''N') |
        activity_display_name LIKE 'Add_member%'                  | startswith(activityDisplayName,'Add') |
        activity_display_name LIKE 'Add%role'                     | startswith(activityDisplayName,'Add') |
        activity_display_name LIKE 'Add\_%'                       | startswith(activityDisplayName,'Add_') |
        activity_display_name LIKE '50\%'                         | activityDisplayName eq '50%'    |
        activity_display_name LIKE 'Add member'                   | activityDisplayName eq 'Add member' |
        activity_display_name LIKE ''                             |                                 | EmptyText
        activity_display_name LIKE '%role'                        |                                 | no endswith on activityDisplayName
        activity_display_name LIKE '%member%'                     |                                 | no contains on activityDisplayName
        activity_display_name LIKE '%a%b%'                        |                                 | FreePattern
        activity_display_name LIKE '_dd'                          |                                 | FreePattern
        activity_display_name LIKE '%'                            |                                 | Computed
        activity_display_name NOT LIKE 'Add%'                     |                                 | no NOT LIKE on activityDisplayName
        activity_display_name NOT LIKE 'Add'                      |                                 | no <> on activityDisplayName
        NOT activity_display_name NOT LIKE 'Add%'                 | startswith(activityDisplayName,'Add') |
        starts_with(activity_display_name, 'Add')                 | startswith(activityDisplayName,'Add') |
        starts_with(activity_display_name, 'A%_')                 | startswith(activityDisplayName,'A%_') |
        starts_with(activity_display_name, '')                    |                                 | Computed
        activity_display_name LIKE 'Add' || chr(10) || '%'        |                                 | ControlCharacter
        activity_display_name LIKE category                       |                                 | Computed
        activity_display_name ~ '^Add'                            | startswith(activityDisplayName,'Add') |
        activity_display_name ~ '^A.*d$'                          |                                 | Computed
        result LIKE 'fail%'                                       |                                 | no startswith on result
        ",
    );
}

#[test]
fn what_ignores_case_stays() {
    audits(
        r"
        activity_display_name ILIKE 'add%'                        |                                 | AnySpelling
        activity_display_name ILIKE 'Add'                         |                                 | AnySpelling
        activity_display_name NOT ILIKE 'add%'                    |                                 | AnySpelling
        lower(result) = 'failure'                                 |                                 | AnySpelling
        lower(result) IN ('a', 'b', 'c', 'd')                     |                                 | AnySpelling
        lower(result) LIKE 'fail%'                                |                                 | AnySpelling
        lower(result) IS NULL                                     |                                 | AnySpelling
        lower(result) = 'a' AND lower(result) = 'b'               |                                 | AnySpelling
        lower(result) = 'a' AND category = 'b'                    | category eq 'b'                 | AnySpelling
        ",
    );
}

#[test]
fn a_column_stored_in_lower_case_is_asked_for_in_both_spellings() {
    sign_ins(
        r"
        user_principal_name = 'ana@x.example'                     | userPrincipalName eq 'ana@x.example' |
        user_principal_name = 'Ana@x.example'                     | (userPrincipalName eq 'Ana@x.example' or userPrincipalName eq 'ana@x.example') |
        user_principal_name LIKE 'Ana%'                           | (startswith(userPrincipalName,'Ana') or startswith(userPrincipalName,'ana')) |
        user_principal_name IN ('A', 'b', 'C', 'd')               | (userPrincipalName eq 'A' or userPrincipalName eq 'a' or userPrincipalName eq 'b' or userPrincipalName eq 'C' or userPrincipalName eq 'c' or userPrincipalName eq 'd') |
        lower(user_principal_name) = 'ana@x.example'              |                                 | AnySpelling
        user_principal_name ILIKE 'ana%'                          |                                 | AnySpelling
        user_principal_name <> 'Ana'                              |                                 | no <> on userPrincipalName
        user_principal_name = 'A' AND user_principal_name = 'a'   | nothing                         |
        user_display_name = 'Ana'                                 | userDisplayName eq 'Ana'        |
        ",
    );
}

#[test]
fn tests_for_null_stay() {
    audits(
        r#"
        result IS NULL                                            |                                 | Null
        result IS NOT NULL                                        |                                 | Null
        NOT (result IS NULL)                                      |                                 | Null
        initiated_by."user" IS NULL                               |                                 | Null
        result = 'a' OR result IS NULL                            |                                 | OneSidedOr(Null)
        result = 'a' AND result IS NOT NULL                       | result eq 'a'                   | Null
        activity_date_time IS NULL                                |                                 | Null
        result = NULL                                             | nothing                         |
        NOT (result = NULL)                                       | nothing                         |
        "#,
    );
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
fn a_time_is_sent_as_the_whole_seconds_around_it() {
    audits(
        r"
        activity_date_time >= '2026-05-01T00:00:00Z'              | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time >= '2026-05-01T00:00:00.5Z'            | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time > '2026-05-01T00:00:00Z'               | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time > '2026-05-01T00:00:00.999999Z'        | activityDateTime ge 2026-05-01T00:00:01Z |
        activity_date_time < '2026-05-01T00:00:00Z'               | activityDateTime le 2026-05-01T00:00:00Z |
        activity_date_time < '2026-05-01T00:00:00.5Z'             | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time <= '2026-05-01T00:00:00Z'              | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time <= '2026-05-01T00:00:00.999999Z'       | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time = '2026-05-01T00:00:00.5Z'             | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time <> '2026-05-01T00:00:00Z'              |                                 | no <> on activityDateTime
        '2026-05-01T00:00:00Z' <= activity_date_time              | activityDateTime ge 2026-05-01T00:00:00Z |
        NOT (activity_date_time < '2026-05-01T00:00:00Z')         | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time < '2026-05-01'                         | activityDateTime le 2026-05-01T00:00:00Z |
        activity_date_time >= '2026-05-01T02:00:00+02:00'         | activityDateTime ge 2026-05-01T00:00:00Z |
        activity_date_time < '1969-12-31T23:59:59.5Z'             | activityDateTime le 1970-01-01T00:00:00Z |
        activity_date_time BETWEEN '2026-05-01T00:00:00Z' AND '2026-05-02T00:00:00Z' | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-02T00:00:01Z |
        activity_date_time NOT BETWEEN '2026-05-01T00:00:00Z' AND '2026-05-02T00:00:00Z' | (activityDateTime le 2026-05-01T00:00:00Z or activityDateTime ge 2026-05-02T00:00:00Z) |
        activity_date_time >= '2026-05-01T00:00:00Z' AND activity_date_time < '2026-05-01T00:00:00Z' | nothing                         |
        activity_date_time >= '2026-05-01T00:00:00Z' AND activity_date_time <= '2026-05-01T00:00:00Z' | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time > '2026-05-02T00:00:00Z' AND activity_date_time < '2026-05-01T00:00:00Z' | nothing                         |
        ",
    );
}

#[test]
fn times_in_an_or_are_sent_as_their_hull_and_as_they_are() {
    audits(
        r"
        activity_date_time < '2026-05-01' OR activity_date_time > '2026-05-03' | (activityDateTime le 2026-05-01T00:00:00Z or activityDateTime ge 2026-05-03T00:00:00Z) |
        activity_date_time IN ('2026-05-01', '2026-05-03')        | activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-03T00:00:01Z and ((activityDateTime ge 2026-05-01T00:00:00Z and activityDateTime le 2026-05-01T00:00:01Z) or (activityDateTime ge 2026-05-03T00:00:00Z and activityDateTime le 2026-05-03T00:00:01Z)) |
        (activity_date_time > '2026-05-01' AND result = 'a') OR (activity_date_time > '2026-05-03' AND result = 'b') | activityDateTime ge 2026-05-01T00:00:00Z and ((activityDateTime ge 2026-05-01T00:00:00Z and result eq 'a') or (activityDateTime ge 2026-05-03T00:00:00Z and result eq 'b')) |
        activity_date_time > '2026-05-01' OR result = 'a'         | (activityDateTime ge 2026-05-01T00:00:00Z or result eq 'a') |
        activity_date_time > '2026-05-01' OR result <> 'a'        |                                 | OneSidedOr(no <> on result)
        (activity_date_time > '2026-05-01' AND result <> 'a') OR activity_date_time > '2026-05-03' | activityDateTime ge 2026-05-01T00:00:00Z and (activityDateTime ge 2026-05-01T00:00:00Z or activityDateTime ge 2026-05-03T00:00:00Z) | no <> on result
        ",
    );
}

/// As they come where DataFusion has not cut a literal down to the unit of the column: the value of a subquery.
#[test]
fn a_time_finer_than_a_microsecond_lies_between_two_of_them() {
    hold(
        r"
        activity_date_time::timestamp >= TIMESTAMP '2026-05-01T00:00:00.9999995' | activityDateTime ge 2026-05-01T00:00:01Z |
        activity_date_time::timestamp > TIMESTAMP '2026-05-01T00:00:00.9999995' | activityDateTime ge 2026-05-01T00:00:01Z |
        activity_date_time::timestamp < TIMESTAMP '2026-05-01T00:00:00.0000005' | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time::timestamp <= TIMESTAMP '2026-05-01T00:00:00.0000005' | activityDateTime le 2026-05-01T00:00:01Z |
        activity_date_time::timestamp = TIMESTAMP '2026-05-01T00:00:00.0000005' | nothing                         |
        activity_date_time::timestamp <> TIMESTAMP '2026-05-01T00:00:00.0000005' |                                 | Null
        activity_date_time::timestamp IN (TIMESTAMP '2026-05-01T00:00:00.0000005') | nothing                         |
        ",
        |sql| outcome(&read(sql, &DIRECTORY_AUDITS, false), &DIRECTORY_AUDITS, ApiVersion::V1),
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
fn fields_are_asked_for_by_their_path() {
    sign_ins(
        r"
        location.city = 'Lisbon'                                  | location/city eq 'Lisbon'       |
        location.city LIKE 'Lis%'                                 | startswith(location/city,'Lis') |
        location['city'] = 'Lisbon'                               | location/city eq 'Lisbon'       |
        location.country_or_region IN ('PT', 'ES', 'FR', 'IT')    | (location/countryOrRegion eq 'PT' or location/countryOrRegion eq 'ES' or location/countryOrRegion eq 'FR' or location/countryOrRegion eq 'IT') |
        lower(location.city) = 'lisbon'                           |                                 | AnySpelling
        location IS NULL                                          |                                 | Null
        location.city IS NULL                                     |                                 | Null
        device_detail.device_id = 'x'                             |                                 | no eq on deviceDetail/deviceId
        ",
    );
    audits(
        r#"
        initiated_by."user".user_principal_name LIKE 'Ana%'       | startswith(initiatedBy/user/userPrincipalName,'Ana') |
        initiated_by.app.display_name = 'x'                       | initiatedBy/app/displayName eq 'x' |
        target_resources[1]['id'] = 'x'                           |                                 | Computed
        "#,
    );
}

#[test]
fn an_element_of_a_list_is_asked_for_by_any() {
    sign_ins(
        r"
        array_has(risk_event_types_v2, 'generic')                 | riskEventTypes_v2/any(t: t eq 'generic') |
        'generic' = ANY(risk_event_types_v2)                      | riskEventTypes_v2/any(t: t eq 'generic') |
        array_has(risk_event_types_v2, 'a') AND array_has(risk_event_types_v2, 'b') | riskEventTypes_v2/any(t: t eq 'a') and riskEventTypes_v2/any(t: t eq 'b') |
        array_has_all(risk_event_types_v2, ['a', 'b'])            | (riskEventTypes_v2/any(t: t eq 'a') and riskEventTypes_v2/any(t: t eq 'b')) |
        array_has_any(risk_event_types_v2, ['a', 'b'])            | (riskEventTypes_v2/any(t: t eq 'a') or riskEventTypes_v2/any(t: t eq 'b')) |
        array_has_any(risk_event_types_v2, ['a', ''])             |                                 | OneSidedOr(EmptyText)
        NOT array_has(risk_event_types_v2, 'generic')             |                                 | no NOT array_has on riskEventTypes_v2
        array_has(risk_event_types_v2, '')                        |                                 | EmptyText
        array_has(risk_event_types_v2, 'a' || chr(9))             |                                 | ControlCharacter
        array_has(authentication_methods_used, 'x')               |                                 | no array_has on authenticationMethodsUsed
        risk_event_types_v2 IS NULL                               |                                 | Null
        risk_event_types_v2[1] = 'generic'                        |                                 | Computed
        cardinality(risk_event_types_v2) > 0                      |                                 | Computed
        ",
    );
}

#[test]
fn tests_of_an_element_are_sent_one_by_one() {
    audits(
        r"
        array_any_match(target_resources, t -> t['id'] = 'x') IS TRUE | targetResources/any(t: t/id eq 'x') |
        array_any_match(target_resources, t -> t['id'] = 'x')     | targetResources/any(t: t/id eq 'x') |
        array_any_match(target_resources, t -> 'x' = t['id']) IS TRUE | targetResources/any(t: t/id eq 'x') |
        array_any_match(target_resources, t -> t['display_name'] LIKE 'O''N%') IS TRUE | targetResources/any(t: startswith(t/displayName,'O''N')) |
        array_any_match(target_resources, t -> t['user_principal_name'] = 'A@x') IS TRUE | targetResources/any(t: t/userPrincipalName eq 'A@x') |
        array_any_match(target_resources, t -> t['id'] IN ('a', 'b')) IS TRUE | (targetResources/any(t: t/id eq 'a') or targetResources/any(t: t/id eq 'b')) |
        array_any_match(target_resources, t -> t['id'] = 'a' AND t['display_name'] = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') and targetResources/any(t: t/displayName eq 'b')) | OneElement
        array_any_match(target_resources, t -> t['id'] = 'a' AND t['type'] = 'b') IS TRUE | targetResources/any(t: t/id eq 'a') | no eq on targetResources/type, OneElement
        array_any_match(target_resources, t -> t['id'] = 'a' AND result = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') and result eq 'b') |
        array_any_match(target_resources, t -> t['id'] = 'a' OR t['display_name'] = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') or targetResources/any(t: t/displayName eq 'b')) |
        array_any_match(target_resources, t -> t['id'] = 'a' OR t['type'] = 'b') IS TRUE |                                 | OneSidedOr(no eq on targetResources/type)
        array_any_match(target_resources, t -> t['id'] = 'a' AND t['id'] = 'b') IS TRUE | (targetResources/any(t: t/id eq 'a') and targetResources/any(t: t/id eq 'b')) | OneElement
        array_any_match(target_resources, t -> t['id'] = 'a') IS TRUE AND array_any_match(target_resources, t -> t['id'] = 'b') IS TRUE | targetResources/any(t: t/id eq 'a') and targetResources/any(t: t/id eq 'b') |
        array_any_match(target_resources, t -> t['id'] = 'a') IS TRUE OR id = 'b' | (targetResources/any(t: t/id eq 'a') or id eq 'b') |
        NOT (array_any_match(target_resources, t -> t['id'] = 'x') IS TRUE) |                                 | NoElement
        NOT array_any_match(target_resources, t -> t['id'] = 'x') |                                 | NoElement
        array_any_match(target_resources, t -> t['id'] <> 'x') IS TRUE |                                 | no <> on targetResources/id
        array_any_match(target_resources, t -> NOT (t['id'] = 'x')) IS TRUE |                                 | no <> on targetResources/id
        array_any_match(target_resources, t -> t['id'] IS NULL) IS TRUE |                                 | Null
        array_any_match(target_resources, t -> t['id'] = '') IS TRUE |                                 | EmptyText
        array_any_match(target_resources, t -> t['id'] LIKE 'x%') IS TRUE |                                 | no startswith on targetResources/id
        array_any_match(target_resources, t -> lower(t['display_name']) = 'x') IS TRUE |                                 | AnySpelling
        array_any_match(target_resources, t -> length(t['id']) = 3) IS TRUE |                                 | Computed
        array_any_match(target_resources, t -> length(t['id']) = 3 AND t['id'] = 'x') IS TRUE | targetResources/any(t: t/id eq 'x') | Computed, OneElement
        array_any_match(target_resources, t -> t['id'] = result) IS TRUE |                                 | Computed
        array_any_match(target_resources, t -> array_any_match(t['modified_properties'], m -> m['display_name'] = 'x')) IS TRUE |                                 | Computed
        array_any_match(target_resources, t -> array_any_match(t['modified_properties'], m -> t['id'] = 'x')) IS TRUE | targetResources/any(t: t/id eq 'x') |
        array_any_match(additional_details, t -> t['key'] = 'x') IS TRUE |                                 | no eq on additionalDetails/key
        ",
    );
    sign_ins(
        r"
        array_any_match(risk_event_types_v2, t -> t = 'a') IS TRUE | riskEventTypes_v2/any(t: t eq 'a') |
        array_any_match(risk_event_types_v2, t -> t LIKE 'un%') IS TRUE | riskEventTypes_v2/any(t: startswith(t,'un')) |
        array_any_match(authentication_methods_used, t -> t = 'a') IS TRUE |                                 | no array_has on authenticationMethodsUsed
        array_any_match(sign_in_event_types, t -> t = 'servicePrincipal') IS TRUE | s:                              | Population
        array_any_match(sign_in_event_types, t -> t = 'servicePrincipal' OR t = 'managedIdentity') IS TRUE | sm:                             | Population
        NOT (array_any_match(sign_in_event_types, t -> t = 'servicePrincipal') IS TRUE) |                                 | NoElement
        array_any_match(sign_in_event_types, t -> t = 'servicePrincipal') IS TRUE AND array_any_match(sign_in_event_types, t -> t = 'interactiveUser') IS TRUE | s:                              | Population
        ",
    );
}

#[test]
fn the_kind_of_sign_in_chooses_streams_and_is_not_sent() {
    sign_ins(
        r"
        is_interactive                                            | i:                              | Population
        is_interactive = true                                     | i:                              | Population
        is_interactive IS TRUE                                    | i:                              | Population
        NOT is_interactive                                        | nsm:                            | Population
        is_interactive <> true                                    | nsm:                            | Population
        is_interactive IS NULL                                    |                                 | Population
        sign_in_event_types IS NULL                               | i:                              | Population
        sign_in_event_types IS NOT NULL                           |                                 | Population
        is_interactive OR sign_in_event_types IS NULL             | i:                              | Population
        is_interactive OR array_has(sign_in_event_types, 'nonInteractiveUser') OR sign_in_event_types IS NULL AND user_principal_name <> '' | in:                             | Population
        is_interactive AND NOT is_interactive                     | nothing                         |
        is_interactive OR NOT is_interactive                      |                                 | Population
        array_has(sign_in_event_types, 'servicePrincipal')        | s:                              | Population
        NOT array_has(sign_in_event_types, 'servicePrincipal')    | inm:                            | Population
        array_has_any(sign_in_event_types, ['servicePrincipal', 'managedIdentity']) | sm:                             | Population
        array_has(sign_in_event_types, 'nonInteractiveUser') AND array_has(sign_in_event_types, 'servicePrincipal') | n:                              | Population
        array_has(sign_in_event_types, 'nonInteractiveUser') AND NOT array_has(sign_in_event_types, 'servicePrincipal') | n:                              | Population
        array_has(sign_in_event_types, 'interactiveUser') AND NOT is_interactive | nothing                         |
        array_has(sign_in_event_types, 'aKindOfTomorrow')         |                                 | Population
        NOT array_has(sign_in_event_types, 'aKindOfTomorrow')     |                                 | Population
        is_interactive AND app_id = 'x'                           | i: appId eq 'x'                 | Population
        is_interactive OR app_id = 'x'                            | i: ; nsm: appId eq 'x'          | Population
        (is_interactive AND app_id = 'x') OR (NOT is_interactive AND user_id = 'y') | i: appId eq 'x' ; nsm: userId eq 'y' | Population
        (is_interactive AND app_id = 'x') OR array_has(sign_in_event_types, 'servicePrincipal') | is:                             | OneSidedOr(Population), Population
        is_interactive OR upper(app_id) = 'X'                     |                                 | Population, Computed
        ",
    );
}

#[test]
fn version_1_knows_one_kind_and_fewer_operators() {
    holds(
        &SIGN_INS,
        ApiVersion::V1,
        r"
        is_interactive                                            |                                 | Population
        NOT is_interactive                                        | nothing                         |
        array_has(sign_in_event_types, 'servicePrincipal')        | nothing                         |
        sign_in_event_types IS NULL                               |                                 | Population
        app_id = 'x'                                              | appId eq 'x'                    |
        user_agent = 'x'                                          |                                 | no eq on userAgent
        service_principal_name LIKE 'x%'                          |                                 | no startswith on servicePrincipalName
        token_issuer_name = 'x'                                   |                                 | no eq on tokenIssuerName
        ",
    );
    sign_ins(
        r"
        user_agent = 'x'                                          | userAgent eq 'x'                |
        service_principal_name LIKE 'x%'                          | startswith(servicePrincipalName,'x') |
        token_issuer_name = 'x'                                   | tokenIssuerName eq 'x'          |
        ",
    );
}

#[test]
fn the_old_report_of_sign_ins_is_asked_in_its_own_words() {
    holds(
        &SIGNIN_EVENTS,
        ApiVersion::Beta,
        r"
        user_id = 'x'                                             | userId eq 'x'                   |
        app_id = 'x' AND app_display_name = 'O''Neil'             | appId eq 'x' and appDisplayName eq 'O''Neil' |
        user_principal_name = 'a@b.example'                       | userPrincipalName eq 'a@b.example' |
        user_principal_name = 'A@b.example'                       | (userPrincipalName eq 'A@b.example' or userPrincipalName eq 'a@b.example') |
        login_status = 'Failure'                                  | loginStatus eq '1'              |
        login_status = 'SUCCESS'                                  | loginStatus eq '0'              |
        login_status = '1'                                        | loginStatus eq '1'              |
        login_status = '0'                                        | loginStatus eq '0'              |
        login_status = 'Interrupted'                              |                                 | NoCode
        login_status = ''                                         |                                 | EmptyText
        login_status <> 'Success'                                 |                                 | no <> on loginStatus
        login_status LIKE 'F%'                                    |                                 | no startswith on loginStatus
        lower(login_status) = 'failure'                           |                                 | AnySpelling
        login_status IN ('Failure', '1', 'failure', 'FAILURE')    | loginStatus eq '1'              |
        login_status IN ('Success', 'Failure')                    |                                 | EveryValue
        login_status IN ('Success', '0', '1', 'success')          |                                 | EveryValue
        login_status = 'Failure' OR user_id = 'x'                 | (loginStatus eq '1' or userId eq 'x') |
        login_status = 'Failure' OR login_status = 'Success' OR user_id = 'x' |                                 | EveryValue
        is_success                                                |                                 | Computed
        NOT is_success                                            |                                 | Computed
        is_success = false AND login_status = 'Failure'           | loginStatus eq '1'              | Computed
        signin_error_code = 0                                     |                                 | no eq on signinErrorCode
        id = 'x'                                                  |                                 | no eq on id
        ip_address = '1.2.3.4'                                    |                                 | no eq on ipAddress
        app_display_name LIKE 'Azure%'                            |                                 | no startswith on appDisplayName
        location.city = 'Lisbon'                                  |                                 | no eq on location/city
        signin_date_time >= '2017-07-21T10:00:21.5Z'              | signinDateTime ge 2017-07-21T10:00:21Z |
        signin_date_time > '2017-07-21T10:00:21Z'                 | signinDateTime ge 2017-07-21T10:00:21Z |
        signin_date_time <= '2017-07-21T10:00:21.5Z'              | signinDateTime lt 2017-07-21T10:00:22Z |
        signin_date_time < '2017-07-21T10:00:21Z'                 | signinDateTime lt 2017-07-21T10:00:21Z |
        signin_date_time <= '2017-07-21T10:00:21Z'                | signinDateTime lt 2017-07-21T10:00:22Z |
        signin_date_time = '2017-07-21T10:00:21Z'                 | signinDateTime ge 2017-07-21T10:00:21Z and signinDateTime lt 2017-07-21T10:00:22Z |
        signin_date_time < '2017-07-21' OR user_id = 'x'          | (signinDateTime lt 2017-07-21T00:00:00Z or userId eq 'x') |
        ",
    );
}

#[test]
fn the_old_report_of_changes_is_asked_in_its_own_words() {
    holds(
        &AUDIT_EVENTS,
        ApiVersion::Beta,
        r"
        activity = 'Add application'                              | activity eq 'Add application'   |
        activity LIKE 'Add%'                                      | startswith(activity,'Add')      |
        activity LIKE '%application%'                             | contains(activity,'application') |
        activity LIKE '%application'                              |                                 | no endswith on activity
        activity_type = 'User'                                    | activityType eq 'User'          |
        activity_type LIKE 'U%'                                   |                                 | no startswith on activityType
        activity_result_status = 'Failure'                        | activityStatus eq -1            |
        activity_result_status = 'success'                        | activityStatus eq 0             |
        activity_result_status = '-1'                             | activityStatus eq -1            |
        activity_result_status = 'Timeout'                        |                                 | NoCode
        activity_result_status IN ('Success', 'Failure')          |                                 | EveryValue
        category = 'SSPR'                                         | category eq 'SSPR'              |
        category = 'Core Directory'                               | category eq 'Directory'         |
        category = 'UserManagement'                               |                                 | NoCode
        actor.name = 'Ada'                                        | actor/name eq 'Ada'             |
        actor.name LIKE 'A%' AND actor.name LIKE '%d%'            | startswith(actor/name,'A') and contains(actor/name,'d') |
        actor.object_id = 'x'                                     | actor/objectId eq 'x'           |
        actor.user_principal_name = 'a@b.example'                 | actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName eq 'a@b.example' |
        actor.user_principal_name LIKE 'a%'                       | startswith(actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName,'a') |
        actor.user_principal_name LIKE '%a%'                      |                                 | no contains on actor/Microsoft.ActiveDirectory.DataService.PublicApi.Model.Reporting.AuditLog.ActorUserEntity/userPrincipalName
        actor.ip_address = '1.2.3.4'                              |                                 | no eq on actor/ipAddress
        correlation_id = 'x'                                      |                                 | no eq on correlationId
        activity_date <= '2017-07-21T10:00:21.5Z'                 | activityDate lt 2017-07-21T10:00:22Z |
        ",
    );
}

/// Columns and fields of structs with the SQL and the wire path that reach them.
fn leaves(columns: &'static [Column], sql: &str, wire: &str, found: &mut Vec<(&'static Column, String, String)>) {
    for column in columns {
        // Quoted: `user` is a word of SQL.
        let path = column.asked.map_or_else(|| format!("{wire}{}", column.wire), |asked| asked.path.to_owned());
        let name = format!("{sql}\"{}\"", column.name);
        match column.edm {
            Edm::Object(fields) => leaves(fields, &format!("{name}."), &format!("{path}/"), found),
            _ => found.push((column, name, path)),
        }
    }
}

/// Of every table of a service: each test that a declaration allows is sent, and no other is.
#[test]
fn what_is_declared_is_sent_and_nothing_else() {
    let (mut sent, mut kept) = (0, 0);
    for set in apis::ALL.iter().filter(|set| set.pages().is_some()) {
        let mut all = Vec::new();
        leaves(set.columns, "", "", &mut all);
        for (version, (column, name, path)) in
            [ApiVersion::V1, ApiVersion::Beta].into_iter().flat_map(|v| all.iter().map(move |leaf| (v, leaf)))
        {
            let chooses = set.population().is_some_and(|p| [p.column, p.flag].contains(&column.name));
            if chooses || set.time == Some(column.name) {
                continue;
            }
            for (op, test, text) in asked(column, name, path) {
                // Of what is written in codes, `x` has none.
                let coded = column.asked.is_some_and(|asked| !asked.words.is_empty());
                let declared = column.ops_in(version).has(op) && !coded;
                let expected = if declared { text } else { String::new() };
                assert_eq!(
                    outcome(&conjuncts(&test, set), set, version).0,
                    expected,
                    "{} {version:?}: {test}",
                    set.name
                );
                *(if declared { &mut sent } else { &mut kept }) += 1;
            }
        }
    }
    assert!(sent > 70 && kept > 500, "{sent} sent, {kept} kept");
}

/// Tests in SQL that an operator would carry, with the text that they would be sent as.
fn asked(column: &Column, name: &str, path: &str) -> Vec<(Op, String, String)> {
    let range = Ops::of(Op::Le).with(Op::Ge);
    let strict = Ops::of(Op::Lt).with(Op::Gt);
    let has_one_of = |of: Ops| of.iter().any(|op| column.ops_in(ApiVersion::Beta).has(op));
    let guid = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46";
    match column.edm {
        Edm::Text if column.case == Case::Guid => {
            vec![(Op::Eq, format!("{name} = '{guid}'"), format!("{path} eq {guid}"))]
        }
        // Where strict bounds alone are documented, the one beside is sent.
        Edm::Int32 | Edm::Int64 if has_one_of(strict) && !has_one_of(range) => vec![
            (Op::Eq, format!("{name} = 7"), format!("{path} eq 7")),
            (Op::Lt, format!("{name} <= 7"), format!("{path} lt 8")),
            (Op::Gt, format!("{name} >= 7"), format!("{path} gt 6")),
        ],
        Edm::Text | Edm::Enum(_) => vec![
            (Op::Eq, format!("{name} = 'x'"), format!("{path} eq 'x'")),
            (Op::StartsWith, format!("{name} LIKE 'x%'"), format!("startswith({path},'x')")),
            (Op::EndsWith, format!("{name} LIKE '%x'"), format!("endswith({path},'x')")),
            (Op::Contains, format!("{name} LIKE '%x%'"), format!("contains({path},'x')")),
        ],
        Edm::Bool => vec![(Op::Eq, name.into(), format!("{path} eq true"))],
        Edm::Int32 | Edm::Int64 => vec![
            (Op::Eq, format!("{name} = 7"), format!("{path} eq 7")),
            (Op::Le, format!("{name} <= 7"), format!("{path} le 7")),
            (Op::Ge, format!("{name} >= 7"), format!("{path} ge 7")),
        ],
        Edm::Double => vec![(Op::Le, format!("{name} <= 7.5"), format!("{path} le 7.5"))],
        Edm::Instant => vec![],
        Edm::List(item) if item.is_text() => {
            vec![(Op::Eq, format!("array_has({name}, 'x')"), format!("{path}/any(t: t eq 'x')"))]
        }
        _ => vec![],
    }
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
