//! A box for people to read.
//!
//! The widths are taken from the first rows and then stand, so that a result of any length streams. On a terminal a text
//! that is wider is shortened, and a row that cannot fit at all is written one column a line. What is of no use shortened, a
//! number, a time, an id, an address, is written whole: its column is as wide as it is, if there is room, and where there is none,
//! it goes on below, so that no line leaves the box; for one behind the first rows the box begins anew. Anywhere else every cell is whole, and may leave it.
//! What the prompt itself has to say goes on below instead, and no name in it is broken in two.
//! The answer of EXPLAIN is text of many lines and is shown as such.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use arrow::datatypes::{DataType, Schema};

use super::cell::Column;
use super::layout::{Wish, lasting, pad, shorten, whole_seconds, width, widths, wrapped};
use super::{Expanded, Options, incomplete, names, safe, stands_right};

/// Rows that are looked at before the widths are settled.
const SAMPLE: usize = 1_000;
/// And bytes of them, of rows with long texts.
const SAMPLE_BYTES: usize = 16 << 20;

/// Lines of a terminal that one value may fill in a row written one column a line.
const LINES_PER_VALUE: usize = 4;

/// Writer of a box.
#[derive(Debug)]
pub(super) struct Table {
    heads: Vec<String>,
    right: Vec<bool>,
    times: Vec<bool>,
    /// Lengths of time, which a screen shows as people write them.
    lengths: Vec<bool>,
    /// Times lose the fractions of their seconds, because there is no room for them.
    whole_seconds: bool,
    /// There is no room for whole ids either, and a box is wanted all the same.
    cuts_ids: bool,
    options: Options,
    /// There was no room for ids among names: they go on below.
    wraps_ids: bool,
    /// What the columns of a box want.
    wishes: Vec<Wish>,
    /// Bytes of the rows that are looked at.
    sampled: usize,
    shape: Shape,
}

