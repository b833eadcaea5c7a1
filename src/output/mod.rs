//! Results as bytes: one ordered list of formats, each of which streams.
//!
//! A [`Writer`] is given batches as they come and never holds a whole result in memory; pages are held in a file, because what
//! stands above their rows is known last. What is written to a person (tables, and
//! everything on a terminal) goes through [`safe`]; what is written for a program is exact, except that csv and tsv take
//! the sting out of spreadsheet formulas unless told not to, and say how many cells that changed.

mod binary;
mod cell;
mod chart;
mod delimited;
mod deliver;
mod held;
mod json;
mod layout;
mod markdown;
mod markup;
mod page;
mod redact;
pub mod safe;
mod sink;
mod table;

use std::io::{self, Write};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use datafusion::parquet::errors::ParquetError;

pub use chart::{Ask, Kind, Refusal};
pub use deliver::{Failure, How, Kept, deliver, redrawn};
pub use redact::Redactor;
pub use sink::Sink;

use cell::Column;

use crate::engine::in_pieces;
use crate::tally::Tally;

/// A format, as data.
#[derive(Debug)]
pub struct Format {
    /// The name that `--format` and `\format` take.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// Bytes for programs, which no terminal can show.
    pub binary: bool,
    /// How files of it are named, without the point.
    pub endings: &'static [&'static str],
    open: fn(&Schema, Options) -> Body,
}

/// All formats, in the order of the manual.
pub static ALL: &[Format] = &[
    Format {
        name: "table",
        doc: "A box table to read; on a terminal, cells are shortened to its width, elsewhere they are whole.",
        binary: false,
        endings: &[],
        open: |schema, options| Body::Table(table::Table::new(schema, options)),
    },
    Format {
        name: "csv",
        doc: "Comma-separated; NULL is empty, an empty text is \"\" (in a file of one column, both are), text that a spreadsheet would run starts with '.",
        binary: false,
        endings: &["csv"],
        open: |schema, options| Body::Delimited(delimited::Delimited::new(schema, ',', options)),
    },
    Format {
        name: "tsv",
        doc: "Tab-separated, otherwise as csv.",
        binary: false,
        endings: &["tsv", "tab"],
        open: |schema, options| Body::Delimited(delimited::Delimited::new(schema, '\t', options)),
    },
    Format {
        name: "json",
        doc: "One JSON array of objects; it ends with ] only when it is complete; infinities and NaN are null, which is said.",
        binary: false,
        endings: &["json"],
        open: |schema, _| Body::Json(json::Json::array(schema)),
    },
    Format {
        name: "ndjson",
        doc: "One JSON object per line.",
        binary: false,
        endings: &["ndjson", "jsonl"],
        open: |schema, _| Body::Json(json::Json::lines(schema)),
    },
    Format {
        name: "markdown",
        doc: "A table for tickets and documents.",
        binary: false,
        endings: &["md", "markdown"],
        open: |schema, _| Body::Markdown(markdown::Markdown::new(schema)),
    },
    Format {
        name: "html",
        doc: "A page of HTML that needs nothing from elsewhere: the rows with a filter, and pictures where the columns allow.",
        binary: false,
        endings: &["html", "htm"],
        open: |schema, _| Body::Result(Box::new(page::ResultPage::new(schema))),
    },
    Format {
        name: "parquet",
        doc: "A Parquet file, compressed with zstd, to a file or a pipe; all types and every digit.",
        binary: true,
        endings: &["parquet"],
        open: |schema, _| Body::Binary(binary::Binary::parquet(schema)),
    },
    Format {
        name: "arrow",
        doc: "An Arrow IPC file (Feather), to a file or a pipe; all types and every digit.",
        binary: true,
        endings: &["arrow", "feather"],
        open: |schema, _| Body::Binary(binary::Binary::arrow(schema)),
    },
];

/// What `report timeline` writes: a page of HTML with parts that only a timeline has, so it is none of the formats of results.
pub static PAGE: Format = Format {
    name: "page",
    doc: "A page of HTML.",
    binary: true,
    endings: &["html", "htm"],
    open: |schema, _| Body::Page(Box::new(page::Page::new(schema))),
};

/// The format of that name.
pub fn format(name: &str) -> Option<&'static Format> {
    let name = if name.eq_ignore_ascii_case("jsonl") { "ndjson" } else { name };
    ALL.iter().find(|format| format.name.eq_ignore_ascii_case(name))
}

