//! Why a scan may have brought nothing: facts of its plan and of the records that came, as typed reasons.

use std::fmt;

/// A reason for which no row satisfied a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// No value can satisfy the conditions together.
    Contradiction,
    /// What is asked can never hold, whatever the records are.
    NeverTrue,
    /// The conditions can never hold together, of whatever record; the records were read.
    NeverHolds,
    /// None of the keys that a join told can be a record's, or they contradict the conditions.
    NoJoinKey,
    /// The other side of a join has no rows.
    EmptySide,
    /// A key was asked for that is none.
    NoKey {
        /// The column.
        column: &'static str,
    },
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
    /// A time was to be equalled that is finer than the column.
    Finer {
        /// The column.
        column: String,
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
        /// Whether all that the column holds is in lower case.
        is_lower: bool,
    },
    /// A text would fit a condition if case did not count.
    CaseOf {
        /// The condition.
        condition: String,
        /// What a record has.
        stored: String,
        /// Whether ILIKE is a way to ask.
        ilike: bool,
    },
    /// A text has blanks around it.
    Blank {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
        /// What a record has, if one differs in blanks alone.
        stored: Option<String>,
    },
    /// An address is compared as text, and is written in another way.
    Spelling {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
        /// What a record has, or what addresses are written as.
        stored: String,
        /// Whether a record has it.
        seen: bool,
    },
    /// A network is compared with one address.
    Network {
        /// The column.
        column: String,
        /// The network.
        asked: String,
    },
    /// A sign that stands for any characters elsewhere, and for itself here.
    Wildcard {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
    },
    /// The name of a value, in quotes.
    Quoted {
        /// The column.
        column: String,
        /// What was asked for: `:user`.
        asked: String,
    },
    /// The name of an account without its domain.
    NoDomain {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
    },
    /// The name of a file is compared as a text.
    FileName {
        /// The column.
        column: String,
        /// The name.
        asked: String,
    },
    /// The name of a country, where its code stands.
    Country {
        /// The column.
        column: String,
        /// What was asked for.
        asked: String,
    },
    /// A range whose bounds are the wrong way round.
    Reversed {
        /// The column.
        column: String,
        /// The bound that it is not to be below.
        from: String,
        /// The bound that it is not to be above.
        to: String,
    },
    /// A range that ends where it begins.
    NoRange {
        /// The column.
        column: String,
        /// Both bounds.
        at: String,
    },
    /// No record has one of the keys that a join told.
    NoPartner,
    /// No record that was read satisfies a condition.
    Excluded {
        /// The condition.
        condition: String,
        /// How many records were read.
        records: u64,
    },
    /// No record that was read is of whom a timeline asks for.
    NotNamed {
        /// `the user 'ana@contoso.com'`
        of: String,
        /// How many records were read.
        records: u64,
    },
    /// Records satisfy each condition, and none all of them.
    Together {
        /// How many records were read.
        records: u64,
    },
    /// All records that were read are of another time.
    Range {
        /// The column.
        column: &'static str,
        /// The oldest time among them.
        oldest: String,
        /// The newest time among them.
        newest: String,
        /// The range that was asked for, in words.
        asked: String,
    },
    /// Files hold records of times before and behind those that were asked for, and none between.
    Between {
        /// The range that was asked for, in words.
        asked: String,
    },
    /// A table is several others, and the conditions leave out all of them.
    NoBranch {
        /// What they are called.
        branches: Vec<String>,
    },
    /// The service sent nothing.
    NoneCame {
        /// Whether it was asked with conditions.
        conditions: bool,
        /// The range of time that was asked for, in words; may be empty.
        asked: String,
    },
    /// Files hold no record of the table.
    NotHeld {
        /// How many were read.
        files: usize,
        /// The first of them.
        first: String,
        /// The tables of the records that they hold.
        holds: Vec<String>,
    },
    /// The conditions leave records of content types that the table does not hold.
    OtherContent {
        /// Those that it holds.
        holds: Vec<&'static str>,
        /// Those that the conditions leave.
        asked: Vec<&'static str>,
    },
    /// Logs hold no byte.
    EmptyFiles {
        /// How many.
        files: usize,
        /// The first of them.
        first: String,
    },
    /// Logs hold no row: headings and comments, or lines that could not be read.
    NoLines {
        /// How many.
        files: usize,
        /// The first of them.
        first: String,
        /// Lines that could not be read.
        unread: u64,
    },
    /// Event logs have no event of the view that was stated.
    NoEvents {
        /// How many.
        files: usize,
        /// The first of them.
        first: String,
        /// `adfs`
        view: &'static str,
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
    #[expect(clippy::too_many_lines, reason = "a sentence for each")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contradiction => f.write_str("the conditions contradict each other, so nothing was requested"),
            Self::NeverHolds => f.write_str("the conditions contradict each other: no record can satisfy all of them"),
            Self::NeverTrue => {
                f.write_str("the statement has a condition that is never true, or a list without rows, so nothing was requested")
            }
            Self::NoJoinKey => f.write_str(
                "no key of the join's other side can be that of a record which the conditions leave, so nothing was requested",
            ),
            Self::EmptySide => f.write_str("the other side of the join has no rows, so nothing was requested"),
            Self::NoKey { column } => write!(
                f,
                "{column} holds ids, which are GUIDs, and none was asked for, so nothing was requested; to ask by name, join the \
                 table of these ids"
            ),
            Self::Future { from, now } if from == now => {
                write!(f, "the range of time is empty: it starts at {from}, which is now()")
            }
            Self::Future { from, now } => write!(f, "the range starts at {from}, but now() is {now}"),
            Self::Instant { column, at } => {
                write!(f, "{column} is compared with a single instant, {at}; for a day, use a range with >= and <")
            }
            Self::Finer { column } => {
                write!(f, "{column} has microseconds and never equals a finer time; use six digits, or a range")
            }
            Self::Kinds { asked, left_out } => write!(
                f,
                "the conditions select {} records only; {} records were left out",
                asked.join(" and "),
                left_out.join(", ")
            ),
            // It can be sent, and lower(…) cannot.
            Self::Case { column, asked, stored, is_lower: true } => {
                write!(f, "{column} is never '{asked}': it is stored in lower case, so write {column} = '{stored}'")
            }
            Self::Case { column, asked, stored, is_lower: false } => write!(
                f,
                "{column} is never '{asked}', but it is '{stored}': case counts; lower({column}) = '{}' ignores it",
                asked.to_lowercase()
            ),
            Self::CaseOf { condition, stored, ilike } => write!(
                f,
                "{condition} matches no record, but would match '{stored}' if case were ignored{}",
                if *ilike { "; ILIKE ignores case" } else { "" }
            ),
            Self::Blank { column, asked, stored: Some(stored) } => {
                write!(f, "{column} is never '{asked}', but it is '{stored}': leading and trailing spaces count")
            }
            Self::Blank { column, asked, stored: None } => {
                let without = asked.trim();
                write!(f, "'{asked}' has leading or trailing spaces, and they count; try {column} = '{without}'")
            }
            Self::Spelling { column, asked, stored, seen: true } => write!(
                f,
                "{column} is never '{asked}', but it is '{stored}', the same address: ip_parse({column}) = ip_parse('{asked}') compares \
                 addresses"
            ),
            Self::Spelling { column, asked, stored, seen: false } => write!(
                f,
                "addresses are compared as they are written, and '{asked}' is mostly written '{stored}'; try {column} = '{stored}'"
            ),
            Self::Network { column, asked } => write!(
                f,
                "'{asked}' is a network, and {column} is compared with it as text; ip_in({column}, '{asked}') looks into it"
            ),
            Self::Wildcard { column, asked } => {
                let pattern = asked.replace('*', "%");
                // LIKE without a sign of its own is planned as =.
                let sign = if asked.contains('*') { "* stands for itself" } else { "% stands for itself with =" };
                write!(f, "{sign}; {column} LIKE '{pattern}' takes any text in its place")
            }
            Self::Quoted { column, asked } => write!(
                f,
                "'{asked}' in quotes is a text; without them it is the value that \\set gives: {column} = {asked}"
            ),
            Self::NoDomain { column, asked } => write!(
                f,
                "{column} is a name with its domain, and '{asked}' has none; {column} LIKE '{asked}@%' takes any domain"
            ),
            Self::FileName { column, asked } => write!(
                f,
                "'{asked}' is compared as text; {column} IN (SELECT value FROM '{asked}') compares with the lines of a file"
            ),
            Self::Country { column, asked } if asked.len() == 2 => {
                write!(f, "{column} holds codes in capital letters: '{}'", asked.to_uppercase())
            }
            Self::Country { column, asked } => {
                write!(f, "{column} holds two-letter codes such as 'DE' and 'US', and '{asked}' is none")
            }
            Self::Reversed { column, from, to } => {
                write!(f, "no {column} is at least {from} and at most {to}: the bounds are the wrong way round")
            }
            Self::NoRange { column, at } => write!(f, "the range of {column} is empty: it starts and ends at {at}"),
            Self::NoPartner => f.write_str("no record here fits the keys or times that the join's other side has"),
            Self::Excluded { condition, records } => {
                write!(f, "none of the {records} record(s) read satisfies {condition}")
            }
            Self::NotNamed { of, records } => write!(f, "none of the {records} record(s) read names {of}"),
            Self::Together { records } => {
                write!(
                    f,
                    "each condition is satisfied by some of the {records} record(s) read, but none satisfies all of them"
                )
            }
            Self::Range { column, oldest, newest, asked } => {
                write!(f, "{column} of the records read is between {oldest} and {newest}; the query's range is {asked}")
            }
            Self::Between { asked } => {
                write!(f, "each file was read before, and none holds a record of the query's range, {asked}")
            }
            Self::NoBranch { branches } => {
                write!(f, "the conditions exclude all of {}, so nothing was requested", branches.join(", "))
            }
            Self::NoneCame { conditions: true, asked } if !asked.is_empty() => {
                write!(f, "the service returned no records for the conditions sent, {asked}")
            }
            Self::NoneCame { conditions: true, .. } => {
                f.write_str("the service returned no records for the conditions sent")
            }
            Self::NoneCame { conditions: false, .. } => f.write_str("the service returned no records at all"),
            Self::NotHeld { files, first, holds } if holds.is_empty() => {
                write!(f, "the {files} file(s) read hold no records at all (first: {first})")
            }
            Self::NotHeld { files, holds, .. } => {
                let holds = holds.join(" and ");
                write!(f, "the {files} file(s) read hold no records of this table, only of {holds}")
            }
            Self::OtherContent { holds, asked } => write!(
                f,
                "the table holds records of {} alone, and the conditions ask for {}, so nothing was requested; m365.activity has all",
                holds.join(" and "),
                asked.join(" and ")
            ),
            Self::EmptyFiles { files: 1, first } => write!(f, "{first} is empty"),
            Self::EmptyFiles { files, first } => write!(f, "the {files} files are empty (first: {first})"),
            Self::NoLines { files, first, unread: 0 } => {
                write!(f, "the {files} file(s) hold no rows, only headings, comments, blanks or empty lists (first: {first})")
            }
            Self::NoLines { files, first, unread } => {
                write!(f, "none of the {unread} line(s) of the {files} file(s) could be read (first: {first})")
            }
            Self::NoEvents { files, first, view } => {
                write!(f, "the {files} file(s) have no event of the view {view} (first: {first})")
            }
            Self::Member { column, asked, members } => {
                write!(f, "'{asked}' is not a documented value of {column}; its values are {}", members.join(", "))
            }
        }
    }
}
