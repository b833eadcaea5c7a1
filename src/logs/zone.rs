//! Zones: the instant of a time that a log writes without one.

use chrono::{FixedOffset, LocalResult, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use super::Doubt;

/// A zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum Zone {
    /// Of the zone database.
    Named(Tz),
    /// Always so far from UTC.
    Fixed(FixedOffset),
}

impl Zone {
    /// UTC.
    pub(in crate::logs) const UTC: Self = Self::Named(Tz::UTC);

    /// The zone of a name, such as `Europe/Paris`, or of an offset, such as `+02:00`.
    pub(in crate::logs) fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        if let Some(offset) = offset(name) {
            return FixedOffset::east_opt(offset).map(Self::Fixed);
        }
        chrono_tz::TZ_VARIANTS.iter().find(|zone| zone.name().eq_ignore_ascii_case(name)).copied().map(Self::Named)
    }

    /// The instant at which clocks showed a time, in microseconds UTC. Of two, the first; where clocks passed over it, the
    /// one that they would have shown had they not been put forward.
    pub(in crate::logs) fn instant(self, shown: NaiveDateTime) -> Option<Instant> {
        match self {
            Self::Fixed(offset) => earliest(offset.from_local_datetime(&shown)),
            Self::Named(Tz::UTC) => Some(Instant::certain(shown.and_utc().timestamp_micros())),
            Self::Named(zone) => earliest(zone.from_local_datetime(&shown)).or_else(|| {
                let hour = chrono::TimeDelta::hours(1);
                let before = earliest(zone.from_local_datetime(&shown.checked_sub_signed(hour)?))?;
                let micros = before.micros.checked_add(hour.num_microseconds()?)?;
                Some(Instant { micros, doubt: Some(Doubt::Skipped) })
            }),
        }
    }
}

/// When something happened, as far as what a clock showed tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) struct Instant {
    /// Microseconds UTC.
    pub(in crate::logs) micros: i64,
    /// Why it may be another.
    pub(in crate::logs) doubt: Option<Doubt>,
}

impl Instant {
    pub(in crate::logs) fn certain(micros: i64) -> Self {
        Self { micros, doubt: None }
    }
}

fn earliest<Z: TimeZone>(found: LocalResult<chrono::DateTime<Z>>) -> Option<Instant> {
    let doubt = matches!(found, LocalResult::Ambiguous(..)).then_some(Doubt::Twice);
    found.earliest().map(|time| Instant { micros: time.timestamp_micros(), doubt })
}

/// Seconds east of UTC: `Z`, `UTC`, `GMT`, `+02:00`, `+0200`, `+02`.
pub(in crate::logs) fn offset(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "z" | "UTC" | "GMT") {
        return Some(0);
    }
    // `GMT+02:00`
    let text = text.strip_prefix("GMT").or_else(|| text.strip_prefix("UTC")).unwrap_or(text);
    let (sign, digits) = match text.as_bytes() {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i32::from(byte - b'0'));
    let two = |tens: &u8, ones: &u8| Some(digit(tens)? * 10 + digit(ones)?);
    let (hours, minutes) = match digits {
        [a, b, b':', c, d] | [a, b, c, d] => (two(a, b)?, two(c, d)?),
        [a, b] => (two(a, b)?, 0),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

/// Seconds east of UTC of the names that RFC 2822 (4.3) has for zones of North America.
pub(in crate::logs) fn american(text: &str) -> Option<i32> {
    let hours = match text {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return None,
    };
    Some(hours * 3600)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(zone: &str, shown: &str) -> String {
        let shown = NaiveDateTime::parse_from_str(shown, "%Y-%m-%d %H:%M").unwrap();
        let Instant { micros, doubt } = Zone::named(zone).unwrap().instant(shown).unwrap();
        let told = chrono::DateTime::from_timestamp_micros(micros).unwrap().format("%Y-%m-%d %H:%M").to_string();
        doubt.map_or_else(|| told.clone(), |doubt| format!("{told} {doubt:?}"))
    }

    #[test]
    fn a_time_of_a_zone_is_an_instant() {
        assert_eq!(at("UTC", "2026-11-27 08:00"), "2026-11-27 08:00");
        assert_eq!(at("Europe/Paris", "2026-11-27 08:00"), "2026-11-27 07:00");
        assert_eq!(at("europe/paris", "2026-07-27 08:00"), "2026-07-27 06:00");
        assert_eq!(at("+05:30", "2026-07-27 08:00"), "2026-07-27 02:30");
        // Clocks showed it twice: the first.
        assert_eq!(at("Europe/Paris", "2026-10-25 02:30"), "2026-10-25 00:30 Twice");
        assert_eq!(at("Europe/Paris", "2026-10-25 01:59"), "2026-10-24 23:59");
        assert_eq!(at("Europe/Paris", "2026-10-25 03:00"), "2026-10-25 02:00");
        assert_eq!(at("+01:00", "2026-10-25 02:30"), "2026-10-25 01:30");
        // Clocks never showed it.
        assert_eq!(at("Europe/Paris", "2026-03-29 02:30"), "2026-03-29 01:30 Skipped");
        assert!(Zone::named("Europe/Atlantis").is_none());
    }

    #[test]
    fn offsets_have_several_spellings() {
        assert_eq!(offset("GMT+02:00"), Some(7200));
        let all = ["Z", "+0200", "-02:30", "+02", "+2", "02:00", "+99:00", "+1é"].map(offset);
        assert_eq!(all, [Some(0), Some(7200), Some(-9000), Some(7200), None, None, None, None]);
    }
}
