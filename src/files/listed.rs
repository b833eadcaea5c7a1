//! What an input or an archive holds: files to read, and what is passed over.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::archive::{self, Entry};
use super::file_ref::FileRef;
use super::names::{self, Meant};
use super::opened::Opened;
use super::place::Place;
use super::unpack::is_spreadsheet;

/// Files of a folder, a bucket or an archive that are not read, since nothing tells that they are exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The folder, the bucket or the archive.
    pub within: PathBuf,
    /// How many.
    pub count: u64,
    /// The first by name.
    pub first: PathBuf,
    /// They are spreadsheets, which could be exports if they were text.
    pub spreadsheets: bool,
}

/// What an input holds.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) files: Vec<FileRef>,
    pub(super) skipped: Vec<Skipped>,
}

impl Listing {
    /// These files in the order of their names.
    pub(super) fn by_name(mut files: Vec<FileRef>, passed: Passed) -> Self {
        files.sort_by_cached_key(|file| file.place.shown());
        Self { files, skipped: passed.into_skipped().collect() }
    }
}

/// What is passed over in one place: spreadsheets, and all else.
#[derive(Default)]
pub(super) struct Passed([Option<Skipped>; 2]);

impl Passed {
    /// Counts one more file.
    pub(super) fn count(&mut self, within: &Path, name: PathBuf) {
        let spreadsheets = names::is_spreadsheet(&name.to_string_lossy().to_lowercase());
        let first = || Skipped { within: within.to_owned(), count: 0, first: name.clone(), spreadsheets };
        let skipped = self.0[usize::from(spreadsheets)].get_or_insert_with(first);
        skipped.count += 1;
        if name < skipped.first {
            skipped.first = name;
        }
    }

    /// What was counted.
    pub(super) fn into_skipped(self) -> impl Iterator<Item = Skipped> {
        self.0.into_iter().flatten()
    }
}

/// The files of an archive that are meant, by name, and what else it holds.
pub(super) struct Exports {
    pub(super) entries: Vec<Entry>,
    /// Some have one name: all but one of these are hidden.
    pub(super) hides: bool,
    pub(super) passed: Passed,
}

impl Exports {
    /// What an archive holds; `None` if the file is none, or a workbook, which is packed as one.
    pub(super) fn of(place: &Place, meant: Meant) -> io::Result<Option<Self>> {
        let mut file = Opened::open(place)?;
        let mut magic = [0; archive::MAGIC.len()];
        match file.read_exact(&mut magic) {
            Ok(()) if magic == archive::MAGIC => {}
            _ => return Ok(None),
        }
        let archive::Directory { entries: all, hides } = archive::directory(file)?;
        let (mut entries, mut passed) = (Vec::new(), Passed::default());
        for entry in all {
            let hidden = entry.name.split('/').any(|part| part.starts_with('.') || part == "__MACOSX");
            match meant.takes(&entry.name.to_lowercase()) {
                _ if hidden => {}
                true => entries.push(entry),
                false => passed.count(&place.shown(), entry.name.into()),
            }
        }
        if entries.is_empty() && is_spreadsheet(place) {
            return Ok(None);
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(Self { entries, hides, passed }))
    }
}
