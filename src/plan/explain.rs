//! What a plan would send, what stays here and why, in words: the one `Display` of a plan.

use std::fmt;

use super::estimate::Basis;
use super::{Choice, Estimate, PageQuery, Parents, ScanPlan, StreamPlan, choose};
use crate::table::{Direction, Rate};
use crate::time::Interval;

impl ScanPlan {
    /// The least number of requests that can answer it: one for each chain that has to be opened. Of some rows in any
    /// order, the first chain may have enough.
    pub fn least_requests(&self, now: i64) -> usize {
        match &self.parents {
            Some(Parents::Named(keys)) => return keys.len(),
            Some(Parents::Listed(_)) => return 1,
            None => {}
        }
        let each = self.streams.iter().map(|s| s.least_requests(now));
        if (self.limit.is_some() || self.few) && self.order.is_none() { each.min().unwrap_or(0) } else { each.sum() }
    }

    /// The time range of all streams together.
    pub fn interval(&self) -> Interval {
        self.streams.iter().map(|s| s.query.interval).fold(Interval::EMPTY, Interval::hull)
    }

    /// The plan in words. `now` is the statement's instant, in microseconds; `rate` is how fast requests may go out, if
    /// that is limited.
    pub fn explain(&self, now: i64, rate: Option<Rate>) -> impl fmt::Display + '_ {
        Explained { plan: self, now, rate }
    }
}

impl StreamPlan {
    fn least_requests(&self, now: i64) -> usize {
        if self.parts.is_empty() { 1 } else { self.in_parts(now).map_or(1, |parts| parts) }
    }

    fn in_parts(&self, now: i64) -> Option<usize> {
        let choice = choose(self.parts.len(), self.range(now), None);
        (!self.parts.is_empty() && choice == Choice::Parts).then_some(self.parts.len())
    }
}

struct Explained<'a> {
    plan: &'a ScanPlan,
    now: i64,
    rate: Option<Rate>,
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = self.plan;
        writeln!(f, "{}: {}", plan.set.qualified(), Cost { plan, now: self.now, rate: self.rate })?;
        match &plan.parents {
            Some(parents) => self.listings(f, parents)?,
            None => plan.streams.iter().try_for_each(|stream| self.stream(f, stream))?,
        }
        plan.expected.iter().try_for_each(|expected| write!(f, "{expected}"))?;
        if let Some(cap) = plan.cap.filter(|_| !plan.streams.is_empty()) {
            writeln!(f, "  cap:   an answer with {cap} records may not be whole; it is split by time and read again")?;
        }
        let (local, sent): (Vec<_>, Vec<_>) = plan.residual.iter().partition(|r| !r.reasons.is_empty());
        for residual in sent.iter().filter(|_| !plan.streams.is_empty()) {
            writeln!(f, "  sent:  {}", shortened(&residual.sql))?;
        }
        for residual in local {
            let reasons: Vec<String> = residual.reasons.iter().map(ToString::to_string).collect();
            writeln!(f, "  local: {} ({})", shortened(&residual.sql), reasons.join("; "))?;
        }
        if !plan.residual.is_empty() && !plan.streams.is_empty() {
            writeln!(f, "  every row is checked against the whole predicate again")?;
        }
        if let Some((direction, time)) = plan.order.zip(plan.set.time) {
            let word = if direction == Direction::Descending { "DESC" } else { "ASC" };
            writeln!(f, "  order: {time} {word}, as the service lists them; streams are merged")?;
        }
        if plan.slices > 1 {
            let when = match self.rate {
                Some(_) => "if replies are so slow that one chain of pages would not use the quota",
                None => "if its first page tells of many",
            };
            writeln!(f, "  time:  read in up to {} slices at once, {when}", plan.slices)?;
        }
        if let Some(limit) = plan.limit {
            writeln!(f, "  limit: {limit}, reading stops there")?;
        } else if plan.few && plan.order.is_none() && !plan.streams.is_empty() {
            writeln!(f, "  limit: above it; pages are asked for one by one, until it has enough")?;
        }
        Ok(())
    }
}

