//! The face itself: finds the set that a request is about, and writes the page that answers it.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;

use super::filter::Filter;
use super::page::{Asked, Pages};
use super::property::Version;
use super::query::{self, Options};
use super::refusal::Refusal;
use super::rows::Rows;
use super::saved::DataError;
use super::table::{Premise, Table};
use super::tables::TABLES;
use crate::demo::gate::Quota;
use crate::demo::json::escape;

/// The sets with their records.
pub(in crate::demo) struct Face {
    sets: Vec<Set>,
    /// The oldest lower time bound that is accepted, in units of 100 ns since 1970.
    reach: Option<i64>,
    pages: Pages,
    lies: Vec<String>,
}

/// A set with its records.
struct Set {
    table: &'static Table,
    rows: Box<dyn Rows>,
}

/// Where a request goes: a set, by number, in a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::demo) struct Place {
    set: usize,
    version: Version,
    /// The id of the record of another set whose listing it is.
    parent: Option<String>,
    /// How many there are is asked, not which.
    count: bool,
}

/// The sets that tell how many records they have.
const COUNTED: &[&str] = &["/users", "/groups", "/applications", "/servicePrincipals", "/devices"];
/// The segment that asks for it.
const COUNT: &str = "/$count";

/// A reply's content.
pub(in crate::demo) struct Answer {
    pub(in crate::demo) body: String,
    pub(in crate::demo) rows: usize,
}

impl Place {
    /// The place of a path.
    pub(in crate::demo) fn of(path: &str) -> Option<Self> {
        if let Some(path) = path.strip_suffix(COUNT) {
            let place = Self::of(path).filter(|place| COUNTED.contains(&TABLES[place.set].path))?;
            return Some(Self { count: true, ..place });
        }
        TABLES.iter().enumerate().find_map(|(set, table)| {
            let place = |version: &Version| {
                let id = table.found(*version, path)?;
                Some(Self { set, version: *version, parent: table.link.is_some().then_some(id), count: false })
            };
            table.versions.iter().find_map(place)
        })
    }

    /// What a request with this query counts against.
    pub(in crate::demo) fn quota(&self, query: &str) -> Quota {
        let table = TABLES[self.set];
        let costly = table.costly.is_some_and(|(property, _)| query.contains(property));
        if costly { Quota::SignInActivity } else { table.quota }
    }

    /// The name it is counted under.
    pub(in crate::demo) fn name(&self) -> String {
        TABLES[self.set].route(self.version) + if self.count { COUNT } else { "" }
    }

    /// Whether the answer is a number, as plain text.
    pub(in crate::demo) fn is_count(&self) -> bool {
        self.count
    }
}

impl Face {
    /// Tells the records of all sets.
    pub(in crate::demo) fn new(premise: &Premise, reach: Option<i64>, pages: Pages) -> Result<Self, DataError> {
        let set = |table: &&'static Table| Ok(Set { table, rows: (table.tell)(premise)? });
        Ok(Self { sets: TABLES.iter().map(set).collect::<Result<_, _>>()?, reach, pages, lies: Vec::new() })
    }

    /// The same, tests of some properties being accepted and not applied.
    pub(in crate::demo) fn lying(self, lies: Vec<String>) -> Self {
        Self { lies, ..self }
    }

