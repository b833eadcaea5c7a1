//! EVTX: the event logs of Windows.
//!
//! A header of 4 KiB, then chunks of 64 KiB, each of which can be read for itself: one is held at a time. The `evtx` crate
//! reads a chunk; which chunks there are, what is missing and what becomes of an event is decided here.

mod chunks;
mod event;

use std::sync::Arc;

use chunks::Chunks;
use event::Event;

use crate::logs::{Error, Field, Format, Layout, Options, Reader, Sample, Sink};

/// Windows event logs.
#[derive(Debug)]
pub(super) struct Evtx;

impl Format for Evtx {
    fn name(&self) -> &'static str {
        "evtx"
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

    fn recognise(&self, sample: &Sample<'_>, _options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let is = sample.head.starts_with(chunks::FILE) || sample.head.starts_with(chunks::CHUNK);
        Ok(is.then(|| Box::new(Events { fields: Arc::new(event::fields()) }) as Box<dyn Layout>))
    }
}

#[derive(Debug)]
struct Events {
    fields: Arc<Vec<Field>>,
}

impl Layout for Events {
    fn fields(&self) -> &[Field] {
        &self.fields
    }

    fn assumed(&self) -> Vec<String> {
        Vec::new()
    }

    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader> {
        Box::new(EventReader { chunks: Chunks::default(), wanted: wanted.to_vec() })
    }
}

struct EventReader {
    chunks: Chunks,
    wanted: Vec<usize>,
}

impl Reader for EventReader {
    fn feed(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { chunks, wanted } = self;
        chunks.feed(bytes, &mut |number, found| tell(wanted, number, found, sink));
        Ok(())
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), Error> {
        let Self { chunks, wanted } = self;
        chunks.end(&mut |number, found| tell(wanted, number, found, sink));
        Ok(())
    }
}

fn tell(wanted: &[usize], number: u64, found: chunks::Found<'_>, sink: &mut dyn Sink) {
    match found {
        chunks::Found::Event { json, written } => match Event::read(json, written) {
            Some(event) => event.give(wanted, number, sink),
            None => sink.bad(number, "the record is damaged", json.as_bytes()),
        },
        chunks::Found::Bad(why) => sink.bad(number, why, b""),
    }
}

#[cfg(test)]
mod tests;
