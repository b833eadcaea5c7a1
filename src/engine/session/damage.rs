//! Files of columns that are cut or damaged: found before their reader trusts them, and told while it reads.
//!
//! The readers of Parquet and Arrow take lengths and offsets of a file as they stand there: one that lies beyond its end is subtracted
//! below zero or set aside as memory, and an offset within a block ends in an assertion. So the length at the end of a file is compared
//! with the file first. What they find out later has no file in its words, or is a panic: a node around each scan gives both the name of
//! the file. It is put there when all else is decided, since nothing is to be decided by it.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use arrow::error::ArrowError;
use arrow::ipc::{Block, root_as_footer};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::parquet::errors::ParquetError;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::projection::ProjectionExprs;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt as _, stream};

use crate::engine::error::{Error, LogError};
use crate::files::StoreFault;

type Plan = Arc<dyn ExecutionPlan>;

/// Behind the length of what describes its rows, a Parquet file ends with four bytes.
const PARQUET_END: &[u8] = b"PAR1";
/// The same of an Arrow file.
const ARROW_END: &[u8] = b"ARROW1";
/// How many files are named where it is one of several.
const MOST_NAMED: usize = 3;

thread_local! {
    /// A file is being decoded: a panic is its fault, and is told as such.
    static DECODES: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread is one of a file that is damaged.
#[cfg(any(feature = "cli", test))]
pub(crate) fn is_of_file() -> bool {
    DECODES.get()
}

/// Whether a Parquet file ends as one, and the length that stands there is within it.
///
/// # Errors
/// When it cannot be read.
pub(super) fn ends_as_parquet(path: &Path) -> io::Result<bool> {
    ends(path, PARQUET_END, 4)
}

/// The same of an Arrow file, whose begin is filled up to eight bytes, and of the places that its end gives for its rows.
///
/// # Errors
/// When it cannot be read.
pub(super) fn ends_as_arrow(path: &Path) -> io::Result<bool> {
    if !ends(path, ARROW_END, 8)? {
        return Ok(false);
    }
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let behind = 4 + ARROW_END.len() as u64;
    let mut length = [0; 4];
    file.seek(SeekFrom::Start(size - behind))?;
    file.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    file.seek(SeekFrom::Start(size.saturating_sub(behind + length)))?;
    let mut footer = Vec::new();
    file.take(length).read_to_end(&mut footer)?;
    Ok(decoded(|| blocks_are_within(&footer, size)).unwrap_or(false))
}

/// Whether all that the end of an Arrow file names lies within it. What cannot be read so is told by its reader.
fn blocks_are_within(footer: &[u8], size: u64) -> bool {
    let Ok(footer) = root_as_footer(footer) else { return true };
    let is_within = |block: &Block| {
        let parts = [block.offset(), i64::from(block.metaDataLength()), block.bodyLength()];
        let end = parts.into_iter().try_fold(0_u64, |sum, part| sum.checked_add(u64::try_from(part).ok()?));
        end.is_some_and(|end| end <= size)
    };
    let blocks = footer.recordBatches().into_iter().chain(footer.dictionaries());
    blocks.flatten().all(is_within)
}

/// Whether a file ends with a length and that mark, and has as many bytes between its begin and the length.
fn ends(path: &Path, mark: &[u8], begin: u64) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut end = vec![0; 4 + mark.len()];
    let behind = end.len() as u64;
    if size < begin + behind {
        return Ok(false);
    }
    file.seek(SeekFrom::Start(size - behind))?;
    file.read_exact(&mut end)?;
    let (length, own) = end.split_at(4);
    let length = length.try_into().map_or(u32::MAX, u32::from_le_bytes);
    Ok(own == mark && u64::from(length) <= size - begin - behind)
}

/// Decodes something of a file; `None`, if that is so damaged that its reader panics.
pub(super) fn decoded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let before = DECODES.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    DECODES.set(before);
    done.ok()
}

/// The same of what waits for its bytes.
pub(super) async fn decoded_later<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|context| match decoded(|| work.as_mut().poll(context)) {
        Some(Poll::Ready(done)) => Poll::Ready(Some(done)),
        Some(Poll::Pending) => Poll::Pending,
        None => Poll::Ready(None),
    })
    .await
}

/// The rule that puts the node there.
#[derive(Debug)]
pub(super) struct DamageTold;

