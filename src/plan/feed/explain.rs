//! What a plan of the feed would ask for and why, in words: its one `Display`, and the reasons of its residual.

use std::fmt;

use super::availability::interval;
use super::content::Types;
use super::{FeedPlan, FeedScan, From, To};
use crate::predicate::{Bound, Reason};
use crate::time::{Interval, second_text};

impl FeedScan {
    /// Why a conjunct is not covered by content types and times alone; none if it is.
    pub(super) fn reasons(&self, bound: &Bound) -> Vec<Reason> {
        if !self.pushdown {
            return vec![Reason::SwitchedOff];
        }
        let by_created = interval(bound, "content_created") != Interval::ALL;
        let by_type = Types::left_by(bound) != Types::ALL;
        let by_creation = interval(bound, self.time());
        let upper_only = by_creation.to.is_some() && self.late_arrival.is_none();
        match (by_created || by_type || by_creation.from.is_some(), upper_only) {
            (_, true) => vec![Reason::LateRecords],
            (true, false) => Vec::new(),
            (false, false) if by_creation.to.is_some() => Vec::new(),
            (false, false) => vec![Reason::FeedCannot],
        }
    }
}

impl fmt::Display for FeedPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (table, types, windows) = (self.set.qualified(), self.content_types.len(), self.windows.len());
        if types == 0 || windows == 0 {
            let why = match (self.beyond_reach, self.left_out.as_slice()) {
                (Some(_), _) => "the service no longer keeps records of that time",
                (None, []) => "the predicate can never hold",
                (None, _) => "the connection leaves it out",
            };
            return writeln!(f, "{table}: nothing is sent: {why}");
        }
        let requests = self.least_requests();
        write!(f, "{table}: at least {requests} requests and one per blob, ")?;
        match self.rate {
            Some(rate) => writeln!(f, "at {} requests in {} s", rate.requests, rate.window.as_secs())?,
            None => writeln!(f, "without a quota")?,
        }
        let population = if self.named { "named by the connection" } else { "those of them that are subscribed to" };
        writeln!(f, "  content types: {} ({population})", self.content_types.join(", "))?;
        self.window(f)?;
        self.residual(f)?;
        match self.limit {
            Some(limit) => writeln!(f, "  limit: {limit}, reading stops there"),
            None => Ok(()),
        }
    }
}

impl FeedPlan {
    /// The least number of requests that can answer it: what there is in each window, and what is subscribed to.
    pub fn least_requests(&self) -> usize {
        let lists = self.content_types.len() * self.windows.len();
        if lists == 0 { 0 } else { 1 + lists }
    }

    fn window(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(first), Some(last)) = (self.windows.first(), self.windows.last()) else { return Ok(()) };
        let (from, to, windows) = (second_text(first.from), second_text(last.to), self.windows.len());
        let plural = if windows == 1 { "" } else { "s" };
        let apart = match self.spans.len() {
            1 => String::new(),
            spans => format!("{spans} times "),
        };
        writeln!(f, "  available: {apart}from {from} to {to}, in {windows} window{plural} of at most 23 h")?;
        let days = self.feed.retention_days;
        writeln!(
            f,
            "    begin: {}",
            match self.from {
                From::Reach => format!("no lower bound was given; the service keeps {days} days"),
                From::Creation => "the lower bound of creation_time, less 5 minutes for clock differences".to_owned(),
                From::Created => "the lower bound of content_created".to_owned(),
            }
        )?;
        writeln!(
            f,
            "    end: {}",
            match self.to {
                To::Now => "now; records can arrive late without limit, so creation_time sets no end",
                To::Late => "the upper bound of creation_time and late_arrival: records that arrive later are left out",
                To::Created => "the upper bound of content_created",
            }
        )?;
        if self.spans.len() > 1 {
            let late = if self.late { ": records that arrive later than late_arrival says are left out" } else { "" };
            writeln!(f, "    between: nothing is fetched{late}")?;
        }
        Ok(())
    }

    fn residual(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for residual in &self.residual {
            if residual.reasons.is_empty() {
                writeln!(f, "  narrows: {}", residual.sql)?;
            } else {
                let reasons: Vec<String> = residual.reasons.iter().map(ToString::to_string).collect();
                writeln!(f, "  local: {} ({})", residual.sql, reasons.join("; "))?;
            }
        }
        if self.residual.is_empty() {
            return Ok(());
        }
        writeln!(f, "  every row is checked against the whole predicate again")
    }
}
