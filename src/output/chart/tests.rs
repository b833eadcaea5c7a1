//! Which picture is made of which columns, and that no row is lost on the way.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};

use super::gather::Bar;
use super::*;

fn ask(text: &str) -> Ask {
    Ask::read(text).unwrap()
}

fn times(seconds: &[Option<i64>]) -> ArrayRef {
    let micros: Vec<_> = seconds.iter().map(|second| second.map(|second| second * 1_000_000)).collect();
    Arc::new(TimestampMicrosecondArray::from(micros).with_timezone("UTC"))
}

fn texts(all: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(all.to_vec()))
}

fn numbers(all: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(all.to_vec()))
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    crate::output::tests::batch(columns)
}

fn picture(batch: &RecordBatch, text: &str) -> Result<(Picture, Vec<String>), Refusal> {
    let mut gather = Gather::new(&batch.schema(), &ask(text))?;
    for row in 0..batch.num_rows() {
        gather.batch(&batch.slice(row, 1)).unwrap();
    }
    gather.picture(48)
}

#[test]
fn what_is_asked_for_is_a_kind_and_columns() {
    let read = |text: &str| Ask::read(text).map(|ask| (ask.kind, ask.columns));
    let rows: [(&str, Option<Kind>, &[&str]); 8] = [
        ("", None, &[]),
        (" ; ", None, &[]),
        ("bar", Some(Kind::Bar), &[]),
        ("BARS app, n;", Some(Kind::Bar), &["app", "n"]),
        ("hist t", Some(Kind::Histogram), &["t"]),
        ("heatmap \"a b\" n", Some(Kind::Heatmap), &["a b", "n"]),
        ("app bar", None, &["app", "bar"]),
        ("\"bar\"", None, &["bar"]),
    ];
    for (text, kind, columns) in rows {
        assert_eq!(read(text), Some((kind, columns.iter().map(ToString::to_string).collect())), "{text}");
    }
    assert_eq!(read("bar \"a"), None);
}

#[test]
fn the_columns_choose_the_picture() {
    let all = batch(vec![
        ("t", times(&[Some(0)])),
        ("app", texts(&["x"])),
        ("n", numbers(&[1])),
        ("m", numbers(&[1])),
        ("user", texts(&["u"])),
    ]);
    let schema = |columns: &[usize]| all.project(columns).unwrap().schema();
    let bars = |labels: &[usize], number| Ok(Shape::Bars { labels: labels.to_vec(), number });
    let over = |kind, time, number| Ok(Shape::Times { kind, time, number });
    let (histogram, heatmap) = (Kind::Histogram, Kind::Heatmap);
    for (columns, text, expected) in [
        (&[0, 1, 2, 3, 4][..], "", over(histogram, 0, Number::Rows)),
        (&[0, 2], "", over(histogram, 0, Number::SumIfRound(1))),
        (&[0, 1, 2, 4], "", over(histogram, 0, Number::SumIfRound(2))),
        (&[1, 0, 2], "heatmap", over(heatmap, 1, Number::SumIfRound(2))),
        (&[0, 1, 2, 3], "t m", over(histogram, 0, Number::Sum(3))),
        (&[1, 2], "", bars(&[0], Some(1))),
        (&[2, 1], "", bars(&[1], Some(0))),
        (&[1, 4, 2], "", bars(&[0, 1], Some(2))),
        (&[2, 3], "", bars(&[0], Some(1))),
        (&[2], "", bars(&[0], None)),
        (&[1], "", bars(&[0], None)),
        (&[0, 1, 2], "bar", bars(&[0, 1], Some(2))),
        (&[0, 1, 2, 3, 4], "APP", bars(&[1], None)),
        (&[0, 1, 2, 3, 4], "app m", bars(&[1], Some(3))),
        (&[1], "histogram app", over(histogram, 0, Number::Rows)),
    ] {
        assert_eq!(shape(&schema(columns), &ask(text)), expected, "{columns:?} {text}");
    }
    for (columns, text, says) in [
        (&[1, 2][..], "heatmap", "needs a column of times"),
        (&[1, 2], "nope", "has no column nope"),
        (&[1, 2], "pie", "pie is no kind of picture"),
        (&[0, 1], "line t", "line is no kind of picture"),
        (&[1, 2], "bar nope", "has no column nope"),
        (&[0, 1, 2], "histogram t app", "no place for the column app"),
        (&[1, 2, 3], "bar app n m", "no place for the column m"),
        (&[], "", "has no columns"),
    ] {
        let refusal = shape(&schema(columns), &ask(text)).unwrap_err();
        assert!(refusal.what.contains(says) && !refusal.instead.is_empty(), "{text}: {refusal:?}");
        let names_kinds = refusal.instead.contains("bar, histogram, heatmap");
        assert_eq!(names_kinds, refusal.what.contains("no kind"), "{text}: {refusal:?}");
    }
}

