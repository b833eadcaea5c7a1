//! What a list of values costs that is too long for one filter: cut into several requests, or left to the scan of the range?
//! The list may be written in a statement, or be the keys of a join.
//!
//! Whichever needs fewer requests; a filter costs one at least. How many pages the range holds is not known beforehand, but its
//! first page tells: it covers a span of time, and the rest of the range is about as dense. A first page that is also the last
//! has answered the question at the price of one request, which no cutting could undercut. Where records have no time, a page
//! tells nothing of those behind it, so pages are read until they have cost as much as the parts would: that is never more than
//! twice of the better way.

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
}
