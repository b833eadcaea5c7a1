//! What holds for every input of the parsers that read what others wrote. Each function panics where it does not.
//!
//! `cargo test` calls them with mutated seeds, the fuzz targets in `fuzz/` with whatever libFuzzer thinks of. They use what
//! the library shows, and what two readers of the same bytes must agree on; what a value means is for other tests.

#![allow(unreachable_pub, reason = "the fuzz targets are a crate of their own, which includes this file")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use auditql::apis;
use auditql::decode::{self, ArrayDecoder, PageDecoder, RecordDecoder};
use auditql::exports::{Item, Reader};
use auditql::files::FileRef;
use auditql::odata::parse::{Node, Problem, parse};
use auditql::table::{Column, EntitySet};
use serde_json::{Value, json};

/// Records between which others stand; whatever those are, these two are read as they are.
const KNOWN: &str = r#"{"id":"k","Id":"k","RecordType":1,"Operation":"o","ResultType":"50074","location":{"city":"Lyon"},
    "Parameters":"-A \"x\"","riskEventTypes_v2":["a"],"createdDateTime":"2026-05-04T08:49:37Z"}"#;

fn set(name: &str) -> &'static EntitySet {
    apis::ALL.iter().find(|set| set.name == name).expect("the table is declared")
}

fn columns(name: &str) -> Vec<&'static Column> {
    set(name).columns.iter().collect()
}

fn key(name: &str) -> &'static Column {
    set(name).column(set(name).key).expect("every table declares its key")
}

fn same_row(rows: &RecordBatch, a: usize, b: usize) -> bool {
    rows.slice(a, 1) == rows.slice(b, 1)
}

/// One record: what it is taken for, what it costs its neighbours, what another reader of JSON finds in it.
pub fn record(bytes: &[u8]) {
    thread_local! {
        static DECODERS: RefCell<Vec<RecordDecoder>> = RefCell::new(
            ["sign_ins", "activity"].map(|name| RecordDecoder::lenient(&columns(name), key(name))).into(),
        );
    }
    let members = decode::members(bytes);
    if let Ok(Value::Object(object)) = serde_json::from_slice::<Value>(bytes) {
        let members = members.as_ref().expect("serde_json finds an object");
        let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_ref()).collect();
        assert_eq!(names, object.keys().map(String::as_str).collect(), "names of members");
        for member in members.iter().filter(|_| names.len() == members.len()) {
            if let Value::String(text) = &object[member.name.as_ref()] {
                assert_eq!(member.text().as_deref(), Some(text.as_str()), "the text of {}", member.name);
            }
        }
    }
    let text = std::str::from_utf8(bytes).ok();
    let trim = |text: &str| text.trim_matches([' ', '\n', '\t', '\r']).to_owned();
    DECODERS.with_borrow_mut(|decoders| {
        for decoder in decoders {
            decoder.append(KNOWN.as_bytes()).expect("the record is known");
            let taken = decoder.append(bytes);
            decoder.append(KNOWN.as_bytes()).expect("the record is known");
            let rows = decoder.finish().rows;
            assert_eq!(taken.is_ok(), members.is_ok(), "{taken:?} {:?}", members.as_ref().err());
            assert_eq!(rows.num_rows(), 2 + usize::from(taken.is_ok()), "rows");
            assert!(same_row(&rows, 0, rows.num_rows() - 1), "a record cost another one a value");
            if let Some(text) = text.filter(|_| taken.is_ok()) {
                let raw = rows.column_by_name("raw").expect("raw is a column").as_string_view();
                assert_eq!(raw.value(1), trim(text), "raw is the record as it is");
            }
        }
    });
    let weight = decode::weight(bytes);
    assert!(weight <= bytes.len(), "{weight} values in {} bytes", bytes.len());
    text.map(decode::digest_of);
}

