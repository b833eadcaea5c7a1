//! What there is to say when a log was read: what was lost, what was odd, what was assumed.

use std::error::Error as StdError;
use std::sync::atomic::Ordering::{AcqRel, Relaxed};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};

use super::files::{Assumption, LogFiles};
use crate::causes;
use crate::engine::scan::why_empty::Watch;
use crate::files::Skipped;
use crate::tally::{Because, Notice, Tally};
use crate::veil::Veil;

/// Bytes of a bad line that are shown.
const SHOWN: usize = 120;

/// What all readings of one table come to: whether there was a row at all.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Files that were read to their end.
    files: AtomicUsize,
    rows: AtomicU64,
    unread: AtomicU64,
    /// It looks on at the rows of all of them.
    watch: OnceLock<Arc<Watch>>,
}

impl Outcome {
    /// The watch over all rows; the first reading that asks makes it.
    pub(crate) fn watch(&self, made: impl FnOnce() -> Watch) -> Arc<Watch> {
        Arc::clone(self.watch.get_or_init(|| Arc::new(made())))
    }
}

/// What happened while a file was read.
pub(super) struct Said {
    file: String,
    /// The names of the columns that are read.
    columns: Vec<String>,
    pub(super) rows: u64,
    bad: u64,
    first: Option<(u64, &'static str, String)>,
    broken: Option<String>,
    /// The first line that is no UTF-8.
    recoded: Option<u64>,
    /// Values for which there is no column, and the first of them.
    unknown: u64,
    first_unknown: Option<(u64, String)>,
    /// It became longer meanwhile.
    pub(super) grown: bool,
}

impl Said {
    pub(super) fn new(file: &str, columns: Vec<String>) -> Self {
        Self {
            file: file.to_owned(),
            columns,
            rows: 0,
            bad: 0,
            first: None,
            broken: None,
            recoded: None,
            unknown: 0,
            first_unknown: None,
            grown: false,
        }
    }

    /// A line could not be read.
    pub(super) fn bad(&mut self, line: u64, why: &'static str, excerpt: &[u8]) {
        self.bad += 1;
        self.first.get_or_insert_with(|| (line, why, shown(excerpt)));
    }

    /// A line is no UTF-8.
    pub(super) fn recoded(&mut self, line: u64) {
        self.recoded.get_or_insert(line);
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

    /// Leaves the notices of a file that was read to its end, or as far as it could be.
    pub(super) fn say(
        self,
        table: &LogFiles,
        odd: Vec<(u64, u64)>,
        (outcome, watch, tally): (&Outcome, &Watch, &Tally),
    ) {
        let Self { file, columns, rows, bad, first, broken, recoded, unknown, first_unknown, grown } = self;
        if let Some((line, why, excerpt)) = first {
            let why = format!("{why}: '{}'", Veil::default().told(&excerpt));
            tally.notice(Notice::UnreadLines { file: file.clone(), line, count: bad, why });
        }
        if let Some(why) = broken {
            let why = if rows > 0 { format!("{why}; the {rows} row(s) before it stand") } else { why };
            tally.notice(Notice::UnreadFile { file: file.clone(), why });
        }
        if let Some(line) = recoded {
            let what = "lines that are no UTF-8 were read as Windows-1252".to_owned();
            let (table, first) = (table.name.clone(), format!("{file}, line {line}"));
            tally.notice(Notice::Assumed { table, what, files: 1, first });
        }
        if let Some((line, name)) = first_unknown {
            let name = Veil::default().told_name(&name);
            tally.notice(Notice::NoColumn { file: file.clone(), line, count: unknown, name });
        }
        if grown {
            tally.notice(Notice::Grown { file: file.clone() });
        }
        for (column, (count, line)) in columns.into_iter().zip(odd).filter(|(_, (count, _))| *count > 0) {
            let first_id = Some(Veil::default().told_name(&format!("{file}, line {line}")));
            tally.notice(Notice::TypeConflicts { table: table.name.clone(), column, count, first_id });
        }
        outcome.rows.fetch_add(rows, Relaxed);
        outcome.unread.fetch_add(bad, Relaxed);
        if outcome.files.fetch_add(1, AcqRel) + 1 < table.files.len() {
            return;
        }
        // All files were read.
        if outcome.rows.load(Relaxed) > 0 {
            watch.say(tally);
        } else {
            let because = nothing(table, outcome.unread.load(Relaxed));
            tally.notice(Notice::Nothing { table: table.name.clone(), because });
        }
    }
}

/// What holds for a table as a whole, before its first row.
pub(super) fn of_table(table: &LogFiles, tally: &Tally) {
    for (file, why) in &table.unread {
        tally.notice(Notice::UnreadFile { file: file.clone(), why: why.clone() });
    }
    for Skipped { within, count, first, .. } in table.skipped.iter().filter(|skipped| skipped.spreadsheets) {
        let (within, first) = (within.display().to_string(), first.display().to_string());
        tally.notice(Notice::Spreadsheets { within, count: *count, first });
    }
    for Assumption { what, files, first } in table.assumed() {
        tally.notice(Notice::Assumed { table: table.name.clone(), what, files, first });
    }
}

/// Why a table whose files were all read has no row.
fn nothing(table: &LogFiles, unread: u64) -> Because {
    let files = table.files.len();
    let first = table.files.first().map(|file| file.source.to_string()).unwrap_or_default();
    if table.files.iter().all(|file| file.is_empty) {
        Because::EmptyFiles { files, first }
    } else {
        Because::NoLines { files, first, unread }
    }
}

/// The begin of a bad line, as text.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(SHOWN)]).into_owned();
    if bytes.len() > SHOWN { text + "…" } else { text }
}
