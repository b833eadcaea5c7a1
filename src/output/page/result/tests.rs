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
    assert!(page.contains("<th>name</th><th class=\"number\">n</th>") && page.contains("<p>4 rows</p>"));
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
    assert_eq!(many, ["sum of n by app"]);
    let names: Vec<String> = (0..300).map(|at| format!("a{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(drawn(vec![("app", texts(&names)), ("n", numbers(1..301))]), ["n by app"]);
    let days = TimestampMicrosecondArray::from_iter_values((0..9).map(|day| day * 86_400_000_000));
    let days: ArrayRef = Arc::new(days.with_timezone("UTC"));
    assert_eq!(drawn(vec![("day", days), ("n", numbers(1..10))]), ["sum of n by day, UTC, 1 day a bar"]);
    for none in
        [vec![("app", texts(&["a", "b"]))], vec![("app", texts(&["a"])), ("n", numbers(0..1))], vec![("t", hours(0))]]
    {
        assert_eq!(drawn(none), [""; 0]);
    }
    for (columns, why) in [
        (vec![("app", texts(&["a", "b"]))], "no column holds times, and none a number beside labels"),
        (vec![("app", texts(&["a"])), ("n", numbers(0..1))], "every number is zero or missing"),
        (vec![("t", hours(0))], "there are no rows"),
    ] {
        let page = page(&[batch(columns)], None);
        assert!(page.contains(&format!("<p class=\"note\">No picture: {why}.</p>")), "{why}");
    }
    let page = page(&[batch(vec![("app", texts(&names)), ("n", numbers(1..301))])], None);
    assert!(page.contains("260 rows with less are not drawn"));
}

#[test]
fn it_says_of_what_it_is_and_when_it_was_asked_before_the_rows() {
    let rows = batch(vec![("n", numbers(0..2))]);
    let told = |sql: Option<&str>, notice: bool| {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(format("html").unwrap(), &rows.schema(), Options::default(), &mut bytes);
        writer.asked("2026-05-01T12:00:00Z", sql.map(str::to_owned).as_ref());
        writer.batch(&rows).unwrap();
        let tally = Tally::default();
        if notice {
            tally.notice(Notice::Nothing { table: "t".into(), because: Because::NeverTrue });
        }
        writer.told(&tally, "SELECT 1", str::to_owned);
        writer.finish(None).unwrap();
        let page = String::from_utf8(bytes).unwrap();
        read(&page).unwrap();
        page
    };
    for (sql, title) in [
        (Some("WITH x AS (SELECT * FROM entra.sign_ins) SELECT n FROM x"), "A result of entra.sign_ins"),
        (Some("SELECT extract(hour FROM t) FROM sign_ins JOIN users USING (id)"), "A result of sign_ins"),
        (Some("SELECT 1 AS n"), "A result of auditql, 2026-05-01T12:00:00Z"),
        (Some("SELECT n FROM 'logs/ana.csv'"), "A result of auditql, 2026-05-01T12:00:00Z"),
        (Some("SELECT n FROM"), "A result of auditql, 2026-05-01T12:00:00Z"),
        (None, "A result of auditql, 2026-05-01T12:00:00Z"),
    ] {
        let page = told(sql, false);
        assert!(page.contains(&format!("<title>{title}</title>")), "{sql:?}");
        let header = format!("<header>\n<h1>{title}</h1>\n<p>Asked at 2026-05-01T12:00:00Z.</p>\n</header>\n");
        assert!(page.find(&header) < page.find("<table") && page.contains(&header), "{sql:?}");
        assert!(page.contains("Asked at 2026-05-01T12:00:00Z by auditql "), "{sql:?}");
    }
    assert!(!told(None, false).contains("<ul") && told(None, true).contains("<ul class=\"notices\">"));
}

#[test]
fn what_is_missing_is_said_before_the_rows_in_the_source_too() {
    let page = page(&[batch(vec![("app", texts(&["a", "b"])), ("n", numbers(1..3))])], Some("entra.sign_ins"));
    let places =
        ["<body", "<h1>", "INCOMPLETE:", "<p>2 rows</p>", "<svg", "<table", "<tr><td>a", "Where this comes from"];
    let found: Vec<usize> = places.iter().map(|part| page.find(part).unwrap_or_else(|| panic!("{part}"))).collect();
    assert!(found.is_sorted(), "{found:?}");
    assert_eq!(page.matches("INCOMPLETE").count(), 1);
}

#[test]
fn nothing_of_a_page_is_written_before_its_last_row_is_known() {
    let one = batch(vec![("id", numbers(0..1_000))]);
    let mut bytes = Vec::new();
    let mut writer = Writer::new(format("html").unwrap(), &one.schema(), Options::default(), &mut bytes);
    for _ in 0..300 {
        writer.batch(&one).unwrap();
    }
    drop(writer);
    assert!(bytes.is_empty(), "what looks like a page is one");
    let mut writer = Writer::new(format("html").unwrap(), &one.schema(), Options::default(), &mut bytes);
    (0..300).for_each(|_| writer.batch(&one).unwrap());
    let mut pieces = 0;
    while writer.piece(Some("some")).unwrap() {
        pieces += 1;
    }
    writer.finish(Some("some")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!((text.matches("<tr><td").count(), text.matches("INCOMPLETE").count()), (300_000, 1));
    assert!(pieces > 10 && text.ends_with("</html>\n"), "an interrupt is heard between {pieces} pieces");
}