/// The format of files that are named so; `None` if the name does not tell.
pub fn by_ending(file: &Path) -> Option<&'static Format> {
    let ending = file.extension()?.to_str()?;
    ALL.iter().find(|format| format.endings.iter().any(|own| own.eq_ignore_ascii_case(ending)))
}

/// Endings that promise what no result is written as.
const PROMISING: &[&str] = &[
    "xlsx", "xls", "xlsm", "ods", "gz", "zst", "bz2", "xz", "zip", "db", "sqlite", "duckdb", "avro", "orc", "xml",
    "docx", "doc", "odt", "pdf", "pptx", "rtf",
];

/// The ending of a file's name, if it promises something that is not written.
pub fn broken_promise(file: &Path) -> Option<&str> {
    let ending = file.extension()?.to_str()?;
    PROMISING.iter().any(|other| other.eq_ignore_ascii_case(ending)).then_some(ending)
}

/// How to write, apart from the format.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The output is a terminal of so many columns.
    pub terminal: Option<usize>,
    /// The terminal shows styles.
    pub styled: bool,
    /// Leave spreadsheet formulas as they are.
    pub csv_raw: bool,
    /// When a table is written one column a line.
    pub expanded: Expanded,
    /// On a terminal, texts that are too long for a table's columns go on below instead of being shortened.
    pub wraps: bool,
    /// What is missing from the result is said elsewhere on the same screen.
    pub told: bool,
    /// The terminal reads nothing but ASCII: pictures are drawn in it.
    pub ascii: bool,
}

/// When a table is written one column a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expanded {
    /// When its rows do not fit the terminal otherwise.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never: lines may be longer than the terminal is wide.
    Off,
}

/// What a result came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Cells and headings that were changed so that no spreadsheet runs them.
    pub neutralised: u64,
    /// Empty texts that look as NULL does, in a file of one column.
    pub blurred: u64,
    /// Numbers that JSON has no spelling for, and that became null.
    pub unspelt: u64,
}

/// Writes one result in one format.
#[derive(Debug)]
pub struct Writer<'o, O: Write + ?Sized> {
    out: &'o mut O,
    body: Body,
    rows: u64,
    told: bool,
}

#[derive(Debug)]
enum Body {
    /// A statement without a result, such as SET.
    Nothing,
    Table(table::Table),
    Delimited(delimited::Delimited),
    Json(json::Json),
    Markdown(markdown::Markdown),
    Binary(binary::Binary),
    Page(Box<page::Page>),
    Result(Box<page::ResultPage>),
    Chart(Box<chart::Gather>, chart::Look),
}

/// Bytes of values that are made text at once: rows may share one, and each is written as if it were its own.
const AT_ONCE: usize = 4 << 20;

/// Columns of a picture where nobody says how wide it may be.
const WIDTH: usize = 80;

