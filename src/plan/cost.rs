//! What a list of values costs that is too long for one filter: cut into several requests, or left to the scan of the range?
//! The list may be written in a statement, or be the keys of a join.
//!
//! Whichever needs fewer requests; a filter costs one at least. How many pages the range holds is not known beforehand, but its
//! first page tells: it covers a span of time, and the rest of the range is about as dense. A first page that is also the last
//! has answered the question at the price of one request, which no cutting could undercut. Where records have no time, a page
//! tells nothing of those behind it, so pages are read until they have cost as much as the parts would: that is never more than
//! twice of the better way.
//!
//! Windows of time have a third way: two of them are one that holds the gap between them as well, and a filter has room for
//! more of what is left. A gap is worth the pages that lie in it.

/// Up to this many parts are asked at once if the range is longer than [`WIDE`]: the first page of such a range would most
/// likely be a request for nothing. With two, that costs at most one request more than the range itself, however few
/// records it holds; with more, a quiet stream would pay for a list that its one page answers.
const FEW_PARTS: usize = 2;
/// A day, in microseconds.
const WIDE: i64 = 86_400_000_000;

/// How to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// One request for each part.
    Parts,
    /// Read the range without the list.
    Window,
    /// Read one more page of the range, then decide.
    Look,
}

/// The pages of a range that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The newest and the oldest time among their records.
    pub span: (i64, i64),
    /// How many.
    pub pages: usize,
}

/// Chooses for a number of parts and a range of time, in microseconds; `None`: records have none. `seen` is what was read of
/// the range, once something was; it did not end with that.
pub fn choose(parts: usize, range: Option<(i64, i64)>, seen: Option<Seen>) -> Choice {
    match (range, seen) {
        (None, None) if parts <= FEW_PARTS => Choice::Parts,
        (None, Some(Seen { pages, .. })) if pages >= parts => Choice::Parts,
        (None, _) => Choice::Look,
        (Some((from, to)), None) if parts <= FEW_PARTS && to.saturating_sub(from) > WIDE => Choice::Parts,
        (Some(_), None) => Choice::Look,
        (Some(range), Some(seen)) if pages_left(range, seen) > parts as u64 => Choice::Parts,
        (Some(_), Some(_)) => Choice::Window,
    }
}

/// Which windows to read as one, so that the fewest requests are needed: the places of the first and the last of each that is
/// read. A filter has room for so many; `windows` are in the order of time, in microseconds, and lie apart.
///
/// What lies in the windows has to be read in any case, so what counts is a request for each filter and the pages of the gaps
/// that are read along. The narrowest gaps are read first. Of ways that cost the same, the one with fewer rows is taken.
pub(super) fn close_gaps(windows: &[(i64, i64)], a_filter: usize, seen: Seen) -> Vec<(usize, usize)> {
    let gap = |at: usize| u128::from(windows[at + 1].0.saturating_sub(windows[at].1).max(0).unsigned_abs());
    let mut gaps: Vec<usize> = (0..windows.len().saturating_sub(1)).collect();
    gaps.sort_by_key(|at| (gap(*at), *at));
    let covered = u128::from(seen.span.0.abs_diff(seen.span.1).max(1));
    let pages = seen.pages as u128;
    let (mut closed, mut widths, mut least) = (0, 0, u128::MAX);
    for count in 0..=gaps.len() {
        // In pages, times what one page was seen to cover.
        let filters = (windows.len() - count).div_ceil(a_filter.max(1)) as u128;
        let cost = filters.saturating_mul(covered).saturating_add(pages.saturating_mul(widths));
        if cost < least {
            (closed, least) = (count, cost);
        }
        widths += gaps.get(count).map_or(0, |at| gap(*at));
    }
    let mut open: Vec<usize> = gaps.split_off(closed);
    open.sort_unstable();
    let firsts = std::iter::once(0).chain(open.iter().map(|at| at + 1));
    let lasts = open.iter().copied().chain(windows.len().checked_sub(1));
    firsts.zip(lasts).collect()
}

