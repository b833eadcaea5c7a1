//! Plans a scan: the streams of requests, what each may be asked, the page size, and what remains to be checked here.

use std::sync::Arc;

use super::fitted::Fitted;
use super::windows::within;
use super::{Estimate, PageQuery};
use crate::odata::url::encoded_len;
use crate::predicate::{Clause, Conjunct, Reason, Split, split, texts_left};
use crate::table::{ApiVersion, Column, Direction, Edm, EntitySet, FilterLimits, Kind, Pages, Quota, Select, is_guid};
use crate::time::Interval;

/// What a scan is asked for.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The entity set.
    pub set: &'static EntitySet,
    /// The listing of its records.
    pub pages: &'static Pages,
    /// API version of the connection.
    pub version: ApiVersion,
    /// The columns that are decoded.
    pub columns: Vec<&'static Column>,
    /// The tenant that the connection names.
    pub tenant: Arc<str>,
    /// The cap on an answer's records, where it is not the one that is documented.
    pub record_cap: Option<u64>,
    /// The predicate: all of them hold.
    pub conjuncts: Vec<Conjunct>,
    /// What joins say of the rows that they can let through. It is sent where that is cheaper, and never checked here: the
    /// joins do.
    pub keys: Vec<KeyCondition>,
    /// The order in which rows are wanted, by the set's time column.
    pub order: Option<Direction>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// Whether the predicate may choose what is asked for. If not, everything is: all kinds of record, all of time.
    pub pushdown: bool,
}

/// The keys of a join as conditions.
#[derive(Debug, Clone)]
pub struct KeyCondition {
    /// On each column of the key by itself.
    pub each: Conjunct,
    /// On its columns together, and the number of its tests.
    pub together: Option<(Conjunct, usize)>,
    /// How many keys there are.
    pub count: usize,
}

/// The requests that answer a scan, as data.
#[derive(Debug, Clone)]
pub struct ScanPlan {
    /// The entity set.
    pub set: &'static EntitySet,
    /// The listing of its records.
    pub pages: &'static Pages,
    /// API version.
    pub version: ApiVersion,
    /// The records after which the service ends an answer without a word; `None`: it does not.
    pub cap: Option<u64>,
    /// One for each kind of record that can satisfy the predicate. None: it cannot hold, and nothing is sent.
    pub streams: Vec<StreamPlan>,
    /// The times that the predicate is about, whether or not they are sent.
    pub about: Interval,
    /// What becomes of each conjunct.
    pub residual: Vec<Residual>,
    /// What becomes of the keys of each join, and how many they are.
    pub keys: Vec<(Residual, usize)>,
    /// The order of rows.
    pub order: Option<Direction>,
    /// Rows wanted at most.
    pub limit: Option<usize>,
    /// Time slices that each stream's range may be read in at once; 1: it is never cut.
    pub slices: usize,
    /// Some of them may do: something above it may want no more, at any row.
    pub few: bool,
    /// About how much it reads, if that is known.
    pub expected: Option<Estimate>,
    /// The quota that its requests count against.
    pub quota: Quota,
    /// Whose listings are read, where there is one for each record of another set.
    pub parents: Option<Parents>,
}

/// The records of another set whose listings are read.
#[derive(Debug, Clone)]
pub enum Parents {
    /// These, by their keys.
    Named(Vec<String>),
    /// All that this chain lists.
    Listed(Box<PageQuery>),
}

/// One stream of requests.
#[derive(Debug, Clone)]
pub struct StreamPlan {
    /// The chain of pages that answers it alone.
    pub query: PageQuery,
    /// Alternatives of an OR that is too long for one filter: empty, or two and more, of which each record of the answer
    /// satisfies one. Each would be a chain of its own, with `query`'s clauses.
    pub parts: Vec<Clause>,
    /// The windows of time that the parts are about, each part about as many as the first one; empty: they are not about
    /// time alone.
    pub windows: Vec<Interval>,
}

/// What becomes of a conjunct. Every row is checked against all of them again; this is for people.
#[derive(Debug, Clone)]
pub struct Residual {
    /// The conjunct as SQL.
    pub sql: String,
    /// Why it, or a part of it, is not sent; empty if all of it is.
    pub reasons: Vec<Reason>,
}

