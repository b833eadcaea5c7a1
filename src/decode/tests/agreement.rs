//! The decoder against two other readers of JSON, on generated pages.
//!
//! `serde_json` reads each record into a tree, from which a second, naive conversion makes cells; `arrow-json` reads pages
//! that are typed as declared. Both were written by others, so a mistake would have to be made twice.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StructArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::json::ReaderBuilder;
use serde_json::Value;

use super::{COLUMNS, cells, decoder};
use crate::decode::*;
use crate::table::{Column, Edm};

/// A generator of numbers that is the same on every machine (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn one_of<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.roll(choices.len())]
    }
}

const SPACES: [&str; 6] = ["", "", "", " ", "\n\t", "\r\n  "];
const STRINGS: [&str; 10] = [
    r#""""#,
    r#""a""#,
    r#""Münster""#,
    r#""exactly twelv""#,
    r#""a longer text, with \"quotes\" and a \\ and \u00e9""#,
    r#""\ud83d\ude00 😀""#,
    r#""42""#,
    r#""TRUE""#,
    r#""2020-05-20T14:55:25.9803507-05:00""#,
    r#""}],:""#,
];
/// Numbers as `serde_json` prints them: it forgets how they were spelled, the decoder does not.
const SCALARS: [&str; 14] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "2147483648",
    "1.5",
    "1000.0",
    "-0.0025",
    "9007199254740993",
    "12345678901234567890",
    "0.0",
    "7",
    "9223372036854775807",
];

/// A value of any kind.
fn anything(dice: &mut Dice, depth: usize) -> String {
    match dice.roll(if depth == 0 { 2 } else { 4 }) {
        0 => dice.one_of(&STRINGS).into(),
        1 => dice.one_of(&SCALARS).into(),
        2 => list(dice, |dice| anything(dice, depth - 1)),
        _ => object(dice, &[], |dice, _| anything(dice, depth - 1)),
    }
}

/// A value as its column says, or null.
fn typed(dice: &mut Dice, edm: &Edm) -> String {
    if dice.roll(6) == 0 {
        return "null".into();
    }
    match edm {
        Edm::Text | Edm::Enum(_) => dice.one_of(&STRINGS).into(),
        Edm::Bool => dice.one_of(&["true", "false"]).into(),
        Edm::Int32 => dice.one_of(&["0", "-1", "50126", "2147483647"]).into(),
        Edm::Int64 => dice.one_of(&["0", "-9223372036854775808", "9007199254740993"]).into(),
        Edm::Double => dice.one_of(&["0", "1.5", "-87.8483123779", "1e300", "0.1"]).into(),
        Edm::Instant => dice
            .one_of(&[
                r#""2020-05-20T14:55:25.9803507Z""#,
                r#""0001-01-01T00:00:00Z""#,
                r#""2021-05-18T21:13:33-05:00""#,
            ])
            .into(),
        Edm::Object(columns) => members(dice, columns, &mut |dice, column| typed(dice, &column.edm)),
        Edm::List(item) => list(dice, |dice| typed(dice, item)),
        Edm::Json | Edm::Raw => anything(dice, 2),
    }
}

fn list(dice: &mut Dice, mut item: impl FnMut(&mut Dice) -> String) -> String {
    let items: Vec<String> = (0..dice.roll(4)).map(|_| item(dice)).collect();
    let space = dice.one_of(&SPACES);
    format!("[{space}{}{space}]", items.join(&format!("{space},{space}")))
}

/// An object of some of the columns, in any order, with strangers between them.
fn members(dice: &mut Dice, columns: &[Column], value: &mut dyn FnMut(&mut Dice, &Column) -> String) -> String {
    let mut wanted: Vec<&Column> = columns.iter().filter(|c| !matches!(c.edm, Edm::Raw) && dice.roll(5) > 0).collect();
    if dice.roll(3) == 0 {
        for at in (1..wanted.len()).rev() {
            wanted.swap(at, dice.roll(at + 1));
        }
    }
    let names: Vec<&str> = wanted.iter().map(|c| c.wire).collect();
    object(dice, &names, |dice, name| match wanted.iter().find(|c| c.wire == name) {
        Some(column) => value(dice, column),
        None => anything(dice, 2),
    })
}

