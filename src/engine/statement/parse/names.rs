//! Which table a name with dots begins with, where the planner does not find out.
//!
//! `d.target_resources[1].name`, `u.name` of an element `u`, and in a subquery a field of a struct of the row around it are
//! names that it takes apart in another way, or not at all. Each SELECT is entered with the tables of its FROM; the names in
//! it are then said so that they can mean one thing.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, Cte, Expr, Ident, Query, Select, SelectItem, SetExpr, TableFactor, Value, visit_expressions_mut,
};

use super::dialect::refused;
use super::fields::short_name;
use super::sources::each_factor;
use crate::engine::error::Error;

/// The tables around an expression, innermost last.
#[derive(Default)]
pub(super) struct Names {
    scopes: Vec<Vec<Source>>,
    /// For each query that is being read, whether it is one SELECT, whose tables its ORDER BY sees too; and how many common
    /// tables there were before it.
    queries: Vec<(bool, usize)>,
    common: Vec<(String, Outputs)>,
}

/// A table of a FROM.
struct Source {
    /// Its own name, with those of schema and catalog before it where they are written.
    path: Vec<String>,
    /// Its columns, of which the first is the element, if it is a list.
    elements: Vec<String>,
    /// Its columns, if it is a query.
    outputs: Option<Outputs>,
}

/// The columns of a query.
#[derive(Clone, Default)]
struct Outputs {
    names: HashSet<String>,
    /// Whether it has all columns of a table.
    all: bool,
}

