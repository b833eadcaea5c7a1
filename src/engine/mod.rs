//! The engine: remote tables in DataFusion, and the library's face.
//!
//! [`Engine`] holds a session; [`Engine::query`] plans a statement and gives back a [`Query`]: a stream that sends nothing
//! before it is polled and stops when it is dropped, and a tally of what it cost and what its reader has to know. The
//! engine never prints.
//!
//! ```no_run
//! # async fn f(connection: auditql::auth::Connection) -> datafusion::error::Result<()> {
//! use futures::TryStreamExt;
//! let engine = auditql::engine::Engine::builder().connection(connection).build()?;
//! let query = engine.query("SELECT count(*) FROM sign_ins WHERE status.error_code <> 0").await?;
//! let batches: Vec<_> = query.stream.try_collect().await?;
//! # Ok(()) }
//! ```

mod bulk;
mod error;
mod functions;
mod joins;
mod leaf;
mod lineage;
mod rewriting;
mod runtime;
mod scan;
mod session;
mod statement;
mod windows;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::catalog::CatalogProvider;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionStateBuilder;
use datafusion::prelude::SessionContext;

use crate::apis;
use crate::auth::{self, Connection, NameFlaw};
use crate::files::Input;
use crate::settings::Settings;
use crate::stores::Stores;
use runtime::workers::Workers;
use runtime::{Connections, schemas};
use scan::located::Records;
use session::connecting::{Other, Pacers};
use session::log_options::Stated;
use session::merged::Tenant;
use session::named_logs::{NamedLog, NamedLogs};
use session::system_tables::Known;
use session::{catalog, config, connecting, store};
use statement::Submission;
use tokio::runtime::Handle;
use tokio::time::Instant;

#[cfg(feature = "cli")]
pub(crate) use bulk::in_pieces;
pub use error::{Error, Kept, LogError, Part, Place, Unusable};
#[cfg(feature = "cli")]
pub(crate) use functions::own::manual as manual_of_functions;
pub use leaf::{MergedExec, Origin, Origins, RemoteTable, ScanExec};
pub use lineage::Lineage;
#[cfg(feature = "cli")]
pub(crate) use session::catalog::at_hand;
#[cfg(feature = "cli")]
pub(crate) use session::damage::is_of_file;
#[cfg(feature = "cli")]
pub(crate) use session::leftovers;
#[cfg(feature = "cli")]
pub(crate) use session::log_tables::is_reader;
pub use session::parquet;
pub use session::policy::Policy;
pub use session::system_tables::{Described, Rule, described, quota_in_words, rules_of, source};
#[cfg(feature = "cli")]
pub(crate) use statement::names_in;
#[cfg(feature = "cli")]
pub(crate) use statement::parse::lambdas::ALL as FUNCTIONS_OF_ELEMENTS;
#[cfg(feature = "cli")]
pub(crate) use statement::parse::spellings::manual as functions_elsewhere;
#[cfg(feature = "cli")]
pub(crate) use statement::timeline;
pub use statement::{DescribedLogs, Foreseen, Parameters, Query, Value};

pub use crate::files::Bucket;
pub use crate::http::{Options as HttpOptions, Pace, Quotas};

/// A session over the connections of its builder. One for each client: `SET` and temporary tables are its own.
pub struct Engine {
    context: SessionContext,
    /// The instant of every statement; `None`: the present one.
    now: Option<DateTime<Utc>>,
    policy: Policy,
    workers: Workers,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let catalogs = self.context.catalog_names();
        f.debug_struct("Engine").field("catalogs", &catalogs).field("now", &self.now).finish_non_exhaustive()
    }
}

impl Drop for Engine {
    /// The session's tables go with it, whoever still holds a part of the session.
    fn drop(&mut self) {
        self.closer()();
    }
}

