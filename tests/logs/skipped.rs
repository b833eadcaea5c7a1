//! Files are passed over only where an earlier reading proves that none of their rows is asked for.

use super::Lab;

const MARCH: &str = "time,user\n2026-03-02T08:00:00Z,anna\n2026-03-01T08:00:00Z,bob\n";
const APRIL: &str = "time,user\n2026-04-01T08:00:00Z,carol\n2026-04-02T08:00:00Z,dave\n";

/// A table that lasts over the two logs, and whether EXPLAIN says that one is passed over.
async fn skips(lab: &Lab, condition: &str) -> bool {
    let text = lab.rows(&format!("EXPLAIN SELECT user FROM vpn WHERE {condition}")).await.join("\n");
    text.contains("skipped:")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_read_whole_is_passed_over_while_it_stays_as_it_is() {
    let lab = Lab::new();
    lab.file("vpn/march.csv", MARCH);
    lab.file("vpn/april.csv", APRIL);
    lab.asked("CREATE EXTERNAL TABLE vpn STORED AS CSV LOCATION '{dir}/vpn'").await;
    let april = "time >= '2026-03-15T00:00:00Z'";
    assert!(!skips(&lab, april).await, "nothing is known before the first reading");
    assert_eq!(lab.rows("SELECT count(*) FROM vpn").await, ["4"]);
    assert!(!skips(&lab, april).await, "the times were not read");
    assert_eq!(lab.rows("SELECT count(time) FROM vpn").await, ["4"]);
    assert!(skips(&lab, april).await);
    assert!(!skips(&lab, "time >= '2026-03-01T12:00:00Z'").await, "rows need not be in order");
    assert_eq!(lab.rows(&format!("SELECT user FROM vpn WHERE {april} ORDER BY user")).await, ["carol", "dave"]);
    let shown = lab.rows(&format!("EXPLAIN ANALYZE SELECT user FROM vpn WHERE {april}")).await.join("\n");
    assert!(shown.contains("files_skipped=1") && shown.contains("rows_read=2"), "{shown}");
    // Without help from the predicate all is read.
    lab.asked("SET auditql.pushdown = false").await;
    assert!(!skips(&lab, april).await);
    lab.asked("SET auditql.pushdown = true").await;
    // A line more, which is not in order.
    lab.file("vpn/march.csv", format!("{MARCH}2026-04-20T08:00:00Z,erin\n"));
    assert!(!skips(&lab, april).await, "another state of the file");
    assert_eq!(lab.rows(&format!("SELECT user FROM vpn WHERE {april} ORDER BY user")).await, ["carol", "dave", "erin"]);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_same_length_and_time_is_another_one() {
    let lab = Lab::new();
    lab.file("vpn/march.csv", MARCH);
    let april = lab.file("vpn/april.csv", APRIL);
    let written = std::fs::metadata(&april).unwrap().modified().unwrap();
    lab.asked("CREATE EXTERNAL TABLE vpn STORED AS CSV LOCATION '{dir}/vpn'").await;
    lab.asked("SELECT count(time) FROM vpn").await;
    let may = "time >= '2026-05-01T00:00:00Z'";
    assert!(skips(&lab, may).await, "the control");
    for replaced in [false, true] {
        let text = APRIL.replace("2026-04-02", "2026-05-02");
        let at = if replaced { lab.file("new.csv", text) } else { lab.file("vpn/april.csv", text) };
        std::fs::File::options().append(true).open(&at).unwrap().set_modified(written).unwrap();
        std::fs::rename(&at, &april).unwrap();
        let found = std::fs::metadata(&april).unwrap();
        assert_eq!((found.len(), found.modified().unwrap()), (APRIL.len() as u64, written));
        assert_eq!(lab.rows(&format!("SELECT user FROM vpn WHERE {may}")).await, ["dave"], "replaced: {replaced}");
        lab.file("vpn/april.csv", APRIL);
        lab.asked("SELECT count(time) FROM vpn").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_something_has_to_be_said_is_read_each_time() {
    let lab = Lab::new();
    let more = "2026-03-02T08:00:00Z,bob\n".repeat(40);
    lab.file("vpn/march.csv", format!("{MARCH}{more}a line, that is, none\n"));
    lab.file("vpn/april.csv", APRIL);
    lab.asked("CREATE EXTERNAL TABLE vpn STORED AS CSV LOCATION '{dir}/vpn'").await;
    assert_eq!(lab.rows("SELECT count(time) FROM vpn").await, ["44"]);
    assert!(!skips(&lab, "time >= '2026-03-15T00:00:00Z'").await);
    let (_, said) = lab.told("SELECT user FROM vpn WHERE time >= '2026-03-15T00:00:00Z'").await;
    assert!(said.iter().any(|text| text.contains("could not be read")), "{said:?}");
    assert!(skips(&lab, "time < '2026-03-15T00:00:00Z'").await, "the control: the other is clean");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_rows_says_why_also_of_files_that_were_not_read() {
    let lab = Lab::new();
    lab.file("vpn/march.csv", MARCH);
    lab.file("vpn/april.csv", APRIL);
    lab.asked("CREATE EXTERNAL TABLE vpn STORED AS CSV LOCATION '{dir}/vpn'").await;
    lab.asked("SELECT count(time) FROM vpn").await;
    for (condition, because) in [
        ("time < '2026-02-01T00:00:00Z' AND user = 'x'", "is between 2026-03-01T08:00:00Z and 2026-04-02T08:00:00Z"),
        ("time BETWEEN '2026-03-10' AND '2026-03-11'", "none holds a record of the query's range"),
        ("time > '2026-03-15T00:00:00Z' AND user = 'anna'", "none of the 2 record(s) read satisfies"),
    ] {
        let (_, said) = lab.told(&format!("SELECT user FROM vpn WHERE {condition}")).await;
        let reasons: Vec<&String> = said.iter().filter(|text| text.starts_with("no rows")).collect();
        assert!(reasons.len() == 1 && reasons[0].contains(because), "{condition}: {said:?}");
    }
}
