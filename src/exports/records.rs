//! The records of a block, without what has to be said of them.

use std::collections::VecDeque;

use memchr::memchr2_iter;

use super::framing::{self, Block, Piece};
use super::recognise::{self, Found, Held, Recogniser};
use crate::decode::{self, Outline, Text};
use crate::table::Family;

/// Objects and arrays in one record. Real ones have some hundred. Two bytes of text may be one, and take some seventy once they
/// are decoded.
const MOST_NESTED: usize = 1 << 20;

/// Tells which records are in blocks, one block after the other.
pub(super) struct Records {
    /// The piece of the block that comes next.
    next: usize,
    /// Records of a piece that holds several.
    waiting: VecDeque<Held>,
    /// The record found last, if it does not stand in the block as it is.
    own: Option<Vec<u8>>,
    /// Else, where it stands.
    within: std::ops::Range<usize>,
    line: u64,
    /// A reply on a line of its own names a next page.
    linked: bool,
    recogniser: Recogniser,
    outline: Outline,
}

impl Default for Records {
    fn default() -> Self {
        Self {
            next: 0,
            waiting: VecDeque::new(),
            own: None,
            within: 0..0,
            line: 0,
            linked: false,
            recogniser: Recogniser::default(),
            outline: recognise::outline(),
        }
    }
}

/// What comes next in a block.
pub(super) enum Next {
    /// A record, see [`Records::record`].
    Record(Family),
    /// Something that there is no table for: its name, in the plural.
    Other(String),
    /// Something that cannot be read, and the line that it begins on.
    Unread(u64, String),
}

impl Records {
    /// Things of this kind are wanted: they are records, where they would otherwise stand beside them.
    pub(super) fn want(&mut self, family: Family) {
        self.recogniser.wanted = Some(family);
    }

    /// Goes to the beginning of a block.
    pub(super) fn begin(&mut self, block: &Block) {
        (self.next, self.linked) = (0, false);
        self.waiting.clear();
        self.recogniser.set_heading(&block.heading);
    }

    /// What comes next in the block, of which `text` is the text; `None` at its end.
    pub(super) fn next(&mut self, block: &Block, text: Text<'_>) -> Option<Next> {
        loop {
            let mut is_row = false;
            self.own = None;
            match self.waiting.pop_front().map(Held::object) {
                Some(Ok(next)) => self.own = Some(next),
                Some(Err(why)) => return Some(Next::Unread(self.line, why)),
                None => match block.pieces.get(self.next)? {
                    Piece::Object { at, line, is_row: row } => {
                        (self.within, self.line, is_row) = (at.clone(), *line, *row);
                        self.next += 1;
                    }
                    Piece::Bad(line, why) => {
                        self.next += 1;
                        return Some(Next::Unread(*line, why.clone()));
                    }
                },
            }
            let own = self.own.take();
            let record = own.as_deref().map_or_else(|| text.part(self.within.clone()), Text::new);
            match self.recogniser.look(record, is_row, &mut self.outline) {
                Ok(Found::Record(family)) => {
                    let next = self.found(family, record.bytes());
                    self.own = own;
                    return Some(next);
                }
                Ok(Found::Inner(family, inner)) => {
                    // What is inside was looked into, so it is an object.
                    let whole = self.outline.trace(Text::new(&inner));
                    debug_assert!(whole.is_ok(), "a record inside of an envelope is one");
                    let next = self.found(family, &inner);
                    self.own = Some(inner);
                    return Some(next);
                }
                Ok(Found::Many(held)) => {
                    self.linked |= decode::names_next_page(record.bytes());
                    self.waiting.extend(held);
                }
                Ok(Found::Other(what)) => return Some(Next::Other(what)),
                Err(why) => match several(block, record.bytes()) {
                    Some(held) => self.waiting.extend(held),
                    None => return Some(Next::Unread(self.line, why)),
                },
            }
        }
    }

    /// A record, unless its size says too little of what it would become.
    fn found(&self, family: Family, record: &[u8]) -> Next {
        if record.len() > MOST_NESTED && memchr2_iter(b'{', b'[', record).count() > MOST_NESTED {
            return Next::Unread(self.line, format!("it holds more than {MOST_NESTED} objects and arrays"));
        }
        Next::Record(family)
    }

    /// The record found last, and where its members are.
    pub(super) fn record<'r>(&'r self, text: Text<'r>) -> (Text<'r>, &'r Outline) {
        let record = self.own.as_deref().map_or_else(|| text.part(self.within.clone()), Text::new);
        (record, &self.outline)
    }

    /// Members of the record found last that may be dates.
    pub(super) fn dates(&self) -> &[(String, String)] {
        &self.recogniser.last.dates
    }

    /// What stands in place of the data of the record found last, if it is only the outer part of one.
    pub(super) fn bare(&mut self) -> Option<String> {
        self.recogniser.last.bare.take()
    }

    /// Whether what was found in the block so far is a page, or has one in it, that names a next page.
    pub(super) fn is_linked(&self) -> bool {
        self.linked
    }

    /// The line on which the record found last begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }
}

/// The records of a line that is no object, but holds some.
fn several(block: &Block, record: &[u8]) -> Option<Vec<Held>> {
    let is_line = block.of_json && decode::members(record).is_err();
    let frames = is_line.then(|| framing::several(record)).flatten()?;
    Some(frames.into_iter().map(|frame| frame.map_or_else(Held::Bad, Held::Object)).collect())
}
