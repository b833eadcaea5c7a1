//! Columns under construction: values of declared types into Arrow arrays, and what could not be one.

mod builder;
mod conflict;
mod list;
mod names;
mod nested;
mod notes;
mod strangers;
mod string_views;

pub(super) use builder::Builder;
pub(super) use conflict::Conflicts;
pub use conflict::{Conflict, Oddity};
pub(super) use nested::Object;
pub(super) use notes::Made;
pub use strangers::{Declared, Strange, Undeclared};
pub(super) use string_views::{finish_string_views, string_views};
