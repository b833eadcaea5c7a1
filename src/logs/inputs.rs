//! Which files an input means: a file, all exports of a folder, whatever a pattern matches, the files of an archive.

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

/// The files that inputs mean, each once, in the order of the inputs and by name within one.
///
/// # Errors
/// When an input means no file, or a folder cannot be read.
pub fn sources(inputs: &[PathBuf]) -> Result<Vec<Source>, Error> {
    let mut files: Vec<PathBuf> = Vec::new();
    for input in inputs {
        for file in files_of(input)? {
            if !files.contains(&file) {
                files.push(file);
            }
        }
    }
    let mut sources = Vec::new();
    for path in files {
        match entries(&path).map_err(|source| Error::Open { path: path.clone(), source })? {
            None => sources.push(Source { path, entry: None }),
            Some(entries) => {
                sources.extend(entries.into_iter().map(|entry| Source { path: path.clone(), entry: Some(entry) }));
            }
        }
    }
    Ok(sources)
}

fn files_of(input: &Path) -> Result<Vec<PathBuf>, Error> {
    let path = || input.to_owned();
    match fs::metadata(input) {
        Ok(found) if found.is_dir() => {
            let files = folder(input)?;
            if files.is_empty() { Err(Error::Empty { path: path() }) } else { Ok(files) }
        }
        Ok(_) => Ok(vec![path()]),
        Err(error) if error.kind() == io::ErrorKind::NotFound => pattern(input),
        Err(source) => Err(Error::Open { path: path(), source }),
    }
}

fn pattern(input: &Path) -> Result<Vec<PathBuf>, Error> {
    let path = || input.to_owned();
    let text =
        input.to_str().filter(|text| text.contains(['*', '?', '['])).ok_or_else(|| Error::Missing { path: path() })?;
    let matches = glob::glob(text).map_err(|source| Error::Pattern { path: path(), source })?;
    let mut files = Vec::new();
    for found in matches {
        let found = found.map_err(|error| Error::Open { path: error.path().to_owned(), source: error.into() })?;
        if found.is_dir() { files.extend(folder(&found)?) } else { files.push(found) }
    }
    if files.is_empty() { Err(Error::Missing { path: path() }) } else { Ok(files) }
}

/// The exports of a folder and of those in it, by name. Hidden ones are left out.
fn folder(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let failed = |source| Error::Open { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().to_lowercase();
            // Links to folders are not followed: they may lead back.
            let kind = entry.file_type().map_err(failed)?;
            match name.starts_with('.') {
                true => {}
                false if kind.is_dir() && depth < MOST_FOLDERS => folders.push((entry.path(), depth + 1)),
                false if !kind.is_dir() && is_export(&name) && entry.path().is_file() => files.push(entry.path()),
                false => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

fn is_export(name: &str) -> bool {
    name.ends_with(ARCHIVE)
        || NAMES.iter().any(|kind| PACKED.iter().any(|packed| name.ends_with(&format!("{kind}{packed}"))))
}

/// The files of an archive; `None` if the file is none.
fn entries(path: &Path) -> io::Result<Option<Vec<(usize, String)>>> {
    let mut file = File::open(path)?;
    let mut magic = [0; 4];
    match io::Read::read_exact(&mut file, &mut magic) {
        Ok(()) if magic == *b"PK\x03\x04" => {}
        _ => return Ok(None),
    }
    let Ok(mut archive) = zip::ZipArchive::new(file) else { return Ok(None) };
    let mut entries = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(io::Error::other)?;
        let name = entry.name().map_err(io::Error::other)?.into_owned();
        let hidden = name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
        if !entry.is_dir() && !hidden && is_export(&name.to_lowercase()) {
            entries.push((at, name));
        }
    }
    entries.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(Some(entries))
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
            sources(inputs).unwrap().into_iter().map(inside).collect()
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
}
