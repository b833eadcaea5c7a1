//! Why a file is no table of log lines.

use crate::{files, logs};

/// Why a file is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] files::Error),
    /// It cannot be read from its begin on.
    #[error("{file} cannot be read")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It is not of the form of the others, or of the stated one.
    #[error("{file} is no {form} file")]
    NotColumns {
        /// The file.
        file: String,
        /// `Parquet`
        form: &'static str,
    },
    /// Two of its columns have one name: only one of them could be asked for.
    #[error("{file} has two columns called {column}")]
    TwoColumns {
        /// The file.
        file: String,
        /// The name.
        column: String,
    },
    /// It begins as such a file, and what describes its rows is not there or is none.
    #[error("{file} begins like {form}, but is cut or damaged: what describes its rows cannot be read")]
    Damaged {
        /// The file.
        file: String,
        /// `Parquet`
        form: &'static str,
    },
    /// It begins and ends as such a file, and something in between is none of it.
    #[error("{file} is {form}, but is cut or damaged: not all of its rows can be read")]
    DamagedRows {
        /// The file, or several of which it is one.
        file: String,
        /// `Parquet`
        form: &'static str,
    },
    /// It is of a form that this build does not read.
    #[error("{file} is of the format {form}, which this build of auditql does not read")]
    NotBuilt {
        /// The file.
        file: String,
        /// `Avro`
        form: &'static str,
    },
    /// It is in a packing in which it cannot be read from its end.
    #[error("{file} is a {form} file inside another file")]
    Packed {
        /// The file.
        file: String,
        /// `Parquet`
        form: &'static str,
    },
    /// It lies in a store, and its reader would hold all of it in memory.
    #[error("{file} is a {form} file in a store")]
    Stored {
        /// The file.
        file: String,
        /// `Parquet`
        form: &'static str,
    },
    /// An option for files that say all of themselves.
    #[error("{form} files take no {option}")]
    TakesNothing {
        /// `Parquet`
        form: &'static str,
        /// The option.
        option: String,
    },
    /// A date of a column shows that the order of day and month is not the one in which the column was read.
    #[error(
        "{file}, line {line}: {value} in {column} begins with the {}, and the dates before it were read {}",
        if *.was_day_first { "month" } else { "day" },
        if *.was_day_first { "day first" } else { "month first" }
    )]
    Contrary {
        /// The file.
        file: String,
        /// The line on which the record begins, from 1.
        line: u64,
        /// The column, as the file calls it.
        column: String,
        /// The date.
        value: String,
        /// The order in which the column was read.
        was_day_first: bool,
    },
    /// It became another file, or a shorter one.
    #[error("{file} was replaced while it was being read")]
    Changed {
        /// The file.
        file: String,
    },
    /// An option cannot be.
    #[error(transparent)]
    Option(logs::Error),
    /// It is not what it is taken for.
    #[error("{file}")]
    Form {
        /// The file.
        file: String,
        /// Why not.
        #[source]
        source: logs::Error,
    },
}
