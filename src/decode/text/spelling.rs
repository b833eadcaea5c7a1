//! Names of members as languages, portals and queries spell them.

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
pub(in crate::decode) fn bare(name: &str) -> &str {
    SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}

fn letters(name: &str) -> impl Iterator<Item = char> + '_ {
    bare(name).chars().filter(|c| !matches!(c, '_' | ' ' | '-')).map(|c| c.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

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
