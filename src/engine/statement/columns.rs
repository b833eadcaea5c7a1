//! `DESCRIBE t` and `SHOW COLUMNS FROM t`: the columns of a table, with the types that SQL has for them.
//!
//! The engine tells its own names of types, and of a struct all that is in it in one cell. Here each field is a row of its own, by
//! the name that it is written with, as in `auditql.columns`.

use arrow::datatypes::{DataType, Field};
use datafusion::common::Result;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, col, lit};

use super::summary;

/// What is told of each column.
const HEADS: [&str; 3] = ["column_name", "data_type", "is_nullable"];

/// The plan of a DESCRIBE in words of SQL; any other as it is.
pub(super) fn in_words(plan: LogicalPlan) -> Result<LogicalPlan> {
    let LogicalPlan::DescribeTable(described) = &plan else { return Ok(plan) };
    let mut rows = Vec::new();
    described.schema.fields().iter().for_each(|field| add(field.name(), field, &mut rows));
    if rows.is_empty() {
        return Ok(plan);
    }
    let heads = HEADS.iter().enumerate().map(|(at, head)| col(format!("column{}", at + 1)).alias(*head));
    LogicalPlanBuilder::values(rows)?.project(heads.collect::<Vec<_>>())?.build()
}

/// Adds a row for a column, and one for each field below it.
fn add(path: &str, field: &Field, rows: &mut Vec<Vec<Expr>>) {
    let nullable = if field.is_nullable() { "YES" } else { "NO" };
    rows.push([path, &in_sql(field.data_type()), nullable].map(lit).into());
    let (mut path, mut of) = (path.to_owned(), field.data_type());
    while let DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) = of {
        path.push_str("[]");
        of = item.data_type();
    }
    if let DataType::Struct(fields) = of {
        fields.iter().for_each(|field| add(&format!("{path}.{}", field.name()), field, rows));
    }
}

/// The type as SQL has it.
pub(super) fn in_sql(of: &DataType) -> String {
    match of {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            format!("{}[]", in_sql(item.data_type()))
        }
        DataType::Dictionary(_, value) => in_sql(value),
        DataType::Timestamp(_, Some(zone)) => format!("timestamp ({zone})"),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 => "integer".into(),
        DataType::Map(..) => "map".into(),
        DataType::Null => "unknown".into(),
        of => summary::in_sql(of).into(),
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::TimeUnit;

    use super::*;

    #[test]
    fn types_are_those_of_sql() {
        let list = |of: DataType| DataType::List(Field::new("item", of, true).into());
        for (of, name) in [
            (DataType::Utf8View, "text"),
            (DataType::Int64, "bigint"),
            (DataType::Int32, "integer"),
            (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), "timestamp (UTC)"),
            (DataType::Timestamp(TimeUnit::Nanosecond, None), "timestamp"),
            (list(list(DataType::Utf8)), "text[][]"),
            (DataType::Decimal128(10, 2), "decimal"),
            (DataType::Null, "unknown"),
        ] {
            assert_eq!(in_sql(&of), name);
        }
    }

    #[test]
    fn fields_have_rows_of_their_own() {
        let inner = DataType::Struct(vec![Field::new("b", DataType::Boolean, true)].into());
        let list = DataType::List(Field::new("item", inner.clone(), true).into());
        let mut rows = Vec::new();
        add("a", &Field::new("a", inner, false), &mut rows);
        add("l", &Field::new("l", list, true), &mut rows);
        let told: Vec<String> =
            rows.iter().map(|row| row.iter().map(ToString::to_string).collect::<String>()).collect();
        let expected = ["astructNO", "a.bbooleanYES", "lstruct[]YES", "l[].bbooleanYES"];
        let plain = told.iter().map(|row| row.replace("Utf8(\"", "").replace("\")", ""));
        assert!(plain.eq(expected), "{told:?}");
    }
}
