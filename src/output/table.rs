//! A box for people to read.
//!
//! The widths are taken from the first rows and then stand, so that a result of any length streams. On a terminal a cell
//! that is wider is shortened, and a row that cannot fit at all is written one column a line; anywhere else no cell is
//! ever shortened, and one that is wider than its column merely pushes the others aside.
//! The answer of EXPLAIN is text of many lines and is shown as such.

use std::borrow::Cow;
use std::fmt::Write as _;

use arrow::datatypes::{DataType, Schema};

use super::cell::Column;
use super::layout::{Wish, pad, shorten, whole_seconds, width, widths, wrapped};
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
    times: Vec<bool>,
    /// Times lose the fractions of their seconds, because there is no room for them.
    whole_seconds: bool,
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
            times: schema.fields().iter().map(|field| is_time(field.data_type())).collect(),
            whole_seconds: false,
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
            let mut cells: Vec<Cell> = columns.iter().map(cell).collect();
            if self.whole_seconds {
                self.cut(&mut cells);
            }
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
        let Shape::Sampling(mut sample) = std::mem::replace(&mut self.shape, Shape::Lines(0)) else { return };
        let mut wishes = self.wishes(&sample, false);
        let (limit, is_table) = (self.options.terminal, self.options.expanded != Expanded::On);
        let fits = |wishes: &[Wish]| {
            let all: Vec<Wish> = wishes.iter().map(|wish| Wish { least: wish.natural, ..*wish }).collect();
            widths(&all, limit).is_some()
        };
        let cuts = is_table && !fits(&wishes);
        if cuts {
            wishes = self.wishes(&sample, true);
        }
        let plain = || wishes.iter().map(|wish| Wish { least: 0, ..*wish }).collect::<Vec<_>>();
        let fitting = match self.options.expanded {
            Expanded::Auto => widths(&wishes, limit),
            Expanded::On => None,
            Expanded::Off => widths(&wishes, limit).or_else(|| widths(&plain(), limit)).or(widths(&plain(), None)),
        };
        // One below the other, there is room for all of a time.
        if let Some(widths) = fitting {
            self.whole_seconds = cuts;
            sample.iter_mut().filter(|_| cuts).for_each(|row| self.cut(row));
            self.head(&widths, out);
            self.shape = Shape::Box(widths);
        }
        sample.iter().for_each(|row| self.row(row, out));
    }

    /// What the columns want, with or without the fractions of seconds.
    fn wishes(&self, sample: &[Vec<Cell>], cut: bool) -> Vec<Wish> {
        let wish = |i: usize| {
            let head = width(&self.heads[i]);
            let cells = || sample.iter().map(move |row| &row[i]);
            let cuts = cut && self.times[i];
            let shown = |cell: &Cell| if cuts { width(&whole_seconds(&cell.text)) } else { width(&cell.text) };
            let widest = cells().map(shown).max().unwrap_or(0);
            let is_kept = self.times[i] || self.right[i] || cells().all(|cell| cell.null || is_id(&cell.text));
            let least = match is_kept {
                true => widest.max(head.min(SHORT_HEAD)),
                // Cells go on below, headings do not.
                false if self.options.wraps => head,
                false => 0,
            };
            Wish { natural: widest.max(head), least }
        };
        (0..self.heads.len()).map(wish).collect()
    }

    /// Takes the fractions of seconds from a row's times.
    fn cut(&self, cells: &mut [Cell]) {
        for (cell, _) in cells.iter_mut().zip(&self.times).filter(|(_, is_time)| **is_time) {
            cell.text = whole_seconds(&cell.text).into_owned();
        }
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
            Shape::Box(widths) if self.options.wraps && self.options.terminal.is_some() => {
                wrapped_row(cells, widths, &self.right, self.options, out);
            }
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

/// A heading that is no longer than this is not shortened above what is not shortened itself.
const SHORT_HEAD: usize = 12;

/// Whether a type is a time, of which a fraction can go and the rest cannot.
fn is_time(of: &DataType) -> bool {
    matches!(of, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
}

/// Whether a text is a GUID: of a part of one nothing can be done.
fn is_id(text: &str) -> bool {
    let is_digit =
        |(at, c): (usize, char)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() };
    text.len() == 36 && text.chars().enumerate().all(is_digit)
}

/// A row whose texts go on below where they are longer than their columns.
fn wrapped_row(cells: &[Cell], widths: &[usize], right: &[bool], options: Options, out: &mut String) {
    let columns: Vec<Vec<String>> = cells.iter().zip(widths).map(|(cell, room)| wrapped(&cell.text, *room)).collect();
    for line in 0..columns.iter().map(Vec::len).max().unwrap_or(1) {
        for (at, room) in widths.iter().enumerate() {
            out.push_str("│ ");
            let text = columns[at].get(line).map_or("", String::as_str);
            padded(text, *room, right[at], cells[at].null && options.styled, out);
            out.push(' ');
        }
        out.push_str("│\n");
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
    fn times_and_ids_are_whole_or_nothing() {
        use arrow::array::TimestampMicrosecondArray;
        let time = TimestampMicrosecondArray::from(vec![1_777_636_800_123_456]).with_timezone("UTC");
        let id = "094a8710-f550-4b5b-a511-7449ce91a04e";
        let name = "siobhan.d'souza@lumenworks.example";
        let text = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
        let table =
            || batch(vec![("time", Arc::new(time.clone()) as ArrayRef), ("id", text(id)), ("name", text(name))]);
        let at = |terminal| write("table", &[table()], Options { terminal: Some(terminal), ..Options::default() }).0;
        assert!(at(120).contains("2026-05-01T12:00:00.123456Z"), "{}", at(120));
        let narrow = at(80);
        assert!(
            narrow.contains("│ 2026-05-01T12:00:00Z │") && narrow.contains(id) && narrow.contains("siob"),
            "{narrow}"
        );
        assert!(at(60).starts_with("── row 1 ──\ntime │ 2026-05-01T12:00:00.123456Z\n"), "{}", at(60));
    }

    #[test]
    fn a_page_wraps_its_texts() {
        let table = text_table(2, &["one two three four five six seven"]);
        let options = Options { terminal: Some(40), wraps: true, ..Options::default() };
        let text = write("table", &[table], options).0;
        assert!(text.lines().all(|line| width(line) <= 40) && !text.contains('…'), "{text}");
        assert!(text.contains("│ one two three") && text.contains("seven"), "{text}");
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