#[test]
fn rows_are_counted_and_sums_are_added_only_where_they_are_of_a_time() {
    let hour = |at: i64| Some(at * 3_600);
    let summed = batch(vec![("hour", times(&[hour(0), hour(2), None])), ("n", numbers(&[5, 7, 100]))]);
    let (found, notes) = picture(&summed, "").unwrap();
    let Picture::Histogram { title, bin, first, bars } = found else { panic!("{found:?}") };
    assert_eq!((title.as_str(), first), ("sum of n by hour, UTC", 0));
    assert_eq!((bars, bin), (vec![5.0, 7.0], Bin::Seconds(7_200)));
    assert_eq!(notes, ["1 row has no time"]);
    // Weeks that do not fit side by side are told of.
    let weeks: Vec<_> = (0..400).map(|week| hour(week * 24 * 7)).collect();
    let (found, notes) = picture(&batch(vec![("week", times(&weeks)), ("n", numbers(&[1; 400]))]), "").unwrap();
    assert!(matches!(found, Picture::Histogram { bin: Bin::Months(_), .. }), "{found:?}");
    assert_eq!(notes, ["a week counts in the month of its first day"]);
    // Times of events stand anywhere: a number beside them is no count.
    let events = batch(vec![("t", times(&[Some(1), Some(7_201)])), ("error_code", numbers(&[50126, 50126]))]);
    let Picture::Histogram { title, bars, .. } = picture(&events, "").unwrap().0 else { panic!() };
    assert_eq!((title.as_str(), bars.iter().sum::<f64>()), ("rows by t, UTC", 2.0));
    let Picture::Histogram { title, bars, .. } = picture(&events, "histogram t error_code").unwrap().0 else {
        panic!()
    };
    assert_eq!((title.as_str(), bars.iter().sum::<f64>()), ("sum of error_code by t, UTC", 100_252.0));
    let below = batch(vec![("t", times(&[Some(0)])), ("n", numbers(&[-1]))]);
    assert!(picture(&below, "histogram t n").unwrap_err().what.contains("below zero"));
}

#[test]
fn identifiers_and_codes_are_no_amounts() {
    let days = times(&[Some(0), Some(86_400)]);
    let all = vec![
        ("id", numbers(&[101, 102])),
        ("activity_date_time", days),
        ("app_display_name", texts(&["a", "b"])),
        ("app_id", texts(&["x", "y"])),
        ("status.error_code", numbers(&[0, 50126])),
        ("sign_in_count", numbers(&[3, 4])),
        ("raw", texts(&["{}", "{}"])),
    ];
    let (found, _) = picture(&batch(all), "").unwrap();
    let Picture::Histogram { title, bin, bars, .. } = found else { panic!("{found:?}") };
    assert_eq!((title.as_str(), bin), ("sum of sign_in_count by activity_date_time, UTC", Bin::Seconds(86_400)));
    assert_eq!(bars, [3.0, 4.0]);
    for (name, is) in [("id", false), ("ERROR_CODE", false), ("sign_ins.status[error_code]", false), ("n", true)] {
        assert_eq!(is_amount(name), is, "{name}");
    }
    assert!(is_amount("paid") && is_amount("count(*)") && is_amount("count(DISTINCT app_id)"));
}

