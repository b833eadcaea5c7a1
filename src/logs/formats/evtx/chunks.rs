//! The chunks of an event log, and the records in them.
//!
//! How many records a chunk has, its header says: those that are not found are told, each one. How many chunks are in use, the
//! header of the file says: what is empty or missing of them is told. A chunk that was never used is empty, as the files of a
//! log are made larger ahead of time; it stands behind all that are in use.
//! (source: <https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc>)

use std::io::Cursor;

use evtx::EvtxParser;

use super::chunk::{Chunk, apart, settings, together};
use super::unnamed;

/// What a file begins with, and what a chunk.
pub(super) const FILE: &[u8] = b"ElfFile\0";
pub(super) const CHUNK: &[u8] = b"ElfChnk\0";

pub(super) const HEADER_SIZE: usize = 4 << 10;
pub(super) const CHUNK_SIZE: usize = 64 << 10;
/// Where the header of a file says how many chunks are in use.
const COUNT: std::ops::Range<usize> = 42..44;
/// What a record begins with, and the smallest one: its header and its end.
pub(super) const RECORD: &[u8] = b"**\0\0";
pub(super) const SMALLEST: usize = 28;
/// Where records begin in a chunk.
pub(super) const RECORDS: usize = 512;
/// Chunks that are read together: what was made of a template in the first is there for the others.
const RUN: usize = 16;

/// What is found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// An event as JSON, and when the record was written.
    Event { json: &'a str, written: Written<'a> },
    /// A record or a chunk that cannot be read.
    Bad(&'static str),
}

/// When a record was written. It is looked for where an event does not say when it was created.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written<'a> {
    /// Microseconds UTC.
    At(i64),
    /// As the record of this number in a chunk says.
    In { chunk: &'a [u8], id: u64 },
}

impl Written<'_> {
    /// Microseconds UTC.
    pub(super) fn instant(self) -> Option<i64> {
        /// Intervals of 100 ns from 1601 to 1970.
        const EPOCH: u64 = 116_444_736_000_000_000;
        match self {
            Self::At(instant) => Some(instant),
            Self::In { chunk, id } => {
                let number = |at: usize| chunk.get(at..at + 8)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
                let records = memchr::memmem::find_iter(chunk, RECORD);
                let at = records.into_iter().find(|at| number(at + 8) == Some(id))?;
                let instant = i64::try_from(number(at + 16)? / 10).ok()?;
                instant.checked_sub(i64::try_from(EPOCH / 10).ok()?)
            }
        }
    }
}

/// Bytes up to the chunk that is not whole yet, and chunks that wait to be read together.
#[derive(Debug)]
pub(super) struct Chunks {
    /// The beginning of the file, up to its first chunk.
    begin: Vec<u8>,
    /// The header of the file has been passed over.
    is_begun: bool,
    /// A header, the chunks of the run that are read together, and behind them what there is of the next chunk.
    held: Vec<u8>,
    run: Vec<Waiting>,
    place: Place,
    /// Others come behind these: what is missing, they tell.
    goes_on: bool,
}

