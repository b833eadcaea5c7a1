//! Names of result columns that nobody named: `status.error_code` comes out as `error_code`, as PostgreSQL has it.
//!
//! DataFusion calls a field `sign_ins.status[error_code]` and a function by all that stands in it, tables included. Here
//! the last field's name is taken, the dotted path if two columns would be called alike, and functions lose the names of
//! their tables. It is done by a projection around the plan, added only when a name changes, so that sorts and limits
//! find the scan as before.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, JoinType, Result};
use datafusion::logical_expr::expr::{Alias, BinaryExpr, Cast, InList, ScalarFunction, Sort, TryCast};
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{
    CreateMemoryTable, DdlStatement, Distinct, Explain, Expr, LogicalPlan, LogicalPlanBuilder, Operator, WindowFrame,
};
use datafusion::scalar::ScalarValue;

use crate::predicate::{ANY_OF, READ_JSON};

/// The plan with its columns named; of an EXPLAIN, of a table or view to be made: the query's.
pub(crate) fn named(plan: LogicalPlan) -> Result<LogicalPlan> {
    Ok(match plan {
        LogicalPlan::Explain(explain) => {
            let inner = named(Arc::unwrap_or_clone(explain.plan))?;
            LogicalPlan::Explain(Explain { plan: Arc::new(inner), ..explain })
        }
        LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(create)) => {
            let input = Arc::new(named(Arc::unwrap_or_clone(create.input))?);
            LogicalPlan::Ddl(DdlStatement::CreateMemoryTable(CreateMemoryTable { input, ..create }))
        }
        LogicalPlan::Ddl(DdlStatement::CreateView(mut create)) => {
            create.input = Arc::new(named(Arc::unwrap_or_clone(create.input))?);
            LogicalPlan::Ddl(DdlStatement::CreateView(create))
        }
        LogicalPlan::Ddl(_)
        | LogicalPlan::Dml(_)
        | LogicalPlan::Copy(_)
        | LogicalPlan::Statement(_)
        | LogicalPlan::DescribeTable(_)
        | LogicalPlan::Analyze(_) => plan,
        query => renamed(query)?,
    })
}

fn renamed(plan: LogicalPlan) -> Result<LogicalPlan> {
    let columns = plan.schema().columns();
    let wanted: Vec<Name> = (0..columns.len()).map(|at| Name::of(&plan, at, &columns[at])).collect();
    let names = settled(&wanted);
    if names.iter().zip(&columns).all(|(name, column)| *name == column.name) {
        return Ok(plan);
    }
    let exprs = columns.into_iter().zip(names).map(|(column, name)| {
        let same = column.name == name;
        let column = Expr::Column(column);
        if same { column } else { column.alias(name) }
    });
    LogicalPlanBuilder::from(plan).project(exprs.collect::<Vec<_>>())?.build()
}

/// What a column could be called, best first.
#[derive(Debug)]
struct Name(Vec<String>);

impl Name {
    fn of(plan: &LogicalPlan, at: usize, column: &Column) -> Self {
        let mut names = match origin(plan, at) {
            Some(expr) => match path(expr) {
                Some(path) => {
                    let (last, joined) = (path.last().cloned().unwrap_or_default(), path.join("."));
                    vec![last, joined.clone(), written(expr).unwrap_or(joined)]
                }
                None => {
                    let (below, whole) = (plan_below(plan), plain(plan_below(plan), expr));
                    let shown = short(below, expr, &whole);
                    let over = shown.as_ref().and_then(|call| Some(format!("{call} OVER ({})", over(below, expr)?)));
                    shown.into_iter().chain(over).chain([whole]).collect()
                }
            },
            // What comes of a list in the select list bears the name of no expression.
            None if column.name.starts_with(ELEMENTS) => vec!["unnest".into()],
            None => Vec::new(),
        };
        names.push(column.name.clone());
        Self(names)
    }
}

