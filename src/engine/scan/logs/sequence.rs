//! Reads a file from its begin to its end, a batch when it is asked for: what cannot be cut into pieces, and what is to be read
//! only as far as it takes.

use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::stream::{self, BoxStream, StreamExt as _};

use super::STEP;
use super::gathered::Gathered;
use super::opened::{Input, Open, filled};
use crate::engine::error::Error;
use crate::logs::Reader;

/// Bytes that a reader is given at once.
const PIECE: usize = 64 << 10;

/// A file that is being read.
pub(super) struct Reading {
    pub(super) open: Arc<Open>,
    /// Nothing once its end was reached, or it cannot be read on.
    pub(super) input: Option<Input>,
    pub(super) reader: Box<dyn Reader>,
    pub(super) gathered: Gathered,
}

impl Reading {
    /// The rows that are in the answer.
    pub(super) fn rows(self: Box<Self>) -> BoxStream<'static, Result<RecordBatch, Error>> {
        stream::try_unfold(Some(self), |reading| async move {
            match reading {
                Some(reading) => {
                    let scan = Arc::clone(&reading.open.scan);
                    scan.blocking(move || reading.step().map(Some)).await
                }
                None => Ok(None),
            }
        })
        .boxed()
    }

    /// Reads on until a batch is full, the file ends, or enough was read to let others have a say.
    fn step(mut self: Box<Self>) -> Result<(RecordBatch, Option<Box<Self>>), Error> {
        let mut read = 0;
        while read < STEP && !self.gathered.is_full() {
            let Some(input) = &mut self.input else { break };
            match piece(input, &mut *self.reader, &mut self.gathered) {
                Ok(0) => self.end()?,
                Ok(count) => read += count,
                Err(error) => {
                    self.input = None;
                    // What was read of it stands.
                    let _ = self.reader.end(&mut self.gathered);
                    self.gathered.said.broken(error.as_ref());
                }
            }
        }
        self.open.scan.outcome.bytes(read);
        let batch = self.gathered.take()?;
        if self.input.is_some() {
            return Ok((batch, Some(self)));
        }
        self.open.end(self.gathered.said());
        Ok((batch, None))
    }

    /// The end of the file was reached.
    fn end(&mut self) -> Result<(), Error> {
        self.input = None;
        if let Err(error) = self.reader.end(&mut self.gathered) {
            self.gathered.said.broken(&error);
        }
        self.open.see_changes(&mut self.gathered.said)
    }
}

/// Gives a reader the next bytes of a file; how many.
fn piece(
    input: &mut Input,
    reader: &mut dyn Reader,
    gathered: &mut Gathered,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let bytes = filled(input)?;
    let bytes = &bytes[..bytes.len().min(PIECE)];
    let count = bytes.len();
    if count > 0 {
        reader.feed(bytes, gathered)?;
    }
    input.consume(count);
    Ok(count)
}
