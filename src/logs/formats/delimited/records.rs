//! Cuts text into rows: lines, and what spans lines inside of quotes.
//!
//! A quote that is never closed would take the rest of the file with it, and a stray one the lines up to the next quote. So a
//! row may span 1 MiB, and if its quote is not closed by then, or something other than a delimiter or the end of a line
//! stands behind what closes it, or the row that comes of it is none, the line on which it begins is bad and the next line
//! is read anew. Where that happens again and again, quotes do not span lines in this file.

use crate::logs::encoding::Decoder;
use crate::logs::line::LONGEST;

/// A row as it stands in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Without what ends it.
    pub(super) bytes: &'a [u8],
}

/// What becomes of a piece of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Piece<'a> {
    Record(Record<'a>),
    /// A line that is none, and why.
    Bad(u64, &'static str, &'a [u8]),
}

/// Whether a row is one. Only what spans lines is asked: the answer `false` makes its first line bad.
pub(super) type Accepts<'a> = dyn Fn(&[u8]) -> bool + 'a;

/// The longest row that spans lines.
const LONGEST_SPAN: usize = 1 << 20;
/// Quotes that were not closed, after which none spans lines.
const PATIENCE: u32 = 16;

/// Bytes of a file, up to the row that is not whole yet.
#[derive(Debug)]
pub(super) struct Records {
    decoder: Decoder,
    delimiter: u8,
    held: Vec<u8>,
    /// A line is longer than is held: its rest is passed over.
    too_long: bool,
    ending: Option<u8>,
    line: u64,
    unclosed: u32,
}

impl Records {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            decoder: Decoder::default(),
            delimiter,
            held: Vec::new(),
            too_long: false,
            ending: None,
            line: 1,
            unclosed: 0,
        }
    }

    /// Goes on where a row begins at a line of this number, behind so many quotes that were not closed, in a file in which LF
    /// ends a line.
    pub(super) fn from(delimiter: u8, line: u64, unclosed: u32) -> Self {
        Self { decoder: Decoder::begun(), ending: Some(b'\n'), line, unclosed, ..Self::new(delimiter) }
    }

    /// Quotes so far that were not closed.
    pub(super) fn unclosed(&self) -> u32 {
        self.unclosed
    }

    /// The next row begins at the line of this number.
    pub(super) fn go_to(&mut self, line: u64) {
        self.line = line;
    }

    /// Takes bytes and gives each row that ends in them.
    pub(super) fn feed(&mut self, bytes: &[u8], accepts: &Accepts<'_>, each: &mut dyn FnMut(Piece<'_>)) {
        let mut decoder = std::mem::take(&mut self.decoder);
        self.take(decoder.feed(bytes), accepts, each);
        self.decoder = decoder;
    }

    /// There are no more bytes.
    pub(super) fn end(&mut self, accepts: &Accepts<'_>, each: &mut dyn FnMut(Piece<'_>)) {
        let mut decoder = std::mem::take(&mut self.decoder);
        self.take(decoder.end(), accepts, each);
        let rest = std::mem::take(&mut self.held);
        match self.too_long {
            true => each(Piece::Bad(self.line, crate::logs::line::TOO_LONG, &rest)),
            false => _ = self.cut(&rest, true, accepts, each),
        }
    }

    fn take(&mut self, bytes: &[u8], accepts: &Accepts<'_>, each: &mut dyn FnMut(Piece<'_>)) {
        let mut bytes = bytes;
        if self.too_long {
            let Some(end) = memchr::memchr(self.ending.unwrap_or(b'\n'), bytes) else { return };
            each(Piece::Bad(self.line, crate::logs::line::TOO_LONG, &self.held));
            self.held.clear();
            self.line += 1;
            self.too_long = false;
            bytes = &bytes[end + 1..];
        }
        if self.held.is_empty() {
            let used = self.cut(bytes, false, accepts, each);
            self.held.extend_from_slice(&bytes[used..]);
        } else {
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(bytes);
            let used = self.cut(&held, false, accepts, each);
            held.drain(..used);
            self.held = held;
        }
        if self.held.len() > LONGEST {
            self.held.truncate(64);
            self.held.shrink_to(64);
            self.too_long = true;
        }
    }

    /// Gives the rows at the beginning of bytes; gives how many bytes they are.
    pub(super) fn cut(
        &mut self,
        bytes: &[u8],
        is_end: bool,
        accepts: &Accepts<'_>,
        each: &mut dyn FnMut(Piece<'_>),
    ) -> usize {
        let Some(ending) = self.ending(bytes, is_end) else { return 0 };
        let mut at = 0;
        while let Some((end, next)) = line_end(bytes, at, ending, is_end) {
            let first = trimmed(&bytes[at..end]);
            match self.span(bytes, at, end, ending, is_end) {
                Span::Line => {
                    each(Piece::Record(Record { line: self.line, bytes: first }));
                    (at, self.line) = (next, self.line + 1);
                }
                Span::Lines { end, next, lines } if accepts(trimmed(&bytes[at..end])) => {
                    each(Piece::Record(Record { line: self.line, bytes: trimmed(&bytes[at..end]) }));
                    (at, self.line) = (next, self.line + lines);
                }
                Span::Lines { .. } | Span::Unclosed => {
                    self.unclosed += 1;
                    each(Piece::Bad(self.line, "its quote is not closed", first));
                    (at, self.line) = (next, self.line + 1);
                }
                Span::Unknown => break,
            }
        }
        at
    }

    /// What ends a line: CR, if there is no LF in the first 64 KiB.
    fn ending(&mut self, bytes: &[u8], is_end: bool) -> Option<u8> {
        if self.ending.is_none() {
            let ahead = &bytes[..bytes.len().min(64 << 10)];
            self.ending = if memchr::memchr(b'\n', bytes).is_some() {
                Some(b'\n')
            } else if is_end || ahead.len() == 64 << 10 {
                let before = &ahead[..ahead.len().saturating_sub(1)];
                Some(if memchr::memchr(b'\r', before).is_some() { b'\r' } else { b'\n' })
            } else {
                None
            };
        }
        self.ending
    }

    /// How far the row reaches that begins with a line.
    fn span(&self, bytes: &[u8], at: usize, end: usize, ending: u8, is_end: bool) -> Span {
        let mut quotes = Quotes { delimiter: self.delimiter, is_open: false, at_start: true, is_damaged: false };
        quotes.pass(&bytes[at..end]);
        if !quotes.is_open {
            return Span::Line;
        }
        if self.unclosed >= PATIENCE {
            return Span::Unclosed;
        }
        let (mut lines, mut end) = (1, end);
        while quotes.is_open {
            let Some((further, next)) = line_end(bytes, end + 1, ending, is_end) else {
                let is_over = is_end || bytes.len() - at > LONGEST_SPAN;
                return if is_over { Span::Unclosed } else { Span::Unknown };
            };
            if further - at > LONGEST_SPAN {
                return Span::Unclosed;
            }
            quotes.pass(&bytes[end..further]);
            if quotes.is_damaged {
                return Span::Unclosed;
            }
            lines += 1;
            if !quotes.is_open {
                return Span::Lines { end: further, next, lines };
            }
            end = further;
        }
        Span::Unclosed
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }
}

