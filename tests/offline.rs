//! Exported logs as tables: the same answers whatever shape and packing the records came in.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use auditql::engine::{Engine, Error, Policy};
use auditql::report::{About, Report};
use auditql::tally::Notice;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::lab::{Answer, answer, cause, now};

mod blocks;
mod broken;
mod dates;
mod empty;
mod generated;
mod kept;
mod places;
mod quirks;
pub(crate) mod shapes;
mod versions;
mod wrapped;

use shapes::{SIGN_INS, activity, as_is, directory_audits, sign_ins};

/// How many records each generator makes.
const RECORDS: usize = shapes::RECORDS;

fn engine(inputs: &[PathBuf]) -> Engine {
    inputs
        .iter()
        .fold(Engine::builder().policy(Policy::LOCAL).now(now()), |builder, input| builder.input(input))
        .build()
        .unwrap()
}

async fn asked(inputs: &[PathBuf], sql: &str) -> Answer {
    answer(&engine(inputs), sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}"))
}

/// Rows of an answer that nothing had to be said about, but why there are none.
async fn rows(inputs: &[PathBuf], sql: &str) -> Vec<String> {
    let answer = asked(inputs, sql).await;
    let said: Vec<Notice> =
        answer.tally.notices().into_iter().filter(|notice| !matches!(notice, Notice::Nothing { .. })).collect();
    assert_eq!(said, [], "{sql}");
    answer.rows()
}

fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

