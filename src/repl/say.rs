//! What is said on standard error besides the line of progress: reports, lines, words with their meaning.

use std::io::{self, Write as _};

use crate::output::safe;
use crate::report::Report;

/// `1 request`, `2 requests`
pub(crate) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Shows a report.
pub fn tell(report: &Report) {
    // Nobody is left to hear that standard error is gone.
    let _ = writeln!(io::stderr(), "{report}");
}

/// Says a line.
pub fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", safe::line(text));
}

/// Says a word and what it means, wrapped to the terminal.
pub(crate) fn say_item(word: &str, meaning: &str, indent: usize) {
    let width = console::Term::stderr().size_checked().map_or(usize::MAX, |(_, columns)| usize::from(columns));
    item(word, meaning, indent, width).iter().for_each(|line| say(line));
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
}
