//! Instants as people and their programs write them: `4/28/2021, 2:08:45.221 PM`, `28.04.2021 14:08:45`, `May 4, 2026 8:49 AM`.
//!
//! Whether `05/12/2024` is in May or in December cannot be seen from it. A file is written by one program, so a date of it
//! that has only one meaning decides for the others; who reads the file finds out with [`shows`].

use crate::decode::json::micros;

/// What comes first in a date of three numbers that ends with the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `28/4/2021`
    Day,
    /// `4/28/2021`
    Month,
}

/// What a text shows of the order; `None` if it is no such date, or means the same either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// One of the two is no month.
    This(Order),
    /// It could be either; whoever knows no better takes this.
    Either(Order),
}

/// What a text shows of the order of day and month.
pub fn shows(text: &str) -> Option<Shows> {
    let mut scan = Scan { rest: text.trim() };
    let (first, mark) = (scan.number(2)?, scan.mark()?);
    let second = scan.number(2)?;
    let whole = scan.eat(mark) && scan.number(4).is_some_and(|year| year.len() == 4);
    let (first, second): (u8, u8) = (first.parse().ok()?, second.parse().ok()?);
    match (first, second) {
        _ if !whole || first == second || mark == '.' => None,
        (13..=31, 1..=12) => Some(Shows::This(Order::Day)),
        (1..=12, 13..=31) => Some(Shows::This(Order::Month)),
        (1..=12, 1..=12) => Some(Shows::Either(usual(mark))),
        _ => None,
    }
}

/// The order that is usual with a mark: Americans write slashes, and nobody writes `4-28-2021` or `4.28.2021`.
fn usual(mark: char) -> Order {
    if mark == '/' { Order::Month } else { Order::Day }
}

/// The instant that a text names in one of these ways: UTC unless it says an offset.
pub(in crate::decode) fn instant(text: &str, order: Option<Order>) -> Option<i64> {
    let text = text.trim();
    if let Some(ticks) = text.strip_prefix("/Date(").and_then(|text| text.strip_suffix(")/")) {
        return of_ticks(ticks);
    }
    let mut scan = Scan { rest: text };
    let (year, month, day) = scan.date(order)?;
    scan.gap();
    let (hour, minute, second, fraction) = scan.clock()?;
    scan.gap();
    let hour = scan.half_of_day(hour)?;
    scan.gap();
    let zone = scan.zone()?;
    micros(format!("{year}-{month:0>2}-{day:0>2}T{hour:02}:{minute}:{second}.{fraction}{zone}").as_bytes())
}

/// Milliseconds since 1970, with the offset of a clock that they do not depend on: how PowerShell writes times as JSON.
fn of_ticks(text: &str) -> Option<i64> {
    let sign = text.get(1..)?.find(['+', '-']).map_or(text.len(), |at| at + 1);
    text[..sign].parse::<i64>().ok()?.checked_mul(1_000)
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A text that is read from its beginning.
struct Scan<'t> {
    rest: &'t str,
}

