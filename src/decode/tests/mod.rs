//! The decoder as a whole: types against inputs, conflicts, envelopes, and a comparison with two other readers.

mod agreement;
mod digests;
mod lenient;
mod strange;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;
use crate::table::{Column, Edm, col};
use crate::veil::Raw;

const PLACE: &[Column] = &[col("city", "city", Edm::Text, ""), col("height", "height", Edm::Double, "")];

/// A column of each type.
pub(super) static COLUMNS: [Column; 12] = [
    col("id", "id", Edm::Text, ""),
    col("text", "text", Edm::Text, ""),
    col("flag", "flag", Edm::Bool, ""),
    col("small", "small", Edm::Int32, ""),
    col("large", "large", Edm::Int64, ""),
    col("ratio", "ratio", Edm::Double, ""),
    col("time", "time", Edm::Instant, ""),
    col("place", "place", Edm::Object(PLACE), ""),
    col("tags", "tags", Edm::List(&Edm::Text), ""),
    col("places", "places", Edm::List(&Edm::Object(PLACE)), ""),
    col("open", "open", Edm::Json, ""),
    col("raw", "", Edm::Raw, ""),
];

fn columns(names: &[&str]) -> Vec<&'static Column> {
    names.iter().map(|name| COLUMNS.iter().find(|c| c.name == *name).unwrap()).collect()
}

pub(super) fn decoder(names: &[&str]) -> PageDecoder {
    PageDecoder::new(&columns(names), "id")
}

/// Every cell of a column as text; NULL is `∅`.
pub(super) fn cells(rows: &RecordBatch, column: usize) -> Vec<String> {
    let options = FormatOptions::new().with_null("∅");
    let column = rows.column(column);
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
    (0..column.len()).map(|row| formatter.value(row).to_string()).collect()
}

fn counted(conflicts: &[Conflict]) -> Vec<(&str, u64, Option<&str>)> {
    conflicts.iter().map(|c| (c.column.as_str(), c.count, c.first_id.as_deref())).collect()
}

