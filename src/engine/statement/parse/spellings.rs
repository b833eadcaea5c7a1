//! Functions of other dialects, in the words of this one: `ago('7d')`, `bin(t, '1h')`, `datediff('day', a, b)`.
//!
//! They are resolved before anything is planned, so that what they say of a column is a condition like any other and can be
//! sent to a service. A function of rows that the session has under such a name goes first, an aggregate of the table does before it.

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator as Op, CaseWhen, CastKind, DataType, DuplicateTreatment, Expr, Function, FunctionArg,
    FunctionArgExpr, FunctionArgumentClause, FunctionArguments, Ident, Interval, NullTreatment, ObjectName,
    TimezoneInfo, Value, ValueWithSpan,
};

use super::dialect::{function_call, quoted, refused};
use super::names::spelt;
use super::{operators, sources, span};
use crate::engine::error::Error;
use crate::engine::session::number_bins;

/// What a call means here; `None`, if it is not called in that way. It is given the name that was used.
type Meaning = fn(&str, Vec<Expr>) -> Option<Expr>;

/// Functions by the names that they have elsewhere, how they are called, and what they mean.
const ALL: &[(&[&str], &str, Meaning)] = &[
    (&["ago"], "ago('7d')", |_, args| ago(args)),
    (&["bin"], "bin(time, '1h') or bin(number, 10)", |_, args| two(args).and_then(|[x, by]| bin(x, by))),
    (&["time_bucket"], "time_bucket('1 hour', time)", |_, args| two(args).and_then(|[by, x]| bin(x, by))),
    (&["strftime"], "strftime(time, '%Y-%m-%d')", |_, args| two(args).map(strftime)),
    (&["epoch", "unix_timestamp"], "epoch(time)", |_, args| one(args).map(|t| whole(part("epoch", t)))),
    (&["epoch_ms"], "epoch_ms(time)", |_, args| {
        one(args).map(|t| whole(binary(part("epoch", t), Op::Multiply, number(1_000))))
    }),
    (&["datediff", "date_diff"], "datediff('day', begin, end)", |_, args| {
        three(args).and_then(|[unit, begin, end]| between(&word(&unit)?, begin, end))
    }),
    (&["datetime_diff"], "datetime_diff('day', end, begin)", |_, args| {
        three(args).and_then(|[unit, end, begin]| between(&word(&unit)?, begin, end))
    }),
    (&["dateadd", "date_add", "datetime_add"], "dateadd('day', 1, time)", |_, args| match args.as_slice() {
        [_, Expr::Interval(_)] => two(args).map(|[time, span]| nested(binary(time, Op::Plus, span))),
        _ => three(args).and_then(added),
    }),
    (&["regexp_extract"], "regexp_extract(text, 'expression', group)", |_, args| extracted(args)),
    (&["hour", "minute", "second", "day", "month", "year", "quarter", "week"], "hour(time)", |name, args| {
        one(args).map(|t| part(name, t))
    }),
    (&["date"], "date(time)", |_, args| one(args).map(|t| cast(CastKind::Cast, t, DataType::Date))),
    (&["hourofday"], "hourofday(time)", |_, args| one(args).map(|t| part("hour", t))),
    (&["dayofmonth"], "dayofmonth(time)", |_, args| one(args).map(|t| part("day", t))),
    (&["dayofyear"], "dayofyear(time)", |_, args| one(args).map(|t| part("doy", t))),
    (&["startofhour", "startofday", "startofmonth", "startofyear"], "startofday(time)", |name, args| {
        one(args).map(|t| function_call("date_trunc", vec![text(name.trim_start_matches("startof")), t]))
    }),
    // Where the name is from, weeks begin on Sunday; date_trunc begins them on Monday.
    (&["startofweek"], "startofweek(time)", |_, args| {
        let day = || interval_of("1 day");
        let monday = |t| function_call("date_trunc", vec![text("week"), binary(t, Op::Plus, day())]);
        one(args).map(|t| nested(binary(monday(t), Op::Minus, day())))
    }),
    (&["iff", "iif", "if"], "iff(condition, a, b)", |_, args| three(args).map(case)),
    (&["mod"], "mod(a, b)", |_, args| two(args).map(|[a, b]| nested(binary(nested(a), Op::Modulo, nested(b))))),
    // With a second argument it is that of other databases.
    (&["isnull"], "isnull(x)", |_, args| match args.len() {
        2 => Some(function_call("coalesce", args)),
        _ => one(args).map(|x| Expr::IsNull(Box::new(x))),
    }),
    (&["isnotnull"], "isnotnull(x)", |_, args| one(args).map(|x| Expr::IsNotNull(Box::new(x)))),
    (&["isempty"], "isempty(text)", |_, args| {
        let missing = |x: &Expr| Expr::IsNull(Box::new(x.clone()));
        one(args).map(|x| nested(binary(missing(&x), Op::Or, binary(x, Op::Eq, text("")))))
    }),
    (&["isnotempty"], "isnotempty(text)", |_, args| {
        let there = |x: &Expr| Expr::IsNotNull(Box::new(x.clone()));
        one(args).map(|x| nested(binary(there(&x), Op::And, binary(x, Op::NotEq, text("")))))
    }),
    (&["tolower"], "tolower(text)", |_, args| one(args).map(|x| function_call("lower", vec![x]))),
    (&["toupper"], "toupper(text)", |_, args| one(args).map(|x| function_call("upper", vec![x]))),
    (&["strcat"], "strcat(a, b, …)", |_, args| Some(function_call("concat", args))),
    (&["strlen", "len"], "strlen(text)", |_, args| one(args).map(|x| function_call("length", vec![x]))),
    (&["tostring"], "tostring(x)", |_, args| one(args).map(|x| cast(CastKind::Cast, x, DataType::Text))),
    (&["toint", "tolong"], "tolong(x)", |_, args| {
        one(args).map(|x| cast(CastKind::TryCast, x, DataType::BigInt(None)))
    }),
    (&["todouble", "toreal"], "todouble(x)", |_, args| {
        one(args).map(|x| cast(CastKind::TryCast, x, DataType::DoublePrecision))
    }),
    (&["todatetime", "datetime"], "todatetime(text)", |_, args| {
        one(args).map(|x| cast(CastKind::TryCast, x, DataType::Timestamp(None, TimezoneInfo::Tz)))
    }),
    (&[VERSION], "version()", |_, args| args.is_empty().then(|| text(concat!("auditql ", env!("CARGO_PKG_VERSION"))))),
    // It is an aggregate, and keeps what else stands in its call.
    (&[GROUP_CONCAT], "group_concat(text)", |_, _| None),
];