/// What waits for the end of a run.
#[derive(Debug)]
enum Waiting {
    /// A chunk that is none, and why.
    Bad(&'static str),
    /// A chunk that is read with others.
    Together(Chunk),
    /// A chunk of which the JSON may lack something.
    Apart(Chunk, Vec<u8>),
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
    /// Tells what comes next.
    pub(super) fn tell(&mut self, found: Found<'_>, each: &mut dyn FnMut(u64, Found<'_>)) {
        self.number += 1;
        each(self.number, found);
    }

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
        let mut held = Vec::with_capacity(HEADER_SIZE + RUN * CHUNK_SIZE);
        held.extend(FILE);
        held.resize(HEADER_SIZE, 0);
        held[40..42].copy_from_slice(&[0, 0x10]);
        // There is no checksum.
        held[120] = 4;
        Self { begin: Vec::new(), is_begun: false, held, run: Vec::new(), place: Place::default(), goes_on: false }
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
            let (into, size) = match self.is_begun {
                true => (&mut self.held, CHUNK_SIZE),
                false => (&mut self.begin, HEADER_SIZE),
            };
            let open = if self.is_begun { (into.len() - HEADER_SIZE) % CHUNK_SIZE } else { into.len() };
            let (part, rest) = bytes.split_at(bytes.len().min(size - open));
            into.extend_from_slice(part);
            bytes = rest;
            if open + part.len() < size {
                return;
            }
            if self.is_begun {
                self.whole(each);
                continue;
            }
            self.is_begun = true;
            let begin = std::mem::take(&mut self.begin);
            match counted(&begin) {
                // A chunk without the file around it.
                None if begin.starts_with(CHUNK) => self.held.extend(begin),
                None => self.place.tell(Found::Bad("the header of the file is damaged"), each),
                Some(count) => self.place.counted = count,
            }
        }
    }

    /// What is left of a chunk that is cut is read as far as it goes.
    pub(super) fn end(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        if !self.is_begun && self.begin.starts_with(CHUNK) {
            self.is_begun = true;
            self.held.append(&mut self.begin);
        }
        if !self.begin.is_empty() {
            return self.place.tell(Found::Bad("the header of the file is cut off"), each);
        }
        let open = (self.held.len() - HEADER_SIZE) % CHUNK_SIZE;
        let rest = self.held.split_off(self.held.len() - open);
        self.read(each);
        if !is_unused(&rest) {
            let before = self.place.number;
            self.held.extend(rest);
            self.held.resize(HEADER_SIZE + CHUNK_SIZE, 0);
            self.whole(each);
            self.read(each);
            if self.place.number == before {
                self.place.tell(Found::Bad("the chunk is cut off"), each);
            }
        }
        if self.goes_on {
            return;
        }
        for _ in self.place.seen..self.place.counted {
            self.place.tell(Found::Bad("a chunk that the header of the file counts is missing"), each);
        }
    }

    /// Takes the chunk that is held last into the run.
    fn whole(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        let at = self.held.len() - CHUNK_SIZE;
        let is_unused = is_unused(&self.held[at..]);
        self.run.extend(self.place.pass(is_unused).map(Waiting::Bad));
        let found = if is_unused { None } else { Some(Chunk::of(&self.held[at..])) };
        match found {
            None => self.held.truncate(at),
            Some(None) => {
                self.run.push(Waiting::Bad("the header of a chunk is damaged"));
                self.held.truncate(at);
            }
            Some(Some(chunk)) if unnamed::may_be(&self.held[at..]) => {
                let bytes = self.held.split_off(at);
                self.run.push(Waiting::Apart(chunk, bytes));
            }
            Some(Some(chunk)) => {
                if !self.joins(chunk) {
                    let bytes = self.held.split_off(at);
                    self.read(each);
                    self.held.extend(bytes);
                }
                self.run.push(Waiting::Together(chunk));
            }
        }
        if self.run.len() >= RUN {
            self.read(each);
        }
    }

    /// Whether a chunk can be read with those of the run: they are read from the one with the least number on, and then those
    /// before it, as a log lies in its file that is written to in a circle. Here the first has the least.
    fn joins(&self, chunk: Chunk) -> bool {
        let begin = self.run.iter().find_map(|waiting| match waiting {
            Waiting::Together(begin) => Some(begin.first),
            _ => None,
        });
        begin.is_none_or(|begin| begin.is_some_and(|begin| chunk.first.is_none_or(|first| first >= begin)))
    }

    /// Reads the run.
    fn read(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        let Self { held, run, place, .. } = self;
        let any = run.iter().any(|waiting| matches!(waiting, Waiting::Together(_)));
        // There is a header, which is all that is asked of it.
        let parser = any.then(|| EvtxParser::from_read_seek(Cursor::new(held.as_slice())).ok()).flatten();
        let mut parser = parser.map(|parser| parser.with_configuration(settings()));
        let mut rendered = parser.as_mut().map(|parser| parser.chunks_json_bytes(false));
        let mut at = HEADER_SIZE;
        for waiting in run.drain(..) {
            match waiting {
                Waiting::Bad(why) => place.tell(Found::Bad(why), each),
                Waiting::Apart(chunk, bytes) => chunk.check(place, each, |place, each| apart(bytes, place, each)),
                Waiting::Together(chunk) => {
                    let bytes = &held[at..at + CHUNK_SIZE];
                    at += CHUNK_SIZE;
                    let found = rendered.as_mut().and_then(Iterator::next).unwrap_or_default();
                    chunk.check(place, each, |place, each| together(&found, bytes, place, each));
                }
            }
        }
        drop(rendered);
        held.truncate(HEADER_SIZE);
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.begin.capacity() + self.held.capacity() + self.run.len() * CHUNK_SIZE
    }
}

pub(super) fn is_unused(chunk: &[u8]) -> bool {
    chunk.iter().all(|byte| *byte == 0)
}
