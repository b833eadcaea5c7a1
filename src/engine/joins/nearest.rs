//! Of the times in a span, the nearest first: earlier ones, later ones, or those of both sides.
//!
//! Times that are equally near come in a fixed order: the earlier ones first, and rows of one time in the order that
//! [`Spans::sort_equals`] gave them.

use std::ops::Range;

use super::spans::Spans;

/// Where the nearest is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Nearest {
    /// The last one before or at a time.
    Earlier,
    /// The first one after or at a time.
    Later,
    /// The one whose distance is least.
    Either,
}

/// A way through the values of a span, from the nearest to the furthest.
#[derive(Debug)]
pub(super) struct Way {
    nearest: Nearest,
    time: i128,
    /// Values before the time that were not given yet.
    before: Range<usize>,
    /// Those at or after it.
    after: Range<usize>,
    /// Of one time, and being given.
    equals: Range<usize>,
}

impl Way {
    /// Through the values at these places, beginning at a time. The places are those of one group.
    pub(super) fn new(nearest: Nearest, time: i128, places: Range<usize>, spans: &Spans) -> Self {
        let split = match nearest {
            Nearest::Earlier => places.end,
            Nearest::Later => places.start,
            Nearest::Either => partition(&places, |place| spans.value(place) < time),
        };
        Self { nearest, time, before: places.start..split, after: split..places.end, equals: 0..0 }
    }

    /// The next row.
    pub(super) fn next(&mut self, spans: &Spans) -> Option<u32> {
        if self.equals.is_empty() {
            self.equals = self.next_time(spans)?;
        }
        self.equals.next().map(|place| spans.row(place))
    }

    /// The places of the next time.
    fn next_time(&mut self, spans: &Spans) -> Option<Range<usize>> {
        let earlier = self.before.end.checked_sub(1).filter(|place| self.before.contains(place));
        let later = Some(self.after.start).filter(|place| self.after.contains(place));
        let goes_back = match (earlier, later, self.nearest) {
            (None, None, _) => return None,
            (Some(_), None, _) => true,
            (None, Some(_), _) => false,
            (Some(earlier), Some(later), _) => {
                self.time.saturating_sub(spans.value(earlier)) <= spans.value(later).saturating_sub(self.time)
            }
        };
        if goes_back {
            let value = spans.value(earlier?);
            let start = match earlier?.checked_sub(1).filter(|place| self.before.contains(place)) {
                Some(place) if spans.value(place) == value => {
                    partition(&self.before, |place| spans.value(place) < value)
                }
                _ => earlier?,
            };
            let equals = start..self.before.end;
            self.before.end = start;
            Some(equals)
        } else {
            let value = spans.value(later?);
            let end = match Some(later? + 1).filter(|place| self.after.contains(place)) {
                Some(place) if spans.value(place) == value => {
                    partition(&self.after, |place| spans.value(place) <= value)
                }
                _ => later? + 1,
            };
            let equals = self.after.start..end;
            self.after.start = end;
            Some(equals)
        }
    }
}

/// The first place of which something does not hold, that holds of all before it.
fn partition(places: &Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut start, mut end) = (places.start, places.end);
    while start < end {
        let middle = start.midpoint(end);
        if holds(middle) { start = middle + 1 } else { end = middle }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::spans::Span;
    use super::*;

    fn order(nearest: Nearest, time: i128, values: &[i128], (first, last): (i128, i128)) -> Vec<i128> {
        let spans: Vec<Option<Span>> =
            values.iter().map(|value| Some(Span { group: 0, first: *value, last: *value })).collect();
        let spans = Spans::new(&spans);
        let mut way = Way::new(nearest, time, spans.points(&Span { group: 0, first, last }), &spans);
        std::iter::from_fn(|| way.next(&spans)).map(|row| values[row as usize]).collect()
    }

    #[test]
    fn the_nearest_comes_first() {
        let values = [1, 3, 3, 5, 8, 9];
        assert_eq!(order(Nearest::Earlier, 5, &values, (i128::MIN, 5)), [5, 3, 3, 1]);
        assert_eq!(order(Nearest::Later, 3, &values, (3, i128::MAX)), [3, 3, 5, 8, 9]);
        assert_eq!(order(Nearest::Either, 6, &values, (i128::MIN, i128::MAX)), [5, 8, 3, 3, 9, 1]);
        assert_eq!(order(Nearest::Either, 4, &values, (i128::MIN, 8)), [3, 3, 5, 1, 8], "as near, the earlier one");
        assert_eq!(order(Nearest::Earlier, 5, &values, (6, 7)), [0; 0]);
    }

    #[test]
    fn rows_of_one_time_keep_their_order_on_either_side() {
        let spans: Vec<Option<Span>> =
            [7, 4, 4, 7].map(|value| Some(Span { group: 0, first: value, last: value })).into();
        let spans = Spans::new(&spans);
        for (nearest, expected) in
            [(Nearest::Earlier, [0, 3, 1, 2]), (Nearest::Later, [1, 2, 0, 3]), (Nearest::Either, [1, 2, 0, 3])]
        {
            let mut way = Way::new(nearest, 5, 0..4, &spans);
            let rows: Vec<u32> = std::iter::from_fn(|| way.next(&spans)).collect();
            assert_eq!(rows, expected, "{nearest:?}");
        }
    }
}
