//! A box for people to read.
//!
//! The widths are taken from the first rows and then stand, so that a result of any length streams. On a terminal a cell
//! that is wider is shortened, and a row that cannot fit at all is written one column a line; anywhere else no cell is
//! ever shortened, and one that is wider than its column merely pushes the others aside.
//! The answer of EXPLAIN is text of many lines and is shown as such.

use std::borrow::Cow;
use std::fmt::Write as _;

use arrow::datatypes::Schema;

use super::cell::Column;
use super::layout::{pad, shorten, width, widths};
use super::{Expanded, Options, incomplete, names, safe, stands_right};

/// Rows that are looked at before the widths are settled.
const SAMPLE: usize = 1_000;

/// Lines of a terminal that one value may fill in a row written one column a line.
const LINES_PER_VALUE: usize = 4;

/// Writer of a box.
#[derive(Debug)]
pub(super) struct Table {
    heads: Vec<String>,
    right: Vec<bool>,
    options: Options,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    /// Not settled: the rows so far.
    Sampling(Vec<Vec<Cell>>),
    /// A box with columns of these widths.
    Box(Vec<usize>),
    /// One column a line; rows so far.
    Lines(u64),
    /// The plans of EXPLAIN: a heading and its text.
    Plans,
}

/// The columns of what EXPLAIN answers.
const PLAN_COLUMNS: [&str; 2] = ["plan_type", "plan"];

#[derive(Debug)]
struct Cell {
    text: String,
    null: bool,
}

impl Table {
    /// A box with headings from the schema.
    pub(super) fn new(schema: &Schema, options: Options) -> Self {
        let shape = if names(schema) == PLAN_COLUMNS { Shape::Plans } else { Shape::Sampling(Vec::new()) };
        Self {
            heads: names(schema).iter().map(|name| safe::line(name).into_owned()).collect(),
            right: schema.fields().iter().map(|field| stands_right(field.data_type())).collect(),
            options,
            shape,
        }
    }

    /// Takes rows; appends what can be written.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize, out: &mut String) {
        if matches!(self.shape, Shape::Plans) {
            return (0..rows).for_each(|row| plan(columns, row, out));
        }
        for row in 0..rows {
            let cell = |column: &Column| Cell { text: shown(column, row), null: column.is_null(row) };
            let cells = columns.iter().map(cell).collect();
            match &mut self.shape {
                Shape::Sampling(sample) => {
                    sample.push(cells);
                    if sample.len() == SAMPLE {
                        self.settle(out);
                    }
                }
                _ => self.row(&cells, out),
            }
        }
    }

    /// Appends what was kept back, the lower edge and the number of rows, and what is missing.
    pub(super) fn finish(&mut self, rows: u64, missing: Option<&str>, out: &mut String) {
        if matches!(self.shape, Shape::Sampling(_)) {
            self.settle(out);
        }
        match &self.shape {
            Shape::Plans => return,
            Shape::Box(widths) => rule(widths, ['└', '┴', '┘'], out),
            _ => {}
        }
        let _ = writeln!(out, "({rows} row{})", if rows == 1 { "" } else { "s" });
        out.extend(missing.map(incomplete));
    }

    fn settle(&mut self, out: &mut String) {
        let Shape::Sampling(sample) = std::mem::replace(&mut self.shape, Shape::Lines(0)) else { return };
        let widest = |i: usize| {
            let cells = sample.iter().map(|row| width(&row[i].text));
            cells.chain([width(&self.heads[i])]).max().unwrap_or(0)
        };
        let natural: Vec<usize> = (0..self.heads.len()).map(widest).collect();
        let fitting = match self.options.expanded {
            Expanded::Auto => widths(&natural, self.options.terminal),
            Expanded::On => None,
            Expanded::Off => widths(&natural, self.options.terminal).or(Some(natural)),
        };
        if let Some(widths) = fitting {
            self.head(&widths, out);
            self.shape = Shape::Box(widths);
        }
        sample.iter().for_each(|row| self.row(row, out));
    }

    fn head(&self, widths: &[usize], out: &mut String) {
        rule(widths, ['┌', '┬', '┐'], out);
        for ((head, room), right) in self.heads.iter().zip(widths).zip(&self.right) {
            out.push_str("│ ");
            pad(&shorten(head, *room), *room, *right, out);
            out.push(' ');
        }
        out.push_str("│\n");
        rule(widths, ['├', '┼', '┤'], out);
    }

    fn row(&mut self, cells: &[Cell], out: &mut String) {
        match &mut self.shape {
            Shape::Box(widths) => {
                for ((cell, room), right) in cells.iter().zip(widths.iter()).zip(&self.right) {
                    out.push_str("│ ");
                    let text = if self.options.terminal.is_some() {
                        shorten(&cell.text, *room)
                    } else {
                        Cow::from(&cell.text)
                    };
                    padded(&text, *room, *right, cell.null && self.options.styled, out);
                    out.push(' ');
                }
                out.push_str("│\n");
            }
            Shape::Lines(rows) => {
                *rows += 1;
                let _ = writeln!(out, "── row {rows} ──");
                lines(&self.heads, cells, self.options, out);
            }
            Shape::Sampling(_) | Shape::Plans => {}
        }
    }
}

