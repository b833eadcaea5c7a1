//! What tells copies that differ: the same number for what says the same, whichever columns are asked for.

use arrow::datatypes::UInt64Type;

use super::*;

/// The digests of the records of a page, read for these columns.
fn digests(names: &[&str], records: &[&[u8]]) -> Vec<u64> {
    let body = [br#"{"value":["#, records.join(&b","[..]).as_slice(), b"]}"].concat();
    let rows = decoder(names).digested().page(&body).unwrap().rows;
    rows.column_by_name(DIGEST).unwrap().as_primitive::<UInt64Type>().values().to_vec()
}

/// Whether all of them have one digest, or each one of its own.
fn all_alike(records: &[&[u8]]) -> Option<bool> {
    let expected = digests(&["id"], records);
    for names in [&[][..], &["text", "small", "place"], &["open", "places", "tags", "raw"], &["raw"]] {
        assert_eq!(digests(names, records), expected, "{names:?}");
        // What was learned of one page is no part of the next one's digests.
        let mut reversed: Vec<&[u8]> = records.to_vec();
        reversed.reverse();
        assert!(digests(names, &reversed).iter().rev().eq(&expected), "{names:?}");
    }
    let different: std::collections::BTreeSet<u64> = expected.iter().copied().collect();
    match different.len() {
        1 => Some(true),
        count => (count == records.len()).then_some(false),
    }
}

#[test]
fn copies_that_say_the_same_have_one_digest() {
    for records in [
        &[
            &br#"{"id":"a","text":"x","place":{"city":"Oslo","height":1},"new":[1,{"b":2}]}"#[..],
            br#"{ "new" : [1, {"b":2} ], "place":{"height":1,"city":"Oslo"} ,"text":"x","id":"a"}"#,
            br#"{"id":"a","text":"\u0078","place":{"city":"O\u0073lo","height":1,"x":null},"new":[1,{"b":2,"c":null}]}"#,
            br#"{"\u0069d":"a","t\u0065xt":"x","place":{"city":"Oslo","height":1},"new":[1,{"b":2}],"other":null}"#,
        ][..],
        &[br#"{"id":"a"}"#, br#"{"id":"a","text":null,"new":null}"#, br#"{"open":null,"id":"a"}"#],
        &[br#"{"id":"a","new":"\/\u0000\ud83d\ude00"}"#, "{\"new\":\"/\u{0}\u{1F600}\",\"id\":\"a\"}".as_bytes()],
    ] {
        assert_eq!(all_alike(records), Some(true), "{}", String::from_utf8_lossy(records[0]));
    }
}

#[test]
fn copies_that_say_other_things_have_others() {
    let records: [&[u8]; 20] = [
        br#"{"id":"a"}"#,
        br#"{"id":"b"}"#,
        br#"{"id":"a","id":"a"}"#,
        br#"{"id":"a","id":"b"}"#,
        br#"{"id":"a","small":1}"#,
        br#"{"id":"a","small":"1"}"#,
        br#"{"id":"a","small":1.0}"#,
        br#"{"id":"a","small":true}"#,
        br#"{"id":"a","small":"true"}"#,
        br#"{"id":"a","small":123456789012345678901234567890}"#,
        br#"{"id":"a","small":-1e400}"#,
        br#"{"id":"a","text":"\ud800"}"#,
        br#"{"id":"a","text":"\x"}"#,
        b"{\"id\":\"a\",\"text\":\"\xff\"}",
        b"{\"id\":\"a\",\"new\":\"\xfe\"}",
        br#"{"id":"a","new":{"x":"\"}{"}}"#,
        br#"{"id":"a","new":[]}"#,
        br#"{"id":"a","new":[null]}"#,
        br#"{"id":"a","new":{}}"#,
        br#"{"id":"a","new\"er":{}}"#,
    ];
    assert_eq!(all_alike(&records), Some(false));
}

#[test]
fn a_name_is_what_its_spelling_says() {
    // The second has a name with a backslash, the third one that ends with a backspace: as bytes they begin alike.
    for records in [r#"{"ab":1,"c":2},{"a\\b":1,"c":2},{"a\b":1,"c":2}"#, r#"{"a\"":1},{"a\u0022":1},{"a":1}"#] {
        let mut pages = decoder(&["id"]).noticing(std::sync::Arc::default());
        let body = format!(r#"{{"value":[{records},{records}]}}"#);
        let strange = pages.page(body.as_bytes()).unwrap().strange;
        let met: Vec<(&str, u64)> = strange.members.iter().map(|m| (m.member.as_str(), m.count)).collect();
        let expected: &[(&str, u64)] = match records.len() {
            n if n > 40 => &[("ab", 2), ("c", 6), ("a\\b", 2), ("a\u{8}", 2)],
            _ => &[("a\"", 4), ("a", 2)],
        };
        assert_eq!(met, expected, "{records}");
    }
}

#[test]
fn what_is_broken_ends_a_page_whether_it_is_asked_for_or_not() {
    for broken in [r#"{"a" 1}"#, "[1,]", "{\"a\":1,}", "01", "[1 2]", "{1:2}", "[}", "nul", "\"", "{\"a\":[{]}", "-"] {
        let body = format!(r#"{{"value":[{{"id":"a","text":"x","open":{broken},"text2":1}}]}}"#);
        for names in [&["id"][..], &["text"], &["open"], &["raw", "id"]] {
            for pages in [decoder(names), decoder(names).digested()] {
                let mut pages = pages;
                pages.page(body.as_bytes()).expect_err(&format!("{broken} {names:?}"));
            }
        }
    }
}

#[test]
fn what_was_read_before_changes_no_digest() {
    let policies = [r#"[{"x":1},{"y":null}]"#, r#"[{"y":null},{"x":1}]"#, r#"{"a":{"b":[]}}"#, "[]", "{}", "[1"];
    let mut draw = fastrand::Rng::with_seed(5);
    let record = |draw: &mut fastrand::Rng| {
        // Runs of the same value, so that it is known, and then another one that begins alike.
        let of = |policy: &str| if policy == "[1" { r#"[1,{"x":1}]"#.to_owned() } else { policy.to_owned() };
        let members = ["new", "place", "tags", "open"].map(|name| {
            let policy = if draw.u8(0..8) > 0 { policies[0] } else { policies[draw.usize(0..policies.len())] };
            format!(r#""{name}":{}"#, of(policy))
        });
        format!(r#"{{"id":"a",{}}}"#, members.join(","))
    };
    let records: Vec<String> = (0..500).map(|_| record(&mut draw)).collect();
    let together: Vec<&[u8]> = records.iter().map(String::as_bytes).collect();
    for names in [&["id"][..], &["place", "tags"]] {
        let alone: Vec<u64> = together.iter().flat_map(|record| digests(names, &[record])).collect();
        assert_eq!(digests(names, &together), alone, "{names:?}");
        let different: std::collections::BTreeSet<u64> = alone.iter().copied().collect();
        assert!(different.len() > 20, "{}", different.len());
    }
}
