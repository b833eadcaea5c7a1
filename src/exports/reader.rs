//! One exported file, read from its beginning to its end by one thread.

use super::blocks::Blocks;
use super::framing::Block;
use super::records::{Next, Records};
use crate::decode::Text;
use crate::files::{Error, FileRef};
use crate::table::Family;

/// What a file holds at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A record; its JSON is in the buffer that was given.
    Record(Family),
    /// Something that cannot be read.
    Unread {
        /// The line that it begins on, from 1.
        line: u64,
        /// Why not, in one clause.
        why: String,
    },
}

/// A file that is being read.
pub struct Reader {
    blocks: Blocks,
    block: Block,
    records: Records,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("line", &self.records.line()).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a file and finds out how it is packed and laid out.
    ///
    /// # Errors
    /// When it cannot be opened. A file that is no export is no error: it is an unread line.
    pub fn open(source: &FileRef) -> Result<Self, Error> {
        Ok(Self { blocks: Blocks::open(source)?, block: Block::default(), records: Records::default() })
    }

    /// The next record, whose JSON replaces what is in `record`; `None` at the end.
    pub fn next(&mut self, record: &mut Vec<u8>) -> Option<Item> {
        loop {
            let text = Text::new(&self.block.text);
            match self.records.next(&self.block, text) {
                Some(Next::Other(_)) => {}
                Some(Next::Unread(line, why)) => return Some(Item::Unread { line, why }),
                Some(Next::Record(family)) => {
                    record.clear();
                    record.extend_from_slice(self.records.record(text).0.bytes());
                    return Some(Item::Record(family));
                }
                None => {
                    self.block = self.blocks.next()?;
                    self.records.begin(&self.block);
                }
            }
        }
    }
}
