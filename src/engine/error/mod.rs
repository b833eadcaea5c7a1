//! What can go wrong in a scan. Travels through DataFusion as an external error and is found again by `report`.

mod about;
pub(crate) mod limits;
mod logs;
mod place;
mod unusable;

pub use limits::Part;
pub use logs::LogError;
pub use place::Place;
pub use unusable::Unusable;

use std::sync::Arc;

use datafusion::error::DataFusionError;

use crate::plan::feed::ListingError;
use crate::plan::search::ReadError;
use crate::plan::{CapError, PagerError};
use crate::table::Needs;
use crate::veil::{Veil, Veiled};
use crate::{auth, causes, decode, files, geoip, http};
use crate::{searches, subscriptions};

/// What of the records that were asked for a service still keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// For how many days it keeps records.
    pub days: u32,
    /// Nothing of what was asked for is left.
    pub nothing_left: bool,
    /// They are records of the audit log, which a search finds for longer.
    pub is_searched: bool,
}

/// Why a query has no answer, or not a whole one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request failed.
    #[error("{place} could not be read completely")]
    Request {
        /// What was being read.
        place: Box<Place>,
        /// What reading it needs.
        needs: Box<Needs>,
        /// What happened.
        #[source]
        source: http::Error,
    },
    /// A reply was no page.
    #[error("{place} could not be read completely")]
    Page {
        /// What was being read.
        place: Box<Place>,
        /// The service's id of the request, to quote to its support.
        request_id: Option<Veiled>,
        /// The service's own words, if it said what was wrong.
        said: Option<Veiled>,
        /// What was wrong with it.
        #[source]
        source: decode::Error,
    },
    /// A chain of pages could not be followed.
    #[error("{place} could not be read completely")]
    Chain {
        /// What was being read.
        place: Box<Place>,
        /// Why not.
        #[source]
        source: PagerError,
    },
    /// The service ended an answer at its cap, and what it left out cannot be asked for.
    #[error("{place} could not be read completely")]
    Capped {
        /// What was being read.
        place: Box<Place>,
        /// The setting that says what the cap is.
        setting: &'static str,
        /// Why not.
        #[source]
        source: CapError,
    },
    /// A search of the audit log brought nothing.
    #[error("{place} could not be read")]
    Search {
        /// What was searched.
        place: Box<Place>,
        /// Why not.
        #[source]
        source: searches::Error,
    },
    /// What a search found could not be read to its end.
    #[error("{place} could not be read completely")]
    Unread {
        /// What was being read.
        place: Box<Place>,
        /// Why not.
        #[source]
        source: ReadError,
    },
    /// Exported files cannot be read.
    #[error("{table} cannot be read from files")]
    Files {
        /// `m365.activity`
        table: String,
        /// Why not.
        #[source]
        source: files::Error,
    },
    /// Logs cannot be read as a table.
    #[error("{table} cannot be read as a table")]
    Logs {
        /// What the table is called, or its file.
        table: String,
        /// Why not.
        #[source]
        source: LogError,
    },
    /// Files were written to while they were read.
    #[error("{table}: files changed while they were being read")]
    FilesChanged {
        /// `m365.activity`
        table: String,
    },
    /// An input means no file.
    #[error("an input cannot be read")]
    Input(#[source] files::Error),
    /// The paths of a connection to files mean no file.
    #[error("the files of the connection '{connection}' cannot be read")]
    Paths {
        /// Its name.
        connection: String,
        /// Why not.
        #[source]
        source: files::Error,
    },
    /// The service ignored the clause that chooses the kind of record, so what it sent is not what was asked for.
    #[error(
        "{table}: the service was asked for {kind} records and sent others (first: {first_id}): it ignored the clause"
    )]
    KindIgnored {
        /// `entra.sign_ins`
        table: String,
        /// The kind asked for.
        kind: &'static str,
        /// Key of the first record of another kind.
        first_id: Veiled,
    },
    /// Several requests bring overlapping records, and one of these has no key by which it could be recognised.
    #[error("{table}: a record without {key} cannot be told apart from its copies in other requests")]
    Keyless {
        /// `entra.sign_ins`
        table: String,
        /// The key column.
        key: &'static str,
    },
    /// A listing of the feed could not be followed.
    #[error("{place} could not be read completely")]
    Listing {
        /// What was being read.
        place: Box<Place>,
        /// Why not.
        #[source]
        source: ListingError,
    },
    /// Which content types there are to read could not be found out.
    #[error("{table} could not be read")]
    Subscriptions {
        /// `m365.activity`
        table: String,
        /// Why not.
        #[source]
        source: subscriptions::Error,
    },
    /// Records were asked for that the feed does not collect.
    #[error("{table}: {content_type} is not subscribed to, so there is nothing to read")]
    NotSubscribed {
        /// `m365.dlp`
        table: String,
        /// The content type.
        content_type: &'static str,
    },
    /// Records were asked for whose collection was switched off.
    #[error("{table}: the subscription to {content_type} is disabled, so there is nothing to read")]
    Disabled {
        /// `m365.dlp`
        table: String,
        /// The content type.
        content_type: &'static str,
        /// What the service said when it was asked for records all the same.
        #[source]
        source: Option<Box<http::Error>>,
    },
    /// A connection names a content type that does not exist.
    #[error("the connection '{name}' names the content type '{content_type}', which does not exist")]
    ContentType {
        /// The connection.
        name: String,
        /// What it says.
        content_type: String,
    },
    /// A blob was listed and cannot be had.
    #[error(
        "the answer would be incomplete: {table}: content of {content_type} that became available at {created} is gone ({id})"
    )]
    BlobGone {
        /// `m365.activity`
        table: String,
        /// Its content type.
        content_type: &'static str,
        /// The service's key of it.
        id: Veiled,
        /// When it became available.
        created: String,
        /// What the service said.
        #[source]
        source: Box<http::Error>,
    },
    /// A blob holds objects that are no records: an error in the place of one, a listing, nothing.
    #[error("the answer would be incomplete: {place}: {count} object(s) in it are not records")]
    NoRecords {
        /// What was being read.
        place: Box<Place>,
        /// How many.
        count: usize,
        /// The service's id of the request, to quote to its support.
        request_id: Option<Veiled>,
    },
    /// Something that was asked for cannot be had: the answer would be short.
    #[error("the answer would be incomplete: {missing}")]
    Incomplete {
        /// What is missing.
        missing: String,
        /// What the service still keeps, where it no longer keeps all that was asked for.
        kept: Option<Box<Kept>>,
    },
    /// A partial answer was allowed, where a missing row would invent a finding.
    #[error("a partial answer is refused because of {operator}: a missing row would look like a finding")]
    PartialRefused {
        /// What a missing row could add to.
        operator: String,
    },
    /// One of the tables that a table is made of, or one of the tenants it is read from, could not be read.
    #[error("{branch}")]
    Branch {
        /// What it is called: a connection, a source.
        branch: String,
        /// What happened.
        #[source]
        source: Box<Error>,
    },
    /// One of the tables that a timeline is read from could not be read.
    #[error("{table} is read for the timeline")]
    OfTimeline {
        /// `entra.sign_ins`
        table: String,
        /// It is a file, and named as one.
        is_file: bool,
        /// The others of its kind.
        others: Vec<String>,
        /// What happened.
        #[source]
        source: Box<DataFusionError>,
    },
    /// There is no such column, in a table of a file whose columns are those of its beginning.
    #[error("there is no such column")]
    Sampled {
        /// The first file that is longer.
        file: String,
        /// Whether each of its records names its fields, so that a later one can have others.
        names_fields: bool,
        /// What was looked for.
        #[source]
        source: Box<DataFusionError>,
    },
    /// A predicate could not be evaluated on the rows received.
    #[error("a condition could not be evaluated")]
    Evaluation(#[source] DataFusionError),
    /// What a scan holds is more than the memory limit.
    #[error("a scan needs more memory than it may have")]
    Memory(#[source] DataFusionError),
    /// The statement's time is over.
    #[error("the statement ran out of time")]
    Deadline,
    /// A store gave no answer, or a limit of the statement ended the request for it.
    #[error("files of a store could not be read completely")]
    OfStore(#[source] files::StoreFault),
    /// What runs the statement is being shut down.
    #[error("the program is ending")]
    Ending,
    /// A table of a connection was planned in a session that does not have that connection.
    #[error("this session has no connection '{0}'")]
    NoConnection(String),
    /// A connection cannot be used.
    #[error("the connection '{name}' cannot be used")]
    Connection {
        /// Its name.
        name: String,
        /// Why not.
        #[source]
        source: auth::Error,
    },
    /// One of the connections besides the default one cannot be used, and was asked.
    #[error("the connection '{name}' cannot be used")]
    Unusable {
        /// Its name.
        name: String,
        /// Why not.
        #[source]
        why: Arc<Unusable>,
    },
    /// The session could not be set up.
    #[error("the session could not be set up")]
    Session(#[source] DataFusionError),
    /// The statement is too deep or too long to be planned safely.
    #[error("the statement has more than {} {_0}", _0.most())]
    TooLarge(Part),
    /// A function would make more than it may.
    #[error("{function} would produce more than {limit} MiB at once")]
    TooMuch {
        /// The function.
        function: &'static str,
        /// What it may make.
        limit: usize,
    },
    /// The values of a window function are more than the statement may hold.
    #[error(
        "{function} over a window takes too much memory: {rows} row(s) have {taken} MiB of values, and a query may hold {limit} MiB of them"
    )]
    LongValues {
        /// The function.
        function: String,
        /// Rows that had a value by then.
        rows: usize,
        /// What these values take.
        taken: usize,
        /// What they may take.
        limit: usize,
    },
    /// The user's databases of places and networks cannot answer.
    #[error("{function} cannot be answered")]
    Places {
        /// The function.
        function: &'static str,
        /// Why not.
        #[source]
        source: geoip::Error,
    },
    /// A view is made of itself.
    #[error("the view {0} refers to itself")]
    CircularView(String),
    /// A table or view was to be made or dropped outside of the user's own schema.
    #[error("{0} cannot be changed: your own tables and views are in the schema main")]
    NotMain(String),
    /// The name is taken.
    #[error("the table {0} already exists")]
    TableExists(String),
    /// A view was to be dropped as a table.
    #[error("{0} is a view, not a table")]
    NotATable(String),
    /// Two columns of a table that was to be made have one name.
    #[error("two columns of the table would be named {0}")]
    TwiceNamed(String),
    /// A statement that writes past the output, or changes what holds the tables.
    #[error("{what} is not supported")]
    NotDone {
        /// `COPY`
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// A setting that no statement may change.
    #[error("{name} cannot be changed by a statement: {why}")]
    NotSettable {
        /// The setting.
        name: String,
        /// Why not.
        why: &'static str,
    },
    /// A part of SQL that the engine would ignore, or take for something else.
    #[error("{what}")]
    Dialect {
        /// The part, and what is the matter with it.
        what: String,
        /// What to write.
        instead: String,
    },
    /// A number that its type cannot hold.
    #[error("{what} is out of range for {of}")]
    OutOfRange {
        /// The expression, as it is written.
        what: String,
        /// The type in words of SQL.
        of: &'static str,
    },
    /// A name stands for a value that was not given.
    #[error("there is no value for :{name}")]
    Unbound {
        /// The name, without its colon.
        name: String,
        /// The names that have values.
        known: Vec<String>,
    },
    /// A column cannot be kept in a table.
    #[error("column {column} has the type {kind}, which a table cannot store")]
    NotKept {
        /// The column.
        column: String,
        /// Its type.
        kind: String,
    },
    /// The file of a table could not be written.
    #[error("the rows of the table could not be stored")]
    Store(#[source] std::io::Error),
    /// The name of a table of logs is none that SQL takes as it stands.
    #[error(
        "a table of logs cannot be named '{0}': the name is reserved, or not made of lower-case letters, digits and _"
    )]
    LogName(String),
    /// A connection's name cannot be a catalog's.
    #[error(
        "a connection cannot be named '{0}': the name is reserved, taken, or not made of lower-case letters, digits and _"
    )]
    ConnectionName(String),
}

