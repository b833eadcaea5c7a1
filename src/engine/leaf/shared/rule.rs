//! Which scans of a plan are one: those of one table for the same rows, whatever columns each of them gives out.
//!
//! A scan that is told the keys of a join asks for other rows than the same scan without. It is one with that only where that is
//! read to its end in any case, before this one is first asked: on the side of a join that is read first, while this one is on the
//! other. Elsewhere a few keys may cost less than what a limit leaves unread.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema};
use datafusion::common::config::ConfigOptions;
use datafusion::error::Result;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs};
use datafusion::physical_expr_common::physical_expr::is_volatile;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::limit::{GlobalLimitExec, LocalLimitExec};
use datafusion::physical_plan::recursive_query::RecursiveQueryExec;
use datafusion::physical_plan::{ChildrenPropertiesMode, ExecutionPlan, ReplaceChildrenOptions};

use super::SharedExec;
use super::reading::Source;
use super::same::{Made, columns, is_same, is_scan, scans, source};
use crate::engine::joins::RangeJoinExec;
use crate::engine::runtime::options;

type Plan = Arc<dyn ExecutionPlan>;

/// The rule that reads them once. It is the last one: what it compares is what will be asked for.
#[derive(Debug)]
pub(crate) struct ShareScans;

impl PhysicalOptimizerRule for ShareScans {
    fn optimize(&self, plan: Plan, config: &ConfigOptions) -> Result<Plan> {
        if !options::of(config).share_scans {
            return Ok(plan);
        }
        let mut found = Found::default();
        found.below(&plan, &Path::default());
        let mut replaced: Vec<Option<Plan>> = vec![None; found.leaves.len()];
        for group in found.groups() {
            share(&group, &found.leaves, &mut replaced)?;
        }
        if replaced.iter().all(Option::is_none) {
            return Ok(plan);
        }
        Ok(with(&plan, &mut replaced.into_iter())?.unwrap_or(plan))
    }

    fn name(&self) -> &'static str {
        "share_scans"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// What stands above a leaf.
#[derive(Debug, Clone, Default)]
struct Path {
    /// The joins that read it to its end before they look at their other side.
    held_by: HashSet<usize>,
    /// The joins that look at it when they have read their other side.
    passing: HashSet<usize>,
    /// It is read in each round of a recursive query.
    recurs: bool,
}

#[derive(Debug)]
struct Leaf {
    plan: Plan,
    path: Path,
}

/// The scans of a plan, in its order.
#[derive(Debug, Default)]
struct Found {
    leaves: Vec<Leaf>,
    joins: usize,
}

impl Found {
    fn below(&mut self, plan: &Plan, path: &Path) {
        if is_scan(plan) {
            self.leaves.push(Leaf { plan: Arc::clone(plan), path: path.clone() });
            return;
        }
        let is_join = plan.is::<HashJoinExec>()
            || plan.is::<NestedLoopJoinExec>()
            || plan.is::<CrossJoinExec>()
            || plan.is::<RangeJoinExec>();
        let join = self.joins;
        self.joins += usize::from(is_join);
        let ends_early = plan.fetch().is_some() || plan.is::<GlobalLimitExec>() || plan.is::<LocalLimitExec>();
        for (at, child) in plan.children().into_iter().enumerate() {
            let mut path = path.clone();
            path.recurs |= plan.is::<RecursiveQueryExec>() && at == 1;
            if ends_early {
                path.held_by.clear();
            }
            if is_join {
                if at == 0 {
                    path.held_by.insert(join)
                } else {
                    path.passing.insert(join)
                };
            }
            self.below(child, &path);
        }
    }

    /// The places of leaves that are one.
    fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (at, leaf) in self.leaves.iter().enumerate() {
            if leaf.path.recurs || !is_steady(&leaf.plan) {
                continue;
            }
            match groups.iter_mut().find(|group| is_same(&self.leaves[group[0]].plan, &leaf.plan)) {
                Some(group) => group.push(at),
                None => groups.push(vec![at]),
            }
        }
        groups.iter_mut().for_each(|group| self.drop_keyed(group));
        groups.retain(|group| group.len() > 1);
        groups
    }

