//! The box on screens of several widths, and elsewhere.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};

use super::super::tests::{batch, write};
use super::*;

fn text_table(columns: usize, rows: &[&str]) -> arrow::array::RecordBatch {
    let names: Vec<String> = (0..columns).map(|i| format!("column_{i}")).collect();
    batch(names.iter().map(|name| (name.as_str(), Arc::new(StringArray::from(rows.to_vec())) as ArrayRef)).collect())
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for (columns, terminal) in [(1, 20), (3, 40), (5, 80)] {
        let table = text_table(columns, &["short", "日本語の長い名前がここに入ります 🙂🙂🙂🙂🙂🙂🙂🙂 and more of it"]);
        let text = write("table", &[table], Options { terminal: Some(terminal), ..Options::default() }).0;
        assert!(text.contains('…') && text.lines().all(|line| width(line) <= terminal), "{text}");
    }
}

#[test]
fn a_row_that_cannot_fit_is_written_one_column_a_line() {
    let table = text_table(10, &["alice@contoso.com", "b"]);
    let text = write("table", &[table], Options { terminal: Some(60), ..Options::default() }).0;
    assert!(text.starts_with("── row 1 ──\ncolumn_0 │ alice@contoso.com\n"), "{text}");
    assert_eq!((text.lines().count(), text.lines().last()), (23, Some("(2 rows)")));
}

#[test]
fn times_and_ids_are_whole_or_nothing() {
    use arrow::array::TimestampMicrosecondArray;
    let time = TimestampMicrosecondArray::from(vec![1_777_636_800_123_456]).with_timezone("UTC");
    let id = "094a8710-f550-4b5b-a511-7449ce91a04e";
    let name = "siobhan.d'souza@lumenworks.example";
    let text = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    let table = || batch(vec![("time", Arc::new(time.clone()) as ArrayRef), ("id", text(id)), ("name", text(name))]);
    let at = |terminal| write("table", &[table()], Options { terminal: Some(terminal), ..Options::default() }).0;
    assert!(at(120).contains("2026-05-01T12:00:00.123456Z"), "{}", at(120));
    let narrow = at(80);
    assert!(narrow.contains("│ 2026-05-01T12:00:00Z │") && narrow.contains(id) && narrow.contains("siob"), "{narrow}");
    assert!(at(60).starts_with("── row 1 ──\ntime │ 2026-05-01T12:00:00.123456Z\n"), "{}", at(60));
}

#[test]
fn a_page_wraps_its_texts() {
    let table = text_table(2, &["one two three four five six seven"]);
    let options = Options { terminal: Some(40), wraps: true, ..Options::default() };
    let text = write("table", &[table], options).0;
    assert!(text.lines().all(|line| width(line) <= 40) && !text.contains('…'), "{text}");
    assert!(text.contains("│ one two three") && text.contains("seven"), "{text}");
}

#[test]
fn rows_are_expanded_when_asked_and_only_then() {
    let table = |columns, expanded| {
        let options = Options { terminal: Some(60), expanded, ..Options::default() };
        write("table", &[text_table(columns, &["alice@contoso.com"])], options).0
    };
    assert_eq!(table(1, Expanded::On), "── row 1 ──\ncolumn_0 │ alice@contoso.com\n(1 row)\n");
    assert!(table(1, Expanded::Auto).starts_with('┌') && table(10, Expanded::Auto).starts_with("──"));
    assert!(table(10, Expanded::Off).starts_with('┌'));
}

#[test]
fn plans_keep_their_lines() {
    let text = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
    let table = batch(vec![("plan_type", text("requests")), ("plan", text("GET /a\n  GET /b\x1b[2J\n"))]);
    assert_eq!(write("table", &[table], Options::default()).0, "requests\n  GET /a\n    GET /b␛[2J\n");
}

#[test]
fn elsewhere_no_cell_is_shortened_and_later_ones_overflow() {
    let long = "x".repeat(5_000);
    let rows: Vec<&str> = std::iter::repeat_n("a", SAMPLE).chain([long.as_str()]).collect();
    let text = write("table", &[text_table(1, &rows)], Options::default()).0;
    assert!(text.contains(&long) && text.ends_with("(1001 rows)\n"));
    assert!(text.starts_with("┌──────────┐\n│ column_0 │\n"), "widths come from the first rows");
}
#[test]
fn numbers_times_ids_and_addresses_of_later_rows_are_whole() {
    use arrow::array::{Int64Array, TimestampMicrosecondArray};
    let (address, id) = ("2001:db8:85a3:8d3:1319:8a2e:370:7348", "094a8710-f550-4b5b-a511-7449ce91a04e");
    let last = |first: &'static str, last: &'static str| {
        let texts: Vec<&str> = std::iter::repeat_n(first, SAMPLE).chain([last]).collect();
        Arc::new(StringArray::from(texts)) as ArrayRef
    };
    let numbers: Vec<i64> = std::iter::repeat_n(1, SAMPLE).chain([123_456_789_012_345]).collect();
    let times: Vec<i64> = std::iter::repeat_n(0, SAMPLE).chain([-62_135_596_800_000_001]).collect();
    let table = || {
        batch(vec![
            ("n", Arc::new(Int64Array::from(numbers.clone())) as ArrayRef),
            ("at", Arc::new(TimestampMicrosecondArray::from(times.clone())) as ArrayRef),
            ("from", last("10.0.0.1", address)),
            ("id", last("a", id)),
            ("who", last("ada", "a name that is longer than those before it")),
        ])
    };
    let whole = ["123456789012345", "0000-12-31T23:59:59.999999", address, id];
    let at = |terminal| {
        let text = write("table", &[table()], Options { terminal: Some(terminal), ..Options::default() }).0;
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        assert!(lines[0].starts_with('┌') && lines.iter().all(|line| width(line) <= terminal), "{terminal}: {text}");
        lines[SAMPLE + 3..].to_vec()
    };
    // The box begins anew where there is room: an edge, a head, the row, an edge, and how many rows there were.
    let lines = at(140);
    assert_eq!((lines.len(), &lines[0][..3], &lines[1][..3]), (7, "└", "┌"), "{lines:#?}");
    assert!(whole.iter().all(|whole| lines[4].contains(&format!(" {whole} "))), "{}", lines[4]);
    assert!(lines[1..6].iter().all(|line| width(line) == width(&lines[1])), "{lines:#?}");
    // And where there is none, they go on below.
    let lines = at(70);
    let row: Vec<Vec<&str>> = lines
        .iter()
        .filter(|line| line.starts_with('│'))
        .map(|line| line.split('│').map(str::trim).collect())
        .collect();
    let column = |at: usize| row.iter().map(|cells| cells[at]).collect::<String>();
    assert_eq!([column(1), column(2), column(3), column(4)], whole);
    assert!(column(5).ends_with('…'));
}

