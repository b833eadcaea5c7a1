//! The extended log format of the W3C, as IIS and AD FS's proxy write it.
//!
//! `#Fields` names the columns, and may come again with others: the columns of a file are all that the sample names. A log
//! without `date` has it in `#Date`. Times are UTC by the format (source: <https://www.w3.org/TR/WD-logfile.html> and
//! <https://learn.microsoft.com/windows/win32/http/w3c-logging>), `-` is nothing, and blanks in a browser's name and in
//! cookies are written as `+`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::column::Seen;
use crate::logs::table::{self, Cells, Table};
use crate::logs::time::{self, Order};
use crate::logs::{Error, Format, Layout, Options, Sample, Sink};

/// W3C extended.
#[derive(Debug)]
pub(super) struct W3c;

const FIELDS: &str = "#Fields:";

impl Format for W3c {
    fn name(&self) -> &'static str {
        "w3c"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone", "day_first"]
    }

    fn also(&self) -> &'static [&'static str] {
        &["iis", "w3c_extended", "elf"]
    }

    fn doc(&self) -> &'static str {
        "W3C extended log files of IIS, HTTP.sys, AD FS's proxy and others: columns by #Fields, which may change within a file."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let lines = by_line::lines(sample.head, sample.is_whole);
        if !lines.iter().any(|line| line.starts_with(FIELDS)) || !lines[0].starts_with('#') && options.format.is_none()
        {
            return Ok(None);
        }
        // `date` is always there: it may be that of the directive.
        let mut file = File { names: Arc::new(HashMap::from([("date".to_owned(), 0)])), ..File::default() };
        let (mut names, mut seen) = (vec!["date".to_owned()], vec![Seen::default()]);
        let (mut day, mut lacks_date) = (Day::of(options), false);
        for line in &lines {
            if let Some(fields) = line.strip_prefix(FIELDS) {
                for name in fields.split_whitespace() {
                    let known = Arc::make_mut(&mut file.names);
                    if !known.contains_key(name) {
                        known.insert(name.to_owned(), names.len());
                        names.push(name.to_owned());
                        seen.push(Seen::default());
                    }
                }
            }
            if file.directive(line).is_some() {
                day.directive(line);
            } else if let Some(mut row) = file.row(line) {
                lacks_date |= !file.has(DATE);
                row.date = day.of_line(&row);
                (0..names.len()).for_each(|at| row.cell(at).iter().for_each(|text| seen[at].see(text)));
            }
        }
        let utc = Options { timezone: options.timezone.clone().or_else(|| Some("UTC".to_owned())), ..options.clone() };
        let (columns, mut assumed) = table::columns(&names, &seen, &utc)?;
        if lacks_date {
            assumed.push(NEXT_DAY.to_owned());
        }
        let table = Arc::new(Table::new(columns, &seen, Vec::new()));
        let file = File { names: file.names, ..File::default() };
        let fields = table.fields.clone();
        let day = Day { goes_on: lacks_date, ..Day::of(options) };
        Ok(Some(Box::new(ByLine { fields, assumed, parser: W3cParser { table, file, day } })))
    }
}

/// What is said where lines name no date.
const NEXT_DAY: &str =
    "lines name no date: it is that of #Date, and the next day once their time falls by more than twelve hours";

/// The column of the day, among those of a file.
const DATE: usize = 0;

/// The day of lines that name none.
///
/// A directive says when the lines behind it begin; who writes them need not write another one at midnight. So the day is
/// the next where the time falls by more than half of one. Lines are written when a request ends, and one of before midnight may
/// come late: it is of the day before, if that has begun, and those behind it go on where they were. A time that rises by hours is
/// a quiet spell. Where the first lines of a file name their dates, others that do not have none: they are read apart from those
/// before them.
#[derive(Debug, Clone)]
struct Day {
    order: Order,
    goes_on: bool,
    /// Of the directive, as it is written, and read.
    stated: Option<String>,
    begin: Option<NaiveDate>,
    /// Of the last line that was not late.
    day: Option<NaiveDate>,
    /// The second of that line, or of the directive.
    second: Option<u32>,
}

impl Day {
    fn of(options: &Options) -> Self {
        let order = if options.day_first == Some(true) { Order::DayFirst } else { Order::MonthFirst };
        Self { order, goes_on: true, stated: None, begin: None, day: None, second: None }
    }

    /// Takes a directive.
    fn directive(&mut self, line: &str) {
        let Some(stated) = line.strip_prefix("#Date:") else { return };
        let mut words = stated.split_whitespace();
        let (date, time) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        self.begin = time::day(date, self.order).map(|(day, ..)| day);
        self.day = self.begin;
        self.second = time::second_of_day(time);
        self.stated = Some(date.to_owned());
    }

