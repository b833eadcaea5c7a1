//! Memory that a file is read into, used again as soon as nobody looks at it any more: to be given new memory for each block
//! takes the system as long as to read what goes into it.

use std::io::{self, ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use super::block::BYTES;

/// Rooms that are free.
#[derive(Debug, Clone, Default)]
pub(super) struct Rooms(Arc<Mutex<Vec<Vec<u8>>>>);

/// A larger one is for a line that has no like: it is given back to the system.
const LARGEST: usize = 2 * BYTES;

/// What is read at first into a new one: a folder may have thousands of small files.
const FIRST: usize = 64 << 10;

/// Bytes from the beginning of a room on.
#[derive(Debug)]
pub(super) struct Room {
    /// All of the room, with whatever stood in it before.
    bytes: Vec<u8>,
    length: usize,
    free: Rooms,
}

impl Rooms {
    /// An empty room.
    pub(super) fn take(&self) -> Room {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Room { bytes: free.unwrap_or_default(), length: 0, free: self.clone() }
    }
}

impl Room {
    /// The bytes that are in it.
    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Empties it.
    pub(super) fn clear(&mut self) {
        self.length = 0;
    }

    /// Copies bytes into it.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.behind(bytes.len()).copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// Reads so many bytes into it, or up to the end of a stream. Gives back how many there were.
    ///
    /// # Errors
    /// When the stream fails. What it gave before is there.
    pub(super) fn read(&mut self, stream: &mut impl Read, most: usize) -> io::Result<usize> {
        let begin = self.length;
        while self.length < begin + most {
            // What there is of the room; if it is full, as much again.
            let there = Some(self.bytes.len() - self.length).filter(|there| *there > 0);
            let part = there.unwrap_or(self.length.max(FIRST)).min(begin + most - self.length);
            match stream.read(self.behind(part)) {
                Ok(0) => break,
                Ok(read) => self.length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.length - begin)
    }

    /// What is in it, as long as somebody has it; then the room is free again.
    pub(super) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self)
    }

    /// So much room behind what is in it.
    fn behind(&mut self, size: usize) -> &mut [u8] {
        if self.bytes.len() < self.length + size {
            self.bytes.resize(self.length + size, 0);
        }
        &mut self.bytes[self.length..self.length + size]
    }
}

impl AsRef<[u8]> for Room {
    fn as_ref(&self) -> &[u8] {
        self.text()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.bytes.len() <= LARGEST {
            self.free.0.lock().unwrap_or_else(PoisonError::into_inner).push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_used_again_once_all_parts_of_its_text_are_gone() {
        let rooms = Rooms::default();
        let free = || rooms.0.lock().unwrap().len();
        let mut room = rooms.take();
        room.put(b"ab");
        assert_eq!(room.read(&mut &b"cdefg"[..], 3).unwrap(), 3);
        assert_eq!(room.read(&mut &b"f"[..], 3).unwrap(), 1);
        let mut text = room.into_bytes();
        let first = text.split_to(2);
        drop(text);
        assert_eq!((first.as_ref(), free()), (&b"ab"[..], 0));
        drop(first);
        assert_eq!(free(), 1);
        // What stood in it before is none of the next text's.
        let room = rooms.take();
        assert_eq!((room.text(), free()), (&b""[..], 0));
    }

    #[test]
    fn a_small_file_takes_a_small_room_and_a_long_one_all_that_is_asked_for() {
        for (length, most, room_at_most) in [(10, BYTES, FIRST), (BYTES + 5, BYTES, 2 * BYTES)] {
            let (text, rooms) = (vec![b'x'; length], Rooms::default());
            let mut room = rooms.take();
            assert_eq!(room.read(&mut &text[..], most).unwrap(), length.min(most));
            assert!(room.bytes.len() <= room_at_most, "{}", room.bytes.len());
        }
    }

    #[test]
    fn a_room_for_a_long_line_is_not_kept() {
        let rooms = Rooms::default();
        let mut room = rooms.take();
        room.put(&vec![b'x'; LARGEST]);
        room.put(b"x");
        assert_eq!(room.text().len(), LARGEST + 1);
        drop(room);
        assert!(rooms.0.lock().unwrap().is_empty());
    }

    #[test]
    fn what_a_stream_gave_before_it_failed_is_there() {
        struct Fails;
        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        let mut room = Rooms::default().take();
        room.read(&mut (&b"ab"[..]).chain(Fails), 8).unwrap_err();
        assert_eq!(room.text(), b"ab");
    }
}
