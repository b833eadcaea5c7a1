//! Which files the inputs mean: each once, those of an archive one by one.
//!
//! What a folder, a bucket or an archive holds besides is counted.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::fault::StoreFault;
use super::file_ref::{FileRef, Input, Part};
use super::listed::{Exports, Skipped};
use super::names::Meant;
use super::{bucket, local};

/// What inputs mean.
#[derive(Debug, Default)]
pub struct Sources {
    /// The files, each once, in the order of the inputs and by name within one.
    pub files: Vec<FileRef>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
}

/// The exports that inputs mean. Files block: call it where that is allowed.
///
/// # Errors
/// When an input means no file, or a folder or a bucket cannot be read.
pub fn sources(inputs: &[Input]) -> Result<Sources, Error> {
    listed(inputs, Meant::Exports)
}

/// The files that inputs mean, whatever they are called: logs. It blocks as [`sources`] does.
///
/// # Errors
/// As [`sources`].
pub fn all_sources(inputs: &[Input]) -> Result<Sources, Error> {
    listed(inputs, Meant::All)
}

fn listed(inputs: &[Input], meant: Meant) -> Result<Sources, Error> {
    let mut all = Sources::default();
    let mut known: HashSet<PathBuf> = HashSet::new();
    for input in inputs {
        let listing = match input {
            Input::Path(path) => local::files(path, meant)?,
            Input::Kept(path) => local::kept(path, meant)?,
            Input::Objects(bucket, prefix) => bucket::files(bucket, prefix, meant)?,
            Input::Matching(bucket, pattern) => bucket::matching(bucket, pattern, meant)?,
            Input::Closed(path, why) => return Err(closed(path, why)),
        };
        all.skipped.extend(listing.skipped);
        let mut any = false;
        for file in listing.files {
            // One file has many spellings, and links to it.
            let new = known.insert(file.place.identity());
            any |= !new || all.add(file, meant);
        }
        if !any {
            let path = input.shown();
            return Err(if meant == Meant::All { Error::Bare { path } } else { Error::Empty { path } });
        }
    }
    Ok(all)
}

/// The same without what only a store can tell, which is not asked.
///
/// # Errors
/// As [`sources`], and for what cannot be asked.
pub fn local_sources(inputs: &[Input]) -> Result<Sources, Error> {
    let shut = inputs.iter().find_map(|input| match input {
        Input::Closed(path, why) => Some(closed(path, why)),
        _ => None,
    });
    if let Some(error) = shut {
        return Err(error);
    }
    let paths: Vec<Input> =
        inputs.iter().filter(|input| matches!(input, Input::Path(_) | Input::Kept(_))).cloned().collect();
    sources(&paths)
}

fn closed(path: &Path, why: &StoreFault) -> Error {
    Error::Open { path: path.to_owned(), source: why.clone().into() }
}

impl Sources {
    /// Adds a file or the files of an archive; `false` if an archive holds none.
    fn add(&mut self, file: FileRef, meant: Meant) -> bool {
        let archive = (file.part == Part::Whole).then(|| Exports::of(&file.place, meant));
        let Some(Ok(Some(exports))) = archive else {
            self.files.push(file);
            return true;
        };
        let before = self.files.len();
        self.skipped.extend(exports.passed.into_skipped());
        let part = |part| FileRef { place: file.place.clone(), part };
        self.files.extend(exports.parts.into_iter().map(part));
        if let Some(why) = exports.flaw {
            self.files.push(FileRef::unreadable(file.place, why));
        }
        self.files.len() > before
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::super::listed::Why;
    use super::*;

    fn local(paths: &[PathBuf]) -> Result<Sources, Error> {
        let inputs: Vec<Input> = paths.iter().cloned().map(Input::Path).collect();
        sources(&inputs)
    }

    #[test]
    fn a_folder_gives_its_exports_by_name_and_a_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        for name in ["b.json", "a.csv", "notes.txt", ".hidden.json", "deep/c.ndjson"] {
            fs::write(path(name), "").unwrap();
        }
        let names = |inputs: &[PathBuf]| -> Vec<String> {
            let inside =
                |s: FileRef| s.place.shown().strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            local(inputs).unwrap().files.into_iter().map(inside).collect()
        };
        assert_eq!(names(&[folder.path().to_owned()]), ["a.csv", "b.json", "deep/c.ndjson"]);
        assert_eq!(
            names(&[path("b.json"), path("*.json"), path("notes.txt")]),
            ["b.json", ".hidden.json", "notes.txt"]
        );
        for input in ["none.json", "none*.json"] {
            assert!(matches!(local(&[path(input)]).unwrap_err(), Error::Missing { .. }), "{input}");
        }
        fs::create_dir(path("empty")).unwrap();
        assert!(matches!(local(&[path("empty")]).unwrap_err(), Error::Empty { .. }));
    }

