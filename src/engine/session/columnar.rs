//! Files that hold columns or say what their records are: Parquet, Arrow and Avro, by DataFusion's own readers. They are told by
//! their first bytes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Statistics;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::arrow::ArrowFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::parquet::file::metadata::ParquetMetaData;
use datafusion::parquet::file::reader::{FileReader as _, SerializedFileReader};
use datafusion::physical_plan::ExecutionPlan;
use url::Url;

use super::avro;
use super::damage;
use super::log_options::Stated;
use super::parquet::{INCOMPLETE, bounds_floats};
use super::stored::{Stored, Told};
use super::unpruned::UnprunedExec;
use crate::engine::error::{Error, LogError};
use crate::engine::runtime::{Statement, within_limits};
use crate::files::{self, FileRef, Input};
use crate::tally::Notice;

/// A format of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Parquet,
    Arrow,
    Avro,
}

impl Form {
    const ALL: [(Self, &'static str, &'static [u8]); 3] =
        [(Self::Parquet, "parquet", b"PAR1"), (Self::Arrow, "arrow", b"ARROW1"), (Self::Avro, "avro", b"Obj\x01")];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, own, _)| own.eq_ignore_ascii_case(name)).map(|(form, ..)| form)
    }

    /// What a file is, by how it begins. One that cannot be read is none: opening it says why.
    fn of(file: &FileRef) -> Option<Self> {
        // Of an object, no more is asked for than its begin.
        if let Some((form, ..)) = Self::ALL.into_iter().find(|(.., magic)| file.begins_with(magic)) {
            return Some(form);
        }
        let mut input = files::open(file).ok()?;
        let begin = std::io::BufRead::fill_buf(&mut input).ok()?;
        Self::ALL.into_iter().find(|(.., magic)| begin.starts_with(magic)).map(|(form, ..)| form)
    }

    /// Whether a file is of it as it lies there, and not in a packing.
    fn is_bare(self, file: &FileRef) -> bool {
        Self::ALL.into_iter().any(|(form, _, magic)| form == self && file.begins_with(magic))
    }

    /// What reads it; `None`, if this build has nothing that does.
    #[cfg_attr(
        feature = "avro",
        expect(clippy::unnecessary_wraps, reason = "without the feature there is one it lacks")
    )]
    fn format(self, state: &SessionState) -> Option<Arc<dyn FileFormat>> {
        match self {
            Self::Parquet => {
                Some(Arc::new(ParquetFormat::default().with_options(state.default_table_options().parquet)))
            }
            Self::Arrow => Some(Arc::new(ArrowFormat)),
            #[cfg(feature = "avro")]
            Self::Avro => Some(Arc::new(datafusion_datasource_avro::AvroFormat)),
            #[cfg(not(feature = "avro"))]
            Self::Avro => None,
        }
    }

    /// Whether a file ends as one of it. What cannot be opened is told by who reads it.
    fn ends(self, path: &Path) -> bool {
        match self {
            Self::Parquet => damage::ends_as_parquet(path).unwrap_or(true),
            Self::Arrow => damage::ends_as_arrow(path).unwrap_or(true),
            Self::Avro => true,
        }
    }

    /// A name that two columns of a file have. The engine puts columns together by name, and has lost one of them by then.
    fn repeated(self, path: &Path) -> Option<String> {
        let names: Vec<String> = match self {
            Self::Parquet => top_level(&footer(path)?),
            Self::Arrow => {
                let file = std::fs::File::open(path).ok()?;
                let reader = damage::decoded(|| arrow::ipc::reader::FileReader::try_new(file, None).ok())??;
                reader.schema().fields().iter().map(|field| field.name().clone()).collect()
            }
            // Its schema has no name twice.
            Self::Avro => return None,
        };
        repeated(&names)
    }

    /// Whether what a file says of the bounds of its columns is true of all rows: of floating-point numbers it leaves out NaN.
    fn has_bounds(self, path: &Path) -> bool {
        self != Self::Parquet || footer(path).is_none_or(|footer| !bounds_floats(&footer))
    }

    /// What is missing of the rows of a table, as a sentence. What cannot be read here is told by who reads the rows.
    fn missing(self, path: &Path, table: &str, file: &str) -> Option<String> {
        match self {
            Self::Parquet => {
                unfinished(path).map(|missing| format!("{table} was written from an incomplete result: {missing}"))
            }
            // Its reader finds out by itself.
            Self::Arrow => None,
            Self::Avro => {
                let missing = avro::missing(std::fs::File::open(path).ok()?).ok()??;
                Some(format!("{file} is not whole: {missing}"))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
            Self::Avro => "Avro",
        }
    }
}

