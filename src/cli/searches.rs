//! `auditql searches`: the searches of the audit log that queries have ordered of the tenant.
//!
//! A search that nobody waits for any more goes on. Microsoft Graph documents no request that stops or removes one, so they
//! are listed here and nothing else: the service forgets them in its own time.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use crate::apis::activity::AUDIT_SEARCH;
use crate::auth::{self, Connection};
use crate::http::{Budget, Options, Pace};
use crate::output::safe;
use crate::repl::say;
use crate::report::{Exit, Report};
use crate::searches::Searches;
use crate::settings::Settings;
use crate::tally::Tally;
use crate::time::second_text;

/// Lists them, the latest first.
pub(super) async fn run(
    settings: &Settings,
    connection: Option<Connection>,
    pace: Option<&Path>,
) -> Result<Exit, Report> {
    let connection = connection.ok_or_else(|| {
        Report::new(Exit::Usage, "no connection is configured, so there is no tenant").hint(super::NO_CONNECTION)
    })?;
    let pacer = Arc::new(auth::pacer(&connection, Pace::default(), pace));
    let client = auth::client(&connection, pacer, Options::default()).map_err(|error| Report::of_error(&error))?;
    let search = AUDIT_SEARCH.search().expect("it is a table of searches");
    let searches = Searches::new(client, search, settings.audit_search_version, Arc::default());
    let found = searches.ours(&Budget::new(Arc::new(Tally::default()))).await;
    let mut found = found.map_err(|error| Report::of_error(&error))?;
    found.sort_by_key(|(label, one)| (std::cmp::Reverse(label.made), one.id.clone()));
    if found.is_empty() {
        say("no search of auditql is known to the tenant");
        return Ok(Exit::Success);
    }
    let mut lines = vec![format!("{:<36}  {:<10}  {:<20}  {:<20}  {:<20}", "id", "status", "ordered", "from", "to")];
    for (label, one) in found {
        let [from, to] = one.bounds.map(|bound| bound.map_or_else(String::new, second_text));
        let status = one.status.unwrap_or_default();
        lines.push(format!("{:<36}  {status:<10}  {:<20}  {from:<20}  {to:<20}", one.id, second_text(label.made)));
    }
    let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    let mut out = io::stdout().lock();
    // A reader that went away needs no list.
    let _ = writeln!(out, "{}", safe::block(&searches.veil().told(&lines.join("\n"))));
    Ok(Exit::Success)
}