/// One name for each column: the best that no other column wants; what cannot be told apart keeps what it had.
fn settled(wanted: &[Name]) -> Vec<String> {
    let mut names: Vec<&String> = wanted.iter().map(|name| &name.0[0]).collect();
    for step in 1..4 {
        let mut seen: HashMap<&String, usize> = HashMap::new();
        names.iter().for_each(|name| *seen.entry(name).or_default() += 1);
        let taken: Vec<bool> = names.iter().map(|name| seen[name] > 1).collect();
        for ((name, wanted), taken) in names.iter_mut().zip(wanted).zip(taken) {
            if let Some(next) = wanted.0.get(step.min(wanted.0.len() - 1)).filter(|_| taken) {
                *name = next;
            }
        }
    }
    names.into_iter().cloned().collect()
}

/// The expression behind an output column; `None` for columns of tables and for what was given a name.
fn origin(plan: &LogicalPlan, at: usize) -> Option<&Expr> {
    let expr = match plan {
        LogicalPlan::Projection(projection) => projection.expr.get(at)?,
        // Of GROUPING SETS and ROLLUP each column by itself.
        LogicalPlan::Aggregate(aggregate) => {
            let groups = grouping_set_to_exprlist(&aggregate.group_expr).ok()?;
            // Between them and the aggregates such a plan has a column of its own.
            let own = usize::from(matches!(aggregate.group_expr.as_slice(), [Expr::GroupingSet(_)]));
            match groups.get(at) {
                Some(group) => group,
                None => aggregate.aggr_expr.get(at.checked_sub(groups.len() + own)?)?,
            }
        }
        LogicalPlan::Window(window) => match at.checked_sub(window.input.schema().fields().len()) {
            None => return origin(&window.input, at),
            Some(at) => window.window_expr.get(at)?,
        },
        // What is no element of a list passes it as it is.
        LogicalPlan::Unnest(unnest) => {
            let (qualifier, field) = unnest.schema.qualified_field(at);
            let column = Column::from((qualifier, field));
            return origin(&unnest.input, unnest.input.schema().index_of_column(&column).ok()?);
        }
        LogicalPlan::Sort(sort) => return origin(&sort.input, at),
        LogicalPlan::Limit(limit) => return origin(&limit.input, at),
        LogicalPlan::Filter(filter) => return origin(&filter.input, at),
        LogicalPlan::Distinct(Distinct::All(input)) => return origin(input, at),
        LogicalPlan::SubqueryAlias(alias) => return origin(&alias.input, at),
        // The first query of several names the columns; INTERSECT and EXCEPT are such joins.
        LogicalPlan::Join(join) if matches!(join.join_type, JoinType::LeftSemi | JoinType::LeftAnti) => {
            return origin(&join.left, at);
        }
        LogicalPlan::Union(union) => return origin(union.inputs.first()?, at),
        LogicalPlan::Distinct(Distinct::On(on)) => on.select_expr.get(at)?,
        _ => return None,
    };
    match expr {
        // The planner's own alias of count(*), which spells out its filter.
        Expr::Alias(alias) if alias.name.starts_with(COUNT_FILTER) || called(plan_below(plan), alias).is_some() => {
            Some(expr)
        }
        // The same of a window, which spells out its order.
        Expr::Alias(alias) if alias.name.starts_with(COUNT_ALL) => match alias.expr.as_ref() {
            Expr::Column(column) => {
                let below = plan_below(plan)?;
                origin(below, below.schema().index_of_column(column).ok()?)
            }
            expr => Some(expr),
        },
        Expr::Alias(_) => None,
        Expr::Column(column) => {
            let below = plan_below(plan)?;
            origin(below, below.schema().index_of_column(column).ok()?)
        }
        expr => Some(expr),
    }
}

/// The plan whose columns an output expression of the plan refers to.
fn plan_below(plan: &LogicalPlan) -> Option<&LogicalPlan> {
    match plan {
        LogicalPlan::Sort(sort) => plan_below(&sort.input),
        LogicalPlan::Limit(limit) => plan_below(&limit.input),
        LogicalPlan::Distinct(Distinct::All(input)) => plan_below(input),
        plan => plan.inputs().first().copied(),
    }
}

/// `get_field(get_field(a, 'b'), 'c')` as `a`, `b`, `c`; elements of lists are passed: `a[1].b` as `a`, `b`.
fn path(expr: &Expr) -> Option<Vec<String>> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return None };
    let (base, fields) = args.split_first()?;
    let mut path = match base {
        Expr::Column(column) => vec![column.name.clone()],
        base => path(base)?,
    };
    match func.name() {
        "get_field" => path.extend(fields.iter().map(field).collect::<Option<Vec<_>>>()?),
        "array_element" => {}
        _ => return None,
    }
    Some(path)
}

