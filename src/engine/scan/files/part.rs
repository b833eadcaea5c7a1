//! What is made of a block of a file: rows, and what is to be said of it. Blocks are worked on by many threads at once.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::{FileScan, Pass, Read};
use crate::decode::{self, Conflict, Outline, RecordDecoder, Strange, Text};
use crate::engine::scan::declared::declared;
use crate::engine::scan::keys::Key;
use crate::engine::scan::page_stats::Marks;
use crate::exports::{Block, Dates, InTurn, Remarks, Sorted, Sorter, Wanted};
use crate::table::{Column, EntitySet, Family};

/// What was made of a block.
pub(super) struct Part {
    pub(super) read: Read,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) strange: Strange,
    /// What could not be read: how often, and the first of it.
    pub(super) unread: u64,
    pub(super) first: Option<(u64, String)>,
    pub(super) remarks: Remarks,
    pub(super) linked: bool,
    /// The kinds of records in it.
    pub(super) families: BTreeSet<Family>,
    /// Bytes of the table's records.
    pub(super) bytes: u64,
}

/// Makes parts of blocks.
pub(super) struct Worker {
    scan: Arc<FileScan>,
    pass: Arc<Pass>,
    sorter: Sorter,
    rows: RecordDecoder,
    /// The rows have the columns of the answer.
    wide: bool,
    evidence: Option<RecordDecoder>,
}

/// Workers that rest. What one has learned of the names in a file serves it for the next block.
pub(super) struct Workers {
    pub(super) scan: Arc<FileScan>,
    pass: Arc<Pass>,
    pub(super) wanted: Arc<Wanted>,
    resting: Mutex<Vec<Worker>>,
}

impl Workers {
    pub(super) fn new(scan: Arc<FileScan>, pass: Arc<Pass>, wanted: Arc<Wanted>) -> Self {
        Self { scan, pass, wanted, resting: Mutex::default() }
    }

    /// Makes a part of a block.
    ///
    /// # Errors
    /// When it has to be read in turn; the block comes back.
    pub(super) fn part(&self, block: Block) -> Result<Part, Block> {
        let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut worker = resting.unwrap_or_else(|| self.worker());
        let part = worker.part(&block, None);
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        part.map_err(|InTurn| block)
    }

    /// One who keeps to a file whose blocks are read in turn.
    pub(super) fn worker(&self) -> Worker {
        let (scan, pass) = (&self.scan, &self.pass);
        let wide = pass.wide.as_ref().filter(|wide| wide.is_wanted());
        Worker {
            scan: Arc::clone(scan),
            pass: Arc::clone(pass),
            sorter: Sorter::new(&self.wanted),
            rows: decoder(scan.set, wide.map_or(&pass.columns, |wide| wide.columns())),
            wide: wide.is_some(),
            evidence: pass.evidence.as_ref().map(|columns| RecordDecoder::lenient(columns, key(scan.set))),
        }
    }
}

fn key(set: &EntitySet) -> &'static Column {
    set.column(set.key).expect("every table declares its key")
}

fn decoder(set: &'static EntitySet, columns: &[&'static Column]) -> RecordDecoder {
    RecordDecoder::lenient(columns, key(set)).noticing(declared(set))
}

impl Worker {
    /// Makes a part of a block; `dates` are those that are known from the blocks before it.
    pub(super) fn part(&mut self, block: &Block, dates: Option<&mut Dates>) -> Result<Part, InTurn> {
        self.narrow();
        let Self { scan, pass, sorter, rows, wide: _, evidence } = self;
        let mut taking = Taking::new(scan.set.family, pass.keys.is_some(), rows, evidence.as_mut());
        let sorted = sorter.sort(block, dates, &mut |sorted| taking.take(sorted));
        let Taking { prints, orders, unread, first, families, bytes, .. } = taking;
        // What is left of a block that was given up is not used.
        let decode::Batch { rows, conflicts, strange } = self.rows.finish();
        let evidence = self.evidence.as_mut().map(|evidence| evidence.finish().rows);
        let (remarks, linked) = sorted?;
        let keys = self.keys(&rows);
        let read = Read { rows, prints, keys, evidence, orders, words: Vec::new() };
        Ok(Part { read, conflicts, strange, unread, first, remarks, linked, families, bytes })
    }

    /// Reads keys alone from now on, if nobody wants the columns of the answer any more. That the orders of dates are
    /// forgotten does no harm: no key is a date.
    fn narrow(&mut self) {
        if self.wide && !self.pass.wide.as_ref().is_some_and(|wide| wide.is_wanted()) {
            (self.rows, self.wide) = (decoder(self.scan.set, &self.pass.columns), false);
        }
    }

    /// What tells records apart, if that is asked for.
    fn keys(&self, rows: &arrow::array::RecordBatch) -> Vec<Option<Key>> {
        let Some(keys) = &self.pass.keys else { return Vec::new() };
        let marks = Marks::of(self.scan.set, rows);
        (0..rows.num_rows()).map(|row| keys.of(&marks, row)).collect()
    }
}

/// Takes the records of a block.
struct Taking<'w> {
    family: Family,
    numbered: bool,
    rows: &'w mut RecordDecoder,
    evidence: Option<&'w mut RecordDecoder>,
    prints: Vec<u64>,
    orders: Vec<Order>,
    unread: u64,
    first: Option<(u64, String)>,
    families: BTreeSet<Family>,
    /// The kind of the record before.
    last: Option<Family>,
    bytes: u64,
}

impl<'w> Taking<'w> {
    fn new(
        family: Family,
        numbered: bool,
        rows: &'w mut RecordDecoder,
        evidence: Option<&'w mut RecordDecoder>,
    ) -> Self {
        let (prints, orders, families) = (Vec::new(), Vec::new(), BTreeSet::new());
        let (first, last) = (None, None);
        Self { family, numbered, rows, evidence, prints, orders, unread: 0, first, families, last, bytes: 0 }
    }

    fn take(&mut self, sorted: Sorted<'_>) {
        match sorted {
            Sorted::Unread(line, why) => self.count(line, why),
            Sorted::Orders(orders) => {
                let orders = || orders.iter().map(|(name, order)| (name.as_str(), *order));
                self.rows.set_orders(orders());
                self.evidence.iter_mut().for_each(|evidence| evidence.set_orders(orders()));
            }
            Sorted::Record(family, line, record, outline) => {
                if self.last != Some(family) {
                    self.families.insert(family);
                    self.last = Some(family);
                }
                if family == self.family {
                    self.record(line, record, outline);
                }
            }
        }
    }

    fn record(&mut self, line: u64, record: Text<'_>, outline: &Outline) {
        self.bytes += record.bytes().len() as u64;
        if let Err(error) = self.rows.append_traced(record, outline) {
            return self.count(line, error.to_string());
        }
        // What tells the record from its copies, if there may be some and they do not all count.
        if self.numbered {
            self.prints.push(decode::bytes_hash(record.bytes()));
        }
        if let Some(evidence) = &mut self.evidence {
            // What is a record for the table's columns is one for these.
            evidence.append_traced(record, outline).expect("the same bytes have been read as a record");
            self.orders.push(order(record.bytes()));
        }
    }

    fn count(&mut self, line: u64, why: String) {
        self.unread += 1;
        self.first.get_or_insert((line, why));
    }
}

/// How much a record says, whatever the table; then a number for its bytes, which means nothing and is the same on every
/// machine.
pub(crate) type Order = (usize, u64);

fn order(record: &[u8]) -> Order {
    let mut hasher = DefaultHasher::new();
    hasher.write(record);
    (decode::weight(record), hasher.finish())
}
