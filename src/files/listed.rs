//! What an input or an archive holds: files to read, and what is passed over.

use std::collections::HashSet;
use std::ffi::OsStr;
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
/// What is wrong with an archive that begins with another one.
const BEHIND: &str = "another archive stands before it, of which nothing is read: take them apart";
/// What is wrong with an archive in which a name stands twice.
const HIDES: &str = "two of its files have the same name, and one hides the other: unpack it, and use the folder";

/// Why files are not read that a folder, a bucket or an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Nothing tells that they are exports; or they are links to folders, which are not followed.
    Unlike,
    /// They are spreadsheets, which could be exports if they were text.
    Spreadsheets,
    /// Their names are hidden, or those of their folders.
    Hidden,
}

/// Files of a folder, a bucket or an archive that are not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The folder, the bucket or the archive.
    pub within: PathBuf,
    /// How many.
    pub count: u64,
    /// The first by name.
    pub first: PathBuf,
    /// Why.
    pub why: Why,
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

/// What is passed over in one place, by why it is.
#[derive(Default)]
pub(super) struct Passed {
    all: [Option<Skipped>; 3],
    /// What is hidden: all in a hidden folder is one.
    hidden: HashSet<PathBuf>,
}

impl Passed {
    /// Counts one more file by its name within.
    pub(super) fn count(&mut self, within: &Path, name: PathBuf) {
        let is_hidden = |part: &OsStr| names::is_hidden(&part.to_string_lossy());
        let (why, name) = match name.iter().position(is_hidden) {
            Some(at) => (Why::Hidden, name.iter().take(at + 1).collect()),
            None if names::is_spreadsheet(&name.to_string_lossy().to_lowercase()) => (Why::Spreadsheets, name),
            None => (Why::Unlike, name),
        };
        if why == Why::Hidden && !self.hidden.insert(within.join(&name)) {
            return;
        }
        let first = || Skipped { within: within.to_owned(), count: 0, first: name.clone(), why };
        let skipped = self.all[why as usize].get_or_insert_with(first);
        skipped.count += 1;
        if name < skipped.first {
            skipped.first = name;
        }
    }

    /// What was counted.
    pub(super) fn into_skipped(self) -> impl Iterator<Item = Skipped> {
        self.all.into_iter().flatten()
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
            let archive::Directory { entries, hides, is_behind } = archive::directory(Opened::open(place)?)?;
            let flaw = if is_behind { Some(BEHIND) } else { hides.then_some(HIDES) }.map(str::to_owned);
            (entries.into_iter().map(|entry| (entry.name.clone(), Part::Entry(entry))).collect(), flaw)
        } else if let Some(tape) = tape(place, &begin)? {
            let named = |member: Member| (member.name.clone(), Part::Member(member));
            (tape.members.into_iter().map(named).collect(), tape.flaw)
        } else {
            return Ok(None);
        };
        // What an office program packs is read as text by nobody; it is a workbook if none of it is named like an export.
        let is_office = |(name, _): &(String, Part)| matches!(name.as_str(), "[Content_Types].xml" | "mimetype");
        let is_export = |(name, _): &(String, Part)| Meant::Exports.takes(&name.to_lowercase());
        if all.iter().any(is_office) && !all.iter().any(is_export) && is_spreadsheet(place) {
            return Ok(None);
        }
        let (mut parts, mut passed) = (Vec::new(), Passed::default());
        for (name, part) in all {
            match meant.takes(&name.to_lowercase()) {
                // What macOS adds for a file beside it is no file that was left out.
                _ if name.split('/').any(|part| part == "__MACOSX") => {}
                _ if name.split('/').any(names::is_hidden) => passed.count(&place.shown(), name.into()),
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
