//! What the reader of an answer has to know, and which notices are one.

use std::collections::HashMap;
use std::fmt;
use std::mem::{Discriminant, discriminant};

use super::Because;
use crate::veil::Veiled;

/// Which of several copies of a record stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// The one that came first: a service's answer cannot be read twice.
    First,
    /// The last version by what the copies say of themselves: files can.
    Last,
}

/// Something the reader of an answer has to know. It does not make the answer wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Values that could not be read as their column says; they are NULL in the answer and untouched in `raw`.
    TypeConflicts {
        /// `entra.sign_ins`
        table: String,
        /// SQL path of the column: `status.error_code`.
        column: String,
        /// How many values.
        count: u64,
        /// Key of the first record concerned.
        first_id: Option<Veiled>,
    },
    /// Members that came twice in an object: the first value is in the answer.
    RepeatedMembers {
        /// `entra.sign_ins`
        table: String,
        /// SQL path of the column.
        column: String,
        /// How many values were passed over.
        count: u64,
        /// Key of the first record concerned.
        first_id: Option<Veiled>,
    },
    /// Values that PowerShell had cut short: what their text shows was read.
    CutValues {
        /// `entra.sign_ins`
        table: String,
        /// SQL path of the column.
        column: String,
        /// How many values.
        count: u64,
        /// Key of the first record concerned.
        first_id: Option<Veiled>,
    },
    /// Records that give a field once more in a flat column, with another value; that of the object was kept.
    Contradicted {
        /// `entra.sign_ins`
        table: String,
        /// SQL path of the column.
        column: String,
        /// How many records.
        count: u64,
        /// Key of the first of them.
        first_id: Option<Veiled>,
    },
    /// Records that came several times, and not with the same values each time. Each counts once.
    DifferingDuplicates {
        /// `entra.sign_ins`
        table: String,
        /// How many copies differ from the one that stands, or how many records have copies that differ.
        count: u64,
        /// Key of the first such record.
        first_id: Veiled,
        /// Which of the copies stands for the record.
        stands: Stands,
    },
    /// The service refused a filter and a weaker one was sent; the answer is right, it only cost more.
    WeakerFilter {
        /// `entra.sign_ins`
        table: String,
        /// What was left out, as `$filter` text.
        dropped: String,
        /// The service's own words.
        because: Veiled,
    },
    /// The keys of a join were not sent, because one of them cannot be; the answer is right, it only cost more.
    KeysNotSent {
        /// `entra.sign_ins`
        table: String,
        /// How many keys there are.
        count: u64,
        /// What is odd about the one.
        because: String,
    },
    /// The service refused to sort: all rows of the scan were read, and sorted here.
    OrderRefused {
        /// `entra.sign_ins`
        table: String,
        /// What the service said.
        because: Veiled,
    },
    /// Answers of the service ended at its cap; their ranges were cut by time and read again. The answer is whole.
    CapReached {
        /// `aadgraph.signin_events`
        table: String,
        /// The cap.
        cap: u64,
        /// How many answers.
        answers: u64,
        /// Into how many pieces they were cut.
        pieces: u64,
    },
    /// The answer holds a part of the population only, by the connection's own setting.
    PartOfPopulation {
        /// `entra.sign_ins`
        table: String,
        /// Which part, and which setting chose it.
        what: String,
    },
    /// The service was asked how many records there are, instead of for the records.
    CountedThere {
        /// `entra.users`
        table: String,
    },
    /// Requests of other processes were not counted: the file that they share cannot be used.
    PacedAlone {
        /// Why not.
        because: String,
    },
    /// Content was listed for a time that is not its own; it was read all the same.
    Misplaced {
        /// `m365.activity`
        table: String,
        /// Its content type.
        content_type: String,
        /// How many pieces of content.
        count: u64,
        /// The service's key of the first.
        first_id: Veiled,
        /// When that says it became available, RFC 3339.
        created: String,
    },
    /// Records of another set were asked for by their keys, and are not there: they have no listing.
    NotThere {
        /// `entra.group_members`
        table: String,
        /// `entra.groups`
        of: String,
        /// How many.
        count: u64,
        /// The key of the first.
        first_id: Veiled,
    },
    /// No lower time bound was asked for: the answer reaches as far back as the service still keeps records.
    Reach {
        /// `entra.sign_ins`
        table: String,
        /// The oldest time among the records received, RFC 3339.
        oldest: String,
    },
    /// A file held lines that could not be read; all others were.
    UnreadLines {
        /// The file.
        file: String,
        /// The first such line, from 1.
        line: u64,
        /// How many.
        count: u64,
        /// Why the first could not be read, in one clause.
        why: String,
    },
    /// Values of a log have names that came first behind the part that it was recognised by: there is no column for them.
    NoColumn {
        /// The file.
        file: String,
        /// The line of the first.
        line: u64,
        /// How many.
        count: u64,
        /// The name of the first.
        name: Veiled,
    },
    /// A file became longer while it was read: what was added may be missing.
    Grown {
        /// The file.
        file: String,
    },
    /// Something about files that they do not say themselves, and that was taken for granted.
    Assumed {
        /// The table.
        table: String,
        /// What.
        what: String,
        /// In how many files.
        files: u64,
        /// The first of them.
        first: String,
    },
    /// A file could not be read at all; all others were.
    UnreadFile {
        /// The file.
        file: String,
        /// Why not, in one clause.
        why: String,
    },
    /// A folder or an archive holds files that are named like no export; they were not read.
    FilesSkipped {
        /// The folder or archive.
        within: String,
        /// How many.
        count: u64,
        /// The first by name.
        first: String,
    },
    /// A folder or an archive holds spreadsheets; they were not read.
    Spreadsheets {
        /// The folder or archive.
        within: String,
        /// How many.
        count: u64,
        /// The first by name.
        first: String,
    },
    /// Files hold pages of replies that link to a next page.
    NextPages {
        /// The files.
        files: Vec<String>,
    },
    /// Files hold things that there is no table for.
    OtherRecords {
        /// What, in the plural.
        what: String,
        /// How many.
        count: u64,
        /// In how many files.
        files: u64,
        /// The first of them.
        first: String,
    },
    /// The dates of a file do not show whether the day or the month comes first.
    AssumedOrder {
        /// The file.
        file: String,
        /// The members.
        members: String,
        /// What was assumed.
        day_first: bool,
        /// The first such date.
        example: String,
    },
    /// A file holds records of which only an outer part is there.
    BareRecords {
        /// The file.
        file: String,
        /// How many.
        count: u64,
        /// What stands in place of the first one's data; may be empty.
        shown: String,
    },
    /// A column that every record fills stays empty for the whole of a file.
    EmptyColumn {
        /// The file.
        file: String,
        /// SQL name of the column.
        column: String,
        /// A member that holds the time of a clock whose zone is not known.
        local: Option<String>,
    },
    /// The time of a file's records is the one at which they were taken in.
    TimeTakenIn {
        /// The file.
        file: String,
        /// SQL name of the column.
        column: String,
        /// The member that it was taken from.
        member: String,
    },
    /// A result became a table of the session.
    Kept {
        /// Its name.
        table: String,
        /// Its rows.
        rows: u64,
    },
    /// The records had been fetched before, by another statement of the session.
    FetchedAgain {
        /// `entra.sign_ins`
        table: String,
        /// Requests that were spent again.
        requests: u64,
    },
    /// A scan brought no row, and this may be why.
    Nothing {
        /// `entra.sign_ins`
        table: String,
        /// The reason.
        because: Because,
    },
    /// A search goes on at the service, and nobody waits for it.
    LeftRunning {
        /// `m365.audit_search`
        table: String,
        /// The service's id of it.
        id: Veiled,
    },
    /// Under `--partial`: what is missing from the answer.
    Incomplete {
        /// What is missing and why.
        missing: String,
    },
}

