//! Names become declared columns, literals get the column's type. Afterwards nobody can ask for an unknown column.
//!
//! A literal that the column's type cannot hold (`status.error_code = 'x'` never gets here, `= 1.5` does) leaves the
//! test on this side: it is evaluated exactly there.

use super::expression::{Comparison, Pattern, Predicate, Scalar, Test, Truth};
use crate::table::{Column, Edm, EntitySet};

/// A predicate on declared columns, free of NOT.
#[derive(Debug, Clone)]
pub enum Bound {
    /// All hold. Empty: true.
    And(Vec<Bound>),
    /// One holds. Empty: false.
    Or(Vec<Bound>),
    /// A test of one property.
    Leaf(Leaf),
    /// A truth value.
    Constant(Truth),
    /// Evaluated on this side only.
    Local(Local),
}

/// Why a part of a predicate cannot be bound to a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// It computes something: a function, arithmetic, a comparison of two columns.
    Computed,
    /// A value that is known when the query runs.
    Pending,
    /// The literal is not of the property's type.
    Type,
    /// The text holds control characters, which no service is sent.
    ControlCharacter,
}

/// One test of one property.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The property.
    pub property: Property,
    /// Whether its text is folded to lower case before it is compared.
    pub folded: bool,
    /// What is asked.
    pub ask: Ask,
}

/// A property: a column, or a field of a struct column, from the outermost inwards. Never empty.
#[derive(Debug, Clone)]
pub struct Property(Vec<&'static Column>);

impl Property {
    /// The innermost column, whose type and operators count.
    pub fn column(&self) -> &'static Column {
        self.0[self.0.len() - 1]
    }

    /// The path on the wire: `status/errorCode`.
    pub fn wire(&self) -> String {
        self.0.iter().map(|c| c.wire).collect::<Vec<_>>().join("/")
    }

    /// Whether it is that top-level column itself.
    pub fn is(&self, name: &str) -> bool {
        self.0.len() == 1 && self.0[0].name == name
    }
}

/// What is asked of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// A comparison.
    Compare(Comparison, Literal),
    /// One of several values; negated: none of them.
    In {
        /// The values, without NULL and without repetition.
        values: Vec<Literal>,
        /// Whether it must be none of them.
        negated: bool,
    },
    /// A LIKE pattern's fixed text.
    Like {
        /// The part that could be sent.
        pattern: Pattern,
        /// Whether it must not match.
        negated: bool,
    },
    /// A list has an element.
    Has {
        /// The element.
        value: Literal,
        /// Whether it must be absent.
        negated: bool,
    },
    /// NULL or not.
    IsNull {
        /// Whether it must not be NULL.
        negated: bool,
    },
}

/// A literal of its column's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text or the member of an enumeration.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Double(f64),
    /// Microseconds UTC.
    Instant(i64),
}

/// Binds a predicate in normal form to the columns of an entity set.
pub fn bind(predicate: &Predicate, set: &EntitySet) -> Bound {
    match predicate {
        Predicate::And(ps) => Bound::And(ps.iter().map(|p| bind(p, set)).collect()),
        Predicate::Or(ps) => Bound::Or(ps.iter().map(|p| bind(p, set)).collect()),
        Predicate::Constant(truth) => Bound::Constant(*truth),
        Predicate::Test { path, folded, test, .. } => {
            property(path, set).map_or(Bound::Local(Local::Computed), |p| bind_test(p, *folded, test))
        }
        // Below a NOT that was not driven inwards nothing is known; `normal` leaves none.
        Predicate::Not(_) => Bound::Local(Local::Computed),
        Predicate::Opaque { pending, .. } => Bound::Local(if *pending { Local::Pending } else { Local::Computed }),
    }
}

fn property(path: &[String], set: &EntitySet) -> Option<Property> {
    let (first, rest) = path.split_first()?;
    let mut columns = vec![set.column(first)?];
    for name in rest {
        let Edm::Object(fields) = columns[columns.len() - 1].edm else { return None };
        columns.push(fields.iter().find(|c| c.name == name)?);
    }
    Some(Property(columns))
}

