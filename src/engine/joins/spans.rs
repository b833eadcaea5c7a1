//! Spans of a value, in groups, and which of them meet another span.
//!
//! Everything that a join looks up is one question: of these spans, which meet that one? A time is a span of one value, a
//! window has two ends, a network is the span of its addresses. A group is what has to be equal besides: the hash of the
//! other keys, and the family of an address.
//!
//! Spans are kept in the order of their group and their first value. What ends before the question begins is passed over by
//! the greatest last value of each half, halves of halves and so on, which are kept beside them: a tree that needs no
//! pointers (as in cgranges, github.com/lh3/cgranges). Where all spans are single values, a binary search does.
//! Nothing here knows Arrow.

use std::collections::HashMap;
use std::ops::Range;

/// From a value to another of the same group, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    /// Spans of other groups are never met.
    pub(super) group: u64,
    pub(super) first: i128,
    pub(super) last: i128,
}

/// The spans of the rows of one side.
#[derive(Debug, Default)]
pub(super) struct Spans {
    groups: HashMap<u64, Range<usize>>,
    first: Vec<i128>,
    last: Vec<i128>,
    /// The greatest `last` of the half-open range that a place is the middle of. Empty, if all are single values.
    furthest: Vec<i128>,
    rows: Vec<u32>,
}

/// Bytes that a span takes here, at most.
pub(super) const BYTES: usize = 3 * size_of::<i128>() + size_of::<u32>() + size_of::<(u64, Range<usize>)>();

