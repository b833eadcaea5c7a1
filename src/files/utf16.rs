//! UTF-16 as a stream of UTF-8: what PowerShell writes unless it is told otherwise.

use std::io::{self, Read};

/// A stream of UTF-16 units, read as UTF-8. Halves of pairs become U+FFFD.
pub(super) struct Utf16<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// Bytes that were read and are no whole character yet.
    left: Vec<u8>,
    /// Text that was not given out.
    text: Vec<u8>,
    given: usize,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(input: R, unit: fn([u8; 2]) -> u16) -> Self {
        Self { input, unit, left: Vec::new(), text: Vec::new(), given: 0 }
    }

    /// Reads more text; `false` at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 8192];
        let read = self.input.read(&mut chunk)?;
        self.left.extend_from_slice(&chunk[..read]);
        let mut units: Vec<u16> = self.left.chunks_exact(2).map(|pair| (self.unit)([pair[0], pair[1]])).collect();
        let open = read > 0 && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit));
        if open {
            units.pop();
        }
        self.left.drain(..units.len() * 2);
        (self.text, self.given) = (String::from_utf16_lossy(&units).into_bytes(), 0);
        Ok(read > 0)
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if !self.fill()? && self.text.is_empty() {
                return Ok(0);
            }
        }
        let count = into.len().min(self.text.len() - self.given);
        into[..count].copy_from_slice(&self.text[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn characters_survive_being_cut_anywhere() {
        let text = "a é 😀 日本 😀";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut read = String::new();
        Utf16::new(Drops(&bytes), u16::from_le_bytes).read_to_string(&mut read).unwrap();
        assert_eq!(read, text);
    }

    #[test]
    fn half_a_pair_is_marked() {
        let bytes: Vec<u8> = [0x61, 0xD83D, 0x62].into_iter().flat_map(u16::to_be_bytes).collect();
        let mut read = String::new();
        Utf16::new(&bytes[..], u16::from_be_bytes).read_to_string(&mut read).unwrap();
        assert_eq!(read, "a\u{fffd}b");
    }
}