impl Notice {
    /// What there is to say of odd values of a column, behind their number.
    fn of_values(&self, column: &str) -> String {
        match self {
            Self::RepeatedMembers { .. } => format!(
                "value(s) of {column} repeat a member of the same record and were ignored: the first value was kept; \
                 see raw"
            ),
            Self::CutValues { .. } => format!(
                "value(s) of {column} were truncated by PowerShell, which wrote text instead of an object: what the text \
                 shows was read, deeper levels are lost. Export again with ConvertTo-Json -Depth 10"
            ),
            Self::Contradicted { .. } => format!(
                "record(s) contradict themselves about {column}: a flat column has another value than the object, whose \
                 value was kept; see raw"
            ),
            _ => format!("value(s) of {column} have an unexpected type and are NULL; see raw"),
        }
    }
}

impl Notice {
    fn misplaced(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Misplaced { table, content_type, count, first_id, created } = self else { return Ok(()) };
        write!(
            f,
            "{table}: {count} blob(s) of {content_type} were listed for the wrong time (first: {first_id}, created \
             {created}); they were read, and their rows were checked like all others"
        )
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TypeConflicts { table, column, count, first_id }
            | Self::RepeatedMembers { table, column, count, first_id }
            | Self::CutValues { table, column, count, first_id }
            | Self::Contradicted { table, column, count, first_id } => {
                write!(f, "{table}: {count} {}", self.of_values(column))?;
                first_id.as_ref().map_or(Ok(()), |id| write!(f, " (first in record {id})"))
            }
            Self::DifferingDuplicates { table, count, first_id, stands } => {
                let (what, which) = match stands {
                    Stands::First => ("arrived again with different values", "the first copy was kept"),
                    Stands::Last => ("exist in different versions", "the last version of each was kept"),
                };
                write!(f, "{table}: {count} record(s) {what}, {which} (first: {first_id})")
            }
            Self::WeakerFilter { table, dropped, because } => write!(
                f,
                "{table}: the service refused a filter ({because}); it was sent again without: {dropped}. The answer is still exact"
            ),
            Self::KeysNotSent { table, count, because } => keys_not_sent(f, table, *count, because),
            Self::OrderRefused { table, because } => {
                write!(f, "{table}: the service refused to sort ({because}); everything was read and sorted locally")
            }
            Self::CapReached { table, cap, answers, pieces } => write!(
                f,
                "{table}: {answers} answer(s) ended at the service's cap of {cap} records; they were split by time into \
                 {pieces} and read again, so nothing is missing. A shorter time range or a filter costs fewer requests"
            ),
            Self::PartOfPopulation { table, what } => write!(f, "{table}: {what}"),
            Self::CountedThere { table } => write!(
                f,
                "{table}: the service counted, in an index that may lag behind; --remote-count=false reads the records and \
                 counts them"
            ),
            Self::PacedAlone { because } => write!(
                f,
                "the requests of other auditql processes were not taken into account, so the service may refuse some and \
                 they are sent again: the file of send times cannot be used ({because})"
            ),
            Self::LeftRunning { table, id } => left_running(f, table, id),
            Self::Misplaced { .. } => self.misplaced(f),
            Self::NotThere { table, of, count, first_id } => {
                write!(f, "{table}: {count} id(s) that were asked for are not in {of} (first: {first_id})")
            }
            Self::Reach { table, oldest } => {
                write!(f, "{table}: no lower time bound was given; the oldest record received is from {oldest}")
            }
            Self::UnreadLines { file, line, count, why } => {
                write!(f, "INCOMPLETE: {file}: {count} line(s) could not be read (first: line {line}, {why})")
            }
            Self::NoColumn { file, line, count, name } => no_column(f, file, (*line, *count), name),
            Self::Grown { file } => {
                write!(f, "{file} was written to while it was read: lines that were added meanwhile may be missing")
            }
            Self::Assumed { table, what, files, first } => assumed(f, (table, what), *files, first),
            Self::UnreadFile { file, why } => write!(f, "INCOMPLETE: {file} could not be read: {why}"),
            Self::FilesSkipped { within, count, first } => {
                write!(
                    f,
                    "{within}: {count} file(s) skipped, because their names do not look like exports (first: {first})"
                )
            }
            Self::Spreadsheets { within, count, first } => {
                write!(f, "{within}: {count} spreadsheet(s) not read (first: {first}); save them as CSV to read them")
            }
            Self::NextPages { files } => write!(
                f,
                "{} file(s) hold a page that links to a next page (first: {}); records on pages that were not saved \
                 are missing from the answer",
                files.len(),
                files[0]
            ),
            Self::OtherRecords { what, count, files, first } => write!(
                f,
                "{what} were not read, because this table does not hold them: {count} in {files} file(s) (first: {first})"
            ),
            Self::AssumedOrder { file, members, day_first, example } => {
                assumed_order(f, (file, members), *day_first, example)
            }
            Self::BareRecords { file, count, shown } => bare_records(f, file, *count, shown),
            Self::EmptyColumn { file, column, local } => {
                write!(f, "{file}: {column} is empty in every record")?;
                local.as_ref().map_or(Ok(()), |member| {
                    write!(f, "; {member} is a local time of an unknown zone: export with times in UTC")
                })
            }
            Self::TimeTakenIn { file, column, member } => write!(
                f,
                "{file}: {column} was read from {member}, the time of ingestion, often minutes after the event"
            ),
            Self::Kept { table, rows } => write!(f, "{table}: {rows} row(s) are kept until the session ends"),
            Self::FetchedAgain { table, requests } => write!(
                f,
                "{table}: the same records were fetched again, with {requests} request(s); \
                 CREATE TABLE recent AS SELECT … keeps the rows for this session"
            ),
            Self::Nothing { table, because } => write!(f, "no rows from {table}: {because}"),
            Self::Incomplete { missing } => write!(f, "INCOMPLETE: {missing}"),
        }
    }
}

