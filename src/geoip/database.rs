//! One database: a file, held in memory.

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::{MaxMindDbError, PathElement, Reader, path};

use super::{Error, Question};

/// The largest file that is held. MaxMind's own with the most fields have about a quarter of it.
const LARGEST: u64 = 512 << 20;

/// The longest name of a place or of an organization, in bytes. What is longer is none.
const LONGEST_NAME: usize = 1024;

/// The longest that is shown of what a database calls itself.
const LONGEST_KIND: usize = 60;

/// An open database.
pub struct Database {
    path: PathBuf,
    reader: Reader<Vec<u8>>,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Database {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is no regular file, too large, or of another format.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = |source| Error::Open { path: path.to_owned(), source };
        let found = std::fs::metadata(path).map_err(read)?;
        if !found.is_file() {
            return Err(Error::NoFile { path: path.to_owned() });
        }
        let mut bytes = Vec::new();
        // Not what it says of its length: it may grow.
        File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)).map_err(read)?;
        if bytes.len() as u64 > LARGEST {
            return Err(Error::TooLarge { path: path.to_owned(), most: LARGEST });
        }
        let none = |error: MaxMindDbError| Error::NoDatabase { path: path.to_owned(), why: words(&error) };
        let reader = Reader::from_source(bytes).map_err(none)?;
        Ok(Self { path: path.to_owned(), reader })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it calls itself, fit to be shown.
    pub(super) fn kind(&self) -> String {
        let kind = &self.reader.metadata().database_type;
        kind.chars().filter(|letter| !letter.is_control()).take(LONGEST_KIND).collect()
    }

    /// Whether it is about what is asked, by what it calls itself: `GeoLite2-City`, `DBIP-ASN-Lite`.
    pub(super) fn is_about(&self, question: Question) -> bool {
        let words: &[&str] = match question {
            Question::Country => &["country", "city", "enterprise"],
            Question::City => &["city", "enterprise"],
            Question::System | Question::Organization => &["asn", "isp", "enterprise"],
        };
        let kind = self.reader.metadata().database_type.to_ascii_lowercase();
        words.iter().any(|word| kind.contains(word))
    }

    /// A name that answers a question; `None`, if the database has none for that address.
    ///
    /// # Errors
    /// When the record is damaged, or of another shape.
    pub fn name(&self, question: Question, address: IpAddr) -> Result<Option<&str>, Error> {
        let paths: &[&[PathElement<'_>]] = match question {
            Question::Country => &[&path!["country", "iso_code"]],
            Question::City => &[&path!["city", "names", "en"]],
            Question::System => &[],
            Question::Organization => {
                &[&path!["autonomous_system_organization"], &path!["traits", "autonomous_system_organization"]]
            }
        };
        let name: Option<&str> = self.at(address, paths)?;
        match name.filter(|name| name.len() > LONGEST_NAME) {
            None => Ok(name.filter(|name| !name.is_empty())),
            Some(name) => Err(self.damaged(address, format!("a name of {} bytes", name.len()))),
        }
    }

    /// The number of the autonomous system; `None`, if the database has none for that address.
    ///
    /// # Errors
    /// As [`Database::name`].
    pub fn system(&self, address: IpAddr) -> Result<Option<u32>, Error> {
        self.at(address, &[&path!["autonomous_system_number"], &path!["traits", "autonomous_system_number"]])
    }

    /// What stands at the first of some paths that the record has.
    fn at<'a, T: serde::Deserialize<'a>>(
        &'a self,
        address: IpAddr,
        paths: &[&[PathElement<'_>]],
    ) -> Result<Option<T>, Error> {
        // A database of IPv4 alone knows nothing of others.
        if address.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        let damaged = |error: MaxMindDbError| self.damaged(address, words(&error));
        let record = self.reader.lookup(address).map_err(damaged)?;
        for path in paths {
            if let Some(found) = record.decode_path(path).map_err(damaged)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn damaged(&self, address: IpAddr, why: String) -> Error {
        Error::Damaged { path: self.path.clone(), address, why }
    }
}

/// What the reader says, without what it may quote of the file.
fn words(error: &MaxMindDbError) -> String {
    let text: String = error.to_string().chars().filter(|letter| !letter.is_control()).take(200).collect();
    text.strip_prefix("invalid database: ").map_or(text.clone(), str::to_owned)
}
