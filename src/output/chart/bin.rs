//! How long the time of a bar is: so many seconds, or so many months of the calendar.
//!
//! Up to a year a bar has a length that fits the range. From there on people look for months by their names, and months have no
//! length: they are counted by the calendar, in the zone in which the times are shown.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// Seconds of a week.
const WEEK: i64 = 7 * DAY;
/// Months of a year.
const YEAR: i64 = 12;

/// Lengths of a bar's time, in seconds.
pub(super) const LENGTHS: [i64; 16] =
    [1, 5, 15, 30, 60, 300, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, DAY, 172_800, WEEK];

/// Lengths in months: a month, a quarter, years.
const MONTHS: [i64; 15] = [1, 3, YEAR, 24, 60, 120, 240, 600, 1_200, 2_400, 6_000, 12_000, 24_000, 60_000, 120_000];

/// The time of one bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) enum Bin {
    /// So many seconds.
    Seconds(i64),
    /// So many months, the first of which begins a quarter, a year or a decade where they are as many.
    Months(i64),
}

impl Bin {
    /// The bars that show all from the first to the last second, at most `most` of them and none finer than `least`.
    ///
    /// A range of twelve months or more has bars of months or years, unless the times are weeks, which months would cut. Of
    /// several days, a bar is no shorter than the longest length that is.
    pub(in crate::output) fn of(span: (i64, i64), least: Self, most: i64) -> Self {
        let fits = |bin: &Self| bin.bars(span) <= most;
        let months = |least: i64| {
            let mut all = MONTHS.into_iter().filter(|months| *months >= least).map(Self::Months);
            all.clone().find(fits).or_else(|| all.next_back()).unwrap_or(Self::Months(YEAR))
        };
        let least = match least {
            Self::Months(least) => return months(least),
            Self::Seconds(least) => least,
        };
        let are_weeks = Self::Seconds(least).is_weeks() && fits(&Self::Seconds(WEEK));
        if Self::Months(1).bars(span) >= YEAR && !are_weeks {
            return months(1);
        }
        // Bars of four or eight hours are as good as any.
        let exact = Some(least).filter(|least| *least >= 3_600 && DAY % least == 0);
        let least = exact.or_else(|| LENGTHS.iter().rev().find(|length| **length <= least).copied()).unwrap_or(1);
        let is_such = |length: &i64| *length >= least && exact.is_none_or(|exact| length % exact == 0);
        let lengths = exact.into_iter().chain(LENGTHS).filter(is_such);
        lengths.map(Self::Seconds).find(fits).unwrap_or_else(|| months(1))
    }

    /// Whether it is a number of whole weeks, which no month is.
    pub(super) fn is_weeks(self) -> bool {
        matches!(self, Self::Seconds(length) if length > 0 && length % WEEK == 0)
    }

    /// How many bars go from the one of the first second to the one of the last.
    fn bars(self, (first, last): (i64, i64)) -> i64 {
        self.place(self.begin(first), last) + 1
    }

    /// Where the bar begins in which a second lies.
    pub(in crate::output) fn begin(self, second: i64) -> i64 {
        match self {
            Self::Seconds(length) => second.div_euclid(length) * length,
            Self::Months(months) => month_begin(month(second).div_euclid(months) * months),
        }
    }

    /// Which bar a second is in, from 0, where the first one begins at `first`.
    pub(in crate::output) fn place(self, first: i64, second: i64) -> i64 {
        match self {
            Self::Seconds(length) => (second - first).div_euclid(length),
            Self::Months(months) => (month(second) - month(first)).div_euclid(months),
        }
    }

    /// Where a bar begins that has so many before it, of which the first one begins at `first`.
    pub(in crate::output) fn after(self, first: i64, bars: i64) -> i64 {
        match self {
            Self::Seconds(length) => first + length * bars,
            Self::Months(months) => month_begin(month(first) + months * bars),
        }
    }

    /// `15 minutes`, `1 month`
    pub(in crate::output) fn said(self) -> String {
        let (count, unit) = match self {
            Self::Months(months) if months % YEAR == 0 => (months / YEAR, "year"),
            Self::Months(months) => (months, "month"),
            Self::Seconds(length) if length % DAY == 0 => (length / DAY, "day"),
            Self::Seconds(length) if length % 3_600 == 0 => (length / 3_600, "hour"),
            Self::Seconds(length) if length % 60 == 0 => (length / 60, "minute"),
            Self::Seconds(length) => (length, "second"),
        };
        if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
    }

    /// A second as an axis shows it, as fine as the bars are: of a month its name, `2026-03`, of a year `2026`.
    pub(in crate::output) fn shown(self, second: i64) -> String {
        let format = match self {
            Self::Months(months) if months % YEAR == 0 => "%Y",
            Self::Months(_) => "%Y-%m",
            Self::Seconds(length) if length % DAY == 0 => "%Y-%m-%d",
            Self::Seconds(length) if length % 60 == 0 => "%Y-%m-%d %H:%M",
            Self::Seconds(_) => "%Y-%m-%d %H:%M:%S",
        };
        DateTime::from_timestamp(second, 0).map_or_else(|| second.to_string(), |time| time.format(format).to_string())
    }

    /// Whether the bars have names of their own: months and years do.
    pub(in crate::output) fn is_named(self) -> bool {
        matches!(self, Self::Months(_))
    }