/// What an [`Engine`] is made of.
#[derive(Default)]
pub struct EngineBuilder {
    connections: Vec<Connection>,
    /// Those that are looked at when a statement asks them.
    others: Vec<Other>,
    /// Exported files as connections of a name.
    files: Vec<(String, Vec<Input>)>,
    /// Those that have none.
    inputs: Vec<Input>,
    /// Tables of logs, by the name of their connection.
    logs: BTreeMap<String, BTreeMap<String, NamedLog>>,
    /// A connection of logs that is the default.
    logs_of_default: Option<String>,
    settings: Settings,
    now: Option<DateTime<Utc>>,
    pace: Pace,
    pace_folder: Option<PathBuf>,
    http: HttpOptions,
    spill_dir: Option<PathBuf>,
    /// What stores of objects are asked with.
    stores: Vec<(String, String)>,
    policy: Policy,
    workers: Workers,
}

impl EngineBuilder {
    /// Adds a connection, as a catalog of its name. The first is the default. The catalog `all_tenants` has the tables of all of
    /// them, with `tenant_id` and `tenant_name`: what is said of these decides which connections are asked.
    #[must_use]
    pub fn connection(mut self, connection: Connection) -> Self {
        self.connections.push(connection);
        self
    }

    /// Adds a connection that nobody may ask: the same, but what is wrong with it is an error of the statements that read it,
    /// [`Error::Unusable`], and of those that read all tenants. It is never the default.
    #[must_use]
    pub fn other(mut self, connection: Connection) -> Self {
        self.others.push(Other::Service(Box::new(connection)));
        self
    }

    /// Adds exported files that nobody may ask; paths as for [`EngineBuilder::input`]. What is wrong with them is an error of
    /// the statements that read them.
    #[must_use]
    pub fn other_files(mut self, name: impl Into<String>, paths: Vec<PathBuf>) -> Self {
        self.others.push(Other::Files(name.into(), paths.into_iter().map(Input::Path).collect()));
        self
    }

    /// Adds a connection that is known by its name and cannot be used: whoever asks it, or all tenants, is told why. Its name
    /// may be one that no catalog can have.
    #[must_use]
    pub fn unusable(mut self, name: impl Into<String>, tenant: Option<String>, why: Unusable) -> Self {
        self.others.push(Other::Unusable { name: name.into(), tenant, why: Arc::new(why) });
        self
    }

    /// Whether there are connections that nobody may ask.
    #[cfg(feature = "cli")]
    pub(crate) fn has_others(&self) -> bool {
        !self.others.is_empty()
    }

    /// Adds exported files: a file, a folder or a pattern, or an address of a store. All inputs together are the catalog
    /// `files`, which is the default if there is no connection.
    #[must_use]
    pub fn input(mut self, path: impl Into<PathBuf>) -> Self {
        self.inputs.push(Input::Path(path.into()));
        self
    }

    /// Adds what came on standard input and was kept in a file, which answers call that.
    #[cfg(feature = "cli")]
    pub(crate) fn kept_input(mut self, path: PathBuf) -> Self {
        self.inputs.push(Input::Kept(path));
        self
    }

    /// Adds exports that lie in a bucket: the object of this location, or all exports below it. They belong to the same
    /// catalog. What is there is looked up when a statement reads it.
    #[must_use]
    pub fn objects(mut self, bucket: Bucket, location: object_store::path::Path) -> Self {
        self.inputs.push(Input::Objects(bucket, location));
        self
    }

    /// Adds exported files as a catalog of their own name; paths as for [`EngineBuilder::input`].
    #[must_use]
    pub fn files(mut self, name: impl Into<String>, paths: Vec<PathBuf>) -> Self {
        self.files.push((name.into(), paths.into_iter().map(Input::Path).collect()));
        self
    }

    /// Adds a table of logs to a connection of that name: files, folders and patterns, and what is stated of them, as
    /// `OPTIONS (…)` does it. It is the table `connection.table` in every catalog; nothing is looked at before a statement names it.
    #[must_use]
    pub fn logs(
        mut self,
        connection: impl Into<String>,
        table: impl Into<String>,
        paths: Vec<PathBuf>,
        options: Vec<(String, String)>,
    ) -> Self {
        let paths = paths.into_iter().map(|path| path.to_string_lossy().into_owned()).collect();
        let log = NamedLog { paths, stated: Stated { options, columns: None } };
        self.logs.entry(connection.into()).or_default().insert(table.into(), log);
        self
    }

