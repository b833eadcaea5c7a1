//! Views: the events that are asked for daily, with their data as columns of their own.
//!
//! A view says which events it has, by provider and number, and of what each column is made. It is declared once; the reader, the
//! description of a table and the manual read the declaration.

mod accounts;
mod adfs;
mod codes;
mod kerberos;
mod logons;
mod processes;

use std::borrow::Cow;

use super::event::Event;
use crate::logs::{Field, Kind, Value, View};

pub(super) use adfs::{client as adfs_client, user as adfs_user};

/// The views, in the order of the manual.
pub(super) const ALL: &[&Declared] =
    &[&logons::LOGONS, &kerberos::KERBEROS, &accounts::ACCOUNTS, &adfs::ADFS, &processes::PROCESSES];

/// Who writes the audits of Windows itself.
const SECURITY: &str = "Microsoft-Windows-Security-Auditing";

/// A view.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) name: &'static str,
    /// What it has, in a sentence.
    pub(super) doc: &'static str,
    pub(super) events: &'static [Events],
    pub(super) columns: &'static [Column],
}

/// Events of one provider: their numbers, and what happened.
#[derive(Debug)]
pub(super) struct Events {
    /// The provider, by the names that it has had.
    pub(super) providers: &'static [&'static str],
    pub(super) ids: &'static [(u32, &'static str)],
}

/// A column of a view.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    from: From,
    doc: &'static str,
}

/// Of what a column is made.
#[derive(Debug)]
enum From {
    /// What the event is, in words.
    Event,
    /// The first of these data that says something.
    Data(&'static [&'static str]),
    /// The word for a number that stands in one of these data.
    Word(&'static [&'static str], &'static [(u32, &'static str)]),
    /// An element of the XML which one of the data is.
    Element(&'static str),
    /// What no rule above says; the text is for the manual.
    Made(for<'e> fn(&'e Event<'_>) -> Option<Value<'e>>, &'static str),
}

const fn column(name: &'static str, kind: Kind, from: From, doc: &'static str) -> Column {
    Column { name, kind, from, doc }
}

/// A text that stands in one of these data.
const fn text(name: &'static str, data: &'static [&'static str], doc: &'static str) -> Column {
    column(name, Kind::Text, From::Data(data), doc)
}

/// A number, decimal or as 0x….
const fn int(name: &'static str, data: &'static [&'static str], doc: &'static str) -> Column {
    column(name, Kind::Int, From::Data(data), doc)
}

/// The word beside a number.
const fn word(
    name: &'static str,
    data: &'static [&'static str],
    words: &'static [(u32, &'static str)],
    doc: &'static str,
) -> Column {
    column(name, Kind::Text, From::Word(data, words), doc)
}

/// What every view begins with.
const EVENT: Column = column("event", Kind::Text, From::Event, "What happened, in words.");

/// The view of a name.
pub(super) fn named(name: &str) -> Option<&'static Declared> {
    ALL.iter().copied().find(|view| view.name == name)
}

impl Declared {
    /// Whether it has an event.
    pub(super) fn has(&self, provider: &str, id: u32) -> bool {
        self.words(provider, id).is_some()
    }

    fn words(&self, provider: &str, id: u32) -> Option<&'static str> {
        let events = self.events.iter().find(|events| events.providers.contains(&provider))?;
        events.ids.iter().find(|(other, _)| *other == id).map(|(_, words)| *words)
    }

    /// The fields of its columns.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        self.columns.iter().map(|column| Field::new(column.name, column.kind, column.told()))
    }

    /// What is told of it.
    pub(super) fn view(&self) -> View {
        let of = |events: &Events| {
            let ids: Vec<String> = events.ids.iter().map(|(id, words)| format!("{id} {words}")).collect();
            format!("{}: {}", events.providers[0], ids.join(", "))
        };
        View {
            name: self.name,
            doc: self.doc,
            events: self.events.iter().map(of).collect(),
            fields: self.fields().collect(),
        }
    }
}

impl Column {
    /// What it says, and of what it is made.
    fn told(&self) -> String {
        let of = match &self.from {
            From::Event => return self.doc.to_owned(),
            From::Data(data) | From::Word(data, _) => data.join(", "),
            From::Element(element) => format!("<{element}>"),
            From::Made(_, of) => (*of).to_owned(),
        };
        format!("{} From {of}.", self.doc)
    }

    /// Its value in an event.
    ///
    /// # Errors
    /// With the text that stands there, when it is not of the column's kind.
    pub(super) fn value<'e>(&self, view: &Declared, event: &'e Event<'_>) -> Result<Value<'e>, Cow<'e, str>> {
        let found = match &self.from {
            From::Event => event.id().and_then(|id| view.words(event.provider(), id)).map(Cow::Borrowed),
            From::Data(data) => event.first(data).map(Cow::Borrowed),
            From::Word(data, words) => {
                let code = event
                    .first(data)
                    .and_then(|text| number(text.trim_start_matches('%')))
                    .and_then(|code| u32::try_from(code).ok());
                code.and_then(|code| words.iter().find(|(other, _)| *other == code))
                    .map(|(_, word)| Cow::Borrowed(*word))
            }
            From::Element(element) => event.element(element).map(Cow::Borrowed),
            From::Made(make, _) => return Ok(make(event).unwrap_or(Value::Null)),
        };
        let Some(found) = found else { return Ok(Value::Null) };
        match self.kind {
            Kind::Int => number(&found).map(Value::Int).ok_or(found),
            Kind::Bool => match found.to_ascii_lowercase().as_str() {
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Err(found),
            },
            _ => Ok(Value::Text(found)),
        }
    }
}

/// What an audit writes where there is nothing.
fn is_said(text: &str) -> bool {
    !matches!(text, "" | "-" | "N/A")
}

/// A number as events write it: `3`, `0x3e7`, and -1073741715 where a code of 32 bits was taken for a signed one.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        // Codes of 64 bits do not fit, and no column has such.
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests;
