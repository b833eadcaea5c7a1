//! Trials of the declarations.

use std::collections::HashSet;

use super::*;

#[test]
fn views_and_columns_have_names_of_their_own() {
    let shared = super::super::rows::Rows::of(None).fields;
    let (mut views, mut events) = (HashSet::new(), HashSet::new());
    for view in ALL {
        assert!(views.insert(view.name) && view.doc.ends_with('.'), "{}", view.name);
        let mut names: HashSet<String> = shared.iter().map(|field| field.name.clone()).collect();
        names.extend(["file", "line"].map(str::to_owned));
        for field in view.fields() {
            assert!(names.insert(field.name.clone()), "{}: {} is there twice", view.name, field.name);
            assert!(field.doc.ends_with('.') && !field.doc.contains(".."), "{}: {}", view.name, field.doc);
        }
        for of in view.events {
            assert!(!of.providers.is_empty());
            for (id, words) in of.ids {
                assert!(events.insert((of.providers[0], *id)) && !words.is_empty(), "{id} is there twice");
                assert!(view.has(of.providers[0], *id) && !view.has("Another", *id));
            }
        }
    }
    assert_eq!(events.len(), 5 + 4 + 46 + 10 + 3);
}

#[test]
fn codes_are_there_once() {
    for words in [codes::LOGON_TYPES, codes::LOGON_STATUS, codes::KERBEROS_STATUS, codes::ENCRYPTION_TYPES] {
        assert!(words.is_sorted_by(|(one, _), (other, _)| one < other));
    }
}

#[test]
fn numbers_are_decimal_or_hexadecimal() {
    assert_eq!(
        ["3", " 0x3e7 ", "0XC000006D", "-1", "x", "0x", ""].map(number),
        [Some(3), Some(999), Some(0xC000_006D), Some(-1), None, None, None,]
    );
}