    /// A connection of logs whose tables need no schema, if there is no other connection.
    #[must_use]
    pub fn default_logs(mut self, connection: impl Into<String>) -> Self {
        self.logs_of_default = Some(connection.into());
        self
    }

    /// The settings to begin with.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Fixes the clock: `now()` is this instant in every statement.
    #[must_use]
    pub fn now(mut self, now: DateTime<Utc>) -> Self {
        self.now = Some(now);
        self
    }

    /// How fast requests may go out; as documented unless said otherwise.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Where the times at which requests were sent are kept, for all processes that name this folder: together they then
    /// stay within the quotas, which services count by application and tenant. Unless said otherwise an engine counts its own.
    #[must_use]
    pub fn pace_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.pace_folder = Some(folder.into());
        self
    }

    /// How the HTTP client behaves: limits of retrying, timeouts, certificates.
    #[must_use]
    pub fn http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Where tables that a session makes are kept, and what does not fit into memory; where the system keeps temporary
    /// files unless said otherwise. Each session makes a folder of its own there, and removes it.
    #[must_use]
    pub fn spill_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.spill_dir = Some(folder.into());
        self
    }

    /// The variables that stores of objects are asked with, by the names that each cloud's own tools read: `AWS_REGION`,
    /// `AWS_ACCESS_KEY_ID`, `AZURE_STORAGE_ACCOUNT_NAME`, `GOOGLE_APPLICATION_CREDENTIALS` and their like. The engine does not
    /// read the environment of its process. Which stores there are is a matter of the features `s3`, `azure`, `gcs` and `https`.
    #[must_use]
    pub fn stores(mut self, variables: Vec<(String, String)>) -> Self {
        self.stores = variables;
        self
    }

    /// What statements may do besides asking; nothing unless said otherwise.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The runtime on which statements are planned and run; the one that asks unless said otherwise. With one of its own,
    /// whoever waits for an answer hears deadlines and interrupts also while a statement keeps all of its threads busy.
    #[must_use]
    pub fn runtime(mut self, runtime: Handle) -> Self {
        self.workers = Workers(Some(runtime));
        self
    }

    /// The engine. Nothing is sent, no credential is asked for.
    ///
    /// # Errors
    /// When a connection is not usable as it is: its name, its addresses, its credential.
    pub fn build(self) -> Result<Engine, Error> {
        let (now, policy, workers) = (self.now, self.policy, self.workers.clone());
        let context = SessionContext::new_with_state(self.configure(SessionStateBuilder::new())?.build());
        Ok(Engine { context, now, policy, workers })
    }

    /// The same for a host's own session: settings, connections and catalogs are added to what its builder has.
    ///
    /// A runtime of the host's stays as it is, with its memory pool, disks and object stores: the setting `memory_limit`
    /// and [`EngineBuilder::spill_dir`] do not change it. A default catalog that the host chose stays the default. The
    /// policy is one of [`Engine::query`]: what the host's session carries out without it, the host decides.
    ///
    /// # Errors
    /// As for [`EngineBuilder::build`].
    pub fn configure(&self, builder: SessionStateBuilder) -> Result<SessionStateBuilder, Error> {
        let mut connections = Connections::default();
        let (mut names, mut pacers) = (HashSet::new(), Pacers::shared_in(self.pace_folder.clone()));
        for connection in &self.connections {
            check_name(&connection.name, &mut names)?;
            let pacer = pacers.of(connection, self.pace);
            let connected = Arc::new(connecting::connect(connection, pacer, self.http.clone())?);
            connections.insert(&connection.name, move || Ok(connected));
        }
        for other in &self.others {
            if !matches!(other, Other::Unusable { .. }) {
                check_name(other.name(), &mut names)?;
            }
            other.enter(&mut connections, &mut pacers, (self.pace, &self.http));
        }
        for (name, _) in &self.files {
            check_name(name, &mut names)?;
        }
        for (name, tables) in &self.logs {
            let is_own = self.files.iter().any(|(own, _)| own == name);
            let is_schema = apis::names().any(|(schema, _)| schema == name);
            if is_schema || !is_own && check_name(name, &mut names).is_err() {
                return Err(Error::ConnectionName(name.clone()));
            }
            if let Some(table) = tables.keys().find(|table| auth::check_name(table).is_err()) {
                return Err(Error::LogName(table.clone()));
            }
        }
        let stores = Stores::new(self.stores.clone(), self.http.transport.clone());
        for (name, paths) in self.exports() {
            crate::files::local_sources(&located(paths, &stores)).map_err(|source| Error::of_paths(name, source))?;
        }
        self.extend(builder, connections, &stores).map_err(Error::Session)
    }

    fn extend(
        &self,
        builder: SessionStateBuilder,
        connections: Connections,
        stores: &Stores,
    ) -> Result<SessionStateBuilder> {
        let mut builder = config::extend(builder, &self.settings, Arc::new(connections), self.spill_dir.as_deref())?;
        let mut known = Known::default();
        self.connections.iter().for_each(|connection| known.service(connection));
        self.others.iter().for_each(|other| other.show(&mut known));
        self.exports().for_each(|(name, inputs)| known.files(name, &located(inputs, stores)));
        let logs = self.logs_of_default.as_deref().filter(|name| self.logs.contains_key(*name));
        let own = self.exports().next().map_or(logs.unwrap_or("local"), |(name, _)| name);
        let default = self.connections.first().map_or(own, |c| c.name.as_str());
        if let Some(config) = builder.config() {
            config::name_default(config, default, schemas::MAIN);
            config.set_extension(Arc::new(known));
            config.set_extension(Arc::new(stores.clone()));
        }
        let mut state = builder.build();
        // What cannot be a catalog's name is told of in the tables of all tenants.
        for tenant in self.tenants().filter(|tenant| auth::check_name(tenant.connection) != Err(NameFlaw::Reserved)) {
            state.catalog_list().register_catalog(tenant.connection.into(), catalog::catalog(&tenant, &state)?);
        }
        let tenants: Vec<Tenant<'_>> = self.tenants().collect();
        if !tenants.is_empty() {
            let all: Arc<dyn CatalogProvider> = catalog::all_tenants(&tenants, &state)?;
            state.catalog_list().register_catalog(auth::ALL_TENANTS.into(), all);
        }
        let logs: BTreeMap<&str, Arc<NamedLogs>> = self
            .logs
            .iter()
            .map(|(name, tables)| (name.as_str(), Arc::new(NamedLogs::new(name, tables.clone(), &state))))
            .collect();
        let others = self.others.iter().filter_map(Other::files);
        for (connection, paths) in self.exports().chain(others) {
            let records = Records::Files(located(paths, stores).into());
            let files = Tenant { connection, tenant: "", records, has_aadgraph: true };
            let catalog = catalog::of_files(Some(&files), logs.get(connection).cloned(), &state)?;
            state.catalog_list().register_catalog(connection.into(), catalog);
        }
        for (name, tables) in logs.iter().filter(|(name, _)| self.exports().all(|(other, _)| other != **name)) {
            let catalog = catalog::of_files(None, Some(Arc::clone(tables)), &state)?;
            state.catalog_list().register_catalog((*name).into(), catalog);
        }
        for catalog in state.catalog_list().catalog_names() {
            for (name, tables) in &logs {
                let catalog = state.catalog_list().catalog(&catalog);
                catalog.map(|catalog| catalog.register_schema(name, Arc::clone(tables) as _)).transpose()?;
            }
        }
        functions::json::register(&mut state)?;
        functions::own::register(&mut state)?;
        functions::any_of::register(&mut state)?;
        joins::asof::register(&mut state)?;
        functions::bounded::bound(&mut state)?;
        functions::checked::register(&mut state)?;
        functions::gathered::register(&mut state)?;
        functions::instants::keep_zones(&mut state)?;
        functions::bins::keep_clocks(&mut state)?;
        Ok(SessionStateBuilder::new_from_existing(state))
    }

    fn tenants(&self) -> impl Iterator<Item = Tenant<'_>> {
        self.connections.iter().map(Tenant::of).chain(self.others.iter().filter_map(Other::tenant))
    }

    /// Exported files by the name of their catalog.
    fn exports(&self) -> impl Iterator<Item = (&str, &[Input])> {
        let unnamed = (auth::FILES, self.inputs.as_slice());
        let named = self.files.iter().map(|(name, paths)| (name.as_str(), paths.as_slice()));
        named.chain(std::iter::once(unnamed).filter(|(_, paths)| !paths.is_empty()))
    }
}

