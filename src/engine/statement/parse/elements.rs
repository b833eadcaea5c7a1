//! `EXISTS (SELECT 1 FROM unnest(list) AS t WHERE …)`: whether an element of a record's list passes a test.
//!
//! DataFusion plans no subquery over the elements of an outer row's list, but knows a function that tests each element:
//! `array_any_match(list, t -> …)`. The one is said in the words of the other, so that the test stays a condition on one
//! row, which `predicate::import` reads and a service may be asked. A list that is NULL or empty has no element that
//! passes; where a test is unknown of one, it does not pass: hence `IS TRUE`.
//!
//! Inside the test PostgreSQL looks a bare name up in the element first and in the row around it next. Here the fields of
//! the element are not known yet, so a bare name could silently mean the other one: every name has to say whose it is.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, GroupByExpr, Ident,
    LambdaSyntax, LimitClause, Query, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, UnaryOperator, Value,
    VisitMut as _, VisitorMut, visit_expressions,
};

use super::dialect::{function_call, quoted, refused};
use super::lambdas::lambda;
use super::names::spelt;
use crate::engine::error::Error;
use crate::predicate::ANY_ELEMENT;

/// Puts `[NOT] EXISTS` over the elements of a list into the words of the planner. Other expressions stay as they are.
pub(super) fn of_exists(expr: &mut Expr) -> Result<(), Error> {
    let Expr::Exists { subquery, negated } = expr else { return Ok(()) };
    let Some(elements) = Elements::of(subquery)? else { return Ok(()) };
    let any = Expr::IsTrue(Box::new(elements.any()?));
    *expr = if *negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(any) } } else { any };
    Ok(())
}

