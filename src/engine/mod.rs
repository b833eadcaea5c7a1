//! The engine.

use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;

use crate::settings::{SettingError, Settings};
use crate::tally::Tally;

/// Why a query has no answer, or not a whole one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A request failed.
    #[error("{table} could not be read to its end")]
    Request {
        /// `entra.sign_ins`
        table: String,
        /// Permissions that reading it needs.
        permissions: &'static [&'static str],
        /// What happened.
        #[source]
        source: crate::http::Error,
    },
    /// A reply was no page.
    #[error("{table} could not be read to its end")]
    Page {
        /// `entra.sign_ins`
        table: String,
        /// The service's id of the request, to quote to its support.
        request_id: Option<String>,
        /// What was wrong with it.
        #[source]
        source: crate::decode::Error,
    },
    /// A chain of pages could not be followed.
    #[error("{table} could not be read to its end")]
    Chain {
        /// `entra.sign_ins`
        table: String,
        /// Why not.
        #[source]
        source: crate::plan::PagerError,
    },
    /// The service ignored the clause that chooses the kind of record, so what it sent is not what was asked for.
    #[error("{table}: the service was asked for {kind} records and sent others (first: {first_id}): it ignored the clause")]
    KindIgnored {
        /// `entra.sign_ins`
        table: String,
        /// The kind asked for.
        kind: &'static str,
        /// Key of the first record of another kind.
        first_id: String,
    },
    /// Several requests bring overlapping records, and one of these has no key by which it could be recognised.
    #[error("{table}: a record without {key} cannot be told apart from its copies in other requests")]
    Keyless {
        /// `entra.sign_ins`
        table: String,
        /// The key column.
        key: &'static str,
    },
    /// Something that was asked for cannot be had: the answer would be short.
    #[error("the answer would be incomplete: {missing}")]
    Incomplete {
        /// What is missing.
        missing: String,
    },
    /// A partial answer was allowed, where a missing row would invent a finding.
    #[error("a partial answer is not given below {operator}: a missing row would look like a finding")]
    PartialRefused {
        /// `NOT IN`, `EXCEPT` or an anti join.
        operator: String,
    },
    /// A predicate could not be evaluated on the rows received.
    #[error("a condition could not be evaluated")]
    Evaluation(#[source] DataFusionError),
    /// The statement's time is over.
    #[error("the time for the statement is over")]
    Deadline,
    /// A table of a connection was planned in a session that does not have that connection.
    #[error("this session has no connection '{0}'")]
    NoConnection(String),
    /// A connection cannot be used.
    #[error("the connection '{name}' cannot be used")]
    Connection {
        /// Its name.
        name: String,
        /// Why not.
        #[source]
        source: crate::auth::Error,
    },
    /// The session could not be set up.
    #[error("the session could not be set up")]
    Session(#[source] DataFusionError),
    /// A connection's name cannot be a catalog's.
    #[error("a connection cannot be called '{0}': the name is reserved, taken, or not made of letters, digits and _")]
    ConnectionName(String),
}

/// Builds an engine.
#[derive(Debug, Default)]
pub struct EngineBuilder {
    settings: Settings,
}

impl EngineBuilder {
    /// The connection.
    #[must_use]
    pub fn connection(self, _connection: crate::auth::Connection) -> Self {
        self
    }

    /// The settings to begin with.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Fixes the clock.
    #[must_use]
    pub fn now(self, _now: chrono::DateTime<chrono::Utc>) -> Self {
        self
    }

    /// The pace.
    #[must_use]
    pub fn pace(self, _pace: crate::http::Pace) -> Self {
        self
    }

    /// The engine.
    pub fn build(self) -> Result<Engine, DataFusionError> {
        let config = datafusion::prelude::SessionConfig::new()
            .set_str("datafusion.sql_parser.dialect", "postgres")
            .with_information_schema(true);
        Ok(Engine { context: SessionContext::new_with_config(config), settings: std::sync::Mutex::new(self.settings) })
    }
}

/// The engine.
pub struct Engine {
    context: SessionContext,
    settings: std::sync::Mutex<Settings>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// A planned statement.
pub struct Query {
    /// Its rows.
    pub stream: SendableRecordBatchStream,
    /// Its cost.
    pub tally: Arc<Tally>,
}

impl Engine {
    /// A builder.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Plans one statement.
    pub async fn query(&self, sql: &str) -> Result<Query, DataFusionError> {
        let stream = self.context.sql(sql).await?.execute_stream().await?;
        Ok(Query { stream, tally: Arc::default() })
    }

    /// The context.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The settings.
    pub fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Sets one.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), SettingError> {
        self.settings.lock().unwrap_or_else(std::sync::PoisonError::into_inner).set(name, value)
    }
}
