//! What the names of an object's members alone tell: nearly all objects of a file are records as they are, of one kind, and no
//! member of theirs has to be looked into.

use super::envelopes::{AUDIT_DATA, SURE};
use crate::decode::{Outline, same_name};

/// It may be an envelope, or says what kind of record it is: its value has to be looked at.
pub(super) const TELLING: u8 = 1;
/// The time that a record of the Management API has.
pub(super) const CREATION: u8 = 2;
/// Its number or its operation.
pub(super) const ACTIVITY: u8 = 4;

/// An outline that marks names with their roles.
pub(in crate::exports) fn outline() -> Outline {
    Outline::marking(role)
}

fn role(name: &[u8]) -> u8 {
    match name {
        b"CreationTime" => return CREATION,
        b"RecordType" | b"Operation" => return ACTIVITY,
        _ => {}
    }
    let Ok(name) = std::str::from_utf8(name) else { return TELLING };
    let of_path = |path: &&[&str]| same_name(name, path[0]) || same_name(name, &path.join("."));
    let is_telling = AUDIT_DATA.iter().chain(&SURE).any(of_path)
        || ["columns", "rows", "Type", "category"].iter().any(|own| same_name(name, own));
    if is_telling { TELLING } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Text;

    fn of(outline: &mut Outline, names: &[&str]) -> Option<u8> {
        let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":1")).collect();
        let record = format!("{{{}}}", members.join(","));
        outline.trace(Text::new(record.as_bytes())).unwrap();
        outline.marks()
    }

    #[test]
    fn roles_are_found_in_any_order_again_and_again() {
        let mut outline = outline();
        for _ in 0..3 {
            assert_eq!(of(&mut outline, &["Id", "CreationTime", "Operation"]), Some(CREATION | ACTIVITY));
            assert_eq!(of(&mut outline, &["RecordType", "Id", "", "Id"]), Some(ACTIVITY));
            assert_eq!(of(&mut outline, &["creationtime", "operation", "id"]), Some(0));
            assert_eq!(of(&mut outline, &[]), Some(0));
            for telling in ["AuditData", "audit_data", "AuditData.AdditionalProperties", "_raw", "hits", "hits.hits"] {
                let roles = of(&mut outline, &["Id", telling, "CreationTime"]);
                assert_eq!(roles, Some(CREATION | TELLING), "{telling}");
            }
            for telling in ["type", "Category", "COLUMNS", "rows", "tables", "o365", "o365.audit", "RawEventData"] {
                assert_eq!(of(&mut outline, &[telling]), Some(TELLING), "{telling}");
            }
            assert_eq!(of(&mut outline, &["Id", "Audit\\u0044ata", "CreationTime"]), None);
        }
    }

    #[test]
    fn invented_names_are_told_all_the_same() {
        let mut outline = outline();
        (0..3_000).for_each(|n| assert_eq!(of(&mut outline, &[&format!("x{n}"), "Id"]), Some(0)));
        let names = ["x1", "AUDITDATA", "CreationTime", &"y".repeat(300)];
        assert_eq!(of(&mut outline, &names), Some(CREATION | TELLING));
    }
}
