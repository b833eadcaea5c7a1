//! What a pattern matches, found by going through folders here and not by the crate `glob`: that follows links to folders, which lead
//! back or out of the folder that is named, again and again where several do; and it passes over paths that are no Unicode.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
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

pub(super) fn has_sign(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The folder below which all lies that a pattern matches: its parts without signs.
fn base(pattern: &str) -> PathBuf {
    Path::new(pattern).iter().take_while(|part| !has_sign(&part.to_string_lossy())).collect()
}

/// A part of a pattern.
enum Part {
    /// `**`: any folders.
    Any,
    /// A name without signs, which may be `..`.
    Named(OsString),
    Fits(Pattern),
}

impl Part {
    fn of(part: &OsStr) -> Result<Self, PatternError> {
        let text = part.to_string_lossy();
        Ok(match &*text {
            "**" => Self::Any,
            text if has_sign(text) => Self::Fits(Pattern::new(text)?),
            _ => Self::Named(part.to_owned()),
        })
    }

    fn fits(&self, name: &OsStr) -> bool {
        match self {
            Self::Any => false,
            Self::Named(own) => own == name,
            Self::Fits(pattern) => pattern.matches(&name.to_string_lossy()),
        }
    }
}

/// Whether a pattern goes back up where a part before stands for folders at any depth: what that means is not one place.
pub(super) fn goes_up_from_any(pattern: &str) -> bool {
    let parts = || Path::new(pattern).iter();
    parts().position(|part| part == "**").is_some_and(|any| parts().skip(any).any(|part| part == ".."))
}

/// A folder that is to be gone through.
struct Folder {
    path: PathBuf,
    depth: usize,
    /// It may be reached in other ways as well: by links, or back up.
    is_linked: bool,
}

/// What a pattern matches.
///
/// Links are followed where a part of the pattern that stands for one folder fits them. A folder to which several lead is gone through
/// once for a part of the pattern: what lies in it is the same, and files are read once whatever they are called.
pub(super) fn matched(pattern: &str) -> Result<Matched, PatternError> {
    let (root, text) = (base(pattern), Path::new(pattern).components().collect::<PathBuf>());
    let whole = Pattern::new(&text.to_string_lossy())?;
    let parts = text.iter().skip(root.iter().count()).map(Part::of).collect::<Result<Vec<_>, _>>()?;
    // From here on a folder may be any.
    let deep = parts.iter().position(|part| matches!(part, Part::Any));
    let (mut found, mut known) = (Matched::default(), HashSet::new());
    let mut folders = vec![Folder { path: root.clone(), depth: 0, is_linked: false }];
    while let Some(Folder { path: folder, depth, is_linked }) = folders.pop() {
        let here = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
        if is_linked && fs::canonicalize(here).is_ok_and(|real| !known.insert((depth, real))) {
            continue;
        }
        let is_any = deep.is_some_and(|deep| depth >= deep);
        // A folder in which nobody may look around can be gone through all the same, by name.
        if let Some(Part::Named(name)) = parts.get(depth).filter(|_| !is_any) {
            let path = if folder.as_os_str().is_empty() { PathBuf::from(name) } else { folder.join(name) };
            let is_linked = is_linked || name == ".." || path.is_symlink();
            match depth + 1 == parts.len() {
                true if path.symlink_metadata().is_ok() => found.paths.push(path),
                false if path.is_dir() => folders.push(Folder { path, depth: depth + 1, is_linked }),
                _ => {}
            }
            continue;
        }
        let listed = fs::read_dir(here).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = match listed {
            Ok(entries) => entries,
            Err(error) if is_no_folder(&error) => continue,
            Err(error) => {
                found.unreadable.push(FileRef::unreadable(Place::Path(folder), error));
                continue;
            }
        };
        for entry in entries {
            let (path, name) = (entry.path(), entry.file_name());
            let path = if folder.as_os_str().is_empty() { PathBuf::from(&name) } else { path };
            if is_any && path.is_symlink() && path.is_dir() {
                found.links.count(&root, path.strip_prefix(&root).unwrap_or(&path).to_owned());
                continue;
            }
            let fits = !is_any && parts.get(depth).is_some_and(|part| part.fits(&name));
            let is_match = match deep {
                Some(_) => whole.matches_with(&path.to_string_lossy(), MATCHED),
                None => fits && depth + 1 == parts.len(),
            };
            if is_match {
                found.paths.push(path.clone());
            }
            if !(is_any || depth + 1 < parts.len() && fits) || !path.is_dir() {
                continue;
            }
            let is_linked = is_linked || path.is_symlink();
            match depth < MOST_FOLDERS {
                true => folders.push(Folder { path, depth: depth + 1, is_linked }),
                false => found.unreadable.push(FileRef::unreadable(Place::Path(path), TOO_DEEP)),
            }
        }
    }
    if pattern.ends_with(std::path::is_separator) {
        found.paths.retain(|path| path.is_dir());
    }
    found.paths.sort();
    Ok(found)
}

/// Whether a folder could not be listed because there is none.
fn is_no_folder(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
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
        assert_eq!(told(lab.path(), "logs/*.csv").0, ["logs/1.csv", "logs/7.csv"]);
        assert_eq!(
            told(lab.path(), "logs/*/*.csv").0,
            ["logs/.h/4.csv", "logs/a/2.csv", "logs/x/1.csv", "logs/x/7.csv", "logs/z/6.csv"]
        );
        assert_eq!(told(lab.path(), "log?/a/").0, ["logs/a"]);
        assert_eq!(told(lab.path(), "log?/*/").0, ["logs/.h", "logs/a", "logs/x", "logs/z"]);
        assert!(matched("a**/b").is_err());
    }

    #[test]
    fn links_that_lead_back_are_gone_through_once_for_each_part() {
        let lab = lab();
        // Each part could take any of the links that lead to the same folder, so there are 3^30 ways to the file.
        for name in ["u", "v", "w"] {
            symlink(".", lab.path().join("out").join(name)).unwrap();
        }
        let begun = std::time::Instant::now();
        let (paths, _) = told(lab.path(), &format!("out/{}*.csv", "*/".repeat(30)));
        assert_eq!(paths.len(), 1, "{paths:?}");
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    #[test]
    fn a_way_back_up_is_gone_unless_it_begins_anywhere() {
        let lab = lab();
        assert_eq!(told(lab.path(), "logs/a/../[0-9].csv").0, ["logs/a/../1.csv", "logs/a/../7.csv"]);
        assert_eq!(told(lab.path(), "logs/[a]/../1.csv").0, ["logs/a/../1.csv"]);
        assert_eq!(told(lab.path(), "logs/a/*/../2.csv").0, ["logs/a/b/../2.csv"]);
        assert_eq!(told(lab.path(), "logs/[a]/../a/**/3.csv").0, ["logs/a/../a/b/3.csv"]);
        assert!(!goes_up_from_any("a/*/../b") && !goes_up_from_any("../**/b") && goes_up_from_any("a/**/../b"));
    }

    #[test]
    fn what_is_nested_too_deeply_is_told() {
        let lab = tempfile::tempdir().unwrap();
        fs::create_dir_all(lab.path().join("d/".repeat(MOST_FOLDERS + 3))).unwrap();
        let found = matched(lab.path().join("**/*.csv").to_str().unwrap()).unwrap();
        assert_eq!((found.paths.len(), found.unreadable.len()), (0, 1));
    }
}
