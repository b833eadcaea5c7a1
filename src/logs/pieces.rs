//! Cuts a file into pieces that are read side by side.
//!
//! A piece begins where a line or a row begins, and is read by a reader of its own, which knows what the file has said up to
//! there: the number of the line, the names of the fields. What comes out is the same as if one reader had read the whole file.

use super::Reader;
use super::line::LONGEST;

/// What becomes of the bytes at a place of a file.
pub enum Cut {
    /// It takes more of them.
    More,
    /// So many of them are a piece, for this reader, from its first byte to its end.
    Piece(usize, Box<dyn Reader>),
    /// So many of them are passed over: the rest of a line that is too long.
    Passed(usize),
}

/// Cuts a file, from its first byte on.
pub trait Pieces: Send {
    /// Cuts off the next piece. Bytes that are left come again, with those behind them. At the end of the file, nothing is
    /// left.
    fn cut(&mut self, bytes: &[u8], is_end: bool) -> Cut;
}

/// Bytes in which a line has to end, for the file to be one of lines.
const HEAD: usize = 64 << 10;

/// Where lines end, and their numbers.
#[derive(Debug)]
pub(in crate::logs) struct Ends {
    /// The number of the line that begins the next piece.
    pub(in crate::logs) line: u64,
    /// The line is too long: its rest is passed over.
    is_passing: bool,
}

/// What becomes of bytes, by the ends of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum ByEnds {
    More,
    /// So many bytes are whole lines.
    Lines(usize),
    Passed(usize),
}

impl Ends {
    /// For a file that begins so; `None`, if it is not one of lines that end with LF, or not in UTF-8.
    pub(in crate::logs) fn of(head: &[u8]) -> Option<Self> {
        let is_marked = [&b"\xef\xbb\xbf"[..], b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| head.starts_with(mark));
        let has_lines = memchr::memchr(b'\n', &head[..head.len().min(HEAD)]).is_some();
        (has_lines && !is_marked).then_some(Self { line: 1, is_passing: false })
    }

    /// What is passed over of a line that is too long, if one is.
    pub(in crate::logs) fn passed(&mut self, bytes: &[u8]) -> Option<usize> {
        if !self.is_passing {
            return None;
        }
        let end = memchr::memchr(b'\n', bytes);
        self.is_passing = end.is_none();
        Some(end.map_or(bytes.len(), |end| end + 1))
    }

    /// Bytes without a whole line: they are waited for, or are the beginning of a line that is too long, which is a piece by
    /// itself.
    pub(in crate::logs) fn without(&mut self, bytes: &[u8]) -> ByEnds {
        if bytes.len() <= LONGEST {
            return ByEnds::More;
        }
        self.is_passing = true;
        ByEnds::Lines(bytes.len())
    }

    /// Cuts behind the last line that is whole.
    pub(in crate::logs) fn cut(&mut self, bytes: &[u8], is_end: bool) -> ByEnds {
        if let Some(passed) = self.passed(bytes) {
            return ByEnds::Passed(passed);
        }
        match memchr::memrchr(b'\n', bytes) {
            _ if is_end => ByEnds::Lines(bytes.len()),
            Some(end) => ByEnds::Lines(end + 1),
            None => self.without(bytes),
        }
    }

    /// Counts the lines of a piece; gives the number of its first.
    pub(in crate::logs) fn count(&mut self, piece: &[u8]) -> u64 {
        let first = self.line;
        let ends = memchr::memchr_iter(b'\n', piece).count() + usize::from(self.is_passing);
        self.line += ends as u64;
        first
    }
}

/// Pieces of a file whose lines are read each for itself.
pub(in crate::logs) struct LinePieces<R> {
    ends: Ends,
    /// Makes the reader of a piece whose first line has this number.
    reader: R,
}

impl<R: FnMut(&[u8], u64) -> Box<dyn Reader> + Send> LinePieces<R> {
    pub(in crate::logs) fn new(ends: Ends, reader: R) -> Self {
        Self { ends, reader }
    }
}

impl<R: FnMut(&[u8], u64) -> Box<dyn Reader> + Send> Pieces for LinePieces<R> {
    fn cut(&mut self, bytes: &[u8], is_end: bool) -> Cut {
        match self.ends.cut(bytes, is_end) {
            ByEnds::More => Cut::More,
            ByEnds::Passed(passed) => Cut::Passed(passed),
            ByEnds::Lines(end) => {
                let first = self.ends.count(&bytes[..end]);
                Cut::Piece(end, (self.reader)(&bytes[..end], first))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_behind_the_last_whole_one() {
        let mut ends = Ends::of(b"a\nb").unwrap();
        assert_eq!(ends.cut(b"a\nb\nc", false), ByEnds::Lines(4));
        assert_eq!((ends.count(b"a\nb\n"), ends.line), (1, 3));
        assert_eq!(ends.cut(b"c", false), ByEnds::More);
        assert_eq!(ends.cut(b"c", true), ByEnds::Lines(1));
    }

    #[test]
    fn a_line_that_is_too_long_is_a_piece_and_its_rest_is_passed_over() {
        let mut ends = Ends::of(b"\n").unwrap();
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(ends.cut(&long, false), ByEnds::Lines(long.len()));
        assert_eq!((ends.count(&long), ends.line), (1, 2));
        assert_eq!([ends.cut(b"xx", false), ends.cut(b"x\ny", false)], [ByEnds::Passed(2), ByEnds::Passed(2)]);
        assert_eq!(ends.cut(b"y\n", false), ByEnds::Lines(2));
    }

    #[test]
    fn what_is_not_of_lines_is_not_cut() {
        assert!(Ends::of(b"a\rb").is_none() && Ends::of(b"\xff\xfea\0\n\0").is_none() && Ends::of(b"").is_none());
    }
}
