//! Reads how long a service asks to be left alone.
//!
//! Seconds (whole or fractional: 2.128 was seen in the field) or one of the three HTTP date forms. A date is measured
//! against the reply's own `Date` header, so a wrong clock on this side neither hurries nor stalls a query. What cannot be
//! read, and what lies in the past, counts as absent: the caller backs off by its own rule then.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The time asked for, the longest if there are several values. `now` is used only when the reply has no readable date.
pub(super) fn told(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let sent = headers.get(DATE).and_then(|v| date(v.to_str().ok()?)).unwrap_or(now);
    headers.get_all(RETRY_AFTER).iter().filter_map(|v| wait(v.to_str().ok()?, sent)).max()
}

/// One value of the header.
pub(super) fn wait(value: &str, sent: DateTime<Utc>) -> Option<Duration> {
    let value = value.trim();
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        return seconds(value);
    }
    date(value).and_then(|until| (until - sent).to_std().ok()).filter(|wait| !wait.is_zero())
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds: f64 = value.parse().ok()?;
    // A number too great for a duration is still a number: it was told, and the caller names it as too long.
    Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn date(value: &str) -> Option<DateTime<Utc>> {
    httpdate::parse_http_date(value.trim()).ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: &str = "Sun, 06 Nov 1994 08:49:00 GMT";

    #[test]
    fn every_form_of_the_header_is_understood() {
        let s = Duration::from_secs;
        for (value, expected) in [
            ("0", Some(s(0))),
            ("1", Some(s(1))),
            ("315", Some(s(315))),
            (" 41 ", Some(s(41))),
            ("2.128", Some(Duration::from_millis(2128))),
            ("0.5", Some(Duration::from_millis(500))),
            ("1e3", Some(s(1000))),
            ("1e18", Some(s(1_000_000_000_000_000_000))),
            ("1e999", Some(Duration::MAX)),
            ("99999999999999999999999", Some(Duration::MAX)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(s(37))),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(s(37))),
            ("Sun Nov  6 08:49:37 1994", Some(s(37))),
            ("Sun, 06 Nov 1994 08:48:59 GMT", None),
            (SENT, None),
            ("-1", None),
            ("+5", None),
            ("", None),
            ("soon", None),
            ("inf", None),
            ("NaN", None),
            ("5 s", None),
            ("0x10", None),
            ("Mon, 06 Nov 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 25:49:37 GMT", None),
        ] {
            assert_eq!(wait(value, date(SENT).unwrap()), expected, "{value:?}");
        }
    }

    #[test]
    fn a_date_is_measured_against_the_date_of_the_reply() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
        let late = date("Tue, 01 Jan 2030 00:00:00 GMT").unwrap();
        assert_eq!(told(&headers, late), None, "without a Date header the local clock is all there is");
        headers.insert(DATE, SENT.parse().unwrap());
        assert_eq!(told(&headers, late), Some(Duration::from_secs(37)));
    }

    #[test]
    fn of_several_values_the_longest_holds() {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, SENT.parse().unwrap());
        for value in ["7", "garbage", "Sun, 06 Nov 1994 08:49:37 GMT"] {
            headers.append(RETRY_AFTER, value.parse().unwrap());
        }
        assert_eq!(told(&headers, DateTime::UNIX_EPOCH), Some(Duration::from_secs(37)));
    }
}
