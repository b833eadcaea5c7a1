//! Understands the blocks of files: which records are in them, and what has to be said of them.

use std::sync::Arc;

use super::dates::Dates;
use super::framing::Block;
use super::records::{Next, Records};
use super::remarks::{Remarks, Wanted};
use crate::decode::{Order, Outline, Shows, Text, shows};
use crate::table::Family;

/// What a block holds at one place.
#[derive(Debug)]
pub enum Sorted<'b> {
    /// A record, and where its members are.
    Record(Family, u64, Text<'b>, &'b Outline),
    /// Something that cannot be read: the line that it begins on, and why not, in one clause.
    Unread(u64, String),
    /// What comes first in the dates of these members, in the records that follow.
    Orders(Vec<(String, Order)>),
}

/// A block holds dates of which something has to be known from the blocks before it: they have to be read in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InTurn;

/// Understands blocks, of one file or of many.
pub struct Sorter {
    records: Records,
    wanted: Arc<Wanted>,
}

impl std::fmt::Debug for Sorter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sorter").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl Sorter {
    /// One for someone who wants these records.
    pub fn new(wanted: &Arc<Wanted>) -> Self {
        let mut records = Records::default();
        records.want(wanted.family);
        Self { records, wanted: Arc::clone(wanted) }
    }

    /// Gives what is in a block to `each`, in order. Gives back what has to be said of it, and whether a page in it names a
    /// next one.
    ///
    /// # Errors
    /// When it has to be read in turn, and `dates`, what is known from the blocks before it, is not there. What was given to
    /// `each` by then is not to be used.
    pub fn sort(
        &mut self,
        block: &Block,
        mut dates: Option<&mut Dates>,
        each: &mut dyn FnMut(Sorted<'_>),
    ) -> Result<(Remarks, bool), InTurn> {
        let text = Text::new(&block.text);
        let mut remarks = Remarks::new(Some(Arc::clone(&self.wanted)));
        self.records.begin(block);
        while let Some(next) = self.records.next(block, text) {
            match next {
                Next::Other(what) => remarks.other(what),
                Next::Unread(line, why) => each(Sorted::Unread(line, why)),
                Next::Record(family) => {
                    let bare = self.records.bare();
                    remarks.record(family, bare, self.records.record(text));
                    match &mut dates {
                        Some(dates) => {
                            dates.see(self.records.dates());
                            if let Some(orders) = dates.news() {
                                let orders = orders.map(|(name, order)| (name.to_owned(), order));
                                each(Sorted::Orders(orders.collect()));
                            }
                        }
                        None if self.has_dates() => return Err(InTurn),
                        None => {}
                    }
                    let (record, outline) = self.records.record(text);
                    each(Sorted::Record(family, self.records.line(), record, outline));
                }
            }
        }
        Ok((remarks, self.records.is_linked()))
    }

    /// Whether the record found last has dates of which the order of their numbers has to be known.
    fn has_dates(&self) -> bool {
        let dates = self.records.dates();
        dates.iter().any(|(name, text)| {
            self.wanted.is_time(name) && matches!(shows(text), Some(Shows::This(_) | Shows::Either(_)))
        })
    }
}
