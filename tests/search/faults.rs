//! What can go wrong with a search: refusals, lost orders, failures while it is asked after, short pages, hostile replies.

use auditql::settings::Settings;
use serde_json::json;

use super::{ALL, Endpoint, ask, asked, engine_at, ids, notices, numbered, with};
use crate::lab::answer;
use crate::scripted::{Reply, Seen};

fn is_post(seen: &Seen) -> bool {
    seen.method == "POST"
}

fn is_status(seen: &Seen) -> bool {
    seen.method == "GET" && seen.target.contains("/queries/") && !seen.target.contains("/records")
}

#[tokio::test]
async fn an_order_whose_reply_is_lost_is_looked_for_before_it_is_placed_again() {
    // It arrived: it is found by its name.
    for case in 0..4 {
        let mut lost = false;
        let server = with(Endpoint::of(5), move |_, seen, endpoint| {
            (is_post(seen) && !std::mem::replace(&mut lost, true)).then(|| {
                endpoint.place(&seen.body);
                match case {
                    0 => Reply::reset(),
                    1 => Reply::status(504),
                    2 => Reply::status(201).header("Content-Type", "application/json").body("{\"id\":").cut(3),
                    _ => Reply::status(201).header("Content-Type", "application/json").body("{}"),
                }
            })
        });
        let server = server.await;
        assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5), "{case}");
        assert_eq!(asked(&server), ["POST", "list", "status", "status", "page", "page"], "{case}");
    }
    // It did not: only then it is placed again.
    let mut lost = 0;
    let server = with(Endpoint::of(5), move |_, seen, _| {
        (is_post(seen) && lost < 2).then(|| {
            lost += 1;
            Reply::status(502)
        })
    });
    let server = server.await;
    assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5));
    assert_eq!(asked(&server), ["POST", "list", "POST", "list", "POST", "status", "status", "page", "page"]);
    // And not without end.
    let server = with(Endpoint::of(5), |_, seen, _| is_post(seen).then(|| Reply::status(503))).await;
    let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
    assert!(error.contains("ordered 3 times"), "{error}");
    assert_eq!(asked(&server), ["POST", "list", "POST", "list", "POST", "list"]);
}

#[tokio::test]
async fn an_order_that_is_turned_away_waits_and_one_that_is_refused_is_weakened() {
    let server = with(Endpoint::of(5), |n, _, _| (n == 1).then(|| Reply::status(429).header("Retry-After", "1"))).await;
    assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5));
    assert_eq!(asked(&server)[..3], ["POST", "POST", "status"]);
    let sql = format!("{ALL} AND operation = 'Send'");
    let picky = |_: usize, seen: &Seen, _: &mut Endpoint| {
        (is_post(seen) && seen.body.contains("operationFilters"))
            .then(|| Reply::status(400).body(r#"{"error":{"code":"BadRequest","message":"no such operation"}}"#))
    };
    let server = with(Endpoint::of(5), picky).await;
    let found = ask(&server, Settings::default(), &sql).await.unwrap();
    assert_eq!(ids(&found), numbered(5));
    assert!(notices(&found).iter().any(|n| n.contains("no such operation") && n.contains("operationFilters")));
    // What is refused without a filter is refused.
    let server = with(Endpoint::of(5), |_, seen, _| is_post(seen).then(|| Reply::status(400))).await;
    assert!(ask(&server, Settings::default(), ALL).await.is_err());
    assert_eq!(asked(&server), ["POST"]);
    let server = with(Endpoint::of(5), |_, seen, _| is_post(seen).then(|| Reply::status(403))).await;
    let error = answer(&engine_at(&server, Settings::default()), ALL).await.err().unwrap();
    let report = auditql::report::Report::of_query(&error, &auditql::report::About::default());
    assert!(report.hint.is_some_and(|hint| hint.contains("AuditLogsQuery.Read.All")));
}

#[tokio::test]
async fn failures_while_a_search_runs_are_waited_out() {
    for status in [502, 503, 504, 429] {
        let mut looks = 0;
        let server = with(Endpoint::of(5), move |_, seen, _| {
            is_status(seen).then(|| looks += 1)?;
            (looks % 2 == 1).then(|| Reply::status(status))
        });
        let server = server.await;
        assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5), "{status}");
    }
    // One that is not known yet.
    let server = with(Endpoint::of(5), |n, _, _| (n == 2 || n == 3).then(|| Reply::status(404))).await;
    assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5));
    let server = with(Endpoint::of(5), |_, seen, _| is_status(seen).then(|| Reply::status(404))).await;
    let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
    assert!(error.contains("404"), "{error}");
    assert_eq!(asked(&server), ["POST", "status", "status", "status", "status"]);
}

