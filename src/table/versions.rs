//! What tells which of several differing copies of a record is its last version.

use super::Column;

/// The evidence that copies of a record carry themselves. Without any, the copy that says most stands.
#[derive(Debug, Clone, Copy)]
pub struct Versions {
    /// When a copy was written or taken in, under the names that shapes of the record have for it. It is no column of the
    /// table, and a copy without it is older than one with it.
    pub written: Option<&'static Column>,
    /// The outcome, where a record is written before it is known.
    pub outcome: Option<Outcome>,
}

/// The outcome of something that goes in steps, all under one id.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// The column and the field of it that hold its code.
    pub path: [&'static str; 2],
    /// The codes of steps that another one follows, in ascending order.
    pub interim: &'static [i32],
}

impl Outcome {
    /// Whether nothing follows this code. One that is not known stands for a step that went wrong before it had one.
    pub fn is_final(&self, code: Option<i32>) -> bool {
        code.is_some_and(|code| self.interim.binary_search(&code).is_err())
    }
}
