//! The chunks of an event log, and the records in them.
//!
//! How many records a chunk has, its header says: those that are not found are told, each one. How many chunks are in use, the
//! header of the file says: what is empty or missing of them is told. A chunk that was never used is empty, as the files of a
//! log are made larger ahead of time; it stands behind all that are in use.
//! (source: <https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc>)

use std::sync::Arc;

use evtx::{EvtxChunkData, EvtxRecord, ParserSettings};

use super::unnamed;

/// What a file begins with, and what a chunk.
pub(super) const FILE: &[u8] = b"ElfFile\0";
pub(super) const CHUNK: &[u8] = b"ElfChnk\0";

pub(super) const HEADER_SIZE: usize = 4 << 10;
pub(super) const CHUNK_SIZE: usize = 64 << 10;
/// Where the header of a file says how many chunks are in use.
const COUNT: std::ops::Range<usize> = 42..44;
/// The smallest record: its header and its end.
const SMALLEST: u64 = 28;

/// What is found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// An event as JSON, and when the record was written, in microseconds UTC.
    Event { json: &'a str, written: i64 },
    /// A record or a chunk that cannot be read.
    Bad(&'static str),
}

/// Bytes up to the chunk that is not whole yet.
#[derive(Debug)]
pub(super) struct Chunks {
    held: Vec<u8>,
    /// The header of the file has been passed over.
    is_begun: bool,
    settings: Arc<ParserSettings>,
    place: Place,
    /// Others come behind these: what is missing, they tell.
    goes_on: bool,
}

/// How far a file has been read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Chunks so far, and how many the header of the file says are in use.
    seen: u16,
    pub(super) counted: u16,
    /// The last chunk was empty.
    is_behind: bool,
    /// Records told so far.
    pub(super) number: u64,
}

impl Place {
    /// Goes past a chunk; what there is to tell of its being empty, or of the ones before it.
    pub(super) fn pass(&mut self, is_unused: bool) -> Option<&'static str> {
        let is_counted = self.seen < self.counted;
        self.seen = self.seen.saturating_add(1);
        match (is_unused, is_counted) {
            (true, true) => Some("a chunk that the header of the file counts is empty"),
            (true, false) => {
                self.is_behind = true;
                None
            }
            (false, _) => std::mem::take(&mut self.is_behind).then_some("a chunk before one that is in use is empty"),
        }
    }
}

/// How many chunks are in use by the header of a file, unless it is damaged.
pub(super) fn counted(header: &[u8]) -> Option<u16> {
    let count = header.get(COUNT)?.first_chunk()?;
    header.starts_with(FILE).then(|| u16::from_le_bytes(*count))
}

impl Default for Chunks {
    fn default() -> Self {
        let settings = ParserSettings::new().indent(false).num_threads(1);
        Self {
            held: Vec::new(),
            is_begun: false,
            settings: Arc::new(settings),
            place: Place::default(),
            goes_on: false,
        }
    }
}

impl Chunks {
    /// Chunks behind others, from a place in a file.
    pub(super) fn behind(place: Place) -> Self {
        Self { is_begun: true, place, ..Self::default() }
    }

    /// The same, and others come behind them.
    pub(super) fn going_on(self) -> Self {
        Self { goes_on: true, ..self }
    }

