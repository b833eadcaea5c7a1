//! Columns of days: text as they are, and midnights where it is stated that they are times.

use super::Lab;

const ASSUMED: [&str; 2] = ["UTC was assumed", "are read as month/day/year"];

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_stated_to_be_a_time_is_its_midnight() {
    let lab = Lab::new();
    lab.file("iso.csv", "created_date,x\n2026-01-01,1\n2026-01-02 08:00,2\nsoon,3\n");
    let (rows, said) = lab
        .told("SELECT created_date FROM read_csv('{dir}/iso.csv', columns => 'created_date timestamp, x bigint')")
        .await;
    assert_eq!(rows, ["2026-01-01T00:00:00Z", "2026-01-02T08:00:00Z", "NULL"]);
    assert!(said.iter().any(|text| text.contains("1 value(s) of created_date")), "what is no day is counted: {said:?}");
    lab.file("slashes.csv", "date,x\n01/02/2026,1\n03/04/2026,2\n");
    for (day_first, expected) in [("false", ["01-02", "03-04"]), ("true", ["02-01", "04-03"])] {
        let stated = format!("columns => 'date timestamp, x bigint', day_first => {day_first}");
        let rows = lab.rows(&format!("SELECT date FROM read_csv('{{dir}}/slashes.csv', {stated})")).await;
        assert_eq!(rows, expected.map(|day| format!("2026-{day}T00:00:00Z")));
    }
    let zoned = "columns => 'date timestamp, x bigint', timezone => 'Europe/Paris'";
    let rows = lab.rows(&format!("SELECT date FROM read_csv('{{dir}}/slashes.csv', {zoned})")).await;
    assert_eq!(rows, ["2026-01-01T23:00:00Z", "2026-03-03T23:00:00Z"]);
    // A table that is declared has its columns in the same way.
    lab.rows("CREATE EXTERNAL TABLE d (date TIMESTAMP, x INT) STORED AS CSV LOCATION '{dir}/slashes.csv'").await;
    assert_eq!(lab.rows("SELECT max(date) FROM d").await, ["2026-03-04T00:00:00Z"]);
    // The order that the first days have holds, or the statement ends.
    lab.file("late.csv", format!("date,x\n{}13/04/2026,2\n", "01/02/2026,1\n".repeat(100_000)));
    let late = "SELECT max(date) FROM read_csv('{dir}/late.csv', columns => 'date timestamp, x bigint')";
    let report = lab.refusal(late).await.to_string();
    assert!(report.contains("13/04/2026") && report.contains("day_first"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_days_that_are_text_nothing_is_assumed() {
    let lab = Lab::new();
    let days = |name: &str, days: &[&str]| {
        let rows: String = days.iter().map(|day| format!("{day},1\n")).collect();
        lab.file(name, format!("date,x\n{rows}"))
    };
    days("iso.csv", &["2026-01-01", "2026-01-02"]);
    days("either.csv", &["01/02/2026", "03/04/2026"]);
    days("day.csv", &["31/12/2025", "01/02/2026"]);
    days("dots.csv", &["31.12.2025", "01.02.2026"]);
    days("words.csv", &["31 Dec 2025", "1 Feb 2026"]);
    for (file, how) in [
        ("iso", None),
        ("either", Some("to_date(date, 'MM/DD/YYYY') reads them if the month comes first")),
        ("day", Some("to_date(date, 'DD/MM/YYYY') reads them")),
        ("dots", Some("to_date(date, 'DD.MM.YYYY') reads them")),
        ("words", Some("days such as 31 Dec 2025 have no time of day")),
    ] {
        let (_, said) = lab.told(&format!("SELECT * FROM '{{dir}}/{file}.csv'")).await;
        assert!(!said.iter().any(|text| ASSUMED.iter().any(|assumed| text.contains(assumed))), "{file}: {said:?}");
        let told: Vec<&String> = said.iter().filter(|text| text.contains("`date` is text")).collect();
        assert_eq!(told.len(), usize::from(how.is_some()), "{file}: {said:?}");
        assert!(how.is_none_or(|how| told[0].ends_with(how)), "{file}: {told:?}");
        // What is said can be done.
        if let Some((form, _)) = told.first().and_then(|text| text.split_once("to_date(")?.1.split_once(" reads")) {
            let sql = format!("SELECT count(to_date({form}) FROM '{{dir}}/{file}.csv'");
            assert_eq!(lab.rows(&sql).await, ["2"], "{sql}");
        }
    }
    // The control: beside a time of day they are read.
    lab.file("both.csv", "date,time,x\n01/02/2026,08:00:00,1\n03/04/2026,09:00:00,2\n");
    let (rows, said) = lab.told("SELECT time FROM '{dir}/both.csv'").await;
    assert_eq!(rows, ["2026-01-02T08:00:00Z", "2026-03-04T09:00:00Z"]);
    assert!(ASSUMED.iter().all(|assumed| said.iter().any(|text| text.contains(assumed))), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_date_is_not_called_a_number() {
    let lab = Lab::new();
    lab.file("d.csv", "date,x\n01/02/2026,1\n03/04/2026,2\n");
    for sql in ["SELECT date::date FROM '{dir}/d.csv'", "SELECT x FROM '{dir}/d.csv' WHERE date >= DATE '2026-02-01'"] {
        let report = lab.refusal(sql).await;
        assert_eq!(report.what, "a text is read as date, and not all texts are of that type", "{sql}");
        let hint = report.hint.unwrap_or_default();
        assert!(hint.starts_with("to_date(x, 'DD/MM/YYYY')") && hint.contains("TRY_CAST(x AS DATE)"), "{hint}");
    }
}
