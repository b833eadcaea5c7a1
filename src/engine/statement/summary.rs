//! `SUMMARIZE t`: a row for each column of a table or a query, with what is in it.
//!
//! The table is read once. How many values differ is an estimate where the engine has one, as in other programs that know the
//! word.

use arrow::datatypes::DataType;
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::functions::core::expr_fn::{get_field, named_struct};
use datafusion::functions_aggregate::expr_fn::{approx_distinct, count, max, min};
use datafusion::functions_nested::expr_fn::make_array;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, lit};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

/// The query whose columns a statement asks about; `None`, if it asks something else.
pub(super) fn asked(sql: &str) -> Option<String> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().ok()?;
    let solid = |token: &TokenWithSpan| !matches!(token.token, Token::Whitespace(_));
    let words: Vec<&TokenWithSpan> = tokens.iter().filter(|token| solid(token)).take(2).collect();
    let [first, second] = words.as_slice() else { return None };
    let is = |token: &TokenWithSpan, names: &[&str]| match &token.token {
        Token::Word(word) => {
            word.quote_style.is_none() && names.iter().any(|name| word.value.eq_ignore_ascii_case(name))
        }
        _ => false,
    };
    if !is(first, &["SUMMARIZE"]) {
        return None;
    }
    let rest: String =
        tokens.iter().skip_while(|token| token.span.start != second.span.start).map(|t| t.token.to_string()).collect();
    let is_query = is(second, &["SELECT", "WITH", "FROM", "VALUES", "TABLE"]) || second.token == Token::LParen;
    Some(if is_query { rest } else { format!("SELECT * FROM {rest}") })
}

/// The plan that tells what is in the columns of another.
pub(super) fn of(plan: LogicalPlan) -> Result<LogicalPlan> {
    let columns: Vec<(Column, DataType)> = plan
        .schema()
        .iter()
        .map(|(qualifier, field)| (Column::from((qualifier, field)), field.data_type().clone()))
        .collect();
    let mut sums = vec![count(lit(1_i64)).alias("rows")];
    for (at, (column, of)) in columns.iter().enumerate() {
        let column = Expr::Column(column.clone());
        sums.push(count(column.clone()).alias(name("filled", at)));
        if is_ordered(of) {
            sums.push(min(column.clone()).alias(name("least", at)));
            sums.push(max(column.clone()).alias(name("greatest", at)));
        }
        if is_counted(of) {
            sums.push(approx_distinct(column).alias(name("distinct", at)));
        }
    }
    let rows = columns.iter().enumerate().map(|(at, (column, of))| row(at, column, of)).collect();
    let fields = ["column", "type", "min", "max", "distinct", "rows", "null_percent"];
    let element = || Expr::Column(Column::new_unqualified("element"));
    LogicalPlanBuilder::from(plan)
        .aggregate(Vec::<Expr>::new(), sums)?
        .project([make_array(rows).alias("element")])?
        .unnest_column("element")?
        .project(fields.map(|field| get_field(element(), field).alias(field)))?
        .build()
        .map_err(|error| error.context("SUMMARIZE"))
}

/// What is said of a column.
fn row(at: usize, column: &Column, of: &DataType) -> Expr {
    let sum = |what: &str| Expr::Column(Column::new_unqualified(name(what, at)));
    let all = || Expr::Column(Column::new_unqualified("rows"));
    let text = |known: bool, what: &str| match known {
        true => cast(sum(what), DataType::Utf8),
        false => lit(ScalarValue::Utf8(None)),
    };
    let missing = cast(all() - sum("filled"), DataType::Float64) * lit(100.0);
    // Of no rows at all, nothing can be said.
    let share = datafusion::functions::core::expr_fn::nullif(cast(all(), DataType::Float64), lit(0.0));
    let distinct = if is_counted(of) { cast(sum("distinct"), DataType::Int64) } else { lit(ScalarValue::Int64(None)) };
    named_struct(vec![
        lit("column"),
        lit(column.name.clone()),
        lit("type"),
        lit(in_sql(of)),
        lit("min"),
        text(is_ordered(of), "least"),
        lit("max"),
        text(is_ordered(of), "greatest"),
        lit("distinct"),
        distinct,
        lit("rows"),
        cast(all(), DataType::Int64),
        lit("null_percent"),
        datafusion::functions::math::expr_fn::round(vec![missing / share, lit(1_i64)]),
    ])
}

fn name(what: &str, at: usize) -> String {
    format!("{what} {at}")
}

fn is_ordered(of: &DataType) -> bool {
    !of.is_nested() && !of.is_null() && !matches!(of, DataType::Interval(_) | DataType::Boolean)
}

/// Whether there is an estimate of how many values differ.
fn is_counted(of: &DataType) -> bool {
    of.is_integer() || of.is_string() || matches!(of, DataType::Timestamp(..) | DataType::Date32)
}

/// The type as SQL has it.
pub(super) fn in_sql(of: &DataType) -> &'static str {
    match of {
        of if of.is_string() => "text",
        DataType::Boolean => "boolean",
        of if of.is_integer() => "bigint",
        of if of.is_floating() => "double",
        DataType::Timestamp(..) => "timestamp",
        DataType::Date32 | DataType::Date64 => "date",
        DataType::Time32(_) | DataType::Time64(_) => "time",
        DataType::Struct(_) => "struct",
        of if of.is_nested() => "list",
        DataType::Interval(_) | DataType::Duration(_) => "interval",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "decimal",
        _ => "bytea",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_or_a_query_is_summed_up() {
        for (sql, query) in [
            ("SUMMARIZE sign_ins", Some("SELECT * FROM sign_ins")),
            ("summarize entra.sign_ins;", Some("SELECT * FROM entra.sign_ins;")),
            (" -- all\nSUMMARIZE SELECT id FROM t", Some("SELECT id FROM t")),
            ("SUMMARIZE 'vpn.csv'", Some("SELECT * FROM 'vpn.csv'")),
            ("SUMMARIZE", None),
            ("\"SUMMARIZE\" t", None),
            ("SELECT summarize FROM t", None),
        ] {
            assert_eq!(asked(sql).as_deref(), query, "{sql}");
        }
    }
}
