//! `auditql subscriptions`: what the tenant's activity feed collects, and changing it.
//!
//! Stopping loses records for good, so it is done on the word of a person at a terminal, or with `--yes`.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::args;
use crate::apis::activity::content::CONTENT_TYPES;
use crate::auth::{self, Connection};
use crate::http::{Budget, Options, Pace};
use crate::output::safe;
use crate::repl::say;
use crate::report::{Exit, Report};
use crate::subscriptions::{Change, Error, Subscriptions, known};
use crate::tally::Tally;

/// Does what was asked.
pub(super) async fn run(
    asked: &args::Subscriptions,
    connection: Option<Connection>,
    pace: Option<&Path>,
) -> Result<Exit, Report> {
    let connection = connection.ok_or_else(|| {
        Report::new(Exit::Usage, "no connection is configured, so there is no tenant").hint(super::NO_CONNECTION)
    })?;
    let pacer = Arc::new(auth::pacer(&connection, Pace::default(), pace));
    let client = auth::client(&connection, pacer, Options::default()).map_err(|error| Report::of_error(&error))?;
    let subscriptions = Subscriptions::new(client, &connection.tenant).map_err(|error| Report::of_error(&error))?;
    let budget = Budget::new(Arc::new(Tally::default()));
    match asked {
        args::Subscriptions::List => list(&subscriptions, &budget).await,
        args::Subscriptions::Start(types) => change(&subscriptions, types, true, &budget).await,
        args::Subscriptions::Stop { content_types, yes } => {
            if !yes && !confirmed(content_types)? {
                say("nothing was stopped");
                return Ok(Exit::Success);
            }
            change(&subscriptions, content_types, false, &budget).await
        }
    }
}

/// One line for each content type there is, and for those the service names besides.
async fn list(subscriptions: &Subscriptions, budget: &Budget) -> Result<Exit, Report> {
    let list = subscriptions.list(budget).await.map_err(|error| Report::of_error(&error))?;
    let mut lines = Vec::new();
    for content_type in CONTENT_TYPES {
        let found = list.iter().find(|subscription| subscription.content_type == *content_type);
        let status = found.map_or("not subscribed", |found| found.status.as_deref().unwrap_or("enabled"));
        lines.push(format!("{content_type:<28} {status}"));
    }
    for other in list.iter().filter(|subscription| known(&subscription.content_type).is_none()) {
        lines.push(format!("{:<28} {}", other.content_type, other.status.as_deref().unwrap_or("enabled")));
    }
    let mut out = io::stdout().lock();
    // A reader that went away needs no list.
    let _ = writeln!(out, "{}", safe::block(&subscriptions.veil().told(&lines.join("\n"))));
    Ok(Exit::Success)
}

async fn change(
    subscriptions: &Subscriptions,
    content_types: &[String],
    start: bool,
    budget: &Budget,
) -> Result<Exit, Report> {
    // All names are read before the first is acted upon.
    for name in content_types {
        known(name).ok_or_else(|| Report::of_error(&Error::ContentType(name.clone())))?;
    }
    for name in content_types {
        let changed =
            if start { subscriptions.start(name, budget).await } else { subscriptions.stop(name, budget).await };
        let said = match (changed.map_err(|error| Report::of_error(&error))?, start) {
            (Change::Made, true) => "started; the first records can take hours",
            (Change::WasSo, true) => "was already enabled",
            (Change::Made, false) => "stopped",
            (Change::WasSo, false) => "was not subscribed to",
        };
        say(&format!("{name}: {said}"));
    }
    Ok(Exit::Success)
}

/// Asks the person at the terminal. Where there is none, nobody can say yes.
fn confirmed(content_types: &[String]) -> Result<bool, Report> {
    if !io::stdin().is_terminal() {
        return Err(Report::new(
            Exit::Usage,
            "stopping a subscription needs confirmation, and there is no terminal to ask on",
        )
        .hint("--yes confirms it"));
    }
    let names = content_types.join(", ");
    say(&format!("Records of {names} from now until the next start are lost for good. Stop? [y/N]"));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    read.map_err(|error| Report::chain(Exit::Usage, &error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
