//! What lenient reading takes, and what it refuses.

use std::borrow::Cow;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::decode::{Conflict, Oddity, Order, RecordDecoder};
use crate::table::{Codes, Column, Edm, Inputs, RAW, col, derived};

static COLOURS: Codes = Codes::of("Colours.", &[(0, "Red", ""), (1, "Green", "Grass")]);

const PAIR: &[Column] = &[col("name", "Name", Edm::Text, ""), col("value", "Value", Edm::Text, "")];
const CHANGE: &[Column] = &[col("name", "Name", Edm::Text, ""), col("new_value", "NewValue", Edm::Text, "")];

fn both<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    Some(format!("{}/{}", from[0]?, from[1].unwrap_or("-")).into())
}

fn first<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    from.iter().flatten().next().map(|text| Cow::Borrowed(*text))
}

const RESULT: &[Column] = &[
    col("code", "code", Edm::Int32, "").flat(&["ResultCode", "Error code"], first),
    col("words", "words", Edm::Text, "").flat(&["ResultWords"], first),
    col("more", "more", Edm::Text, ""),
];

static COLUMNS: &[Column] = &[
    col("id", "Id", Edm::Text, "").alias(&["OfficeId", "Identity"]),
    col("text", "text", Edm::Text, ""),
    col("path", "path", Edm::Text, "").azure_paths(),
    col("time", "time", Edm::Instant, "").alias(&["Generated", "Other"]),
    col("place", "place", Edm::Object(PAIR), "").alias(&["Place_dynamic", "Place_string"]),
    col("pairs", "pairs", Edm::List(&Edm::Object(PAIR)), ""),
    col("changes", "changes", Edm::List(&Edm::Object(CHANGE)), ""),
    col("tags", "tags", Edm::List(&Edm::Text), ""),
    col("open", "open", Edm::Json, ""),
    col("colour", "colour", Edm::Int32, "").coded(&COLOURS),
    col("colour_name", "colourName", Edm::Text, "").coded(&COLOURS),
    col("kinds", "kinds", Edm::List(&Edm::Text), "").flat(&["Kind"], first),
    col("shut", "shut", Edm::Bool, "").flat(&["Kind"], first),
    col("name", "name", Edm::Text, "").stored_lower(),
    col("result", "result", Edm::Object(RESULT), "").alias(&["Result_dynamic", "Result_string"]),
    derived("both", Edm::Text, &["text", "Id"], both, ""),
    derived("number", Edm::Int32, &["text", "Id"], both, ""),
    RAW,
];

fn columns(names: &[&str]) -> Vec<&'static Column> {
    names.iter().map(|name| COLUMNS.iter().find(|c| c.name == *name).unwrap()).collect()
}

fn cell(rows: &RecordBatch, at: usize) -> String {
    let options = FormatOptions::default().with_null("∅");
    ArrayFormatter::try_new(rows.column(at).as_ref(), &options).unwrap().value(0).to_string()
}

/// Reads one record; gives the cell of a column, and the conflicts.
fn read(column: &str, record: &str) -> (String, Vec<Conflict>) {
    let mut rows = RecordDecoder::lenient(&columns(&[column]), &COLUMNS[0]);
    rows.append(record.as_bytes()).unwrap();
    let batch = rows.finish();
    assert_eq!(batch.rows.column(0).len(), 1);
    (cell(&batch.rows, 0), batch.conflicts)
}

