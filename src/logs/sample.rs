//! What is seen of a file before it is read.

/// The beginning of a file, unpacked.
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    /// The file's own name, without that of what packs it: `access.log` of `access.log.gz`.
    pub name: &'a str,
    /// Its first bytes, up to [`Sample::SIZE`].
    pub head: &'a [u8],
    /// Whether that is all of it.
    pub is_whole: bool,
    /// When the file was last changed, in microseconds UTC, if that is known: a log without a year is of the year before it.
    pub modified: Option<i64>,
}

impl Sample<'_> {
    /// Bytes that are looked at.
    pub const SIZE: usize = 1 << 20;

    /// The extension in lower case; empty, if there is none.
    pub fn extension(&self) -> String {
        self.name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_ascii_lowercase())
    }
}
