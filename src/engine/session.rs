//! A session's configuration, for our own context and for a host's.

use std::path::Path;
use std::sync::Arc;

use datafusion::common::config::Dialect;
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::SessionConfig;

use super::fetched::Fetched;
use super::options::Options;
use super::runtime::Connections;
use super::store::Store;
use crate::settings::Settings;

/// Read-ahead between merging nodes, in bytes. The default is a gigabyte, which at five requests in ten seconds would be
/// hours of requests that a LIMIT never needed.
const READ_AHEAD: usize = 1 << 20;

/// The configuration that remote tables rely on.
pub(super) fn config(settings: &Settings) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_information_schema(true)
        // Splitting the rows of a paced service among cores gains nothing and polls it without demand.
        .with_round_robin_repartition(false);
    let options = config.options_mut();
    options.sql_parser.dialect = Dialect::PostgreSQL;
    options.execution.sort_pushdown_buffer_capacity = READ_AHEAD;
    // The build side has to be whole before the remote side is asked, so that its keys can narrow the request.
    options.execution.hash_join_buffering_capacity = 0;
    options.extensions.insert(Options(settings.clone()));
    config
}

/// Gives a host's session what remote tables need: settings as `auditql.*`, the functions for JSON, the connections.
pub(super) fn extend(
    builder: SessionStateBuilder,
    settings: &Settings,
    connections: Arc<Connections>,
    spill_dir: Option<&Path>,
) -> Result<SessionStateBuilder> {
    let pool = Arc::new(FairSpillPool::new(settings.memory_limit));
    let mut runtime = RuntimeEnvBuilder::new().with_memory_pool(pool);
    let mut store = Store::default();
    if let Some(parent) = spill_dir {
        let (own, folder) = Store::open(parent)?;
        (store, runtime) = (own, runtime.with_temp_file_path(folder));
    }
    let config = config(settings).with_extension(connections).with_extension(Arc::new(store));
    Ok(builder
        .with_config(config.with_extension(Arc::<Fetched>::default()))
        .with_runtime_env(runtime.build_arc()?)
        .with_default_features())
}