    /// What the bar that begins there is called: `2026-03`, or from when to when it is.
    pub(in crate::output) fn name(self, begin: i64) -> String {
        let (from, end) = (self.shown(begin), self.after(begin, 1));
        match self {
            Self::Months(1 | YEAR) => from,
            // Months and years that have a name are all in it, the last one too.
            Self::Months(_) => format!("{from} to {}", self.shown(end - 1)),
            Self::Seconds(_) => format!("{from} to {}", self.shown(end)),
        }
    }
}

/// The months from the year 0 to the one of a second.
pub(super) fn month(second: i64) -> i64 {
    let time = DateTime::from_timestamp(second, 0).unwrap_or_default();
    i64::from(time.year()) * YEAR + i64::from(time.month0())
}

/// The first second of a month that is counted so.
fn month_begin(month: i64) -> i64 {
    let year = i32::try_from(month.div_euclid(YEAR)).ok();
    let begin = year.zip(u32::try_from(month.rem_euclid(YEAR) + 1).ok());
    let day = begin.and_then(|(year, month)| NaiveDate::from_ymd_opt(year, month, 1));
    day.map_or(i64::MAX, |day| day.and_time(NaiveTime::MIN).and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The second at which a day begins.
    fn at(day: &str) -> i64 {
        day.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc().timestamp()
    }

    #[test]
    fn bars_are_as_long_as_they_must_be() {
        use Bin::{Months, Seconds};
        for (last, most, expected) in [
            (0, 120, Seconds(1)),
            (119, 120, Seconds(1)),
            (120, 120, Seconds(5)),
            (DAY, 30, Seconds(3_600)),
            (7 * DAY, 120, Seconds(7_200)),
            (90 * DAY, 50, Seconds(172_800)),
            (330 * DAY, 120, Seconds(WEEK)),
            // Weeks do not fit, and bars of 30 days have no name.
            (200 * DAY, 16, Months(1)),
            (400 * DAY, 120, Months(1)),
            (400 * DAY, 13, Months(3)),
            (20 * 366 * DAY, 120, Months(3)),
            (20 * 366 * DAY, 68, Months(12)),
            (2_000 * 365 * DAY, 40, Months(1_200)),
        ] {
            let bin = Bin::of((0, last), Seconds(0), most);
            assert_eq!(bin, expected, "{last} in {most}");
            assert!(bin.place(bin.begin(0), last) < most, "{last} in {most}");
        }
    }

    #[test]
    fn a_range_of_twelve_months_has_bars_of_months() {
        for (first, last, expected) in [
            ("2026-01-01", "2026-11-30", Bin::Seconds(WEEK)),
            ("2026-01-31", "2026-12-01", Bin::Months(1)),
            ("2025-12-15", "2026-11-29", Bin::Months(1)),
        ] {
            assert_eq!(Bin::of((at(first), at(last)), Bin::Seconds(0), 120), expected, "{first}");
        }
        // Weeks that fit stay weeks, and others do not.
        let (weeks, span) = (Bin::Seconds(WEEK), (at("2025-01-06"), at("2026-01-12")));
        assert_eq!((Bin::of(span, weeks, 120), Bin::of(span, weeks, 40)), (weeks, Bin::Months(1)));
        // Months are never cut, however short the range is.
        assert_eq!(Bin::of((at("2026-01-01"), at("2026-02-01")), Bin::Months(1), 120), Bin::Months(1));
    }

    #[test]
    fn a_month_begins_and_ends_where_the_calendar_says() {
        let month = Bin::Months(1);
        let first = at("2023-12-01");
        for (second, place) in [
            (at("2023-12-01"), 0),
            (at("2024-01-01") - 1, 0),
            (at("2024-01-01"), 1),
            // A leap day.
            (at("2024-02-29"), 2),
            (at("2024-03-01") - 1, 2),
            (at("2024-03-01"), 3),
        ] {
            assert_eq!(month.place(first, second), place, "{second}");
            assert_eq!(month.begin(second), month.after(first, place), "{second}");
        }
        for (bin, begin) in
            [(Bin::Months(3), "2023-10-01"), (Bin::Months(12), "2023-01-01"), (Bin::Months(120), "2020-01-01")]
        {
            assert_eq!(bin.begin(first), at(begin), "{bin:?}");
        }
        // Before 1970, and before the year 1.
        assert_eq!((month.begin(-1), Bin::Months(12).begin(at("0000-06-01"))), (at("1969-12-01"), at("0000-01-01")));
    }

    #[test]
    fn lengths_and_bars_are_called_as_people_call_them() {
        use Bin::{Months, Seconds};
        for (bin, said, name) in [
            (Seconds(1), "1 second", "2026-03-01 00:00:00 to 2026-03-01 00:00:01"),
            (Seconds(300), "5 minutes", "2026-03-01 00:00 to 2026-03-01 00:05"),
            (Seconds(3_600), "1 hour", "2026-03-01 00:00 to 2026-03-01 01:00"),
            (Seconds(WEEK), "7 days", "2026-03-01 to 2026-03-08"),
            (Months(1), "1 month", "2026-03"),
            (Months(3), "3 months", "2026-03 to 2026-05"),
            (Months(12), "1 year", "2026"),
            (Months(120), "10 years", "2026 to 2036"),
        ] {
            assert_eq!((bin.said().as_str(), bin.name(at("2026-03-01")).as_str()), (said, name));
        }
        assert_eq!(Months(120).name(at("2020-01-01")), "2020 to 2029");
    }
}
