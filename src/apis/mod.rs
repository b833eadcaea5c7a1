//! Declarations of entity sets: data only, a file each.
//!
//! What is written here is what the service documents, not what it is seen to tolerate. Names in SQL are written out
//! beside the wire's, by hand: a rename is then a change that a reader can see. `tests/service_facts.rs` compares the
//! operators with a second, independent transcript of the reference pages.

pub mod aadgraph;
pub mod activity;
pub mod defender;
pub mod graph;
pub mod logs;
pub mod own;
mod signins_all;
pub mod timeline;

use crate::table::{Codes, Combined, DayCounts, EntitySet, Lookup, SystemTable};

pub use signins_all::SIGNINS_ALL;

/// Every declared table, in the order of the manual.
pub static ALL: &[&EntitySet] = &[
    &graph::SIGN_INS,
    &graph::DIRECTORY_AUDITS,
    &graph::USERS,
    &graph::GROUPS,
    &graph::GROUP_MEMBERS,
    &graph::SERVICE_PRINCIPALS,
    &graph::APPLICATIONS,
    &graph::APP_ROLE_ASSIGNMENTS,
    &graph::OAUTH2_PERMISSION_GRANTS,
    &graph::DEVICES,
    &graph::DIRECTORY_ROLES,
    &graph::DIRECTORY_ROLE_MEMBERS,
    &graph::CONDITIONAL_ACCESS_POLICIES,
    &graph::NAMED_LOCATIONS,
    &graph::AUTHENTICATION_METHODS,
    &graph::PROVISIONING,
    &graph::RISK_DETECTIONS,
    &graph::RISKY_USERS,
    &graph::RISKY_SERVICE_PRINCIPALS,
    &graph::SIGN_IN_SUMMARIES,
    &graph::APP_SIGN_IN_SUMMARIES,
    &graph::NON_INTERACTIVE_SIGN_IN_SUMMARIES,
    &graph::SERVICE_PRINCIPAL_SIGN_IN_SUMMARIES,
    &graph::MANAGED_IDENTITY_SIGN_IN_SUMMARIES,
    &graph::ALERTS,
    &graph::INCIDENTS,
    &activity::ACTIVITY,
    &activity::AZURE_ACTIVE_DIRECTORY,
    &activity::EXCHANGE,
    &activity::SHAREPOINT,
    &activity::GENERAL,
    &activity::DLP,
    &activity::AUDIT_SEARCH,
    &defender::EMAIL_EVENTS,
    &defender::URL_CLICKS,
    &defender::FILE_EVENTS,
    &defender::SUBMISSIONS,
    &defender::INVESTIGATIONS,
    &defender::ALERTS,
    &aadgraph::SIGNIN_EVENTS,
    &aadgraph::AUDIT_EVENTS,
];

/// Every set whose days are counted by its service.
pub static DAY_COUNTS: &[&DayCounts] = &[&graph::SIGN_INS_A_DAY];

/// Every table that is made of others.
pub static COMBINED: &[&Combined] = &[&SIGNINS_ALL];

/// Every enumeration that is a table of its own.
pub static CODES: &[&Codes] =
    &[&activity::RECORD_TYPES, &activity::USER_TYPES, &activity::LOGON_TYPES, &activity::AUDIT_SCOPES];

/// Every list that a service gives whole.
pub static LOOKUPS: &[&Lookup] = &[&activity::DLP_SENSITIVE_TYPES];

