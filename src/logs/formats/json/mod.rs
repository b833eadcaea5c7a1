//! JSON: a record a line, an array of them, or one object with an array of them inside.
//!
//! Members are columns: those of objects within a record too, to a depth of three, by dotted names (`source.ip` is
//! `source_ip`); what lies deeper, and arrays, are JSON text. Lists of texts are lists. A member that the sample did not
//! have is in `raw` only, and is told.

mod layout;
mod sampled;
mod scan;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use layout::Lay;
use sampled::{Member, Sampled, sampled};
use scan::{Found, Place, Scan};

use crate::logs::encoding::{self, Decoder};
use crate::logs::line::{Cutter, Piece, TOO_LONG};
use crate::logs::members::{as_text, each_member, has_half};
use crate::logs::pieces::{Ends, LinePieces};
use crate::logs::table::{self, Cells, MOST_COLUMNS, Table, quoted};
use crate::logs::{Doubt, Error, Format, Layout, Options, Pieces, Reader, Sample, Sink};

/// JSON records.
#[derive(Debug)]
pub(super) struct Json;

/// Objects within objects whose members have a column of their own.
const DEEPEST: usize = 3;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone", "day_first"]
    }

    fn infers(&self) -> Option<bool> {
        Some(true)
    }

    fn also(&self) -> &'static [&'static str] {
        &["ndjson", "jsonl", "json_lines"]
    }

    fn doc(&self) -> &'static str {
        "JSON objects: one a line, in an array, or in an array within one object. Members of objects inside are columns, \
         to a depth of three, with _ between the names: status_error_code."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["json", "ndjson", "jsonl"]
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let text = encoding::decoded(sample.head);
        let Some(lay) = layout::lay(&text, sample.is_whole) else { return Ok(None) };
        let Sampled { names, seen, by_name, apart } = sampled(&lay, &text, sample.is_whole);
        if names.is_empty() && options.format.is_none() && !self.extensions().contains(&sample.extension().as_str()) {
            return Ok(None);
        }
        let (columns, mut assumed) = table::columns(&names, &seen, options)?;
        if let Lay::In(Place::Member(name)) = &lay {
            assumed.push(format!("records are the items of {}", quoted(name)));
            let beside: Vec<String> = layout::beside(&text, name).iter().map(|name| quoted(name)).collect();
            if !beside.is_empty() {
                assumed.push(format!("what stands beside the records is left out: {}", beside.join(", ")));
            }
        }
        if names.len() == MOST_COLUMNS {
            assumed.push(format!("the first {MOST_COLUMNS} members are columns: others are in raw only"));
        }
        for (one, other) in apart.iter().map(|(one, other)| (quoted(one), quoted(other))) {
            assumed.push(format!("{one} and {other} are columns of their own, for a record has both and they differ"));
        }
        let table = Table::new(columns, &seen, assumed);
        Ok(Some(Box::new(Records { lay, by_name: Arc::new(by_name), table: Arc::new(table) })))
    }
}

/// How the records of a file are read.
#[derive(Debug, Clone)]
struct Records {
    lay: Lay,
    by_name: Arc<HashMap<String, Member>>,
    table: Arc<Table>,
}

impl Layout for Records {
    fn fields(&self) -> &[crate::logs::Field] {
        &self.table.fields
    }

    fn assumed(&self) -> Vec<String> {
        self.table.assumed.clone()
    }

    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader> {
        let give = Give::new(self, wanted);
        Box::new(RecordReader { decoder: Decoder::default(), frames: Frames::new(&self.lay), give })
    }

    fn pieces(&self, wanted: &[usize], head: &[u8]) -> Option<Box<dyn Pieces>> {
        // An array is one value: only a line ends for certain where its end stands.
        let ends = Ends::of(head).filter(|_| self.lay == Lay::Lines)?;
        let (layout, wanted) = (self.clone(), wanted.to_vec());
        let reader = move |_: &[u8], first: u64| {
            let (give, frames) = (Give::new(&layout, &wanted), Frames::Lines(Cutter::from(first)));
            Box::new(RecordReader { decoder: Decoder::begun(), frames, give }) as Box<dyn Reader>
        };
        Some(Box::new(LinePieces::new(ends, reader)))
    }
}

/// Cuts a file into records.
enum Frames {
    Lines(Cutter),
    In(Scan),
}