fn field(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(ScalarValue::Utf8(name) | ScalarValue::Utf8View(name), _) => name.clone(),
        _ => None,
    }
}

/// A field, an element or an interval as it is written: `a[1].b`, `INTERVAL '1 days'`.
fn written(expr: &Expr) -> Option<String> {
    if let Expr::Literal(interval @ ScalarValue::IntervalMonthDayNano(Some(_)), _) = expr {
        let text = array_value_to_string(&interval.to_array().ok()?, 0).ok()?;
        return Some(format!("INTERVAL '{text}'"));
    }
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return None };
    let (base, rest) = args.split_first()?;
    let base = match base {
        Expr::Column(column) => column.name.clone(),
        base => written(base)?,
    };
    match (func.name(), rest) {
        ("get_field", fields) => {
            fields.iter().map(field).try_fold(base, |path, field| Some(format!("{path}.{}", field?)))
        }
        ("array_element", [Expr::Literal(ScalarValue::Int64(Some(at)), _)]) => Some(format!("{base}[{at}]")),
        _ => None,
    }
}

/// How a column is called that comes of a list in the select list.
const ELEMENTS: &str = "UNNEST(";

/// Characters that a heading may have before a function's name has to do.
const LONGEST: usize = 40;

/// Operators that are planned as functions.
const OPERATORS: &[&str] = &["||", "*"];

/// The functions that operators on JSON are.
const JSON_OPERATORS: [&str; 3] = ["json_get", "json_as_text", "json_contains"];

/// A name that says enough: of a time cut to its hour `hour`, of an aggregate what it sums up and not in which order.
fn short(below: Option<&LogicalPlan>, expr: &Expr, whole: &str) -> Option<String> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args }) => match (func.name(), args.as_slice()) {
            ("date_trunc" | "date_part", [unit, _]) => field(unit).map(|unit| unit.to_lowercase()),
            // An operator has no name that could stand for it.
            ("||", _) if whole.chars().count() > LONGEST => Some("concat".into()),
            ("*", _) => None,
            (name, _) => (whole.chars().count() > LONGEST).then(|| name.to_owned()),
        },
        Expr::AggregateFunction(aggregate) => {
            let mut aggregate = aggregate.clone();
            aggregate.params.order_by.clear();
            let unordered = plain(below, &Expr::AggregateFunction(aggregate.clone()));
            let long = unordered.chars().count() > LONGEST && aggregate.params.filter.is_none();
            Some(if long { aggregate.func.name().to_owned() } else { unordered })
        }
        Expr::WindowFunction(window) => {
            let args: Vec<String> = window.params.args.iter().map(|arg| plain(below, arg)).collect();
            // The planner counts ones where all rows are counted.
            let args = if window.fun.name() == "count" && args == ["1"] { "*".into() } else { args.join(", ") };
            let distinct = if window.params.distinct { "DISTINCT " } else { "" };
            let filter =
                window.params.filter.as_ref().map(|filter| format!(" FILTER (WHERE {})", plain(below, filter)));
            Some(format!("{}({distinct}{args}){}", window.fun.name(), filter.unwrap_or_default()))
        }
        Expr::Case(_) => Some("case".into()),
        _ => None,
    }
}