impl<'t> Scan<'t> {
    /// Digits, as many as there are, if they are not too many.
    fn number(&mut self, most: usize) -> Option<&'t str> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        (1..=most).contains(&digits).then_some(number)
    }

    /// What stands between the numbers of a date.
    fn mark(&mut self) -> Option<char> {
        let mark = self.rest.chars().next().filter(|c| matches!(c, '/' | '.' | '-'))?;
        self.eat(mark).then_some(mark)
    }

    fn eat(&mut self, what: char) -> bool {
        let rest = self.rest.strip_prefix(what);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Letters and dots, in lower case and without the dots.
    fn word(&mut self) -> String {
        let end = self.rest.find(|c: char| !c.is_ascii_alphabetic() && c != '.').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.replace('.', "").to_ascii_lowercase()
    }

    fn gap(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }

    /// The year, the month and the day.
    fn date(&mut self, order: Option<Order>) -> Option<(&'t str, String, &'t str)> {
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.named_date();
        }
        let first = self.number(4)?;
        if self.rest.starts_with([' ', '-']) && self.rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.rest = &self.rest[1..];
            let month = self.month()?;
            self.rest = self.rest.trim_start_matches([' ', '-', ',']);
            return Some((self.year()?, month, first));
        }
        let mark = self.mark()?;
        let second = self.number(2)?;
        if !self.eat(mark) {
            return None;
        }
        match first.len() {
            4 => Some((first, second.to_owned(), self.number(2)?)),
            1 | 2 => match order.filter(|_| mark != '.').unwrap_or(usual(mark)) {
                Order::Month => Some((self.year()?, first.to_owned(), second)),
                Order::Day => Some((self.year()?, second.to_owned(), first)),
            },
            _ => None,
        }
    }

    /// `May 4, 2026`, with the day of the week before it or not.
    fn named_date(&mut self) -> Option<(&'t str, String, &'t str)> {
        let before = self.rest;
        let word = self.word();
        if word.get(..3).is_some_and(|day| DAYS.contains(&day)) && self.rest.starts_with(',') {
            self.gap();
            return self.date(None);
        }
        self.rest = before;
        let month = self.month()?;
        self.gap();
        let day = self.number(2)?;
        self.gap();
        Some((self.year()?, month, day))
    }

    fn month(&mut self) -> Option<String> {
        let word = self.word();
        let at = MONTHS.iter().position(|month| word.get(..3) == Some(month))?;
        Some((at + 1).to_string())
    }

    fn year(&mut self) -> Option<&'t str> {
        self.number(4).filter(|year| year.len() == 4)
    }

    /// `8:49:37.587`, also without seconds, with dots between, or a comma before the fraction.
    fn clock(&mut self) -> Option<(u8, &'t str, &'t str, &'t str)> {
        let hour = self.number(2)?.parse().ok()?;
        let mark = if self.rest.starts_with('.') { '.' } else { ':' };
        let two = |scan: &mut Self| scan.eat(mark).then(|| scan.number(2).filter(|text| text.len() == 2)).flatten();
        let minute = two(self)?;
        if !self.rest.starts_with(mark) {
            return Some((hour, minute, "00", "0"));
        }
        let second = two(self)?;
        let before = self.rest;
        let fraction = (self.eat('.') || self.eat(',')).then(|| self.number(usize::MAX)).flatten();
        if fraction.is_none() {
            self.rest = before;
        }
        Some((hour, minute, second, fraction.unwrap_or("0")))
    }

    /// The hour of the whole day, if a half of it is named behind the time.
    fn half_of_day(&mut self, hour: u8) -> Option<u8> {
        let before = self.rest;
        let later = match self.word().as_str() {
            "am" => 0,
            "pm" => 12,
            _ => {
                self.rest = before;
                return Some(hour);
            }
        };
        (1..=12).contains(&hour).then_some(hour % 12 + later)
    }

    /// What is left: nothing, `Z`, `UTC` or an offset.
    fn zone(&mut self) -> Option<&'t str> {
        match self.rest {
            "" | "Z" | "UTC" | "GMT" => Some("Z"),
            offset if offset.starts_with(['+', '-']) => Some(offset),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(text: &str, order: Option<Order>, instant_text: &str) {
        assert_eq!(instant(text, order), micros(instant_text.as_bytes()), "{text}");
        assert!(instant(text, order).is_some(), "{text}");
    }

    #[test]
    fn american_instants_are_read() {
        for (text, utc) in [
            ("4/28/2021, 2:08:45.221 PM", "2021-04-28T14:08:45.221Z"),
            ("5/5/2021, 10:19:45.000 AM", "2021-05-05T10:19:45Z"),
            ("1/9/2007 10:41:00 AM +01:00", "2007-01-09T09:41:00Z"),
            ("12/31/2021 12:00:00 AM", "2021-12-31T00:00:00Z"),
            ("12/31/2021 12:30:00 PM", "2021-12-31T12:30:00Z"),
            ("05/18/2021 21:13:33", "2021-05-18T21:13:33Z"),
            ("5/18/2021 9:13 PM", "2021-05-18T21:13:00Z"),
            ("5/18/2021, 9:13:33\u{202f}PM", "2021-05-18T21:13:33Z"),
        ] {
            same(text, None, utc);
            same(text, Some(Order::Month), utc);
        }
    }

    #[test]
    fn other_people_write_other_dates() {
        for (text, order, utc) in [
            ("05/12/2024, 08:49:37.587", Some(Order::Day), "2024-12-05T08:49:37.587Z"),
            ("5/12/2024, 8:49:37 am", Some(Order::Day), "2024-12-05T08:49:37Z"),
            ("19/12/2024 8:49:37 p.m.", Some(Order::Day), "2024-12-19T20:49:37Z"),
            ("05.12.2024, 08:49:37", None, "2024-12-05T08:49:37Z"),
            ("5.12.2024 08:49:37,587", None, "2024-12-05T08:49:37.587Z"),
            ("05.12.2024 08:49", Some(Order::Month), "2024-12-05T08:49:00Z"),
            ("05-12-2024 08.49.37", None, "2024-12-05T08:49:37Z"),
            ("05-12-2024 08:49:37", Some(Order::Month), "2024-05-12T08:49:37Z"),
            ("2024/12/5 08:49:37", None, "2024-12-05T08:49:37Z"),
            ("2024-12-05 08:49", None, "2024-12-05T08:49:00Z"),
            ("2024-12-05 8:49:37 +00:00", None, "2024-12-05T08:49:37Z"),
            ("2024-12-05, 8:49:37 a.m.", None, "2024-12-05T08:49:37Z"),
            ("May 4, 2026 8:49:37 AM", None, "2026-05-04T08:49:37Z"),
            ("Monday, May 4, 2026 8:49:37 PM", None, "2026-05-04T20:49:37Z"),
            ("Mon, 04 May 2026 08:49:37 GMT", None, "2026-05-04T08:49:37Z"),
            ("4 May 2026, 08:49", None, "2026-05-04T08:49:00Z"),
            ("04-May-2026 08:49:37", None, "2026-05-04T08:49:37Z"),
            ("Sept 4, 2026 8:49:37 AM", None, "2026-09-04T08:49:37Z"),
            ("/Date(1777884577587)/", None, "2026-05-04T08:49:37.587Z"),
            ("/Date(1777884577587+0200)/", None, "2026-05-04T08:49:37.587Z"),
            ("/Date(-1000)/", None, "1969-12-31T23:59:59Z"),
        ] {
            same(text, order, utc);
        }
    }

    #[test]
    fn everything_else_is_no_instant() {
        for text in [
            "",
            "4/28/2021",
            "28/4/2021 10:00:00",
            "4/28/21 10:00:00",
            "4/28/2021 13:00:00 PM",
            "4/28/2021 0:00:00 AM",
            "4/28/2021 10:00:00 AM later",
            "4/28/2021/1 10:00:00",
            "4/28/2021 10 AM",
            "+4/28/2021 1:00:00",
            "28.13.2021 10:00:00",
            "4/28.2021 10:00:00",
            "Mayday 10:00:00",
            "10:00:00",
            "/Date(x)/",
            "/Date()/",
            "/Date(é)/",
            "soon",
            "é",
        ] {
            assert_eq!(instant(text, None), None, "{text}");
        }
        assert_eq!(instant("4/28/2021 10:00:00", Some(Order::Day)), None);
    }

    #[test]
    fn a_date_shows_its_order_where_one_number_is_no_month() {
        for (text, expected) in [
            ("19/12/2024, 08:49", Some(Shows::This(Order::Day))),
            ("12/19/2024 8:49:37 AM", Some(Shows::This(Order::Month))),
            ("19-12-2024 08:49", Some(Shows::This(Order::Day))),
            ("5/12/2024 08:49", Some(Shows::Either(Order::Month))),
            ("05-12-2024 08:49", Some(Shows::Either(Order::Day))),
            ("5/5/2024 08:49", None),
            ("05.12.2024 08:49", None),
            ("2024-12-05T08:49:37Z", None),
            ("19/13/2024 08:49", None),
            ("10.0.0.1", None),
            ("1/2", None),
            ("12/34/56789", None),
            ("May 4, 2026", None),
            ("", None),
        ] {
            assert_eq!(shows(text), expected, "{text}");
        }
    }
}
