//! A session's configuration, for our own context and for a host's.

use std::path::Path;
use std::sync::Arc;

use datafusion::common::config::Dialect;
use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::optimizer::AnalyzerRule;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::prelude::SessionConfig;

use super::absent::NullOfNoRow;
use super::asked_as_value::AskedAsValue;
use super::captured::Captured;
use super::correlated::Correlated;
use super::damage::DamageTold;
use super::dates;
use super::duplicates::CountedDuplicates;
use super::finer::FinerTimes;
use super::frames::Framed;
use super::lengths::Lengths;
use super::line_breaks::AcrossLines;
use super::listed::NullsTold;
use super::maps;
use super::merging::{CHECKED, SortedOrNot};
use super::multiples;
use super::number_bins;
use super::ordering::OrderedByColumns;
use super::sound::Sound;
use super::store::Store;
use super::unknown::UnknownIsNotFalse;
use super::walls::Walled;
use super::zeros::OneZero;
use super::zoned::Zoned;
use crate::engine::functions::bounded;
use crate::engine::functions::checked::Arithmetic;
use crate::engine::functions::clocks::Clocks;
use crate::engine::functions::texts::OfTexts;
use crate::engine::joins::asof::{BelowNearest, NearestJoins, Planner, TellNearest};
use crate::engine::joins::{LookUp, WholeKeys};
use crate::engine::leaf::{
    AtHandFirst, CountThere, EndsAlone, FewWanted, KeptRanges, ShareScans, TellKeys, asks, is_remote, is_same_again,
};
use crate::engine::runtime::Connections;
use crate::engine::runtime::journal::Journal;
use crate::engine::runtime::options::Options;
use crate::engine::scan::refetch::Fetched;
use crate::engine::scan::versions::Versions;
use crate::engine::windows::{GivenInPieces, LongValues};
use crate::settings::Settings;

/// Read-ahead between merging nodes, in bytes. The default is a gigabyte, which at five requests in ten seconds would be
/// hours of requests that a LIMIT never needed.
const READ_AHEAD: usize = 1 << 20;

/// DataFusion's rule that chooses the kind and the sides of joins.
const JOINS_CHOSEN: &str = "join_selection";
/// DataFusion's rule that moves conditions towards the leaves.
const FILTERS_MOVED: &str = "FilterPushdown";
/// DataFusion's rule that tells leaves the conditions that change while a query runs.
const FILTERS_TOLD: &str = "FilterPushdown(Post)";
/// DataFusion's rule that moves projections towards the leaves.
const PROJECTIONS_MOVED: &str = "ProjectionPushdown";

/// Keys of a join that can be worth a request for some of them each: more of them take longer than any listing.
const MOST_KEYS: usize = 10_000;
const MOST_KEY_BYTES: usize = 64 << 20;

/// DataFusion's own default catalog and schema, which nobody chose.
const UNCHOSEN: (&str, &str) = ("datafusion", "public");

/// A configuration with what remote tables rely on.
fn configured(config: SessionConfig, settings: &Settings) -> SessionConfig {
    let mut config = config
        .with_information_schema(true)
        // Splitting the rows of a paced service among cores gains nothing and polls it without demand.
        .with_round_robin_repartition(false);
    let options = config.options_mut();
    options.sql_parser.dialect = Dialect::PostgreSQL;
    // The zone of every column. Without one, `now()` is a clock reading of nowhere, which AT TIME ZONE takes for local time.
    options.execution.time_zone.get_or_insert_with(|| "UTC".into());
    options.execution.sort_pushdown_buffer_capacity = READ_AHEAD;
    // The build side has to be whole before the remote side is asked, so that its keys can narrow the request.
    options.execution.hash_join_buffering_capacity = 0;
    // And in one piece: of a build side in partitions the keys are known as a choice among hashes, which no service understands.
    options.optimizer.repartition_joins = false;
    // Up to so many keys, and so many bytes of them with the room that their columns hold, are told the other side one by one.
    options.optimizer.hash_join_inlist_pushdown_max_distinct_values = MOST_KEYS;
    options.optimizer.hash_join_inlist_pushdown_max_size = MOST_KEY_BYTES;
    // The engine takes `x IS TRUE` for nullable in its physical plan and not in its logical one, and refuses an aggregate over
    // such a pair. It can go with the version that has the mend (github.com/apache/datafusion/pull/24244).
    options.execution.skip_physical_aggregate_schema_check = true;
    options.extensions.insert(Options(settings.clone()));
    config
}

