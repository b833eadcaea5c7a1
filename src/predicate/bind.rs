//! Names become declared columns, literals get the column's type. Afterwards nobody can ask for an unknown column.
//!
//! A literal that the column's type cannot hold (`status.error_code = 'x'` never gets here, `= 1.5` does) leaves the
//! test on this side: it is evaluated exactly there.

use super::expression::{Comparison, ELEMENT, Local, Octets, Pattern, Predicate, Scalar, Test, Truth};
use crate::table::{Case, Column, Edm, EntitySet};

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

/// A property: a column, a field of a struct column, or an element of a list and its fields.
#[derive(Debug, Clone)]
pub struct Property {
    /// From the outermost inwards. Never empty.
    columns: Vec<&'static Column>,
    /// How many of them lead to the list whose elements are meant, and none if it is no element.
    to_list: Option<usize>,
}

impl Property {
    /// The innermost column, whose operators count.
    pub fn column(&self) -> &'static Column {
        self.columns[self.columns.len() - 1]
    }

    /// The type of its values: of the elements, if it is one of them.
    fn edm(&self) -> &'static Edm {
        match (&self.column().edm, self.is_element()) {
            (Edm::List(item), true) => item,
            (edm, _) => edm,
        }
    }

    /// The path on the wire: `status/errorCode`. Of an element, the list's, and the path below it.
    pub fn wire(&self) -> (String, Option<String>) {
        let (list, below) = self.columns.split_at(self.to_list.unwrap_or(self.columns.len()));
        let path = |columns: &[&'static Column]| columns.iter().map(|c| c.wire).collect::<Vec<_>>().join("/");
        (path(list), self.to_list.map(|_| path(below)))
    }

    /// Whether it is an element of a list or a field of one: a record has several.
    pub fn is_of_element(&self) -> bool {
        self.to_list.is_some()
    }

    /// Whether it is an element itself, not a field of one.
    fn is_element(&self) -> bool {
        self.to_list == Some(self.columns.len())
    }

    /// Whether it is that top-level column itself.
    pub fn is(&self, name: &str) -> bool {
        self.to_list.is_none() && self.columns.len() == 1 && self.columns[0].name == name
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
        Predicate::Any { test, .. } => apart(bind(test, set)),
        // `normal` leaves none.
        Predicate::Not(_) => Bound::Local(Local::Computed),
        Predicate::Opaque { why, .. } => Bound::Local(*why),
    }
}

/// How a property is asked for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It equals it.
    Equals,
    /// It begins with it.
    Begins,
    /// It is an address in it.
    InNetwork,
}

/// That a property is asked for one of its values, whichever: a test from which can be learnt whether such a test can be sent.
pub fn any_value(path: &[String], folded: bool, how: How, set: &EntitySet) -> Bound {
    let Some(property) = property(path, set) else { return Bound::Local(Local::Computed) };
    match (how, some_literal(property.column(), property.edm())) {
        (How::Equals, Some(value)) => Bound::Leaf(Leaf { property, folded, ask: Ask::Compare(Comparison::Eq, value) }),
        (How::Begins, Some(Literal::Text(text))) => {
            Bound::Leaf(Leaf { property, folded, ask: Ask::Like { pattern: Pattern::Prefix(text), negated: false } })
        }
        (How::InNetwork, _) => in_network(&property, &Octets::First("10.".into())),
        _ => Bound::Local(Local::Type),
    }
}

fn some_literal(column: &Column, edm: &Edm) -> Option<Literal> {
    let word = column.asked.and_then(|asked| asked.words.first()).map(|(word, _)| *word);
    Some(match edm {
        Edm::Text if column.case == Case::Guid => Literal::Text("00000000-0000-0000-0000-000000000000".into()),
        Edm::Enum(members) => Literal::Text(word.or(members.first().copied())?.into()),
        Edm::Text => Literal::Text(word.unwrap_or("x").into()),
        Edm::Bool => Literal::Bool(true),
        Edm::Int32 | Edm::Int64 => Literal::Int(1),
        Edm::Double => Literal::Double(1.0),
        Edm::Instant => Literal::Instant(0),
        _ => return None,
    })
}

/// An element that passes several tests, as several elements that pass one each: more lists do, and that it is one element
/// stays to be seen here. Of an OR it is the same.
fn apart(test: Bound) -> Bound {
    if joins_tests(&test) { Bound::And(vec![test, Bound::Local(Local::OneElement)]) } else { test }
}

/// Whether several tests of an element have to hold at once.
fn joins_tests(test: &Bound) -> bool {
    match test {
        Bound::And(all) => all.iter().filter(|one| is_of_element(one)).count() > 1 || all.iter().any(joins_tests),
        Bound::Or(all) => all.iter().any(joins_tests),
        Bound::Leaf(_) | Bound::Constant(_) | Bound::Local(_) => false,
    }
}

fn is_of_element(test: &Bound) -> bool {
    match test {
        Bound::And(all) | Bound::Or(all) => all.iter().any(is_of_element),
        // That a list has a value is said of one element, and what is computed may be about it.
        Bound::Leaf(leaf) => leaf.property.to_list.is_some() || matches!(leaf.ask, Ask::Has { .. }),
        Bound::Local(_) => true,
        Bound::Constant(_) => false,
    }
}

