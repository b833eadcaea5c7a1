//! `information_schema.columns`, in whose `data_type` the types of SQL stand, as in DESCRIBE and `\d`.
//!
//! The engine tells its own names there (`Utf8View`, `Timestamp(µs, "UTC")`). They are put into words above the scan, so that a condition
//! on `data_type` is one on these words.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, Result, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlan, LogicalPlanBuilder, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, TableScan, Volatility,
};

use super::columns::in_sql;

const DATA_TYPE: &str = "data_type";

/// The plan with these types in words; `None`: it reads none.
pub(super) fn in_words(plan: &LogicalPlan) -> Result<Option<LogicalPlan>> {
    let changed = plan.clone().transform_up_with_subqueries(|node| match &node {
        LogicalPlan::TableScan(scan) if is_of_columns(scan) => worded(node).map(Transformed::yes),
        _ => Ok(Transformed::no(node)),
    })?;
    Ok(changed.transformed.then_some(changed.data))
}

fn is_of_columns(scan: &TableScan) -> bool {
    scan.table_name.schema() == Some("information_schema") && scan.table_name.table() == "columns"
}

fn worded(scan: LogicalPlan) -> Result<LogicalPlan> {
    let columns: Vec<Expr> = scan
        .schema()
        .iter()
        .map(|(qualifier, field)| {
            let column = Expr::Column(Column::new(qualifier.cloned(), field.name()));
            match field.name().as_str() {
                DATA_TYPE => FUNCTION.call(vec![column]).alias_qualified(qualifier.cloned(), DATA_TYPE),
                _ => column,
            }
        })
        .collect();
    LogicalPlanBuilder::from(scan).project(columns)?.build()
}

/// An engine's name of a type in words of SQL. What is not understood stays as it is.
fn word(name: &str) -> String {
    let inside = |kind: &str| name.strip_prefix(kind).and_then(|rest| rest.strip_suffix(')'));
    if let Some(item) = inside("List(").or_else(|| inside("LargeList(")) {
        return format!("{}[]", word(item.trim_start_matches("non-null ")));
    }
    match ["Struct(", "Map("].into_iter().find(|kind| name.starts_with(kind)) {
        Some("Struct(") => "struct".into(),
        Some(_) => "map".into(),
        None => name.parse::<DataType>().map_or_else(|_| name.to_owned(), |of| in_sql(&of)),
    }
}

static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(InWords(Signature::any(1, Volatility::Immutable))));

/// The function that puts a type into words. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct InWords(Signature);

impl ScalarUDFImpl for InWords {
    fn name(&self) -> &'static str {
        "type_in_words"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let nullable = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name(), DataType::Utf8, nullable)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let names = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(names) = names.first().and_then(|names| names.as_string_opt::<i32>()) else {
            return exec_err!("a type is told by its name");
        };
        let words: ArrayRef = Arc::new(names.iter().map(|name| name.map(word)).collect::<StringArray>());
        Ok(ColumnarValue::Array(words))
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::TimeUnit;

    use super::*;

    #[test]
    fn names_of_types_are_those_of_sql() {
        let list = |of: DataType| DataType::List(Field::new("item", of, true).into());
        let inner = DataType::Struct(vec![Field::new("b", DataType::Boolean, true)].into());
        for (of, name) in [
            (DataType::Utf8View, "text"),
            (DataType::Utf8, "text"),
            (DataType::Int64, "bigint"),
            (DataType::Int32, "integer"),
            (DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), "timestamp (UTC)"),
            (DataType::Timestamp(TimeUnit::Nanosecond, None), "timestamp"),
            (DataType::Decimal128(10, 2), "decimal"),
            (DataType::Date32, "date"),
            (DataType::Null, "unknown"),
            (inner.clone(), "struct"),
            (list(inner), "struct[]"),
            (list(list(DataType::Utf8View)), "text[][]"),
        ] {
            assert_eq!(word(&of.to_string()), name, "{of}");
        }
        assert_eq!(word("Something(new)"), "Something(new)");
    }
}
