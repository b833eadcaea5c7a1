//! Cuts an event log into runs of chunks, which are read side by side.
//!
//! A chunk can be read for itself. What it has to be told is the number of its first record in the file, so the records of those
//! before it are counted here, by their headers. A chunk in which these do not say how many it is going to be is read for its
//! number: damage costs time, and changes no number.

use evtx::EvtxChunkHeader;

use super::chunk::is_sound;
use super::chunks::{CHUNK, CHUNK_SIZE, Chunks, HEADER_SIZE, Place, RECORD, RECORDS, SMALLEST, counted, is_unused};
use crate::logs::{Cut, Pieces, Reader};

/// A time above it, in intervals of 100 ns since 1601, may be none: the year 9999.
const LATEST: u64 = 2_650_000_000_000_000_000;

/// The pieces of a file.
pub(super) struct ChunkPieces<R> {
    is_begun: bool,
    /// Behind the pieces so far.
    place: Place,
    /// Makes the reader of a piece.
    reader: R,
}

impl<R: FnMut(Chunks) -> Box<dyn Reader> + Send> ChunkPieces<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { is_begun: false, place: Place::default(), reader }
    }
}

impl<R: FnMut(Chunks) -> Box<dyn Reader> + Send> Pieces for ChunkPieces<R> {
    fn cut(&mut self, bytes: &[u8], is_end: bool) -> Cut {
        let header = if self.is_begun || bytes.starts_with(CHUNK) { 0 } else { HEADER_SIZE };
        // The last piece tells which chunks are missing: something is left for it.
        let whole = bytes.len().saturating_sub(header + 1) / CHUNK_SIZE * CHUNK_SIZE;
        if whole == 0 && !is_end {
            return Cut::More;
        }
        let chunks = if self.is_begun { Chunks::behind(self.place) } else { Chunks::default() };
        if is_end {
            return Cut::Piece(bytes.len(), (self.reader)(chunks));
        }
        if header > 0 {
            let count = counted(&bytes[..header]);
            self.place.counted = count.unwrap_or_default();
            self.place.number += u64::from(count.is_none());
        }
        for chunk in bytes[header..header + whole].chunks(CHUNK_SIZE) {
            let is_unused = is_unused(chunk);
            self.place.number += u64::from(self.place.pass(is_unused).is_some());
            self.place.number += if is_unused { 0 } else { told(chunk) };
        }
        self.is_begun = true;
        Cut::Piece(header + whole, (self.reader)(chunks.going_on()))
    }
}

/// How many records are told of a whole chunk that is in use.
fn told(chunk: &[u8]) -> u64 {
    declared(chunk).unwrap_or_else(|| {
        let mut chunks = Chunks::behind(Place::default()).going_on();
        chunks.feed(chunk, &mut |_, _| {});
        chunks.end(&mut |_, _| {});
        chunks.place().number
    })
}

/// How many records a chunk has by its header, if that is beyond doubt: its checksums are right, and so many records follow
/// one another up to its end.
fn declared(chunk: &[u8]) -> Option<u64> {
    let header = EvtxChunkHeader::from_bytes(chunk).ok().filter(|header| is_sound(header, chunk))?;
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
