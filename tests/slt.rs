//! Questions in SQL and their answers, a file of `slt/` for each feature: what is requested beside what comes back.
//!
//! A file has the demo tenant for itself: 3,000 sign-ins of seed 1. Of EXPLAIN only the requests are shown, line by line;
//! plans are DataFusion's to change. Every answer is compared with that of an engine that pushes nothing down.
//! `AUDITQL_BLESS=1 cargo test --test main slt::` writes the answers anew: read the
//! difference before you commit it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use auditql::datafusion::arrow::array::AsArray;
use auditql::datafusion::error::DataFusionError;
use auditql::demo::Tenant;
use auditql::engine::Engine;
use auditql::settings::{Estimates, Settings};
use futures::TryStreamExt;
use sqllogictest::{
    AsyncDB, DBOutput, DefaultColumnType, Runner, default_column_validator, default_normalizer, default_validator,
};

use crate::lab::{self, Answer, options};

/// The engine as the runner sees it, and one that pushes nothing down.
struct Database {
    engine: Engine,
    plain: Engine,
}

impl Database {
    fn new(tenant: &Tenant) -> Self {
        // What EXPLAIN says is the same whatever was read before, unless a file is about that.
        let estimates = Estimates::None;
        let engine =
            |pushdown| lab::engine(lab::connection(tenant), Settings { pushdown, estimates, ..Settings::default() });
        Self { engine: engine(true), plain: engine(false) }
    }
}

#[async_trait]
impl AsyncDB for Database {
    type Error = DataFusionError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, DataFusionError> {
        let query = self.engine.query(sql).await?;
        let columns = query.stream.schema().fields().len();
        let batches: Vec<_> = query.stream.try_collect().await?;
        if sql.trim_start().to_lowercase().starts_with("explain") {
            let requests = batches[0].column(1).as_string::<i32>().value(0);
            let rows = requests.lines().map(|line| vec![line.into()]).collect();
            return Ok(DBOutput::Rows { types: vec![DefaultColumnType::Any], rows });
        }
        let rows = Answer { batches, tally: query.tally }.cells();
        let (mut pushed, mut plain) = (rows.clone(), lab::answer(&self.plain, sql).await?.cells());
        pushed.sort_unstable();
        plain.sort_unstable();
        assert_eq!(pushed, plain, "pushdown on and off: {sql}");
        if columns == 0 {
            return Ok(DBOutput::StatementComplete(0));
        }
        Ok(DBOutput::Rows { types: vec![DefaultColumnType::Any; columns], rows })
    }

    async fn shutdown(&mut self) {}

    fn engine_name(&self) -> &'static str {
        "auditql"
    }

    async fn sleep(time: Duration) {
        tokio::time::sleep(time).await;
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/slt")
}

#[expect(clippy::disallowed_methods, reason = "answers are written anew on demand")]
fn bless() -> bool {
    std::env::var("AUDITQL_BLESS").is_ok_and(|v| v == "1")
}

async fn run(feature: &str) {
    let tenant = Tenant::start(options(3_000)).await.unwrap();
    let mut runner = Runner::new(|| async { Ok(Database::new(&tenant)) });
    let file = folder().join(feature).with_extension("slt");
    let outcome = if bless() {
        let update =
            runner.update_test_file(&file, " ", default_validator, default_normalizer, default_column_validator);
        update.await.map_err(|e| e.to_string())
    } else {
        runner.run_file_async(&file).await.map_err(|e| e.to_string())
    };
    outcome.unwrap_or_else(|e| panic!("{}\n{e}", file.display()));
}

macro_rules! features {
    ($($feature:ident)*) => {
        const FEATURES: &[&str] = &[$(stringify!($feature)),*];
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $feature() {
                run(stringify!($feature)).await;
            }
        )*
    };
}

features!(
    elements estimates finer in_lists joins json kinds lambdas legacy names nested nulls order_limit outer periods range_joins shapes subquery text time unnest
    zones
);

#[test]
fn every_file_is_run() {
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "slt"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    assert_eq!(files, FEATURES);
}
