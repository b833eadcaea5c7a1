//! Values for the names in a statement: what `:since` or `:ips` stands for.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// A value that a name in a statement stands for.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value: NULL.
    Nothing,
    /// Text, whatever is in it.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// An instant.
    Time(DateTime<Utc>),
    /// The instant that lies so far before the statement's own.
    Ago(TimeDelta),
    /// A stretch of time.
    Span(TimeDelta),
    /// Several values, which stand between commas: `IN (:ips)`, `[:ips]`. None is NULL, and so is the list before `IS NULL`.
    List(Vec<Value>),
}

/// The values of a statement's names, for [`Engine::query_with`](crate::engine::Engine::query_with).
///
/// `:name` in the statement stands for its value as a literal: nothing in a value is ever read as SQL, and the planner sees a
/// constant, so that conditions with it are sent to the service like any other.
///
/// ```
/// use auditql::engine::{Parameters, Value};
/// let parameters = Parameters::default().with("user", Value::Text("o'neil@contoso.com'; DROP TABLE x".into()));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    values: BTreeMap<String, Value>,
}

impl Parameters {
    /// The same with a value for a name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: Value) -> Self {
        self.set(name, value);
        self
    }

    /// Gives a name its value.
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        self.values.insert(name.into(), value);
    }

    /// Takes the value of a name away.
    pub fn unset(&mut self, name: &str) -> Option<Value> {
        self.values.remove(name)
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// All names with their values, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }
}