/// The window of a call as it is written, without what is so anyway.
fn over(below: Option<&LogicalPlan>, expr: &Expr) -> Option<String> {
    let Expr::WindowFunction(window) = expr else { return None };
    let params = &window.params;
    let parts: Vec<String> = params.partition_by.iter().map(|by| plain(below, by)).collect();
    let order: Vec<String> = params.order_by.iter().map(|by| ordered(below, by)).collect();
    let usual = WindowFrame::new((!order.is_empty()).then_some(false)).to_string();
    let frame = params.window_frame.to_string();
    let clauses = [
        (!parts.is_empty()).then(|| format!("PARTITION BY {}", parts.join(", "))),
        (!order.is_empty()).then(|| format!("ORDER BY {}", order.join(", "))),
        (frame != usual).then_some(frame),
    ];
    Some(clauses.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// What rows are ordered by. NULL comes last upwards and first downwards, unless something else is said.
fn ordered(below: Option<&LogicalPlan>, by: &Sort) -> String {
    let direction = if by.asc { "" } else { " DESC" };
    let nulls = match (by.asc, by.nulls_first) {
        (true, true) => " NULLS FIRST",
        (false, false) => " NULLS LAST",
        _ => "",
    };
    format!("{}{direction}{nulls}", plain(below, &by.expr))
}

/// A constant as it is written.
fn constant(value: &ScalarValue) -> Option<String> {
    match value.try_as_str() {
        Some(text) => Some(text.map_or_else(|| "NULL".into(), |text| format!("'{}'", text.replace('\'', "''")))),
        None if value.is_null() => Some("NULL".into()),
        None if value.data_type().is_numeric() || matches!(value, ScalarValue::Boolean(_)) => {
            array_value_to_string(&value.to_array().ok()?, 0).ok()
        }
        None => None,
    }
}

/// The name that a function was called by, if it has another: the planner notes it as an alias of the call.
fn called<'a>(below: Option<&LogicalPlan>, alias: &'a Alias) -> Option<&'a str> {
    let (called, args) = alias.name.split_once('(')?;
    let is_same = |of: &str| args == of || args.strip_suffix(of).is_some_and(|before| before.ends_with(" AS "));
    let names = match alias.expr.as_ref() {
        Expr::ScalarFunction(call) => call.func.aliases(),
        Expr::AggregateFunction(call) => call.func.aliases(),
        // What an aggregate below is called. Of a field the planner spells the one and the other differently, and an operator on
        // JSON has its function before it in the alias alone.
        Expr::Column(column) if column.name.split_once('(').is_some_and(|(_, of)| is_same(of)) => return Some(called),
        Expr::Column(column) => {
            match below.and_then(|below| origin(below, below.schema().index_of_column(column).ok()?))? {
                Expr::AggregateFunction(call) => call.func.aliases(),
                _ => return None,
            }
        }
        _ => return None,
    };
    names.iter().any(|name| name == called).then_some(called)
}

/// `raw ->> 'a'`, which the planner notes as an alias of a call.
fn arrow(below: Option<&LogicalPlan>, alias: &Alias) -> Option<String> {
    let Expr::ScalarFunction(call) = alias.expr.as_ref() else { return None };
    let sign = match call.func.name() {
        "json_get" => "->",
        "json_as_text" => "->>",
        "json_contains" => "?",
        _ => return None,
    };
    let [json, step] = call.args.as_slice() else { return None };
    let is_noted = alias.name.contains(&format!(" {sign} "));
    is_noted.then(|| format!("{} {sign} {}", plain(below, json), plain(below, step)))
}

/// An operator on JSON as it was written, where its function has other arguments.
fn operator(alias: &Alias) -> Option<String> {
    let Expr::ScalarFunction(call) = alias.expr.as_ref() else { return None };
    JSON_OPERATORS.contains(&call.func.name()).then(|| alias.name.clone())
}

/// What is planned as a function, or shown by the engine in other signs than SQL has for it.
fn in_signs(below: Option<&LogicalPlan>, expr: &Expr) -> Option<String> {
    let all =
        |exprs: &[Expr], between: &str| exprs.iter().map(|expr| plain(below, expr)).collect::<Vec<_>>().join(between);
    match expr {
        Expr::ScalarFunction(call) => match (call.func.name(), call.args.as_slice()) {
            (name, args) if OPERATORS.contains(&name) => Some(all(args, &format!(" {name} "))),
            // What is read of JSON is called as what it is read of.
            (READ_JSON, args) => Some(all(args, "")),
            ("make_array", args) => Some(format!("[{}]", all(args, ", "))),
            (ANY_OF, [list, value]) => Some(format!("{} = ANY ({})", plain(below, value), plain(below, list))),
            // `list[1:2]`, whose steps are of one.
            ("array_slice", [list, bounds @ .., Expr::Literal(ScalarValue::Int64(Some(1)), _)])
                if bounds.len() == 2 =>
            {
                Some(format!("{}[{}]", plain(below, list), all(bounds, ":")))
            }
            _ => None,
        },
        Expr::InList(InList { expr: of, list, negated }) => {
            let sign = if *negated { "NOT IN" } else { "IN" };
            Some(format!("{} {sign} ({})", plain(below, of), all(list, ", ")))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::NotEq, right }) => {
            let side = |of: &Expr| match of {
                Expr::BinaryExpr(inner) if inner.op.precedence() <= Operator::NotEq.precedence() => {
                    format!("({})", plain(below, of))
                }
                of => plain(below, of),
            };
            Some(format!("{} <> {}", side(left), side(right)))
        }
        _ => None,
    }
}