/// About how many pages of a range are left, if the rest of it is as dense as what was seen.
fn pages_left((from, to): (i64, i64), Seen { span: (newest, oldest), pages }: Seen) -> u64 {
    let covered = newest.abs_diff(oldest).max(1);
    let (older, newer) = (oldest.saturating_sub(from).max(0), to.saturating_sub(newest).max(0));
    // Pages begin at one of the range's ends: the way to the other one is left.
    let left = older.max(newer).unsigned_abs();
    left.saturating_mul(pages as u64).div_ceil(covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = WIDE;

    #[test]
    fn where_there_is_no_time_pages_are_read_until_the_parts_would_have_cost_no_more() {
        for (parts, pages, choice) in [
            (2, None, Choice::Parts),
            (3, None, Choice::Look),
            (3, Some(1), Choice::Look),
            (3, Some(3), Choice::Parts),
            (200, Some(199), Choice::Look),
            (200, Some(200), Choice::Parts),
        ] {
            let seen = pages.map(|pages| Seen { span: (0, 0), pages });
            assert_eq!(choose(parts, None, seen), choice, "{parts} {pages:?}");
        }
    }

    #[test]
    fn a_first_page_tells_how_many_are_left() {
        let month = (0, 30 * DAY);
        let page = |newest, oldest| Some(Seen { span: (newest * DAY, oldest * DAY), pages: 1 });
        for (parts, seen, choice) in [
            (2, None, Choice::Parts),
            (3, None, Choice::Look),
            // A day a page: 29 are left.
            (28, page(30, 29), Choice::Parts),
            (29, page(30, 29), Choice::Window),
            (334, page(30, 29), Choice::Window),
            // Read from its older end.
            (28, page(1, 0), Choice::Parts),
            (334, page(1, 0), Choice::Window),
        ] {
            assert_eq!(choose(parts, Some(month), seen), choice, "{parts} {seen:?}");
        }
        assert_eq!(choose(2, Some((0, DAY)), None), Choice::Look, "of a short range one page may be all");
    }

    #[test]
    fn a_gap_is_read_along_where_that_costs_less_than_a_filter() {
        // A page a day.
        let seen = Seen { span: (DAY, 0), pages: 1 };
        // Windows of an hour, each so many hours behind the one before.
        let hour = DAY / 24;
        let windows = |gaps: &[i64]| -> Vec<(i64, i64)> {
            let mut from = 0;
            let mut windows = vec![(0, hour)];
            for gap in gaps {
                from += (gap + 1) * hour;
                windows.push((from, from + hour));
            }
            windows
        };
        for (gaps, a_filter, expected) in [
            (vec![], 7, vec![(0, 0)]),
            // All of them are one filter, whatever lies between them.
            (vec![1; 6], 7, vec![(0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6)]),
            // One too many: the narrowest gap costs a twelfth of a page, a filter more one.
            (vec![9, 2, 9], 3, vec![(0, 0), (1, 2), (3, 3)]),
            // Of gaps as wide as a page, none is worth it.
            (vec![24, 24, 24], 3, vec![(0, 0), (1, 1), (2, 2), (3, 3)]),
            (vec![23, 24, 24], 3, vec![(0, 1), (2, 2), (3, 3)]),
            // One window to a filter: each gap for itself.
            (vec![23, 25, 1], 1, vec![(0, 1), (2, 3)]),
            // So close that they are one.
            (vec![1; 20], 1, vec![(0, 20)]),
            (vec![500; 3], 1, vec![(0, 0), (1, 1), (2, 2), (3, 3)]),
        ] {
            assert_eq!(close_gaps(&windows(&gaps), a_filter, seen), expected, "{gaps:?} {a_filter}");
        }
        assert_eq!(close_gaps(&[], 7, seen), [(0, 0); 0]);
    }

    /// Every way to read some windows as one, over small cases: none takes less than the one that is chosen.
    #[test]
    fn no_other_way_to_close_gaps_takes_fewer_requests() {
        let cost = |gaps: &[i64], closed: u32, a_filter: usize| -> usize {
            let windows = gaps.len() + 1 - closed.count_ones() as usize;
            let along: i64 =
                gaps.iter().enumerate().filter(|(at, _)| closed & (1 << at) != 0).map(|(_, gap)| gap).sum();
            // With a page for each ten.
            windows.div_ceil(a_filter) * 10 + usize::try_from(along).unwrap()
        };
        let mut dice = fastrand::Rng::with_seed(11);
        for case in 0..400 {
            let gaps: Vec<i64> = (0..dice.usize(0..9)).map(|_| dice.i64(1..25)).collect();
            let a_filter = dice.usize(1..5);
            let mut windows = vec![(0, 1)];
            for gap in &gaps {
                let (_, last) = windows[windows.len() - 1];
                windows.push((last + gap, last + gap + 1));
            }
            let chosen = close_gaps(&windows, a_filter, Seen { span: (10, 0), pages: 1 });
            assert_eq!((chosen[0].0, chosen[chosen.len() - 1].1), (0, gaps.len()), "{case}");
            let closed = chosen.iter().flat_map(|(first, last)| *first..*last).fold(0, |closed, at| closed | 1 << at);
            let least = (0..1_u32 << gaps.len()).map(|other| cost(&gaps, other, a_filter)).min().unwrap();
            assert_eq!(cost(&gaps, closed, a_filter), least, "{case}: {gaps:?} {a_filter} {chosen:?}");
        }
    }
}
