//! What the session is and does, as rows: settings, connections, requests, coverage, members that nobody declares.

use super::cells::{Cell, Row};
use crate::auth::{Connection, Keeps};
use crate::engine::runtime::Connections;
use crate::engine::runtime::journal::{Covered, Journal};
use crate::files::Input;
use crate::http::Quotas;
use crate::settings::{self, Settings};
use crate::table::{Dialect, EntitySet, Quota};

pub(super) fn settings(settings: &Settings) -> Vec<Row> {
    let usual = Settings::default();
    let row = |s: &settings::Setting| -> Row {
        vec![s.name.into(), s.get(settings).into(), s.get(&usual).into(), s.value.into(), s.doc.into()]
    };
    settings::ALL.iter().map(row).collect()
}

/// Columns of the table of connections.
const COLUMNS: usize = 15;

/// The connections of a session, as far as they may be shown.
#[derive(Debug, Default)]
pub(crate) struct Known(Vec<Row>);

impl Known {
    /// Enters a service.
    pub(crate) fn service(&mut self, connection: &Connection) {
        let Connection { name, tenant, cloud, credential, graph_url, management_url, content_types, .. } = connection;
        let keeps = match connection.keeps {
            Keeps::Documented => "documented".to_owned(),
            Keeps::Days(days) => days.to_string(),
            Keeps::All => "all".to_owned(),
        };
        self.0.push(vec![
            name.clone().into(),
            "service".into(),
            Cell::Null,
            tenant.clone().into(),
            cloud.name().into(),
            credential.name().into(),
            Cell::text(credential.client_id().map(str::to_owned)),
            connection.api_version.segment().into(),
            Cell::text(graph_url.as_ref().map(origin)),
            Cell::text(management_url.as_ref().map(origin)),
            Cell::text(content_types.as_ref().map(|types| types.join(", "))),
            keeps.into(),
            in_words(&connection.quotas).into(),
            Cell::Null,
            Cell::Null,
        ]);
    }

    /// Enters what cannot be used.
    pub(crate) fn unusable(&mut self, name: &str, tenant: Option<&str>) {
        let mut row = vec![Cell::Null; COLUMNS];
        (row[0], row[1], row[3]) = (name.into(), "service".into(), Cell::text(tenant.map(str::to_owned)));
        self.0.push(row);
    }

    /// Enters exported files.
    pub(crate) fn files(&mut self, name: &str, inputs: &[Input]) {
        let inputs: Vec<String> = inputs.iter().map(ToString::to_string).collect();
        let mut row = vec![Cell::Null; COLUMNS];
        (row[0], row[1], row[13]) = (name.into(), "files".into(), inputs.join(", ").into());
        self.0.push(row);
    }

    pub(super) fn rows(&self, default: &str, connections: Option<&Connections>) -> Vec<Row> {
        let mut rows = self.0.clone();
        for row in &mut rows {
            let Cell::Text(name) = &row[0] else { continue };
            let flaw = connections.and_then(|all| all.flaw(name));
            (row[2], row[14]) = (Cell::Flag(name == default), Cell::text(flaw));
        }
        rows
    }
}

/// Scheme, host and port: what else an address may hold is nobody's business.
fn origin(url: &url::Url) -> String {
    url.origin().ascii_serialization()
}

fn in_words(quotas: &Quotas) -> String {
    let of = |quota: Quota| match quotas.rate(quota) {
        Some(rate) => format!("{}: {} in {} s", quota.name(), rate.requests, rate.window.as_secs()),
        None => format!("{}: none", quota.name()),
    };
    Quota::ALL.map(of).join(", ")
}

pub(super) fn requests(journal: &Journal) -> Vec<Row> {
    let millis = |time: std::time::Duration| Cell::count(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    let row = |sent: crate::tally::Sent| {
        vec![
            Cell::count(sent.number),
            Cell::Time(sent.at.timestamp_micros()),
            sent.connection.to_string().into(),
            sent.method.into(),
            sent.url.to_string().into(),
            sent.status.map_or(Cell::Null, |status| Cell::Number(status.into())),
            Cell::text(sent.fault.map(|fault| fault.to_string())),
            sent.rows.map_or(Cell::Null, Cell::count),
            Cell::count(sent.bytes),
            millis(sent.waited),
            millis(sent.took),
        ]
    };
    journal.requests.all().into_iter().map(row).collect()
}

pub(super) fn coverage(journal: &Journal) -> Vec<Row> {
    let time = |at: Option<i64>| at.map_or(Cell::Null, Cell::Time);
    let row = |covered: std::sync::Arc<Covered>| {
        let tally = &covered.tally;
        vec![
            covered.connection.clone().into(),
            covered.table.0.into(),
            covered.table.1.into(),
            time(covered.asked.from),
            time(covered.asked.to),
            covered.state().into(),
            Cell::text(covered.missing()),
            Cell::count(tally.requests.get()),
            Cell::count(tally.rows_received.get()),
            Cell::count(tally.rows_kept.get()),
            Cell::count(tally.bytes.get()),
        ]
    };
    journal.coverage().into_iter().map(row).collect()
}

pub(super) fn schema_drift(journal: &Journal) -> Vec<Row> {
    let mut rows = Vec::new();
    for (table, drift) in journal.drift() {
        let (schema, name) = table.split_once('.').unwrap_or(("", &table));
        let row = |member: Cell, count: u64, id: Cell| -> Row {
            vec![schema.into(), name.into(), member, Cell::count(count), id]
        };
        for (member, met) in drift.members {
            let id = Cell::text(met.first_id.map(|id| id.to_string()));
            rows.push(row(member.into(), met.count, id));
        }
        if drift.unlisted > 0 {
            rows.push(row(Cell::Null, drift.unlisted, Cell::Null));
        }
    }
    rows
}

/// Where a set's records are read, in the words of a request.
pub fn source(set: &EntitySet) -> String {
    let tenant = set.pages().is_some_and(|pages| pages.dialect == Dialect::AadGraph);
    let method = if set.search().is_some() { "POST" } else { "GET" };
    format!("{method} {}{}", if tenant { "/{tenant}" } else { "" }, set.path())
}