    /// Those that are told keys stay by themselves, unless one of the others is read whole before.
    fn drop_keyed(&self, group: &mut Vec<usize>) {
        let whole = |at: &usize| !is_keyed(&self.leaves[*at].plan);
        let held: HashSet<usize> =
            group.iter().filter(|at| whole(at)).flat_map(|at| self.leaves[*at].path.held_by.iter().copied()).collect();
        group.retain(|at| whole(at) || !self.leaves[*at].path.passing.is_disjoint(&held));
    }
}

/// Whether no threshold of its own ends it early.
fn is_steady(plan: &Plan) -> bool {
    scans(plan).iter().all(|scan| scan.order.is_none() || !scan.has_thresholds())
}

fn is_keyed(plan: &Plan) -> bool {
    scans(plan).iter().any(|scan| scan.fetch.is_none() && scan.dynamic.iter().any(|told| scan.joins.tell(told)))
}

/// Puts uses of one source in the place of leaves that are one.
fn share(group: &[usize], leaves: &[Leaf], replaced: &mut [Option<Plan>]) -> Result<()> {
    let mut all: Vec<(Made, Arc<Field>)> = Vec::new();
    let mut uses = Vec::new();
    for at in group {
        let plan = &leaves[*at].plan;
        let fields = plan.schema();
        let place = |(made, field): (Made, &Arc<Field>)| {
            let known = all.iter().position(|(other, _)| *other == made).filter(|_| !made.iter().any(is_volatile));
            known.unwrap_or_else(|| {
                let name = format!("c{}", all.len());
                all.push((made, Arc::new(field.as_ref().clone().with_name(name))));
                all.len() - 1
            })
        };
        let columns: Arc<[usize]> = columns(plan).into_iter().zip(fields.fields()).map(place).collect();
        uses.push((*at, columns, Arc::clone(plan.properties())));
    }
    let plan = &leaves[group[0]].plan;
    let schema = Arc::new(Schema::new(all.iter().map(|(_, field)| Arc::clone(field)).collect::<Vec<_>>()));
    let made = |branch: usize| {
        let one =
            |(at, (made, _)): (usize, &(Made, _))| ProjectionExpr::new(Arc::clone(&made[branch]), format!("c{at}"));
        ProjectionExprs::new(all.iter().enumerate().map(one))
    };
    // Whoever wants all of it has it read ahead.
    let is_lazy = group.iter().all(|at| scans(&leaves[*at].plan).iter().all(|scan| scan.is_lazy));
    let Some(source) = source(plan, made, (&schema, &uses[0].1), is_lazy)? else { return Ok(()) };
    let source = Arc::new(Source::new(source, group.len()));
    for (nth, (at, columns, properties)) in uses.into_iter().enumerate() {
        let is_first = nth == 0;
        replaced[at] = Some(Arc::new(SharedExec { source: Arc::clone(&source), columns, properties, is_first }));
    }
    Ok(())
}

/// The same plan with other leaves; `None`: it has none of them.
fn with(plan: &Plan, leaves: &mut impl Iterator<Item = Option<Plan>>) -> Result<Option<Plan>> {
    if is_scan(plan) {
        return Ok(leaves.next().flatten());
    }
    let children = plan.children();
    let each = children.iter().map(|child| with(child, leaves)).collect::<Result<Vec<_>>>()?;
    if each.iter().all(Option::is_none) {
        return Ok(None);
    }
    let children = each.into_iter().zip(children).map(|(new, old)| new.unwrap_or_else(|| Arc::clone(old))).collect();
    let kept = ReplaceChildrenOptions::new(ChildrenPropertiesMode::Keep);
    Arc::clone(plan).replace_children(children, kept).map(Some)
}