impl Error {
    /// A reply that is no page, with what the service said of it.
    pub(crate) fn page(place: Box<Place>, veil: &Veil, request_id: Option<Veiled>, source: decode::Error) -> Self {
        Self::Page { place, request_id, said: source.words(veil), source }
    }

    /// Whether the rows received before it are good and only further ones are missing. A service that did not do what it
    /// was asked casts doubt on those as well.
    pub(crate) fn leaves_rows(&self) -> bool {
        matches!(
            self,
            Self::Request { .. }
                | Self::Page { .. }
                | Self::Chain { .. }
                | Self::Capped { .. }
                | Self::Search { .. }
                | Self::Unread { .. }
                | Self::Listing { .. }
                | Self::BlobGone { .. }
                | Self::NoRecords { .. }
                | Self::Incomplete { .. }
        )
    }

    /// Whether other requests of the scan may fare better.
    pub(crate) fn costs_its_place_alone(&self) -> bool {
        match self {
            Self::Request { source, .. } => !source.concerns_all(),
            other => other.leaves_rows(),
        }
    }

    /// What is missing because of it: the error and its causes in one line.
    pub(crate) fn missing(&self) -> String {
        let text = causes::said(self).join(": ");
        let mut text = text.strip_prefix("the answer would be incomplete: ").unwrap_or(&text).to_owned();
        if let Self::Page { said: Some(said), .. } = self {
            text = format!("{text}: {said}");
        }
        text
    }
}

impl From<Error> for DataFusionError {
    fn from(error: Error) -> Self {
        Self::External(Box::new(error))
    }
}
