//! Times as logs write them.
//!
//! A time is read by one hand-written scanner and no list of patterns: a column of a million values is read as fast as
//! its digits. What it does not know is no time; a value is never guessed.

use chrono::{NaiveDate, NaiveDateTime};

use super::zone::{self, Instant, Zone};

/// Which of day and month stands first where both are numbers and the year is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::logs) enum Order {
    /// `11/27/2026`
    #[default]
    MonthFirst,
    /// `27/11/2026`, and always `27.11.2026`.
    DayFirst,
}

/// How times of a file, or of a column, are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) struct Clock {
    /// The zone of those that name none.
    pub(in crate::logs) zone: Zone,
    /// The order of their dates.
    pub(in crate::logs) order: Order,
    /// The order is stated, or that of the format: it was not taken from some of the dates.
    pub(in crate::logs) is_stated: bool,
    /// A day alone is its midnight.
    pub(in crate::logs) takes_days: bool,
}

/// A text that was read as a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum Dated {
    At(Instant),
    /// It shows another order of day and month than the one that was taken from others: those may have been misread.
    Contrary,
    /// It is none.
    None,
}

impl Clock {
    /// UTC, month first.
    pub(in crate::logs) const UTC: Self =
        Self { zone: Zone::UTC, order: Order::MonthFirst, is_stated: false, takes_days: false };

    /// The instant that a text names.
    pub(in crate::logs) fn instant(self, text: &str) -> Option<Instant> {
        shown(text, self.order)?.instant(self.zone)
    }

    /// The same, of one of many texts that are in this order: one that shows another is not read by it.
    pub(in crate::logs) fn read(self, text: &str) -> Dated {
        let midnight = || midnight(text, self.order).filter(|_| self.takes_days);
        let Some(shown) = shown(text, self.order).or_else(midnight) else {
            // A day alone is no time, but what it shows of the order holds for the others.
            let shows = day(text, self.order).and_then(|(_, order, _)| order);
            let is_contrary = !self.is_stated && shows.is_some_and(|order| order != self.order);
            return if is_contrary { Dated::Contrary } else { Dated::None };
        };
        match shown.order {
            Some(order) if order != self.order && !self.is_stated => Dated::Contrary,
            Some(order) if order != self.order => Dated::None,
            _ => shown.instant(self.zone).map_or(Dated::None, Dated::At),
        }
    }
}

/// A time as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) struct Shown {
    /// What the clock showed.
    pub(in crate::logs) time: NaiveDateTime,
    /// Its zone, in seconds east of UTC, if it names one.
    pub(in crate::logs) offset: Option<i32>,
    /// Which of day and month comes first, if the date shows it or does not need to.
    pub(in crate::logs) order: Option<Order>,
    /// Whether it is of the kind whose order can be read in two ways.
    pub(in crate::logs) is_numeric: bool,
}

impl Shown {
    /// The instant.
    pub(in crate::logs) fn instant(self, zone: Zone) -> Option<Instant> {
        match self.offset {
            Some(offset) => {
                let micros = self.time.and_utc().timestamp_micros().checked_sub(i64::from(offset) * 1_000_000);
                micros.map(Instant::certain)
            }
            None => zone.instant(self.time),
        }
    }
}

/// The time that a text is: a date and a time of day, in any of the usual forms.
pub(in crate::logs) fn shown(text: &str, order: Order) -> Option<Shown> {
    let text = text.trim();
    if !(14..=48).contains(&text.len()) || !text.is_ascii() {
        return None;
    }
    let mut scan = Scan(text.as_bytes());
    let date = scan.date(order)?;
    let separated = scan.any(b"T t:,_").is_some();
    // `Nov 27, 2026, 8:00`
    while separated && scan.any(b" ").is_some() {}
    let (hour, minute, second, micro) = scan.time_of_day()?;
    while scan.any(b" ").is_some() {}
    let offset = match scan.0 {
        [] => None,
        rest => Some(zone_of(std::str::from_utf8(rest).ok()?)?),
    };
    let time = date.day.and_hms_micro_opt(hour, minute, second, micro)?;
    Some(Shown { time, offset, order: date.order, is_numeric: date.is_numeric })
}