    /// Answers a request; `eventual` with the header of an advanced query.
    pub(in crate::demo) fn answer(
        &self,
        place: &Place,
        addr: SocketAddr,
        query: &str,
        eventual: bool,
    ) -> Result<Answer, Refusal> {
        let (set, version) = (&self.sets[place.set], place.version);
        let options = query::read(set.table, query)?;
        // Only reports refuse what they do not keep.
        let reach = self.reach.filter(|_| set.table.quota == Quota::Reports);
        let parent = place.parent.as_deref();
        self.is_there(set.table, parent)?;
        let asked = Asked { version, eventual, reach, parent, lies: &self.lies };
        if place.count {
            return number(set, asked, &options);
        }
        let page = self.pages.page(set.table, &*set.rows, asked, &options)?;
        let root = format!("http://{addr}/{}", version.segment());
        let path = set.table.path.replace("{id}", parent.unwrap_or_default());
        let name = path.trim_start_matches('/');
        let mut body = format!("{{\"@odata.context\":\"{root}/$metadata#{name}\"");
        if let Some(count) = page.count {
            body.push_str(&format!(",\"@odata.count\":{count}"));
        }
        // The link stands before the rows, as the real service puts it.
        if let Some(next) = page.next {
            let (between, token) =
                (if options.raw.is_empty() { "" } else { "&" }, utf8_percent_encode(&next, NON_ALPHANUMERIC));
            body.push_str(",\"@odata.nextLink\":");
            escape(&format!("{root}/{name}?{}{between}$skiptoken={token}", options.raw), &mut body);
        }
        let names = options.names(set.table);
        body.push_str(",\"value\":[");
        for (n, &row) in page.rows.iter().enumerate() {
            body.push_str(if n == 0 { "" } else { "," });
            body.push_str(&selected(set.table, set.rows.json(row, version), names.as_deref()));
        }
        body.push_str("]}");
        Ok(Answer { body, rows: page.rows.len() })
    }

    /// Whether there is the record of another set whose listing is asked for.
    fn is_there(&self, table: &Table, parent: Option<&str>) -> Result<(), Refusal> {
        let Some((link, id)) = table.link.zip(parent) else { return Ok(()) };
        let Some(of) = self.sets.iter().find(|set| set.table.path == link.of) else { return Ok(()) };
        let known = (0..of.rows.len()).any(|row| of.rows.text(row, "id").is_some_and(|text| text == id));
        if known { Ok(()) } else { Err(Refusal::no_such(id)) }
    }

    /// The records of a set, newest first.
    ///
    /// # Panics
    /// If the set is none of [`TABLES`].
    pub(in crate::demo) fn rows(&self, table: &Table) -> &dyn Rows {
        let set = self.sets.iter().find(|set| set.table.path == table.path);
        &*set.expect("whoever names a set names one of the list").rows
    }
}

/// How many records there are. The directory counts for advanced queries alone, and tells nothing else.
fn number(
    set: &Set,
    Asked { version, eventual, reach, lies, .. }: Asked<'_>,
    options: &Options,
) -> Result<Answer, Refusal> {
    if !eventual {
        let message = "$count is not currently supported without the header ConsistencyLevel: eventual.";
        return Err(Refusal::bad_request(message));
    }
    if options.query.select.is_some() || options.token.is_some() || options.query.count {
        return Err(Refusal::bad_request("$count takes no other options than $filter and $search."));
    }
    let filter = Filter::read(set.table, (version, eventual), options.query.filter.as_deref(), reach)?;
    let filter = filter.lying(set.table, lies);
    let count = (0..set.rows.len()).filter(|&row| filter.matches(&*set.rows, row)).count();
    // The real service begins its text with a byte order mark.
    Ok(Answer { body: format!("\u{feff}{count}"), rows: 0 })
}

/// A record with these of its members alone, and without what is only told in its path.
fn selected(table: &Table, json: String, names: Option<&[&str]>) -> String {
    let hidden = table.link.filter(|link| !link.served).map(|link| link.property);
    if let Some(hidden) = hidden {
        let mut all = serde_json::from_str::<BTreeMap<&str, &RawValue>>(&json).unwrap_or_default();
        all.remove(hidden);
        return serde_json::to_string(&all).unwrap_or_default();
    }
    let Some(names) = names else { return json };
    let Ok(all) = serde_json::from_str::<BTreeMap<&str, &RawValue>>(&json) else { return json };
    let mut found = String::from("{");
    for name in names {
        // What is not set is there all the same once it was asked for.
        let value = all.get(name).map_or("null", |value| value.get());
        found.push_str(if found.len() == 1 { "" } else { "," });
        escape(name, &mut found);
        found.push(':');
        found.push_str(value);
    }
    found.push('}');
    found
}
