//! The legs of a scan: a source with its work, each a stream of records that are there once.
//!
//! A leg is all that one connection does for a scan. Legs are merged like the streams within one: by time, or as rows come.

use std::sync::Arc;

use futures::stream::{self, StreamExt};

use super::RemoteScan;
use super::Rows;
use super::chains::{chains, listings};
use super::day_counts::Counting;
use super::dedup::Dedup;
use super::feed;
use super::files::FileScan;
use super::filter::RowFilter;
use super::merge::{Batches, Merge, merge};
use super::refetch::FetchedWindow;
use super::search;
use crate::engine::error::{Error, Kept};
use crate::plan::feed::FeedPlan;
use crate::plan::search::SearchPlan;
use crate::plan::{ScanPlan, StreamPlan};
use crate::predicate::Clause;
use crate::table::{ApiVersion, Family};
use crate::tally::Notice;
use crate::time::{Interval, instant_text};

/// One leg.
pub(crate) enum Leg {
    /// Chains of pages.
    Pages(Arc<RemoteScan>, ScanPlan),
    /// Blobs of the activity feed.
    Feed(Arc<RemoteScan>, FeedPlan),
    /// Searches of the audit log.
    Search(Arc<RemoteScan>, SearchPlan),
    /// Exported files.
    Files(FileScan),
}

impl Leg {
    /// Whether several requests bring the same records: one without key could not be recognised.
    pub(crate) fn overlaps(&self) -> bool {
        match self {
            Self::Pages(_, plan) => plan.streams.iter().any(|stream| !stream.parts.is_empty()),
            Self::Feed(..) | Self::Search(..) | Self::Files(_) => false,
        }
    }

    /// Whether records come in deliveries, of which conditions choose some.
    pub(crate) fn delivers(&self) -> bool {
        matches!(self, Self::Feed(..))
    }

    /// What it will have fetched, if it is worth remembering. The quota of the feed is wide: a second look costs little.
    pub(crate) fn window(&self, connection: &str) -> Option<(Arc<RemoteScan>, FetchedWindow)> {
        match self {
            Self::Pages(scan, plan) => {
                let window = FetchedWindow::new(connection, plan, &scan.statement, scan.eager);
                Some((Arc::clone(scan), window))
            }
            Self::Feed(..) | Self::Search(..) | Self::Files(_) => None,
        }
    }

    /// Refuses or says what nobody can complete: a range from before the service's retention, a part of the population.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self {
            Self::Pages(scan, plan) => {
                let range = plan.about;
                if !range.is_empty() {
                    within_retention(scan, range)?;
                }
                say_population(scan, plan);
                Ok(())
            }
            Self::Feed(scan, plan) => match plan.beyond_reach {
                Some(from) => within_retention(scan, Interval { from: Some(from), to: plan.asked.to }),
                None => Ok(()),
            },
            // What a search reaches depends on licences: it is said, and no error.
            Self::Search(..) | Self::Files(_) => Ok(()),
        }
    }

    /// Its rows, each record once.
    pub(crate) fn rows(self, filter: &Arc<RowFilter>, how: Merge) -> Rows {
        match self {
            Self::Pages(scan, plan) => {
                // Nobody asked for a lower bound: the answer says how far back it goes.
                let open_start = plan.about.from.is_none() && scan.set.time.is_some() && !is_bounded_below(&plan);
                let counting = Counting::of(&scan, &plan);
                let rows = match plan.parents {
                    Some(parents) => listings(&scan, plan.streams, parents, filter, how),
                    None => {
                        let chain = |stream| chains(Arc::clone(&scan), stream, how);
                        merged(plan.streams.into_iter().map(chain).collect(), filter, how)
                    }
                };
                unique(rows, scan, filter, (open_start, counting))
            }
            // What of it became available when is said before it is read.
            Self::Feed(scan, plan) => {
                let streams = vec![feed::rows(Arc::clone(&scan), plan)];
                unique(merged(streams, filter, how), scan, filter, (false, Counting::Nothing))
            }
            // The time that it begins with is said when it is ordered.
            Self::Search(scan, plan) => {
                let streams = vec![search::rows(Arc::clone(&scan), plan, how)];
                unique(merged(streams, filter, how), scan, filter, (false, Counting::Nothing))
            }
            Self::Files(scan) => scan.run(filter),
        }
    }
}

