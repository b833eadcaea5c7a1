//! `event_data.TargetUserName`: what a map holds under a name, which is found in any case.
//!
//! A name without quotes has lost its capitals before it is looked up, and those of a map are whatever a log has. The engine
//! compares them as they are, and so it found nothing and said NULL. A name as it is written goes first; `event_data['Name']` stays
//! exact. Of a name that no map has which was looked into, that is noted when the statement has ended.

use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use arrow::array::{Array, ArrayRef, AsArray, MapArray, StringViewArray, UInt32Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Field};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, TableReference, exec_err};
use datafusion::error::Result;
use datafusion::functions::core::expr_fn::get_field;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawFieldAccessExpr};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable as _, GetFieldAccess, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, lit,
};
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::scalar::ScalarValue;

use crate::tally::{Notice, Tally};

/// What plans names with dots that go into maps, to be asked before DataFusion's own planners.
pub(super) fn planner() -> Arc<dyn ExprPlanner> {
    Arc::new(Planner)
}

#[derive(Debug)]
struct Planner;

impl ExprPlanner for Planner {
    fn plan_compound_identifier(
        &self,
        field: &Field,
        qualifier: Option<&TableReference>,
        names: &[String],
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let column = Expr::Column(Column::from((qualifier, field)));
        let (mut expr, mut of, mut has_map) = (column, field.data_type().clone(), false);
        for name in names {
            if let Some(value) = value_of(&of) {
                has_map = true;
                expr = Named::step(expr, name, Case::Any);
                of = value;
            } else {
                of = field_of(&of, name);
                expr = get_field(expr, name.clone());
            }
        }
        Ok(if has_map { PlannerResult::Planned(expr) } else { PlannerResult::Original(Vec::new()) })
    }

    fn plan_field_access(
        &self,
        access: RawFieldAccessExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawFieldAccessExpr>> {
        let name = match &access.field_access {
            GetFieldAccess::NamedStructField { name } => name.try_as_str().flatten().map(str::to_owned),
            _ => None,
        };
        let is_map = || access.expr.get_type(schema).is_ok_and(|of| value_of(&of).is_some());
        Ok(match name.filter(|_| is_map()) {
            Some(name) => PlannerResult::Planned(Named::step(access.expr, &name, Case::Exact)),
            None => PlannerResult::Original(access),
        })
    }
}

/// The type of the values of a map whose keys are texts.
fn value_of(of: &DataType) -> Option<DataType> {
    let DataType::Map(entries, _) = of else { return None };
    let DataType::Struct(fields) = entries.data_type() else { return None };
    let [key, value] = fields.as_ref() else { return None };
    key.data_type().is_string().then(|| value.data_type().clone())
}

/// The type of a field of a struct; what there is not is told by the engine.
fn field_of(of: &DataType, name: &str) -> DataType {
    let DataType::Struct(fields) = of else { return DataType::Null };
    fields.find(name).map_or(DataType::Null, |(_, field)| field.data_type().clone())
}

/// How a name is compared with those of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Case {
    /// As it is written.
    Exact,
    /// As it is written, else in another case.
    Any,
}

/// The step into a map as a function, called as the engine's own step is.
#[derive(Debug)]
struct Named {
    signature: Signature,
    case: Case,
    seen: Arc<Seen>,
}

/// What was met in the maps of a statement.
#[derive(Debug, Default)]
struct Seen {
    maps: AtomicBool,
    name: AtomicBool,
}

impl Named {
    fn step(map: Expr, name: &str, case: Case) -> Expr {
        let step = Self { signature: Signature::any(2, Volatility::Immutable), case, seen: Arc::default() };
        ScalarUDF::from(step).call(vec![map, lit(name)])
    }
}

// What was met makes no other function of it.
impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.case == other.case
    }
}

impl Eq for Named {}

impl Hash for Named {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.case.hash(state);
    }
}

