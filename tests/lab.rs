//! A tenant and an engine on it: what tests of scans share.

use std::sync::Arc;

use auditql::auth::Connection;
use auditql::datafusion::arrow::array::RecordBatch;
use auditql::datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use auditql::datafusion::error::{DataFusionError, Result};
use auditql::demo::{Options, Tenant};
use auditql::engine::{Engine, Policy};
use auditql::http::Pace;
use auditql::settings::Settings;
use auditql::tally::Tally;
use azure_core::credentials::Secret;
use chrono::{DateTime, Utc};
use futures::TryStreamExt;

/// The instant at which the lab's data end.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-01T12:00:00Z".parse().unwrap()
}

/// A tenant of so many sign-ins, without throttle.
pub(crate) fn options(rows: usize) -> Options {
    Options { rows, throttle: None, ..Options::new(now()) }
}

/// A tenant and an engine that is connected to it.
pub(crate) struct Lab {
    pub(crate) tenant: Tenant,
    pub(crate) engine: Engine,
}

/// The answer to a statement.
pub(crate) struct Answer {
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) tally: Arc<Tally>,
}

impl Lab {
    pub(crate) async fn new(options: Options) -> Self {
        Self::with(options, Settings::default()).await
    }

    pub(crate) async fn with(options: Options, settings: Settings) -> Self {
        let tenant = Tenant::start(options).await.unwrap();
        let engine = engine(connection(&tenant), settings);
        Self { tenant, engine }
    }

    pub(crate) async fn answer(&self, sql: &str) -> Result<Answer> {
        answer(&self.engine, sql).await
    }

    /// Rows as text, columns joined by ` | `.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        self.answer(sql).await.unwrap_or_else(|e| panic!("{sql}\n{e}")).rows()
    }

    /// Rows, and the queries of the requests that brought them, decoded.
    pub(crate) async fn asked(&self, sql: &str) -> (Vec<String>, Vec<String>) {
        self.tenant.reset_stats();
        let rows = self.rows(sql).await;
        (rows, self.tenant.stats().requests.into_iter().map(|asked| asked.url).collect())
    }

    /// How many requests a statement costs.
    pub(crate) async fn requests(&self, sql: &str) -> usize {
        self.asked(sql).await.1.len()
    }
}

pub(crate) fn connection(tenant: &Tenant) -> Connection {
    let token = Secret::new(tenant.access_token().to_owned());
    let loopback = Connection::loopback("demo", tenant.graph_url().parse().unwrap(), token);
    let management_url = Some(tenant.management_url().parse().unwrap());
    let aadgraph_url = Some(tenant.aadgraph_url().parse().unwrap());
    Connection { tenant: tenant.tenant_id().into(), management_url, aadgraph_url, ..loopback }
}

pub(crate) fn engine(connection: Connection, settings: Settings) -> Engine {
    let builder = Engine::builder().connection(connection).settings(settings).policy(Policy::LOCAL);
    builder.now(now()).pace(Pace::Unlimited).build().unwrap()
}

pub(crate) async fn answer(engine: &Engine, sql: &str) -> Result<Answer> {
    let query = engine.query(sql).await?;
    let batches = query.stream.try_collect().await?;
    Ok(Answer { batches, tally: query.tally })
}

impl Answer {
    /// Rows as text, columns joined by ` | `.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.cells().into_iter().map(|row| row.join(" | ")).collect()
    }

    /// Cells as text, row by row.
    pub(crate) fn cells(&self) -> Vec<Vec<String>> {
        let options = FormatOptions::default().with_null("NULL");
        let mut rows = Vec::new();
        for batch in &self.batches {
            let columns: Vec<_> =
                batch.columns().iter().map(|c| ArrayFormatter::try_new(c.as_ref(), &options).unwrap()).collect();
            rows.extend((0..batch.num_rows()).map(|row| columns.iter().map(|c| c.value(row).to_string()).collect()));
        }
        rows
    }
}

/// The innermost error of ours.
pub(crate) fn cause<T: std::error::Error + 'static>(error: &DataFusionError) -> Option<&T> {
    let mut error: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        error = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => inner.as_ref(),
            Some(DataFusionError::Context(_, inner)) => inner.as_ref(),
            Some(DataFusionError::Shared(inner)) => inner.as_ref(),
            _ => error.source()?,
        };
    }
}
