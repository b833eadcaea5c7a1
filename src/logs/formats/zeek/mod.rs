//! Zeek: records of named and typed fields, one a line, behind lines that begin with `#`.
//!
//! Source: <https://docs.zeek.org/en/master/log-formats.html>. Several logs one behind the other, as a rotation or `cat` leaves
//! them, have several headings: each holds up to the next.

mod heading;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use heading::{Directive, Heading};

use super::json::Json;
use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::column::{Form, Reading, Seen};
use crate::logs::encoding;
use crate::logs::escapes::unescaped;
use crate::logs::table::{self, Cells, Table};
use crate::logs::{Error, Format, Kind, Layout, Options, Sample, Sink};

/// Logs of Zeek.
#[derive(Debug)]
pub(super) struct Zeek;

/// Columns that a file has at most. What it has beyond them is in `raw`.
const MOST_COLUMNS: usize = 1000;
/// Lines before the first heading.
const HEADING_WITHIN: usize = 16;

impl Format for Zeek {
    fn name(&self) -> &'static str {
        "zeek"
    }

    fn also(&self) -> &'static [&'static str] {
        &["bro"]
    }

    fn doc(&self) -> &'static str {
        "Logs of Zeek: tab-separated with #fields and #types, or JSON. Sets and vectors are lists; what is unset is NULL."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let text = encoding::decoded(sample.head);
        let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
        let is_heading = |line: &[u8]| line.starts_with(b"#separator ") || line.starts_with(b"#fields\t");
        if lines.by_ref().take(HEADING_WITHIN).any(is_heading) {
            return Ok(Some(Box::new(records(&text, sample.is_whole, options)?)));
        }
        // The other way in which it writes them: what is stated as Zeek is read so, too.
        if options.format.is_some() { Json.recognise(sample, options) } else { Ok(None) }
    }
}

/// How the records of a file are read.
#[derive(Debug, Clone)]
struct Records {
    by_name: Arc<HashMap<String, usize>>,
    table: Arc<Table>,
    /// By column, whether it has lists.
    lists: Arc<Vec<bool>>,
    /// The heading of the records that come next.
    heading: Heading,
    /// By column, which cell of a line it is.
    places: Vec<Option<usize>>,
    /// Cells that are no column.
    unknown: Vec<usize>,
}

/// A name in a heading.
struct Named {
    name: String,
    /// Its type; `None`, if no heading says it, or two say different ones.
    kind: Option<String>,
    seen: Seen,
}

fn records(text: &[u8], is_whole: bool, options: &Options) -> Result<ByLine<Records>, Error> {
    let (named, set_separator) = sampled(text, is_whole);
    let names: Vec<String> = named.iter().map(|named| named.name.clone()).collect();
    let mut seen: Vec<Seen> = named.iter().map(|named| named.seen.clone()).collect();
    let (mut columns, mut assumed) = table::columns(&names, &seen, options)?;
    if named.iter().all(|named| named.kind.is_some()) {
        // Nothing is assumed of what is declared.
        assumed.clear();
    }
    for ((named, column), seen) in named.iter().zip(&mut columns).zip(&mut seen) {
        let Some(kind) = &named.kind else { continue };
        column.reading = reading(kind, set_separator);
        if kind == "addr" {
            *seen = Seen::alike("::1");
        }
    }
    if named.len() == MOST_COLUMNS {
        assumed.push(format!("the first {MOST_COLUMNS} fields are columns: others are in raw only"));
    }
    let lists = columns.iter().map(|column| column.reading.kind == Kind::Texts).collect();
    let by_name = names.into_iter().enumerate().map(|(at, name)| (name, at)).collect();
    let table = Table::new(columns, &seen, assumed);
    Ok(ByLine {
        fields: table.fields.clone(),
        assumed: table.assumed.clone(),
        parser: Records {
            by_name: Arc::new(by_name),
            table: Arc::new(table),
            lists: Arc::new(lists),
            heading: Heading::default(),
            places: Vec::new(),
            unknown: Vec::new(),
        },
    })
}

