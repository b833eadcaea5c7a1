//! What exports do to records: other names, and JSON inside text.

use super::cursor::Cursor;
use crate::table::Column;

/// Ranks of names that are a column's only when their spelling is folded come after those that it declares.
pub(super) const LOOSE: usize = 1_000;

/// What is put behind a name for a value's type or zone: by portals and by queries over several tables.
const SUFFIXES: [&str; 3] = [" [UTC]", "_dynamic", "_string"];

/// A name without what languages and portals change about it: `risk_event_types_v2`, `RiskEventTypesV2` and
/// `riskEventTypes_v2` are one, and so are `TimeGenerated` and `TimeGenerated [UTC]`.
pub fn folded(name: &str) -> String {
    letters(name).collect()
}

/// Whether two names are one.
pub fn same_name(a: &str, b: &str) -> bool {
    letters(a).eq(letters(b))
}

/// A name without what is put behind it.
pub(super) fn bare(name: &str) -> &str {
    SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    bare(name).chars().filter(|c| !matches!(c, '_' | ' ' | '-')).map(|c| c.to_ascii_lowercase())
}

/// All declared names of one column.
pub(super) fn names(column: &Column) -> Vec<String> {
    std::iter::once(column.wire).chain(column.aliases.iter().copied()).map(str::to_owned).collect()
}

/// Whether a value under a name that is the column's only by its folded spelling can be meant: Log Analytics has members of
/// its own that are called like others, such as `Location`, a country, and `ResourceId`, where the log itself belongs to.
pub(super) fn is_meant(value: &[u8], is_nested: bool) -> bool {
    let Some(text) = value.strip_prefix(b"\"") else { return true };
    if is_nested {
        return text.trim_ascii_start().starts_with(b"{")
            || [&b"["[..], b"@{", b"class ", b"System."].iter().any(|begin| text.starts_with(begin));
    }
    !(text.starts_with(b"/tenants/") || text.starts_with(b"/subscriptions/"))
}

/// The text itself, if it is a JSON object or array and nothing else.
pub(super) fn json_of(text: &str) -> Option<&str> {
    let mut cursor = Cursor::new(text.as_bytes());
    (text.starts_with(['{', '[']) && cursor.skip().is_ok() && cursor.is_at_end()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_from_other_text() {
        assert_eq!(json_of("[1]"), Some("[1]"));
        for text in ["", "x", "1", "\"x\"", "[1", "[1] x", "{a}"] {
            assert_eq!(json_of(text), None, "{text}");
        }
    }

    #[test]
    fn names_are_one_however_they_are_spelled() {
        for (a, b) in [
            ("riskEventTypes_v2", "RiskEventTypesV2"),
            ("createdDateTime", "created_date_time"),
            ("ipAddress", "IPAddress"),
            ("TimeGenerated", "TimeGenerated [UTC]"),
            ("Status", "Status_dynamic"),
            ("Request ID", "requestId"),
        ] {
            assert!(same_name(a, b) && folded(a) == folded(b), "{a} {b}");
        }
        for (a, b) in [("TimeGenerated", "TimeGenerated [Local Time]"), ("Id", "Ids"), ("", "a")] {
            assert!(!same_name(a, b), "{a} {b}");
        }
    }
}
