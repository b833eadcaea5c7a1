//! Why a scan brought no row: facts of its plan, of the files it read, and of the records that came.
//!
//! It guesses nothing. A condition is named as the cause only if no record that came satisfies it, or if the plan or its own
//! text proves that none can. A scan that gives out a row stops looking.

mod cased;
mod held;
mod near;
mod ordered;
mod ranges;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use datafusion::common::cast::as_boolean_array;
use datafusion::error::Result;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::collect_columns;

use cased::Cased;
pub(crate) use held::Held;
use near::Text;

use super::filter::satisfying;
use crate::plan::feed::FeedPlan;
use crate::plan::search::SearchPlan;
use crate::plan::{FilePlan, ScanPlan, StreamPlan};
use crate::predicate::{Comparison, Predicate, Scalar, Test, Truth};
use crate::table::EntitySet;
use crate::tally::{Because, Notice, Tally};
use crate::time::{Interval, instant_text};

/// Looks on while a scan runs.
#[derive(Debug)]
pub(crate) struct Watch {
    /// What the table is called when something is said of it.
    name: String,
    /// Its declaration; a log has none.
    set: Option<&'static EntitySet>,
    /// Its column of time, if it has one.
    time: Option<&'static str>,
    reasons: Vec<Because>,
    conditions: Vec<Condition>,
    /// Whether joins said which rows they can let through.
    keyed: bool,
    /// A key that was meant in another way.
    mistaken_key: Option<Because>,
    /// Columns that are compared by order and say little by it, with what is written instead.
    ordered: Vec<(String, String)>,
    /// What is compared with texts of a service, by a condition at that place or by the keys of a join.
    cased: Vec<(Option<usize>, Cased)>,
    /// The times that the conditions leave.
    asked: Interval,
    /// What the files hold, if files are read.
    held: Option<Arc<Held>>,
    seen: Mutex<Seen>,
    kept: AtomicBool,
}

/// One of the conditions that all have to hold.
#[derive(Debug)]
struct Condition {
    expr: Arc<dyn PhysicalExpr>,
    sql: String,
    is_of_time: bool,
    /// It is the same for all records.
    is_of_none: bool,
    /// The texts that a column is compared with.
    texts: Vec<Text>,
}

/// What was seen of the records.
#[derive(Debug, Default)]
struct Seen {
    records: u64,
    /// For each condition, whether a record satisfied it.
    met: Vec<bool>,
    /// For each condition, a record that nearly did.
    near: Vec<Option<Because>>,
    oldest: Option<i64>,
    newest: Option<i64>,
    /// For each comparison with texts, how many records differ in case alone, and what the first of them has.
    cased: BTreeMap<usize, (u64, String)>,
    /// There are records that were not read, since their time is not asked for.
    passed: bool,
}

