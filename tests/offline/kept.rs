//! Rows that are kept while the copies of records are looked for are the rows that a second reading gives, and so is all that
//! is said of them.

use std::path::PathBuf;

use auditql::engine::{Engine, Policy};
use auditql::settings::Settings;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{as_is, file};
use crate::lab::{answer, now};

/// The part of memory that is kept at most, of this, is less than all columns of the records take.
const LITTLE: usize = 16 << 20;

fn engine(inputs: &[PathBuf], memory_limit: usize) -> Engine {
    let settings = Settings { memory_limit, ..Settings::default() };
    let builder = Engine::builder().policy(Policy::LOCAL).now(now()).settings(settings);
    inputs.iter().fold(builder, |builder, input| builder.input(input)).build().unwrap()
}

fn record(id: usize) -> Value {
    let (operation, kind) = [("Send", 1), ("New-InboxRule", 1), ("FileAccessed", 6)][id % 3];
    let mut record = json!({
        "CreationTime": format!("2026-05-04T08:{:02}:{:02}", id / 60 % 60, id % 60), "Id": format!("id {id:09}"),
        "RecordType": kind, "Operation": operation, "UserId": format!("user{}@contoso.example", id % 7),
        "ObjectId": format!("a text of some length that belongs to record {id}"), "Undeclared": id,
    });
    match id % 1_000 {
        998 => record["RecordType"] = json!("odd"),
        999 => record["CreationTime"] = json!("05/04/2026 08:00:00"),
        _ => {}
    }
    record
}

/// Files with records that lie in several of them, and all that something is said about.
fn files(folder: &TempDir) -> Vec<PathBuf> {
    let of = |ids: std::ops::Range<usize>| ids.map(record).collect::<Vec<_>>();
    let foreign = json!({"category": "RiskyUsers", "properties": {}}).to_string();
    let broken =
        format!("{}{foreign}\n{{\"CreationTime\":\n{}", as_is::lines(&of(0..3_000)), as_is::lines(&of(0..100)));
    let page =
        format!(r#"{{"value":{},"@odata.nextLink":"https://contoso.example/next"}}"#, as_is::array(&of(2_500..4_000)));
    vec![
        file(folder, "a.ndjson", broken),
        file(folder, "b.json", page),
        file(folder, "c.json", as_is::array(&of(3_900..9_000))),
        file(folder, "d.json", "no export"),
    ]
}

/// Rows in their order, what was said, and how many bytes were read.
async fn asked(engine: &Engine, sql: &str) -> (Vec<String>, Vec<String>, u64) {
    let answer = answer(engine, sql).await.unwrap_or_else(|error| panic!("{sql}\n{error}"));
    let mut said: Vec<String> = answer.tally.notices().iter().map(ToString::to_string).collect();
    said.sort();
    (answer.rows(), said, answer.tally.bytes.get())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_kept_are_those_of_a_second_reading() {
    let folder = TempDir::new().unwrap();
    let inputs = files(&folder);
    let (mut once, mut twice) = (0, 0);
    for (sql, counts) in [
        ("SELECT count(*) FROM activity", Some("9000")),
        ("SELECT count(*), count(id), min(creation_time) FROM exchange", None),
        ("SELECT operation, count(*), max(raw), max(object_id) FROM activity GROUP BY 1 ORDER BY 1", None),
        ("SELECT id, operation FROM activity WHERE user_name = 'user3@contoso.example'", None),
        ("SELECT * FROM activity WHERE id = 'id 000003950'", None),
        ("SELECT * FROM activity", None),
        ("SELECT count(raw) FROM activity WHERE operation = 'send'", Some("0")),
        ("SELECT id FROM activity WHERE operation = 'send' OR creation_time < '2020-01-01'", None),
        ("SELECT id, raw FROM activity LIMIT 2", None),
        ("SELECT count(*) FROM (SELECT id FROM activity WHERE operation = 'Send' LIMIT 700)", Some("700")),
        (
            "SELECT a.id, b.id FROM activity a JOIN activity b ON a.id = b.id WHERE b.object_id LIKE '%record 77' ORDER BY 1",
            None,
        ),
    ] {
        let (much, little) = (engine(&inputs, 1 << 30), engine(&inputs, LITTLE));
        let kept = asked(&much, sql).await;
        let again = asked(&much, sql).await;
        let read = asked(&little, sql).await;
        assert_eq!((&kept.0, &kept.1), (&again.0, &again.1), "{sql}");
        assert_eq!((&kept.0, &kept.1), (&read.0, &read.1), "{sql}");
        if let Some(count) = counts {
            assert_eq!(kept.0, [count], "{sql}");
        }
        once += u8::from(kept.2 == again.2);
        twice += u8::from(read.2 > again.2);
    }
    // The control: the two ways were taken.
    assert!(once >= 8 && twice >= 1, "{once} {twice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_given_up_once_a_record_has_copies_that_differ() {
    let folder = TempDir::new().unwrap();
    let mut inputs = files(&folder);
    let mut changed = record(8_999);
    changed["Operation"] = json!("Changed");
    inputs.push(file(&folder, "e.json", as_is::array(&[changed])));
    let engine = engine(&inputs, 1 << 30);
    let (rows, said, thrice) = asked(&engine, "SELECT count(*) FROM activity").await;
    let (_, again, once) = asked(&engine, "SELECT count(*) FROM activity").await;
    assert_eq!((rows, thrice), (vec!["9000".to_owned()], 3 * once), "{said:?}");
    assert_eq!(said, again);
}