#[test]
fn equal_labels_are_one_bar() {
    let rows =
        batch(vec![("app", texts(&["a", "b", "a"])), ("user", texts(&["u", "u", "v"])), ("n", numbers(&[1, 3, 4]))]);
    let of = |text: &str| match picture(&rows, text).unwrap().0 {
        Picture::Bars { title, bars } => (title, bars.into_iter().map(|bar| bar.text).collect::<Vec<_>>()),
        other => panic!("{other:?}"),
    };
    assert_eq!(of("bar app n"), ("sum of n by app".into(), vec!["5".into(), "3".into()]));
    assert_eq!(of("bar app user n"), ("n by app · user".into(), vec!["1".into(), "3".into(), "4".into()]));
}

#[test]
fn days_are_drawn_as_days_and_have_no_hours() {
    let day = |at: i64| Some(at * 86_400);
    let days = batch(vec![("day", times(&[day(0), day(3)])), ("n", numbers(&[5, 7]))]);
    let refusal = picture(&days, "heatmap").unwrap_err();
    assert!(refusal.what.contains("stands on whole days"), "{refusal:?}");
    for (rows, length) in [(vec![day(0)], 86_400), (vec![Some(90_000)], 3_600)] {
        let one = batch(vec![("t", times(&rows))]);
        let Picture::Histogram { bin: found, .. } = picture(&one, "").unwrap().0 else { panic!() };
        assert_eq!(found, Bin::Seconds(length), "{rows:?}");
    }
}

#[test]
fn a_heatmap_has_the_hour_of_the_clock_and_the_day_of_the_week() {
    // A Friday, 12:34.
    let friday = batch(vec![("t", times(&[Some(1_777_638_840)]))]);
    let Picture::Heatmap { fields, .. } = picture(&friday, "heatmap").unwrap().0 else { panic!() };
    assert_eq!((fields[4][12], fields.iter().flatten().sum::<f64>()), (1.0, 1.0));
    // In another zone it is another hour.
    let micros = TimestampMicrosecondArray::from(vec![1_777_674_600_000_000]).with_timezone("+02:00");
    let late = batch(vec![("t", Arc::new(micros) as ArrayRef)]);
    let Picture::Heatmap { title, fields } = picture(&late, "heatmap").unwrap().0 else { panic!() };
    assert_eq!((title.as_str(), fields[5][0]), ("rows by hour and weekday of t, +02:00", 1.0));
}

#[test]
fn labels_are_counted_by_size_and_what_is_not_drawn_is_said() {
    let mut all = vec!["b", "a", "b"];
    let others: Vec<String> = (0..50).map(|at| format!("z{at:02}")).collect();
    all.extend(others.iter().map(String::as_str));
    let (found, notes) = picture(&batch(vec![("app", texts(&all))]), "").unwrap();
    let Picture::Bars { title, bars } = found else { panic!("{found:?}") };
    assert_eq!((title.as_str(), bars.len()), ("rows by app", 40));
    assert_eq!(bars[0], Bar { label: "b".into(), text: "2".into(), value: Some(2.0) });
    assert_eq!(bars[1].label, "a");
    assert_eq!(notes, ["12 more values in 12 rows, which are not drawn"]);
}

#[test]
fn no_label_reaches_a_terminal_or_a_page_as_anything_but_text() {
    let evil = "<b>\u{1b}]52;c;x\u{7}\u{202e}</b>";
    let rows = batch(vec![(evil, texts(&[evil])), ("n", numbers(&[1]))]);
    let (found, _) = picture(&rows, "").unwrap();
    let (mut shown, mut page) = (String::new(), String::new());
    text(&found, Look { width: 80, ascii: false }, &mut shown);
    svg(&found, &mut page);
    for out in [&shown, &page] {
        assert!(!out.contains(|c| crate::output::safe::acts_unseen(c) && c != '\n'), "{out:?}");
    }
    assert!(!page.contains("<b>") && page.contains("&lt;b&gt;"), "{page}");
}

