//! CEF and LEEF: events that devices write for a collector, bare or in syslog.
//!
//! `CEF:0|vendor|product|version|class|name|severity|key=value key=value`: blanks may stand in values, so a value ends where
//! the next key begins; `\=`, `\\`, `\n` and, in the header, `\|` are escapes (source: Micro Focus, `ArcSight` Common Event
//! Format, revision 25). `LEEF:2.0|vendor|product|version|event|^|key=value^key=value`: without a delimiter in the header
//! it is a tab (source: IBM, `QRadar` LEEF version 2).

use std::borrow::Cow;

use super::syslog::{header, years};
use crate::address;
use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::pattern;
use crate::logs::time::{self, Clock, Order};
use crate::logs::years::{Stamp, Years};
use crate::logs::{Doubt, Error, Field, Format, Kind, Layout, Options, Sample, Sink, Value, names};

/// The common event format of `ArcSight`.
#[derive(Debug)]
pub(super) struct Cef;

/// The log event extended format of `QRadar`.
#[derive(Debug)]
pub(super) struct Leef;

impl Format for Cef {
    fn name(&self) -> &'static str {
        "cef"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone", "year"]
    }

    fn doc(&self) -> &'static str {
        "ArcSight's common event format, bare or in syslog: the header as columns, the extension by key."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["cef"]
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        recognised(Dialect::Cef, sample, options)
    }
}

impl Format for Leef {
    fn name(&self) -> &'static str {
        "leef"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone", "year"]
    }

    fn doc(&self) -> &'static str {
        "QRadar's log event extended format, 1.0 and 2.0, bare or in syslog: the header as columns, the attributes by key."
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["leef"]
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        recognised(Dialect::Leef, sample, options)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Cef,
    Leef,
}

fn recognised(dialect: Dialect, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
    let lines = by_line::lines(sample.head, sample.is_whole);
    let is = |line: &str| Event::read(dialect, line).is_some();
    if !by_line::are(&lines, options, is) {
        return Ok(None);
    }
    let stamps = lines.iter().filter_map(|line| Event::read(dialect, line)?.when().stamp());
    let (years, assumed) = years(sample, options, stamps)?;
    Ok(Some(Box::new(ByLine { fields: fields(), assumed, parser: EventParser { dialect, years } })))
}

fn fields() -> Vec<Field> {
    [
        (
            Field::TIME,
            Kind::Time,
            "When it happened, UTC: rt, start or end of CEF, devTime of LEEF, else the time of syslog.",
        ),
        (Field::CLIENT_ADDRESS, Kind::Text, "The source's address, in its shortest form."),
        (Field::USER_NAME, Kind::Text, "The source's user, else the destination's (CEF), usrName (LEEF)."),
        ("host", Kind::Text, "The device: of syslog's header, else dvchost or dvc."),
        ("vendor", Kind::Text, "The vendor of the device."),
        ("product", Kind::Text, "The product."),
        ("product_version", Kind::Text, "Its version."),
        ("event_class", Kind::Text, "The kind of event: the device's signature or event id."),
        ("event_name", Kind::Text, "The kind of event in words (CEF)."),
        ("severity", Kind::Text, "0 to 10, or Low to Very-High."),
        ("extension", Kind::Pairs, "All keys with their values."),
        (Field::RAW, Kind::Text, "The line as it stands in the file."),
    ]
    .map(|(name, kind, doc)| Field::new(name, kind, doc))
    .into()
}

#[derive(Debug, Clone)]
struct EventParser {
    dialect: Dialect,
    years: Years,
}

impl Parser for EventParser {
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        let Some(event) = Event::read(self.dialect, line) else {
            let why = match self.dialect {
                Dialect::Cef => "it is no event of CEF",
                Dialect::Leef => "it is no event of LEEF",
            };
            return sink.bad(number, why, line.as_bytes());
        };
        let when = if wanted.contains(&0) { event.when() } else { When::Never };
        let instant = when.stamp().and_then(|stamp| stamp.instant(&self.years));
        match (when, instant) {
            (When::Misstated(text), _) | (When::At { not_understood: Some(text), .. }, None) => {
                sink.odd(number, 0, text);
            }
            (When::At { not_understood: Some(_), .. }, Some(_)) => sink.doubtful(number, Doubt::Replaced),
            (When::At { not_understood: None, stamp }, None) => {
                stamp.odd(&self.years).into_iter().for_each(|text| sink.odd(number, 0, &text));
            }
            (When::At { not_understood: None, .. }, Some(_)) | (When::Never, _) => {}
        }
        instant.and_then(|instant| instant.doubt).into_iter().for_each(|doubt| sink.doubtful(number, doubt));
        let time = instant.map_or(Value::Null, |instant| Value::Time(instant.micros));
        let value = |field: &usize| if *field == 0 { time.clone() } else { event.value(*field, line) };
        let values: Vec<Value<'_>> = wanted.iter().map(value).collect();
        sink.row(number, &values);
    }
}