/// Texts of several rows as one, with commas between them unless it is given something else.
const GROUP_CONCAT: &str = "group_concat";

/// The engine has a function of that name too, which names the engine.
const VERSION: &str = "version";

/// Aggregates that are called otherwise, and whether they take each value once.
const AGGREGATES: &[(&str, &str, bool)] = &[
    ("list", "array_agg", false),
    ("collect_list", "array_agg", false),
    ("make_list", "array_agg", false),
    ("collect_set", "array_agg", true),
    ("make_set", "array_agg", true),
    ("dcount", "count", true),
    ("count_distinct", "count", true),
    ("any_value", FIRST_THERE, false),
    ("take_any", FIRST_THERE, false),
];

/// The aggregate that any value is, if it passes NULL over.
const FIRST_THERE: &str = "first_value";

/// All of them, for the manual: their names, and how they are called.
#[cfg(feature = "cli")]
pub(crate) fn manual() -> impl Iterator<Item = (Vec<&'static str>, String)> {
    let functions = ALL.iter().map(|(names, syntax, _)| (names.to_vec(), (*syntax).to_owned()));
    let aggregates = AGGREGATES.iter().map(|(name, own, distinct)| {
        let distinct = if *distinct { "DISTINCT " } else { "" };
        let nulls = if *own == FIRST_THERE { " IGNORE NULLS" } else { "" };
        (vec![*name], format!("{name}(x), which is {own}({distinct}x){nulls}"))
    });
    functions.chain(aggregates)
}

