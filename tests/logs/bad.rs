//! Bad input: a clear error, or a loss that is counted; never a hang, never without bound.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::time::{Duration, Instant};

use auditql::engine::{Engine, Policy};
use auditql::report::{About, Exit, Report};
use auditql::tally::Notice;
use futures::TryStreamExt as _;

use super::{IPS, Lab, gzip, zip};

#[tokio::test(flavor = "multi_thread")]
async fn what_holds_no_rows_says_so() {
    let lab = Lab::new();
    lab.file("empty.txt", "");
    fs::create_dir(lab.path("none")).unwrap();
    lab.file("hidden/.x", "1\n");
    let (rows, said) = lab.told("SELECT count(*) FROM read_log('{dir}/empty.txt', format => 'lines')").await;
    assert_eq!(
        (rows.join(""), said.join("\n")),
        ("0".into(), "no rows from {dir}/empty.txt: {dir}/empty.txt is empty".into())
    );
    for folder in ["none", "hidden"] {
        let report = lab.refusal(&format!("SELECT * FROM '{{dir}}/{folder}'")).await;
        assert!(report.what.ends_with("holds no file that could be a log"), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_is_no_heading() {
    let lab = Lab::new();
    lab.file("none.json", "[]");
    let (rows, said) = lab.told("SELECT count(*) FROM '{dir}/none.json'").await;
    assert_eq!(rows, ["0"]);
    assert!(said.iter().any(|text| text.contains("hold no rows") && text.contains("empty lists")), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_to_do_about_a_file_fits_it() {
    let lab = Lab::new();
    lab.file("cut.zip", &zip(&[("a.txt", IPS.as_bytes())])[..40]);
    let report = lab.refusal("SELECT count(*) FROM '{dir}/cut.zip'").await.to_string();
    assert!(report.contains("cut short or damaged") && !report.contains("pattern"), "{report}");
    // The control: one that is not there.
    let report = lab.refusal("SELECT count(*) FROM '{dir}/nothing-like-it'").await.to_string();
    assert!(report.contains("pattern"), "{report}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_nothing_is_told_as_one() {
    let lab = Lab::new();
    std::os::unix::fs::symlink("gone.csv", lab.path("x.csv")).unwrap();
    let report = lab.refusal("SELECT count(*) FROM '{dir}/x.csv'").await.to_string();
    assert!(report.contains("x.csv is a link to gone.csv") && !report.contains("did you mean"), "{report}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_refused_at_once() {
    let lab = Lab::new();
    assert!(std::process::Command::new("mkfifo").arg(lab.path("pipe.log")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", lab.path("zero.log")).unwrap();
    let began = Instant::now();
    for (path, what) in [
        ("{dir}/pipe.log", "is a pipe"),
        ("{dir}/zero.log", "is a device"),
        ("/dev/zero", "is a device"),
        ("/dev/stdin", "is "),
        ("-", "is standard input"),
    ] {
        let report = lab.refusal(&format!("SELECT * FROM '{path}'")).await;
        assert!(report.what.contains(what) && report.exit == Exit::Query, "{path}: {report}");
    }
    // In a folder, they cost themselves.
    lab.file("ips.txt", IPS);
    let (rows, said) = lab.told("SELECT count(*) FROM '{dir}'").await;
    assert_eq!(rows, ["3"]);
    let unread = said.iter().filter(|text| text.starts_with("INCOMPLETE: ")).count();
    assert_eq!(unread, 2, "{said:?}");
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_is_counted_and_not_held() {
    let lab = Lab::new();
    // A gigabyte in a line, and a line on either side.
    let mut file = File::create(lab.path("long.txt")).unwrap();
    file.write_all(b"first\n").unwrap();
    file.set_len(1 << 30).unwrap();
    let mut file = OpenOptions::new().append(true).open(lab.path("long.txt")).unwrap();
    file.write_all(b"\nlast\n").unwrap();
    let (rows, said) = lab.told("SELECT value FROM read_log('{dir}/long.txt', format => 'lines')").await;
    assert_eq!(rows, ["first", "last"]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("1 line(s) could not be read (first: line 2, it is longer than 16 MiB"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packed_file_that_is_cut_gives_what_is_before_the_cut() {
    let lab = Lab::new();
    let lines: String = (0..100_000).map(|n| format!("line {n} {}\n", n * 7919 % 10_007)).collect();
    let whole = gzip(lines.as_bytes());
    lab.file("cut.gz", &whole[..whole.len() / 2]);
    let (rows, said) = lab.told("SELECT count(*) FROM '{dir}/cut.gz'").await;
    let count: usize = rows[0].parse().unwrap();
    assert!((1_000..100_000).contains(&count), "{count}");
    assert_eq!(said.iter().filter(|text| text.starts_with("INCOMPLETE: {dir}/cut.gz")).count(), 1, "{said:?}");
    assert!(said.iter().any(|text| text.contains("before it stand")), "{said:?}");
    // The control: whole, there is nothing to say.
    lab.file("whole.gz", &whole);
    assert_eq!(lab.told("SELECT count(*) FROM '{dir}/whole.gz'").await, (vec!["100000".into()], vec![]));
    let archive = zip(&[("a.txt", lines.as_bytes())]);
    lab.file("cut.zip", &archive[..archive.len() / 2]);
    let report = lab.refusal("SELECT count(*) FROM '{dir}/cut.zip'").await;
    assert!(report.to_string().contains("cut.zip"), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_is_told() {
    let lab = Lab::new();
    let many: String = (0..200_000).map(|n| format!("line {n}\n")).collect();
    for grows in [true, false] {
        let path = lab.file("live.txt", &many);
        let query = lab.engine.query(&lab.sql("SELECT value FROM '{dir}/live.txt'")).await.unwrap();
        let mut stream = query.stream;
        assert!(stream.try_next().await.unwrap().is_some());
        if grows {
            OpenOptions::new().append(true).open(&path).unwrap().write_all(b"one more\n").unwrap();
            let rest: Vec<_> = stream.try_collect().await.unwrap();
            assert!(!rest.is_empty());
            assert!(matches!(query.tally.notices().as_slice(), [Notice::Grown { .. }]), "{:?}", query.tally.notices());
        } else {
            fs::write(&path, "another\n").unwrap();
            let error = stream.try_collect::<Vec<_>>().await.unwrap_err();
            let report = Report::of_query(&error, &About::default());
            assert!(report.what.ends_with("live.txt was replaced while it was being read"), "{report}");
            assert_eq!(report.exit, Exit::Incomplete);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_ends_reading() {
    let lab = Lab::new();
    // Behind the first lines stands what would be told if it were read.
    let mut file = File::create(lab.path("a.txt")).unwrap();
    (0..100_000).for_each(|n| writeln!(file, "{n}").unwrap());
    file.set_len(64 << 20).unwrap();
    lab.file("b.txt", gzip(b"x\n").split_off(4));
    let told = lab.told("SELECT value FROM read_log('{dir}/a.txt', format => 'lines') LIMIT 2").await;
    assert_eq!(told, (vec!["0".into(), "1".into()], vec![]));
    let (_, said) = lab.told("SELECT count(*) FROM read_log('{dir}/a.txt', format => 'lines')").await;
    assert_eq!(said.len(), 1, "the control: to the end, the long line is told: {said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_is_given_up_ends_reading() {
    let lab = Lab::new();
    let file = File::create(lab.path("zeros.txt")).unwrap();
    file.set_len(1 << 40).unwrap();
    let began = Instant::now();
    let sql = lab.sql("SELECT count(*) FROM read_log('{dir}/zeros.txt', format => 'lines')");
    let query = lab.engine.query(&sql).await.unwrap();
    let given_up = tokio::time::timeout(Duration::from_millis(300), query.stream.try_collect::<Vec<_>>()).await;
    assert!(given_up.is_err(), "a terabyte was read");
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_does_not_allow_it_reads_nothing() {
    let lab = Lab::new();
    let path = lab.file("ips.txt", IPS);
    let engine = Engine::builder().policy(Policy::default()).build().unwrap();
    for sql in ["SELECT * FROM '{dir}/ips.txt'", "SELECT * FROM read_log('{dir}/ips.txt')", "DESCRIBE '{dir}/ips.txt'"]
    {
        let Err(error) = engine.query(&lab.sql(sql)).await else { panic!("{sql} was planned") };
        assert!(error.to_string().contains("reading files in FROM is not supported"), "{sql}: {error}");
    }
    let from = format!("\"file:\".main.\"{}\"", path.display());
    assert!(engine.query(&format!("SELECT * FROM {from}")).await.is_err(), "the catalog of files is not there");
    assert!(engine.logs(&format!("'{}'", path.display())).await.is_err());
    // The control: who may read, reads it under that name too.
    assert_eq!(lab.rows(&format!("SELECT count(*) FROM {from}")).await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_is_no_log() {
    let lab = Lab::new();
    let office: [(&str, &[u8]); 3] =
        [("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>"), ("xl/s.xml", b"<x/>")];
    for name in ["AuditLog.xlsx", "renamed.zip"] {
        lab.file(name, zip(&office));
        let report = lab.refusal(&format!("SELECT * FROM '{{dir}}/{name}'")).await.to_string();
        assert!(report.contains("spreadsheet") && report.contains("CSV"), "{name}: {report}");
    }
    // The control: logs that an archive has beside such a file are read.
    lab.file("mixed.zip", zip(&[office[0], office[1], ("a.csv", b"ip,port\n192.0.2.1,1\n")]));
    assert_eq!(lab.told("SELECT count(*) FROM '{dir}/mixed.zip' WHERE file LIKE '%a.csv'").await.0, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_option_takes_is_said_of_that_option() {
    let lab = Lab::new();
    lab.file("de.csv", "zeit;wer;n\n01.05.2026 08:00;ana;1\n");
    for (stated, hint) in [
        ("timezone => 'CEST'", "timezone takes the name of a zone, 'Europe/Berlin'"),
        ("columns => 'a text'", "columns takes a name and a type for each field of a row"),
        ("columns => 'a date, b text, c text'", "columns takes a name and a type"),
        ("heading => 'perhaps'", "heading takes 'true' or 'false'"),
    ] {
        let told = lab.refusal(&format!("SELECT * FROM read_csv('{{dir}}/de.csv', {stated})")).await.hint;
        assert!(told.as_deref().is_some_and(|told| told.starts_with(hint)), "{stated}: {told:?}");
    }
    let table = "CREATE EXTERNAL TABLE d (zeit DATE, wer TEXT, n INT) STORED AS CSV LOCATION '{dir}/de.csv'";
    assert!(lab.refusal(table).await.what.starts_with("zeit is declared as date, and"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_an_object_is_found_under_its_name_as_a_column() {
    let lab = Lab::new();
    lab.file("s.ndjson", r#"{"id":"a","status":{"errorCode":5,"failureReason":"x"},"conditionalAccessStatus":"y","location":{"city":"B"}}"#);
    for (select, hint) in [
        ("status.error_code", "did you mean status_error_code?"),
        ("t.status.error_code", "did you mean status_error_code?"),
        ("error_code", "did you mean status_error_code?"),
        ("location", "did you mean location_city?"),
        ("status", "columns here that begin so are status_error_code, status_failure_reason"),
    ] {
        let report = lab.refusal(&format!("SELECT {select} FROM '{{dir}}/s.ndjson' AS t")).await;
        assert_eq!(report.hint.as_deref(), Some(hint), "{select}: {report}");
    }
    assert_eq!(lab.rows("SELECT status_error_code FROM '{dir}/s.ndjson'").await, ["5"]);
}
