//! What EXPLAIN says of the joins above a scan: which of their keys are sent and why others are not; once it ran, what became of them.

use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::physical_expr::PhysicalExpr;

use super::ScanExec;
use super::keyed::name_of;
use crate::engine::scan::work::{Terms, Work};
use crate::plan::Residual;
use crate::predicate::{Conjunct, How, Predicate, Reason, Scalar, Test, any_value, property_of};
use crate::table::Source;
use crate::time::instant_text;

impl ScanExec {
    /// What became of the keys of each join, once it ran; before, only that there are some.
    pub(super) fn keys_told(&self) -> Vec<String> {
        if self.joins.told.is_empty() && self.joins.spans.is_empty() {
            return Vec::new();
        }
        let told = match self.work(&Terms::default()) {
            Work::Pages(plan) => plan.keys,
            _ => Vec::new(),
        };
        let word = |(residual, count): &(Residual, usize)| {
            let reasons: Vec<String> = residual.reasons.iter().map(ToString::to_string).collect();
            let fate = if reasons.is_empty() { "sent".to_owned() } else { format!("in part: {}", reasons.join("; ")) };
            let count = if *count == 0 { String::new() } else { format!("{count} of ") };
            format!("{count}{}: {fate}", residual.sql)
        };
        if told.is_empty() { vec!["<known at run time>".to_owned()] } else { told.iter().map(word).collect() }
    }

    /// What of its joins' keys would be sent, in words.
    pub(super) fn explain_keys(&self, pushdown: bool) -> String {
        let mut text = String::new();
        if !self.table.is_of_service() {
            return text;
        }
        for condition in self.dynamic.iter().filter(|condition| self.joins.tell(condition)) {
            let Some(names) = condition.expression_id().and_then(|id| self.joins.told.get(&id)) else { continue };
            let parts = condition.children().into_iter().zip(names);
            let (mut words, mut is_sent) = (Vec::new(), false);
            for (part, (how, name)) in parts {
                let why = self.why_unsent(part, *how, pushdown);
                is_sent |= why.is_none();
                let told = why.map_or_else(|| "<known at run time>".into(), |why| format!("not sent: {why}"));
                words.push(match how {
                    How::Equals => format!("{} = {name} ({told})", self.shown(part)),
                    How::Begins => format!("{} begins as {name} does ({told})", self.shown(part)),
                    How::InNetwork => format!("{} in {name} ({told})", self.shown(part)),
                });
            }
            let how = if is_sent { self.how_sent() } else { "all is read".to_owned() };
            let _ = writeln!(text, "  keys:  {}; {how}", words.join(", "));
        }
        let mut untold: Vec<&str> = if text.is_empty() { self.joins.untold.clone() } else { Vec::new() };
        untold.dedup();
        let spans = self.dynamic.iter().filter_map(|condition| {
            let apart = self.joins.spans.get(&condition.expression_id()?)?;
            // What is compared stands behind the keys.
            Some((condition.children().into_iter().next_back()?, *apart))
        });
        for (part, apart) in spans {
            // What bounds the range is no reason to read all of it.
            untold.clear();
            let why = self.why_unsent(part, How::Equals, pushdown);
            let how = if apart && why.is_none() { self.how_apart() } else { String::new() };
            let told = why.map_or_else(|| "<known at run time>".into(), |why| format!("not sent: {why}"));
            let _ = writeln!(text, "  range: {} as the other side's times let it be ({told}){how}", self.shown(part));
        }
        untold.into_iter().for_each(|why| text.push_str(&format!("  keys:  none, {why}\n")));
        if self.has_thresholds() {
            let stops = if self.order.is_some() { ", reading stops behind it" } else { "" };
            let _ = writeln!(text, "  threshold: <known at run time>{stops}");
        }
        text
    }

    /// Whether keys of a join are sent, so that without any nothing is.
    pub(super) fn asks_by_keys(&self, pushdown: bool) -> bool {
        let told = |condition: &Arc<dyn PhysicalExpr>| {
            let parts = condition.expression_id().and_then(|id| self.joins.told.get(&id)).into_iter().flatten();
            let mut parts = condition.children().into_iter().zip(parts);
            parts.any(|(part, (how, _))| self.why_unsent(part, *how, pushdown).is_none())
        };
        self.table.is_of_service() && self.dynamic.iter().any(told)
    }