#[tokio::test]
async fn a_search_that_ends_otherwise_is_an_error_with_a_remedy() {
    for status in ["failed", "Cancelled"] {
        let server = with(Endpoint::of(5), move |_, seen, _| {
            is_status(seen).then(|| Reply::json(json!({ "id": "q0", "status": status }).to_string()))
        });
        let server = server.await;
        let error = answer(&engine_at(&server, Settings::default()), ALL).await.err().unwrap();
        let report = auditql::report::Report::of_query(&error, &auditql::report::About::default());
        let text = format!("{} {:?} {:?}", report.what, report.causes, report.hint);
        assert!(text.contains(&format!("as {status}")) && text.contains("run the query again"), "{text}");
        assert_eq!(report.exit, auditql::report::Exit::Remote);
    }
    // A status that nobody knows is not the end.
    let mut looks = 0;
    let server = with(Endpoint::of(5), move |_, seen, _| {
        is_status(seen).then(|| looks += 1)?;
        (looks < 4).then(|| Reply::json(r#"{"id":"q0","status":"unknownFutureValue"}"#))
    });
    let server = server.await;
    assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5));
}

#[tokio::test]
async fn who_stops_waiting_is_told_that_the_search_goes_on() {
    let server = with(Endpoint { polls: u32::MAX, ..Endpoint::of(5) }, |_, _, _| None).await;
    let settings = Settings { max_requests: Some(6), ..Settings::default() };
    let query = engine_at(&server, settings).query(ALL).await.unwrap();
    let tally = query.tally.clone();
    let ended = futures::TryStreamExt::try_collect::<Vec<_>>(query.stream).await;
    assert!(ended.is_err());
    let said: Vec<String> = tally.notices().iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|n| n.contains("the search q0 goes on") && n.contains("auditql searches")), "{said:#?}");
    // One that has ended needs no such word.
    let server = with(Endpoint::of(5), |_, _, _| None).await;
    let found = ask(&server, Settings::default(), ALL).await.unwrap();
    assert!(!notices(&found).iter().any(|n| n.contains("goes on")), "{:#?}", notices(&found));
}

#[tokio::test]
async fn a_page_that_lacks_records_is_asked_for_again_and_not_for_ever() {
    let short = |_: &Seen| Reply::json(r#"{"@odata.count":7,"value":[]}"#);
    let server = with(Endpoint::of(5), move |n, seen, _| (n == 4 || n == 5).then(|| short(seen))).await;
    assert_eq!(ids(&ask(&server, Settings::default(), ALL).await.unwrap()), numbered(5));
    assert_eq!(asked(&server), ["POST", "status", "status", "page", "page", "page", "page"]);
    let server = with(Endpoint::of(5), move |_, seen, _| seen.target.contains("/records").then(|| short(seen))).await;
    let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
    assert!(error.contains("holds 0 record(s) and says that it has 7"), "{error}");
    assert_eq!(asked(&server).len(), 7);
}

#[tokio::test]
async fn hostile_replies_lead_nowhere() {
    let linking = |link: &'static str| {
        move |_: usize, seen: &Seen, endpoint: &mut Endpoint| {
            seen.target.contains("/records").then(|| {
                let all: Vec<_> =
                    endpoint.found(0).into_iter().map(|n| super::endpoint::record(n, endpoint.seconds[n])).collect();
                let mut page = super::endpoint::page(&all);
                page["@odata.nextLink"] = link.replace("HOST", seen.header("host")).into();
                Reply::json(page.to_string())
            })
        }
    };
    for (link, words) in [
        ("http://evil.example/v1.0/security/auditLog/queries/q0/records?x=1", "link"),
        ("http://HOST/v1.0/../beta/users", "link"),
        ("http://HOST/beta/security/auditLog/queries/q0/records?x=1", "link"),
        ("http://HOST/v1.0/security/auditLog/queries/q0/records?x=1", "form a loop"),
    ] {
        let server = with(Endpoint::of(5), linking(link)).await;
        let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
        assert!(error.contains(words), "{link}: {error}");
        assert!(server.seen().len() < 8 && server.seen().iter().all(|seen| !seen.target.contains("users")), "{link}");
    }
    for id in ["../../users", "a/b", "", "q0?x", "a\u{202e}b", "%2e%2e"] {
        let server = with(Endpoint::of(5), move |_, seen, _| {
            is_post(seen).then(|| Reply::status(201).body(json!({ "id": id, "status": "running" }).to_string()))
        });
        let server = server.await;
        let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
        assert!(error.contains("cannot be used"), "{id}: {error}");
        assert_eq!(asked(&server), ["POST"], "{id}");
    }
    // Pages without end that bring nothing new.
    let mut n = 0;
    let server = with(Endpoint::of(5), move |_, seen, _| {
        seen.target.contains("/records").then(|| {
            n += 1;
            let link = format!("http://{}/v1.0/security/auditLog/queries/q0/records?n={n}", seen.header("host"));
            Reply::json(json!({ "value": [], "@odata.nextLink": link }).to_string())
        })
    });
    let server = server.await;
    let error = ask(&server, Settings::default(), ALL).await.err().unwrap();
    assert!(error.contains("in a row that brought nothing new"), "{error}");
}

#[tokio::test]
async fn a_budget_of_requests_holds_for_searches_as_well() {
    for budget in 1..7 {
        let server = with(Endpoint::of(25), |_, _, _| None).await;
        let settings = Settings { max_requests: Some(budget), ..Settings::default() };
        assert!(ask(&server, settings, ALL).await.is_err(), "{budget}");
        assert!(server.seen().len() as u64 <= budget, "{budget}");
    }
}
