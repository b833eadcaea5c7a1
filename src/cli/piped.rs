//! `--input -`: what comes on standard input, kept in a file, because a statement may read an input more than once.
//!
//! The file lies in a folder of the kind that a session has for its own: locked as long as it is in use, so that the next
//! run removes what this one leaves if it is killed. Answers call it standard input, not by the name of the file.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::args::{Args, Input};
use super::ending::{self, Meanwhile};
use crate::engine::EngineBuilder;
use crate::engine::leftovers::Folder;
use crate::report::{Exit, Report, with_room};

/// The name that stands for standard input.
const NAME: &str = "-";

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// The folder of what was kept, until it is taken away: by its owner, or by whoever ends the program at once.
#[derive(Debug, Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Option<Folder>>>);

impl Kept {
    /// Makes the folder. Whoever would remove it meanwhile waits until it is there.
    fn made_in(&self, parent: &Path) -> io::Result<PathBuf> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = Folder::new(parent)?;
        let path = folder.path().to_path_buf();
        *kept = Some(folder);
        Ok(path)
    }

    /// Removes it.
    pub(super) fn remove(&self) {
        let folder = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        // What cannot be removed now is removed by the next run.
        folder.into_iter().for_each(|folder| drop(folder.close()));
    }
}

/// Standard input, in a folder that is its owner's alone and goes with this.
#[derive(Debug)]
pub(super) struct Piped {
    path: PathBuf,
    kept: Kept,
    /// Ends the program in order until somebody else does.
    meanwhile: Option<Meanwhile>,
}

impl Drop for Piped {
    fn drop(&mut self) {
        self.kept.remove();
    }
}

impl Piped {
    /// Reads it to its end, if it is an input.
    pub(super) fn of(args: &Args) -> Result<Option<Self>, Report> {
        if !args.exports.iter().any(|path| path.as_os_str() == NAME) {
            return Ok(None);
        }
        let from_input = |input: &Input| matches!(input, Input::File(path) if path.as_os_str() == NAME);
        if args.inputs.iter().any(from_input) || args.inputs.is_empty() && args.saved.is_none() && args.page.is_none() {
            return Err(Report::new(
                Exit::Usage,
                "--input - reads records from standard input, where SQL would be read as well",
            )
            .hint("give the SQL with -c or -f FILE"));
        }
        if io::stdin().is_terminal() {
            return Err(Report::new(Exit::Usage, "--input - reads records from standard input, which is a terminal")
                .hint("pipe them in: gunzip -c logs.json.gz | auditql --input - -c 'SELECT …'"));
        }
        Self::keep(io::stdin().lock(), &std::env::temp_dir()).map(Some)
    }

    /// Keeps what a reader gives in a folder below `parent`.
    fn keep(from: impl Read, parent: &Path) -> Result<Self, Report> {
        let elsewhere = |what: String, error: &io::Error| Report::of_file(what, error).hint(with_room());
        let unkept =
            |error: &io::Error| elsewhere(format!("standard input cannot be kept in {}", parent.display()), error);
        // Who ends the program listens before there is anything to remove.
        let kept = Kept::default();
        let meanwhile = ending::meanwhile(&kept).map_err(|error| Report::chain(Exit::Bug, &error))?;
        let path = kept.made_in(parent).map_err(|error| unkept(&error))?.join("stdin");
        let piped = Self { path, kept, meanwhile: Some(meanwhile) };
        let bytes =
            copied(from, File::options().write(true).create_new(true).open(&piped.path)).map_err(
                |failed| match failed {
                    Failed::Reading(error) => Report::of_file("standard input cannot be read", &error),
                    Failed::Writing(error) => unkept(&error),
                },
            )?;
        if bytes == 0 {
            return Err(Report::new(Exit::Usage, "standard input is empty: no records came in")
                .hint("look at what the program before the pipe says"));
        }
        Ok(piped)
    }

    /// What whoever ends the program at once has to remove.
    pub(super) fn kept(&self) -> Kept {
        self.kept.clone()
    }

    /// Somebody else ends the program from now on.
    pub(super) fn handed_over(&mut self) {
        self.meanwhile = None;
    }
}

/// Which side of a copy failed.
enum Failed {
    Reading(io::Error),
    Writing(io::Error),
}

/// Copies to the end; the number of bytes.
fn copied(mut from: impl Read, to: io::Result<File>) -> Result<u64, Failed> {
    let mut to = to.map_err(Failed::Writing)?;
    let (mut piece, mut bytes) = (vec![0; PIECE], 0);
    loop {
        match from.read(&mut piece) {
            Ok(0) => return Ok(bytes),
            Ok(read) => {
                to.write_all(&piece[..read]).map_err(Failed::Writing)?;
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Failed::Reading(error)),
        }
    }
}

/// An engine that asks the inputs, the kept file for standard input.
pub(super) fn inputs(exports: &[PathBuf], piped: Option<&Piped>, builder: EngineBuilder) -> EngineBuilder {
    exports.iter().fold(builder, |builder, path| match piped.filter(|_| path == Path::new(NAME)) {
        Some(piped) => builder.kept_input(piped.path.clone()),
        None => builder.input(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that breaks.
    struct Broken;

    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("it broke"))
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn what_is_kept_goes_with_its_owner_and_at_the_latest_with_the_next() {
        let place = tempfile::tempdir().unwrap();
        let piped = Piped::keep(&b"{}"[..], place.path()).unwrap();
        assert_eq!(std::fs::read(&piped.path).unwrap(), b"{}");
        // Another run leaves it alone while it is in use.
        let other = Piped::keep(&b"{}"[..], place.path()).unwrap();
        assert_eq!(names(place.path()).len(), 2);
        drop(other);
        piped.kept().remove();
        assert_eq!(names(place.path()), [""; 0]);
        drop(piped);
        // One that was killed has left a folder whose lock nobody holds.
        let left = place.path().join("auditql-aaaaaaaaaaaa");
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join(".lock"), "").unwrap();
        std::fs::write(left.join("stdin"), "records").unwrap();
        drop(Piped::keep(&b"{}"[..], place.path()).unwrap());
        assert_eq!(names(place.path()), [""; 0]);
    }

    #[tokio::test]
    async fn what_cannot_be_kept_says_what_to_do_and_leaves_nothing() {
        let place = tempfile::tempdir().unwrap();
        let empty = Piped::keep(io::empty(), place.path()).unwrap_err();
        assert_eq!((empty.exit, empty.what.as_str()), (Exit::Usage, "standard input is empty: no records came in"));
        let nowhere = Piped::keep(&b"{}"[..], &place.path().join("none")).unwrap_err();
        assert!(nowhere.what.starts_with("standard input cannot be kept in ") && nowhere.hint.unwrap().contains("TMP"));
        let broken = Piped::keep(Broken, place.path()).unwrap_err();
        assert_eq!((broken.what.as_str(), broken.hint), ("standard input cannot be read", None));
        assert_eq!(names(place.path()), [""; 0]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_a_fault_of_the_writing_side() {
        let full = File::options().write(true).open("/dev/full");
        assert!(matches!(copied(&b"{}"[..], full), Err(Failed::Writing(_))));
    }
}