fn assumed_order(
    f: &mut fmt::Formatter<'_>,
    (file, members): (&str, &str),
    day_first: bool,
    example: &str,
) -> fmt::Result {
    let first = if day_first { "day" } else { "month" };
    write!(
        f,
        "{file}: nothing shows whether dates such as {example} start with the day or the month; the \
             {first} was assumed to come first ({members})"
    )
}

fn left_running(f: &mut fmt::Formatter<'_>, table: &str, id: &Veiled) -> fmt::Result {
    write!(
        f,
        "{table}: the search {id} goes on at the service, which has no request to stop it; 'auditql searches' lists it, and \
         the same query reads it, if its time range ended more than 24 hours before it was ordered"
    )
}

fn keys_not_sent(f: &mut fmt::Formatter<'_>, table: &str, count: u64, because: &str) -> fmt::Result {
    write!(
        f,
        "{table}: {count} keys of a join were not sent, and all was read, because of one of them: {because}. A condition on the \
         other side of the join that leaves it out saves the requests"
    )
}

fn no_column(f: &mut fmt::Formatter<'_>, file: &str, (line, count): (u64, u64), name: &Veiled) -> fmt::Result {
    write!(
        f,
        "{file}: {count} value(s) have no column, because their names do not occur in the first mebibyte; raw has them \
         (first: '{name}', line {line})"
    )
}

