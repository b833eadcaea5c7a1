//! Where a file lies: on this machine, or in a store of objects such as a bucket.
//!
//! Behind its first byte a file is the same wherever it lies. Before it, a path is asked as a path and not by way of
//! `object_store`'s `LocalFileSystem`, which cannot tell what has to be told of local files. It opens a pipe and waits for its
//! writer, passes over links that lead nowhere, follows those to folders, ends a listing at the first name that is no UTF-8,
//! and has no word for a file named `a#1`. And on a thread that may block, where files are read, it takes a second such thread
//! for each call: where a host's runtime has only a few, both wait for ever.

use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt as _};

use super::fault::StoreFault;
use super::heads::Heads;
use crate::causes;

/// A store of objects.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Whether it can say what it holds; a web server cannot.
    pub(super) lists: bool,
    /// How objects begin that were looked at.
    pub(super) heads: Arc<Heads>,
    name: Arc<str>,
    /// What is behind the names of its files where they are shown.
    mark: Arc<str>,
}

impl Bucket {
    /// A store, and what it is called where one of its objects is named, such as `s3://evidence`.
    pub fn new(store: Arc<dyn ObjectStore>, name: &str) -> Self {
        Self { store, lists: true, heads: Arc::default(), name: name.into(), mark: "".into() }
    }

    /// The same for a store that gives objects by their names and cannot list them.
    #[cfg(feature = "https")]
    pub(crate) fn without_listing(store: Arc<dyn ObjectStore>, name: &str) -> Self {
        Self { lists: false, ..Self::new(store, name) }
    }

    /// The same with something behind the names of its files.
    #[must_use]
    pub(crate) fn marked(self, mark: &str) -> Self {
        Self { mark: mark.into(), ..self }
    }

    /// What an object is called.
    pub(super) fn named(&self, location: impl fmt::Display) -> PathBuf {
        format!("{}/{location}{}", self.name, self.mark).into()
    }
}

impl PartialEq for Bucket {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && Arc::ptr_eq(&self.store, &other.store)
    }
}

impl Eq for Bucket {}

/// What a file is called that holds what came there.
pub(super) const STANDARD_INPUT: &str = "standard input";

/// Where a file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// On this machine.
    Path(PathBuf),
    /// On this machine, where standard input was kept: it is called that and not by the name of the file.
    Kept(PathBuf),
    /// In a bucket, where it was this object when it was listed.
    Object(Bucket, ObjectMeta),
}

/// What tells one state of a file from another: its length, when it was written last, and its tag. That of a store is what the
/// store says; that of this machine is which file it is and when anything of it was changed, which no program sets as it likes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    length: u64,
    written: Option<SystemTime>,
    tag: Option<String>,
}

impl State {
    fn of_path(path: &std::path::Path) -> io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self { length: found.len(), written: found.modified().ok(), tag: tag(&found) })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn written(&self) -> Option<SystemTime> {
        self.written
    }

    fn of_object(found: ObjectMeta) -> Self {
        Self { length: found.size, written: Some(found.last_modified.into()), tag: found.e_tag }
    }
}

/// Device, number and time of change of a file.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell it")]
fn tag(found: &fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    Some(format!("{:x}:{:x} {}.{:09}", found.dev(), found.ino(), found.ctime(), found.ctime_nsec()))
}

#[cfg(not(unix))]
fn tag(_: &fs::Metadata) -> Option<String> {
    None
}

impl Place {
    /// The state in which the file is read: an object as it was listed, anything else as it is.
    pub(super) fn state(&self) -> io::Result<State> {
        match self {
            Self::Path(path) | Self::Kept(path) => State::of_path(path),
            Self::Object(_, listed) => Ok(State::of_object(listed.clone())),
        }
    }

    /// The state in which the file is now.
    pub(super) fn present_state(&self) -> io::Result<State> {
        match self {
            Self::Path(path) | Self::Kept(path) => State::of_path(path),
            Self::Object(bucket, listed) => {
                wait(bucket.store.head(&listed.location)).map(State::of_object).map_err(told)
            }
        }
    }

    /// The path or the object as one name.
    pub(super) fn shown(&self) -> PathBuf {
        match self {
            Self::Path(path) => path.clone(),
            Self::Kept(_) => STANDARD_INPUT.into(),
            Self::Object(bucket, listed) => bucket.named(&listed.location),
        }
    }

    /// The name that it has whatever its spelling.
    pub(super) fn identity(&self) -> PathBuf {
        match self {
            Self::Path(path) | Self::Kept(path) => fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
            Self::Object(..) => self.shown(),
        }
    }

    /// Whether its bytes can be read more than once.
    pub(super) fn is_file(&self) -> bool {
        match self {
            Self::Path(path) | Self::Kept(path) => fs::metadata(path).is_ok_and(|found| found.is_file()),
            Self::Object(..) => true,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.shown().display())
    }
}

/// Waits for a store, on a thread that may block.
///
/// Not by the runtime's own `block_on`, which refuses the thread on which statements are planned, since a future of theirs
/// is already waited for there. What is waited for is driven by the runtime's other threads; and it has no share in the
/// budget of that outer future, which is not renewed before it goes on.
pub(super) fn wait<F: Future>(work: F) -> F::Output {
    futures::executor::block_on(tokio::task::coop::unconstrained(work))
}

/// What a store says, in words for who asked for a file.
pub(crate) fn told(error: object_store::Error) -> io::Error {
    use object_store::Error as E;
    if let Some(fault) = StoreFault::of(&error) {
        return fault.clone().into();
    }
    let changed = causes::chain(&error).any(|cause| matches!(cause.downcast_ref::<E>(), Some(E::Precondition { .. })));
    match error {
        _ if changed => StoreFault::Changed.into(),
        E::NotFound { .. } => io::Error::new(io::ErrorKind::NotFound, "there is no such object"),
        E::PermissionDenied { .. } | E::Unauthenticated { .. } => {
            io::Error::new(io::ErrorKind::PermissionDenied, "the store does not let it be read")
        }
        E::InvalidPath { source } => {
            io::Error::other(format!("the store lists an object by a name that it cannot be asked by: {source}"))
        }
        E::Generic { source, .. } => io::Error::other(source),
        other => other.into(),
    }
}
