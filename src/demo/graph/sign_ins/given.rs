//! Sign-ins from a file: one Graph-shaped record per line, served as they are.
//!
//! Records without `signInEventTypes` (exports of the 1.0 version, or of Log Analytics) are classed by `isInteractive`
//! and get the property in the beta version; everything else goes out byte for byte.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use chrono::DateTime;
use serde_json::Value;

use super::kind::Kind;
use super::properties::PROPERTIES;
use crate::demo::graph::saved::{DataError, Record, Saved};
use crate::demo::world::clock;

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Saved, DataError> {
    let failed = |source| DataError::Read { path: path.into(), source };
    let mut records = Vec::new();
    for (n, line) in BufReader::new(File::open(path).map_err(failed)?).lines().enumerate() {
        let line = line.map_err(failed)?;
        let text = line.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() {
            records.push(record(text, path, n + 1)?);
        }
    }
    records.sort_by(|a, b| b.ticks.cmp(&a.ticks).then_with(|| a.text("id").cmp(&b.text("id"))));
    Ok(Saved { properties: PROPERTIES, records })
}

fn record(text: &str, path: &Path, line: usize) -> Result<Record, DataError> {
    let value: Value =
        serde_json::from_str(text).map_err(|source| DataError::Syntax { path: path.into(), line, source })?;
    let refuse = |reason| DataError::NoSignIn { path: path.into(), line, reason };
    if !value.is_object() {
        return Err(refuse("it is no object"));
    }
    if value["id"].as_str().is_none() {
        return Err(refuse("it has no id"));
    }
    let time = value["createdDateTime"].as_str().and_then(|t| DateTime::parse_from_rfc3339(t).ok());
    let time = time.ok_or_else(|| refuse("createdDateTime is missing or no time"))?;
    Ok(classed(clock::ticks(time.to_utc()), text, value))
}

fn classed(ticks: i64, text: &str, mut value: Value) -> Record {
    let mut json = text.to_owned();
    if value.get("signInEventTypes").is_none_or(Value::is_null) {
        let interactive = value["isInteractive"].as_bool().unwrap_or(true);
        let kind = if interactive { Kind::Interactive } else { Kind::NonInteractive }.member();
        let present = value.get("signInEventTypes").is_some();
        value["signInEventTypes"] = Value::from(vec![kind]);
        if present {
            json = value.to_string();
        } else {
            // The text is an object with at least an id: it ends in a brace, and a comma may go before.
            json.truncate(json.len() - 1);
            for part in [",\"signInEventTypes\":[\"", kind, "\"]}"] {
                json.push_str(part);
            }
        }
    }
    Record { ticks, copies: 1, json, value }
}
