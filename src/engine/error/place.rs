//! What of a table was being read: an error that names it can be asked around.

use std::fmt;

use crate::plan::PageQuery;
use crate::plan::feed::Window;
use crate::time::{instant_text, second_text};
use crate::veil::Veiled;

/// A part of a table that is read with requests of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// All of it.
    Table(String),
    /// Pages of records.
    Pages {
        /// `entra.sign_ins`
        table: String,
        /// Their kind, if the table has several.
        kind: Option<&'static str>,
        /// The first instant asked for, RFC 3339.
        from: Option<String>,
        /// The last.
        to: Option<String>,
    },
    /// A listing of the activity feed.
    Listing {
        /// `m365.activity`
        table: String,
        /// Its content type.
        content_type: &'static str,
        /// The times of availability that it is of.
        window: Window,
    },
    /// A blob of the activity feed.
    Blob {
        /// `m365.activity`
        table: String,
        /// Its content type.
        content_type: &'static str,
        /// When it became available, RFC 3339.
        created: String,
        /// The service's key of it.
        id: Veiled,
    },
}

impl Place {
    /// The pages that a query asks for.
    pub(crate) fn of_pages(query: &PageQuery) -> Self {
        let (table, kind) = (query.set.qualified(), query.kind.map(|kind| kind.member));
        let (from, to) = (query.interval.from.map(instant_text), query.interval.to.map(instant_text));
        Self::Pages { table, kind, from, to }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(table) => write!(f, "{table}"),
            Self::Pages { table, kind, from, to } => {
                write!(f, "{table}")?;
                kind.map_or(Ok(()), |kind| write!(f, " ({kind})"))?;
                from.as_ref().map_or(Ok(()), |from| write!(f, " from {from}"))?;
                to.as_ref().map_or(Ok(()), |to| write!(f, " up to {to}"))
            }
            Self::Listing { table, content_type, window } => {
                let (from, to) = (second_text(window.from), second_text(window.to));
                write!(f, "{table}: the list of {content_type} from {from} to {to}")
            }
            Self::Blob { table, content_type, created, id } => {
                write!(f, "{table}: content of {content_type} that became available at {created} ({id})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_what_to_ask_around() {
        let pages = |from: Option<&str>, to: Option<&str>| Place::Pages {
            table: "entra.sign_ins".into(),
            kind: Some("interactiveUser"),
            from: from.map(Into::into),
            to: to.map(Into::into),
        };
        assert_eq!(pages(None, None).to_string(), "entra.sign_ins (interactiveUser)");
        assert_eq!(pages(Some("a"), Some("b")).to_string(), "entra.sign_ins (interactiveUser) from a up to b");
        let window = Window { from: 0, to: 60 };
        let listing = Place::Listing { table: "m365.dlp".into(), content_type: "DLP.All", window };
        assert_eq!(
            listing.to_string(),
            "m365.dlp: the list of DLP.All from 1970-01-01T00:00:00Z to 1970-01-01T00:01:00Z"
        );
    }
}
