//! The keys that joins tell a scan: which of its changing conditions are whole before it is first asked, and what they say then.
//!
//! A hash join reads one of its sides whole before it asks for the first row of the other one. By then the condition on that
//! other side holds the keys that were read. Conditions of other nodes (the threshold of a top-k) go on changing while rows
//! come, so nobody may wait for those; that is why a rule looks at the finished plan and tells each scan which joins it has.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use datafusion::common::JoinType;
use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::physical_expr::expressions::DynamicFilterPhysicalExpr;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::filter_pushdown::FilterPushdownPhase;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::recursive_query::RecursiveQueryExec;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};
use tokio::time::timeout;

use super::span::SpanExec;
use super::told::shortly;
use super::{MergedExec, ScanExec};
use crate::engine::joins::RangeJoinExec;
use crate::engine::runtime::Statement;
use crate::plan::{KeyCondition, ScanPlan};
use crate::predicate::{Conjunct, How, Keys, Predicate, READ_JSON, Reason, bind, keys, normal};
use crate::tally::Notice;

/// How long a scan waits for keys that should be there. A plan that asks for rows before it has them is read without.
const PATIENCE: Duration = Duration::from_mins(1);

/// What joins have to do with a scan.
#[derive(Debug, Clone, Default)]
pub(super) struct Joins {
    /// Those whose keys it is told, by the condition that tells them; with how its columns are asked for them, and the names
    /// that they have there.
    pub(super) told: HashMap<u64, Vec<(How, String)>>,
    /// Those that tell it a span of times, by the condition that tells it; and whether they tell several that lie apart.
    pub(super) spans: HashMap<u64, bool>,
    /// Why others tell it none.
    pub(super) untold: Vec<&'static str>,
}

/// The rule that tells scans about their joins. It is the last but those that change no condition.
#[derive(Debug)]
pub(crate) struct TellKeys;

impl PhysicalOptimizerRule for TellKeys {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(told(&plan, &Joins::default())?.unwrap_or(plan))
    }

    fn name(&self) -> &'static str {
        "tell_keys"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The same plan, its scans knowing of the joins above them; `None`: there are none to tell.
fn told(plan: &Arc<dyn ExecutionPlan>, joins: &Joins) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        return Ok(Some(Arc::new(scan.joined(joins))));
    }
    if let Some(merged) = plan.downcast_ref::<MergedExec>() {
        return Ok(Some(Arc::new(merged.joined(joins))));
    }
    let children = plan.children();
    let mut each = Vec::new();
    for (at, child) in children.iter().enumerate() {
        each.push(told(child, &below(plan, at, joins))?);
    }
    spanned(plan, &mut each)?;
    if each.iter().all(Option::is_none) {
        return Ok(None);
    }
    let children = each.into_iter().zip(children).map(|(new, old)| new.unwrap_or_else(|| Arc::clone(old))).collect();
    // Nothing that a node could have derived from its children is another now, its own conditions least of all.
    let kept = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
    Arc::clone(plan).replace_children(children, kept).map(Some)
}

/// Where a join compares times, its far side is told the span of the side at hand.
fn spanned(plan: &Arc<dyn ExecutionPlan>, sides: &mut [Option<Arc<dyn ExecutionPlan>>]) -> Result<()> {
    let [near, Some(far)] = sides else { return Ok(()) };
    let Some(span) = SpanExec::of(plan) else { return Ok(()) };
    let bounded: Arc<dyn ExecutionPlan> = if let Some(scan) = far.downcast_ref::<ScanExec>() {
        Arc::new(scan.within(&span)?)
    } else if let Some(merged) = far.downcast_ref::<MergedExec>() {
        Arc::new(merged.within(&span)?)
    } else {
        return Ok(());
    };
    let read = near.take().unwrap_or_else(|| Arc::clone(plan.children()[0]));
    (*near, *far) = (Some(span.over(read)), bounded);
    Ok(())
}

