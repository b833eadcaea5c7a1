//! Names of the columns of a SELECT that nobody named: fields keep theirs, and no two are alike.
//!
//! The planner calls a field `sign_ins.status[error_code]`, and nothing outside of the query could ask for it. In PostgreSQL
//! it is `error_code`, in a subquery, in GROUP BY and in ORDER BY as well.

use std::collections::HashMap;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, ExcludeSelectItem, Expr, Function, Ident, ObjectName, ObjectNamePart, Select,
    SelectItem, SelectItemQualifiedWildcardKind, SetExpr, Value, ValueWithSpan, visit_expressions_mut,
};

use super::names::spelt;
use super::{lambdas, operators, spellings};

/// Names the columns of a SELECT.
pub(super) fn settle(select: &mut Select) {
    let made_up: Vec<bool> = select.projection.iter_mut().map(named_as_written).collect();
    let tables = super::names::tables(select);
    let wanted: Vec<Option<String>> = select.projection.iter().map(wanted).collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    wanted.iter().flatten().for_each(|name| *seen.entry(name).or_default() += 1);
    for (item, name) in select.projection.iter_mut().zip(&wanted) {
        let Some(name) = name.as_deref().filter(|name| seen[name] == 1) else { continue };
        if let SelectItem::UnnamedExpr(expr) = item
            && is_field(expr, &tables)
        {
            *item = SelectItem::ExprWithAlias { alias: Ident::with_quote('"', name), expr: expr.clone() };
        }
    }
    tell_apart(select, &made_up, &tables);
}

/// The name that an item has, or would have.
fn wanted(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::UnnamedExpr(expr) => short_name(expr),
        SelectItem::ExprWithAlias { alias, .. } => Some(spelt(alias)),
        _ => None,
    }
}

