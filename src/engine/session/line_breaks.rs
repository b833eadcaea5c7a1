//! `.` in a regular expression matches a line break too, as in PostgreSQL.
//!
//! The engine's expressions leave it out unless they say `(?s)`, so that `~ 'a.*b'` missed what a log or a mail has on two lines. What
//! an expression says itself goes first: `(?-s)` turns it off.

use datafusion::common::ScalarValue;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::error::Result;
use datafusion::logical_expr::expr::{BinaryExpr, ScalarFunction};
use datafusion::logical_expr::{Expr, LogicalPlan, Operator, binary_expr, lit};
use datafusion::optimizer::AnalyzerRule;

use crate::engine::rewriting::each_expression;
use crate::predicate::ACROSS_LINES;

/// Functions whose second argument is a regular expression.
const FUNCTIONS: &[&str] =
    &["regexp_count", "regexp_instr", "regexp_like", "regexp_match", "regexp_replace", "regexp_substr"];

/// The step that comes before anything is simplified.
#[derive(Debug)]
pub(super) struct AcrossLines;

impl AnalyzerRule for AcrossLines {
    fn name(&self) -> &'static str {
        "across_lines"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        each_expression(plan, |expr, _| Ok(matching(expr)))
    }
}

fn matching(expr: Expr) -> Transformed<Expr> {
    use Operator as O;
    match expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right })
            if matches!(op, O::RegexMatch | O::RegexIMatch | O::RegexNotMatch | O::RegexNotIMatch) =>
        {
            across_lines(*right).update_data(|right| binary_expr(*left, op, right))
        }
        Expr::ScalarFunction(ScalarFunction { func, mut args })
            if args.len() > 1 && FUNCTIONS.contains(&func.name()) =>
        {
            let pattern = across_lines(std::mem::take(&mut args[1]));
            pattern.update_data(|pattern| {
                args[1] = pattern;
                Expr::ScalarFunction(ScalarFunction { func, args })
            })
        }
        other => Transformed::no(other),
    }
}

/// A regular expression whose `.` is any sign. One that has none stays as it is written.
fn across_lines(pattern: Expr) -> Transformed<Expr> {
    use ScalarValue as S;
    match pattern {
        Expr::Literal(S::Utf8(Some(text)) | S::LargeUtf8(Some(text)) | S::Utf8View(Some(text)), meta) => {
            if text.contains('.') && !text.starts_with(ACROSS_LINES) {
                let text = format!("{ACROSS_LINES}{text}");
                return Transformed::yes(Expr::Literal(S::Utf8(Some(text)), meta));
            }
            Transformed::no(Expr::Literal(S::Utf8(Some(text)), meta))
        }
        literal @ Expr::Literal(..) => Transformed::no(literal),
        computed => Transformed::yes(binary_expr(lit(ACROSS_LINES), Operator::StringConcat, computed)),
    }
}

#[cfg(test)]
mod tests {
    use arrow::util::display::array_value_to_string;
    use datafusion::execution::SessionStateBuilder;
    use datafusion::prelude::SessionContext;

    use crate::engine::Engine;

    #[tokio::test]
    async fn a_dot_matches_a_line_break_unless_the_expression_says_otherwise() {
        let state = Engine::builder().configure(SessionStateBuilder::new()).unwrap().build();
        let context = SessionContext::new_with_state(state);
        let rows = r"(VALUES (E'a\nb', 'a.b'), ('a-b', 'A.B'), ('ab', 'a.b'), (NULL, 'a.b'), ('c', NULL)) v(x, p)";
        for (condition, expected) in [
            ("x ~ 'a.b'", "2"),
            ("x ~* 'A.B'", "2"),
            ("x !~ 'a.b'", "2"),
            ("x !~* 'A.B'", "2"),
            ("x ~ 'a.*b'", "3"),
            ("x ~ '^a.*b$'", "3"),
            ("x ~ '(?-s)a.b'", "1"),
            ("x ~ '(?s)a.b'", "2"),
            ("x ~ p", "1"),
            ("x ~* p", "2"),
            ("x !~ p", "2"),
            ("regexp_like(x, 'a.b')", "2"),
            ("regexp_like(x, 'A.B', 'i')", "2"),
            ("regexp_like(x, p)", "1"),
            ("regexp_count(x, 'a.b') = 1", "2"),
            ("regexp_replace(x, 'a.b', '') = ''", "2"),
            ("regexp_match(x, 'a(.)b') IS NOT NULL", "2"),
            ("regexp_extract_all(x, 'a.b', 0)[1] IS NOT NULL", "2"),
            ("x ~ 'a'", "3"),
        ] {
            let sql = format!("SELECT count(*) FROM {rows} WHERE {condition}");
            let told = match context.sql(&sql).await {
                Ok(frame) => match frame.collect().await {
                    Ok(rows) => array_value_to_string(rows[0].column(0), 0).unwrap(),
                    Err(error) => error.to_string(),
                },
                Err(error) => error.to_string(),
            };
            assert_eq!(told, expected, "{condition}");
        }
    }
}
