//! The files that a path of this machine means: a file, a folder, or whatever a pattern matches.
//!
//! What is meant and cannot be read is given as a file all the same: opening it says why. Nothing is opened that
//! is no regular file: a pipe would block, and has its bytes once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::file_ref::FileRef;
use super::listed::{Exports, Listing, Passed};
use super::matched::{MOST_FOLDERS, Matched, TOO_DEEP, goes_up_from_any, has_sign, matched};
use super::names::{Meant, is_hidden};
use super::place::{Place, STANDARD_INPUT};
use super::unpack::is_spreadsheet;

/// The files that a path means.
pub(super) fn files(input: &Path, meant: Meant) -> Result<Listing, Error> {
    let path = || input.to_owned();
    match fs::metadata(input) {
        Ok(found) if found.is_dir() => folder(input, meant),
        Ok(found) if !found.is_file() => Err(Error::NoFile { path: path(), kind: kind(found.file_type()) }),
        Ok(found) if is_of_kernel(input, &found) => Err(Error::NoFile { path: path(), kind: OF_KERNEL }),
        Ok(_) if is_only_spreadsheet(input, meant) => Err(Error::Spreadsheet { path: path() }),
        Ok(_) => Ok(Listing { files: vec![FileRef::whole(path())], skipped: Vec::new() }),
        Err(_) if input.as_os_str() == "-" => Err(Error::NoFile { path: path(), kind: "standard input" }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => pattern(input, meant),
        Err(source) => Err(Error::Open { path: path(), source }),
    }
}

/// Names that are looked through for one that is nearly another.
#[cfg(feature = "cli")]
const MOST_NAMES: usize = 10_000;

/// The names in the folder in which a path lies, for one that is not there.
#[cfg(feature = "cli")]
pub(crate) fn beside(path: &Path) -> Vec<String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.take(MOST_NAMES).filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect()
}

/// Where a link leads.
#[cfg(feature = "cli")]
pub(crate) fn link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// The file that holds what came on standard input, which errors do not name either.
pub(super) fn kept(path: &Path, meant: Meant) -> Result<Listing, Error> {
    if is_only_spreadsheet(path, meant) {
        return Err(Error::Spreadsheet { path: STANDARD_INPUT.into() });
    }
    Ok(Listing { files: vec![FileRef::all(Place::Kept(path.to_owned()))], skipped: Vec::new() })
}

fn pattern(input: &Path, meant: Meant) -> Result<Listing, Error> {
    let path = || input.to_owned();
    let text = input.to_str().filter(|text| has_sign(text)).ok_or_else(|| Error::Missing { path: path() })?;
    // By itself `**` stands for folders; whoever writes it last means what is in them.
    let text =
        if Path::new(text).ends_with("**") { format!("{}/*", text.trim_end_matches('/')) } else { text.to_owned() };
    let is_each = Path::new(&text).ends_with("**/*");
    if goes_up_from_any(&text) {
        return Err(Error::Upwards { path: path() });
    }
    let flaw = |source| Error::Pattern { path: path(), source };
    let Matched { paths, unreadable, links } = matched(&text).map_err(flaw)?;
    let mut all = Listing { files: unreadable, skipped: links.into_skipped().collect() };
    let mut roots: Vec<PathBuf> = Vec::new();
    for found in paths {
        match (found.is_dir(), is_each) {
            (false, _) => all.files.push(named(found)),
            // What is in a folder is matched itself.
            (true, true) => {}
            (true, false) if roots.iter().any(|root| is_walked(root, &found)) => {}
            (true, false) => {
                match folder(&found, meant) {
                    Ok(listing) => {
                        all.files.extend(listing.files);
                        all.skipped.extend(listing.skipped);
                    }
                    Err(Error::Open { source, .. }) => {
                        all.files.push(FileRef::unreadable(Place::Path(found.clone()), source));
                    }
                    Err(error) => return Err(error),
                }
                roots.push(found);
            }
        }
    }
    if all.files.is_empty() && all.skipped.is_empty() { Err(Error::Missing { path: path() }) } else { Ok(all) }
}

/// Whether a folder is among those that were gone through with another one.
fn is_walked(root: &Path, found: &Path) -> bool {
    let Ok(rest) = found.strip_prefix(root) else { return false };
    let mut path = root.to_owned();
    rest.iter().all(|part| {
        path.push(part);
        !is_hidden(&part.to_string_lossy()) && !path.is_symlink()
    })
}

/// The files of a folder and of those in it that are meant, by name. Hidden ones are left out.
fn folder(root: &Path, meant: Meant) -> Result<Listing, Error> {
    let (mut files, mut passed) = (Vec::new(), Passed::default());
    let mut folders = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let listed = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(source) if depth == 0 => return Err(Error::Open { path: folder, source }),
            Err(error) => {
                files.push(FileRef::unreadable(Place::Path(folder), error));
                continue;
            }
        };
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().to_lowercase());
            // Links to folders are not followed: they may lead back.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            match is_hidden(&name) {
                true => passed.count(root, path.strip_prefix(root).unwrap_or(&path).to_owned()),
                false if is_folder && depth < MOST_FOLDERS => folders.push((path, depth + 1)),
                false if is_folder => {
                    files.push(FileRef::unreadable(Place::Path(path), TOO_DEEP));
                }
                false if meant.takes(&name) && !path.is_dir() => files.push(named(path)),
                false => {
                    let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
                    passed.count(root, name);
                }
            }
        }
    }
    Ok(Listing::by_name(files, passed))
}

/// A file that a folder or a pattern named, which may not be there, or be none.
fn named(path: PathBuf) -> FileRef {
    match fs::metadata(&path) {
        Ok(found) if found.is_file() && !is_of_kernel(&path, &found) => FileRef::whole(path),
        Ok(found) => {
            let kind = if found.is_file() { OF_KERNEL } else { kind(found.file_type()) };
            let why = format!("it is {kind}, not a file");
            FileRef::unreadable(Place::Path(path), why)
        }
        Err(error) => FileRef::unreadable(Place::Path(path), error),
    }
}

/// Whether a file is a spreadsheet, and no archive of exports that is named like one.
fn is_only_spreadsheet(path: &Path, meant: Meant) -> bool {
    let place = Place::Path(path.to_owned());
    is_spreadsheet(&place) && Exports::of(&place, meant).is_ok_and(|exports| exports.is_none())
}

/// What is called a file there, and has no end.
const OF_KERNEL: &str = "a window into the kernel";

/// Whether a file is one of the kernel's: it has no length, and reading it may wait for ever, as `/proc/kmsg` does.
fn is_of_kernel(path: &Path, found: &fs::Metadata) -> bool {
    let inside = |path: PathBuf| ["/proc", "/sys"].iter().any(|root| path.starts_with(root));
    // Files below /sys say that they are as long as a page.
    cfg!(target_os = "linux") && found.len() <= 4096 && fs::canonicalize(path).is_ok_and(inside)
}

/// What something is that is neither a file nor a folder.
fn kind(found: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        match () {
            () if found.is_fifo() => return "a pipe",
            () if found.is_socket() => return "a socket",
            () if found.is_char_device() || found.is_block_device() => return "a device",
            () => {}
        }
    }
    if found.is_dir() { "a folder" } else { "something else" }
}
