//! Why a database says nothing.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;

use thiserror::Error;

/// A database cannot be used, or there is none.
#[derive(Debug, Error)]
pub enum Error {
    /// The setting names no file.
    #[error("no database of places and networks is configured")]
    Unset,
    /// None of the databases is about what is asked.
    #[error("none of the databases has {about}: {}", listed(have))]
    Lacks {
        /// What was asked.
        about: &'static str,
        /// The files, and what they call themselves.
        have: Vec<(PathBuf, String)>,
    },
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// It is a folder, a pipe or a device.
    #[error("{} is no regular file", path.display())]
    NoFile {
        /// What it was taken for.
        path: PathBuf,
    },
    /// The file is too large to be held in memory.
    #[error("{} is larger than {} MiB", path.display(), most >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Most bytes.
        most: u64,
    },
    /// The file is of another format, or cut off.
    #[error("{} is no database in MaxMind's format: {why}", path.display())]
    NoDatabase {
        /// The file.
        path: PathBuf,
        /// What its reader says.
        why: String,
    },
    /// A record of the database is damaged, or not as such databases have it.
    #[error("{} cannot be read at {address}: {why}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The address that was looked up.
        address: IpAddr,
        /// What is wrong with it.
        why: String,
    },
}

fn listed(have: &[(PathBuf, String)]) -> String {
    let each = have.iter().map(|(path, kind)| format!("{} is {kind}", path.display()));
    each.collect::<Vec<_>>().join(", ")
}
