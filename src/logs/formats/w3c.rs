//! The extended log format of the W3C, as IIS and AD FS's proxy write it.
//!
//! `#Fields` names the columns, and may come again with others: the columns of a file are all that the sample names. A log
//! without `date` has it in `#Date`. Times are UTC by the format (source: <https://www.w3.org/TR/WD-logfile.html> and
//! <https://learn.microsoft.com/windows/win32/http/w3c-logging>), `-` is nothing, and blanks in a browser's name and in
//! cookies are written as `+`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::column::Seen;
use crate::logs::table::{self, Cells, Table};
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
            if file.directive(line).is_none()
                && let Some(row) = file.row(line)
            {
                (0..names.len()).for_each(|at| row.cell(at).iter().for_each(|text| seen[at].see(text)));
            }
        }
        let utc = Options { timezone: options.timezone.clone().or_else(|| Some("UTC".to_owned())), ..options.clone() };
        let (columns, assumed) = table::columns(&names, &seen, &utc)?;
        let table = Arc::new(Table::new(columns, &seen, Vec::new()));
        let file = File { names: file.names, ..File::default() };
        let fields = table.fields.clone();
        Ok(Some(Box::new(ByLine { fields, assumed, parser: W3cParser { table, file } })))
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
    date: Option<String>,
    is_begun: bool,
}

impl File {
    /// Takes a directive; gives the names that the table does not have. `None`, if the line is no directive.
    fn directive(&mut self, line: &str) -> Option<Vec<String>> {
        let text = line.strip_prefix('#')?;
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
        } else if let Some(date) = text.strip_prefix("Date:") {
            self.date = date.split_whitespace().next().map(str::to_owned);
        }
        Some(unknown)
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
        (self.is_begun && values.len() == width && width > 0).then_some(Row { file: self, values, line })
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
}

impl<'a> Cells<'a> for Row<'a> {
    fn cell(&self, column: usize) -> Option<Cow<'a, str>> {
        let Some(place) = self.file.places.get(&column) else {
            return if column == 0 { self.file.date.as_deref().map(Cow::Borrowed) } else { None };
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
}

impl Parser for W3cParser {
    const MARK: Option<u8> = Some(b'#');

    fn directive(&mut self, number: u64, line: &str, sink: &mut dyn Sink) {
        let unknown = self.file.directive(line).unwrap_or_default();
        unknown.iter().for_each(|name| sink.unknown(number, name));
    }

    fn line(&self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        match self.file.row(line) {
            Some(row) => self.table.give(wanted, number, &row, sink),
            None if !self.file.is_begun => sink.bad(number, "there is no #Fields before it", line.as_bytes()),
            None => sink.bad(number, "it has another number of values than #Fields names", line.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::trials::{damaged, read, recognised, table};

    const IIS: &str = "\
#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Date: 2026-11-27 08:00:00
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status time-taken
2026-11-27 08:00:00 10.0.0.1 GET /a+b - - 203.0.113.7 Mozilla/5.0+(Windows+NT+10.0) 200 15
2026-11-27 08:00:01 10.0.0.1 POST /adfs/ls client=x CONTOSO\\alice fe80::1%12 - 302 7
#Date: 2026-11-28 00:00:00
#Fields: time c-ip cs-method sc-status cs-host
00:00:03 198.51.100.4 GET 404 fs.contoso.example
";

    #[test]
    fn several_headings_in_one_file_are_one_table() {
        assert_eq!(
            table("u_ex.log", IIS, &Options::default()),
            [
                "time | client_address | user_name | date | time_of_day | s_ip | cs_method | cs_uri_stem | cs_uri_query | cs_username | c_ip | cs_user_agent | sc_status | time_taken | cs_host",
                "5: 2026-11-27T08:00:00Z | 203.0.113.7 | ∅ | 2026-11-27 | 08:00:00 | 10.0.0.1 | GET | /a+b | ∅ | ∅ | 203.0.113.7 | Mozilla/5.0 (Windows NT 10.0) | 200 | 15 | ∅",
                "6: 2026-11-27T08:00:01Z | fe80::1 | CONTOSO\\alice | 2026-11-27 | 08:00:01 | 10.0.0.1 | POST | /adfs/ls | client=x | CONTOSO\\alice | fe80::1%12 | ∅ | 302 | 7 | ∅",
                "9: 2026-11-28T00:00:03Z | 198.51.100.4 | ∅ | 2026-11-28 | 00:00:03 | ∅ | GET | ∅ | ∅ | ∅ | 198.51.100.4 | ∅ | 404 | ∅ | fs.contoso.example",
            ]
        );
        assert!(recognised("x", IIS.as_bytes(), &Options::default()).layout.assumed().is_empty(), "UTC by the format");
    }

    #[test]
    fn a_field_that_comes_later_is_told() {
        let found = recognised("x", IIS.as_bytes(), &Options::default());
        let later = format!("{IIS}#Fields: time x-new\n00:00:04 y\n");
        let told = read(&*found.layout, later.as_bytes(), 100);
        assert_eq!((told.unknown, told.rows.len()), (vec![(10, "x-new".to_owned())], 4));
        let without = read(&*found.layout, b"2026-11-27 08:00:00 x\n#Fields: date time\na b c\n", 100);
        assert_eq!(without.bad.len(), 2, "{:?}", without.bad);
    }

    #[test]
    fn values_in_quotes_may_have_blanks() {
        assert_eq!(quoted("a \"b c\" \"d\" e\"f"), ["a", "b c", "d", "e\"f"]);
    }

    #[test]
    fn damaged_lines_are_accounted_for() {
        let count = damaged("u_ex.log", &IIS.repeat(4), true, &|_, line| line.starts_with('#'));
        assert!(count >= 100, "{count}");
    }
}
