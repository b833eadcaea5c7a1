//! What answers a scan, as a value: EXPLAIN prints the very one that is carried out.

use std::sync::Arc;

use super::files;
use super::located::{Located, Records};
use super::why_empty;
use crate::engine::runtime::{Connected, Statement};
use crate::files::Input;
use crate::plan::feed::{FeedPlan, FeedScan};
use crate::plan::search::{SearchPlan, SearchScan};
use crate::plan::{FilePlan, KeyCondition, Scan, ScanPlan};
use crate::predicate::Conjunct;
use crate::table::{ApiVersion, Column, Direction, Quota, Rate, Source};
use crate::tally::Because;

/// The work of one leg.
pub(crate) enum Work {
    /// Chains of pages.
    Pages(ScanPlan),
    /// Blobs of the activity feed.
    Feed(FeedPlan),
    /// Searches of the audit log.
    Search(SearchPlan),
    /// Exported files: what for, and which.
    Files(FilePlan, Arc<[Input]>),
}

/// What some work costs.
pub(crate) struct Price {
    /// The quota that its requests count against.
    pub(crate) quota: Quota,
    /// How fast they may go out, if that is limited.
    pub(crate) rate: Option<Rate>,
    /// Requests: about so many, or so many at the least.
    pub(crate) requests: usize,
    pub(crate) is_about: bool,
}

/// What a statement and a connection say about how a scan is planned.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// Whether the predicate may choose what is asked for.
    pushdown: bool,
    /// The statement's instant, in microseconds.
    now: i64,
    /// How late records of the feed can be, in microseconds, if the user says.
    late_arrival: Option<i64>,
    /// The tenant that the connection names.
    tenant: Arc<str>,
    /// The cap on an answer's records, if the user says.
    record_cap: Option<u64>,
    /// The cap on a search's records, and the version to search with, if the user says.
    search: (Option<u64>, Option<ApiVersion>),
    /// The content types of the feed that the connection names.
    content_types: Option<Vec<String>>,
    /// How fast the feed may be asked, if that is limited.
    feed_rate: Option<Rate>,
}

impl Default for Terms {
    fn default() -> Self {
        let feed_rate = Quota::Activity.rate();
        let (tenant, record_cap, search) = ("".into(), None, (None, None));
        Self { pushdown: true, now: 0, late_arrival: None, tenant, record_cap, search, content_types: None, feed_rate }
    }
}

impl Terms {
    /// The terms of a statement; without a connection, those that are documented.
    pub(crate) fn of(statement: &Statement, connected: Option<&Connected>) -> Self {
        let late = statement.settings.late_arrival.map(|late| i64::try_from(late.as_micros()).unwrap_or(i64::MAX));
        Self {
            pushdown: statement.settings.pushdown,
            now: statement.now.timestamp_micros(),
            late_arrival: late,
            tenant: connected.map_or_else(|| "".into(), |connected| connected.tenant.as_str().into()),
            record_cap: statement.settings.aadgraph_record_cap,
            search: (statement.settings.audit_search_record_cap, statement.settings.audit_search_version),
            content_types: connected.and_then(|connected| connected.content_types.clone()),
            feed_rate: rate(connected, Quota::Activity),
        }
    }
}

/// How fast requests may go out, if that is limited.
fn rate(connected: Option<&Connected>, quota: Quota) -> Option<Rate> {
    connected.map_or_else(|| quota.rate(), |connected| connected.quotas.rate(quota))
}

impl Work {
    /// The work for a predicate, an order and a limit.
    pub(crate) fn of(
        (table, columns): (&Located, Vec<&'static Column>),
        (conjuncts, keys): (Vec<Conjunct>, Vec<KeyCondition>),
        (order, limit): (Option<Direction>, Option<usize>),
        terms: &Terms,
    ) -> Self {
        let set = table.set;
        let version = match &table.records {
            Records::Files(inputs) => return Self::Files(FilePlan::new(set, &conjuncts, limit), Arc::clone(inputs)),
            Records::Service(version) => set.version(*version),
        };
        let by_column = |keys: Vec<KeyCondition>| keys.into_iter().map(|keys| keys.each).collect();
        match &set.source {
            Source::Pages(pages) => {
                let Terms { pushdown, tenant, record_cap, .. } = terms.clone();
                let scan =
                    Scan { set, pages, version, tenant, record_cap, columns, conjuncts, keys, order, limit, pushdown };
                Self::Pages(scan.plan())
            }
            Source::Feed(feed) => {
                let Terms { pushdown, now, late_arrival, content_types, feed_rate: rate, .. } = terms.clone();
                let population = content_types;
                let keys = by_column(keys);
                let scan =
                    FeedScan { set, feed, conjuncts, keys, limit, pushdown, population, now, late_arrival, rate };
                Self::Feed(scan.plan())
            }
            Source::Search(search) => {
                let Terms { pushdown, now, search: (record_cap, version), .. } = *terms;
                let keys = by_column(keys);
                Self::Search(
                    SearchScan { set, search, conjuncts, keys, limit, pushdown, now, version, record_cap }.plan(),
                )
            }
        }
    }

    /// Whether nothing is read, because no row can be in the answer.
    pub(crate) fn is_nothing(&self) -> bool {
        match self {
            Self::Pages(plan) => plan.streams.is_empty(),
            Self::Feed(plan) => plan.windows.is_empty() || plan.content_types.is_empty(),
            Self::Search(plan) => plan.order.is_none(),
            Self::Files(..) => false,
        }
    }

    /// What it alone tells of an answer without rows.
    pub(crate) fn reasons(&self, now: i64) -> Vec<Because> {
        match self {
            Self::Pages(plan) => why_empty::of_plan(plan, now),
            Self::Feed(plan) => why_empty::of_feed(plan, now),
            Self::Search(plan) => why_empty::of_search(plan, now),
            Self::Files(plan, _) => why_empty::of_files(plan, now),
        }
    }

    /// What it costs; `None`: nothing is known of it.
    pub(crate) fn least(&self, now: i64, connected: Option<&Connected>) -> Option<Price> {
        match self {
            Self::Pages(plan) => {
                let (least, about) = (plan.least_requests(now), plan.expected.map(|expected| expected.requests));
                let (quota, rate, is_about) = (plan.quota, rate(connected, plan.quota), about.is_some());
                Some(Price { quota, rate, requests: about.unwrap_or(least).max(least), is_about })
            }
            Self::Feed(plan) => {
                let (quota, rate, requests) = (Quota::Activity, plan.rate, plan.least_requests());
                Some(Price { quota, rate, requests, is_about: false })
            }
            // How long a search takes is its own affair.
            Self::Search(_) | Self::Files(..) => None,
        }
    }

    /// It in words, for EXPLAIN.
    pub(crate) fn explained(&self, statement: &Statement, connected: Option<&Connected>) -> String {
        match self {
            Self::Pages(plan) => {
                let rate = rate(connected, plan.quota);
                plan.explain(statement.now.timestamp_micros(), rate).to_string()
            }
            Self::Feed(plan) => plan.to_string(),
            Self::Search(plan) => plan.to_string(),
            Self::Files(plan, inputs) => files::explained(plan, inputs),
        }
    }

    /// It in a word, for a line of a plan.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Pages(plan) => format!("streams={}", plan.streams.len()),
            Self::Feed(_) => "feed".into(),
            Self::Search(_) => "search".into(),
            Self::Files(_, inputs) => format!("inputs={}", inputs.len()),
        }
    }
}
