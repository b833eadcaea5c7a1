//! Cuts an event log into runs of chunks, which are read side by side.
//!
//! A chunk can be read for itself. What it has to be told is the number of its first record in the file, so the records of those
//! before it are counted here, by their headers. A chunk in which these do not say how many it is going to be is read for its
//! number: damage costs time, and changes no number.

use evtx::EvtxChunkData;

use super::chunks::{CHUNK, CHUNK_SIZE, Chunks, FILE, HEADER_SIZE, is_unused};
use crate::logs::{Cut, Pieces, Reader};

/// Where records begin in a chunk.
const RECORDS: usize = 512;
/// What a record begins with.
const RECORD: &[u8] = b"**\0\0";
/// The smallest record: its header and its end.
const SMALLEST: usize = 28;
/// A time above it, in intervals of 100 ns since 1601, may be none: the year 9999.
const LATEST: u64 = 2_650_000_000_000_000_000;

/// The pieces of a file.
pub(super) struct ChunkPieces<R> {
    is_begun: bool,
    /// Records in the pieces so far.
    number: u64,
    /// Makes the reader of a piece.
    reader: R,
}

impl<R: FnMut(Chunks) -> Box<dyn Reader> + Send> ChunkPieces<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { is_begun: false, number: 0, reader }
    }
}

impl<R: FnMut(Chunks) -> Box<dyn Reader> + Send> Pieces for ChunkPieces<R> {
    fn cut(&mut self, bytes: &[u8], is_end: bool) -> Cut {
        let header = if self.is_begun || bytes.starts_with(CHUNK) { 0 } else { HEADER_SIZE };
        let whole = bytes.len().saturating_sub(header) / CHUNK_SIZE * CHUNK_SIZE;
        if whole == 0 && !is_end {
            return Cut::More;
        }
        let chunks = if self.is_begun { Chunks::behind(self.number) } else { Chunks::default() };
        if is_end {
            return Cut::Piece(bytes.len(), (self.reader)(chunks));
        }
        self.number += u64::from(header > 0 && !bytes.starts_with(FILE));
        self.number += bytes[header..header + whole].chunks(CHUNK_SIZE).map(told).sum::<u64>();
        self.is_begun = true;
        Cut::Piece(header + whole, (self.reader)(chunks))
    }
}

/// How many records are told of a whole chunk.
fn told(chunk: &[u8]) -> u64 {
    if is_unused(chunk) {
        return 0;
    }
    declared(chunk).unwrap_or_else(|| {
        let mut chunks = Chunks::behind(0);
        chunks.feed(chunk, &mut |_, _| {});
        chunks.number()
    })
}

/// How many records a chunk has by its header, if that is beyond doubt: its checksums are right, and so many records follow
/// one another up to its end.
fn declared(chunk: &[u8]) -> Option<u64> {
    let data = EvtxChunkData::new(chunk.to_vec(), false).ok().filter(EvtxChunkData::validate_checksum)?;
    let header = &data.header;
    let (first, last) = (header.first_event_record_number, header.last_event_record_number);
    let declared = last.checked_sub(first)?.checked_add(1)?;
    let end = usize::try_from(header.free_space_offset).ok()?.min(chunk.len());
    let (mut at, mut found) = (RECORDS, 0);
    while at < end {
        let record = chunk.get(at..at + SMALLEST)?;
        let word = |at: usize| record[at..at + 8].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let size = usize::try_from(word(4) & u64::from(u32::MAX)).ok()?;
        let is_sound = record.starts_with(RECORD) && size >= SMALLEST && at + size <= chunk.len() && word(16) < LATEST;
        if !is_sound {
            return None;
        }
        found += 1;
        if word(8) == header.last_event_record_id {
            break;
        }
        at += size;
    }
    (found == declared).then_some(found)
}
