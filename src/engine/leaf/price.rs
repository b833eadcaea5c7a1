//! What a scan costs, known before it sends anything: at the least by its plan, or about, by what the session knows of its days.

use super::ScanExec;
use crate::apis;
use crate::engine::runtime::{Connected, Statement};
use crate::engine::scan::work::{Price, Terms, Work};
use crate::plan::ScanPlan;
use crate::plan::estimate::DAY;
use crate::settings::Estimates;

impl ScanExec {
    /// What it requests, about or at the least; of what keys of a join may save it, nothing is known.
    pub(crate) fn least(&self, statement: &Statement, connected: Option<&Connected>) -> Option<Price> {
        let (mut work, pushdown) = (self.work(&Terms::of(statement, connected)), statement.settings.pushdown);
        if let Work::Pages(plan) = &mut work {
            self.settle(plan, statement);
        }
        let is_known = work.is_nothing() || !self.asks_by_keys(pushdown);
        work.least(statement.now.timestamp_micros(), connected).filter(|_| is_known)
    }

    /// Enters what the scan knows of how its rows are wanted.
    pub(super) fn settle(&self, plan: &mut ScanPlan, statement: &Statement) {
        let settings = &statement.settings;
        plan.few = self.is_lazy;
        let whole = !self.is_lazy && !self.has_thresholds();
        if whole && settings.estimates != Estimates::None && !self.asks_by_keys(settings.pushdown) {
            let counts = statement.journal.days.of(self.connection(), &self.table.set.qualified());
            plan.expected = plan.estimate(&counts, statement.now.timestamp_micros());
        }
        // Without pushdown it is one scan as it always was, to compare with; and where requests are counted, none is spent on
        // time.
        if whole && settings.pushdown && settings.max_requests.is_none() {
            plan.cut(settings.time_slices);
        }
    }

    /// The statement that reads how many records its days have, if it reads whole ranges longer than a day of which nothing is
    /// known, and its service tells. Given once a session.
    pub(crate) fn counts_to_read(&self, statement: &Statement) -> Option<String> {
        let (set, journal) = (self.table.set, &statement.journal);
        let told = apis::DAY_COUNTS.iter().find(|told| std::ptr::eq(told.of, set))?;
        let Work::Pages(mut plan) = self.work(&Terms::of(statement, None)) else { return None };
        self.settle(&mut plan, statement);
        let is_long = plan.interval().from.is_none_or(|from| statement.now.timestamp_micros() - from > DAY);
        let is_unknown = plan.expected.is_none() && plan.reads_ranges() && plan.reads_all_kinds();
        let whole = !self.is_lazy && !self.has_thresholds() && !self.asks_by_keys(statement.settings.pushdown);
        let is_told = self.table.is_of_service() && is_long && is_unknown && whole;
        let is_new = is_told && journal.days.may_ask(self.connection(), &set.qualified());
        let catalog = self.connection().replace('"', "\"\"");
        is_new.then(|| format!("SELECT {}, {} FROM \"{catalog}\".{}", told.day, told.count, told.by.qualified()))
    }
}
