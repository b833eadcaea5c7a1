//! Content types of the feed, and which of them a record type certainly belongs to.

/// All content types.
pub const CONTENT_TYPES: &[&str] =
    &["Audit.AzureActiveDirectory", "Audit.Exchange", "Audit.SharePoint", "Audit.General", "DLP.All"];

/// The content type of everything else.
pub const GENERAL: &str = "Audit.General";

/// The content type that records of a type certainly come with. The service does not publish the mapping: these are the
/// types that its schema page puts under a content type's own heading. `None`: any content type may hold them.
pub const fn certain(record_type: i32) -> Option<&'static str> {
    Some(match record_type {
        8 | 9 | 15 => "Audit.AzureActiveDirectory",
        1..=3 | 50 => "Audit.Exchange",
        4 | 6 | 7 | 14 | 36 | 37 | 54..=56 => "Audit.SharePoint",
        11 | 13 | 33 | 63 | 99 | 100 | 107 => "DLP.All",
        28 | 29 | 41 | 47 | 64 | 86 | 89 => GENERAL,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_content_types_exist() {
        let known = (-1..500).filter_map(certain).all(|content| CONTENT_TYPES.contains(&content));
        assert!(known && certain(1) == Some("Audit.Exchange") && certain(25).is_none() && certain(-1).is_none());
    }
}