#[test]
fn spellings_fill_a_column_best_first_whatever_their_order() {
    for (column, record, expected) in [
        ("time", r#"{"Generated":"2020-01-01T00:00:00","time":"2021-01-01T00:00:00"}"#, "2021-01-01T00:00:00Z"),
        ("time", r#"{"Other":"2020-01-01T00:00:00","Generated":"2019-01-01T00:00:00"}"#, "2019-01-01T00:00:00Z"),
        ("time", r#"{"time":null,"Other":"1/2/2020 3:00:00 PM"}"#, "2020-01-02T15:00:00Z"),
        ("time", r#"{"Generated":"","Other":"2020-01-01T00:00:00"}"#, "2020-01-01T00:00:00Z"),
        ("time", r#"{"Time":"2020-01-01T00:00:00"}"#, "2020-01-01T00:00:00Z"),
        ("time", r#"{"Time":"2021-01-01T00:00:00","Other":"2020-01-01T00:00:00"}"#, "2020-01-01T00:00:00Z"),
        ("time", r#"{"OTHER [UTC]":"2020-01-01T00:00:00"}"#, "2020-01-01T00:00:00Z"),
        ("time", r#"{"Other [Local Time]":"2020-01-01T00:00:00"}"#, "∅"),
        ("time", r#"{"time":"\/Date(1577836800000)\/"}"#, "2020-01-01T00:00:00Z"),
        ("time", r#"{"time":{"value":"/Date(1577836800000)/","DateTime":"x"}}"#, "2020-01-01T00:00:00Z"),
        ("text", r#"{"Text":"capital"}"#, "capital"),
        ("text", r#"{"text":"small","Text":"capital"}"#, "small"),
        ("text", r#"{"TEXT":"/tenants/x"}"#, "∅"),
        ("path", r#"{"PATH":"/subscriptions/x"}"#, "/subscriptions/x"),
        ("text", r#"{"Text":""}"#, ""),
        ("text", r#"{"Text":"","TEXT":"loud"}"#, "loud"),
        ("text", r#"{"TEXT":"loud","Text":""}"#, "loud"),
        ("time", r#"{"Generated":""}"#, "∅"),
        ("place", r#"{"Place_string":""}"#, "∅"),
        ("colour_name", r#"{"colour_name":1}"#, "Green"),
        ("place", r#"{"Place":"CH"}"#, "∅"),
        ("place", r#"{"Place":"CH","place_dynamic":{"NAME":"x"}}"#, "{name: x, value: ∅}"),
        ("place", r#"{"PLACE":"{\"name\":\"x\"}"}"#, "{name: x, value: ∅}"),
        ("text", r#"{"Text":"capital","text":"small"}"#, "small"),
        ("place", r#"{"Place_string":"","Place_dynamic":"{\"Name\":\"x\"}"}"#, "{name: x, value: ∅}"),
        ("place", r#"{"Place_dynamic":"","Place_string":"{\"name\":\"x\"}"}"#, "{name: x, value: ∅}"),
    ] {
        assert_eq!(read(column, record), (expected.to_owned(), vec![]), "{record}");
    }
}

#[test]
fn nested_values_come_out_of_text_and_out_of_single_values() {
    for (column, record, expected) in [
        ("place", r#"{"place":""}"#, "∅"),
        ("place", r#"{"place":" null "}"#, "∅"),
        ("pairs", r#"{"pairs":"[\r\n {\"Name\":\"a\",\"Value\":\"b\"}]"}"#, "[{name: a, value: b}]"),
        ("pairs", r#"{"pairs":"-A \"x\" -B"}"#, "[{name: A, value: x}, {name: B, value: ∅}]"),
        ("pairs", r#"{"pairs":{"Name":"a"}}"#, "[{name: a, value: ∅}]"),
        ("pairs", r#"{"pairs":["{\"Name\":\"a\"}",{"Name":"b"}]}"#, "[{name: a, value: ∅}, {name: b, value: ∅}]"),
        ("changes", r#"{"changes":["Subject"]}"#, "[{name: Subject, new_value: ∅}]"),
        ("tags", r#"{"tags":"one"}"#, "[one]"),
        ("tags", r#"{"tags":7}"#, "[7]"),
        ("tags", r#"{"tags":"[\"a\",\"b\"]"}"#, "[a, b]"),
        ("tags", r#"{"tags":null}"#, "∅"),
        ("open", r#"{"open":"{\"a\":1}"}"#, r#"{"a":1}"#),
        ("open", r#"{"open":"plain "}"#, "plain "),
        ("open", r#"{"open":"say \"yes\""}"#, r#"say "yes""#),
        ("open", r#"{"open":7}"#, "7"),
        ("place", r#"{"place":"None"}"#, "∅"),
        ("open", r#"{"open":{"a":1}}"#, r#"{"a":1}"#),
        ("open", r#"{"open":""}"#, "∅"),
    ] {
        assert_eq!(read(column, record), (expected.to_owned(), vec![]), "{record}");
    }
}

#[test]
fn numbers_and_names_of_an_enumeration_stand_for_each_other() {
    for (column, record, expected) in [
        ("colour", r#"{"colour":1}"#, "1"),
        ("colour", r#"{"colour":"1.0"}"#, "1"),
        ("colour", r#"{"colour":"GRASS"}"#, "1"),
        ("colour", r#"{"colour":7}"#, "7"),
        ("colour", r#"{"colour":""}"#, "∅"),
        ("colour_name", r#"{"colourName":0}"#, "Red"),
        ("colour_name", r#"{"colourName":"0"}"#, "Red"),
        ("colour_name", r#"{"colourName":"Blue"}"#, "Blue"),
        ("colour_name", r#"{"colourName":7}"#, "7"),
    ] {
        assert_eq!(read(column, record), (expected.to_owned(), vec![]), "{record}");
    }
}

#[test]
fn what_stays_odd_is_null_and_counted() {
    for (column, record, expected, path) in [
        ("place", r#"{"Id":"a","place":"no json"}"#, "{name: no json, value: ∅}", None),
        ("place", r#"{"Id":"a","place":[1]}"#, "∅", Some("place")),
        ("place", r#"{"Id":"a","place":"[1]"}"#, "∅", Some("place")),
        ("pairs", r#"{"Id":"a","pairs":"no parameters"}"#, "∅", Some("pairs")),
        ("pairs", r#"{"Id":"a","pairs":"{\"Name\":"}"#, "∅", Some("pairs")),
        ("pairs", r#"{"Id":"a","pairs":7}"#, "[∅]", Some("pairs[]")),
        ("time", r#"{"Id":"a","time":"soon"}"#, "∅", Some("time")),
        ("time", r#"{"Id":"a","time":"13/1/2020 10:00:00"}"#, "∅", Some("time")),
        ("colour", r#"{"Id":"a","colour":"Blue"}"#, "∅", Some("colour")),
        ("number", r#"{"Id":"a","text":"x"}"#, "∅", Some("number")),
    ] {
        let (cell, conflicts) = read(column, record);
        let counted: Vec<_> = conflicts.iter().map(|c| (c.column.as_str(), c.count, c.first_id.as_deref())).collect();
        assert_eq!(
            (cell.as_str(), counted),
            (expected, path.map(|p| (p, 1, Some("a"))).into_iter().collect()),
            "{record}"
        );
    }
}

#[test]
fn fields_that_an_object_lacks_come_from_members_of_the_record() {
    for (record, expected) in [
        (r#"{"ResultCode":"0"}"#, "{code: 0, words: ∅, more: ∅}"),
        (r#"{"ResultWords":"w","ResultCode":50074}"#, "{code: 50074, words: w, more: ∅}"),
        (r#"{"result":{"code":1,"more":"m"},"ResultCode":"1","ResultWords":"w"}"#, "{code: 1, words: w, more: m}"),
        (r#"{"ResultCode":" 1.0 ","ResultWords":"w","result":{"more":"m","code":1}}"#, "{code: 1, words: w, more: m}"),
        (r#"{"ResultCode":"2","Result_string":"{\"code\":null,\"words\":\"\"}"}"#, "{code: 2, words: , more: ∅}"),
        (
            r#"{"Result_dynamic":{"code":"","words":""},"ResultCode":"2","ResultWords":"w"}"#,
            "{code: 2, words: w, more: ∅}",
        ),
        (r#"{"result":"None","ResultCode":"2"}"#, "{code: 2, words: ∅, more: ∅}"),
        (r#"{"result":"","result_code":"2"}"#, "{code: 2, words: ∅, more: ∅}"),
        (r#"{"result":null,"Result Code":"2.0"}"#, "{code: 2, words: ∅, more: ∅}"),
        (r#"{"result":"Failure","Error code":"50126"}"#, "{code: 50126, words: ∅, more: ∅}"),
        (r#"{"ResultCode":"","Error code":"3"}"#, "{code: 3, words: ∅, more: ∅}"),
        (r#"{"ResultCode":null,"Error code":"3"}"#, "{code: 3, words: ∅, more: ∅}"),
        (r#"{"ResultCode":"","ResultWords":null}"#, "∅"),
        (r#"{"ResultCode":{"code":1}}"#, "∅"),
        (r#"{"result":null}"#, "∅"),
    ] {
        assert_eq!(read("result", record), (expected.to_owned(), vec![]), "{record}");
    }
    for (record, expected, path, kind) in [
        (r#"{"Id":"a","ResultCode":"soon"}"#, "{code: ∅, words: ∅, more: ∅}", "result.code", Oddity::Unreadable),
        (r#"{"Id":"a","result":"Failure"}"#, "∅", "result", Oddity::Unreadable),
        (r#"{"Id":"a","result":5,"ResultCode":"2"}"#, "{code: 2, words: ∅, more: ∅}", "result", Oddity::Unreadable),
        (
            r#"{"Id":"a","result":{"code":1,"more":"m"},"ResultCode":"2","ResultWords":"w"}"#,
            "{code: 1, words: w, more: m}",
            "result.code",
            Oddity::Contradicted,
        ),
        (
            r#"{"Id":"a","ResultCode":"2","result":{"more":"m","code":1}}"#,
            "{code: 1, words: ∅, more: m}",
            "result.code",
            Oddity::Contradicted,
        ),
        (
            r#"{"Id":"a","result":{"code":1},"result":{"code":2}}"#,
            "{code: 1, words: ∅, more: ∅}",
            "result",
            Oddity::Repeated,
        ),
        (
            r#"{"Id":"a","result":"System.Object","ResultCode":"7"}"#,
            "{code: 7, words: ∅, more: ∅}",
            "result",
            Oddity::Cut,
        ),
        (
            r#"{"Id":"a","result":"@{words=w; code=}","ResultCode":"7"}"#,
            "{code: 7, words: w, more: ∅}",
            "result",
            Oddity::Cut,
        ),
    ] {
        let (cell, conflicts) = read("result", record);
        let [Conflict { column, oddity, count: 1, first_id }] = conflicts.as_slice() else {
            panic!("{record}: {conflicts:?}")
        };
        assert_eq!(
            (cell.as_str(), column.as_str(), *oddity, first_id.as_deref()),
            (expected, path, kind, Some("a")),
            "{record}"
        );
    }
}

#[test]
fn what_a_record_lends_is_no_other_records() {
    let mut rows = RecordDecoder::lenient(&columns(&["result"]), &COLUMNS[0]);
    for record in [r#"{"result":{"code":1},"ResultCode":"2"}"#, "{}", r#"{"ResultWords":"w"}"#, r#"{"result":{}}"#] {
        rows.append(record.as_bytes()).unwrap();
    }
    let batch = rows.finish();
    let options = FormatOptions::default().with_null("∅");
    let cells = ArrayFormatter::try_new(batch.rows.column(0).as_ref(), &options).unwrap();
    let all: Vec<String> = (0..4).map(|row| cells.value(row).to_string()).collect();
    let nothing = "{code: ∅, words: ∅, more: ∅}";
    assert_eq!(all, ["{code: 1, words: ∅, more: ∅}", "∅", "{code: ∅, words: w, more: ∅}", nothing]);
    // A service writes what it documents.
    let mut exact = RecordDecoder::new(&columns(&["result"]), "Id");
    exact.append(br#"{"ResultCode":"2"}"#).unwrap();
    assert!(exact.finish().rows.column(0).is_null(0));
}

#[test]
fn what_powershell_cut_is_read_as_far_as_it_shows_something_and_counted() {
    for (column, record, expected, path) in [
        ("pairs", r#"{"Id":"a","pairs":["@{Name=To; Value=x; y=z}"]}"#, "[{name: To, value: x; y=z}]", "pairs[]"),
        (
            "pairs",
            r#"{"Id":"a","pairs":"@{Name=a; Value=} @{Name=b; Value=c}"}"#,
            "[{name: a, value: ∅}, {name: b, value: c}]",
            "pairs",
        ),
        ("pairs", r#"{"Id":"a","pairs":"System.Object[]"}"#, "∅", "pairs"),
        ("place", r#"{"Id":"a","Place":"@{name=x; value=5}"}"#, "{name: x, value: 5}", "place"),
        ("place", r#"{"Id":"a","place":"class Place {\n  Name: x\n}\n"}"#, "{name: x, value: ∅}", "place"),
        ("tags", r#"{"Id":"a","tags":"System.Object[]"}"#, "∅", "tags"),
        ("open", r#"{"Id":"a","open":"@{UPN=x; y=}"}"#, r#"{"UPN":"x","y":null}"#, "open"),
        ("open", r#"{"Id":"a","open":"System.Collections.Hashtable"}"#, "∅", "open"),
    ] {
        let (cell, conflicts) = read(column, record);
        assert_eq!(cell, expected, "{record}");
        let [Conflict { column, oddity: Oddity::Cut, count: 1, first_id }] = conflicts.as_slice() else {
            panic!("{record}: {conflicts:?}")
        };
        assert_eq!((column.as_str(), first_id.as_deref()), (path, Some("a")), "{record}");
    }
}

#[test]
fn a_member_that_comes_again_is_counted_apart() {
    let (cell, conflicts) = read("text", r#"{"text":"first","text":"second","Id":"a"}"#);
    assert_eq!(cell, "first");
    assert!(matches!(conflicts.as_slice(), [Conflict { oddity: Oddity::Repeated, count: 1, .. }]), "{conflicts:?}");
}

#[test]
fn dates_are_read_in_the_order_of_their_member() {
    let mut rows = RecordDecoder::lenient(&columns(&["time", "both"]), &COLUMNS[0]);
    let record = |name: &str| format!(r#"{{"{name}":"5/12/2024 08:49:37","text":"x"}}"#);
    for (orders, name, time) in [
        (&[][..], "time", "2024-05-12T08:49:37Z"),
        (&[("time", Order::Day)], "time", "2024-12-05T08:49:37Z"),
        (&[("time", Order::Day)], "Generated", "2024-05-12T08:49:37Z"),
        (&[("Generated [UTC]", Order::Day), ("time", Order::Month)], "Generated [UTC]", "2024-12-05T08:49:37Z"),
        (&[], "Generated [UTC]", "2024-05-12T08:49:37Z"),
    ] {
        rows.set_orders(orders.iter().copied());
        rows.append(record(name).as_bytes()).unwrap();
        let batch = rows.finish();
        assert_eq!(
            (cell(&batch.rows, 0), cell(&batch.rows, 1)),
            (time.to_owned(), "x/-".to_owned()),
            "{orders:?} {name}"
        );
    }
}

#[test]
fn derived_columns_are_made_of_their_members_whether_those_are_asked_for_or_not() {
    let record = r#"{"id":"small","text":"a\u0062","Id":7}"#;
    for (names, at) in [(&["both"][..], 0), (&["text", "both", "id", "raw"], 1), (&["raw", "both"], 1)] {
        let mut rows = RecordDecoder::lenient(&columns(names), &COLUMNS[0]);
        rows.append(record.as_bytes()).unwrap();
        rows.append(b"{}").unwrap();
        let batch = rows.finish();
        assert_eq!((cell(&batch.rows, at).as_str(), batch.rows.column(at).null_count()), ("ab/7", 1), "{names:?}");
    }
}

#[test]
fn conflicts_are_signed_by_the_key_under_any_of_its_names() {
    for (record, id) in [
        (r#"{"time":"x","OfficeId":"b"}"#, Some("b")),
        (r#"{"time":"x","Identity":null,"Id":"c"}"#, Some("c")),
        (r#"{"time":"x"}"#, None),
    ] {
        assert_eq!(read("time", record).1[0].first_id.as_deref(), id, "{record}");
    }
}

#[test]
fn a_column_follows_from_other_members_where_the_record_lacks_it() {
    let cases = [
        ("kinds", r#"{"kinds":["a"],"Kind":"b"}"#, "[a]"),
        ("kinds", r#"{"Kind":"b","kinds":[]}"#, "[]"),
        ("kinds", r#"{"kind":"b"}"#, "[b]"),
        ("kinds", r#"{"kinds":null,"Kind":"b"}"#, "[b]"),
        ("kinds", r#"{"Kind":""}"#, "∅"),
        ("shut", r#"{"Kind":"true"}"#, "true"),
        ("shut", r#"{"shut":false,"Kind":"true"}"#, "false"),
        ("name", r#"{"name":"Ana@X.Example"}"#, "ana@x.example"),
        ("name", r#"{"name":"\u00c4na"}"#, "äna"),
        ("name", r#"{"name":7}"#, "7"),
        ("text", r#"{"text":"Ana"}"#, "Ana"),
    ];
    for (column, record, expected) in cases {
        let (cell, conflicts) = read(column, record);
        assert!(cell == expected && conflicts.is_empty(), "{record}: {cell} {conflicts:?}");
    }
    // What cannot be the column's is counted, and of a record of the service itself nothing follows.
    let (shut, conflicts) = read("shut", r#"{"Kind":"perhaps"}"#);
    assert!(shut == "∅" && conflicts.len() == 1, "{shut} {conflicts:?}");
    let mut rows = RecordDecoder::new(&columns(&["kinds", "name"]), "Id");
    rows.append(br#"{"Kind":"b","name":"Ana"}"#).unwrap();
    let batch = rows.finish();
    assert_eq!((cell(&batch.rows, 0), cell(&batch.rows, 1)), ("∅".into(), "Ana".into()));
}