enum Span {
    Line,
    Lines {
        end: usize,
        next: usize,
        lines: u64,
    },
    Unclosed,
    /// The end has not come yet.
    Unknown,
}

/// Where the line ends that begins at a place, and where the next begins.
fn line_end(bytes: &[u8], at: usize, ending: u8, is_end: bool) -> Option<(usize, usize)> {
    let rest = bytes.get(at..)?;
    match memchr::memchr(ending, rest) {
        Some(end) => Some((at + end, at + end + 1)),
        None if is_end && !rest.is_empty() => Some((bytes.len(), bytes.len())),
        None => None,
    }
}

fn trimmed(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether a place is inside of quotes. A quote opens only where a field begins; inside of a field it is itself. Behind blanks it
/// opens if it is closed on its line.
struct Quotes {
    delimiter: u8,
    is_open: bool,
    at_start: bool,
    /// Behind a quote that closes what earlier lines opened, the field goes on: it was no closing quote, or no opening one.
    is_damaged: bool,
}

impl Quotes {
    fn pass(&mut self, bytes: &[u8]) {
        if !self.is_open && memchr::memchr(b'"', bytes).is_none() {
            return;
        }
        let (mut at, mut is_earlier) = (0, self.is_open);
        while at < bytes.len() {
            if self.is_open {
                let Some(end) = closing(bytes, at) else { return };
                at = end;
                (self.is_open, self.at_start) = (false, false);
                if std::mem::take(&mut is_earlier) && !is_field_end(&bytes[at..], self.delimiter) {
                    self.is_damaged = true;
                    return;
                }
                continue;
            }
            if self.at_start {
                self.at_start = false;
                let blanks = blanks(&bytes[at..], self.delimiter);
                if bytes.get(at + blanks) == Some(&b'"') {
                    let closed = closing(bytes, at + blanks + 1);
                    match closed.filter(|end| is_field_end(&bytes[*end..], self.delimiter)) {
                        Some(end) => at = end,
                        None if blanks == 0 => {
                            self.is_open = true;
                            at += 1;
                            continue;
                        }
                        None => {}
                    }
                }
            }
            let Some(delimiter) = memchr::memchr(self.delimiter, &bytes[at..]) else { return };
            at += delimiter + 1;
            self.at_start = true;
        }
    }
}

/// The place behind the quote that closes what begins at a place. Two stand for one.
fn closing(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr(b'"', bytes.get(at..)?)? + 1;
        if bytes.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether a field ends here: blanks at most, then a delimiter or the end of the line.
fn is_field_end(rest: &[u8], delimiter: u8) -> bool {
    let rest = &rest[blanks(rest, delimiter)..];
    matches!(rest, [] | b"\r") || rest.first() == Some(&delimiter)
}

/// How many blanks come first.
fn blanks(rest: &[u8], delimiter: u8) -> usize {
    rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t') && **byte != delimiter).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows with their lines, whatever the pieces; a row has two fields.
    fn rows(text: &str) -> Vec<String> {
        let mut all: Vec<Vec<String>> = [1, 2, 3, 1000]
            .map(|size| {
                let (mut records, mut rows) = (Records::new(b','), Vec::new());
                let accepts = |bytes: &[u8]| bytes.split(|byte| *byte == b',').count() == 2;
                let mut each = |piece: Piece<'_>| {
                    rows.push(match piece {
                        Piece::Record(row) => format!("{} {}", row.line, String::from_utf8_lossy(row.bytes)),
                        Piece::Bad(line, why, _) => format!("{line} {why}"),
                    });
                };
                text.as_bytes().chunks(size).for_each(|piece| records.feed(piece, &accepts, &mut each));
                records.end(&accepts, &mut each);
                rows
            })
            .into();
        assert!(all.iter().all(|rows| *rows == all[0]), "{text:?}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn rows_are_lines_or_span_them_inside_of_quotes() {
        assert_eq!(rows("a,b\nc,d"), ["1 a,b", "2 c,d"]);
        assert_eq!(rows("a,b\r\nc,d\r\n"), ["1 a,b", "2 c,d"]);
        assert_eq!(rows("a,b\rc,d\r"), ["1 a,b", "2 c,d"]);
        assert_eq!(rows("a,\"x\ny\"\nc,d\n"), ["1 a,\"x\ny\"", "3 c,d"]);
        assert_eq!(rows("\"\"\"\n\",b\nc,d\n"), ["1 \"\"\"\n\",b", "3 c,d"]);
        assert_eq!(rows("5\" pipe,b\nc,d\n"), ["1 5\" pipe,b", "2 c,d"]);
    }

    #[test]
    fn an_unclosed_quote_costs_its_own_line() {
        assert_eq!(rows("a,\"x\nc,d\ne,f\n"), ["1 its quote is not closed", "2 c,d", "3 e,f"]);
        assert_eq!(rows("a,\"x\nc,d\ne,\"f\"\n"), ["1 its quote is not closed", "2 c,d", "3 e,\"f\""]);
    }

    #[test]
    fn a_stray_quote_takes_no_line_with_it() {
        let why = "its quote is not closed";
        let bad = |line: u64| format!("{line} {why}");
        // The next quote closes it and something stands behind that: none of the two spans lines.
        let text = "a,\"x\nc,d\ne,\"y\ng,h\n";
        assert_eq!(rows(text), [bad(1), "2 c,d".into(), bad(3), "4 g,h".into()]);
        assert_eq!(rows("a,\"x\nc,d\ne,x\"y\"z\n"), [bad(1), "2 c,d".into(), "3 e,x\"y\"z".into()]);
        assert_eq!(rows("a,\"x\nc\"d,e\nf,g\n"), [bad(1), "2 c\"d,e".into(), "3 f,g".into()]);
        // The controls: blanks behind a closing quote are nothing, and two quotes are one.
        assert_eq!(rows("a,\"x\ny\" \nc,d\n"), ["1 a,\"x\ny\" ", "3 c,d"]);
        assert_eq!(rows("\"x\ny\" ,b\nc,d\n"), ["1 \"x\ny\" ,b", "3 c,d"]);
        assert_eq!(rows("\"x\n\"\"y\"\"z\",b\nc,d\n"), ["1 \"x\n\"\"y\"\"z\",b", "3 c,d"]);
        // On a line of its own it is read as it was written.
        assert_eq!(rows("\"a\" x,b\nc,d\n"), ["1 \"a\" x,b", "2 c,d"]);
    }

    #[test]
    fn a_quote_behind_blanks_opens_if_its_line_closes_it() {
        assert_eq!(rows("a, \"x\"\nc,d\n"), ["1 a, \"x\"", "2 c,d"]);
        assert_eq!(rows("a, \"x\nc,d\"\n"), ["1 a, \"x", "2 c,d\""]);
    }

    #[test]
    fn quotes_that_are_never_closed_cost_no_time() {
        let text = "x\"y,\"z\n".repeat(200_000);
        let mut records = Records::new(b',');
        let (mut lines, mut most) = (0, 0);
        for piece in text.as_bytes().chunks(1 << 16) {
            records.feed(piece, &|_| false, &mut |_| lines += 1);
            most = most.max(records.held());
        }
        records.end(&|_| false, &mut |_| lines += 1);
        assert_eq!(lines, 200_000);
        assert!(most <= 4 << 20, "{most}");
    }
}
