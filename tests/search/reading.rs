//! How a search is ordered, waited for, read twice, and used again.

use auditql::settings::Settings;
use auditql::table::ApiVersion;
use serde_json::{Value, json};

use super::{ALL, Endpoint, ask, asked, engine_at, ids, notices, numbered, with};
use crate::lab::answer;
use crate::scripted::Reply;

#[tokio::test]
async fn one_order_two_looks_and_two_readings() {
    let server = with(Endpoint::of(25), |_, _, _| None).await;
    let found = ask(&server, Settings::default(), ALL).await.unwrap();
    assert_eq!(ids(&found), numbered(25));
    assert_eq!(found.tally.missing(), None);
    let expected = ["list", "POST", "status", "status", "page", "page", "page", "page", "page", "page"];
    // The range ended twelve hours ago: an earlier search may lack records, so none is looked for.
    assert_eq!(asked(&server), expected[1..]);
    let body: Value = serde_json::from_str(&server.seen()[0].body).unwrap();
    assert_eq!(server.seen()[0].header("content-type"), "application/json");
    assert!(body["displayName"].as_str().unwrap().starts_with("auditql-"), "{body}");
}

#[tokio::test]
async fn a_limit_ends_it_in_the_first_reading() {
    let server = with(Endpoint::of(25), |_, _, _| None).await;
    let found = ask(&server, Settings::default(), &format!("{ALL} LIMIT 3")).await.unwrap();
    assert_eq!(found.rows().len(), 3);
    assert_eq!(asked(&server), ["POST", "status", "status", "page"]);
}

/// What the two readings of a search bring, request by request.
#[tokio::test]
async fn readings_that_differ_are_repeated_until_two_bring_all() {
    // Pages of the first reading: one lacks a record, and does not say so.
    for (lacking, readings, rows) in [(vec![], 2, 10), (vec![1], 3, 10), (vec![2], 3, 10), (vec![1, 2], 4, 10)] {
        let mut reading = 0;
        let lacks = lacking.clone();
        let server = with(Endpoint::of(10), move |_, seen, endpoint| {
            if !seen.target.contains("/records") {
                return None;
            }
            reading += 1;
            lacks.contains(&reading).then(|| {
                let all: Vec<Value> =
                    endpoint.found(0).into_iter().map(|n| super::endpoint::record(n, endpoint.seconds[n])).collect();
                Reply::json(super::endpoint::page(&all[reading..]).to_string())
            })
        })
        .await;
        let found = ask(&server, Settings::default(), ALL).await.unwrap();
        let pages = asked(&server).iter().filter(|what| **what == "page").count();
        assert_eq!((pages, found.rows().len()), (readings, rows), "{lacking:?}");
        assert_eq!(ids(&found), numbered(10), "{lacking:?}");
    }
}

#[tokio::test]
async fn readings_that_never_agree_are_an_error_and_never_less_without_a_word() {
    let mut reading = 0;
    let unsteady = move |_: usize, seen: &crate::scripted::Seen, endpoint: &mut Endpoint| {
        seen.target.contains("/records").then(|| {
            reading += 1;
            let all: Vec<Value> =
                endpoint.found(0).into_iter().map(|n| super::endpoint::record(n, endpoint.seconds[n])).collect();
            let part: Vec<Value> =
                all.into_iter().enumerate().filter(|(n, _)| n % 7 != reading % 7).map(|(_, r)| r).collect();
            Reply::json(super::endpoint::page(&part).to_string())
        })
    };
    let server = with(Endpoint::of(10), unsteady).await;
    let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
    assert!(error.contains("no two readings brought the same records"), "{error}");
    let partial = Settings { partial: true, ..Settings::default() };
    let found = ask(&server, partial, ALL).await.unwrap();
    assert_eq!(ids(&found), numbered(10));
    assert!(found.tally.missing().is_some());
}

/// The name of an order for [`ALL`] that was made at a second.
async fn name_made_at(made: i64) -> String {
    let server = with(Endpoint::of(1), |_, _, _| None).await;
    let sql = ALL.replace("2026-04-28", "2026-04-01").replace("2026-05-01", "2026-04-03");
    ask(&server, Settings::default(), &sql).await.unwrap();
    let seen = server.seen();
    let post = seen.iter().find(|seen| seen.method == "POST").unwrap();
    let body: Value = serde_json::from_str(&post.body).unwrap();
    let name = body["displayName"].as_str().unwrap().to_owned();
    let parts: Vec<&str> = name.split('-').collect();
    format!("auditql-{}-{made}-{}", parts[1], parts[3])
}