impl PhysicalOptimizerRule for DamageTold {
    fn optimize(&self, plan: Plan, _: &ConfigOptions) -> Result<Plan> {
        plan.transform_up(|node| {
            let files = node.downcast_ref::<DataSourceExec>().and_then(Files::of);
            Ok(match files {
                Some(files) => Transformed::yes(Arc::new(NamedExec { scan: node, files: Arc::new(files) })),
                None => Transformed::no(node),
            })
        })
        .data()
    }

    fn name(&self) -> &'static str {
        "damage_told"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The files of a scan.
#[derive(Debug)]
struct Files {
    form: &'static str,
    /// The scan computes something of its columns, which may fail for its own reasons.
    computes: bool,
    /// Their names, by partition.
    names: Vec<Vec<String>>,
}

impl Files {
    /// Those of a scan of columns.
    fn of(scan: &DataSourceExec) -> Option<Self> {
        let files = scan.data_source().downcast_ref::<FileScanConfig>()?;
        let form = match files.file_source().file_type() {
            "parquet" => "Parquet",
            "arrow" | "arrow_stream" => "Arrow",
            "avro" => "Avro",
            _ => return None,
        };
        let computed = |columns: &ProjectionExprs| columns.iter().any(|made| !made.expr.is::<Column>());
        let computes = files.file_source().projection().is_some_and(computed);
        let name = |path: &object_store::path::Path| path.filename().unwrap_or_default().to_owned();
        let names = files.file_groups.iter();
        let names = names.map(|group| group.files().iter().map(|file| name(&file.object_meta.location)).collect());
        Some(Self { form, computes, names: names.collect() })
    }

    /// The error of a partition in words that name its file.
    fn damaged(&self, partition: usize) -> DataFusionError {
        let names = self.names.get(partition).map_or(&[][..], Vec::as_slice);
        let shown = names[..names.len().min(MOST_NAMED)].join(", ");
        let file = match names.len() {
            1 => shown,
            many if many > MOST_NAMED => format!("one of {many} files ({shown}, …)"),
            _ => format!("one of {shown}"),
        };
        let source = LogError::DamagedRows { file: file.clone(), form: self.form };
        Error::Logs { table: file, source }.into()
    }
}

/// A scan whose errors name its files.
#[derive(Debug)]
struct NamedExec {
    scan: Plan,
    files: Arc<Files>,
}

impl DisplayAs for NamedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NamedFilesExec: what is damaged is told by its file")
    }
}

impl ExecutionPlan for NamedExec {
    fn name(&self) -> &'static str {
        "NamedFilesExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.scan.properties()
    }

    fn children(&self) -> Vec<&Plan> {
        vec![&self.scan]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(self: Arc<Self>, mut children: Vec<Plan>, _: ReplaceChildrenOptions) -> Result<Plan> {
        Ok(Arc::new(Self { scan: children.swap_remove(0), files: Arc::clone(&self.files) }))
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Plan>) -> Result<Plan> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.scan.execute(partition, context)?;
        let (schema, files) = (rows.schema(), Arc::clone(&self.files));
        let told = stream::unfold(Some(rows), move |rows| {
            let files = Arc::clone(&files);
            async move {
                let mut rows = rows?;
                match decoded_later(rows.next()).await {
                    Some(Some(Ok(batch))) => Some((Ok(batch), Some(rows))),
                    Some(Some(Err(error))) if is_damage(&error, files.computes) => {
                        Some((Err(files.damaged(partition)), None))
                    }
                    Some(Some(Err(error))) => Some((Err(error), None)),
                    Some(None) => None,
                    None => Some((Err(files.damaged(partition)), None)),
                }
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, told)))
    }
}

/// Whether an error is of the bytes of a file.
fn is_damage(error: &DataFusionError, computes: bool) -> bool {
    if StoreFault::of(error).is_some() {
        return false;
    }
    match error.find_root() {
        DataFusionError::ParquetError(error) => !matches!(**error, ParquetError::External(_)),
        DataFusionError::ArrowError(error, _) => is_of_bytes(error, computes),
        DataFusionError::IoError(error) => error.kind() == io::ErrorKind::UnexpectedEof,
        // A part of a file is asked for that lies behind its end.
        DataFusionError::ObjectStore(error) => {
            matches!(**error, object_store::Error::Generic { store: "LocalFileSystem", .. })
        }
        DataFusionError::Execution(text) => text.starts_with("Unable to get root"),
        _ => false,
    }
}

