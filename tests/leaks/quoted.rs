//! A service that quotes the token it was sent, in every place from which its words reach a message, in every spelling.

use std::fmt::Write as _;

use auditql::auth::{Connection, CredentialSource};
use auditql::engine::Engine;
use auditql::http;
use auditql::report::{About, Report};
use auditql::settings::Settings;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::base64;
use crate::hostile::service::{page_of, rows};
use crate::hostile::{self, options};
use crate::lab::answer;
use crate::scripted::{Reply, Seen, Server};
use crate::sign_in::Authority;

/// No shape by which it would be known for a token.
const TOKEN: &str = "CANARY-t0ken.with-Various_parts.0123";
const CLIENT_SECRET: &str = "CANARY.cl1ent-Secret_of.the-application";

type Spelling = (&'static str, fn(&str) -> String);

/// How the token could be written. What a JSON string or a URL undoes on the way is written twice over.
const SPELLINGS: [Spelling; 9] = [
    ("as it is", str::to_owned),
    ("upper case", str::to_ascii_uppercase),
    ("percent-encoded", |t| utf8_percent_encode(t, NON_ALPHANUMERIC).to_string()),
    ("letter by letter", |t| t.bytes().map(|b| format!("%{b:02X}")).collect()),
    ("escaped as JSON", |t| t.bytes().map(|b| format!("\\u{b:04x}")).collect()),
    ("base64", |t| base64(t.as_bytes())),
    ("base64 within more", |t| base64(format!("Bearer {t}..").as_bytes())),
    ("hex", |t| t.bytes().map(|b| format!("{b:02x}")).collect()),
    ("its first half", |t| t[..t.len() / 2].to_owned()),
];

/// Where a service could put it: its replies to a request, given the token's text and the service's own address.
type Surface = (&'static str, &'static str, fn(&Seen, &str, &str) -> Reply);

const GRAPH: &str = "SELECT id, status.error_code FROM sign_ins WHERE is_interactive";
const FILTERED: &str = "SELECT id FROM sign_ins WHERE is_interactive AND user_principal_name = 'x'";
const FEED: &str = "SELECT id, record_type FROM m365.exchange WHERE content_created >= '2026-05-01T11:00:00Z' \
                    AND content_created < '2026-05-01T12:00:00Z'";

fn error(status: u16, code: &str, message: &str) -> Reply {
    Reply::status(status).body(json!({"error": {"code": code, "message": message}}).to_string())
}

/// Three sign-ins, one of which is changed.
fn page(change: impl Fn(&mut Value)) -> Reply {
    let mut rows = rows(0..3);
    change(&mut rows[1]);
    page_of(&rows, None)
}

fn linking(link: &str) -> Reply {
    Reply::json(json!({"value": rows(0..3), "@odata.nextLink": link}).to_string())
}

/// A listing of one blob; the blob is gone.
fn feed(seen: &Seen, id: &str, uri: &str) -> Reply {
    let entry = json!([{"contentType": "Audit.Exchange", "contentId": id, "contentUri": uri,
                        "contentCreated": "2026-05-01T11:30:00.000Z"}]);
    match &seen.target {
        target if target.contains("/subscriptions/list") => {
            Reply::json(r#"[{"contentType":"Audit.Exchange","status":"enabled"}]"#)
        }
        target if target.contains("/subscriptions/content") => Reply::json(entry.to_string()),
        _ => error(404, "AF20050", "gone"),
    }
}

const AUDIT: &str = "/api/v1.0/00000000-0000-0000-0000-000000000000/activity/feed/audit";

const SURFACES: [Surface; 18] = [
    ("a refusal's message", GRAPH, |_, t, _| error(403, "Forbidden", &format!("the token {t} may not"))),
    ("a refusal's code", GRAPH, |_, t, _| error(403, t, "no")),
    ("a refusal's id", GRAPH, |_, t, _| error(403, "Forbidden", "no").header("request-id", t)),
    ("a rejected token", GRAPH, |_, t, _| error(401, "InvalidAuthenticationToken", t)),
    ("a service in trouble", GRAPH, |_, t, _| error(503, "x", t)),
    ("a throttle", GRAPH, |_, t, _| error(429, "x", t)),
    ("an error in a success", GRAPH, |_, t, _| error(200, "x", &format!("Lifetime validation failed for Bearer {t}"))),
    ("a code in a success", GRAPH, |_, t, _| error(200, t, "")),
    ("the id of a reply that is no page", GRAPH, |_, t, _| Reply::json("{}").header("request-id", t)),
    ("a refused filter", FILTERED, |seen, t, _| match seen.target.contains("userPrincipalName") {
        true => error(400, "BadRequest", t),
        false => page(|_| ()),
    }),
    ("the host of a link", GRAPH, |_, t, _| linking(&format!("http://{t}.evil.example/beta/x"))),
    ("the host of a redirect", GRAPH, |_, t, _| {
        Reply::status(302).header("Location", &format!("http://{t}.evil.example/beta/x"))
    }),
    ("a segment of a link that fails", GRAPH, |seen, t, own| match seen.target.contains("/more/") {
        true => Reply::status(404),
        false => linking(&format!("{own}beta/more/{t}/x?$skiptoken={t}")),
    }),
    ("the id of an odd record", GRAPH, |_, t, _| {
        page(|row| (row["id"], row["status"]["errorCode"]) = (json!(t), json!("odd")))
    }),
    ("the id of a record of another kind", GRAPH, |_, t, _| {
        page(|row| (row["id"], row["signInEventTypes"]) = (json!(t), json!(["managedIdentity"])))
    }),
    ("the names and states of subscriptions", FEED, |seen, t, _| match &seen.target {
        target if target.contains("/subscriptions/list") => Reply::json(
            json!([{"contentType": "Audit.Exchange", "status": t},
                   {"contentType": format!("Audit.{t}"), "status": "enabled"}])
            .to_string(),
        ),
        _ => Reply::json("[]"),
    }),
    ("the host of a blob", FEED, |seen, t, _| feed(seen, "a$1", &format!("http://{t}.evil.example{AUDIT}/a"))),
    ("the id and the address of a blob", FEED, |seen, t, own| {
        feed(seen, &format!("{t}$1"), &format!("{}{AUDIT}/{t}", own.trim_end_matches('/')))
    }),
];

/// Whether a text holds the secret or a useful part of it, by another way than the program's: every spelling of every
/// piece is looked for as it is.
fn shows(text: &str, secret: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let pieces = (0..=secret.len() - 14).map(|at| &secret[at..at + 14]);
    let spelt = pieces
        .flat_map(|piece| SPELLINGS.iter().filter(|(name, _)| *name != "its first half").map(move |(_, s)| s(piece)));
    // Of base64 the edges depend on what stands beside them.
    let whole = ["", "x", "xy"].map(|before| {
        let text = base64(format!("{before}{secret}").as_bytes());
        text[4..text.len() - 4].to_owned()
    });
    spelt.chain(whole).find(|piece| text.contains(&piece.to_ascii_lowercase()))
}

/// Everything that a question says, to whoever shows it in whatever way.
async fn words(engine: &Engine, sql: &str) -> String {
    match answer(engine, sql).await {
        Ok(answer) => answer.tally.notices().iter().fold(String::new(), |mut text, notice| {
            let _ = write!(text, "{notice}\n{notice:?}\n");
            text
        }),
        Err(error) => format!("{}\n{error:?}\n{error}", Report::of_query(&error, &About::default())),
    }
}

fn connection(server: &Server) -> Connection {
    let origin = server.origin();
    let credential = CredentialSource::AccessToken(TOKEN.into());
    Connection { management_url: Some(origin.clone()), credential, ..hostile::connection(origin) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_a_service_quotes_comes_out_of_no_message() {
    let mut leaks = Vec::new();
    for (surface, sql, reply) in SURFACES {
        for (spelling, spelt) in SPELLINGS {
            let server = Server::start(move |seen| {
                let sent = seen.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
                reply(seen, &spelt(sent), &format!("http://{}/", seen.header("host")))
            })
            .await;
            for partial in if spelling == SPELLINGS[0].0 { vec![false, true] } else { vec![false] } {
                let settings = Settings { partial, ..Settings::default() };
                let engine = hostile::engine(connection(&server), settings, quick());
                let text = words(&engine, sql).await;
                assert!(!text.trim().is_empty(), "{surface}, {spelling}: nothing was said");
                leaks.extend(shows(&text, TOKEN).map(|piece| format!("{surface}, {spelling}: {piece} in {text}")));
            }
        }
    }
    assert!(leaks.is_empty(), "{} leaks, such as\n{}", leaks.len(), leaks[0]);
}

/// Two attempts are enough to see what is said.
fn quick() -> http::Options {
    let options = options();
    http::Options { limits: http::retry::Limits { tries: 2, first_tries: 2, ..options.limits }, ..options }
}

#[test]
fn the_search_finds_the_token_in_every_spelling() {
    for secret in [TOKEN, CLIENT_SECRET] {
        for (spelling, spelt) in SPELLINGS {
            assert!(shows(&format!("the token '{}' may not", spelt(secret)), secret).is_some(), "{spelling}");
        }
        assert_eq!(shows("the token '***' may not; canary, with various parts", secret), None);
    }
}

#[tokio::test]
async fn a_client_secret_that_a_sign_in_service_quotes_comes_out_of_no_message() {
    let graph = Server::queue([]).await;
    for status in [400, 401, 403, 503] {
        for (spelling, spelt) in SPELLINGS {
            let authority = Authority::new();
            let words =
                format!("AADSTS7000215: Invalid client secret '{}' provided.\r\nTrace ID: x", spelt(CLIENT_SECRET));
            let body = json!({"error": "invalid_client", "error_codes": [7_000_215], "error_description": words});
            let reply = Reply::status(status).body(body.to_string());
            let login = Server::tls(authority.acceptor("127.0.0.1", false), vec![reply; 9]).await;
            let given = hostile::connection(graph.origin());
            let credential =
                CredentialSource::ClientSecret { client_id: given.tenant.clone(), secret: CLIENT_SECRET.into() };
            let connection = Connection { credential, authority_url: Some(login.origin()), ..given };
            let options = http::Options { transport: authority.transport(), ..quick() };
            let text = self::words(&hostile::engine(connection, Settings::default(), options), GRAPH).await;
            assert!(text.contains("AADSTS7000215: Invalid client secret '***"), "{status}, {spelling}: {text}");
            assert_eq!(shows(&text, CLIENT_SECRET), None, "{status}, {spelling}: {text}");
        }
    }
}
