//! An open file: its bytes, from anywhere in it on. A piece at a time is in memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use bytes::{Buf as _, Bytes, BytesMut};
use futures::stream::{BoxStream, StreamExt as _};
use object_store::{GetOptions, GetRange, ObjectMeta};

use super::heads::HEAD;
use super::place::{Bucket, Place, told, wait};

/// What is wrong with an object that is shorter than it was listed.
const SHORT: &str = "it ends too early";

/// A file that is open.
pub(super) enum Opened {
    File(File),
    Object(Box<Object>),
}

impl Opened {
    pub(super) fn open(place: &Place) -> io::Result<Self> {
        match place {
            Place::Path(path) | Place::Kept(path) => File::open(path).map(Self::File),
            Place::Object(bucket, listed) => {
                Object::open(bucket.clone(), listed.clone()).map(|object| Self::Object(Box::new(object)))
            }
        }
    }
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(into),
            Self::Object(object) => object.read(into),
        }
    }
}

impl Seek for Opened {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Object(object) => object.seek(to),
        }
    }
}

/// An object that is read from `at` on: one request, until the place changes, and its begin by one of its own.
pub(super) struct Object {
    bucket: Bucket,
    /// The object as it was listed: another one of its name is not read.
    listed: ObjectMeta,
    at: u64,
    reply: Option<BoxStream<'static, object_store::Result<Bytes>>>,
    /// What came of the reply and was not read.
    piece: Bytes,
}

impl Object {
    fn open(bucket: Bucket, listed: ObjectMeta) -> io::Result<Self> {
        let mut object = Self { bucket, listed, at: 0, reply: None, piece: Bytes::new() };
        if object.listed.size > 0 {
            object.fill()?;
        }
        Ok(object)
    }

    /// How the object begins: known, or asked for.
    fn head(&self) -> io::Result<Bytes> {
        if let Some(head) = self.bucket.heads.of(&self.listed) {
            return Ok(head);
        }
        let length = self.listed.size.min(HEAD);
        let range = (length < self.listed.size).then_some(GetRange::Bounded(0..length));
        let options = GetOptions { range, if_match: self.listed.e_tag.clone(), ..GetOptions::default() };
        let length = usize::try_from(length).map_err(io::Error::other)?;
        let head = wait(async {
            let mut reply = self.bucket.store.get_opts(&self.listed.location, options).await?.into_stream();
            let mut head = BytesMut::new();
            // As much as was listed: a reply may be of any length.
            while head.len() < length {
                let Some(piece) = reply.next().await.transpose()? else { break };
                head.extend_from_slice(&piece);
            }
            Ok(head)
        });
        let mut head = head.map_err(told)?;
        if head.len() < length {
            return Err(io::Error::other(SHORT));
        }
        head.truncate(length);
        let head = head.freeze();
        self.bucket.heads.keep(&self.listed, &head);
        Ok(head)
    }

    /// Waits for more bytes. A web server need not know how to give a part of a file.
    fn fill(&mut self) -> io::Result<()> {
        let has_head = self.bucket.lists || self.listed.size <= HEAD;
        if self.reply.is_none() && self.at < HEAD && has_head {
            let at = usize::try_from(self.at).map_err(io::Error::other)?;
            self.piece = self.head()?.slice(at..);
            return Ok(());
        }
        let piece = wait(async {
            let reply = match &mut self.reply {
                Some(reply) => reply,
                empty => {
                    let range = (self.at > 0).then_some(GetRange::Offset(self.at));
                    let options = GetOptions { range, if_match: self.listed.e_tag.clone(), ..GetOptions::default() };
                    let reply = self.bucket.store.get_opts(&self.listed.location, options).await?;
                    empty.insert(reply.into_stream())
                }
            };
            reply.next().await.transpose()
        });
        let piece = piece.map_err(told).and_then(|piece| piece.ok_or_else(|| io::Error::other(SHORT)));
        if piece.is_err() {
            self.reply = None;
        }
        self.piece = piece?;
        Ok(())
    }
}

/// As from a file, a read gives as much as there is room for: how text is laid out is told by its first piece.
impl Read for Object {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        while count < into.len() && self.at < self.listed.size {
            if self.piece.is_empty() {
                match self.fill() {
                    Ok(()) => continue,
                    Err(error) if count == 0 => return Err(error),
                    // What came is given out. The next call asks again, from there on.
                    Err(_) => break,
                }
            }
            let part = self.piece.len().min(into.len() - count);
            self.piece.copy_to_slice(&mut into[count..count + part]);
            count += part;
            self.at += part as u64;
        }
        Ok(count)
    }
}

impl Seek for Object {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.listed.size, by),
        };
        let at = from.checked_add_signed(by).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        if at != self.at {
            (self.at, self.reply, self.piece) = (at, None, Bytes::new());
        }
        Ok(at)
    }
}
