//! Cuts a file of rows into pieces. A line end inside of quotes ends no row, so where there are quotes, rows are found as they
//! are when they are read.

use super::Rows;
use super::records::{Piece, Records};
use crate::logs::pieces::{ByEnds, Cut, Ends, Pieces};

pub(super) struct RowPieces {
    layout: Rows,
    wanted: Vec<usize>,
    ends: Ends,
    /// Finds rows; gives none.
    records: Records,
    is_heading_due: bool,
}

impl RowPieces {
    /// For a file that begins so, if it can be cut.
    pub(super) fn new(layout: Rows, wanted: &[usize], head: &[u8]) -> Option<Self> {
        let (ends, records) = (Ends::of(head)?, Records::from(layout.shape.delimiter, 1, 0));
        let is_heading_due = layout.has_heading;
        Some(Self { layout, wanted: wanted.to_vec(), ends, records, is_heading_due })
    }

    /// Bytes that are whole rows; whether the heading is among them is seen.
    fn rows(&mut self, bytes: &[u8], is_end: bool) -> ByEnds {
        if !self.is_heading_due && memchr::memchr(b'"', bytes).is_none() {
            return self.ends.cut(bytes, is_end);
        }
        let Self { layout, records, is_heading_due, .. } = self;
        let used = records.cut(bytes, is_end, &layout.shape, &mut |piece| {
            *is_heading_due &= !matches!(piece, Piece::Record(_));
        });
        match used {
            _ if is_end => ByEnds::Lines(bytes.len()),
            0 => self.ends.without(bytes),
            used => ByEnds::Lines(used),
        }
    }
}

impl Pieces for RowPieces {
    fn cut(&mut self, bytes: &[u8], is_end: bool) -> Cut {
        if let Some(passed) = self.ends.passed(bytes) {
            return Cut::Passed(passed);
        }
        let (is_heading_due, unclosed) = (self.is_heading_due, self.records.unclosed());
        match self.rows(bytes, is_end) {
            ByEnds::More => Cut::More,
            ByEnds::Passed(passed) => Cut::Passed(passed),
            ByEnds::Lines(end) => {
                let delimiter = self.layout.shape.delimiter;
                let records = Records::from(delimiter, self.ends.count(&bytes[..end]), unclosed);
                self.records.go_to(self.ends.line);
                Cut::Piece(end, Box::new(self.layout.row_reader(records, &self.wanted, is_heading_due)))
            }
        }
    }
}
