//! What names tell: exports, how they are packed, spreadsheets.

/// How exports are named. A folder's other files are not read.
const NAMES: [&str; 4] = [".json", ".ndjson", ".jsonl", ".csv"];
/// How several are packed into one.
const ARCHIVE: &str = ".zip";
/// How they are packed.
const PACKED: [&str; 3] = ["", ".gz", ".zst"];
/// How spreadsheets are named. Logs may be in them, but not as text.
const SPREADSHEETS: [&str; 5] = [".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"];

/// Whether a file is named like an export; `name` is in lower case.
pub(super) fn is_export(name: &str) -> bool {
    name.ends_with(ARCHIVE)
        || PACKED.iter().any(|packed| name.strip_suffix(packed).is_some_and(|name| is_named(name, &NAMES)))
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
        for name in ["a.json", "pt1h.json.gz", "a.ndjson.zst", "a.jsonl", "a.csv", "a.zip"] {
            assert!(is_export(name), "{name}");
        }
        for name in ["readme.md", "a.json.bak", "a.evtx", "csv", "a.gz"] {
            assert!(!is_export(name), "{name}");
        }
    }
}