#[tokio::test]
async fn a_search_that_was_made_long_after_its_range_is_read_again() {
    let sql = ALL.replace("2026-04-28", "2026-04-01").replace("2026-05-01", "2026-04-03");
    let end = "2026-04-03T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
    let body = |name: &str, to: &str| json!({ "displayName": name, "filterStartDateTime": "2026-04-01T00:00:00Z", "filterEndDateTime": to });
    let name = name_made_at(end + 86_401).await;
    let early = name_made_at(end + 86_400).await;
    let other = name.replacen("auditql-", "auditql-0", 1);
    for (case, search, looks, reused) in [
        ("ours, ended", body(&name, "2026-04-03T00:00:00Z"), 9, true),
        ("ours, still running", body(&name, "2026-04-03T00:00:00Z"), 0, true),
        ("made too early", body(&early, "2026-04-03T00:00:00Z"), 9, false),
        ("other bounds than its name says", body(&name, "2026-04-02T00:00:00Z"), 9, false),
        ("another's", body(&other, "2026-04-03T00:00:00Z"), 9, false),
        ("of a person", body("look into anna", "2026-04-03T00:00:00Z"), 9, false),
    ] {
        let server = with(Endpoint::of(3).having(search, looks), |_, _, _| None).await;
        let found = ask(&server, Settings::default(), &sql).await.unwrap();
        let posts = asked(&server).iter().filter(|what| **what == "POST").count();
        assert_eq!((posts == 0, asked(&server)[0]), (reused, "list"), "{case}: {:?}", asked(&server));
        assert_eq!(notices(&found).iter().any(|n| n.contains("audit_search_reuse")), reused, "{case}");
    }
    // Unless it is not wanted.
    let server = with(Endpoint::of(3).having(body(&name, "2026-04-03T00:00:00Z"), 9), |_, _, _| None).await;
    ask(&server, Settings { audit_search_reuse: false, ..Settings::default() }, &sql).await.unwrap();
    assert_eq!(asked(&server)[0], "POST");
}

#[tokio::test]
async fn a_version_that_has_no_searches_is_asked_once() {
    let old = |_: usize, seen: &crate::scripted::Seen, _: &mut Endpoint| {
        let body = r#"{"error":{"code":"UnknownError","message":""}}"#;
        seen.target
            .starts_with("/v1.0/")
            .then(|| Reply::status(404).header("Content-Type", "application/json").body(body))
    };
    let server = with(Endpoint::of(3), old).await;
    let engine = engine_at(&server, Settings::default());
    for _ in 0..2 {
        assert_eq!(answer(&engine, ALL).await.unwrap().rows().len(), 3);
    }
    let v1 = server.seen().iter().filter(|seen| seen.target.starts_with("/v1.0/")).count();
    assert_eq!(v1, 1);
    // Chosen, a version is the only one.
    let server = with(Endpoint::of(3), old).await;
    let chosen = Settings { audit_search_version: Some(ApiVersion::V1), ..Settings::default() };
    assert!(ask(&server, chosen, ALL).await.is_err_and(|error| error.contains("404")));
    assert_eq!(server.seen().len(), 1);
    let server = with(Endpoint::of(3), old).await;
    let chosen = Settings { audit_search_version: Some(ApiVersion::Beta), ..Settings::default() };
    assert_eq!(ask(&server, chosen, ALL).await.unwrap().rows().len(), 3);
    // Where neither has them, the first refusal is told.
    let server = with(Endpoint::of(3), |_, _, _| Some(Reply::status(404))).await;
    assert!(ask(&server, Settings::default(), ALL).await.is_err_and(|error| error.contains("404")));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn what_an_open_or_an_old_range_means_is_said() {
    for (condition, open, old) in [
        ("true", true, false),
        ("creation_time >= '2026-04-30'", false, false),
        ("creation_time >= '2025-01-01'", false, true),
        ("creation_time < '2025-01-01'", true, true),
    ] {
        let server = with(Endpoint::of(3), |_, _, _| None).await;
        let sql = format!("SELECT id FROM m365.audit_search WHERE {condition}");
        let found = ask(&server, Settings::default(), &sql).await.unwrap();
        let says = |words: &str| notices(&found).iter().any(|notice| notice.contains(words));
        assert_eq!(
            (says("no lower time bound"), says("does not mean that there were none")),
            (open, old),
            "{condition}: {:#?}",
            notices(&found)
        );
        assert_eq!(found.tally.missing(), None);
    }
}
