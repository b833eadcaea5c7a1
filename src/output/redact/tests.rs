//! What is replaced, and what stays.

use super::*;

fn redactor() -> Redactor {
    Redactor::with_key(b"a key of sixteen+")
}

fn harmless(redactor: &Redactor, text: &str) -> String {
    redactor.text(text, Origin::Harmless, &Origins::default())
}

#[test]
fn what_looks_like_a_person_or_an_address_is_replaced_in_any_text() {
    let redactor = redactor();
    let text = "Mail from Ada.O'Neil@contoso.com (192.168.7.9:443, fe80::1) in 7b795fb9-09d3-42f4-a494-38864f99ba3c.";
    let shown = harmless(&redactor, text);
    for gone in ["Ada", "contoso", "192.168", "fe80", "7b795fb9"] {
        assert!(!shown.contains(gone), "{shown}");
    }
    assert!(shown.starts_with("Mail from user-") && shown.contains(":443, 2001:db8:"), "{shown}");
    assert_eq!(shown, harmless(&redactor, text));
    let zeros = "00000000-0000-0000-0000-000000000000";
    let agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36";
    for same in ["12:30:45", "error 50126", "1.2", "a@b", zeros, agent, "Exchange::Add", "::", "0.0.0.0"] {
        assert_eq!(harmless(&redactor, same), same);
    }
}

#[test]
fn addresses_are_found_whatever_stands_beside_them() {
    let redactor = redactor();
    let v4 = [
        "from '198.51.100.7'",
        "198.51.100.1-198.51.100.9",
        "ip_198.51.100.1",
        "ip:198.51.100.1",
        "[198.51.100.1]:443",
        "\"198.51.100.1\"",
        "x198.51.100.1y",
        "a198.51.100.1",
        "198.51.100.1:443",
        "198.51.100.0/24",
        "(198.51.100.1).",
    ];
    for text in v4 {
        let shown = harmless(&redactor, text);
        assert!(!shown.contains("198.51"), "{text}: {shown}");
        assert!(!redactor.computed(text).contains("198.51"), "{text}");
    }
    for text in [
        "'fe80::7'",
        "IPv6:fe80::7",
        "[fe80::7]:443",
        "to fe80::7.",
        "at fe80::7:",
        "client: fe80::7%eth0",
        "-fe80::7-",
    ] {
        let shown = harmless(&redactor, text);
        assert!(!shown.contains("fe80") && shown.contains("2001:db8:"), "{text}: {shown}");
    }
}

#[test]
fn nothing_before_an_address_survives_that_could_belong_to_it() {
    let redactor = redactor();
    for text in ["Farah O'Neil \"@a.b", "\"Farah O'Neil\"@a.b", "Farah (x)@a.b", "Farah@[10.0.0.1]"] {
        assert_eq!(harmless(&redactor, text), redactor.pseudonyms.of("text", text));
        assert_eq!(redactor.computed(text), redactor.pseudonyms.of("text", text));
    }
    for text in ["a'--\"@lumenworks.example", "Ada Lovelace / ada@contoso.com", "Farah O'Neil \"@a.b", "10.0.0.1 Ada"] {
        let shown = redactor.whole(text, Sensitive::Person);
        assert_eq!(shown, redactor.pseudonyms.of("user", text));
        assert_eq!(harmless(&redactor, &format!("by {text}")), format!("by {shown}"), "known, it is found as it is");
    }
    for text in ["by a/Farah@a.bc", "by Farah%20x@a.bc", "by Jose\u{301}.Farah@a.bc", "by upn=Farah@a.bc"] {
        let shown = harmless(&redactor, text);
        assert!(shown.starts_with("by user-") && !shown.contains("Farah"), "{shown}");
    }
}

#[test]
fn a_known_name_is_no_reason_to_leave_the_rest_of_an_address() {
    let redactor = redactor();
    redactor.whole("Farah", Sensitive::Person);
    let shown = harmless(&redactor, "to farah.oneil@contoso.com");
    assert_eq!(shown, format!("to {}", redactor.computed("farah.oneil@contoso.com")));
    assert!(!harmless(&redactor, "to Farah@contoso.com").contains("contoso"));
}

#[test]
fn equal_values_have_equal_pseudonyms_and_other_keys_give_others() {
    let (one, other) = (redactor(), Redactor::with_key(b"another key"));
    let shown = one.computed("ada@contoso.com");
    assert_eq!(shown, harmless(&one, "ADA@contoso.com"));
    assert_eq!(shown, one.whole("Ada@Contoso.com", Sensitive::Person));
    assert_ne!(shown, other.computed("ada@contoso.com"));
    assert_ne!(shown, one.computed("bob@contoso.com"));
    assert_eq!(one.whole("10.0.0.1:443", Sensitive::Address), format!("{}:443", one.computed("10.0.0.1")));
}

#[test]
fn known_values_are_found_in_other_text_and_computed_text_goes_whole() {
    let redactor = redactor();
    let shown = redactor.whole("Ada Lovelace", Sensitive::Person);
    assert_eq!(harmless(&redactor, "phone of ada lovelace"), format!("phone of {shown}"));
    assert_eq!(redactor.computed("Ada Lovelace"), shown);
    assert!(redactor.computed("Ada Lovelace!").starts_with("text-"));
    redactor.whole("Windows", Sensitive::Object);
    assert_eq!(harmless(&redactor, "Windows 10"), "Windows 10", "what is in an object is no name");
}

#[test]
fn literals_are_left_out_of_names_and_plans_where_they_stand_alone() {
    let redactor = redactor();
    let origins = Origins { literals: vec!["Farah O'Neil".into(), "a".into()], ..Origins::default() };
    let name = redactor.name("count(*) FILTER (WHERE alpha = a OR a=farah o'neil)", 0, &origins);
    assert!(!name.to_lowercase().contains("farah") && name.contains("alpha = text-"), "{name}");
    assert!(name.starts_with("count(*) FILTER (WHERE "), "{name}");
    assert!(!redactor.name("farah@contoso.com", 0, &Origins::default()).contains("farah"));
    assert!(!redactor.key("farah@contoso.com", Origin::Other).contains("farah"));
}

#[test]
fn messages_do_not_quote() {
    let redactor = redactor();
    redactor.whole("Ada Lovelace", Sensitive::Person);
    assert_eq!(redactor.told("Cannot cast string 'Farah O'Neil' to Int32"), "Cannot cast string '…' to Int32");
    assert_eq!(redactor.told("can't cast \"O\"Neil\", don't"), "can't cast \"…\", don't");
    for gone in ["no Ada Lovelace here", "ada@contoso.com", "at 10.0.0.1"] {
        let shown = redactor.told(gone);
        assert!(!["Ada", "ada@", "10.0"].iter().any(|part| shown.contains(part)), "{shown}");
    }
    assert_eq!(redactor.told("there is no column x"), "there is no column x");
}
