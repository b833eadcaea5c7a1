//! Formats of which a line is a record: the layout and the reader that they share.

use std::borrow::Cow;
use std::fmt::Debug;

use super::line::{Line, Lines, TOO_LONG};
use super::{Error, Field, Layout, Options, Reader, Sink};

/// Reads the lines of a file, one after the other. A clone begins a file.
pub(in crate::logs) trait Parser: Debug + Clone + Send + Sync + 'static {
    /// Takes a line that is not blank.
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
            parser.line(number, text, wanted, sink);
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