/// A call in the words of this dialect; `None`, if it is one of this dialect already.
pub(super) fn of_call(function: &mut Function, is_scalar: &dyn Fn(&str) -> bool) -> Result<Option<Expr>, Error> {
    let [part] = function.name.0.as_slice() else { return Ok(None) };
    let Some(name) = part.as_ident().map(spelt) else { return Ok(None) };
    // The engine has functions of rows under some of these names, and these are the ones that the manual tells of.
    if let Some((_, own, distinct)) = AGGREGATES.iter().find(|(known, ..)| *known == name) {
        function.name = ObjectName::from(vec![Ident::new(*own)]);
        if let FunctionArguments::List(list) = &mut function.args
            && *distinct
        {
            list.duplicate_treatment = Some(DuplicateTreatment::Distinct);
        }
        if *own == FIRST_THERE && !says_nulls(function) {
            function.null_treatment = Some(NullTreatment::IgnoreNulls);
        }
        return Ok(None);
    }
    if name == GROUP_CONCAT && joins_texts(function) {
        function.name = ObjectName::from(vec![Ident::new("string_agg")]);
        return Ok(None);
    }
    if is_scalar(&name) && name != VERSION {
        return Ok(None);
    }
    let args = arguments(function);
    if let Some(list) = sources::list_of_rows(&name) {
        return Ok(args.map(|args| function_call("unnest", vec![function_call(list, args)])));
    }
    let Some((_, syntax, meaning)) = ALL.iter().find(|(names, ..)| names.contains(&name.as_str())) else {
        return Ok(None);
    };
    let read = args.as_ref().and_then(|args| args.first()).filter(|_| TIMES.contains(&name.as_str()));
    if let Some((number, date)) = read.and_then(|arg| Some((of_numbers(arg)?, operators::date_in(arg)))) {
        let written = number.replace(" - ", "-");
        let date = date.as_deref().unwrap_or("2026-11-29");
        return Err(refused(
            format!("{name} reads a text, and {written} without quotes is a number"),
            format!("write {name}('{date}')"),
        ));
    }
    let unread = args.as_deref().and_then(|args| of_length(&name, args));
    match args.and_then(|args| meaning(&name, args)) {
        Some(meant) => Ok(Some(meant)),
        None if unread.is_some() => Err(unread.unwrap_or_else(|| refused(name, *syntax))),
        None => {
            let args = syntax.find('(').map_or("", |at| &syntax[at..]);
            Err(refused(format!("{name} is not called like this"), format!("it is called as {name}{args}")))
        }
    }
}

/// Of a call that is not understood, the length of time in it that nobody knows.
fn of_length(name: &str, args: &[Expr]) -> Option<Error> {
    const LENGTHS: [&str; 3] = ["ago", "bin", "time_bucket"];
    let text = args.iter().find_map(said).filter(|text| LENGTHS.contains(&name) && span::interval(text).is_none())?;
    let units = "the units are ms, s, m, h, d, w, months and years, as in '15m', '1h30m', '7 days'";
    Some(refused(format!("{name}: '{text}' is no length of time"), units))
}

/// Those that read a time. A number would be microseconds since 1970, which nobody means who writes one.
const TIMES: [&str; 3] = ["todatetime", "datetime", "date"];

/// An expression of numbers alone, as it was written.
fn of_numbers(expr: &Expr) -> Option<String> {
    fn is_number(expr: &Expr) -> bool {
        match expr {
            Expr::Value(ValueWithSpan { value: Value::Number(..), .. }) => true,
            Expr::Nested(inner) | Expr::UnaryOp { expr: inner, .. } => is_number(inner),
            Expr::BinaryOp { left, right, .. } => is_number(left) && is_number(right),
            _ => false,
        }
    }
    is_number(expr).then(|| quoted(expr))
}

