//! The first bytes of objects, kept for a while.
//!
//! What a file is is told by its begin, and more than one asks: is it an archive, does it hold columns, which log is it. Each
//! would be a request, and of a small object the begin is all there is. What is kept belongs to one state of an object,
//! which its tag names; an object without a tag is asked each time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use object_store::ObjectMeta;
use object_store::path::Path;

/// Bytes of an object that are kept.
pub(super) const HEAD: u64 = 64 << 10;
/// Bytes that are kept in all; the oldest go first.
const MOST: usize = 32 << 20;

/// An object in one state: its location, its tag, its length.
type State = (Path, String, u64);

/// The first bytes of objects of one bucket.
#[derive(Debug, Default)]
pub(super) struct Heads(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    all: HashMap<State, Bytes>,
    /// The oldest first.
    order: VecDeque<State>,
    bytes: usize,
}

fn state(object: &ObjectMeta) -> Option<State> {
    Some((object.location.clone(), object.e_tag.clone()?, object.size))
}

impl Heads {
    /// How an object begins, if that is known.
    pub(super) fn of(&self, object: &ObjectMeta) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.all.get(&state(object)?).cloned()
    }

    /// Keeps how an object begins.
    pub(super) fn keep(&self, object: &ObjectMeta, head: &Bytes) {
        let Some(state) = state(object) else { return };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A piece of a larger buffer would keep all of it.
        if kept.all.insert(state.clone(), Bytes::copy_from_slice(head)).is_some() {
            return;
        }
        kept.order.push_back(state);
        kept.bytes += head.len();
        while kept.bytes > MOST
            && let Some(oldest) = kept.order.pop_front()
        {
            let gone = kept.all.remove(&oldest).map_or(0, |head| head.len());
            kept.bytes -= gone;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str, tag: Option<&str>) -> ObjectMeta {
        let e_tag = tag.map(str::to_owned);
        ObjectMeta { location: name.into(), last_modified: chrono::DateTime::UNIX_EPOCH, size: 1, e_tag, version: None }
    }

    #[test]
    fn what_is_kept_is_of_one_state_and_bounded() {
        let heads = Heads::default();
        let head = Bytes::from(vec![0; 64 << 10]);
        heads.keep(&object("a", Some("1")), &head);
        assert!(heads.of(&object("a", Some("1"))).is_some());
        assert!(heads.of(&object("a", Some("2"))).is_none() && heads.of(&object("b", Some("1"))).is_none());
        heads.keep(&object("c", None), &head);
        assert!(heads.of(&object("c", None)).is_none());
        for n in 0..1000 {
            heads.keep(&object(&n.to_string(), Some("1")), &head);
        }
        let kept = heads.0.lock().unwrap();
        assert_eq!((kept.bytes, kept.all.len(), kept.order.len()), (MOST, 512, 512));
        drop(kept);
        assert!(heads.of(&object("a", Some("1"))).is_none() && heads.of(&object("999", Some("1"))).is_some());
    }
}
