//! The page of a result, by the same strict reader as that of a timeline.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};

use crate::output::page::tests::{HOSTILE, between, read, unescaped};
use crate::output::{Options, Writer, format, safe};
use crate::tally::{Because, Notice, Tally};

fn page(batches: &[RecordBatch], missing: Option<&str>) -> String {
    let tally = Tally::default();
    tally.requests.add(3);
    tally.notice(Notice::Nothing { table: HOSTILE[1].into(), because: Because::NeverTrue });
    let mut bytes = Vec::new();
    let mut writer = Writer::new(format("html").unwrap(), &batches[0].schema(), Options::default(), &mut bytes);
    batches.iter().for_each(|batch| writer.batch(batch).unwrap());
    writer.told(&tally, &format!("SELECT '{}'", HOSTILE[0]), str::to_owned);
    writer.finish(missing).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    crate::output::tests::batch(columns)
}

fn texts(all: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(all.to_vec()))
}

fn numbers(all: std::ops::Range<i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(all))
}

fn hours(count: i64) -> ArrayRef {
    let micros = TimestampMicrosecondArray::from_iter_values((0..count).map(|hour| hour * 3_600_000_000));
    Arc::new(micros.with_timezone("UTC"))
}

#[test]
fn what_attackers_choose_is_text_and_nothing_else() {
    let rows = i64::try_from(HOSTILE.len()).unwrap();
    for heading in HOSTILE {
        let page = page(&[batch(vec![(heading, texts(HOSTILE)), ("n", numbers(1..rows + 1))])], Some(HOSTILE[4]));
        let cells = read(&page).unwrap_or_else(|fault| panic!("{heading:?}: {fault}"));
        for name in HOSTILE {
            assert!(cells.iter().any(|cell| unescaped(cell) == safe::line(name)), "{name:?}");
        }
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(page.contains("<strong>INCOMPLETE:</strong> &lt;/script&gt;"));
        assert!(page.contains("SELECT &#39;&lt;/td&gt;"));
    }
}

#[test]
fn null_and_empty_are_told_apart_and_numbers_stand_right() {
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), Some(""), None, Some("NULL")]));
    let page = page(&[batch(vec![("name", names), ("n", numbers(0..4))])], None);
    let rows = between(&page, "<tbody>\n", "</tbody>");
    let cell = |text: &str, n: i64| format!("<tr>{text}</td><td class=\"number\">{n}</td></tr>\n");
    let expected = [cell("<td>a", 0), cell("<td>", 1), cell("<td class=\"null\">NULL", 2), cell("<td>NULL", 3)];
    assert_eq!(rows, expected.concat());
    assert!(page.contains("<th>name</th><th class=\"number\">n</th>") && page.contains("<h1>4 rows</h1>"));
    assert!(page.contains("with 3 requests to the services") && !page.contains("INCOMPLETE"));
}

#[test]
fn pictures_are_there_where_the_columns_allow() {
    let drawn = |columns: Vec<(&str, ArrayRef)>| {
        let page = page(&[batch(columns)], None);
        read(&page).unwrap();
        page.matches("<figcaption>")
            .zip(page.split("<figcaption>").skip(1))
            .map(|(_, text)| text.split('<').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(drawn(vec![("app", texts(&["a", "b"])), ("n", numbers(1..3))]), ["n by app"]);
    assert_eq!(drawn(vec![("hour", hours(5)), ("n", numbers(1..6))]), ["sum of n by hour, UTC, 1 hour a bar"]);
    let week = drawn(vec![("t", hours(80)), ("n", numbers(0..80)), ("m", numbers(0..80))]);
    assert_eq!(week, ["rows by t, UTC, 1 hour a bar", "rows by hour and weekday of t, UTC"]);
    let many = drawn(vec![("app", texts(&["a"; 41])), ("n", numbers(1..42))]);
    assert_eq!(many, ["n by app"], "and a note says that one more is not drawn");
    for none in [
        vec![("app", texts(&["a", "b"]))],
        vec![("app", texts(&["a"])), ("n", numbers(0..1))],
        vec![("app", texts(&["a"; 300])), ("n", numbers(1..301))],
        vec![("t", hours(0))],
    ] {
        assert_eq!(drawn(none), [""; 0]);
    }
}

#[test]
fn it_needs_no_more_memory_for_more_rows() {
    let one = batch(vec![("id", numbers(0..1_000))]);
    let mut bytes = Vec::new();
    let mut writer = Writer::new(format("html").unwrap(), &one.schema(), Options::default(), &mut bytes);
    for _ in 0..3 {
        writer.batch(&one).unwrap();
    }
    drop(writer);
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches("<tr><td").count(), 3_000, "each batch is written as it comes");
}
