//! What framing gives: a piece of text that may be a record.

/// The largest record. Real ones stay below a megabyte.
pub(super) const MAX_RECORD: usize = 64 << 20;

/// A candidate for a record, or why there is none.
pub(in crate::exports) enum Frame {
    /// In the buffer that was given, beginning on this line.
    Object(u64),
    /// Nothing that could be one begins on this line.
    Bad(u64, String),
}

/// Why a record is bad that exceeds [`MAX_RECORD`].
pub(super) fn too_long() -> String {
    format!("it is longer than {} MiB", MAX_RECORD >> 20)
}

/// Why there is nothing more of a stream that failed.
pub(super) fn failed(error: &std::io::Error) -> String {
    format!("the rest of the file cannot be read: {error}")
}