/// An event.
#[derive(Debug)]
struct Event<'a> {
    syslog: Option<Stamp>,
    host: &'a str,
    /// Vendor, product, version, event class, name, severity.
    head: [Cow<'a, str>; 6],
    extension: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// What tells when it happened, the first that is there.
const TIMES: &[&str] = &["rt", "devTime", "start", "end", "deviceReceiptTime"];
const ADDRESSES: &[&str] = &["src", "sourceAddress", "c6a2", "sourceTranslatedAddress"];
const USERS: &[&str] = &["suser", "usrName", "duser", "accountName", "sourceUserName", "destinationUserName"];

impl<'a> Event<'a> {
    fn read(dialect: Dialect, line: &'a str) -> Option<Self> {
        let mark = if dialect == Dialect::Cef { "CEF:" } else { "LEEF:" };
        let at = line.find(mark)?;
        // In the middle of a word it is no mark; LEEF ends in what CEF does not begin with.
        if at > 0 && !line[..at].ends_with([' ', ':', '\u{feff}']) {
            return None;
        }
        let (syslog, host) = match header(&line[..at + mark.len()]).or_else(|| header(line)) {
            Some(header) if at > 0 => (header.stamp, header.host),
            _ => (None, ""),
        };
        let body = &line[at + mark.len()..];
        let (mut head, count): ([Cow<'a, str>; 6], usize) =
            (Default::default(), if dialect == Dialect::Cef { 6 } else { 4 });
        let (version, mut rest) = piece(body)?;
        version.trim().starts_with(|first: char| first.is_ascii_digit()).then_some(())?;
        for part in head.iter_mut().take(count) {
            let (text, after) = piece(rest)?;
            (*part, rest) = (without_pipes(text), after);
        }
        let pairs = match dialect {
            Dialect::Cef => cef_pairs(rest),
            Dialect::Leef => leef_pairs(version.trim(), rest),
        };
        let mut taken = names::Taken::default();
        let named = |(name, value): (&'a str, Cow<'a, str>)| {
            let free = taken.free(name);
            (if free == name { Cow::Borrowed(name) } else { Cow::Owned(free) }, value)
        };
        Some(Self { syslog, host, head, extension: pairs.into_iter().map(named).collect() })
    }

    fn get(&self, names: &[&str]) -> Option<&str> {
        let of = |name: &&str| self.extension.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        names.iter().filter_map(of).find(|value| !value.is_empty() && *value != "-")
    }

    /// When it happened, by the first time that is known as such. Of a device's time whose form is stated it is known if it is of
    /// that form, or can be read in one way only.
    fn when(&self) -> When<'_> {
        let mut not_understood = None;
        for name in TIMES {
            let Some(text) = self.get(&[name]) else { continue };
            let form = self.get(&["devTimeFormat"]).filter(|_| *name == "devTime");
            let known = match form {
                Some(form) => pattern::read(form, text).map(Stamp::Whole).or_else(|| stamp(text).filter(is_plain)),
                None => stamp(text),
            };
            match (known, form) {
                (Some(stamp), _) => return When::At { stamp, not_understood },
                // None of the others is said to be the same.
                (None, Some(_)) => return When::Misstated(text),
                (None, None) => {
                    not_understood.get_or_insert(text);
                }
            }
        }
        match (self.syslog, not_understood) {
            (Some(stamp), _) => When::At { stamp, not_understood },
            (None, Some(text)) => When::Misstated(text),
            (None, None) => When::Never,
        }
    }

    /// The value of a field other than the time.
    fn value(&self, field: usize, line: &'a str) -> Value<'a> {
        let text = |text: Option<&str>| match text {
            None | Some("") => Value::Null,
            Some(text) => Value::Text(text.to_owned().into()),
        };
        match field {
            1 => {
                let found = ADDRESSES.iter().find_map(|name| self.get(&[name]).and_then(address::shortest));
                text(found.as_deref())
            }
            2 => text(self.get(USERS)),
            3 if self.host.is_empty() => text(self.get(&["dvchost", "dvc", "devName"])),
            3 => text(Some(self.host)),
            4..=8 => text(Some(self.head[field - 4].trim())),
            9 if self.head[5].is_empty() => text(self.get(&["sev"])),
            9 => text(Some(self.head[5].trim())),
            10 => Value::Pairs(self.extension.clone().into()),
            11 => Value::Text(line.into()),
            _ => Value::Null,
        }
    }
}

/// When an event happened.
#[derive(Debug, Clone, Copy, PartialEq)]
enum When<'a> {
    /// The first time that is known, and the first before it that is not understood.
    At {
        stamp: Stamp,
        not_understood: Option<&'a str>,
    },
    /// The device's time is not of the form that is stated of it, and may be another than it seems; or it is not understood, and there
    /// is no other.
    Misstated(&'a str),
    Never,
}

impl When<'_> {
    fn stamp(self) -> Option<Stamp> {
        match self {
            Self::At { stamp, .. } => Some(stamp),
            Self::Misstated(_) | Self::Never => None,
        }
    }
}

/// Whether a time can be read in one way only: it has a year, and its day is not its month.
fn is_plain(stamp: &Stamp) -> bool {
    matches!(stamp, Stamp::Whole(shown) if !shown.is_numeric || shown.order.is_some())
}

/// A time of a device: milliseconds since 1970, with a year, or without.
fn stamp(text: &str) -> Option<Stamp> {
    if text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let shown = chrono::DateTime::from_timestamp_micros(time::epoch(text)?)?.naive_utc();
        return Some(Stamp::Whole(time::Shown { time: shown, offset: Some(0), order: None, is_numeric: false }));
    }
    debug_assert!(Clock::UTC.order == Order::MonthFirst, "the order of those that show none");
    // A zone that is not known is another time than the one without it.
    let without_year = || Stamp::take(text).and_then(|(stamp, behind)| stamp.in_zone(behind));
    time::shown(text, Order::MonthFirst).map(Stamp::Whole).or_else(without_year)
}

/// What stands before the next bar, and what stands behind it. `\|` is no bar.
fn piece(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    let at = text.bytes().position(|byte| {
        let ends = byte == b'|' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    Some((&text[..at], &text[at + 1..]))
}

fn without_pipes(text: &str) -> Cow<'_, str> {
    if text.contains('\\') { text.replace("\\|", "|").replace("\\\\", "\\").into() } else { text.into() }
}

/// Keys and values of CEF: a key is a word before an equals sign that is not escaped, behind a blank.
fn cef_pairs(text: &str) -> Vec<(&str, Cow<'_, str>)> {
    let (mut pairs, mut open): (Vec<(&str, Cow<'_, str>)>, Option<(&str, usize)>) = (Vec::new(), None);
    let bytes = text.as_bytes();
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'[' | b']');
    for at in memchr::memchr_iter(b'=', bytes) {
        let begin = at - bytes[..at].iter().rev().take_while(|byte| is_key(byte)).count();
        let is_first = begin == 0 || bytes[begin - 1] == b' ';
        if begin == at || !is_first {
            continue;
        }
        if let Some((key, from)) = open.take() {
            pairs.push((key, unescaped(text.get(from..begin).unwrap_or_default().trim())));
        }
        open = Some((&text[begin..at], at + 1));
    }
    if let Some((key, from)) = open {
        pairs.push((key, unescaped(text.get(from..).unwrap_or_default().trim())));
    }
    pairs
}

fn unescaped(value: &str) -> Cow<'_, str> {
    if !value.contains('\\') {
        return value.into();
    }
    let (mut text, mut letters) = (String::with_capacity(value.len()), value.chars());
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next() {
                Some('n') => text.push('\n'),
                Some('r') => text.push('\r'),
                Some(other @ ('=' | '\\' | '|')) => text.push(other),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            (letter, false) => text.push(letter),
        }
    }
    text.into()
}

/// Keys and values of LEEF, with a tab between them or what the header of version 2 says: a character, `x09` or `0x09`.
fn leef_pairs<'a>(version: &str, text: &'a str) -> Vec<(&'a str, Cow<'a, str>)> {
    let (mut delimiter, mut rest) = ('\t', text);
    if version.starts_with('2')
        && let Some((stated, after)) = text.split_once('|')
        && let Some(found) = delimiter_of(stated)
    {
        (delimiter, rest) = (found, after);
    }
    rest.split(delimiter)
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.trim(), Cow::Borrowed(value)))
        .filter(|(key, _)| !key.is_empty())
        .collect()
}

fn delimiter_of(stated: &str) -> Option<char> {
    let hex = stated.strip_prefix("0x").or_else(|| stated.strip_prefix('x')).filter(|hex| !hex.is_empty());
    if let Some(hex) = hex {
        return u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    }
    let mut letters = stated.chars();
    match (letters.next(), letters.next()) {
        (None, _) => Some('\t'),
        (Some(only), None) => Some(only),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
