//! Why a connection that a session has besides the default one cannot be used.

use super::Error;

/// Why a connection cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    /// What describes it is wrong.
    #[error("{what}")]
    Described {
        /// What is wrong, in one clause that the connection is the subject of or that needs none.
        what: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// It could not be set up.
    #[error(transparent)]
    Failed(Box<Error>),
}
