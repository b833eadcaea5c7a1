//! One file, cut into blocks of candidates for records: what has to be done in the order of the file.

use std::io::BufRead;

use super::framing::{self, Block, Filling, Frame, Framer, Layout, Lines};
use super::rows::HeadedRows;
use crate::files::{self, FileRef};

type Input = Box<dyn BufRead + Send>;

/// A file that is being cut.
pub struct Blocks(Cut);

enum Cut {
    /// In the memory that it is read into.
    InPlace(Box<Lines<Input>>),
    /// Frame by frame.
    Framed(Box<Framed>),
}

struct Framed {
    frames: Frames,
    /// The candidate read last.
    record: Vec<u8>,
}

enum Frames {
    Json(Framer<Input>),
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
            Ok(Layout::Json { lines: true }) => return Ok(Self(Cut::InPlace(Box::new(Lines::new(input))))),
            Ok(Layout::Json { lines: false }) => Frames::Json(Framer::new(input)),
            Ok(Layout::Rows { delimiter }) => Frames::Rows(Box::new(HeadedRows::new(input, delimiter))),
            Ok(Layout::Empty) => Frames::Strange(None),
            Ok(Layout::Other) => Frames::Strange(Some(
                "it is neither JSON nor CSV, as exports are; if it is a log, SELECT * FROM 'FILE' reads it".into(),
            )),
            Err(error) => Frames::Strange(Some(format!("it cannot be unpacked: {error}"))),
        };
        Ok(Self(Cut::Framed(Box::new(Framed { frames, record: Vec::new() }))))
    }

    /// The next block; `None` at the end.
    pub fn next_block(&mut self) -> Option<Block> {
        match &mut self.0 {
            Cut::InPlace(lines) => lines.next_block(),
            Cut::Framed(framed) => framed.next_block(),
        }
    }

    /// Whether what was read so far is a page, or has one in it, that names a next page.
    pub fn is_linked(&self) -> bool {
        matches!(&self.0, Cut::Framed(framed) if framed.is_linked())
    }
}

impl Framed {
    fn next_block(&mut self) -> Option<Block> {
        let mut filling = Filling::new();
        while !filling.is_full() {
            let (frame, is_row) = match &mut self.frames {
                Frames::Json(framer) => (framer.next(&mut self.record), false),
                Frames::Rows(rows) => (rows.next(&mut self.record), rows.is_of_fields()),
                Frames::Strange(why) => (why.take().map(|why| Frame::Bad(1, why)), false),
            };
            let Some(frame) = frame else { break };
            filling.push(frame, &self.record, is_row);
        }
        let heading = if let Frames::Rows(rows) = &self.frames { rows.names() } else { Vec::new() };
        filling.block(matches!(self.frames, Frames::Json(_)), heading)
    }

    fn is_linked(&self) -> bool {
        matches!(&self.frames, Frames::Json(framer) if framer.is_linked())
    }
}