/// Questions whose answers must not depend on the shape.
const OF_ACTIVITY: [&str; 5] = [
    "SELECT content_type, record_type, record_type_name, operation, count(*), count(DISTINCT id), min(creation_time), \
     max(creation_time) FROM activity GROUP BY 1, 2, 3, 4 ORDER BY 2, 4",
    "SELECT user_name, user_type_name, client_address, client_port, organization_id, workload, count(*) FROM activity \
     GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 3, 4, 6",
    "SELECT count(*), sum(cardinality(folders)), sum(cardinality(folders[1]['folder_items'])), count(logon_type), \
     sum(cardinality(operation_properties)) FROM exchange",
    "SELECT p['name'], p['value'], count(*) FROM (SELECT unnest(parameters) AS p FROM exchange) GROUP BY 1, 2 ORDER BY 1, 2",
    "SELECT source_file_name, site_url, count(*) FROM sharepoint GROUP BY 1, 2 ORDER BY 1",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_the_audit_log_gives_the_same_answers() {
    let folder = TempDir::new().unwrap();
    let records = activity();
    let plain = [file(&folder, "plain.ndjson", as_is::lines(&records))];
    assert_eq!(
        rows(&plain, "SELECT count(*), count(DISTINCT id), count(creation_time) FROM activity").await,
        [format!("{RECORDS} | {RECORDS} | {RECORDS}")]
    );
    let tables = "SELECT (SELECT count(*) FROM exchange) + (SELECT count(*) FROM sharepoint) + (SELECT count(*) FROM general) \
                  + (SELECT count(*) FROM azure_active_directory) + (SELECT count(*) FROM dlp)";
    assert_eq!(rows(&plain, tables).await, [RECORDS.to_string()]);
    let shapes = [
        ("array.json", as_is::array(&records)),
        ("pretty.json", as_is::pretty(&records)),
        ("rows.json", as_is::row_by_row(&records)),
        ("reply.json", as_is::reply(&records)),
        ("search.csv", shapes::unified_audit_csv(&records, ',')),
        ("powershell.csv", format!("#TYPE Selected.Object\r\n{}", shapes::unified_audit_csv(&records, ';'))),
        ("query.json", as_is::array(&shapes::audit_query(&records))),
        ("office_activity.ndjson", as_is::lines(&shapes::office_activity(&records))),
        ("office_activity.csv", shapes::csv(&shapes::office_activity(&records))),
    ];
    for (name, text) in shapes {
        let input = [file(&folder, name, text)];
        for sql in OF_ACTIVITY {
            assert_eq!(rows(&input, sql).await, rows(&plain, sql).await, "{name}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_the_directory_logs_gives_the_same_answers() {
    let folder = TempDir::new().unwrap();
    let (sign_ins, audits) = (sign_ins(), directory_audits());
    let both: Vec<Value> = sign_ins.iter().chain(&audits).cloned().collect();
    let plain = [file(&folder, "plain.ndjson", as_is::lines(&both))];
    let questions = [
        SIGN_INS,
        "SELECT id, activity_date_time, category, result, initiated_by.\"user\".user_principal_name, \
         target_resources[1]['modified_properties'][1]['new_value'], additional_details[1]['value'] FROM directory_audits ORDER BY id",
    ];
    let first = rows(&plain, SIGN_INS).await;
    assert!(first.len() == RECORDS && first.iter().all(|row| !row.contains("NULL")), "{first:?}");
    let shapes = [
        ("array.json", as_is::array(&both)),
        ("reply.json", as_is::reply(&both)),
        ("log_analytics.ndjson", as_is::lines(&shapes::log_analytics(&sign_ins, &audits))),
        ("log_analytics.csv", shapes::csv(&shapes::log_analytics(&sign_ins, &audits))),
        ("diagnostic.ndjson", as_is::lines(&shapes::diagnostic(&sign_ins, &audits))),
        ("event_hub.ndjson", as_is::lines(&shapes::batches(&shapes::diagnostic(&sign_ins, &audits)))),
    ];
    for (name, text) in shapes {
        let input = [file(&folder, name, text)];
        for sql in questions {
            assert_eq!(rows(&input, sql).await, rows(&plain, sql).await, "{name}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_and_recoded_files_are_read_as_they_were() {
    let folder = TempDir::new().unwrap();
    let text = as_is::lines(&activity());
    let gzip = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let zip = |method| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        for (name, bytes) in [("a/part1.json", text.as_bytes()), ("__MACOSX/a", b"x"), ("b.json.gz", &gzip(b"[]"))] {
            archive.start_file(name, options).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    for (name, bytes) in [
        ("bom.json", format!("\u{feff}{text}").into_bytes()),
        ("utf16.json", std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()),
        ("a.json.gz", gzip(text.as_bytes())),
        ("a.json.zst", zstd::encode_all(text.as_bytes(), 3).unwrap()),
        ("stored.zip", zip(zip::CompressionMethod::Stored)),
        ("deflated.zip", zip(zip::CompressionMethod::Deflated)),
        ("crlf.json", text.replace('\n', "\r\n").into_bytes()),
    ] {
        let input = [file(&folder, name, bytes)];
        assert_eq!(rows(&input, "SELECT count(DISTINCT id) FROM activity").await, [RECORDS.to_string()], "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_line_costs_itself_and_is_named() {
    let folder = TempDir::new().unwrap();
    let good: Vec<String> = activity().iter().map(Value::to_string).collect();
    let mut lines = good.clone();
    lines.insert(7, good[7][..60].to_owned());
    lines.insert(3, "{\"a\":1}".into());
    lines.insert(3, "# a comment".into());
    lines.push("{\"CreationTime\":\"2026-04-01T00:00:00\",\"Operation\":\"x".into());
    let inputs = [file(&folder, "bad.ndjson", lines.join("\n"))];
    for sql in
        ["SELECT count(*) FROM activity", "SELECT count(*) FROM activity a WHERE id IN (SELECT id FROM activity)"]
    {
        let answer = asked(&inputs, sql).await;
        assert_eq!(answer.rows(), [RECORDS.to_string()]);
        let notices = answer.tally.notices();
        let [Notice::UnreadLines { file, line, count, why }] = notices.as_slice() else { panic!("{notices:?}") };
        assert_eq!((file.as_str(), *line, *count), (inputs[0].to_str().unwrap(), 4, 4));
        assert!(why.contains("no JSON") && answer.tally.missing().is_some(), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_ends_in_its_packing_gives_what_it_holds() {
    let folder = TempDir::new().unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(as_is::lines(&activity()).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let inputs = [file(&folder, "cut.json.gz", &packed[..packed.len() / 2])];
    let answer = asked(&inputs, "SELECT count(*) FROM activity").await;
    let count: usize = answer.rows()[0].parse().unwrap();
    assert!((RECORDS / 4..RECORDS).contains(&count), "{count}");
    assert!(answer.tally.missing().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn records_that_lie_in_several_files_count_once() {
    let folder = TempDir::new().unwrap();
    let mut records = activity();
    file(&folder, "a.json", as_is::array(&records));
    file(&folder, "b.csv", shapes::unified_audit_csv(&records, ','));
    file(&folder, "signins.json", as_is::reply(&sign_ins()));
    fs::create_dir(folder.path().join("deep")).unwrap();
    let inputs = [folder.path().to_owned()];
    assert_eq!(rows(&inputs, "SELECT count(*) FROM activity").await, [RECORDS.to_string()]);
    assert_eq!(rows(&inputs, "SELECT count(*) FROM sign_ins").await, [RECORDS.to_string()]);
    assert_eq!(rows(&inputs, "SELECT id FROM activity LIMIT 7").await.len(), 7);
    // The copy of another tenant is another record; one without an id is no copy of anything.
    records[0]["OrganizationId"] = json!("another");
    records[1].as_object_mut().unwrap().remove("Id");
    records[2]["Operation"] = json!("Changed");
    file(&folder, "deep/c.ndjson", as_is::lines(&records));
    let answer = asked(&inputs, "SELECT count(*) FROM activity").await;
    assert_eq!(answer.rows(), [(RECORDS + 2).to_string()]);
    let notices = answer.tally.notices();
    assert!(matches!(notices.as_slice(), [Notice::DifferingDuplicates { count: 1, .. }]), "{notices:?}");
    let off = engine(&inputs);
    off.set("dedup", "false").unwrap();
    let answer = answer_of(&off, "SELECT count(*) FROM activity").await;
    assert_eq!(answer.rows(), [(RECORDS * 3).to_string()]);
}

async fn answer_of(engine: &Engine, sql: &str) -> Answer {
    answer(engine, sql).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_predicate_order_and_limit_hold_for_files() {
    let folder = TempDir::new().unwrap();
    let input = [file(&folder, "a.json", as_is::array(&activity()))];
    let newest = rows(&input, "SELECT creation_time FROM activity ORDER BY creation_time DESC LIMIT 3").await;
    let all = rows(&input, "SELECT creation_time FROM activity ORDER BY creation_time DESC").await;
    assert_eq!((newest.as_slice(), all.len()), (&all[..3], RECORDS));
    let sql = "SELECT count(*) FROM activity WHERE creation_time >= '2026-04-13T06:00:00' AND creation_time < '2026-04-14T12:00:00' \
               AND record_type_name LIKE 'Exchange%' AND lower(operation) <> 'new-inboxrule'";
    let aggregated = (6..36).filter(|i| i % 5 == 0).count();
    assert_eq!(rows(&input, sql).await, [aggregated.to_string()]);
    assert_eq!(
        rows(&input, "SELECT count(*) FROM sign_ins WHERE 'servicePrincipal' = ANY(sign_in_event_types)").await,
        ["0"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_names_the_files() {
    let folder = TempDir::new().unwrap();
    let input = [file(&folder, "a.json", "[]"), file(&folder, "b.json", "[]")];
    let text =
        asked(&input, "EXPLAIN SELECT id FROM activity WHERE operation = 'Send' LIMIT 3").await.rows().join("\n");
    for words in [
        "m365.activity: 2 files are read, nothing is requested",
        "a.json",
        "b.json",
        "local: operation = 'Send'",
        "limit: 3",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_means_nothing_is_refused_at_once() {
    let folder = TempDir::new().unwrap();
    for input in ["none.json", "*.json"] {
        let refused = Engine::builder().input(folder.path().join(input)).build().unwrap_err();
        assert!(matches!(refused, Error::Input(_)), "{refused}");
        let refused = Engine::builder().files("case", vec![folder.path().join(input)]).build().unwrap_err();
        let told = Report::of_query(&refused.into(), &About::default());
        assert_eq!(told.what, "the files of the connection 'case' cannot be read");
        assert!(told.hint.is_some_and(|hint| hint.contains("[connections.case]") && !hint.contains("--input")));
    }
    let path = file(&folder, "gone.json", "[]");
    let engine = engine(std::slice::from_ref(&path));
    fs::remove_file(path).unwrap();
    let error = answer(&engine, "SELECT * FROM activity").await.err().unwrap();
    assert!(matches!(cause::<Error>(&error), Some(Error::Files { .. })), "{error}");
}

#[test]
fn the_program_ends_with_5_when_lines_could_not_be_read() {
    let folder = TempDir::new().unwrap();
    let good = file(&folder, "good.json", as_is::array(&activity()));
    let bad = file(&folder, "bad.json", "{\"a\":\n");
    let run = |inputs: &[&Path]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_auditql"));
        command.env_clear().env("HOME", folder.path()).current_dir(folder.path()).args(["--format", "csv"]);
        inputs.iter().for_each(|input| {
            command.arg("--input").arg(input);
        });
        let output = command.args(["-c", "SELECT count(*) AS n FROM activity"]).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code(),
            text(&output.stdout).split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            text(&output.stderr),
        )
    };
    let (code, rows, said) = run(&[&good]);
    assert_eq!((code, rows[1].as_str(), said.as_str()), (Some(0), RECORDS.to_string().as_str(), ""));
    let (code, rows, said) = run(&[&good, &bad]);
    assert_eq!((code, rows[1].as_str()), (Some(5), RECORDS.to_string().as_str()), "{said}");
    assert!(said.contains("bad.json: 1 line(s) could not be read (first: line 1,"), "{said}");
    assert_eq!(run(&[Path::new("none.json")]).0, Some(2));
}

/// Pages of Graph that were saved as they came: only the last is the end of its reply.
#[tokio::test]
async fn a_saved_page_that_links_to_a_next_one_is_not_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (context, link) =
        ("https://h/beta/$metadata#auditLogs/signIns", "https://h/beta/auditLogs/signIns?$skiptoken=x");
    let page = |link: Value| json!({"@odata.context": context, "@odata.nextLink": link, "value": sign_ins()});
    let text = |page: &Value| page.to_string();
    let behind = format!("{{\"value\":{},\"@odata.nextLink\":\"{link}\"}}", Value::from(sign_ins()));
    let other = behind.replace("@odata.nextLink", "nextLink");
    let two = format!("{}\n{}\n", text(&page(Value::Null)), text(&page(link.into())));
    for (name, bytes, linked) in [
        ("one line", text(&page(link.into())), true),
        ("pretty", serde_json::to_string_pretty(&page(link.into())).unwrap(), true),
        ("behind its records", behind, true),
        ("by another name", other, true),
        ("the second of two", two, true),
        ("the last", text(&page(Value::Null)), false),
        ("the last, pretty", serde_json::to_string_pretty(&page(Value::Null)).unwrap(), false),
        ("records alone", Value::from(sign_ins()).to_string(), false),
    ] {
        let path = file(&folder, "page.json", bytes);
        let answer = asked(std::slice::from_ref(&path), "SELECT count(*) FROM sign_ins").await;
        assert_eq!(answer.rows(), [RECORDS.to_string()], "{name}");
        let expected: Vec<Notice> =
            linked.then(|| Notice::NextPages { files: vec![path.display().to_string()] }).into_iter().collect();
        assert_eq!(answer.tally.notices(), expected, "{name}");
    }
    let path = file(&folder, "page.json", text(&page(link.into())));
    let other = asked(&[path], "SELECT count(*) FROM activity").await;
    assert!(
        !other.tally.notices().iter().any(|n| matches!(n, Notice::NextPages { .. })),
        "the table has nothing of it"
    );
}