#[derive(Debug)]
enum Shape {
    /// Not settled: the rows so far.
    Sampling(Vec<Vec<Cell>>),
    /// A box with columns of these widths.
    Box(Vec<usize>),
    /// One below the other: what names a thing, and further in what is said of it.
    Items,
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
            lengths: schema.fields().iter().map(|field| matches!(field.data_type(), DataType::Duration(_))).collect(),
            whole_seconds: false,
            cuts_ids: false,
            wraps_ids: false,
            wishes: Vec::new(),
            options,
            sampled: 0,
            shape,
        }
    }

    /// Takes rows; appends what can be written.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize, out: &mut String) {
        if matches!(self.shape, Shape::Plans) {
            return (0..rows).for_each(|row| plan(columns, row, self.options, out));
        }
        for row in 0..rows {
            let cell = |(at, column): (usize, &Column)| {
                let text = shown(column, row);
                let length = if self.lengths[at] && self.options.terminal.is_some() { lasting(&text) } else { None };
                Cell { text: length.unwrap_or(text), null: column.is_null(row) }
            };
            let mut cells: Vec<Cell> = columns.iter().enumerate().map(cell).collect();
            if self.whole_seconds {
                self.cut(&mut cells);
            }
            match &mut self.shape {
                Shape::Sampling(sample) => {
                    self.sampled += cells.iter().map(|cell| cell.text.len()).sum::<usize>();
                    sample.push(cells);
                    if sample.len() == SAMPLE || self.sampled > SAMPLE_BYTES {
                        self.settle(out);
                    }
                }
                _ => {
                    self.widen(&cells, out);
                    self.row(&cells, out);
                }
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
        let mut wishes = self.wishes(&sample, (false, true));
        let (limit, is_table) = (self.options.terminal, self.options.expanded != Expanded::On);
        let fits = |wishes: &[Wish]| {
            let all: Vec<Wish> = wishes.iter().map(|wish| Wish { least: wish.natural, ..*wish }).collect();
            widths(&all, limit).is_some()
        };
        let cuts = is_table && !fits(&wishes);
        if cuts {
            wishes = self.wishes(&sample, (true, true));
        }
        self.wraps_ids = widths(&wishes, limit).is_none();
        if self.wraps_ids {
            // An id among names does not do away with the box: it goes on below.
            wishes = self.wishes(&sample, (cuts, false));
        }
        // With their widths fixed, ids are shortened before numbers are.
        let plain = || -> Vec<Wish> {
            let least = |at: usize, wish: &Wish| if self.right[at] { wish.least } else { 0 };
            wishes.iter().enumerate().map(|(at, wish)| Wish { least: least(at, wish), ..*wish }).collect()
        };
        let fitting = match self.options.expanded {
            Expanded::Auto => widths(&wishes, limit),
            Expanded::On => None,
            Expanded::Off => widths(&wishes, limit).or_else(|| {
                self.cuts_ids = true;
                widths(&plain(), limit).or(widths(&plain(), None))
            }),
        };
        // One below the other, there is room for all of a time.
        if let Some(widths) = fitting {
            self.whole_seconds = cuts;
            sample.iter_mut().filter(|_| cuts).for_each(|row| self.cut(row));
            self.head(&widths, out);
            self.shape = Shape::Box(widths);
            self.wishes = wishes;
        } else if self.options.wraps && is_table {
            let heads = self.heads.iter().map(|head| Cell { text: head.clone(), null: false }).collect::<Vec<_>>();
            item(&heads, self.options, out);
            out.extend(std::iter::repeat_n('─', self.options.terminal.unwrap_or_default()));
            out.push('\n');
            self.shape = Shape::Items;
        }
        sample.iter().for_each(|row| self.row(row, out));
    }

    /// What the columns want, without the fractions of seconds or with them, and with room for ids among names or without it.
    fn wishes(&self, sample: &[Vec<Cell>], (cut, whole_ids): (bool, bool)) -> Vec<Wish> {
        let wish = |i: usize| {
            let head = width(&self.heads[i]);
            let cells = || sample.iter().map(move |row| &row[i]);
            let cuts = cut && self.times[i];
            let shown = |cell: &Cell| if cuts { width(&whole_seconds(&cell.text)) } else { width(&cell.text) };
            let widest = cells().map(shown).max().unwrap_or(0);
            let is_kept = self.times[i] || self.right[i] || cells().all(|cell| cell.null || is_whole(&cell.text));
            let longest = || cells().flat_map(|cell| cell.text.split(' ')).map(width).max().unwrap_or(0);
            let least = match is_kept {
                true => widest.max(head.min(SHORT_HEAD)),
                // Cells go on below, between their words. Headings do not.
                false if self.options.wraps => head.max(longest()),
                false if whole_ids => {
                    let ids = cells().filter(|cell| !cell.null && is_whole(&cell.text));
                    ids.map(|cell| width(&cell.text)).max().unwrap_or(0)
                }
                false => 0,
            };
            Wish { natural: widest.max(head), least }
        };
        (0..self.heads.len()).map(wish).collect()
    }

    /// Begins the box anew for a row behind the first ones that has a longer number, time or id than they, if that fits.
    fn widen(&mut self, cells: &[Cell], out: &mut String) {
        let Shape::Box(old) = &self.shape else { return };
        if self.options.terminal.is_none() || self.options.wraps {
            return;
        }
        let mut wishes = self.wishes.clone();
        let mut is_wider = false;
        for (at, (cell, wish)) in cells.iter().zip(&mut wishes).enumerate() {
            let needs = width(&cell.text);
            let is_id = || !self.wraps_ids && !self.cuts_ids && is_whole(&cell.text);
            if needs > old[at] && (self.right[at] || self.times[at] || is_id()) {
                *wish = Wish { natural: wish.natural.max(needs), least: wish.least.max(needs) };
                is_wider = true;
            }
        }
        let Some(new) = is_wider.then(|| widths(&wishes, self.options.terminal)).flatten() else { return };
        rule(old, ['└', '┴', '┘'], out);
        self.head(&new, out);
        (self.shape, self.wishes) = (Shape::Box(new), wishes);
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
                let is_kept =
                    |at: usize, text: &str| self.right[at] || !self.cuts_ids && (self.times[at] || is_whole(text));
                let is_wide = |text: &str, room: usize| self.options.terminal.is_some() && width(text) > room;
                let columns = || cells.iter().zip(widths.iter()).enumerate();
                if columns().any(|(at, (cell, room))| is_wide(&cell.text, *room) && is_kept(at, &cell.text)) {
                    let lines = |(at, (cell, room)): (usize, (&Cell, &usize))| match is_kept(at, &cell.text) {
                        true => wrapped(&cell.text, *room),
                        false => vec![shorten(&cell.text, *room).into_owned()],
                    };
                    let columns: Vec<Vec<String>> = columns().map(lines).collect();
                    return in_box(&columns, (cells, widths), &self.right, self.options, out);
                }
                for (at, (cell, room)) in columns() {
                    out.push_str("│ ");
                    let text =
                        if is_wide(&cell.text, *room) { shorten(&cell.text, *room) } else { Cow::from(&cell.text) };
                    padded(&text, *room, self.right[at], cell.null && self.options.styled, out);
                    out.push(' ');
                }
                out.push_str("│\n");
            }
            Shape::Items => item(cells, self.options, out),
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

/// Whether a text is of no use in part: an id, an address.
fn is_whole(text: &str) -> bool {
    is_id(text) || is_address(text)
}

/// Whether a text is an address, with a port or the length of its network behind it or not.
fn is_address(text: &str) -> bool {
    let is_ip = |text: &str| text.parse::<IpAddr>().is_ok();
    let network = text.split_once('/').is_some_and(|(ip, bits)| is_ip(ip) && bits.parse::<u8>().is_ok());
    is_ip(text) || network || text.parse::<SocketAddr>().is_ok()
}

/// Whether a text is a GUID.
fn is_id(text: &str) -> bool {
    let is_digit =
        |(at, c): (usize, char)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() };
    text.len() == 36 && text.chars().enumerate().all(is_digit)
}

