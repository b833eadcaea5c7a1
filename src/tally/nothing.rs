//! Why a scan may have brought nothing: facts of its plan and of the records that came, as typed reasons.

use std::fmt;

/// A reason for which no row satisfied a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// No value can satisfy the conditions together.
    Contradiction,
    /// The range of time has not begun.
    Future {
        /// The begin of the range.
        from: String,
        /// The instant of the statement.
        now: String,
    },
    /// The range of time is one instant.
    Instant {
        /// The column.
        column: &'static str,
        /// The instant.
        at: String,
    },
    /// Kinds of record that the conditions leave out.
    Kinds {
        /// The kinds that were asked for.
        asked: Vec<&'static str>,
        /// The others.
        left_out: Vec<&'static str>,
    },
    /// The same text in another case was among the records.
    Case {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
        /// What a record has.
        stored: String,
    },
    /// A value of an enumeration that is not among the documented ones.
    Member {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
        /// The documented values.
        members: &'static [&'static str],
    },
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contradiction => f.write_str("the conditions contradict one another, so nothing was asked for"),
            Self::Future { from, now } => write!(f, "the range begins at {from}, and now() is {now}"),
            Self::Instant { column, at } => {
                write!(f, "{column} was asked for at one instant, {at}; a day is a range, from >= to <")
            }
            Self::Kinds { asked, left_out } => write!(
                f,
                "the conditions ask for {} records only; those of {} were left out",
                asked.join(" and "),
                left_out.join(", ")
            ),
            Self::Case { column, asked, stored } => write!(
                f,
                "{column} is nowhere '{asked}', but '{stored}': case counts, lower({column}) = '{}' does without it",
                asked.to_lowercase()
            ),
            Self::Member { column, asked, members } => {
                write!(f, "{column} is not documented to be '{asked}'; its values are {}", members.join(", "))
            }
        }
    }
}
