//! Reads a file in pieces, side by side: one thread cuts, others read what was cut off. Rows come in the order of the file.

use std::io::BufRead as _;
use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::stream::{self, BoxStream, StreamExt as _};

use super::opened::{Input, Open, filled};
use super::said::Said;
use crate::engine::error::Error;
use crate::logs::{Cut, Pieces, Reader};

/// Bytes of a piece, about.
const PIECE: usize = 1 << 20;

/// A file that is being cut.
pub(super) struct Cutting {
    open: Arc<Open>,
    /// Nothing once its end was reached, or it cannot be read on.
    input: Option<Input>,
    pieces: Box<dyn Pieces>,
    /// Bytes that were not cut off yet.
    held: Vec<u8>,
    /// What there is to say of the file as a whole.
    said: Said,
    is_over: bool,
}

/// What cutting comes to.
enum Step {
    Piece(Vec<u8>, Box<dyn Reader>),
    /// Nothing yet, but enough was read to let others have a say.
    Pause,
    End(Box<Said>),
}

/// What reading a step comes to: rows that are in the answer, what there is to say, and whether it is the end.
struct Read {
    rows: Option<RecordBatch>,
    said: Said,
    is_end: bool,
}

impl Cutting {
    pub(super) fn new(open: Arc<Open>, input: Input, pieces: Box<dyn Pieces>) -> Self {
        Self { open, input: Some(input), pieces, held: Vec::new(), said: Said::default(), is_over: false }
    }

    /// The rows that are in the answer.
    pub(super) fn rows(self: Box<Self>) -> BoxStream<'static, Result<RecordBatch, Error>> {
        let (open, reading) = (Arc::clone(&self.open), Arc::clone(&self.open));
        let steps = stream::try_unfold(self, |cutting| async move {
            if cutting.is_over {
                return Ok(None);
            }
            let scan = Arc::clone(&cutting.open.scan);
            scan.blocking(move || cutting.step().map(Some)).await
        });
        let read = move |step: Result<Step, Error>| {
            let open = Arc::clone(&reading);
            async move {
                match step? {
                    Step::Piece(bytes, reader) => {
                        let scan = Arc::clone(&open.scan);
                        scan.blocking(move || piece(&open, &bytes, reader)).await
                    }
                    Step::Pause => Ok(Read { rows: None, said: Said::default(), is_end: false }),
                    Step::End(said) => Ok(Read { rows: None, said: *said, is_end: true }),
                }
            }
        };
        let read = steps.map(read).buffered(open.scan.side_by_side);
        let told = stream::try_unfold((read.boxed(), Some(Said::default())), move |(mut read, said)| {
            let open = Arc::clone(&open);
            async move {
                let Some(Read { rows, said: more, is_end }) = read.next().await.transpose()? else { return Ok(None) };
                let mut said = said.map(|said| said.and(more));
                if let Some(said) = said.take_if(|_| is_end) {
                    open.end(said);
                }
                Ok(Some((rows, (read, said))))
            }
        });
        told.filter_map(|rows| std::future::ready(rows.transpose())).boxed()
    }

    /// Cuts off the next piece.
    fn step(mut self: Box<Self>) -> Result<(Step, Box<Self>), Error> {
        loop {
            let is_end = self.fill();
            if is_end && self.held.is_empty() {
                self.is_over = true;
                let mut said = std::mem::take(&mut self.said);
                if !said.is_broken() {
                    self.open.see_changes(&mut said)?;
                }
                return Ok((Step::End(Box::new(said)), self));
            }
            match self.pieces.cut(&self.held, is_end) {
                Cut::More => {}
                Cut::Passed(count) => {
                    self.held.drain(..count);
                    return Ok((Step::Pause, self));
                }
                Cut::Piece(count, reader) => {
                    let mut rest = Vec::with_capacity(PIECE + self.held.len() - count);
                    rest.extend_from_slice(&self.held[count..]);
                    self.held.truncate(count);
                    let bytes = std::mem::replace(&mut self.held, rest);
                    return Ok((Step::Piece(bytes, reader), self));
                }
            }
        }
    }

    /// Reads the bytes of one more piece; whether there are no more behind them.
    fn fill(&mut self) -> bool {
        let mut room = PIECE;
        while room > 0
            && let Some(input) = &mut self.input
        {
            match filled(input) {
                Ok([]) => self.input = None,
                Ok(bytes) => {
                    let count = bytes.len().min(room);
                    self.held.extend_from_slice(&bytes[..count]);
                    input.consume(count);
                    room -= count;
                }
                Err(error) => {
                    self.input = None;
                    // What was read of it stands.
                    self.said.broken(&error);
                }
            }
        }
        self.open.scan.outcome.bytes(PIECE - room);
        self.input.is_none()
    }
}

/// Reads a piece.
fn piece(open: &Open, bytes: &[u8], mut reader: Box<dyn Reader>) -> Result<Read, Error> {
    let mut gathered = open.gathered();
    if let Err(error) = reader.feed(bytes, &mut gathered).and_then(|()| reader.end(&mut gathered)) {
        gathered.said.broken(&error);
    }
    let rows = gathered.take()?;
    Ok(Read { rows: Some(rows), said: gathered.said(), is_end: false })
}
