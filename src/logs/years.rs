//! Years: of times that name none, as RFC 3164 writes them.
//!
//! A line is not of a time behind the one at which its file was last changed: its year is the last for which that holds. So
//! December and January of one file are of two years. Without a time of change and without a stated year, there is no time.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Timelike};

use super::time;
use super::zone::{Instant, Zone};
use super::{Doubt, Options, Sample};

/// What is known of the years of a file.
#[derive(Debug, Clone, Copy)]
pub(in crate::logs) struct Years {
    stated: Option<i32>,
    /// When the file was last changed, in microseconds UTC.
    changed: Option<i64>,
    pub(in crate::logs) zone: Zone,
}

/// A day more than the change of the file: its clock need not be that of the log.
const SLACK: i64 = 86_400_000_000;
/// Years that are gone back: the 29th of February is there in one of eight for certain.
const BACK: i32 = 8;

impl Years {
    pub(in crate::logs) fn of(sample: &Sample<'_>, options: &Options, zone: Zone) -> Self {
        Self { stated: options.year, changed: sample.modified, zone }
    }

    /// What is said where times name no year.
    pub(in crate::logs) fn said(&self) -> String {
        match (self.stated, self.changed.and_then(DateTime::from_timestamp_micros)) {
            (Some(year), _) => format!("times name no year: they are of {year}, as stated"),
            (None, Some(changed)) => format!(
                "times name no year: the last one not behind {}, when the file was changed (read_log('FILE', year => '…') states another)",
                changed.format("%Y-%m-%d")
            ),
            (None, None) => {
                "times name no year, and nothing tells it: they are NULL (read_log('FILE', year => '2026') states it)"
                    .to_owned()
            }
        }
    }

    /// The instant of a time without a year: month, day, hour, minute, second, microsecond.
    fn instant(&self, [month, day, hour, minute, second, micro]: [u32; 6]) -> Option<Instant> {
        let shown = |year| -> Option<NaiveDateTime> {
            NaiveDate::from_ymd_opt(year, month, day)?.and_hms_micro_opt(hour, minute, second, micro)
        };
        if let Some(year) = self.stated {
            return self.zone.instant(shown(year)?);
        }
        let found = self.last(shown)?;
        let of_28th = |year| NaiveDate::from_ymd_opt(year, 2, 28)?.and_hms_micro_opt(hour, minute, second, micro);
        let is_leap = (month, day) == (2, 29) && self.last(of_28th).is_some_and(|beside| beside.micros > found.micros);
        Some(if is_leap { Instant { doubt: Some(Doubt::Leap), ..found } } else { found })
    }

    /// The last instant of some, one a year, that is not behind the change of the file.
    fn last(&self, shown: impl Fn(i32) -> Option<NaiveDateTime>) -> Option<Instant> {
        let changed = self.changed?;
        let year = DateTime::from_timestamp_micros(changed)?.year();
        let instants = (0..=BACK).filter_map(|back| self.zone.instant(shown(year.checked_add(1 - back)?)?));
        instants.into_iter().find(|instant| instant.micros <= changed.saturating_add(SLACK))
    }
}

/// A time at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum Stamp {
    /// It has a year: microseconds UTC, and whether it names its zone.
    Whole(time::Shown),
    /// Month, day, hour, minute, second, microsecond; and the zone in seconds east of UTC, if it names one.
    Yearless([u32; 6], Option<i32>),
}

impl Stamp {
    pub(in crate::logs) fn instant(self, years: &Years) -> Option<Instant> {
        match self {
            Self::Whole(shown) => shown.instant(years.zone),
            Self::Yearless(parts, None) => years.instant(parts),
            Self::Yearless(parts, Some(offset)) => {
                let zone = Zone::Fixed(FixedOffset::east_opt(offset)?);
                Years { zone, ..*years }.instant(parts)
            }
        }
    }

    /// The time as text, of which there is no instant, such as a 29 February of a stated year that has none. `None`, if nothing tells
    /// the year of any: that is said of all of them.
    pub(in crate::logs) fn odd(self, years: &Years) -> Option<String> {
        match self {
            Self::Whole(shown) => Some(shown.time.to_string()),
            Self::Yearless(..) if years.stated.is_none() && years.changed.is_none() => None,
            Self::Yearless([month, day, hour, minute, second, _], _) => {
                Some(format!("{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"))
            }
        }
    }

    /// The same with what stands behind it: nothing, or its zone; `None`, if that is neither.
    pub(in crate::logs) fn in_zone(self, behind: &str) -> Option<Self> {
        if behind.trim().is_empty() {
            return Some(self);
        }
        let offset = Some(time::zone_of(behind.trim())?);
        match self {
            Self::Whole(shown) if shown.offset.is_none() => Some(Self::Whole(time::Shown { offset, ..shown })),
            Self::Yearless(parts, None) => Some(Self::Yearless(parts, offset)),
            Self::Whole(_) | Self::Yearless(..) => None,
        }
    }

