//! Which files an input means: a file, all exports of a folder, whatever a pattern matches, the files of an archive.
//!
//! What a folder or an archive holds besides is counted. What is named like an export and cannot be read is given as a file
//! all the same: opening it says why. Nothing is opened that is no regular file: a pipe would block, and has its bytes once.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::archive::{self, Entry};
use super::error::Error;
use super::names::{self, is_export};
use super::source::{Part, Source, kind};
use super::unpack::is_spreadsheet;

/// Folders in folders; more is a loop.
const MOST_FOLDERS: usize = 64;

/// What inputs mean.
#[derive(Debug, Default)]
pub struct Sources {
    /// The files, each once, in the order of the inputs and by name within one.
    pub files: Vec<Source>,
    /// What was passed over.
    pub skipped: Vec<Skipped>,
}

/// Files of a folder or an archive that are not read, since nothing tells that they are exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The folder or archive.
    pub within: PathBuf,
    /// How many.
    pub count: u64,
    /// The first by name.
    pub first: PathBuf,
    /// They are spreadsheets, which could be exports if they were text.
    pub spreadsheets: bool,
}

/// The files that inputs mean.
///
/// # Errors
/// When an input means no file, or a folder cannot be read.
pub fn sources(inputs: &[PathBuf]) -> Result<Sources, Error> {
    let mut all = Sources::default();
    let mut known = HashSet::new();
    for input in inputs {
        let listing = files_of(input)?;
        all.skipped.extend(listing.skipped);
        let mut any = false;
        for file in listing.files {
            // One file has many spellings, and links to it.
            let new = known.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone()));
            any |= !new || all.add(file);
        }
        if !any {
            return Err(Error::Empty { path: input.clone() });
        }
    }
    Ok(all)
}

impl Sources {
    /// Adds a file or the files of an archive; `false` if an archive holds none.
    fn add(&mut self, file: Source) -> bool {
        let archive = (file.part == Part::Whole).then(|| exports(&file.path));
        let Some(Ok(Some(exports))) = archive else {
            self.files.push(file);
            return true;
        };
        let before = self.files.len();
        self.skipped.extend(exports.skipped.0.into_iter().flatten());
        let entry = |entry| Source { path: file.path.clone(), part: Part::Entry(entry) };
        self.files.extend(exports.entries.into_iter().map(entry));
        if exports.hides {
            let why = "two of its files have the same name, and one hides the other: unpack it, and use the folder";
            self.files.push(Source::unreadable(file.path.clone(), why));
        }
        self.files.len() > before
    }
}

/// What a folder or a pattern holds.
#[derive(Default)]
struct Listing {
    files: Vec<Source>,
    skipped: Vec<Skipped>,
}

/// What is passed over in one place: spreadsheets, and all else.
#[derive(Default)]
struct Passed([Option<Skipped>; 2]);

impl Passed {
    /// Counts one more file.
    fn count(&mut self, within: &Path, name: PathBuf) {
        let spreadsheets = names::is_spreadsheet(&name.to_string_lossy().to_lowercase());
        let first = || Skipped { within: within.to_owned(), count: 0, first: name.clone(), spreadsheets };
        let skipped = self.0[usize::from(spreadsheets)].get_or_insert_with(first);
        skipped.count += 1;
        if name < skipped.first {
            skipped.first = name;
        }
    }
}

fn files_of(input: &Path) -> Result<Listing, Error> {
    let path = || input.to_owned();
    match fs::metadata(input) {
        Ok(found) if found.is_dir() => folder(input),
        Ok(found) if !found.is_file() => Err(Error::NoFile { path: path(), kind: kind(found.file_type()) }),
        Ok(_) if is_spreadsheet(input) && exports(input).is_ok_and(|held| held.is_none()) => {
            Err(Error::Spreadsheet { path: path() })
        }
        Ok(_) => Ok(Listing { files: vec![Source::whole(path())], skipped: Vec::new() }),
        Err(_) if input.as_os_str() == "-" => Err(Error::NoFile { path: path(), kind: "standard input" }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => pattern(input),
        Err(source) => Err(Error::Open { path: path(), source }),
    }
}

fn pattern(input: &Path) -> Result<Listing, Error> {
    let path = || input.to_owned();
    let text =
        input.to_str().filter(|text| text.contains(['*', '?', '['])).ok_or_else(|| Error::Missing { path: path() })?;
    let matches = glob::glob(text).map_err(|source| Error::Pattern { path: path(), source })?;
    let mut all = Listing::default();
    for found in matches {
        let found = found.unwrap_or_else(|error| error.path().to_owned());
        if found.is_dir() {
            let listing = folder(&found)?;
            all.files.extend(listing.files);
            all.skipped.extend(listing.skipped);
        } else {
            all.files.push(Source::named(found));
        }
    }
    if all.files.is_empty() { Err(Error::Missing { path: path() }) } else { Ok(all) }
}

/// The exports of a folder and of those in it, by name. Hidden ones are left out.
fn folder(root: &Path) -> Result<Listing, Error> {
    let (mut files, mut passed) = (Vec::new(), Passed::default());
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let listed = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(source) if depth == 0 => return Err(Error::Open { path: folder, source }),
            Err(error) => {
                files.push(Source::unreadable(folder, error));
                continue;
            }
        };
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().to_lowercase());
            // Links to folders are not followed: they may lead back.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match name.starts_with('.') {
                true => {}
                false if is_folder && depth < MOST_FOLDERS => folders.push((path, depth + 1)),
                false if is_folder => files.push(Source::unreadable(path, "it is nested too deeply in folders")),
                false if is_export(&name) && !path.is_dir() => files.push(Source::named(path)),
                false => {
                    let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
                    passed.count(root, name);
                }
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Listing { files, skipped: passed.0.into_iter().flatten().collect() })
}

