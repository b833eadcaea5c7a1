//! Numbers by the time at which they were, in as few places as a picture can show.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::bin::{Bin, DAY, month};

/// Lengths of which each is a part of all that come after it, here and in [`super::bin::LENGTHS`]: to such, times can be made coarser.
const GRAINS: [i64; 9] = [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600];

/// January among the months of a year, a bit each.
const JANUARY: u16 = 1;
/// The months with which quarters begin.
const QUARTERS: u16 = 0b0010_0100_1001;

/// Places that are kept apart. With more, the range is so long that no picture shows them apart.
const PLACES: usize = 100_000;

/// Where a place of a grain begins in which a second lies.
fn begin(second: i64, grain: i64) -> i64 {
    second.div_euclid(grain) * grain
}

/// The largest span of which both are multiples; of nothing and another, that one.
pub(super) fn common(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// How far times stand apart, and on what.
#[derive(Debug, Default)]
pub(super) struct Step {
    /// The first time that was read, and the largest span of which all others are multiples away from it.
    apart: Option<(i64, i64)>,
    /// The largest part of a day on whose multiples all stand.
    grid: i64,
    /// Months of the year with which times begin, a bit each.
    months: u16,
    /// Whether a time stands elsewhere than where a month begins.
    is_within_months: bool,
}

impl Step {
    pub(super) fn add(&mut self, second: i64) {
        let (first, apart) = self.apart.unwrap_or((second, 0));
        self.apart = Some((first, common(apart, second - first)));
        self.grid = common(if self.grid == 0 { DAY } else { self.grid }, second);
        if !self.is_within_months {
            self.is_within_months = Bin::Months(1).begin(second) != second;
            self.months |= 1 << month(second).rem_euclid(12);
        }
    }

    /// The least time that a bar may have. Of one time alone, nothing but where it stands on the clock tells that.
    pub(super) fn least(&self) -> Bin {
        match self.apart {
            Some((_, 0)) => Bin::Seconds(self.grid),
            Some(_) if !self.is_within_months => Bin::Months(self.months()),
            Some((_, apart)) => Bin::Seconds(apart),
            None => Bin::Seconds(0),
        }
    }

    /// Of times that all begin a month: how many months each stands for. Two that begin a quarter may be months all the same.
    fn months(&self) -> i64 {
        match self.months {
            JANUARY => 12,
            months if months & !QUARTERS == 0 && months.count_ones() > 2 => 3,
            _ => 1,
        }
    }

    /// Whether the times are days.
    pub(super) fn is_of_days(&self) -> bool {
        self.apart.is_some_and(|(_, apart)| self.grid == DAY || (apart > 0 && apart % DAY == 0))
    }

    /// Where the first bar begins. A week or a day begins at the time that stands for it, whatever weekday or hour that is.
    pub(super) fn begin(&self, first: i64, bin: Bin) -> i64 {
        let is_on = |length: i64| self.apart.is_some_and(|(_, apart)| apart > 0 && apart % length == 0);
        match bin {
            Bin::Seconds(length) if length % DAY == 0 && is_on(length) => first,
            bin => bin.begin(first),
        }
    }
}

/// The second on the clock that a text shows, in the zone in which it shows it; `None` if it is no time.
pub(super) fn second_of(text: &str) -> Option<i64> {
    let on_the_clock = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").ok();
    let whole = text.get(..19).and_then(|begin| on_the_clock(&begin.replacen(' ', "T", 1)));
    let minute = || on_the_clock(&format!("{}:00", text.get(..16)?.replacen(' ', "T", 1)));
    let day = || Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN));
    whole.or_else(minute).or_else(day).map(|time| time.and_utc().timestamp())
}

/// Rows and sums by time.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// Which of the grains the places have.
    grain: usize,
    places: BTreeMap<i64, (f64, u64)>,
}

impl Times {
    pub(super) fn add(&mut self, second: i64, number: f64) {
        let place = self.places.entry(begin(second, GRAINS[self.grain])).or_default();
        place.0 += number;
        place.1 += 1;
        if self.places.len() > PLACES && self.grain + 1 < GRAINS.len() {
            self.grain += 1;
            for (second, (sum, rows)) in std::mem::take(&mut self.places) {
                let place = self.places.entry(begin(second, GRAINS[self.grain])).or_default();
                place.0 += sum;
                place.1 += rows;
            }
        }
    }

