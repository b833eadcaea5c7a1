//! A predicate on column names, as it was imported: what the steps that follow read and rewrite.

use std::fmt;

/// A predicate on column names, as imported.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All hold. Empty: true.
    And(Vec<Predicate>),
    /// One holds. Empty: false.
    Or(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
    /// A test of one column or field.
    Test {
        /// Column and fields: `["status", "error_code"]`.
        path: Vec<String>,
        /// Whether its text is folded to lower case first: `lower(x)`, `ILIKE`.
        folded: bool,
        /// What is asked of it.
        test: Test,
        /// The test as SQL, for people.
        sql: String,
    },
    /// True, false, or unknown, which keeps no row.
    Constant(Truth),
    /// An element of a list passes a test: `EXISTS (SELECT 1 FROM unnest(list) AS t WHERE …)`. Never unknown.
    Any {
        /// The test. Paths into the element begin with the list's and [`ELEMENT`].
        test: Box<Predicate>,
        /// It as SQL, for people.
        sql: String,
    },
    /// Something that cannot be expressed in these terms.
    Opaque {
        /// It as SQL, for people.
        sql: String,
        /// Why.
        why: Local,
    },
}

/// What lets `.` in a regular expression match a line break. It is set in front of those that people write, and shown to nobody.
pub const ACROSS_LINES: &str = "(?s)";

/// The step of a path from a list to one of its elements.
pub const ELEMENT: &str = "[]";

/// Why a part of a predicate is evaluated on this side, whatever a service may be asked.
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
    /// That one element passes several tests: each is asked for by itself.
    OneElement,
    /// That no element of a list passes a test.
    NoElement,
    /// Whether an address lies in a network, beyond what it begins with.
    Network,
    /// The addresses of a network have no whole octet in common, or are of IPv6.
    NoOctet,
    /// The same of a column whose addresses may be written in several ways.
    Spellings,
}

/// SQL's truth values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// Keeps the row.
    True,
    /// Drops the row.
    False,
    /// NULL: drops the row, also below NOT.
    Unknown,
}

/// What is asked of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// `= <> < <= > >=`
    Compare(Comparison, Scalar),
    /// `IN (…)`; negated: `NOT IN (…)`.
    In {
        /// The list.
        values: Vec<Scalar>,
        /// Whether it is NOT IN.
        negated: bool,
    },
    /// `LIKE`, taken apart.
    Like {
        /// The fixed text that the pattern asks for.
        pattern: Pattern,
        /// Whether it is NOT LIKE.
        negated: bool,
    },
    /// `array_has(column, value)`.
    Has {
        /// The element looked for.
        value: Scalar,
        /// Whether it must be absent.
        negated: bool,
    },
    /// `IS NULL`; negated: `IS NOT NULL`.
    IsNull {
        /// Whether it is IS NOT NULL.
        negated: bool,
    },
    /// `ip_in(column, network)` of an IPv4 network: what its addresses begin with, if they are written plainly. Never negated.
    InNetwork(Octets),
}

/// The octets that all addresses of an IPv4 network have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Octets {
    /// The first ones: `10.1.`.
    First(String),
    /// All four: it is one address.
    All(String),
}

/// The comparisons of SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Eq,
    /// `<>`
    NotEq,
    /// `<`
    Lt,
    /// `<=`
    LtEq,
    /// `>`
    Gt,
    /// `>=`
    GtEq,
}

impl Comparison {
    /// The comparison that holds exactly where this one does not, NULL aside.
    pub const fn negated(self) -> Self {
        match self {
            Self::Eq => Self::NotEq,
            Self::NotEq => Self::Eq,
            Self::Lt => Self::GtEq,
            Self::LtEq => Self::Gt,
            Self::Gt => Self::LtEq,
            Self::GtEq => Self::Lt,
        }
    }

    /// The same comparison with its sides exchanged.
    pub const fn swapped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::LtEq => Self::GtEq,
            Self::Gt => Self::Lt,
            Self::GtEq => Self::LtEq,
            other => other,
        }
    }

    /// As SQL spells it.
    pub const fn sql(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::NotEq => "<>",
            Self::Lt => "<",
            Self::LtEq => "<=",
            Self::Gt => ">",
            Self::GtEq => ">=",
        }
    }
}

/// What of a LIKE pattern a service could be asked. The pattern itself may say more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// The text begins with this.
    Prefix(String),
    /// The text ends with this.
    Suffix(String),
    /// The text contains this.
    Infix(String),
    /// Nothing that could be sent.
    Free,
}

/// The function that tests the elements of a list: what `EXISTS` over `unnest` is planned as.
pub const ANY_ELEMENT: &str = "array_any_match";

/// The function that gives a truth value back as it is: what stands in it is not simplified.
pub const AS_WRITTEN: &str = "as_written";

/// The function that `x = ANY (list)` is planned as.
pub const ANY_OF: &str = "is_any_of";

/// The function that reads a time on a zone's clocks: `AT TIME ZONE` of a time that has no zone.
pub const IN_ZONE: &str = "in_zone";

/// The function that completes a text which is cast to a time.
pub const AS_TIME: &str = "as_time";

/// The function that reads a text of JSON as the number or the truth that it is compared with.
pub const READ_JSON: &str = "read_json_text";

/// What a finer time becomes where it is only asked whether something equals it: a microsecond that no record is of.
pub const NO_MICROSECOND: i64 = i64::MIN;

/// A constant of a predicate, not yet of a column's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating point number.
    Double(f64),
    /// An instant in microseconds UTC.
    Instant(i64),
    /// An instant between this microsecond and the next. No column holds one, so nothing equals it.
    Finer(i64),
    /// NULL.
    Null,
    /// Known when the query runs: a scalar subquery.
    Pending,
    /// Of a type that no service is sent.
    Other,
}

impl fmt::Display for Predicate {
    /// The predicate as SQL, for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |f: &mut fmt::Formatter<'_>, ps: &[Self], word: &str, empty: &str| {
            if ps.is_empty() {
                return f.write_str(empty);
            }
            for (at, p) in ps.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { word })?;
                match p {
                    Self::And(inner) | Self::Or(inner) if inner.len() > 1 => write!(f, "({p})")?,
                    p => write!(f, "{p}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::And(ps) => join(f, ps, " AND ", "true"),
            Self::Or(ps) => join(f, ps, " OR ", "false"),
            Self::Not(p) => write!(f, "NOT ({p})"),
            Self::Test { sql, .. } | Self::Any { sql, .. } | Self::Opaque { sql, .. } => f.write_str(sql),
            Self::Constant(Truth::True) => f.write_str("true"),
            Self::Constant(Truth::False) => f.write_str("false"),
            Self::Constant(Truth::Unknown) => f.write_str("NULL"),
        }
    }
}
