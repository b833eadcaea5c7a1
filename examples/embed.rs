//! The engine in a program of one's own: sign-ins of a tenant, joined with a table that the program made itself.
//!
//! Run it with `cargo run --example embed`. The tenant here is the demo's; yours is a `Connection` of its own.

#![allow(clippy::print_stdout, reason = "an example prints")]

use auditql::auth::Connection;
use auditql::datafusion::arrow::util::pretty::print_batches;
use auditql::datafusion::prelude::dataframe;
use auditql::demo::{Options, Tenant};
use auditql::engine::Engine;
use futures::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = "2026-05-01T12:00:00Z".parse()?;
    let tenant = Tenant::start(Options::new(now)).await?;
    let url = tenant.graph_url().parse()?;
    let connection = Connection::loopback("demo", url, tenant.access_token().to_owned().into());

    let engine = Engine::builder().connection(connection).now(now).build()?;
    let seen = dataframe!("name" => ["vpn-gw-1", "vpn-gw-2"], "country" => ["BR", "NG"])?;
    engine.context().register_table("gateways", seen.into_view())?;
    let query = engine
        .query(
            "SELECT name, user_principal_name, count(*) AS sign_ins
             FROM sign_ins JOIN gateways ON location.country_or_region = country
             WHERE created_date_time >= now() - INTERVAL '2 days' AND status.error_code = 0
             GROUP BY ALL ORDER BY sign_ins DESC LIMIT 5",
        )
        .await?;
    print_batches(&query.stream.try_collect::<Vec<_>>().await?)?;
    println!("{} request(s)", query.tally.requests.get());
    Ok(())
}
