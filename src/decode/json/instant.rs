//! Instants out of RFC 3339 text, in microseconds since 1970.
//!
//! Directory records hold 0, 3, 6 or 7 fraction digits, `Z`, offsets such as `-05:00`, and in the activity feed no zone at
//! all, which is UTC. A finer fraction is cut off, toward the past also before 1970, so that the order of two instants is
//! never turned round. A leap second counts as the second that follows it, as POSIX counts.
//!
//! chrono knows the calendar; the form is read here, because its parser wants a zone and knows no form without one.

use chrono::{Datelike, NaiveDate};

/// 1970-01-01, in days of the common era.
const EPOCH: i64 = 719_163;

/// The instant that `text` names, if it has that form: `2020-05-20T14:55:25.9803507+00:00`.
pub(in crate::decode) fn micros(text: &[u8]) -> Option<i64> {
    let (head, tail) = text.split_first_chunk::<19>()?;
    let seconds = days(head)? * 86_400 + second_of_day(head)?;
    let (micros, zone) = fraction(tail)?;
    Some((seconds - offset(zone)?) * 1_000_000 + micros)
}

/// Days since 1970-01-01 of `YYYY-MM-DD` in the proleptic Gregorian calendar.
fn days(head: &[u8; 19]) -> Option<i64> {
    if head[4] != b'-' || head[7] != b'-' {
        return None;
    }
    let year = two(head[0], head[1])? * 100 + two(head[2], head[3])?;
    let date = NaiveDate::from_ymd_opt(year.cast_signed(), two(head[5], head[6])?, two(head[8], head[9])?)?;
    Some(i64::from(date.num_days_from_ce()) - EPOCH)
}

fn second_of_day(head: &[u8; 19]) -> Option<i64> {
    if !matches!(head[10], b'T' | b't' | b' ') || head[13] != b':' || head[16] != b':' {
        return None;
    }
    let (hour, minute, second) = (two(head[11], head[12])?, two(head[14], head[15])?, two(head[17], head[18])?);
    (hour <= 23 && minute <= 59 && second <= 60).then_some(i64::from(hour * 3600 + minute * 60 + second))
}

/// Microseconds of the fraction, if there is one, and what follows it.
fn fraction(tail: &[u8]) -> Option<(i64, &[u8])> {
    let Some((b'.', tail)) = tail.split_first() else { return Some((0, tail)) };
    let digits = tail.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 {
        return None;
    }
    let micros = (0..6).fold(0, |n, i| n * 10 + tail[..digits].get(i).map_or(0, |d| i64::from(d - b'0')));
    Some((micros, &tail[digits..]))
}

/// Seconds by which a zone is ahead of UTC.
fn offset(zone: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match zone {
        [] | [b'Z' | b'z'] => return Some(0),
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, two(*h1, *h2)?, two(*m1, *m2)?),
        _ => return None,
    };
    let seconds = (hours <= 23 && minutes <= 59).then_some(i64::from(hours * 3600 + minutes * 60))?;
    match sign {
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

fn two(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn by_chrono(rfc3339: &str) -> i64 {
        DateTime::parse_from_rfc3339(rfc3339).unwrap().timestamp_micros()
    }

    #[test]
    fn every_form_of_an_instant_is_read() {
        for (text, same) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
            ("2020-05-20T18:19:04.000Z", "2020-05-20T18:19:04Z"),
            ("2020-05-20T18:19:04.5Z", "2020-05-20T18:19:04.500Z"),
            ("2020-05-20T14:55:25.9803507+00:00", "2020-05-20T14:55:25.980350Z"),
            ("2020-05-20T14:55:25.123456789Z", "2020-05-20T14:55:25.123456Z"),
            ("2020-05-20T14:55:25.123456789012Z", "2020-05-20T14:55:25.123456Z"),
            ("2020-05-20T23:00:00-05:00", "2020-05-21T04:00:00Z"),
            ("2020-05-20T23:00:00+0530", "2020-05-20T17:30:00Z"),
            ("2021-05-18T21:13:33", "2021-05-18T21:13:33Z"),
            ("2021-05-18 21:13:33.25", "2021-05-18T21:13:33.250Z"),
            ("2021-05-18t21:13:33z", "2021-05-18T21:13:33Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.999999Z"),
            ("2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ] {
            assert_eq!(micros(text.as_bytes()), Some(by_chrono(same)), "{text}");
        }
    }

    #[test]
    fn a_fraction_before_1970_is_cut_toward_the_past() {
        assert_eq!(micros(b"1969-12-31T23:59:59.9999999Z"), Some(-1));
        assert_eq!(micros(b"1969-12-31T23:59:59.0000009Z"), Some(-1_000_000));
    }

    #[test]
    fn everything_else_is_no_instant() {
        for text in [
            "",
            "Z",
            "2020-05-20",
            "2020-05-20T18:19Z",
            "2020-05-20T18:19:04.Z",
            "2020-05-20T18:19:04ZZ",
            "2020-05-20T18:19:04 Z",
            "2020-02-30T00:00:00Z",
            "2021-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-00-01T00:00:00Z",
            "2020-01-00T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:60:00Z",
            "2020-01-01T00:00:61Z",
            "2020-01-01T00:00:00+24:00",
            "2020-01-01T00:00:00+05",
            "2020-01-01T00:00:00*05:00",
            "2020/01/01T00:00:00Z",
            "2020-01-01X00:00:00Z",
            "+020-01-01T00:00:00Z",
            "1/9/2007 10:41:00 AM +01:00",
            "1589998744",
            " 2020-05-20T18:19:04Z",
            "2020-05-20T18:19:04,5Z",
            "12020-05-20T18:19:04Z",
        ] {
            assert_eq!(micros(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_the_calendar_is_counted_right() {
        let mut day = NaiveDate::from_ymd_opt(0, 1, 1).unwrap();
        while day.year() <= 9999 {
            let text = format!("{day}T00:00:00Z");
            assert_eq!(
                micros(text.as_bytes()),
                Some(day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_micros()),
                "{text}"
            );
            // A prime step meets every day of the month and of the leap cycle.
            day += chrono::TimeDelta::days(13);
        }
    }
}
