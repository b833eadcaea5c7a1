//! Files of one text each, read from end to end.

use std::sync::Arc;

use futures::executor::block_on;
use object_store::ObjectStoreExt as _;
use object_store::chunked::ChunkedStore;
use object_store::memory::InMemory;
use object_store::path::Path;

use super::*;
use crate::files::{self, Bucket, FileRef, Input};

/// What a file of this text gives: ids of records, and why the rest could not be read.
fn read(name: &str, text: impl AsRef<[u8]>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let all = ids(&FileRef::whole(&path));
    assert_eq!(from_bucket(name, std::fs::read(path).unwrap()), all);
    all
}

/// The same if the text lies in a bucket, whose replies come in small pieces.
fn from_bucket(name: &str, text: Vec<u8>) -> Vec<String> {
    let (store, location) = (InMemory::new(), Path::from(name));
    block_on(store.put(&location, text.into())).unwrap();
    let bucket = Bucket::new(Arc::new(ChunkedStore::new(Arc::new(store), 7)), "s3://evidence");
    let sources = files::sources(&[Input::Objects(bucket, location)]).unwrap();
    sources.files.iter().flat_map(ids).collect()
}

fn ids(source: &FileRef) -> Vec<String> {
    let mut reader = Reader::open(source).unwrap();
    let mut record = Vec::new();
    let mut all = Vec::new();
    while let Some(item) = reader.next(&mut record) {
        all.push(match item {
            Item::Record(_) => {
                let value: serde_json::Value = serde_json::from_slice(&record).unwrap();
                value["Id"].as_str().unwrap().to_owned()
            }
            Item::Unread { line, why } => format!("{line}: {why}"),
        });
    }
    all
}

/// Text in which each letter in capitals stands for a record of that id.
fn filled(text: &str) -> String {
    let record = |letter| format!("{{\"Id\":\"{letter}\",\"CreationTime\":\"x\",\"Operation\":\"y\"}}");
    text.chars().map(|c| if c.is_ascii_uppercase() { record(c) } else { c.to_string() }).collect()
}

#[test]
fn an_array_that_is_cut_between_records_is_not_whole() {
    for (text, line) in [("[A,B", 1), ("[A", 1), ("[A,\nB,\n", 3), ("[\nA,\nB,\n", 4), ("[A,\n B, C", 2)] {
        let items = read("a.json", filled(text));
        assert_eq!(items.last().unwrap(), &format!("{line}: the array is not closed"), "{text}");
        assert_eq!(items.len(), 1 + text.chars().filter(char::is_ascii_uppercase).count(), "{text}");
    }
    let value: serde_json::Value = serde_json::from_str(&filled("[A,B,C]")).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    assert_eq!(read("a.json", &pretty), ["A", "B", "C"], "{pretty}");
    let cut = pretty.strip_suffix(']').unwrap();
    assert!(read("a.json", cut)[3].ends_with("the array is not closed"), "{cut}");
}

#[test]
fn what_is_no_object_in_a_batch_costs_itself() {
    for text in ["{\"records\":[A,null,B]}", "{\"records\":\n[A,null,B]\n}", "[A,null,B]"] {
        let items = read("a.json", filled(text));
        assert_eq!((items.len(), items[0].as_str(), items[2].as_str()), (3, "A", "B"), "{text}: {items:?}");
    }
}

#[test]
fn lines_of_several_records_give_all_of_them() {
    for (text, expected) in [
        ("[A,B]\n[C]\n[D,E]\n", "ABCDE"),
        ("[A]\n[B,C]\n", "ABC"),
        ("[A,\nB,C]", "ABC"),
        ("A\nB C\n", "ABC"),
        ("[A,B]\n[C,D]\n", "ABCD"),
    ] {
        assert_eq!(read("a.json", filled(text)).concat(), expected, "{text}");
    }
    let items = read("a.json", filled("A\n[B,{\"x\":,C]\nD"));
    assert_eq!((items.len(), items[1].as_str(), items[3].as_str()), (4, "B", "D"), "{items:?}");
}

#[test]
fn a_record_of_a_million_objects_costs_itself() {
    let wide = |count: usize| {
        filled("A\n#\nB").replace('#', &filled("C").replace('}', &format!(",\"x\":[{}{{}}]}}", "{},".repeat(count))))
    };
    assert_eq!(read("a.json", wide(1000)), ["A", "C", "B"]);
    assert_eq!(read("a.json", wide(1 << 20)), ["A", "2: it holds more than 1048576 objects and arrays", "B"]);
}
