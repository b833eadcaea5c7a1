//! `defender.submissions`: mail, links and files that were handed in for analysis (record type 29).
//!
//! Source: schema page, "Submission schema", which lists the operations and no members; no record was published. What a
//! record holds besides the common schema is in `raw`.

use crate::apis::activity::common::COMMON;
use crate::table::{Column, EntitySet, RAW, joined};

/// What administrators and users handed in.
pub static SUBMISSIONS: EntitySet = super::threat(
    "submissions",
    "Mail, links and files that users or administrators handed in for analysis; operation says how far it is.",
    &[29],
    &COLUMNS,
);

static COLUMNS: [Column; COMMON.len() + 1] = joined(&[COMMON, &[RAW]]);