/// The beginning of the day that a text is.
fn midnight(text: &str, order: Order) -> Option<Shown> {
    let (day, order, is_numeric) = day(text, order)?;
    Some(Shown { time: day.and_hms_opt(0, 0, 0)?, offset: None, order, is_numeric })
}

/// A day without a time of day.
pub(in crate::logs) fn day(text: &str, order: Order) -> Option<(NaiveDate, Option<Order>, bool)> {
    let mut scan = Scan(text.trim().as_bytes());
    let date = scan.date(order)?;
    scan.0.is_empty().then_some((date.day, date.order, date.is_numeric))
}

/// Whether a text is a time of day: `08:00:00`.
pub(in crate::logs) fn is_time_of_day(text: &str) -> bool {
    second_of_day(text).is_some()
}

/// The second of its day that a text is as a time of day, by the clock that shows it.
pub(in crate::logs) fn second_of_day(text: &str) -> Option<u32> {
    let mut scan = Scan(text.trim().as_bytes());
    let (hour, minute, second, _) = scan.time_of_day()?;
    let is_over = scan.0.is_empty() || std::str::from_utf8(scan.0).is_ok_and(is_zone);
    is_over.then_some(hour * 3600 + minute * 60 + second)
}

fn is_zone(text: &str) -> bool {
    zone_of(text.trim()).is_some()
}

/// Seconds east of UTC of what stands behind a time of day: an offset, or a zone of North America. RFC 2822 (3.3) has a comment
/// behind it: `+0000 (UTC)`.
pub(in crate::logs) fn zone_of(text: &str) -> Option<i32> {
    let text = text.split_once(" (").filter(|(_, comment)| comment.ends_with(')')).map_or(text, |(zone, _)| zone);
    zone::offset(text).or_else(|| zone::american(text))
}

/// The instant of seconds, milliseconds, microseconds or nanoseconds since 1970: which of them, their number of digits
/// tells, from 2001 to 2286.
pub(in crate::logs) fn epoch(text: &str) -> Option<i64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || whole.len() > 19 {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        ..=10 => {
            let mut micros = 0;
            for place in 0..6 {
                micros = micros * 10 + i64::from(fraction.as_bytes().get(place).map_or(0, |digit| digit - b'0'));
            }
            number.checked_mul(1_000_000)?.checked_add(micros)
        }
        13 => number.checked_mul(1_000),
        16 => Some(number),
        19 => Some(number / 1_000),
        _ => None,
    }
}

/// Whether a word is a day of the week: `Fri`.
fn is_weekday(word: &[u8]) -> bool {
    const NAMES: [&[u8; 3]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];
    word.get(..3).is_some_and(|word| NAMES.iter().any(|name| name.eq_ignore_ascii_case(word)))
}

/// The number of a month: `Nov`, `november`.
pub(in crate::logs) fn month(name: &[u8]) -> Option<u32> {
    const NAMES: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let start = name.get(..3)?.to_ascii_lowercase();
    let at = NAMES.iter().position(|name| name[..] == start[..])?;
    u32::try_from(at + 1).ok()
}

struct Date {
    day: NaiveDate,
    order: Option<Order>,
    is_numeric: bool,
}

/// What is left of a text.
struct Scan<'a>(&'a [u8]);

