//! An entity set of a service: where it lives, how it pages, which population a request reads, and its columns.

use super::{Column, Versions};

/// The services that are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    /// Microsoft Graph.
    Graph,
    /// The Office 365 Management Activity API.
    Activity,
}

/// Version of Microsoft Graph, the first segment of every path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// `v1.0`
    V1,
    /// `beta`
    Beta,
}

impl Version {
    /// The path segment.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// A family of endpoints that share one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quota {
    /// Identity and access reports (sign-ins, directory audits, provisioning): 5 requests in 10 seconds for an
    /// application in a tenant (source: Microsoft Graph, "throttling limits").
    Reports,
    /// The Management Activity API: 2,000 requests in a minute for a tenant, more with many seats (source: its reference).
    Activity,
}

/// Requests that are allowed in any window of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// The length of the sliding window.
    pub window: std::time::Duration,
}

impl Quota {
    /// All families.
    pub const ALL: [Self; 2] = [Self::Reports, Self::Activity];

    /// The name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::Activity => "activity",
        }
    }

    /// The documented rate.
    pub const fn rate(self) -> Rate {
        Rate { requests: self.requests(), window: self.window() }
    }

    /// Requests allowed in any window of [`Quota::window`].
    pub const fn requests(self) -> u32 {
        match self {
            Self::Reports => 5,
            Self::Activity => 2_000,
        }
    }

    /// The sliding window over which [`Quota::requests`] are counted.
    pub const fn window(self) -> std::time::Duration {
        match self {
            Self::Reports => std::time::Duration::from_secs(10),
            Self::Activity => std::time::Duration::from_mins(1),
        }
    }
}

/// An order of records by their time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Newest first.
    Descending,
    /// Oldest first.
    Ascending,
}

/// How an entity set is read page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `@odata.nextLink` is followed as given, until it is absent.
    NextLink {
        /// Rows asked for with `$top`: the largest page that is known to be accepted.
        page: usize,
    },
    /// Content blobs are listed by the time at which they became available, then fetched whole.
    Blobs,
}

/// What a record is about, whichever way it came: services, exports and diagnostic streams write the same records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Sign-ins of the directory.
    SignIns,
    /// Changes in the directory.
    DirectoryAudits,
    /// Records of the Management Activity feed, which are the records of the unified audit log.
    Activity,
}

/// Which records of the Management Activity feed are a table's. Empty lists mean all.
#[derive(Debug, Clone, Copy)]
pub struct Feed {
    /// The content types that can hold them, as the feed names them.
    pub content_types: &'static [&'static str],
    /// Their record types.
    pub record_types: &'static [i32],
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

/// A declared table of a remote service.
#[derive(Debug)]
pub struct EntitySet {
    /// SQL schema: `entra`.
    pub schema: &'static str,
    /// SQL name.
    pub name: &'static str,
    /// One paragraph for `\d` and the manual.
    pub doc: &'static str,
    /// What its records are about.
    pub family: Family,
    /// Which records of the feed, if it is a table of the feed.
    pub feed: Option<Feed>,
    /// The service; `None` while its records are read from files alone.
    pub api: Option<Api>,
    /// Path below the version, with its leading slash.
    pub path: &'static str,
    /// Application permissions that reading needs.
    pub permissions: &'static [&'static str],
    /// The quota its requests count against.
    pub quota: Quota,
    /// SQL name of the column that holds the event's own time.
    pub time: &'static str,
    /// SQL name of the column that identifies a record within a tenant.
    pub key: &'static str,
    /// SQL names of the columns of which one says who did it, in every record.
    pub actors: &'static [&'static str],
    /// SQL name of the column that names the tenant, where records of several can come together.
    pub tenant: Option<&'static str>,
    /// Which of several differing copies of a record is the last.
    pub versions: Versions,
    /// How it pages.
    pub paging: Paging,
    /// The order in which the service is documented to list its records unasked; `None`: none is. Only where there is one
    /// can a chain of pages that broke off go on from the last time that it saw.
    pub listed: Option<Direction>,
    /// How many days back the service keeps records with every licence that it needs; `None`: without limit.
    pub reach_days: Option<u32>,
    /// The kinds that must be asked for one by one, if any.
    pub population: Option<Population>,
    /// The columns, in output order; `raw` is the last.
    pub columns: &'static [Column],
}

impl EntitySet {
    /// The top-level column of that SQL name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Position of the top-level column of that SQL name.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// `schema.name`, as SQL writes it.
    pub fn qualified(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }
}
