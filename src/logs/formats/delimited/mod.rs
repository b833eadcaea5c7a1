//! Rows of fields with something between them: CSV, TSV, and what else is written so.

mod heading;
mod pieces;
mod quotes;
mod records;
mod shape;
mod split;

use std::borrow::Cow;
use std::sync::Arc;

use heading::Heading;
use pieces::RowPieces;
use records::{Piece, Records};
use shape::{Marked, Shape, Shaped};

pub(super) use split::Splitter;

use crate::logs::column::{Seen, is_nothing};
use crate::logs::encoding;
use crate::logs::table::{self, Cells, MOST_COLUMNS, Table};
use crate::logs::{Error, Format, Layout, Options, Pieces, Reader, Sample, Sink};

/// Comma-separated values, and those with `;`, tab or `|`.
#[derive(Debug)]
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["heading", "delimiter", "comment", "timezone", "day_first", "columns"]
    }

    fn infers(&self) -> Option<bool> {
        Some(false)
    }

    fn also(&self) -> &'static [&'static str] {
        &["tsv", "delimited", "psv"]
    }

    fn doc(&self) -> &'static str {
        "Rows of fields with , ; | or a tab between them. A first row that names the columns proves it, or is stated \
         (heading); without one, columns are called value, or column1, column2, … A field of nothing is NULL, and \"\" an \
         empty text; where a file puts all fields in quotes, or has one column, \"\" is NULL."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["csv", "tsv", "tab", "psv"]
    }

    fn is_strict(&self) -> bool {
        false
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let text = encoding::decoded(sample.head);
        let is_called = options.format.is_some() || self.extensions().contains(&sample.extension().as_str());
        if memchr::memchr(0, &text).is_some() && options.format.is_none() {
            return Ok(None);
        }
        let shaped = shape::shaped(&text, sample.is_whole, options);
        // What is not called so shows it: several rows, all of which split alike.
        let shows = shaped.shape.width() > 1 && shaped.share >= 95 && shaped.rows.len() > 1;
        let is_stated = options.delimiter.is_some() || options.heading.is_some() || options.columns.is_some();
        // A decimal's comma parts no fields: such lines are text.
        let shows = shows && !(shaped.shape.delimiter == b',' && shape::has_decimal_commas(&text));
        if !is_called && !shows && !is_stated || sample.head.is_empty() && !is_called {
            return Ok(None);
        }
        Ok(Some(Box::new(rows(shaped, options)?)))
    }
}

/// How the rows of a file are read.
#[derive(Debug, Clone)]
struct Rows {
    shape: Shape,
    has_heading: bool,
    /// A field of nothing but quotes is nothing, and no empty text: its writer quotes everything, or the row would be a blank line.
    is_quoted_nothing: bool,
    table: Arc<Table>,
}

fn rows(mut shaped: Shaped, options: &Options) -> Result<Rows, Error> {
    let doubt = shaped.doubt.take().map(|marked| match marked {
        Marked::LeftOut(row) => format!(
            "lines that begin with # are left out as comments, such as '{}' (read_log('FILE', comment => ';') states otherwise)",
            brief(&row)
        ),
        Marked::Kept(row) => format!(
            "lines that begin with # are no comments, for some could be rows, such as '{}' (read_log('FILE', comment => '#') leaves them out)",
            brief(&row)
        ),
    });
    let mut assumed: Vec<String> = doubt.into_iter().collect();
    let has_heading = match (options.heading, shaped.rows.split_first()) {
        (Some(stated), _) => stated,
        (None, None) => false,
        (None, Some((first, others))) => {
            let judged = heading::heading(&strip_mark(first), others);
            assumed.extend(said(judged, first));
            judged == Heading::Proven
        }
    };
    let names = if has_heading && !shaped.rows.is_empty() { strip_mark(&shaped.rows.remove(0)) } else { Vec::new() };
    let width = shaped.shape.width().max(names.len());
    if !names.is_empty() && !shaped.shape.widths.contains(&names.len()) {
        // Rows are as long as the heading, or as most of them are.
        shaped.shape.widths.push(names.len());
    }
    if let Some(short) = shaped.shape.widths.iter().filter(|short| **short < width).min() {
        assumed.push(format!("rows may have {short} of {width} fields: what they lack is NULL"));
    }
    let mut named = match &options.columns {
        Some(stated) if stated.len() != width && !shaped.rows.is_empty() => {
            let why = format!("{} columns are stated, rows have {width} fields", stated.len());
            return Err(Error::Option { option: "columns", why });
        }
        Some(stated) => stated.iter().map(|(name, _)| name.clone()).collect(),
        None if has_heading => (0..width).map(|at| names.get(at).cloned().unwrap_or_default()).collect(),
        None if width == 1 => vec!["value".to_owned()],
        None => vec![String::new(); width],
    };
    if named.len() > MOST_COLUMNS && options.columns.is_none() {
        named.truncate(MOST_COLUMNS);
        assumed.push(format!("the first {MOST_COLUMNS} fields are columns: others are in raw only"));
    }
    let mut seen = vec![Seen::default(); named.len()];
    for row in shaped.rows.iter().filter(|row| shaped.shape.allows(row)) {
        seen.iter_mut().zip(row).for_each(|(seen, cell)| seen.see(cell));
    }
    // `user,ip,` with nothing behind the last comma of any row has two columns.
    while has_heading && options.columns.is_none() && named.last().is_some_and(String::is_empty) {
        match seen.last() {
            Some(last) if last.values == 0 => (named.pop(), seen.pop()),
            _ => break,
        };
    }
    let (columns, more) = table::columns(&named, &seen, options)?;
    assumed.extend(more);
    let table = Table::new(columns, &seen, assumed);
    let is_quoted_nothing = shaped.quotes_all || shaped.shape.width() == 1;
    Ok(Rows { shape: shaped.shape, has_heading, is_quoted_nothing, table: Arc::new(table) })
}

