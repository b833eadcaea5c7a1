//! The text of a listing's first request, in the dialect of its service: the one place where a query becomes a URL.

use super::filter::filter;
use super::url::with_options;
use crate::predicate::{Clause, Value};
use crate::table::{ApiVersion, Column, Dialect, Direction};
use crate::time::Interval;

/// What the first request of a listing asks for, before it is text.
#[derive(Debug)]
pub struct Ask<'a> {
    /// How its requests are written.
    pub dialect: Dialect,
    /// API version.
    pub version: ApiVersion,
    /// Path below the version.
    pub path: &'a str,
    /// The clauses of its filter, all of which hold.
    pub clauses: &'a [Clause],
    /// The property to order by.
    pub order: Option<(&'a str, Direction)>,
    /// The properties to send alone.
    pub select: Option<&'a str>,
    /// Whether it is an advanced query, which has to ask for a count.
    pub advanced: bool,
    /// Records in a page.
    pub top: Option<usize>,
}

impl Ask<'_> {
    /// Path and query, encoded.
    pub fn url(&self) -> String {
        with_options(&self.path(), &self.options())
    }

    /// Path and query as people read them, for EXPLAIN. Not to be sent.
    pub fn readable(&self) -> String {
        let options: Vec<String> = self.options().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}?{}", self.path(), options.join("&"))
    }

    fn path(&self) -> String {
        match self.dialect {
            Dialect::Graph => format!("/{}{}", self.version.segment(), self.path),
        }
    }

    fn options(&self) -> Vec<(&'static str, String)> {
        let mut options = Vec::new();
        if !self.clauses.is_empty() {
            options.push(("$filter", filter(self.clauses)));
        }
        if let Some((property, direction)) = self.order {
            let word = match direction {
                Direction::Descending => "desc",
                Direction::Ascending => "asc",
            };
            options.push(("$orderby", format!("{property} {word}")));
        }
        if let Some(select) = self.select {
            options.push(("$select", select.to_owned()));
        }
        if self.advanced {
            options.push(("$count", "true".into()));
        }
        match self.dialect {
            Dialect::Graph => options.extend(self.top.map(|top| ("$top", top.to_string()))),
        }
        options
    }
}

/// The clauses that bound a time, as whole seconds that lie outside of the interval, by the operators that are documented for
/// its property.
pub fn bounds(
    dialect: Dialect,
    version: ApiVersion,
    time: &Column,
    interval: Interval,
) -> impl Iterator<Item = Clause> + use<> {
    let path = time.wire;
    let clause = |(op, second)| Clause::Property { path: path.into(), op, value: Value::Second(second) };
    let (from, to) = (interval.first_second(), interval.last_second());
    let ops = time.ops_in(version);
    match dialect {
        Dialect::Graph => [from.and_then(|second| ops.since(second)), to.and_then(|second| ops.until(second))],
    }
    .into_iter()
    .flatten()
    .map(clause)
}

/// How the path of a link to the next page begins.
pub fn link_prefix(dialect: Dialect, version: ApiVersion) -> String {
    match dialect {
        Dialect::Graph => format!("/{}/", version.segment()),
    }
}
