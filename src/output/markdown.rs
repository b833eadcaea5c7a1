//! Markdown tables, for tickets and pages: what a cell says is shown, never interpreted.

use arrow::datatypes::Schema;

use super::cell::Column;
use super::{incomplete, names, safe, stands_right, table};

/// Writer of a pipe table.
#[derive(Debug)]
pub(super) struct Markdown {
    head: Option<String>,
}

impl Markdown {
    /// A table with that heading.
    pub(super) fn new(schema: &Schema) -> Self {
        let mut head = String::from("|");
        names(schema).iter().for_each(|name| cell(name, &mut head));
        head.push_str("\n|");
        let rules =
            schema.fields().iter().map(|field| if stands_right(field.data_type()) { " ---: |" } else { " --- |" });
        head.extend(rules);
        head.push('\n');
        Self { head: Some(head) }
    }

    /// Appends rows.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize, out: &mut String) {
        out.extend(self.head.take());
        for row in 0..rows {
            out.push('|');
            columns.iter().for_each(|column| cell(&table::shown(column, row), out));
            out.push('\n');
        }
    }

    /// Appends the heading, if nothing has, and what is missing.
    pub(super) fn finish(&mut self, missing: Option<&str>, out: &mut String) {
        out.extend(self.head.take());
        out.extend(missing.map(|missing| format!("\n{}", incomplete(&inert(missing)))));
    }
}

fn cell(text: &str, out: &mut String) {
    out.push(' ');
    out.push_str(&inert(text));
    out.push_str(" |");
}

/// Text that is shown as it is: no markup, no link, no mention of a person or an issue.
fn inert(text: &str) -> String {
    let text = safe::line(text);
    let mut out = String::new();
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = letters.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // Inside of a word it is no markup.
            '_' if before.is_alphanumeric() && letters.peek().is_some_and(|c| c.is_alphanumeric()) => out.push(c),
            '\\' | '|' | '`' | '*' | '_' | '~' | '[' | ']' | '#' => out.extend(['\\', c]),
            // A mail address becomes a link, and a name behind an at sign is told of it.
            '@' => out.push_str("&#64;"),
            ':' if letters.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.ends_with("www") || out.ends_with("WWW") => out.push_str("&#46;"),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};

    use super::super::tests::{batch, write};

    #[test]
    fn a_cell_cannot_leave_its_place() {
        let cells: ArrayRef = Arc::new(StringArray::from(vec!["a|b\n![x](http://h) <img src=x> &lt; `c`"]));
        let text = write("markdown", &[batch(vec![("c", cells)])], super::super::Options::default()).0;
        assert_eq!(text.lines().nth(2), Some("| a\\|b␊!\\[x\\](http&#58;//h) &lt;img src=x> &amp;lt; \\`c\\` |"));
    }

    #[test]
    fn a_cell_is_no_link_and_mentions_nobody() {
        let cells: ArrayRef = Arc::new(StringArray::from(vec!["a_b _c_ ~~d~~ @ada www.x.y 11:59 #1"]));
        let text = write("markdown", &[batch(vec![("c", cells)])], super::super::Options::default()).0;
        assert_eq!(text.lines().nth(2), Some("| a_b \\_c\\_ \\~\\~d\\~\\~ &#64;ada www&#46;x.y 11:59 \\#1 |"));
    }
}
