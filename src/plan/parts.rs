//! A list of values that is too long for one filter: cut into several requests, or left to the scan of the time range?
//!
//! Whichever needs fewer requests. How many pages the range holds is not known beforehand, but its first page tells: it
//! covers a span of time, and the rest of the range is about as dense. A first page that is also the last has answered
//! the question at the price of one request, which no cutting could undercut.

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
    /// Read the time range without the list.
    Window,
    /// Read the first page of the time range, then decide.
    Look,
}

/// Chooses for a number of parts and a range of time; `None`: records have none, and how many there are shows only in a first
/// page that is not the last. `read` is the span that the first page covered, once it is there.
pub fn choose(parts: usize, range: Option<(i64, i64)>, read: Option<(i64, i64)>) -> Choice {
    let Some((from, to)) = range else {
        return if read.is_some() || parts <= FEW_PARTS { Choice::Parts } else { Choice::Look };
    };
    let Some((newest, oldest)) = read else {
        return if parts <= FEW_PARTS && to.saturating_sub(from) > WIDE { Choice::Parts } else { Choice::Look };
    };
    let covered = newest.abs_diff(oldest).max(1);
    let left = if to.abs_diff(oldest) > oldest.abs_diff(from) { oldest.abs_diff(from) } else { to.abs_diff(oldest) };
    let pages = left.div_ceil(covered);
    if pages > parts as u64 { Choice::Parts } else { Choice::Window }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_there_is_no_time_a_first_page_that_is_not_the_last_decides() {
        for (parts, read, choice) in [
            (2, None, Choice::Parts),
            (3, None, Choice::Look),
            (200, None, Choice::Look),
            // Nobody knows how many pages are left: the parts are known to be enough.
            (200, Some((0, 0)), Choice::Parts),
        ] {
            assert_eq!(choose(parts, None, read), choice, "{parts} {read:?}");
        }
    }
}
