//! Exported audit logs: files in, records out, whatever shape and packing they come in.
//!
//! A record is told by what is in it, never by the name of its file: Management API records, Search-UnifiedAuditLog rows,
//! Graph sign-ins and directory audits, Log Analytics rows and diagnostic envelopes may lie in one folder, or in one file.
//! Files are streamed; one record at a time is in memory. What cannot be read costs itself alone: it is given out as
//! [`Item::Unread`] with its line, and reading goes on behind it.

mod cut;
mod inputs;
mod json;
mod open;
mod recognise;
mod rows;
mod utf16;

use std::collections::VecDeque;
use std::io::BufRead;
use std::path::PathBuf;

use crate::table::Family;

pub use inputs::{Source, sources};

use json::Splitter;
use recognise::{Found, recognise};
use rows::Rows;

/// The largest record. Real ones stay below a megabyte.
const MAX_RECORD: usize = 64 << 20;

/// Why files cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file or folder, or a pattern matches nothing.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The path or pattern.
        path: PathBuf,
    },
    /// A folder holds no file that is named like an export.
    #[error("the folder {} holds no export: .json, .ndjson, .jsonl or .csv, also as .gz, .zst or .zip", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A path is no pattern.
    #[error("{} is no pattern of files", path.display())]
    Pattern {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: glob::PatternError,
    },
    /// A file or folder cannot be opened.
    #[error("{} cannot be opened", path.display())]
    Open {
        /// The path.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}

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

/// One file, read from its beginning to its end.
pub struct Reader {
    pieces: Pieces,
    /// Records of a piece that holds several.
    waiting: VecDeque<Vec<u8>>,
    line: u64,
}

enum Pieces {
    Json(Splitter<Box<dyn BufRead + Send>>),
    Rows(Box<Rows>),
    /// Neither was found; it is said once.
    Strange(Option<String>),
}

/// A candidate for a record, or why there is none.
enum Piece {
    /// In the buffer that was given, beginning on this line.
    Object(u64),
    Bad(u64, String),
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("line", &self.line).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a file and finds out how it is packed and laid out.
    ///
    /// # Errors
    /// When it cannot be opened. A file that is no export is no error: it is an unread line.
    pub fn open(source: &Source) -> Result<Self, Error> {
        let mut input = open::open(source)?;
        let pieces = match open::layout(&mut *input) {
            Ok(open::Layout::Json { lines }) => Pieces::Json(Splitter::new(input, lines)),
            Ok(open::Layout::Rows { delimiter }) => Pieces::Rows(Box::new(Rows::new(input, delimiter))),
            Ok(open::Layout::Empty) => Pieces::Strange(None),
            Ok(open::Layout::Other) => Pieces::Strange(Some("it is neither JSON nor CSV".into())),
            Err(error) => Pieces::Strange(Some(format!("it cannot be unpacked: {error}"))),
        };
        Ok(Self { pieces, waiting: VecDeque::new(), line: 1 })
    }

    /// The next record, whose JSON replaces what is in `record`; `None` at the end.
    pub fn next(&mut self, record: &mut Vec<u8>) -> Option<Item> {
        loop {
            if let Some(next) = self.waiting.pop_front() {
                *record = next;
            } else {
                match self.piece(record)? {
                    Piece::Object(line) => self.line = line,
                    Piece::Bad(line, why) => return Some(Item::Unread { line, why }),
                }
            }
            match recognise(record) {
                Ok(Found::Record(family)) => return Some(Item::Record(family)),
                Ok(Found::Inner(family, inner)) => {
                    *record = inner;
                    return Some(Item::Record(family));
                }
                Ok(Found::Many(records)) => self.waiting.extend(records),
                Err(why) => return Some(Item::Unread { line: self.line, why }),
            }
        }
    }

    /// The line on which the record given last begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    fn piece(&mut self, record: &mut Vec<u8>) -> Option<Piece> {
        match &mut self.pieces {
            Pieces::Json(splitter) => splitter.next(record),
            Pieces::Rows(rows) => rows.next(record),
            Pieces::Strange(why) => why.take().map(|why| Piece::Bad(1, why)),
        }
    }
}
