//! Values are what stands in the file, or are NULL and counted: no digit, no member and no text is lost without a word.

use super::Lab;

/// So many rows that all of the sample is before what follows.
fn beyond_the_sample(row: &str) -> String {
    row.repeat(1_200_000 / row.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_among_numbers_behind_the_sample_becomes_no_number() {
    let lab = Lab::new();
    let rows = beyond_the_sample("17,1.5,ada\n");
    lab.file("a.csv", format!("badge,load,user\n{rows}007,2.5,bob\n7,9007199254740993,eve\n"));
    let sql = "SELECT badge, load, raw FROM {from} WHERE raw LIKE '%bob' OR raw LIKE '%eve'";
    let (rows, said) = lab.told(&sql.replace("{from}", "'{dir}/a.csv'")).await;
    assert_eq!(rows, ["NULL | 2.5 | 007,2.5,bob", "7 | NULL | 7,9007199254740993,eve"]);
    for column in ["badge", "load"] {
        assert!(said.iter().any(|text| text.contains("1 value(s) of") && text.contains(column)), "{column}: {said:?}");
    }
    // Whoever states the types gets what they say.
    let stated = sql.replace("{from}", "read_csv('{dir}/a.csv', columns => 'badge text, load text, user text')");
    let rows = lab.rows(&stated).await;
    assert_eq!(rows, ["007 | 2.5 | 007,2.5,bob", "7 | 9007199254740993 | 7,9007199254740993,eve"]);
    // A file of which nothing shows what a column is, beside one that does.
    lab.file("b/1.csv", "badge,user\n17,ada\n");
    lab.file("b/2.csv", format!("badge,user\n{}007,bob\n", beyond_the_sample(",ada\n")));
    let (rows, said) = lab.told("SELECT badge FROM '{dir}/b' WHERE user = 'bob'").await;
    assert_eq!(rows, ["NULL"]);
    assert!(said.iter().any(|text| text.contains("1 value(s) of badge")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_comes_twice_is_told() {
    let lab = Lab::new();
    let records = "{\"user\":\"ada\",\"n\":1}\n{\"user\":\"bob\",\"n\":2,\"user\":\"eve\",\"n\":3}\n";
    lab.file("a.ndjson", records);
    lab.file("a.json", format!("[{}]", records.trim_end().replace('\n', ",\n")));
    for file in ["a.ndjson", "a.json"] {
        let (rows, said) = lab.told(&format!("SELECT user_name, n FROM '{{dir}}/{file}'")).await;
        assert_eq!(rows, ["ada | 1", "bob | 2"], "{file}");
        let told: Vec<&String> = said.iter().filter(|text| text.contains("repeat a member")).collect();
        assert!(told.len() == 2 && told[0].contains("line 2"), "{file}: {said:?}");
        // The control: what is not read is not told.
        let (rows, said) = lab.told(&format!("SELECT count(*) FROM '{{dir}}/{file}'")).await;
        assert!(rows == ["2"] && said.is_empty(), "{file}: {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_without_letters_is_not_null() {
    let lab = Lab::new();
    lab.file("a.csv", "name,n\n\"\",1\n,2\n\"x\",\"\"\n\"-\",4\n");
    let rows = lab.rows("SELECT name IS NULL, name, n FROM '{dir}/a.csv' ORDER BY line").await;
    assert_eq!(rows, ["false |  | 1", "true | NULL | 2", "false | x | NULL", "false | - | 4"]);
    lab.file("a.ndjson", "{\"name\":\"\",\"n\":1}\n{\"name\":null,\"n\":2}\n");
    let rows = lab.rows("SELECT name IS NULL, n FROM '{dir}/a.ndjson' ORDER BY line").await;
    assert_eq!(rows, ["false | 1", "true | 2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_dates_goes_on_past_midnight() {
    let lab = Lab::new();
    let begin = "#Date: 2026-11-27 23:00:00\n#Fields: time c-ip\n";
    lab.file("a.log", format!("{begin}23:30:00 10.0.0.1\n00:30:00 10.0.0.2\n"));
    let (rows, said) = lab.told("SELECT time FROM '{dir}/a.log' ORDER BY line").await;
    assert_eq!(rows, ["2026-11-27T23:30:00Z", "2026-11-28T00:30:00Z"]);
    assert!(said.iter().any(|text| text.contains("lines name no date")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_that_were_joined_are_read_or_told() {
    let lab = Lab::new();
    lab.file("one/a.txt", "10.0.0.1\n");
    lab.file("two/b.txt", "10.0.0.2\n");
    let mut all = Vec::new();
    for folder in ["one", "two"] {
        let made =
            std::process::Command::new("tar").arg("-cf").args(["-", "-C"]).arg(lab.path("")).arg(folder).output();
        all.extend(made.unwrap().stdout);
    }
    lab.file("all.tar", &all);
    lab.file("all.tgz", super::gzip(&all));
    for name in ["all.tar", "all.tgz"] {
        let told = lab.told(&format!("SELECT value FROM '{{dir}}/{name}' ORDER BY 1")).await;
        assert_eq!(told, (vec!["10.0.0.1".into(), "10.0.0.2".into()], vec![]), "{name}");
    }
    let zips = [super::zip(&[("a.txt", b"10.0.0.1\n")]), super::zip(&[("b.txt", b"10.0.0.2\n")])].concat();
    lab.file("all.zip", zips);
    let (rows, said) = lab.told("SELECT value FROM '{dir}/all.zip'").await;
    assert_eq!(rows, ["10.0.0.2"]);
    assert!(said.iter().any(|text| text.starts_with("INCOMPLETE") && text.contains("another archive")), "{said:?}");
}
