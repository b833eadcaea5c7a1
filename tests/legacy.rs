//! The legacy reports of Azure AD Graph: what is requested, the cap that ends an answer, faults, archives.

mod archive;
mod cap;
mod endpoint;
mod faults;
mod requests;

use std::sync::Arc;

use auditql::auth::Connection;
use auditql::engine::Engine;
use auditql::settings::Settings;

use crate::hostile::{connection, engine, options};
use crate::scripted::Server;

/// The tenant of [`connection`].
const TENANT: &str = "00000000-0000-0000-0000-000000000000";

/// An engine whose legacy reports are at this server.
fn engine_at(server: &Server, settings: Settings) -> Engine {
    let origin = server.origin();
    engine(Connection { aadgraph_url: Some(origin.clone()), ..connection(origin) }, settings, options())
}

/// The paths and queries of the requests that a server was sent, decoded.
fn asked(server: &Arc<Server>) -> Vec<String> {
    let decoded = |target: &str| percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned();
    server.seen().iter().map(|seen| decoded(&seen.target)).collect()
}
