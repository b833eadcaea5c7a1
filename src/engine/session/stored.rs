//! Parquet files that lie in stores: read by ranges, each in the state in which it was listed, at the cost of the statement that asks.
//!
//! DataFusion's reader asks an `ObjectStore` for parts of a file. The one here knows the files of one table and no others: it adds the
//! tag with which a file was listed to each request, so that no part is of another state, and sends on the budget of a statement,
//! whose tasks it cannot know. Nothing of it is registered anywhere: a plan has its own.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::Session;
use datafusion::datasource::file_format::FileFormat as _;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::Result;
use datafusion::physical_plan::ExecutionPlan;
use futures::stream::{self, BoxStream, StreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult,
};

use super::columnar::top_level;
use super::parquet::INCOMPLETE;
use crate::engine::runtime::Statement;
use crate::files::{FileRef, told};
use crate::http::Budget;

/// The end of a file that is asked for at first: nearly always all that tells what the file holds.
const FOOTER: usize = 64 << 10;

/// The files of a table, as they were listed.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// What the table is called.
    table: Arc<str>,
    files: Arc<HashMap<Path, (Arc<dyn ObjectStore>, ObjectMeta)>>,
}

/// What files say of themselves.
#[derive(Debug)]
pub(super) struct Told {
    /// The columns of each, those of one name put together.
    pub(super) schemas: Vec<SchemaRef>,
    /// What the columns of each are called.
    pub(super) names: Vec<Vec<String>>,
    /// What is missing of their rows, if one of them says so.
    pub(super) missing: Option<String>,
}

impl Stored {
    /// These files; `None`, if one of them is not a whole object.
    pub(super) fn of(table: &str, files: &[FileRef]) -> Option<Self> {
        let one = |file: &FileRef| {
            let (store, listed) = file.object()?;
            Some((location(&file.to_string(), &listed), (store, listed)))
        };
        let files = files.iter().map(one).collect::<Option<_>>()?;
        Some(Self { table: table.into(), files: Arc::new(files) })
    }

    /// The files as the reader knows them.
    fn objects(&self) -> Vec<ObjectMeta> {
        let own = |(location, (_, listed)): (&Path, &(_, ObjectMeta))| ObjectMeta {
            location: location.clone(),
            ..listed.clone()
        };
        let mut all: Vec<ObjectMeta> = self.files.iter().map(own).collect();
        all.sort_by(|one, other| one.location.cmp(&other.location));
        all
    }

    fn paid_by(&self, budget: Option<Budget>) -> Arc<dyn ObjectStore> {
        Arc::new(Paid { files: self.clone(), budget })
    }

    /// What the files say of themselves. Their ends are asked for.
    ///
    /// # Errors
    /// When one of them is not whole, or cannot be asked.
    pub(super) async fn told(&self, state: &dyn Session) -> Result<Told> {
        let store = self.paid_by(Budget::paying());
        let options = state.default_table_options().parquet;
        let format = ParquetFormat::default().with_options(options).with_metadata_size_hint(Some(FOOTER));
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let (mut schemas, mut names, mut missing) = (Vec::new(), Vec::new(), None);
        for object in self.objects() {
            let footer = DFParquetMetadata::new(store.as_ref(), &object)
                .with_metadata_size_hint(Some(FOOTER))
                .with_file_metadata_cache(Some(Arc::clone(&cache)));
            let footer = footer.fetch_metadata().await?;
            let pairs = footer.file_metadata().key_value_metadata();
            let said = pairs.and_then(|pairs| pairs.iter().find(|pair| pair.key == INCOMPLETE)?.value.clone());
            missing = missing.or(said);
            names.push(top_level(&footer));
            schemas.push(format.infer_schema(state, &store, &[object]).await?);
        }
        Ok(Told { schemas, names, missing })
    }

    /// The plan that reads them.
    ///
    /// # Errors
    /// When the columns are not among those of the schema.
    pub(super) fn scan(
        &self,
        state: &dyn Session,
        schema: SchemaRef,
        columns: Option<&Vec<usize>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let statement = state.config().get_extension::<Statement>();
        statement.iter().for_each(|statement| statement.reads_stored(&self.table, self.files.len()));
        let store = self.paid_by(statement.map(|statement| statement.for_stores()).or_else(Budget::paying));
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let source = ParquetSource::new(schema)
            .with_table_parquet_options(state.default_table_options().parquet)
            .with_metadata_size_hint(FOOTER)
            .with_parquet_file_reader_factory(Arc::new(CachedParquetFileReaderFactory::new(store, cache)));
        let files = self.objects().into_iter().map(PartitionedFile::from).collect();
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
        // The address is of a store that is never asked: the reader has its own.
        let plan = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(columns.cloned())?
            .with_limit(limit);
        Ok(DataSourceExec::from_data_source(plan.build()))
    }
}

/// What a file in one state is called here: what is kept of a file elsewhere, such as its end, is kept by this name.
fn location(name: &str, listed: &ObjectMeta) -> Path {
    let mut state = DefaultHasher::new();
    (name, listed.size, listed.last_modified, &listed.e_tag).hash(&mut state);
    let own = listed.location.filename().unwrap_or_default();
    Path::from_iter([format!("{:016x}", state.finish()), own.to_owned()])
}

/// The files, as a store of which requests are paid.
#[derive(Debug)]
struct Paid {
    files: Stored,
    budget: Option<Budget>,
}

impl fmt::Display for Paid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("objects")
    }
}

fn refused() -> Error {
    Error::NotImplemented { operation: "anything but reading".into(), implementer: "a table of files".into() }
}

/// The error in words for who asked for a file.
fn in_words(error: Error) -> Error {
    Error::Generic { store: "files", source: Box::new(told(error)) }
}

#[async_trait]
impl ObjectStore for Paid {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        let Some((store, listed)) = self.files.files.get(location) else {
            return Err(Error::NotFound { path: location.to_string(), source: "it is not of the table".into() });
        };
        let meta = ObjectMeta { location: location.clone(), ..listed.clone() };
        if options.head {
            let (payload, range) = (GetResultPayload::Stream(stream::empty().boxed()), 0..0);
            return Ok(GetResult { payload, meta, range, attributes: object_store::Attributes::default() });
        }
        let options = GetOptions { if_match: listed.e_tag.clone(), ..options };
        let reply = store.get_opts(&listed.location, options);
        let reply = match &self.budget {
            Some(budget) => budget.pays_for(reply).await,
            None => reply.await,
        };
        let GetResult { payload, range, attributes, .. } = reply.map_err(in_words)?;
        let pieces = GetResult { payload, meta: meta.clone(), range: range.clone(), attributes: attributes.clone() };
        // A reply that breaks off is asked for again while it is read.
        let (mut pieces, budget) = (pieces.into_stream(), self.budget.clone());
        let pieces = stream::poll_fn(move |context| match &budget {
            Some(budget) => budget.pays(|| pieces.poll_next_unpin(context)),
            None => pieces.poll_next_unpin(context),
        });
        let payload = GetResultPayload::Stream(pieces.map(|piece| piece.map_err(in_words)).boxed());
        Ok(GetResult { payload, meta, range, attributes })
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> object_store::Result<PutResult> {
        Err(refused())
    }

    async fn put_multipart_opts(
        &self,
        _: &Path,
        _: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        Err(refused())
    }

    fn delete_stream(
        &self,
        _: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        stream::once(async { Err(refused()) }).boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        stream::once(async { Err(refused()) }).boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> object_store::Result<ListResult> {
        Err(refused())
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> object_store::Result<()> {
        Err(refused())
    }
}