/// A name as it is looked up.
pub(super) fn spelt(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

/// The names of the tables of a SELECT.
pub(super) fn tables(select: &Select) -> Vec<Vec<String>> {
    let mut tables = Vec::new();
    each_factor(&select.from, &mut |factor| tables.extend(table(factor)));
    tables
}

/// The name of a table in FROM, with those of schema and catalog before it where they are written.
pub(super) fn table(factor: &TableFactor) -> Option<Vec<String>> {
    Names::default().source(factor).map(|source| source.path)
}

impl Names {
    pub(super) fn enter_query(&mut self, query: &Query) {
        self.queries.push((matches!(query.body.as_ref(), SetExpr::Select(_)), self.common.len()));
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.common.extend(tables.map(|Cte { alias, query, .. }| (spelt(&alias.name), Outputs::of(query))));
    }

    pub(super) fn leave_query(&mut self) {
        let Some((one, common)) = self.queries.pop() else { return };
        self.common.truncate(common);
        if one {
            self.scopes.pop();
        }
    }

    pub(super) fn enter_select(&mut self, select: &Select) {
        let mut sources = Vec::new();
        each_factor(&select.from, &mut |factor| sources.extend(self.source(factor)));
        self.scopes.push(sources);
    }

    pub(super) fn leave_select(&mut self) {
        if !self.queries.last().is_some_and(|(one, _)| *one) {
            self.scopes.pop();
        }
    }

    fn source(&self, factor: &TableFactor) -> Option<Source> {
        let named = |alias: &Ident| vec![spelt(alias)];
        Some(match factor {
            TableFactor::Table { name, alias, .. } => {
                let path: Vec<String> = name.0.iter().filter_map(|part| part.as_ident()).map(spelt).collect();
                let common = self.common.iter().rev().find(|(name, _)| path.len() == 1 && *name == path[0]);
                let outputs = common.map(|(_, outputs)| outputs.clone());
                let path = alias.as_ref().map_or(path, |alias| named(&alias.name));
                Source { path, elements: Vec::new(), outputs }
            }
            TableFactor::Derived { subquery, alias: Some(alias), .. } => {
                Source { path: named(&alias.name), elements: Vec::new(), outputs: Some(Outputs::of(subquery)) }
            }
            TableFactor::UNNEST { alias: Some(alias), .. } => {
                let elements = alias.columns.iter().map(|column| spelt(&column.name)).collect();
                Source { path: named(&alias.name), elements, outputs: None }
            }
            _ => return None,
        })
    }

    /// How many of a name's parts say which table it is of; and whether that is one of this SELECT.
    fn of_table(&self, parts: &[String]) -> Option<(usize, bool, &Source)> {
        let scopes = self.scopes.iter().rev().enumerate();
        scopes.into_iter().find_map(|(depth, sources)| {
            sources.iter().find_map(|source| {
                // A table that is written with its schema goes by its last name too.
                let ways = (0..source.path.len()).map(|from| &source.path[from..]);
                let way = ways.into_iter().find(|way| parts.len() > way.len() && parts.starts_with(way))?;
                Some((way.len(), depth == 0, source))
            })
        })
    }

    /// Says a name so that the planner finds what it means.
    pub(super) fn settle(&self, expr: &mut Expr) -> Result<(), Error> {
        if let Expr::CompoundFieldAccess { root, access_chain } = expr {
            lengthen(root, access_chain);
            if let Expr::CompoundIdentifier(names) = root.as_mut()
                && let Some(element) = self.element_of(names)
            {
                names.insert(1, element);
            }
        }
        let Expr::CompoundIdentifier(names) = expr else { return Ok(()) };
        if let Some(element) = self.element_of(names) {
            names.insert(1, element);
            return Ok(());
        }
        let parts: Vec<String> = names.iter().map(spelt).collect();
        let Some((table, here, source)) = self.of_table(&parts) else { return Ok(()) };
        if here {
            return source.outputs.as_ref().map_or(Ok(()), |outputs| outputs.tell_apart(&parts));
        }
        // A field of the row around: the planner knows the row's columns there, and none of their fields.
        if parts.len() > table + 1 {
            *expr = field_of(std::mem::take(names), table + 1);
        }
        Ok(())
    }

    /// The same for lists in FROM, which see the tables before them as rows around.
    pub(super) fn beside(&self, lists: &mut [Expr]) {
        let mut names = |expr: &mut Expr| {
            self.beside_one(expr);
            ControlFlow::<()>::Continue(())
        };
        for list in lists {
            let _ = visit_expressions_mut(list, &mut names);
        }
    }

    fn beside_one(&self, expr: &mut Expr) {
        if let Expr::CompoundFieldAccess { root, access_chain } = expr {
            lengthen(root, access_chain);
        }
        let Expr::CompoundIdentifier(names) = expr else { return };
        if let Some(element) = self.element_of(names) {
            names.insert(1, element);
        }
        let parts: Vec<String> = names.iter().map(spelt).collect();
        let column = 1 + self.of_table(&parts).map_or(0, |(table, ..)| table);
        if parts.len() > column {
            *expr = field_of(std::mem::take(names), column);
        }
    }

    /// The column that `u.name` leaves out, where `u` is an element of a list.
    fn element_of(&self, names: &[Ident]) -> Option<Ident> {
        let parts: Vec<String> = names.iter().map(spelt).collect();
        let (1, _, Source { path, elements, .. }) = self.of_table(&parts)? else { return None };
        let element = elements.first()?;
        // Who has named the columns of elements calls them by their names.
        (!elements.contains(&parts[1]) && path.last() == Some(element)).then(|| Ident::with_quote('"', element))
    }
}

impl Outputs {
    fn of(query: &Query) -> Self {
        let mut outputs = Self::default();
        let mut body = query.body.as_ref();
        // The first SELECT of a UNION names the columns.
        while let SetExpr::SetOperation { left, .. } = body {
            body = left;
        }
        let SetExpr::Select(select) = body else { return outputs };
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => outputs.names.extend([spelt(alias)]),
                SelectItem::UnnamedExpr(expr) => outputs.names.extend(short_name(expr)),
                _ => outputs.all = true,
            }
        }
        outputs
    }

    /// A query `t` that has a column `t`: `t.id` is its column `id`, if it has one, and else the field of that column.
    fn tell_apart(&self, parts: &[String]) -> Result<(), Error> {
        let (table, field) = (&parts[0], &parts[1]);
        let both = self.names.contains(table) && table != field && (self.all || self.names.contains(field));
        if !both {
            return Ok(());
        }
        Err(refused(
            format!(
                "{table}.{field} could be the column {field} of {table}, or the field {field} of its column {table}"
            ),
            format!(
                "write {table}.{table}.{field} for the field, and give one of the two {table} another name for the column"
            ),
        ))
    }
}

/// `(d).a[1].b` with the names that follow `d` put to it: `(d.a)[1].b`.
fn lengthen(root: &mut Expr, access_chain: &mut Vec<AccessExpr>) {
    let leading = access_chain.iter().take_while(|access| matches!(access, AccessExpr::Dot(Expr::Identifier(_))));
    let leading = leading.count().min(access_chain.len().saturating_sub(1));
    let Expr::Identifier(first) = root else { return };
    if leading == 0 {
        return;
    }
    let rest = access_chain.drain(..leading).filter_map(|access| match access {
        AccessExpr::Dot(Expr::Identifier(name)) => Some(name),
        _ => None,
    });
    *root = Expr::CompoundIdentifier(std::iter::once(first.clone()).chain(rest).collect());
}

/// `d.a.b.c` as a field of the column that its first parts are.
fn field_of(names: Vec<Ident>, column: usize) -> Expr {
    let mut names = names.into_iter();
    let mut first: Vec<Ident> = names.by_ref().take(column).collect();
    let root = if first.len() == 1 { Expr::Identifier(first.remove(0)) } else { Expr::CompoundIdentifier(first) };
    let field = |name: Ident| AccessExpr::Dot(Expr::Value(Value::SingleQuotedString(spelt(&name)).into()));
    Expr::CompoundFieldAccess { root: Box::new(root), access_chain: names.map(field).collect() }
}
