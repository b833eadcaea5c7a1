//! The DTS form: an event in XML on each line, whose elements hold no others.
//!
//! Source: <https://docs.nxlog.co/refman/current/xm/nps.html> and
//! <https://docs.trellix.com/docs/microsoft-nps-xml-asp-log-format-and-field-mapping>. UNCERTAIN: whether a server ever writes an
//! event over several lines; such lines would be told as bad.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::column::Seen;
use crate::logs::table::{self, Cells, Table};
use crate::logs::{Error, Layout, Options, Sink};

/// Columns that a file has at most. What it has beyond them is in `raw`.
const MOST_COLUMNS: usize = 1000;
/// The access server, whatever it is called: not the client that the other tables mean.
const RADIUS_CLIENT: &str = "Client-IP-Address";

/// Whether a line is an event.
pub(super) fn is_event(line: &str) -> bool {
    line.trim().starts_with("<Event><") && elements(line).is_some()
}

/// The elements of an event by name; `None`, if it is not written as events are.
fn elements(line: &str) -> Option<Vec<(&str, Cow<'_, str>)>> {
    let mut rest = line.trim().strip_prefix("<Event>")?.strip_suffix("</Event>")?.trim_start();
    let mut elements = Vec::new();
    while !rest.is_empty() {
        let (tag, behind) = rest.strip_prefix('<')?.split_once('>')?;
        let name = tag.split([' ', '\t', '/']).next().filter(|name| is_name(name))?;
        if tag.ends_with('/') {
            elements.push((name, Cow::Borrowed("")));
            rest = behind.trim_start();
            continue;
        }
        let (value, behind) = behind.split_at(behind.find('<')?);
        rest = behind.strip_prefix("</")?.strip_prefix(name)?.trim_start().strip_prefix('>')?.trim_start();
        elements.push((name, plain(value)));
    }
    Some(elements)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The text that a text with entities stands for. What is no entity is itself.
fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let (mut rest, mut plain) = (text, String::with_capacity(text.len()));
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let name = rest[at + 1..].split_once(';').map(|(name, _)| name).filter(|name| name.len() <= 8);
        match name.and_then(|name| Some((name, entity(name)?))) {
            Some((name, letter)) => {
                plain.push(letter);
                rest = &rest[at + name.len() + 2..];
            }
            None => {
                plain.push('&');
                rest = &rest[at + 1..];
            }
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// How events are read: the names of the sample are the columns.
pub(super) fn layout(text: &[u8], is_whole: bool, options: &Options) -> Result<Box<dyn Layout>, Error> {
    let (mut names, mut seen) = (Vec::<String>::new(), Vec::<Seen>::new());
    let mut by_name = HashMap::<String, usize>::new();
    for line in by_line::lines(text, is_whole) {
        for (name, value) in elements(&line).unwrap_or_default() {
            let at = match by_name.get(name) {
                Some(at) => *at,
                None if names.len() == MOST_COLUMNS => continue,
                None => {
                    by_name.insert(name.to_owned(), names.len());
                    names.push(name.to_owned());
                    seen.push(Seen::default());
                    names.len() - 1
                }
            };
            seen[at].see(&value);
        }
    }
    if let Some(client) = by_name.get(RADIUS_CLIENT) {
        seen[*client] = Seen::alike("text");
    }
    let (columns, assumed) = table::columns(&names, &seen, options)?;
    let table = Table::new(columns, &seen, assumed);
    let fields = table.fields.clone();
    let assumed = table.assumed.clone();
    let parser = Events { by_name: Arc::new(by_name), table: Arc::new(table), needed: OnceLock::new() };
    Ok(Box::new(ByLine { fields, assumed, parser }))
}

/// How the events of a file are read.
#[derive(Debug, Clone)]
struct Events {
    by_name: Arc<HashMap<String, usize>>,
    table: Arc<Table>,
    /// The columns that the wanted fields are made of, once these are known.
    needed: OnceLock<Vec<bool>>,
}

impl Parser for Events {
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        let Some(elements) = elements(line) else {
            return sink.bad(number, "it is no event as these servers write them", line.as_bytes());
        };
        let needed = self.needed.get_or_init(|| self.table.needed(wanted));
        let mut cells: Vec<Option<Cow<'_, str>>> = vec![None; needed.len()];
        for (name, value) in elements {
            match self.by_name.get(name) {
                // Of an element that comes again, all values.
                Some(at) if needed[*at] => {
                    cells[*at] = Some(match cells[*at].take() {
                        Some(before) => format!("{before}, {value}").into(),
                        None => value,
                    });
                }
                Some(_) => {}
                None => sink.unknown(number, name),
            }
        }
        self.table.give(wanted, number, &Row { cells: &cells, text: line }, sink);
    }
}

struct Row<'a> {
    cells: &'a [Option<Cow<'a, str>>],
    text: &'a str,
}

impl<'a> Cells<'a> for Row<'a> {
    fn cell(&self, column: usize) -> Option<Cow<'a, str>> {
        self.cells.get(column)?.as_deref().map(Cow::Borrowed)
    }

    fn raw(&self) -> Cow<'a, str> {
        Cow::Borrowed(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_hold_text_with_entities() {
        let read = |line| elements(line).map(|all| all.iter().map(|(name, value)| format!("{name}={value}")).collect());
        let of = |text: &str| Some(text.split('|').filter(|part| !part.is_empty()).map(str::to_owned).collect());
        for (line, expected) in [
            ("<Event><A data_type=\"1\">x</A><B-c data_type=\"0\">1</B-c></Event>", of("A=x|B-c=1")),
            ("<Event> <A>&lt;x&gt; &#65;&#x42; & &no; &amp;amp;</A> </Event>", of("A=<x> AB & &no; &amp;")),
            ("<Event><A data_type=\"1\"/></Event>", of("A=")),
            ("<Event></Event>", of("")),
            ("<Event><A>x</B></Event>", None),
            ("<Event><A><B>x</B></A></Event>", None),
            ("<Event><A>x</A>", None),
            ("<Event>x</Event>", None),
            ("<Event><>x</></Event>", None),
            ("", None),
        ] {
            let found: Option<Vec<String>> = read(line);
            assert_eq!(found, expected, "{line}");
        }
    }
}
