//! Prints clauses. Every OR is parenthesised, so no reader depends on a service's idea of precedence.

use super::literal::literal;
use crate::predicate::{Clause, Value};
use crate::table::Op;

/// The clauses, joined by `and`, as `$filter` text.
pub fn filter(clauses: &[Clause]) -> String {
    clauses.iter().map(clause).collect::<Vec<_>>().join(" and ")
}

/// One clause as `$filter` text.
pub fn clause(clause: &Clause) -> String {
    match clause {
        Clause::And(cs) => format!("({})", cs.iter().map(self::clause).collect::<Vec<_>>().join(" and ")),
        Clause::Or(cs) => format!("({})", cs.iter().map(self::clause).collect::<Vec<_>>().join(" or ")),
        Clause::Property { path, op, value } => test(path, *op, value),
        // The range variable is free to choose; the documentation's examples use `t`.
        Clause::Element { path, below, op, value } => {
            let element = if below.is_empty() { "t".to_owned() } else { format!("t/{below}") };
            format!("{path}/any(t: {})", test(&element, *op, value))
        }
    }
}

fn test(path: &str, op: Op, value: &Value) -> String {
    match op {
        Op::StartsWith | Op::EndsWith | Op::Contains => format!("{}({path},{})", op.wire(), literal(value)),
        _ => format!("{path} {} {}", op.wire(), literal(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eq(path: &str, text: &str) -> Clause {
        Clause::Property { path: path.into(), op: Op::Eq, value: Value::Text(text.into()) }
    }

    #[test]
    fn clauses_print_as_documented() {
        let cases = [
            (vec![eq("appId", "X")], "appId eq 'X'"),
            (vec![Clause::Or(vec![eq("a", "1"), eq("b", "2")]), eq("c", "3")], "(a eq '1' or b eq '2') and c eq '3'"),
            (
                vec![Clause::Property {
                    path: "userDisplayName".into(),
                    op: Op::StartsWith,
                    value: Value::Text("O'N".into()),
                }],
                "startswith(userDisplayName,'O''N')",
            ),
            (
                vec![Clause::Element {
                    path: "signInEventTypes".into(),
                    below: String::new(),
                    op: Op::Eq,
                    value: Value::Text("servicePrincipal".into()),
                }],
                "signInEventTypes/any(t: t eq 'servicePrincipal')",
            ),
            (
                vec![Clause::Element {
                    path: "targetResources".into(),
                    below: "displayName".into(),
                    op: Op::StartsWith,
                    value: Value::Text("O'N".into()),
                }],
                "targetResources/any(t: startswith(t/displayName,'O''N'))",
            ),
            (
                vec![Clause::Property { path: "createdDateTime".into(), op: Op::Ge, value: Value::Second(0) }],
                "createdDateTime ge 1970-01-01T00:00:00Z",
            ),
        ];
        for (clauses, text) in cases {
            assert_eq!(filter(&clauses), text);
        }
    }
}
