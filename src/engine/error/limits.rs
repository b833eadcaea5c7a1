//! How large and how deep a statement may be.
//!
//! Each limit stands in for something that the engine does not bound itself, and can go with the version that does. The
//! numbers are of issues at github.com/apache/datafusion, all open at 55.2.

use std::fmt;

/// Bytes of one statement. A list of 100,000 GUIDs has 4 MB.
pub(crate) const MOST_TEXT: usize = 8 << 20;

/// Depth of an expression. Cloning and dropping a deeper one recurses past the stack (22936, 22229; 23264 would end it).
pub(crate) const MOST_OPERATORS: usize = 250;
/// Depth of a plan, as far as its text shows: parts of the planner recurse unprotected (16788).
pub(crate) const MOST_TABLES: usize = 250;
/// Columns of one select list: planning compares each with all (17261).
pub(crate) const MOST_COLUMNS: usize = 5_000;
/// Branches of one CASE: planning takes their square (17493).
pub(crate) const MOST_BRANCHES: usize = 5_000;
/// Steps into JSON by `->` in a row or by functions inside one another: planning doubles its work with each, in
/// datafusion-functions-json 0.55, where nobody has reported it.
pub(crate) const MOST_STEPS: usize = 10;
/// Tables, joins and set operations in all, counted where they are used: common table expressions that name the one before
/// them twice grow beyond any text (17493).
pub(crate) const MOST_USES: usize = 2_000;
/// Levels of a type inside one another. Reading its name is a recursion that no limit of the parser sees.
pub(crate) const MOST_TYPES: usize = 64;

/// What a statement can have too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Bytes of text.
    Text,
    /// Operators that nest: in a row, or in parentheses inside one another.
    Operators,
    /// `UNION`, `INTERSECT`, `EXCEPT`, joins and views or subqueries inside one another.
    Tables,
    /// Tables, joins and set operations in all, those of common table expressions each time that they are used.
    Uses,
    /// Columns of a select list.
    Columns,
    /// Branches of a CASE.
    Branches,
    /// Steps into JSON.
    Steps,
    /// Levels of the name of a type.
    Types,
}

impl Part {
    /// How many there may be.
    pub const fn most(self) -> usize {
        match self {
            Self::Text => MOST_TEXT,
            Self::Operators => MOST_OPERATORS,
            Self::Tables => MOST_TABLES,
            Self::Uses => MOST_USES,
            Self::Columns => MOST_COLUMNS,
            Self::Branches => MOST_BRANCHES,
            Self::Steps => MOST_STEPS,
            Self::Types => MOST_TYPES,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "bytes",
            Self::Operators => "operators in a row or inside one another",
            Self::Tables => "set operations, joins or subqueries on one another",
            Self::Uses => "tables, joins and set operations",
            Self::Columns => "columns",
            Self::Branches => "branches of a CASE",
            Self::Types => "levels of a type inside one another",
            Self::Steps => "steps into JSON by -> in a row or by functions inside one another",
        })
    }
}