/// The exports of an archive, by name, and what else it holds.
struct Exports {
    entries: Vec<Entry>,
    hides: bool,
    skipped: Passed,
}

/// What an archive holds; `None` if the file is none, or a workbook, which is packed as one.
fn exports(path: &Path) -> io::Result<Option<Exports>> {
    let mut file = File::open(path)?;
    let mut magic = [0; archive::MAGIC.len()];
    match file.read_exact(&mut magic) {
        Ok(()) if magic == archive::MAGIC => {}
        _ => return Ok(None),
    }
    let archive::Directory { entries: all, hides } = archive::directory(file)?;
    let (mut entries, mut skipped) = (Vec::new(), Passed::default());
    for entry in all {
        let hidden = entry.name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        match is_export(&entry.name.to_lowercase()) {
            _ if hidden => {}
            true => entries.push(entry),
            false => skipped.count(path, entry.name.into()),
        }
    }
    if entries.is_empty() && is_spreadsheet(path) {
        return Ok(None);
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(Exports { entries, hides, skipped }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_exports_by_name_and_a_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        for name in ["b.json", "a.csv", "notes.txt", ".hidden.json", "deep/c.ndjson"] {
            fs::write(path(name), "").unwrap();
        }
        let names = |inputs: &[PathBuf]| -> Vec<String> {
            let inside = |s: Source| s.path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            sources(inputs).unwrap().files.into_iter().map(inside).collect()
        };
        assert_eq!(names(&[folder.path().to_owned()]), ["a.csv", "b.json", "deep/c.ndjson"]);
        assert_eq!(
            names(&[path("b.json"), path("*.json"), path("notes.txt")]),
            ["b.json", ".hidden.json", "notes.txt"]
        );
        for input in ["none.json", "none*.json"] {
            assert!(matches!(sources(&[path(input)]).unwrap_err(), Error::Missing { .. }), "{input}");
        }
        fs::create_dir(path("empty")).unwrap();
        assert!(matches!(sources(&[path("empty")]).unwrap_err(), Error::Empty { .. }));
    }

    #[test]
    fn what_is_passed_over_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("deep")).unwrap();
        for name in ["a.json", "d.log", "c.txt", ".hidden", "deep/b.gz"] {
            fs::write(path(name), "").unwrap();
        }
        let skipped = |inputs: &[PathBuf]| sources(inputs).unwrap().skipped;
        let one = |count, first: &str| Skipped {
            within: folder.path().to_owned(),
            count,
            first: first.into(),
            spreadsheets: names::is_spreadsheet(&first.to_lowercase()),
        };
        assert_eq!(skipped(&[folder.path().to_owned()]), [one(3, "c.txt")]);
        assert_eq!(skipped(&[path("a.json"), path("c.txt")]), []);
        for name in ["x.xlsx", "deep/AuditLog.XLSX", "y.ods"] {
            fs::write(path(name), "").unwrap();
        }
        assert_eq!(skipped(&[folder.path().to_owned()]), [one(3, "c.txt"), one(3, "deep/AuditLog.XLSX")]);
        let zip = |name: &str, names: &[&str]| {
            let mut archive = zip::ZipWriter::new(File::create(path(name)).unwrap());
            for name in names {
                archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            }
            archive.finish().unwrap();
            path(name)
        };
        let some = zip("some.zip", &["readme.txt", "a.json", "__MACOSX/x", "license"]);
        let passed = Skipped { within: some.clone(), count: 2, first: "license".into(), spreadsheets: false };
        assert_eq!(skipped(&[some]), [passed]);
        let none = zip("none.zip", &["readme.txt"]);
        assert!(matches!(sources(&[none]).unwrap_err(), Error::Empty { .. }));
        assert_eq!(sources(&[folder.path().to_owned()]).unwrap().skipped.len(), 4);
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
        let all = sources(&inputs).unwrap();
        assert_eq!(all.files, [Source::whole(path("deep/a.json"))]);
        let link = Skipped { within: folder.path().to_owned(), count: 1, first: "link".into(), spreadsheets: false };
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
            let Sources { files, skipped } = sources(&[input.to_owned()]).unwrap();
            assert!(skipped.is_empty(), "{skipped:?}");
            let told: Vec<_> = files.iter().map(|file| (file.path.file_name().unwrap(), &file.part)).collect();
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
            assert!(matches!(sources(&[path(name)]).unwrap_err(), Error::NoFile { .. }), "{name}");
        }
    }
}