fn page(names: &[&str], records: &str) -> Page {
    decoder(names).page(format!(r#"{{"value":[{records}]}}"#).as_bytes()).unwrap()
}

/// Reads `value` as the only value of a column; gives the cell, and the conflicts.
fn read(column: &str, value: &[u8]) -> (String, Vec<Conflict>) {
    let wire = columns(&[column])[0].wire;
    let body = [br#"{"value":[{"id":"a","#, format!("\"{wire}\":").as_bytes(), value, b"}]}"].concat();
    let page = decoder(&[column]).page(&body).unwrap();
    (cells(&page.rows, 0).remove(0), page.conflicts)
}

#[test]
fn values_become_what_their_column_says_without_a_conflict() {
    for (column, value, cell) in [
        ("text", r#""x""#, "x"),
        ("text", r#""""#, ""),
        ("text", r#""longer than twelve bytes""#, "longer than twelve bytes"),
        ("text", r#""tab\t, quote\", \u00e9\ud83d\ude00""#, "tab\t, quote\", é😀"),
        ("text", "12.50", "12.50"),
        ("text", "123456789012345678901234567890", "123456789012345678901234567890"),
        ("text", "-1e400", "-1e400"),
        ("text", "true", "true"),
        ("text", "false", "false"),
        ("text", "null", "∅"),
        ("flag", "true", "true"),
        ("flag", "false", "false"),
        ("flag", r#""True""#, "true"),
        ("flag", r#""FALSE""#, "false"),
        ("flag", r#""""#, "∅"),
        ("flag", "null", "∅"),
        ("small", "50126", "50126"),
        ("small", "-2147483648", "-2147483648"),
        ("small", "1.0", "1"),
        ("small", r#""1.0""#, "1"),
        ("small", r#""20""#, "20"),
        ("small", r#""2\u0030""#, "20"),
        ("small", r#""""#, "∅"),
        ("small", "null", "∅"),
        ("large", "9007199254740993", "9007199254740993"),
        ("large", r#""-9223372036854775808""#, "-9223372036854775808"),
        ("large", "1e3", "1000"),
        ("ratio", "0", "0.0"),
        ("ratio", "-87.8483123779", "-87.8483123779"),
        ("ratio", r#""1.5""#, "1.5"),
        ("ratio", r#""""#, "∅"),
        ("time", r#""2020-05-20T14:55:25.9803507+00:00""#, "2020-05-20T14:55:25.980350Z"),
        ("time", r#""2021-05-18T21:13:33""#, "2021-05-18T21:13:33Z"),
        ("time", r#""0001-01-01T00:00:00Z""#, "0001-01-01T00:00:00Z"),
        ("time", r#""""#, "∅"),
        ("time", "null", "∅"),
        ("place", r#"{"city":"Oslo","height":1}"#, "{city: Oslo, height: 1.0}"),
        ("place", r#"{"mayor":{"x":[1,{}]},"city":"Oslo"}"#, "{city: Oslo, height: ∅}"),
        ("place", "{}", "{city: ∅, height: ∅}"),
        ("place", "null", "∅"),
        ("tags", r#"["a",null,3]"#, "[a, ∅, 3]"),
        ("tags", "[]", "[]"),
        ("tags", "null", "∅"),
        ("places", r#"[{"city":"Oslo"},null,{}]"#, "[{city: Oslo, height: ∅}, ∅, {city: ∅, height: ∅}]"),
        ("open", r#"{"a":[1, 2]}"#, r#"{"a":[1, 2]}"#),
        ("open", r#""x\n""#, r#""x\n""#),
        ("open", "1e400", "1e400"),
        ("open", "null", "∅"),
    ] {
        assert_eq!(read(column, value.as_bytes()), (cell.to_owned(), vec![]), "{column} {value}");
    }
}

#[test]
fn values_that_cannot_be_what_their_column_says_are_null_and_counted() {
    for (column, value, cell, path) in [
        ("text", "{}", "∅", "text"),
        ("text", r#"["a"]"#, "∅", "text"),
        ("text", r#""\ud800""#, "∅", "text"),
        ("text", r#""\x""#, "∅", "text"),
        ("flag", "1", "∅", "flag"),
        ("flag", r#""yes""#, "∅", "flag"),
        ("small", "2147483648", "∅", "small"),
        ("small", "1.5", "∅", "small"),
        ("small", "true", "∅", "small"),
        ("small", r#""Success""#, "∅", "small"),
        ("small", r#"" 1""#, "∅", "small"),
        ("large", "9223372036854775808", "∅", "large"),
        ("large", "1e400", "∅", "large"),
        ("ratio", "1e400", "∅", "ratio"),
        ("ratio", r#""NaN""#, "∅", "ratio"),
        ("ratio", "false", "∅", "ratio"),
        ("time", "1589998744", "∅", "time"),
        ("time", r#""1/9/2007 10:41:00 AM +01:00""#, "∅", "time"),
        ("time", "{}", "∅", "time"),
        ("place", r#""""#, "∅", "place"),
        ("place", r#"[{"city":"Oslo"}]"#, "∅", "place"),
        ("place", r#"{"city":{},"height":2}"#, "{city: ∅, height: 2.0}", "place.city"),
        ("tags", r#""a""#, "∅", "tags"),
        ("tags", r#"{"a":1}"#, "∅", "tags"),
        ("tags", r#"["a",["b"],"c"]"#, "[a, ∅, c]", "tags[]"),
        ("places", r#"["Oslo",{"city":"Bergen"}]"#, "[∅, {city: Bergen, height: ∅}]", "places[]"),
        (
            "places",
            r#"[{"height":"high"},{"height":3}]"#,
            "[{city: ∅, height: ∅}, {city: ∅, height: 3.0}]",
            "places[].height",
        ),
    ] {
        let (read, conflicts) = read(column, value.as_bytes());
        assert_eq!((read.as_str(), counted(&conflicts)), (cell, vec![(path, 1, Some("a"))]), "{column} {value}");
    }
}

#[test]
fn absent_members_are_null_in_every_type() {
    let names: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
    let page = page(&names, "{},{}");
    for (at, name) in names.iter().enumerate() {
        let cell = if *name == "raw" { "{}" } else { "∅" };
        assert_eq!(cells(&page.rows, at), [cell, cell], "{name}");
    }
    assert_eq!(page.conflicts, []);
}

#[test]
fn the_schema_is_the_declared_one_and_every_page_has_it() {
    let names: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
    let mut decoder = decoder(&names);
    let declared: Vec<_> = COLUMNS.iter().map(Column::field).collect();
    assert_eq!(decoder.schema().fields().iter().map(|f| f.as_ref().clone()).collect::<Vec<_>>(), declared);
    for body in [r#"{"value":[]}"#, r#"{"value":[{"tags":["a"]}]}"#, r#"{"value":[]}"#] {
        assert_eq!(decoder.page(body.as_bytes()).unwrap().rows.schema(), decoder.schema());
    }
}

#[test]
fn no_columns_still_count_rows() {
    assert_eq!(page(&[], r#"{"id":"a"},{},{"x":[]}"#).rows.num_rows(), 3);
}

#[test]
fn raw_is_the_record_byte_for_byte_wherever_it_stands() {
    let record = r#"{ "id" : "a",  "x" : [1e400, {"y" : null}] }"#;
    for (names, at) in [(["raw", "id"], 0), (["id", "raw"], 1)] {
        let page = page(&names, &format!(" {record} ,{{}}"));
        assert_eq!(cells(&page.rows, at), [record, "{}"]);
    }
}

#[test]
fn bytes_that_are_no_utf8_cost_one_value_and_mark_raw() {
    let body = b"{\"value\":[{\"id\":\"a\",\"text\":\"\xFF\",\"x\":\"\xC3\"},{\"id\":\"b\",\"text\":\"\xC3\xA9\"}]}";
    let page = decoder(&["text", "raw"]).page(body).unwrap();
    assert_eq!(cells(&page.rows, 0), ["∅", "é"]);
    assert_eq!(cells(&page.rows, 1)[0], "{\"id\":\"a\",\"text\":\"\u{FFFD}\",\"x\":\"\u{FFFD}\"}");
    assert_eq!(counted(&page.conflicts), [("text", 1, Some("a")), ("raw", 1, Some("a"))]);
}

#[test]
fn a_member_that_comes_again_is_counted_and_the_first_stands() {
    let page = page(
        &["text", "place", "tags"],
        r#"{"id":"a","text":"1","text":"2","place":{"city":"x","city":"y"},"place":null,"tags":[],"tags":["b"]},{"text":"3"}"#,
    );
    assert_eq!(cells(&page.rows, 0), ["1", "3"]);
    assert_eq!(cells(&page.rows, 1), ["{city: x, height: ∅}", "∅"]);
    assert_eq!(cells(&page.rows, 2), ["[]", "∅"]);
    let first = Some("a");
    assert_eq!(
        counted(&page.conflicts),
        [("text", 1, first), ("place", 1, first), ("place.city", 1, first), ("tags", 1, first)]
    );
}

#[test]
fn escaped_names_are_the_names_they_stand_for() {
    let page = page(&["text"], r#"{"te\u0078t":"a"},{"\ud800":1,"text":"b"},{"te\\xt":"c"}"#);
    assert_eq!(cells(&page.rows, 0), ["a", "b", "∅"]);
}

#[test]
fn the_first_record_concerned_is_named_though_its_id_comes_last_or_is_not_asked_for() {
    for (records, id) in [
        (r#"{"small":"x","id":"late"},{"id":"b","small":"y"}"#, Some("late")),
        (r#"{"id":"fine","small":1},{"small":"x","id":17},{"small":[]}"#, Some("17")),
        (r#"{"small":"x"},{"id":"b","small":"y"}"#, None),
        (r#"{"small":"x","id":null},{"id":"b","small":"y"}"#, None),
        (r#"{"small":"x","i\u0064":"a\u0062"},{"small":"y"}"#, Some("ab")),
    ] {
        assert_eq!(counted(&page(&["small"], records).conflicts), [("small", 2, id)], "{records}");
    }
}

#[test]
fn conflicts_are_counted_page_by_page() {
    let mut decoder = decoder(&["small"]);
    for id in ["a", "b"] {
        let body = format!(r#"{{"value":[{{"id":"{id}","small":{{}}}}]}}"#);
        assert_eq!(counted(&decoder.page(body.as_bytes()).unwrap().conflicts), [("small", 1, Some(id))]);
    }
    assert_eq!(decoder.page(br#"{"value":[{"small":1}]}"#).unwrap().conflicts, []);
}

#[test]
fn an_envelope_is_read_in_any_order() {
    for (body, rows, next) in [
        (r#"{"value":[]}"#, 0, None),
        (r#" { "value" : [ { } , { } ] } "#, 2, None),
        (
            r#"{"@odata.context":"c","@odata.nextLink":"https://x/?$skiptoken=a%2Bb","value":[{}]}"#,
            1,
            Some("https://x/?$skiptoken=a%2Bb"),
        ),
        (r#"{"value":[{}],"@odata.count":1,"@odata.nextLink":"https:\/\/x\/y"}"#, 1, Some("https://x/y")),
        (r#"{"value":[{}],"odata.nextLink":"next"}"#, 1, Some("next")),
        (r#"{"value":[{}],"@nextLink":"next"}"#, 1, Some("next")),
        (r#"{"value":[],"@odata.nextLink":"next"}"#, 0, Some("next")),
        (r#"{"value":[{}],"@odata.nextLink":null}"#, 1, None),
        (r#"{"v\u0061lue":[{}],"@odata.next\u004cink":"next"}"#, 1, Some("next")),
        (r#"{"error":null,"value":[{}],"extra":{"value":[1],"error":{},"@odata.nextLink":""}}"#, 1, None),
        ("\u{FEFF}{\"value\":[{}]}", 1, None),
    ] {
        let page = decoder(&["id"]).page(body.as_bytes()).unwrap();
        assert_eq!((page.rows.num_rows(), page.next.as_deref()), (rows, next), "{body}");
    }
}

#[test]
fn a_reply_that_is_no_page_is_an_error_with_a_name() {
    let not_a_page = |found| Error::NotAPage { found };
    let link = |found| Error::BadLink { found };
    let service = |code: &str, message: &str| Error::SaidByService { code: Raw::new(code), message: Raw::new(message) };
    for (body, error) in [
        ("", not_a_page("nothing")),
        (" \n ", not_a_page("nothing")),
        ("<!DOCTYPE html><html></html>", not_a_page("HTML or XML")),
        ("[{}]", not_a_page("an array")),
        ("\"value\"", not_a_page("a string")),
        ("null", not_a_page("null")),
        ("\u{1f}\u{8b}", not_a_page("no JSON")),
        ("{}", not_a_page("an object without 'value'")),
        (r#"{"Value":[]}"#, not_a_page("an object without 'value'")),
        (r#"{"value":null}"#, not_a_page("'value' is null")),
        (r#"{"value":{}}"#, not_a_page("'value' is an object")),
        (r#"{"value":"[]"}"#, not_a_page("'value' is a string")),
        (r#"{"value":1}"#, not_a_page("'value' is no array")),
        (
            r#"{"error":{"code":"UnknownError","message":"a \"b\"","innerError":{"code":"x"}}}"#,
            service("UnknownError", "a \"b\""),
        ),
        (r#"{"value":[],"error":{"message":["x"]}}"#, service("", "")),
        (r#"{"error":"invalid_grant"}"#, service("invalid_grant", "")),
        (r#"{"value":[{},null]}"#, Error::NotARecord { index: 1, found: "null" }),
        (r#"{"value":[[{}]]}"#, Error::NotARecord { index: 0, found: "an array" }),
        (r#"{"value":[],"value":[]}"#, Error::Duplicate { name: "value" }),
        (r#"{"value":[],"@odata.nextLink":"a","@odata.nextLink":"a"}"#, Error::Duplicate { name: "@odata.nextLink" }),
        (r#"{"value":[],"@odata.nextLink":null,"@nextLink":"a"}"#, Error::Duplicate { name: "@odata.nextLink" }),
        (r#"{"value":[],"@odata.nextLink":""}"#, link("empty")),
        (r#"{"value":[],"@odata.nextLink":" "}"#, link("empty")),
        (r#"{"value":[],"@odata.nextLink":false}"#, link("no string")),
        (r#"{"value":[],"@odata.nextLink":{"a":1}}"#, link("no string")),
        (r#"{"value":[],"@odata.nextLink":"\ud800"}"#, link("no text")),
        (r#"{"value":[]}{"value":[]}"#, Error::Trailing { at: 12 }),
        (r#"{"value":[]},"#, Error::Trailing { at: 12 }),
        (r#"{"value":[{}"#, Error::Truncated { at: 12 }),
        (r#"{"value":[{"id":tru}]}"#, Error::Syntax { at: 16, expected: "a value" }),
        (r#"{"value":[{"id":1 "x":2}]}"#, Error::Syntax { at: 18, expected: "',' or '}'" }),
    ] {
        assert_eq!(decoder(&["id"]).page(body.as_bytes()).unwrap_err(), error, "{body}");
    }
}

#[test]
fn a_page_cut_anywhere_is_truncated_and_leaves_nothing_to_the_next() {
    let body =
        br#"{"@odata.nextLink":"n","value":[{"id":"a","small":"x","tags":["t"],"place":{"city":1}},{"id":"b"}]}"#;
    let mut decoder = decoder(&["id", "small", "tags", "place", "raw"]);
    let whole = decoder.page(body).unwrap();
    for cut in 1..body.len() {
        let error = decoder.page(&body[..cut]).unwrap_err();
        assert!(matches!(error, Error::Truncated { .. }), "{cut}: {error:?}");
        let again = decoder.page(body).unwrap();
        assert_eq!((again.rows, again.conflicts), (whole.rows.clone(), whole.conflicts.clone()), "{cut}");
    }
}

#[test]
fn nothing_in_a_record_costs_another_row() {
    let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let huge = "x".repeat(10 << 20);
    for (odd, conflicts) in [
        (format!(r#""ignored":{}"#, deep(200_000)), 0),
        (format!(r#""text":{}"#, deep(200_000)), 1),
        (format!(r#""tags":{}"#, deep(200_000)), 1),
        (format!(r#""place":{{"city":{}}}"#, deep(200_000)), 1),
        (format!(r#""open":{}"#, deep(200_000)), 0),
        (r#""ignored":1e400"#.into(), 0),
        (r#""ignored":"\ud800""#.into(), 0),
        (format!(r#""text":"{huge}""#), 0),
        (format!(r#""small":"{huge}""#), 1),
        (format!(r#""small":{}"#, "9".repeat(1 << 20)), 1),
        (format!(r#""{huge}":1"#), 0),
    ] {
        let names: Vec<&str> = COLUMNS.iter().map(|c| c.name).collect();
        let page = page(&names, &format!(r#"{{"id":"a","small":1}},{{"id":"b",{odd}}},{{"id":"c","small":3}}"#));
        assert_eq!(cells(&page.rows, 0), ["a", "b", "c"]);
        assert_eq!(page.conflicts.iter().map(|c| c.count).sum::<u64>(), conflicts, "{}", &odd[..20]);
        let small: Vec<String> = cells(&page.rows, 3);
        assert_eq!([&small[0], &small[2]], ["1", "3"]);
    }
}

#[test]
fn a_record_that_is_refused_leaves_no_trace() {
    let mut rows = RecordDecoder::new(&columns(&["id", "small", "raw"]), "id");
    let syntax = |at, expected| Err(RecordError::Syntax { at, expected });
    for (record, result) in [
        (r#"{"id":"a","small":1}"#, Ok(())),
        ("", Err(RecordError::NotAnObject { found: "nothing" })),
        ("[1]", Err(RecordError::NotAnObject { found: "an array" })),
        (r#"{"id":"x","small":"odd","y":"#, Err(RecordError::Truncated { at: 28 })),
        (r#"{"id":"x","small":"odd",}"#, syntax(24, "a name in quotes")),
        (r#"{"id":"x"} {"id":"y"}"#, syntax(11, "the end of the record")),
        (" {\"id\":\"b\"}\r\n", Ok(())),
    ] {
        assert_eq!(rows.append(record.as_bytes()), result, "{record}");
    }
    assert_eq!(rows.count(), 2);
    let batch = rows.finish();
    assert_eq!(cells(&batch.rows, 0), ["a", "b"]);
    assert_eq!(cells(&batch.rows, 2), [r#"{"id":"a","small":1}"#, r#"{"id":"b"}"#]);
    assert_eq!((batch.conflicts, rows.count()), (vec![], 0));
}

#[test]
fn lists_keep_their_bounds_from_batch_to_batch() {
    let mut rows = RecordDecoder::new(&columns(&["tags"]), "id");
    for (records, expected) in [
        (&[r#"{"tags":["a","b"]}"#, "{}", r#"{"tags":["c"]}"#][..], &["[a, b]", "∅", "[c]"][..]),
        (&[r#"{"tags":[]}"#, r#"{"tags":["d"]}"#][..], &["[]", "[d]"][..]),
    ] {
        records.iter().for_each(|record| rows.append(record.as_bytes()).unwrap());
        let batch = rows.finish();
        assert_eq!(cells(&batch.rows, 0), expected);
        assert_eq!(batch.rows.column(0).as_list::<i32>().value_offsets()[0], 0);
    }
}

#[test]
#[should_panic(expected = "column id is asked for twice")]
fn a_column_that_is_asked_for_twice_is_a_fault_of_ours() {
    decoder(&["id", "id"]);
}

/// Names that two columns of one object would both take.
fn shared(columns: &[Column], at: &str) -> Vec<String> {
    let mut seen = std::collections::HashMap::new();
    let mut all = Vec::new();
    for column in columns.iter().filter(|column| !column.wire.is_empty()) {
        if let Some(other) = seen.insert(folded(column.wire), column.name) {
            all.push(format!("{at}.{}: {other}", column.name));
        }
        all.extend(shared(column.fields(), &format!("{at}.{}", column.name)));
    }
    all
}

#[test]
fn no_two_columns_of_a_table_have_one_name_in_two_spellings() {
    let all: Vec<String> = crate::apis::ALL.iter().flat_map(|set| shared(set.columns, &set.qualified())).collect();
    assert_eq!(all, Vec::<String>::new());
}