/// Whether a time was sent from which on records are read: windows of time, or the bounds of a join.
fn is_bounded_below(plan: &ScanPlan) -> bool {
    let Some(time) = plan.set.time_column() else { return false };
    plan.streams.iter().all(|StreamPlan { query, parts, .. }| {
        let bounded = |clause: &Clause| clause.is_bounded_below(time.wire);
        query.interval.from.is_some()
            || query.clauses.iter().any(bounded)
            || !parts.is_empty() && parts.iter().all(bounded)
    })
}

fn merged(streams: Vec<Batches>, filter: &Arc<RowFilter>, how: Merge) -> Batches {
    let streams = streams.into_iter().map(|rows| filter.while_needed(rows)).collect();
    filter.delivered(merge(streams, how))
}

/// Each record of a service once. Under `partial`, a failure ends the rows and is said instead of raised.
fn unique(rows: Batches, scan: Arc<RemoteScan>, filter: &RowFilter, (open_start, counting): (bool, Counting)) -> Rows {
    let dedup =
        || Dedup::new((&scan.name, scan.set), &scan.connected.tenant, filter.order().is_some(), scan.room.part());
    let dedup = scan.statement.settings.dedup.then(|| dedup().behind(scan.veil()));
    stream::try_unfold((rows, dedup, counting), move |(mut rows, mut dedup, mut counting)| {
        let scan = Arc::clone(&scan);
        async move {
            let (settings, tally) = (&scan.statement.settings, &scan.statement.tally);
            match rows.next().await {
                None => {
                    if open_start {
                        scan.say_reach();
                    }
                    counting.end(&scan);
                    Ok(None)
                }
                Some(Err(error)) if settings.partial && error.leaves_rows() => {
                    tally.notice(Notice::Incomplete { missing: error.missing() });
                    Ok(None)
                }
                Some(Err(error)) => Err(error.into()),
                Some(Ok(batch)) => {
                    let batch = match &mut dedup {
                        Some(dedup) => dedup.first_of_each(&batch, tally)?,
                        None => batch,
                    };
                    counting.add(&batch);
                    Ok(Some((batch, (rows, dedup, counting))))
                }
            }
        }
    })
    .boxed()
}

/// A range that begins or ends before the service's retention has an answer that nobody can complete.
fn within_retention(scan: &RemoteScan, range: Interval) -> Result<(), Error> {
    let Some(kept_from) = scan.kept_from() else { return Ok(()) };
    let bounds = [range.from.map(|from| ("from", from)), range.to.map(|to| ("up to", to))];
    let mut bounds = bounds.into_iter().flatten();
    let Some((word, bound)) = bounds.find(|(_, bound)| *bound < kept_from) else { return Ok(()) };
    let nothing_left = range.to.is_some_and(|to| to < kept_from);
    let days = scan.connected.keeps.days(scan.set).unwrap_or_default();
    let (table, bound, kept_from) = (scan.table(), instant_text(bound), instant_text(kept_from));
    let missing =
        format!("{table}: records {word} {bound} were requested, but the service keeps {days} days, from {kept_from}");
    if scan.statement.settings.partial {
        scan.statement.tally.notice(Notice::Incomplete { missing });
        return Ok(());
    }
    let is_searched = scan.set.family == Family::Activity;
    let kept = Kept { days, nothing_left, is_searched };
    Err(Error::Incomplete { missing, kept: Some(Box::new(kept)) })
}

fn say_population(scan: &RemoteScan, plan: &ScanPlan) {
    if let (ApiVersion::V1, Some(population)) = (plan.version, &plan.pages.population) {
        let what = format!(
            "api_version = \"v1.0\" reads {} records only, and columns of the beta version are NULL",
            population.v1_kind
        );
        scan.statement.tally.notice(Notice::PartOfPopulation { table: scan.table(), what });
    }
}
