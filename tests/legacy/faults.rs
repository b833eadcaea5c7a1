//! What can go wrong in the middle of a chain, and words of refusal in both forms.

use std::sync::Arc;

use auditql::engine;
use auditql::http;
use auditql::settings::Settings;
use serde_json::json;

use super::endpoint::{BATCH, Endpoint, documented, record, refused};
use super::{TENANT, asked, engine_at};
use crate::hostile::outcome;
use crate::lab::{self, answer, cause};
use crate::scripted::{Reply, Seen, Server};

const ALL: &str = "SELECT id FROM aadgraph.signin_events";

/// So many records, a minute apart.
fn endpoint(records: i64) -> Endpoint {
    let now = lab::now().timestamp();
    Endpoint::new((1..=records).map(|n| now - 60 * n).collect(), usize::MAX)
}

/// An endpoint that answers the `n`th request, from 1, as the closure says, where it says anything.
async fn with(
    mut endpoint: Endpoint,
    mut instead: impl FnMut(usize, &Seen) -> Option<Reply> + Send + 'static,
) -> Arc<Server> {
    let mut n = 0;
    let script = move |seen: &Seen| {
        n += 1;
        instead(n, seen).unwrap_or_else(|| endpoint.reply(seen))
    };
    Arc::new(Server::start(script).await)
}

async fn found(server: &Server, settings: Settings) -> String {
    outcome(&answer(&engine_at(server, settings), ALL).await)
}

#[tokio::test]
async fn a_refusal_in_the_middle_is_waited_out() {
    for (status, header) in [(429, None), (429, Some("1")), (503, None), (503, Some("0"))] {
        let server = with(endpoint(2_500), move |n, _| {
            let reply = Reply::status(status);
            (n == 2).then(|| header.map_or(reply.clone(), |wait| reply.header("Retry-After", wait)))
        });
        let server = server.await;
        assert_eq!(found(&server, Settings::default()).await, "2500 rows", "{status} {header:?}");
        assert_eq!(server.seen().len(), 4, "{status} {header:?}");
    }
}

#[tokio::test]
async fn a_dead_token_begins_the_chain_anew_and_no_record_comes_twice() {
    let server = with(endpoint(2_500), |n, _| (n == 3).then(|| refused("Request_BadRequest", 400))).await;
    assert_eq!(found(&server, Settings::default()).await, "2500 rows");
    // Nothing vouches for the order: from its start.
    let again: Vec<bool> = asked(&server).iter().map(|url| url.contains("skiptoken")).collect();
    assert_eq!(again, [false, true, true, false, true, true]);
    // One that never lives ends it.
    let server =
        with(endpoint(2_500), |_, seen| seen.target.contains("skiptoken").then(|| refused("Request_BadRequest", 400)));
    let server = server.await;
    assert_eq!(found(&server, Settings::default()).await, "Chain: DeadChain");
}

#[tokio::test]
async fn links_lead_nowhere_else() {
    let evil = Arc::new(Server::start(|_| Reply::json(r#"{"value":[]}"#)).await);
    let away = evil.url(&format!("/{TENANT}/activities/signinEvents"));
    let other = "/contoso.example/activities/signinEvents?api-version=beta&%24skiptoken=-1".to_owned();
    for (link, expected) in [
        (away, "Request: ForeignLink Port"),
        (other, "Request: ForeignLink Path"),
        ("/beta/auditLogs/signIns".to_owned(), "Request: ForeignLink Path"),
        (format!("/{TENANT}/users?a=b"), "Request: ForeignLink Path"),
        (format!("/{TENANT}/activities/../users?a=b"), "Request: ForeignLink Path"),
    ] {
        let page = json!({"value": [record(0, 0)], "@odata.nextLink": link});
        let server = with(endpoint(1), move |_, _| Some(Reply::json(page.to_string()))).await;
        assert_eq!(found(&server, Settings::default()).await, expected, "{link}");
    }
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn both_names_of_the_link_are_followed_and_the_version_is_never_missing() {
    fn bare(host: &str, token: usize) -> String {
        documented(host, token).replace("api-version=beta&", "")
    }
    fn behind(host: &str, token: usize) -> String {
        format!("{}&api-version=beta", bare(host, token))
    }
    for link in [
        ("@odata.nextLink", documented as fn(&str, usize) -> String),
        ("odata.nextLink", documented),
        ("@odata.nextLink", bare),
        ("odata.nextLink", behind),
    ] {
        let mut endpoint = endpoint(2_500);
        endpoint.link = link;
        let server = with(endpoint, |_, _| None).await;
        assert_eq!(found(&server, Settings::default()).await, "2500 rows", "{}", link.0);
        assert!(asked(&server).iter().all(|url| url.matches("api-version=beta").count() == 1), "{:?}", asked(&server));
    }
}

/// No length of batches is asked for, so one that is full is no sign of a cut.
#[tokio::test]
async fn a_full_batch_without_a_link_is_the_end() {
    let server = with(endpoint(2 * i64::try_from(BATCH).unwrap()), |_, _| None).await;
    assert_eq!(found(&server, Settings::default()).await, "2000 rows");
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_read_in_both_forms() {
    let old = refused("Authorization_RequestDenied", 403);
    let new = json!({"error": {"code": "Authorization_RequestDenied", "message": "in old words"}});
    let new = Reply::status(403).body(new.to_string());
    for reply in [old, new] {
        let server = with(endpoint(1), move |_, _| Some(reply.clone())).await;
        let error = answer(&engine_at(&server, Settings::default()), ALL).await.err().expect("it is refused");
        let Some(engine::Error::Request { source: http::Error::Refused(refusal), needs, .. }) = cause(&error) else {
            panic!("{error}")
        };
        let text = |veiled: &Option<auditql::veil::Veiled>| veiled.as_deref().map(str::to_owned);
        assert_eq!(text(&refusal.code).as_deref(), Some("Authorization_RequestDenied"));
        assert_eq!(text(&refusal.message).as_deref(), Some("in old words"));
        assert_eq!(needs.permissions, ["Directory.Read.All"]);
    }
    let said =
        json!({"odata.error": {"code": "Request_BadRequest", "message": {"lang": "en", "value": "in old words"}}});
    let server = with(endpoint(1), move |_, _| Some(Reply::json(said.to_string()))).await;
    let error = answer(&engine_at(&server, Settings::default()), ALL).await.err().expect("it is no page");
    let Some(engine::Error::Page { said: Some(said), .. }) = cause(&error) else { panic!("{error}") };
    assert_eq!(&**said, "Request_BadRequest: in old words");
}

#[tokio::test]
async fn without_an_address_the_error_says_what_to_set() {
    let server = with(endpoint(1), |_, _| None).await;
    let engine = crate::hostile::engine(
        crate::hostile::connection(server.origin()),
        Settings::default(),
        crate::hostile::options(),
    );
    for table in ["signin_events", "audit_events"] {
        let error = answer(&engine, &format!("SELECT id FROM {table}")).await.err().expect("there is no service");
        let report = auditql::report::Report::of_query(&error, &auditql::report::About::default());
        assert_eq!(report.exit, auditql::report::Exit::Usage);
        assert!(report.hint.as_deref().is_some_and(|hint| hint.contains("aadgraph_url")), "{report}");
    }
    assert_eq!(server.connections(), 0);
    // What would be sent can be said all the same.
    assert!(answer(&engine, &format!("EXPLAIN {ALL}")).await.is_ok());
}
