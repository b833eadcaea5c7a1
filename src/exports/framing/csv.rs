//! Cuts text into rows of fields as CSV has them, and knows the line on which each row begins.
//!
//! The ends of lines between rows are passed over here: the machine of `csv_core` counts a line end of two characters half
//! with the row before it and half with the row behind it.

use std::io::BufRead;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::frame::MAX_RECORD;

/// A stream of rows.
pub(in crate::exports) struct Fields {
    input: Box<dyn BufRead + Send>,
    core: Reader,
    /// The line on which the last row begins.
    line: u64,
    ended: bool,
}

/// The fields of one row.
#[derive(Debug)]
pub(in crate::exports) struct Row {
    /// Their text, one behind the other, up to `length`.
    text: Vec<u8>,
    length: usize,
    /// Where each ends, up to `count`.
    ends: Vec<usize>,
    count: usize,
}

impl Fields {
    pub(in crate::exports) fn new(input: Box<dyn BufRead + Send>, delimiter: u8) -> Self {
        Self { input, core: ReaderBuilder::new().delimiter(delimiter).build(), line: 1, ended: false }
    }

    /// The line on which the row read last begins, from 1.
    pub(in crate::exports) fn line(&self) -> u64 {
        self.line
    }

    /// Reads the next row in the place of the last one; `None` at the end. Behind an error nothing is read.
    pub(in crate::exports) fn next(&mut self, row: &mut Row) -> Option<Result<(), String>> {
        if self.ended {
            return None;
        }
        let read = self.begin().and_then(|more| if more { self.read(row).map(Some) } else { Ok(None) });
        self.ended = !matches!(read, Ok(Some(())));
        read.transpose()
    }

    /// Goes to where the next row begins; `false` at the end.
    fn begin(&mut self) -> Result<bool, String> {
        loop {
            let chunk = self.input.fill_buf().map_err(|error| broken(&error))?;
            let blank = chunk.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let lines: u64 = chunk[..blank].iter().map(|byte| u64::from(*byte == b'\n')).sum();
            let (more, at_end) = (blank < chunk.len(), chunk.is_empty());
            self.input.consume(blank);
            self.core.set_line(self.core.line() + lines);
            if more || at_end {
                self.line = self.core.line();
                return Ok(more);
            }
        }
    }

    fn read(&mut self, row: &mut Row) -> Result<(), String> {
        (row.length, row.count) = (0, 0);
        loop {
            let chunk = self.input.fill_buf().map_err(|error| broken(&error))?;
            let at_end = chunk.is_empty();
            // The end of a line closes the last row, unless it is inside of a quote.
            let (result, used) = row.take(&mut self.core, if at_end { b"\n" } else { chunk });
            if !at_end {
                self.input.consume(used);
            }
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => return Ok(()),
                ReadRecordResult::InputEmpty if at_end => {
                    return Err("its last quote is not closed: nothing after it was read".into());
                }
                _ if row.length > MAX_RECORD => {
                    return Err("the row is too long, a quote may not be closed: nothing after it was read".into());
                }
                ReadRecordResult::OutputFull => row.text.resize(2 * row.text.len(), 0),
                ReadRecordResult::OutputEndsFull => row.ends.resize(2 * row.ends.len(), 0),
                ReadRecordResult::InputEmpty => {}
            }
        }
    }
}

/// The delimiter that a first line `sep=;` declares, for spreadsheets.
pub(super) fn separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let (name, delimiter) = line.split_at_checked(4)?;
    (name.eq_ignore_ascii_case(b"sep=") && delimiter.len() == 1).then(|| delimiter[0])
}

fn broken(error: &std::io::Error) -> String {
    format!("the rest of the file cannot be read: {error}")
}

impl Default for Row {
    fn default() -> Self {
        Self { text: vec![0; 1024], length: 0, ends: vec![0; 32], count: 0 }
    }
}

impl Row {
    /// Takes what there is of a row; gives how many bytes were used.
    fn take(&mut self, core: &mut Reader, input: &[u8]) -> (ReadRecordResult, usize) {
        let (result, used, length, count) =
            core.read_record(input, &mut self.text[self.length..], &mut self.ends[self.count..]);
        self.length += length;
        self.count += count;
        (result, used)
    }

    /// How many fields it has.
    pub(in crate::exports) fn len(&self) -> usize {
        self.count
    }

    /// A field.
    pub(in crate::exports) fn get(&self, at: usize) -> Option<&[u8]> {
        let ends = &self.ends[..self.count];
        let begin = at.checked_sub(1).map_or(Some(&0), |before| ends.get(before))?;
        self.text.get(*begin..*ends.get(at)?)
    }

    /// All fields.
    pub(in crate::exports) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).filter_map(|at| self.get(at))
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Rows as text, each with its line, whatever pieces the text comes in.
    fn rows(text: &str) -> Vec<String> {
        let mut all: Vec<Vec<String>> = [1, 2, 3, 7, 1 << 16]
            .map(|capacity| {
                let input = BufReader::with_capacity(capacity, std::io::Cursor::new(text.as_bytes().to_vec()));
                let (mut fields, mut row) = (Fields::new(Box::new(input), b','), Row::default());
                let mut rows = Vec::new();
                while let Some(read) = fields.next(&mut row) {
                    let text: Vec<_> = row.iter().map(String::from_utf8_lossy).collect();
                    rows.push(format!(
                        "{} {}",
                        fields.line(),
                        read.map_or_else(|why| why[..8].into(), |()| text.join("|"))
                    ));
                }
                rows
            })
            .into();
        assert!(all.iter().all(|rows| *rows == all[0]), "{text:?}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn every_row_is_told_by_the_line_on_which_it_begins() {
        for end in ["\n", "\r\n"] {
            for (text, expected) in [
                ("", &[][..]),
                ("#", &[]),
                ("a,b", &["1 a|b"]),
                ("a,b#", &["1 a|b"]),
                ("a,b#c,d", &["1 a|b", "2 c|d"]),
                ("##a,b###c,d##", &["3 a|b", "6 c|d"]),
                ("a,\"x#y\"#c,d#", &["1 a|x#y", "3 c|d"]),
                ("a#\"x#", &["1 a", "2 its last"]),
                (",#\"\"\"\",", &["1 |", "2 \"|"]),
            ] {
                let wanted: Vec<String> = expected.iter().map(|row| row.replace('#', end)).collect();
                assert_eq!(rows(&text.replace('#', end)), wanted, "{text} {end:?}");
            }
        }
        assert_eq!(rows("a\r\nb\nc\n\r\nd\r\n"), ["1 a", "2 b", "3 c", "5 d"]);
    }

    #[test]
    fn long_fields_and_many_fields_are_whole() {
        let (long, many) = ("x".repeat(100_000), vec!["y"; 5_000].join(","));
        assert_eq!(
            rows(&format!("{long},\"{long}\"\n{many}\n")),
            [format!("1 {long}|{long}"), format!("2 {}", many.replace(',', "|"))]
        );
    }
}
