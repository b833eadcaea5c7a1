//! A timeline as one page of HTML: what happened, where from, and what it was read from. A result as such a page is in `result`.
//!
//! The page is for whoever opens a case, often somewhere else and much later: nothing is loaded, no script of others runs, and what
//! attackers chose as names is text. Its policy (`Content-Security-Policy`) allows the style and the script that it brings, by
//! their digests, and nothing besides. Without scripts all is there; the script only hides rows.

mod chart;
mod hosts;
mod parts;
mod result;

use std::collections::BTreeMap;
use std::io;

use arrow::datatypes::Schema;

use self::chart::Chart;
use self::hosts::Hosts;
pub(super) use self::result::{ResultPage, first_table};
use super::cell::Column;
use super::held::Held;
use super::markup::text;
use crate::tally::{Notice, Tally};
use crate::time::read_instant;

/// What is known of an answer when it has been read to its end.
#[derive(Debug, Default)]
pub(in crate::output) struct Facts {
    /// What it is of: `the user 'ana@contoso.com'`.
    of: String,
    /// Of which time: `from 2026-11-22T08:00:00Z`.
    period: String,
    /// When it was asked.
    asked: String,
    /// The statement that was asked, or the one that asks the same again at any time.
    sql: String,
    /// The tables that were read.
    sources: Vec<String>,
    /// What there was to say besides.
    notices: Vec<String>,
    /// Requests that it cost.
    requests: u64,
}

impl Facts {
    /// Those of a statement, in the words that may be shown.
    pub(in crate::output) fn of(tally: &Tally, sql: &str, shown: impl Fn(&str) -> String) -> Self {
        let mut facts = Self { requests: tally.requests.get(), sql: shown(sql), ..Self::default() };
        for notice in tally.notices() {
            if let Notice::Timeline { of, period, sources, asked, sql, .. } = &notice {
                facts.of = shown(of);
                facts.period = shown(period);
                facts.asked.clone_from(asked);
                facts.sql = shown(sql);
                facts.sources.clone_from(sources);
            }
            facts.notices.push(shown(&notice.to_string()));
        }
        facts
    }
}

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Success,
    Failure,
    /// The record does not say, or says something else.
    Other,
}

impl Ending {
    fn of(result: &str) -> Self {
        match result {
            "success" => Self::Success,
            result if result == "failure" || result.starts_with("failure:") => Self::Failure,
            _ => Self::Other,
        }
    }

    /// What the script and the style know it by.
    fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Other => "other",
        }
    }
}

/// The columns of an event, in their order on the page.
const COLUMNS: [&str; 8] = ["time", "source", "action", "result", "actor", "target", "address", "id"];

/// Writer of the page. It holds the rows as they will stand there, because what stands above them is known last.
#[derive(Debug)]
pub(super) struct Page {
    /// Where the columns stand in the rows.
    places: [Option<usize>; 8],
    rows: Held,
    /// What stands above the rows has been written.
    is_begun: bool,
    count: u64,
    endings: [u64; 3],
    sources: BTreeMap<String, u64>,
    hosts: Hosts,
    chart: Chart,
    facts: Facts,
}

impl Page {
    /// A page for rows of that schema.
    pub(super) fn new(schema: &Schema) -> Self {
        let places = COLUMNS.map(|name| schema.index_of(name).ok());
        let (rows, sources, facts) = (Held::new(), BTreeMap::new(), Facts::default());
        let (hosts, chart) = (Hosts::default(), Chart::default());
        Self { places, rows, is_begun: false, count: 0, endings: [0; 3], sources, hosts, chart, facts }
    }

    /// Takes what is known of the answer.
    pub(super) fn told(&mut self, facts: Facts) {
        self.facts = facts;
    }

    /// Takes rows.
    ///
    /// # Errors
    /// When there is no room for them.
    pub(super) fn rows(&mut self, columns: &[Column], rows: usize) -> io::Result<()> {
        let mut out = String::new();
        for row in 0..rows {
            let cell = |place: &Option<usize>| {
                let column = &columns[(*place)?];
                let mut text = String::new();
                if !column.is_null(row) {
                    column.text(row, &mut text);
                }
                Some(text)
            };
            let cells: Vec<String> = self.places.iter().map(|place| cell(place).unwrap_or_default()).collect();
            if let Ok(cells) = cells.try_into() {
                self.event(cells, &mut out);
            }
        }
        self.rows.keep(&out)
    }

    fn event(&mut self, [time, source, action, result, actor, target, address, id]: [String; 8], out: &mut String) {
        let ending = Ending::of(&result);
        self.count += 1;
        self.endings[ending as usize] += 1;
        *self.sources.entry(source.clone()).or_default() += 1;
        match read_instant(&time) {
            Some(time) => self.chart.add(time.timestamp(), &source),
            None => self.chart.add_untimed(),
        }
        if !address.is_empty() {
            self.hosts.add(&address, &time, &source, ending);
        }
        out.push_str("<tr class=\"");
        out.push_str(ending.word());
        out.push_str("\">");
        for (name, cell) in COLUMNS.iter().zip([time, source, action, result, actor, target, address, id]) {
            out.push_str(if *name == "time" { "<td class=\"time\">" } else { "<td>" });
            text(&cell, out);
            out.push_str("</td>");
        }
        out.push_str("</tr>\n");
    }

    /// Appends what stands above the events, once, and gives these; with what is missing, it says so before all else.
    pub(super) fn above(&mut self, missing: Option<&str>, out: &mut String) -> &mut Held {
        if !std::mem::replace(&mut self.is_begun, true) {
            parts::head(&format!("Timeline of {}", self.facts.of), "timeline", out);
            parts::summary(self, missing, out);
            self.chart.draw(&self.names(), out);
            self.hosts.table(out);
            parts::events(self, out);
        }
        &mut self.rows
    }

    /// Appends what stands below them.
    pub(super) fn below(&self, out: &mut String) {
        parts::rows_end(out);
        parts::timeline_origin(&self.facts, out);
        parts::end(out);
    }

    /// The sources in the order of their colours: those that were asked, and what else came. Where rows say of which tenant they
    /// are, a source stands behind its tenant, and not for itself besides.
    fn names(&self) -> Vec<String> {
        let of_tenants = |asked: &String| {
            self.sources
                .keys()
                .any(|name| name.strip_suffix(asked.as_str()).is_some_and(|tenant| tenant.ends_with('.')))
        };
        let is_shown = |asked: &&String| self.sources.contains_key(*asked) || !of_tenants(asked);
        let mut names: Vec<String> = self.facts.sources.iter().filter(is_shown).cloned().collect();
        names.extend(self.sources.keys().filter(|name| !self.facts.sources.contains(name)).cloned());
        names
    }
}

#[cfg(test)]
mod tests;