impl Scan<'_> {
    /// One of some bytes.
    fn any(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A number of up to so many digits, and how many it has.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let digits = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        let number = self.0[..digits].iter().fold(0_u32, |number, digit| number * 10 + u32::from(digit - b'0'));
        self.0 = &self.0[digits..];
        (digits > 0).then_some((number, digits))
    }

    fn word(&mut self) -> &[u8] {
        let letters = self.0.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (word, rest) = self.0.split_at(letters);
        self.0 = rest;
        word
    }

    fn date(&mut self, order: Order) -> Option<Date> {
        if self.0.first()?.is_ascii_alphabetic() {
            return self.date_of_words();
        }
        let (first, digits) = self.number(4)?;
        let between = self.any(b"-/. ")?;
        if digits == 4 {
            let (month, _) = self.number(2)?;
            self.any(&[between])?;
            let (day, _) = self.number(2)?;
            return certain(year(first, 4)?, month, day);
        }
        if self.0.first()?.is_ascii_alphabetic() {
            let month = month(self.word())?;
            let between = self.any(b"-/. ")?;
            return certain(self.year_behind(Some(between))?, month, first);
        }
        let (second, _) = self.number(2)?;
        self.any(&[between])?;
        let (number, digits) = self.number(4)?;
        let year = year(number, digits)?;
        if between == b'.' {
            return certain(year, second, first);
        }
        let shows = match (first > 12, second > 12) {
            (true, false) => Some(Order::DayFirst),
            (false, true) => Some(Order::MonthFirst),
            _ => None,
        };
        let (month, day) = if shows.unwrap_or(order) == Order::DayFirst { (second, first) } else { (first, second) };
        let same = first == second;
        Some(Date { day: NaiveDate::from_ymd_opt(year, month, day)?, order: shows, is_numeric: !same })
    }

    /// `Nov 27, 2026`, `Fri, 27 Nov 2026`; `Fri Nov 27 08:00:00 2026` is not read: its year is last.
    fn date_of_words(&mut self) -> Option<Date> {
        let first = self.word();
        let (mut month_number, is_weekday) = (month(first), is_weekday(first));
        if month_number.is_none() {
            self.any(b",");
            self.any(b" ")?;
            if is_weekday && self.0.first()?.is_ascii_digit() {
                let (day, _) = self.number(2)?;
                self.any(b" -")?;
                let month = month(self.word())?;
                let between = self.any(b" -")?;
                return certain(self.year_behind(Some(between))?, month, day);
            }
            month_number = month(self.word());
        }
        self.any(b" -/")?;
        let (day, _) = self.number(2)?;
        let is_apart = self.any(b",").is_some();
        let between = self.any(b" -/")?;
        let year = self.year_behind(Some(between).filter(|_| !is_apart))?;
        certain(year, month_number?, day)
    }

    /// The year behind a month's name. Two digits with a colon behind them are an hour: `Nov 27 08:00:00` has no year.
    fn year_behind(&mut self, between: Option<u8>) -> Option<i32> {
        let (number, digits) = self.number(4)?;
        let is_hour = digits == 2 && between == Some(b' ') && self.0.first() == Some(&b':');
        if is_hour { None } else { year(number, digits) }
    }

    /// Hour, minute, second, microsecond.
    fn time_of_day(&mut self) -> Option<(u32, u32, u32, u32)> {
        let (hour, _) = self.number(2)?;
        self.any(b":")?;
        let (minute, 2) = self.number(2)? else { return None };
        let mut second = 0;
        let mut micro = 0;
        if self.any(b":").is_some() {
            let (number, 2) = self.number(2)? else { return None };
            second = number;
            if self.any(b".,:").is_some() {
                let (number, digits) = self.number(9)?;
                micro = u32::try_from(u64::from(number) * 1_000_000 / 10_u64.pow(u32::try_from(digits).ok()?)).ok()?;
            }
        }
        let rest = self.0;
        while self.any(b" ").is_some() {}
        let hour = match self.0.get(..2).map(<[u8]>::to_ascii_uppercase).as_deref() {
            Some(half @ (b"AM" | b"PM")) if (1..=12).contains(&hour) => {
                self.0 = &self.0[2..];
                hour % 12 + if half == b"PM" { 12 } else { 0 }
            }
            _ => {
                self.0 = rest;
                hour
            }
        };
        // A leap second is the last one of its minute.
        (hour < 24 && minute < 60 && second <= 60).then(|| (hour, minute, second.min(59), micro))
    }
}

fn certain(year: i32, month: u32, day: u32) -> Option<Date> {
    Some(Date { day: NaiveDate::from_ymd_opt(year, month, day)?, order: None, is_numeric: false })
}

/// A year of four digits, or of two: 70 to 99 are of the last century.
fn year(number: u32, digits: usize) -> Option<i32> {
    let number = i32::try_from(number).ok()?;
    match digits {
        4 if number >= 1 => Some(number),
        2 if number >= 70 => Some(1900 + number),
        2 => Some(2000 + number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
