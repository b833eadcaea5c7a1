//! Operators, among them those that go into JSON.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr};

use super::dialect::refused;
use super::json;
use crate::engine::Error;

/// A binary operator and its operands.
pub(super) fn of_binary(expr: &mut Expr) -> Result<(), Error> {
    use BinaryOperator as B;
    let Expr::BinaryOp { left, op, right } = expr else { return Ok(()) };
    match op {
        B::Arrow | B::LongArrow => json::of_step(op, right),
        B::HashArrow | B::HashLongArrow => {
            if let Some(steps) = json::steps_of_array(right) {
                let function = if *op == B::HashArrow { "json_get" } else { "json_as_text" };
                *expr = json::call(function, left.as_ref().clone(), &steps);
            }
            Ok(())
        }
        op if is_planned(op) => Ok(()),
        op => Err(refused(format!("the operator {op} is not known here"), instead_of(op))),
    }
}

fn is_planned(op: &BinaryOperator) -> bool {
    use BinaryOperator as B;
    matches!(
        op,
        B::Plus
            | B::Minus
            | B::Multiply
            | B::Divide
            | B::Modulo
            | B::StringConcat
            | B::Gt
            | B::Lt
            | B::GtEq
            | B::LtEq
            | B::Spaceship
            | B::Eq
            | B::NotEq
            | B::And
            | B::Or
            | B::Xor
            | B::BitwiseOr
            | B::BitwiseAnd
            | B::BitwiseXor
            | B::PGBitwiseXor
            | B::PGBitwiseShiftLeft
            | B::PGBitwiseShiftRight
            | B::PGExp
            | B::PGRegexMatch
            | B::PGRegexIMatch
            | B::PGRegexNotMatch
            | B::PGRegexNotIMatch
            | B::PGLikeMatch
            | B::PGILikeMatch
            | B::PGNotLikeMatch
            | B::PGNotILikeMatch
            | B::AtArrow
            | B::ArrowAt
            | B::Question
            | B::DuckIntegerDivide
            | B::MyIntegerDivide
    )
}

fn instead_of(op: &BinaryOperator) -> &'static str {
    use BinaryOperator as B;
    match op {
        B::QuestionAnd | B::QuestionPipe => "raw ? 'name' looks for one name; AND and OR put several together",
        B::HashMinus | B::AtQuestion | B::AtAt => "raw -> 'a' -> 0 ->> 'b' goes into JSON, raw ? 'a' looks for a name",
        B::PGStartsWith => "starts_with(x, 'text')",
        B::Regexp => "x ~ 'expression'",
        B::Overlaps => "write a_begin < b_end AND b_begin < a_end",
        _ => "\\df lists the functions",
    }
}
