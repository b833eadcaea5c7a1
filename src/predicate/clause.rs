//! A filter in the service's own terms: wire names, documented operators, literals that can be written down.
//!
//! A clause is a value, not text: text begins in `odata`. It can hold nothing that a service did not document for the
//! property, because `split` is the only place that makes one.

use crate::table::Op;

/// A clause of a `$filter`.
#[derive(Debug, Clone, PartialEq)]
pub enum Clause {
    /// All hold. Never empty.
    And(Vec<Clause>),
    /// One holds. Never empty.
    Or(Vec<Clause>),
    /// `path op value` or `op(path,value)`.
    Property {
        /// Wire path: `status/errorCode`.
        path: String,
        /// The operator.
        op: Op,
        /// The literal.
        value: Value,
    },
    /// `path/any(x: x op value)`, or `path/any(x: x/below op value)`.
    Element {
        /// Wire path of the collection.
        path: String,
        /// Path below the element; empty for the element itself.
        below: String,
        /// The operator on its elements.
        op: Op,
        /// The literal.
        value: Value,
    },
}

/// A literal that is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Quoted text.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A finite floating point number.
    Double(f64),
    /// A whole second since 1970 UTC.
    Second(i64),
    /// A GUID, unquoted.
    Guid(String),
    /// `null`
    Null,
}

impl Clause {
    /// All of the clauses; `None` for none.
    pub fn and(mut clauses: Vec<Self>) -> Option<Self> {
        match clauses.len() {
            0 => None,
            1 => clauses.pop(),
            _ => Some(Self::And(clauses)),
        }
    }

    /// One of the clauses; `None` for none.
    pub fn or(mut clauses: Vec<Self>) -> Option<Self> {
        match clauses.len() {
            0 => None,
            1 => clauses.pop(),
            _ => Some(Self::Or(clauses)),
        }
    }

    /// Whether one of its tests, each told by its path and its operator, is such a one.
    pub fn has(&self, such: &impl Fn(&str, Op) -> bool) -> bool {
        match self {
            Self::And(cs) | Self::Or(cs) => cs.iter().any(|c| c.has(such)),
            Self::Property { path, value: Value::Null, .. } => such(path, Op::Null),
            Self::Property { path, op, .. } => such(path, *op),
            Self::Element { path, below, op, .. } => {
                such(path, *op) || !below.is_empty() && such(&format!("{path}/{below}"), *op)
            }
        }
    }

    /// Whether it lets nothing through whose value of a path is below some bound.
    pub fn is_bounded_below(&self, of: &str) -> bool {
        match self {
            Self::And(cs) => cs.iter().any(|c| c.is_bounded_below(of)),
            Self::Or(cs) => cs.iter().all(|c| c.is_bounded_below(of)),
            Self::Property { path, op, .. } => path == of && matches!(op, Op::Eq | Op::Ge | Op::Gt),
            Self::Element { .. } => false,
        }
    }

    /// How many tests it holds.
    pub fn tests(&self) -> usize {
        match self {
            Self::And(cs) | Self::Or(cs) => cs.iter().map(Self::tests).sum(),
            Self::Property { .. } | Self::Element { .. } => 1,
        }
    }

    /// What has to hold together: the parts of an AND, and of ANDs within, or itself.
    pub fn conjuncts(self) -> Vec<Self> {
        match self {
            Self::And(parts) => parts.into_iter().flat_map(Self::conjuncts).collect(),
            other => vec![other],
        }
    }

    /// Its alternatives: the arms of an OR, or itself.
    pub fn arms(self) -> Vec<Self> {
        match self {
            Self::Or(arms) => arms,
            other => vec![other],
        }
    }
}
