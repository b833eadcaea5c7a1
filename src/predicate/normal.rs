//! Drives NOT to the leaves, so that everything after may weaken freely.
//!
//! `NOT (a > 5)` becomes `a <= 5`: the same in SQL, and also in OData, where `not(a gt 5)` would keep records without `a`.

use super::expression::{Local, Predicate, Test, Truth};

/// The same predicate without [`Predicate::Not`].
pub fn normal(predicate: Predicate) -> Predicate {
    push(predicate, false)
}

fn push(predicate: Predicate, negated: bool) -> Predicate {
    let each = |ps: Vec<Predicate>| ps.into_iter().map(|p| push(p, negated)).collect();
    match predicate {
        Predicate::Not(inner) => push(*inner, !negated),
        Predicate::And(ps) if negated => Predicate::Or(each(ps)),
        Predicate::Or(ps) if negated => Predicate::And(each(ps)),
        Predicate::And(ps) => Predicate::And(each(ps)),
        Predicate::Or(ps) => Predicate::Or(each(ps)),
        Predicate::Constant(truth) if negated => Predicate::Constant(match truth {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }),
        Predicate::Test { test: Test::InNetwork(_), sql, .. } if negated => {
            Predicate::Opaque { sql: format!("NOT {sql}"), why: Local::Network }
        }
        Predicate::Test { path, folded, test, sql } if negated => {
            Predicate::Test { path, folded, test: negate(test), sql: format!("NOT {sql}") }
        }
        Predicate::Opaque { sql, why } if negated => Predicate::Opaque { sql: format!("NOT {sql}"), why },
        Predicate::Any { sql, .. } if negated => Predicate::Opaque { sql: format!("NOT {sql}"), why: Local::NoElement },
        Predicate::Any { test, sql } => Predicate::Any { test: Box::new(push(*test, false)), sql },
        other => other,
    }
}

fn negate(test: Test) -> Test {
    match test {
        Test::Compare(comparison, value) => Test::Compare(comparison.negated(), value),
        Test::In { values, negated } => Test::In { values, negated: !negated },
        Test::Like { pattern, negated } => Test::Like { pattern, negated: !negated },
        Test::Has { value, negated } => Test::Has { value, negated: !negated },
        Test::IsNull { negated } => Test::IsNull { negated: !negated },
        // `push` makes none.
        Test::InNetwork(octets) => Test::InNetwork(octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::{Comparison, Scalar};

    fn leaf(comparison: Comparison) -> Predicate {
        Predicate::Test {
            path: vec!["a".into()],
            folded: false,
            test: Test::Compare(comparison, Scalar::Int(5)),
            sql: "a".into(),
        }
    }

    fn shape(p: &Predicate) -> String {
        let join = |ps: &[Predicate], word: &str| format!("({})", ps.iter().map(shape).collect::<Vec<_>>().join(word));
        match p {
            Predicate::And(ps) => join(ps, " and "),
            Predicate::Or(ps) => join(ps, " or "),
            Predicate::Not(p) => format!("not{}", shape(p)),
            Predicate::Test { test: Test::Compare(c, _), .. } => c.sql().into(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn not_reaches_the_leaves_by_de_morgan() {
        let inner = Predicate::Or(vec![
            leaf(Comparison::Gt),
            Predicate::Not(Box::new(Predicate::And(vec![leaf(Comparison::Eq), leaf(Comparison::LtEq)]))),
        ]);
        assert_eq!(shape(&normal(Predicate::Not(Box::new(inner)))), "(<= and (= and <=))");
    }

    #[test]
    fn that_no_element_passes_is_nothing_about_single_ones() {
        let any = |test: Predicate| Predicate::Any { test: Box::new(test), sql: "any".into() };
        let not = |test: Predicate| Predicate::Not(Box::new(test));
        assert_eq!(normal(any(not(leaf(Comparison::Gt)))), any(normal(not(leaf(Comparison::Gt)))));
        assert_eq!(normal(not(not(any(leaf(Comparison::Gt))))), any(leaf(Comparison::Gt)));
        let none = Predicate::Opaque { sql: "NOT any".into(), why: Local::NoElement };
        assert_eq!(normal(not(any(leaf(Comparison::Gt)))), none);
    }

    #[test]
    fn unknown_stays_unknown_below_not() {
        let p = Predicate::Not(Box::new(Predicate::Constant(Truth::Unknown)));
        assert_eq!(normal(p), Predicate::Constant(Truth::Unknown));
    }
}
