//! A management service that misbehaves: each answer is the right one or the right typed error, and nobody else is asked.

use auditql::auth::Connection;
use auditql::settings::Settings;
use auditql::tally::Notice;
use serde_json::json;

use crate::hostile;
use crate::lab::answer;
use crate::scripted::{Reply, Seen, Server};

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Subscriptions,
    Listing,
    Blob,
}

/// How a service departs from good behaviour: the reply to the n-th request of a kind, or `None` for the usual one.
type Fault = fn(What, usize, &str) -> Option<Reply>;

fn what(seen: &Seen) -> What {
    match seen.target.as_str() {
        target if target.contains("/subscriptions/list") => What::Subscriptions,
        target if target.contains("/subscriptions/content") => What::Listing,
        target if target.contains("/audit/") => What::Blob,
        other => panic!("{other} is no operation of the feed"),
    }
}

fn entry(id: &str, uri: &str) -> serde_json::Value {
    created_at("2026-05-01T11:30:00.000Z", id, uri)
}

fn created_at(created: &str, id: &str, uri: &str) -> serde_json::Value {
    json!({"contentType": "Audit.Exchange", "contentId": id, "contentUri": uri, "contentCreated": created})
}

fn listing(own: &str, ids: &[&str]) -> Reply {
    let uri = |id: &str| format!("{own}/api/v1.0/00000000-0000-0000-0000-000000000000/activity/feed/audit/{id}");
    Reply::json(json!(ids.iter().map(|id| entry(id, &uri(id))).collect::<Vec<_>>()).to_string())
}

fn records(ids: &[&str]) -> Reply {
    let record =
        |id: &&str| json!({"Id": id, "CreationTime": "2026-05-01T11:00:00", "RecordType": 2, "Operation": "Send"});
    Reply::json(json!(ids.iter().map(record).collect::<Vec<_>>()).to_string())
}

fn refused(status: u16, code: &str) -> Option<Reply> {
    Some(Reply::status(status).body(json!({"error": {"code": code, "message": "no"}}).to_string()))
}

