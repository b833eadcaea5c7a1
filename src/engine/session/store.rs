//! Results that are kept: `CREATE TABLE t AS SELECT …` without asking the service again.
//!
//! The rows go to a Parquet file in a folder that only its owner can enter, a few at a time, and become a table when the
//! last of them is there: complete, or not at all. The folder is made for the first table and is gone with the session.
//! DataFusion reads the file itself, with its statistics. A table made from an incomplete result, which takes `partial`,
//! stays incomplete: it says so each time it is read.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{Schema, SchemaRef};
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::{DFSchema, ResolvedTableReference, TableReference};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, SessionState};
use datafusion::logical_expr::{CreateMemoryTable, DropTable, TableType};
use futures::TryStreamExt as _;
use tempfile::{NamedTempFile, TempPath};

use super::leftovers::Folder;
use super::parquet::{Parquet, holds};
use crate::engine::error::Error;
use crate::engine::leaf::{Kept, KeptRange, KeptRanges};
use crate::engine::lineage::origins;
use crate::engine::lineage::partial;
use crate::engine::runtime::Statement;
use crate::engine::runtime::schemas::MAIN;
use crate::tally::Notice;

/// The folder of a session's tables.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Where the folder is made; `None`: where the system keeps temporary files.
    parent: Option<PathBuf>,
    folder: Mutex<Option<Folder>>,
}

impl Store {
    /// A store whose folder is made at once, for what DataFusion keeps out of memory too.
    pub(crate) fn open(parent: &Path) -> io::Result<(Self, PathBuf)> {
        let folder = Folder::new(parent)?;
        let path = folder.path().to_path_buf();
        Ok((Self { parent: Some(parent.to_path_buf()), folder: Mutex::new(Some(folder)) }, path))
    }

    /// A new file, for its owner alone.
    fn file(&self) -> io::Result<NamedTempFile> {
        let mut folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.is_none() {
            *folder = Some(Folder::new(&self.parent.clone().unwrap_or_else(std::env::temp_dir))?);
        }
        let folder = folder.as_ref().expect("the folder was made");
        // tempfile creates with mode 0600.
        tempfile::Builder::new().prefix("t").suffix(".parquet").tempfile_in(folder.path())
    }

    /// The folder, if there is one yet.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        folder.as_ref().map(|folder| folder.path().to_path_buf())
    }

    /// Removes the folder and all that is in it, also if a task that outlives the session still holds a table.
    pub(crate) fn close(&self) {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner).take();
        // What cannot be removed now, the system will remove with its other temporary files.
        folder.into_iter().for_each(|folder| drop(folder.close()));
    }
}

/// A table of this session: a name in its own schema, resolved.
struct Place {
    name: ResolvedTableReference,
    schema: Arc<dyn SchemaProvider>,
}

impl Place {
    /// The place of a name. Only `main` has room for tables.
    fn of(state: &SessionState, name: &TableReference) -> Result<Self> {
        let options = &state.config_options().catalog;
        let name = name.clone().resolve(&options.default_catalog, &options.default_schema);
        let schema = state.catalog_list().catalog(&name.catalog).and_then(|catalog| catalog.schema(&name.schema));
        match schema {
            Some(schema) if name.schema.as_ref() == MAIN => Ok(Self { name, schema }),
            _ => Err(Error::NotMain(name.schema.to_string()).into()),
        }
    }

    fn is_taken(&self) -> bool {
        self.schema.table_exist(&self.name.table)
    }

    /// The name of a service's table must not be hidden by another.
    async fn is_foreign(&self) -> Result<bool> {
        Ok(!self.is_taken() && self.schema.table(&self.name.table).await?.is_some())
    }
}

/// Notes that a table is no table of the session any more, whoever still holds it.
fn leave(table: Option<&Arc<dyn TableProvider>>) {
    table.and_then(|table| table.downcast_ref::<Kept>()).into_iter().for_each(|kept| kept.gone.set());
}

/// A name that a table may take.
pub(crate) struct Free(Place);

impl Free {
    /// A name for a table; `None` if there is such a table, and that is fine.
    ///
    /// # Errors
    /// When the name is not for the user to give, or is taken.
    pub(crate) async fn of(
        state: &SessionState,
        name: &TableReference,
        or_replace: bool,
        if_not_exists: bool,
    ) -> Result<Option<Self>> {
        let place = Place::of(state, name)?;
        if !place.is_foreign().await? && (or_replace || !place.is_taken()) {
            return Ok(Some(Self(place)));
        }
        if if_not_exists { Ok(None) } else { Err(Error::TableExists(place.name.table.to_string()).into()) }
    }