impl Explained<'_> {
    /// The listings of the records of another set.
    fn listings(&self, f: &mut fmt::Formatter<'_>, parents: &Parents) -> fmt::Result {
        let Some(stream) = self.plan.streams.first() else { return Ok(()) };
        match parents {
            Parents::Named(keys) => {
                let query = PageQuery { parent: keys.first().cloned(), ..stream.query.clone() };
                writeln!(f, "  GET {}", shortened(&query.readable()))?;
                match keys.len() - 1 {
                    0 => Ok(()),
                    others => writeln!(f, "      and {others} more for the others that the predicate names"),
                }
            }
            Parents::Listed(query) => {
                writeln!(f, "  GET {}", shortened(&query.readable()))?;
                writeln!(f, "  then for each of them: GET {}", shortened(&stream.query.readable()))?;
                let column = self.plan.pages.parent.map_or("", |parent| parent.column);
                writeln!(f, "      a condition {column} = or IN would ask for those alone")
            }
        }
    }

    fn stream(&self, f: &mut fmt::Formatter<'_>, stream: &StreamPlan) -> fmt::Result {
        if let Some(parts) = stream.in_parts(self.now) {
            let queries = stream.part_queries(stream.query.interval);
            writeln!(f, "  GET {}", shortened(&queries[0].readable()))?;
            let rest = if stream.windows.is_empty() { "the rest of the list" } else { "the other windows of time" };
            return writeln!(f, "      and {} more for {rest}", parts - 1);
        }
        writeln!(f, "  GET {}", shortened(&stream.query.readable()))?;
        let parts = stream.parts.len();
        if !stream.windows.is_empty() {
            let windows = stream.windows.len();
            writeln!(
                f,
                "      then {parts} requests for {windows} windows of time, or fewer that read gaps between them along"
            )?;
        } else if !stream.parts.is_empty() {
            writeln!(
                f,
                "      then the rest of it, or {parts} requests for the parts of the list, whichever is fewer"
            )?;
        }
        Ok(())
    }
}

struct Cost<'a> {
    plan: &'a ScanPlan,
    now: i64,
    rate: Option<Rate>,
}

impl fmt::Display for Cost<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = self.plan.least_requests(self.now);
        if requests == 0 {
            return f.write_str("nothing is sent, because the predicate can never hold");
        }
        let plural = if requests == 1 { "" } else { "s" };
        if let Some(Parents::Listed(query)) = &self.plan.parents {
            let each = query.set.name;
            return write!(f, "at least {requests} request{plural}, and one for each of {each}");
        }
        if let Some(expected) = &self.plan.expected {
            return self.about(f, expected.requests);
        }
        let Some(rate) = self.rate else { return write!(f, "at least {requests} request{plural}, without a quota") };
        let (allowed, window) = (rate.requests, rate.window.as_secs());
        let seconds = rate.least_time(requests).as_secs();
        write!(f, "at least {requests} request{plural}, {seconds} s at {allowed} requests in {window} s")
    }
}

impl Cost<'_> {
    fn about(&self, f: &mut fmt::Formatter<'_>, requests: usize) -> fmt::Result {
        let plural = if requests == 1 { "" } else { "s" };
        write!(f, "about {requests} request{plural}, ")?;
        let Some(rate) = self.rate else { return f.write_str("without a quota") };
        let (allowed, window) = (rate.requests, rate.window.as_secs());
        write!(f, "about {} s at {allowed} requests in {window} s", rate.least_time(requests).as_secs())
    }
}

/// Where the number comes from, as a line.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, plural) = (self.rows, if self.rows == 1 { "" } else { "s" });
        write!(f, "  about: {rows} record{plural}, ")?;
        match self.basis {
            Basis::Session => f.write_str("by what this session read of these days")?,
            Basis::Service(by) => {
                write!(f, "by the day counts of {} that this session read; {}", by.by.qualified(), by.unknown)?;
            }
        }
        match self.days {
            (_, 0) => writeln!(f),
            (all, 1) => writeln!(f, "; one of {all} days is not counted and taken to be like the others"),
            (all, some) => writeln!(f, "; {some} of {all} days are not counted and taken to be like the others"),
        }
    }
}

/// Long lists are cut for people; what is sent is not.
fn shortened(text: &str) -> String {
    const MOST: usize = 1_000;
    if text.chars().count() <= MOST {
        return text.into();
    }
    let head: String = text.chars().take(MOST).collect();
    format!("{head}… ({} characters)", text.chars().count())
}
