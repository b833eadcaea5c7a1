//! A result as a page of HTML: its rows with a filter, the pictures that fit its columns, the statement and what was said of it.
//!
//! Rows are held in a file until the last has come, so a page of any length needs no more memory than its pictures, and what is
//! known only then, such as what is missing, stands before them: in the page's source as on the screen.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::sql::sqlparser::ast::visit_relations;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::{Facts, parts};
use crate::output::cell::Column;
use crate::output::chart::{Ask, Gather, Kind, Picture, svg};
use crate::output::held::Held;
use crate::output::markup::{element, text};
use crate::output::{WriteError, names, stands_right};

/// Bars over time beside one another.
const BARS: usize = 120;
/// From so many seconds on, days of the week are worth to be looked at.
const DAYS: i64 = 2 * 86_400;

/// Writer of the page.
#[derive(Debug)]
pub(in crate::output) struct ResultPage {
    /// What stands right before the rows.
    begin: String,
    rows: Held,
    /// What stands above the rows has been written.
    is_begun: bool,
    /// What it is a result of.
    of: Option<String>,
    /// When it was asked for.
    asked: Option<String>,
    /// What the style knows the cells of a column by.
    kinds: Vec<Option<&'static str>>,
    /// What is counted for pictures.
    gathers: Vec<Gather>,
    facts: Facts,
}

impl ResultPage {
    /// A page for rows of that schema.
    pub(in crate::output) fn new(schema: &Schema) -> Self {
        let kind = |field: &Arc<Field>| match field.data_type() {
            DataType::Timestamp(..) => Some("time"),
            kind => stands_right(kind).then_some("number"),
        };
        let kinds: Vec<Option<&'static str>> = schema.fields().iter().map(kind).collect();
        let mut begin = String::new();
        begin.push_str(
            "<section id=\"events\">\n<h2>Rows</h2>\n<p id=\"filters\" hidden>\n\
             <label>with <input id=\"words\" type=\"search\" placeholder=\"words\"></label>\n<output id=\"shown\"></output>\n</p>\n\
             <div class=\"wide\">\n<table id=\"rows\">\n<thead><tr>",
        );
        for (name, kind) in names(schema).iter().zip(&kinds) {
            open("th", *kind, &mut begin);
            text(name, &mut begin);
            begin.push_str("</th>");
        }
        begin.push_str("</tr></thead>\n<tbody>\n");
        let (rows, facts) = (Held::new(), Facts::default());
        Self { begin, rows, is_begun: false, of: None, asked: None, kinds, gathers: gathers(schema), facts }
    }

    /// Takes when the statement was asked, and which table it names first.
    pub(in crate::output) fn asked(&mut self, asked: &str, table: Option<String>) {
        self.asked = Some(asked.to_owned());
        self.of = table;
    }

    /// Takes what is known of the answer.
    pub(in crate::output) fn told(&mut self, facts: Facts) {
        self.facts = facts;
    }

    /// Takes rows.
    ///
    /// # Errors
    /// When a value has no spelling, or there is no room for the rows.
    pub(in crate::output) fn rows(&mut self, batch: &RecordBatch, columns: &[Column]) -> Result<(), WriteError> {
        self.gathers.iter_mut().try_for_each(|gather| gather.batch(batch))?;
        let (mut out, mut held) = (String::new(), String::new());
        for row in 0..batch.num_rows() {
            out.push_str("<tr>");
            for (column, kind) in columns.iter().zip(&self.kinds) {
                let is_null = column.is_null(row);
                open("td", if is_null { Some("null") } else { *kind }, &mut out);
                held.clear();
                column.text(row, &mut held);
                text(if is_null { "NULL" } else { &held }, &mut out);
                out.push_str("</td>");
            }
            out.push_str("</tr>\n");
        }
        Ok(self.rows.keep(&out)?)
    }

    /// Appends what stands above the rows, once, and gives these; with what is missing, it says so before all else.
    pub(in crate::output) fn above(&mut self, rows: u64, missing: Option<&str>, out: &mut String) -> &mut Held {
        if !std::mem::replace(&mut self.is_begun, true) {
            self.header(out);
            out.push_str("<section id=\"summary\">\n");
            parts::incomplete(missing, out);
            element("p", &format!("{rows} row{}", if rows == 1 { "" } else { "s" }), out);
            out.push_str("\n</section>\n");
            self.pictures(rows, out);
            out.push_str(&self.begin);
        }
        &mut self.rows
    }