/// Schema and name of everything declared, in the order of the manual.
pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let sets = ALL.iter().map(|set| (set.schema, set.name));
    let combined = COMBINED.iter().map(|table| (table.schema, table.name));
    let lookups = LOOKUPS.iter().map(|lookup| (lookup.schema, lookup.name));
    let codes = CODES.iter().map(|codes| (codes.schema, codes.name));
    let own = own::ALL.iter().map(|table| (SystemTable::SCHEMA, table.name));
    sets.chain(combined).chain(lookups).chain(codes).chain(own)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::table::{ApiVersion, Column, Edm, Op, Ops, Versions};

    const VERSIONS: [ApiVersion; 2] = [ApiVersion::V1, ApiVersion::Beta];

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
                .with(Op::Contains)
                .with(Op::Null),
            Edm::Int32 | Edm::Int64 | Edm::Double | Edm::Instant => {
                Ops::RANGE.with(Op::Ne).with(Op::Gt).with(Op::Lt).with(Op::Null)
            }
            Edm::Bool => Ops::EQ.with(Op::Ne).with(Op::Null),
            Edm::List(item) => carried_by(item),
            Edm::Object(_) | Edm::Json | Edm::Raw => Ops::NONE,
        }
    }

    #[test]
    fn names_of_tables_are_unique() {
        let different: BTreeSet<_> = names().collect();
        assert_eq!(different.len(), names().count());
    }

    #[test]
    fn names_of_columns_are_unique_in_sql_and_on_the_wire() {
        fn check(path: &str, columns: &[Column]) {
            let names: BTreeSet<&str> = columns.iter().map(|c| c.name).collect();
            assert_eq!(names.len(), columns.len(), "{path}");
            let members = columns.iter().filter(|c| !c.wire.is_empty());
            let spellings: Vec<&str> =
                members.flat_map(|c| std::iter::once(&c.wire).chain(c.aliases)).copied().collect();
            let different: BTreeSet<&str> = spellings.iter().copied().collect();
            assert_eq!(different.len(), spellings.len(), "{path}: {spellings:?}");
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
    fn the_time_column_is_an_instant_and_where_it_is_ordered_by_it_can_be_asked_for_a_range() {
        for set in ALL.iter().filter(|set| set.time.is_some()) {
            let time = set.time_column().unwrap();
            assert!(matches!(time.edm, Edm::Instant), "{}", set.qualified());
            let asks = set.pages().is_none_or(|pages| pages.dialect.asks_for_pages());
            assert!(asks || !time.sortable, "{}", set.qualified());
            for ops in VERSIONS.map(|version| time.ops_in(version)).into_iter().filter(|_| time.sortable) {
                assert!(ops.since(0).is_some() && ops.until(0).is_some(), "{}", set.qualified());
            }
        }
    }

    #[test]
    fn what_belongs_to_events_is_declared_of_events_alone() {
        for set in ALL.iter().filter(|set| set.time.is_none()) {
            let pages = set.pages().unwrap();
            assert!(pages.listed.is_none() && pages.retention_days.is_none(), "{}", set.qualified());
        }
    }

    #[test]
    fn the_key_is_a_text_column() {
        ALL.iter().for_each(|set| assert!(set.column(set.key).unwrap().edm.is_text(), "{}", set.qualified()));
    }

    #[test]
    fn tables_of_one_family_know_one_record_by_the_same_columns_and_choose_the_same_version() {
        for set in ALL {
            for other in ALL.iter().filter(|other| other.family == set.family && other.name != set.name) {
                let same = |name: &str| set.column(name).unwrap().wire == other.column(name).unwrap().wire;
                assert_eq!(
                    (set.key, set.within, set.time),
                    (other.key, other.within, other.time),
                    "{}",
                    set.qualified()
                );
                assert!([Some(set.key), set.time, set.within].into_iter().flatten().all(same), "{}", set.qualified());
                // Evidence counts where copies differ, and tables see different parts of them.
                assert!(set.versions.written.is_none() && set.versions.outcome.is_none(), "{}", set.qualified());
            }
        }
    }

    #[test]
    fn what_tells_versions_is_declared_as_it_is_read() {
        for set in ALL {
            let Versions { written, outcome } = set.versions;
            assert!(written.is_none_or(|column| matches!(column.edm, Edm::Instant)), "{}", set.qualified());
            let Some(outcome) = outcome else { continue };
            let field = set.column(outcome.path[0]).unwrap().fields().iter().find(|f| f.name == outcome.path[1]);
            assert!(matches!(field.unwrap().edm, Edm::Int32), "{}", set.qualified());
            assert!(outcome.interim.is_sorted_by(|a, b| a < b), "{}", set.qualified());
            assert!(
                outcome.is_final(Some(0)) && !outcome.is_final(None) && !outcome.is_final(Some(outcome.interim[0]))
            );
        }
    }

    #[test]
    fn numbers_of_enumerations_ascend_and_have_names() {
        for codes in CODES {
            assert!(codes.members.is_sorted_by(|a, b| a.0 < b.0), "{}", codes.name);
            assert!(codes.members.iter().all(|m| !m.1.is_empty()) && is_sentence(codes.doc), "{}", codes.name);
        }
        each_column(&mut |_, path, column| {
            let Some(codes) = column.codes else { return };
            assert!(codes.members.is_sorted_by(|a, b| a.0 < b.0), "{path}");
            assert!(matches!(column.edm, Edm::Int32 | Edm::Text), "{path}");
        });
    }

    #[test]
    fn lists_of_a_service_are_documented_and_told_apart_by_text() {
        for lookup in LOOKUPS {
            let columns = lookup.columns.iter();
            assert!(is_sentence(lookup.doc) && columns.clone().all(|c| is_sentence(c.doc) && is_snake_case(c.name)));
            assert!(lookup.columns[0].edm.is_text() && lookup.path.starts_with('/'), "{}", lookup.qualified());
        }
    }

    #[test]
    fn derived_columns_are_no_members_and_cannot_be_asked() {
        each_column(&mut |set, path, column| {
            let raw = matches!(column.edm, Edm::Raw);
            assert_eq!(column.wire.is_empty(), raw || column.derived.is_some(), "{path}");
            let top = set.columns.iter().any(|c| std::ptr::eq(c, column));
            assert!(column.derived.is_none_or(|d| top && !d.of.is_empty()), "{path}");
            assert!(column.derived.is_none() || VERSIONS.iter().all(|v| column.ops_in(*v).is_empty()), "{path}");
        });
    }

    #[test]
    fn what_flat_shapes_stand_in_for_are_scalar_fields_of_objects_or_columns() {
        let mut found = 0;
        each_column(&mut |set, path, column| {
            let Some(flat) = column.flat else { return };
            if set.columns.iter().any(|own| std::ptr::eq(own, column)) {
                let is_text = |edm: &Edm| !matches!(edm, Edm::Object(_) | Edm::List(_) | Edm::Json | Edm::Raw);
                assert!(is_text(&column.edm) || matches!(column.edm, Edm::List(item) if is_text(item)), "{path}");
                assert!(column.derived.is_none() && !flat.of.is_empty() && !flat.of.contains(&column.wire), "{path}");
                return;
            }
            let of = |parent: &&Column| matches!(parent.edm, Edm::Object(fields) if fields.iter().any(|f| f.name == column.name));
            assert!(set.columns.iter().any(|parent| of(&parent)), "{path}: no field of an object of the record");
            assert!(!matches!(column.edm, Edm::Object(_) | Edm::List(_) | Edm::Json | Edm::Raw), "{path}");
            // The object itself may come as a word in such a shape.
            let own = set.columns.iter().filter(|c| !of(c)).flat_map(|c| std::iter::once(&c.wire).chain(c.aliases));
            assert!(own.into_iter().all(|name| !flat.of.contains(name)), "{path}: the name is a column's");
            assert!(column.derived.is_none() && !flat.of.is_empty(), "{path}");
            found += 1;
        });
        assert!(found > 0);
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

    /// A word with two codes, or in capitals, would never be found.
    #[test]
    fn what_filters_call_otherwise_can_be_asked_and_its_words_are_different() {
        let mut found = 0;
        each_column(&mut |_, path, column| {
            let Some(asked) = column.asked else { return };
            let words: BTreeSet<&str> = asked.words.iter().map(|(word, _)| *word).collect();
            assert_eq!(words.len(), asked.words.len(), "{path}");
            assert!(words.iter().all(|word| word.to_lowercase() == **word), "{path}");
            // Words stand for a code and not for a part of one.
            let most = if words.is_empty() { carried_by(&column.edm) } else { Ops::EQ };
            assert!(VERSIONS.iter().all(|v| column.ops_in(*v).iter().all(|op| most.has(op))), "{path}");
            assert!(!asked.path.is_empty() && !column.ops_in(ApiVersion::Beta).is_empty(), "{path}");
            found += 1;
        });
        assert!(found >= 5);
    }

    #[test]
    fn a_property_of_beta_alone_has_no_operator_in_version_1() {
        each_column(&mut |_, path, column| {
            assert!(column.since == ApiVersion::V1 || column.ops_in(ApiVersion::V1).is_empty(), "{path}");
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
            let Some(population) = set.population() else { continue };
            let list = set.column(population.column).unwrap();
            assert!(matches!(list.edm, Edm::List(Edm::Text | Edm::Enum(_))), "{}", set.qualified());
            assert!(list.ops_in(ApiVersion::Beta).has(Op::Eq), "{}", set.qualified());
            assert!(matches!(set.column(population.flag).unwrap().edm, Edm::Bool), "{}", set.qualified());
            let members: BTreeSet<&str> = population.kinds.iter().map(|k| k.member).collect();
            assert_eq!(members.len(), population.kinds.len());
            assert!(members.contains(population.v1_kind));
        }
    }
}
