//! Rows that span lines, and what takes no line with it.

use super::*;

/// A row has two fields, and what begins with # is none.
struct Two;

impl Rule for Two {
    fn is_no_row(&self, _: u64, bytes: &[u8]) -> bool {
        bytes.starts_with(b"#")
    }

    fn accepts(&self, row: &[u8]) -> bool {
        row.split(|byte| *byte == b',').count() == 2
    }
}

/// Rows with their lines, whatever the pieces.
fn rows(text: &str) -> Vec<String> {
    let mut all: Vec<Vec<String>> = [1, 2, 3, 1000]
        .map(|size| {
            let (mut records, mut rows) = (Records::new(b','), Vec::new());
            let mut each = |piece: Piece<'_>| {
                rows.push(match piece {
                    Piece::Record(row) => format!("{} {}", row.line, String::from_utf8_lossy(row.bytes)),
                    Piece::Remark(row) => format!("{} remark", row.line),
                    Piece::Bad(line, why, _) => format!("{line} {why}"),
                });
            };
            text.as_bytes().chunks(size).for_each(|piece| records.feed(piece, &Two, &mut each));
            records.end(&Two, &mut each);
            rows
        })
        .into();
    assert!(all.iter().all(|rows| *rows == all[0]), "{text:?}: {all:?}");
    all.remove(0)
}

#[test]
fn rows_are_lines_or_span_them_inside_of_quotes() {
    assert_eq!(rows("a,b\nc,d"), ["1 a,b", "2 c,d"]);
    assert_eq!(rows("a,b\r\nc,d\r\n"), ["1 a,b", "2 c,d"]);
    assert_eq!(rows("a,b\rc,d\r"), ["1 a,b", "2 c,d"]);
    assert_eq!(rows("a,\"x\ny\"\nc,d\n"), ["1 a,\"x\ny\"", "3 c,d"]);
    assert_eq!(rows("\"\"\"\n\",b\nc,d\n"), ["1 \"\"\"\n\",b", "3 c,d"]);
    assert_eq!(rows("5\" pipe,b\nc,d\n"), ["1 5\" pipe,b", "2 c,d"]);
}

#[test]
fn an_unclosed_quote_costs_its_own_line() {
    assert_eq!(rows("a,\"x\nc,d\ne,f\n"), ["1 its quote is not closed", "2 c,d", "3 e,f"]);
    assert_eq!(rows("a,\"x\nc,d\ne,\"f\"\n"), ["1 its quote is not closed", "2 c,d", "3 e,\"f\""]);
}

#[test]
fn a_stray_quote_takes_no_line_with_it() {
    let why = "its quote is not closed";
    let bad = |line: u64| format!("{line} {why}");
    // The next quote closes it and something stands behind that: none of the two spans lines.
    let text = "a,\"x\nc,d\ne,\"y\ng,h\n";
    assert_eq!(rows(text), [bad(1), "2 c,d".into(), bad(3), "4 g,h".into()]);
    assert_eq!(rows("a,\"x\nc,d\ne,x\"y\"z\n"), [bad(1), "2 c,d".into(), "3 e,x\"y\"z".into()]);
    assert_eq!(rows("a,\"x\nc\"d,e\nf,g\n"), [bad(1), "2 c\"d,e".into(), "3 f,g".into()]);
    // The controls: blanks behind a closing quote are nothing, and two quotes are one.
    assert_eq!(rows("a,\"x\ny\" \nc,d\n"), ["1 a,\"x\ny\" ", "3 c,d"]);
    assert_eq!(rows("\"x\ny\" ,b\nc,d\n"), ["1 \"x\ny\" ,b", "3 c,d"]);
    assert_eq!(rows("\"x\n\"\"y\"\"z\",b\nc,d\n"), ["1 \"x\n\"\"y\"\"z\",b", "3 c,d"]);
    // On a line of its own it is read as it was written.
    assert_eq!(rows("\"a\" x,b\nc,d\n"), ["1 \"a\" x,b", "2 c,d"]);
}

#[test]
fn a_quote_behind_blanks_opens_if_its_line_closes_it() {
    assert_eq!(rows("a, \"x\"\nc,d\n"), ["1 a, \"x\"", "2 c,d"]);
    assert_eq!(rows("a, \"x\nc,d\"\n"), ["1 a, \"x", "2 c,d\""]);
}

#[test]
fn quotes_that_are_never_closed_cost_no_time() {
    let text = "x\"y,\"z\n".repeat(200_000);
    let mut records = Records::new(b',');
    let (mut lines, mut most) = (0, 0);
    for piece in text.as_bytes().chunks(1 << 16) {
        records.feed(piece, &Two, &mut |_| lines += 1);
        most = most.max(records.held());
    }
    records.end(&Two, &mut |_| lines += 1);
    assert_eq!(lines, 200_000);
    assert!(most <= 4 << 20, "{most}");
}

#[test]
fn a_quote_in_a_remark_opens_nothing() {
    assert_eq!(rows("#,\"x\na,b\n# c,\"\nd,e\n"), ["1 remark", "2 a,b", "3 remark", "4 d,e"]);
    // The controls: within a field it is no remark, and in a row it opens one.
    assert_eq!(rows("a,\"x\n#y\"\nc,d\n"), ["1 a,\"x\n#y\"", "3 c,d"]);
    assert_eq!(rows("a,\"x\n#c,d\n")[0], "1 its quote is not closed");
}
