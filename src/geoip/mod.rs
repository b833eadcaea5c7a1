//! What the user's own databases of places and networks say of an address.
//!
//! They are files in MaxMind's format, which others publish in as well (<https://maxmind.github.io/MaxMind-DB/>). Fields are called
//! as in MaxMind's databases (<https://dev.maxmind.com/geoip/docs/databases/>); UNCERTAIN of other publishers, whose fields
//! may have other names: a database that does not call itself after what is asked is refused, not answered from with NULL.
//! Which files there are, the setting `geoip` says.

mod database;
mod error;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

pub use database::Database;
pub use error::Error;

/// What is asked of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The code of the country, ISO 3166-1.
    Country,
    /// The English name of the city.
    City,
    /// The number of the autonomous system.
    System,
    /// Who runs it.
    Organization,
}

impl Question {
    /// What it is about, in words.
    pub fn about(self) -> &'static str {
        match self {
            Self::Country => "countries",
            Self::City => "cities",
            Self::System | Self::Organization => "autonomous systems",
        }
    }
}

/// The databases that a session has open. Each is read once, and forgotten when the setting names it no longer.
#[derive(Debug, Default)]
pub struct Databases(Mutex<Vec<Arc<Database>>>);

impl Databases {
    /// Those of some files that can answer a question, in the files' order.
    ///
    /// # Errors
    /// When there are none, one cannot be opened, or none of them is about that.
    pub fn about(&self, question: Question, paths: &[PathBuf]) -> Result<Vec<Arc<Database>>, Error> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|database| paths.iter().any(|path| path == database.path()));
        if paths.is_empty() {
            return Err(Error::Unset);
        }
        let mut all = Vec::with_capacity(paths.len());
        for path in paths {
            let known = open.iter().find(|database| database.path() == path).cloned();
            let database = known.map_or_else(|| Database::open(path).map(Arc::new), Ok)?;
            if !open.iter().any(|other| other.path() == path) {
                open.push(Arc::clone(&database));
            }
            all.push(database);
        }
        let (able, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|database| database.is_about(question));
        if able.is_empty() {
            let have = others.iter().map(|database| (database.path().to_owned(), database.kind())).collect();
            return Err(Error::Lacks { about: question.about(), have });
        }
        Ok(able)
    }
}