/// All names that the headings of a sample have, in the order in which they come, and what separates items of lists.
fn sampled(text: &[u8], is_whole: bool) -> (Vec<Named>, char) {
    let (mut heading, mut named) = (Heading::default(), Vec::<Named>::new());
    let mut places = HashMap::<String, usize>::new();
    for line in by_line::lines(text, is_whole) {
        if line.starts_with('#') {
            if heading.take(&line) == Directive::Reading {
                name(&heading, &mut named, &mut places);
            }
            continue;
        }
        let cells: Vec<&str> = line.split(&*heading.separator).collect();
        if cells.len() != heading.names.len() {
            continue;
        }
        for (cell, name) in cells.iter().zip(&heading.names) {
            if let Some(at) = places.get(name)
                && **cell != heading.unset
                && **cell != heading.empty
            {
                named[*at].seen.see(&unescaped(cell));
            }
        }
    }
    (named, heading.set_separator)
}

/// Takes note of the names of a heading.
fn name(heading: &Heading, named: &mut Vec<Named>, places: &mut HashMap<String, usize>) {
    for (at, name) in heading.names.iter().enumerate() {
        let kind = heading.types.get(at);
        match places.get(name) {
            Some(place) => {
                let known = &mut named[*place].kind;
                match (kind, &known) {
                    (Some(kind), Some(known)) if kind == known => {}
                    // `#types` comes behind `#fields`.
                    (Some(kind), None) => *known = Some(kind.clone()),
                    (Some(_), Some(_)) => *known = Some("string".to_owned()),
                    (None, _) => {}
                }
            }
            None if named.len() < MOST_COLUMNS => {
                places.insert(name.clone(), named.len());
                named.push(Named { name: name.clone(), kind: kind.cloned(), seen: Seen::default() });
            }
            None => {}
        }
    }
}

/// How values of a type are read (source: <https://docs.zeek.org/en/master/script-reference/types.html>).
fn reading(kind: &str, set_separator: char) -> Reading {
    match kind {
        "time" => Reading { form: Form::Epoch, ..Reading::of(Kind::Time) },
        "interval" | "double" => Reading::of(Kind::Float),
        "count" | "int" | "port" => Reading::of(Kind::Int),
        "bool" => Reading::of(Kind::Bool),
        list if ["set[", "vector[", "table["].iter().any(|start| list.starts_with(start)) => {
            Reading { form: Form::List(set_separator), ..Reading::of(Kind::Texts) }
        }
        _ => Reading::of(Kind::Text),
    }
}

impl Parser for Records {
    const MARK: Option<u8> = Some(b'#');

    fn directive(&mut self, number: u64, line: &str, sink: &mut dyn Sink) {
        match self.heading.take(line) {
            Directive::Reading => self.place(),
            Directive::Remark => {}
            Directive::Unknown => sink.bad(number, "no log of Zeek has such a line", line.as_bytes()),
        }
    }

    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        self.record(number, line, wanted, sink);
    }
}

impl Records {
    /// Finds the cells of the columns, by the heading.
    fn place(&mut self) {
        let Self { by_name, lists, heading, places, unknown, .. } = self;
        *places = vec![None; lists.len()];
        unknown.clear();
        for (at, name) in heading.names.iter().enumerate() {
            match by_name.get(name) {
                Some(column) => places[*column] = Some(at),
                None => unknown.push(at),
            }
        }
    }

    fn record(&self, number: u64, text: &str, wanted: &[usize], sink: &mut dyn Sink) {
        if self.heading.names.is_empty() {
            return sink.bad(number, "no line before it names its fields", text.as_bytes());
        }
        let cells: Vec<&str> = text.split(&*self.heading.separator).collect();
        if cells.len() != self.heading.names.len() {
            return sink.bad(number, "it has another number of fields than #fields names", text.as_bytes());
        }
        for at in &self.unknown {
            if cells[*at] != self.heading.unset {
                sink.unknown(number, &self.heading.names[*at]);
            }
        }
        self.table.give(wanted, number, &Row { records: self, cells: &cells, text }, sink);
    }
}

struct Row<'a> {
    records: &'a Records,
    cells: &'a [&'a str],
    text: &'a str,
}

impl<'a> Cells<'a> for Row<'a> {
    fn cell(&self, column: usize) -> Option<Cow<'a, str>> {
        let at = (*self.records.places.get(column)?)?;
        let text = *self.cells.get(at)?;
        let heading = &self.records.heading;
        match text {
            _ if text == heading.unset => None,
            _ if text == heading.empty => Some(Cow::Borrowed("")),
            // Its items are unescaped one by one: a separator in one of them is escaped.
            _ if self.records.lists[column] => Some(Cow::Borrowed(text)),
            _ => Some(unescaped(text)),
        }
    }

    fn raw(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.text)
    }
}

#[cfg(test)]
mod tests;
