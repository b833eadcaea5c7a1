//! What there is to say when a log was read: what was lost, what was odd, what was assumed.

use std::collections::BTreeMap;
use std::error::Error as StdError;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;

use super::files::{Assumption, LogFiles};
use crate::causes;
use crate::files::{Skipped, Why};
use crate::logs::Doubt;
use crate::tally::{Notice, Tally};
use crate::time::Interval;
use crate::veil::Veil;

/// Bytes of a bad line that are shown.
const SHOWN: usize = 120;

/// What happened while a file, or a piece of it, was read.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) rows: u64,
    bad: u64,
    first: Option<(u64, &'static str, String)>,
    /// What to do about them, if that is known.
    advice: &'static str,
    broken: Option<String>,
    /// The first line that is no UTF-8.
    recoded: Option<u64>,
    /// Times that may be others: how many for each reason, and the line of the first.
    doubtful: BTreeMap<Doubt, (u64, u64)>,
    /// Values for which there is no column, and the first of them.
    unknown: u64,
    first_unknown: Option<(u64, String)>,
    /// By column that is read, how many values are odd, and the line of the first.
    pub(super) odd: Vec<(u64, u64)>,
    /// In the same way, how many were passed over because their member comes again in the record.
    pub(super) repeated: Vec<(u64, u64)>,
    /// The least and the greatest time of its rows.
    times: Option<(i64, i64)>,
    /// It became longer meanwhile.
    pub(super) grown: bool,
}

impl Said {
    /// A line could not be read.
    pub(super) fn bad(&mut self, line: u64, why: &'static str, excerpt: &[u8]) {
        self.bad += 1;
        self.first.get_or_insert_with(|| (line, why, shown(excerpt)));
    }

    /// A line is no UTF-8.
    pub(super) fn recoded(&mut self, line: u64) {
        self.recoded.get_or_insert(line);
    }

    /// A time may be another.
    pub(super) fn doubtful(&mut self, line: u64, doubt: Doubt) {
        self.doubtful.entry(doubt).or_insert((0, line)).0 += 1;
    }

    /// There is no column for a value.
    pub(super) fn unknown(&mut self, line: u64, name: &str) {
        self.unknown += 1;
        self.first_unknown.get_or_insert_with(|| (line, shown(name.as_bytes())));
    }

