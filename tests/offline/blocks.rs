//! Files that are larger than what one thread takes at once: what is said of them, and in which order their rows come, is
//! as if one reader had gone from the first byte to the last.

use std::fmt::Write as _;

use auditql::tally::Notice;
use serde_json::json;
use tempfile::TempDir;

use super::{asked, file};

/// Records of about a kilobyte: several megabytes of them.
const RECORDS: usize = 9_000;

fn record(n: usize, record_type: &str) -> String {
    let filler = "x".repeat(900);
    format!(
        "{{\"Id\":\"{n:05}\",\"CreationTime\":\"2026-04-01T00:00:00\",\"RecordType\":{record_type},\"Operation\":\"o{}\",\
         \"UserId\":\"a\\u0062c\",\"Filler\":\"{filler}\"}}",
        n % 7
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_come_in_the_order_of_the_file_and_what_is_odd_is_counted_over_all_of_it() {
    let folder = TempDir::new().unwrap();
    let mut lines = String::new();
    for n in 0..RECORDS {
        let _ = match n {
            3_000 | 8_000 => writeln!(lines, "{{\"Id\":\"broken\" 1}}"),
            2_500 | 7_000 | 7_001 => writeln!(lines, "{}", record(n, "\"no number\"")),
            _ => writeln!(lines, "{}", record(n, "1")),
        };
    }
    let rows: Vec<&str> = lines.lines().filter(|line| !line.contains("broken")).collect();
    let array = format!("[\n {}\n]", rows.join(" ,\n\n"));
    let reply = format!("{{\"value\":[{}]}}", rows.join(","));
    for (name, text) in [("a.ndjson", lines.clone()), ("a.json", array), ("b.json", reply)] {
        let by_line = name == "a.ndjson";
        let path = [file(&folder, name, text)];
        let answer = asked(&path, "SELECT id FROM m365.activity").await;
        let expected: Vec<String> =
            (0..RECORDS).filter(|n| ![3_000, 8_000].contains(n)).map(|n| format!("{n:05}")).collect();
        assert!(answer.rows() == expected, "{name}");
        let few = asked(&path, "SELECT id FROM m365.activity LIMIT 4000").await;
        assert!(few.rows() == expected[..4_000], "{name}");
        let counted =
            asked(&path, "SELECT operation, count(*), count(record_type) FROM m365.activity GROUP BY 1 ORDER BY 1")
                .await;
        assert_eq!(counted.rows().len(), 7);
        let notices = counted.tally.notices();
        let odd = notices.iter().find_map(|notice| match notice {
            Notice::TypeConflicts { column, count, first_id, .. } => Some((column.as_str(), *count, first_id.clone())),
            _ => None,
        });
        let (column, count, first_id) = odd.unwrap();
        assert_eq!((column, count), ("record_type", 3), "{name}");
        assert!(format!("{first_id:?}").contains("02500"), "{name}: {first_id:?}");
        let unread: Vec<(u64, u64)> = notices
            .iter()
            .filter_map(|notice| match notice {
                Notice::UnreadLines { line, count, .. } => Some((*line, *count)),
                _ => None,
            })
            .collect();
        assert_eq!(unread, if by_line { vec![(3_001, 2)] } else { vec![] }, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_in_another_file_and_block_is_one_row_and_told_if_it_differs() {
    let folder = TempDir::new().unwrap();
    let first: Vec<String> = (0..RECORDS).map(|n| record(n, "1")).collect();
    let mut second: Vec<String> = first.iter().rev().cloned().collect();
    let same = [file(&folder, "a.ndjson", first.join("\n")), file(&folder, "b.ndjson", second.join("\n"))];
    let answer = asked(&same, "SELECT count(*), count(DISTINCT id), sum(record_type) FROM m365.activity").await;
    assert_eq!((answer.rows(), answer.tally.notices()), (vec!["9000 | 9000 | 9000".to_owned()], vec![]));
    // One copy says something else, and when it was written does not tell which is the later one.
    second[4_321] = second[4_321].replace("\"RecordType\":1", "\"RecordType\":2");
    let other = [same[0].clone(), file(&folder, "c.ndjson", second.join("\n"))];
    for inputs in [other.clone(), [other[1].clone(), other[0].clone()]] {
        let answer = asked(&inputs, "SELECT count(*), count(DISTINCT id) FROM m365.activity").await;
        assert_eq!(answer.rows(), ["9000 | 9000"]);
        let told = |n: &Notice| matches!(n, Notice::DifferingDuplicates { count: 1, .. });
        assert!(answer.tally.notices().iter().any(told), "{:?}", answer.tally.notices());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_that_come_late_in_a_file_are_read_by_what_the_whole_file_shows() {
    let folder = TempDir::new().unwrap();
    let mut lines = String::new();
    let filler = "x".repeat(900);
    for n in 0..RECORDS {
        let time = match n {
            0..4_000 => "2026-04-01T00:00:00Z",
            8_999 => "19/12/2024 08:49:37",
            _ => "05/12/2024 08:49:37",
        };
        let _ = writeln!(
            lines,
            "{}",
            json!({"id": format!("{n:05}"), "isInteractive": true, "createdDateTime": time, "userId": "u", "filler": filler})
        );
    }
    let path = [file(&folder, "a.ndjson", lines)];
    let sql = "SELECT created_date_time, count(*) FROM sign_ins GROUP BY 1 ORDER BY 1";
    let answer = asked(&path, sql).await;
    assert_eq!(
        answer.rows(),
        ["2024-12-05T08:49:37Z | 4999", "2024-12-19T08:49:37Z | 1", "2026-04-01T00:00:00Z | 4000"]
    );
    assert_eq!(answer.tally.notices(), []);
    let ordered = asked(&path, "SELECT id FROM sign_ins").await.rows();
    assert!(ordered.is_sorted() && ordered.len() == RECORDS);
}
