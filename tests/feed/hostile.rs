//! A management service that misbehaves: each answer is the right one or the right typed error, and nobody else is asked.

use auditql::auth::Connection;
use auditql::settings::Settings;
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
    let created = "2026-05-01T11:30:00.000Z";
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