impl Frames {
    fn new(lay: &Lay) -> Self {
        match lay {
            Lay::Lines => Self::Lines(Cutter::default()),
            Lay::In(place) => Self::In(Scan::new(place.clone())),
        }
    }

    fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(u64, Found<'_>)) {
        match self {
            Self::Lines(cutter) => cutter.feed(bytes, &mut |line, piece| of_line(line, piece, each)),
            Self::In(scan) => scan.feed(bytes, each),
        }
    }

    fn end(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        match self {
            Self::Lines(cutter) => cutter.end(&mut |line, piece| of_line(line, piece, each)),
            Self::In(scan) => scan.end(each),
        }
    }
}

fn of_line(line: u64, piece: Piece<'_>, each: &mut dyn FnMut(u64, Found<'_>)) {
    match piece {
        Piece::TooLong(start) => each(line, Found::Bad(TOO_LONG, start)),
        Piece::Whole(bytes) => {
            let bytes = bytes.trim_ascii();
            let bare = bytes.strip_suffix(b",").unwrap_or(bytes);
            if !bare.is_empty() {
                each(line, Found::Record(bare));
            }
        }
    }
}

struct RecordReader {
    decoder: Decoder,
    frames: Frames,
    give: Give,
}

struct Give {
    layout: Records,
    wanted: Vec<usize>,
    /// The columns that the wanted fields are made of.
    needed: Vec<bool>,
}

impl Reader for RecordReader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        self.frames.feed(self.decoder.feed(bytes), &mut |line, found| self.give.record(line, found, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        self.frames.feed(self.decoder.end(), &mut |line, found| self.give.record(line, found, sink));
        self.frames.end(&mut |line, found| self.give.record(line, found, sink));
        Ok(())
    }
}

impl Give {
    fn new(layout: &Records, wanted: &[usize]) -> Self {
        Self { layout: layout.clone(), wanted: wanted.to_vec(), needed: layout.table.needed(wanted) }
    }

    fn record(&self, line: u64, found: Found<'_>, sink: &mut dyn Sink) {
        let bytes = match found {
            Found::Record(bytes) => bytes,
            Found::Bad(why, start) => return sink.bad(line, why, start),
        };
        let text = encoding::text(bytes);
        let mut cells: Vec<Option<Cow<'_, str>>> = vec![None; self.needed.len()];
        // By column, the name whose value it has.
        let mut is_of: Vec<Option<usize>> = vec![None; self.needed.len()];
        let (mut repeated, mut unknown): (Vec<usize>, Vec<String>) = (Vec::new(), Vec::new());
        let mut has_halves = false;
        let is_object = each_member(&text, DEEPEST, &mut |name, value| match self.layout.by_name.get(name) {
            Some(Member { column, name }) if self.needed[*column] => {
                has_halves |= has_half(value);
                let (cell, other) = (&mut cells[*column], is_of[*column].is_some_and(|before| before != *name));
                match as_text(value) {
                    text if is_of[*column].is_none() || other && cell.is_none() => {
                        (*cell, is_of[*column]) = (text, Some(*name));
                    }
                    // Of two names of a column, the one says nothing or what the other says.
                    text if other && (text.is_none() || text == *cell) => {}
                    // As in exports, the first value stands.
                    _ => repeated.push(*column),
                }
            }
            Some(_) => {}
            None => unknown.push(name.to_owned()),
        });
        if !is_object {
            return sink.bad(line, "it is no JSON object", bytes);
        }
        if matches!(text, Cow::Owned(_)) {
            sink.recoded(line);
        }
        if has_halves {
            sink.doubtful(line, Doubt::Half);
        }
        unknown.iter().for_each(|name| sink.unknown(line, name));
        let fields = repeated.into_iter().filter_map(|column| self.layout.table.field_of(&self.wanted, column));
        fields.for_each(|field| sink.repeated(line, field));
        self.layout.table.give(&self.wanted, line, &Row { cells: &cells, text: &text }, sink);
    }
}

struct Row<'a> {
    cells: &'a [Option<Cow<'a, str>>],
    text: &'a str,
}

impl<'a> Cells<'a> for Row<'a> {
    fn cell(&self, column: usize) -> Option<Cow<'a, str>> {
        self.cells.get(column)?.as_deref().map(Cow::Borrowed)
    }

    /// A text stands in quotes.
    fn is_quoted(&self, _: usize) -> bool {
        true
    }

    fn raw(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.text)
    }
}

#[cfg(test)]
mod tests;
