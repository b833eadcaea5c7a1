//! How dense the records of a range lie: as they were counted, day by day, or evenly where nobody knows.

use crate::plan::estimate::{DAY, Days, MOST_DAYS};

/// Records of a set by time, in proportion to one another.
#[derive(Debug, Default)]
pub struct Density {
    /// Records of the days that are known; none: even.
    days: Days,
    /// What a day is taken to have that nobody has counted.
    mean: u64,
}

/// A part of a range, up to before its end, in which every microsecond weighs the same.
struct Part {
    from: i64,
    to: i64,
    rate: u64,
}

impl Density {
    /// As days were counted.
    pub fn of(days: Days) -> Self {
        let sum = days.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let mean = sum.checked_div(days.len() as u64).unwrap_or(1).max(1);
        Self { days, mean }
    }

    /// How much lies between two instants.
    pub(super) fn weight(&self, from: i64, to: i64) -> u128 {
        self.parts(from, to).map(|part| part.weight()).sum()
    }

    /// The instant between two others above which a share of what lies there is.
    pub(super) fn above(&self, (from, to): (i64, i64), n: u64, of: u64) -> i64 {
        let mut left = self.weight(from, to) / u128::from(of.max(1)) * u128::from(n);
        for part in self.parts(from, to) {
            if let Some(rest) = left.checked_sub(part.weight()) {
                left = rest;
                continue;
            }
            let into = i64::try_from(left / u128::from(part.rate)).unwrap_or(i64::MAX);
            return part.to.saturating_sub(into);
        }
        from
    }

    /// The parts of a range, newest first.
    fn parts(&self, from: i64, to: i64) -> impl Iterator<Item = Part> + '_ {
        let (first, last) = (from.div_euclid(DAY), to.saturating_sub(1).div_euclid(DAY));
        let is_even = self.days.is_empty() || last.saturating_sub(first) >= MOST_DAYS;
        let even = (is_even && from < to).then_some(Part { from, to, rate: 1 });
        let days = (!is_even && from < to).then_some(first..=last);
        let by_day = days.into_iter().flat_map(Iterator::rev).map(move |day| Part {
            from: from.max(day * DAY),
            to: to.min((day + 1) * DAY),
            rate: self.days.get(&day).copied().unwrap_or(self.mean),
        });
        even.into_iter().chain(by_day)
    }
}

impl Part {
    fn weight(&self) -> u128 {
        u128::from(self.to.abs_diff(self.from)) * u128::from(self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_weighs_as_counted_and_the_rest_as_the_mean() {
        let known = Density::of([(0, 10), (1, 0), (2, 20)].into());
        for ((from, to), weight) in [((0, DAY), 10), ((0, 2 * DAY), 10), ((DAY, 3 * DAY), 20), ((2 * DAY, 4 * DAY), 30)]
        {
            assert_eq!(known.weight(from, to), weight * u128::from(DAY.unsigned_abs()), "{from}..{to}");
        }
        assert_eq!((known.weight(DAY / 2, DAY), known.weight(5, 5), known.weight(9, 5)), (5 * 86_400_000_000, 0, 0));
        // A third of it is the first day, so an edge lies where the third day begins, and another in its middle.
        assert_eq!(known.above((0, 3 * DAY), 1, 3), 2 * DAY + DAY / 2);
        assert_eq!(known.above((0, 3 * DAY), 3, 4), 3 * DAY / 4);
    }

    #[test]
    fn without_numbers_time_itself_weighs() {
        let even = Density::default();
        assert_eq!((even.weight(0, 7), even.above((0, 8), 1, 4), even.above((0, 8), 4, 4)), (7, 6, 0));
        assert_eq!(even.weight(i64::MIN, i64::MAX), u128::from(u64::MAX));
        let known = Density::of([(0, 10)].into());
        assert_eq!(known.weight(i64::MIN, i64::MAX), u128::from(u64::MAX), "a range beyond all reason");
    }
}