impl Scan {
    /// The plan.
    pub fn plan(&self) -> ScanPlan {
        let about = split(&self.conjuncts, self.set, self.version);
        let about = about.iter().map(|s| s.interval).fold(Interval::EMPTY, Interval::hull);
        let wanted = self.wanted();
        let mut residual: Vec<Residual> = wanted.iter().map(Residual::of).collect();
        let mut streams: Vec<Split> = split(&wanted, self.set, self.version);
        if !self.pushdown {
            // The control of all that a predicate can choose: nothing of it reaches what is asked for.
            streams = split(&[], self.set, self.version);
            residual.iter_mut().for_each(|r| r.add(Reason::SwitchedOff));
        }
        streams.iter_mut().for_each(|split| self.set_apart(split));
        let parents = self.parents(&wanted).filter(|_| !streams.is_empty());
        if matches!(&parents, Some(Parents::Named(keys)) if keys.is_empty()) {
            streams.clear();
        }
        let all_sent = (self.pushdown || self.conjuncts.is_empty())
            && streams
                .iter()
                .all(|s| s.reasons.iter().flatten().all(|r| matches!(r, Reason::Population | Reason::Path)));
        let top = self.top(all_sent);
        let streams = streams.into_iter().map(|split| self.stream(split, top, &mut residual)).collect();
        let keys = residual.split_off(self.conjuncts.len());
        let keys = keys.into_iter().zip(self.keys.iter().map(|keys| keys.count)).collect();
        let Self { set, pages, version, order, limit, .. } = *self;
        let quota = set.costly(&self.columns).map_or(pages.quota, |costly| costly.quota);
        let (cap, few, slices, expected) = (self.cap(), false, 1, None);
        ScanPlan {
            set,
            pages,
            version,
            cap,
            streams,
            about,
            residual,
            keys,
            order,
            limit,
            slices,
            few,
            expected,
            quota,
            parents,
        }
    }

    /// What rows have to satisfy that are worth asking for: the predicate, and the keys of joins.
    fn wanted(&self) -> Vec<Conjunct> {
        let keys = self.keys.iter().map(|keys| self.in_one_filter(keys).unwrap_or(&keys.each).clone());
        self.conjuncts.iter().cloned().chain(keys).collect()
    }

