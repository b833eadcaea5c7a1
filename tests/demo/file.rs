//! Records from a file.

use std::io::Write;

use auditql::demo::{DataError, Error, Kind, Options, Tenant};

use super::{BETA, Reply, V1, get, id, kind, options, start};

fn file(lines: &[&str]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(lines.join("\n").as_bytes()).unwrap();
    file
}

fn serving(file: &tempfile::NamedTempFile) -> Options {
    Options { data: Some(file.path().into()), ..options() }
}

#[tokio::test]
async fn records_from_a_file_are_served_as_they_are() {
    let file = file(&[
        "\u{feff}{\"id\": \"a\", \"createdDateTime\": \"2020-05-20T18:19:04.000Z\", \"isInteractive\": true, \"mfaDetail\": {}, \"X\": 1.0}\r",
        r#"{"id":"b","createdDateTime":"2020-05-20T18:19:04-05:00","isInteractive":false}"#,
        "",
        r#"{"id":"c","createdDateTime":"2020-05-20T18:19:05Z","isInteractive":true,"signInEventTypes":["servicePrincipal"]}"#,
        r#"{"id":"d","createdDateTime":"2020-05-20T18:19:05Z","isInteractive":false,"signInEventTypes":null}"#,
    ]);
    let tenant = start(serving(&file)).await;
    let listed = |reply: Reply| reply.rows().iter().map(|r| id(r).to_owned()).collect::<Vec<_>>();
    assert_eq!(listed(get(&tenant, BETA, &[]).await), ["a"]);
    assert_eq!(listed(get(&tenant, BETA, &[("$filter", &kind(Kind::NonInteractive))]).await), ["b", "d"]);
    assert_eq!(listed(get(&tenant, BETA, &[("$filter", &kind(Kind::ServicePrincipal))]).await), ["c"]);
    assert_eq!(listed(get(&tenant, V1, &[("$filter", "createdDateTime ge 2001-01-01T00:00:00Z")]).await), ["a"]);
    let beta = get(&tenant, BETA, &[]).await.body;
    assert!(beta.contains(r#""mfaDetail": {}, "X": 1.0,"signInEventTypes":["interactiveUser"]}"#), "{beta}");
    let v1 = get(&tenant, V1, &[]).await;
    assert_eq!(
        v1.rows()[0].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["createdDateTime", "id", "isInteractive"]
    );
    assert_eq!(tenant.story().counts.map(|(_, n)| n), [1, 2, 1, 0]);
    assert!(tenant.story().attack.is_none());
}

#[tokio::test]
async fn a_malformed_file_is_named_with_its_line() {
    let good = r#"{"id":"a","createdDateTime":"2020-05-20T18:19:04Z"}"#;
    for (bad, expected) in [
        ("{\"id\":", "is not JSON"),
        ("[]", "it is no object"),
        ("{}", "it has no id"),
        (r#"{"id":"a"}"#, "createdDateTime is missing or no time"),
        (r#"{"id":"a","createdDateTime":"yesterday"}"#, "createdDateTime is missing or no time"),
    ] {
        let Err(Error::Data(error)) = Tenant::start(serving(&file(&[good, "", bad]))).await else { panic!("{bad}") };
        let text = error.to_string();
        assert!(text.contains("line 3") && text.contains(expected), "{text}");
    }
    let missing = Options { data: Some("/nowhere/at/all".into()), ..options() };
    assert!(matches!(Tenant::start(missing).await, Err(Error::Data(DataError::Read { .. }))));
}
