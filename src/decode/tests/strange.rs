//! Members that no column declares: which are noticed, what they cost, and that nobody can make them grow.

use std::fmt::Write as _;
use std::sync::Arc;

use super::*;
use crate::apis::graph::SIGN_INS;

fn declared(columns: &'static [Column]) -> Arc<Declared> {
    Arc::new(Declared::of(columns))
}

fn met(strange: &Strange) -> Vec<(&str, u64, Option<&str>)> {
    strange.members.iter().map(|m| (m.member.as_str(), m.count, m.first_id.as_deref())).collect()
}

fn strange(names: &[&str], records: &str) -> Strange {
    let mut pages = decoder(names).noticing(declared(&COLUMNS));
    pages.page(format!(r#"{{"value":[{records}]}}"#).as_bytes()).unwrap().strange
}

#[test]
fn members_without_a_column_are_counted_with_the_first_record_that_has_them() {
    let records = r#"{"new":1,"id":"a","text":"x","ratio":2},{"id":"b","other":{"deep":1},"new":null,"new":2},
        {"@odata.type":"x","text@odata.count":2,"odata.id":"y","id":"c"}"#;
    let found = strange(&["text"], records);
    assert_eq!(met(&found), [("new", 3, Some("a")), ("other", 1, Some("b"))]);
    assert_eq!(found.unlisted, 0);
    assert_eq!(
        decoder(&["text"]).page(format!(r#"{{"value":[{records}]}}"#).as_bytes()).unwrap().strange,
        Strange::default()
    );
}

#[test]
fn inside_of_what_is_read_they_are_named_by_the_column() {
    let records =
        r#"{"id":"a","place":{"city":"x","zip":1},"places":[{"zip":1},{"street":2,"zip":3}],"open":{"any":1}}"#;
    assert_eq!(
        met(&strange(&["place", "places", "open"], records)),
        [("place.zip", 1, Some("a")), ("places[].zip", 2, Some("a")), ("places[].street", 1, Some("a"))]
    );
    assert_eq!(met(&strange(&["id"], records)), [], "what is not read is not looked into");
}

#[test]
fn every_batch_counts_anew() {
    let mut pages = decoder(&["id"]).noticing(declared(&COLUMNS));
    let mut page =
        |id: &str| pages.page(format!(r#"{{"value":[{{"new":1,"id":"{id}"}}]}}"#).as_bytes()).unwrap().strange;
    assert_eq!(met(&page("a")), [("new", 1, Some("a"))]);
    assert_eq!(met(&page("b")), [("new", 1, Some("b"))]);
}

#[test]
fn aliases_and_members_that_columns_are_made_of_are_declared() {
    let key = SIGN_INS.column("id").unwrap();
    let mut rows = RecordDecoder::lenient(&[key], key).noticing(declared(SIGN_INS.columns));
    rows.append(br#"{"Id":"a","ResultType":"0","CreatedDateTime [UTC]":"x","user_display_name":"y","Neu":1}"#).unwrap();
    assert_eq!(met(&rows.finish().strange), [("Neu", 1, Some("a"))]);
}

#[test]
fn names_that_somebody_invents_do_not_grow() {
    let mut pages = decoder(&["id"]).noticing(declared(&COLUMNS));
    let mut total = 0;
    for page in 0..20 {
        let mut body = String::from(r#"{"value":["#);
        for record in 0..500 {
            let comma = if record > 0 { "," } else { "" };
            write!(body, r#"{comma}{{"id":"a""#).unwrap();
            (0..10).for_each(|n| write!(body, r#","x{page}-{record}-{n}":1"#).unwrap());
            body.push('}');
        }
        write!(body, r#",{{"id":"b","{}":1}}]}}"#, "y".repeat(1 << 20)).unwrap();
        let found = pages.page(body.as_bytes()).unwrap().strange;
        assert!(found.members.len() <= 512, "{}", found.members.len());
        assert!(found.members.iter().all(|member| member.member.len() <= 256));
        total += found.members.iter().map(|member| member.count).sum::<u64>() + found.unlisted;
    }
    assert_eq!(total, 20 * 5_001, "what is not told apart is counted all the same");
}