    /// Whether the zone must be assumed.
    pub(in crate::logs) fn is_zoneless(self) -> bool {
        match self {
            Self::Whole(shown) => shown.offset.is_none(),
            Self::Yearless(_, offset) => offset.is_none(),
        }
    }

    /// The time that a text begins with, and what stands behind it and a blank: `Nov 27 08:00:00`,
    /// `Nov 27 2026 08:00:00`, `2026-11-27T08:00:00.123+01:00`.
    pub(in crate::logs) fn take(text: &str) -> Option<(Self, &str)> {
        if text.as_bytes().first()?.is_ascii_digit() {
            let (word, rest) = text.split_once(' ')?;
            let shown = time::shown(word, time::Order::MonthFirst).filter(|_| word.contains('T'))?;
            return Some((Self::Whole(shown), rest));
        }
        let month = time::month(text.as_bytes())?;
        let (day, rest) = word(text.get(3..)?.strip_prefix(' ')?)?;
        let day = number(day).filter(|day| (1..=31).contains(day))?;
        let (next, after) = word(rest)?;
        let (year, clock, rest) = match number(next) {
            Some(year) if next.len() == 4 => {
                let (clock, rest) = word(after)?;
                (Some(year), clock, rest)
            }
            _ => (None, next, after),
        };
        let clock = clock.strip_suffix(':').unwrap_or(clock);
        // A whole time of a year that has every day, to read its time of day.
        let shown = time::shown(&format!("2000-01-01 {clock}"), time::Order::MonthFirst)?;
        let time = shown.time.time();
        match year {
            Some(year) => {
                let day = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
                Some((Self::Whole(time::Shown { time: day.and_time(time), ..shown }), rest))
            }
            None => {
                let micro = time.nanosecond() / 1000 % 1_000_000;
                Some((Self::Yearless([month, day, time.hour(), time.minute(), time.second(), micro], None), rest))
            }
        }
    }
}

/// The first word, and what stands behind it.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (!word.is_empty()).then_some((word, rest))
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, changed: Option<&str>, year: Option<i32>) -> Option<String> {
        let changed = changed.and_then(|text| time::Clock::UTC.instant(text)).map(|instant| instant.micros);
        let years = Years { stated: year, changed, zone: Zone::UTC };
        let instant = Stamp::take(text)?.0.instant(&years)?.micros;
        Some(DateTime::from_timestamp_micros(instant)?.format("%Y-%m-%d %H:%M:%S%.f").to_string())
    }

    #[test]
    fn a_year_is_the_last_that_is_not_behind_the_change_of_the_file() {
        let january = Some("2026-01-02 00:00:00");
        assert_eq!(read("Dec 31 23:59:59 h", january, None).as_deref(), Some("2025-12-31 23:59:59"));
        assert_eq!(read("Jan  1 00:00:01 h", january, None).as_deref(), Some("2026-01-01 00:00:01"));
        assert_eq!(read("Jan 12 00:00:01 h", january, None).as_deref(), Some("2025-01-12 00:00:01"));
        assert_eq!(read("Feb 29 08:00:00 h", january, None).as_deref(), Some("2024-02-29 08:00:00"));
        assert_eq!(read("Feb 29 08:00:00 h", january, Some(2025)), None);
        let doubt = |changed: &str| {
            let changed = time::Clock::UTC.instant(changed).map(|instant| instant.micros);
            let years = Years { stated: None, changed, zone: Zone::UTC };
            Stamp::take("Feb 29 08:00:00 h")
                .and_then(|(stamp, _)| stamp.instant(&years))
                .and_then(|instant| instant.doubt)
        };
        assert_eq!(doubt("2026-06-01 00:00:00"), Some(Doubt::Leap), "the lines beside it are of 2026");
        assert_eq!(doubt("2024-06-01 00:00:00"), None);
        assert_eq!(read("Nov 27 08:00:00.5 h", None, Some(2020)).as_deref(), Some("2020-11-27 08:00:00.500"));
        assert_eq!(read("Nov 27 08:00:00 h", None, None), None);
        assert_eq!(read("Nov 27 2021 08:00:00: h", None, None).as_deref(), Some("2021-11-27 08:00:00"));
        assert_eq!(read("2021-11-27T08:00:00.25+01:00 h", None, None).as_deref(), Some("2021-11-27 07:00:00.250"));
        for text in ["Nov 32 08:00:00 h", "Xyz 1 08:00:00 h", "Nov 1 25:00:00 h", "Nov", "2026-11-27 x", "é", ""] {
            assert_eq!(read(text, january, None), None, "{text}");
        }
    }
}
