//! Reads the body of a reply: piece by piece, decompressed, and no further than its cap.
//!
//! A gzip body may have several members, and all of them are its content (RFC 1952, 2.2). The decoder of the HTTP library
//! ends with the first and drops the rest without a word (seen with reqwest 0.13.5), so it stays switched off. What
//! follows the last member and is none, a member that is cut, a checksum that is wrong: each makes the body a broken one.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::time::{Instant, timeout};

use super::Fault;
use super::attempt::Failure;
use super::effort::Pulse;
use super::transport::fault;

/// The codings that are asked for.
pub(super) const ACCEPTED: &str = "gzip";

/// The body so far.
enum Inflow {
    Plain(Capped),
    Gzip(Box<MultiGzDecoder<Capped>>),
}

/// Bytes up to a cap. It holds while they are decompressed, so no ratio has to be watched.
struct Capped {
    bytes: Vec<u8>,
    cap: usize,
    full: bool,
}

/// Reads a body of at most `cap` bytes, decompressed, as long as its pulse beats. Gives what was read, and how it ended.
pub(super) async fn read(response: &mut Response, cap: usize, pulse: &mut Pulse) -> (Bytes, Result<(), Failure>) {
    let mut body = match Inflow::new(response.headers(), cap) {
        Ok(body) => body,
        Err(failure) => return (Bytes::new(), Err(failure)),
    };
    let ended = fill(&mut body, response, pulse).await;
    (body.into_bytes(), ended)
}

async fn fill(body: &mut Inflow, response: &mut Response, pulse: &mut Pulse) -> Result<(), Failure> {
    let mut any = false;
    while let Some(piece) = next_piece(response, pulse).await? {
        any |= !piece.is_empty();
        body.take(&piece)?;
    }
    // A body without a byte has nothing that could be broken.
    if any { body.finish() } else { Ok(()) }
}

async fn next_piece(response: &mut Response, pulse: &mut Pulse) -> Result<Option<Bytes>, Failure> {
    let begun = Instant::now();
    let piece = timeout(pulse.left(), response.chunk()).await;
    pulse.passed(begun.elapsed());
    let piece = piece.map_err(|_| Failure::Fault(pulse.dead()))?.map_err(|e| Failure::Fault(fault(e)))?;
    pulse.came(piece.as_ref().map_or(0, Bytes::len));
    Ok(piece)
}

impl Inflow {
    fn new(headers: &HeaderMap, cap: usize) -> Result<Self, Failure> {
        let capped = Capped { bytes: Vec::new(), cap, full: false };
        let codings: Vec<&[u8]> = headers.get_all(CONTENT_ENCODING).iter().map(|c| c.as_bytes().trim_ascii()).collect();
        match codings.as_slice() {
            [] | [b""] => Ok(Self::Plain(capped)),
            [coding] if coding.eq_ignore_ascii_case(b"identity") => Ok(Self::Plain(capped)),
            [coding] if [&b"gzip"[..], b"x-gzip"].iter().any(|gzip| coding.eq_ignore_ascii_case(gzip)) => {
                Ok(Self::Gzip(Box::new(MultiGzDecoder::new(capped))))
            }
            _ => Err(Failure::Fault(Fault::Garbled("is compressed in a way that was not requested"))),
        }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), Failure> {
        let taken = match self {
            Self::Plain(capped) => capped.write_all(piece),
            Self::Gzip(gzip) => gzip.write_all(piece),
        };
        taken.map_err(|_| self.failure())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let finished = match self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(gzip) => gzip.try_finish(),
        };
        finished.map_err(|_| self.failure())
    }

    fn failure(&self) -> Failure {
        let capped = self.capped();
        if capped.full {
            return Failure::TooLarge { limit: capped.cap };
        }
        Failure::Fault(Fault::Garbled("is not compressed as it says"))
    }

    fn capped(&self) -> &Capped {
        match self {
            Self::Plain(capped) => capped,
            Self::Gzip(gzip) => gzip.get_ref(),
        }
    }

    fn into_bytes(mut self) -> Bytes {
        let capped = match &mut self {
            Self::Plain(capped) => capped,
            Self::Gzip(gzip) => gzip.get_mut(),
        };
        std::mem::take(&mut capped.bytes).into()
    }
}

impl Write for Capped {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let room = self.cap - self.bytes.len();
        self.bytes.extend_from_slice(&piece[..piece.len().min(room)]);
        if piece.len() <= room {
            return Ok(piece.len());
        }
        self.full = true;
        Err(io::Error::other("the body is larger than its cap"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