/// Leaves a note of each name in the select list and the conditions of a plan that none of the maps has.
pub(crate) fn noted(plan: &Arc<dyn ExecutionPlan>, tally: &Tally) {
    // Walks that do nothing else cannot fail.
    let _ = plan.apply(|node| {
        node.apply_expressions(&mut |expr| {
            expr.apply(|expr| {
                expr.downcast_ref::<ScalarFunctionExpr>().and_then(unmet).into_iter().for_each(|n| tally.notice(n));
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        Ok(TreeNodeRecursion::Continue)
    });
}

fn unmet(call: &ScalarFunctionExpr) -> Option<Notice> {
    let step = call.fun().inner().downcast_ref::<Named>()?;
    let [map, name] = call.args() else { return None };
    let name = name.downcast_ref::<Literal>()?.value().try_as_str().flatten()?;
    let is_unmet = step.seen.maps.load(Relaxed) && !step.seen.name.load(Relaxed);
    let table = map.downcast_ref::<datafusion::physical_expr::expressions::Column>()?.name().to_owned();
    let what = match step.case {
        Case::Exact => format!("no record that was read has the name '{name}' in it, as it is written"),
        Case::Any => format!("no record that was read has the name '{name}' in it, in any case"),
    };
    is_unmet.then(|| Notice::Assumed { first: table.clone(), table, what, files: 1 })
}

impl ScalarUDFImpl for Named {
    fn name(&self) -> &'static str {
        "get_field"
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let [map, Expr::Literal(name, _)] = args else { return exec_err!("a map and a name") };
        Ok(format!("{}[{name}]", map.schema_name()))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match types.first().and_then(value_of) {
            Some(value) => Ok(value),
            None => exec_err!("a map and a name"),
        }
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [map, ColumnarValue::Scalar(name)] = args.args.as_slice() else { return exec_err!("a map and a name") };
        let Some(name) = name.try_as_str().flatten() else { return exec_err!("a map and a name") };
        let is_one = matches!(map, ColumnarValue::Scalar(_));
        let map = map.to_array(args.number_rows)?;
        let map = map.as_map();
        let (found, is_there) = held(map, name, self.case)?;
        self.seen.maps.fetch_or(map.null_count() < map.len(), Relaxed);
        self.seen.name.fetch_or(is_there, Relaxed);
        Ok(match is_one && !found.is_empty() {
            true => ColumnarValue::Scalar(ScalarValue::try_from_array(&found, 0)?),
            false => ColumnarValue::Array(found),
        })
    }
}

/// What each map holds under a name, and whether one has it.
fn held(maps: &MapArray, name: &str, case: Case) -> Result<(ArrayRef, bool)> {
    let keys = cast(maps.keys(), &DataType::Utf8View)?;
    let keys: &StringViewArray = keys.as_string_view();
    let folded = name.to_lowercase();
    let place = |row: usize| -> Option<u32> {
        let edges = maps.value_offsets();
        let entries = usize::try_from(edges[row]).ok()?..usize::try_from(edges[row + 1]).ok()?;
        let exact = entries.clone().find(|at| keys.value(*at) == name);
        let alike = || entries.clone().find(|at| keys.value(*at).to_lowercase() == folded);
        let found = if case == Case::Any { exact.or_else(alike) } else { exact };
        u32::try_from(found?).ok()
    };
    let places: UInt32Array = (0..maps.len()).map(|row| if maps.is_null(row) { None } else { place(row) }).collect();
    Ok((take(maps.values(), &places, None)?, places.null_count() < places.len()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{MapBuilder, StringBuilder};

    use super::*;

    #[test]
    fn a_name_is_found_as_it_is_written_and_else_in_any_case() {
        let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for row in [Some(&[("Name", "a"), ("name", "b")][..]), Some(&[("NAME", "c")]), Some(&[("x", "d")]), None] {
            for (key, value) in row.unwrap_or_default() {
                maps.keys().append_value(key);
                maps.values().append_value(value);
            }
            maps.append(row.is_some()).unwrap();
        }
        let maps = maps.finish();
        for (name, expected) in [
            ("name", [Some("b"), Some("c"), None, None]),
            ("Name", [Some("a"), Some("c"), None, None]),
            ("y", [None; 4]),
        ] {
            let (found, _) = held(&maps, name, Case::Any).unwrap();
            assert_eq!(found.as_string::<i32>().iter().collect::<Vec<_>>(), expected, "{name}");
        }
        let (found, _) = held(&maps, "name", Case::Exact).unwrap();
        assert_eq!(found.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["b"]);
        let (found, _) = held(&maps.slice(1, 2), "name", Case::Any).unwrap();
        assert_eq!(found.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("c"), None]);
    }
}
