//! Lists that stand in FROM: `unnest(list) AS u` in all the ways in which it is written.
//!
//! The planner knows `UNNEST(…)`, whose column has a name that nobody would write. Here it gets the name of the table, so that
//! `u` is the element and `u.name` its field, and functions that make rows in PostgreSQL become lists that are taken apart.

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, TableAlias, TableAliasColumnDef, TableFactor, TableWithJoins, Value,
};

use super::dialect::function_call;
use super::names::spelt;

/// Functions that make rows elsewhere, and what makes the list of them here.
const MAKE_ROWS: &[(&str, &str)] = &[
    ("json_array_elements", "json_list"),
    ("json_array_elements_text", "json_list"),
    ("jsonb_array_elements", "json_list"),
    ("jsonb_array_elements_text", "json_list"),
    ("json_each", "json_entries"),
    ("json_each_text", "json_entries"),
    ("jsonb_each", "json_entries"),
    ("jsonb_each_text", "json_entries"),
    ("json_object_keys", "json_object_keys"),
    ("jsonb_object_keys", "json_object_keys"),
    ("string_to_table", "string_to_array"),
];

/// The function that makes a list of what a function of that name makes rows of.
pub(super) fn list_of_rows(name: &str) -> Option<&'static str> {
    MAKE_ROWS.iter().find(|(rows, _)| *rows == name).map(|(_, list)| *list)
}

/// Looks at all that stands in FROM, also in parentheses.
pub(super) fn each_factor(from: &[TableWithJoins], look: &mut dyn FnMut(&TableFactor)) {
    for table in from {
        for factor in std::iter::once(&table.relation).chain(table.joins.iter().map(|join| &join.relation)) {
            match factor {
                TableFactor::NestedJoin { table_with_joins, .. } => {
                    each_factor(std::slice::from_ref(table_with_joins), look);
                }
                factor => look(factor),
            }
        }
    }
}

/// Says lists in FROM in the planner's words.
pub(super) fn settle(from: &mut [TableWithJoins]) {
    for table in from {
        for factor in std::iter::once(&mut table.relation).chain(table.joins.iter_mut().map(|join| &mut join.relation))
        {
            match factor {
                TableFactor::NestedJoin { table_with_joins, .. } => settle(std::slice::from_mut(table_with_joins)),
                factor => of_factor(factor),
            }
        }
    }
}

fn of_factor(factor: &mut TableFactor) {
    if let Some(list) = list_of(factor) {
        *factor = list;
    }
    let TableFactor::UNNEST { alias, array_exprs, with_ordinality, with_offset: false, .. } = factor else { return };
    let alias = alias.get_or_insert_with(|| TableAlias {
        explicit: true,
        name: Ident::new("unnest"),
        columns: Vec::new(),
        at: None,
    });
    let [list] = array_exprs.as_slice() else { return };
    if alias.columns.is_empty() {
        alias.columns.push(column(alias.name.clone()));
    }
    if std::mem::take(with_ordinality) {
        let one = Expr::Value(Value::Number("1".into(), false).into());
        let numbers = function_call("generate_series", vec![one, function_call("cardinality", vec![list.clone()])]);
        array_exprs.push(numbers);
        if alias.columns.len() == 1 {
            alias.columns.push(column(Ident::new("ordinality")));
        }
    }
}

fn column(name: Ident) -> TableAliasColumnDef {
    TableAliasColumnDef { name, data_type: None }
}

/// A function in FROM that makes rows, as a list that is taken apart.
fn list_of(factor: &mut TableFactor) -> Option<TableFactor> {
    let (name, args, alias, with_ordinality) = match factor {
        TableFactor::Function { name, args, alias, with_ordinality, .. } => (name, args, alias, with_ordinality),
        TableFactor::Table { name, args: Some(args), alias, with_ordinality, .. } => {
            (name, &mut args.args, alias, with_ordinality)
        }
        _ => return None,
    };
    let [part] = name.0.as_slice() else { return None };
    let name = spelt(part.as_ident()?);
    let list = if name == "unnest" { None } else { Some(list_of_rows(&name)?) };
    let plain = |arg: &FunctionArg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    let args = args.iter().map(plain).collect::<Option<Vec<_>>>()?;
    let array_exprs = list.map_or(args.clone(), |list| vec![function_call(list, args)]);
    Some(TableFactor::UNNEST {
        alias: alias.take(),
        array_exprs,
        with_offset: false,
        with_offset_alias: None,
        with_ordinality: *with_ordinality,
    })
}
