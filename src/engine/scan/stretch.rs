//! What of a range of time was read without a gap, while its slices are read side by side: from its newest record down to the
//! first slice that is not yet at its end.

use crate::tally::ChainMark;

/// The slices of a range, and how far each has come.
#[derive(Debug)]
pub(super) struct Stretch {
    /// Tells whoever watches.
    mark: ChainMark,
    newest: Option<i64>,
    /// Newest first.
    slices: Vec<Part>,
}

/// A slice.
#[derive(Debug)]
struct Part {
    number: usize,
    /// Where it begins; `None`: where the range does.
    from: Option<i64>,
    /// The oldest time that was read of it.
    oldest: Option<i64>,
    is_done: bool,
}

impl Stretch {
    /// A range that is one slice so far.
    pub(super) fn new(mark: ChainMark, number: usize) -> Self {
        let whole = Part { number, from: None, oldest: None, is_done: false };
        Self { mark, newest: None, slices: vec![whole] }
    }

    /// A slice gave what is older than an instant to another.
    pub(super) fn cut(&mut self, giver: usize, taker: usize, edge: i64) {
        let Some(at) = self.slices.iter().position(|part| part.number == giver) else { return };
        let from = self.slices[at].from.replace(edge);
        self.slices.insert(at + 1, Part { number: taker, from, oldest: None, is_done: false });
    }

    /// A slice has read all between these times.
    pub(super) fn read(&mut self, number: usize, newest: i64, oldest: i64) {
        if let Some(part) = self.slices.iter_mut().find(|part| part.number == number) {
            part.oldest = Some(oldest);
        }
        self.newest = self.newest.max(Some(newest));
        self.tell();
    }

    /// A slice was read to its end.
    pub(super) fn end(&mut self, number: usize) {
        if let Some(part) = self.slices.iter_mut().find(|part| part.number == number) {
            part.is_done = true;
        }
        self.tell();
    }

    fn tell(&self) {
        if let Some((newest, oldest)) = self.newest.zip(self.oldest()) {
            self.mark.read(oldest, newest);
        }
    }

    /// Down to where nothing is missing.
    fn oldest(&self) -> Option<i64> {
        let mut oldest = None;
        for part in &self.slices {
            let own = part.oldest.map(|oldest| part.from.map_or(oldest, |from| oldest.max(from)));
            let read = if part.is_done { part.from.or(own) } else { own };
            oldest = read.or(oldest);
            if !part.is_done {
                break;
            }
        }
        oldest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Live;

    #[test]
    fn a_stretch_ends_at_the_first_slice_that_does() {
        let live = Live::default();
        let mut stretch = Stretch::new(live.chain(), 0);
        let covered = || live.view().covered;
        stretch.read(0, 100, 90);
        stretch.cut(0, 1, 20);
        stretch.cut(0, 2, 50);
        assert_eq!(covered(), Some((90, 100)));
        stretch.read(1, 19, 10);
        assert_eq!(covered(), Some((90, 100)), "between them there is another");
        stretch.read(0, 100, 45);
        assert_eq!(covered(), Some((50, 100)), "what it read behind its edge is the other's to tell");
        stretch.end(0);
        assert_eq!(covered(), Some((50, 100)));
        stretch.read(2, 49, 30);
        assert_eq!(covered(), Some((30, 100)));
        stretch.end(2);
        assert_eq!(covered(), Some((10, 100)), "what follows was read before");
        stretch.end(1);
        assert_eq!(covered(), Some((10, 100)));
        drop(stretch);
        assert_eq!(covered(), None);
    }
}
