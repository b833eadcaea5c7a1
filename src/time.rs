//! Intervals of time in microseconds UTC, and the whole seconds in which they are sent.
//!
//! Columns hold microseconds while the services count ticks of 100 ns, so a record at T + 0.5 µs reads as T here. Bounds
//! that are sent are therefore whole seconds, widened: the lower one down, the upper one to the *next* second.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};

const SECOND: i64 = 1_000_000;
/// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z in seconds: outside of them no service reads a literal.
const FIRST: i64 = -62_135_596_800;
const LAST: i64 = 253_402_300_799;

/// A closed interval of instants, in microseconds since 1970 UTC. An absent bound is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Interval {
    /// The first instant that belongs to it.
    pub from: Option<i64>,
    /// The last instant that belongs to it.
    pub to: Option<i64>,
}

impl Interval {
    /// All of time.
    pub const ALL: Self = Self { from: None, to: None };
    /// No instant at all.
    pub const EMPTY: Self = Self { from: Some(1), to: Some(0) };

    /// From an instant on.
    pub const fn since(from: i64) -> Self {
        Self { from: Some(from), to: None }
    }

    /// Up to and with an instant.
    pub const fn until(to: i64) -> Self {
        Self { from: None, to: Some(to) }
    }

    /// Whether no instant belongs to it.
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.to), (Some(from), Some(to)) if from > to)
    }

    /// The instants that belong to both.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: match (self.to, other.to) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
        }
    }

    /// The smallest interval that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            from: self.from.zip(other.from).map(|(a, b)| a.min(b)),
            to: self.to.zip(other.to).map(|(a, b)| a.max(b)),
        }
    }

    /// The whole second to send as lower bound: at or before the first instant. Absent if no literal can express it.
    pub fn first_second(self) -> Option<i64> {
        self.from.map(|micros| micros.div_euclid(SECOND)).filter(|s| (FIRST..=LAST).contains(s))
    }

    /// The whole second to send as upper bound: after the last instant, ticks below a microsecond included. Absent if no
    /// literal can express it.
    pub fn last_second(self) -> Option<i64> {
        self.to.map(|micros| micros.div_euclid(SECOND) + 1).filter(|s| (FIRST..=LAST).contains(s))
    }
}

/// The smallest interval that holds all of some.
pub fn hull(intervals: &[Interval]) -> Interval {
    intervals.iter().copied().fold(Interval::EMPTY, Interval::hull)
}

/// Intervals in the order of time. Those that would overlap as whole seconds, as they are sent, are one.
pub fn windows(intervals: Vec<Interval>) -> Vec<Interval> {
    let mut sorted: Vec<Interval> = intervals.into_iter().filter(|interval| !interval.is_empty()).collect();
    // An open beginning is before all others.
    sorted.sort_unstable_by_key(|interval| (interval.from, interval.to.is_none(), interval.to));
    let mut windows: Vec<Interval> = Vec::new();
    for next in sorted {
        match windows.last_mut() {
            Some(last) if meet(*last, next) => *last = last.hull(next),
            _ => windows.push(next),
        }
    }
    windows
}

/// Whether an interval that does not begin before another one leaves no second between them that is sent for neither.
fn meet(first: Interval, second: Interval) -> bool {
    let second = second.from.map(|micros| micros.div_euclid(SECOND));
    let first = first.to.map(|micros| micros.div_euclid(SECOND) + 1);
    second.zip(first).is_none_or(|(second, first)| second <= first)
}

/// The instants that belong to one of some windows, and to one of others.
pub fn common(some: &[Interval], others: &[Interval]) -> Vec<Interval> {
    let (mut common, mut a, mut b) = (Vec::new(), 0, 0);
    while let (Some(one), Some(other)) = (some.get(a), others.get(b)) {
        let both = one.intersect(*other);
        if !both.is_empty() {
            common.push(both);
        }
        // The one that ends first meets nothing that follows. An open end is last.
        let ends = |interval: &Interval| (interval.to.is_none(), interval.to);
        if ends(one) <= ends(other) { a += 1 } else { b += 1 }
    }
    common
}

