//! The chains of pages that a scan reads side by side: how many there are, and how often a range of time was cut for them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// The lanes of one scan, over all of its streams.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    open: AtomicUsize,
    /// Most that were open at once.
    most: AtomicUsize,
    cuts: AtomicUsize,
    slices: AtomicUsize,
}

/// A lane that is in use. Dropped, it is free.
#[derive(Debug)]
pub(crate) struct Lane(Arc<Lanes>);

impl Lanes {
    /// Takes a lane, whether or not there is one to spare.
    pub(crate) fn take(self: &Arc<Self>) -> Lane {
        let open = self.open.fetch_add(1, Relaxed) + 1;
        self.most.fetch_max(open, Relaxed);
        Lane(Arc::clone(self))
    }

    /// Lanes in use.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    /// Cuts so far.
    pub(crate) fn cuts(&self) -> usize {
        self.cuts.load(Relaxed)
    }

    /// A slice was cut once more; `first`: it was all of its range until then.
    pub(crate) fn cut(&self, first: bool) {
        self.cuts.fetch_add(1, Relaxed);
        self.slices.fetch_add(if first { 2 } else { 1 }, Relaxed);
    }

    /// What became of ranges that were cut, for EXPLAIN ANALYZE; `None`: none was.
    pub(crate) fn told(&self) -> Option<String> {
        let (slices, most) = (self.slices.load(Relaxed), self.most.load(Relaxed));
        (slices > 0).then(|| format!("{slices} time slices, up to {most} chains of pages at once"))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_is_free_when_it_is_dropped() {
        let lanes = Arc::new(Lanes::default());
        let (one, two) = (lanes.take(), lanes.take());
        drop(one);
        assert_eq!((lanes.open(), lanes.told()), (1, None));
        lanes.cut(true);
        lanes.cut(false);
        assert_eq!(lanes.told().unwrap(), "3 time slices, up to 2 chains of pages at once");
        drop(two);
        assert_eq!((lanes.open(), lanes.cuts()), (0, 2));
    }
}
