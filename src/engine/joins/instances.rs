//! A test of a side's text against a value of the other side, as the tests that it is once that other side was read:
//! `starts_with(s.user_agent, l.prefix)` is one of `starts_with(s.user_agent, 'curl')`, `starts_with(s.user_agent, 'python')`.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef};
use datafusion::error::Result;
use datafusion::logical_expr::Operator;
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_expr::expressions::{BinaryExpr, LikeExpr, lit};
use datafusion::scalar::ScalarValue;

use super::comparison::Expr;
use crate::engine::functions::own::is_ip_in;
use crate::predicate::How;

/// Values that are told one by one. More than these would be more requests than most listings have pages.
const MOST: usize = 1_000;

/// A test of a text, by what it is tested against.
#[derive(Debug, Clone)]
pub(crate) struct Tested {
    /// It as the join has it.
    test: Expr,
    /// What of it can be asked for.
    pub(crate) how: How,
    /// The text, over the columns of its side.
    pub(crate) far: Expr,
    /// What it is tested against, over those of the other side.
    pub(crate) near: Expr,
}

impl Tested {
    /// Reads a part of a join's condition; `far` and `near` tell what an expression is over the columns of a side. `None`: it is
    /// no such test, or of the other side's text.
    pub(crate) fn of(
        part: &Expr,
        far: impl Fn(&Expr) -> Option<Expr>,
        near: impl Fn(&Expr) -> Option<Expr>,
    ) -> Option<Self> {
        let (how, text, against) = if let Some(like) = part.downcast_ref::<LikeExpr>() {
            (How::Begins, like.expr(), like.pattern())
        } else {
            let call = part.downcast_ref::<ScalarFunctionExpr>()?;
            let [text, against] = call.args() else { return None };
            let how = if is_ip_in(call.fun()) { How::InNetwork } else { How::Begins };
            (how, text, against)
        };
        let is_known = match (part.downcast_ref::<LikeExpr>(), part.downcast_ref::<ScalarFunctionExpr>()) {
            (Some(like), _) => !like.negated() && !like.case_insensitive(),
            (_, Some(call)) => how == How::InNetwork || call.name() == "starts_with",
            _ => false,
        };
        let (far, near) = (far(text)?, near(against)?);
        is_known.then(|| Self { test: Arc::clone(part), how, far, near })
    }

    /// The test against a constant.
    fn with(&self, value: ScalarValue) -> Result<Expr> {
        Arc::clone(&self.test).with_new_children(vec![Arc::clone(&self.far), lit(value)])
    }
}

impl fmt::Display for Tested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.test)
    }
}

/// Different values that texts are tested against, in the order in which they were seen.
#[derive(Debug, Default)]
pub(crate) struct Values {
    known: HashSet<ScalarValue>,
    values: Vec<ScalarValue>,
    are_too_many: bool,
}

impl Values {
    /// Takes note of values. NULL is none.
    pub(crate) fn see(&mut self, values: &ArrayRef) -> Result<()> {
        for row in (0..values.len()).filter(|row| values.is_valid(*row)) {
            if self.are_too_many {
                return Ok(());
            }
            let value = ScalarValue::try_from_array(values, row)?;
            if self.known.insert(value.clone()) {
                self.values.push(value);
                self.are_too_many = self.values.len() > MOST;
            }
        }
        Ok(())
    }

    /// What every text satisfies that one of the values suits; `None`, if these are too many.
    pub(crate) fn tests(&self, tested: &Tested) -> Result<Option<Expr>> {
        if self.are_too_many {
            return Ok(None);
        }
        let tests = self.values.iter().map(|value| tested.with(value.clone()));
        tests.collect::<Result<Vec<_>>>().map(|tests| Some(any_of(tests)))
    }
}

/// One of these holds. The tree is as deep as it has to be, since a thousand of them in a row are a thousand calls deep.
pub(crate) fn any_of(mut each: Vec<Expr>) -> Expr {
    while each.len() > 1 {
        let pairs = each.chunks(2).map(|pair| match pair {
            [one, other] => Arc::new(BinaryExpr::new(Arc::clone(one), Operator::Or, Arc::clone(other))) as Expr,
            _ => Arc::clone(&pair[0]),
        });
        each = pairs.collect();
    }
    each.pop().unwrap_or_else(|| lit(false))
}
