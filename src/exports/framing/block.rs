//! Several frames in one piece of memory, so that a file is read by one thread and understood by many.

use std::ops::Range;

use bytes::Bytes;

use super::frame::Frame;

/// Text with candidates for records in it.
#[derive(Debug, Default)]
pub struct Block {
    pub(in crate::exports) text: Bytes,
    pub(in crate::exports) pieces: Vec<Piece>,
    /// The names of the columns, where objects are rows of filled fields.
    pub(in crate::exports) heading: Vec<String>,
    /// They stand for themselves: a line may turn out to hold several.
    pub(in crate::exports) of_json: bool,
}

/// A candidate, or why there is none.
#[derive(Debug)]
pub(in crate::exports) enum Piece {
    /// An object.
    Object {
        /// Where it is in the text.
        at: Range<usize>,
        /// The line that it begins on.
        line: u64,
        /// It is made of a row's fields.
        is_row: bool,
    },
    /// Nothing that could be one begins on this line.
    Bad(u64, String),
}

/// Bytes and frames of a block: enough that to hand it over costs nothing beside reading it, and a batch of rows.
pub(super) const BYTES: usize = 2 << 20;
pub(super) const FRAMES: usize = 8192;

/// A block that objects are copied into, one behind the other.
#[derive(Debug, Default)]
pub(in crate::exports) struct Filling {
    text: Vec<u8>,
    pieces: Vec<Piece>,
}

impl Filling {
    /// An empty one with room for as much as it will take.
    pub(in crate::exports) fn new() -> Self {
        Self { text: Vec::with_capacity(BYTES + BYTES / 16), pieces: Vec::new() }
    }

    pub(in crate::exports) fn is_full(&self) -> bool {
        self.text.len() >= BYTES || self.pieces.len() >= FRAMES
    }

    /// Takes a frame, whose object is `record`.
    pub(in crate::exports) fn push(&mut self, frame: Frame, record: &[u8], is_row: bool) {
        self.pieces.push(match frame {
            Frame::Bad(line, why) => Piece::Bad(line, why),
            Frame::Object(line) => {
                let begin = self.text.len();
                self.text.extend_from_slice(record);
                Piece::Object { at: begin..self.text.len(), line, is_row }
            }
        });
    }

    /// What was taken; `None`: nothing.
    pub(in crate::exports) fn block(self, of_json: bool, heading: Vec<String>) -> Option<Block> {
        let Self { text, pieces } = self;
        (!pieces.is_empty()).then(|| Block { text: text.into(), pieces, heading, of_json })
    }
}
