//! Which clauses of a predicate travel in one filter, so that it stays within what the service accepts.

use super::Residual;
use crate::odata::{filter::clause, url::encoded_len};
use crate::predicate::{Clause, Reason};
use crate::table::FilterLimits;

/// Clauses chosen so that the filter stays within what a service accepts.
pub(super) struct Fitted {
    pub(super) clauses: Vec<Clause>,
    pub(super) parts: Vec<Clause>,
    /// The conjunct that the parts came from.
    pub(super) cut: Option<usize>,
}

impl Fitted {
    /// Single tests first, then ORs from the shortest on; of those that do not fit, the shortest is cut into parts.
    pub(super) fn new(clauses: Vec<(usize, Clause)>, room: FilterLimits, residual: &mut [Residual]) -> Self {
        match room.tests {
            Some(tests) => Self::with_ors(clauses, (tests, room.bytes), residual),
            None => Self::without_ors(clauses, room.bytes, residual),
        }
    }

    /// The first OR of plain alternatives becomes one part for each of them; no filter holds an OR.
    fn without_ors(clauses: Vec<(usize, Clause)>, mut bytes_left: usize, residual: &mut [Residual]) -> Self {
        let each = |(conjunct, clause): (usize, Clause)| clause.conjuncts().into_iter().map(move |c| (conjunct, c));
        let mut clauses: Vec<(usize, Clause)> = clauses.into_iter().flat_map(each).collect();
        clauses.sort_by_key(|(_, clause)| (or_tests(clause), clause.tests()));
        let mut fitted = Self { clauses: Vec::new(), parts: Vec::new(), cut: None };
        for (conjunct, clause) in clauses {
            if or_tests(&clause) > 0 {
                match clause.arms() {
                    arms if !fitted.parts.is_empty() || arms.iter().any(|arm| or_tests(arm) > 0) => {
                        residual[conjunct].add(Reason::NoOr);
                    }
                    arms if arms.iter().any(|arm| clause_len(arm) > bytes_left) => {
                        residual[conjunct].add(Reason::TooLong);
                    }
                    arms => (fitted.parts, fitted.cut) = (arms, Some(conjunct)),
                }
            } else if clause_len(&clause) <= bytes_left {
                bytes_left -= clause_len(&clause);
                fitted.clauses.push(clause);
            } else {
                residual[conjunct].add(Reason::TooLong);
            }
        }
        fitted
    }

    fn with_ors(
        mut clauses: Vec<(usize, Clause)>,
        (most_tests, most_bytes): (usize, usize),
        residual: &mut [Residual],
    ) -> Self {
        clauses.sort_by_key(|(_, clause)| clause.tests());
        let mut fitted = Self { clauses: Vec::new(), parts: Vec::new(), cut: None };
        let (mut bytes_left, mut tests_left) = (most_bytes, most_tests);
        for (conjunct, clause) in clauses {
            let (bytes, tests) = (clause_len(&clause), or_tests(&clause));
            if bytes <= bytes_left && tests <= tests_left {
                bytes_left -= bytes;
                tests_left -= tests;
                fitted.clauses.push(clause);
                continue;
            }
            let reason = if tests > tests_left { Reason::TooManyTests(most_tests) } else { Reason::TooLong };
            if !fitted.parts.is_empty() {
                residual[conjunct].add(reason);
                continue;
            }
            match cut(clause.arms(), tests_left, bytes_left) {
                Some(parts) => {
                    // What is left belongs to the parts; nothing more can be sent beside them.
                    (bytes_left, tests_left) = (0, 0);
                    (fitted.parts, fitted.cut) = (parts, Some(conjunct));
                }
                None => residual[conjunct].add(reason),
            }
        }
        fitted
    }
}

/// Tests that count against the limit: those below an OR.
fn or_tests(clause: &Clause) -> usize {
    match clause {
        Clause::Or(_) => clause.tests(),
        Clause::And(cs) => cs.iter().map(or_tests).sum(),
        Clause::Property { .. } | Clause::Element { .. } => 0,
    }
}

/// The clause's share of a filter, once encoded: its text and ` and `.
fn clause_len(c: &Clause) -> usize {
    encoded_len(&clause(c)) + encoded_len(" and ")
}

/// The arms of an OR in groups that fit; `None` if one of them alone does not.
fn cut(arms: Vec<Clause>, tests: usize, bytes: usize) -> Option<Vec<Clause>> {
    // Parentheses and the word that joins them to the rest.
    let frame = encoded_len("() and ");
    let (mut parts, mut part, mut part_tests, mut part_bytes) = (Vec::new(), Vec::new(), 0, frame);
    for arm in arms {
        let (arm_tests, arm_bytes) = (arm.tests(), encoded_len(&clause(&arm)) + encoded_len(" or "));
        if arm_tests > tests || frame + arm_bytes > bytes {
            return None;
        }
        if part_tests + arm_tests > tests || part_bytes + arm_bytes > bytes {
            parts.extend(Clause::or(std::mem::take(&mut part)));
            (part_tests, part_bytes) = (0, frame);
        }
        part_tests += arm_tests;
        part_bytes += arm_bytes;
        part.push(arm);
    }
    parts.extend(Clause::or(part));
    (parts.len() > 1).then_some(parts)
}
