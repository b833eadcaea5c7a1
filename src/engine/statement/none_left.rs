//! Rows that were read and are lost above the scans: to HAVING, a condition on the elements of a list, OFFSET, a join without
//! partners. A scan that gave rows out says nothing of why the answer is empty, so it is said here, from what each node of the
//! plan counted.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::common::JoinType;
use datafusion::common::stats::Precision;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{DynamicFilterTracking, PhysicalExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::joins::{HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::limit::GlobalLimitExec;
use datafusion::physical_plan::memory::LazyMemoryExec;
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::scalar_subquery::ScalarSubqueryExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};

use crate::engine::leaf::SharedExec;
use crate::tally::{Notice, Tally};

type Node = Arc<dyn ExecutionPlan>;

/// What a plan sums up in one row, if it does nothing else: where nothing came to it, that row is `count(*)` of nothing.
pub(super) fn summed_up(plan: &Node) -> Option<&Node> {
    if let Some(values) = values(plan) {
        return values.subqueries().iter().find_map(|query| summed_up(&query.plan));
    }
    let (mut node, mut is_summed_up) = (plan, false);
    loop {
        let aggregate = node.downcast_ref::<AggregateExec>();
        let is_one_row = aggregate.is_some_and(|aggregate| aggregate.group_expr().is_empty());
        match inputs(node)[..] {
            [child] if is_one_row || aggregate.is_none() && passes_on(node) => node = child,
            _ => break,
        }
        is_summed_up |= is_one_row;
    }
    (is_summed_up && given(node) == Some(0)).then_some(node)
}

/// The queries of a plan that does nothing but give their values.
fn values(node: &Node) -> Option<&ScalarSubqueryExec> {
    if let Some(values) = node.downcast_ref::<ScalarSubqueryExec>() {
        return shaped(values.input(), |node| node.is::<PlaceholderRowExec>()).then_some(values);
    }
    match node.children()[..] {
        [child] if passes_on(node) => values(child),
        _ => None,
    }
}

/// Notes where the rows of a plan that gave none were lost, if they were lost above its scans.
pub(super) fn noted(plan: &Node, tally: &Tally) {
    // That says it all: every row went there.
    if tally.notices().contains(&Notice::NullInList) {
        return;
    }
    if let Some(because) = lost(plan, false).or_else(|| not_begun(plan)).or_else(|| held_none(plan)) {
        tally.notice(Notice::NoneLeft { because });
    }
}

/// Where the rows were lost; `grouped` if groups are made of them above. Of a plan that does not count them nothing is said.
fn lost(node: &Node, grouped: bool) -> Option<String> {
    if given(node)? > 0 {
        return None;
    }
    let children = inputs(node);
    // A join tells a file which of its rows can have a partner.
    let is_join = join_type(node).is_some();
    let came = |child: &&Node| match given(child)? {
        0 if is_join => Some(passed_over(child, true).unwrap_or(0)),
        count => Some(count),
    };
    let counts: Vec<usize> = children.iter().map(came).collect::<Option<_>>()?;
    let reached = if node.is::<UnionExec>() || children.len() < 2 {
        counts.iter().any(|count| *count > 0)
    } else {
        counts.iter().all(|count| *count > 0)
    };
    if !counts.is_empty() && reached {
        return Some(at(node, &counts, grouped));
    }
    if let [child] = children[..]
        && node.is::<FilterExec>()
        && let Some(passed_over) = passed_over(child, false)
    {
        return Some(at(node, &[passed_over], grouped));
    }
    let makes_groups = node.downcast_ref::<AggregateExec>().is_some_and(|groups| !groups.group_expr().is_empty());
    children.into_iter().find_map(|child| lost(child, grouped || makes_groups))
}

/// The rows of files that say of their columns what shows that no row satisfies the condition above: none of them is read. The condition
/// is one that a join found out on the way, or one of the statement.
fn passed_over(node: &Node, of_join: bool) -> Option<usize> {
    if passes_on(node) {
        let [child] = inputs(node)[..] else { return None };
        return passed_over(child, of_join);
    }
    let files = node.downcast_ref::<DataSourceExec>()?.data_source().downcast_ref::<FileScanConfig>()?;
    let is_asked = |condition: &Arc<dyn PhysicalExpr>| {
        DynamicFilterTracking::classify(condition).contains_dynamic_filter() == of_join
    };
    let condition = files.file_source().filter().filter(is_asked);
    condition.and(files.statistics().num_rows.get_value().copied()).filter(|rows| *rows > 0)
}

/// A series that ends before it begins.
fn not_begun(node: &Node) -> Option<String> {
    if node.is::<LazyMemoryExec>() && given(node) == Some(0) {
        return Some("a series has no value from its first to its last; a step below 0 counts down".into());
    }
    node.children().into_iter().find_map(not_begun)
}

/// A table that was kept without a row in it, or a file that says so of itself.
fn held_none(node: &Node) -> Option<String> {
    let files = node.downcast_ref::<DataSourceExec>();
    let files = files.and_then(|source| source.data_source().downcast_ref::<FileScanConfig>());
    if files.is_some_and(|files| files.statistics().num_rows == Precision::Exact(0)) {
        return Some("a table that is read has none".into());
    }
    inputs(node).into_iter().find_map(held_none)
}

/// How many rows a node gave out. A node that does not count passes on what it is given, or has its rows at hand.
fn given(node: &Node) -> Option<usize> {
    if let Some(rows) = node.downcast_ref::<DataSourceExec>().and_then(at_hand) {
        return Some(rows);
    }
    let metrics = node.downcast_ref::<SharedExec>().map_or_else(|| node.metrics(), SharedExec::counted);
    let counted = metrics.as_ref().and_then(|metrics| {
        metrics.output_rows().or_else(|| metrics.sum_by_name("rows_kept").map(|kept| kept.as_usize()))
    });
    counted.or_else(|| match inputs(node)[..] {
        [child] => given(child),
        _ => None,
    })
}

/// The rows that a statement writes out, or that describe the session.
fn at_hand(source: &DataSourceExec) -> Option<usize> {
    let rows = source.data_source().downcast_ref::<MemorySourceConfig>()?;
    let counted = rows.partitions().iter().flatten().map(RecordBatch::num_rows).sum::<usize>();
    Some(source.fetch().map_or(counted, |most| counted.min(most)))
}

/// What a node does that lets no row through, and how many rows came to it.
fn at(node: &Node, counts: &[usize], grouped: bool) -> String {
    let count: usize = counts.iter().sum();
    if let Some(limit) = node.downcast_ref::<GlobalLimitExec>().filter(|limit| limit.skip() > 0) {
        return format!("OFFSET {} lies behind all of the {count} row(s)", limit.skip());
    }
    if node.is::<UnnestExec>() {
        return format!("the lists of all {count} row(s) are empty");
    }
    if node.is::<FilterExec>() {
        let below = |is: fn(&Node) -> bool| shaped(node.children()[0], is);
        return if below(|node| node.is::<AggregateExec>()) {
            format!("none of {count} group(s) satisfies HAVING, or WHERE above GROUP BY")
        } else if below(|node| node.is::<WindowAggExec>() || node.is::<BoundedWindowAggExec>()) {
            format!("none of {count} row(s) satisfies the condition on a window function")
        } else if below(|node| node.is::<UnnestExec>()) {
            format!("none of {count} element(s) satisfies WHERE")
        } else if grouped {
            // A condition on what groups are made by is asked of their rows.
            format!("none of {count} row(s) read satisfies WHERE or HAVING")
        } else {
            format!("none of {count} row(s) read satisfies WHERE")
        };
    }
    let join = node.downcast_ref::<HashJoinExec>();
    let is_not_in = join.is_some_and(|join| join.null_aware);
    let asks_more = join.is_some_and(|join| join.filter().is_some());
    match (join_type(node), counts) {
        (_, [left, _]) if is_not_in => format!("each of {left} row(s) is in the list of NOT IN, or is NULL itself"),
        (Some(JoinType::LeftAnti), [left, _]) => format!("each of {left} row(s) has a partner in what is left out"),
        (Some(JoinType::RightAnti), [_, right]) => format!("each of {right} row(s) has a partner in what is left out"),
        (_, [left, right]) if asks_more => {
            format!("of {left} row(s) and {right} row(s) to join, no pair satisfies the conditions on both")
        }
        (_, [left, right]) => {
            let meant = join.and_then(of_networks).unwrap_or_default();
            format!("of {left} row(s) and {right} row(s) to join, none has a partner{meant}")
        }
        _ => format!("{count} row(s) were read, and none is left"),
    }
}

/// What was meant by addresses that equal networks.
fn of_networks(join: &HashJoinExec) -> Option<String> {
    join.on().iter().find_map(|(one, other)| {
        let name = |key| collect_columns(key).iter().next().map(|column| column.name().to_owned());
        let (one, other) = (name(one)?, name(other)?);
        let (address, network) = match (names_networks(&one), names_networks(&other)) {
            (false, true) => (one, other),
            (true, false) => (other, one),
            _ => return None,
        };
        Some(format!("; if {network} holds networks, ip_in({address}, {network}) looks into them"))
    })
}

/// Whether a column is called as one of networks is.
fn names_networks(column: &str) -> bool {
    let words = ["cidr", "cidrs", "net", "network", "networks", "range", "subnet", "subnets"];
    column.split('_').any(|word| words.contains(&word.to_lowercase().as_str()))
}

/// Whether a node is below nodes that only pass rows on.
fn shaped(node: &Node, is: fn(&Node) -> bool) -> bool {
    is(node) || passes_on(node) && matches!(inputs(node)[..], [child] if shaped(child, is))
}

/// What a node makes its rows of. Queries for values that are compared with are no part of that.
fn inputs(node: &Node) -> Vec<&Node> {
    node.downcast_ref::<ScalarSubqueryExec>().map_or_else(|| node.children(), |with_values| vec![with_values.input()])
}

fn passes_on(node: &Node) -> bool {
    ["Projection", "Repartition", "Coalesce", "Cooperative", "Sort", "ScalarSubquery", "LongValues", "NamedFiles"]
        .iter()
        .any(|name| node.name().starts_with(name))
}

fn join_type(node: &Node) -> Option<JoinType> {
    let hash = node.downcast_ref::<HashJoinExec>().map(|join| *join.join_type());
    let nested = node.downcast_ref::<NestedLoopJoinExec>().map(|join| *join.join_type());
    hash.or(nested).or_else(|| node.downcast_ref::<SortMergeJoinExec>().map(SortMergeJoinExec::join_type))
}
