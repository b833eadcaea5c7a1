//! Dates as people and their programs write them: which of day and month comes first is decided by the file.

use std::fmt::Write as _;

use auditql::tally::Notice;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::shapes::as_is;
use super::{asked, file};

/// Sign-ins whose times are these, under a name.
fn csv(name: &str, times: &[&str]) -> String {
    let mut text = format!("Id,Type,UserPrincipalName,\"{name}\"\n");
    for (i, time) in times.iter().enumerate() {
        let _ = writeln!(text, "{i:03},SigninLogs,a@b,\"{time}\"");
    }
    text
}

const SQL: &str = "SELECT created_date_time FROM sign_ins ORDER BY id";

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_has_one_meaning_decides_for_the_file() {
    let folder = TempDir::new().unwrap();
    for (times, expected) in [
        (
            ["05/12/2024, 08:49:37.587", "06/12/2024, 08:49", "19/12/2024, 08:49:37"],
            ["2024-12-05T08:49:37.587", "2024-12-06T08:49:00", "2024-12-19T08:49:37"],
        ),
        (
            ["5/12/2024, 8:49:37 AM", "6/12/2024, 8:49:37 PM", "12/19/2024, 8:49:37 AM"],
            ["2024-05-12T08:49:37", "2024-06-12T20:49:37", "2024-12-19T08:49:37"],
        ),
        (
            ["5/12/2024, 8:49:37 am", "19/12/2024, 8:49:37 pm", "6/12/2024, 8:49:37 am"],
            ["2024-12-05T08:49:37", "2024-12-19T20:49:37", "2024-12-06T08:49:37"],
        ),
        (
            ["05.12.2024 08:49:37", "6.12.2024, 08:49:37,5", "19.12.2024 08:49"],
            ["2024-12-05T08:49:37", "2024-12-06T08:49:37.500", "2024-12-19T08:49:00"],
        ),
        (
            ["05-12-2024 08:49:37", "12-19-2024 08:49:37", "05-05-2024 08:49:37"],
            ["2024-05-12T08:49:37", "2024-12-19T08:49:37", "2024-05-05T08:49:37"],
        ),
        (
            ["May 4, 2026 8:49:37 AM", "2026/05/04 08:49:38", "/Date(1777884579000)/"],
            ["2026-05-04T08:49:37", "2026-05-04T08:49:38", "2026-05-04T08:49:39"],
        ),
    ] {
        for name in ["TimeGenerated [UTC]", "createdDateTime", "Date (UTC)"] {
            let expected: Vec<String> = expected.iter().map(|time| format!("{time}Z")).collect();
            let rows: Vec<Value> = times.iter().enumerate().map(|(i, time)| json!({"id": i.to_string(), "isInteractive": true, "createdDateTime": "", "userId": "u", name: time})).collect();
            for (file_name, text) in [("a.csv", csv(name, &times)), ("a.json", as_is::array(&rows))] {
                if file_name == "a.json" && name != "createdDateTime" {
                    continue;
                }
                let answer = asked(&[file(&folder, file_name, text)], SQL).await;
                assert_eq!(answer.rows(), expected, "{file_name} {name}");
                assert_eq!(answer.tally.notices(), [], "{times:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_of_one_file_that_contradict_each_other_are_told() {
    let folder = TempDir::new().unwrap();
    for (times, order) in [
        (["11/13/2026 08:00:00", "13/11/2026 08:00:00", "03/04/2026 08:00:00"], "month"),
        (["03/04/2026 08:00:00", "13/11/2026 08:00:00", "11/13/2026 08:00:00"], "day"),
    ] {
        let answer = asked(&[file(&folder, "a.csv", csv("TimeGenerated [UTC]", &times))], SQL).await;
        let either = if order == "day" { "2026-04-03T08:00:00Z" } else { "2026-03-04T08:00:00Z" };
        assert!(answer.rows().contains(&either.to_owned()), "{:?}", answer.rows());
        let told: Vec<String> = answer.tally.notices().iter().map(ToString::to_string).collect();
        let contrary = told.iter().filter(|told| told.contains("contradict each other")).collect::<Vec<_>>();
        let [contrary] = &contrary[..] else { panic!("{told:?}") };
        assert!(contrary.contains(&format!("begins with the {order}")), "{contrary}");
        assert!(contrary.ends_with("; 03/04/2026 08:00:00 could be either"), "{contrary}");
        assert!(told.iter().any(|told| told.contains("1 value(s) of created_date_time")), "{told:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_decided_before_the_first_row_however_late_it_shows() {
    let folder = TempDir::new().unwrap();
    let mut times = vec!["05/12/2024 08:49:37"; 20_000];
    times.push("19/12/2024 08:49:37");
    let path = file(&folder, "late.csv", csv("TimeGenerated [UTC]", &times));
    let count = "SELECT count(*) FROM sign_ins WHERE created_date_time >= '2024-12-01'";
    assert_eq!(asked(std::slice::from_ref(&path), count).await.rows(), ["20001"]);
    assert_eq!(asked(std::slice::from_ref(&path), &format!("{SQL} LIMIT 1")).await.rows(), ["2024-12-05T08:49:37Z"]);
    // The next file has an order of its own.
    let other = file(
        &folder,
        "other.csv",
        csv("TimeGenerated [UTC]", &["5/12/2024 08:49:37", "5/13/2024 08:49:37"])
            .replace("0,SigninLogs", "x,SigninLogs")
            .replace("1,SigninLogs", "y,SigninLogs"),
    );
    for inputs in [[path.clone(), other.clone()], [other, path]] {
        assert_eq!(asked(&inputs, count).await.rows(), ["20001"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nothing_shows_is_assumed_and_said() {
    let folder = TempDir::new().unwrap();
    for (times, expected, assumed) in [
        (&["05/12/2024, 08:49:37", "06/12/2024, 08:49:37"][..], "2024-05-12T08:49:37Z", Some(false)),
        (&["05-12-2024 08:49:37"], "2024-12-05T08:49:37Z", Some(true)),
        (&["05/05/2024 08:49:37"], "2024-05-05T08:49:37Z", None),
    ] {
        let answer = asked(&[file(&folder, "a.csv", csv("TimeGenerated [UTC]", times))], SQL).await;
        assert_eq!(answer.rows()[0], expected);
        let notices = answer.tally.notices();
        match assumed {
            None => assert_eq!(notices, []),
            Some(first) => {
                let [Notice::AssumedOrder { members, day_first, example, .. }] = notices.as_slice() else {
                    panic!("{notices:?}")
                };
                assert_eq!((members.as_str(), *day_first, example.as_str()), ("TimeGenerated [UTC]", first, times[0]));
            }
        }
    }
    // Nobody asks for this time.
    let text = csv("x", &["05/12/2024 08:49:37"])
        .replace("UserPrincipalName", "TimeGenerated")
        .replace("a@b", "2024-12-05T08:49:37Z");
    let answer = asked(&[file(&folder, "a.csv", text)], SQL).await;
    assert!(!answer.tally.notices().iter().any(|notice| matches!(notice, Notice::AssumedOrder { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_column_has_its_own_order_and_shows_it_to_those_that_show_none() {
    let folder = TempDir::new().unwrap();
    let row = |id: &str, created: &str, generated: &str| json!({"Id": id, "Type": "SigninLogs", "UserId": "u", "CreatedDateTime [UTC]": created, "TimeGenerated [UTC]": generated});
    for (rows, expected) in [
        // The one is written day first, the other month first; where the first is empty, the second stands.
        (
            vec![
                row("1", "05/12/2024 08:00:00", "12/05/2024 08:00:00"),
                row("2", "19/12/2024 08:00:00", "12/19/2024 08:00:00"),
                row("3", "", "12/06/2024 08:00:00"),
            ],
            ["2024-12-05T08:00:00Z", "2024-12-19T08:00:00Z", "2024-12-06T08:00:00Z"],
        ),
        // The one shows nothing, the other does.
        (
            vec![
                row("1", "05/12/2024 08:00:00", "19/12/2024 08:00:00"),
                row("2", "06/12/2024 08:00:00", "19/12/2024 08:00:00"),
                row("3", "07/12/2024 08:00:00", ""),
            ],
            ["2024-12-05T08:00:00Z", "2024-12-06T08:00:00Z", "2024-12-07T08:00:00Z"],
        ),
    ] {
        for (name, text) in [("a.csv", super::shapes::csv(&rows)), ("a.json", as_is::array(&rows))] {
            let answer = asked(&[file(&folder, name, text)], SQL).await;
            assert_eq!(answer.rows(), expected, "{name}");
            assert_eq!(answer.tally.notices(), [], "{name}");
        }
    }
    // A value that does not fit the order is NULL and counted.
    let text = csv("TimeGenerated [UTC]", &["19/12/2024 08:00:00", "12/20/2024 08:00:00"]);
    let answer = asked(&[file(&folder, "a.csv", text)], SQL).await;
    assert_eq!(answer.rows(), ["2024-12-19T08:00:00Z", "NULL"]);
    let said = answer.tally.notices();
    assert!(said.iter().any(|notice| matches!(notice, Notice::TypeConflicts { count: 1, .. })), "{said:?}");
    assert!(said.iter().any(|notice| matches!(notice, Notice::ContraryOrder { .. })), "{said:?}");
}
