//! Instants in units of 100 ns since 1970, the precision in which the service keeps time.

use chrono::{DateTime, SecondsFormat, Utc};

/// Units in a second.
pub(in crate::demo) const SECOND: i64 = 10_000_000;
/// Units in a day.
pub(in crate::demo) const DAY: i64 = 86_400 * SECOND;

/// The instant, with what is finer than 100 ns cut off. Reaches from year 1 to year 9999 with room to spare.
pub(in crate::demo) fn ticks(time: DateTime<Utc>) -> i64 {
    time.timestamp().saturating_mul(SECOND).saturating_add(i64::from(time.timestamp_subsec_nanos() / 100))
}

/// The instant as a date and time.
pub(in crate::demo) fn date_time(ticks: i64) -> DateTime<Utc> {
    let nanos = u32::try_from(ticks.rem_euclid(SECOND) * 100).unwrap_or_default();
    DateTime::from_timestamp(ticks.div_euclid(SECOND), nanos).unwrap_or_default()
}

/// As the service writes it, with so many digits of the second's fraction.
pub(in crate::demo) fn print(ticks: i64, digits: usize) -> String {
    let mut text = date_time(ticks).to_rfc3339_opts(SecondsFormat::Secs, false);
    text.truncate(text.len() - "+00:00".len());
    if digits > 0 {
        let fraction = format!("{:07}", ticks.rem_euclid(SECOND));
        text.push('.');
        text.push_str(&fraction[..digits.min(7)]);
    }
    text.push('Z');
    text
}

/// An instant as the feed's records write it: no zone, whole seconds, UTC.
pub(in crate::demo) fn stamp(second: i64) -> String {
    DateTime::from_timestamp(second, 0).unwrap_or_default().format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The instant so many milliseconds after 1970.
pub(in crate::demo) fn of_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// The instant with the digits beyond so many cut off.
pub(in crate::demo) fn cut(ticks: i64, digits: usize) -> i64 {
    let unit = 10_i64.pow(7 - u32::try_from(digits.min(7)).unwrap_or_default());
    ticks.div_euclid(unit) * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_what_was_cut() {
        let time: DateTime<Utc> = "2024-05-01T12:34:56.123456789Z".parse().unwrap();
        for (digits, text) in [
            (0, "2024-05-01T12:34:56Z"),
            (3, "2024-05-01T12:34:56.123Z"),
            (6, "2024-05-01T12:34:56.123456Z"),
            (7, "2024-05-01T12:34:56.1234567Z"),
        ] {
            let cut = cut(ticks(time), digits);
            assert_eq!(print(cut, digits), text);
            assert_eq!(ticks(text.parse().unwrap()), cut);
        }
    }

    #[test]
    fn sentinels_and_times_before_1970_keep_their_fraction() {
        for text in ["0001-01-01T00:00:00.0000000Z", "1969-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"] {
            assert_eq!(print(ticks(text.parse().unwrap()), 7), text);
        }
    }
}