fn bind_test(property: Property, folded: bool, test: &Test) -> Bound {
    let column = property.column();
    let ask = match test {
        Test::Compare(_, Scalar::Null) | Test::Has { value: Scalar::Null, .. } => {
            return Bound::Constant(Truth::Unknown);
        }
        Test::Compare(comparison, Scalar::Finer(t)) if matches!(column.edm, Edm::Instant) => {
            match finer(*comparison, *t) {
                Some(ask) => Ok(ask),
                None => return Bound::Constant(Truth::False),
            }
        }
        Test::Compare(comparison, value) => literal(value, &column.edm).map(|v| Ask::Compare(*comparison, v)),
        Test::In { values, negated } => in_list(values, *negated, &column.edm),
        Test::Like { pattern, negated } => {
            like_text(pattern).map(|()| Ask::Like { pattern: pattern.clone(), negated: *negated })
        }
        Test::Has { value, negated } => match column.edm {
            Edm::List(item) => literal(value, item).map(|value| Ask::Has { value, negated: *negated }),
            _ => Err(Local::Type),
        },
        Test::IsNull { negated } => Ok(Ask::IsNull { negated: *negated }),
    };
    match ask {
        Ok(ask) => Bound::Leaf(Leaf { property, folded, ask }),
        Err(why) => Bound::Local(why),
    }
}

/// What whole microseconds are asked where the time lies between two of them; `None`: nothing equals it.
fn finer(comparison: Comparison, before: i64) -> Option<Ask> {
    let compare = |comparison| Some(Ask::Compare(comparison, Literal::Instant(before)));
    match comparison {
        Comparison::Lt | Comparison::LtEq => compare(Comparison::LtEq),
        Comparison::Gt | Comparison::GtEq => compare(Comparison::Gt),
        Comparison::NotEq => Some(Ask::IsNull { negated: true }),
        Comparison::Eq => None,
    }
}

/// NULL among the values never matches, nor does a time finer than the column's; NULL in NOT IN it makes every row unknown.
fn in_list(values: &[Scalar], negated: bool, edm: &Edm) -> Result<Ask, Local> {
    if negated && values.contains(&Scalar::Null) {
        return Ok(Ask::In { values: Vec::new(), negated: false });
    }
    let mut literals: Vec<Literal> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let known = |v: &&Scalar| **v != Scalar::Null && !(matches!(edm, Edm::Instant) && matches!(v, Scalar::Finer(_)));
    for value in values.iter().filter(known) {
        let value = literal(value, edm)?;
        if seen.insert(format!("{value:?}")) {
            literals.push(value);
        }
    }
    Ok(Ask::In { values: literals, negated })
}

fn like_text(pattern: &Pattern) -> Result<(), Local> {
    match pattern {
        Pattern::Prefix(text) | Pattern::Suffix(text) | Pattern::Infix(text) => sendable(text),
        Pattern::Free => Ok(()),
    }
}

fn literal(value: &Scalar, edm: &Edm) -> Result<Literal, Local> {
    match (edm, value) {
        (_, Scalar::Pending) => Err(Local::Pending),
        (Edm::Text | Edm::Enum(_), Scalar::Text(text)) => sendable(text).map(|()| Literal::Text(text.clone())),
        (Edm::Bool, Scalar::Bool(b)) => Ok(Literal::Bool(*b)),
        (Edm::Int32, Scalar::Int(n)) if i32::try_from(*n).is_ok() => Ok(Literal::Int(*n)),
        (Edm::Int64, Scalar::Int(n)) => Ok(Literal::Int(*n)),
        (Edm::Double, Scalar::Double(d)) if d.is_finite() => Ok(Literal::Double(*d)),
        (Edm::Instant, Scalar::Instant(t)) => Ok(Literal::Instant(*t)),
        _ => Err(Local::Type),
    }
}

fn sendable(text: &str) -> Result<(), Local> {
    if text.chars().any(char::is_control) { Err(Local::ControlCharacter) } else { Ok(()) }
}
