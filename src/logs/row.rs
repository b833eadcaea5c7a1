//! Rows on their way out of a reader.

use std::borrow::Cow;
use std::ops::Deref;

use super::Error;

/// A value of a row. It is of its field's type, or NULL.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// There is none.
    Null,
    /// [`Kind::Text`](super::Kind::Text)
    Text(Cow<'a, str>),
    /// [`Kind::Int`](super::Kind::Int)
    Int(i64),
    /// [`Kind::Float`](super::Kind::Float)
    Float(f64),
    /// [`Kind::Bool`](super::Kind::Bool)
    Bool(bool),
    /// [`Kind::Time`](super::Kind::Time)
    Time(i64),
    /// [`Kind::Texts`](super::Kind::Texts)
    Texts(Vec<Cow<'a, str>>),
    /// [`Kind::Pairs`](super::Kind::Pairs)
    Pairs(PairList<'a>),
}

/// A name and a value.
type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Pairs that whoever reads a row has made, or those that it holds.
#[derive(Debug, Clone)]
pub enum PairList<'a> {
    /// Made.
    Own(Vec<Pair<'a>>),
    /// Held elsewhere.
    Lent(&'a [Pair<'a>]),
}

impl<'a> Deref for PairList<'a> {
    type Target = [Pair<'a>];

    fn deref(&self) -> &[Pair<'a>] {
        match self {
            Self::Own(pairs) => pairs,
            Self::Lent(pairs) => pairs,
        }
    }
}

impl PartialEq for PairList<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<'a> From<Vec<Pair<'a>>> for PairList<'a> {
    fn from(pairs: Vec<Pair<'a>>) -> Self {
        Self::Own(pairs)
    }
}

impl<'a> From<&'a [Pair<'a>]> for PairList<'a> {
    fn from(pairs: &'a [Pair<'a>]) -> Self {
        Self::Lent(pairs)
    }
}

/// Why a time that was read may be another, or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Clocks of its zone showed it twice, when they were put back: it is the first of the two.
    Twice,
    /// Clocks of its zone passed over it, when they were put forward: it is what they would have shown.
    Skipped,
    /// The event's own time is not understood: another of its line stands for it.
    Replaced,
    /// It names no year, and the one of the lines beside it has no such day: it is in the last one that has it.
    Leap,
    /// A text of JSON has half of a pair of UTF-16, which is no letter.
    Half,
}

impl Doubt {
    /// What there is to say of such times and texts, behind their number.
    pub fn what(self) -> &'static str {
        match self {
            Self::Twice => {
                "time(s) lie in an hour that the clocks of the zone showed twice, when they were put back: they were taken for the \
                 first of the two, so they may be an hour later"
            }
            Self::Skipped => {
                "time(s) lie in an hour that the clocks of the zone passed over, when they were put forward: the zone may not be \
                 that of the log"
            }
            Self::Leap => {
                "time(s) are of a 29 February and name no year: they were put into the last leap year, and lines beside them \
                 into a later one (read_log('FILE', year => '2024') states the year of all)"
            }
            Self::Half => {
                "record(s) of JSON have half of a letter (such as \\ud83d alone): \u{fffd} stands for each; raw has them as they were written"
            }
            Self::Replaced => {
                "time(s) of events are not understood: another time of the line was taken, such as that of the header of syslog; \
                 extension and raw have them"
            }
        }
    }
}

/// Takes what a reader finds.
pub trait Sink {
    /// A row: the wanted fields, in the order in which they are wanted, of what begins at a line (of an event log: of the
    /// record with that number in the file), counted from 1.
    fn row(&mut self, line: u64, values: &[Value<'_>]);
    /// A line or a record that could not be read, and its beginning. No row comes of it.
    fn bad(&mut self, line: u64, why: &'static str, excerpt: &[u8]);
    /// A value that is not of its field's type: it is NULL in the row that comes next. The field is told by its number
    /// among all fields of the layout.
    fn odd(&mut self, line: u64, field: usize, value: &str);
    /// A date that shows the day first where others of its column were read month first, or the other way round: these may
    /// have been misread, so nothing of the file stands.
    fn contrary(&mut self, line: u64, column: &str, value: &str, was_day_first: bool);
    /// The time of the row that comes next may be another, or a text in it.
    fn doubtful(&mut self, line: u64, doubt: Doubt) {
        let _ = (line, doubt);
    }
    /// A line that is no UTF-8: it was read as Windows-1252, and a letter of it may be another.
    fn recoded(&mut self, line: u64) {
        let _ = line;
    }
    /// A member that the record has had before: its first value stands.
    fn repeated(&mut self, line: u64, field: usize) {
        let _ = (line, field);
    }
    /// A named value for which there is no field, because the sample had none of that name: `raw` has it.
    fn unknown(&mut self, line: u64, name: &str) {
        let _ = (line, name);
    }
}

/// Reads one file, from its first byte on. It holds no more than one line, record or chunk.
pub trait Reader: Send {
    /// Takes the bytes that come next.
    ///
    /// # Errors
    /// When nothing of the rest can be read.
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error>;

    /// There are no more. What was cut off is told as bad.
    ///
    /// # Errors
    /// As [`Reader::feed`].
    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error>;
}
