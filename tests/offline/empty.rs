//! Answers without rows, offline: every way to one says why.

use super::*;

/// What was said of a statement that counts nothing.
async fn said(inputs: &[PathBuf], sql: &str) -> Vec<String> {
    let answer = asked(inputs, sql).await;
    assert!(matches!(answer.rows().as_slice(), [] | [_]), "{sql}");
    answer.tally.notices().iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn zero_rows_of_files_say_why() {
    let folder = TempDir::new().unwrap();
    let sign_in = |id: &str, at: &str, user: &str| {
        format!(
            r#"{{"id":"{id}","createdDateTime":"{at}","userPrincipalName":"{user}","isInteractive":true,"status":{{"errorCode":0}}}}"#
        )
    };
    let lines = [
        sign_in("a", "2020-05-20T10:00:00Z", "ada@contoso.com"),
        sign_in("b", "2021-05-04T10:00:00Z", "bob@contoso.com"),
    ];
    let records = [file(&folder, "sign_ins.ndjson", lines.join("\n"))];
    let range = "no rows from entra.sign_ins: created_date_time of the records read is between 2020-05-20T10:00:00Z \
                 and 2021-05-04T10:00:00Z; the query's range is from 2026-04-24T12:00:00Z";
    let held = "no rows from m365.exchange: the 1 file(s) read hold no records of this table, only of entra.sign_ins";
    let case = "no rows from entra.sign_ins: user_principal_name is never 'Ada@contoso.com': it is stored in lower case, so \
                write user_principal_name = 'ada@contoso.com'";
    let like = "no rows from entra.sign_ins: user_principal_name LIKE 'ADA%' matches no record, but would match \
                'ada@contoso.com' if case were ignored; ILIKE ignores case";
    let blank = "no rows from entra.sign_ins: user_principal_name is never 'ada@contoso.com ', but it is \
                 'ada@contoso.com': leading and trailing spaces count";
    let excluded = "no rows from entra.sign_ins: none of the 2 record(s) read satisfies status.error_code = 50126";
    let together = "no rows from entra.sign_ins: each condition is satisfied by some of the 2 record(s) read, but none satisfies all of them";
    for (sql, expected) in [
        ("SELECT count(*) FROM sign_ins WHERE created_date_time > now() - INTERVAL '7 days' AND is_interactive", range),
        ("SELECT id FROM sign_ins WHERE created_date_time >= now() - INTERVAL '7 days'", range),
        ("SELECT count(*) FROM m365.exchange", held),
        ("SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name = 'Ada@contoso.com'", case),
        ("SELECT count(*) FROM sign_ins WHERE is_interactive AND user_principal_name LIKE 'ADA%'", like),
        ("SELECT count(*) FROM sign_ins WHERE user_principal_name = 'ada@contoso.com '", blank),
        ("SELECT count(*) FROM sign_ins WHERE is_interactive AND status.error_code = 50126", excluded),
        ("SELECT id FROM sign_ins WHERE id = 'a' AND user_principal_name LIKE 'bob%'", together),
    ] {
        assert_eq!(said(&records, sql).await, [expected], "{sql}");
    }
    assert_eq!(said(&records, "SELECT count(*) FROM sign_ins WHERE id = 'a'").await, [""; 0]);
    assert_eq!(said(&records, "SELECT count(*) FROM sign_ins").await, [""; 0]);
}

#[tokio::test]
async fn an_empty_file_is_named() {
    let folder = TempDir::new().unwrap();
    let empty = [file(&folder, "empty.json", "[]")];
    let [said] = said(&empty, "SELECT count(*) FROM sign_ins").await.try_into().unwrap();
    let name = empty[0].display();
    assert_eq!(said, format!("no rows from entra.sign_ins: the 1 file(s) read hold no records at all (first: {name})"));
}

#[tokio::test]
async fn rows_that_are_lost_above_a_scan_say_where() {
    let folder = TempDir::new().unwrap();
    let sign_in = |id: &str, user: &str| {
        format!(
            r#"{{"id":"{id}","createdDateTime":"2026-04-30T10:00:00Z","userPrincipalName":"{user}","signInEventTypes":["interactiveUser"]}}"#
        )
    };
    let lines = [sign_in("a", "ada@contoso.com"), sign_in("b", "bob@contoso.com")];
    let records = [file(&folder, "sign_ins.ndjson", lines.join("\n"))];
    let grouped = "no rows: none of 2 group(s) satisfies HAVING, or WHERE above GROUP BY";
    for (sql, expected) in [
        ("SELECT user_principal_name FROM sign_ins GROUP BY 1 HAVING count(*) > 9", grouped),
        (
            "WITH f AS (SELECT user_principal_name, count(*) AS n FROM sign_ins GROUP BY 1) SELECT * FROM f WHERE n > 9",
            grouped,
        ),
        ("SELECT id FROM sign_ins OFFSET 9", "no rows: OFFSET 9 lies behind all of the 2 row(s)"),
        (
            "SELECT s.id FROM sign_ins s, unnest(s.sign_in_event_types) AS t WHERE t = 'nobody'",
            "no rows: none of 2 element(s) satisfies WHERE",
        ),
        (
            "SELECT * FROM generate_series(1, 3, -1)",
            "no rows: a series has no value from its first to its last; a step below 0 counts down",
        ),
        (
            "WITH RECURSIVE r(i) AS (SELECT 1 WHERE false UNION ALL SELECT i + 1 FROM r WHERE i < 3) SELECT * FROM r",
            "no rows: the statement has a condition that is never true",
        ),
        (
            "SELECT id FROM sign_ins QUALIFY row_number() OVER (ORDER BY id) > 9",
            "no rows: none of 2 row(s) satisfies the condition on a window function",
        ),
    ] {
        let said = said(&records, sql).await;
        assert!(said.iter().any(|told| told == expected), "{sql}: {said:?}");
    }
    // What is not empty, and what was not read, says nothing of it.
    for sql in ["SELECT id FROM sign_ins GROUP BY 1 HAVING count(*) = 1 LIMIT 1", "SELECT id FROM sign_ins LIMIT 0"] {
        assert_eq!(said(&records, sql).await, [""; 0], "{sql}");
    }
}

#[tokio::test]
async fn who_makes_a_view_asks_for_nothing() {
    let folder = TempDir::new().unwrap();
    let records = [file(&folder, "sign_ins.ndjson", r#"{"id":"a","createdDateTime":"2026-05-01T10:00:00Z"}"#)];
    for made in ["CREATE VIEW v AS", "CREATE OR REPLACE VIEW v AS"] {
        let view = format!("{made} SELECT id FROM sign_ins WHERE created_date_time >= '2026-04-20'");
        assert_eq!(said(&records, &view).await, [""; 0], "{view}");
    }
    // The control: who asks for what can never be is told, also by a 0.
    for sql in [
        "SELECT id FROM sign_ins WHERE 1 = 2",
        "SELECT count(*) FROM sign_ins WHERE 1 = 2",
        "SELECT count(*), max(id) FROM sign_ins WHERE false",
        "SELECT count(id) FROM sign_ins WHERE NULL",
    ] {
        let told = said(&records, sql).await;
        assert!(told.iter().any(|text| text.contains("never true")), "{sql}: {told:?}");
    }
}

#[tokio::test]
async fn zero_says_where_its_rows_were_lost() {
    let folder = TempDir::new().unwrap();
    let sign_in = |id: &str| {
        format!(
            r#"{{"id":"{id}","createdDateTime":"2026-05-01T10:00:00Z","correlationId":"x","isInteractive":true,"status":{{"errorCode":0}}}}"#
        )
    };
    let audit = r#"{"id":"c","activityDateTime":"2026-05-01T20:30:00Z","activityDisplayName":"Add user","correlationId":"y","targetResources":[]}"#;
    let records = [file(&folder, "records.ndjson", format!("{}\n{}\n{audit}\n", sign_in("a"), sign_in("b")))];
    let none_left = |text: &String| text.contains("no rows");
    let apart = "no rows: of 2 row(s) and 1 row(s) to join, none has a partner";
    let join = "FROM sign_ins s JOIN directory_audits d ON d.correlation_id = s.correlation_id";
    let within = "WHERE correlation_id IN (SELECT correlation_id FROM directory_audits)";
    for (sql, expected) in [
        (format!("SELECT s.id {join}"), apart),
        (format!("SELECT count(*) {join}"), apart),
        (format!("SELECT count(*) AS n, max(s.created_date_time) {join}"), apart),
        (format!("SELECT count(*) FROM sign_ins {within}"), "has a partner"),
        (format!("SELECT count(*) + 1 FROM (SELECT s.id {join}) AS both"), apart),
        ("SELECT id FROM sign_ins EXCEPT SELECT id FROM sign_ins".into(), "no rows: each of 2 row(s) has a partner"),
    ] {
        let lost = said(&records, &sql).await.into_iter().filter(none_left).collect::<Vec<_>>();
        assert!(lost.len() == 1 && lost[0].contains(expected), "{sql}: {lost:?}");
    }
    // The controls: what has rows, and a group for each.
    for sql in ["SELECT count(*) FROM sign_ins", "SELECT count(*) FROM sign_ins GROUP BY correlation_id"] {
        assert!(!said(&records, sql).await.iter().any(none_left), "{sql}");
    }
}