/// The last name of a column or a field.
pub(super) fn short_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(spelt(name)),
        Expr::CompoundIdentifier(names) => names.last().map(spelt),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            AccessExpr::Dot(Expr::Identifier(name)) => Some(spelt(name)),
            AccessExpr::Dot(Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(name), .. })) => {
                Some(name.clone())
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a name goes into a struct, and is not that of a column with its table.
fn is_field(expr: &Expr, tables: &[Vec<String>]) -> bool {
    match expr {
        Expr::CompoundFieldAccess { .. } => true,
        Expr::CompoundIdentifier(names) => {
            let parts: Vec<String> = names.iter().map(spelt).collect();
            let table = tables.iter().flat_map(|path| (0..path.len()).map(move |from| &path[from..]));
            let of_table = table.filter(|path| parts.starts_with(path)).map(<[String]>::len).max();
            parts.len() > of_table.unwrap_or(0) + 1
        }
        _ => false,
    }
}

/// What is planned in other words keeps the words that it was written in as its name. A time in a zone would bear the name of
/// the time itself, and the two could not stand side by side. Whether it was given a name.
fn named_as_written(item: &mut SelectItem) -> bool {
    use BinaryOperator as B;
    let SelectItem::UnnamedExpr(expr) = item else { return false };
    let renamed = matches!(
        expr,
        Expr::AllOp { .. }
            | Expr::AnyOp { compare_op: B::NotEq | B::Lt | B::LtEq | B::Gt | B::GtEq, .. }
            | Expr::AtTimeZone { .. }
            | Expr::Exists { .. }
            | Expr::InSubquery { .. }
            | Expr::BinaryOp { op: B::HashArrow | B::HashLongArrow, .. }
    ) || spellings::is_known(expr)
        || !matches!(expr, Expr::AnyOp { .. }) && operators::compares_lists(expr);
    let name = if renamed { Some(expr.to_string()) } else { lambdas::written(expr).or_else(|| selected(expr)) };
    let Some(name) = name else { return false };
    *item = SelectItem::ExprWithAlias { alias: Ident::with_quote('"', name), expr: expr.clone() };
    true
}

/// The column that a query in the place of a value selects.
fn selected(expr: &Expr) -> Option<String> {
    let Expr::Subquery(query) = expr else { return None };
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    match select.projection.as_slice() {
        [SelectItem::UnnamedExpr(expr)] => Some(short_name(expr).unwrap_or_else(|| expr.to_string())),
        [SelectItem::ExprWithAlias { alias, .. }] => Some(spelt(alias)),
        _ => None,
    }
}

/// Of columns that are selected twice, gives the later ones a number: `id`, `id_2`. Nobody wrote the names that were made up.
fn tell_apart(select: &mut Select, made_up: &[bool], tables: &[Vec<String>]) {
    let one_table = tables.len() == 1;
    let all: Vec<AllOf> = select.projection.iter().filter_map(AllOf::of).collect();
    let mut taken: Vec<String> = select.projection.iter().filter_map(wanted).collect();
    // Beside a name that somebody wrote, a column of that name is another.
    let given = |(item, made_up): (&SelectItem, &bool)| wanted(item).filter(|_| !made_up && is_given(item));
    let given: Vec<String> = select.projection.iter().zip(made_up).filter_map(given).collect();
    let mut seen: Vec<String> = Vec::new();
    for (item, is_made_up) in select.projection.iter_mut().zip(made_up) {
        if let SelectItem::ExprWithAlias { alias, .. } = item
            && *is_made_up
        {
            if seen.contains(&alias.value) {
                alias.value = numbered(&alias.value, &taken);
                taken.push(alias.value.clone());
            }
            seen.push(alias.value.clone());
            continue;
        }
        let SelectItem::UnnamedExpr(expr) = item else { continue };
        let column = column_of(expr, one_table);
        // Of several tables, `a.id` and `b.id` are two columns already. The planner calls a cast by what is cast.
        let bare = uncast(expr);
        let what = column_of(&bare, one_table).unwrap_or_else(|| bare.to_string());
        let plain = short_name(&bare).filter(|_| !is_field(&bare, tables));
        let is_there = |name: String| given.contains(&name) || all.iter().any(|all| all.holds(&bare, &name, one_table));
        let again = seen.contains(&what) || plain.is_some_and(is_there);
        seen.push(what.clone());
        if !again {
            continue;
        }
        let name = numbered(&column.or_else(|| short_name(&bare)).unwrap_or_else(|| without_window(&bare)), &taken);
        taken.push(name.clone());
        *item = SelectItem::ExprWithAlias { alias: Ident::with_quote('"', name), expr: expr.clone() };
    }
}

/// All columns of one table, `a.*`, or of all, but for some.
struct AllOf {
    table: Option<Vec<String>>,
    without: Vec<String>,
}

impl AllOf {
    fn of(item: &SelectItem) -> Option<Self> {
        let parts =
            |name: &ObjectName| name.0.iter().filter_map(ObjectNamePart::as_ident).map(spelt).collect::<Vec<_>>();
        let (options, table) = match item {
            SelectItem::Wildcard(options) => (options, None),
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(table), options) => {
                (options, Some(parts(table)))
            }
            _ => return None,
        };
        let mut without = match &options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => parts(name),
            Some(ExcludeSelectItem::Multiple(names)) => names.iter().flat_map(parts).collect(),
            None => Vec::new(),
        };
        let except = options.opt_except.iter();
        without.extend(
            except.flat_map(|names| std::iter::once(&names.first_element).chain(&names.additional_elements)).map(spelt),
        );
        Some(Self { table, without })
    }

    /// Whether it holds a column of this name.
    fn holds(&self, column: &Expr, name: &str, one_table: bool) -> bool {
        let is_of = |table: &Vec<String>| {
            matches!(column, Expr::CompoundIdentifier(names)
                if names.split_last().is_some_and(|(_, of)| of.iter().map(spelt).eq(table.iter().cloned())))
        };
        let is_of_it = one_table || self.table.as_ref().is_none_or(is_of);
        is_of_it && !self.without.iter().any(|without| without == name)
    }
}

/// Whether an item was given a name.
fn is_given(item: &SelectItem) -> bool {
    matches!(item, SelectItem::ExprWithAlias { .. })
}

/// What a call is called: as an aggregate is, not by its window.
fn without_window(expr: &Expr) -> String {
    match expr {
        Expr::Function(call) => Expr::Function(Function { over: None, ..call.clone() }).to_string(),
        other => other.to_string(),
    }
}

/// The column that an expression is. Of several tables it is one only with its table.
fn column_of(expr: &Expr, one_table: bool) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(spelt(name)),
        Expr::CompoundIdentifier(names) if one_table => names.last().map(spelt),
        _ => None,
    }
}

/// An expression without casts, parentheses and the word ARRAY, which the planner leaves out of names.
fn uncast(expr: &Expr) -> Expr {
    let mut bare = expr.clone();
    let _: ControlFlow<()> = visit_expressions_mut(&mut bare, |expr| {
        while let Expr::Cast { expr: inner, .. } | Expr::Nested(inner) = expr {
            *expr = inner.as_ref().clone();
        }
        // `ARRAY[1]` is `[1]`.
        if let Expr::Array(list) = expr {
            list.named = false;
        }
        ControlFlow::Continue(())
    });
    bare
}

/// A name with the first number that makes it another.
fn numbered(name: &str, taken: &[String]) -> String {
    let numbers = 2..=taken.len() + 2;
    let free = numbers.map(|number| format!("{name}_{number}")).find(|name| !taken.contains(name));
    free.unwrap_or_else(|| name.to_owned())
}
