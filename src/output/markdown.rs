//! Markdown tables, for tickets and pages: what a cell says is shown, never interpreted.

use arrow::datatypes::Schema;

use super::cell::Column;
use super::{names, safe, stands_right, table};

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
        self.finish(out);
        for row in 0..rows {
            out.push('|');
            columns.iter().for_each(|column| cell(&table::shown(column, row), out));
            out.push('\n');
        }
    }

    /// Appends the heading, if nothing has.
    pub(super) fn finish(&mut self, out: &mut String) {
        out.extend(self.head.take());
    }
}

fn cell(text: &str, out: &mut String) {
    out.push(' ');
    for c in safe::line(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '`' | '*' | '[' | ']' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push_str(" |");
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
        assert_eq!(text.lines().nth(2), Some("| a\\|b␊!\\[x\\](http://h) &lt;img src=x> &amp;lt; \\`c\\` |"));
    }
}
