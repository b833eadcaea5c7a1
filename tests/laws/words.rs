//! The predicates of the laws: a language of their own, printed as SQL. Nothing here comes from the engine.

use std::fmt;

use chrono::{DateTime, SecondsFormat};

/// A predicate.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    And(Vec<Predicate>),
    Or(Vec<Predicate>),
    Not(Box<Predicate>),
    Test(Test),
}

/// A condition on a row.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Compare {
        left: Term,
        op: Op,
        right: Literal,
        turned: bool,
    },
    Columns {
        left: &'static Field,
        op: Op,
        right: &'static Field,
    },
    In {
        term: Term,
        values: Vec<Literal>,
        negated: bool,
    },
    Between {
        term: Term,
        low: Literal,
        high: Literal,
        negated: bool,
    },
    Like {
        term: Term,
        pattern: String,
        blind: bool,
        negated: bool,
    },
    StartsWith {
        term: Term,
        prefix: String,
    },
    Null {
        field: &'static Field,
        negated: bool,
    },
    /// `IS TRUE`, `IS NOT FALSE`, `IS UNKNOWN`
    Truth {
        field: &'static Field,
        is: Option<bool>,
        negated: bool,
    },
    Flag(&'static Field),
    Has {
        field: &'static Field,
        values: Vec<String>,
        how: Has,
    },
    /// Whether an element of a list passes all of the tests, or one of them.
    Element {
        list: &'static Field,
        tests: Vec<(&'static Field, Item)>,
        all: bool,
    },
    Constant(bool),
}

/// A condition on a field of an element.
#[derive(Debug, Clone)]
pub(crate) enum Item {
    Is(String),
    Begins(String),
    Null,
}

/// How many of the values a list has to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Has {
    It,
    Any,
    All,
}

/// A column, or something computed from it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Term {
    Plain(&'static Field),
    Lower(&'static Field),
    Upper(&'static Field),
    Length(&'static Field),
    /// A time cut to a unit of `date_trunc`, which is so many nanoseconds long.
    Cut(&'static Field, (&'static str, i64)),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// A constant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Int(i64),
    Double(f64),
    Bool(bool),
    /// Nanoseconds since 1970.
    Time(i64),
    Null,
}

/// A column under its name in SQL and its path in a record.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) sql: String,
    pub(crate) json: String,
    pub(crate) of: Type,
    /// The service can be asked whether it equals something.
    pub(crate) asked: bool,
    /// The service compares it as it is stored.
    pub(crate) exact: bool,
    /// Of a list, its texts: as fields of an element `t`, or that itself.
    pub(crate) items: Vec<Field>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// Text that the service can be asked for.
    Asked,
    /// Text that it cannot.
    Text,
    Int,
    Double,
    Bool,
    Time,
    Texts,
    /// A list of objects that have texts.
    Objects,
}

impl Op {
    pub(crate) const ALL: [Self; 6] = [Self::Eq, Self::Ne, Self::Lt, Self::Le, Self::Gt, Self::Ge];

    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// The operator that says the same with its sides exchanged.
    fn turned(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            other => other,
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, all: &[Self], word: &str| {
            write!(f, "({})", all.iter().map(ToString::to_string).collect::<Vec<_>>().join(word))
        };
        match self {
            Self::And(all) => joined(f, all, " AND "),
            Self::Or(all) => joined(f, all, " OR "),
            Self::Not(inner) => write!(f, "NOT ({inner})"),
            Self::Test(test) => write!(f, "{test}"),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        let list = |values: &[Literal]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Self::Compare { left, op, right, turned: false } => write!(f, "{left} {} {right}", op.sql()),
            Self::Compare { left, op, right, turned: true } => write!(f, "{right} {} {left}", op.turned().sql()),
            Self::Columns { left, op, right } => write!(f, "{} {} {}", left.sql, op.sql(), right.sql),
            Self::In { term, values, negated } => write!(f, "{term} {}IN ({})", not(negated), list(values)),
            Self::Between { term, low, high, negated } => {
                write!(f, "{term} {}BETWEEN {low} AND {high}", not(negated))
            }
            Self::Like { term, pattern, blind, negated } => {
                write!(f, "{term} {}{} {}", not(negated), if *blind { "ILIKE" } else { "LIKE" }, quoted(pattern))
            }
            Self::StartsWith { term, prefix } => write!(f, "starts_with({term}, {})", quoted(prefix)),
            Self::Null { field, negated } => write!(f, "{} IS {}NULL", field.sql, not(negated)),
            Self::Truth { field, is, negated } => {
                let word = is.map_or("UNKNOWN", |b| if b { "TRUE" } else { "FALSE" });
                write!(f, "{} IS {}{word}", field.sql, not(negated))
            }
            Self::Flag(field) => f.write_str(&field.sql),
            Self::Has { field, values, how } => {
                let values: Vec<String> = values.iter().map(|v| quoted(v)).collect();
                match how {
                    Has::It => write!(f, "array_has({}, {})", field.sql, values[0]),
                    Has::Any => write!(f, "array_has_any({}, make_array({}))", field.sql, values.join(", ")),
                    Has::All => write!(f, "array_has_all({}, make_array({}))", field.sql, values.join(", ")),
                }
            }
            Self::Element { list, tests, all } => {
                let test = |(field, item): &(&'static Field, Item)| match item {
                    Item::Is(text) => format!("{} = {}", field.sql, quoted(text)),
                    Item::Begins(text) => format!("starts_with({}, {})", field.sql, quoted(text)),
                    Item::Null => format!("{} IS NULL", field.sql),
                };
                let tests: Vec<String> = tests.iter().map(test).collect();
                let tests = tests.join(if *all { " AND " } else { " OR " });
                write!(f, "EXISTS (SELECT 1 FROM unnest({}) AS t WHERE {tests})", list.sql)
            }
            Self::Constant(value) => write!(f, "{value}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(field) => f.write_str(&field.sql),
            Self::Lower(field) => write!(f, "lower({})", field.sql),
            Self::Upper(field) => write!(f, "upper({})", field.sql),
            Self::Length(field) => write!(f, "character_length({})", field.sql),
            Self::Cut(field, ("date", _)) => write!(f, "CAST({}::date AS TIMESTAMPTZ)", field.sql),
            Self::Cut(field, (unit, _)) => write!(f, "date_trunc('{unit}', {})", field.sql),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(&quoted(text)),
            Self::Int(n) => write!(f, "{n}"),
            Self::Double(d) => write!(f, "{d:?}"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Null => f.write_str("NULL"),
            // The services write seven digits, and who pastes one writes them too.
            Self::Time(nanos) if nanos % 1000 == 0 || nanos % 200 == 0 => write!(f, "'{}'", time_text(*nanos)),
            Self::Time(nanos) => {
                write!(f, "arrow_cast('{}', 'Timestamp(ns, \"UTC\")')", time_text(*nanos))
            }
        }
    }
}

pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn time_text(nanos: i64) -> String {
    DateTime::from_timestamp_nanos(nanos).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
