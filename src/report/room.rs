//! No room on disk for what a query keeps there: the rows of a table, and what a sort or a join does not hold in memory.
//!
//! Each writer wraps the system's error in its own way, and some as text alone.

use std::error::Error;
use std::io;

use super::{Exit, Report};
use crate::causes;

/// The variable that says where temporary files are.
const TEMPORARY: &str = if cfg!(windows) { "TMP" } else { "TMPDIR" };

/// What to do where a folder has no room.
pub(crate) fn with_room() -> String {
    format!("{TEMPORARY}=/another/folder names one with room for it")
}

/// The report, if that is why a query failed.
pub(super) fn of_query(error: &(dyn Error + 'static)) -> Option<Report> {
    if !causes::chain(error).any(is_full) && !is_said(&error.to_string()) {
        return None;
    }
    let folder = std::env::temp_dir();
    let what =
        format!("what a query keeps on disk, as a table or beside its memory, has no room in {}", folder.display());
    Some(Report::new(Exit::Query, what).hint(with_room()))
}

fn is_full(cause: &(dyn Error + 'static)) -> bool {
    let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
    cause.downcast_ref::<io::Error>().is_some_and(|error| full.contains(&error.kind()))
}

/// The system's words with its number.
fn is_said(text: &str) -> bool {
    text.contains("No space left on device (os error 28)")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::error::ArrowError;
    use datafusion::error::DataFusionError;
    use datafusion::parquet::errors::ParquetError;

    use crate::report::{About, Report};

    #[test]
    fn a_full_disk_is_told_with_its_folder() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        for error in [
            DataFusionError::IoError(full()),
            DataFusionError::ParquetError(Box::new(ParquetError::External(Box::new(full())))),
            DataFusionError::ArrowError(Box::new(ArrowError::IoError("IO error".into(), full())), None),
            DataFusionError::Shared(Arc::new(DataFusionError::IoError(full()))),
            DataFusionError::Execution("Io error: No space left on device (os error 28)".into()),
            crate::engine::Error::Store(full()).into(),
        ] {
            let report = Report::of_query(&error, &About::default());
            let folder = std::env::temp_dir().display().to_string();
            assert!(report.what.ends_with(&format!("has no room in {folder}")), "{report}");
            assert!(report.hint.as_ref().is_some_and(|hint| hint.contains("=/another/folder")), "{report}");
        }
        let other = DataFusionError::IoError(std::io::ErrorKind::NotFound.into());
        assert!(!Report::of_query(&other, &About::default()).what.contains("no room"));
    }
}
