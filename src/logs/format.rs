//! What a format is.

use std::fmt::Debug;

use super::{Error, Field, Options, Pieces, Reader, Sample};

/// A format that logs have.
pub trait Format: Debug + Sync {
    /// Its name in SQL: `w3c`.
    fn name(&self) -> &'static str;

    /// Other names that people know it by: `iis`.
    fn also(&self) -> &'static [&'static str] {
        &[]
    }

    /// What it is, in a sentence.
    fn doc(&self) -> &'static str;

    /// Extensions that say so where the content does not.
    fn extensions(&self) -> &'static [&'static str] {
        &[]
    }

    /// The options that it takes besides `format`.
    fn takes(&self) -> &'static [&'static str] {
        &[]
    }

    /// Its views: kinds of events with columns of their own.
    fn views(&self) -> Vec<View> {
        Vec::new()
    }

    /// Whether its columns are those that the beginning of a file shows, and not declared: and if so, whether each record
    /// names its fields, so that a later one can have others.
    fn infers(&self) -> Option<bool> {
        None
    }

    /// Whether content that is of this format can hardly be of another: these are tried first.
    fn is_strict(&self) -> bool {
        true
    }

    /// How the content is read, if it is of this format. `Ok(None)`: it is not.
    ///
    /// # Errors
    /// When an option does not fit.
    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error>;
}

/// A view of a format: events of a kind, with columns of their own beside those that all events have.
#[derive(Debug, Clone)]
pub struct View {
    /// Its name in SQL: `logons`.
    pub name: &'static str,
    /// What it has, in a sentence.
    pub doc: &'static str,
    /// The events, in words: what is called how.
    pub events: Vec<String>,
    /// The columns.
    pub fields: Vec<Field>,
}

/// How one file is read: what was recognised, and what was assumed.
pub trait Layout: Debug + Send + Sync {
    /// The fields: first those that all logs share, then its own, then `raw`.
    fn fields(&self) -> &[Field];

    /// What nothing in the file shows, in a sentence each: "times name no zone: UTC was assumed".
    fn assumed(&self) -> Vec<String>;

    /// A reader that gives some of the fields, by their number.
    fn reader(&self, wanted: &[usize]) -> Box<dyn Reader>;

    /// The same for many readers, of a file that begins with these bytes; `None`, if one has to read it as a whole.
    fn pieces(&self, wanted: &[usize], head: &[u8]) -> Option<Box<dyn Pieces>> {
        let _ = (wanted, head);
        None
    }
}
