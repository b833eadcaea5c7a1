//! Times in a form that is stated as Java writes it: `MMM dd yyyy HH:mm:ss.SSS z` (source: the documentation of Java's
//! `SimpleDateFormat`, which LEEF refers to).

use chrono::NaiveDate;

use super::time::{self, Shown};
use super::zone;

/// The time that a text is by a pattern; `None`, if it is of another form or the pattern has letters that are not known.
pub(in crate::logs) fn read(pattern: &str, text: &str) -> Option<Shown> {
    let (mut rest, mut parts) = (text.trim(), Parts::default());
    let mut letters = pattern.trim();
    while let Some(letter) = letters.chars().next() {
        let count = letters.chars().take_while(|other| *other == letter).count();
        if letter == '\'' {
            letters = quoted(&letters[1..], &mut rest)?;
        } else if letter.is_ascii_alphabetic() {
            letters = &letters[count..];
            // Numbers side by side have as many digits as letters; others as many as there are.
            let is_beside = letters.starts_with(|next: char| next.is_ascii_alphabetic());
            rest = parts.take(letter, count, is_beside, rest)?;
        } else {
            letters = &letters[letter.len_utf8()..];
            rest = rest.strip_prefix(letter)?;
        }
    }
    if rest.is_empty() { parts.shown() } else { None }
}

/// Takes what stands in quotes, and two quotes for one; what of the pattern is behind it.
fn quoted<'a>(letters: &'a str, rest: &mut &str) -> Option<&'a str> {
    let end = letters.find('\'')?;
    *rest = rest.strip_prefix(if end == 0 { "'" } else { &letters[..end] })?;
    Some(&letters[end + 1..])
}

#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: u32,
    /// Of a clock that shows twelve hours: whether it is behind noon.
    is_late: Option<bool>,
    minute: u32,
    second: u32,
    micro: u32,
    offset: Option<i32>,
}

impl Parts {
    /// Takes a part from the beginning of a text; what stands behind it.
    fn take<'a>(&mut self, letter: char, count: usize, is_beside: bool, text: &'a str) -> Option<&'a str> {
        match letter {
            'M' | 'L' if count >= 3 => {
                let (name, rest) = word(text)?;
                self.month = Some(time::month(name.as_bytes())?);
                return Some(rest);
            }
            'E' => return word(text).map(|(_, rest)| rest),
            'a' => {
                let (half, rest) = word(text)?;
                self.is_late = Some(half.eq_ignore_ascii_case("PM"));
                return (self.is_late == Some(true) || half.eq_ignore_ascii_case("AM")).then_some(rest);
            }
            'z' | 'Z' | 'X' => {
                let end = text.find(' ').unwrap_or(text.len());
                self.offset = Some(zone::offset(&text[..end]).or_else(|| zone::american(&text[..end]))?);
                return Some(&text[end..]);
            }
            _ => {}
        }
        let most = if is_beside { count } else { 9 };
        let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = text.split_at(digits);
        let number: u32 = digits.parse().ok()?;
        match letter {
            // Devices write it where they mean the year; the week that it belongs to is never beside it.
            'y' | 'u' | 'Y' => {
                let century = match (digits.len(), number) {
                    (2, 70..) => 1900,
                    (2, _) => 2000,
                    _ => 0,
                };
                self.year = Some(century + number.cast_signed());
            }
            'M' | 'L' => self.month = Some(number),
            'd' => self.day = Some(number),
            'H' | 'h' | 'K' => self.hour = number,
            'm' => self.minute = number,
            's' => self.second = number,
            // Java takes it as a number of milliseconds; devices write as many digits as they have.
            'S' => {
                let places = u32::try_from(digits.len()).ok()?;
                self.micro = u32::try_from(u64::from(number) * 1_000_000 / 10_u64.pow(places)).ok()?;
            }
            _ => return None,
        }
        Some(rest)
    }

    fn shown(self) -> Option<Shown> {
        let day = NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)?;
        let hour = match self.is_late {
            Some(is_late) if self.hour <= 12 => self.hour % 12 + if is_late { 12 } else { 0 },
            Some(_) => return None,
            None => self.hour,
        };
        let time = day.and_hms_micro_opt(hour, self.minute, self.second.min(59), self.micro)?;
        Some(Shown { time, offset: self.offset, order: None, is_numeric: false })
    }
}

/// Letters, and what stands behind them.
fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_their_pattern_states() {
        for (pattern, text, expected) in [
            ("MMM dd yyyy HH:mm:ss.SSS z", "Nov 27 2026 08:00:00.250 GMT", "2026-11-27 08:00:00.250 Some(0)"),
            ("yyyy-MM-dd'T'HH:mm:ss.SSSZ", "2026-11-27T08:00:00.250+0200", "2026-11-27 08:00:00.250 Some(7200)"),
            ("dd/MM/yyyy HH:mm:ss", "03/04/2026 08:00:00", "2026-04-03 08:00:00 None"),
            ("MM/dd/yy hh:mm:ss a", "3/4/26 12:30:00 AM", "2026-03-04 00:30:00 None"),
            ("yyyyMMddHHmmss", "20261127080000", "2026-11-27 08:00:00 None"),
            ("YYYY-MM-dd HH:mm", "2026-11-27 08:00", "2026-11-27 08:00:00 None"),
            ("EEE, d MMM yyyy HH:mm", "Fri, 7 Nov 2026 08:00", "2026-11-07 08:00:00 None"),
            ("yyyy-MM-dd 'o''clock' HH", "2026-11-27 o", "-"),
            ("dd/MM/yyyy HH:mm:ss", "2026-11-27 08:00:00", "-"),
            ("dd/MM/yyyy HH:mm:ss", "03/14/2026 08:00:00", "-"),
            ("dd/MM/yyyy", "03/04/2026 08:00:00", "-"),
            ("yyyy-MM-dd w", "2026-11-27 4", "-"),
            ("HH:mm:ss", "08:00:00", "-"),
            ("yyyy'", "2026", "-"),
            ("'é'yyyy-MM-dd", "é2026-11-27", "2026-11-27 00:00:00 None"),
            ("", "", "-"),
        ] {
            let shown =
                read(pattern, text).map(|shown| format!("{} {:?}", shown.time.format("%F %T%.f"), shown.offset));
            assert_eq!(shown.as_deref().unwrap_or("-"), expected, "{pattern} {text}");
        }
    }
}
