//! Columns of a file that is longer than what it was recognised by.

use super::Lab;

/// Records that are longer together than the sample, and one behind them with a field that none of them has.
fn records(between: &str) -> String {
    let one = format!("{{\"user\":\"ada\",\"note\":\"{}\"}}", "x".repeat(200));
    let mut all = vec![one; 6_000];
    all.push("{\"user\":\"eve\",\"late\":\"here\"}".to_owned());
    all.join(between)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_comes_late_is_told_of_and_is_in_raw() {
    let lab = Lab::new();
    lab.file("a.ndjson", records("\n") + "\n");
    lab.file("a.json", format!("[{}]", records(",\n")));
    lab.rows("CREATE EXTERNAL TABLE made STORED AS JSON LOCATION '{dir}/a.ndjson'").await;
    for (from, file) in [("'{dir}/a.ndjson'", "a.ndjson"), ("'{dir}/a.json'", "a.json"), ("made", "a.ndjson")] {
        for column in ["late", "a.late"] {
            let report = lab.refusal(&format!("SELECT a.user_name, {column} FROM {from} AS a")).await;
            let (what, hint) = (&report.what, report.hint.clone().unwrap_or_default());
            assert!(what.starts_with("there is no column") && what.contains("late"), "{from}: {report}");
            assert!(
                hint.contains(file) && hint.contains("first 1 MiB") && hint.contains("raw ->> 'name'"),
                "{from}: {report}"
            );
            assert!(report.place.is_some(), "{from}: {report}");
        }
        let (rows, said) = lab.told(&format!("SELECT user_name FROM {from} WHERE raw ->> 'late' = 'here'")).await;
        assert_eq!(rows, ["eve"], "{from}");
        assert!(said.iter().any(|text| text.contains("late") && text.contains("raw")), "{from}: {said:?}");
    }
    // A near name is proposed all the same.
    let hint = lab.refusal("SELECT user_nam FROM '{dir}/a.ndjson'").await.hint.unwrap();
    assert!(hint.starts_with("did you mean user_name?; "), "{hint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_names_are_told_how_to_be_stated() {
    let lab = Lab::new();
    lab.file("long.csv", "user,ip\n".to_owned() + &"ada,10.0.0.1\n".repeat(90_000));
    lab.file("list.txt", "ada\n".repeat(300_000));
    let hint = lab.refusal("SELECT late FROM '{dir}/long.csv'").await.hint.unwrap();
    assert!(hint.contains("first 1 MiB") && hint.contains("columns => 'a text, b bigint'"), "{hint}");
    let report = lab.refusal("SELECT late FROM read_csv('{dir}/list.txt')").await;
    assert!(report.hint.clone().unwrap().contains("first 1 MiB"), "{report}");
    // The controls: of a file that was seen whole, its columns are all there are; of a format that declares its own, too.
    lab.file("short.csv", "user,ip\nada,10.0.0.1\n");
    lab.file("short.ndjson", "{\"user\":\"ada\"}\n");
    lab.file("iis.log", "#Fields: date time c-ip\n".to_owned() + &"2026-11-27 08:00:00 10.0.0.1\n".repeat(40_000));
    for file in ["short.csv", "short.ndjson", "iis.log"] {
        let report = lab.refusal(&format!("SELECT late FROM '{{dir}}/{file}'")).await;
        assert!(!report.hint.clone().unwrap_or_default().contains("MiB"), "{file}: {report}");
    }
}