/// An expression as text without the names of tables. A cast is called as what it is of; where one to a zone stands in something else,
/// the zone is said.
fn plain(below: Option<&LogicalPlan>, expr: &Expr) -> String {
    if let Expr::Cast(Cast { expr: of, .. }) | Expr::TryCast(TryCast { expr: of, .. }) = expr {
        return plain(below, of);
    }
    if let Expr::Alias(alias) = expr {
        if let Some(text) = arrow(below, alias).or_else(|| operator(alias)) {
            return text;
        }
        let text = plain(below, &alias.expr);
        return match (called(below, alias), text.split_once('(')) {
            (Some(called), Some((_, args))) => format!("{called}({args}"),
            _ => text.replacen("count(1)", "count(*)", 1),
        };
    }
    let unqualified = expr.clone().transform_down(|expr| {
        let meant = match &expr {
            Expr::Cast(Cast { expr: of, field }) | Expr::TryCast(TryCast { expr: of, field }) => {
                let of = plain(below, of);
                let zone = zone_of(field.data_type()).map(|zone| format!(" AT TIME ZONE '{zone}'"));
                Some(of + &zone.unwrap_or_default())
            }
            Expr::Alias(alias) if alias.name.starts_with(ELEMENTS) => Some("unnest".into()),
            Expr::Alias(alias) => arrow(below, alias)
                .or_else(|| operator(alias))
                .or_else(|| called(below, alias).map(|_| plain(below, &expr))),
            expr => in_signs(below, expr),
        };
        if let Some(text) = meant.or_else(|| written(&expr)) {
            return Ok(Transformed::new(Expr::Column(Column::new_unqualified(text)), true, JUMP));
        }
        if let Expr::Literal(value, _) = &expr
            && let Some(text) = constant(value)
        {
            return Ok(Transformed::new(Expr::Column(Column::new_unqualified(text)), true, JUMP));
        }
        let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
        // A column that stands for an aggregate is shown as that.
        let inner = below.and_then(|below| {
            let expr = origin(below, below.schema().index_of_column(column).ok()?)?;
            Some(plain(plan_below(below), expr))
        });
        let name = inner.unwrap_or_else(|| match column.name.starts_with(ELEMENTS) {
            true => "unnest".into(),
            false => column.name.clone(),
        });
        Ok(Transformed::new(Expr::Column(Column::new_unqualified(name)), true, JUMP))
    });
    unqualified.map_or_else(|_| expr.schema_name().to_string(), |expr| shown(expr.data))
}

/// The zone of a time, if it is another than that of all times.
fn zone_of(of: &DataType) -> Option<&str> {
    match of {
        DataType::Timestamp(_, Some(zone)) => Some(&**zone).filter(|zone| *zone != "UTC"),
        _ => None,
    }
}

fn shown(mut expr: Expr) -> String {
    let filter = match &mut expr {
        Expr::AggregateFunction(aggregate) => aggregate.params.filter.take(),
        _ => None,
    };
    let text = expr.human_display().to_string();
    filter.map_or(text.clone(), |filter| format!("{text} FILTER (WHERE {})", filter.human_display()))
}

/// How that of a count(*) over a window does.
const COUNT_ALL: &str = "count(*) ";

/// How the planner's alias of a filtered count(*) begins.
const COUNT_FILTER: &str = "count(*) FILTER";

const JUMP: datafusion::common::tree_node::TreeNodeRecursion = datafusion::common::tree_node::TreeNodeRecursion::Jump;