/// Two blobs of three records, one of which lies in both.
fn usual(what: What, nth: usize, own: &str) -> Reply {
    match (what, nth) {
        (What::Subscriptions, _) => Reply::json(r#"[{"contentType":"Audit.Exchange","status":"enabled"}]"#),
        (What::Listing, _) => listing(own, &["a$1", "b$2"]),
        (What::Blob, 0) => records(&["r0", "r1", "r2"]),
        (What::Blob, _) => records(&["r2", "r3", "r4"]),
    }
}

const EVIL: &str = "http://127.0.0.1:1/api/v1.0/x";

/// Name, fault, and what comes of a question about one hour.
const FAULTS: &[(&str, Fault, &str)] = &[
    ("none", |_, _, _| None, "5 rows"),
    ("told to slow down", |w, n, _| if w == What::Listing && n == 0 { refused(429, "AF429") } else { None }, "5 rows"),
    ("told so as 403", |w, n, _| if w == What::Listing && n < 2 { refused(403, "AF429") } else { None }, "5 rows"),
    (
        "an internal error",
        |w, n, _| if w == What::Listing && n == 0 { refused(500, "AF50000") } else { None },
        "5 rows",
    ),
    (
        "no permission",
        |w, _, _| if w == What::Listing { refused(403, "AF10001") } else { None },
        "Request: Refused 403 AF10001",
    ),
    ("no permission for subscriptions", |_, _, _| refused(403, "AF10001"), "Subscriptions"),
    (
        "not subscribed after all",
        |w, _, _| if w == What::Listing { refused(400, "AF20022") } else { None },
        "NotSubscribed",
    ),
    ("disabled after all", |w, _, _| if w == What::Listing { refused(400, "AF20023") } else { None }, "Disabled"),
    (
        "a subscription without status",
        |w, _, _| {
            (w == What::Subscriptions).then(|| Reply::json(r#"[{"contentType":"Audit.Exchange","webhook":null}]"#))
        },
        "5 rows",
    ),
    (
        "a subscription of a status that nobody knows",
        |w, _, _| {
            (w == What::Subscriptions).then(|| Reply::json(r#"[{"contentType":"Audit.Exchange","status":"paused"}]"#))
        },
        "5 rows, PartOfPopulation",
    ),
    (
        "a subscription whose webhook is broken",
        |w, _, _| {
            let webhook = r#"{"status":"disabled","address":"https://a.example","authId":"x","expiration":null}"#;
            let list = format!(r#"[{{"contentType":"Audit.Exchange","status":"enabled","webhook":{webhook}}}]"#);
            (w == What::Subscriptions).then(|| Reply::json(list))
        },
        "5 rows",
    ),
    (
        "a disabled subscription",
        |w, _, _| {
            (w == What::Subscriptions).then(|| Reply::json(r#"[{"contentType":"Audit.Exchange","status":"disabled"}]"#))
        },
        "Disabled",
    ),
    (
        "a part of the list of subscriptions",
        |w, _, own| {
            let list = Reply::json(r#"[{"contentType":"Audit.Exchange","status":"enabled"}]"#);
            (w == What::Subscriptions).then(|| list.header("NextPageUri", &format!("{own}/api/v1.0/x")))
        },
        "Subscriptions",
    ),
    (
        "a next page under a name much like it",
        |w, n, own| {
            let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage=1");
            (w == What::Listing && n == 0).then(|| listing(own, &["a$1"]).header("X-Next-Page-Link", &next))
        },
        "5 rows",
    ),
    (
        "two next pages",
        |w, n, own| {
            let next = |at| format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage={at}");
            let reply = listing(own, &["a$1"]).header("NextPageUri", &next(1)).header("NextPageUrl", &next(2));
            (w == What::Listing && n == 0).then_some(reply)
        },
        "Request: ForeignLink Path",
    ),
    ("out of reach", |w, _, _| if w == What::Listing { refused(400, "AF20030") } else { None }, "Incomplete"),
    (
        "a blob that does not exist",
        |w, n, _| if w == What::Blob && n == 1 { refused(404, "AF20050") } else { None },
        "BlobGone",
    ),
    (
        "a blob that expired",
        |w, n, _| if w == What::Blob && n == 1 { refused(400, "AF20051") } else { None },
        "BlobGone",
    ),
    (
        "a blob cut in the middle of its JSON",
        |w, _, _| (w == What::Blob).then(|| Reply::json(r#"[{"Id":"r0"},{"#)),
        "Request: Unreachable Garbled Tries",
    ),
    (
        "a blob that is an error page",
        |w, _, _| (w == What::Blob).then(|| Reply::json("<html>busy</html>")),
        "Request: Unreachable Garbled Tries",
    ),
    (
        "a web page for a listing, once",
        |w, n, _| (w == What::Listing && n == 0).then(|| Reply::json("<html>")),
        "5 rows",
    ),
    ("an empty listing body, once", |w, n, _| (w == What::Listing && n == 0).then(|| Reply::json("")), "5 rows"),
    ("half of a listing, once", |w, n, _| (w == What::Listing && n == 0).then(|| Reply::json("[{")), "5 rows"),
    (
        "a web page for the subscriptions, once",
        |w, n, _| (w == What::Subscriptions && n == 0).then(|| Reply::json("<html>")),
        "5 rows",
    ),
    (
        "a listing that is no list",
        |w, _, _| (w == What::Listing).then(|| Reply::json(r#"{"error":{}}"#)),
        "Page: NotAPage",
    ),
    (
        "an entry without address",
        |w, _, _| (w == What::Listing).then(|| Reply::json(r#"[{"contentId":"a"}]"#)),
        "Page: NotAPage",
    ),
    (
        "a blob elsewhere",
        |w, _, _| (w == What::Listing).then(|| Reply::json(json!([entry("a", EVIL)]).to_string())),
        "Request: ForeignLink Port",
    ),
    (
        "a next page elsewhere",
        |w, _, own| (w == What::Listing).then(|| listing(own, &["a$1"]).header("NextPageUri", EVIL)),
        "Request: ForeignLink Port",
    ),
    (
        "a next page outside of the feed",
        |w, _, own| (w == What::Listing).then(|| listing(own, &["a$1"]).header("NextPageUri", &format!("{own}/admin"))),
        "Request: ForeignLink Path",
    ),
    (
        "pages in a circle",
        |w, _, own| {
            let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage=1");
            (w == What::Listing).then(|| listing(own, &["a$1"]).header("NextPageUri", &next))
        },
        "Listing",
    ),
    (
        "the same entries behind ever new links",
        |w, n, own| {
            let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage={n}");
            let ids = if n % 2 == 0 { ["a$1", "b$2"] } else { ["b$2", "a$1"] };
            (w == What::Listing).then(|| listing(own, &ids).header("NextPageUri", &next))
        },
        "Listing",
    ),
    (
        "an empty page with a next one, under the other name and version",
        |w, n, own| {
            let next = format!("{own}/api/v1/x/activity/feed/subscriptions/content?nextPage=a+b/c$d==");
            (w == What::Listing && n == 0).then(|| Reply::json("[]").header("nextpageurl", &next))
        },
        "5 rows",
    ),
    (
        "a link that is forgotten",
        |w, n, own| match (w, n) {
            (What::Listing, 0) => {
                let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage=1");
                Some(listing(own, &["a$1"]).header("NextPageUri", &next))
            }
            (What::Listing, 1) => refused(400, "AF20031"),
            _ => None,
        },
        "5 rows",
    ),
    (
        "a blob listed on two pages",
        |w, n, own| match (w, n) {
            (What::Listing, 0) => {
                let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage=1");
                Some(listing(own, &["a$1", "b$2"]).header("NextPageUri", &next))
            }
            _ => None,
        },
        "5 rows",
    ),
];

/// The beginning of the last hour, which is one window.
const HOUR: &str = "2026-05-01T11:00:00";

/// What comes of a fault, in words, and the requests that it took.
async fn outcome(fault: Fault, settings: Settings, since: &str) -> (String, Vec<Seen>) {
    let mut counts = [0; 3];
    let server = Server::start(move |seen| {
        let (what, own) = (what(seen), format!("http://{}", seen.header("host")));
        let count = &mut counts[what as usize];
        *count += 1;
        // Blobs have their own numbers, as they are fetched side by side.
        let nth = if what == What::Blob { usize::from(seen.target.contains("b$2")) } else { *count - 1 };
        fault(what, nth, &own).unwrap_or_else(|| usual(what, nth, &own))
    })
    .await;
    let connection = Connection { management_url: Some(server.origin()), ..hostile::connection(server.origin()) };
    let engine = hostile::engine(connection, settings, hostile::options());
    let sql = format!("SELECT id FROM m365.exchange WHERE content_created >= '{since}'");
    (hostile::outcome(&answer(&engine, &sql).await), server.seen())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_that_misbehaves_gets_the_right_answer_or_the_right_error_out_of_us() {
    let mut wrong = Vec::new();
    for (name, fault, expected) in FAULTS {
        let (found, seen) = outcome(*fault, Settings::default(), HOUR).await;
        if found != *expected {
            wrong.push(format!("{name}: expected {expected}, found {found}"));
        }
        assert!(seen.iter().all(|seen| seen.target.contains("PublisherIdentifier=")), "{name}: {seen:?}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An engine on a server, and the beginning of a question about the last hour.
fn engine_on(server: &Server, settings: Settings) -> auditql::engine::Engine {
    let connection = Connection { management_url: Some(server.origin()), ..hostile::connection(server.origin()) };
    hostile::engine(connection, settings, hostile::options())
}

fn partial() -> Settings {
    Settings { partial: true, ..Settings::default() }
}

/// What is missing by the notices of an answer.
fn missing(answer: &crate::lab::Answer) -> Vec<String> {
    let notices = answer.tally.notices().into_iter();
    notices
        .filter_map(|notice| if let Notice::Incomplete { missing } = notice { Some(missing) } else { None })
        .collect()
}

/// A service with one blob of each of these times, which hold r0, r1 … and are listed in every window.
async fn with_blobs(times: &'static [&'static str]) -> Server {
    Server::start(move |seen| {
        let own = format!("http://{}", seen.header("host"));
        let uri = |n: usize| format!("{own}/api/v1.0/x/activity/feed/audit/b${n}");
        match what(seen) {
            What::Listing => {
                let entries = times.iter().enumerate().map(|(n, at)| created_at(at, &format!("b${n}"), &uri(n)));
                Reply::json(json!(entries.collect::<Vec<_>>()).to_string())
            }
            What::Blob => {
                let (_, rest) = seen.target.split_once("b$").unwrap();
                records(&[&format!("r{}", &rest[..1])])
            }
            what => usual(what, 0, &own),
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_is_listed_out_of_its_time_is_read_and_said() {
    let server =
        with_blobs(&["2026-05-01T11:30:00.000Z", "2020-01-01T00:00:00.000Z", "2030-01-01T00:00:00.000Z"]).await;
    let engine = engine_on(&server, Settings::default());
    for (predicate, rows, said) in [
        (format!("creation_time >= '{HOUR}'"), "3 rows", true),
        // What is said of the time of availability is true of every row.
        (format!("content_created >= '{HOUR}'"), "rows [r0 r2]", true),
        (format!("content_created >= '{HOUR}' AND content_created < '2026-05-01T12:00:00'"), "1 rows", true),
    ] {
        let result = answer(&engine, &format!("SELECT id FROM m365.exchange WHERE {predicate}")).await;
        let expected = if said { format!("{rows}, Misplaced") } else { rows.to_owned() };
        assert_eq!(hostile::outcome(&result), expected, "{predicate}");
        let notices = result.unwrap().tally.notices();
        let said = notices.iter().map(ToString::to_string).find(|notice| notice.contains("the wrong time")).unwrap();
        assert!(said.contains("2 blob(s) of Audit.Exchange") && said.contains("b$1"), "{said}");
    }
}

/// The program's own clock has fractions of a second, and windows have none.
#[tokio::test(flavor = "multi_thread")]
async fn a_blob_of_the_first_instant_of_an_open_range_is_read() {
    let server = with_blobs(&["2026-04-24T12:05:00.000Z", "2026-05-01T12:00:00.900Z"]).await;
    let connection = Connection { management_url: Some(server.origin()), ..hostile::connection(server.origin()) };
    let now = crate::lab::now() + chrono::TimeDelta::milliseconds(400);
    let builder = auditql::engine::Engine::builder().connection(connection).settings(Settings::default()).now(now);
    let engine = builder.pace(auditql::http::Pace::Unlimited).http(hostile::options()).build().unwrap();
    let result = answer(&engine, "SELECT id FROM m365.exchange").await;
    assert_eq!(hostile::outcome(&result), "2 rows, PartOfPopulation");
}

/// Replies in the place of the second blob that are none, however often they are asked for.
fn unreadable() -> Vec<(&'static str, Reply, &'static str)> {
    vec![
        ("a web page", Reply::json("<html>busy</html>"), "HTML"),
        ("nothing", Reply::json(""), "empty"),
        ("half of it", Reply::json(r#"[{"Id":"r2"},{"#), "ends in the middle"),
        ("an error with status 200", Reply::json(r#"{"error":{"code":"AF50000","message":"no"}}"#), "an object"),
        ("text among records", Reply::json(r#"["x"]"#), "a string"),
        ("an internal error", refused(500, "AF50000").unwrap(), "500"),
        ("another status", Reply::status(418), "418"),
        ("gone", refused(404, "AF20050").unwrap(), "404"),
        ("a redirect", Reply::status(302).header("Location", "https://evil.example/"), "redirect"),
        ("resets", Reply::reset(), "was cut off"),
        ("far too much", Reply::json(format!("[{}]", " ".repeat(17 << 20))), "larger"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blob_that_cannot_be_read_is_named_and_costs_itself_alone() {
    for (name, reply, why) in unreadable() {
        let server = Server::start(move |seen| {
            let own = format!("http://{}", seen.header("host"));
            match what(seen) {
                // The blob in the middle is the bad one.
                What::Listing => listing(&own, &["a$1", "b$2", "c$3"]),
                What::Blob if seen.target.contains("b$2") => reply.clone(),
                What::Blob if seen.target.contains("c$3") => records(&["r3", "r4"]),
                what => usual(what, 0, &own),
            }
        })
        .await;
        let sql = format!("SELECT id FROM m365.exchange WHERE content_created >= '{HOUR}'");
        let place = "content of Audit.Exchange that became available at 2026-05-01T11:30:00Z";
        let error = answer(&engine_on(&server, Settings::default()), &sql).await.map(drop).unwrap_err();
        let text = auditql::report::Report::of_query(&error, &auditql::report::About::default()).to_string();
        assert!(text.contains(place) && text.contains("b$2") && text.contains(why), "{name}: {text}");
        let answered = answer(&engine_on(&server, partial()), &sql).await.unwrap();
        let mut rows = answered.rows();
        rows.sort();
        assert_eq!(rows, ["r0", "r1", "r2", "r3", "r4"], "{name}");
        let missing = missing(&answered);
        assert_eq!(missing.len(), 1, "{name}: {missing:?}");
        assert!(missing[0].contains(place) && missing[0].contains("b$2"), "{name}: {missing:?}");
    }
}

/// So many blobs fail that none is asked for twice any more; the others are there all the same.
#[tokio::test(flavor = "multi_thread")]
async fn many_blobs_that_cannot_be_read_cost_themselves_alone() {
    let faults: [fn() -> Reply; 3] = [|| Reply::status(500), || Reply::json("<html>"), Reply::reset];
    for fault in faults {
        let server = Server::start(move |seen| {
            let own = format!("http://{}", seen.header("host"));
            let ids: Vec<String> = (10..50).map(|n| format!("b${n}")).collect();
            match what(seen) {
                What::Listing => listing(&own, &ids.iter().map(String::as_str).collect::<Vec<_>>()),
                What::Blob => {
                    let (_, id) = seen.target.split_once("b$").unwrap();
                    let n = id[..2].parse::<usize>().unwrap() - 10;
                    if n % 4 == 3 { records(&[&format!("r{}", n / 4)]) } else { fault() }
                }
                what => usual(what, 0, &own),
            }
        })
        .await;
        let sql = format!("SELECT id FROM m365.exchange WHERE content_created >= '{HOUR}'");
        let result = answer(&engine_on(&server, partial()), &sql).await;
        assert_eq!(hostile::outcome(&result), "10 rows, Incomplete");
        assert_eq!(missing(&result.unwrap()).len(), 30);
    }
}

/// What may stand in the place of a record, with how many records are in it.
const IN_PLACE_OF_RECORDS: &[(&str, usize)] = &[
    ("[{}]", 0),
    (r#"[{"error":{"code":"AF50000","message":"An internal error occurred."}}]"#, 0),
    (r#"[{"Message":"An error has occurred."}]"#, 0),
    (
        r#"[{"contentType":"Audit.Exchange","contentId":"x","contentUri":"y","contentCreated":"2026-05-01T11:30:00Z"}]"#,
        0,
    ),
    (r#"[{"Id":"a","CreationTime":"2026-05-01T11:00:00"}]"#, 0),
    (r#"[{"Id":"a","RecordType":2,"CreationTime":"2026-05-01T11:00:00","Operation":"Send"},{}]"#, 1),
    (r#"[{"Id":"a","RecordType":2},{"Id":"b","RecordType":2}]"#, 2),
    (r#"[{"CreationTime":"2026-05-01T11:00:00","Operation":"Send","RecordType":2}]"#, 1),
    (r#"[{"id":"a","recordType":2}]"#, 1),
    (r#"[{"CreationTime":null,"Workload":"Exchange","RecordType":"2"}]"#, 1),
    ("[]", 0),
];

/// The same bytes mean the same as a blob and as a file.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_marks_of_a_record_is_none_live_and_offline() {
    let sql = "SELECT count(*) FROM m365.activity";
    let folder = tempfile::tempdir().unwrap();
    for (body, count) in IN_PLACE_OF_RECORDS {
        let server = Server::start(move |seen| {
            let own = format!("http://{}", seen.header("host"));
            match what(seen) {
                What::Listing => listing(&own, &["a$1"]),
                What::Blob => Reply::json(*body),
                what => usual(what, 0, &own),
            }
        })
        .await;
        let asked = format!("{sql} WHERE content_created >= '{HOUR}'");
        let live = answer(&engine_on(&server, partial()), &asked).await.unwrap();
        let path = folder.path().join("blob.json");
        std::fs::write(&path, body).unwrap();
        let offline = auditql::engine::Engine::builder().input(&path).build().unwrap();
        let offline = answer(&offline, sql).await.unwrap();
        assert_eq!((live.rows(), offline.rows()), (vec![count.to_string()], vec![count.to_string()]), "{body}");
        let missing = missing(&live);
        let strange = offline.tally.notices().iter().any(|notice| matches!(notice, Notice::UnreadLines { .. }));
        assert_eq!((missing.len(), strange), (usize::from(strange), !missing.is_empty()), "{body}: {missing:?}");
        let strict = answer(&engine_on(&server, Settings::default()), &asked).await;
        assert_eq!(hostile::outcome(&strict) == "NoRecords", strange, "{body}");
        if strange {
            assert!(
                missing[0].contains("content of Audit.Exchange that became available at 2026-05-01T11:30:00Z (a$1)")
            );
        }
    }
}

/// Of three windows, the second one's listing breaks after its first page.
#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_cannot_be_read_names_its_range_and_costs_no_other() {
    let circle = |own: &str| {
        let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage=2");
        listing(own, &["b$2"]).header("NextPageUri", &next)
    };
    let faults: [(&str, fn(&str) -> Reply); 5] = [
        ("a web page", |_| Reply::json("<html>")),
        ("an object", |_| Reply::json(r#"{"error":{"code":"AF50000"}}"#)),
        ("an entry without address", |_| Reply::json(r#"[{"contentId":"b$2"}]"#)),
        ("an internal error", |_| Reply::status(500)),
        ("a link away", |own| listing(own, &["b$2"]).header("NextPageUri", EVIL)),
    ];
    for (name, fault) in faults {
        let server = Server::start(move |seen| {
            let own = format!("http://{}", seen.header("host"));
            let of_day = |day: &str| seen.target.contains(&format!("startTime=2026-04-{day}"));
            match what(seen) {
                What::Listing if of_day("29") => listing(&own, &["a$1"]),
                What::Listing if of_day("30") => circle(&own),
                What::Listing if seen.target.contains("nextPage") => fault(&own),
                What::Listing => listing(&own, &["c$3"]),
                What::Blob if seen.target.contains("a$1") => records(&["r0"]),
                What::Blob if seen.target.contains("b$2") => records(&["r1"]),
                What::Blob => records(&["r2"]),
                what => usual(what, 0, &own),
            }
        })
        .await;
        let sql = "SELECT id FROM m365.exchange WHERE content_created >= '2026-04-29T12:00:00'";
        let place = "the list of Audit.Exchange from 2026-04-30T11:00:00Z to 2026-05-01T10:00:00Z";
        let error = answer(&engine_on(&server, Settings::default()), sql).await.map(drop).unwrap_err();
        let text = auditql::report::Report::of_query(&error, &auditql::report::About::default()).to_string();
        assert!(text.contains(place), "{name}: {text}");
        let answered = answer(&engine_on(&server, partial()), sql).await.unwrap();
        let mut rows = answered.rows();
        rows.sort();
        assert_eq!(rows, ["r0", "r1", "r2"], "{name}: what was listed before it is read");
        let missing = missing(&answered);
        assert!(missing.len() == 1 && missing[0].contains(place), "{name}: {missing:?}");
    }
}

/// What is wrong with the token or the budget is so for every blob: it is said once, and nothing more is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_concerns_all_ends_a_partial_answer() {
    let server = Server::start(|seen| {
        let own = format!("http://{}", seen.header("host"));
        match what(seen) {
            What::Listing => listing(
                &own,
                &(0..40).map(|n| format!("b${n}")).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>(),
            ),
            What::Blob => refused(403, "AF10001").unwrap(),
            what => usual(what, 0, &own),
        }
    })
    .await;
    let sql = format!("SELECT id FROM m365.exchange WHERE content_created >= '{HOUR}'");
    let answered = answer(&engine_on(&server, partial()), &sql).await.unwrap();
    assert_eq!((answered.rows().len(), missing(&answered).len()), (0, 1));
    assert!(server.seen().len() < 20, "{}", server.seen().len());
}

/// A listing of twelve pages, whose links the closure forgets: it is given the page and how often its link was followed.
async fn forgetting(forgets: impl Fn(usize, usize) -> bool + Send + 'static) -> (String, usize) {
    let mut followed = [0; 12];
    let server = Server::start(move |seen| {
        let own = format!("http://{}", seen.header("host"));
        match what(seen) {
            What::Listing => {
                let page = seen.target.split_once("nextPage=").map_or(0, |(_, at)| at[..2].parse::<usize>().unwrap());
                followed[page] += 1;
                if page > 0 && forgets(page, followed[page]) {
                    return refused(400, "AF20031").unwrap();
                }
                let reply = listing(&own, &[&format!("b${page:02}")]);
                let next = format!("{own}/api/v1.0/x/activity/feed/subscriptions/content?nextPage={:02}", page + 1);
                if page < 11 { reply.header("NextPageUri", &next) } else { reply }
            }
            What::Blob => {
                let id = seen.target.split_once("b$").unwrap().1[..2].parse::<usize>().unwrap();
                records(&[&format!("r{id}")])
            }
            what => usual(what, 0, &own),
        }
    })
    .await;
    let sql = format!("SELECT id FROM m365.exchange WHERE content_created >= '{HOUR}'");
    let result = answer(&engine_on(&server, Settings::default()), &sql).await;
    (hostile::outcome(&result), server.seen().iter().filter(|seen| what(seen) == What::Listing).count())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_is_begun_anew_as_long_as_it_gets_further() {
    // Each link is forgotten once: eleven restarts, each of which gets one page further.
    assert_eq!(forgetting(|_, times| times == 1).await, ("12 rows".into(), (2..=12).sum::<usize>() + 12));
    assert_eq!(forgetting(|_, times| times <= 3).await.0, "12 rows");
    let (outcome, requests) = forgetting(|page, _| page == 7).await;
    assert_eq!((outcome.as_str(), requests), ("Listing", 8 * 11), "no restart gets beyond the seventh page");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_administrator_switched_off_is_called_that_and_starting_it_is_not_advised() {
    let server = Server::start(|seen| {
        let own = format!("http://{}", seen.header("host"));
        match what(seen) {
            What::Subscriptions => Reply::json(
                r#"[{"contentType":"Audit.Exchange","status":"enabled"},{"contentType":"DLP.All","status":"disabled"},
                    {"contentType":"Audit.Brandnew","status":"enabled"}]"#,
            ),
            what => usual(what, usize::from(seen.target.contains("b$2")), &own),
        }
    })
    .await;
    let engine = engine_on(&server, Settings::default());
    for condition in ["content_type = 'DLP.All'", "content_type IN ('Audit.Exchange', 'DLP.All')"] {
        let sql = format!("SELECT id FROM m365.activity WHERE content_created >= '{HOUR}' AND {condition}");
        let error = answer(&engine, &sql).await.map(drop).unwrap_err();
        let text = auditql::report::Report::of_query(&error, &auditql::report::About::default()).to_string();
        assert!(text.contains("the subscription to DLP.All is disabled"), "{text}");
        assert!(text.contains("administrator") && !text.contains("subscriptions start"), "{text}");
    }
    let result = answer(&engine, &format!("SELECT id FROM m365.activity WHERE content_created >= '{HOUR}'")).await;
    assert_eq!(hostile::outcome(&result), "5 rows, PartOfPopulation");
    let notices = result.unwrap().tally.notices();
    let said = |word: &str| notices.iter().filter(|notice| notice.to_string().contains(word)).count();
    assert_eq!((said("DLP.All is disabled"), said("Audit.Brandnew"), said("is not subscribed to")), (1, 1, 3));
}

/// Sensitive types come in one list, of which nothing may be missing or something else.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_whole_is_an_error() {
    let good = r#"[{"id":"r0","name":"a"},{"id":"r1","name":"b"}]"#;
    let next = || Reply::json(good).header("NextPageUri", "http://h/api/v1.0/x");
    for (name, replies, expected) in [
        ("good", vec![Reply::json(good)], "2 rows"),
        ("a web page, once", vec![Reply::json("<html>"), Reply::json(good)], "2 rows"),
        ("a part", vec![next()], "Page: NotAPage"),
        ("something else", vec![Reply::json(r#"[{"id":"r0","name":"a"},{}]"#)], "Page: NotAPage"),
        ("an error in it", vec![Reply::json(r#"[{"error":{"code":"AF50000"}}]"#)], "Page: NotAPage"),
    ] {
        let server = Server::queue(replies).await;
        let result = answer(&engine_on(&server, Settings::default()), "SELECT id FROM m365.dlp_sensitive_types").await;
        assert_eq!(hostile::outcome(&result), expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_opaque_in_a_link_is_sent_as_it_came() {
    let fault = FAULTS.iter().find(|(name, _, _)| name.starts_with("an empty page")).unwrap().1;
    let (found, seen) = outcome(fault, Settings::default(), HOUR).await;
    assert_eq!(found, "5 rows");
    let next = seen.iter().find(|seen| seen.target.contains("nextPage")).unwrap();
    let tenant = "00000000-0000-0000-0000-000000000000";
    let path = "/api/v1/x/activity/feed/subscriptions/content?nextPage=a+b/c$d==";
    assert_eq!(next.target, format!("{path}&PublisherIdentifier={tenant}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partial_answer_has_the_blobs_that_are_there_and_says_which_is_not() {
    let partial = Settings { partial: true, ..Settings::default() };
    for name in ["a blob that does not exist", "a blob that expired"] {
        let fault = FAULTS.iter().find(|(known, _, _)| *known == name).unwrap().1;
        assert_eq!(outcome(fault, partial.clone(), HOUR).await.0, "3 rows, Incomplete", "{name}");
    }
    // Of several windows one is out of reach.
    let fault: Fault = |w, n, _| if w == What::Listing && n == 0 { refused(400, "AF20030") } else { None };
    assert_eq!(outcome(fault, partial, "2026-04-29T11:00:00").await.0, "5 rows, Incomplete");
}
