//! Tables of Defender for Office 365: records of the feed's `Audit.General`, told apart by their record type.

mod alerts;
mod email_events;
mod file_events;
mod investigations;
mod submissions;
mod url_clicks;

pub use alerts::ALERTS;
pub use email_events::EMAIL_EVENTS;
pub use file_events::FILE_EVENTS;
pub use investigations::INVESTIGATIONS;
pub use submissions::SUBMISSIONS;
pub use url_clicks::URL_CLICKS;

use super::activity::feed_table;
use crate::table::{Codes, Column, EntitySet};

/// A table of some record types.
const fn threat(
    name: &'static str,
    doc: &'static str,
    record_types: &'static [i32],
    columns: &'static [Column],
) -> EntitySet {
    feed_table("defender", name, doc, (&["Audit.General"], record_types), columns)
}

/// `FileVerdict`.
static FILE_VERDICTS: Codes = Codes::of(
    "What was found in a file.",
    &[(-3, "Pending", ""), (-2, "Timeout", ""), (-1, "Error", ""), (0, "Good", ""), (1, "Bad", "")],
);
