//! A long file is read in pieces, side by side: the answer is that of one reader.

use std::fmt::Write as _;

use super::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_span_lines_are_whole_and_in_order() {
    let lab = Lab::new();
    let mut text = String::from("n,note,time\n");
    for n in 0..60_000 {
        match n % 7 {
            0 => writeln!(text, "{n},\"two\nlines, \"\"quoted\"\"\",2026-05-01T08:00:00Z").unwrap(),
            _ => writeln!(text, "{n},a longer note that fills the file up to several pieces,2026-05-01T08:00:00Z")
                .unwrap(),
        }
    }
    // A row of another width, far behind the first piece.
    text.push_str("odd\n60000,last,2026-05-01T08:00:00Z\n");
    assert!(text.len() > 4 << 20);
    lab.file("long.csv", &text);
    let (rows, said) = lab.told("SELECT count(*), sum(n), count(DISTINCT n), max(line) FROM '{dir}/long.csv'").await;
    let lines = text.lines().count();
    assert_eq!(rows, [format!("60001 | {} | 60001 | {lines}", 60_000_u64 * 60_001 / 2)]);
    let bad = format!("1 line(s) could not be read (first: line {}", lines - 1);
    assert!(said.iter().any(|text| text.contains(&bad)), "{said:?}");
    let spans = "SELECT count(*) FROM '{dir}/long.csv' WHERE note = E'two\\nlines, \"quoted\"'";
    assert_eq!(lab.rows(spans).await, [60_000_u32.div_ceil(7).to_string()]);
    let order = lab.rows("SELECT n FROM '{dir}/long.csv'").await;
    assert!(order.iter().enumerate().all(|(at, n)| *n == at.to_string()), "rows come in the order of the file");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_directive_says_holds_in_the_pieces_behind_it() {
    let lab = Lab::new();
    let mut text = String::from("#Version: 1.0\n#Date: 2026-05-01 00:00:00\n#Fields: time c-ip cs-uri-stem\n");
    (0..40_000).for_each(|n| writeln!(text, "08:00:00 10.0.0.1 /first/{n}").unwrap());
    text.push_str("#Date: 2026-05-02 00:00:00\n#Fields: cs-uri-stem time c-ip\n");
    (0..40_000).for_each(|n| writeln!(text, "/second/{n} 09:00:00 10.0.0.2").unwrap());
    assert!(text.len() > 2 << 20);
    lab.file("u_ex260501.log", &text);
    let sql = "SELECT client_address, min(time), max(time), count(*), count(DISTINCT cs_uri_stem) \
        FROM '{dir}/u_ex260501.log' GROUP BY 1 ORDER BY 1";
    let rows = lab.rows(sql).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    for (row, (address, day)) in rows.iter().zip([("10.0.0.1", "2026-05-01T08"), ("10.0.0.2", "2026-05-02T09")]) {
        assert!(row.starts_with(address) && row.contains(day) && row.ends_with(" | 40000 | 40000"), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_costs_itself_among_the_pieces() {
    let lab = Lab::new();
    let mut text: Vec<u8> = (0..100_000).flat_map(|n| format!("before {n} .............\n").into_bytes()).collect();
    text.extend(vec![b'x'; 20 << 20]);
    text.extend(b"\n");
    text.extend((0..100_000).flat_map(|n| format!("behind {n} .............\n").into_bytes()));
    lab.file("long.txt", &text);
    let (rows, said) = lab.told("SELECT count(*), max(line) FROM read_log('{dir}/long.txt', format => 'lines')").await;
    assert_eq!(rows, ["200000 | 200001"]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("1 line(s) could not be read (first: line 100001, it is longer than 16 MiB"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_is_shown_by_explain_analyze() {
    let lab = Lab::new();
    let text: String = (0..100_000).map(|n| format!("{n},x\n")).collect();
    lab.file("a.csv", format!("n,word\n{text}bad\n"));
    let shown = lab.rows("EXPLAIN ANALYZE SELECT n FROM '{dir}/a.csv' WHERE n < 10").await.join("\n");
    for figure in ["output_rows=10", "files=1", "files_skipped=0", "rows_read=100.0 K", "bad_lines=1"] {
        assert!(shown.contains(figure), "{figure}: {shown}");
    }
}
