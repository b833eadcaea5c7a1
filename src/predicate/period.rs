//! Times cut to a period, as ranges of the time itself: `date_trunc('day', t) = '2026-11-27'` is `t >= … AND t < …`.
//!
//! A service knows no such function, and every service knows ranges. What is said is the same, of NULL too. All in UTC.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

use super::expression::Comparison;

/// What a time is cut to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A number of microseconds, from an instant on.
    Every {
        /// Microseconds, above zero.
        width: i64,
        /// Microseconds since 1970 at which one begins.
        origin: i64,
    },
    /// From Monday on.
    Week,
    /// A number of months, from January on.
    Months(u32),
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

impl Period {
    /// A day, which is what a date is.
    pub const DAY: Self = Self::Every { width: DAY, origin: 0 };

    /// By its name in `date_trunc`.
    pub fn of(unit: &str) -> Option<Self> {
        let every = |width| Some(Self::Every { width, origin: 0 });
        match unit.to_ascii_lowercase().as_str() {
            "millisecond" => every(SECOND / 1_000),
            "second" => every(SECOND),
            "minute" => every(60 * SECOND),
            "hour" => every(3_600 * SECOND),
            "day" => Some(Self::DAY),
            "week" => Some(Self::Week),
            "month" => Some(Self::Months(1)),
            "quarter" => Some(Self::Months(3)),
            "year" => Some(Self::Months(12)),
            _ => None,
        }
    }

    /// The beginning of the period that an instant lies in, and of the next one; in microseconds since 1970.
    fn around(self, micros: i64) -> Option<(i64, i64)> {
        match self {
            Self::Every { width, origin } => {
                let begin = micros.checked_sub(micros.checked_sub(origin)?.rem_euclid(width))?;
                Some((begin, begin.checked_add(width)?))
            }
            Self::Week => {
                let date = date(micros)?;
                let monday = date.checked_sub_days(Days::new(date.weekday().num_days_from_monday().into()))?;
                Some((midnight(monday), midnight(monday.checked_add_days(Days::new(7))?)))
            }
            Self::Months(count) => {
                let date = date(micros)?;
                let month = date.month0() - date.month0() % count + 1;
                let first = NaiveDate::from_ymd_opt(date.year(), month, 1)?;
                Some((midnight(first), midnight(first.checked_add_months(Months::new(count))?)))
            }
        }
    }

    /// What a comparison of the cut time says of the time itself; `None`, if that is no range. `finer`: the value lies behind
    /// the microsecond and before the next one.
    pub fn range(self, comparison: Comparison, micros: i64, finer: bool) -> Option<Range> {
        use Comparison as C;
        let (begin, next) = self.around(micros)?;
        let whole = begin == micros && !finer;
        Some(match comparison {
            C::Eq if whole => Range::Both((C::GtEq, begin), (C::Lt, next)),
            C::NotEq if whole => Range::Either((C::Lt, begin), (C::GtEq, next)),
            C::Eq | C::NotEq => return None,
            C::Lt => Range::One((C::Lt, if whole { begin } else { next })),
            C::LtEq => Range::One((C::Lt, next)),
            C::Gt => Range::One((C::GtEq, next)),
            C::GtEq => Range::One((C::GtEq, if whole { begin } else { next })),
        })
    }
}

/// A comparison with an instant in microseconds.
type Bound = (Comparison, i64);

/// What holds of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// One bound.
    One(Bound),
    /// Two bounds at once.
    Both(Bound, Bound),
    /// One of two.
    Either(Bound, Bound),
}

fn date(micros: i64) -> Option<NaiveDate> {
    DateTime::<Utc>::from_timestamp_micros(micros).map(|time| time.date_naive())
}

fn midnight(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp_micros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
    }

    #[test]
    fn a_period_begins_where_the_calendar_says() {
        for (unit, begin, next) in [
            ("second", "2026-11-27T08:15:31Z", "2026-11-27T08:15:32Z"),
            ("minute", "2026-11-27T08:15:00Z", "2026-11-27T08:16:00Z"),
            ("HOUR", "2026-11-27T08:00:00Z", "2026-11-27T09:00:00Z"),
            ("day", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z"),
            ("week", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"),
            ("month", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"),
            ("quarter", "2026-10-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("year", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ] {
            let around = Period::of(unit).unwrap().around(micros("2026-11-27T08:15:31.25Z"));
            assert_eq!(around, Some((micros(begin), micros(next))), "{unit}");
        }
        assert_eq!(Period::of("fortnight"), None);
        assert_eq!(Period::DAY.around(i64::MAX), None);
        assert_eq!(Period::DAY.around(-1), Some((-DAY, 0)));
    }

    /// Every comparison with every value, over every instant near it, says the same of the cut time and of the range.
    #[test]
    fn a_range_says_what_the_cut_time_says() {
        use Comparison as C;
        let holds = |a: i64, c: C, b: i64| match c {
            C::Eq => a == b,
            C::NotEq => a != b,
            C::Lt => a < b,
            C::LtEq => a <= b,
            C::Gt => a > b,
            C::GtEq => a >= b,
        };
        let period = Period::Every { width: 5, origin: 2 };
        let mut ranges = 0;
        for comparison in [C::Eq, C::NotEq, C::Lt, C::LtEq, C::Gt, C::GtEq] {
            for (value, finer) in (-12..12).flat_map(|value| [(value, false), (value, true)]) {
                let Some(range) = period.range(comparison, value, finer) else { continue };
                ranges += 1;
                for time in -20..20 {
                    let (cut, _) = period.around(time).unwrap();
                    // In half microseconds: a finer value lies between two of them.
                    let wanted = holds(2 * cut, comparison, 2 * value + i64::from(finer));
                    let said = match range {
                        Range::One((c, v)) => holds(time, c, v),
                        Range::Both((c, v), (d, w)) => holds(time, c, v) && holds(time, d, w),
                        Range::Either((c, v), (d, w)) => holds(time, c, v) || holds(time, d, w),
                    };
                    assert_eq!(said, wanted, "{comparison:?} {value} {finer} at {time}");
                }
            }
        }
        assert!(ranges > 190, "{ranges}");
    }
}
