//! Encodings: bytes of a file as UTF-8, piece by piece.
//!
//! A byte order mark decides: without one it is UTF-8, and what is none is read as Windows-1252, line by line. The letters
//! of a Windows-1252 file are right then; a UTF-8 file with a damaged byte has a wrong letter, in that line only.

use std::borrow::Cow;

/// Turns what a file holds into UTF-8, or leaves it as it is.
#[derive(Debug, Default)]
pub(in crate::logs) struct Decoder {
    /// Decided by the first bytes.
    unit: Option<Unit>,
    /// Bytes that came and are no whole character yet.
    left: Vec<u8>,
    text: Vec<u8>,
}

/// What a character is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Byte,
    Little,
    Big,
}

/// The mark of UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

impl Decoder {
    /// Of UTF-8, behind the place where a mark could stand.
    pub(in crate::logs) fn begun() -> Self {
        Self { unit: Some(Unit::Byte), ..Self::default() }
    }

    /// The next bytes as UTF-8, without the mark.
    pub(in crate::logs) fn feed<'a>(&'a mut self, bytes: &'a [u8]) -> &'a [u8] {
        match self.unit {
            Some(Unit::Byte) => bytes,
            Some(unit) => self.units(unit, bytes, false),
            None => {
                self.left.extend_from_slice(bytes);
                if self.left.len() < MARK.len() && !self.left.is_empty() {
                    return &[];
                }
                self.begin()
            }
        }
    }

    /// What is left at the end.
    pub(in crate::logs) fn end(&mut self) -> &[u8] {
        match self.unit {
            None => self.begin(),
            Some(Unit::Byte) => &[],
            Some(unit) => self.units(unit, &[], true),
        }
    }

    fn begin(&mut self) -> &[u8] {
        let left = std::mem::take(&mut self.left);
        let (unit, mark) = match left.as_slice() {
            [0xFF, 0xFE, ..] => (Unit::Little, 2),
            [0xFE, 0xFF, ..] => (Unit::Big, 2),
            bytes if bytes.starts_with(MARK) => (Unit::Byte, MARK.len()),
            _ => (Unit::Byte, 0),
        };
        self.unit = Some(unit);
        if unit == Unit::Byte {
            self.text = left;
            return &self.text[mark..];
        }
        self.units(unit, &left[mark..], false)
    }

    fn units(&mut self, unit: Unit, bytes: &[u8], is_end: bool) -> &[u8] {
        self.left.extend_from_slice(bytes);
        let read = if unit == Unit::Big { u16::from_be_bytes } else { u16::from_le_bytes };
        let mut units: Vec<u16> = self.left.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
        if !is_end && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit)) {
            units.pop();
        }
        let used = if is_end { self.left.len() } else { units.len() * 2 };
        let is_cut = is_end && self.left.len() % 2 == 1;
        self.left.drain(..used);
        self.text = String::from_utf16_lossy(&units).into_bytes();
        if is_cut {
            self.text.extend_from_slice("\u{fffd}".as_bytes());
        }
        &self.text
    }
}

/// All of a text as UTF-8.
pub(in crate::logs) fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.starts_with(&[0xFF, 0xFE]) && !bytes.starts_with(&[0xFE, 0xFF]) {
        return Cow::Borrowed(bytes.strip_prefix(MARK).unwrap_or(bytes));
    }
    let mut decoder = Decoder::default();
    Cow::Owned(decoder.feed(bytes).to_vec())
}

/// A line as text: borrowed where it is UTF-8, else read as Windows-1252.
pub(in crate::logs) fn text(line: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(line) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => line.iter().map(|byte| windows_1252(*byte)).collect::<String>().into(),
    }
}

/// A character of Windows-1252. The five bytes that it leaves undefined are control characters, as in Latin-1
/// (source: <https://encoding.spec.whatwg.org/#windows-1252>).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(bytes: &[u8], size: usize) -> String {
        let mut decoder = Decoder::default();
        let mut all = Vec::new();
        for piece in bytes.chunks(size) {
            all.extend_from_slice(decoder.feed(piece));
        }
        all.extend_from_slice(decoder.end());
        text(&all).into_owned()
    }

    #[test]
    fn every_encoding_reads_the_same_in_pieces_of_any_size() {
        let shown = "a é 😀 日本\r\nb";
        let little = [&[0xFF, 0xFE][..], &shown.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
        let big = [&[0xFE, 0xFF][..], &shown.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat();
        let marked = [MARK, shown.as_bytes()].concat();
        for bytes in [little, big, marked, shown.as_bytes().to_vec()] {
            for size in 1..=7 {
                assert_eq!(pieces(&bytes, size), shown, "{size}");
            }
            assert_eq!(text(&decoded(&bytes)), shown);
        }
        assert_eq!([pieces(b"", 1), pieces(b"x", 1), pieces(b"\xff\xfea", 1)], ["", "x", "\u{fffd}"]);
    }

    #[test]
    fn what_is_no_utf_8_is_read_as_windows_1252() {
        assert_eq!(text(b"M\xfcller \x80 \x93x\x94 \x81"), "Müller € “x” \u{81}");
        assert_eq!(text("Müller".as_bytes()), "Müller");
    }
}