/// Rows whose columns are known without looking at them.
pub(super) struct Known {
    /// The columns, each with a value that is like all of its values.
    pub(super) columns: Vec<(String, &'static str)>,
    /// How many fields rows may have beside one for each column.
    pub(super) widths: Vec<usize>,
    /// The line at which the rows begin, from 1.
    pub(super) first_line: u64,
    /// Whether a line is no row wherever it stands.
    pub(super) is_legend: fn(&[u8]) -> bool,
}

/// How such rows are read: with commas between fields.
pub(super) fn known(known: Known, options: &Options) -> Result<Box<dyn Layout>, Error> {
    let (names, seen): (Vec<String>, Vec<Seen>) =
        known.columns.into_iter().map(|(name, like)| (name, Seen::alike(like))).unzip();
    let (columns, assumed) = table::columns(&names, &seen, options)?;
    let widths = std::iter::once(names.len()).chain(known.widths).collect();
    let Known { first_line, is_legend, .. } = known;
    let shape = Shape { delimiter: b',', comment: None, widths, first_line, is_legend };
    Ok(Box::new(Rows {
        shape,
        has_heading: false,
        is_quoted_nothing: false,
        table: Arc::new(Table::new(columns, &seen, assumed)),
    }))
}

/// `#Date,User` is a heading, too.
fn strip_mark(first: &[String]) -> Vec<String> {
    let mut names: Vec<String> = first.iter().map(|name| name.trim().to_owned()).collect();
    if let Some(name) = names.first_mut() {
        *name = name.trim_start_matches('#').trim().to_owned();
    }
    names
}

/// What is said of the first row. It stands in quotes: it may be data, and `--redact` leaves out what is quoted.
fn said(heading: Heading, first: &[String]) -> Option<String> {
    let shown = brief(&first.join(", "));
    match heading {
        Heading::Proven => Some(format!(
            "the first row names the columns: '{shown}' (read_log('FILE', heading => false) states otherwise)"
        )),
        Heading::Refuted => None,
        Heading::Unknown => Some(format!(
            "the first row is one like the others, for nothing shows that it names columns: '{shown}' (read_log('FILE', heading => true) states otherwise)"
        )),
    }
}

/// The begin of a row, on one line.
fn brief(row: &str) -> String {
    row.chars().filter(|letter| !letter.is_control()).take(60).collect()
}

impl Layout for Rows {
    fn fields(&self) -> &[crate::logs::Field] {
        &self.table.fields
    }

    fn assumed(&self) -> Vec<String> {
        self.table.assumed.clone()
    }

    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader> {
        Box::new(self.row_reader(Records::new(self.shape.delimiter), wanted, self.has_heading))
    }

    fn pieces(&self, wanted: &[usize], head: &[u8]) -> Option<Box<dyn Pieces>> {
        Some(Box::new(RowPieces::new(self.clone(), wanted, head)?))
    }
}

impl Rows {
    fn row_reader(&self, records: Records, wanted: &[usize], is_heading_due: bool) -> RowReader {
        let splitter = Splitter::new(self.shape.delimiter);
        RowReader { layout: self.clone(), records, give: Give { splitter, wanted: wanted.to_vec(), is_heading_due } }
    }
}

struct RowReader {
    layout: Rows,
    records: Records,
    give: Give,
}

struct Give {
    splitter: Splitter,
    wanted: Vec<usize>,
    /// The heading has not come yet.
    is_heading_due: bool,
}

impl Reader for RowReader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { layout, records, give } = self;
        records.feed(bytes, &layout.shape, &mut |piece| give.piece(layout, piece, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { layout, records, give } = self;
        records.end(&layout.shape, &mut |piece| give.piece(layout, piece, sink));
        Ok(())
    }
}

impl Give {
    fn piece(&mut self, layout: &Rows, piece: Piece<'_>, sink: &mut dyn Sink) {
        let record = match piece {
            Piece::Record(record) => record,
            Piece::Remark(_) => return,
            Piece::Bad(line, why, start) => return sink.bad(line, why, start),
        };
        if std::mem::take(&mut self.is_heading_due) {
            return;
        }
        let text = encoding::text(record.bytes);
        if matches!(text, Cow::Owned(_)) {
            sink.recoded(record.line);
        }
        let mut fields = Vec::new();
        self.splitter.split(&text, &mut fields);
        if !layout.shape.allows(&fields) {
            return sink.bad(record.line, "it has another number of fields than the others", record.bytes);
        }
        for (at, field) in fields.iter().enumerate().skip(layout.table.width()) {
            if !is_nothing(field.trim()) {
                sink.unknown(record.line, &format!("column{}", at + 1));
            }
        }
        let is_nothing = layout.is_quoted_nothing;
        let row = Row { fields: &fields, splitter: &self.splitter, text: &text, is_quoted_nothing: is_nothing };
        layout.table.give(&self.wanted, record.line, &row, sink);
    }
}

struct Row<'a> {
    fields: &'a [Cow<'a, str>],
    splitter: &'a Splitter,
    text: &'a str,
    is_quoted_nothing: bool,
}

impl<'a> Cells<'a> for Row<'a> {
    fn cell(&self, column: usize) -> Option<Cow<'a, str>> {
        self.fields.get(column).map(|field| Cow::Borrowed(&**field))
    }

    fn is_quoted(&self, column: usize) -> bool {
        let is_nothing = || self.is_quoted_nothing && self.fields.get(column).is_some_and(|field| field.is_empty());
        self.splitter.is_quoted(column) && !is_nothing()
    }

    fn raw(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.text)
    }
}

#[cfg(test)]
mod tests;