/// A whole second as RFC 3339 in UTC: `2026-05-01T00:00:00Z`.
pub fn second_text(second: i64) -> String {
    DateTime::<Utc>::from_timestamp(second, 0)
        .map_or_else(|| second.to_string(), |t| t.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// An instant in microseconds as RFC 3339 in UTC, with as many digits as it needs.
pub fn instant_text(micros: i64) -> String {
    DateTime::<Utc>::from_timestamp_micros(micros)
        .map_or_else(|| micros.to_string(), |t| t.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// A time as ISO 8601 writes it, whole or in part: `2026-11-27`, `2026-11-27 08:00`. One without a zone is UTC.
pub fn read_instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(day.and_time(NaiveTime::MIN).and_utc());
    }
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).map(|time| time.and_utc())
}

/// `2026-11-27 08:00` with the seconds that nobody writes; `None` of any other text.
pub fn with_seconds(text: &str) -> Option<String> {
    const SHAPE: &[u8] = b"0000-00-00 00:00";
    let (minutes, zone) = text.split_at_checked(SHAPE.len())?;
    let fits = |(byte, shape): (u8, &u8)| match shape {
        b'0' => byte.is_ascii_digit(),
        b' ' => byte == b' ' || byte == b'T' || byte == b't',
        _ => byte == *shape,
    };
    let behind = zone.is_empty() || zone.starts_with(['Z', 'z', '+', '-', ' ']);
    (behind && minutes.bytes().zip(SHAPE).all(fits)).then(|| format!("{minutes}:00{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_may_do_without_seconds() {
        for (text, whole) in [
            ("2026-11-27 08:00", Some("2026-11-27 08:00:00")),
            ("2026-11-27T08:00Z", Some("2026-11-27T08:00:00Z")),
            ("2026-11-27T08:00+02:00", Some("2026-11-27T08:00:00+02:00")),
            ("2026-11-27 08:00:01", None),
            ("2026-11-27", None),
            ("2026-11-27 8:00", None),
            ("2026-11-27 08:00x", None),
            ("２０２６-11-27 08:00", None),
        ] {
            assert_eq!(with_seconds(text).as_deref(), whole, "{text}");
        }
    }

    #[test]
    fn bounds_are_sent_as_seconds_that_lie_outside() {
        for (micros, from, to) in
            [(0, 0, 1), (1, 0, 1), (999_999, 0, 1), (1_000_000, 1, 2), (-1, -1, 0), (-1_000_000, -1, 0)]
        {
            assert_eq!(Interval::since(micros).first_second(), Some(from), "{micros}");
            assert_eq!(Interval::until(micros).last_second(), Some(to), "{micros}");
        }
    }

    #[test]
    fn bounds_that_no_literal_can_express_are_not_sent() {
        assert_eq!(Interval::since(i64::MIN).first_second(), None);
        assert_eq!(Interval::until(i64::MAX).last_second(), None);
    }

    #[test]
    fn hull_and_intersection_treat_open_ends_and_emptiness() {
        let (a, b) = (Interval { from: Some(1), to: Some(5) }, Interval { from: Some(3), to: None });
        assert_eq!(a.intersect(b), Interval { from: Some(3), to: Some(5) });
        assert_eq!(a.hull(b), Interval { from: Some(1), to: None });
        assert_eq!(a.hull(Interval::EMPTY), a);
        assert!(a.intersect(Interval::since(6)).is_empty());
        assert!(!Interval::ALL.is_empty());
    }

    #[test]
    fn windows_are_apart_as_they_are_sent() {
        let seconds = |from: i64, to: i64| Interval { from: Some(from * SECOND), to: Some(to * SECOND) };
        for (given, expected) in [
            (vec![], vec![]),
            (vec![Interval::EMPTY], vec![]),
            (vec![seconds(10, 20), seconds(0, 5)], vec![seconds(0, 5), seconds(10, 20)]),
            // The upper bound is sent as the next second.
            (vec![seconds(0, 5), seconds(6, 7)], vec![seconds(0, 7)]),
            (vec![seconds(0, 5), seconds(7, 8)], vec![seconds(0, 5), seconds(7, 8)]),
            (vec![seconds(0, 50), seconds(6, 7), seconds(49, 60)], vec![seconds(0, 60)]),
            (vec![seconds(3, 4), Interval::until(0)], vec![Interval::until(0), seconds(3, 4)]),
            (vec![Interval::since(9), seconds(3, 4), Interval::until(0)], vec![Interval::ALL]),
            (vec![seconds(3, 4), Interval::ALL], vec![Interval::ALL]),
        ] {
            assert_eq!(windows(given.clone()), expected, "{given:?}");
        }
    }

    /// Over all pairs of small sets, an instant is in the common windows exactly if it is in both.
    #[test]
    fn common_windows_hold_what_both_hold() {
        let bound = |n: i64| if n % 5 == 0 { None } else { Some(n) };
        let set = |seed: i64| -> Vec<Interval> {
            let interval = |n: i64| {
                let from = (seed * 7 + n * 13) % 40;
                Interval { from: bound(from), to: bound(from + (seed + n) % 6) }
            };
            // At the scale of seconds, so that nothing is joined that is apart.
            let scaled =
                |i: Interval| Interval { from: i.from.map(|t| t * 2 * SECOND), to: i.to.map(|t| t * 2 * SECOND) };
            windows((0..seed % 5).map(interval).map(scaled).collect())
        };
        let holds = |windows: &[Interval], t: i64| {
            windows.iter().any(|w| w.from.is_none_or(|from| from <= t) && w.to.is_none_or(|to| t <= to))
        };
        let mut found = 0;
        for (a, b) in (0..30).flat_map(|a| (0..30).map(move |b| (set(a), set(b)))) {
            let both = common(&a, &b);
            for t in (-2..100).map(|t| t * SECOND) {
                assert_eq!(holds(&both, t), holds(&a, t) && holds(&b, t), "{a:?} {b:?} {t}");
            }
            found += both.len();
        }
        assert!(found > 300, "{found}");
    }
}
