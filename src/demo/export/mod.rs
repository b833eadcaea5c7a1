//! Writes what the tenant holds into files, in the shapes in which people export such records.
//!
//! A folder holds all records of the tables that are exported in its shape: nobody gets the activity of Microsoft 365 from
//! an event hub, sign-ins from Purview, or both in the words of the legacy reports. A question about such a table has the same answer on each. What lies before the
//! feed's reach, or cannot be retrieved, is in none: nobody could have exported it.

mod csv;
mod graph;
mod log_analytics;

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::aadgraph::{AUDIT_EVENTS, SIGNIN_EVENTS};
use super::activity::Activity;
use super::graph::DIRECTORY_AUDITS;
use super::tenant::{Record, Tenant};

/// What all shapes are written from.
struct Contents {
    activity: Vec<Activity>,
    sign_ins: Vec<Record>,
    directory_audits: Vec<Record>,
    signin_events: Vec<Record>,
    audit_events: Vec<Record>,
    tenant: String,
}

/// Writes the files of one shape into its folder.
type Write1 = fn(&Contents, &Path) -> Result<(), ExportError>;

/// A shape in which records are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Its folder.
    pub folder: &'static str,
    /// Whether the records of the activity feed are in it.
    pub activity: bool,
    /// Whether the sets of Graph are: sign-ins and directory audits.
    pub graph: bool,
    /// Whether the sets of the legacy reports are.
    pub aadgraph: bool,
}

const fn shape(folder: &'static str, activity: bool, graph: bool, write: Write1) -> (Shape, Write1) {
    (Shape { folder, activity, graph, aadgraph: false }, write)
}

/// One of the legacy reports alone.
const fn legacy(folder: &'static str, write: Write1) -> (Shape, Write1) {
    (Shape { folder, activity: false, graph: false, aadgraph: true }, write)
}

/// All shapes, and what writes them.
const SHAPES: &[(Shape, Write1)] = &[
    shape("management-array", true, false, |contents, folder| array(contents, &folder.join("records.json"))),
    shape("management-lines", true, false, |contents, folder| lines(contents, &folder.join("records.ndjson"))),
    shape("purview-csv", true, false, |contents, folder| {
        csv::purview(&contents.activity, &folder.join("AuditLog.csv"))
    }),
    shape("search-csv", true, false, |contents, folder| csv::search(contents, &folder.join("UnifiedAuditLog.csv"))),
    shape("log-analytics", true, true, log_analytics::write),
    shape("event-hub", false, true, graph::envelopes),
    shape("graph-array", false, true, |contents, folder| {
        graph::array(&contents.sign_ins, &folder.join("InteractiveSignIns.json"))?;
        graph::array(&contents.directory_audits, &folder.join("AuditLogs.json"))
    }),
    shape("graph-lines", false, true, |contents, folder| {
        graph::lines(&contents.sign_ins, &folder.join("signIns.ndjson"))?;
        graph::lines(&contents.directory_audits, &folder.join("directoryAudits.ndjson"))
    }),
    shape("graph-value", false, true, replies),
    shape("mixed", true, true, mixed),
    legacy("aadgraph-value", |source, folder| {
        graph::value(&source.signin_events, LEGACY, "signinEvents", &folder.join("signinEvents.json"))?;
        graph::value(&source.audit_events, LEGACY, "audit", &folder.join("audit.json"))
    }),
    legacy("aadgraph-lines", |source, folder| {
        graph::lines(&source.signin_events, &folder.join("signinEvents.ndjson"))?;
        graph::lines(&source.audit_events, &folder.join("audit.ndjson"))
    }),
];

/// Where replies of Graph say that they come from.
const GRAPH: &str = "https://graph.microsoft.com/beta/$metadata#auditLogs/";
/// The same of the legacy reports.
const LEGACY: &str = "https://graph.windows.net/contoso.example/activities/$metadata#";

/// Saved replies of Graph.
fn replies(contents: &Contents, folder: &Path) -> Result<(), ExportError> {
    graph::value(&contents.sign_ins, GRAPH, "signIns", &folder.join("signIns.json"))?;
    graph::value(&contents.directory_audits, GRAPH, "directoryAudits", &folder.join("directoryAudits.json"))
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file or folder cannot be made or written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A record of the tenant's own is no JSON.
    #[error("a record cannot be read")]
    Record(#[from] serde_json::Error),
}

impl Tenant {
    /// Writes what the tenant holds into files, in each of the shapes in which such records are exported; a folder each,
    /// below `folder`, which is made. Gives the shapes.
    ///
    /// # Errors
    /// When a file cannot be written, or is there already.
    pub fn export(&self, folder: &Path) -> Result<Vec<Shape>, ExportError> {
        let reach = self.listed_from();
        let listed = |record: &Activity| record.retrievable > 0 && record.delivered.iter().any(|(at, _)| *at >= reach);
        let contents = Contents {
            activity: self.activity().filter(listed).collect(),
            sign_ins: self.sign_ins().collect(),
            directory_audits: self.records(&DIRECTORY_AUDITS).collect(),
            signin_events: self.legacy_records(&SIGNIN_EVENTS).collect(),
            audit_events: self.legacy_records(&AUDIT_EVENTS).collect(),
            tenant: self.tenant_id().to_owned(),
        };
        for (shape, write) in SHAPES {
            let folder = folder.join(shape.folder);
            fs::create_dir_all(&folder).map_err(|source| ExportError::Write { path: folder.clone(), source })?;
            write(&contents, &folder)?;
        }
        Ok(SHAPES.iter().map(|(shape, _)| *shape).collect())
    }
}

/// A file that was not there before.
struct Out {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Out {
    fn new(path: &Path) -> Result<Self, ExportError> {
        let file = OpenOptions::new().write(true).create_new(true).open(path);
        let file = file.map_err(|source| ExportError::Write { path: path.into(), source })?;
        Ok(Self { path: path.into(), file: BufWriter::new(file) })
    }

    fn text(&mut self, text: &str) -> Result<(), ExportError> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|source| ExportError::Write { path: self.path.clone(), source })
    }

    fn finish(mut self) -> Result<(), ExportError> {
        self.file.flush().map_err(|source| ExportError::Write { path: self.path, source })
    }
}

/// Texts between a beginning and an end, with something between them.
fn joined<'a>(
    path: &Path,
    [begin, between, end]: [&str; 3],
    texts: impl Iterator<Item = &'a str>,
) -> Result<(), ExportError> {
    let mut out = Out::new(path)?;
    out.text(begin)?;
    for (n, text) in texts.enumerate() {
        out.text(if n == 0 { "" } else { between })?;
        out.text(text)?;
    }
    out.text(end)?;
    out.finish()
}

fn array(contents: &Contents, path: &Path) -> Result<(), ExportError> {
    joined(path, ["[", ",\n", "]\n"], contents.activity.iter().map(|record| record.json.as_str()))
}

fn lines(contents: &Contents, path: &Path) -> Result<(), ExportError> {
    joined(path, ["", "\n", "\n"], contents.activity.iter().map(|record| record.json.as_str()))
}

/// Several shapes in one folder: half of the activity as lines, the other half as CSV, and the sets of Graph.
fn mixed(contents: &Contents, folder: &Path) -> Result<(), ExportError> {
    let half = contents.activity.len() / 2;
    let first = contents.activity[..half].iter().map(|record| record.json.as_str());
    joined(&folder.join("records.ndjson"), ["", "\n", "\n"], first)?;
    csv::purview(&contents.activity[half..], &folder.join("AuditLog.csv"))?;
    replies(contents, folder)
}