    /// The columns of a key together, if all of them can be sent and one filter has room for all keys. Columns by themselves
    /// let more rows through, but their lists are shorter.
    fn in_one_filter<'a>(&self, keys: &'a KeyCondition) -> Option<&'a Conjunct> {
        let most = self.pages.limits.tests?;
        let (together, _) = keys.together.as_ref().filter(|(_, tests)| *tests <= most)?;
        let streams = split(std::slice::from_ref(together), self.set, self.version);
        streams.iter().flat_map(|stream| &stream.reasons).all(Vec::is_empty).then_some(together)
    }

    /// A costly property takes no other test beside its own: where there are others, those are sent.
    fn set_apart(&self, split: &mut Split) {
        let Some(costly) = self.pages.costly else { return };
        let path = self.set.column(costly.column).map_or("", |column| column.wire);
        let of_costly = |found: &str, _| found.split('/').next() == Some(path);
        let of_others = |found: &str, _| found.split('/').next() != Some(path);
        if !split.clauses.iter().any(|(_, clause)| clause.has(&of_others)) {
            return;
        }
        let (apart, rest) = split.clauses.drain(..).partition(|(_, clause)| clause.has(&of_costly));
        split.clauses = rest;
        let apart: Vec<(usize, Clause)> = apart;
        apart.into_iter().for_each(|(at, _)| split.reasons[at].push(Reason::Alone(costly.column)));
    }

    /// Whose listings are read: those that the predicate names, or all. Keys are GUIDs, and nothing else is one.
    fn parents(&self, wanted: &[Conjunct]) -> Option<Parents> {
        let parent = self.pages.parent.as_ref()?;
        let named = texts_left(wanted, parent.column).filter(|_| self.pushdown);
        if let Some(mut keys) = named {
            keys.retain(|key| is_guid(key));
            return Some(Parents::Named(keys));
        }
        let set = parent.set;
        let (conjuncts, columns) = (Vec::new(), set.column(set.key).into_iter().collect());
        let (pages, order, limit, pushdown) = (set.pages()?, None, None, true);
        let keys = Vec::new();
        let all = Scan { set, pages, columns, conjuncts, keys, order, limit, pushdown, ..self.clone() }.plan();
        all.streams.into_iter().next().map(|stream| Parents::Listed(Box::new(stream.query)))
    }

    /// The properties to send alone: of the columns that are decoded, or of all, where the whole record is wanted and would
    /// lack some unasked.
    fn select(&self) -> Option<Vec<&'static str>> {
        // What begins with an @ says of what type an object is. It is no property that could be named.
        let is_annotation = |column: &Column| column.wire.starts_with('@');
        let whole = |column: &&Column| matches!(column.edm, Edm::Raw) || is_annotation(column);
        let whole = self.columns.iter().copied().any(|column| whole(&column));
        let all: Vec<&'static Column> = match (self.pages.select, whole) {
            (Select::Undocumented, _) | (Select::Whole, true) => return None,
            (Select::Whole | Select::Part, false) => self.columns.clone(),
            (Select::Part, true) => {
                let costly = self.pages.costly.map(|costly| costly.column);
                let wanted = |column: &&Column| {
                    Some(column.name) != costly || self.columns.iter().any(|other| other.name == column.name)
                };
                self.set.columns.iter().filter(wanted).collect()
            }
        };
        let is_member = |column: &&&Column| !column.wire.is_empty() && !is_annotation(column);
        let members = all.iter().filter(is_member).filter(|column| column.since <= self.version);
        let derived = all.iter().filter_map(|column| column.derived).flat_map(|derived| derived.of);
        let mut names: Vec<&'static str> = members.map(|column| column.wire).collect();
        for name in derived {
            if !names.contains(name) {
                names.push(name);
            }
        }
        Some(names)
    }

    fn stream(&self, mut split: Split, top: Option<usize>, residual: &mut [Residual]) -> StreamPlan {
        let (windows_of, windows) = split.windows.take().unwrap_or_default();
        let query = |interval, clauses| PageQuery {
            set: self.set,
            pages: self.pages,
            version: self.version,
            tenant: Arc::clone(&self.tenant),
            kind: split.kind,
            interval,
            clauses,
            order: self.order,
            select: self.select(),
            parent: None,
            quota: self.set.costly(&self.columns).map_or(self.pages.quota, |costly| costly.quota),
            top,
            cap: self.cap(),
        };
        for (at, reasons) in split.reasons.iter().enumerate() {
            reasons.iter().for_each(|r| residual[at].add(r.clone()));
        }
        let FilterLimits { tests, bytes } = self.pages.limits;
        let bare = query(split.interval, Vec::new());
        let select = bare.select.as_ref().map_or(0, |names| encoded_len(&names.join(",")));
        let bytes = bytes.saturating_sub(encoded_len(&bare.filter()) + select);
        split.clauses.extend(within(&windows, self.set, self.version).map(|clause| (windows_of, clause)));
        let fitted = Fitted::new(split.clauses, FilterLimits { tests, bytes }, residual);
        let are_cut = !windows.is_empty() && fitted.cut == Some(windows_of);
        let windows = if are_cut { windows } else { Vec::new() };
        StreamPlan { query: query(split.interval, fitted.clauses), parts: fitted.parts, windows }
    }

    /// Rows per page: the largest page, unless a few rows are wanted and the service's filter says all that the predicate
    /// says. Some more than wanted are asked for then, since time bounds are widened and a record can come twice.
    fn top(&self, all_sent: bool) -> Option<usize> {
        let page = self.pages.page?;
        let page = self.set.costly(&self.columns).map_or(page, |costly| costly.page.min(page));
        Some(match self.limit {
            Some(limit) if all_sent => limit.saturating_mul(2).clamp(page.min(50), page),
            _ => page,
        })
    }

    /// The records after which an answer ends: of a service that has no cap, none, whatever is said of it.
    fn cap(&self) -> Option<u64> {
        self.pages.record_cap.map(|documented| self.record_cap.unwrap_or(documented))
    }
}

impl Residual {
    /// A conjunct that nothing is known of yet.
    pub fn of(conjunct: &Conjunct) -> Self {
        Self { sql: conjunct.sql.clone(), reasons: Vec::new() }
    }

    pub(super) fn add(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

impl StreamPlan {
    /// The times that its records can have, for estimates. None, if they have no time.
    pub fn range(&self, now: i64) -> Option<(i64, i64)> {
        self.query.range(now)
    }

    /// The kind of record that it reads.
    pub fn kind(&self) -> Option<Kind> {
        self.query.kind
    }

    /// The chains, one for each part, as far as they are about a range of time.
    pub fn part_queries(&self, interval: Interval) -> Vec<PageQuery> {
        if !self.windows.is_empty() {
            return self.window_queries(interval);
        }
        let with = |part: &Clause| {
            let part = match self.query.pages.limits.tests {
                Some(_) => vec![part.clone()],
                None => part.clone().conjuncts(),
            };
            let clauses = self.query.clauses.iter().cloned().chain(part).collect();
            PageQuery { interval, clauses, ..self.query.clone() }
        };
        self.parts.iter().map(with).collect()
    }
}

#[cfg(test)]
mod tests;
