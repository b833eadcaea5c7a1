//! The members by which a record of the Management Activity feed is told from any other object.
//!
//! One rule for blobs and for files: a reply in the place of a record (an error, a listing, nothing) must not be counted in
//! the one and refused in the other.

/// All of the first list, and one of the second. Exports rename some.
const MARKS: [(&[&str], &[&str]); 2] = [
    (
        &["RecordType"],
        &["CreationTime", "Operation", "Operations", "Workload", "OfficeWorkload", "TimeGenerated", "Id"],
    ),
    (&["CreationTime"], &["Operation", "Workload"]),
];

/// Whether an object that has these members is a record of the feed.
pub fn is_activity(has: impl Fn(&str) -> bool) -> bool {
    MARKS.iter().any(|(all, one)| all.iter().all(|name| has(name)) && one.iter().any(|name| has(name)))
}

/// The mark that a member is, whatever the case of its first letter.
pub fn activity_mark(member: &str) -> Option<&'static str> {
    let names = MARKS.iter().flat_map(|(all, one)| all.iter().chain(*one));
    names.copied().find(|name| is_named(member, name))
}

/// Whether a member has a name, whatever the case of its first letter.
fn is_named(member: &str, name: &str) -> bool {
    let initial = |text: &str| text.as_bytes().first().map(u8::to_ascii_lowercase);
    member.get(1..) == name.get(1..) && initial(member) == initial(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_its_marks_and_nothing_else_has_them() {
        for (members, expected) in [
            (&["CreationTime", "Id", "Operation", "RecordType"][..], true),
            (&["Id", "RecordType"], true),
            (&["CreationTime", "Workload"], true),
            (&["Id", "CreationTime"], false),
            (&["RecordType"], false),
            (&["contentType", "contentId", "contentUri", "contentCreated", "contentExpiration"], false),
            (&["error"], false),
            (&["Message"], false),
            (&[], false),
        ] {
            assert_eq!(is_activity(|name| members.contains(&name)), expected, "{members:?}");
        }
    }

    #[test]
    fn marks_are_known_by_either_first_letter() {
        assert_eq!(activity_mark("recordType"), Some("RecordType"));
        assert_eq!(activity_mark("RecordType"), Some("RecordType"));
        assert_eq!((activity_mark("Recordtype"), activity_mark("")), (None, None));
    }
}
