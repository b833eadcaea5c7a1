//! Exported audit logs: files in, records out, whatever shape and packing they come in.
//!
//! A record is told by what is in it, never by the name of its file: Management API records, Search-UnifiedAuditLog rows,
//! Graph sign-ins and directory audits, Log Analytics rows and diagnostic envelopes may lie in one folder, or in one file.
//! Files are streamed; one record at a time is in memory. What cannot be read costs itself alone: it is given out as
//! [`Item::Unread`] with its line, and reading goes on behind it.

mod archive;
mod cut;
mod dates;
mod envelopes;
mod fields;
mod inputs;
mod json;
mod kinds;
mod open;
mod recognise;
mod remarks;
mod rows;
mod stamp;
mod utf16;

use std::collections::VecDeque;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;

use crate::decode::{self, Order};
use crate::table::Family;

pub use archive::Entry;
pub use fields::first_rows;
pub use inputs::{Part, Skipped, Source, Sources, sources};
pub use remarks::{Instead, Remark, Wanted};
pub use stamp::Stamp;

use dates::Dates;
use envelopes::Held;
use json::Splitter;
use recognise::{Found, Recogniser};
use remarks::Remarks;
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
    /// A folder or an archive holds no file that is named like an export.
    #[error("{} holds no export: .json, .ndjson, .jsonl or .csv, also as .gz, .zst or .zip", path.display())]
    Empty {
        /// The folder or archive.
        path: PathBuf,
    },
    /// Something that has its bytes once, or has none.
    #[error("{} is {kind}, and what is asked has to be a file", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// A file that only a spreadsheet program reads.
    #[error("{} is a spreadsheet", path.display())]
    Spreadsheet {
        /// The path.
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
    waiting: VecDeque<Held>,
    line: u64,
    /// A reply on a line of its own names a next page.
    linked: bool,
    recogniser: Recogniser,
    dates: Option<Dates>,
    remarks: Remarks,
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
        Ok(Self {
            pieces,
            waiting: VecDeque::new(),
            line: 1,
            linked: false,
            recogniser: Recogniser::default(),
            dates: None,
            remarks: Remarks::new(None),
        })
    }

    /// The same, for someone who wants these records.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_for(source: &Source, wanted: &Arc<Wanted>) -> Result<Self, Error> {
        let mut reader = Self::open(source)?;
        reader.dates = Some(Dates::new(source.clone(), Arc::clone(wanted)));
        reader.remarks = Remarks::new(Some(Arc::clone(wanted)));
        Ok(reader)
    }

    /// The next record, whose JSON replaces what is in `record`; `None` at the end.
    pub fn next(&mut self, record: &mut Vec<u8>) -> Option<Item> {
        loop {
            let is_row = match self.waiting.pop_front().map(Held::object) {
                Some(Ok(next)) => {
                    *record = next;
                    false
                }
                Some(Err(why)) => return Some(Item::Unread { line: self.line, why }),
                None => match self.piece(record)? {
                    Piece::Object(line) => {
                        self.line = line;
                        self.take_heading()
                    }
                    Piece::Bad(line, why) => return Some(Item::Unread { line, why }),
                },
            };
            match self.recogniser.look(record, is_row) {
                Ok(Found::Record(family)) => return Some(self.found(family, record)),
                Ok(Found::Inner(family, inner)) => {
                    *record = inner;
                    return Some(self.found(family, record));
                }
                Ok(Found::Many(held)) => {
                    self.linked |= decode::names_next_page(record);
                    self.waiting.extend(held);
                }
                Ok(Found::Other(what)) => self.remarks.other(what),
                Err(why) => match self.several(record) {
                    Some(pieces) => self.waiting.extend(pieces),
                    None => return Some(Item::Unread { line: self.line, why }),
                },
            }
        }
    }

    /// Notes what there is to say of a record.
    fn found(&mut self, family: Family, record: &[u8]) -> Item {
        self.remarks.record(family, self.recogniser.last.bare.take(), record);
        if let Some(dates) = &mut self.dates {
            dates.see(&self.recogniser.last.dates);
        }
        Item::Record(family)
    }

    /// Whether the piece read last is made of a row's fields, whose columns are known then.
    fn take_heading(&mut self) -> bool {
        let Pieces::Rows(rows) = &self.pieces else { return false };
        if self.recogniser.needs_heading() {
            self.recogniser.set_heading(rows.names());
        }
        rows.is_of_fields()
    }

    /// Which of day and month comes first in the dates of some members, if something new is known of it.
    pub fn orders(&mut self) -> Option<impl Iterator<Item = (&str, Order)>> {
        self.dates.as_mut().and_then(Dates::news)
    }

    /// What has to be said of the file so far; some of it is known `at_end` only.
    pub fn remarks(&self, at_end: bool) -> Vec<Remark> {
        let mut remarks = self.remarks.list(at_end);
        remarks.extend(self.dates.as_ref().and_then(Dates::remark));
        remarks
    }

    /// Members of the record read last that may be dates.
    fn dates(&self) -> &[(String, String)] {
        &self.recogniser.last.dates
    }

    /// The records of a line that is no object, but holds some.
    fn several(&self, record: &[u8]) -> Option<Vec<Held>> {
        let is_line = matches!(self.pieces, Pieces::Json(_)) && decode::members(record).is_err();
        let pieces = is_line.then(|| json::several(record)).flatten()?;
        Some(pieces.into_iter().map(|piece| piece.map_or_else(Held::Bad, Held::Object)).collect())
    }

    /// Whether what was read so far is a page, or has one in it, that names a next page.
    pub fn is_linked(&self) -> bool {
        self.linked || matches!(&self.pieces, Pieces::Json(splitter) if splitter.is_linked())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a file of this text gives: ids of records, and why the rest could not be read.
    fn read(name: &str, text: impl AsRef<[u8]>) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut reader = Reader::open(&Source::whole(path)).unwrap();
        let mut record = Vec::new();
        let mut all = Vec::new();
        while let Some(item) = reader.next(&mut record) {
            all.push(match item {
                Item::Record(_) => {
                    let value: serde_json::Value = serde_json::from_slice(&record).unwrap();
                    value["Id"].as_str().unwrap().to_owned()
                }
                Item::Unread { line, why } => format!("{line}: {why}"),
            });
        }
        all
    }

    /// Text in which each letter in capitals stands for a record of that id.
    fn filled(text: &str) -> String {
        let record = |letter| format!("{{\"Id\":\"{letter}\",\"CreationTime\":\"x\",\"Operation\":\"y\"}}");
        text.chars().map(|c| if c.is_ascii_uppercase() { record(c) } else { c.to_string() }).collect()
    }

    #[test]
    fn an_array_that_is_cut_between_records_is_not_whole() {
        for (text, line) in [("[A,B", 1), ("[A", 1), ("[A,\nB,\n", 3), ("[\nA,\nB,\n", 4), ("[A,\n B, C", 2)] {
            let items = read("a.json", filled(text));
            assert_eq!(items.last().unwrap(), &format!("{line}: the array is not closed"), "{text}");
            assert_eq!(items.len(), 1 + text.chars().filter(char::is_ascii_uppercase).count(), "{text}");
        }
        let value: serde_json::Value = serde_json::from_str(&filled("[A,B,C]")).unwrap();
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        assert_eq!(read("a.json", &pretty), ["A", "B", "C"], "{pretty}");
        let cut = pretty.strip_suffix(']').unwrap();
        assert!(read("a.json", cut)[3].ends_with("the array is not closed"), "{cut}");
    }

    #[test]
    fn what_is_no_object_in_a_batch_costs_itself() {
        for text in ["{\"records\":[A,null,B]}", "{\"records\":\n[A,null,B]\n}", "[A,null,B]"] {
            let items = read("a.json", filled(text));
            assert_eq!((items.len(), items[0].as_str(), items[2].as_str()), (3, "A", "B"), "{text}: {items:?}");
        }
    }

    #[test]
    fn lines_of_several_records_give_all_of_them() {
        for (text, expected) in [
            ("[A,B]\n[C]\n[D,E]\n", "ABCDE"),
            ("[A]\n[B,C]\n", "ABC"),
            ("[A,\nB,C]", "ABC"),
            ("A\nB C\n", "ABC"),
            ("[A,B]\n[C,D]\n", "ABCD"),
        ] {
            assert_eq!(read("a.json", filled(text)).concat(), expected, "{text}");
        }
        let items = read("a.json", filled("A\n[B,{\"x\":,C]\nD"));
        assert_eq!((items.len(), items[1].as_str(), items[3].as_str()), (4, "B", "D"), "{items:?}");
    }
}
