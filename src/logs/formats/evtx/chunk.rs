//! A chunk: what its header says, and its records, as the `evtx` crate reads them.

use std::sync::Arc;

use evtx::err::EvtxError;
use evtx::{ChunkFlags, EvtxChunkData, EvtxChunkHeader, EvtxRecord, ParserSettings};
use evtx::{RenderedChunk, RenderedChunkItem};

use super::chunks::{CHUNK_SIZE, Found, Place, RECORDS, SMALLEST, Written};
use super::unnamed;

/// What the header of a chunk says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    /// Of its first record, unless the numbers are damaged.
    pub(super) first: Option<u64>,
    /// How many records it has.
    expected: usize,
    /// Its checksums are right.
    is_sound: bool,
}

/// How events are written.
pub(super) fn settings() -> ParserSettings {
    ParserSettings::new().indent(false).num_threads(1)
}

impl Chunk {
    /// What the header of a chunk says; `None`, if it is none.
    pub(super) fn of(chunk: &[u8]) -> Option<Self> {
        let header = EvtxChunkHeader::from_bytes(chunk).ok()?;
        let (first, last) = (header.first_event_record_number, header.last_event_record_number);
        let expected = last.checked_sub(first).map_or(0, |more| more.saturating_add(1));
        let expected = usize::try_from(expected).map_or(MOST, |expected| expected.min(MOST));
        let is_forward = header.first_event_record_id <= header.last_event_record_id;
        let first = is_forward.then_some(header.first_event_record_id);
        Some(Self { first, expected, is_sound: is_sound(&header, chunk) })
    }

    /// Has the records told, and then those that are not found.
    pub(super) fn check(
        self,
        place: &mut Place,
        each: &mut dyn FnMut(u64, Found<'_>),
        records: impl FnOnce(&mut Place, &mut dyn FnMut(u64, Found<'_>)),
    ) {
        let before = place.number;
        records(place, each);
        let found = usize::try_from(place.number - before).unwrap_or(MOST);
        for _ in found..self.expected {
            place.tell(Found::Bad("the record is missing in its chunk"), each);
        }
        if !self.is_sound && found >= self.expected {
            // Its records are there, but one of their values may not be what it was.
            let why = "the checksum of a chunk is wrong: values of its records may be damaged";
            place.tell(Found::Bad(why), each);
        }
    }
}

/// Records that there can be in a chunk.
const MOST: usize = CHUNK_SIZE / SMALLEST;

/// Tells the records of a chunk that was read with others.
pub(super) fn together(found: &RenderedChunk, chunk: &[u8], place: &mut Place, each: &mut dyn FnMut(u64, Found<'_>)) {
    // That all of it is text is found out at once; where it is not, each record is asked.
    let text = simdutf8::basic::from_utf8(&found.data).ok();
    let mut begin = 0;
    for item in found.items.iter().take(MOST + 1) {
        let told = match item {
            RenderedChunkItem::Record { event_record_id: id, end } => {
                // A line end stands behind each.
                let json = match text {
                    Some(text) => text.get(begin..end - 1),
                    None => found.data.get(begin..end - 1).and_then(|json| std::str::from_utf8(json).ok()),
                };
                begin = *end;
                json.map(|json| Found::Event { json, written: Written::In { chunk, id: *id } })
            }
            RenderedChunkItem::Failed(EvtxError::FailedToParseChunk { .. }) => Some(Found::Bad("the chunk is damaged")),
            RenderedChunkItem::Failed(_) => None,
        };
        place.tell(told.unwrap_or(Found::Bad(DAMAGED)), each);
    }
}

/// Tells the records of a chunk of which the JSON may lack something.
pub(super) fn apart(chunk: Vec<u8>, place: &mut Place, each: &mut dyn FnMut(u64, Found<'_>)) {
    let Ok(mut data) = EvtxChunkData::new(chunk, false) else { return };
    let Ok(mut parsed) = data.parse(Arc::new(settings())) else {
        return place.tell(Found::Bad("the chunk is damaged"), each);
    };
    for record in parsed.iter().take(MOST + 1) {
        match record.and_then(json) {
            Ok((json, written)) => place.tell(Found::Event { json: &json, written: Written::At(written) }, each),
            Err(_) => place.tell(Found::Bad(DAMAGED), each),
        }
    }
}

/// What is said of a record that cannot be read.
const DAMAGED: &str = "the record is damaged";

/// An event as JSON with all its data, and when it was written.
fn json(record: EvtxRecord<'_>) -> Result<(String, i64), EvtxError> {
    let xml = record.clone();
    let read = record.into_json()?;
    let written = read.timestamp.as_microsecond();
    // Data of which none has a name are all there.
    if read.data.contains("\"Data\":{\"#text\":") {
        return Ok((read.data, written));
    }
    let xml = xml.into_xml()?;
    Ok((unnamed::completed(&read.data, &xml.data).into_owned(), written))
}

/// Whether the checksums of a chunk are right, if it has some.
pub(super) fn is_sound(header: &EvtxChunkHeader, chunk: &[u8]) -> bool {
    let is_right = || {
        let mut own = [0; 120 + 384];
        own[..120].copy_from_slice(chunk.get(..120)?);
        own[120..].copy_from_slice(chunk.get(128..RECORDS)?);
        let records = chunk.get(RECORDS..usize::try_from(header.free_space_offset).ok()?)?;
        let sums = (evtx::checksum_ieee(&own), evtx::checksum_ieee(records));
        Some(sums == (header.header_chunk_checksum, header.events_checksum))
    };
    header.flags.contains(ChunkFlags::NO_CRC32) || is_right().unwrap_or_default()
}
