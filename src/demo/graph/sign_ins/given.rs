//! Sign-ins from a file: one Graph-shaped record per line, served as they are.
//!
//! Records without `signInEventTypes` (exports of the 1.0 version, or of Log Analytics) are classed by `isInteractive`
//! and get the property in the beta version; everything else goes out byte for byte.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use chrono::DateTime;
use serde_json::Value;
use serde_json::value::RawValue;

use super::kind::Kind;
use crate::demo::graph::properties::{Version, exists};
use crate::demo::world::clock;

/// A record from a file.
pub(in crate::demo) struct Given {
    pub(super) ticks: i64,
    json: String,
    value: Value,
}

/// Why a file of records cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be opened or read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is no JSON.
    #[error("line {line} of {} is not JSON", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the reader said.
        source: serde_json::Error,
    },
    /// A line is JSON and no sign-in.
    #[error("line {line} of {} is no sign-in: {reason}", path.display())]
    NoSignIn {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is missing.
        reason: &'static str,
    },
}

/// Reads a file, newest record first.
pub(in crate::demo) fn read(path: &Path) -> Result<Vec<Given>, DataError> {
    let failed = |source| DataError::Read { path: path.into(), source };
    let mut rows = Vec::new();
    for (n, line) in BufReader::new(File::open(path).map_err(failed)?).lines().enumerate() {
        let line = line.map_err(failed)?;
        let text = line.trim_start_matches('\u{feff}').trim();
        if !text.is_empty() {
            rows.push(Given::read(text, path, n + 1)?);
        }
    }
    rows.sort_by(|a, b| b.ticks.cmp(&a.ticks).then_with(|| a.text("id").cmp(&b.text("id"))));
    Ok(rows)
}

impl Given {
    fn read(text: &str, path: &Path, line: usize) -> Result<Self, DataError> {
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
        Ok(Self::classed(clock::ticks(time.to_utc()), text, value))
    }

    fn classed(ticks: i64, text: &str, mut value: Value) -> Self {
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
        Self { ticks, json, value }
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    pub(super) fn integer(&self, path: &str) -> Option<i64> {
        let value = self.at(path)?;
        value.as_i64().or_else(|| value.as_str()?.parse().ok())
    }

    pub(super) fn list(&self, path: &str) -> Vec<&str> {
        let items = self.at(path).and_then(Value::as_array);
        items.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    fn at(&self, path: &str) -> Option<&Value> {
        path.split('/').try_fold(&self.value, |value, name| value.get(name))
    }

    pub(super) fn json(&self, version: Version) -> String {
        let all = match version {
            Version::Beta => None,
            Version::V1 => serde_json::from_str::<BTreeMap<&str, &RawValue>>(&self.json).ok(),
        };
        let Some(mut all) = all else { return self.json.clone() };
        all.retain(|name, _| exists(version, name));
        serde_json::to_string(&all).unwrap_or_else(|_| self.json.clone())
    }
}
