//! A file to read, and what of it.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use super::archive::Entry;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// What of it.
    pub part: Part,
}

/// What of a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// A file of an archive.
    Entry(Entry),
    /// Nothing: it cannot be read, and this is why.
    Nothing(String),
}

impl Source {
    /// The whole of a file.
    pub fn whole(path: PathBuf) -> Self {
        Self { path, part: Part::Whole }
    }

    /// A file of which nothing can be read.
    pub(super) fn unreadable(path: PathBuf, why: impl fmt::Display) -> Self {
        Self { path, part: Part::Nothing(why.to_string()) }
    }

    /// A file that a folder or a pattern named, which may not be there, or be none.
    pub(super) fn named(path: PathBuf) -> Self {
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => Self::whole(path),
            Ok(found) => Self::unreadable(path, format_args!("it is {}, not a file", kind(found.file_type()))),
            Err(error) => Self::unreadable(path, error),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Part::Entry(entry) = &self.part { write!(f, "/{}", entry.name) } else { Ok(()) }
    }
}

/// What something is that is neither a file nor a folder.
pub(super) fn kind(found: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        match () {
            () if found.is_fifo() => return "a pipe",
            () if found.is_socket() => return "a socket",
            () if found.is_char_device() || found.is_block_device() => return "a device",
            () => {}
        }
    }
    if found.is_dir() { "a folder" } else { "something else" }
}