/// The frame broke, because a column of names was made narrow and its ids were written whole.
#[test]
fn an_id_among_names_stays_in_the_box() {
    let id = "094a8710-f550-4b5b-a511-7449ce91a04e";
    let text = |texts: [&str; 2]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let long = "https://lumenworks.sharepoint.example/sites/optics/Shared Documents/Designs/lens.pdf";
    let table = |columns: usize| {
        let time = ("time", text(["2026-05-01", "2026-05-02"]));
        let others = (0..columns).map(|_| ("target", text([id, long])));
        batch(std::iter::once(time).chain(others).collect())
    };
    let at = |columns, terminal| {
        let text = write("table", &[table(columns)], Options { terminal: Some(terminal), ..Options::default() }).0;
        let frame: Vec<&str> = text.lines().filter(|line| !line.starts_with('(')).collect();
        assert!(frame[0].starts_with('┌'), "{text}");
        assert!(frame.iter().all(|line| width(line) == width(frame[0]) && width(line) <= terminal), "{text}");
        text
    };
    assert!(at(1, 80).contains(id) && at(1, 55).contains(id) && at(1, 55).contains('…'));
    // Two have no room side by side: they go on below, and nothing of them is lost.
    let narrow = at(2, 60);
    let rows = narrow.lines().skip(3).take_while(|line| !line.contains('…') && !line.starts_with('└'));
    let cells: Vec<Vec<&str>> = rows.map(|line| line.split('│').map(str::trim).collect()).collect();
    assert!(
        cells.len() > 1 && [2, 3].iter().all(|at| cells.iter().map(|row| row[*at]).collect::<String>() == id),
        "{narrow}"
    );
}

#[test]
fn with_a_fixed_width_numbers_are_whole_all_the_same() {
    use arrow::array::Int64Array;
    let number = |n| Arc::new(Int64Array::from(vec![n])) as ArrayRef;
    let id = Arc::new(StringArray::from(vec!["094a8710-f550-4b5b-a511-7449ce91a04e"])) as ArrayRef;
    let table = batch(vec![("a", number(1_234_567_890_123)), ("b", id.clone()), ("c", id)]);
    let options = Options { terminal: Some(60), expanded: Expanded::Off, ..Options::default() };
    let text = write("table", &[table], options).0;
    assert!(text.contains("│ 1234567890123 │ 094a") && text.contains('…'), "{text}");
    assert!(text.lines().all(|line| width(line) <= 60), "{text}");
}

#[test]
fn an_address_is_told_by_what_it_is() {
    for address in ["10.0.0.1", "::1", "10.0.0.0/8", "10.0.0.1:443", "[2001:db8::1]:443", "2001:db8::/32"] {
        assert!(is_address(address), "{address}");
    }
    for other in ["10.0.0", "a/b", "1", "12:30", "10.0.0.1/x", "host:443", ""] {
        assert!(!is_address(other), "{other}");
    }
}

#[test]
fn a_page_breaks_no_name() {
    let text = |texts: &[&str]| Arc::new(StringArray::from(texts.to_vec())) as ArrayRef;
    let name = "managed_service_identity.associated_resource_id";
    let table = || {
        batch(vec![
            ("column", text(&["id", name])),
            ("type", text(&["text", "timestamp (UTC)"])),
            ("service filters by", text(&["eq", ""])),
            (
                "meaning",
                text(&["Id of the sign-in.", "Azure Resource Manager id of the resource that bears the identity."]),
            ),
        ])
    };
    let at = |terminal| {
        write("table", &[table()], Options { terminal: Some(terminal), wraps: true, ..Options::default() }).0
    };
    let wide = at(120);
    assert!(wide.starts_with('┌') && wide.contains(name) && wide.contains("│ timestamp (UTC) │"), "{wide}");
    let lines = [
        "column  type  service filters by",
        "    meaning",
        &"─".repeat(60),
        "id  text  eq",
        "    Id of the sign-in.",
        name,
        "    timestamp (UTC)",
        "    Azure Resource Manager id of the resource that bears the",
        "    identity.",
        "(2 rows)",
    ];
    assert_eq!(at(60).lines().collect::<Vec<_>>(), lines);
}
