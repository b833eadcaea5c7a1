//! Aggregates that other engines have, in terms of those that there are.

use arrow::datatypes::DataType;
use datafusion::common::plan_err;
use datafusion::error::Result;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::first_last::first_value_udaf;
use datafusion::logical_expr::expr::{AggregateFunction, AggregateFunctionParams, Sort};
use datafusion::logical_expr::function::{AccumulatorArgs, AggregateFunctionSimplification};
use datafusion::logical_expr::scalar_doc_sections::DOC_SECTION_OTHER;
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Documentation, Expr, Signature, Volatility, lit};

use crate::engine::error::Error;

/// An aggregate that stands for another.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct StandsFor {
    kind: Kind,
    aliases: Vec<String>,
    signature: Signature,
    documentation: Box<Documentation>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    /// `count(*) FILTER (WHERE condition)`
    CountIf,
    /// `first_value(value ORDER BY by DESC) FILTER (WHERE by IS NOT NULL)`
    ArgMax,
    /// The same the other way round.
    ArgMin,
}

/// The aggregates.
pub(super) fn functions() -> impl Iterator<Item = StandsFor> {
    [Kind::CountIf, Kind::ArgMax, Kind::ArgMin].into_iter().map(|kind| {
        let documentation = Documentation::builder(DOC_SECTION_OTHER, kind.doc(), kind.syntax()).build();
        StandsFor {
            kind,
            aliases: kind.also().iter().map(ToString::to_string).collect(),
            signature: Signature::user_defined(Volatility::Immutable),
            documentation: Box::new(documentation),
        }
    })
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::CountIf => "count_if",
            Self::ArgMax => "arg_max",
            Self::ArgMin => "arg_min",
        }
    }

    fn also(self) -> &'static [&'static str] {
        match self {
            Self::CountIf => &["countif"],
            Self::ArgMax => &["max_by"],
            Self::ArgMin => &["min_by"],
        }
    }

    fn syntax(self) -> &'static str {
        match self {
            Self::CountIf => "count_if(condition)",
            Self::ArgMax => "arg_max(value, by)",
            Self::ArgMin => "arg_min(value, by)",
        }
    }

    fn doc(self) -> &'static str {
        match self {
            Self::CountIf => "How many rows satisfy a condition.",
            Self::ArgMax => {
                "The value of the row whose second argument is the greatest, such as the address of the last sign-in."
            }
            Self::ArgMin => {
                "The value of the row whose second argument is the least, such as the address of the first sign-in."
            }
        }
    }

    fn arguments(self) -> usize {
        if self == Self::CountIf { 1 } else { 2 }
    }
}

impl AggregateUDFImpl for StandsFor {
    fn name(&self) -> &str {
        self.kind.name()
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn documentation(&self) -> Option<&Documentation> {
        Some(&self.documentation)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let syntax = self.kind.syntax();
        if given.len() != self.kind.arguments() {
            return plan_err!("{syntax} takes {} argument(s), not {}", self.kind.arguments(), given.len());
        }
        match (self.kind, given) {
            (Kind::CountIf, [DataType::Boolean | DataType::Null]) => Ok(vec![DataType::Boolean]),
            (Kind::CountIf, [other, ..]) => plan_err!("{syntax}: the condition is of type {other}, and no truth value"),
            _ => Ok(given.to_vec()),
        }
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::CountIf => DataType::Int64,
            Kind::ArgMax | Kind::ArgMin => given.first().cloned().unwrap_or(DataType::Null),
        })
    }

    fn accumulator(&self, _: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let what = format!("{} is not supported with OVER", self.kind.syntax());
        let instead = match self.kind {
            Kind::CountIf => "count(*) FILTER (WHERE condition) OVER (…) is the same",
            Kind::ArgMax => {
                "first_value(value) OVER (… ORDER BY by DESC NULLS LAST) is the same, over the whole of a window"
            }
            Kind::ArgMin => {
                "first_value(value) OVER (… ORDER BY by NULLS LAST) is the same, over the whole of a window"
            }
        };
        Err(Error::Dialect { what, instead: instead.into() }.into())
    }

    fn simplify(&self) -> Option<AggregateFunctionSimplification> {
        let kind = self.kind;
        Some(Box::new(move |call, _| {
            let AggregateFunctionParams { mut args, distinct, filter, order_by, null_treatment } = call.params;
            let and = |condition: Expr, filter: Option<Box<Expr>>| match filter {
                Some(filter) => filter.and(condition),
                None => condition,
            };
            let (func, args, filter, order_by) = match kind {
                Kind::CountIf => {
                    let condition = args.pop().unwrap_or_else(|| lit(false));
                    (count_udaf(), vec![lit(1_i64)], and(condition, filter), order_by)
                }
                Kind::ArgMax | Kind::ArgMin => {
                    let by = args.pop().unwrap_or_else(|| lit(false));
                    let order = Sort::new(by.clone(), kind == Kind::ArgMin, false);
                    (first_value_udaf(), args, and(by.is_not_null(), filter), vec![order])
                }
            };
            let filter = Some(Box::new(filter));
            let params = AggregateFunctionParams { args, distinct, filter, order_by, null_treatment };
            Ok(Expr::AggregateFunction(AggregateFunction { func, params }))
        }))
    }
}
