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
    AccessExpr, Expr, GroupByExpr, Ident, LambdaFunction, LambdaFunctionParameter, LambdaSyntax, OneOrManyWithParens,
    Query, Select, SelectItem, SetExpr, TableFactor, UnaryOperator, Value, VisitMut as _, VisitorMut,
};

use super::dialect::{function_call, quoted, refused};
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

    fn any(self) -> Result<Expr, Error> {
        let mut test = self.test.unwrap_or_else(|| Expr::Value(Value::Boolean(true).into()));
        match test.visit(&mut Names { of: vec![self.name.clone()] }) {
            ControlFlow::Break(error) => return Err(error),
            ControlFlow::Continue(()) => {}
        }
        let lambda = Expr::Lambda(LambdaFunction {
            params: OneOrManyWithParens::One(LambdaFunctionParameter { name: self.name, data_type: None }),
            body: Box::new(test),
            syntax: LambdaSyntax::Arrow,
        });
        Ok(function_call(ANY_ELEMENT, vec![self.list, lambda]))
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
}

impl Names {
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
            Expr::Identifier(name) if !self.is_element(name) => {
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

/// A name as it is looked up.
fn spelt(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}
