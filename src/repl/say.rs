//! What is said on standard error besides the line of progress: reports, lines, words with their meaning.

use std::io::{self, Write as _};
use std::time::Duration;

use unicode_width::UnicodeWidthStr as _;

use crate::output::safe;
use crate::report::Report;

/// `1 request`, `12,345 requests`
pub(crate) fn count(n: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number with its thousands apart, where it has more than four digits.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    if digits.len() < 5 {
        return digits;
    }
    let places = digits.char_indices().map(|(at, digit)| (at > 0 && (digits.len() - at).is_multiple_of(3), digit));
    places.flat_map(|(parts, digit)| parts.then_some(',').into_iter().chain([digit])).collect()
}

/// A length of time as people write it: `4.2 s`, `6 min 30 s`, `2 h 5 min`.
pub(crate) fn lasts(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 if time.subsec_millis() < 100 => format!("{} ms", time.as_millis()),
        0..60 => {
            let text = format!("{:.1}", time.as_secs_f64());
            format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
        }
        60..3_600 => with_rest(seconds / 60, "min", seconds % 60, "s"),
        _ => with_rest(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
    }
}

fn with_rest(whole: u64, unit: &str, rest: u64, smaller: &str) -> String {
    if rest == 0 { format!("{whole} {unit}") } else { format!("{whole} {unit} {rest} {smaller}") }
}

/// Shows a report.
pub fn tell(report: &Report) {
    let width = width();
    for line in report.to_string().lines() {
        write(&wrapped(line, width));
    }
}

/// Says a line.
pub fn say(text: &str) {
    write(&wrapped(&safe::line(text), width()));
}

/// Says a word and what it means, wrapped to the terminal.
pub(crate) fn say_item(word: &str, meaning: &str, indent: usize) {
    item(word, meaning, indent, width()).iter().for_each(|line| write(&safe::line(line)));
}

fn write(text: &str) {
    // Nobody is left to hear that standard error is gone.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns of the terminal; without one, lines are as long as they are.
fn width() -> usize {
    console::Term::stderr().size_checked().map_or(usize::MAX, |(_, columns)| usize::from(columns))
}

/// A sentence that is broken between its words, not inside a name. What stands in columns is left as it is.
fn wrapped(line: &str, width: usize) -> String {
    let is_sentence =
        ["error: ", "hint: ", "note: ", "warning: ", "  because: "].iter().any(|head| line.starts_with(head));
    if !is_sentence || line.width() <= width {
        return line.to_owned();
    }
    let blank = line.len() - line.trim_start().len();
    let (mut text, mut used) = (line[..blank].to_owned(), blank);
    for (at, word) in line[blank..].split(' ').enumerate() {
        let room = word.width() + usize::from(at > 0);
        if at > 0 && used + room > width {
            text.push_str("\n  ");
            used = 2;
        } else if at > 0 {
            text.push(' ');
        }
        text.push_str(word);
        used += room;
    }
    text
}

/// A line that is broken between its words where it is longer than the width; what follows stands further in.
pub(crate) fn folded(line: &str, width: usize) -> Vec<String> {
    if line.width() <= width {
        return vec![line.to_owned()];
    }
    let text = line.trim_start();
    let indent = line.len() - text.len();
    let (mut lines, mut open) = (Vec::new(), " ".repeat(indent));
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 && open.width() + 1 + word.width() > width {
            lines.push(std::mem::replace(&mut open, " ".repeat(indent + 2)));
        } else if at > 0 {
            open.push(' ');
        }
        open.push_str(word);
    }
    lines.push(open);
    lines
}

/// The lines of an item; what follows the first is indented. A word that reaches into the meanings' column has a line to itself.
pub(crate) fn item(word: &str, meaning: &str, indent: usize, width: usize) -> Vec<String> {
    let mut lines = vec![format!("{word:<indent$}")];
    if word.trim_end().width() > indent && !meaning.trim().is_empty() {
        lines.push(" ".repeat(indent));
    }
    let mut is_empty = true;
    for part in meaning.split_whitespace() {
        let last = lines.len() - 1;
        let room = width.max(indent + 20).saturating_sub(lines[last].chars().count());
        if !is_empty && part.chars().count() + 1 > room {
            lines.push(" ".repeat(indent + 1) + part);
        } else {
            lines[last].push(' ');
            lines[last].push_str(part);
        }
        is_empty = false;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words() {
        assert_eq!(folded("  one two three", 9), ["  one two", "    three"]);
        assert_eq!(folded("short", 9), ["short"]);
        assert_eq!(folded("a-word-that-is-long b", 9), ["a-word-that-is-long", "  b"]);
    }

    #[test]
    fn numbers_and_times_are_written_as_people_write_them() {
        for (n, text) in [(0, "0"), (9_999, "9999"), (12_345, "12,345"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), text);
        }
        for (millis, text) in [
            (0, "0 ms"),
            (73, "73 ms"),
            (450, "0.5 s"),
            (4_000, "4 s"),
            (4_249, "4.2 s"),
            (60_000, "1 min"),
            (390_900, "6 min 30 s"),
            (7_500_000, "2 h 5 min"),
        ] {
            assert_eq!(lasts(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn an_item_is_wrapped_below_its_meaning() {
        assert_eq!(item("\\d", "one two three four five six", 4, 24), ["\\d   one two three four", "     five six"]);
        assert_eq!(item("\\d", "one two", 4, usize::MAX), ["\\d   one two"]);
    }

    #[test]
    fn a_long_word_does_not_run_into_its_meaning() {
        assert_eq!(item("\\d TABLE", "one two", 4, 80), ["\\d TABLE", "     one two"]);
        assert_eq!(item("\\d T", "one two", 4, 80), ["\\d T one two"]);
        assert_eq!(item("\\d TABLE", "", 4, 80), ["\\d TABLE"]);
    }

    #[test]
    fn a_sentence_is_broken_between_its_words_and_nothing_else_is() {
        assert_eq!(
            wrapped("hint: columns are user_principal_name, id", 30),
            "hint: columns are\n  user_principal_name, id"
        );
        assert_eq!(wrapped("  because: a b", 12), "  because: a\n  b");
        for same in
            ["hint: short", "LINE 1: SELECT a very long line of a statement", "hint: avery/long/address/without/blanks"]
        {
            assert_eq!(wrapped(same, 46), same);
        }
    }
}