fn property(path: &[String], set: &EntitySet) -> Option<Property> {
    let (first, rest) = path.split_first()?;
    let mut property = Property { columns: vec![set.column(first)?], to_list: None };
    for name in rest {
        if name == ELEMENT {
            // Of lists in lists no service documents a filter.
            let Edm::List(_) = property.edm() else { return None };
            if property.to_list.replace(property.columns.len()).is_some() {
                return None;
            }
            continue;
        }
        let Edm::Object(fields) = *property.edm() else { return None };
        property.columns.push(fields.iter().find(|c| c.name == name)?);
    }
    Some(property)
}

fn bind_test(mut property: Property, folded: bool, test: &Test) -> Bound {
    // An element of a list of values that equals one: that the list has it.
    let one_of = match test {
        Test::Compare(Comparison::Eq, value) => std::slice::from_ref(value),
        Test::In { values, negated: false } => values,
        _ => &[],
    };
    if property.is_element() && !one_of.is_empty() {
        property.to_list = None;
        let has = |value: &Scalar| Test::Has { value: value.clone(), negated: false };
        return Bound::Or(one_of.iter().map(|value| bind_test(property.clone(), folded, &has(value))).collect());
    }
    if let Test::InNetwork(octets) = test {
        return in_network(&property, octets);
    }
    let edm = property.edm();
    let ask = match test {
        Test::Compare(_, Scalar::Null) | Test::Has { value: Scalar::Null, .. } => {
            return Bound::Constant(Truth::Unknown);
        }
        Test::Compare(comparison, Scalar::Finer(t)) if matches!(edm, Edm::Instant) => match finer(*comparison, *t) {
            Some(ask) => Ok(ask),
            None => return Bound::Constant(Truth::False),
        },
        Test::Compare(comparison, value) => literal(value, edm).map(|v| Ask::Compare(*comparison, v)),
        Test::In { values, negated } => in_list(values, *negated, edm),
        Test::Like { pattern, negated } => {
            like_text(pattern).map(|()| Ask::Like { pattern: pattern.clone(), negated: *negated })
        }
        Test::Has { value, negated } => match edm {
            Edm::List(item) => literal(value, item).map(|value| Ask::Has { value, negated: *negated }),
            _ => Err(Local::Type),
        },
        Test::IsNull { negated } => Ok(Ask::IsNull { negated: *negated }),
        Test::InNetwork(_) => Err(Local::Network),
    };
    match ask {
        Ok(ask) => Bound::Leaf(Leaf { property, folded, ask }),
        Err(why) => Bound::Local(why),
    }
}

/// Beginnings of other spellings of an IPv4 address: in IPv6, whose zeros may be left out or written out, and in brackets.
const SPELLINGS: [&str; 3] = ["::", "0", "["];

/// What the text of an address in a network begins with, whichever way it is spelled. More addresses do, so whether it lies
/// there stays to be seen here.
fn in_network(property: &Property, octets: &Octets) -> Bound {
    if !property.column().plain_addresses || !matches!(property.edm(), Edm::Text) {
        return Bound::Local(Local::Spellings);
    }
    let begins = |text: &str| {
        let ask = Ask::Like { pattern: Pattern::Prefix(text.into()), negated: false };
        Bound::Leaf(Leaf { property: property.clone(), folded: false, ask })
    };
    Bound::And(vec![Bound::Or(beginnings(octets).map(begins).collect()), Bound::Local(Local::Network)])
}

/// A port may stand behind a whole address, which is therefore a beginning as well.
fn beginnings(octets: &Octets) -> impl Iterator<Item = &str> {
    let (Octets::First(text) | Octets::All(text)) = octets;
    std::iter::once(text.as_str()).chain(SPELLINGS)
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
    let possible = |v: &&Scalar| negated || !is_beyond(v, edm);
    for value in values.iter().filter(known).filter(possible) {
        let value = literal(value, edm)?;
        if seen.insert(format!("{value:?}")) {
            literals.push(value);
        }
    }
    Ok(Ask::In { values: literals, negated })
}

/// Whether it is a number that no value of the type equals.
fn is_beyond(value: &Scalar, edm: &Edm) -> bool {
    match (edm, value) {
        (Edm::Int32, Scalar::Int(n)) => i32::try_from(*n).is_err(),
        (Edm::Int32 | Edm::Int64, Scalar::Double(d)) => d.fract() != 0.0,
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::{Network, host};

    #[test]
    fn no_spelling_of_an_address_begins_otherwise() {
        for (network, octets) in [
            ("198.51.100.0/24", Octets::First("198.51.100.".into())),
            ("198.51.100.7/32", Octets::All("198.51.100.7".into())),
        ] {
            for text in [
                "198.51.100.7",
                "198.51.100.7:443",
                "::ffff:198.51.100.7",
                "::FFFF:c633:6407",
                "::0:ffff:198.51.100.7",
                "0:0:0:0:0:ffff:198.51.100.7",
                "0000::ffff:c633:6407",
                "[::ffff:198.51.100.7]:443",
                "[198.51.100.7]:80",
            ] {
                let address = host(text).expect(text);
                assert!(Network::read(network).unwrap().has(address), "{text} is in {network}");
                assert!(beginnings(&octets).any(|begin| text.starts_with(begin)), "{text} is asked for");
            }
            assert!(!beginnings(&octets).any(|begin| "203.0.113.7".starts_with(begin)), "the control");
        }
    }
}
