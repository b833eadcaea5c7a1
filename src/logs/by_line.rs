//! Formats of which a line is a record: the layout and the reader that they share.

use std::borrow::Cow;
use std::fmt::Debug;

use super::encoding;
use super::line::{LONGEST, Line, Lines, TOO_LONG};
use super::pieces::{Ends, LinePieces};
use super::{Error, Field, Layout, Options, Pieces, Reader, Sink, Value};

/// Reads the lines of a file, one after the other. A clone begins a file, or goes on with it.
pub(in crate::logs) trait Parser: Debug + Clone + Send + Sync + 'static {
    /// What a line begins with that tells how those behind it are read. Without it each line can be read for itself.
    const MARK: Option<u8> = None;

    /// Whether a line is read by those before it, so that one parser has to read all.
    fn is_in_sequence(&self) -> bool {
        false
    }

    /// Takes a line that begins with the mark.
    fn directive(&mut self, number: u64, line: &str, sink: &mut dyn Sink) {
        let _ = (number, line, sink);
    }

    /// Takes any other line that is not blank.
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink);
}

/// A file whose lines a parser reads.
#[derive(Debug)]
pub(in crate::logs) struct ByLine<P> {
    pub(in crate::logs) fields: Vec<Field>,
    pub(in crate::logs) assumed: Vec<String>,
    pub(in crate::logs) parser: P,
}

impl<P: Parser> Layout for ByLine<P> {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn assumed(&self) -> Vec<String> {
        self.assumed.clone()
    }

    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader> {
        Box::new(LineReader { lines: Lines::default(), parser: self.parser.clone(), wanted: wanted.to_vec() })
    }

    fn pieces(&self, wanted: &[usize], head: &[u8]) -> Option<Box<dyn Pieces>> {
        if self.parser.is_in_sequence() {
            return None;
        }
        let (mut parser, wanted) = (self.parser.clone(), wanted.to_vec());
        let reader = move |bytes: &[u8], first: u64| {
            let reader = LineReader { lines: Lines::from(first), parser: parser.clone(), wanted: wanted.clone() };
            direct(&mut parser, bytes);
            Box::new(reader) as Box<dyn Reader>
        };
        Some(Box::new(LinePieces::new(Ends::of(head)?, reader)))
    }
}

/// Takes the lines of a piece that tell how those behind it are read. What there is to say of them, its reader says.
fn direct<P: Parser>(parser: &mut P, bytes: &[u8]) {
    let Some(mark) = P::MARK else { return };
    let sign = [b'\n', mark];
    let begins = memchr::memmem::find_iter(bytes, &sign).map(|end| end + 1);
    for begin in (bytes.first() == Some(&mark)).then_some(0).into_iter().chain(begins) {
        let rest = &bytes[begin..];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        if line.len() <= LONGEST {
            parser.directive(0, &encoding::text(line.strip_suffix(b"\r").unwrap_or(line)), &mut Nobody);
        }
    }
}

/// A sink of what is said elsewhere.
struct Nobody;

impl Sink for Nobody {
    fn contrary(&mut self, _: u64, _: &str, _: &str, _: bool) {}
    fn row(&mut self, _: u64, _: &[Value<'_>]) {}
    fn bad(&mut self, _: u64, _: &'static str, _: &[u8]) {}
    fn odd(&mut self, _: u64, _: usize, _: &str) {}
}

struct LineReader<P> {
    lines: Lines,
    parser: P,
    wanted: Vec<usize>,
}

impl<P: Parser> Reader for LineReader<P> {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { lines, parser, wanted } = self;
        lines.feed(bytes, &mut |number, line| give(parser, wanted, number, &line, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { lines, parser, wanted } = self;
        lines.end(&mut |number, line| give(parser, wanted, number, &line, sink));
        Ok(())
    }
}

fn give<P: Parser>(parser: &mut P, wanted: &[usize], number: u64, line: &Line<'_>, sink: &mut dyn Sink) {
    match line {
        Line::TooLong(start) => sink.bad(number, TOO_LONG, start),
        Line::Text(text) if text.trim().is_empty() => {}
        Line::Text(text) => {
            if matches!(text, Cow::Owned(_)) {
                sink.recoded(number);
            }
            match P::MARK {
                Some(mark) if text.as_bytes().first() == Some(&mark) => parser.directive(number, text, sink),
                _ => parser.line(number, text, wanted, sink),
            }
        }
    }
}

/// The lines of a sample that are not blank; not the last one, where the sample cuts it off.
pub(in crate::logs) fn lines(head: &[u8], is_whole: bool) -> Vec<String> {
    let (mut all, mut lines) = (Vec::new(), Lines::default());
    let mut each = |_: u64, line: Line<'_>| {
        if let Line::Text(text) = line
            && !text.trim().is_empty()
        {
            all.push(text.into_owned());
        }
    };
    lines.feed(head, &mut each);
    if is_whole || head.len() < 4096 {
        lines.end(&mut each);
    }
    all
}

/// Whether lines are of a format: most of the first ones, or any of them where the format is stated.
pub(in crate::logs) fn are(lines: &[String], options: &Options, is: impl Fn(&str) -> bool) -> bool {
    let looked = &lines[..lines.len().min(200)];
    let count = looked.iter().filter(|line| is(line)).count();
    match options.format {
        Some(_) => count > 0 || lines.iter().any(|line| is(line)),
        None => count > 0 && count * 10 >= looked.len() * 8,
    }
}
