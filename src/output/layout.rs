//! How wide the columns of a box are, and text that is fitted into them.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A column is never made narrower than this, unless its cells are.
const NARROWEST: usize = 8;

/// What a column wants of a box's width.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// Its widest cell or its heading.
    pub(super) natural: usize,
    /// What it needs to be of use: all of a time, a number or an id, of a text next to nothing.
    pub(super) least: usize,
}

/// The widths of columns in a box `limit` wide; `None` when they do not fit at all.
///
/// Texts give way first, the widest before all others: every column keeps what it needs up to one common cap.
pub(super) fn widths(wishes: &[Wish], limit: Option<usize>) -> Option<Vec<usize>> {
    let capped = |cap: usize| wishes.iter().map(move |wish| wish.natural.min(cap.max(wish.least)));
    let Some(limit) = limit else { return Some(capped(usize::MAX).collect()) };
    // "│ " before each cell and " │" at the end, with a blank between.
    let room = limit.checked_sub(3 * wishes.len() + 1)?;
    let widest = wishes.iter().map(|wish| wish.natural).max().unwrap_or(0);
    let cap = (NARROWEST.min(widest)..=widest.min(room.max(NARROWEST)))
        .rev()
        .find(|cap| capped(*cap).sum::<usize>() <= room)?;
    Some(capped(cap).collect())
}

/// A text in lines of at most `room` terminal cells, broken at blanks where there are any.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last_mut().map_or(0, |line| line.width());
        if line > 0 && line + 1 + word.width() <= room {
            lines.iter_mut().last().into_iter().for_each(|line| *line = format!("{line} {word}"));
            continue;
        }
        if line > 0 {
            lines.push(String::new());
        }
        for c in word.chars() {
            let is_full = |line: &String| !line.is_empty() && line.width() + c.width().unwrap_or(0) > room;
            if lines.last().is_some_and(is_full) {
                lines.push(String::new());
            }
            lines.iter_mut().last().into_iter().for_each(|line| line.push(c));
        }
    }
    lines
}

/// A time without the fraction of its seconds.
pub(super) fn whole_seconds(time: &str) -> Cow<'_, str> {
    let Some((before, fraction)) = time.split_once('.') else { return Cow::Borrowed(time) };
    Cow::Owned(format!("{before}{}", fraction.trim_start_matches(|c: char| c.is_ascii_digit())))
}

/// The width of a text in terminal cells.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The text, or its begin with an ellipsis, in at most `room` terminal cells.
pub(super) fn shorten(text: &str, room: usize) -> Cow<'_, str> {
    if text.width() <= room {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used < room
    };
    let mut begin: String = text.chars().take_while(fits).collect();
    begin.push('…');
    Cow::Owned(begin)
}

/// Appends a cell of a box, filled up to its width.
pub(super) fn pad(text: &str, room: usize, right: bool, out: &mut String) {
    let fill = room.saturating_sub(text.width());
    let (before, after) = if right { (fill, 0) } else { (0, fill) };
    out.extend(std::iter::repeat_n(' ', before));
    out.push_str(text);
    out.extend(std::iter::repeat_n(' ', after));
}

/// A length of time as people write it, of one that is written `PT3505.942985567S`: `58 min 25.9 s`, `2 h 5 min 10 s`, `1.5 s`.
pub(super) fn lasting(text: &str) -> Option<String> {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let number = rest.strip_prefix("PT")?.strip_suffix('S')?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (whole, digit) = (whole.parse::<u64>().ok()?, fraction.bytes().next());
    if whole < 60 {
        // Below a second every digit may count.
        let kept = if whole == 0 { fraction.len() } else { fraction.len().min(3) };
        let fraction = fraction[..kept].trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        return Some(format!("{sign}{whole}{point}{fraction} s"));
    }
    let tenth = digit.filter(|digit| *digit != b'0' && whole < 3_600).map(|digit| format!(".{}", char::from(digit)));
    let units = [(whole / 86_400, "d"), (whole / 3_600 % 24, "h"), (whole / 60 % 60, "min")];
    let mut parts: Vec<String> =
        units.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    let (seconds, tenth) = (whole % 60, tenth.unwrap_or_default());
    if seconds > 0 || !tenth.is_empty() {
        parts.push(format!("{seconds}{tenth} s"));
    }
    Some(format!("{sign}{}", parts.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_written_as_people_write_them() {
        for (text, told) in [
            ("PT3505.942985567S", "58 min 25.9 s"),
            ("PT1.500S", "1.5 s"),
            ("PT0.0000005S", "0.0000005 s"),
            ("PT0S", "0 s"),
            ("-PT61S", "-1 min 1 s"),
            ("PT3600S", "1 h"),
            ("PT93784.5S", "1 d 2 h 3 min 4 s"),
        ] {
            assert_eq!(lasting(text).as_deref(), Some(told), "{text}");
        }
        assert_eq!((lasting("x"), lasting("NULL")), (None, None));
    }

    #[test]
    fn the_widest_columns_give_way_first() {
        let widths = |natural: &[usize], limit| {
            let wishes: Vec<Wish> = natural.iter().map(|natural| Wish { natural: *natural, least: 0 }).collect();
            widths(&wishes, limit)
        };
        let rows: [(&[usize], Option<usize>, Option<&[usize]>); 6] = [
            (&[5, 100], None, Some(&[5, 100])),
            (&[5, 100], Some(40), Some(&[5, 28])),
            (&[50, 100, 4], Some(40), Some(&[13, 13, 4])),
            (&[5, 7], Some(19), Some(&[5, 7])),
            (&[9, 9, 9], Some(34), Some(&[8, 8, 8])),
            (&[9, 9, 9], Some(33), None),
        ];
        for (natural, limit, expected) in rows {
            assert_eq!(widths(natural, limit).as_deref(), expected, "{natural:?} in {limit:?}");
        }
    }

    #[test]
    fn what_would_be_of_no_use_shortened_keeps_its_width() {
        let wish = |natural, least| Wish { natural, least };
        let columns = [wish(20, 20), wish(34, 0), wish(20, 0), wish(10, 10)];
        assert_eq!(widths(&columns, Some(80)), Some(vec![20, 18, 18, 10]));
        assert_eq!(widths(&[wish(36, 36), wish(36, 36), wish(20, 20)], Some(80)), None);
        assert_eq!(widths(&[wish(36, 36), wish(9, 0)], Some(51)), Some(vec![36, 8]));
    }

    #[test]
    fn a_long_text_goes_on_below() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh i", 3), ["abc", "def", "gh", "i"]);
        assert_eq!(wrapped("日本語", 4), ["日本", "語"]);
        assert_eq!(wrapped("", 4), [""]);
    }

    #[test]
    fn fractions_of_a_second_go() {
        for (time, shown) in [
            ("2026-05-01T12:00:00.123456Z", "2026-05-01T12:00:00Z"),
            ("2026-05-01T12:00:00Z", "2026-05-01T12:00:00Z"),
            ("2026-05-01T14:00:00.5+02:00", "2026-05-01T14:00:00+02:00"),
            ("NULL", "NULL"),
        ] {
            assert_eq!(whole_seconds(time), shown);
        }
    }

    #[test]
    fn text_is_shortened_by_what_a_terminal_shows() {
        for (text, room, expected) in [
            ("abc", 3, "abc"),
            ("abcd", 3, "ab…"),
            ("日本語", 4, "日…"),
            ("日本語", 6, "日本語"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
        ] {
            assert_eq!(shorten(text, room), expected);
            assert!(width(&shorten(text, room)) <= room, "{text}");
        }
    }
}