    /// The first and the last second of any.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        Some((*self.places.keys().next()?, *self.places.keys().next_back()?))
    }

    /// The second, the sum and the rows of each place, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (i64, f64, u64)> {
        self.places.iter().map(|(second, (sum, rows))| (*second, *sum, *rows))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_no_shorter_than_what_lies_between_the_times() {
        for (times, expected) in [
            (&[0, 3_600, 18_000][..], 3_600),
            (&[0, 86_400, 259_200], 86_400),
            (&[345_600, 950_400, 2_764_800], 604_800),
            (&[0, 5_400], 5_400),
            (&[0, 14_400, 43_200], 14_400),
            // A bar of six hours would have one time of four hours, or two.
            (&[0, 14_400, 130 * 14_400], 43_200),
            (&[7], 1),
            (&[86_400], 86_400),
            (&[90_000], 3_600),
        ] {
            let mut step = Step::default();
            times.iter().for_each(|time| step.add(*time));
            let bin = Bin::of((times[0], times[times.len() - 1]), step.least(), 120);
            assert_eq!(bin, Bin::Seconds(expected), "{times:?}");
        }
    }

    #[test]
    fn days_are_told_from_times_of_the_day_and_begin_where_they_stand() {
        let step = |times: &[i64]| {
            let mut step = Step::default();
            times.iter().for_each(|time| step.add(*time));
            step
        };
        for (times, is_of_days) in [
            (&[][..], false),
            (&[0], true),
            (&[3_600], false),
            (&[0, DAY], true),
            // Midnight of another zone.
            (&[79_200, 79_200 + 3 * DAY], true),
            (&[0, DAY, DAY + 3_600], false),
        ] {
            assert_eq!(step(times).is_of_days(), is_of_days, "{times:?}");
        }
        // Mondays.
        let weeks = step(&[4 * DAY, 11 * DAY]);
        assert_eq!(weeks.begin(4 * DAY, Bin::Seconds(7 * DAY)), 4 * DAY);
        assert_eq!((weeks.begin(4 * DAY, Bin::Seconds(2 * DAY)), weeks.begin(4 * DAY, Bin::Months(1))), (4 * DAY, 0));
        assert_eq!(step(&[3_600, 7_200]).begin(3_600, Bin::Seconds(7_200)), 0);
    }

    #[test]
    fn times_that_begin_months_have_bars_of_months() {
        let least = |days: &[&str]| {
            let mut step = Step::default();
            days.iter().for_each(|day| step.add(second_of(day).unwrap()));
            step.least()
        };
        for (days, expected) in [
            // Four weeks apart, and months all the same.
            (&["2026-02-01", "2026-03-01"][..], Bin::Months(1)),
            (&["2026-01-01", "2026-07-01"], Bin::Months(1)),
            (&["2026-01-01", "2026-04-01", "2026-07-01"], Bin::Months(3)),
            (&["2024-01-01", "2026-01-01"], Bin::Months(12)),
            (&["2026-02-01", "2026-03-02"], Bin::Seconds(29 * DAY)),
            (&["2026-02-01", "2026-03-01 12:00"], Bin::Seconds(28 * DAY + DAY / 2)),
            (&["2026-03-01"], Bin::Seconds(DAY)),
        ] {
            assert_eq!(least(days), expected, "{days:?}");
        }
    }

    #[test]
    fn a_time_is_read_as_its_clock_shows_it() {
        let noon = 1_777_636_800;
        for text in [
            "2026-05-01T12:00:00Z",
            "2026-05-01T12:00:00.999Z",
            "2026-05-01T12:00:00+02:00",
            "2026-05-01T12:00:00",
            "2026-05-01 12:00:00",
            "2026-05-01 12:00",
        ] {
            assert_eq!(second_of(text), Some(noon), "{text}");
        }
        assert_eq!(second_of("2026-05-01"), Some(noon - 43_200));
        for text in ["", "12:00", "soon", "2026-05-01T12", "日本語日本語日本語", "1777636800"] {
            assert_eq!(second_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_long_range_is_kept_in_few_places_and_loses_nothing() {
        let mut times = Times::default();
        let rows = 300_000;
        (0..rows).for_each(|at| times.add(at * 7, 2.0));
        assert!(times.places.len() <= PLACES, "{}", times.places.len());
        let (sum, count) = times.all().fold((0.0, 0), |(sum, count), (_, more, rows)| (sum + more, count + rows));
        assert_eq!((sum, count), (600_000.0, 300_000));
        assert_eq!(times.span(), Some((0, begin((rows - 1) * 7, GRAINS[times.grain]))));
    }

    #[test]
    fn coarser_places_never_cross_the_edge_of_a_bar() {
        for (at, grain) in GRAINS.iter().enumerate() {
            assert!(GRAINS[at..].iter().all(|other| other % grain == 0));
            // So many places of one grain fill bars of at least this length.
            let least = grain * i64::try_from(PLACES).unwrap() / 200;
            let bars = crate::output::chart::bin::LENGTHS.iter().filter(|length| **length >= least);
            assert!(bars.into_iter().all(|length| length % grain == 0), "{grain}");
        }
    }
}
