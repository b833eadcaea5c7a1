//! The engine.

use std::sync::Arc;

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;

use crate::settings::{SettingError, Settings};
use crate::tally::Tally;

/// Why an engine could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {}

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

    /// The engine.
    pub fn build(self) -> Result<Engine, Error> {
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
