//! What a `$filter` is once it was read: its tree, its literals, and what can be wrong with it.

use chrono::{DateTime, NaiveDate, Utc};

/// A `$filter` expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// `a and b and c`, two or more.
    And(Vec<Self>),
    /// `a or b or c`, two or more.
    Or(Vec<Self>),
    /// `not a`
    Not(Box<Self>),
    /// `a eq b`
    Compare(Box<Self>, Comparison, Box<Self>),
    /// `a in (1,2)`
    In(Box<Self>, Vec<Literal>),
    /// `startswith(a,'x')`; the name is in lower case.
    Call(String, Vec<Self>),
    /// `list/any(x: …)`, `list/all(x: …)`; the path is that of the list.
    Lambda(Quantifier, Vec<String>, Option<Lambda>),
    /// `status/errorCode`: segments.
    Path(Vec<String>),
    /// A constant.
    Literal(Literal),
}

/// The body of `any` or `all`. Only `any` may stand without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Lambda {
    /// The range variable: paths in `body` that begin with it speak of the element.
    pub variable: String,
    /// What an element has to satisfy.
    pub body: Box<Node>,
}

/// How many elements have to satisfy a lambda.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// At least one; false for an empty list.
    Any,
    /// Every one; true for an empty list.
    All,
}

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `gt`
    Gt,
    /// `ge`
    Ge,
    /// `lt`
    Lt,
    /// `le`
    Le,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `'O''Neil'`, quotes undone.
    Text(String),
    /// `42`
    Integer(i64),
    /// `3.14`, `1e10`, `INF`, `NaN`
    Decimal(f64),
    /// `true`, `false`
    Bool(bool),
    /// `null`
    Null,
    /// `2024-05-01T00:00:00Z`, any offset.
    Instant(DateTime<Utc>),
    /// `2024-05-01`
    Date(NaiveDate),
    /// `cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46`, in lower case.
    Guid(String),
    /// `microsoft.graph.riskLevel'medium'`, `datetime'…'`: what stands before the quotes, and within.
    Typed(String, String),
}

/// Where and why a text is no `$filter`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at position {at}")]
pub struct ParseError {
    /// Byte offset in the text.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a `$filter`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The text ends or goes on where it may not.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A string without its closing quote.
    #[error("unterminated string")]
    Unterminated,
    /// Neither number, date, time nor GUID.
    #[error("'{0}' is no literal")]
    BadLiteral(String),
    /// An operator of the language that no audit service documents.
    #[error("operator '{0}' is not supported")]
    Unsupported(String),
    /// More than [`super::MAX_DEPTH`] levels.
    #[error("expression is nested too deeply")]
    TooDeep,
}