    /// How far the file has been read.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(u64, Found<'_>)) {
        while !bytes.is_empty() {
            let size = if self.is_begun { CHUNK_SIZE } else { HEADER_SIZE };
            let (part, rest) = bytes.split_at(bytes.len().min(size - self.held.len()));
            self.held.extend_from_slice(part);
            bytes = rest;
            if self.held.len() < size {
                return;
            }
            if self.is_begun {
                let chunk = std::mem::take(&mut self.held);
                self.held = self.chunk(chunk, each);
                self.held.clear();
                continue;
            }
            self.is_begun = true;
            // A chunk without the file around it.
            if self.held.starts_with(CHUNK) {
                continue;
            }
            match counted(&self.held) {
                Some(count) => self.place.counted = count,
                None => self.tell(Found::Bad("the header of the file is damaged"), each),
            }
            self.held.clear();
        }
    }

    /// What is left of a chunk that is cut is read as far as it goes.
    pub(super) fn end(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        if self.held.is_empty() {
            return self.missing(each);
        }
        let mut rest = std::mem::take(&mut self.held);
        if !self.is_begun && !rest.starts_with(CHUNK) {
            return self.tell(Found::Bad("the header of the file is cut off"), each);
        }
        if is_unused(&rest) {
            return self.missing(each);
        }
        rest.resize(CHUNK_SIZE, 0);
        let before = self.place.number;
        self.chunk(rest, each);
        if self.place.number == before {
            self.tell(Found::Bad("the chunk is cut off"), each);
        }
        self.missing(each);
    }

    /// Tells of the chunks that are in use by the header, and are not there.
    fn missing(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        if self.goes_on {
            return;
        }
        for _ in self.place.seen..self.place.counted {
            self.tell(Found::Bad("a chunk that the header of the file counts is missing"), each);
        }
    }

    fn tell(&mut self, found: Found<'_>, each: &mut dyn FnMut(u64, Found<'_>)) {
        self.place.number += 1;
        each(self.place.number, found);
    }

    /// Reads a chunk; gives its bytes back, that they need not be allotted again.
    fn chunk(&mut self, chunk: Vec<u8>, each: &mut dyn FnMut(u64, Found<'_>)) -> Vec<u8> {
        let is_unused = is_unused(&chunk);
        if let Some(why) = self.place.pass(is_unused) {
            self.tell(Found::Bad(why), each);
        }
        if is_unused {
            return chunk;
        }
        let Ok(mut data) = EvtxChunkData::new(chunk, false) else {
            self.tell(Found::Bad("the header of a chunk is damaged"), each);
            return Vec::new();
        };
        let (is_sound, may_lack) = (data.validate_checksum(), unnamed::may_be(&data.data));
        let (first, last) = (data.header.first_event_record_number, data.header.last_event_record_number);
        let most = CHUNK_SIZE as u64 / SMALLEST;
        let expected = last.checked_sub(first).map_or(0, |more| more.saturating_add(1)).min(most);
        let before = self.place.number;
        let settings = self.settings.clone();
        match data.parse(settings) {
            Err(_) => self.tell(Found::Bad("the chunk is damaged"), each),
            Ok(mut parsed) => {
                for record in parsed.iter() {
                    match record.and_then(|record| json(record, may_lack)) {
                        Ok((json, written)) => self.tell(Found::Event { json: &json, written }, each),
                        Err(_) => self.tell(Found::Bad("the record is damaged"), each),
                    }
                    if self.place.number - before > most {
                        break;
                    }
                }
            }
        }
        let found = self.place.number - before;
        for _ in found..expected {
            self.tell(Found::Bad("the record is missing in its chunk"), each);
        }
        if !is_sound && found >= expected {
            // Its records are there, but one of their values may not be what it was.
            self.tell(Found::Bad("the checksum of a chunk is wrong: values of its records may be damaged"), each);
        }
        data.data
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }
}

/// An event as JSON with all its data, and when it was written.
fn json(record: EvtxRecord<'_>, may_lack: bool) -> Result<(String, i64), evtx::err::EvtxError> {
    let xml = may_lack.then(|| record.clone());
    let read = record.into_json()?;
    let written = read.timestamp.as_microsecond();
    // Data of which none has a name are all there.
    let Some(xml) = xml.filter(|_| !read.data.contains("\"Data\":{\"#text\":")) else {
        return Ok((read.data, written));
    };
    let xml = xml.into_xml()?;
    Ok((unnamed::completed(&read.data, &xml.data).into_owned(), written))
}

pub(super) fn is_unused(chunk: &[u8]) -> bool {
    chunk.iter().all(|byte| *byte == 0)
}
