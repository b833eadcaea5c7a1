//! Cuts a stream of JSON into its lines where each of them stands for itself: a broken one costs itself.
//!
//! A file is read into the memory that becomes its blocks, and cut there. Nearly all exports are of this kind, and to copy
//! their lines once more takes as long as to find them.

use std::io::{self, Read};
use std::ops::Range;

use bytes::Bytes;
use memchr::{memchr, memchr_iter};

use super::block::{BYTES, Block, FRAMES, Piece};
use super::frame::{MAX_RECORD, failed, too_long};
use super::json_frames::JsonFrames;
use super::room::Rooms;

/// A stream of lines.
pub(in crate::exports) struct Lines<R> {
    stream: R,
    rooms: Rooms,
    /// What was read and not given out.
    rest: Bytes,
    /// The stream has ended, well or not.
    ended: Option<io::Result<()>>,
    /// A line is too long, and what is left of it is passed over.
    passing: bool,
    /// Counts the lines, and knows the arrays around their values.
    frames: JsonFrames,
    /// Bytes that are read at once.
    at_once: usize,
}

impl<R: Read> Lines<R> {
    pub(in crate::exports) fn new(stream: R) -> Self {
        Self::reading(stream, BYTES)
    }

    pub(super) fn reading(stream: R, at_once: usize) -> Self {
        let (rooms, frames) = (Rooms::default(), JsonFrames::default());
        Self { stream, rooms, rest: Bytes::new(), ended: None, passing: false, frames, at_once }
    }

    /// The next block; `None` at the end.
    pub(in crate::exports) fn next_block(&mut self) -> Option<Block> {
        let mut block = Block { of_json: true, ..Block::default() };
        while block.pieces.is_empty() {
            let has_line = memchr(b'\n', &self.rest).is_some();
            if !has_line && self.ended.is_none() {
                self.read(&mut block);
            } else if !has_line && self.rest.is_empty() {
                let (line, why) = self.end()?;
                block.pieces.push(Piece::Bad(line, why));
            }
            self.cut(&mut block);
        }
        Some(block)
    }

    /// Reads on, up to the end of a line at least.
    fn read(&mut self, block: &mut Block) {
        let rest = std::mem::take(&mut self.rest);
        let mut text = self.rooms.take();
        text.put(&rest);
        loop {
            let before = text.text().len();
            match text.read(&mut self.stream, self.at_once) {
                Ok(read) => self.ended = (read < self.at_once).then_some(Ok(())),
                Err(error) => self.ended = Some(Err(error)),
            }
            if self.ended.is_some() || memchr(b'\n', &text.text()[before..]).is_some() {
                break;
            }
            if !self.passing && text.text().len() > MAX_RECORD {
                block.pieces.push(Piece::Bad(self.frames.line + 1, too_long()));
                self.passing = true;
            }
            if self.passing {
                text.clear();
            }
        }
        self.rest = text.into_bytes();
    }

    /// Gives the lines that were read to a block, as many as it takes.
    fn cut(&mut self, block: &mut Block) {
        let (text, mut begin) = (self.rest.clone(), 0);
        for end in memchr_iter(b'\n', &text) {
            if block.pieces.len() >= FRAMES {
                break;
            }
            self.frames.line += 1;
            self.line(block, &text, begin..end, self.frames.line);
            begin = end + 1;
        }
        // The last line need not have an end. What a stream that fails gave of one is none.
        let is_last = self.ended.is_some() && memchr(b'\n', &text[begin..]).is_none();
        if is_last {
            if matches!(self.ended, Some(Ok(()))) && begin < text.len() {
                self.line(block, &text, begin..text.len(), self.frames.line + 1);
            }
            begin = text.len();
        }
        block.text = self.rest.split_to(begin);
    }

    fn line(&mut self, block: &mut Block, text: &Bytes, at: Range<usize>, line: u64) {
        if std::mem::take(&mut self.passing) {
            return;
        }
        if at.len() > MAX_RECORD {
            return block.pieces.push(Piece::Bad(line, too_long()));
        }
        let bytes = &text[at.clone()];
        let value = match bytes {
            [b'{', .., b'}'] => 0..bytes.len(),
            _ => {
                let value = bare(bytes);
                self.frames.around(bytes, value.clone());
                value
            }
        };
        if !value.is_empty() {
            let at = at.start + value.start..at.start + value.end;
            block.pieces.push(Piece::Object { at, line, is_row: false });
        }
    }

    /// What is wrong at the end of the stream, once.
    fn end(&mut self) -> Option<(u64, String)> {
        match self.ended.replace(Ok(()))? {
            Err(error) => {
                // Nobody asks what a stream that failed leaves open.
                self.frames.end();
                Some((self.frames.line + 1, failed(&error)))
            }
            Ok(()) => self.frames.end().map(|(line, why)| (line + 1, why.into())),
        }
    }
}

/// Where in a line its value is, without what stands around it in an array.
pub(super) fn bare(line: &[u8]) -> Range<usize> {
    let begin = line.len() - line.trim_ascii_start().len();
    let end = begin + line.trim_ascii().len();
    let trimmed = &line[begin..end];
    let begin = match trimmed.iter().position(|byte| !matches!(byte, b'[' | b',' | b' ' | b'\t')) {
        Some(start) if trimmed[start] == b'{' => begin + start,
        Some(_) if !trimmed.iter().all(|byte| matches!(byte, b']' | b',' | b'[' | b' ')) => begin,
        _ => return line.len()..line.len(),
    };
    let value = &line[begin..end];
    let length = value.iter().rposition(|byte| !matches!(byte, b']' | b',' | b' ' | b'\t')).map_or(0, |at| at + 1);
    if value[..length].ends_with(b"}") { begin..begin + length } else { begin..end }
}