/// Names the default catalog and schema, unless the host chose others.
pub(crate) fn name_default(config: &mut SessionConfig, catalog: &str, schema: &str) {
    let chosen = &config.options().catalog;
    if (chosen.default_catalog.as_str(), chosen.default_schema.as_str()) == UNCHOSEN {
        *config = std::mem::take(config).with_default_catalog_and_schema(catalog, schema);
    }
}

/// Adds to a session what remote tables need: settings as `auditql.*`, the connections. What a host brought stays.
pub(crate) fn extend(
    mut builder: SessionStateBuilder,
    settings: &Settings,
    connections: Arc<Connections>,
    spill_dir: Option<&Path>,
) -> Result<SessionStateBuilder> {
    let mut runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(settings.memory_limit)));
    let mut store = Store::default();
    if let Some(parent) = spill_dir {
        let (own, folder) = Store::open(parent)?;
        (store, runtime) = (own, runtime.with_temp_file_path(folder));
    }
    if builder.runtime_env().is_none() {
        builder = builder.with_runtime_env(runtime.build_arc()?);
    }
    let config = configured(builder.config().take().unwrap_or_default(), settings)
        .with_extension(connections)
        .with_extension(Arc::new(store))
        .with_extension(Arc::<Journal>::default())
        .with_extension(Arc::<Fetched>::default())
        .with_extension(Arc::<KeptRanges>::default())
        .with_extension(Arc::<Versions>::default());
    let mut builder = with_defaults(builder.with_config(config));
    // Before types are coerced: the cut that it prevents follows from that.
    let first: [Arc<dyn AnalyzerRule + Send + Sync>; 15] = [
        Arc::new(NearestJoins),
        Arc::new(CountedDuplicates),
        Arc::new(AskedAsValue),
        Arc::new(Correlated),
        Arc::new(NullOfNoRow),
        Arc::new(UnknownIsNotFalse),
        Arc::new(Lengths),
        Arc::new(AcrossLines),
        Arc::new(OrderedByColumns),
        Arc::new(Framed),
        Arc::new(OneZero),
        Arc::new(Zoned),
        Arc::new(FinerTimes),
        Arc::new(Sound),
        Arc::new(OfTexts),
    ];
    let rules = &mut builder.analyzer().get_or_insert_default().rules;
    rules.splice(0..0, first);
    // Behind the coercion of types: only then an operator is known to be one of whole numbers.
    rules.push(Arc::new(Arithmetic));
    rules.push(Arc::new(Clocks));
    rules.push(Arc::new(LongValues));
    // A host's own planner stays; with one, ASOF joins are its to plan.
    builder.query_planner().get_or_insert_with(|| Arc::new(Planner) as _);
    let mut builder = builder
        .with_optimizer_rule(Arc::new(BelowNearest))
        .with_optimizer_rule(Arc::new(TellNearest { asks, is_same_again }))
        .with_optimizer_rule(Arc::new(WholeKeys));
    // Behind the choice of a join's kind and sides; before what moves rows and filters to where they are needed.
    let rules = &mut builder.physical_optimizers().get_or_insert_default().rules;
    let behind = rules.iter().position(|rule| rule.name() == JOINS_CHOSEN).map_or(0, |at| at + 1);
    let sides: [Arc<dyn PhysicalOptimizerRule + Send + Sync>; 2] =
        [Arc::new(AtHandFirst), Arc::new(LookUp { is_remote })];
    rules.splice(behind..behind, sides);
    for rule in rules.iter_mut().filter(|rule| [FILTERS_MOVED, FILTERS_TOLD].contains(&rule.name())) {
        *rule = Arc::new(Walled(Arc::clone(rule)));
    }
    for rule in rules.iter_mut().filter(|rule| rule.name() == PROJECTIONS_MOVED) {
        *rule = Arc::new(Captured(Arc::clone(rule)));
    }
    let ends: Arc<dyn PhysicalOptimizerRule + Send + Sync> = Arc::new(EndsAlone);
    let sorted: Arc<dyn PhysicalOptimizerRule + Send + Sync> = Arc::new(SortedOrNot);
    for (rule, name) in [(ends, FILTERS_TOLD), (sorted, CHECKED)] {
        let before = rules.iter().position(|known| known.name() == name).unwrap_or(rules.len());
        rules.insert(before, rule);
    }
    let builder = builder.with_physical_optimizer_rule(Arc::new(CountThere));
    let builder = builder.with_physical_optimizer_rule(Arc::new(TellKeys));
    let builder = builder.with_physical_optimizer_rule(Arc::new(FewWanted));
    let builder = builder.with_physical_optimizer_rule(Arc::new(ShareScans));
    let builder = builder.with_physical_optimizer_rule(Arc::new(NullsTold));
    // Last: what the others look at are DataFusion's own operators.
    let builder = builder.with_physical_optimizer_rule(Arc::new(GivenInPieces));
    Ok(builder.with_physical_optimizer_rule(Arc::new(DamageTold)))
}

