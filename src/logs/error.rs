//! What is wrong with a file as a log, or with what was said of it.

use thiserror::Error;

use super::Format;

/// A file cannot be read as a log. What lines have wrong is no error: they are counted.
#[derive(Debug, Clone, Error)]
pub enum Error {
    /// The stated format is not what stands in the file.
    #[error("this is no {format}: {why}")]
    OtherFormat {
        /// The stated format.
        format: &'static str,
        /// What was looked for, and what is there.
        why: String,
    },
    /// There is no format of that name.
    #[error("there is no format {name}")]
    NoSuchFormat {
        /// As it was written.
        name: String,
    },
    /// Nothing tells what it is.
    #[error("its format is not recognised: {why}")]
    Unrecognised {
        /// What is there.
        why: String,
    },
    /// There is no option of that name.
    #[error("there is no option {name}")]
    NoSuchOption {
        /// As it was written.
        name: String,
    },
    /// An option that the format does not have, or a value that the option cannot have.
    #[error("option {option}: {why}")]
    Option {
        /// The option.
        option: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// An option that the format of the files does not use.
    #[error("{} takes no {option}", names(formats).join(" or "))]
    NotTaken {
        /// The option.
        option: &'static str,
        /// The formats that the files have.
        formats: Vec<&'static dyn Format>,
    },
    /// There is no view of that name.
    #[error("there is no view {name}")]
    NoSuchView {
        /// As it was written.
        name: String,
    },
}

fn names(formats: &[&'static dyn Format]) -> Vec<&'static str> {
    formats.iter().map(|format| format.name()).collect()
}
