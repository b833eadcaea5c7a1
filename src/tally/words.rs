//! What a notice says, in words.

use std::fmt;

use super::{Notice, Stands};
use crate::veil::Veiled;

impl Notice {
    /// What there is to say of files that were not read, behind their number.
    fn of_files(&self, first: &str) -> String {
        match self {
            Self::Hidden { .. } => format!("hidden name(s) left out (first: {first}); name them to read them"),
            Self::Spreadsheets { .. } => {
                format!("spreadsheet(s) not read (first: {first}); save them as CSV to read them")
            }
            _ => format!("file(s) skipped, because their names do not look like exports (first: {first})"),
        }
    }

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

impl Notice {
    fn counted_otherwise(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::CountedOtherwise { table, by, days: (some, all), first, counts: (told, read), unknown } = self else {
            return Ok(());
        };
        write!(
            f,
            "{table}: {by} has another number than was read for {some} of {all} whole day(s) (first: {first}, {told} there, \
             {read} read); {unknown}"
        )
    }
}

impl Notice {
    fn timeline(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Timeline { of, period, sources, left_out, states, .. } = self else { return Ok(()) };
        write!(f, "the timeline is of {of}, {period}, read from {}", sources.join(", "))?;
        left_out.iter().try_for_each(|(table, why)| write!(f, "; without {table}: {why}"))?;
        let Some(states) = states else { return Ok(()) };
        write!(f, "; {} states what the id is of, and may cost fewer requests", states.join(" => …, ") + " => …")
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
            Self::CapReached { table, cap, answers, pieces } => cap_reached(f, (table, *cap), *answers, *pieces),
            Self::PartOfPopulation { table, what } => write!(f, "{table}: {what}"),
            Self::CountedThere { table } => write!(
                f,
                "{table}: the service counted, in an index that may lag behind; --remote-count=false reads the records and \
                 counts them"
            ),
            Self::CountedOtherwise { .. } => self.counted_otherwise(f),
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
            Self::DoubtfulTimes { file, line, count, what } => {
                write!(f, "{file}: {count} {what} (first: line {line})")
            }
            Self::NoColumn { file, line, count, name } => no_column(f, file, (*line, *count), name),
            Self::Grown { file } => {
                write!(f, "{file} was written to while it was read: lines that were added meanwhile may be missing")
            }
            Self::Assumed { table, what, files, first } => assumed(f, (table, what), *files, first),
            Self::UnreadFile { file, why } => write!(f, "INCOMPLETE: {file} could not be read: {why}"),
            Self::FilesSkipped { within, count, first }
            | Self::Hidden { within, count, first }
            | Self::Spreadsheets { within, count, first } => write!(f, "{within}: {count} {}", self.of_files(first)),
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
            Self::ContraryOrder { file, member, day_first, example, either } => {
                contrary_order(f, (file, member), *day_first, (example, either.as_deref()))
            }
            Self::BareRecords { file, count, shown } => bare_records(f, file, *count, shown),
            Self::EmptyColumn { file, column, local } => empty_column(f, file, column, local.as_deref()),
            Self::TimeTakenIn { file, column, member } => write!(
                f,
                "{file}: {column} was read from {member}, the time of ingestion, often minutes after the event"
            ),
            Self::Kept { table, rows } => write!(f, "{table}: {rows} row(s) are kept until the session ends"),
            Self::FetchedAgain { table, requests, open } => fetched_again(f, table, *requests, *open),
            Self::Reused { table, kept, read } => reused(f, table, kept, read),
            Self::Nothing { table, because } => write!(f, "no rows from {table}: {because}"),
            Self::OtherCase { table, column, count, stored } => other_case(f, (table, column), *count, stored),
            Self::ComparedAsText { table, column, instead } => {
                write!(f, "{table}: > and < compare {column} as text: {instead}")
            }
            Self::NullInList => f.write_str(
                "the list of NOT IN holds NULL, so that NOT IN is true of no row: leave NULL out of it, with WHERE … IS NOT NULL",
            ),
            Self::NoneLeft { because } => write!(f, "no rows: {because}"),
            Self::Timeline { .. } => self.timeline(f),
            Self::Incomplete { missing } => write!(f, "INCOMPLETE: {missing}"),
        }
    }
}

fn empty_column(f: &mut fmt::Formatter<'_>, file: &str, column: &str, local: Option<&str>) -> fmt::Result {
    write!(f, "{file}: {column} is empty in every record")?;
    local.map_or(Ok(()), |member| write!(f, "; {member} is a local time of an unknown zone: export with times in UTC"))
}

fn other_case(f: &mut fmt::Formatter<'_>, (table, column): (&str, &str), count: u64, stored: &str) -> fmt::Result {
    write!(
        f,
        "{table}: {count} record(s) were left out whose {column} differs in case alone from what it is compared with, such as \
         '{stored}'; lower({column}) ignores case"
    )
}

fn reused(f: &mut fmt::Formatter<'_>, table: &str, kept: &str, read: &str) -> fmt::Result {
    write!(
        f,
        "{table}: answered from {kept}, as it was read at {read}; with auditql.reuse = false the service is asked"
    )
}

fn fetched_again(f: &mut fmt::Formatter<'_>, table: &str, requests: u64, open: bool) -> fmt::Result {
    if open {
        return write!(
            f,
            "{table}: the same records were fetched again, with {requests} request(s); auditql.reuse answers from what CREATE TABLE … AS \
             SELECT kept only where the range has an end, before the time at which that was read"
        );
    }
    write!(
        f,
        "{table}: the same records were fetched again, with {requests} request(s); \
         CREATE TABLE recent AS SELECT … keeps the rows for this session"
    )
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

fn contrary_order(
    f: &mut fmt::Formatter<'_>,
    (file, member): (&str, &str),
    day_first: bool,
    (example, either): (&str, Option<&str>),
) -> fmt::Result {
    let (first, other) = if day_first { ("day", "month") } else { ("month", "day") };
    write!(
        f,
        "{file}: the dates of {member} contradict each other: the first that shows it begins with the {first}, and {example} with the \
         {other}; all are read with the {first} first, and those that do not fit are NULL"
    )?;
    match either {
        Some(either) => write!(f, "; {either} could be either"),
        None => Ok(()),
    }
}

fn left_running(f: &mut fmt::Formatter<'_>, table: &str, id: &Veiled) -> fmt::Result {
    write!(
        f,
        "{table}: the search {id} goes on at the service, which has no request to stop it; 'auditql searches' lists it, and \
         the same query reads it, if its time range ended more than 24 hours before it was ordered"
    )
}

fn cap_reached(f: &mut fmt::Formatter<'_>, (table, cap): (&str, u64), answers: u64, pieces: u64) -> fmt::Result {
    write!(
        f,
        "{table}: {answers} answer(s) ended at the service's cap of {cap} records; they were split by time into {pieces} and \
         read again, so nothing is missing. A shorter time range or a filter costs fewer requests"
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
        // How something else is stated is written with the name that was asked for.
        1 if table == first => {
            write!(f, "{table}: {}", what.replace("'FILE'", &format!("'{}'", table.replace('\'', "''"))))
        }
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
