//! What can be asked for, and a file to read.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::{ObjectMeta, ObjectStore};

use super::archive::Entry;
use super::fault::StoreFault;
use super::names;
use super::opened::Opened;
use super::place::{Bucket, Place, STANDARD_INPUT};
use super::tar::Member;

/// Where files are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file of this machine, all exports of a folder, or whatever a pattern matches.
    Path(PathBuf),
    /// A file of this machine that holds what came on standard input: nobody knows it by its name.
    #[cfg_attr(not(feature = "cli"), allow(dead_code, reason = "only the program has a standard input"))]
    Kept(PathBuf),
    /// An object of a bucket, or all exports among the objects whose location begins with these parts.
    Objects(Bucket, object_store::path::Path),
    /// The objects of a bucket that a pattern matches, and those below what it matches.
    Matching(Bucket, glob::Pattern),
    /// What is called so and cannot be asked: whoever reads it is told why.
    Closed(PathBuf, StoreFault),
}

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// Where it lies.
    pub(super) place: Place,
    /// What of it is read.
    pub(super) part: Part,
}

/// What of a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// A file of a zip archive.
    Entry(Entry),
    /// A file of a tape archive.
    Member(Member),
    /// Nothing: it cannot be read, and this is why.
    Nothing(String),
}

impl FileRef {
    /// The whole of a file.
    pub fn whole(path: impl Into<PathBuf>) -> Self {
        Self::all(Place::Path(path.into()))
    }

    pub(super) fn all(place: Place) -> Self {
        Self { place, part: Part::Whole }
    }

    /// A file of which nothing can be read.
    pub(super) fn unreadable(place: Place, why: impl fmt::Display) -> Self {
        Self { place, part: Part::Nothing(why.to_string()) }
    }

    /// Its own name, without that of what packs it: `access.log` of `logs/access.log.gz`.
    pub fn file_name(&self) -> String {
        let path = match &self.part {
            Part::Entry(Entry { name, .. }) | Part::Member(Member { name, .. }) => PathBuf::from(name),
            _ => self.place.shown(),
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        names::unpacked(&name).to_owned()
    }

    /// Its path, if it is the whole of a file of this machine.
    pub fn path(&self) -> Option<&Path> {
        match (&self.place, &self.part) {
            (Place::Path(path) | Place::Kept(path), Part::Whole) => Some(path),
            _ => None,
        }
    }

    /// What it is in a store of objects, if it is a whole object.
    pub fn object(&self) -> Option<(Arc<dyn ObjectStore>, ObjectMeta)> {
        match (&self.place, &self.part) {
            (Place::Object(bucket, listed), Part::Whole) => Some((Arc::clone(&bucket.store), listed.clone())),
            _ => None,
        }
    }

    /// Whether it begins so as it lies there, and not in a packing.
    pub fn begins_with(&self, magic: &[u8]) -> bool {
        let mut begin = vec![0; magic.len()];
        let read = Opened::open(&self.place).and_then(|mut file| file.read_exact(&mut begin));
        self.part == Part::Whole && read.is_ok() && begin == magic
    }

    /// Whether it lies in a store of objects.
    pub fn is_stored(&self) -> bool {
        matches!(self.place, Place::Object(..))
    }

    /// Whether it can be read more than once.
    pub fn is_file(&self) -> bool {
        self.place.is_file()
    }
}

impl fmt::Display for FileRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place)?;
        match &self.part {
            Part::Entry(Entry { name, .. }) | Part::Member(Member { name, .. }) => write!(f, "/{name}"),
            Part::Whole | Part::Nothing(_) => Ok(()),
        }
    }
}

impl Input {
    /// What it is called.
    pub(super) fn shown(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.clone(),
            Self::Kept(_) => STANDARD_INPUT.into(),
            Self::Objects(bucket, prefix) => bucket.named(prefix),
            Self::Matching(bucket, pattern) => bucket.named(pattern),
            Self::Closed(name, _) => name.clone(),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shown().display())
    }
}
