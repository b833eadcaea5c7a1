//! What a pattern matches that is found by going through folders here, and not by `glob`: all of a pattern with `**`, since
//! `glob` follows links to folders, which lead back or out of the folder that is named; and paths that are no Unicode, which it
//! passes over.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use glob::{Pattern, PatternError};

use super::file_ref::FileRef;
use super::listed::Passed;
use super::names::MATCHED;
use super::place::Place;

/// Folders in folders; more is a loop.
pub(super) const MOST_FOLDERS: usize = 64;

/// Why what lies below so many is not read.
pub(super) const TOO_DEEP: &str = "it is nested too deeply in folders";

/// What was found.
#[derive(Default)]
pub(super) struct Matched {
    /// The paths, by name. A path is matched as it is shown.
    pub(super) paths: Vec<PathBuf>,
    /// Folders whose content is not known.
    pub(super) unreadable: Vec<FileRef>,
    /// Links to folders where `**` stands for any: what lies behind them is left out.
    pub(super) links: Passed,
}

/// Whether a pattern stands for folders at any depth.
pub(super) fn is_deep(pattern: &str) -> bool {
    Path::new(pattern).iter().any(|part| part == "**")
}

pub(super) fn has_sign(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The folder below which all lies that a pattern matches: its parts without signs.
fn base(pattern: &str) -> PathBuf {
    Path::new(pattern).iter().take_while(|part| !has_sign(&part.to_string_lossy())).collect()
}

/// What a pattern with `**` matches; of any other, what `glob` passes over.
///
/// Links are followed where a part of the pattern that stands for one folder fits them.
pub(super) fn matched(pattern: &str) -> Result<Matched, PatternError> {
    let (root, text) = (base(pattern), Path::new(pattern).components().collect::<PathBuf>());
    let whole = Pattern::new(&text.to_string_lossy())?;
    let parts: Vec<Option<Pattern>> = text.iter().skip(root.iter().count()).map(part).collect();
    // From here on a folder may be any.
    let deep = parts.iter().position(Option::is_none);
    let mut found = Matched::default();
    let mut folders = vec![(root.clone(), 0, false)];
    while let Some((folder, depth, is_odd)) = folders.pop() {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        let listed = fs::read_dir(here).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(error) => {
                if is_odd || deep.is_some() && !is_no_folder(&error) {
                    found.unreadable.push(FileRef::unreadable(Place::Path(folder), error));
                }
                continue;
            }
        };
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            let path = if folder.as_os_str().is_empty() { PathBuf::from(&name) } else { path };
            let is_odd = is_odd || name.to_str().is_none();
            let is_any = deep.is_some_and(|deep| depth >= deep);
            if is_any && path.is_symlink() && path.is_dir() {
                found.links.count(&root, path.strip_prefix(&root).unwrap_or(&path).to_owned());
                continue;
            }
            if (is_odd || deep.is_some()) && whole.matches_with(&path.to_string_lossy(), MATCHED) {
                found.paths.push(path.clone());
            }
            let fits =
                || parts.get(depth).and_then(Option::as_ref).is_some_and(|part| part.matches(&name.to_string_lossy()));
            if !(is_any || depth + 1 < parts.len() && fits()) || !path.is_dir() {
                continue;
            }
            match depth < MOST_FOLDERS {
                true => folders.push((path, depth + 1, is_odd)),
                false => found.unreadable.push(FileRef::unreadable(Place::Path(path), TOO_DEEP)),
            }
        }
    }
    found.paths.sort();
    Ok(found)
}

/// Whether a folder could not be listed because there is none.
fn is_no_folder(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A part of a pattern, unless it stands for any folders.
fn part(part: &OsStr) -> Option<Pattern> {
    let part = part.to_string_lossy();
    if part == "**" { None } else { Pattern::new(&part).ok() }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// Folders with two links that lead back and one that leads out.
    fn lab() -> tempfile::TempDir {
        let lab = tempfile::tempdir().unwrap();
        let path = |name: &str| lab.path().join(name);
        for name in ["logs/a/b", "logs/.h", "out"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        for name in ["logs/1.csv", "logs/a/2.csv", "logs/a/b/3.csv", "logs/.h/4.csv", "logs/a/5.txt", "out/6.csv"] {
            fs::write(path(name), "").unwrap();
        }
        symlink(path("logs"), path("logs/x")).unwrap();
        symlink(".", path("logs/a/y")).unwrap();
        symlink(path("out"), path("logs/z")).unwrap();
        symlink(path("out/6.csv"), path("logs/7.csv")).unwrap();
        lab
    }

    fn told(lab: &Path, pattern: &str) -> (Vec<String>, Vec<(u64, PathBuf)>) {
        let found = matched(lab.join(pattern).to_str().unwrap()).unwrap();
        assert_eq!(found.unreadable, []);
        let inside = |path: PathBuf| path.strip_prefix(lab).unwrap().to_str().unwrap().to_owned();
        let links = found.links.into_skipped().map(|left| (left.count, left.first)).collect();
        (found.paths.into_iter().map(inside).collect(), links)
    }

    #[test]
    fn links_to_folders_are_left_out_and_told_where_any_folder_is_meant() {
        let lab = lab();
        let all = ["logs/.h/4.csv", "logs/1.csv", "logs/7.csv", "logs/a/2.csv", "logs/a/b/3.csv"];
        let links = [(3, PathBuf::from("a/y"))];
        for pattern in ["logs/**/*.csv", "logs/./**/*.csv", "logs//**/**/*.csv"] {
            let (paths, left_out) = told(lab.path(), pattern);
            assert_eq!((&paths[..], &left_out[..]), (&all.map(str::to_owned)[..], &links[..]), "{pattern}");
        }
        // Many of them are no more paths.
        let (paths, _) = told(lab.path(), "logs/**/*/**/*.csv");
        assert_eq!(paths, ["logs/.h/4.csv", "logs/a/2.csv", "logs/a/b/3.csv"]);
        assert_eq!(told(lab.path(), "logs/**/y/*.csv").0, [""; 0]);
        assert_eq!(told(lab.path(), "logs/**/x"), (Vec::new(), links.to_vec()));
    }

    #[test]
    fn a_link_that_is_named_or_matched_before_is_followed() {
        let lab = lab();
        assert_eq!(told(lab.path(), "logs/z/**/*.csv").0, ["logs/z/6.csv"]);
        assert_eq!(told(lab.path(), "logs/[z]/**/*.csv").0, ["logs/z/6.csv"]);
        assert_eq!(told(lab.path(), "none/**/*.csv"), Default::default());
        // Of other patterns, only what is no Unicode.
        assert_eq!(told(lab.path(), "logs/*.csv"), Default::default());
        assert!(matched("a**/b").is_err());
    }

    #[test]
    fn what_is_nested_too_deeply_is_told() {
        let lab = tempfile::tempdir().unwrap();
        fs::create_dir_all(lab.path().join("d/".repeat(MOST_FOLDERS + 3))).unwrap();
        let found = matched(lab.path().join("**/*.csv").to_str().unwrap()).unwrap();
        assert_eq!((found.paths.len(), found.unreadable.len()), (0, 1));
    }
}
