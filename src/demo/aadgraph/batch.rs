//! Batches: which records, in which order, up to which cap, and the token that leads to the next.
//!
//! A token is a number, often negative, that only the service can read: it stands for the query and the place in its answer,
//! and so the link that bears it repeats nothing of the filter. It dies when it is old, or when too many were given out since.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::filter::Filter;
use super::query::{Options, Query};
use super::table::{Listing, Order, Table};
use crate::demo::graph::{Refusal, Rows};
use crate::demo::world::dice::mix;

/// Records in a batch.
const BATCH: usize = 1_000;
/// Answers that are remembered.
const REMEMBERED: usize = 32;
/// Tokens that are remembered.
const TOKENS: usize = 10_000;

/// What an answer was asked by.
type Key = (&'static str, Query);

/// Finds records and leads from batch to batch.
pub(super) struct Batches {
    listing: Listing,
    life: Duration,
    /// The properties whose tests are accepted and not applied.
    lies: Vec<String>,
    secret: RandomState,
    answers: Mutex<Vec<(Key, Arc<[u32]>)>>,
    tokens: Mutex<VecDeque<(i32, Place)>>,
}

/// What a token stands for.
#[derive(Clone)]
struct Place {
    key: Key,
    from: usize,
    issued: Instant,
}

/// One batch: records by number, and the token of the next.
pub(super) struct Batch {
    pub(super) rows: Vec<usize>,
    pub(super) next: Option<i32>,
}

impl Batches {
    pub(super) fn new(listing: Listing, life: Duration) -> Self {
        let (answers, tokens) = (Mutex::default(), Mutex::default());
        Self { listing, life, lies: Vec::new(), secret: RandomState::new(), answers, tokens }
    }

    /// The same, tests of some properties being accepted and not applied.
    pub(super) fn lying(self, lies: Vec<String>) -> Self {
        Self { lies, ..self }
    }

    /// The batch that a token leads to, or the first of a query.
    pub(super) fn batch(&self, table: &Table, rows: &dyn Rows, options: Options) -> Result<Batch, Refusal> {
        let place = match &options.token {
            None => Place { key: (table.path, options.query), from: 0, issued: Instant::now() },
            Some(token) => self.place(table, token, &options.query)?,
        };
        let filter = Filter::read(table, place.key.1.filter.as_deref())?.lying(table, &self.lies);
        let all = self.answer(table, rows, &place.key, &filter);
        let to = all.len().min(place.from + BATCH);
        let rows = all.get(place.from..to).unwrap_or_default().iter().map(|&row| row as usize).collect();
        let next = (to < all.len()).then(|| self.token(Place { from: to, issued: Instant::now(), ..place }));
        Ok(Batch { rows, next })
    }

    fn place(&self, table: &Table, token: &str, query: &Query) -> Result<Place, Refusal> {
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let found = token.parse().ok().and_then(|token: i32| tokens.iter().find(|(known, _)| *known == token));
        let place = found.map(|(_, place)| place.clone());
        let is_its_own = |place: &Place| {
            let repeats = query.filter.is_none() || *query == place.key.1;
            place.key.0 == table.path && repeats && place.issued.elapsed() < self.life
        };
        place.filter(is_its_own).ok_or_else(|| {
            Refusal::bad_request("The specified skiptoken is invalid or has expired; begin the query anew.")
        })
    }

    fn token(&self, place: Place) -> i32 {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = self.secret.hash_one((&place.key, place.from, tokens.len(), tokens.back().map(|(last, _)| *last)));
        let [a, b, c, d, ..] = hash.to_le_bytes();
        let token = i32::from_le_bytes([a, b, c, d]);
        if tokens.len() == TOKENS {
            tokens.pop_front();
        }
        tokens.push_back((token, place));
        token
    }

    /// The numbers of all records of an answer in order, up to the cap; records that are served twice stand there twice.
    fn answer(&self, table: &Table, rows: &dyn Rows, key: &Key, filter: &Filter) -> Arc<[u32]> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let found = answers.iter().position(|(known, _)| known == key).map(|at| answers.remove(at).1);
        let found = found.unwrap_or_else(|| {
            let meant = (0..rows.len()).filter(|&row| filter.matches(rows, row));
            let number = |row| u32::try_from(row).expect("records are counted in u32 at the start");
            let mut found: Vec<u32> =
                meant.flat_map(|row| std::iter::repeat_n(number(row), rows.copies(row))).collect();
            let cap = if table.is_capped { self.listing.record_cap } else { usize::MAX };
            if let Some(top) = key.1.top {
                // Sorted for it, newest first; and of the cap a half is left.
                found.truncate(top.min(cap / 2));
                return found.into();
            }
            match self.listing.order {
                Order::NewestFirst => {}
                Order::OldestFirst => found.reverse(),
                Order::Shuffled => found.sort_by_key(|&row| mix(u64::from(row), 0x1e6a)),
            }
            found.truncate(cap);
            found.into()
        });
        answers.insert(0, (key.clone(), Arc::clone(&found)));
        answers.truncate(REMEMBERED);
        found
    }
}
