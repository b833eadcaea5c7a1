//! Cuts bytes into lines of text: the one line reader of all formats that have lines.

use std::borrow::Cow;

use super::encoding::{self, Decoder};

/// The longest line. A longer one is told as bad, and passed over without being held.
pub(in crate::logs) const LONGEST: usize = 16 << 20;

/// What becomes of a line.
pub(in crate::logs) enum Line<'a> {
    /// Its text, without what ends it. Bytes that are no UTF-8 are read as Windows-1252.
    Text(Cow<'a, str>),
    /// It is longer than [`LONGEST`]; its beginning.
    TooLong(&'a [u8]),
}

/// Why a line is bad that is longer than [`LONGEST`].
pub(in crate::logs) const TOO_LONG: &str = "it is longer than 16 MiB";

/// Bytes of a file, up to the line that is not whole yet.
#[derive(Debug, Default)]
pub(in crate::logs) struct Lines {
    decoder: Decoder,
    cutter: Cutter,
}

impl Lines {
    /// Lines of a file of which the next has this number, and in which LF ends a line.
    pub(in crate::logs) fn from(number: u64) -> Self {
        Self { decoder: Decoder::begun(), cutter: Cutter::from(number) }
    }

    /// Takes bytes and gives each line that ends in them, with its number.
    pub(in crate::logs) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(u64, Line<'_>)) {
        self.cutter.feed(self.decoder.feed(bytes), &mut |number, piece| each(number, as_text(piece)));
    }

    /// Gives the last line, if no line end closed it.
    pub(in crate::logs) fn end(&mut self, each: &mut dyn FnMut(u64, Line<'_>)) {
        self.cutter.feed(self.decoder.end(), &mut |number, piece| each(number, as_text(piece)));
        self.cutter.end(&mut |number, piece| each(number, as_text(piece)));
    }
}

fn as_text(piece: Piece<'_>) -> Line<'_> {
    match piece {
        Piece::Whole(line) => Line::Text(encoding::text(line)),
        Piece::TooLong(start) => Line::TooLong(start),
    }
}

/// A line of bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::logs) enum Piece<'a> {
    /// Without what ends it.
    Whole(&'a [u8]),
    /// The beginning of one that is longer than [`LONGEST`].
    TooLong(&'a [u8]),
}

/// Cuts UTF-8 at line ends: LF with or without a CR before it. In a file that has none in its first 64 KiB, CR is one.
///
/// ```text
///           LF                       longer than LONGEST
/// ┌───────────┐ ┌──────── held ────────────────────────► too long ──┐ bytes are dropped
/// └► line ────┘ └──────── LF: a line ◄──────────────────── LF ◄─────┘
/// ```
#[derive(Debug, Default)]
pub(in crate::logs) struct Cutter {
    held: Vec<u8>,
    /// The line is longer than is held: its rest is passed over.
    too_long: bool,
    /// What ends a line, once it is known.
    ending: Option<u8>,
    /// Lines given so far.
    number: u64,
}

/// Bytes without LF after which CR is what ends a line.
const PATIENCE: usize = 64 << 10;

impl Cutter {
    /// Goes on where the line of this number begins, in a file in which LF ends a line.
    pub(in crate::logs) fn from(number: u64) -> Self {
        Self { ending: Some(b'\n'), number: number.saturating_sub(1), ..Self::default() }
    }

    /// Takes bytes and gives each line that ends in them, with its number.
    pub(in crate::logs) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(u64, Piece<'_>)) {
        match self.ending {
            Some(ending) => self.cut(ending, bytes, each),
            None if memchr::memchr(b'\n', bytes).is_some() => {
                self.ending = Some(b'\n');
                self.cut(b'\n', bytes, each);
            }
            None => {
                self.held.extend_from_slice(bytes);
                if self.held.len() > PATIENCE {
                    self.decide(each);
                }
            }
        }
    }

    /// Gives the last line, if no line end closed it.
    pub(in crate::logs) fn end(&mut self, each: &mut dyn FnMut(u64, Piece<'_>)) {
        if self.ending.is_none() {
            self.decide(each);
        }
        if !self.held.is_empty() || self.too_long {
            self.give(each);
        }
    }

    /// No LF has come.
    fn decide(&mut self, each: &mut dyn FnMut(u64, Piece<'_>)) {
        // A CR at the very end may belong to a CR LF that is cut in two.
        let before = self.held.len().saturating_sub(1);
        let ending = if memchr::memchr(b'\r', &self.held[..before]).is_some() { b'\r' } else { b'\n' };
        self.ending = Some(ending);
        let held = std::mem::take(&mut self.held);
        self.cut(ending, &held, each);
    }

    fn cut(&mut self, ending: u8, mut bytes: &[u8], each: &mut dyn FnMut(u64, Piece<'_>)) {
        while let Some(end) = memchr::memchr(ending, bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            if self.held.is_empty() && !self.too_long && line.len() <= LONGEST {
                self.number += 1;
                each(self.number, Piece::Whole(line.strip_suffix(b"\r").unwrap_or(line)));
            } else {
                self.hold(line);
                self.give(each);
            }
            bytes = rest;
        }
        self.hold(bytes);
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.too_long {
            return;
        }
        if self.held.len() + bytes.len() > LONGEST {
            let room = 64_usize.saturating_sub(self.held.len()).min(bytes.len());
            self.held.extend_from_slice(&bytes[..room]);
            self.too_long = true;
            self.held.truncate(64);
            self.held.shrink_to(64);
            return;
        }
        self.held.extend_from_slice(bytes);
    }

    fn give(&mut self, each: &mut dyn FnMut(u64, Piece<'_>)) {
        self.number += 1;
        match self.too_long {
            true => each(self.number, Piece::TooLong(&self.held)),
            false => each(self.number, Piece::Whole(self.held.strip_suffix(b"\r").unwrap_or(&self.held))),
        }
        self.held.clear();
        self.too_long = false;
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(in crate::logs) fn held(&self) -> usize {
        self.held.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines with their numbers, in pieces of a size.
    fn lines(bytes: &[u8], size: usize) -> Vec<String> {
        let (mut lines, mut given) = (Lines::default(), Vec::new());
        let mut each = |number, line: Line<'_>| match line {
            Line::Text(text) => given.push(format!("{number} {text}")),
            Line::TooLong(start) => given.push(format!("{number} too long: {}", start.len())),
        };
        for piece in bytes.chunks(size) {
            lines.feed(piece, &mut each);
        }
        lines.end(&mut each);
        given
    }

    #[test]
    fn lines_end_as_they_do_anywhere() {
        for size in [1, 2, 3, 1000] {
            for text in ["a\nb\nc", "a\r\nb\r\nc\r\n", "a\rb\rc", "a\rb\rc\r", "\u{feff}a\nb\nc\n"] {
                assert_eq!(lines(text.as_bytes(), size), ["1 a", "2 b", "3 c"], "{text:?} by {size}");
            }
            assert_eq!(lines(b"a\rb\nc", size), ["1 a\rb", "2 c"]);
            assert_eq!(lines(b"\n\nx", size), ["1 ", "2 ", "3 x"]);
            assert!(lines(b"", size).is_empty());
        }
    }

    #[test]
    fn a_line_of_one_gigabyte_is_passed_over_and_not_held() {
        let (mut cutter, mut given) = (Cutter::default(), Vec::new());
        let mut each = |number, piece: Piece<'_>| match piece {
            Piece::Whole(line) => given.push((number, line.len(), true)),
            Piece::TooLong(start) => given.push((number, start.len(), false)),
        };
        cutter.feed(b"first\n", &mut each);
        let block = vec![b'x'; 1 << 20];
        let mut most = 0;
        for _ in 0..1024 {
            cutter.feed(&block, &mut each);
            most = most.max(cutter.held());
        }
        cutter.feed(b"\nlast", &mut each);
        cutter.end(&mut each);
        assert_eq!(given, [(1, 5, true), (2, 64, false), (3, 4, true)]);
        // A vector doubles: twice what is held at most.
        assert!(most <= 2 * LONGEST, "{most}");
    }
}
