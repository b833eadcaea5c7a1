//! Which files a table of logs has, what each was recognised as, and the columns that they have together.

use std::collections::HashMap;
use std::io::{BufRead, Read as _};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

use arrow::datatypes::{Field, Schema, SchemaRef};

use super::columns::data_type;
use crate::engine::error::{Error, LogError};
use crate::engine::runtime::within_limits;
use crate::files::{self, FileRef, Input, Skipped, Stamp};
use crate::logs::{self, Kind, Options, Recognised, Sample};
use crate::settings::Settings;
use crate::time::Interval;

/// Bytes of a file that it is recognised by.
const HEAD: u64 = Sample::SIZE as u64;

/// The columns that logs have in common, which come first.
const FIRST: [&str; 3] = ["time", "client_address", "user_name"];
/// The columns that the engine adds to those of a log.
const FILE: &str = "file";
const LINE: &str = "line";
/// The last column of every log.
pub(crate) const RAW: &str = "raw";

/// A table of logs: where its files are looked for, and what was found there.
#[derive(Debug, Clone)]
pub(crate) struct LogFiles {
    /// What the table is called when something is said of it.
    pub(crate) name: String,
    inputs: Arc<[Input]>,
    options: Options,
    pub(crate) files: Vec<Arc<LogFile>>,
    /// Files that are none: what they are called, and why.
    pub(crate) unread: Vec<(String, String)>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) columns: Arc<[Column]>,
    pub(crate) schema: SchemaRef,
}

/// How long nobody has written a file that is taken for one that nobody writes.
const QUIET: Duration = Duration::from_mins(10);

/// A file of a table.
#[derive(Debug)]
pub(crate) struct LogFile {
    pub(crate) source: FileRef,
    stamp: Stamp,
    pub(crate) recognised: Recognised,
    /// It holds no byte.
    pub(crate) is_empty: bool,
    /// It was recognised by all of it, not by its beginning alone.
    is_whole: bool,
    /// What an earlier reading found, from its first byte to its last.
    extent: OnceLock<Extent>,
}

/// What is known of all rows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) rows: u64,
    /// Their times, from the least to the greatest.
    pub(crate) times: Interval,
}

impl LogFile {
    /// What a whole reading found in the file, which had this stamp when it began.
    pub(super) fn remember(&self, stamp: &Stamp, (rows, times): (u64, Interval)) {
        if *stamp == self.stamp {
            let _ = self.extent.set(Extent { rows, times });
        }
    }

    /// What is known of its rows, if none of them is of these times: then it need not be read. A name, a directive or the first
    /// and the last line prove nothing, since a log need not be in order; only a file that was read whole, as it is now, does.
    pub(crate) fn passed_by(&self, asked: Interval, settings: &Settings) -> Option<Extent> {
        let extent = self.extent.get().filter(|_| settings.pushdown)?;
        extent.times.intersect(asked).is_empty().then_some(*extent)
    }

    fn new(source: FileRef, stamp: Stamp, looked: Looked) -> Self {
        let Looked { recognised, is_empty, is_whole } = looked;
        Self { source, stamp, recognised, is_empty, is_whole, extent: OnceLock::new() }
    }

    /// Whether nobody had written it for a while, as it was looked at: what is read of it twice is the same, or a change is told.
    pub(crate) fn is_quiet(&self) -> bool {
        self.stamp.written().and_then(|written| written.elapsed().ok()).is_some_and(|since| since >= QUIET)
    }

    /// Whether it is another one than the quiet one that was looked at.
    pub(super) fn has_moved(&self, opened: &Stamp) -> bool {
        self.is_quiet() && self.stamp != *opened
    }

    /// Its length in bytes, as it lies there.
    pub(crate) fn length(&self) -> u64 {
        self.stamp.length()
    }
}

/// Something that was taken for granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assumption {
    /// What, in a sentence.
    pub(crate) what: String,
    /// Of how many files.
    pub(crate) files: u64,
    /// The first of them.
    pub(crate) first: String,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) doc: String,
    pub(crate) holds: Holds,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    /// The field of its name.
    Field,
    /// The file of a row.
    File,
    /// The line of a row.
    Line,
}

