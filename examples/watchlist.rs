//! A list of addresses in a file, against the sign-ins of a tenant: a program that runs every morning, say.
//!
//! Run it with `cargo run --example watchlist -- ips.txt` on the demo tenant, or with `… -- ips.txt TENANT-ID` on your own, as the
//! person whom the Azure CLI has signed in. It shows what an embedder has to decide: what statements may read, what they may
//! cost, whose token is used, and what becomes of an answer that is not complete.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints")]
#![allow(clippy::disallowed_methods, reason = "a program has a clock")]

use std::error::Error;
use std::process::ExitCode;

use auditql::auth::{Connection, CredentialSource};
use auditql::datafusion::arrow::util::pretty::pretty_format_batches;
use auditql::demo::{Options, Tenant};
use auditql::engine::{Engine, EngineBuilder, Parameters, Policy, Value};
use chrono::{TimeDelta, Utc};
use futures::TryStreamExt;

/// The path of the list takes the place of `{list}`: a name of a file is part of a statement, not a value in it.
const HITS: &str = "
    SELECT coalesce(user_principal_name, app_display_name) AS who, ip_address, count(*) AS sign_ins,
      max(created_date_time) AS last
    FROM sign_ins
    WHERE ip_address IN (SELECT value FROM {list}) AND created_date_time >= :since AND status.error_code = 0
    GROUP BY ALL ORDER BY last DESC";

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let Some(list) = words.next() else {
        eprintln!("usage: watchlist FILE [TENANT-ID]: the file has an address a line");
        return Ok(ExitCode::from(2));
    };
    let tenant = words.next();

    // It has to live as long as the engine asks it.
    let mut demo = None;
    let builder = match tenant {
        Some(tenant) => Engine::builder().connection(Connection::new("own", tenant, CredentialSource::AzureCli)),
        None => on(demo.insert(Tenant::start(Options::new(Utc::now())).await?))?,
    };
    // Files may be read, and nothing else may be done: no tables, no changed limits.
    let policy = Policy { reads_files: true, ..Policy::default() };
    let engine = builder.policy(policy).build()?;
    engine.set("max_requests", "500")?;

    let sql = HITS.replace("{list}", &format!("'{}'", list.replace('\'', "''")));
    let since = Parameters::default().with("since", Value::Ago(TimeDelta::days(7)));
    let query = engine.query_with(&sql, &since).await?;
    // Rows are good once all have come: a stream that ends with an error was not the answer.
    let rows = query.stream.try_collect::<Vec<_>>().await?;

    println!("{}", pretty_format_batches(&rows)?);
    for notice in query.tally.notices() {
        eprintln!("note: {notice}");
    }
    eprintln!("{} requests, {} rows received", query.tally.requests.get(), query.tally.rows_received.get());
    Ok(if rows.iter().all(|batch| batch.num_rows() == 0) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An engine's builder that is connected to the demo tenant.
fn on(tenant: &Tenant) -> Result<EngineBuilder, Box<dyn Error>> {
    let token = tenant.access_token().to_owned().into();
    Ok(Engine::builder().connection(Connection::loopback("demo", tenant.graph_url().parse()?, token)))
}