/// It said that all rows had no time.
#[test]
fn a_column_of_other_texts_is_no_time() {
    let rows = batch(vec![("ip_address", texts(&["10.0.0.1", "10.0.0.2"]))]);
    for kind in ["heatmap", "histogram"] {
        let refusal = picture(&rows, &format!("{kind} ip_address")).unwrap_err();
        assert_eq!(refusal.what, "ip_address is no time");
        assert!(refusal.instead.contains("\\chart bar"), "{refusal:?}");
    }
}

#[test]
fn rows_without_a_number_are_told() {
    let numbers: ArrayRef = Arc::new(arrow::array::Float64Array::from(vec![None, Some(5.0), Some(f64::NAN)]));
    let all = batch(vec![("t", times(&[Some(0), Some(3_600), Some(7_200)])), ("n", numbers)]);
    let (_, notes) = picture(&all, "histogram t n").unwrap();
    assert_eq!(notes, ["2 rows have no number"]);
    let (_, notes) = picture(&all, "").unwrap();
    assert_eq!(notes, ["2 rows have no number"], "a number beside round times is summed up");
}

#[test]
fn a_year_is_drawn_in_months_of_the_calendar_and_nothing_is_lost_at_their_edges() {
    // The last second of a leap February and the first one of March; nothing until December; the last second of the year.
    let seconds = [1_709_251_199, 1_709_251_200, 1_733_011_200, 1_735_689_599, 1_735_689_600];
    let rows: Vec<Option<i64>> = seconds.into_iter().map(Some).chain([None]).collect();
    let all = batch(vec![("t", times(&rows)), ("bytes", numbers(&[1, 2, 4, 8, 16, 32]))]);
    let (found, notes) = picture(&all, "histogram t bytes").unwrap();
    let Picture::Histogram { title, bin, first, bars } = &found else { panic!("{found:?}") };
    assert_eq!((title.as_str(), *bin, *first), ("sum of bytes by t, UTC", Bin::Months(1), 1_706_745_600));
    assert_eq!(bars, &[1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0, 16.0]);
    assert_eq!(notes, ["1 row has no time"]);
    // A page shows the same, and the months of which there is no row.
    let mut page = String::new();
    svg(&found, &mut page);
    for said in ["1 month a bar", "<title>2024-02: 1</title>", "<title>2024-03: 2</title>", "<title>2024-07: 0</title>"]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!((page.matches("<rect").count(), page.matches(">2024-07</text>").count()), (12, 1), "{page}");
}

#[test]
fn what_counts_by_month_is_drawn_by_month() {
    // January, March and April 2026.
    let months = times(&[Some(1_767_225_600), Some(1_772_323_200), Some(1_775_001_600)]);
    let (found, _) = picture(&batch(vec![("month", months), ("n", numbers(&[3, 5, 7]))]), "").unwrap();
    let Picture::Histogram { title, bin, bars, .. } = found else { panic!("{found:?}") };
    assert_eq!((title.as_str(), bin, bars), ("sum of n by month, UTC", Bin::Months(1), vec![3.0, 0.0, 5.0, 7.0]));
    // Of decades, years: the first and the last second of them.
    let long = times(&[Some(631_152_000), Some(946_684_799), Some(1_767_225_599)]);
    let (found, _) = picture(&batch(vec![("t", long)]), "").unwrap();
    let Picture::Histogram { bin, bars, .. } = found else { panic!("{found:?}") };
    assert_eq!((bin, bars.len(), bars[0], bars[9], bars[35]), (Bin::Months(12), 36, 1.0, 1.0, 1.0));
}