/// A plan, its lines below its name.
fn plan(columns: &[Column], row: usize, out: &mut String) {
    let text = |column: &Column| {
        let mut text = String::new();
        column.text(row, &mut text);
        text
    };
    let [name, plan] = columns else { return };
    out.push_str(&safe::line(&text(name)));
    for line in text(plan).lines() {
        out.push_str("\n  ");
        out.push_str(&safe::line(line));
    }
    out.push('\n');
}

/// What a cell of a table says. NULL and a text that reads NULL differ.
pub(super) fn shown(column: &Column, row: usize) -> String {
    if column.is_null(row) {
        return "NULL".into();
    }
    let mut text = String::new();
    column.text(row, &mut text);
    match safe::line(&text) {
        Cow::Borrowed("NULL") => "\"NULL\"".into(),
        Cow::Borrowed(_) => text,
        Cow::Owned(safe) => safe,
    }
}

fn lines(heads: &[String], cells: &[Cell], options: Options, out: &mut String) {
    let room = heads.iter().map(|head| width(head)).max().unwrap_or(0);
    let terminal = options.terminal.unwrap_or(usize::MAX);
    let (head_room, value_room) =
        (room.min(terminal / 2), terminal.saturating_mul(LINES_PER_VALUE).saturating_sub(room + 3).max(8));
    for (head, cell) in heads.iter().zip(cells) {
        pad(&shorten(head, head_room), head_room, false, out);
        out.push_str(" │ ");
        padded(&shorten(&cell.text, value_room), 0, false, cell.null && options.styled, out);
        out.push('\n');
    }
}

fn padded(text: &str, room: usize, right: bool, dim: bool, out: &mut String) {
    let mut cell = String::new();
    pad(text, room, right, &mut cell);
    if dim {
        cell = console::style(cell).dim().force_styling(true).to_string();
    }
    out.push_str(&cell);
}

fn rule(widths: &[usize], [left, middle, right]: [char; 3], out: &mut String) {
    for (i, room) in widths.iter().enumerate() {
        out.push(if i == 0 { left } else { middle });
        out.extend(std::iter::repeat_n('─', room + 2));
    }
    out.push(right);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray};

    use super::super::tests::{batch, write};
    use super::*;

    fn text_table(columns: usize, rows: &[&str]) -> arrow::array::RecordBatch {
        let names: Vec<String> = (0..columns).map(|i| format!("column_{i}")).collect();
        batch(
            names.iter().map(|name| (name.as_str(), Arc::new(StringArray::from(rows.to_vec())) as ArrayRef)).collect(),
        )
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for (columns, terminal) in [(1, 20), (3, 40), (5, 80)] {
            let table =
                text_table(columns, &["short", "日本語の長い名前がここに入ります 🙂🙂🙂🙂🙂🙂🙂🙂 and more of it"]);
            let text = write("table", &[table], Options { terminal: Some(terminal), ..Options::default() }).0;
            assert!(text.contains('…') && text.lines().all(|line| width(line) <= terminal), "{text}");
        }
    }

    #[test]
    fn a_row_that_cannot_fit_is_written_one_column_a_line() {
        let table = text_table(10, &["alice@contoso.com", "b"]);
        let text = write("table", &[table], Options { terminal: Some(60), ..Options::default() }).0;
        assert!(text.starts_with("── row 1 ──\ncolumn_0 │ alice@contoso.com\n"), "{text}");
        assert_eq!((text.lines().count(), text.lines().last()), (23, Some("(2 rows)")));
    }

    #[test]
    fn rows_are_expanded_when_asked_and_only_then() {
        let table = |columns, expanded| {
            let options = Options { terminal: Some(60), expanded, ..Options::default() };
            write("table", &[text_table(columns, &["alice@contoso.com"])], options).0
        };
        assert_eq!(table(1, Expanded::On), "── row 1 ──\ncolumn_0 │ alice@contoso.com\n(1 row)\n");
        assert!(table(1, Expanded::Auto).starts_with('┌') && table(10, Expanded::Auto).starts_with("──"));
        assert!(table(10, Expanded::Off).starts_with('┌'));
    }

    #[test]
    fn plans_keep_their_lines() {
        let text = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
        let table = batch(vec![("plan_type", text("requests")), ("plan", text("GET /a\n  GET /b\x1b[2J\n"))]);
        assert_eq!(write("table", &[table], Options::default()).0, "requests\n  GET /a\n    GET /b␛[2J\n");
    }

    #[test]
    fn elsewhere_no_cell_is_shortened_and_later_ones_overflow() {
        let long = "x".repeat(5_000);
        let rows: Vec<&str> = std::iter::repeat_n("a", SAMPLE).chain([long.as_str()]).collect();
        let text = write("table", &[text_table(1, &rows)], Options::default()).0;
        assert!(text.contains(&long) && text.ends_with("(1001 rows)\n"));
        assert!(text.starts_with("┌──────────┐\n│ column_0 │\n"), "widths come from the first rows");
    }
}