/// A row whose texts go on below where they are longer than their columns.
fn wrapped_row(cells: &[Cell], widths: &[usize], right: &[bool], options: Options, out: &mut String) {
    let columns: Vec<Vec<String>> = cells.iter().zip(widths).map(|(cell, room)| wrapped(&cell.text, *room)).collect();
    in_box(&columns, (cells, widths), right, options, out);
}

/// A row of a box, of whose columns each has its lines.
fn in_box(
    columns: &[Vec<String>],
    (cells, widths): (&[Cell], &[usize]),
    right: &[bool],
    options: Options,
    out: &mut String,
) {
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

/// How far what is said of a thing stands in.
const INDENT: usize = 4;

/// A thing that a page tells of: all of its cells but the last in a line, or in several if they do not fit, and the last below.
fn item(cells: &[Cell], options: Options, out: &mut String) {
    let Some((said, names)) = cells.split_last() else { return };
    let terminal = options.terminal.unwrap_or(usize::MAX);
    let mut used = 0;
    for name in names.iter().filter(|name| !name.text.is_empty()) {
        if used > 0 && used + 2 + width(&name.text) > terminal {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', INDENT));
            used = INDENT;
        } else if used > 0 {
            out.push_str("  ");
            used += 2;
        }
        out.push_str(&name.text);
        used += width(&name.text);
    }
    if used > 0 {
        out.push('\n');
    }
    for line in wrapped(&said.text, terminal.saturating_sub(INDENT).max(INDENT)) {
        out.extend(std::iter::repeat_n(' ', INDENT));
        out.push_str(&line);
        out.push('\n');
    }
}

/// How far a line of a plan goes in where it goes on below.
const FURTHER: usize = 4;

/// A plan, its lines below its name. On a terminal no word of it is broken in two.
fn plan(columns: &[Column], row: usize, options: Options, out: &mut String) {
    let text = |column: &Column| {
        let mut text = String::new();
        column.text(row, &mut text);
        text
    };
    let [name, plan] = columns else { return };
    out.push_str(&safe::line(&text(name)));
    for line in text(plan).lines() {
        let line = safe::line(line);
        let blank = line.len() - line.trim_start().len() + 2;
        let room = options.terminal.filter(|terminal| width(&line) + 2 > *terminal && *terminal > blank + 2 * FURTHER);
        let parts =
            room.map_or_else(|| vec![line.trim_start().to_owned()], |room| wrapped(&line, room - blank - FURTHER));
        for (at, part) in parts.iter().enumerate() {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', if at == 0 { blank } else { blank + FURTHER }));
            out.push_str(part);
        }
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
mod tests;