/// The inputs with what their addresses lead to.
fn located(inputs: &[Input], stores: &Stores) -> Vec<Input> {
    let found = |input: &Input| match input {
        Input::Path(path) => stores.input(path),
        other => other.clone(),
    };
    inputs.iter().map(found).collect()
}

/// A connection's name becomes a catalog's, and SQL must be able to say it without quotes.
/// Two connections cannot have one name.
fn check_name(name: &str, taken: &mut HashSet<String>) -> Result<(), Error> {
    let free = auth::check_name(name).is_ok() && taken.insert(name.to_owned());
    if free { Ok(()) } else { Err(Error::ConnectionName(name.into())) }
}

impl Engine {
    /// Begins to build one.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    /// Plans one statement. Nothing is sent before the stream is polled.
    ///
    /// # Errors
    /// When the text is not one statement, or cannot be planned: an unknown name, a type that does not fit.
    pub async fn query(&self, sql: &str) -> Result<Query> {
        self.query_with(sql, &Parameters::default()).await
    }

    /// The same with values for names: `WHERE user_principal_name = :user`. A value is never read as SQL, and conditions with it
    /// are sent like those with a literal.
    ///
    /// # Errors
    /// As for [`Engine::query`], and [`Error::Unbound`] when a name has no value.
    pub async fn query_with(&self, sql: &str, parameters: &Parameters) -> Result<Query> {
        let now = self.now.unwrap_or_else(runtime::clock);
        let deadline = self.settings().timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let (sql, parameters) = (sql.to_owned(), parameters.clone());
        let asked = Submission { sql, parameters, now, deadline, policy: self.policy, workers: self.workers.clone() };
        let context = self.context.clone();
        self.workers.plan(deadline, move || statement::plan(context, asked)).await
    }

