//! The face itself: finds the set that a request is about, and writes the batch that answers it.

use std::net::SocketAddr;
use std::time::Duration;

use super::TABLES;
use super::batch::Batches;
use super::query;
use super::table::{Listing, Table};
use crate::demo::graph::{Answer, Premise, Refusal, Rows, Version};
use crate::demo::json::escape;
use crate::demo::world::Organisation;

/// The sets with their records.
pub(in crate::demo) struct Face {
    tenant: String,
    organisation: Organisation,
    sets: Vec<Box<dyn Rows>>,
    batches: Batches,
}

/// Where a request goes: a set, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) struct Place(usize);

impl Place {
    /// The place of a path, whosever the tenant is.
    pub(in crate::demo) fn of(path: &str) -> Option<Self> {
        let below = path.strip_prefix('/')?.split_once('/')?.1;
        TABLES.iter().position(|table| table.path.trim_start_matches('/') == below).map(Self)
    }

    /// The name it is counted under.
    pub(in crate::demo) fn name(self) -> String {
        TABLES[self.0].path.to_owned()
    }
}

impl Face {
    pub(in crate::demo) fn new(premise: &Premise, listing: Listing, token_life: Duration) -> Self {
        let sets = TABLES.iter().map(|table| (table.tell)(premise)).collect();
        let (tenant, organisation) = (premise.world.tenant.clone(), premise.world.organisation);
        Self { tenant, organisation, sets, batches: Batches::new(listing, token_life) }
    }

    /// The same, tests of some properties being accepted and not applied.
    pub(in crate::demo) fn lying(self, lies: Vec<String>) -> Self {
        Self { batches: self.batches.lying(lies), ..self }
    }

    /// Answers a request.
    pub(in crate::demo) fn answer(
        &self,
        Place(set): Place,
        addr: SocketAddr,
        (path, query): (&str, &str),
    ) -> Result<Answer, Refusal> {
        let (table, rows) = (TABLES[set], &*self.sets[set]);
        let tenant = path.split('/').nth(1).unwrap_or_default();
        if tenant != self.tenant && tenant != self.organisation.domain() {
            return Err(Refusal::not_found(tenant));
        }
        let batch = self.batches.batch(table, rows, query::read(query)?)?;
        let root = format!("http://{addr}/{tenant}");
        let name = table.path.rsplit('/').next().unwrap_or_default();
        let mut body = format!("{{\"@odata.context\":\"{root}/activities/$metadata#{name}\",\"value\":[");
        for (n, &row) in batch.rows.iter().enumerate() {
            body.push_str(if n == 0 { "" } else { "," });
            body.push_str(&rows.json(row, Version::Beta));
        }
        body.push(']');
        // "The skip token will be at the end of the result set."
        if let Some(token) = batch.next {
            body.push_str(",\"@odata.nextLink\":");
            escape(&format!("{root}{}?api-version=beta&%24skiptoken={token}", table.path), &mut body);
        }
        body.push('}');
        Ok(Answer { body, rows: batch.rows.len() })
    }

    /// The records of a set, newest first.
    ///
    /// # Panics
    /// If the set is none of [`TABLES`].
    pub(in crate::demo) fn rows(&self, table: &Table) -> &dyn Rows {
        let set = TABLES.iter().position(|known| known.path == table.path);
        &*self.sets[set.expect("whoever names a set names one of the list")]
    }
}
