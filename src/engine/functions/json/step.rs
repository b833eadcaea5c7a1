//! The function `json_get`, which `->` is too: the text that a path leads to.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::DFSchema;
use datafusion::error::Result;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature,
};
use datafusion_functions_json::udfs::json_as_text_udf;

pub(super) const NAME: &str = "json_get";

/// How a column says that its texts are of JSON: one of a subquery, of a view or of a table that was kept is read as the step itself is.
const MARK: &str = "auditql.json";

pub(super) static JSON_GET: LazyLock<Arc<ScalarUDF>> =
    LazyLock::new(|| Arc::new(ScalarUDF::from(JsonGet(json_as_text_udf()))));

/// Whether an expression is a step, or a column of such. What is neither is not looked into: this is asked of each part of a condition.
pub(super) fn is_step(expr: &Expr, schema: &DFSchema) -> bool {
    match expr {
        Expr::Alias(alias) => is_step(&alias.expr, schema),
        Expr::ScalarFunction(call) => call.func.name() == NAME,
        Expr::Column(_) | Expr::OuterReferenceColumn(..) => expr
            .to_field(schema)
            .is_ok_and(|(_, field)| field.metadata().contains_key(MARK) && field.data_type().is_string()),
        _ => false,
    }
}

/// The call that an expression is, under whatever name.
pub(super) fn of(expr: &mut Expr) -> Option<&mut ScalarFunction> {
    match expr {
        Expr::Alias(alias) => of(&mut alias.expr),
        Expr::ScalarFunction(call) if call.func.name() == NAME => Some(call),
        _ => None,
    }
}

/// The arguments of that call.
pub(super) fn into_args(mut expr: Expr) -> Option<Vec<Expr>> {
    of(&mut expr).map(|call| std::mem::take(&mut call.args))
}

/// `json_as_text` under this name, of texts that are marked.
#[derive(Debug, PartialEq, Eq, Hash)]
struct JsonGet(Arc<ScalarUDF>);

impl ScalarUDFImpl for JsonGet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &Signature {
        self.0.signature()
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        self.0.return_type(given)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let given: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let mark = HashMap::from([(MARK.to_owned(), String::new())]);
        Ok(Arc::new(Field::new(NAME, self.return_type(&given)?, true).with_metadata(mark)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        self.0.invoke_with_args(args)
    }

    fn placement(&self, args: &[ExpressionPlacement]) -> ExpressionPlacement {
        self.0.placement(args)
    }
}
