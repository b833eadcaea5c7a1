//! The times of a listing: which spellings are taken, and how far apart and how far back they may lie.

use chrono::{NaiveDate, NaiveDateTime};

use super::content::REACH;
use super::refusal::Refusal;
use crate::demo::world::clock;

/// How much longer than documented the service lists content, in seconds.
const TOLERANCE: i64 = 3_600;
const DAY: i64 = 86_400;

/// A range of availability, half-open, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Window {
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Window {
    /// The window that two parameters name; the last day without them.
    pub(super) fn read(start: Option<&str>, end: Option<&str>, now: i64) -> Result<Self, Refusal> {
        let (start, end) = match (start, end) {
            (None, None) => return Ok(Self { from: now - DAY, to: now }),
            (Some(start), Some(end)) => (start, end),
            _ => return Err(Refusal::window("AF20030")),
        };
        let from = instant(start).ok_or_else(|| Refusal::wrong_type("startTime", "datetime"))?;
        let to = instant(end).ok_or_else(|| Refusal::wrong_type("endTime", "datetime"))?;
        if from >= to || from < now - REACH - TOLERANCE {
            return Err(Refusal::window("AF20055"));
        }
        // Twenty-four hours on the dot are documented, and refused by some tenants.
        if to - from >= DAY {
            return Err(Refusal::window("AF20030"));
        }
        Ok(Self { from, to })
    }

    /// As links to further pages spell it.
    pub(super) fn spelt(second: i64) -> String {
        clock::stamp(second)
    }
}

/// The three documented forms, all UTC and without a zone.
fn instant(text: &str) -> Option<i64> {
    let time = |format: &str| NaiveDateTime::parse_from_str(text, format).ok();
    let time = match text.len() {
        10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0),
        16 => time("%Y-%m-%dT%H:%M"),
        19 => time("%Y-%m-%dT%H:%M:%S"),
        _ => None,
    };
    time.map(|time| time.and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-05-01T12:00:00Z
    const NOW: i64 = 1_777_636_800;

    #[test]
    fn windows_are_short_and_recent_and_complete() {
        let read = |start, end| Window::read(Some(start), Some(end), NOW).map_err(|refusal| refusal.code);
        assert_eq!(read("2026-05-01", "2026-05-01T12:00"), Ok(Window { from: NOW - 43_200, to: NOW }));
        assert_eq!(read("2026-04-30T13:00:00", "2026-05-01T12:00:00").map(|w| w.to - w.from), Ok(82_800));
        assert!(read("2026-05-01T11:00:00", "2026-05-02T10:00:00").is_ok(), "an end in the future is taken");
        assert!(read("2026-04-24T11:00:01", "2026-04-24T13:00:00").is_ok(), "an hour of tolerance");
        for (start, end, code) in [
            ("2026-04-30T12:00:00", "2026-05-01T12:00:00", "AF20030"),
            ("2026-05-01T12:00:00", "2026-05-01T12:00:00", "AF20055"),
            ("2026-04-24T10:59:59", "2026-04-24T13:00:00", "AF20055"),
            ("2026-05-01T11:00:00Z", "2026-05-01T12:00:00Z", "AF20002"),
            ("2026-05-01T11:00:00", "noon", "AF20002"),
            ("2026-13-01", "2026-05-01", "AF20002"),
        ] {
            assert_eq!(read(start, end), Err(code), "{start} {end}");
        }
        assert_eq!(Window::read(Some("2026-05-01"), None, NOW).unwrap_err().code, "AF20030");
        assert_eq!(Window::read(None, None, NOW), Ok(Window { from: NOW - DAY, to: NOW }));
    }
}
