//! The audit search: what is ordered, how it is waited for and read, what it costs, and what may go wrong.

mod endpoint;
mod facts;
mod faults;
mod law;
mod reading;
mod splitting;
mod tenant;

use std::sync::Arc;

use auditql::engine::{self, Engine};
use auditql::settings::Settings;

use crate::hostile::{connection, engine as engine_of, options};
use crate::lab::{Answer, answer, cause};
use crate::scripted::{Reply, Seen, Server};
use endpoint::Endpoint;

const ALL: &str =
    "SELECT id FROM m365.audit_search WHERE creation_time >= '2026-04-28' AND creation_time < '2026-05-01'";

/// An engine on a server.
fn engine_at(server: &Server, settings: Settings) -> Engine {
    engine_of(connection(server.origin()), settings, options())
}

/// A server that answers as the endpoint does, but where the closure says otherwise, of the `n`th request from 1.
async fn with(
    mut endpoint: Endpoint,
    mut instead: impl FnMut(usize, &Seen, &mut Endpoint) -> Option<Reply> + Send + 'static,
) -> Arc<Server> {
    let mut n = 0;
    let script = move |seen: &Seen| {
        n += 1;
        instead(n, seen, &mut endpoint).unwrap_or_else(|| endpoint.reply(seen))
    };
    Arc::new(Server::start(script).await)
}

async fn ask(server: &Server, settings: Settings, sql: &str) -> Result<Answer, String> {
    let result = answer(&engine_at(server, settings), sql).await;
    result.map_err(|error| cause::<engine::Error>(&error).map_or_else(|| format!("untyped: {error}"), in_words))
}

/// An error and its causes, in a line.
fn in_words(error: &engine::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// What a server was asked, in words: `POST`, `list`, `status`, `page`.
fn asked(server: &Server) -> Vec<&'static str> {
    let word = |seen: &Seen| {
        let below = seen.target.split("/queries").nth(1).unwrap_or_default();
        match (seen.method.as_str(), below.trim_start_matches('/')) {
            ("POST", _) => "POST",
            (_, below) if below.is_empty() || below.starts_with('?') => "list",
            (_, below) if below.contains("/records") => "page",
            _ => "status",
        }
    };
    server.seen().iter().map(word).collect()
}

fn notices(answer: &Answer) -> Vec<String> {
    answer.tally.notices().iter().map(ToString::to_string).collect()
}

/// The ids of an answer, in order.
fn ids(answer: &Answer) -> Vec<String> {
    let mut ids = answer.rows();
    ids.sort_unstable();
    ids
}

/// What so many records of an [`Endpoint`] are called, in order.
fn numbered(count: usize) -> Vec<String> {
    let mut ids: Vec<String> = (0..count).map(|n| format!("r{n}")).collect();
    ids.sort_unstable();
    ids
}