/// A reply that may be a page: what it costs the next one, and whether a link that is known early is its link.
pub fn page(bytes: &[u8]) {
    thread_local! {
        static DECODER: RefCell<PageDecoder> = RefCell::new(PageDecoder::new(&columns("sign_ins"), "id"));
    }
    DECODER.with_borrow_mut(|decoder| {
        let known = format!(r#"{{"value":[{KNOWN}]}}"#);
        let before = decoder.page(known.as_bytes()).expect("the page is known");
        let page = decoder.page(bytes);
        let after = decoder.page(known.as_bytes()).expect("the page is known");
        assert!(before.rows == after.rows, "a page cost another one a value");
        let Ok(page) = page else { return };
        assert_eq!(decode::whole(bytes), Ok(()), "a page is one JSON text");
        if let Some(link) = decode::link_ahead(bytes) {
            assert_eq!(page.next, Some(link), "the link that was known early");
        }
    });
}

/// A reply that may be an array of records: all of them are rows, however it is divided.
pub fn array(bytes: &[u8]) {
    thread_local! {
        static DECODER: RefCell<ArrayDecoder> =
            RefCell::new(ArrayDecoder::new(&columns("activity"), key("activity")).of_records());
    }
    DECODER.with_borrow_mut(|decoder| {
        let Ok(first) = decoder.begin(bytes) else { return };
        let mut rows = first.rows.num_rows() + decoder.strangers();
        while let Some(part) = decoder.more(bytes).expect("the array was found to be whole") {
            rows += part.rows.num_rows();
        }
        let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        assert_eq!(Some(rows), decode::elements(body).map(|elements| elements.len()), "records");
    });
}

/// The parameters of a cmdlet: what is read of them is in the text, and reads the same when it is written anew.
pub fn powershell(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Some(pairs) = parameters(text).filter(|_| text.trim().starts_with('-')) else { return };
    let length: usize = pairs.iter().map(|(name, value)| name.len() + value.as_deref().map_or(0, str::len)).sum();
    assert!(length <= text.len() && !pairs.is_empty(), "{pairs:?}");
    if pairs.iter().any(|(name, value)| name.contains('"') || value.as_ref().is_some_and(|value| value.contains('"'))) {
        return;
    }
    let written = pairs.iter().map(|(name, value)| match value {
        Some(value) => format!("-{name} \"{value}\" "),
        None => format!("-{name} "),
    });
    assert_eq!(parameters(&written.collect::<String>()), Some(pairs), "written anew");
}

fn parameters(text: &str) -> Option<Vec<(String, Option<String>)>> {
    thread_local! {
        static DECODER: RefCell<RecordDecoder> = RefCell::new({
            let column = set("exchange").column("parameters").expect("cmdlets have parameters");
            RecordDecoder::lenient(&[column], key("exchange"))
        });
    }
    let rows = DECODER.with_borrow_mut(|decoder| {
        decoder.append(json!({ "Parameters": text }).to_string().as_bytes()).expect("an object is a record");
        decoder.finish().rows
    });
    let lists = rows.column(0).as_list::<i32>();
    let pairs = lists.is_valid(0).then(|| lists.value(0))?;
    let [names, values] = [0, 1].map(|field| pairs.as_struct().column(field).as_string_view().clone());
    let text = |of: &arrow::array::StringViewArray, row| of.is_valid(row).then(|| of.value(row).to_owned());
    Some((0..pairs.len()).map(|row| (text(&names, row).unwrap_or_default(), text(&values, row))).collect())
}

/// A `$filter`: blanks before it and parentheses around it change nothing, `not` before it denies it, and an error is in it.
pub fn odata(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let node = match parse(text) {
        Ok(node) => node,
        Err(error) => {
            assert!(text.is_char_boundary(error.at), "{error:?}");
            return;
        }
    };
    // NaN is not itself.
    let same = |other: &Node| format!("{other:?}") == format!("{node:?}");
    // Only before it: `not` is a name at the end of a text, and an operator with a blank behind it.
    assert!(parse(&format!("\t {text}")).is_ok_and(|other| same(&other)), "blanks");
    for (around, text) in [("parentheses", format!("({text})")), ("not", format!("not ({text})"))] {
        match parse(&text) {
            Ok(Node::Not(other)) if around == "not" => assert!(same(&other), "{around}"),
            Ok(other) => assert!(around != "not" && same(&other), "{around}"),
            Err(error) => assert_eq!(error.problem, Problem::TooDeep, "{around}"),
        }
    }
}

/// A file of JSON, whatever its layout.
pub fn json_file(bytes: &[u8]) {
    file("fuzz.json", bytes);
}

/// A file of CSV.
pub fn csv_file(bytes: &[u8]) {
    file("fuzz.csv", bytes);
}

/// Reading ends, gives whole records and no more things than the file can hold, and gives the same again.
fn file(name: &str, bytes: &[u8]) {
    thread_local! {
        static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("there is room for files");
    }
    FOLDER.with(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file can be written");
        let items = items(&path, bytes.len());
        assert!(items == self::items(&path, bytes.len()), "the same file gave something else");
    });
}

fn items(path: &Path, bytes: usize) -> Vec<(Item, Vec<u8>)> {
    let mut reader = Reader::open(&FileRef::whole(path.to_owned())).expect("the file can be opened");
    let (mut all, mut record) = (Vec::new(), Vec::new());
    while let Some(item) = reader.next(&mut record) {
        let of = if matches!(item, Item::Record(_)) { record.clone() } else { Vec::new() };
        assert!(of.is_empty() || decode::members(&of).is_ok(), "a record is an object");
        if let Item::Unread { line, .. } = &item {
            assert!(*line >= 1 && *line <= bytes as u64 + 1, "line {line}");
        }
        all.push((item, of));
        assert!(all.len() <= bytes + 1, "more things than bytes");
    }
    all
}
