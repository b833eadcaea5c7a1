//! What a scan holds besides its rows, counted in the session's memory pool: bodies of replies and names of blobs.
//!
//! Pages that were asked for ahead and blobs that are fetched side by side are up to 64 MiB each. A statement whose limit does
//! not suffice for them ends in an error that says so, before the machine's memory ends the program.

use bytes::Bytes;
use datafusion::execution::memory_pool::MemoryReservation;

use crate::engine::error::Error;
use crate::wire::Reply;

/// Room in the memory pool, in the name of one scan.
#[derive(Debug)]
pub(crate) struct Room(MemoryReservation);

/// A body with its place in the pool, which is given back when the last who holds it lets go.
struct Counted {
    body: Bytes,
    _room: MemoryReservation,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl Room {
    /// Room in the name of the scan that has this reservation.
    pub(crate) fn of(scan: &MemoryReservation) -> Self {
        Self(scan.new_empty())
    }

    /// Takes so many bytes more, until the scan is over.
    pub(crate) fn take(&self, bytes: usize) -> Result<(), Error> {
        self.0.try_grow(bytes).map_err(Error::Memory)
    }

    /// A part of it, for what grows and shrinks.
    pub(crate) fn part(&self) -> MemoryReservation {
        self.0.new_empty()
    }

    /// The reply, whose body counts as long as it is held.
    pub(crate) fn held(&self, reply: Reply) -> Result<Reply, Error> {
        let room = self.0.new_empty();
        room.try_grow(reply.body.len()).map_err(Error::Memory)?;
        Ok(Reply { body: Bytes::from_owner(Counted { body: reply.body, _room: room }), ..reply })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryConsumer, MemoryPool};

    use super::*;

    #[test]
    fn a_body_counts_as_long_as_anybody_holds_it() {
        let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(100));
        let room = Room::of(&MemoryConsumer::new("scan").register(&pool));
        let reply = |bytes: usize| Reply { body: vec![7; bytes].into(), next: None, request_id: None, sent: None };
        let first = room.held(reply(60)).unwrap();
        let (again, part) = (first.clone(), first.body.slice(10..20));
        assert!(matches!(room.held(reply(60)), Err(Error::Memory(_))));
        room.take(30).unwrap();
        drop((first, again));
        assert_eq!((pool.reserved(), part.as_ref()), (90, &[7; 10][..]));
        drop(part);
        assert_eq!(pool.reserved(), 30);
        drop(room);
        assert_eq!(pool.reserved(), 0);
    }
}
