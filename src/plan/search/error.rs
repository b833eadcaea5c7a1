//! Why what a search found cannot be read to its end.

/// Why what a search found cannot be read to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A page goes on lacking records that it says it has.
    #[error("a page of the audit search holds {found} record(s) and says that it has {count}, in every reply")]
    Short {
        /// What it says.
        count: u64,
        /// What it holds.
        found: usize,
    },
    /// The service sent a link that was followed before.
    #[error("the service linked to a page of the audit search that was already read: its pages form a loop")]
    Circle,
    /// Pages without end that bring nothing new.
    #[error("the service sent {0} pages of the audit search in a row that brought nothing new")]
    NothingNew(u32),
    /// Readings of the same search differ.
    #[error("the audit search was read {0} times, and no two readings brought the same records")]
    Unsteady(u8),
}
