//! What is said on standard error besides the line of progress: reports, lines, words with their meaning.

use std::io::{self, Write as _};

use unicode_width::UnicodeWidthStr as _;

use crate::output::safe;
use crate::report::Report;

/// `1 request`, `2 requests`
pub(crate) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
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

/// The lines of an item; what follows the first is indented.
fn item(word: &str, meaning: &str, indent: usize, width: usize) -> Vec<String> {
    let mut lines = vec![format!("{word:<indent$}")];
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
    fn an_item_is_wrapped_below_its_meaning() {
        assert_eq!(item("\\d", "one two three four five six", 4, 24), ["\\d   one two three four", "     five six"]);
        assert_eq!(item("\\d", "one two", 4, usize::MAX), ["\\d   one two"]);
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
