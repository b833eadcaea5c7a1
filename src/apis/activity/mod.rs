//! The Management Activity feed: a table for each content type, one of all, and the enumerations of its records.
//!
//! Source: schema page of the Management Activity API, and published records, which go first where they disagree with it.

mod audit_search;
mod codes;
pub(in crate::apis) mod common;
pub mod content;
pub(in crate::apis) mod derive;
mod directory;
mod dlp;
mod exchange;
mod general;
mod record_types;
mod sensitive;
mod sharepoint;

pub use audit_search::AUDIT_SEARCH;
pub use codes::{AUDIT_SCOPES, LOGON_TYPES, USER_TYPES};
pub use directory::AZURE_ACTIVE_DIRECTORY;
pub use dlp::DLP;
pub use exchange::EXCHANGE;
pub use general::GENERAL;
pub use record_types::{RECORD_TYPES, name_for_graph};
pub use sensitive::DLP_SENSITIVE_TYPES;
pub use sharepoint::SHAREPOINT;

use crate::table::{Column, EntitySet, Family, Feed, RAW, Source, Versions, joined};
use common::COMMON;

/// All records of the feed.
pub static ACTIVITY: EntitySet = content(
    "activity",
    "Every record of the unified audit log, whatever its workload, with the fields that all of them have.",
    &[],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + 1] = joined(&[COMMON, &[RAW]]);

/// A table of content types.
const fn content(
    name: &'static str,
    doc: &'static str,
    content_types: &'static [&'static str],
    columns: &'static [Column],
) -> EntitySet {
    feed_table("m365", name, doc, (content_types, &[]), columns)
}

/// A table of the feed.
pub(in crate::apis) const fn feed_table(
    schema: &'static str,
    name: &'static str,
    doc: &'static str,
    (content_types, record_types): (&'static [&'static str], &'static [i32]),
    columns: &'static [Column],
) -> EntitySet {
    EntitySet {
        schema,
        name,
        doc,
        family: Family::Activity,
        source: Source::Feed(Feed {
            content_types,
            record_types,
            permissions: &["ActivityFeed.Read"],
            retention_days: 7,
        }),
        time: Some("creation_time"),
        key: "id",
        actors: &["user_id", "user_key"],
        within: Some("organization_id"),
        // An event is over when it is recorded. What comes later says more, not something else.
        versions: Versions { written: None, outcome: None },
        columns,
    }
}