/// What the joins down to a node's child have to do with the scans below that.
fn below(plan: &Arc<dyn ExecutionPlan>, child: usize, above: &Joins) -> Joins {
    let mut joins = above.clone();
    if plan.is::<RecursiveQueryExec>() && child == 1 {
        // Each round has other keys than the first.
        return Joins { untold: vec!["each round of a recursive query has other keys"], ..Joins::default() };
    }
    if plan.is::<NestedLoopJoinExec>() || plan.is::<CrossJoinExec>() {
        joins.untold.push("a join without = has no keys");
    }
    if let Some(join) = plan.downcast_ref::<RangeJoinExec>() {
        joins.looked_up(join, child);
        return joins;
    }
    let Some(join) = plan.downcast_ref::<HashJoinExec>() else { return joins };
    let made = join.dynamic_expressions_produced();
    match made.first().and_then(|condition| condition.expression_id()).filter(|_| child == 1) {
        Some(id) => {
            joins.told.insert(id, join.on().iter().map(|(key, _)| (How::Equals, name_of(key))).collect());
        }
        None => joins.untold.extend(why_untold(*join.join_type(), join.null_aware, child)),
    }
    joins
}

/// The name of a part of a key, without the place that columns show, the type that it was made, and the table.
pub(super) fn name_of(key: &Arc<dyn PhysicalExpr>) -> String {
    // What is read of JSON is called as what it is read of.
    if let Some(read) = key.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.name() == READ_JSON) {
        return read.args().first().map_or_else(String::new, name_of);
    }
    let shown = key.to_string();
    let name =
        shown.strip_prefix("CAST(").and_then(|inner| inner.rsplit_once(" AS ")).map_or(&*shown, |(name, _)| name);
    let name =
        name.rsplit_once('@').filter(|(_, at)| at.bytes().all(|b| b.is_ascii_digit())).map_or(name, |(name, _)| name);
    let is_path = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
    name.rsplit_once('.').filter(|_| is_path).map_or(name, |(_, column)| column).to_owned()
}

/// Why a join tells the scans on a side no keys.
fn why_untold(kind: JoinType, null_aware: bool, side: usize) -> Option<&'static str> {
    use JoinType as J;
    Some(match (kind, side) {
        (J::Full, _) | (J::Left, 0) | (J::Right, 1) => "an outer join keeps all of its rows",
        (J::LeftAnti, _) if null_aware => {
            "NOT IN has to see all of its rows, since one NULL decides; NOT EXISTS asks for less"
        }
        (J::LeftAnti, 0) | (J::RightAnti, 1) => "NOT IN and NOT EXISTS keep the rows that no key has",
        (J::LeftMark, 0) | (J::RightMark, 1) => "IN or EXISTS beside OR keeps rows that no key has",
        (_, 0) => "it is read first, and its keys go to the other side of the join",
        _ => return None,
    })
}

impl Joins {
    /// Adds what a join whose partners are looked up tells the scans on a side: keys, and bounds of what is compared.
    fn looked_up(&mut self, join: &RangeJoinExec, child: usize) {
        let made = join.dynamic_expressions_produced();
        let Some(id) = made.first().and_then(|made| made.expression_id()).filter(|_| child == 1) else {
            let why = why_untold(join.join_type(), false, child);
            self.untold.push(why.unwrap_or("a join without = has no keys"));
            return;
        };
        let keys = join.held_keys().iter().map(|key| (How::Equals, name_of(key)));
        let networks = join.held_networks().map(|networks| (How::InNetwork, name_of(networks)));
        let parts: Vec<_> = keys.chain(networks).collect();
        if !parts.is_empty() {
            self.told.insert(id, parts);
        }
        if join.bounds_passing() {
            self.spans.insert(id, join.has_windows());
        }
    }

    /// Whether a condition comes from one of them.
    pub(super) fn tell(&self, condition: &Arc<dyn PhysicalExpr>) -> bool {
        condition.expression_id().is_some_and(|id| self.told.contains_key(&id) || self.spans.contains_key(&id))
    }
}

