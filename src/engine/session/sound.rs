//! Comparisons with constants in the one form in which DataFusion simplifies them soundly.
//!
//! Two of its steps change what a predicate says. Splitting a filter, it takes `x = 'a' AND 'a' = x` for a contradiction
//! and loses the strict one of `x >= 1 AND 1 < x`; so the constant is put on the right. And it merges lists over one
//! column as if there were no NULL: `x NOT IN ('a') OR x NOT IN ('b')` became true of a row without `x`, and
//! `x IN ('a') AND x NOT IN ('b', NULL)` became `x IN ('a')`. Lists that it could merge so are wrapped in a function that
//! gives them back as they are, through which it does not look; `predicate::import` does.
//!
//! Both are mended after version 55.2 (apache/datafusion, pull requests 24763 and 24258); `tests/rules.rs` tells when this
//! can go.

use std::sync::LazyLock;

use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::error::Result;
use datafusion::logical_expr::expr::{BinaryExpr, InList};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Cast, ColumnarValue, Expr, LogicalPlan, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility, binary_expr,
};
use datafusion::optimizer::AnalyzerRule;

use crate::predicate::AS_WRITTEN;

/// The step that comes before anything is simplified.
#[derive(Debug)]
pub(super) struct Sound;

impl AnalyzerRule for Sound {
    fn name(&self) -> &'static str {
        "sound"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        Ok(plan.transform_up_with_subqueries(settled)?.data)
    }
}

/// A node of a plan with its comparisons in that form. Its columns keep their names.
fn settled(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let names = NamePreserver::new(&plan);
    let filters = matches!(plan, LogicalPlan::Filter(_));
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let turned = expr.transform_up(|expr| Ok(turned(expr)))?;
        let expr = turned.transform_data(|expr| if filters { each_conjunct(expr) } else { kept(expr) })?;
        Ok(expr.update_data(|expr| name.restore(expr)))
    })
}

/// A comparison with the constant on its right.
fn turned(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_constant(&left) && !is_constant(&right) => {
            match op.swap() {
                Some(swapped) => Transformed::yes(binary_expr(*right, swapped, *left)),
                None => Transformed::no(binary_expr(*left, op, *right)),
            }
        }
        other => Transformed::no(other),
    }
}

fn is_constant(expr: &Expr) -> bool {
    let varies = |expr: &Expr| Ok(matches!(expr, Expr::Column(_) | Expr::LambdaVariable(_)));
    !expr.exists(varies).unwrap_or(true)
}

/// What a filter asks for at once may be merged: there, false and unknown are the same.
fn each_conjunct(expr: Expr) -> Result<Transformed<Expr>> {
    let mut changed = false;
    let mut conjuncts = Vec::new();
    for conjunct in split_conjunction_owned(expr) {
        let conjunct = kept(conjunct)?;
        changed |= conjunct.transformed;
        conjuncts.push(conjunct.data);
    }
    let whole = conjunction(conjuncts).expect("a predicate has a conjunct");
    Ok(Transformed::new_transformed(whole, changed))
}

/// An expression whose lists stay as they are written, where merging them could change it.
fn kept(expr: Expr) -> Result<Transformed<Expr>> {
    let mut lists = Vec::new();
    collect(&expr, &mut lists)?;
    let repeated: Vec<Expr> =
        (0..lists.len()).filter(|at| lists[..*at].contains(&lists[*at])).map(|at| lists[at].clone()).collect();
    let is_kept = |expr: &Expr| match expr {
        Expr::InList(list) => may_hold_null(list) || repeated.contains(&list.expr),
        _ => false,
    };
    expr.transform_up(|expr| {
        Ok(match expr {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
                let each = [*left, *right].map(|arm| match alternative(&arm) {
                    Some(subject) if repeated.contains(subject) => Transformed::yes(as_written(arm)),
                    _ => Transformed::no(arm),
                });
                let changed = each.iter().any(|arm| arm.transformed);
                let [left, right] = each.map(|arm| arm.data);
                Transformed::new_transformed(binary_expr(left, Operator::Or, right), changed)
            }
            list if is_kept(&list) => Transformed::yes(as_written(list)),
            other => Transformed::no(other),
        })
    })
}

/// What the lists of an expression are about, once for each list. Alternatives of one OR are one list.
fn collect<'a>(expr: &'a Expr, lists: &mut Vec<&'a Expr>) -> Result<()> {
    let (mut arms, mut rest) = (vec![expr], Vec::new());
    let mut about: Vec<&Expr> = Vec::new();
    while let Some(arm) = arms.pop() {
        match arm {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => arms.extend([&**left, &**right]),
            Expr::InList(InList { expr, negated: false, .. }) => about.push(expr),
            Expr::InList(InList { expr, .. }) => lists.push(expr),
            arm => match alternative(arm) {
                Some(subject) if !std::ptr::eq(arm, expr) => about.push(subject),
                _ => rest.push(arm),
            },
        }
    }
    (0..about.len()).filter(|at| !about[..*at].contains(&about[*at])).for_each(|at| lists.push(about[at]));
    for arm in rest {
        arm.apply_children(|child| collect(child, lists).map(|()| TreeNodeRecursion::Continue))?;
    }
    Ok(())
}

/// The column of `column = constant`, of which DataFusion makes lists.
fn alternative(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })
            if matches!(**left, Expr::Column(_)) && is_constant(right) =>
        {
            Some(left)
        }
        _ => None,
    }
}

fn may_hold_null(list: &InList) -> bool {
    !list.list.iter().all(is_value)
}

/// Whether it is a literal, and surely not NULL.
fn is_value(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => !value.is_null(),
        Expr::Cast(Cast { expr, .. }) | Expr::Negative(expr) => is_value(expr),
        _ => false,
    }
}

fn as_written(test: Expr) -> Expr {
    FUNCTION.call(vec![test])
}

static FUNCTION: LazyLock<ScalarUDF> =
    LazyLock::new(|| ScalarUDF::from(AsWritten(Signature::any(1, Volatility::Immutable))));

/// The function that gives a truth value back. It has no name in SQL.
#[derive(Debug, PartialEq, Eq, Hash)]
struct AsWritten(Signature);

impl ScalarUDFImpl for AsWritten {
    fn name(&self) -> &'static str {
        AS_WRITTEN
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, mut args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(args.args.swap_remove(0))
    }
}