    /// A part of a key as a statement has it.
    fn shown(&self, part: &Arc<dyn PhysicalExpr>) -> String {
        property_of(part, &self.table.schema).map_or_else(|| name_of(part), |(path, _)| path.join("."))
    }

    /// Why a part of a key is not sent; `None`: it is.
    fn why_unsent(&self, part: &Arc<dyn PhysicalExpr>, how: How, pushdown: bool) -> Option<String> {
        if !pushdown {
            return Some(Reason::SwitchedOff.to_string());
        }
        if self.fetch.is_some() {
            return Some("the limit chooses among all rows".to_owned());
        }
        let Some((path, folded)) = property_of(part, &self.table.schema) else {
            return Some(Reason::Computed.to_string());
        };
        let any = Conjunct { sql: String::new(), bound: any_value(&path, folded, how, self.table.set) };
        let asked = (vec![any], Vec::new());
        let residual = match Work::of((&self.table, Vec::new()), asked, (None, None), &Terms::default()) {
            Work::Pages(plan) => plan.residual,
            Work::Feed(plan) => plan.residual,
            Work::Search(plan) => plan.residual,
            Work::Files(plan, _) => plan.residual,
        };
        let reasons = residual.into_iter().flat_map(|residual| residual.reasons);
        let is_loss = |reason: &Reason| match reason {
            Reason::Population | Reason::Path | Reason::LateRecords => false,
            // It is asked for what its addresses begin with.
            Reason::Network => how != How::InNetwork,
            _ => true,
        };
        reasons.into_iter().find(is_loss).map(|reason| reason.to_string())
    }

    /// How keys that are sent are divided among requests.
    fn how_sent(&self) -> String {
        match &self.table.set.source {
            Source::Pages(pages) if pages.parent.is_some() => "1 request for each key".to_owned(),
            Source::Pages(pages) => {
                let most = pages.limits.tests.map_or("1 key".to_owned(), |most| format!("up to {most} keys"));
                format!("{most} to a request, or all is read, whichever takes fewer requests; no key, no request")
            }
            Source::Feed(_) => "they narrow what is read; no key, no request".to_owned(),
            Source::Search(search) => {
                format!("up to {} keys to a search, else all is searched; no key, no search", search.values)
            }
        }
    }

    /// How times of the other side that lie apart are asked for.
    fn how_apart(&self) -> String {
        match &self.table.set.source {
            Source::Pages(pages) => {
                // A window has two ends.
                let most =
                    pages.limits.tests.map_or("1 window".to_owned(), |most| format!("up to {} windows", most / 2));
                format!(
                    "; {most} to a request where they lie apart, or with what is between them, whichever takes fewer requests"
                )
            }
            Source::Feed(_) => {
                "; what came between those that lie apart is not fetched where late_arrival is set".to_owned()
            }
            Source::Search(_) => String::new(),
        }
    }
}

/// A condition that a join tells, in words: of windows of time, how many they are.
pub(super) fn shortly(predicate: &Predicate) -> String {
    fn bounds(predicate: &Predicate) -> Option<(&Vec<String>, &Scalar, &Scalar)> {
        let Predicate::And(ends) = predicate else { return None };
        let [from, to] = &ends[..] else { return None };
        let (Predicate::Test { path, test: Test::Compare(_, from), .. }, Predicate::Test { test, .. }) = (from, to)
        else {
            return None;
        };
        let Test::Compare(_, to @ Scalar::Instant(_)) = test else { return None };
        Some((path, from, to))
    }
    match predicate {
        Predicate::And(parts) => parts.iter().map(shortly).collect::<Vec<_>>().join(" AND "),
        Predicate::Or(arms) => {
            let windows: Option<Vec<_>> = arms.iter().map(bounds).collect();
            match windows.as_deref() {
                Some([(path, Scalar::Instant(from), _), .., (.., Scalar::Instant(to))]) => {
                    let (name, count) = (path.join("."), arms.len());
                    format!("{name} in {count} windows from {} to {}", instant_text(*from), instant_text(*to))
                }
                _ => predicate.to_string(),
            }
        }
        _ => predicate.to_string(),
    }
}
