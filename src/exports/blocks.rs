//! One file, cut into blocks of candidates for records: what has to be done in the order of the file.

use std::io::BufRead;

use super::framing::{self, Block, Frame, Framer, Layout};
use super::rows::HeadedRows;
use crate::files::{self, FileRef};

/// A file that is being cut.
pub struct Blocks {
    frames: Frames,
    /// The candidate read last.
    record: Vec<u8>,
}

enum Frames {
    Json(Framer<Box<dyn BufRead + Send>>),
    Rows(Box<HeadedRows>),
    /// Neither was found; it is said once.
    Strange(Option<String>),
}

impl std::fmt::Debug for Blocks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blocks").finish_non_exhaustive()
    }
}

impl Blocks {
    /// Opens a file and finds out how it is packed and laid out. One that is no export is no error: it is a bad piece.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(source: &FileRef) -> Result<Self, files::Error> {
        let mut input = files::open(source)?;
        let frames = match framing::layout(&mut *input) {
            Ok(Layout::Json { lines }) => Frames::Json(Framer::new(input, lines)),
            Ok(Layout::Rows { delimiter }) => Frames::Rows(Box::new(HeadedRows::new(input, delimiter))),
            Ok(Layout::Empty) => Frames::Strange(None),
            Ok(Layout::Other) => Frames::Strange(Some(
                "it is neither JSON nor CSV, as exports are; if it is a log, SELECT * FROM 'FILE' reads it".into(),
            )),
            Err(error) => Frames::Strange(Some(format!("it cannot be unpacked: {error}"))),
        };
        Ok(Self { frames, record: Vec::new() })
    }

    /// The next block; `None` at the end.
    pub fn next_block(&mut self) -> Option<Block> {
        let mut block = Block::new(matches!(self.frames, Frames::Json(_)));
        while !block.is_full() {
            if let Frames::Json(framer) = &mut self.frames {
                framer.lines(|line, record| {
                    block.push_line(line, record);
                    !block.is_full()
                });
                if block.is_full() {
                    break;
                }
            }
            let Some(frame) = self.frame() else { break };
            let is_row = matches!(&self.frames, Frames::Rows(rows) if rows.is_of_fields());
            block.push(frame, &self.record, is_row);
        }
        if let Frames::Rows(rows) = &self.frames {
            block.heading = rows.names();
        }
        (!block.pieces.is_empty()).then_some(block)
    }

    fn frame(&mut self) -> Option<Frame> {
        match &mut self.frames {
            Frames::Json(framer) => framer.next(&mut self.record),
            Frames::Rows(rows) => rows.next(&mut self.record),
            Frames::Strange(why) => why.take().map(|why| Frame::Bad(1, why)),
        }
    }

    /// Whether what was read so far is a page, or has one in it, that names a next page.
    pub fn is_linked(&self) -> bool {
        matches!(&self.frames, Frames::Json(framer) if framer.is_linked())
    }
}