    fn header(&self, out: &mut String) {
        let title = match (&self.of, &self.asked) {
            (Some(table), _) => format!("A result of {table}"),
            (None, Some(asked)) => format!("A result of auditql, {asked}"),
            (None, None) => "A result of auditql".to_owned(),
        };
        parts::head(&title, "result", out);
        out.push_str("<header>\n");
        element("h1", &title, out);
        if let Some(asked) = &self.asked {
            out.push('\n');
            element("p", &format!("Asked at {asked}."), out);
        }
        out.push_str("\n</header>\n");
    }

    /// Appends what stands below the rows.
    pub(in crate::output) fn below(&self, out: &mut String) {
        parts::rows_end(out);
        let by = parts::by(&self.facts);
        let line = match &self.asked {
            Some(asked) => format!("Asked at {asked} by {by}. The statement:"),
            None => format!("The answer of {by}, to:"),
        };
        parts::origin(&line, &self.facts, out);
        parts::end(out);
    }

    /// Why there is no picture.
    fn why_none(&self, rows: u64) -> &'static str {
        match self.gathers.first() {
            _ if rows == 0 => "there are no rows",
            None => "no column holds times, and none a number beside labels",
            Some(gather) if gather.is_listed() => "every number is zero or missing",
            Some(gather) if gather.has_times() => "numbers below zero cannot be summed up over time",
            Some(_) => "no row has a time",
        }
    }

    fn pictures(&self, rows: u64, out: &mut String) {
        let drawn: Vec<_> =
            self.gathers.iter().filter(|gather| gather.is_telling()).filter_map(|g| g.picture(BARS).ok()).collect();
        let covers = |picture: &Picture| match picture {
            Picture::Histogram { bin, first, bars, .. } => {
                bin.after(*first, i64::try_from(bars.len()).unwrap_or(0)) - first
            }
            _ => 0,
        };
        let is_long = drawn.iter().any(|(picture, _)| covers(picture) > DAYS);
        let is_told = |picture: &Picture| is_long || !matches!(picture, Picture::Heatmap { .. });
        let mut drawn = drawn.iter().filter(|(picture, _)| is_told(picture)).peekable();
        out.push_str("<section id=\"pictures\">\n");
        if drawn.peek().is_none() {
            out.push_str("<p class=\"note\">");
            text(&format!("No picture: {}.", self.why_none(rows)), out);
            out.push_str("</p>\n");
        }
        let mut said: Vec<&String> = Vec::new();
        for (picture, notes) in drawn {
            svg(picture, out);
            let new: Vec<&String> = notes.iter().filter(|note| !said.contains(note)).collect();
            said.extend(new);
        }
        for note in said {
            out.push_str("<p class=\"note\">");
            text(note, out);
            out.push_str("</p>\n");
        }
        out.push_str("</section>\n");
    }
}

/// The table that a statement names first, if its name is a plain one.
pub(in crate::output) fn first_table(sql: &str) -> Option<String> {
    let statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).ok()?;
    let first = visit_relations(&statements, |name| ControlFlow::Break(name.to_string())).break_value()?;
    let is_plain = first.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    is_plain.then_some(first)
}

/// Begins a cell.
fn open(element: &str, kind: Option<&str>, out: &mut String) {
    out.push('<');
    out.push_str(element);
    kind.iter().for_each(|kind| out.push_str(&format!(" class=\"{kind}\"")));
    out.push('>');
}

/// The pictures that such columns may make: rows or a sum over time and by weekday, else bars of labels with a number. Rows are
/// not counted by labels: whoever asks for a page of them has not asked for that.
fn gathers(schema: &Schema) -> Vec<Gather> {
    let ask = |kind| Gather::new(schema, &Ask { kind: Some(kind), columns: Vec::new() }).ok();
    let over_time: Vec<Gather> = [Kind::Histogram, Kind::Heatmap].into_iter().filter_map(ask).collect();
    if over_time.is_empty() { ask(Kind::Bar).filter(Gather::is_listed).into_iter().collect() } else { over_time }
}

#[cfg(test)]
mod tests;
