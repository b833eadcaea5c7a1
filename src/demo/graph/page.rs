//! Pages: which rows, in which order, and the token that leads to the next.
//!
//! A token is a place in an answer, signed together with the query it belongs to, so that it cannot be made up, used with
//! another query or used when it is old. The list of rows an answer consists of is remembered for a few queries and
//! found again when it was forgotten: tokens stay good whatever else is asked.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::filter::Filter;
use super::property::Version;
use super::query::{Options, Order, Query};
use super::refusal::Refusal;
use super::rows::Rows;
use super::table::{Listed, Table};
use crate::demo::world::dice::mix;

/// Answers that are remembered.
const REMEMBERED: usize = 16;
/// How a token begins: its `+` must come back as `%2B`, or it is a blank.
const PREFIX: &str = "MSft+";
/// How it ends.
const SUFFIX: &str = "==";

/// What an answer was asked by: the path, and the query without its page size.
type Key = (&'static str, Version, Option<String>, Option<Order>, Option<String>);

/// Finds rows and leads from page to page.
pub(in crate::demo) struct Pages {
    life: Duration,
    start: Instant,
    secret: RandomState,
    answers: Mutex<Vec<(Key, Arc<[u32]>)>>,
}

/// In what circumstances something is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'p> {
    pub(super) version: Version,
    /// With the header of an advanced query.
    pub(super) eventual: bool,
    /// The oldest lower time bound that is accepted, in units of 100 ns since 1970.
    pub(super) reach: Option<i64>,
    /// Of which record of another set.
    pub(super) parent: Option<&'p str>,
    /// The properties whose tests are accepted and not applied.
    pub(super) lies: &'p [String],
}

/// What a token belongs to.
#[derive(Clone, Copy, Hash)]
struct Belonging<'q> {
    parent: Option<&'q str>,
    path: &'static str,
    version: Version,
    query: &'q Query,
}

/// One page: rows by number, and the token of the next page.
pub(in crate::demo) struct Page {
    pub(in crate::demo) rows: Vec<usize>,
    pub(in crate::demo) next: Option<String>,
    /// How many rows the answer has; only the first page tells.
    pub(in crate::demo) count: Option<usize>,
}

impl Pages {
    /// Tokens live that long.
    pub(in crate::demo) fn new(life: Duration) -> Self {
        Self { life, start: Instant::now(), secret: RandomState::new(), answers: Mutex::default() }
    }

    /// The page of a query that a token leads to, or the first.
    pub(super) fn page(
        &self,
        table: &Table,
        rows: &dyn Rows,
        Asked { version, eventual, reach, parent, lies }: Asked<'_>,
        options: &Options,
    ) -> Result<Page, Refusal> {
        // The filter is read for every page, as the real service does: a token is no way around a refusal.
        let query = &options.query;
        if let Some((property, most)) = table.costly.filter(|(property, _)| query.asks(property))
            && query.top > most
        {
            return Err(Refusal::bad_request(format!("The page size is limited to {most} with '{property}'.")));
        }
        let advanced = eventual && query.count;
        let filter = Filter::read(table, (version, advanced), query.filter.as_deref(), reach)?.lying(table, lies);
        let asked = Belonging { parent, path: table.path, version, query };
        let from = options.token.as_deref().map_or(Ok(0), |token| self.place(asked, token))?;
        let all = self.answer(table, rows, asked, &filter);
        let to = all.len().min(from + query.top);
        let rows = all.get(from..to).unwrap_or_default().iter().map(|&row| row as usize).collect();
        let next = (to < all.len()).then(|| self.token(asked, to));
        let counted = query.count && options.token.is_none() && (eventual || !table.is_of_directory());
        Ok(Page { rows, next, count: counted.then_some(all.len()) })
    }

    /// The numbers of all rows of an answer in order; rows that are served twice stand there twice.
    fn answer(&self, table: &Table, rows: &dyn Rows, asked: Belonging<'_>, filter: &Filter) -> Arc<[u32]> {
        let parent = asked.parent.map(str::to_owned);
        let key = (asked.path, asked.version, asked.query.filter.clone(), asked.query.order, parent);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let found = answers.iter().position(|(k, _)| *k == key).map(|at| answers.remove(at).1);
        let found = found.unwrap_or_else(|| {
            let linked = |row: usize| {
                let link = table.link.zip(asked.parent);
                link.is_none_or(|(link, id)| rows.text(row, link.property).is_some_and(|text| text == id))
            };
            let meant = (0..rows.len()).filter(|&row| linked(row) && filter.matches(rows, row));
            let number = |row| u32::try_from(row).expect("records are counted in u32 at the start");
            let mut found: Vec<u32> =
                meant.flat_map(|row| std::iter::repeat_n(number(row), rows.copies(row))).collect();
            match (asked.query.order, table.listed) {
                (Some(Order::NewestFirst), _) | (None, Listed::NewestFirst) => {}
                (Some(Order::OldestFirst), _) => found.reverse(),
                (None, Listed::Anyhow) => found.sort_by_key(|&row| mix(u64::from(row), 0)),
            }
            found.into()
        });
        answers.insert(0, (key, Arc::clone(&found)));
        answers.truncate(REMEMBERED);
        found
    }

    fn token(&self, of: Belonging<'_>, place: usize) -> String {
        let issued = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let seal = self.seal(of, place as u64, issued);
        format!("{PREFIX}{place:016x}{issued:016x}{seal:016x}{SUFFIX}")
    }

    fn place(&self, of: Belonging<'_>, token: &str) -> Result<usize, Refusal> {
        let invalid = || Refusal::bad_request("Invalid Skip Token.");
        let body = token.strip_prefix(PREFIX).and_then(|t| t.strip_suffix(SUFFIX)).ok_or_else(invalid)?;
        let hex = body.len() == 48 && body.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let number = |n: usize| u64::from_str_radix(&body[16 * n..16 * (n + 1)], 16).map_err(|_| invalid());
        if !hex {
            return Err(invalid());
        }
        let (place, issued) = (number(0)?, number(1)?);
        if self.seal(of, place, issued) != number(2)? {
            return Err(invalid());
        }
        if self.start.elapsed().saturating_sub(Duration::from_millis(issued)) >= self.life {
            return Err(Refusal::bad_request("Invalid Skip Token: the token has expired."));
        }
        usize::try_from(place).map_err(|_| invalid())
    }

    fn seal(&self, of: Belonging<'_>, place: u64, issued: u64) -> u64 {
        self.secret.hash_one((of, place, issued))
    }
}