    #[test]
    fn what_is_passed_over_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        for name in ["a.json", "d.log", "c.txt", ".hidden", "deep/b.gz"] {
            fs::write(path(name), "").unwrap();
        }
        let skipped = |inputs: &[PathBuf]| local(inputs).unwrap().skipped;
        let one = |count, first: &str| Skipped {
            within: folder.path().to_owned(),
            count,
            first: first.into(),
            why: match first {
                ".hidden" => Why::Hidden,
                first if super::super::names::is_spreadsheet(&first.to_lowercase()) => Why::Spreadsheets,
                _ => Why::Unlike,
            },
        };
        assert_eq!(skipped(&[folder.path().to_owned()]), [one(3, "c.txt"), one(1, ".hidden")]);
        assert_eq!(skipped(&[path("a.json"), path("c.txt")]), []);
        for name in ["x.xlsx", "deep/AuditLog.XLSX", "y.ods"] {
            fs::write(path(name), "").unwrap();
        }
        let all = [one(3, "c.txt"), one(3, "deep/AuditLog.XLSX"), one(1, ".hidden")];
        assert_eq!(skipped(&[folder.path().to_owned()]), all);
        let zip = |name: &str, names: &[&str]| {
            let mut archive = zip::ZipWriter::new(File::create(path(name)).unwrap());
            for name in names {
                archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            }
            archive.finish().unwrap();
            path(name)
        };
        let some = zip("some.zip", &["readme.txt", "a.json", "__MACOSX/x", "license"]);
        let passed = Skipped { within: some.clone(), count: 2, first: "license".into(), why: Why::Unlike };
        assert_eq!(skipped(&[some]), [passed]);
        let none = zip("none.zip", &["readme.txt"]);
        assert!(matches!(local(&[none]).unwrap_err(), Error::Empty { .. }));
        assert_eq!(local(&[folder.path().to_owned()]).unwrap().skipped.len(), 5);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_under_two_names_is_read_once_and_linked_folders_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        fs::write(path("deep/a.json"), "").unwrap();
        std::os::unix::fs::symlink(path("deep/a.json"), path("b.json")).unwrap();
        std::os::unix::fs::symlink(path("deep"), path("link")).unwrap();
        let inputs =
            [path("deep/a.json"), path("deep/../deep/./a.json"), path("link/a.json"), folder.path().to_owned()];
        let all = local(&inputs).unwrap();
        assert_eq!(all.files, [FileRef::whole(path("deep/a.json"))]);
        let link = Skipped { within: folder.path().to_owned(), count: 1, first: "link".into(), why: Why::Unlike };
        assert_eq!(all.skipped, [link]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_named_like_an_export_and_cannot_be_read_is_given_with_its_reason() {
        use std::os::unix::fs::symlink;
        use std::os::unix::net::UnixListener;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        symlink(path("nowhere"), path("dangling.json")).unwrap();
        symlink(path("loop.csv"), path("loop.csv")).unwrap();
        symlink("/dev/zero", path("zero.json.gz")).unwrap();
        let _socket = UnixListener::bind(path("socket.ndjson")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path("pipe.zip")).status().unwrap().success());
        let pattern = path("*[a-z]*");
        for input in [folder.path(), &pattern] {
            let Sources { files, skipped } = local(&[input.to_owned()]).unwrap();
            assert!(skipped.is_empty(), "{skipped:?}");
            let told: Vec<_> =
                files.iter().map(|file| (file.place.shown().file_name().unwrap().to_owned(), &file.part)).collect();
            for (name, word) in [
                ("dangling.json", "No such file"),
                ("loop.csv", "symbolic link"),
                ("pipe.zip", "a pipe, not a file"),
                ("socket.ndjson", "a socket, not a file"),
                ("zero.json.gz", "a device, not a file"),
            ] {
                let why = told.iter().find(|(own, _)| *own == name).map(|(_, part)| (*part).clone());
                assert!(matches!(&why, Some(Part::Nothing(why)) if why.contains(word)), "{name}: {told:?}");
            }
            assert_eq!(told.len(), 5);
        }
        for name in ["pipe.zip", "socket.ndjson", "zero.json.gz"] {
            assert!(matches!(local(&[path(name)]).unwrap_err(), Error::NoFile { .. }), "{name}");
        }
    }
}