    /// What was recognised of the logs that stand in FROM: `'logs/*.evtx'`, the name of a table that was made of files. `None` if
    /// it is no table of logs.
    ///
    /// # Errors
    /// When there is no such table or file, or the policy does not allow to read it.
    pub async fn logs(&self, from: &str) -> Result<Option<DescribedLogs>> {
        let (context, policy, from) = (self.context.clone(), self.policy, from.to_owned());
        self.workers.plan(None, move || async move { statement::described(context, policy, &from).await }).await
    }

    /// Removes the session's tables when it is called, as dropping the engine does: for a program that ends without.
    pub fn closer(&self) -> impl FnOnce() + Send + 'static {
        let store = self.context.state_ref().read().config().get_extension::<store::Store>();
        move || store.iter().for_each(|store| store.close())
    }

    /// The session, to register tables and functions of one's own.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Settings {
        runtime::options::of(self.context.state().config_options())
    }

    /// Changes one setting, as `SET auditql.<name>` does.
    ///
    /// # Errors
    /// When there is no such setting, the value is not of its form, or it is one that is chosen when the session begins.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        Policy::LOCAL.check_setting(&format!("auditql.{name}"))?;
        let state = self.context.state_ref();
        let mut state = state.write();
        let options = state.config_mut().options_mut();
        let Some(ours) = options.extensions.get_mut::<runtime::options::Options>() else {
            return Err(DataFusionError::Configuration("the session has no auditql settings".into()));
        };
        ours.0.set(name, value).map_err(|e| DataFusionError::External(Box::new(e)))
    }
}
