//! The columns of `USING` in WHERE, where the planner (55.2) takes them for columns of two tables.
//!
//! A name that both tables have is said there with the one whose value the joined column is. In a select list, in GROUP BY and ORDER BY the
//! planner knows that itself.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectNamePart, Query, Select, TableFactor, TableWithJoins,
    VisitMut, VisitorMut,
};

use super::names::{spelt, table};
use crate::engine::session::log_tables::FromClause;

/// Says of the columns that are joined by whose they are.
pub(super) fn settle(select: &mut Select) {
    let owners = owners(&select.from);
    if let Some(condition) = select.selection.as_mut().filter(|_| !owners.is_empty()) {
        // It never breaks.
        let _: ControlFlow<()> = condition.visit(&mut Columns { owners, queries: 0 });
    }
}

/// Columns with the names of the tables whose they are.
type Owners = HashMap<String, Vec<String>>;

fn owners(from: &[TableWithJoins]) -> Owners {
    let mut owners = Owners::new();
    for tables in from {
        for (at, join) in tables.joins.iter().enumerate() {
            of_join(join, Some(&tables.relation).filter(|_| at == 0), &mut owners);
        }
    }
    owners
}

/// The columns of a join; `first` is what stands on its left, if that is one table. Others than these two joins are refused with USING.
fn of_join(Join { relation, join_operator, .. }: &Join, first: Option<&TableFactor>, owners: &mut Owners) {
    use JoinOperator as J;
    let (constraint, owner) = match join_operator {
        // Both have the same value.
        J::Join(constraint) | J::Inner(constraint) => (constraint, owner(relation).or_else(|| first.and_then(owner))),
        J::Left(constraint) | J::LeftOuter(constraint) => (constraint, first.and_then(owner)),
        _ => return,
    };
    let (JoinConstraint::Using(columns), Some(owner)) = (constraint, owner) else { return };
    for name in columns.iter().filter_map(|name| name.0.last()?.as_ident()).map(spelt) {
        owners.entry(name).or_insert_with(|| owner.clone());
    }
}

/// The name of a table in the statement. A function that makes one has none, unless it is given one.
fn owner(factor: &TableFactor) -> Option<Vec<String>> {
    match factor {
        TableFactor::Table { alias: None, args: Some(_), .. } => None,
        TableFactor::Table { name, alias: None, .. } => match name.0.as_slice() {
            [ObjectNamePart::Identifier(file)] if file.quote_style == Some('\'') => {
                FromClause::file(&file.value).stem().map(|stem| vec![stem])
            }
            _ => table(factor),
        },
        _ => table(factor),
    }
}

/// Goes through a condition, and not into the queries in it: these have tables of their own.
struct Columns {
    owners: Owners,
    queries: usize,
}

impl VisitorMut for Columns {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        // The parameters of a function that is written out hide columns.
        if let Expr::Lambda(lambda) = expr {
            for param in &lambda.params {
                self.owners.remove(&spelt(&param.name));
            }
        }
        if let Expr::Identifier(name) = expr
            && self.queries == 0
            && let Some(owner) = self.owners.get(&spelt(name))
        {
            let table = owner.iter().map(|part| Ident::with_quote('"', part));
            *expr = Expr::CompoundIdentifier(table.chain([name.clone()]).collect());
        }
        ControlFlow::Continue(())
    }
}
