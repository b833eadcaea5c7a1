//! Plain lines: a list of addresses, of names, or a log that is of no format.

use std::borrow::Cow;

use super::super::line::{Line, Lines as LineReader, TOO_LONG};
use super::super::pieces::{Ends, LinePieces};
use super::super::{Error, Field, Format, Kind, Layout, Options, Pieces, Reader, Sample, Sink, Value};

/// Each line is a row. No extension says so: what is called `.txt` may be a table.
#[derive(Debug)]
pub(super) struct Lines;

impl Format for Lines {
    fn name(&self) -> &'static str {
        "lines"
    }

    fn also(&self) -> &'static [&'static str] {
        &["text", "txt", "list"]
    }

    fn doc(&self) -> &'static str {
        "Text: a row for each line that is not empty, in the column value."
    }

    fn is_strict(&self) -> bool {
        false
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        if options.format.is_none() && memchr::memchr(0, sample.head).is_some() {
            return Ok(None);
        }
        let value = Field::new("value", Kind::Text, "The line, without blanks around it.");
        let fields = vec![value, Field::new(Field::RAW, Kind::Text, "The line as it stands in the file.")];
        Ok(Some(Box::new(Plain { fields })))
    }
}

#[derive(Debug)]
struct Plain {
    fields: Vec<Field>,
}

impl Layout for Plain {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn assumed(&self) -> Vec<String> {
        Vec::new()
    }

    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader> {
        Box::new(PlainReader { lines: LineReader::default(), wanted: wanted.to_vec() })
    }

    fn pieces(&self, wanted: &[usize], head: &[u8]) -> Option<Box<dyn Pieces>> {
        let wanted = wanted.to_vec();
        let reader = move |_: &[u8], first: u64| {
            Box::new(PlainReader { lines: LineReader::from(first), wanted: wanted.clone() }) as Box<dyn Reader>
        };
        Some(Box::new(LinePieces::new(Ends::of(head)?, reader)))
    }
}

struct PlainReader {
    lines: LineReader,
    wanted: Vec<usize>,
}

impl Reader for PlainReader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { lines, wanted } = self;
        lines.feed(bytes, &mut |number, line| give(wanted, number, line, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { lines, wanted } = self;
        lines.end(&mut |number, line| give(wanted, number, line, sink));
        Ok(())
    }
}

fn give(wanted: &[usize], number: u64, line: Line<'_>, sink: &mut dyn Sink) {
    match line {
        Line::TooLong(start) => sink.bad(number, TOO_LONG, start),
        Line::Text(text) if text.trim().is_empty() => {}
        Line::Text(text) => {
            if matches!(text, Cow::Owned(_)) {
                sink.recoded(number);
            }
            let value = |field: &usize| Value::Text(if *field == 0 { text.trim() } else { &*text }.into());
            sink.row(number, &wanted.iter().map(value).collect::<Vec<_>>());
        }
    }
}