    /// The day of a line that names none.
    fn of_line(&mut self, row: &Row<'_>) -> Option<String> {
        const HALF: u32 = 12 * 3600;
        /// A line comes this late at most.
        const LATE: u32 = 3600;
        if !self.goes_on || row.file.has(DATE) {
            return None;
        }
        let second = row.file.names.get("time").and_then(|time| time::second_of_day(&row.cell(*time)?));
        if let (Some(before), Some(now), Some(day)) = (self.second, second, self.day) {
            if now + LATE >= before + 2 * HALF && self.begin.is_some_and(|begin| begin < day) {
                return day.pred_opt().map(|day| day.to_string());
            }
            if let Some(next) = day.succ_opt().filter(|_| before > now + HALF) {
                (self.day, self.stated) = (Some(next), Some(next.to_string()));
            }
        }
        self.second = second.or(self.second);
        self.stated.clone()
    }
}

/// What the directives have said up to a line.
#[derive(Debug, Clone, Default)]
struct File {
    /// The columns of the table, by the names of the file.
    names: Arc<HashMap<String, usize>>,
    /// The columns of a line, in its order; `None`, where the table has none of the name.
    order: Vec<Option<usize>>,
    /// The place of each column of the table in a line.
    places: HashMap<usize, usize>,
    /// Columns whose blanks are written as `+`.
    plus: Vec<usize>,
    is_begun: bool,
}

impl File {
    /// Takes a directive; gives the names that the table does not have. `None`, if the line is no directive.
    fn directive(&mut self, line: &str) -> Option<Vec<String>> {
        line.strip_prefix('#')?;
        let mut unknown = Vec::new();
        if let Some(fields) = line.strip_prefix(FIELDS) {
            self.is_begun = true;
            self.order.clear();
            self.places.clear();
            self.plus.clear();
            for (place, name) in fields.split_whitespace().enumerate() {
                let column = self.names.get(name).copied();
                self.order.push(column);
                match column {
                    Some(column) => {
                        self.places.entry(column).or_insert(place);
                    }
                    None => unknown.push(name.to_owned()),
                }
                if name.eq_ignore_ascii_case("cs(User-Agent)") || name.eq_ignore_ascii_case("cs(Cookie)") {
                    self.plus.extend(column);
                }
            }
        }
        Some(unknown)
    }

    /// Whether lines have a column of the table.
    fn has(&self, column: usize) -> bool {
        self.places.contains_key(&column)
    }

    /// The values of a line; `None`, if there are more or fewer than fields.
    fn row<'a>(&'a self, line: &'a str) -> Option<Row<'a>> {
        let width = self.order.len();
        let line_of = line.trim_end_matches([' ', '\r']);
        let mut values: Vec<&str> = match line_of.contains('\t') {
            true => line_of.split('\t').collect(),
            false => line_of.split(' ').filter(|value| !value.is_empty()).collect(),
        };
        if values.len() != width && line_of.contains('"') {
            values = quoted(line_of);
        }
        (self.is_begun && values.len() == width && width > 0).then_some(Row { file: self, values, line, date: None })
    }
}

/// Values of which some are in quotes.
fn quoted(line: &str) -> Vec<&str> {
    let (mut values, mut rest) = (Vec::new(), line.trim_start());
    while !rest.is_empty() {
        let (value, after) = match rest.strip_prefix('"').and_then(|open| open.split_once('"')) {
            Some((value, after)) if after.is_empty() || after.starts_with([' ', '\t']) => (value, after),
            _ => rest.split_at(rest.find([' ', '\t']).unwrap_or(rest.len())),
        };
        values.push(value);
        rest = after.trim_start_matches([' ', '\t']);
    }
    values
}

struct Row<'a> {
    file: &'a File,
    values: Vec<&'a str>,
    line: &'a str,
    /// Its day, if it names none.
    date: Option<String>,
}

impl<'a> Cells<'a> for Row<'a> {
    fn cell(&self, column: usize) -> Option<Cow<'a, str>> {
        let Some(place) = self.file.places.get(&column) else {
            return self.date.clone().filter(|_| column == DATE).map(Cow::Owned);
        };
        let value = *self.values.get(*place)?;
        match value {
            "-" => None,
            value if self.file.plus.contains(&column) => Some(Cow::Owned(value.replace('+', " "))),
            value => Some(Cow::Borrowed(value)),
        }
    }

    fn raw(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.line)
    }
}

#[derive(Debug, Clone)]
struct W3cParser {
    table: Arc<Table>,
    file: File,
    day: Day,
}

impl Parser for W3cParser {
    const MARK: Option<u8> = Some(b'#');

    fn is_in_sequence(&self) -> bool {
        self.day.goes_on
    }

    fn directive(&mut self, number: u64, line: &str, sink: &mut dyn Sink) {
        self.day.directive(line);
        let unknown = self.file.directive(line).unwrap_or_default();
        unknown.iter().for_each(|name| sink.unknown(number, name));
    }

    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        match self.file.row(line) {
            Some(mut row) => {
                row.date = self.day.of_line(&row);
                self.table.give(wanted, number, &row, sink);
            }
            None if !self.file.is_begun => sink.bad(number, "there is no #Fields before it", line.as_bytes()),
            None => sink.bad(number, "it has another number of values than #Fields names", line.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests;
