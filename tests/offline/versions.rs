//! Files in which a record lies in several versions: which stands, what is said, what it costs.

use std::fs;
use std::path::PathBuf;

use auditql::engine::{Engine, Error};
use auditql::tally::{Notice, Stands};
use futures::StreamExt as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::shapes::csv;
use super::{as_is, asked, engine, file};
use crate::lab::{Answer, answer, cause};

/// The parts of a condition, asked in each way in which SQL can.
async fn agree(inputs: &[PathBuf], table: &str, condition: &str) -> [String; 2] {
    let count = async |condition: &str| {
        asked(inputs, &format!("SELECT count(*) FROM {table} WHERE {condition}")).await.rows().remove(0)
    };
    let parts = [count(condition).await, count(&format!("NOT ({condition})")).await];
    let filters = format!("count(*) FILTER (WHERE {condition}), count(*) FILTER (WHERE NOT ({condition}))");
    let rows = asked(inputs, &format!("SELECT {filters} FROM {table}")).await.rows();
    assert_eq!(rows, [parts.join(" | ")], "{condition}");
    parts
}

fn told(answer: &Answer) -> Vec<String> {
    answer.tally.notices().iter().map(ToString::to_string).collect()
}

/// A row of Log Analytics about one sign-in.
fn row(id: usize, code: usize, minute: usize) -> Value {
    json!({
        "Id": format!("sign-in {id}"), "CreatedDateTime": "2026-05-04T08:49:37.1Z", "AppDisplayName": "Mail", "AppId": "a",
        "TimeGenerated": format!("2026-05-04T08:{minute}:00Z"), "ResultType": code.to_string(),
        "Status": json!({"errorCode": code}).to_string(), "Type": "SigninLogs",
        "UserPrincipalName": "ada@contoso.example",
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_gives_way_to_what_came_of_it_in_any_order() {
    let folder = TempDir::new().unwrap();
    let rows = [row(1, 50_074, 50), row(1, 0, 51), row(2, 50_126, 50), row(3, 0, 52), row(3, 50_140, 59)];
    let one = [file(&folder, "one.json", as_is::lines(&rows))];
    let early = file(&folder, "early.json", as_is::lines(&rows[..1]));
    let late = file(&folder, "late.json", as_is::array(&rows[1..]));
    for inputs in [one.to_vec(), vec![early.clone(), late.clone()], vec![late, early]] {
        assert_eq!(agree(&inputs, "sign_ins", "status.error_code = 0").await, ["2", "1"]);
        assert_eq!(agree(&inputs, "sign_ins", "status.error_code IN (50074, 50140)").await, ["0", "3"]);
        let limited = asked(&inputs, "SELECT id FROM sign_ins WHERE app_id = 'a' LIMIT 1").await;
        assert_eq!(limited.rows().len(), 1);
        let said = "entra.sign_ins: 2 record(s) exist in different versions, the last version of each was kept (first: sign-in 1)";
        assert_eq!(told(&limited), [said]);
    }
}

/// The same, with the code in the object alone.
fn nested(id: usize, code: usize, minute: usize) -> Value {
    let mut row = row(id, code, minute);
    row.as_object_mut().unwrap().remove("ResultType");
    row
}

/// The same, as service principals have it and as people cut it down: with the code in a column alone.
fn flat(id: usize, code: usize, minute: usize) -> Value {
    let mut row = row(id, code, minute);
    row.as_object_mut().unwrap().remove("Status");
    row["ResultDescription"] = format!("reason {code}").into();
    row
}

/// A row in each of the shapes of a file.
fn files(folder: &TempDir, name: &str, row: &Value) -> [PathBuf; 2] {
    let rows = std::slice::from_ref(row);
    [file(folder, &format!("{name}.json"), as_is::lines(rows)), file(folder, &format!("{name}.csv"), csv(rows))]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_in_a_column_of_its_own_is_the_outcome() {
    let folder = TempDir::new().unwrap();
    let mut mixed = [flat(1, 0, 50), flat(2, 50_126, 50), nested(3, 50_053, 50)];
    mixed[0]["Location"] = "CH".into();
    mixed[1]["Location"] = "Lyon, Rhone, FR".into();
    for input in [file(&folder, "a.json", as_is::lines(&mixed)), file(&folder, "a.csv", csv(&mixed))] {
        let sql =
            "SELECT id, status.error_code, status.failure_reason, location.country_or_region FROM sign_ins ORDER BY id";
        let found = asked(&[input], sql).await;
        let expected = [
            "sign-in 1 | 0 | reason 0 | CH",
            "sign-in 2 | 50126 | reason 50126 | NULL",
            "sign-in 3 | 50053 | NULL | NULL",
        ];
        assert_eq!((found.rows(), told(&found)), (expected.map(Into::into).to_vec(), vec![]));
    }
    let mut neither = nested(1, 0, 50);
    neither.as_object_mut().unwrap().remove("Status");
    let none = asked(&files(&folder, "b", &neither)[..1], "SELECT status.error_code FROM sign_ins").await;
    let [said] = &told(&none)[..] else { panic!("{:?}", told(&none)) };
    assert!(none.rows() == ["NULL"] && said.ends_with("status is empty in every record"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flat_code_and_the_same_one_nested_are_shapes_of_one_version() {
    let folder = TempDir::new().unwrap();
    let all = [nested, flat, row].map(|shape| shape(1, 50_126, 50));
    for (n, copies) in [[0, 1], [1, 2], [2, 1], [1, 0]].into_iter().enumerate() {
        let inputs = copies.map(|at| files(&folder, &format!("{n} {at}"), &all[at])).concat();
        let found = asked(&inputs, "SELECT status.error_code FROM sign_ins").await;
        assert_eq!((found.rows(), told(&found)), (vec!["50126".into()], vec![]), "{copies:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portals_word_beside_its_code_is_no_odd_value() {
    let folder = TempDir::new().unwrap();
    let portal = "Date (UTC),Request ID,User,Application,Status,Sign-in error code,Failure reason\n\
                  2026-05-04T08:49:37Z,s,Ada,Mail,Failure,50126,Wrong password\n";
    let found = asked(&[file(&folder, "b.csv", portal)], "SELECT status FROM sign_ins").await;
    let expected = "{error_code: 50126, failure_reason: Wrong password, additional_details: NULL}";
    assert_eq!((found.rows(), told(&found)), (vec![expected.into()], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portals_success_without_a_code_is_the_code_of_success() {
    let folder = TempDir::new().unwrap();
    let portal = "Date (UTC),Request ID,User,Application,Status,Sign-in error code,Failure reason\n\
                  2026-05-04T08:49:37Z,a,Ada,Mail,Success,,Other.\n\
                  2026-05-04T08:49:38Z,b,Ada,Mail,Success,,\n\
                  2026-05-04T08:49:40Z,c,Ada,Mail,Failure,50126,Wrong password\n";
    let portal = [file(&folder, "b.csv", portal)];
    let found = asked(&portal, "SELECT status.error_code FROM sign_ins ORDER BY id").await;
    let codes = ["0", "0", "50126"].map(str::to_owned).to_vec();
    assert_eq!((found.rows(), told(&found)), (codes, vec![]));
    let found = asked(&portal, "SELECT id FROM sign_ins WHERE status.error_code = 0 ORDER BY id").await;
    assert_eq!(found.rows(), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flat_code_and_a_nested_one_are_one_value() {
    let said =
        "entra.sign_ins: 1 record(s) exist in different versions, the last version of each was kept (first: sign-in 1)";
    let of = [nested, flat, row];
    for (interim, last) in of.iter().flat_map(|interim| of.iter().map(move |last| (interim, last))) {
        let folder = TempDir::new().unwrap();
        // The interrupt was taken in late, and still something came of it.
        let interim = files(&folder, "interim", &interim(1, 50_074, 59));
        let last_of = files(&folder, "last", &last(1, 0, 51));
        for (a, b) in interim.iter().flat_map(|a| last_of.iter().map(move |b| (a, b))) {
            for inputs in [[a.clone(), b.clone()], [b.clone(), a.clone()]] {
                assert_eq!(agree(&inputs, "sign_ins", "status.error_code = 0").await, ["1", "0"], "{inputs:?}");
                let all = asked(&inputs, "SELECT status.error_code FROM sign_ins").await;
                assert_eq!((all.rows(), told(&all)), (vec!["0".into()], vec![said.into()]), "{inputs:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_contradicts_itself_says_so() {
    let folder = TempDir::new().unwrap();
    let of = |flat: Value, nested: Value| {
        let mut row = row(1, 0, 51);
        row["ResultType"] = flat;
        row["Status"] = nested;
        file(&folder, "rows.json", as_is::lines(&[row]))
    };
    for (flat, nested, expected, noted) in [
        (json!("50074"), json!({"errorCode": 0}), "0", true),
        (json!(0), json!("{\"errorCode\":50126}"), "50126", true),
        (json!("50074"), json!({"errorCode": 50_074}), "50074", false),
        (json!("50074"), json!({"failureReason": "x"}), "50074", false),
        (json!("soon"), json!({"errorCode": 0}), "0", false),
        (json!(" 0 "), json!({"errorCode": "0"}), "0", false),
    ] {
        let answer = asked(&[of(flat.clone(), nested.clone())], "SELECT status.error_code FROM sign_ins").await;
        assert_eq!(answer.rows(), [expected], "{flat} {nested}");
        let notices = told(&answer);
        let said = notices.iter().any(|notice| notice.contains("contradict themselves about status.error_code"));
        assert_eq!(said, noted, "{flat} {nested}: {notices:?}");
    }
}

/// A record of the feed.
fn record(id: usize, operation: &str) -> Value {
    json!({"CreationTime": "2026-05-04T08:49:37", "Id": id.to_string(), "RecordType": 1, "Operation": operation, "UserId": "ada"})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_without_evidence_is_one_row_all_the_same() {
    let folder = TempDir::new().unwrap();
    let a = file(&folder, "a.json", as_is::array(&[record(1, "New-InboxRule"), record(2, "Send")]));
    let b = file(&folder, "b.json", as_is::array(&[record(2, "Send"), record(1, "X")]));
    let straight = agree(&[a.clone(), b.clone()], "activity", "operation = 'X'").await;
    assert_eq!(agree(&[b, a], "activity", "operation = 'X'").await, straight);
    assert_eq!(straight.iter().map(|n| n.parse::<u8>().unwrap()).sum::<u8>(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_versions_are_of_two_tables_is_in_one_of_them() {
    let folder = TempDir::new().unwrap();
    // Many, so that chance cannot make it right.
    let both = |id| {
        let mut file_of = record(id, "FileAccessed");
        file_of["RecordType"] = json!(6);
        file_of["SiteUrl"] = json!("https://contoso.example");
        let mut mail = record(id, "Send");
        mail["Folders"] = json!([{"Path": "x"}]);
        [mail, file_of]
    };
    let inputs = [file(&folder, "a.json", as_is::array(&(0..20).flat_map(both).collect::<Vec<_>>()))];
    let sql =
        "SELECT (SELECT count(*) FROM exchange) + (SELECT count(*) FROM sharepoint), (SELECT count(*) FROM activity)";
    assert_eq!(asked(&inputs, sql).await.rows(), ["20 | 20"]);
    let other = asked(&inputs, "SELECT count(*) FROM general").await;
    assert_eq!(other.rows(), ["0"]);
    let versions = |notice: &Notice| matches!(notice, Notice::DifferingDuplicates { .. });
    assert!(!other.tally.notices().iter().any(versions), "they are no versions of that table's");
}

#[tokio::test(flavor = "multi_thread")]
async fn shapes_of_one_version_differ_in_nothing_and_the_fuller_stands() {
    let folder = TempDir::new().unwrap();
    let whole = json!({
        "id": "s", "createdDateTime": "2026-05-04T08:49:37.1234567Z", "appId": "a", "userDisplayName": "Ada", "userAgent": "curl",
        "ipAddress": "192.0.2.1", "userPrincipalName": "ada@contoso.example", "status": {"errorCode": 50_126, "failureReason": "x"}, "appDisplayName": "Mail",
    });
    let json = file(&folder, "a.json", serde_json::to_string_pretty(&whole).unwrap());
    let portal = "Date (UTC),Request ID,User,Application,Sign-in error code,Status\n\
                  2026-05-04T08:49:37Z,s,Ada,Mail,50126,Failure\n";
    let portal = file(&folder, "b.csv", portal);
    for inputs in [[json.clone(), portal.clone()], [portal, json]] {
        let found = asked(&inputs, "SELECT user_agent, user_display_name FROM sign_ins").await;
        assert_eq!((found.rows(), told(&found)), (vec!["curl | Ada".into()], vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn records_without_an_id_are_no_versions_of_each_other() {
    let folder = TempDir::new().unwrap();
    let mut records = [record(1, "A"), record(1, "B"), record(2, "C"), record(2, "D")];
    records[..2].iter_mut().for_each(|record| record["Id"] = json!(""));
    records[2..].iter_mut().for_each(|record| record["Id"] = Value::Null);
    let inputs = [file(&folder, "a.json", as_is::array(&records))];
    let all = asked(&inputs, "SELECT count(*) FROM activity").await;
    let [said] = &told(&all)[..] else { panic!("{:?}", told(&all)) };
    assert!(all.rows() == ["4"] && said.ends_with("a.json: id is empty in every record"), "{said}");
}

async fn bytes_read(engine: &Engine, sql: &str) -> (Vec<String>, u64) {
    let answer = answer(engine, sql).await.unwrap();
    (answer.rows(), answer.tally.bytes.get())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_compares_once_and_again_when_a_file_has_changed() {
    let folder = TempDir::new().unwrap();
    let same: Vec<Value> = (0..50).map(|id| record(id, "Send")).collect();
    let a = file(&folder, "a.json", as_is::array(&same));
    let engine = engine(std::slice::from_ref(&a));
    let sql = "SELECT count(*) FROM activity";
    let (rows, first) = bytes_read(&engine, sql).await;
    let (_, once) = bytes_read(&engine, sql).await;
    assert_eq!((rows, first), (vec!["50".into()], once), "keys, and rows with them");
    let (_, other) = bytes_read(&engine, "SELECT count(*) FROM m365.exchange").await;
    assert_eq!(other, once, "another table of the same records");
    fs::write(&a, as_is::array(&[same.as_slice(), &[record(0, "X")]].concat())).unwrap();
    let (rows, thrice) = bytes_read(&engine, sql).await;
    let (_, again) = bytes_read(&engine, sql).await;
    assert_eq!((rows, thrice), (vec!["50".into()], 3 * again), "keys, copies that differ, then rows");
    engine.set("dedup", "false").unwrap();
    assert_eq!(bytes_read(&engine, sql).await, (vec!["51".into()], again));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_told_by_every_statement_of_a_session() {
    let folder = TempDir::new().unwrap();
    let text = format!("{}\n{}\nno record\n", record(1, "A"), record(2, "B"));
    let engine = engine(&[file(&folder, "a.json", text)]);
    for sql in ["SELECT count(*) FROM activity", "SELECT id FROM activity LIMIT 1", "SELECT id FROM activity LIMIT 1"] {
        let answer = answer(&engine, sql).await.unwrap();
        assert!(matches!(answer.tally.notices().as_slice(), [Notice::UnreadLines { count: 1, .. }]), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_for_the_comparison_is_the_statements() {
    let folder = TempDir::new().unwrap();
    let of = |operation: &str| (0..20_000).map(|id| record(id, operation)).collect::<Vec<_>>();
    let inputs = [file(&folder, "a.json", as_is::lines(&of("A"))), file(&folder, "b.json", as_is::lines(&of("B")))];
    let builder = inputs.iter().fold(Engine::builder().now(crate::lab::now()), |builder, input| builder.input(input));
    let settings = auditql::settings::Settings { memory_limit: 2 << 20, ..Default::default() };
    let error =
        answer(&builder.settings(settings).build().unwrap(), "SELECT count(*) FROM activity").await.err().unwrap();
    assert!(error.to_string().contains("Resources exhausted"), "{error}");
    let all = asked(&inputs, "SELECT count(*) FROM activity").await;
    let notices = all.tally.notices();
    assert!(
        matches!(notices.as_slice(), [Notice::DifferingDuplicates { count: 20_000, stands: Stands::Last, .. }]),
        "{notices:?}"
    );
    assert_eq!(all.rows(), ["20000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_is_an_error() {
    let folder = TempDir::new().unwrap();
    let (count, batch) = (30_000, 8192);
    // A copy that differs lets the files be read for keys, for the comparison, and for the rows.
    let copy = record(count - 1, "X");
    let text = as_is::lines(&(0..count).map(|id| record(id, "Send")).chain([copy]).collect::<Vec<_>>());
    let path = file(&folder, "a.ndjson", "");
    let one_more = format!("{text}{}\n", record(count, "Send"));
    let changes: [(&str, &dyn Fn()); 4] = [
        ("nothing", &|| ()),
        ("a record more", &|| fs::write(&path, &one_more).unwrap()),
        ("other bytes, as many", &|| fs::write(&path, text.replace("Send", "Read")).unwrap()),
        ("it is gone", &|| fs::remove_file(&path).unwrap()),
    ];
    for (what, change) in changes {
        fs::write(&path, &text).unwrap();
        let mut rows = engine(std::slice::from_ref(&path)).query("SELECT id FROM activity").await.unwrap().stream;
        // What the last reading has given is out when the file changes, and what it has not read is not.
        assert_eq!(rows.next().await.unwrap().unwrap().num_rows(), batch, "{what}");
        change();
        let rest: Vec<_> = rows.collect().await;
        let given: usize = rest.iter().flatten().map(|batch| batch.num_rows()).sum();
        let error = rest.last().and_then(|last| last.as_ref().err());
        if what == "nothing" {
            assert_eq!((batch + given, error.is_some()), (count, false));
            continue;
        }
        let changed = error.and_then(cause::<Error>);
        assert!(
            matches!(changed, Some(Error::FilesChanged { table }) if table == "m365.activity"),
            "{what}: {error:?}"
        );
        assert!(batch + given < count + batch, "{what}: {given}");
    }
}
