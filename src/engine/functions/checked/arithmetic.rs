//! `+`, `-` and `*` on whole numbers, checked; and these and `/` on decimals, whose kernels fill 128 or 256 bits without a look at how
//! many digits the type has.
//!
//! After types were coerced, both sides of such an operator are of one type, and the operator becomes a function of the same
//! name. It calls itself as the operator does, so that headings, GROUP BY and ORDER BY find it as before.

use arrow::array::{ArrayRef, AsArray, Datum};
use arrow::compute::kernels::numeric::{add, div, mul, sub};
use arrow::datatypes::{DataType, Decimal128Type, Decimal256Type, Field, FieldRef};
use arrow::error::ArrowError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, exec_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::expr::BinaryExpr;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::physical_expr_common::datum::apply;

use super::negated::Negated;
use super::out_of_range;
use crate::engine::rewriting::each_expression;

/// The step that comes after types were coerced.
#[derive(Debug)]
pub(crate) struct Arithmetic;

impl AnalyzerRule for Arithmetic {
    fn name(&self) -> &'static str {
        "checked_arithmetic"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, |expr, schema| Ok(checked(expr, schema)))
    }
}

fn checked(expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let is_whole = |side: &Expr| side.get_type(schema).is_ok_and(|of| of.is_integer());
    match &expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if Sign::of(*op).is_some() => {
            let (Some(sign), Ok(one), Ok(other)) = (Sign::of(*op), left.get_type(schema), right.get_type(schema))
            else {
                return Transformed::no(expr);
            };
            let of = if is_decimal(&one) && is_decimal(&other) {
                expr.get_type(schema).ok()
            } else {
                (one.is_integer() && other.is_integer() && sign != Sign::By).then_some(one)
            };
            let Some(of) = of else { return Transformed::no(expr) };
            let text = format!("{} {op} {}", written(left), written(right));
            let function = Operation { sign, text, of, signature: Signature::any(2, Volatility::Immutable) };
            Transformed::yes(ScalarUDF::from(function).call(vec![*left.clone(), *right.clone()]))
        }
        Expr::Negative(inner) if !matches!(**inner, Expr::Literal(..)) && is_whole(inner) => {
            let of = inner.get_type(schema).unwrap_or(DataType::Null);
            let function = Negated::new(format!("-{}", written(inner)), of);
            Transformed::yes(ScalarUDF::from(function).call(vec![*inner.clone()]))
        }
        _ => Transformed::no(expr),
    }
}

/// An operand as it is written.
fn written(operand: &Expr) -> String {
    let own = match operand {
        Expr::ScalarFunction(call) => {
            let inner = call.func.inner();
            let operation = inner.downcast_ref::<Operation>().map(|operation| &operation.text);
            operation.or_else(|| inner.downcast_ref::<Negated>().map(Negated::text))
        }
        _ => None,
    };
    own.map_or_else(|| operand.human_display().to_string(), |text| format!("({text})"))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Sign {
    Plus,
    Minus,
    Times,
    By,
}

impl Sign {
    fn of(op: Operator) -> Option<Self> {
        match op {
            Operator::Plus => Some(Self::Plus),
            Operator::Minus => Some(Self::Minus),
            Operator::Multiply => Some(Self::Times),
            Operator::Divide => Some(Self::By),
            _ => None,
        }
    }

    fn kernel(self) -> fn(&dyn Datum, &dyn Datum) -> Result<ArrayRef, ArrowError> {
        match self {
            Self::Plus => add,
            Self::Minus => sub,
            Self::Times => mul,
            Self::By => div,
        }
    }
}

/// An operator as a function. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Operation {
    sign: Sign,
    /// As it was written, for whoever reads the error.
    text: String,
    /// Of which type its numbers are.
    of: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Operation {
    fn name(&self) -> &str {
        match self.sign {
            Sign::Plus => "+",
            Sign::Minus => "-",
            Sign::Times => "*",
            Sign::By => "/",
        }
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        match args {
            [left, right] => Ok(format!("{} {} {}", left.schema_name(), self.name(), right.schema_name())),
            _ => exec_err!("{} takes two numbers", self.name()),
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.of.clone())
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let is_nullable = args.arg_fields.iter().any(|field| field.is_nullable());
        Ok(Field::new(self.name(), self.of.clone(), is_nullable).into())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = args.args.as_slice() else { return exec_err!("{} takes two numbers", self.name()) };
        let value = apply(left, right, self.sign.kernel()).map_err(|error| told(error, &self.text, &self.of))?;
        if fits(&value, &self.of)? { Ok(value) } else { Err(out_of_range(&self.text, &self.of)) }
    }

    fn evaluate_bounds(&self, _: &[&Interval]) -> Result<Interval> {
        any_of(&self.of)
    }
}

fn is_decimal(of: &DataType) -> bool {
    matches!(of, DataType::Decimal128(..) | DataType::Decimal256(..))
}

/// Whether decimals have no more digits than their type has.
fn fits(value: &ColumnarValue, of: &DataType) -> Result<bool> {
    if !is_decimal(of) {
        return Ok(true);
    }
    let values = value.to_array(1)?;
    Ok(match (values.data_type(), of) {
        (DataType::Decimal128(..), DataType::Decimal128(digits, _)) => {
            values.as_primitive::<Decimal128Type>().validate_decimal_precision(*digits).is_ok()
        }
        (DataType::Decimal256(..), DataType::Decimal256(digits, _)) => {
            values.as_primitive::<Decimal256Type>().validate_decimal_precision(*digits).is_ok()
        }
        _ => true,
    })
}

/// All numbers of a type. Without one, functions that ask whether a number is negative, as `abs` does, cannot be sorted by.
pub(super) fn any_of(of: &DataType) -> Result<Interval> {
    Interval::make_unbounded(of)
}

/// A field of the type of the first argument, NULL where an argument is.
pub(super) fn same_type(name: &str, args: &ReturnFieldArgs<'_>) -> FieldRef {
    let of = args.arg_fields.first().map_or(DataType::Null, |field| field.data_type().clone());
    Field::new(name, of, args.arg_fields.iter().any(|field| field.is_nullable())).into()
}

/// The error of a kernel, in words.
pub(super) fn told(error: DataFusionError, text: &str, of: &DataType) -> DataFusionError {
    match error {
        DataFusionError::ArrowError(inner, _) if matches!(*inner, ArrowError::ArithmeticOverflow(_)) => {
            out_of_range(text, of)
        }
        other => other,
    }
}
