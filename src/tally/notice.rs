//! What the reader of an answer has to know.

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
    /// The service counted other numbers of records for whole days than were read.
    CountedOtherwise {
        /// `entra.sign_ins`
        table: String,
        /// `entra.sign_in_summaries`
        by: String,
        /// Days that differ, and days that were compared.
        days: (u64, u64),
        /// The first that differs: `2026-05-01`.
        first: String,
        /// What the service counted of that day, and what was read.
        counts: (u64, u64),
        /// What is not known of the service's number, as a clause.
        unknown: &'static str,
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
    /// Times of a log were read that may be others.
    DoubtfulTimes {
        /// The file.
        file: String,
        /// The line of the first.
        line: u64,
        /// How many.
        count: u64,
        /// Why, behind their number.
        what: &'static str,
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
    /// A folder or an archive holds what is hidden; it was not read.
    Hidden {
        /// The folder or archive.
        within: String,
        /// How many files, a folder counting as one.
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
    /// The dates of a member of a file contradict each other.
    ContraryOrder {
        /// The file.
        file: String,
        /// The member.
        member: String,
        /// What the first of them showed; all are read so.
        day_first: bool,
        /// The first that shows the other order.
        example: String,
        /// The first that could be of either.
        either: Option<String>,
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
        /// Tables that the session keeps are asked where they can be, and could not: the range has no end.
        open: bool,
    },
    /// Records were not asked for, since a table of the session has them.
    Reused {
        /// `entra.sign_ins`
        table: String,
        /// The table that has them.
        kept: String,
        /// When it was read, RFC 3339.
        read: String,
    },
    /// A scan brought no row, and this may be why.
    Nothing {
        /// `entra.sign_ins`
        table: String,
        /// The reason.
        because: Because,
    },
    /// Records were left out that differ in case alone from what was asked for, beside others that were not.
    OtherCase {
        /// `entra.users`
        table: String,
        /// SQL path of the column.
        column: String,
        /// How many records.
        count: u64,
        /// What the first of them has.
        stored: String,
    },
    /// A column is compared by order whose texts say little by it.
    ComparedAsText {
        /// `entra.sign_ins`
        table: String,
        /// SQL path of the column.
        column: String,
        /// What is written instead.
        instead: String,
    },
    /// The list of a `NOT IN (SELECT …)` holds NULL.
    NullInList,
    /// Rows were read, and none is left of them.
    NoneLeft {
        /// Where they were lost, and how many they were.
        because: String,
    },
    /// A search goes on at the service, and nobody waits for it.
    LeftRunning {
        /// `m365.audit_search`
        table: String,
        /// The service's id of it.
        id: Veiled,
    },
    /// What a timeline was taken to be of, and what it was read from.
    Timeline {
        /// `the user 'ana@contoso.com'`
        of: String,
        /// `from 2026-11-22T08:00:00Z`
        period: String,
        /// The tables that were asked.
        sources: Vec<String>,
        /// Those that were not, and why.
        left_out: Vec<(String, String)>,
        /// When it was asked, RFC 3339.
        asked: String,
        /// The statement that asks the same again, at any time.
        sql: String,
        /// The words that state what an id is of, if it could be of several.
        states: Option<Vec<&'static str>>,
    },
    /// Under `--partial`: what is missing from the answer.
    Incomplete {
        /// What is missing and why.
        missing: String,
    },
}