impl LogFiles {
    /// Looks for the files, and at the begin of each. It blocks.
    ///
    /// # Errors
    /// When there is no file, or none of them is a log.
    pub(crate) fn find(name: &str, inputs: Arc<[Input]>, options: Options) -> Result<Self, Error> {
        let found = Self {
            name: name.to_owned(),
            inputs,
            options,
            files: Vec::new(),
            unread: Vec::new(),
            skipped: Vec::new(),
            columns: Arc::new([]),
            schema: Arc::new(Schema::empty()),
        };
        found.again()
    }

    /// The files that there are now, with the columns that they have. It blocks.
    ///
    /// # Errors
    /// As [`LogFiles::find`].
    pub(crate) fn again(&self) -> Result<Self, Error> {
        let mut found = self.renewed()?;
        found.columns = columns_of(found.files.iter().map(|file| file.recognised.layout.fields())).into();
        let fields = found.columns.iter().map(|column| Field::new(&column.name, data_type(column.kind), true));
        found.schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(found)
    }

    /// The same columns over the files that there are now. It blocks.
    ///
    /// # Errors
    /// As [`LogFiles::find`].
    pub(crate) fn renewed(&self) -> Result<Self, Error> {
        let found = files::all_sources(&self.inputs);
        within_limits()?;
        let files::Sources { files, skipped } = found.map_err(|source| self.error(source.into()))?;
        let known: HashMap<String, &Arc<LogFile>> =
            self.files.iter().map(|file| (file.source.to_string(), file)).collect();
        let (mut all, mut unread, mut first) = (Vec::with_capacity(files.len()), Vec::new(), None);
        for source in files {
            let stamp = Stamp::of(&source);
            let same = known.get(&source.to_string()).filter(|file| file.source == source && file.stamp == stamp);
            if let Some(same) = same {
                all.push(Arc::clone(same));
                continue;
            }
            match looked_at(&source, &stamp, &self.options) {
                Ok(looked) => all.push(Arc::new(LogFile::new(source, stamp, looked))),
                Err(error) => {
                    unread.push((source.to_string(), crate::causes::said(&error).join(": ")));
                    first.get_or_insert(error);
                }
            }
        }
        within_limits()?;
        match first {
            Some(error) if all.is_empty() => Err(self.error(error)),
            _ => {
                let formats = formats_of(&all);
                if !formats.is_empty() {
                    self.options.check(&formats).map_err(|error| self.error(LogError::Option(error)))?;
                }
                Ok(Self { files: all, unread, skipped, ..self.clone() })
            }
        }
    }

    /// The column that says when something happened, if the files have it.
    pub(crate) fn time(&self) -> Option<&'static str> {
        let is = |column: &Column| column.name == logs::Field::TIME && column.kind == Kind::Time;
        self.columns.iter().any(is).then_some(logs::Field::TIME)
    }

    /// The view of events that was stated.
    pub(crate) fn view(&self) -> Option<&'static str> {
        self.options.view
    }

    /// The first file whose columns are those of its beginning alone, and whether each of its records names its fields.
    pub(crate) fn sampled(&self) -> Option<(String, bool)> {
        let found = self.files.iter().filter(|file| !file.is_whole);
        let mut told = found.filter_map(|file| Some((file.source.to_string(), file.recognised.format.infers()?)));
        told.next()
    }

    /// What nothing in the files shows.
    pub(crate) fn assumed(&self) -> Vec<Assumption> {
        let mut all: Vec<Assumption> = Vec::new();
        for file in &self.files {
            for what in file.recognised.layout.assumed() {
                match all.iter_mut().find(|other| other.what == what) {
                    Some(other) => other.files += 1,
                    None => all.push(Assumption { what, files: 1, first: file.source.to_string() }),
                }
            }
        }
        all
    }

    /// Whether a file is rows of fields by its content alone: neither its name nor a statement says so.
    pub(super) fn is_by_content(&self, file: &LogFile) -> bool {
        let (name, format) = (file.source.file_name(), file.recognised.format);
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        format.name() == "csv" && self.options.format.is_none() && !format.extensions().contains(&ending.as_str())
    }

    fn error(&self, source: LogError) -> Error {
        Error::Logs { table: self.name.clone(), source }
    }
}

/// The formats that files have, each once.
fn formats_of(files: &[Arc<LogFile>]) -> Vec<&'static dyn logs::Format> {
    let mut formats: Vec<&'static dyn logs::Format> = Vec::new();
    for file in files {
        if formats.iter().all(|format| format.name() != file.recognised.format.name()) {
            formats.push(file.recognised.format);
        }
    }
    formats
}

