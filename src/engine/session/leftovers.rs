//! What a process that was killed has left on disk: found by its name, told from what is in use by a lock, and removed.
//!
//! Whoever makes such a file holds a lock on it, which the system lets go of when the process ends, however it ends. A file
//! that can be locked belongs to nobody any more. Nothing else is ever removed: no name without the lock, no lock without
//! the name, and nothing of another user. Where the file system has no locks, all of it stays.

use std::fs::{self, File, Metadata, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Random letters and digits in a name: more than a person would type.
pub(crate) const LETTERS: usize = 12;
/// How the folder of a session begins.
const FOLDER: &str = "auditql-";
/// Stands in such a folder, and is locked as long as it is in use.
const LOCK: &str = ".lock";

/// A folder that only its owner can enter, which goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    /// The first to go: elsewhere than on Unix what is open cannot be removed.
    lock: File,
    folder: TempDir,
}

impl Folder {
    /// Makes one, and removes those of processes that were killed.
    pub(crate) fn new(parent: &Path) -> io::Result<Self> {
        loop {
            let mut builder = tempfile::Builder::new();
            builder.prefix(FOLDER).rand_bytes(LETTERS);
            #[cfg(unix)]
            builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
            let folder = builder.tempdir_in(parent)?;
            let lock = File::options().write(true).create_new(true).open(folder.path().join(LOCK))?;
            if is_held(&lock) {
                sweep_folders(parent, &lock);
                return Ok(Self { lock, folder });
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes it, and says if that fails.
    pub(crate) fn close(self) -> io::Result<()> {
        drop(self.lock);
        self.folder.close()
    }
}

/// Takes the lock on a file that was just made. `false`: somebody who sweeps came first, and it is gone.
pub(crate) fn is_held(file: &File) -> bool {
    match file.try_lock() {
        Ok(()) => file.metadata().is_ok_and(|found| is_linked(&found)),
        Err(TryLockError::WouldBlock) => false,
        Err(TryLockError::Error(_)) => true,
    }
}

/// Removes the folders that sessions have left. Ours is a file of our own: what others own is theirs.
fn sweep_folders(parent: &Path, ours: &File) {
    for folder in named(parent, FOLDER, "") {
        let Some(_lock) = abandoned(&folder.join(LOCK), ours) else { continue };
        // What cannot be removed now is tried again by the next.
        let _ = fs::remove_dir_all(folder);
    }
}

/// Removes the files that were begun beside one of ours and never finished, by how their names begin and end.
#[cfg(feature = "cli")]
pub(crate) fn sweep_files(parent: &Path, [begin, end]: [&str; 2], ours: &File) {
    for file in named(parent, begin, end) {
        let Some(_lock) = abandoned(&file, ours) else { continue };
        let _ = fs::remove_file(file);
    }
}

/// What in a folder is called so, with as many letters and digits between.
fn named(parent: &Path, begin: &str, end: &str) -> Vec<PathBuf> {
    let is_ours = |name: &str| {
        let letters = name.strip_prefix(begin).and_then(|name| name.strip_suffix(end));
        letters.is_some_and(|letters| letters.len() == LETTERS && letters.bytes().all(|b| b.is_ascii_alphanumeric()))
    };
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    // A link by such a name is not ours.
    let entries = entries.filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()));
    entries.filter(|entry| entry.file_name().to_str().is_some_and(is_ours)).map(|entry| entry.path()).collect()
}

/// The lock on a file that nobody holds; `None` if somebody does, or it is not ours.
fn abandoned(path: &Path, ours: &File) -> Option<File> {
    let found = fs::symlink_metadata(path).ok().filter(Metadata::is_file)?;
    ours.metadata().ok().filter(|ours| owner(ours) == owner(&found))?;
    let file = File::options().read(true).write(true).open(path).ok()?;
    file.try_lock().ok().map(|()| file)
}

#[cfg(unix)]
fn is_linked(found: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(found) > 0
}

#[cfg(not(unix))]
fn is_linked(_: &Metadata) -> bool {
    true
}

#[cfg(unix)]
fn owner(found: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(found)
}

/// Elsewhere temporary files are in the user's own folder.
#[cfg(not(unix))]
fn owner(_: &Metadata) -> u32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: [&str; 2] = [".begun-", ".part"];

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        let ours = File::create(path("ours")).unwrap();
        // Left behind; in use; and what only looks like it.
        fs::write(path(".begun-aaaaaaaaaaaa.part"), "x").unwrap();
        let held = File::create(path(".begun-bbbbbbbbbbbb.part")).unwrap();
        assert!(is_held(&held) && !is_held(&File::open(path(".begun-bbbbbbbbbbbb.part")).unwrap()));
        let others = [".begun-backup.part", ".begun-aaaaaaaaaaaa.part.old", ".begun-aaaaaaaaaaa-.part", "begun"];
        others.iter().for_each(|name| fs::write(path(name), "x").unwrap());
        fs::create_dir(path(".begun-dddddddddddd.part")).unwrap();
        sweep_files(place.path(), NAME, &ours);
        let mut left: Vec<&str> = vec![".begun-bbbbbbbbbbbb.part", ".begun-dddddddddddd.part", "ours"];
        left.extend(others);
        left.sort_unstable();
        assert_eq!(names(place.path()), left);
        drop(held);
        sweep_files(place.path(), NAME, &ours);
        assert!(!path(".begun-bbbbbbbbbbbb.part").exists());
    }

    #[test]
    fn a_session_removes_the_folders_of_dead_ones_and_its_own() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        for name in ["auditql-aaaaaaaaaaaa", "auditql-bbbbbbbbbbbb", "auditql-backup", "auditql-backup/deep"] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("t.parquet"), "rows").unwrap();
        }
        for name in ["auditql-aaaaaaaaaaaa", "auditql-backup"] {
            fs::write(path(name).join(LOCK), "").unwrap();
        }
        let living = Folder::new(place.path()).unwrap();
        assert_eq!(names(place.path()).len(), 3, "one without a lock was never a session's: {:?}", names(place.path()));
        assert!(!path("auditql-aaaaaaaaaaaa").exists());
        let other = Folder::new(place.path()).unwrap();
        assert!(living.path().join(LOCK).exists() && other.path().exists());
        living.close().unwrap();
        drop(other);
        assert_eq!(names(place.path()), ["auditql-backup", "auditql-bbbbbbbbbbbb"]);
    }

    #[test]
    fn who_is_swept_before_the_lock_was_taken_knows_it() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a");
        let file = File::create(&path).unwrap();
        let sweeper = File::open(&path).unwrap();
        sweeper.lock().unwrap();
        assert!(!is_held(&file));
        fs::remove_file(&path).unwrap();
        drop(sweeper);
        assert_eq!(is_held(&file), cfg!(not(unix)));
    }
}
