//! Blanks: those in quotes are of the value, others are not.

use super::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn blanks_in_quotes_are_of_the_value() {
    let lab = Lab::new();
    let rows = |between: char| {
        let text = "name,n,tail\n\" x \", 5 ,a \nx,\" 6 \", b\n\"x\"\"y \",7,\" \"\n x ,8,\"\"\n";
        text.replace(',', &between.to_string())
    };
    lab.file("a.csv", rows(','));
    lab.file("a.tsv", rows('\t'));
    lab.file("b.csv", rows(';'));
    lab.rows("CREATE EXTERNAL TABLE made STORED AS CSV LOCATION '{dir}/a.csv'").await;
    lab.rows("CREATE EXTERNAL TABLE stated (name TEXT, n BIGINT, tail TEXT) STORED AS CSV LOCATION '{dir}/a.csv' OPTIONS (heading 'true')").await;
    for from in [
        "'{dir}/a.csv'",
        "'{dir}/a.tsv'",
        "'{dir}/b.csv'",
        "read_csv('{dir}/b.csv', delimiter => ';')",
        "made",
        "stated",
    ] {
        let sql =
            format!("SELECT '[' || name || ']', n + 0, '[' || coalesce(tail, 'NULL') || ']' FROM {from} ORDER BY n");
        let expected = ["[ x ] | 5 | [a]", "[x] | 6 | [b]", "[x\"y ] | 7 | [ ]", "[x] | 8 | []"];
        assert_eq!(lab.rows(&sql).await, expected, "{from}");
        // What differs in blanks alone joins with nothing.
        let sql = format!("SELECT count(*) FROM {from} a JOIN (VALUES ('x')) v(x) ON a.name = v.x");
        assert_eq!(lab.rows(&sql).await, ["2"], "{from}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_json_stand_in_quotes() {
    let lab = Lab::new();
    lab.file(
        "a.ndjson",
        "{\"name\":\" x \",\"n\":\" 5 \",\"user\":\" ada\"}\n{\"name\":\"x\",\"n\":6,\"user\":\"-\"}\n",
    );
    lab.file("a.json", "[{\"name\":\" x \",\"n\":\" 5 \",\"user\":\" ada\"},{\"name\":\"x\",\"n\":6,\"user\":\"-\"}]");
    for file in ["a.ndjson", "a.json"] {
        let sql = format!("SELECT '[' || name || ']', '[' || user_name || ']' FROM '{{dir}}/{file}'");
        assert_eq!(lab.rows(&sql).await, ["[ x ] | [ ada]", "[x] | NULL"], "{file}");
    }
}

/// In quotes or not, a number, a time and an address are what they are.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_read_without_blanks() {
    let lab = Lab::new();
    lab.file(
        "a.csv",
        "time,ip,port\n\" 2026-04-30 08:00:00 \",\" 10.0.0.1 \",\" 443\"\n2026-04-30 09:00:00,10.0.0.2,80\n",
    );
    let (rows, said) = lab.told("SELECT time, client_address, port FROM '{dir}/a.csv' ORDER BY time").await;
    assert_eq!(rows, ["2026-04-30T08:00:00Z | 10.0.0.1 | 443", "2026-04-30T09:00:00Z | 10.0.0.2 | 80"]);
    assert!(said.iter().all(|text| !text.contains("type")), "{said:?}");
}
