//! A short run of the fuzz targets, with the same properties and the same seeds: the same inputs every time.
//!
//! `fuzz/README.md` says how to run them for hours.

mod mutate;
mod properties;

use mutate::first_broken;

/// Inputs of each target.
const INPUTS: u64 = 700;

fn hold(target: &str, property: fn(&[u8])) {
    if let Some((number, input)) = first_broken(target, INPUTS, property) {
        panic!("{target}: input {number} breaks the property (see above): {:?}", String::from_utf8_lossy(&input));
    }
}

#[test]
fn a_record_is_read_alike_by_all_and_costs_no_other_a_value() {
    hold("record", properties::record);
}

#[test]
fn a_page_is_whole_and_costs_no_other_a_value() {
    hold("page", properties::page);
}

#[test]
fn an_array_gives_all_of_its_records() {
    hold("array", properties::array);
}

#[test]
fn parameters_of_cmdlets_are_read_as_they_are_written() {
    hold("powershell", properties::powershell);
}

#[test]
fn a_filter_means_the_same_in_parentheses() {
    hold("odata", properties::odata);
}

#[test]
fn a_json_file_is_read_to_its_end() {
    hold("json_file", properties::json_file);
}

#[test]
fn a_csv_file_is_read_to_its_end() {
    hold("csv_file", properties::csv_file);
}

/// The inputs reach what matters: a reader as one would write it in haste does not stand them.
#[test]
fn hasty_readers_are_found_out() {
    // An object ends where its braces are even, whatever is in quotes.
    let braces: fn(&[u8]) = |bytes| {
        let count = |brace| bytes.iter().filter(|byte| **byte == brace).count();
        assert!(count(b'{') == count(b'}') || auditql::decode::members(bytes).is_err());
    };
    // A string ends at the first quote without a backslash before it.
    let quotes: fn(&[u8]) = |bytes| {
        let count = bytes.windows(2).filter(|two| two[1] == b'"' && two[0] != b'\\').count();
        assert!(count % 2 == 0 || auditql::decode::members(bytes).is_err());
    };
    // A value ends at the next quote.
    let values: fn(&[u8]) = |bytes| {
        let text = String::from_utf8_lossy(bytes);
        assert!(text.matches('"').count() % 2 == 0 || !text.starts_with('-'));
    };
    // `not` denies all that follows it.
    let not: fn(&[u8]) = |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let node = auditql::odata::parse::parse(&text);
        let denies = node.is_ok_and(|node| matches!(node, auditql::odata::parse::Node::Not(_)));
        assert!(denies == text.starts_with("not ") || auditql::odata::parse::parse(&text).is_err());
    };
    // A line of a file is a row of it.
    let lines: fn(&[u8]) = |bytes| {
        let rows = csv::ReaderBuilder::new().flexible(true).from_reader(bytes).into_byte_records().count();
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
        assert!(rows + 1 >= lines);
    };
    for (target, hasty) in
        [("record", braces), ("record", quotes), ("powershell", values), ("odata", not), ("csv_file", lines)]
    {
        assert!(first_broken(target, INPUTS, hasty).is_some(), "{target}");
    }
}