/// `x IN (SELECT t.name FROM unnest(list) AS t)`: whether an element has that.
pub(super) fn of_in(expr: &mut Expr) -> Result<(), Error> {
    let Expr::InSubquery { expr: value, subquery, negated } = expr else { return Ok(()) };
    let Some((elements, item)) = Elements::selected(subquery)? else { return Ok(()) };
    let name = elements.name.clone();
    if *negated {
        // Of a list with a NULL in it, NOT IN is never true. Nobody means that.
        return Err(refused(
            "NOT IN the elements of a list would be unknown as soon as one of them is NULL",
            format!("write NOT EXISTS (SELECT 1 FROM unnest({}) AS {name} WHERE {item} = …)", quoted(&elements.list)),
        ));
    }
    let shadowed = |inner: &Expr| match inner {
        Expr::Identifier(inner) if spelt(inner) == spelt(&name) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    if visit_expressions(value.as_ref(), shadowed).is_break() {
        return Err(refused(
            format!("{name} is a column outside of the subquery and an element in it"),
            "give the element another name: FROM unnest(list) AS element",
        ));
    }
    // The value is of the row around, where its names are known.
    let value = std::mem::replace(value.as_mut(), Expr::Value(Value::Null.into()));
    let test = elements.lambda(|test, item| and(test, equal(item, value)), Some(item))?;
    *expr = Expr::IsTrue(Box::new(function_call(ANY_ELEMENT, vec![elements.list, test])));
    Ok(())
}

/// `(SELECT count(*) FROM unnest(list) AS t WHERE …)` and other values of a list's elements.
pub(super) fn of_value(expr: &mut Expr) -> Result<(), Error> {
    let Expr::Subquery(subquery) = expr else { return Ok(()) };
    let first = subquery.limit_clause.take();
    let selected = Elements::selected(subquery);
    let one = match &first {
        Some(LimitClause::LimitOffset { limit: Some(limit), offset: None, limit_by }) => {
            limit_by.is_empty() && limit.to_string() == "1"
        }
        _ => false,
    };
    subquery.limit_clause = first;
    let Some((elements, item)) = selected? else { return Ok(()) };
    let (name, list) = (elements.name.clone(), elements.list.clone());
    let passing = function_call("array_filter", vec![list, elements.lambda(|test, _| test, None)?]);
    let each = |item: &Expr| -> Result<Expr, Error> {
        let only = Elements { list: passing.clone(), name: name.clone(), test: None };
        Ok(function_call("array_transform", vec![passing.clone(), only.lambda(|_, item| item, Some(item.clone()))?]))
    };
    let zero = Expr::Value(Value::Number("0".into(), false).into());
    let aggregate = aggregate_of(&item);
    *expr = match aggregate.as_ref().map(|(name, args)| (name.as_str(), args.as_slice())) {
        Some(("count", [])) => function_call("coalesce", vec![function_call("cardinality", vec![passing]), zero]),
        Some(("array_agg" | "list", [item])) => each(item)?,
        Some(("string_agg", [item, between])) => {
            let joined = function_call("array_to_string", vec![each(item)?, between.clone()]);
            function_call("nullif", vec![joined, Expr::Value(Value::SingleQuotedString(String::new()).into())])
        }
        None if one => {
            let place = Expr::Value(Value::Number("1".into(), false).into());
            function_call("array_element", vec![each(&item)?, place])
        }
        _ => {
            return Err(refused(
                format!("a value of the elements of {} cannot be {} here", quoted(&elements.list), quoted(&item)),
                "count(*), array_agg(t.x) and string_agg(t.x, ', ') can be, and t.x with LIMIT 1; FROM …, unnest(list) AS t makes \
                 a row of each element, and GROUP BY sums them up",
            ));
        }
    };
    Ok(())
}

/// A call of an aggregate over all that passes, and its arguments; `*` is none. One that is not known here has no name.
fn aggregate_of(item: &Expr) -> Option<(String, Vec<Expr>)> {
    const KNOWN: [&str; 4] = ["count", "array_agg", "list", "string_agg"];
    const OTHERS: [&str; 5] = ["min", "max", "sum", "avg", "mode"];
    let Expr::Function(function) = item else { return None };
    let FunctionArguments::List(list) = &function.args else { return None };
    let name = function.name.to_string().to_lowercase();
    let plain = function.filter.is_none() && list.duplicate_treatment.is_none() && list.clauses.is_empty();
    if !KNOWN.contains(&name.as_str()) {
        return OTHERS.contains(&name.as_str()).then(Default::default);
    }
    let each = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    Some(if plain { (name, list.args.iter().filter_map(each).collect()) } else { Default::default() })
}

fn and(test: Expr, other: Expr) -> Expr {
    let nested = Expr::Nested(Box::new(test));
    Expr::BinaryOp { left: Box::new(nested), op: BinaryOperator::And, right: Box::new(other) }
}

fn equal(left: Expr, right: Expr) -> Expr {
    let (left, right) = (Box::new(left), Box::new(Expr::Nested(Box::new(right))));
    Expr::BinaryOp { left, op: BinaryOperator::Eq, right }
}

/// A query of one list's elements.
struct Elements {
    list: Expr,
    name: Ident,
    test: Option<Expr>,
}

impl Elements {
    /// The elements that a query is about; `None` if it reads something else.
    fn of(query: &Query) -> Result<Option<Self>, Error> {
        let SetExpr::Select(select) = query.body.as_ref() else { return Ok(None) };
        let [from] = select.from.as_slice() else { return Ok(None) };
        let TableFactor::UNNEST { alias, array_exprs, .. } = &from.relation else { return Ok(None) };
        let [list] = array_exprs.as_slice() else { return Ok(None) };
        if !is_plain(query, select) || !from.joins.is_empty() {
            return Err(refused(
                format!(
                    "EXISTS over unnest({}) asks for one element that passes a test, and for no more",
                    quoted(list)
                ),
                "EXISTS (SELECT 1 FROM unnest(list) AS t WHERE …) without further clauses",
            ));
        }
        if let Some(item) = select.projection.iter().find(|item| !says_nothing(item)) {
            return Err(refused(format!("EXISTS does not look at {}", quoted(item)), "write EXISTS (SELECT 1 FROM …)"));
        }
        let name = match alias {
            Some(alias) if !alias.columns.is_empty() => {
                return Err(refused(
                    format!("{} names columns of elements", quoted(alias)),
                    "AS t is enough: t is the element, t.name a field of it",
                ));
            }
            Some(alias) => alias.name.clone(),
            None => Ident::new("unnest"),
        };
        Ok(Some(Self { list: list.clone(), name, test: select.selection.clone() }))
    }

    /// The same of a query that selects something of its elements, and that.
    fn selected(query: &Query) -> Result<Option<(Self, Expr)>, Error> {
        let SetExpr::Select(select) = query.body.as_ref() else { return Ok(None) };
        let [SelectItem::UnnamedExpr(item) | SelectItem::ExprWithAlias { expr: item, .. }] =
            select.projection.as_slice()
        else {
            return Ok(None);
        };
        let [TableWithJoins { relation: TableFactor::UNNEST { array_exprs, .. }, joins }] = select.from.as_slice()
        else {
            return Ok(None);
        };
        // Of a list that is written out, the planner knows the rows.
        let of_the_row = |expr: &Expr| match expr {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        if !joins.is_empty() || visit_expressions(array_exprs, of_the_row).is_continue() {
            return Ok(None);
        }
        let mut asked = query.clone();
        if let SetExpr::Select(select) = asked.body.as_mut() {
            select.projection = vec![SelectItem::UnnamedExpr(Expr::Value(Value::Number("1".into(), false).into()))];
        }
        Ok(Self::of(&asked)?.map(|elements| (elements, item.clone())))
    }

    fn any(self) -> Result<Expr, Error> {
        let test = self.lambda(|test, _| test, None)?;
        Ok(function_call(ANY_ELEMENT, vec![self.list, test]))
    }

    /// What is made of an element's test, and of what is selected of it.
    fn lambda(&self, body: impl FnOnce(Expr, Expr) -> Expr, item: Option<Expr>) -> Result<Expr, Error> {
        let mut test = self.test.clone().unwrap_or_else(|| Expr::Value(Value::Boolean(true).into()));
        let mut item = item.unwrap_or_else(|| Expr::Value(Value::Null.into()));
        for part in [&mut test, &mut item] {
            if let ControlFlow::Break(error) = part.visit(&mut Names::of(&self.name)) {
                return Err(error);
            }
        }
        Ok(lambda(self.name.clone(), body(test, item), LambdaSyntax::Arrow))
    }
}

/// What is to be done with an element, for the planner. Whoever writes `x -> …` names the element with it: a name without it
/// is a column of the record.
pub(super) fn lambda_of(name: Ident, mut body: Expr) -> Result<Expr, Error> {
    match body.visit(&mut Names { columns: true, ..Names::of(&name) }) {
        ControlFlow::Break(error) => Err(error),
        ControlFlow::Continue(()) => Ok(lambda(name, body, LambdaSyntax::Arrow)),
    }
}

/// Whether a query has no other clauses than FROM and WHERE. What is not understood at all is refused elsewhere.
fn is_plain(query: &Query, select: &Select) -> bool {
    let ungrouped = matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    query.with.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && query.order_by.is_none()
        && ungrouped
        && select.having.is_none()
        && select.qualify.is_none()
        && select.into.is_none()
}

/// Whether what is selected cannot make a difference.
fn says_nothing(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Wildcard(_) | SelectItem::UnnamedExpr(Expr::Value(_)))
}

/// Reads names in a test of an element.
struct Names {
    /// The element, and those around whose lists it is tested; innermost last.
    of: Vec<Ident>,
    /// Whether a name without the element's is one of a column.
    columns: bool,
}

impl Names {
    fn of(name: &Ident) -> Self {
        Self { of: vec![name.clone()], columns: false }
    }

    fn is_element(&self, name: &Ident) -> bool {
        self.of.iter().any(|one| spelt(one) == spelt(name))
    }
}

impl VisitorMut for Names {
    type Break = Error;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<Error> {
        match Elements::of(query) {
            Ok(Some(inner)) => {
                self.of.push(inner.name);
                ControlFlow::Continue(())
            }
            Ok(None) => ControlFlow::Break(refused(
                format!("a test of an element cannot ask {}", quoted(query)),
                "SELECT …, unnest(list) AS t FROM … makes a row of each element, which can be joined",
            )),
            Err(error) => ControlFlow::Break(error),
        }
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<Error> {
        self.of.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<Error> {
        match expr {
            Expr::CompoundIdentifier(names) if self.is_element(&names[0]) => *expr = field_of(std::mem::take(names)),
            Expr::Identifier(name) if !self.columns && !self.is_element(name) => {
                let element = self.of.last().map_or_else(String::new, ToString::to_string);
                return ControlFlow::Break(refused(
                    format!("{name} in a test of an element could be its field or a column of the record"),
                    format!("write {element}.{name} for the element's, and the table's name before a column"),
                ));
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// `t.a.b` of an element `t`.
fn field_of(names: Vec<Ident>) -> Expr {
    let mut names = names.into_iter();
    let root = Box::new(Expr::Identifier(names.next().expect("a compound name has parts")));
    let field = |name: Ident| AccessExpr::Dot(Expr::Value(Value::SingleQuotedString(spelt(&name)).into()));
    Expr::CompoundFieldAccess { root, access_chain: names.map(field).collect() }
}