/// The functions that DataFusion brings. A host's own ones of their names stand before them.
fn with_defaults(mut builder: SessionStateBuilder) -> SessionStateBuilder {
    let scalar = builder.scalar_functions().take();
    let aggregate = builder.aggregate_functions().take();
    let window = builder.window_functions().take();
    let mut builder = builder.with_default_features();
    builder.expr_planners().get_or_insert_default().splice(
        0..0,
        [bounded::planner(), multiples::planner(), dates::planner(), maps::planner(), number_bins::planner()],
    );
    builder.scalar_functions().get_or_insert_default().extend(scalar.into_iter().flatten());
    builder.aggregate_functions().get_or_insert_default().extend(aggregate.into_iter().flatten());
    builder.window_functions().get_or_insert_default().extend(window.into_iter().flatten());
    builder
}

#[cfg(test)]
mod tests {
    use datafusion::execution::disk_manager::DiskManagerBuilder;
    use datafusion::execution::memory_pool::{MemoryLimit, UnboundedMemoryPool};
    use datafusion::execution::object_store::ObjectStoreUrl;
    use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
    use datafusion::prelude::SessionContext;
    use url::Url;

    use super::*;
    use crate::engine::Engine;

    struct Mine(u8);

    #[tokio::test]
    async fn a_hosts_session_keeps_what_it_has() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[]").unwrap();
        let pool = Arc::new(UnboundedMemoryPool::default());
        let disks = DiskManagerBuilder::default().with_max_temp_directory_size(4_321);
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool).with_disk_manager_builder(disks);
        let runtime = runtime.build_arc().unwrap();
        let place = Url::parse("mine://store").unwrap();
        runtime.register_object_store(&place, Arc::new(datafusion::object_store::memory::InMemory::new()));
        let config = SessionConfig::new()
            .with_batch_size(17)
            .with_target_partitions(3)
            .with_default_catalog_and_schema("own", "tables")
            .with_extension(Arc::new(Mine(42)));
        let shout = create_udf(
            "upper",
            vec![arrow::datatypes::DataType::Utf8],
            arrow::datatypes::DataType::Utf8,
            Volatility::Immutable,
            Arc::new(|args: &[ColumnarValue]| Ok(args[0].clone())),
        );
        let builder = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(Arc::clone(&runtime))
            .with_scalar_functions(vec![Arc::new(shout)]);
        let builder = Engine::builder().files("case", vec![file.path().to_path_buf()]).configure(builder).unwrap();
        let context = SessionContext::new_with_state(builder.build());
        let state = context.state();
        assert_eq!((state.config().batch_size(), state.config().target_partitions()), (17, 3));
        assert_eq!(state.config().get_extension::<Mine>().map(|mine| mine.0), Some(42));
        assert!(Arc::ptr_eq(state.runtime_env(), &runtime), "pool, disks and object stores are the host's");
        state.runtime_env().object_store(ObjectStoreUrl::parse("mine://store").unwrap()).unwrap();
        let catalog = &state.config_options().catalog;
        assert_eq!((catalog.default_catalog.as_str(), catalog.default_schema.as_str()), ("own", "tables"));
        assert!(context.catalog("case").is_some() && context.catalog("own").is_some());
        let rows = context.sql("SELECT upper('a'), lower('B')").await.unwrap().collect().await.unwrap();
        let text = arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string();
        assert!(text.contains("| a ") && text.contains("| b "), "{text}");
        context.sql("SELECT count(*) FROM case.entra.sign_ins").await.unwrap();
    }

    #[tokio::test]
    async fn a_session_of_our_own_has_the_limits_of_its_settings() {
        let settings = Settings { memory_limit: 1 << 20, ..Settings::default() };
        let state = Engine::builder().settings(settings).configure(SessionStateBuilder::new()).unwrap().build();
        assert!(matches!(state.runtime_env().memory_pool.memory_limit(), MemoryLimit::Finite(n) if n == 1 << 20));
        assert_eq!(state.config_options().catalog.default_catalog, "local");
    }
}
