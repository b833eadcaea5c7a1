//! Several frames in one piece of memory, so that a file is read by one thread and understood by many.

use super::frame::Frame;

/// Text of candidates for records, one behind the other.
#[derive(Debug, Default)]
pub struct Block {
    pub(in crate::exports) text: Vec<u8>,
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
        /// Where it ends in the text; it begins where the one before it ends.
        end: usize,
        /// The line that it begins on.
        line: u64,
        /// It is made of a row's fields.
        is_row: bool,
    },
    /// Nothing that could be one begins on this line.
    Bad(u64, String),
}

/// Bytes and frames of a block: enough that to hand it over costs nothing beside reading it, and a batch of rows.
const BYTES: usize = 2 << 20;
const FRAMES: usize = 8192;

impl Block {
    /// An empty one with room for as much as it will take.
    pub(in crate::exports) fn new(of_json: bool) -> Self {
        Self { text: Vec::with_capacity(BYTES + BYTES / 16), of_json, ..Self::default() }
    }

    pub(in crate::exports) fn is_full(&self) -> bool {
        self.text.len() >= BYTES || self.pieces.len() >= FRAMES
    }

    /// Takes a line that is an object.
    pub(in crate::exports) fn push_line(&mut self, line: u64, record: &[u8]) {
        self.text.extend_from_slice(record);
        self.pieces.push(Piece::Object { end: self.text.len(), line, is_row: false });
    }

    /// Takes a frame, whose object is `record`.
    pub(in crate::exports) fn push(&mut self, frame: Frame, record: &[u8], is_row: bool) {
        self.pieces.push(match frame {
            Frame::Bad(line, why) => Piece::Bad(line, why),
            Frame::Object(line) => {
                self.text.extend_from_slice(record);
                Piece::Object { end: self.text.len(), line, is_row }
            }
        });
    }
}
