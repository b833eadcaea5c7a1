//! One exported file, read from its beginning to its end: its records, and what has to be said of them.

use std::sync::Arc;

use super::dates::Dates;
use super::records::{Next, Records};
use super::remarks::{Remark, Remarks, Wanted};
use crate::decode::Order;
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
    records: Records,
    dates: Option<Dates>,
    remarks: Remarks,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("line", &self.line()).finish_non_exhaustive()
    }
}

impl Reader {
    /// Opens a file and finds out how it is packed and laid out.
    ///
    /// # Errors
    /// When it cannot be opened. A file that is no export is no error: it is an unread line.
    pub fn open(source: &FileRef) -> Result<Self, Error> {
        Ok(Self { records: Records::open(source)?, dates: None, remarks: Remarks::new(None) })
    }

    /// The same, for someone who wants these records.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_for(source: &FileRef, wanted: &Arc<Wanted>) -> Result<Self, Error> {
        let mut reader = Self::open(source)?;
        reader.records.want(wanted.family);
        reader.dates = Some(Dates::new(source.clone(), Arc::clone(wanted)));
        reader.remarks = Remarks::new(Some(Arc::clone(wanted)));
        Ok(reader)
    }

    /// The next record, whose JSON replaces what is in `record`; `None` at the end.
    pub fn next(&mut self, record: &mut Vec<u8>) -> Option<Item> {
        loop {
            match self.records.next(record)? {
                Next::Other(what) => self.remarks.other(what),
                Next::Unread(line, why) => return Some(Item::Unread { line, why }),
                Next::Record(family) => {
                    self.remarks.record(family, self.records.bare(), record);
                    if let Some(dates) = &mut self.dates {
                        dates.see(self.records.dates());
                    }
                    return Some(Item::Record(family));
                }
            }
        }
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

    /// Whether what was read so far is a page, or has one in it, that names a next page.
    pub fn is_linked(&self) -> bool {
        self.records.is_linked()
    }

    /// The line on which the record given last begins.
    pub fn line(&self) -> u64 {
        self.records.line()
    }
}
