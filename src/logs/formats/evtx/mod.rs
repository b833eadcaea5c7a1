//! EVTX: the event logs of Windows.
//!
//! A header of 4 KiB, then chunks of 64 KiB, each of which can be read for itself. The `evtx` crate renders their events, those of
//! sixteen chunks at once; which chunks there are, what is missing and what becomes of an event is decided here.

mod chunk;
mod chunks;
mod data;
mod event;
mod json;
mod pieces;
mod rows;
mod shape;
mod unnamed;
mod views;

use std::sync::Arc;

use chunks::{Chunks, Found};
use event::{Event, Needs};
use pieces::ChunkPieces;
use rows::Rows;
use shape::Shapes;

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
    give: Give,
}

/// What becomes of an event.
struct Give {
    rows: Arc<Rows>,
    wanted: Vec<usize>,
    needs: Needs,
    shapes: Shapes,
}

impl EventReader {
    fn new(chunks: Chunks, rows: &Arc<Rows>, wanted: &[usize]) -> Self {
        let (needs, shapes) = (rows.needs(wanted), Shapes::default());
        Self { chunks, give: Give { rows: Arc::clone(rows), wanted: wanted.to_vec(), needs, shapes } }
    }
}

impl Reader for EventReader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { chunks, give } = self;
        chunks.feed(bytes, &mut |number, found| give.found(number, found, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { chunks, give } = self;
        chunks.end(&mut |number, found| give.found(number, found, sink));
        Ok(())
    }
}

impl Give {
    fn found(&mut self, number: u64, found: Found<'_>, sink: &mut dyn Sink) {
        let Self { rows, wanted, needs, shapes } = self;
        let (json, written) = match found {
            Found::Bad(why) => return sink.bad(number, why, b""),
            Found::Event { json, .. } if !rows.has(json) => return,
            Found::Event { json, written } => (json, written),
        };
        let has_shape = *needs != Needs::NOTHING;
        if let Some(event) = shapes.event(json, written, *needs).filter(|_| has_shape) {
            return rows.give(&event, wanted, number, sink);
        }
        match Event::read(json, written, *needs) {
            None => sink.bad(number, "the record is damaged", json.as_bytes()),
            Some(event) => {
                rows.give(&event, wanted, number, sink);
                if has_shape {
                    shapes.learn(json);
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "../../../../tests/logs/evtx_file.rs"]
mod file;
#[cfg(test)]
mod tests;
