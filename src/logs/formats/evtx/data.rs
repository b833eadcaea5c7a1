//! An event's own data by name, as they stand in its JSON.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::json::{Stop, Walk, Written};

/// Whether a name in `EventData` is not that of a datum, or has no name to tell.
pub(super) fn is_special(name: &str) -> bool {
    name.starts_with('#') || name.ends_with("xmlns") || matches!(name, "Data" | "EventData")
}

/// Data on their way out of the JSON.
#[derive(Default)]
pub(super) struct Data<'a> {
    pub(super) found: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Of names that there are already: the number that the last of them got.
    numbers: HashMap<Cow<'a, str>, usize>,
    /// All names, once there are too many to look through.
    names: HashSet<Cow<'a, str>>,
    /// A bit for what names are like: one that is like none is free.
    likes: u64,
    unnamed: usize,
}

impl<'a> Data<'a> {
    /// Reads what stands beside the system's part: the member of this name, and what is in it, so many deep.
    pub(super) fn read(
        &mut self,
        walk: &mut Walk<'a>,
        path: &mut String,
        name: Written<'a>,
        deepest: usize,
    ) -> Result<(), Stop> {
        if !walk.is_object() || deepest == 0 || name.text == "#attributes" {
            let value = walk.value()?;
            self.give(path, name, value);
            return Ok(());
        }
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(name.text);
        walk.object(&mut |walk, inner| self.read(walk, path, inner, deepest - 1))?;
        path.truncate(length);
        Ok(())
    }

    /// Names what stands beside the system's part: `EventData.TargetUserName` by its last word, data without names by their
    /// place, and what stands in `UserData` by its path below the element that it is.
    fn give(&mut self, path: &str, called: Written<'a>, value: Written<'a>) {
        let name = called.text;
        // Nearly all events have nothing else.
        if path == "EventData" && !is_special(name) {
            return self.push(called.named(), value);
        }
        // AD FS puts what is EventData elsewhere into an element of UserData.
        let within = match path.split_once('.') {
            _ if path == "EventData" || path == "UserData" || path.is_empty() => "",
            Some(("EventData", rest)) => rest,
            Some(("UserData", rest)) => rest.split_once('.').map_or("", |(_, rest)| rest),
            _ => path,
        };
        let within = within.strip_prefix("EventData").map_or(within, |rest| rest.strip_prefix('.').unwrap_or(rest));
        if within.split('.').any(|part| part == "#attributes")
            || name == "#attributes"
            || name == "xmlns"
            || name.ends_with(":xmlns")
        {
            return;
        }
        let is_unnamed = |name: &str| matches!(name, "Data" | "EventData" | "#unnamed");
        match name {
            "#text" if is_unnamed(within) => self.unnamed(value),
            "#text" if within.is_empty() => self.push("text".into(), value),
            "#text" => self.push(within.to_owned().into(), value),
            _ if within.is_empty() && is_unnamed(name) => self.unnamed(value),
            _ if within.is_empty() => self.push(called.named(), value),
            _ => self.push(format!("{within}.{}", called.named()).into(), value),
        }
    }

    fn unnamed(&mut self, value: Written<'a>) {
        let texts: Vec<Cow<'a, str>> = match serde_json::from_str::<Vec<serde_json::Value>>(value.text) {
            Ok(items) => items.into_iter().map(plain).collect(),
            Err(_) => value.said().into_iter().collect(),
        };
        for text in texts {
            self.unnamed += 1;
            self.add(format!("data{}", self.unnamed).into(), text);
        }
    }

    fn push(&mut self, name: Cow<'a, str>, value: Written<'a>) {
        self.add(name, value.said().unwrap_or_default());
    }

    /// Adds a datum, by the first name that is free.
    fn add(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        /// So many names are looked through.
        const FEW: usize = 48;
        if self.found.len() == FEW {
            self.names = self.found.iter().map(|(name, _)| name.clone()).collect();
        }
        let bytes = name.as_bytes();
        let like = 1 << (bytes.iter().rev().take(2).fold(bytes.len(), |sum, byte| sum * 31 + usize::from(*byte)) % 64);
        let is_free = if self.found.len() < FEW {
            self.likes & like == 0 || self.found.iter().all(|(other, _)| *other != name)
        } else {
            self.names.insert(name.clone())
        };
        if is_free {
            if self.found.is_empty() {
                self.found.reserve(24);
            }
            self.likes |= like;
            return self.found.push((name, value));
        }
        let number = self.numbers.entry(name.clone()).or_insert(1);
        *number += 1;
        let numbered = format!("{name}_{number}");
        self.add(numbered.into(), value);
    }
}

fn plain(value: serde_json::Value) -> Cow<'static, str> {
    match value {
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Null => "".into(),
        other => other.to_string().into(),
    }
}