/// How texts begin that Arrow's reader of files has for what is out of step in one.
const OUT_OF_STEP: &[&str] = &[
    "all columns in a record batch must",
    "Arrow file does not",
    "Buffer ",
    "Encountered non UTF-8",
    "Invalid footer",
    "Invalid offset",
    "Invalid UTF8",
    "Length spanned by",
    "Max offset",
    "Need at least",
    "Number of rows",
    "Offset invariant",
    "Offsets ",
    "Unable to convert",
    "Unable to get",
    "Unable to read",
    "Value at position",
];

fn is_of_bytes(error: &ArrowError, computes: bool) -> bool {
    match error {
        ArrowError::ExternalError(error) => error.is::<ParquetError>(),
        ArrowError::MemoryError(_) | ArrowError::NotYetImplemented(_) => false,
        ArrowError::IoError(_, error) => error.kind() == io::ErrorKind::UnexpectedEof,
        _ if !computes => true,
        ArrowError::ParquetError(_) | ArrowError::IpcError(_) | ArrowError::AvroError(_) => true,
        ArrowError::ParseError(text) | ArrowError::InvalidArgumentError(text) | ArrowError::SchemaError(text) => {
            OUT_OF_STEP.iter().any(|begin| text.starts_with(begin))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    #[test]
    fn a_length_beyond_the_file_is_seen() {
        for (bytes, parquet) in [
            (&b"PAR1abc\x03\0\0\0PAR1"[..], true),
            (b"PAR1\0\0\0\0PAR1", true),
            (b"PAR1abc\x04\0\0\0PAR1", false),
            (b"PAR1abc\xff\xff\xff\xffPAR1", false),
            (b"PAR1abc\x03\0\0\0PAR", false),
            (b"PAR1", false),
            (b"", false),
        ] {
            assert_eq!(ends_as_parquet(file(bytes).path()).unwrap(), parquet, "{bytes:?}");
        }
        for (bytes, arrow) in [
            (&b"ARROW1\0\0ab\x02\0\0\0ARROW1"[..], true),
            (b"ARROW1\0\0ab\x03\0\0\0ARROW1", false),
            (b"ARROW1\0\0ab\0\0\0\x54ARROW1", false),
            (b"ARROW1", false),
        ] {
            assert_eq!(ends_as_arrow(file(bytes).path()).unwrap(), arrow, "{bytes:?}");
        }
    }

    #[tokio::test]
    async fn a_panic_of_a_reader_is_the_fault_of_its_file() {
        assert_eq!(decoded(|| 1), Some(1));
        assert_eq!(decoded(|| assert!(is_of_file(), "while it decodes")), Some(()));
        let broken: Option<()> = decoded(|| panic!("an offset"));
        assert!(broken.is_none() && !is_of_file());
        assert_eq!(decoded_later(async { 2 }).await, Some(2));
        let broken: Option<()> = decoded_later(async { panic!("an offset") }).await;
        assert!(broken.is_none() && !is_of_file());
    }

    #[test]
    fn what_a_scan_computes_is_no_damage() {
        let arrow = |error| DataFusionError::ArrowError(Box::new(error), None);
        for text in
            ["all columns in a record batch must have the specified row count", "Need at least 8 bytes in buffers"]
        {
            assert!(is_damage(&arrow(ArrowError::InvalidArgumentError(text.into())), true), "{text}");
        }
        let of_message = || arrow(ArrowError::ParseError("Unable to get root as message: Bounds".into()));
        let of_value = || arrow(ArrowError::ParseError("Error parsing timestamp from 'x'".into()));
        assert!(is_damage(&of_message(), true) && is_damage(&of_message(), false));
        assert!(is_damage(&of_value(), false) && !is_damage(&of_value(), true));
        assert!(!is_damage(
            &arrow(ArrowError::CastError("Cannot cast string 'x' to value of Int32 type".into())),
            true
        ));
        assert!(!is_damage(&arrow(ArrowError::DivideByZero), true));
        assert!(is_damage(&DataFusionError::IoError(io::ErrorKind::UnexpectedEof.into()), false));
        assert!(!is_damage(&Error::Ending.into(), false));
    }
}
