//! Where the records of an entity set come from, and all that is a fact of that source alone.
//!
//! What is written here holds for one set. What another set of the same service allows, is declared there again.

use super::{Api, EntitySet, Quota};

/// Where the records of an entity set come from. Files that were exported hold the records of any set.
#[derive(Debug)]
pub enum Source {
    /// Pages of a listing.
    Pages(Pages),
    /// Content blobs of the Management Activity feed.
    Feed(Feed),
    /// Searches that the service carries out in its own time.
    Search(Search),
}

/// Searches that a service carries out in its own time: each is ordered with one request, asked after until it has ended,
/// and then read page by page. Which columns can be asked for, and as which field of an order, is declared with them.
#[derive(Debug)]
pub struct Search {
    /// Path below the version, with its leading slash: the searches that were ordered.
    pub path: &'static str,
    /// Application permissions that reading needs.
    pub permissions: &'static [&'static str],
    /// The quota its requests count against.
    pub quota: Quota,
    /// How many days back every licence keeps records. Some keep them longer.
    pub retention_days: u32,
    /// The records after which a search ends without a word, unless it says otherwise of itself.
    pub record_cap: u64,
    /// Values that are sent of one field at most.
    pub values: usize,
    /// The fields for the two bounds of the time.
    pub bounds: [&'static str; 2],
}

/// A listing that is read page by page: `@odata.nextLink` is followed as given, until it is absent.
#[derive(Debug)]
pub struct Pages {
    /// The service.
    pub api: Api,
    /// How its requests are written.
    pub dialect: Dialect,
    /// Path below the version, with its leading slash.
    pub path: &'static str,
    /// Application permissions that reading needs.
    pub permissions: &'static [&'static str],
    /// The quota its requests count against.
    pub quota: Quota,
    /// Rows asked for with `$top`: the largest page that is known to be accepted; `None`: `$top` is not documented, and is not
    /// sent.
    pub page: Option<usize>,
    /// Headers of each of its requests.
    pub headers: &'static [(&'static str, &'static str)],
    /// Headers of each request of an advanced query instead, which has `$count=true` besides. The operators that need one are
    /// declared with the columns; empty: none does.
    pub advanced: &'static [(&'static str, &'static str)],
    /// Whether `$select` is documented, and what comes without it.
    pub select: Select,
    /// Whether `/$count` behind the path is documented to tell how many records there are, with a filter or without. It asks
    /// the index of advanced queries, with their headers.
    pub counts: bool,
    /// A property that costs more than all the others.
    pub costly: Option<&'static Costly>,
    /// The licence that reading needs, if it is none that every tenant has.
    pub licence: Option<&'static str>,
    /// Where it is one listing for each record of another set.
    pub parent: Option<Parent>,
    /// The order in which the service is documented to list its records unasked; `None`: none is. Only where there is one
    /// can a chain of pages that broke off go on from the last time that it saw.
    pub listed: Option<Direction>,
    /// How many days back the service keeps records with every licence that it needs; `None`: without limit.
    pub retention_days: Option<u32>,
    /// The kinds that must be asked for one by one, if any.
    pub population: Option<Population>,
    /// What a filter may hold.
    pub limits: FilterLimits,
    /// The records after which the service ends an answer without a word, whatever else there is; `None`: it ends none.
    pub record_cap: Option<u64>,
    /// The beta version alone has it, whichever version a connection asks otherwise.
    pub beta: bool,
}

/// Whether a listing can be asked for some properties of its records alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Select {
    /// `$select` is not documented, and is not sent: records come whole.
    Undocumented,
    /// `$select` is documented. Without it records come whole, and so they are asked for where the whole record is wanted.
    Whole,
    /// `$select` is documented. Without it records lack properties that it could name, so it is always sent.
    Part,
}

/// Another set, for each of whose records there is a listing: `{id}` in the path stands for the key of one.
#[derive(Debug, Clone, Copy)]
pub struct Parent {
    /// SQL name of the column that holds that key. What a service does not send of it is filled in.
    pub column: &'static str,
    /// The other set. Its keys are GUIDs.
    pub set: &'static EntitySet,
}

/// A property that costs more than all the others: whoever wants it needs more, waits longer and gets smaller pages.
#[derive(Debug, Clone, Copy)]
pub struct Costly {
    /// SQL name of the column that holds it.
    pub column: &'static str,
    /// Application permissions that reading it needs, those of the other properties included.
    pub permissions: &'static [&'static str],
    /// The licence that reading it needs.
    pub licence: &'static str,
    /// The quota that requests for it count against.
    pub quota: Quota,
    /// The largest page that may be asked for.
    pub page: usize,
}

/// A dialect of OData: which options a request has, how it writes a bound of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Microsoft Graph: the version is the first segment of the path, pages are as long as `$top` says.
    Graph,
    /// The reports of Azure AD Graph: the tenant is the first segment of the path, the version an option of every request,
    /// and pages have the length that the service chooses.
    AadGraph,
}

impl Dialect {
    /// Whether a request says how long a page should be and in which order records should come. If not, both are the
    /// service's business: a page that is full is no sign of one that was cut.
    pub const fn asks_for_pages(self) -> bool {
        match self {
            Self::Graph => true,
            Self::AadGraph => false,
        }
    }
}

/// What a `$filter` may hold.
#[derive(Debug, Clone, Copy)]
pub struct FilterLimits {
    /// Most tests that its ORs may hold together; `None`: it may hold no OR at all, and alternatives are requests of
    /// their own.
    pub tests: Option<usize>,
    /// Its length in bytes, once encoded.
    pub bytes: usize,
}

/// Which records of the Management Activity feed are a table's. Empty lists mean all.
#[derive(Debug)]
pub struct Feed {
    /// The content types that can hold them, as the feed names them.
    pub content_types: &'static [&'static str],
    /// Their record types.
    pub record_types: &'static [i32],
    /// Application permissions that reading needs.
    pub permissions: &'static [&'static str],
    /// How many days back the service lists content.
    pub retention_days: u32,
}

/// An order of records by their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Newest first.
    Descending,
    /// Oldest first.
    Ascending,
}

/// One kind of record that has to be asked for in a request stream of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The member of the population's property that marks the kind, as on the wire.
    pub member: &'static str,
    /// The value of the population's flag column in every record of this kind.
    pub flag: bool,
}

/// Entity sets of which a request returns one kind of record only, chosen by a clause that selects and does not filter:
/// without it the other kinds are missing, so it is always sent and never dropped.
#[derive(Debug, Clone, Copy)]
pub struct Population {
    /// The list column whose members name the kind: `sign_in_event_types`.
    pub column: &'static str,
    /// A Boolean column that follows from the kind: `is_interactive`.
    pub flag: &'static str,
    /// All kinds, in the order in which streams are listed.
    pub kinds: &'static [Kind],
    /// The kind an API version 1.0 request returns; it knows no clause.
    pub v1_kind: &'static str,
}