/// Why a result could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The bytes found no taker.
    #[error("the output could not be written")]
    Io(#[from] io::Error),
    /// A value has no spelling.
    #[error("a value could not be written as text")]
    Value(#[from] ArrowError),
    /// A value has no place in a Parquet file.
    #[error("a value could not be written to Parquet")]
    Parquet(#[source] ParquetError),
    /// The rows cannot be drawn so.
    #[error(transparent)]
    Chart(#[from] Refusal),
}

impl<'o, O: Write + ?Sized> Writer<'o, O> {
    /// A writer for results of that schema.
    pub fn new(format: &Format, schema: &Schema, options: Options, out: &'o mut O) -> Self {
        let body = if schema.fields().is_empty() { Body::Nothing } else { (format.open)(schema, options) };
        Self { out, body, rows: 0, told: options.told }
    }

    /// A writer that draws a result instead of its rows.
    ///
    /// # Errors
    /// When its columns cannot be drawn so.
    pub fn chart(ask: &Ask, schema: &Schema, options: Options, out: &'o mut O) -> Result<Self, Refusal> {
        let look = chart::Look { width: options.terminal.unwrap_or(WIDTH), ascii: options.ascii };
        let body = Body::Chart(Box::new(chart::Gather::new(schema, ask)?), look);
        Ok(Self { out, body, rows: 0, told: options.told })
    }

    /// Writes a batch, or keeps it until the widths of columns are known.
    pub fn batch(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        self.rows += batch.num_rows() as u64;
        if let Body::Binary(body) = &mut self.body {
            return Ok(self.out.write_all(&body.rows(batch)?)?);
        }
        if let Body::Chart(body, _) = &mut self.body {
            return Ok(body.batch(batch)?);
        }
        in_pieces(batch, AT_ONCE).try_for_each(|rows| self.text(&rows))
    }

    /// Writes rows as text.
    fn text(&mut self, rows: &RecordBatch) -> Result<(), WriteError> {
        let columns = rows.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>()?;
        let mut text = String::new();
        match &mut self.body {
            Body::Nothing | Body::Binary(_) | Body::Chart(..) => {}
            Body::Table(body) => body.rows(&columns, rows.num_rows(), &mut text),
            Body::Delimited(body) => body.rows(&columns, rows.num_rows(), &mut text),
            Body::Json(body) => body.rows(&columns, rows.num_rows(), &mut text),
            Body::Markdown(body) => body.rows(&columns, rows.num_rows(), &mut text),
            Body::Page(body) => body.rows(&columns, rows.num_rows())?,
            Body::Result(body) => body.rows(rows, &columns)?,
        }
        Ok(self.out.write_all(text.as_bytes())?)
    }

    /// Takes when the statement was asked, and the statement if it may be shown, for formats that say it before the rows.
    pub fn asked(&mut self, asked: &str, sql: Option<&String>) {
        if let Body::Result(body) = &mut self.body {
            body.asked(asked, sql.and_then(|sql| page::first_table(sql)));
        }
    }

    /// Takes what is known of the answer to a statement that has been read to its end, for formats that say it. `shown` makes of
    /// a text what may be shown.
    pub fn told(&mut self, tally: &Tally, sql: &str, shown: impl Fn(&str) -> String) {
        match &mut self.body {
            Body::Page(body) => body.told(page::Facts::of(tally, sql, shown)),
            Body::Result(body) => body.told(page::Facts::of(tally, sql, shown)),
            _ => {}
        }
    }

    /// Writes a piece of what a format has kept back until it is known what is missing, which stands before it; gives whether
    /// there may be more. Of other formats there is nothing.
    pub fn piece(&mut self, missing: Option<&str>) -> Result<bool, WriteError> {
        let mut text = String::new();
        let held = match &mut self.body {
            Body::Page(body) => body.above(missing, &mut text),
            Body::Result(body) => body.above(self.rows, missing, &mut text),
            _ => return Ok(false),
        };
        self.out.write_all(text.as_bytes())?;
        Ok(held.piece(self.out)?)
    }

    /// Writes what marks the result as complete; with what is missing, formats that can say so say it.
    pub fn finish(mut self, missing: Option<&str>) -> Result<Written, WriteError> {
        while self.piece(missing)? {}
        let mut text = String::new();
        let (mut neutralised, mut blurred, mut unspelt) = (0, 0, 0);
        let below = missing.filter(|_| !self.told);
        match &mut self.body {
            Body::Nothing => {}
            Body::Table(body) => body.finish(self.rows, below, &mut text),
            Body::Delimited(body) => (neutralised, blurred) = body.finish(&mut text),
            Body::Json(body) => unspelt = body.finish(missing.is_none(), &mut text),
            Body::Markdown(body) => body.finish(below, &mut text),
            Body::Page(body) => body.below(&mut text),
            Body::Result(body) => body.below(&mut text),
            Body::Chart(body, look) => {
                let (picture, notes) = body.picture(look.bars())?;
                chart::text(&picture, *look, &mut text);
                notes.iter().for_each(|note| text.push_str(&format!("{note}\n")));
                text.extend(below.map(incomplete));
            }
            Body::Binary(body) => self.out.write_all(&body.finish(missing)?)?,
        }
        self.out.write_all(text.as_bytes())?;
        self.out.flush()?;
        Ok(Written { rows: self.rows, neutralised, blurred, unspelt })
    }

    /// Hands on what was written so far.
    pub fn flush(&mut self) -> Result<(), WriteError> {
        Ok(self.out.flush()?)
    }
}

/// A line for people below a part of a result.
fn incomplete(missing: &str) -> String {
    format!("INCOMPLETE: {}\n", safe::line(missing))
}

fn names(schema: &Schema) -> Vec<String> {
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

/// The columns' names, told apart: of two of one name, what reads a file by names drops one.
fn names_apart(schema: &Schema) -> Vec<String> {
    let names = names(schema);
    let mut apart: Vec<String> = Vec::with_capacity(names.len());
    for name in &names {
        let free = |other: &String| !apart.contains(other) && (other == name || !names.contains(other));
        let numbered = (2_u32..).map(|n| format!("{name}_{n}"));
        apart.extend(std::iter::once(name.clone()).chain(numbered).find(free));
    }
    apart
}

/// Whether cells of a type stand at the right.
fn stands_right(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, value) => value.is_numeric(),
        kind => kind.is_numeric(),
    }
}

#[cfg(test)]
mod tests;
