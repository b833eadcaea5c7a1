//! EVTX: the event logs of Windows.
//!
//! A header of 4 KiB, then chunks of 64 KiB, each of which can be read for itself: one is held at a time. The `evtx` crate
//! reads a chunk; which chunks there are, what is missing and what becomes of an event is decided here.

mod chunks;
mod event;
mod json;
mod pieces;
mod rows;
mod unnamed;
mod views;

use std::sync::Arc;

use chunks::Chunks;
use event::{Event, Needs};
use pieces::ChunkPieces;
use rows::Rows;

use crate::logs::{Error, Field, Format, Layout, Options, Pieces, Reader, Sample, Sink, View};

/// Windows event logs.
#[derive(Debug)]
pub(super) struct Evtx;

impl Format for Evtx {
    fn name(&self) -> &'static str {
        "evtx"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["view"]
    }

    fn also(&self) -> &'static [&'static str] {
        &["eventlog", "winevt"]
    }

    fn doc(&self) -> &'static str {
        "Windows event log files: the system's fields as columns, the event's own data in event_data by name, the event as \
         JSON in raw. line is the number of the record in the file."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["evtx"]
    }

    fn views(&self) -> Vec<View> {
        views::ALL.iter().map(|view| view.view()).collect()
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let is = sample.head.starts_with(chunks::FILE) || sample.head.starts_with(chunks::CHUNK);
        let view = options.view.and_then(views::named);
        Ok(is.then(|| Box::new(Events { rows: Arc::new(Rows::of(view)) }) as Box<dyn Layout>))
    }
}

#[derive(Debug)]
struct Events {
    rows: Arc<Rows>,
}

impl Layout for Events {
    fn fields(&self) -> &[Field] {
        &self.rows.fields
    }

    fn assumed(&self) -> Vec<String> {
        Vec::new()
    }

    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader> {
        Box::new(EventReader::new(Chunks::default(), &self.rows, wanted))
    }

    fn pieces(&self, wanted: &[usize], _: &[u8]) -> Option<Box<dyn Pieces>> {
        let (rows, wanted) = (Arc::clone(&self.rows), wanted.to_vec());
        let reader = move |chunks: Chunks| Box::new(EventReader::new(chunks, &rows, &wanted)) as Box<dyn Reader>;
        Some(Box::new(ChunkPieces::new(reader)))
    }
}

struct EventReader {
    chunks: Chunks,
    rows: Arc<Rows>,
    wanted: Vec<usize>,
    needs: Needs,
}

impl EventReader {
    fn new(chunks: Chunks, rows: &Arc<Rows>, wanted: &[usize]) -> Self {
        Self { chunks, rows: Arc::clone(rows), wanted: wanted.to_vec(), needs: rows.needs(wanted) }
    }
}

impl Reader for EventReader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { chunks, rows, wanted, needs } = self;
        chunks.feed(bytes, &mut |number, found| tell(rows, (wanted, *needs), number, found, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { chunks, rows, wanted, needs } = self;
        chunks.end(&mut |number, found| tell(rows, (wanted, *needs), number, found, sink));
        Ok(())
    }
}

fn tell(rows: &Rows, (wanted, needs): (&[usize], Needs), number: u64, found: chunks::Found<'_>, sink: &mut dyn Sink) {
    match found {
        chunks::Found::Event { json, .. } if !rows.has(json) => {}
        chunks::Found::Event { json, written } => match Event::read(json, written, needs) {
            Some(event) => rows.give(&event, wanted, number, sink),
            None => sink.bad(number, "the record is damaged", json.as_bytes()),
        },
        chunks::Found::Bad(why) => sink.bad(number, why, b""),
    }
}

#[cfg(test)]
#[path = "../../../../tests/logs/evtx_file.rs"]
mod file;
#[cfg(test)]
mod tests;
