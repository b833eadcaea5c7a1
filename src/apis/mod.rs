//! Declarations of entity sets: data only, a file each.
//!
//! What is written here is what the service documents, not what it is seen to tolerate. Names in SQL are written out
//! beside the wire's, by hand: a rename is then a change that a reader can see. `tests/service_facts.rs` compares the
//! operators with a second, independent transcript of the reference pages.

pub mod graph;

use crate::table::EntitySet;

/// Every declared table, in the order of the manual.
pub static ALL: &[&EntitySet] = &[&graph::SIGN_INS];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::table::{Column, Edm, Op, Ops, Version};

    const VERSIONS: [Version; 2] = [Version::V1, Version::Beta];

    /// Calls `check` for every column, nested ones with their path, parents first.
    fn each_column(check: &mut dyn FnMut(&EntitySet, &str, &Column)) {
        fn walk(set: &EntitySet, above: &str, columns: &[Column], check: &mut dyn FnMut(&EntitySet, &str, &Column)) {
            for column in columns {
                let path = format!("{above}.{}", column.name);
                check(set, &path, column);
                walk(set, &path, column.fields(), check);
            }
        }
        for set in ALL {
            walk(set, &set.qualified(), set.columns, check);
        }
    }

    fn is_snake_case(name: &str) -> bool {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && !name.ends_with('_')
            && !name.contains("__")
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    }

    fn is_sentence(doc: &str) -> bool {
        doc.ends_with('.') && doc.trim() == doc && doc.starts_with(|c: char| c.is_uppercase()) && !doc.contains('\n')
    }

    /// The operators that a type can carry at all, whatever a service says.
    fn carried_by(edm: &Edm) -> Ops {
        match edm {
            Edm::Text | Edm::Enum(_) => Ops::RANGE
                .with(Op::Ne)
                .with(Op::Gt)
                .with(Op::Lt)
                .with(Op::StartsWith)
                .with(Op::EndsWith)
                .with(Op::Contains),
            Edm::Int32 | Edm::Int64 | Edm::Double | Edm::Instant => Ops::RANGE.with(Op::Ne).with(Op::Gt).with(Op::Lt),
            Edm::Bool => Ops::EQ.with(Op::Ne),
            Edm::List(item) => carried_by(item),
            Edm::Object(_) | Edm::Json | Edm::Raw => Ops::NONE,
        }
    }

    #[test]
    fn names_of_tables_are_unique() {
        let names: BTreeSet<String> = ALL.iter().map(|set| set.qualified()).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn names_of_columns_are_unique_in_sql_and_on_the_wire() {
        fn check(path: &str, columns: &[Column]) {
            for name in [|c: &Column| c.name, |c: &Column| c.wire] {
                let names: BTreeSet<&str> = columns.iter().map(name).collect();
                assert_eq!(names.len(), columns.len(), "{path}");
            }
            columns.iter().for_each(|c| check(&format!("{path}.{}", c.name), c.fields()));
        }
        ALL.iter().for_each(|set| check(&set.qualified(), set.columns));
    }

    #[test]
    fn names_are_legal_snake_case() {
        each_column(&mut |_, path, column| assert!(is_snake_case(column.name), "{path}"));
        ALL.iter().for_each(|set| assert!(is_snake_case(set.name) && is_snake_case(set.schema), "{}", set.qualified()));
        assert!(!is_snake_case("createdDateTime") && !is_snake_case("a__b") && !is_snake_case("1a"));
    }

    #[test]
    fn every_table_and_column_is_documented_in_sentences() {
        each_column(&mut |_, path, column| assert!(is_sentence(column.doc), "{path}: {:?}", column.doc));
        ALL.iter().for_each(|set| assert!(is_sentence(set.doc), "{}", set.qualified()));
    }

    #[test]
    fn no_column_is_documented_in_the_words_of_its_sibling() {
        fn check(path: &str, columns: &[Column]) {
            let docs: BTreeSet<&str> = columns.iter().map(|c| c.doc).collect();
            assert_eq!(docs.len(), columns.len(), "{path}");
            columns.iter().for_each(|c| check(c.name, c.fields()));
        }
        ALL.iter().for_each(|set| check(&set.qualified(), set.columns));
    }

    #[test]
    fn the_time_column_is_an_instant_that_can_be_asked_for_a_range_and_an_order() {
        for set in ALL {
            let time = set.column(set.time).unwrap();
            assert!(matches!(time.edm, Edm::Instant) && time.sortable, "{}", set.qualified());
            for version in VERSIONS {
                assert!(Ops::RANGE.iter().all(|op| time.ops_in(version).has(op)), "{}", set.qualified());
            }
        }
    }

    #[test]
    fn the_key_is_a_text_column() {
        ALL.iter().for_each(|set| assert!(set.column(set.key).unwrap().edm.is_text(), "{}", set.qualified()));
    }

    #[test]
    fn no_column_has_an_operator_that_its_type_cannot_carry() {
        each_column(&mut |_, path, column| {
            for version in VERSIONS {
                for op in column.ops_in(version).iter() {
                    assert!(carried_by(&column.edm).has(op), "{path}: {}", op.wire());
                }
            }
        });
    }

    #[test]
    fn a_property_of_beta_alone_has_no_operator_in_version_1() {
        each_column(&mut |_, path, column| {
            assert!(column.since == Version::V1 || column.ops_in(Version::V1).is_empty(), "{path}");
        });
    }

    #[test]
    fn raw_is_the_last_column_and_only_there() {
        for set in ALL {
            let last = set.columns.last().unwrap();
            assert!(last.name == "raw" && matches!(last.edm, Edm::Raw), "{}", set.qualified());
        }
        each_column(&mut |set, path, column| {
            assert_eq!(matches!(column.edm, Edm::Raw), path == format!("{}.raw", set.qualified()), "{path}");
        });
    }

    #[test]
    fn the_columns_of_a_population_exist_and_its_kinds_differ() {
        for set in ALL {
            let Some(population) = set.population else { continue };
            let list = set.column(population.column).unwrap();
            assert!(matches!(list.edm, Edm::List(Edm::Text | Edm::Enum(_))), "{}", set.qualified());
            assert!(list.ops_in(Version::Beta).has(Op::Eq), "{}", set.qualified());
            assert!(matches!(set.column(population.flag).unwrap().edm, Edm::Bool), "{}", set.qualified());
            let members: BTreeSet<&str> = population.kinds.iter().map(|k| k.member).collect();
            assert_eq!(members.len(), population.kinds.len());
            assert!(members.contains(population.v1_kind));
        }
    }
}
