//! Which files an input means: a file, all exports of a folder, whatever a pattern matches, the files of an archive.
//!
//! What a folder or an archive holds besides is counted. What cannot even be listed is given as a file: opening it says why.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::Error;

/// How exports are named. A folder's other files are not read.
const NAMES: [&str; 4] = [".json", ".ndjson", ".jsonl", ".csv"];
/// How several are packed into one.
const ARCHIVE: &str = ".zip";
/// How they are packed.
const PACKED: [&str; 3] = ["", ".gz", ".zst"];
/// Folders in folders; more is a loop.
const MOST_FOLDERS: usize = 64;

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Its entry, if it is an archive: the position, and the name.
    pub entry: Option<(usize, String)>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        self.entry.as_ref().map_or(Ok(()), |(_, name)| write!(f, "/{name}"))
    }
}

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
        for path in listing.files {
            // One file has many spellings, and links to it.
            let new = known.insert(fs::canonicalize(&path).unwrap_or_else(|_| path.clone()));
            any |= !new || all.add(path);
        }
        if !any {
            return Err(Error::Empty { path: input.clone() });
        }
    }
    Ok(all)
}

impl Sources {
    /// Adds a file or the files of an archive; `false` if an archive holds none.
    fn add(&mut self, path: PathBuf) -> bool {
        let Ok(Some((entries, skipped))) = entries(&path) else {
            self.files.push(Source { path, entry: None });
            return true;
        };
        let any = !entries.is_empty();
        self.skipped.extend(skipped);
        self.files.extend(entries.into_iter().map(|entry| Source { path: path.clone(), entry: Some(entry) }));
        any
    }
}

/// What a folder or a pattern holds.
#[derive(Default)]
struct Listing {
    files: Vec<PathBuf>,
    skipped: Vec<Skipped>,
}

impl Skipped {
    /// Counts one more file.
    fn count(skipped: &mut Option<Self>, within: &Path, name: PathBuf) {
        let skipped = skipped.get_or_insert_with(|| Self { within: within.to_owned(), count: 0, first: name.clone() });
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
        Ok(_) => Ok(Listing { files: vec![path()], skipped: Vec::new() }),
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
            all.files.push(found);
        }
    }
    if all.files.is_empty() { Err(Error::Missing { path: path() }) } else { Ok(all) }
}

/// The exports of a folder and of those in it, by name. Hidden ones are left out.
fn folder(root: &Path) -> Result<Listing, Error> {
    let (mut files, mut skipped) = (Vec::new(), None);
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let listed = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(source) if depth == 0 => return Err(Error::Open { path: folder, source }),
            Err(_) => {
                files.push(folder);
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
                false if !is_folder && is_export(&name) && path.is_file() => files.push(path),
                false => {
                    let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
                    Skipped::count(&mut skipped, root, name);
                }
            }
        }
    }
    files.sort();
    Ok(Listing { files, skipped: skipped.into_iter().collect() })
}

fn is_export(name: &str) -> bool {
    name.ends_with(ARCHIVE)
        || NAMES.iter().any(|kind| PACKED.iter().any(|packed| name.ends_with(&format!("{kind}{packed}"))))
}

/// The exports of an archive, by position and name, and what else it holds.
type Entries = (Vec<(usize, String)>, Option<Skipped>);

/// What an archive holds; `None` if the file is none.
fn entries(path: &Path) -> io::Result<Option<Entries>> {
    let mut file = File::open(path)?;
    let mut magic = [0; 4];
    match io::Read::read_exact(&mut file, &mut magic) {
        Ok(()) if magic == *b"PK\x03\x04" => {}
        _ => return Ok(None),
    }
    let Ok(mut archive) = zip::ZipArchive::new(file) else { return Ok(None) };
    let (mut entries, mut skipped) = (Vec::new(), None);
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(io::Error::other)?;
        let name = entry.name().map_err(io::Error::other)?.into_owned();
        let hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        match entry.is_dir() || hidden {
            true => {}
            false if is_export(&name.to_lowercase()) => entries.push((at, name)),
            false => Skipped::count(&mut skipped, path, name.into()),
        }
    }
    entries.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(Some((entries, skipped)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_told_by_their_names() {
        for name in ["a.json", "pt1h.json.gz", "a.ndjson.zst", "a.jsonl", "a.csv", "a.zip"] {
            assert!(is_export(name), "{name}");
        }
        for name in ["readme.md", "a.json.bak", "a.evtx", "csv", "a.gz"] {
            assert!(!is_export(name), "{name}");
        }
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
        let all = Skipped { within: folder.path().to_owned(), count: 3, first: "c.txt".into() };
        assert_eq!(skipped(&[folder.path().to_owned()]), [all]);
        assert_eq!(skipped(&[path("a.json"), path("c.txt")]), []);
        let zip = |name: &str, names: &[&str]| {
            let mut archive = zip::ZipWriter::new(File::create(path(name)).unwrap());
            for name in names {
                archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            }
            archive.finish().unwrap();
            path(name)
        };
        let some = zip("some.zip", &["readme.txt", "a.json", "__MACOSX/x", "license"]);
        assert_eq!(skipped(std::slice::from_ref(&some)), [Skipped { within: some, count: 2, first: "license".into() }]);
        let none = zip("none.zip", &["readme.txt"]);
        assert!(matches!(sources(&[none]).unwrap_err(), Error::Empty { .. }));
        assert_eq!(sources(&[folder.path().to_owned()]).unwrap().skipped.len(), 3);
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
        assert_eq!(all.files, [Source { path: path("deep/a.json"), entry: None }]);
        assert_eq!(all.skipped, [Skipped { within: folder.path().to_owned(), count: 1, first: "link".into() }]);
    }
}