    /// Gives it to a table.
    pub(crate) fn take(self, table: Arc<dyn TableProvider>) -> Result<()> {
        let Self(place) = self;
        if place.is_taken() {
            leave(place.schema.deregister_table(&place.name.table)?.as_ref());
        }
        place.schema.register_table(place.name.table.to_string(), table).map(drop)
    }
}

/// Makes a table of the rows of a query.
pub(crate) async fn create(
    state: &SessionState,
    create: CreateMemoryTable,
    (rows, range): (impl FnOnce() -> Result<SendableRecordBatchStream>, Option<KeptRange>),
    statement: &Statement,
) -> Result<()> {
    let free = Free::of(state, &create.name, create.or_replace, create.if_not_exists).await?;
    let Some(free) = free else { return Ok(()) };
    let name = free.0.name.table.to_string();
    check_names(create.input.schema())?;
    if !create.constraints.is_empty() || !create.column_defaults.is_empty() {
        let what = "a constraint or a default of a table";
        return Err(
            Error::NotDone { what, instead: "remove it: a table keeps the rows of its query as they are" }.into()
        );
    }
    let store = state.config().get_extension::<Store>().unwrap_or_default();
    let (file, count, schema) = write(&store, rows()?).await?;
    let missing = statement.tally.missing();
    let mut table = Kept::open(state, file, schema, &name, missing)?;
    table.origins = origins(&create.input);
    table.part = table.missing.as_ref().map(|_| partial::of(&create.input)).transpose()?;
    table.range = range.filter(|_| table.missing.is_none());
    let table = Arc::new(table);
    if let Some(ranges) = state.config().get_extension::<KeptRanges>().filter(|_| table.range.is_some()) {
        ranges.add(&table);
    }
    free.take(table)?;
    statement.tally.notice(Notice::Kept { table: name, rows: count });
    Ok(())
}

fn check_names(schema: &DFSchema) -> Result<(), Error> {
    let mut seen = HashSet::new();
    match schema.fields().iter().find(|field| !seen.insert(field.name())) {
        Some(twice) => Err(Error::TwiceNamed(twice.name().clone())),
        None => Ok(()),
    }
}

/// Refuses a name that is not for the user to give.
pub(crate) async fn check_place(state: &SessionState, name: &TableReference) -> Result<()> {
    if Place::of(state, name)?.is_foreign().await? {
        return Err(Error::TableExists(name.table().to_owned()).into());
    }
    Ok(())
}

/// Removes a table of the session's own; its file goes with the last reader.
pub(crate) async fn remove(state: &SessionState, drop: &DropTable) -> Result<()> {
    let place = Place::of(state, &drop.name)?;
    let name = place.name.table.to_string();
    let own = if place.is_taken() { place.schema.table(&name).await? } else { None };
    match own {
        Some(table) if table.table_type() == TableType::Base => {
            place.schema.deregister_table(&name).map(|table| leave(table.as_ref()))
        }
        Some(_) => Err(Error::NotATable(name).into()),
        None if place.is_foreign().await? => Err(Error::NotMain(name).into()),
        None if drop.if_exists => Ok(()),
        None => Err(DataFusionError::Plan(format!("table '{name}' not found"))),
    }
}

/// Writes all rows to a file. The file is gone if that fails or is given up.
async fn write(store: &Store, mut rows: SendableRecordBatchStream) -> Result<(TempPath, u64, SchemaRef)> {
    let schema = without_metadata(&rows.schema());
    if let Some(field) = schema.fields().iter().find(|field| !holds(field.data_type())) {
        return Err(Error::NotKept { column: field.name().clone(), kind: field.data_type().to_string() }.into());
    }
    let (file, path) = store.file().map_err(Error::Store)?.into_parts();
    let mut out: Parquet<BufWriter<File>> = Parquet::new(BufWriter::new(file), Arc::clone(&schema))?;
    let mut count = 0;
    while let Some(batch) = rows.try_next().await? {
        count += batch.num_rows() as u64;
        out.write(&batch.with_schema(Arc::clone(&schema))?)?;
    }
    out.finish(None)?.into_inner().map_err(|error| Error::Store(error.into_error()))?;
    Ok((path, count, schema))
}

fn without_metadata(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(schema.fields().clone()))
}
