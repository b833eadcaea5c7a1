//! Directory audits: what the feed tells of the directory, what services beside it record, and what happened before.

mod changes;
mod properties;
mod render;

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::property::Version;
use super::rows::{Item, Rows};
use super::saved::{Record, Saved};
use super::table::{Listed, PageSize, Premise, Table};
use crate::demo::gate::Quota;
use crate::demo::world::World;
use crate::demo::world::directory::Change;

/// `GET /auditLogs/directoryAudits`.
pub static DIRECTORY_AUDITS: Table = Table {
    path: "/auditLogs/directoryAudits",
    versions: &Version::ALL,
    properties: properties::PROPERTIES,
    entity: "microsoft.graph.directoryAudit",
    time: Some("activityDateTime"),
    options: &["$filter", "$top", "$orderby"],
    unasked: None,
    costly: None,
    link: None,
    quota: Quota::Reports,
    listed: Listed::Anyhow,
    population: None,
    // No page says how many rows come unasked: few, so that who takes the first page for the whole is found out. The largest
    // number, and the words beyond it, were met in the field.
    page: PageSize { unasked: 100, most: 1_000, refused },
    tell: |premise| Ok(Box::new(Told::new(premise))),
};

fn refused(asked: &str, most: usize) -> String {
    match asked.parse::<u64>() {
        Ok(0) | Err(_) => format!("Invalid value '{asked}' for $top query option found."),
        Ok(_) => {
            format!(
                "The limit of '{most}' for Top query has been exceeded. The value from the incoming request is '{asked}'."
            )
        }
    }
}

/// All records, newest first.
pub(in crate::demo) fn records(premise: &Premise) -> Vec<Record> {
    let record = |change: &Change| render::record(change, &premise.world, premise.twice);
    changes::all(premise).iter().map(record).collect()
}

/// Changes and the world that they are of. Their text is made when one of them is first asked for, as most tenants never are.
struct Told {
    world: Arc<World>,
    /// Newest first.
    changes: Vec<Change>,
    /// Records in a million that are served twice.
    twice: u32,
    saved: OnceLock<Saved>,
}

impl Told {
    fn new(premise: &Premise) -> Self {
        let (world, changes) = (Arc::clone(&premise.world), changes::all(premise));
        Self { world, changes, twice: premise.twice, saved: OnceLock::new() }
    }

    fn saved(&self) -> &Saved {
        let record = |change| render::record(change, &self.world, self.twice);
        self.saved.get_or_init(|| Saved {
            properties: properties::PROPERTIES,
            records: self.changes.iter().map(record).collect(),
        })
    }
}

impl Rows for Told {
    fn len(&self) -> usize {
        self.changes.len()
    }

    fn ticks(&self, row: usize) -> i64 {
        self.changes[row].ticks()
    }

    fn copies(&self, row: usize) -> usize {
        self.saved().copies(row)
    }

    fn text(&self, row: usize, path: &str) -> Option<Cow<'_, str>> {
        self.saved().text(row, path)
    }

    fn integer(&self, row: usize, path: &str) -> Option<i64> {
        self.saved().integer(row, path)
    }

    fn list(&self, row: usize, path: &str) -> Vec<Item<'_>> {
        self.saved().list(row, path)
    }

    fn json(&self, row: usize, version: Version) -> String {
        self.saved().json(row, version)
    }
}