fn object(dice: &mut Dice, names: &[&str], mut value: impl FnMut(&mut Dice, &str) -> String) -> String {
    let mut names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
    for stranger in 0..dice.roll(3) {
        names.insert(dice.roll(names.len() + 1), format!("x{stranger}{}", dice.roll(3)));
    }
    let space = dice.one_of(&SPACES);
    let members: Vec<String> =
        names.iter().map(|name| format!("{space}\"{name}\"{space}:{space}{}{space}", value(dice, name))).collect();
    format!("{{{}}}", members.join(","))
}

fn records(dice: &mut Dice, mut value: impl FnMut(&mut Dice, &Column) -> String) -> Vec<String> {
    (0..dice.roll(6)).map(|_| members(dice, &COLUMNS, &mut value)).collect()
}

fn page_of(records: &[String]) -> String {
    format!(r#"{{"@odata.nextLink":"n","value":[{}]}}"#, records.join(" , "))
}

/// A cell as the declaration says it should be, made from a tree of values. Doubles and integers go by way of text.
fn expected(edm: &Edm, value: Option<&Value>) -> String {
    const NULL: &str = "∅";
    let value = match value {
        None | Some(Value::Null) => return NULL.into(),
        Some(value) => value,
    };
    let text = match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    let digits =
        text.as_deref().filter(|_| !value.is_boolean()).and_then(|t| t.parse::<f64>().ok()).filter(|n| n.is_finite());
    let whole = || {
        text.as_deref().and_then(|t| t.parse().ok()).or_else(|| {
            digits.filter(|n| n.fract() == 0.0 && n.abs() < 1e15).map(|n| format!("{n:.0}").parse::<i64>().unwrap())
        })
    };
    let cell = match (edm, value) {
        (Edm::Text | Edm::Enum(_), _) | (Edm::Bool, Value::Bool(_)) => text,
        (Edm::Bool, Value::String(t)) => Some(t.to_ascii_lowercase()).filter(|t| t == "true" || t == "false"),
        (Edm::Int32, _) => whole().and_then(|n| i32::try_from(n).ok()).map(|n| n.to_string()),
        (Edm::Int64, _) => whole().map(|n| n.to_string()),
        (Edm::Double, _) => digits.map(|n| format!("{n:?}")),
        (Edm::Instant, Value::String(t)) => chrono::DateTime::parse_from_rfc3339(t).ok().map(|t| {
            let t = chrono::DateTime::from_timestamp_micros(t.timestamp_micros()).unwrap();
            t.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
        }),
        (Edm::Object(columns), Value::Object(members)) => {
            let fields = columns.iter().map(|c| format!("{}: {}", c.name, expected(&c.edm, members.get(c.wire))));
            Some(format!("{{{}}}", fields.collect::<Vec<_>>().join(", ")))
        }
        (Edm::List(item), Value::Array(items)) => {
            Some(format!("[{}]", items.iter().map(|i| expected(item, Some(i))).collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    };
    cell.unwrap_or_else(|| NULL.into())
}

fn all_names() -> Vec<&'static str> {
    COLUMNS.iter().map(|c| c.name).collect()
}

#[test]
fn rows_are_those_of_a_naive_reader() {
    let mut decoder = decoder(&all_names());
    for seed in 0..800 {
        let dice = &mut Dice(seed);
        let records =
            records(dice, |dice, column| if dice.roll(4) == 0 { anything(dice, 2) } else { typed(dice, &column.edm) });
        let page = decoder.page(page_of(&records).as_bytes()).unwrap();
        let trees: Vec<Value> = records.iter().map(|r| serde_json::from_str(r).unwrap()).collect();
        for (at, column) in COLUMNS.iter().enumerate() {
            let wanted: Vec<String> = match column.edm {
                // The text of a whole record or value cannot be had from a tree; it is compared as values.
                Edm::Raw => records.clone(),
                Edm::Json => continue,
                _ => trees.iter().map(|tree| expected(&column.edm, tree.get(column.wire))).collect(),
            };
            assert_eq!(cells(&page.rows, at), wanted, "seed {seed}, {}", column.name);
        }
        let open = page.rows.column_by_name("open").unwrap().as_string_view();
        for (tree, text) in trees.iter().zip(open) {
            let value = text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
            assert_eq!(&value, tree.get("open").unwrap_or(&Value::Null), "seed {seed}");
        }
    }
}

#[test]
fn pages_and_single_records_give_the_same_rows_and_conflicts() {
    let mut decoder = decoder(&all_names());
    let mut rows = RecordDecoder::new(&COLUMNS.iter().collect::<Vec<_>>(), "id");
    for seed in 0..500 {
        let records = records(&mut Dice(seed), |dice, _| anything(dice, 3));
        let page = decoder.page(page_of(&records).as_bytes()).unwrap();
        records.iter().for_each(|record| rows.append(record.as_bytes()).unwrap());
        let batch = rows.finish();
        assert_eq!((batch.rows, batch.conflicts), (page.rows, page.conflicts), "seed {seed}");
    }
}

#[test]
fn a_projection_gives_the_same_columns() {
    let mut whole = decoder(&all_names());
    for seed in 0..500 {
        let dice = &mut Dice(seed);
        let body = page_of(&records(dice, |dice, _| anything(dice, 3)));
        let all = whole.page(body.as_bytes()).unwrap().rows;
        let mut places: Vec<usize> = (0..COLUMNS.len()).filter(|_| dice.roll(3) == 0).collect();
        places.reverse();
        let names: Vec<&str> = places.iter().map(|at| COLUMNS[*at].name).collect();
        assert_eq!(decoder(&names).page(body.as_bytes()).unwrap().rows, all.project(&places).unwrap(), "seed {seed}");
    }
}

#[test]
fn rows_of_well_typed_pages_are_those_of_arrow_json() {
    let names: Vec<&str> = all_names().into_iter().filter(|name| !matches!(*name, "open" | "raw")).collect();
    let mut decoder = decoder(&names);
    // The columns under test bear the same names in SQL and on the wire.
    let item = Arc::new(Field::new("item", DataType::Struct(decoder.schema().fields().clone()), true));
    let schema = Arc::new(Schema::new(vec![Field::new("value", DataType::List(item), true)]));
    for seed in 0..1_000 {
        let records = records(&mut Dice(seed), |dice, column| typed(dice, &column.edm));
        let ours = decoder.page(page_of(&records).as_bytes()).unwrap();
        assert_eq!(ours.conflicts, [], "seed {seed}");
        let mut theirs = ReaderBuilder::new(Arc::clone(&schema)).with_batch_size(1).build_decoder().unwrap();
        theirs.decode(page_of(&records).as_bytes()).unwrap();
        let theirs = theirs.flush().unwrap().unwrap();
        let theirs = theirs.column(0).as_list::<i32>().value(0);
        let ours: ArrayRef = Arc::new(StructArray::from(ours.rows));
        let theirs: ArrayRef = Arc::new(theirs.as_struct().clone());
        assert_eq!(ours.to_data(), theirs.to_data(), "seed {seed}");
    }
}

const DAMAGE: &[u8] = b"\"\\{}[],:0-.eE+ \ntfnu\xFFx";

/// Changes, drops or doubles a few bytes of valid text.
fn mutated(dice: &mut Dice, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.roll(2) {
        let at = dice.roll(bytes.len());
        match dice.roll(3) {
            0 => bytes[at] = DAMAGE[dice.roll(DAMAGE.len())],
            1 => drop(bytes.remove(at)),
            _ => bytes.insert(at, bytes[at]),
        }
    }
    bytes
}

#[test]
fn damaged_text_is_taken_only_where_a_strict_reader_objects_to_a_single_value() {
    let names = all_names();
    let (mut taken, mut refused) = (0, 0);
    let mut decoder = decoder(&names);
    for seed in 0..6_000 {
        let dice = &mut Dice(seed);
        let whole = page_of(&records(dice, |dice, _| anything(dice, 2)));
        let body = mutated(dice, &whole);
        let strict = serde_json::from_slice::<Value>(&body);
        let mut cursor = json::Cursor::new(&body);
        let ours = cursor.skip().is_ok() && cursor.is_at_end();
        match strict {
            Ok(_) => assert!(ours, "seed {seed}: {}", String::from_utf8_lossy(&body)),
            Err(error) => {
                assert!(!ours || is_about_a_value(&error), "seed {seed}: {error}: {}", String::from_utf8_lossy(&body));
            }
        }
        // Whatever it is, it is decoded or refused; and what is decoded has as many rows in each column.
        match decoder.page(&body) {
            Ok(_) => taken += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 300 && refused > 300, "{taken} {refused}");
}

fn is_about_a_value(error: &serde_json::Error) -> bool {
    let text = error.to_string();
    ["escape", "surrogate", "unicode code point", "control character", "number out of range"]
        .iter()
        .any(|w| text.contains(w))
}
