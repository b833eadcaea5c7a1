//! Cuts text into rows: lines, and what spans lines inside of quotes.
//!
//! A quote that is never closed would take the rest of the file with it, and a stray one the lines up to the next quote. So a
//! row may span 1 MiB, and if its quote is not closed by then, or something other than a delimiter or the end of a line
//! stands behind what closes it, or the row that comes of it is none, the line on which it begins is bad and the next line
//! is read anew. Where that happens again and again, quotes do not span lines in this file.
//!
//! What is no row at all, such as a comment, is a line and has no quotes.

use super::quotes::Quotes;
use crate::logs::encoding::Decoder;
use crate::logs::line::{LONGEST, TOO_LONG};

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
    /// A line that is no row: blank, a comment, what stands before the first row.
    Remark(Record<'a>),
    /// A line that is none, and why.
    Bad(u64, &'static str, &'a [u8]),
}

/// What is a row in a file.
pub(super) trait Rule {
    /// Whether the line of this number is no row, whatever its quotes are.
    fn is_no_row(&self, line: u64, bytes: &[u8]) -> bool;
    /// Whether what spans lines is a row: else its first line is bad.
    fn accepts(&self, row: &[u8]) -> bool;
}

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
    pub(super) fn feed(&mut self, bytes: &[u8], rule: &dyn Rule, each: &mut dyn FnMut(Piece<'_>)) {
        let mut decoder = std::mem::take(&mut self.decoder);
        self.take(decoder.feed(bytes), rule, each);
        self.decoder = decoder;
    }

    /// There are no more bytes.
    pub(super) fn end(&mut self, rule: &dyn Rule, each: &mut dyn FnMut(Piece<'_>)) {
        let mut decoder = std::mem::take(&mut self.decoder);
        self.take(decoder.end(), rule, each);
        let rest = std::mem::take(&mut self.held);
        match self.too_long {
            true => each(Piece::Bad(self.line, TOO_LONG, &rest)),
            false => _ = self.cut(&rest, true, rule, each),
        }
    }

    fn take(&mut self, bytes: &[u8], rule: &dyn Rule, each: &mut dyn FnMut(Piece<'_>)) {
        let mut bytes = bytes;
        if self.too_long {
            let Some(end) = memchr::memchr(self.ending.unwrap_or(b'\n'), bytes) else { return };
            each(Piece::Bad(self.line, TOO_LONG, &self.held));
            self.held.clear();
            self.line += 1;
            self.too_long = false;
            bytes = &bytes[end + 1..];
        }
        if self.held.is_empty() {
            let used = self.cut(bytes, false, rule, each);
            self.held.extend_from_slice(&bytes[used..]);
        } else {
            let mut held = std::mem::take(&mut self.held);
            held.extend_from_slice(bytes);
            let used = self.cut(&held, false, rule, each);
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
        rule: &dyn Rule,
        each: &mut dyn FnMut(Piece<'_>),
    ) -> usize {
        let Some(ending) = self.ending(bytes, is_end) else { return 0 };
        let mut at = 0;
        while let Some((end, next)) = line_end(bytes, at, ending, is_end) {
            let first = trimmed(&bytes[at..end]);
            if rule.is_no_row(self.line, first) {
                each(Piece::Remark(Record { line: self.line, bytes: first }));
                (at, self.line) = (next, self.line + 1);
                continue;
            }
            match self.span(bytes, at, end, ending, is_end) {
                Span::Line => {
                    each(Piece::Record(Record { line: self.line, bytes: first }));
                    (at, self.line) = (next, self.line + 1);
                }
                Span::Lines { end, next, lines } if rule.accepts(trimmed(&bytes[at..end])) => {
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
        let mut quotes = Quotes::of_row(self.delimiter);
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

#[cfg(test)]
mod tests;
