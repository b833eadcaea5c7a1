//! Why files cannot be read at all.

use std::path::PathBuf;

/// Why files cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such file or folder, or a pattern matches nothing.
    #[error("there is no file {}", path.display())]
    Missing {
        /// The path or pattern.
        path: PathBuf,
    },
    /// A folder or an archive holds no file that is named like an export.
    #[error("{} holds no export: .json, .ndjson, .jsonl or .csv, also as .gz, .zst, .bz2 or .xz, or in a .zip or .tar", path.display())]
    Empty {
        /// The folder or archive.
        path: PathBuf,
    },
    /// A folder or an archive holds no file at all.
    #[error("{} holds no file that could be a log", path.display())]
    Bare {
        /// The folder or archive.
        path: PathBuf,
    },
    /// Something that has its bytes once, or has none.
    #[error("{} is {kind}, but an input must be a file", path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// A file that only a spreadsheet program reads.
    #[error("{} is a spreadsheet", path.display())]
    Spreadsheet {
        /// The path.
        path: PathBuf,
    },
    /// A path is no pattern.
    #[error("{} is not a valid file pattern", path.display())]
    Pattern {
        /// The path.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: glob::PatternError,
    },
    /// A pattern goes back up from any folder.
    #[error("{} has '..' behind '**', which stands for any folder", path.display())]
    Upwards {
        /// The path.
        path: PathBuf,
    },
    /// More objects than anybody means.
    #[error("{} holds more than {most} objects", path.display())]
    TooMany {
        /// The bucket, what of it, or the pattern.
        path: PathBuf,
        /// How many are read at most.
        most: usize,
    },
    /// A file or folder cannot be opened.
    #[error("{} cannot be opened", path.display())]
    Open {
        /// The path.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
}
