//! The records of one file, without what has to be said of them.

use std::collections::VecDeque;
use std::io::BufRead;

use memchr::memchr2_iter;

use super::framing::{self, Frame, Framer, Layout};
use super::recognise::{Found, Held, Recogniser};
use super::rows::HeadedRows;
use crate::decode;
use crate::files::{self, FileRef};
use crate::table::Family;

/// Objects and arrays in one record. Real ones have some hundred. Two bytes of text may be one, and take some seventy once they
/// are decoded.
const MOST_NESTED: usize = 1 << 20;

/// One file, read from its beginning to its end.
pub(super) struct Records {
    frames: Frames,
    /// Records of a frame that holds several.
    waiting: VecDeque<Held>,
    line: u64,
    /// A reply on a line of its own names a next page.
    linked: bool,
    recogniser: Recogniser,
}

enum Frames {
    Json(Framer<Box<dyn BufRead + Send>>),
    Rows(Box<HeadedRows>),
    /// Neither was found; it is said once.
    Strange(Option<String>),
}

/// What comes next in a file.
pub(super) enum Next {
    /// A record; its JSON is in the buffer that was given.
    Record(Family),
    /// Something that there is no table for: its name, in the plural.
    Other(String),
    /// Something that cannot be read, and the line that it begins on.
    Unread(u64, String),
}

impl Records {
    /// Opens a file and finds out how it is packed and laid out. One that is no export is no error: it is an unread line.
    pub(super) fn open(source: &FileRef) -> Result<Self, files::Error> {
        let mut input = files::open(source)?;
        let frames = match framing::layout(&mut *input) {
            Ok(Layout::Json { lines }) => Frames::Json(Framer::new(input, lines)),
            Ok(Layout::Rows { delimiter }) => Frames::Rows(Box::new(HeadedRows::new(input, delimiter))),
            Ok(Layout::Empty) => Frames::Strange(None),
            Ok(Layout::Other) => Frames::Strange(Some("it is neither JSON nor CSV".into())),
            Err(error) => Frames::Strange(Some(format!("it cannot be unpacked: {error}"))),
        };
        Ok(Self { frames, waiting: VecDeque::new(), line: 1, linked: false, recogniser: Recogniser::default() })
    }

    /// Things of this kind are wanted: they are records, where they would otherwise stand beside them.
    pub(super) fn want(&mut self, family: Family) {
        self.recogniser.wanted = Some(family);
    }

    /// What comes next; `None` at the end.
    pub(super) fn next(&mut self, record: &mut Vec<u8>) -> Option<Next> {
        loop {
            let is_row = match self.waiting.pop_front().map(Held::object) {
                Some(Ok(next)) => {
                    *record = next;
                    false
                }
                Some(Err(why)) => return Some(Next::Unread(self.line, why)),
                None => match self.frame(record)? {
                    Frame::Object(line) => {
                        self.line = line;
                        self.take_heading()
                    }
                    Frame::Bad(line, why) => return Some(Next::Unread(line, why)),
                },
            };
            match self.recogniser.look(record, is_row) {
                Ok(Found::Record(family)) => return Some(self.record(family, record)),
                Ok(Found::Inner(family, inner)) => {
                    *record = inner;
                    return Some(self.record(family, record));
                }
                Ok(Found::Many(held)) => {
                    self.linked |= decode::names_next_page(record);
                    self.waiting.extend(held);
                }
                Ok(Found::Other(what)) => return Some(Next::Other(what)),
                Err(why) => match self.several(record) {
                    Some(held) => self.waiting.extend(held),
                    None => return Some(Next::Unread(self.line, why)),
                },
            }
        }
    }

    /// A record, unless its size says too little of what it would become.
    fn record(&self, family: Family, record: &[u8]) -> Next {
        if record.len() > MOST_NESTED && memchr2_iter(b'{', b'[', record).count() > MOST_NESTED {
            return Next::Unread(self.line, format!("it holds more than {MOST_NESTED} objects and arrays"));
        }
        Next::Record(family)
    }

    fn frame(&mut self, record: &mut Vec<u8>) -> Option<Frame> {
        match &mut self.frames {
            Frames::Json(framer) => framer.next(record),
            Frames::Rows(rows) => rows.next(record),
            Frames::Strange(why) => why.take().map(|why| Frame::Bad(1, why)),
        }
    }

    /// Whether the frame read last is made of a row's fields, whose columns are known then.
    fn take_heading(&mut self) -> bool {
        let Frames::Rows(rows) = &self.frames else { return false };
        if self.recogniser.needs_heading() {
            self.recogniser.set_heading(rows.names());
        }
        rows.is_of_fields()
    }

    /// The records of a line that is no object, but holds some.
    fn several(&self, record: &[u8]) -> Option<Vec<Held>> {
        let is_line = matches!(self.frames, Frames::Json(_)) && decode::members(record).is_err();
        let frames = is_line.then(|| framing::several(record)).flatten()?;
        Some(frames.into_iter().map(|frame| frame.map_or_else(Held::Bad, Held::Object)).collect())
    }

    /// Members of the record read last that may be dates.
    pub(super) fn dates(&self) -> &[(String, String)] {
        &self.recogniser.last.dates
    }

    /// What stands in place of the data of the record read last, if it is only the outer part of one.
    pub(super) fn bare(&mut self) -> Option<String> {
        self.recogniser.last.bare.take()
    }

    /// Whether what was read so far is a page, or has one in it, that names a next page.
    pub(super) fn is_linked(&self) -> bool {
        self.linked || matches!(&self.frames, Frames::Json(framer) if framer.is_linked())
    }

    /// The line on which the record given last begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }
}