/// The table of such files; `None` if they are others.
///
/// # Errors
/// When they are not all of one form, or cannot be read as it.
pub(super) async fn table(
    state: &SessionState,
    name: &str,
    inputs: &[Input],
    stated: &Stated,
) -> Result<Option<Arc<dyn TableProvider>>> {
    let failed = |source| Error::Logs { table: name.to_owned(), source };
    let (format, besides) = (stated.format(), stated.besides_format());
    let stated = format.and_then(Form::named);
    if format.is_some() && stated.is_none() {
        return Ok(None);
    }
    let found = files::all_sources(inputs);
    within_limits()?;
    let found = found.map_err(|error| failed(error.into()))?.files;
    let form = stated.or_else(|| Form::of(&found[0]));
    within_limits()?;
    let Some(form) = form else { return Ok(None) };
    let other = found.iter().find(|file| Form::of(file) != Some(form));
    within_limits()?;
    if let Some(other) = other {
        return Err(failed(LogError::NotColumns { file: other.to_string(), form: form.name() }).into());
    }
    if let Some(option) = besides {
        return Err(failed(LogError::TakesNothing { form: form.name(), option: option.to_owned() }).into());
    }
    let Some(format) = form.format(state) else {
        return Err(failed(LogError::NotBuilt { file: found[0].to_string(), form: form.name() }).into());
    };
    let packed = |file: &FileRef| failed(LogError::Packed { file: file.to_string(), form: form.name() });
    if let Some(bad) = found.iter().find(|file| !form.is_bare(file)) {
        within_limits()?;
        return Err(packed(bad).into());
    }
    if let Some(file) = found.iter().find(|file| file.is_stored()) {
        let all = Stored::of(name, &found).filter(|_| form == Form::Parquet);
        let Some(all) = all else {
            return Err(failed(LogError::Stored { file: file.to_string(), form: form.name() }).into());
        };
        return stored(state, name, all, file).await.map(Some);
    }
    let path = |file: &FileRef| file.path().map(Path::to_owned).ok_or_else(|| packed(file));
    let paths = found.iter().map(path).collect::<Result<Vec<PathBuf>, _>>()?;
    let cut = |file: &FileRef| failed(LogError::Damaged { file: file.to_string(), form: form.name() });
    if let Some((_, file)) = paths.iter().zip(&found).find(|(path, _)| !form.ends(path)) {
        return Err(cut(file).into());
    }
    let missing = paths.iter().zip(&found).find_map(|(path, file)| form.missing(path, name, &file.to_string()));
    let urls = paths.iter().zip(&found).map(|(path, file)| url(path).ok_or_else(|| packed(file)));
    let urls = urls.collect::<Result<Vec<_>, _>>()?;
    let bounds = paths.iter().all(|path| form.has_bounds(path));
    let options = ListingOptions::new(format).with_file_extension("");
    let mut schemas = Vec::with_capacity(urls.len());
    for ((url, path), file) in urls.iter().zip(&paths).zip(&found) {
        // Its words are of footers and buffers, and name no file.
        let schema = damage::decoded_later(options.infer_schema(state, url)).await;
        let schema = schema.and_then(Result::ok).ok_or_else(|| cut(file))?;
        if let Some(column) = form.repeated(path) {
            return Err(failed(LogError::TwoColumns { file: file.to_string(), column }).into());
        }
        schemas.push(Schema::clone(&schema));
    }
    let config = ListingTableConfig::new_with_multi_paths(urls)
        .with_listing_options(options)
        .with_schema(Arc::new(Schema::try_merge(schemas)?));
    Ok(Some(Arc::new(Columnar { rows: Rows::Listed(Box::new(ListingTable::try_new(config)?)), bounds, missing })))
}

