//! The shapes in which a join leaves its keys, and what is made of them.

use std::sync::Arc;

use arrow::array::{Int64Array, StringViewArray, StructArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::config::ConfigOptions;
use datafusion::functions::core::expr_fn::r#struct;
use datafusion::logical_expr::Expr as Logical;
use datafusion::physical_expr::expressions::{IsNullExpr, col, lit};

use super::*;

fn schema() -> Schema {
    let field = |name: &str, data_type| Field::new(name, data_type, true);
    Schema::new(vec![field("upn", DataType::Utf8View), field("code", DataType::Int64)])
}

fn text(value: &str) -> ScalarValue {
    ScalarValue::Utf8View(Some(value.into()))
}

fn compared(column: &str, op: Operator, value: ScalarValue) -> Expr {
    Arc::new(BinaryExpr::new(col(column, &schema()).unwrap(), op, lit(value)))
}

fn both(op: Operator, parts: Vec<Expr>) -> Expr {
    parts.into_iter().reduce(|a, b| Arc::new(BinaryExpr::new(a, op, b))).unwrap()
}

fn list(values: &[Option<&str>]) -> Expr {
    let array = Arc::new(values.iter().copied().collect::<StringViewArray>());
    Arc::new(InListExpr::try_new_from_array(col("upn", &schema()).unwrap(), array, false, &schema()).unwrap())
}

/// What a join of one column leaves of these keys.
fn keyed(values: &[Option<&str>]) -> Expr {
    let bounds = [compared("upn", Operator::GtEq, text("a")), compared("upn", Operator::LtEq, text("z"))];
    both(Operator::And, [bounds.to_vec(), vec![list(values)]].concat())
}

/// A join of two columns.
fn of_two(records: &[(&str, i64)]) -> Expr {
    let schema = schema();
    let fields = vec![Field::new("c0", DataType::Utf8View, true), Field::new("c1", DataType::Int64, true)];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(records.iter().map(|(name, _)| Some(*name)).collect::<StringViewArray>()),
        Arc::new(records.iter().map(|(_, code)| Some(*code)).collect::<Int64Array>()),
    ];
    let records = Arc::new(StructArray::new(fields.clone().into(), columns, None));
    let Logical::ScalarFunction(function) = r#struct(Vec::new()) else { panic!("a function") };
    let args = vec![col("upn", &schema).unwrap(), col("code", &schema).unwrap()];
    let result = Arc::new(Field::new("struct", DataType::Struct(fields.into()), true));
    let record = ScalarFunctionExpr::new("struct", function.func, args, result, Arc::<ConfigOptions>::default());
    Arc::new(InListExpr::try_new_from_array(Arc::new(record), records, false, &schema).unwrap())
}

/// A condition of a join that has read its keys.
fn dynamic(condition: Expr) -> Expr {
    let children = vec![col("upn", &schema()).unwrap(), col("code", &schema()).unwrap()];
    let filter = DynamicFilterPhysicalExpr::new(children, lit(true));
    filter.update(condition).unwrap();
    Arc::new(filter)
}

fn told(condition: &Expr) -> String {
    let Some(Keys { each, together, count }) = keys(condition, &schema()).unwrap() else { return "nothing".into() };
    let together = together.map_or(String::new(), |(together, tests)| format!(" or in {tests} tests {together}"));
    format!("{count}: {each}{together}")
}

#[test]
fn each_shape_says_which_keys_there_are() {
    let case = |arms: Vec<Expr>| -> Expr {
        let at = |(at, arm)| (lit(ScalarValue::UInt64(Some(at))), arm);
        let choice = compared("code", Operator::Modulo, ScalarValue::Int64(Some(4)));
        let choice = Arc::new(datafusion::physical_expr::expressions::CastExpr::new(choice, DataType::UInt64, None));
        Arc::new(CaseExpr::try_new(Some(choice), (0..).zip(arms).map(at).collect(), Some(lit(false))).unwrap())
    };
    let null = || -> Expr { Arc::new(IsNullExpr::new(col("upn", &schema()).unwrap())) };
    for (condition, expected) in [
        (dynamic(keyed(&[Some("b"), Some("c"), Some("b")])), "2: upn IN ('b', 'c', 'b')"),
        // NULL equals nothing, and is no key.
        (keyed(&[Some("b"), None]), "1: upn IN ('b', NULL)"),
        (keyed(&[None]), "0: upn IN (NULL)"),
        // A join for which NULL equals NULL says so beside the list.
        (both(Operator::Or, vec![null(), keyed(&[Some("b")])]), "1: upn IS NULL OR upn IN ('b')"),
        // One list for each part of the keys.
        (
            dynamic(case(vec![keyed(&[Some("b")]), keyed(&[Some("c"), Some("d")])])),
            "3: upn IN ('b') OR upn IN ('c', 'd')",
        ),
        (dynamic(case(vec![keyed(&[Some("b")])])), "1: upn IN ('b')"),
        // One of the parts is not known: then nothing is.
        (dynamic(case(vec![keyed(&[Some("b")]), lit(true)])), "nothing"),
        (dynamic(case(vec![lit(false)])), "0: false"),
        // Too many keys to be told: their bounds are left.
        (compared("code", Operator::GtEq, ScalarValue::Int64(Some(5))), "0: code >= 5"),
        (dynamic(lit(true)), "nothing"),
        (
            dynamic(of_two(&[("b", 1), ("c", 1), ("b", 1)])),
            "2: upn IN ('b', 'c') AND code IN (1) or in 4 tests (upn = 'b' AND code = 1) OR (upn = 'c' AND code = 1)",
        ),
    ] {
        assert_eq!(told(&condition), expected, "{condition}");
    }
}

#[test]
fn a_part_of_a_key_is_a_column_or_computed() {
    let schema = schema();
    assert_eq!(property_of(&col("upn", &schema).unwrap(), &schema), Some((vec!["upn".to_owned()], false)));
    let sum = compared("code", Operator::Plus, ScalarValue::Int64(Some(1)));
    assert_eq!(property_of(&sum, &schema), None);
}
