//! Where a file can stand: in FROM, in a call, in a view, in a table that is made of it.

use auditql::report::{Exit, Report};

use super::{IPS, Lab};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_stands_in_the_place_of_a_table() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    lab.file("a b.txt", "x\n");
    for (sql, rows) in [
        ("SELECT value FROM '{dir}/ips.txt' ORDER BY line", "203.0.113.91\n198.51.100.7\n2001:db8::1"),
        ("SELECT value FROM \"{dir}/ips.txt\" LIMIT 1", "203.0.113.91"),
        ("SELECT ips.value FROM '{dir}/ips.txt' LIMIT 1", "203.0.113.91"),
        ("SELECT t.value, t.line FROM '{dir}/ips.txt' AS t WHERE line = 2", "198.51.100.7 | 2"),
        ("SELECT count(*) FROM '{dir}/ips.txt'", "3"),
        ("SELECT raw FROM '{dir}/ips.txt' WHERE value LIKE '2001%'", "2001:db8::1"),
        ("SELECT value FROM '{dir}/a b.txt'", "x"),
        ("SELECT count(*) FROM '{dir}/ips.txt' a JOIN '{dir}/ips.txt' b ON a.value = b.value", "3"),
        ("SELECT count(*) FROM '{dir}/ips.txt', '{dir}/a b.txt'", "3"),
        ("SELECT count(*) FROM '{dir}/ips.txt', '{dir}/ips.txt'", "9"),
        (
            "SELECT count(*) FROM (VALUES ('2001:db8::1'), ('x')) v(a) WHERE a IN (SELECT value FROM '{dir}/ips.txt')",
            "1",
        ),
        ("WITH bad AS (SELECT value FROM '{dir}/ips.txt') SELECT count(*) FROM bad", "3"),
        ("SELECT count(*) FROM read_log('{dir}/ips.txt')", "3"),
        ("SELECT count(*) FROM read_log('{dir}/ips.txt', format => 'lines')", "3"),
        ("SELECT count(*) FROM read_log('{dir}/ips.txt', format = 'lines')", "3"),
        ("SELECT count(*) FROM read_log(ARRAY['{dir}/ips.txt', '{dir}/a b.txt'])", "4"),
        ("SELECT count(*) FROM READ_LOG(['{dir}/ips.txt'])", "3"),
    ] {
        assert_eq!(lab.rows(sql).await.join("\n"), rows, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_that_name_goes_before_a_file() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    lab.rows("CREATE TABLE ips AS SELECT 1 AS n").await;
    assert_eq!(lab.rows("SELECT n FROM 'ips'").await, ["1"]);
    assert_eq!(lab.rows("SELECT n FROM \"ips\"").await, ["1"]);
    assert_eq!(lab.rows("WITH \"a.b\" AS (SELECT 2 AS n) SELECT n FROM \"a.b\"").await, ["2"]);
    // The file is called otherwise where a table has its name.
    assert_eq!(lab.rows("SELECT ips.n FROM ips, '{dir}/ips.txt' LIMIT 1").await, ["1"]);
    // A word without quotes is never a file.
    let report = lab.refusal("SELECT * FROM vpn.csv").await;
    assert!(report.hint.as_deref().unwrap_or_default().contains("FROM 'vpn.csv'"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_over_a_file_reads_it_anew() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    for sql in [
        "CREATE VIEW bad AS SELECT value FROM '{dir}/ips.txt'",
        "CREATE VIEW called AS SELECT value FROM read_log('{dir}/ips.txt', format => 'lines')",
        "CREATE EXTERNAL TABLE made STORED AS LINES LOCATION '{dir}/ips.txt'",
        "CREATE EXTERNAL TABLE found STORED AS AUTO LOCATION '{dir}/ips.txt'",
        "PREPARE p AS SELECT count(*) FROM '{dir}/ips.txt' WHERE value LIKE $1",
        "CREATE TABLE kept AS SELECT value FROM '{dir}/ips.txt'",
    ] {
        lab.rows(sql).await;
    }
    let counts = async || {
        let mut all = Vec::new();
        for table in ["bad", "called", "made", "found", "kept"] {
            all.extend(lab.rows(&format!("SELECT count(*) FROM {table}")).await);
        }
        all.extend(lab.rows("EXECUTE p('%.%')").await);
        all.join(" ")
    };
    assert_eq!(counts().await, "3 3 3 3 3 2");
    lab.file("ips.txt", "10.0.0.1\n");
    assert_eq!(counts().await, "1 1 1 1 3 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_files_takes_a_free_name() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    let make = |how: &str| format!("CREATE {how} STORED AS LINES LOCATION '{{dir}}/ips.txt'");
    lab.rows(&make("EXTERNAL TABLE t")).await;
    assert!(lab.refusal(&make("EXTERNAL TABLE t")).await.what.contains("already exists"));
    lab.rows(&make("EXTERNAL TABLE IF NOT EXISTS t")).await;
    lab.rows(&make("OR REPLACE EXTERNAL TABLE t")).await;
    lab.rows("DROP TABLE t").await;
    for (sql, what) in [
        ("CREATE EXTERNAL TABLE t STORED AS NONSENSE LOCATION '{dir}/ips.txt'", "there is no format nonsense"),
        ("CREATE EXTERNAL TABLE t STORED AS LINES LOCATION '{dir}/none.txt'", "there is no file"),
        (
            "CREATE EXTERNAL TABLE t STORED AS LINES LOCATION '{dir}/ips.txt' OPTIONS (nonsense '1')",
            "there is no option nonsense",
        ),
        ("CREATE EXTERNAL TABLE t (a DATE) STORED AS CSV LOCATION '{dir}/ips.txt'", "a is declared as"),
    ] {
        let report = lab.refusal(sql).await;
        assert!(report.what.contains(what) && report.exit == Exit::Query, "{sql}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_call_is_refused_with_the_way_to_write_it() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    for (sql, what) in [
        ("SELECT * FROM read_log()", "read_log: it names no file"),
        ("SELECT * FROM read_log(a)", "read_log: it names no file"),
        ("SELECT * FROM read_log('{dir}/ips.txt', 'x')", "read_log: 'x' has no name"),
        ("SELECT * FROM read_log('{dir}/ips.txt', year => now())", "read_log: year takes a text"),
        ("SELECT * FROM read_log('{dir}/ips.txt', nonsense => 1)", "there is no option nonsense"),
        ("SELECT * FROM read_log('{dir}/ips.txt', format => 'nonsense')", "there is no format nonsense"),
        ("SELECT * FROM '{dir}/none.txt'", "there is no file {dir}/none.txt"),
        ("SELECT * FROM '{dir}/*.none'", "there is no file {dir}/*.none"),
        ("SELECT * FROM ''", "there is no file"),
    ] {
        let report = lab.refusal(sql).await;
        assert!(report.what.contains(&lab.sql(what)) && report.exit == Exit::Query, "{sql}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_nearly_that_name_is_proposed() {
    let lab = Lab::new();
    lab.file("vpn.csv", IPS);
    let hint = |report: Report| report.hint.unwrap_or_default();
    assert_eq!(hint(lab.refusal("SELECT * FROM '{dir}/vpm.csv'").await), lab.sql("did you mean '{dir}/vpn.csv'?"));
    assert!(hint(lab.refusal("SELECT * FROM '{dir}/firewall.log'").await).contains("the working folder"));
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_names_the_files_and_reads_none() {
    let lab = Lab::new();
    lab.file("ips.txt", IPS);
    let text = lab.rows("EXPLAIN SELECT value FROM '{dir}/ips.txt' LIMIT 1").await.join("\n");
    for part in ["{dir}/ips.txt: 1 file is read, nothing is requested", "{dir}/ips.txt (lines)", "limit: 1"] {
        assert!(text.contains(&lab.sql(part)), "{part}: {text}");
    }
    assert!(lab.rows("DESCRIBE '{dir}/ips.txt'").await.join("\n").contains("value"), "DESCRIBE takes a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_joined_by_a_column_that_a_condition_names() {
    let lab = Lab::new();
    lab.file("vpn.csv", "ip,who\n10.0.0.1,anna\n10.0.0.2,bob\n");
    lab.file("2026.csv", "ip,bytes\n10.0.0.1,5\n10.0.0.2,7\n");
    for (from, right) in [
        ("'{dir}/vpn.csv' JOIN (VALUES ('10.0.0.1', 1)) t(ip, n) USING (ip)", "anna"),
        ("(VALUES ('10.0.0.1', 1)) t(ip, n) JOIN '{dir}/vpn.csv' USING (ip)", "anna"),
        ("'{dir}/vpn.csv' LEFT JOIN (VALUES ('10.0.0.2', 1)) t(ip, n) USING (ip)", "anna"),
        // Its name is no word, and the other one is.
        ("'{dir}/vpn.csv' JOIN '{dir}/2026.csv' USING (ip)", "anna"),
        ("'{dir}/2026.csv' f JOIN '{dir}/vpn.csv' v USING (ip)", "anna"),
        ("read_csv('{dir}/vpn.csv') v JOIN read_csv('{dir}/2026.csv') USING (ip)", "anna"),
    ] {
        let sql = format!("SELECT who FROM {from} WHERE ip = '10.0.0.1'");
        assert_eq!(lab.rows(&sql).await, [right], "{sql}");
    }
}