/// Whether it is a call that is said in other words.
pub(super) fn is_known(expr: &Expr) -> bool {
    let Expr::Function(Function { name, .. }) = expr else { return false };
    let name = name.to_string().to_lowercase();
    ALL.iter().any(|(names, ..)| names.contains(&name.as_str())) || AGGREGATES.iter().any(|(known, ..)| *known == name)
}

/// Whether a call says itself what becomes of NULL.
fn says_nulls(function: &Function) -> bool {
    let of_nulls = |clause: &FunctionArgumentClause| matches!(clause, FunctionArgumentClause::IgnoreOrRespectNulls(_));
    let inside = matches!(&function.args, FunctionArguments::List(list) if list.clauses.iter().any(of_nulls));
    inside || function.null_treatment.is_some()
}

/// Gives a call of `group_concat` what stands between its texts; whether it is one.
fn joins_texts(function: &mut Function) -> bool {
    let FunctionArguments::List(list) = &mut function.args else { return false };
    if list.args.len() == 1 {
        list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(text(","))));
    }
    list.args.len() == 2
}

/// The arguments of a plain call.
fn arguments(function: &Function) -> Option<Vec<Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let of_rows = function.over.is_some() || function.filter.is_some() || !function.within_group.is_empty();
    let is_said = list.duplicate_treatment.is_some() || !list.clauses.is_empty() || function.null_treatment.is_some();
    let plain = !of_rows && !is_said;
    let each = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    plain.then(|| list.args.iter().map(each).collect())?
}

fn one(args: Vec<Expr>) -> Option<Expr> {
    <[Expr; 1]>::try_from(args).ok().map(|[arg]| arg)
}

fn two(args: Vec<Expr>) -> Option<[Expr; 2]> {
    args.try_into().ok()
}

fn three(args: Vec<Expr>) -> Option<[Expr; 3]> {
    args.try_into().ok()
}

fn text(text: &str) -> Expr {
    Expr::Value(Value::SingleQuotedString(text.into()).into())
}

fn number(number: i64) -> Expr {
    Expr::Value(Value::Number(number.to_string(), false).into())
}

fn binary(left: Expr, op: Op, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }
}

fn nested(expr: Expr) -> Expr {
    Expr::Nested(Box::new(expr))
}

fn cast(kind: CastKind, expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind, expr: Box::new(expr), data_type, array: false, format: None }
}

fn whole(expr: Expr) -> Expr {
    cast(CastKind::Cast, expr, DataType::BigInt(None))
}

fn part(unit: &str, time: Expr) -> Expr {
    function_call("date_part", vec![text(unit), time])
}

/// What a text literal says.
fn said(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), .. }) => Some(text),
        _ => None,
    }
}

/// A unit of time, with or without quotes.
fn word(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(spelt(name)),
        other => said(other).map(str::to_lowercase),
    }
}

/// An interval that is written as a span, or as an interval.
fn interval(expr: &Expr) -> Option<Expr> {
    match expr {
        Expr::Interval(_) => Some(expr.clone()),
        other => said(other).and_then(span::interval).map(|span| interval_of(&span)),
    }
}

/// The interval that a text says.
pub(super) fn interval_of(said: &str) -> Expr {
    Expr::Interval(Interval {
        value: Box::new(text(said)),
        leading_field: None,
        leading_precision: None,
        last_field: None,
        fractional_seconds_precision: None,
    })
}

fn ago(args: Vec<Expr>) -> Option<Expr> {
    let span = interval(&one(args)?)?;
    Some(nested(binary(function_call("now", Vec::new()), Op::Minus, span)))
}

/// The beginning of the bin that a time or a number lies in.
fn bin(x: Expr, by: Expr) -> Option<Expr> {
    if let Expr::Value(ValueWithSpan { value: Value::Number(..), .. }) = by {
        return Some(nested(binary(nested(x), Op::Custom(number_bins::OPERATOR.into()), by)));
    }
    let span = match &by {
        Expr::Interval(interval) => said(&interval.value).and_then(span::seconds),
        other => said(other).and_then(span::seconds),
    };
    let mut args = vec![interval(&by)?, x];
    args.extend(span.and_then(origin));
    Some(function_call("date_bin", args))
}

