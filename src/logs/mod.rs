//! Logs of one's own machines: which format a file has, and what stands in it as rows of typed fields.
//!
//! Nothing here knows SQL or files: a sample of the content decides the format and the fields, and a reader then takes the
//! bytes as they come and gives rows.

mod by_line;
mod column;
mod encoding;
mod error;
mod escapes;
mod field;
mod format;
mod formats;
mod line;
mod members;
mod names;
mod options;
mod pattern;
mod pieces;
mod recognise;
mod row;
mod sample;
mod table;
mod time;
#[cfg(test)]
mod trials;
mod usual;
mod xml;
mod years;
mod zone;

pub(crate) use column::is_as_written;
pub use error::Error;
pub use field::{Field, Kind};
pub use format::{Format, Layout, View};
pub use formats::ALL;
pub use options::Options;
pub use pieces::{Cut, Pieces};
pub use recognise::{Recognised, recognise};
pub use row::{Doubt, Reader, Sink, Value};
pub use sample::Sample;
