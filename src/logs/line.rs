//! Cuts bytes into lines of text: the one line reader of all formats that have lines.

use std::borrow::Cow;

/// The longest line. A longer one is told as bad, and passed over without being held.
pub(super) const LONGEST: usize = 16 << 20;

/// What becomes of a line.
pub(super) enum Line<'a> {
    /// Its text, without what ends it. Bytes that are no UTF-8 are read as Windows-1252.
    Text(Cow<'a, str>),
    /// It is longer than [`LONGEST`]; its beginning.
    TooLong(&'a [u8]),
}

/// Bytes of a file, up to the line that is not whole yet.
///
/// ```text
///           LF                       longer than LONGEST
/// ┌───────────┐ ┌──────── held ────────────────────────► too long ──┐ bytes are dropped
/// └► line ────┘ └──────── LF: a line ◄──────────────────── LF ◄─────┘
/// ```
#[derive(Debug, Default)]
pub(super) struct Lines {
    held: Vec<u8>,
    /// The line is longer than is held: its rest is passed over.
    too_long: bool,
    /// Lines given so far.
    number: u64,
}

impl Lines {
    /// Takes bytes and gives each line that ends in them, with its number.
    pub(super) fn feed(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(u64, Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            if self.held.is_empty() && !self.too_long && line.len() <= LONGEST {
                self.number += 1;
                each(self.number, text(self.number, line));
            } else {
                self.hold(line);
                self.give(each);
            }
            bytes = rest;
        }
        self.hold(bytes);
    }

    /// Gives the last line, if no line end closed it.
    pub(super) fn end(&mut self, each: &mut dyn FnMut(u64, Line<'_>)) {
        if !self.held.is_empty() || self.too_long {
            self.give(each);
        }
    }

    fn hold(&mut self, bytes: &[u8]) {
        if self.too_long {
            return;
        }
        if self.held.len() + bytes.len() > LONGEST {
            self.too_long = true;
            self.held.truncate(64);
            self.held.shrink_to(64);
            return;
        }
        self.held.extend_from_slice(bytes);
    }

    fn give(&mut self, each: &mut dyn FnMut(u64, Line<'_>)) {
        self.number += 1;
        match self.too_long {
            true => each(self.number, Line::TooLong(&self.held)),
            false => each(self.number, text(self.number, &self.held)),
        }
        self.held.clear();
        self.too_long = false;
    }
}

fn text(number: u64, line: &[u8]) -> Line<'_> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = if number == 1 { line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line) } else { line };
    Line::Text(match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        // TODO(formats): Windows-1252.
        Err(_) => String::from_utf8_lossy(line).into_owned().into(),
    })
}
