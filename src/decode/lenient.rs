//! What exports do to records: other names, JSON inside text, instants as Americans write them.

use super::cursor::Cursor;
use super::instant::micros;
use crate::table::Column;

/// Calls `spell` for every other spelling of the columns' names: the declared ones, best first. A column that declares none
/// may have its first letter the other way, which is all that Log Analytics changes on most names.
pub(super) fn spellings<'c>(
    columns: impl Iterator<Item = &'c Column> + Clone,
    mut spell: impl FnMut(&str, usize, usize),
) {
    for (at, column) in columns.clone().enumerate() {
        column.aliases.iter().enumerate().for_each(|(rank, name)| spell(name, at, rank + 1));
    }
    for (at, column) in columns.enumerate().filter(|(_, column)| column.aliases.is_empty()) {
        spell(&other_initial(column.wire), at, 1);
    }
}

/// All names of one column.
pub(super) fn names(column: &Column) -> Vec<String> {
    let mut names = vec![column.wire.to_owned()];
    spellings(std::iter::once(column), |name, _, _| names.push(name.to_owned()));
    names
}

fn other_initial(name: &str) -> String {
    let mut letters = name.chars();
    let Some(first) = letters.next() else { return String::new() };
    let first = if first.is_ascii_uppercase() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
    std::iter::once(first).chain(letters).collect()
}

/// The text itself, if it is a JSON object or array and nothing else.
pub(super) fn json_of(text: &str) -> Option<&str> {
    let mut cursor = Cursor::new(text.as_bytes());
    (text.starts_with(['{', '[']) && cursor.skip().is_ok() && cursor.is_at_end()).then_some(text)
}

/// The instant of `4/28/2021, 2:08:45.221 PM`, `1/9/2007 10:41:00 AM +01:00` and the like: month before day, UTC unless
/// an offset is given.
pub(super) fn us_instant(text: &str) -> Option<i64> {
    let mut words = text.split([' ', ',', '\u{202f}']).filter(|word| !word.is_empty());
    let mut date = words.next()?.split('/');
    let (month, day, year) = (date.next()?, date.next()?, date.next()?);
    let (clock, mut rest) = (words.next()?, words.next());
    let (hour, minutes) = clock.split_once(':')?;
    let mut hour: u8 = hour.parse().ok()?;
    if let Some(half) = rest.filter(|word| word.eq_ignore_ascii_case("AM") || word.eq_ignore_ascii_case("PM")) {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half.eq_ignore_ascii_case("PM") { 12 } else { 0 };
        rest = words.next();
    }
    let zone = rest.unwrap_or("Z");
    let whole = date.next().is_none() && words.next().is_none();
    let minutes = if minutes.contains(':') { minutes.to_owned() } else { format!("{minutes}:00") };
    let text = format!("{year}-{month:0>2}-{day:0>2}T{hour:02}:{minutes}{zone}");
    micros(text.as_bytes()).filter(|_| whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn american_instants_are_read() {
        for (text, same) in [
            ("4/28/2021, 2:08:45.221 PM", "2021-04-28T14:08:45.221Z"),
            ("5/5/2021, 10:19:45.000 AM", "2021-05-05T10:19:45Z"),
            ("1/9/2007 10:41:00 AM +01:00", "2007-01-09T09:41:00Z"),
            ("12/31/2021 12:00:00 AM", "2021-12-31T00:00:00Z"),
            ("12/31/2021 12:30:00 PM", "2021-12-31T12:30:00Z"),
            ("05/18/2021 21:13:33", "2021-05-18T21:13:33Z"),
            ("5/18/2021 9:13 PM", "2021-05-18T21:13:00Z"),
            ("5/18/2021, 9:13:33\u{202f}PM", "2021-05-18T21:13:33Z"),
        ] {
            assert_eq!(us_instant(text), micros(same.as_bytes()), "{text}");
            assert!(us_instant(text).is_some(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_no_american_instant() {
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
        ] {
            assert_eq!(us_instant(text), None, "{text}");
        }
    }

    #[test]
    fn json_is_told_from_other_text() {
        assert_eq!(json_of("[1]"), Some("[1]"));
        for text in ["", "x", "1", "\"x\"", "[1", "[1] x", "{a}"] {
            assert_eq!(json_of(text), None, "{text}");
        }
    }
}