/// What a look at the beginning of a file shows.
struct Looked {
    recognised: Recognised,
    is_empty: bool,
    is_whole: bool,
}

fn looked_at(source: &FileRef, stamp: &Stamp, options: &Options) -> Result<Looked, LogError> {
    let (head, is_whole) =
        head(files::open(source)?).map_err(|error| LogError::Unreadable { file: source.to_string(), source: error })?;
    let name = source.to_string();
    let own = source.file_name();
    let since = |time: std::time::SystemTime| time.duration_since(UNIX_EPOCH).ok();
    let modified = stamp.written().and_then(since).and_then(|passed| i64::try_from(passed.as_micros()).ok());
    let sample = Sample { name: &own, head: &head, is_whole, modified };
    let recognised =
        logs::recognise(&sample, options).map_err(|source| LogError::Form { file: name.clone(), source })?;
    Ok(Looked { recognised, is_empty: head.is_empty(), is_whole })
}

/// The first bytes of a file, and whether they are all.
fn head(input: Box<dyn BufRead + Send>) -> std::io::Result<(Vec<u8>, bool)> {
    let mut head = Vec::new();
    let is_whole = match input.take(HEAD + 1).read_to_end(&mut head) {
        Ok(_) => head.len() as u64 <= HEAD,
        Err(error) if head.is_empty() => return Err(error),
        // It is told when the file is read: what came is enough to recognise it.
        Err(_) => false,
    };
    head.truncate(usize::try_from(HEAD).unwrap_or(usize::MAX));
    Ok((head, is_whole))
}

/// The columns of several files together: those of one name are one, and text where their kinds differ. Where a line stands comes
/// before the line itself.
fn columns_of<'a>(files: impl Iterator<Item = &'a [logs::Field]>) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    let mut known: Vec<bool> = Vec::new();
    for field in files.flatten() {
        match columns.iter().position(|column| column.name == field.name) {
            // What a file shows nothing of is what the others show.
            Some(at) if !known[at] => (columns[at].kind, known[at]) = (field.kind, field.is_known),
            Some(at) if field.is_known => columns[at].kind = both(columns[at].kind, field.kind),
            Some(_) => {}
            None => {
                let (name, doc) = (field.name.clone(), field.doc.clone());
                columns.push(Column { name, kind: field.kind, doc, holds: Holds::Field });
                known.push(field.is_known);
            }
        }
    }
    columns.sort_by_key(|column| FIRST.iter().position(|name| *name == column.name).unwrap_or(FIRST.len()));
    let raw = columns.iter().position(|column| column.name == RAW).map(|at| columns.remove(at));
    for (name, kind, holds, doc) in [
        (FILE, Kind::Text, Holds::File, "The file in which the row stands."),
        (
            LINE,
            Kind::Int,
            Holds::Line,
            "The line of the file in which the row begins, from 1; an event's place among the others.",
        ),
    ] {
        let mut name = name.to_owned();
        while columns.iter().any(|column| column.name == name) {
            name.insert(0, '_');
        }
        columns.push(Column { name, kind, doc: doc.into(), holds });
    }
    columns.extend(raw);
    columns
}

/// The kind that takes values of both.
fn both(one: Kind, other: Kind) -> Kind {
    match (one, other) {
        (Kind::Int, Kind::Float) | (Kind::Float, Kind::Int) => Kind::Float,
        (one, other) if one == other => one,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_their_columns_together() {
        let field = |name: &str, kind| logs::Field::new(name, kind, "");
        let one = [field("port", Kind::Int), field("raw", Kind::Text)];
        let other =
            [field("time", Kind::Time), field("port", Kind::Text), field("file", Kind::Text), field("raw", Kind::Text)];
        let columns = columns_of([&one[..], &other[..]].into_iter());
        let told: Vec<(&str, Kind)> = columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
        let expected = [
            ("time", Kind::Time),
            ("port", Kind::Text),
            ("file", Kind::Text),
            ("_file", Kind::Text),
            ("line", Kind::Int),
            ("raw", Kind::Text),
        ];
        assert_eq!(told, expected);
        assert_eq!(both(Kind::Int, Kind::Float), Kind::Float);
    }
}
