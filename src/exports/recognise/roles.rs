//! What the names of an object's members alone tell, found by habit: nearly all objects of a file are records as they are, of
//! one kind, and no member of theirs has to be looked into.
//!
//! Each name remembers the name that followed it last time, so that most cost one comparison of bytes.

use std::collections::HashMap;

use ahash::RandomState;

use super::envelopes::{AUDIT_DATA, SURE};
use crate::decode::same_name;

/// It may be an envelope, or says what kind of record it is: its value has to be looked at.
pub(super) const TELLING: u8 = 1;
/// The time that a record of the Management API has.
pub(super) const CREATION: u8 = 2;
/// Its number or its operation.
pub(super) const ACTIVITY: u8 = 4;

/// Names that are remembered, and how long one may be.
const MOST: usize = 1_024;
const LONGEST: usize = 256;

/// The names that were met.
#[derive(Debug)]
pub(super) struct Roles {
    entries: Vec<Entry>,
    by_name: HashMap<Box<[u8]>, usize, RandomState>,
}

#[derive(Debug)]
struct Entry {
    name: Box<[u8]>,
    role: u8,
    next: usize,
}

impl Default for Roles {
    fn default() -> Self {
        // The first stands for the opening brace.
        Self { entries: vec![Entry { name: Box::default(), role: 0, next: 0 }], by_name: HashMap::default() }
    }
}

impl Roles {
    /// The roles of all these names together.
    pub(super) fn of<'n>(&mut self, names: impl Iterator<Item = &'n [u8]>) -> u8 {
        let (mut place, mut all) = (0, 0);
        for name in names {
            let guess = self.entries[place].next;
            place = if guess != 0 && *self.entries[guess].name == *name {
                guess
            } else if let Some(at) = self.find(name) {
                self.entries[place].next = at;
                at
            } else {
                all |= role(name);
                continue;
            };
            all |= self.entries[place].role;
        }
        all
    }

    #[cold]
    fn find(&mut self, name: &[u8]) -> Option<usize> {
        if let Some(at) = self.by_name.get(name) {
            return Some(*at);
        }
        if self.entries.len() > MOST || name.len() > LONGEST {
            return None;
        }
        self.entries.push(Entry { name: name.into(), role: role(name), next: 0 });
        self.by_name.insert(name.into(), self.entries.len() - 1);
        Some(self.entries.len() - 1)
    }
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

    fn of(roles: &mut Roles, names: &[&str]) -> u8 {
        roles.of(names.iter().map(|name| name.as_bytes()))
    }

    #[test]
    fn roles_are_found_in_any_order_again_and_again() {
        let mut roles = Roles::default();
        for _ in 0..3 {
            assert_eq!(of(&mut roles, &["Id", "CreationTime", "Operation"]), CREATION | ACTIVITY);
            assert_eq!(of(&mut roles, &["RecordType", "Id", "", "Id"]), ACTIVITY);
            assert_eq!(of(&mut roles, &["creationtime", "operation", "id"]), 0);
            for telling in ["AuditData", "audit_data", "AuditData.AdditionalProperties", "_raw", "hits", "hits.hits"] {
                assert_eq!(of(&mut roles, &["Id", telling, "CreationTime"]), CREATION | TELLING, "{telling}");
            }
            for telling in ["type", "Category", "COLUMNS", "rows", "tables", "o365", "o365.audit", "RawEventData"] {
                assert_eq!(of(&mut roles, &[telling]), TELLING, "{telling}");
            }
        }
    }

    #[test]
    fn invented_names_do_not_make_the_memory_grow_and_are_told_all_the_same() {
        let mut roles = Roles::default();
        (0..3 * MOST).for_each(|n| assert_eq!(of(&mut roles, &[&format!("x{n}"), "Id"]), 0));
        assert!(roles.entries.len() <= MOST + 2);
        assert_eq!(of(&mut roles, &["x1", "AUDITDATA", "CreationTime", &"y".repeat(LONGEST + 1)]), CREATION | TELLING);
    }
}