impl Spans {
    /// The spans of rows, by their place. A row without one meets nothing. One that ends before it begins meets what lies
    /// around both of its ends.
    pub(super) fn new(spans: &[Option<Span>]) -> Self {
        let rows = (0_u32..).zip(spans).filter_map(|(row, span)| Some((span.as_ref().copied()?, row)));
        let mut sorted: Vec<(Span, u32)> = rows.collect();
        sorted.sort_unstable_by_key(|(span, row)| (span.group, span.first, *row));
        let mut made = Self::default();
        for group in sorted.chunk_by(|(a, _), (b, _)| a.group == b.group) {
            let start = made.rows.len();
            made.first.extend(group.iter().map(|(span, _)| span.first));
            made.last.extend(group.iter().map(|(span, _)| span.last));
            made.rows.extend(group.iter().map(|(_, row)| *row));
            made.groups.insert(group[0].0.group, start..made.rows.len());
        }
        if made.first != made.last {
            made.furthest = made.last.clone();
            for range in made.groups.values() {
                reach(&made.last, &mut made.furthest, range.clone());
            }
        }
        made
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The least first value, and the greatest last one.
    pub(super) fn extent(&self) -> Option<(i128, i128)> {
        Some((*self.first.iter().min()?, *self.last.iter().max()?))
    }

    /// The first and the last value of each.
    pub(super) fn all(&self) -> impl Iterator<Item = (i128, i128)> {
        self.first.iter().copied().zip(self.last.iter().copied())
    }

    /// Adds the rows that meet a span, as many as are wanted at most.
    pub(super) fn meeting(&self, span: &Span, most: usize, rows: &mut Vec<u32>) {
        if self.furthest.is_empty() {
            let met = self.points(span);
            rows.extend_from_slice(&self.rows[met.start..met.end.min(met.start.saturating_add(most))]);
            return;
        }
        let Some(all) = self.groups.get(&span.group) else { return };
        // What begins behind the end is met by nothing.
        let end = all.start + self.first[all.clone()].partition_point(|first| *first <= span.last);
        let enough = rows.len().saturating_add(most);
        // Ranges that are yet to be looked at, with the middle that the tree was built by.
        let mut open = vec![all.clone()];
        while let Some(range) = open.pop() {
            let middle = range.start.midpoint(range.end);
            if range.is_empty() || range.start >= end || self.furthest[middle] < span.first {
                continue;
            }
            if rows.len() >= enough {
                return;
            }
            if middle < end && self.last[middle] >= span.first {
                rows.push(self.rows[middle]);
            }
            open.push(middle + 1..range.end);
            open.push(range.start..middle);
        }
    }

    /// Of single values: the places of those that lie in a span, in their order.
    pub(super) fn points(&self, span: &Span) -> Range<usize> {
        let Some(all) = self.groups.get(&span.group) else { return 0..0 };
        let values = &self.first[all.clone()];
        // An open end needs no search.
        let start = if span.first == i128::MIN { 0 } else { values.partition_point(|value| *value < span.first) };
        let length = match span.last {
            i128::MAX => values.len() - start,
            last => values[start..].partition_point(|value| *value <= last),
        };
        all.start + start..all.start + start + length
    }

    /// The value at a place.
    pub(super) fn value(&self, place: usize) -> i128 {
        self.first[place]
    }

    /// The row at a place.
    pub(super) fn row(&self, place: usize) -> u32 {
        self.rows[place]
    }

    /// Puts rows of the same group and the same value in an order: `sort` is given all of them that are more than one.
    pub(super) fn sort_equals<E>(&mut self, mut sort: impl FnMut(&mut [u32]) -> Result<(), E>) -> Result<(), E> {
        for range in self.groups.values() {
            let mut start = range.start;
            while start < range.end {
                let value = self.first[start];
                let length = self.first[start..range.end].iter().take_while(|other| **other == value).count();
                if length > 1 {
                    sort(&mut self.rows[start..start + length])?;
                }
                start += length;
            }
        }
        Ok(())
    }
}

/// Sets the furthest value of the middle of each range of a tree, and tells that of the whole.
fn reach(last: &[i128], furthest: &mut [i128], range: Range<usize>) -> i128 {
    if range.is_empty() {
        return i128::MIN;
    }
    let middle = range.start.midpoint(range.end);
    // As deep as the tree is: 32 for all rows that there can be.
    let below = reach(last, furthest, range.start..middle);
    let above = reach(last, furthest, middle + 1..range.end);
    furthest[middle] = last[middle].max(below).max(above);
    furthest[middle]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(group: u64, first: i128, last: i128) -> Span {
        Span { group, first, last }
    }

    /// Every span compared with the question.
    fn plain(spans: &[Option<Span>], asked: &Span) -> Vec<u32> {
        let meets = |span: &Span| span.group == asked.group && span.first <= asked.last && span.last >= asked.first;
        (0..).zip(spans).filter(|(_, span)| span.as_ref().is_some_and(meets)).map(|(row, _)| row).collect()
    }

    #[test]
    fn what_meets_is_what_a_comparison_of_all_finds() {
        let mut dice = fastrand::Rng::with_seed(7);
        let (mut found, mut cases) = (0, 0);
        for case in 0..600 {
            let size = dice.usize(0..60);
            let longest = [0, 3, 40, 1_000][case % 4];
            let any = |dice: &mut fastrand::Rng| {
                let first = i128::from(dice.i64(-50..50));
                span(dice.u64(0..3), first, first + i128::from(dice.i64(-longest / 8..=longest)))
            };
            let spans: Vec<Option<Span>> = (0..size).map(|_| dice.u8(0..9).ne(&0).then(|| any(&mut dice))).collect();
            let made = Spans::new(&spans);
            for _ in 0..20 {
                let asked = any(&mut dice);
                let mut rows = Vec::new();
                made.meeting(&asked, usize::MAX, &mut rows);
                rows.sort_unstable();
                assert_eq!(rows, plain(&spans, &asked), "{spans:?} {asked:?}");
                found += rows.len();
                cases += 1;
                let mut some = Vec::new();
                made.meeting(&asked, 1, &mut some);
                assert_eq!(some.len(), rows.len().min(1), "one of {rows:?} is enough");
            }
        }
        assert!(found > cases, "{found} spans were met in {cases} questions");
    }

    #[test]
    fn the_ends_of_all_values_are_values_too() {
        let all = span(1, i128::MIN, i128::MAX);
        let made = Spans::new(&[Some(all), None, Some(span(1, 4, 4)), Some(span(1, 9, 3))]);
        let mut rows = Vec::new();
        made.meeting(&span(1, 4, 4), 9, &mut rows);
        rows.sort_unstable();
        assert_eq!((rows, made.extent()), (vec![0, 2], Some((i128::MIN, i128::MAX))));
        assert!(Spans::new(&[None]).is_empty());
    }

    #[test]
    fn equal_values_are_put_in_order() {
        let mut made =
            Spans::new(&[Some(span(1, 5, 5)), Some(span(1, 5, 5)), Some(span(2, 5, 5)), Some(span(1, 5, 5))]);
        made.sort_equals(|rows| {
            rows.reverse();
            Ok::<_, ()>(())
        })
        .unwrap();
        let met = made.points(&span(1, 0, 9));
        assert_eq!(met.map(|place| made.row(place)).collect::<Vec<_>>(), [3, 1, 0]);
    }
}