fn assumed(f: &mut fmt::Formatter<'_>, (table, what): (&str, &str), files: u64, first: &str) -> fmt::Result {
    match files {
        1 if table == first => write!(f, "{table}: {what}"),
        1 => write!(f, "{table}: {what} ({first})"),
        _ => write!(f, "{table}: {what} ({files} files; first: {first})"),
    }
}

fn bare_records(f: &mut fmt::Formatter<'_>, file: &str, count: u64, shown: &str) -> fmt::Result {
    write!(f, "{file}: {count} record(s) have no AuditData; only their other columns were read")?;
    if shown.is_empty() {
        return Ok(());
    }
    write!(f, "; it holds the name of a .NET type instead ({shown}): export it with ConvertTo-Json -Depth 10")
}

#[derive(Debug, Default)]
pub(super) struct Notices {
    list: Vec<Notice>,
    /// Where a notice of a kind, about a thing and a part of it, stands in the list.
    places: HashMap<(Discriminant<Notice>, String, String), usize>,
}

impl Notices {
    /// All of them, in the order in which they first came.
    pub(super) fn all(&self) -> Vec<Notice> {
        self.list.clone()
    }

    /// Adds one, or counts it with the one of its kind about the same thing.
    pub(super) fn add(&mut self, notice: Notice) {
        let (thing, part) = match &notice {
            Notice::TypeConflicts { table, column, .. } => (table.clone(), column.clone()),
            Notice::DifferingDuplicates { table, stands, .. } => (table.clone(), format!("{stands:?}")),
            Notice::WeakerFilter { table, dropped, .. } => (table.clone(), dropped.clone()),
            Notice::KeysNotSent { table, because, .. } => (table.clone(), because.clone()),
            Notice::CapReached { table, cap, .. } => (table.clone(), cap.to_string()),
            Notice::PartOfPopulation { table, what } => (table.clone(), what.clone()),
            Notice::CountedThere { table } => (table.clone(), String::new()),
            Notice::PacedAlone { .. } => (String::new(), String::new()),
            Notice::Misplaced { table, content_type, .. } => (table.clone(), content_type.clone()),
            Notice::NotThere { table, .. } => (table.clone(), String::new()),
            Notice::Reach { table, .. } => (table.clone(), String::new()),
            Notice::LeftRunning { table, id } => (table.clone(), id.to_string()),
            Notice::Nothing { table, because } => (table.clone(), because.to_string()),
            Notice::Incomplete { missing } => (missing.clone(), String::new()),
            Notice::NextPages { .. } => (String::new(), String::new()),
            Notice::Kept { table, .. } => (table.clone(), String::new()),
            Notice::FetchedAgain { table, .. } => (table.clone(), String::new()),
            Notice::UnreadLines { file, .. } => (file.clone(), String::new()),
            Notice::UnreadFile { file, .. } => (file.clone(), String::new()),
            Notice::Grown { file } | Notice::NoColumn { file, .. } => (file.clone(), String::new()),
            Notice::Assumed { table, what, .. } => (table.clone(), what.clone()),
            Notice::OrderRefused { table, .. } => (table.clone(), String::new()),
            Notice::FilesSkipped { within, .. } => (within.clone(), String::new()),
            Notice::Spreadsheets { within, .. } => (within.clone(), String::new()),
            Notice::OtherRecords { what, .. } => (what.clone(), String::new()),
            Notice::AssumedOrder { file, members, .. } => (file.clone(), members.clone()),
            Notice::BareRecords { file, .. } => (file.clone(), String::new()),
            Notice::EmptyColumn { file, column, .. } => (file.clone(), column.clone()),
            Notice::TimeTakenIn { file, column, .. } => (file.clone(), column.clone()),
            Notice::RepeatedMembers { table, column, .. } => (table.clone(), column.clone()),
            Notice::CutValues { table, column, .. } => (table.clone(), column.clone()),
            Notice::Contradicted { table, column, .. } => (table.clone(), column.clone()),
        };
        let subject = (discriminant(&notice), thing, part);
        let Some(&at) = self.places.get(&subject) else {
            self.places.insert(subject, self.list.len());
            self.list.push(notice);
            return;
        };
        match (&mut self.list[at], notice) {
            // Two scans of the same files find the same.
            (
                Notice::DifferingDuplicates { count, stands: Stands::Last, .. },
                Notice::DifferingDuplicates { count: other, .. },
            ) => *count = other.max(*count),
            (Notice::TypeConflicts { count, .. }, Notice::TypeConflicts { count: more, .. })
            | (Notice::RepeatedMembers { count, .. }, Notice::RepeatedMembers { count: more, .. })
            | (Notice::CutValues { count, .. }, Notice::CutValues { count: more, .. })
            | (Notice::Contradicted { count, .. }, Notice::Contradicted { count: more, .. })
            | (Notice::DifferingDuplicates { count, .. }, Notice::DifferingDuplicates { count: more, .. })
            | (Notice::NotThere { count, .. }, Notice::NotThere { count: more, .. })
            | (Notice::Misplaced { count, .. }, Notice::Misplaced { count: more, .. }) => {
                *count += more;
            }
            (Notice::CapReached { answers, pieces, .. }, Notice::CapReached { answers: more, pieces: others, .. }) => {
                (*answers, *pieces) = (*answers + more, *pieces + others);
            }
            (Notice::NextPages { files }, Notice::NextPages { files: more }) => {
                files.extend(more.into_iter().filter(|file| !files.contains(file)).collect::<Vec<_>>());
            }
            // Two scans of one file, or one scan on its way: the same lines.
            (Notice::UnreadLines { count, .. }, Notice::UnreadLines { count: other, .. }) => *count = other.max(*count),
            (Notice::BareRecords { count, .. }, Notice::BareRecords { count: other, .. }) => *count = other.max(*count),
            (Notice::OtherRecords { count, files, .. }, Notice::OtherRecords { count: other, files: others, .. }) => {
                (*count, *files) = (other.max(*count), others.max(*files));
            }
            (Notice::Reach { oldest, .. }, Notice::Reach { oldest: other, .. }) if other < *oldest => *oldest = other,
            _ => {}
        }
    }
}