impl Watch {
    /// A watch over a scan of these conditions, each over the rows that are decoded and in words, with the reasons that its
    /// plan tells.
    pub(crate) fn new(
        (name, set): (&str, &'static EntitySet),
        reasons: Vec<Because>,
        conditions: Vec<(Arc<dyn PhysicalExpr>, Predicate)>,
        held: Option<Arc<Held>>,
    ) -> Self {
        let ordered = ordered::of(set, conditions.iter().map(|(_, condition)| condition));
        let watch = Self { set: Some(set), ordered, ..Self::over((name, set.time), reasons, conditions) };
        // Of files, the records before the conditions are too many to be looked at twice.
        let cased = if held.is_none() { watch.cased } else { Vec::new() };
        Self { held, cased, ..watch }
    }

    /// The same over the rows of a log, whose columns nobody declared; `now` is the instant of the statement.
    pub(crate) fn of_log(
        name: &str,
        time: Option<&'static str>,
        conditions: Vec<(Arc<dyn PhysicalExpr>, Predicate)>,
        now: i64,
    ) -> Self {
        let watch = Self::over((name, time), Vec::new(), conditions);
        let reasons = of_time(watch.asked, time, now).into_iter().chain(watch.reasons.iter().cloned()).collect();
        Self { reasons, cased: Vec::new(), ..watch }
    }

    /// The same of a scan that joins have told these keys or times.
    pub(crate) fn keyed(self, keys: impl Iterator<Item = Predicate>) -> Self {
        let (mut keyed, mut mistaken_key, mut cased) = (false, None, Vec::new());
        for key in keys {
            keyed = true;
            mistaken_key = mistaken_key.or_else(|| near::texts_of(&key).iter().find_map(Text::network));
            if self.held.is_none() {
                cased.extend(Cased::of_keys(&key).into_iter().map(|cased| (None, cased)));
            }
        }
        let cased = self.cased.into_iter().chain(cased).collect();
        Self { keyed, mistaken_key, cased, ..self }
    }

    /// The times that the conditions leave.
    pub(crate) fn asked(&self) -> Interval {
        self.asked
    }

    /// Records of these times were not read: their time is not asked for.
    pub(crate) fn pass(&self, times: Interval) {
        let mut seen = self.seen();
        seen.passed = true;
        seen.widen(times.from, times.to);
    }

    fn over(
        (name, time): (&str, Option<&'static str>),
        mut reasons: Vec<Because>,
        conditions: Vec<(Arc<dyn PhysicalExpr>, Predicate)>,
    ) -> Self {
        let finer: Vec<Because> = conditions.iter().filter_map(|(_, condition)| ranges::finer(condition)).collect();
        if !finer.is_empty() {
            // A time that there is not contradicts nothing.
            reasons.retain(|because| !matches!(because, Because::Contradiction));
        }
        reasons.extend(finer);
        let reversed: Vec<Because> = ranges::reversed(conditions.iter().map(|(_, condition)| condition)).collect();
        if !reversed.is_empty() {
            reasons.retain(|because| !matches!(because, Because::Contradiction));
        }
        reasons.extend(reversed);
        // What the planner found to be false is no condition of a record.
        let is_false = |condition: &Predicate| matches!(condition, Predicate::Constant(Truth::False | Truth::Unknown));
        if reasons.is_empty() && conditions.iter().any(|(_, condition)| is_false(condition)) {
            reasons.push(Because::NeverHolds);
        }
        let conditions: Vec<_> = conditions.into_iter().filter(|(_, condition)| !is_false(condition)).collect();
        let asked = asked(conditions.iter().map(|(_, condition)| condition), time);
        let of_texts = |(at, (_, condition)): (usize, &(_, Predicate))| Some((Some(at), Cased::of(condition)?));
        let cased = conditions.iter().enumerate().filter_map(of_texts).collect();
        let conditions: Vec<Condition> = conditions
            .into_iter()
            .map(|(expr, condition)| Condition {
                is_of_none: collect_columns(&expr).is_empty(),
                expr,
                sql: condition.to_string(),
                is_of_time: time.is_some_and(|time| is_of(&condition, time)),
                texts: near::texts_of(&condition),
            })
            .collect();
        let seen = Seen { met: vec![false; conditions.len()], near: vec![None; conditions.len()], ..Seen::default() };
        let name = name.to_owned();
        let (seen, kept) = (Mutex::new(seen), AtomicBool::new(false));
        let (keyed, mistaken_key, ordered, set, held) = (false, None, Vec::new(), None, None);
        Self { name, set, time, reasons, conditions, keyed, mistaken_key, ordered, cased, asked, held, seen, kept }
    }

    /// Looks at records, and at how many of them satisfied the conditions.
    pub(crate) fn see(&self, rows: &RecordBatch, kept: usize) {
        if kept > 0 {
            self.kept.store(true, Relaxed);
        }
        self.see_case(rows);
        if self.kept.load(Relaxed) || rows.num_rows() == 0 {
            return;
        }
        // Rows are looked at side by side: what has been met by others meanwhile is looked at in vain, and that is all.
        let found = self.found(rows, &self.seen().met.clone());
        let mut seen = self.seen();
        seen.add(rows, self.time);
        for (at, (met, near)) in found.into_iter().enumerate() {
            seen.met[at] |= met;
            if seen.near[at].is_none() {
                seen.near[at] = near;
            }
        }
    }

    /// Counts the records that would be in the answer if case did not count.
    fn see_case(&self, rows: &RecordBatch) {
        for (place, (of, cased)) in self.cased.iter().enumerate() {
            // Nearly always there is none.
            if cased.near(rows).is_none() {
                continue;
            }
            let others = self.conditions.iter().enumerate().filter(|(at, _)| Some(*at) != *of);
            let others: Vec<_> = others.map(|(_, condition)| Arc::clone(&condition.expr)).collect();
            let left = satisfying(rows, &others).ok();
            if let Some((count, stored)) = left.and_then(|left| cased.near(&left)) {
                self.seen().cased.entry(place).or_insert((0, stored)).0 += count;
            }
        }
    }

    /// Says what the conditions mean that their writer may not have meant.
    fn say_meant(&self, tally: &Tally) {
        for (column, instead) in self.ordered.iter().cloned() {
            tally.notice(Notice::ComparedAsText { table: self.name.clone(), column, instead });
        }
        // Where there was nothing, it is said as the reason.
        if self.kept.load(Relaxed) {
            let seen = self.seen();
            for (place, (count, stored)) in &seen.cased {
                let (table, column) = (self.name.clone(), self.cased[*place].1.column());
                tally.notice(Notice::OtherCase { table, column, count: *count, stored: stored.clone() });
            }
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For each condition, whether one of the records satisfies it, and if none does, a record that nearly does.
    fn found(&self, rows: &RecordBatch, met: &[bool]) -> Vec<(bool, Option<Because>)> {
        let found = |condition: &Condition| {
            // A condition that fails on its own, guarded by another, proves nothing.
            if condition.is_met(rows).unwrap_or(true) {
                return (true, None);
            }
            (false, condition.texts.iter().find_map(|text| text.near(rows, self.set)))
        };
        self.conditions.iter().zip(met).map(|(one, met)| if *met { (true, None) } else { found(one) }).collect()
    }

    /// Says why there may have been nothing, if there was nothing.
    pub(crate) fn say(&self, tally: &Tally) {
        self.say_meant(tally);
        // Of an answer that is not whole nobody knows that there was nothing.
        let is_part = || tally.notices().iter().any(|notice| matches!(notice, Notice::Incomplete { .. }));
        if self.kept.load(Relaxed) || is_part() {
            return;
        }
        let seen = self.seen();
        // One value that is in no list with NULL in it, and not out of it either: that is said where the list is read.
        let is_unmet = |at: usize| self.conditions[at].is_of_none && !seen.met[at];
        if tally.notices().contains(&Notice::NullInList) && (0..self.conditions.len()).any(is_unmet) {
            return;
        }
        for because in self.because(&seen) {
            tally.notice(Notice::Nothing { table: self.name.clone(), because });
        }
    }

    fn because(&self, seen: &Seen) -> Vec<Because> {
        // That kinds were left out explains nothing where something else does.
        let (kinds, mut told): (Vec<_>, Vec<_>) =
            self.reasons.iter().cloned().partition(|because| matches!(because, Because::Kinds { .. }));
        if self.is_time_met(seen) {
            told.retain(|because| !matches!(because, Because::Instant { .. }));
        }
        told.extend(self.range(seen));
        let of_time = |because: &Because| {
            matches!(because, Because::Future { .. } | Because::Instant { .. } | Because::Range { .. })
        };
        let time_is_told = told.iter().any(of_time);
        // Of records that were not read, nobody knows what else they would have satisfied.
        let is_known = !seen.passed || seen.records > 0 && !time_is_told;
        let unmet = (0..self.conditions.len()).filter(|at| is_known && !seen.met[*at]);
        let causes: Vec<Because> = unmet
            .filter(|at| !(time_is_told && self.conditions[*at].is_of_time))
            .flat_map(|at| self.cause(at, seen))
            .collect();
        if causes.iter().any(|because| matches!(because, Because::Member { .. })) {
            // A value that there is not contradicts nothing.
            told.retain(|because| !matches!(because, Because::Contradiction));
        }
        told.extend(causes);
        if told.is_empty() {
            told.extend(self.otherwise(kinds, seen));
        }
        told
    }

    /// Whether records were read that satisfy what is asked of their time: then something else is the cause.
    fn is_time_met(&self, seen: &Seen) -> bool {
        let mut of_time = (0..self.conditions.len()).filter(|at| self.conditions[*at].is_of_time).peekable();
        seen.records > 0 && of_time.peek().is_some() && of_time.all(|at| seen.met[at])
    }

    /// Why no record satisfied a condition. A record is better proof than the documentation.
    fn cause(&self, at: usize, seen: &Seen) -> Vec<Because> {
        let condition = &self.conditions[at];
        if let Some(near) = &seen.near[at] {
            return vec![near.clone()];
        }
        // Where files hold nothing at all, no text is the reason.
        if self.held.is_some() && seen.records == 0 {
            return Vec::new();
        }
        let facts: Vec<Because> = condition.texts.iter().filter_map(|text| text.fact(self.set)).collect();
        if facts.is_empty() && seen.records > 0 {
            return vec![Because::Excluded { condition: condition.sql.clone(), records: seen.records }];
        }
        facts
    }

    /// The times of the records, if they all lie outside of what was asked for.
    fn range(&self, seen: &Seen) -> Option<Because> {
        let (oldest, newest) = seen.oldest.zip(seen.newest)?;
        let (column, held) = (self.time?, Interval { from: Some(oldest), to: Some(newest) });
        held.intersect(self.asked).is_empty().then(|| Because::Range {
            column,
            oldest: instant_text(oldest),
            newest: instant_text(newest),
            asked: in_words(self.asked),
        })
    }

    /// Whether a service was asked with the keys of joins alone, and sent nothing.
    fn is_asked_by_keys(&self, seen: &Seen) -> bool {
        self.conditions.is_empty() && self.held.is_none() && seen.records == 0 && !seen.passed
    }

    /// What can be said where no condition is the cause by itself.
    fn otherwise(&self, kinds: Vec<Because>, seen: &Seen) -> Vec<Because> {
        if let Some(mistaken) = &self.mistaken_key {
            return vec![mistaken.clone()];
        }
        match &self.held {
            _ if self.keyed && (seen.records > 0 && seen.met.iter().all(|met| *met) || self.is_asked_by_keys(seen)) => {
                vec![Because::NoPartner]
            }
            _ if seen.records > 0 && self.conditions.len() > 1 => vec![Because::Together { records: seen.records }],
            _ if seen.records > 0 => Vec::new(),
            _ if seen.passed => vec![Because::Between { asked: in_words(self.asked) }],
            Some(held) => vec![held.because()],
            None if kinds.is_empty() => {
                let asked = if self.asked == Interval::ALL { String::new() } else { in_words(self.asked) };
                vec![Because::NoneCame { conditions: self.keyed || !self.conditions.is_empty(), asked }]
            }
            None => kinds,
        }
    }
}

impl Condition {
    /// Whether one of the records satisfies it.
    fn is_met(&self, rows: &RecordBatch) -> Result<bool> {
        let verdict = self.expr.evaluate(rows)?.into_array(rows.num_rows())?;
        Ok(as_boolean_array(&verdict)?.iter().flatten().any(|holds| holds))
    }
}

impl Seen {
    fn add(&mut self, rows: &RecordBatch, time: Option<&str>) {
        self.records += rows.num_rows() as u64;
        let times = time.and_then(|time| rows.column_by_name(time)?.as_primitive_opt::<TimestampMicrosecondType>());
        let Some(times) = times else { return };
        let (oldest, newest) = (arrow::compute::min(times), arrow::compute::max(times));
        self.widen(oldest, newest);
    }

    fn widen(&mut self, oldest: Option<i64>, newest: Option<i64>) {
        self.oldest = self.oldest.into_iter().chain(oldest).min();
        self.newest = self.newest.into_iter().chain(newest).max();
    }
}

/// A range as it was asked for: a bound that lies a microsecond inside of a second comes from `>` or `<`.
fn in_words(asked: Interval) -> String {
    let from = asked.from.map(|from| if from.rem_euclid(1_000_000) == 1 { from - 1 } else { from });
    let to = asked.to.map(|to| if to.rem_euclid(1_000_000) == 999_999 { to + 1 } else { to });
    let bounds = [("from", from), ("up to", to)].into_iter();
    bounds.filter_map(|(word, at)| Some(format!("{word} {}", instant_text(at?)))).collect::<Vec<_>>().join(" ")
}

/// The times that conditions leave together.
pub(crate) fn asked<'a>(conditions: impl Iterator<Item = &'a Predicate>, time: Option<&str>) -> Interval {
    let range = |condition| time.map_or(Interval::ALL, |time| times_of(condition, time));
    conditions.map(range).fold(Interval::ALL, Interval::intersect)
}

/// The times that a condition on the time leaves.
fn times_of(condition: &Predicate, time: &str) -> Interval {
    match condition {
        Predicate::And(all) => all.iter().map(|one| times_of(one, time)).fold(Interval::ALL, Interval::intersect),
        Predicate::Test { path, test: Test::Compare(comparison, Scalar::Instant(at)), .. } if *path == [time] => {
            match comparison {
                Comparison::Eq => Interval { from: Some(*at), to: Some(*at) },
                Comparison::Lt => Interval::until(at.saturating_sub(1)),
                Comparison::LtEq => Interval::until(*at),
                Comparison::Gt => Interval::since(at.saturating_add(1)),
                Comparison::GtEq => Interval::since(*at),
                Comparison::NotEq => Interval::ALL,
            }
        }
        _ => Interval::ALL,
    }
}

/// Whether a condition is about a column alone.
fn is_of(condition: &Predicate, column: &str) -> bool {
    match condition {
        Predicate::And(all) | Predicate::Or(all) => all.iter().all(|one| is_of(one, column)),
        Predicate::Not(one) => is_of(one, column),
        Predicate::Test { path, .. } => *path == [column],
        Predicate::Any { .. } | Predicate::Constant(_) | Predicate::Opaque { .. } => false,
    }
}

/// What the plan alone tells: one reason at most about time, and one about kinds.
pub(crate) fn of_plan(plan: &ScanPlan, now: i64) -> Vec<Because> {
    if plan.streams.is_empty() {
        let column = plan.pages.parent.filter(|_| plan.parents.is_some()).map(|parent| parent.column);
        return vec![column.map_or(Because::Contradiction, |column| Because::NoKey { column })];
    }
    let mut reasons: Vec<Because> = of_time(plan.about, plan.set.time, now).into_iter().collect();
    // Where the range explains it, the kinds would have changed nothing.
    if let Some(population) = plan.pages.population.as_ref().filter(|_| reasons.is_empty()) {
        let asked: Vec<&str> = plan.streams.iter().filter_map(StreamPlan::kind).map(|kind| kind.member).collect();
        let all = population.kinds.iter().map(|kind| kind.member);
        let left_out: Vec<&str> = all.filter(|member| !asked.contains(member)).collect();
        if !asked.is_empty() && !left_out.is_empty() {
            reasons.push(Because::Kinds { asked, left_out });
        }
    }
    reasons
}

/// The same of a scan of files, which hold records of all kinds.
pub(crate) fn of_files(plan: &FilePlan, now: i64) -> Vec<Because> {
    if plan.about.is_empty() {
        return vec![Because::Contradiction];
    }
    of_time(plan.about, plan.set.time, now).into_iter().collect()
}

/// The same of a scan of the activity feed. What its population leaves out is said with every answer.
pub(crate) fn of_feed(plan: &FeedPlan, now: i64) -> Vec<Because> {
    if plan.content_types.is_empty() {
        if !plan.elsewhere.is_empty() {
            let (holds, asked) = (plan.feed.content_types.to_vec(), plan.elsewhere.clone());
            return vec![Because::OtherContent { holds, asked }];
        }
        return if plan.left_out.is_empty() { vec![Because::Contradiction] } else { Vec::new() };
    }
    // What is read begins with a whole second, at or before what was asked for.
    let from = plan.asked.from.max(plan.available.from);
    from.filter(|from| *from >= now).map(|from| future(from, now)).into_iter().collect()
}

/// The same of a search.
pub(crate) fn of_search(plan: &SearchPlan, now: i64) -> Vec<Because> {
    if plan.order.is_none() {
        return vec![Because::Contradiction];
    }
    of_time(plan.about, plan.set.time, now).into_iter().collect()
}

fn of_time(about: Interval, time: Option<&'static str>, now: i64) -> Option<Because> {
    let column = time?;
    match (about.from, about.to) {
        (Some(from), _) if from >= now => Some(future(from, now)),
        (Some(from), Some(to)) if from == to => Some(Because::Instant { column, at: instant_text(from) }),
        _ => None,
    }
}

fn future(from: i64, now: i64) -> Because {
    Because::Future { from: instant_text(from), now: instant_text(now) }
}

#[cfg(test)]
mod tests;
