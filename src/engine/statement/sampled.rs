//! A column that is not there, of a file whose columns are those of its beginning.
//!
//! What a file has further on under another name is no column, and a reader who saw it there asks for it all the same.

use datafusion::common::{SchemaError, TableReference};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;

use crate::engine::error::Error;
use crate::engine::leaf::LogTable;
use crate::engine::scan::logs::LogFiles;

/// The error, with what is to be known of such a file where a column was not found.
pub(super) async fn told(state: &SessionState, names: &[TableReference], error: DataFusionError) -> DataFusionError {
    let is_of_columns = matches!(
        error.find_root(),
        DataFusionError::SchemaError(error, _) if matches!(**error, SchemaError::FieldNotFound { .. })
    );
    if !is_of_columns {
        return error;
    }
    for name in names {
        let Ok(schema) = state.schema_for_ref(name.clone()) else { continue };
        let Ok(Some(table)) = schema.table(name.table()).await else { continue };
        let files = (table.as_ref() as &dyn std::any::Any).downcast_ref::<LogTable>().map(LogTable::files);
        if let Some((file, names_fields)) = files.and_then(LogFiles::sampled) {
            return Error::Sampled { file, names_fields, source: Box::new(error) }.into();
        }
    }
    error
}
