//! Access tokens that the service rejects, and permissions that it misses.

use auditql::auth::{Connection, CredentialSource};
use auditql::engine::{self, Engine};
use auditql::http;
use auditql::settings::Settings;

use super::service::{page, refusal};
use super::{NEWEST, connection, options, outcome};
use crate::lab::{answer, cause};
use crate::scripted::{Reply, Server};
use crate::sign_in::{Authority, token};

/// An engine that signs in with a secret, and the service that it signs in to.
async fn signing_in(graph: &Server) -> (Engine, Server) {
    let authority = Authority::new();
    let tokens = ["T1", "T2", "T3"].map(token);
    let login = Server::tls(authority.acceptor("127.0.0.1", false), tokens).await;
    let given = connection(graph.origin());
    let credential = CredentialSource::ClientSecret { client_id: given.tenant.clone(), secret: "secret".into() };
    let connection = Connection { credential, authority_url: Some(login.origin()), ..given };
    let options = http::Options { transport: authority.transport(), ..options() };
    (super::engine(connection, Settings::default(), options), login)
}

#[tokio::test]
async fn a_token_that_is_rejected_on_the_way_is_replaced_and_no_row_is_lost() {
    // The first token is good for one page.
    let graph = Server::start(|seen| match (seen.header("authorization"), seen.target.contains("skiptoken")) {
        ("Bearer T1", true) => Reply::status(401),
        (_, true) => page(3..6, None),
        _ => page(0..3, Some("2")),
    })
    .await;
    let (engine, login) = signing_in(&graph).await;
    assert_eq!(outcome(&answer(&engine, NEWEST).await), "6 rows");
    assert_eq!((graph.seen().len(), login.seen().len()), (3, 2));
}

#[tokio::test]
async fn a_second_token_that_is_rejected_is_the_end() {
    let graph = Server::start(|seen| match seen.target.contains("skiptoken") {
        true => Reply::status(401),
        false => page(0..3, Some("2")),
    })
    .await;
    let (engine, login) = signing_in(&graph).await;
    assert_eq!(outcome(&answer(&engine, NEWEST).await), "Request: TokenRejected");
    assert_eq!((graph.seen().len(), login.seen().len()), (3, 2));
}

#[tokio::test]
async fn a_denial_names_the_permissions_that_the_table_needs() {
    let denied = refusal(403, "Authorization_RequestDenied", "Insufficient privileges").header("request-id", "q-9");
    let server = Server::start(move |_| denied.clone()).await;
    let engine = super::engine(connection(server.origin()), Settings::default(), options());
    let error = answer(&engine, NEWEST).await.map(drop).unwrap_err();
    let Some(engine::Error::Request { place, needs, source }) = cause(&error) else { panic!("{error:?}") };
    assert!(
        place.to_string().starts_with("entra.sign_ins (interactiveUser)") && !needs.permissions.is_empty(),
        "{place}"
    );
    let refusal = source.refusal().unwrap();
    assert_eq!((refusal.status, refusal.request_id.as_deref()), (403, Some("q-9")));
    assert!(!format!("{error:?}").contains("CANARY"), "{error:?}");
}
