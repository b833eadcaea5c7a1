//! Sets whose records tell how many records another set has.

use super::EntitySet;

/// A set with a number for each day: how many records of another set the service counted on it.
#[derive(Debug)]
pub struct DayCounts {
    /// Whose records are counted.
    pub of: &'static EntitySet,
    /// Whose records tell.
    pub by: &'static EntitySet,
    /// SQL name of the column with the day: its first instant, UTC.
    pub day: &'static str,
    /// SQL name of the column with the number.
    pub count: &'static str,
    /// What is not known of the number, as a clause.
    pub unknown: &'static str,
}
