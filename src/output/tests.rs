//! What writers of every format have in common.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, StringArray, StringViewBuilder};
use arrow::datatypes::Field;

use super::*;

pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true))).unwrap()
}

pub(super) fn write(name: &str, batches: &[RecordBatch], options: Options) -> (String, Written) {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(format(name).unwrap(), &batches[0].schema(), options, &mut bytes);
    batches.iter().for_each(|batch| writer.batch(batch).unwrap());
    let written = writer.finish(None).unwrap();
    (String::from_utf8(bytes).unwrap(), written)
}

/// What is written at once, at most, and in all.
#[derive(Debug, Default)]
struct Pieces {
    most: usize,
    all: usize,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.most = self.most.max(bytes.len());
        self.all += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn rows_that_share_a_long_text_are_written_a_few_at_a_time() {
    const LONG: usize = 1 << 20;
    const ROWS: usize = 18;
    let mut texts = StringViewBuilder::new();
    texts.try_append_value_n("x".repeat(LONG), ROWS).unwrap();
    let rows = batch(vec![("t", Arc::new(texts.finish()) as ArrayRef)]);
    for name in ["csv", "ndjson", "table"] {
        let mut out = Pieces::default();
        let mut writer = Writer::new(format(name).unwrap(), &rows.schema(), Options::default(), &mut out);
        writer.batch(&rows).unwrap();
        // A table waits for its first rows, as long as they are small.
        assert!(writer.out.all > ROWS * LONG, "{name}: {:?}", writer.out);
        let most = if name == "table" { 30 * LONG } else { AT_ONCE + LONG };
        assert!(writer.out.most < most, "{name}: {:?}", writer.out);
    }
}

fn people() -> RecordBatch {
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("Ada | \"a\""), Some(""), None, Some("NULL")]));
    let counts: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), Some(-20), None, Some(4)]));
    batch(vec![("name", names), ("n", counts)])
}

#[test]
fn each_format_writes_null_empty_and_special_characters_apart() {
    let written = |name| write(name, &[people()], Options::default()).0;
    assert_eq!(written("csv"), "name,n\n\"Ada | \"\"a\"\"\",1\n\"\",-20\n,\nNULL,4\n");
    assert_eq!(written("tsv"), "name\tn\n\"Ada | \"\"a\"\"\"\t1\n\"\"\t-20\n\t\nNULL\t4\n");
    assert_eq!(
        written("json"),
        "[\n{\"name\":\"Ada | \\\"a\\\"\",\"n\":1},\n{\"name\":\"\",\"n\":-20},\n{\"name\":null,\"n\":null},\n{\"name\":\"NULL\",\"n\":4}\n]\n"
    );
    assert_eq!(written("ndjson").lines().nth(2), Some("{\"name\":null,\"n\":null}"));
    assert_eq!(
        written("markdown"),
        "| name | n |\n| --- | ---: |\n| Ada \\| \"a\" | 1 |\n|  | -20 |\n| NULL | NULL |\n| \"NULL\" | 4 |\n"
    );
    assert_eq!(
        written("table"),
        "┌───────────┬──────┐\n│ name      │    n │\n├───────────┼──────┤\n│ Ada | \"a\" │    1 │\n│           │  -20 │\n\
         │ NULL      │ NULL │\n│ \"NULL\"    │    4 │\n└───────────┴──────┘\n(4 rows)\n"
    );
}

#[test]
fn an_empty_result_is_complete_in_each_format() {
    let none = people().slice(0, 0);
    let expected =
        [("csv", "name,n\n"), ("json", "[\n]\n"), ("ndjson", ""), ("markdown", "| name | n |\n| --- | ---: |\n")];
    for (name, text) in expected {
        assert_eq!(write(name, std::slice::from_ref(&none), Options::default()).0, text, "{name}");
    }
    let table = write("table", &[none], Options::default()).0;
    assert!(table.ends_with("┘\n(0 rows)\n"), "{table}");
}

#[test]
fn batches_join_without_a_seam() {
    for format in ALL.iter().filter(|format| !format.binary) {
        let whole = write(format.name, &[people()], Options::default());
        let parts: Vec<_> = (0..4).map(|row| people().slice(row, 1)).collect();
        assert_eq!(write(format.name, &parts, Options::default()), whole, "{}", format.name);
    }
}

#[test]
fn no_human_output_lets_a_control_character_through() {
    let evil = "a\u{1b}]52;c;x\u{7}\u{9b}2J\r\u{202e}b\u{7f}\u{200b}";
    let cells: ArrayRef = Arc::new(StringArray::from(vec![evil]));
    let batch = batch(vec![(evil, cells)]);
    for format in ALL.iter().filter(|format| !format.binary) {
        for terminal in [None, Some(40), Some(8)] {
            if terminal.is_none() && matches!(format.name, "csv" | "tsv") {
                continue; // Exact bytes for a program; the terminal case follows.
            }
            let text = write(format.name, std::slice::from_ref(&batch), Options { terminal, ..Options::default() }).0;
            let raw: Vec<char> = text.chars().filter(|c| safe::acts_unseen(*c) && !matches!(c, '\n' | '\t')).collect();
            assert!(raw.is_empty(), "{} {terminal:?}: {raw:?}", format.name);
        }
    }
}

#[test]
fn what_is_missing_is_said_once_on_a_screen() {
    for (name, told) in [("table", false), ("table", true), ("markdown", false), ("markdown", true)] {
        let mut bytes = Vec::new();
        let options = Options { told, ..Options::default() };
        let writer = Writer::new(format(name).unwrap(), &people().schema(), options, &mut bytes);
        writer.finish(Some("a page")).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap().contains("INCOMPLETE: a page"), !told, "{name}");
    }
}

#[test]
fn a_statement_without_columns_writes_nothing() {
    let empty = RecordBatch::new_empty(Arc::new(Schema::empty()));
    for format in ALL {
        assert_eq!(write(format.name, std::slice::from_ref(&empty), Options::default()).0, "", "{}", format.name);
    }
}

#[test]
fn names_are_unique_and_documented() {
    let mut names: Vec<_> = ALL.iter().map(|format| format.name).collect();
    assert!(ALL.iter().all(|format| format.doc.ends_with('.')));
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
    assert!(!stands_right(Field::new("x", StringArray::from(vec![""]).data_type().clone(), true).data_type()));
}