    /// The file cannot be read on.
    pub(super) fn broken(&mut self, why: &(dyn StdError + 'static)) {
        self.broken.get_or_insert_with(|| causes::said(why).join(": "));
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Lines that could not be read.
    pub(super) fn count_bad(&self) -> u64 {
        self.bad
    }

    /// Looks at the times of rows.
    pub(super) fn see_times(&mut self, rows: &RecordBatch, time: Option<&str>) {
        let times = time.and_then(|time| rows.column_by_name(time)?.as_primitive_opt::<TimestampMicrosecondType>());
        let Some((least, greatest)) = times.and_then(|t| arrow::compute::min(t).zip(arrow::compute::max(t))) else {
            return;
        };
        let (before, behind) = self.times.unwrap_or((least, greatest));
        self.times = Some((before.min(least), behind.max(greatest)));
    }

    /// The times of all rows of the file, if its time is read and there is nothing to say of it.
    pub(super) fn times_of_all(&self, reads_time: bool) -> Option<Interval> {
        let Self { bad, broken, recoded, doubtful, unknown, odd, repeated, grown, times, .. } = self;
        let is_whole = *bad == 0 && broken.is_none() && !grown;
        let is_clean = is_whole && recoded.is_none() && doubtful.is_empty() && *unknown == 0;
        let are_plain = odd.iter().chain(repeated).all(|(count, _)| *count == 0);
        let (from, to) = times.filter(|_| reads_time && is_clean && are_plain)?;
        Some(Interval { from: Some(from), to: Some(to) })
    }

    /// The same with what was said of the piece behind it.
    pub(super) fn and(self, next: Self) -> Self {
        let times = self.times.into_iter().chain(next.times);
        let mut doubtful = self.doubtful;
        for (doubt, (count, line)) in next.doubtful {
            doubtful.entry(doubt).or_insert((0, line)).0 += count;
        }
        Self {
            rows: self.rows + next.rows,
            bad: self.bad + next.bad,
            first: self.first.or(next.first),
            advice: self.advice,
            broken: self.broken.or(next.broken),
            recoded: self.recoded.or(next.recoded),
            doubtful,
            unknown: self.unknown + next.unknown,
            first_unknown: self.first_unknown.or(next.first_unknown),
            odd: all(self.odd, next.odd),
            repeated: all(self.repeated, next.repeated),
            times: times.reduce(|(from, to), (least, greatest)| (from.min(least), to.max(greatest))),
            grown: self.grown || next.grown,
        }
    }

    /// Most lines of a file were lost that is rows of fields by its content alone: what else it may be is told with them.
    pub(super) fn may_be_text(mut self) -> Self {
        if self.bad > self.rows {
            self.advice = "; if it is no table, read_log('FILE', format => 'lines') reads each line as text";
        }
        self
    }

    /// Leaves the notices of a file.
    pub(super) fn say<'a>(
        self,
        (table, file): (&str, &str),
        columns: &(impl Iterator<Item = &'a str> + Clone),
        tally: &Tally,
    ) {
        let Self { rows, bad, first, advice, broken, recoded, doubtful, .. } = self;
        let Self { unknown, first_unknown, odd, repeated, grown, .. } = self;
        let (table, file) = (|| table.to_owned(), || file.to_owned());
        if let Some((line, why, excerpt)) = first {
            let why = format!("{why}: '{}'{advice}", Veil::default().told(&excerpt));
            tally.notice(Notice::UnreadLines { file: file(), line, count: bad, why });
        }
        if let Some(why) = broken {
            let why = if rows > 0 { format!("{why}; the {rows} row(s) before it stand") } else { why };
            tally.notice(Notice::UnreadFile { file: file(), why });
        }
        if let Some(line) = recoded {
            let what = "lines that are no UTF-8 were read as Windows-1252".to_owned();
            let first = format!("{}, line {line}", file());
            tally.notice(Notice::Assumed { table: table(), what, files: 1, first });
        }
        for (doubt, (count, line)) in doubtful {
            tally.notice(Notice::DoubtfulTimes { file: file(), line, count, what: doubt.what() });
        }
        if let Some((line, name)) = first_unknown {
            let name = Veil::default().told_name(&name);
            tally.notice(Notice::NoColumn { file: file(), line, count: unknown, name });
        }
        if grown {
            tally.notice(Notice::Grown { file: file() });
        }
        let place = |line| Some(Veil::default().told_name(&format!("{}, line {line}", file())));
        let all = |counts: Vec<(u64, u64)>| columns.clone().zip(counts).filter(|(_, (count, _))| *count > 0);
        for (column, (count, line)) in all(odd) {
            let (column, first_id) = (column.to_owned(), place(line));
            tally.notice(Notice::TypeConflicts { table: table(), column, count, first_id });
        }
        for (column, (count, line)) in all(repeated) {
            let (column, first_id) = (column.to_owned(), place(line));
            tally.notice(Notice::RepeatedMembers { table: table(), column, count, first_id });
        }
    }
}

/// Counts by column of two pieces.
fn all(one: Vec<(u64, u64)>, other: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    match (one, other) {
        (one, other) if one.is_empty() => other,
        (one, other) if other.is_empty() => one,
        (one, other) => one.into_iter().zip(other).map(|(one, other)| both(one, other)).collect(),
    }
}

/// Counts of a column in two pieces.
fn both((one, first): (u64, u64), (other, next): (u64, u64)) -> (u64, u64) {
    (one + other, if one == 0 { next } else { first })
}

/// What holds for a table as a whole, before its first row.
pub(super) fn of_table(table: &LogFiles, tally: &Tally) {
    for (file, why) in &table.unread {
        tally.notice(Notice::UnreadFile { file: file.clone(), why: why.clone() });
    }
    for Skipped { within, count, first, .. } in table.skipped.iter().filter(|skipped| skipped.why == Why::Spreadsheets)
    {
        let (within, first) = (within.display().to_string(), first.display().to_string());
        tally.notice(Notice::Spreadsheets { within, count: *count, first });
    }
    // Only hidden names and links to folders: all others are read.
    let left_out: Vec<&Skipped> = table.skipped.iter().filter(|skipped| skipped.why != Why::Spreadsheets).collect();
    if let Some(Skipped { within, first, .. }) =
        left_out.iter().min_by_key(|skipped| skipped.within.join(&skipped.first))
    {
        tally.notice(Notice::Assumed {
            table: table.name.clone(),
            what: "names that begin with a dot or with ~$, and links to folders, were left out: name them to read them"
                .to_owned(),
            files: left_out.iter().map(|skipped| skipped.count).sum(),
            first: within.join(first).display().to_string(),
        });
    }
    for Assumption { what, files, first } in table.assumed() {
        tally.notice(Notice::Assumed { table: table.name.clone(), what, files, first });
    }
}

/// The begin of a bad line, as text.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned();
    if bytes.len() > SHOWN { text + "…" } else { text }
}