/// The table of files that lie in stores.
async fn stored(state: &SessionState, name: &str, all: Stored, first: &FileRef) -> Result<Arc<dyn TableProvider>> {
    let failed = |source| Error::Logs { table: name.to_owned(), source };
    let damaged = || failed(LogError::Damaged { file: first.to_string(), form: Form::Parquet.name() });
    let told = damage::decoded_later(all.told(state)).await.ok_or_else(damaged)?;
    let Told { schemas, missing, names } = told.map_err(|error| match files::StoreFault::of(&error) {
        Some(fault) => Error::OfStore(fault.clone()),
        None => damaged(),
    })?;
    if let Some(column) = names.iter().find_map(|names| repeated(names)) {
        return Err(failed(LogError::TwoColumns { file: first.to_string(), column }).into());
    }
    let schema = Arc::new(Schema::try_merge(schemas.iter().map(|schema| Schema::clone(schema)))?);
    let missing = missing.map(|missing| format!("{name} was written from an incomplete result: {missing}"));
    // Whether their ends tell bounds of such columns is not looked at.
    let bounds = !schema.flattened_fields().iter().any(|field| field.data_type().is_floating());
    Ok(Arc::new(Columnar { rows: Rows::Stored(all, schema), bounds, missing }))
}

/// A name that two columns have. Where columns of files are put together by name, one of them would be gone.
fn repeated(all: &[String]) -> Option<String> {
    let mut names = HashSet::new();
    all.iter().find(|name| !names.insert(name.as_str())).cloned()
}

/// What the columns of a Parquet file are called, as it says itself.
pub(super) fn top_level(footer: &ParquetMetaData) -> Vec<String> {
    let columns = footer.file_metadata().schema_descr().root_schema().get_fields();
    columns.iter().map(|column| column.name().to_owned()).collect()
}

/// As an address: a path could hold signs that are taken for a pattern.
fn url(path: &Path) -> Option<ListingTableUrl> {
    let path = std::path::absolute(path).ok()?;
    ListingTableUrl::try_new(Url::from_file_path(path).ok()?, None).ok()
}

/// What is missing of a result that was written to a file.
fn unfinished(path: &Path) -> Option<String> {
    let footer = footer(path)?;
    let pairs = footer.file_metadata().key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == INCOMPLETE).and_then(|pair| pair.value.clone())
}

/// What a Parquet file says of itself.
fn footer(path: &Path) -> Option<ParquetMetaData> {
    let file = std::fs::File::open(path).ok()?;
    let reader = damage::decoded(|| SerializedFileReader::new(file).ok())??;
    Some(reader.metadata().clone())
}

/// Where the rows come from.
#[derive(Debug)]
enum Rows {
    /// Files of this machine.
    Listed(Box<ListingTable>),
    /// Files of stores, with the columns that they have together.
    Stored(Stored, SchemaRef),
}

/// A table of such files.
#[derive(Debug)]
struct Columnar {
    rows: Rows,
    /// Whether the files say truly what the bounds of their columns are.
    bounds: bool,
    /// What is missing of its rows, as a sentence.
    missing: Option<String>,
}

#[async_trait]
impl TableProvider for Columnar {
    fn schema(&self) -> SchemaRef {
        match &self.rows {
            Rows::Listed(rows) => rows.schema(),
            Rows::Stored(_, schema) => Arc::clone(schema),
        }
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        match &self.rows {
            Rows::Listed(rows) => rows.supports_filters_pushdown(filters),
            // What stands above the scan is handed down to it later.
            Rows::Stored(..) => Ok(vec![TableProviderFilterPushDown::Unsupported; filters.len()]),
        }
    }

    fn statistics(&self) -> Option<Statistics> {
        match &self.rows {
            Rows::Listed(rows) => rows.statistics(),
            Rows::Stored(..) => None,
        }
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        // An answer from an incomplete file is incomplete too.
        if let Some(missing) = &self.missing {
            let missing = missing.clone();
            match state.config().get_extension::<Statement>() {
                Some(statement) if statement.settings.partial => {
                    statement.tally.notice(Notice::Incomplete { missing });
                }
                _ => return Err(Error::Incomplete { missing, kept: None }.into()),
            }
        }
        match (&self.rows, state.as_any().downcast_ref::<SessionState>()) {
            (Rows::Listed(rows), Some(state)) if !self.bounds => {
                let mut state = state.clone();
                state.config_mut().options_mut().execution.collect_statistics = false;
                Ok(Arc::new(UnprunedExec::new(rows.scan(&state, projection, &[], limit).await?)))
            }
            (Rows::Listed(rows), _) => rows.scan(state, projection, filters, limit).await,
            (Rows::Stored(files, schema), _) => {
                let rows = files.scan(state, Arc::clone(schema), projection, limit)?;
                Ok(if self.bounds { rows } else { Arc::new(UnprunedExec::new(rows)) })
            }
        }
    }
}
