//! Joins with keys that are at hand: the service is asked for the keys, in as few requests as can be, and the answer is that of
//! reading everything.

mod begins;
mod cost;
mod explained;
mod law;
mod nearest;
mod odd;
mod span;
mod windows;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use auditql::engine::Engine;
use auditql::settings::Settings;
use serde_json::Value;
use tempfile::TempDir;

use crate::lab::{self, Lab, options};

/// Rows of a page of sign-ins.
const PAGE: usize = 999;
/// Tests that a filter on sign-ins holds at most.
const TESTS: usize = 15;

/// A tenant, an engine on it, one that sends nothing of a predicate, and a folder for lists.
struct Bound {
    lab: Lab,
    plain: Engine,
    folder: TempDir,
    /// The tenant's sign-ins, each once.
    records: Vec<Value>,
}

impl Bound {
    async fn new(rows: usize) -> Self {
        let lab = Lab::new(options(rows)).await;
        let plain = lab::engine(lab::connection(&lab.tenant), Settings { pushdown: false, ..Settings::default() });
        let records = lab.tenant.sign_ins().map(|record| serde_json::from_str(&record.json).unwrap()).collect();
        Self { lab, plain, folder: TempDir::new().unwrap(), records }
    }

    /// A file with a heading and these lines, as it stands in FROM.
    fn file(&self, name: &str, heading: &str, lines: &[String]) -> String {
        let mut text = format!("{heading}\n");
        lines.iter().for_each(|line| writeln!(text, "{line}").unwrap());
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("'{}'", path.display())
    }

    /// Different values of a property that sign-ins of a kind have, but for the hostile ones.
    fn values(&self, property: &str, kind: &str) -> Vec<String> {
        let of_kind = self.records.iter().filter(|row| is_of(row, kind));
        let values: BTreeSet<&str> = of_kind.filter_map(|row| row[property].as_str()).collect();
        let is_tame =
            |value: &&str| value.starts_with(|c: char| c.is_ascii_alphanumeric()) && !value.contains(['"', '(']);
        values.into_iter().filter(is_tame).map(str::to_owned).collect()
    }

    /// The rows with which a statement has to answer, whatever it sends.
    async fn plain(&self, sql: &str) -> Vec<String> {
        sorted(lab::answer(&self.plain, sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).rows())
    }

    /// What a statement asked, once its answer was found to be right.
    async fn asked(&self, sql: &str) -> Vec<String> {
        let (rows, asked) = self.lab.asked(sql).await;
        assert_eq!(sorted(rows), self.plain(sql).await, "{sql}");
        asked
    }
}

fn is_of(row: &Value, kind: &str) -> bool {
    row["signInEventTypes"].as_array().is_some_and(|kinds| kinds.iter().any(|one| one == kind))
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort_unstable();
    rows
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
