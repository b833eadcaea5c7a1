//! What an input or an archive holds: files to read, and what is passed over.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::archive;
use super::file_ref::{FileRef, Part};
use super::names::{self, Meant};
use super::opened::Opened;
use super::place::Place;
use super::tar::{self, Member, Tape};
use super::unpack::is_spreadsheet;

/// Bytes of a file that tell whether it is an archive.
const BEGIN: u64 = 512;
/// What is wrong with an archive in which a name stands twice.
const HIDES: &str = "two of its files have the same name, and one hides the other: unpack it, and use the folder";

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
    pub(super) parts: Vec<Part>,
    /// Why it may hold more.
    pub(super) flaw: Option<String>,
    pub(super) passed: Passed,
}

impl Exports {
    /// What an archive holds; `None` if the file is none, or a workbook, which is packed as one.
    pub(super) fn of(place: &Place, meant: Meant) -> io::Result<Option<Self>> {
        let mut begin = Vec::new();
        Opened::open(place)?.take(BEGIN).read_to_end(&mut begin)?;
        let (all, flaw): (Vec<(String, Part)>, _) = if begin.starts_with(archive::MAGIC) {
            let archive::Directory { entries, hides } = archive::directory(Opened::open(place)?)?;
            let flaw = hides.then(|| HIDES.to_owned());
            (entries.into_iter().map(|entry| (entry.name.clone(), Part::Entry(entry))).collect(), flaw)
        } else if let Some(tape) = tape(place, &begin)? {
            let named = |member: Member| (member.name.clone(), Part::Member(member));
            (tape.members.into_iter().map(named).collect(), tape.flaw)
        } else {
            return Ok(None);
        };
        let (mut parts, mut passed) = (Vec::new(), Passed::default());
        for (name, part) in all {
            let hidden = name.split('/').any(|part| part.starts_with('.') && part != "." || part == "__MACOSX");
            match meant.takes(&name.to_lowercase()) {
                // What macOS adds for a file beside it is no file that was left out.
                _ if hidden && meant == Meant::All && !name.contains("__MACOSX/") => {
                    passed.count(&place.shown(), name.into());
                }
                _ if hidden => {}
                true => parts.push((name, part)),
                false => passed.count(&place.shown(), name.into()),
            }
        }
        if parts.is_empty() && is_spreadsheet(place) {
            return Ok(None);
        }
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Some(Self { parts: parts.into_iter().map(|(_, part)| part).collect(), flaw, passed }))
    }
}

/// What a tape archive holds, whether it is packed or not; `None`, if the file is none.
fn tape(place: &Place, begin: &[u8]) -> io::Result<Option<Tape>> {
    if tar::is_tape(begin) {
        return tar::plain(Opened::open(place)?).map(Some);
    }
    // To look into each file that is packed would cost as much as to read it.
    match names::is_packed_tape(&place.shown().to_string_lossy().to_lowercase()) {
        true => tar::packed(Opened::open(place)?),
        false => Ok(None),
    }
}