/// Where bins of several days begin: as in Log Analytics, at multiples of their length from the year 1 on, so that weeks begin on
/// Mondays. Bins that a day is made of begin at midnight by themselves.
fn origin(seconds: f64) -> Option<Expr> {
    const DAY: f64 = 86_400.0;
    /// Days from the first of January of the year 1 to that of 1970.
    const BEFORE: i64 = 719_162;
    let whole = seconds % DAY == 0.0 && (2.0..100_000.0).contains(&(seconds / DAY));
    #[expect(clippy::cast_possible_truncation, reason = "a whole number of days, below 100,000")]
    let days = whole.then_some((seconds / DAY) as i64)?;
    let first =
        chrono::NaiveDate::from_ymd_opt(1970, 1, 1)? + chrono::Days::new((-BEFORE).rem_euclid(days).try_into().ok()?);
    let zoned = DataType::Timestamp(None, TimezoneInfo::Tz);
    Some(cast(CastKind::Cast, text(&format!("{first}T00:00:00Z")), zoned))
}

/// Both orders are in use.
fn strftime([a, b]: [Expr; 2]) -> Expr {
    let (time, pattern) = if said(&a).is_some_and(|text| text.contains('%')) { (b, a) } else { (a, b) };
    function_call("to_char", vec![time, pattern])
}

/// How many borders of a unit lie between two times.
fn between(unit: &str, begin: Expr, end: Expr) -> Option<Expr> {
    let minus = |f: &dyn Fn(Expr) -> Expr, end, begin| nested(binary(f(end), Op::Minus, f(begin)));
    let months =
        |t: Expr| nested(binary(binary(part("year", t.clone()), Op::Multiply, number(12)), Op::Plus, part("month", t)));
    let quarters = |t: Expr| {
        nested(binary(binary(part("year", t.clone()), Op::Multiply, number(4)), Op::Plus, part("quarter", t)))
    };
    let unit = unit.strip_suffix('s').unwrap_or(unit);
    let each = match unit {
        "year" => return Some(whole(minus(&|t| part("year", t), end, begin))),
        "quarter" => return Some(whole(minus(&quarters, end, begin))),
        "month" => return Some(whole(minus(&months, end, begin))),
        "week" => 604_800,
        "day" => 86_400,
        "hour" => 3_600,
        "minute" => 60,
        "second" => 1,
        _ => return None,
    };
    // Of days the dates are counted: where clocks are put forward, one has 23 hours.
    let by_dates = each % 86_400 == 0;
    let border = |t: Expr| {
        let begin = function_call("date_trunc", vec![text(unit), t]);
        part("epoch", if by_dates { cast(CastKind::Cast, begin, DataType::Date) } else { begin })
    };
    Some(whole(nested(binary(minus(&border, end, begin), Op::Divide, number(each)))))
}

/// A time and so many units.
fn added([unit, count, time]: [Expr; 3]) -> Option<Expr> {
    let (unit, count) = (word(&unit)?, count.to_string().parse::<i64>().ok()?);
    let span = span::interval(&format!("{} {unit}", count.unsigned_abs()))?;
    Some(nested(binary(time, if count < 0 { Op::Minus } else { Op::Plus }, interval_of(&span))))
}

/// A group of a regular expression's match; the whole of it without a number. NULL, if there is no match.
fn extracted(mut args: Vec<Expr>) -> Option<Expr> {
    if args.len() == 2 {
        args.push(number(0));
    }
    let [from, expression, group] = three(args)?;
    let group: i64 = group.to_string().parse().ok()?;
    let whole = format!("({})", said(&expression)?);
    let groups = function_call("regexp_match", vec![from, text(&whole)]);
    Some(function_call("array_element", vec![groups, number(group.checked_add(1)?)]))
}

fn case([condition, then, otherwise]: [Expr; 3]) -> Expr {
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result: then }],
        else_result: Some(Box::new(otherwise)),
    }
}
