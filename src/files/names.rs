//! What names tell: exports, how they are packed, spreadsheets.

use glob::MatchOptions;

/// How exports are named. A folder's other files are not read.
const NAMES: [&str; 4] = [".json", ".ndjson", ".jsonl", ".csv"];
/// How several are packed into one.
const ARCHIVES: [&str; 2] = [".zip", ".tar"];
/// How such archives are called when they are packed themselves, beside `.tar.gz` and its like.
const TAPES: [&str; 6] = [".tgz", ".tbz", ".tbz2", ".txz", ".tzst", ".taz"];
/// How they are packed.
const PACKED: [&str; 5] = ["", ".gz", ".zst", ".bz2", ".xz"];
/// How spreadsheets are named. Logs may be in them, but not as text.
const SPREADSHEETS: [&str; 5] = [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"];

/// Whether a name in a folder, a bucket or an archive is hidden: it begins with a dot, or as what an office program writes beside a
/// file that is open.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with("~$") || name.starts_with('.') && !matches!(name, "." | "..")
}

/// How a pattern matches a path as a whole: `*` stays within a name, `**` does not.
pub(super) const MATCHED: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

/// Which files of a folder, a bucket or an archive are meant. Hidden ones never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// Those that are named like exports.
    Exports,
    /// All but spreadsheets: logs are called anything.
    All,
}

impl Meant {
    /// Whether a file of this name is meant; `name` is in lower case.
    pub(super) fn takes(self, name: &str) -> bool {
        match self {
            Self::Exports => is_export(name),
            Self::All => !is_spreadsheet(name),
        }
    }
}

/// Whether a file is named like an export; `name` is in lower case.
fn is_export(name: &str) -> bool {
    is_named(name, &ARCHIVES)
        || is_packed_tape(name)
        || PACKED.iter().any(|packed| name.strip_suffix(packed).is_some_and(|name| is_named(name, &NAMES)))
}

/// Whether a file is named like a packed tape archive; `name` is in lower case.
pub(super) fn is_packed_tape(name: &str) -> bool {
    is_named(name, &TAPES)
        || PACKED[1..]
            .iter()
            .any(|packed| name.strip_suffix(packed).and_then(|name| name.strip_suffix(".tar")).is_some())
}

/// A name without the endings that say how a file is packed.
pub(super) fn unpacked(name: &str) -> &str {
    let ending = |packed: &&str| name.len() > packed.len() && name.to_ascii_lowercase().ends_with(*packed);
    match PACKED.iter().filter(|packed| !packed.is_empty()).find(|packed| ending(packed)) {
        Some(packed) => unpacked(&name[..name.len() - packed.len()]),
        None => name,
    }
}

/// Whether a file is named like a spreadsheet; `name` is in lower case.
pub(super) fn is_spreadsheet(name: &str) -> bool {
    is_named(name, &SPREADSHEETS)
}

fn is_named(name: &str, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| name.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_told_by_their_names() {
        for name in [
            "a.json",
            "pt1h.json.gz",
            "a.ndjson.zst",
            "a.jsonl",
            "a.csv",
            "a.zip",
            "a.tar",
            "a.tgz",
            "a.tar.xz",
            "a.csv.bz2",
        ] {
            assert!(is_export(name), "{name}");
        }
        for name in [".a.json", ".git", "~$a.csv"] {
            assert!(is_hidden(name), "{name}");
        }
        assert!(!["a.json", "~a.json", ".", "..", "$a"].into_iter().any(is_hidden));
        for name in ["readme.md", "a.json.bak", "a.evtx", "csv", "a.gz"] {
            assert!(!is_export(name), "{name}");
        }
    }
}