impl ScanExec {
    /// The same, knowing of the joins above it.
    pub(super) fn joined(&self, joins: &Joins) -> Self {
        let mut joins = joins.clone();
        let ids: Vec<u64> = self.dynamic.iter().filter_map(|condition| condition.expression_id()).collect();
        let above = joins.told.len();
        joins.told.retain(|id, _| ids.contains(id));
        if joins.told.len() < above && joins.told.is_empty() {
            joins.untold.push("the keys do not reach it through what stands between");
        }
        Self { joins: Arc::new(joins), ..self.clone() }
    }

    /// The same, with a condition of a join that is known before it is first asked.
    pub(super) fn within(&self, span: &SpanExec) -> Result<Self> {
        let condition = span.condition();
        let bounded = self.filtered(FilterPushdownPhase::Post, std::slice::from_ref(&condition))?;
        let mut joins = Joins::clone(&self.joins);
        let tested: Vec<_> = span.tested().map(|(how, near)| (how, name_of(near))).collect();
        if let Some(id) = condition.expression_id() {
            joins.spans.extend(span.bounds_times().then_some((id, false)));
            joins.told.extend((!tested.is_empty()).then_some((id, tested)));
        }
        Ok(Self { joins: Arc::new(joins), ..bounded })
    }

    /// Waits until the joins that it has to do with have read their keys. They have, where a plan asks for rows as late as it
    /// should.
    pub(super) async fn keys_read(&self) {
        let conditions = self.dynamic.iter().filter(|condition| self.joins.tell(condition));
        for condition in conditions.filter_map(|condition| condition.downcast_ref::<DynamicFilterPhysicalExpr>()) {
            if timeout(PATIENCE, condition.wait_complete()).await.is_err() {
                tracing::warn!(table = self.table.name, "the keys of a join did not come, and are not sent");
            }
        }
    }

    /// What joins say of its rows by now. Where it has a limit of its own, that chooses among all rows.
    pub(super) fn keys(&self) -> Vec<KeyCondition> {
        let conjunct = |predicate: Predicate| {
            let predicate = normal(predicate);
            Conjunct { sql: shortly(&predicate), bound: bind(&predicate, self.table.set) }
        };
        let conditions = self.said().map(|keys| KeyCondition {
            each: conjunct(keys.each),
            together: keys.together.map(|(predicate, tests)| (conjunct(predicate), tests)),
            count: keys.count,
        });
        conditions.collect()
    }

    /// What the keys are of each column by itself.
    pub(super) fn key_predicates(&self) -> impl Iterator<Item = Predicate> {
        self.said().map(|keys| normal(keys.each))
    }

    fn said(&self) -> impl Iterator<Item = Keys> {
        let told = self.dynamic.iter().filter(|condition| self.fetch.is_none() && self.joins.tell(condition));
        told.filter_map(|condition| keys(condition, &self.table.schema).ok().flatten())
    }

    /// Its conditions other than keys: they change while it runs.
    pub(super) fn thresholds(&self) -> impl Iterator<Item = &Arc<dyn PhysicalExpr>> {
        self.dynamic.iter().filter(|condition| !self.joins.tell(condition))
    }

    /// Whether there are such.
    pub(super) fn has_thresholds(&self) -> bool {
        self.thresholds().next().is_some()
    }

    /// Says that all is read because of a key that a service is not sent: without it, some requests would have done.
    pub(super) fn say_unsent(&self, plan: &ScanPlan, statement: &Statement) {
        for (keys, count) in &plan.keys {
            if let Some(because) = keys.reasons.iter().find_map(odd) {
                let (table, count, because) = (self.table.name.clone(), *count as u64, because.to_string());
                statement.tally.notice(Notice::KeysNotSent { table, count, because });
            }
        }
    }
}

/// What a key that a service is not sent has that others have not.
fn odd(reason: &Reason) -> Option<&Reason> {
    match reason {
        Reason::OneSidedOr(within) => odd(within),
        Reason::EmptyText | Reason::ControlCharacter | Reason::NoCode => Some(reason),
        Reason::FreePattern | Reason::NoOctet => Some(reason),
        _ => None,
    }
}
