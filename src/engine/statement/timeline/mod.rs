//! `FROM timeline('ana@contoso.com', since => '7d')`: the events of somebody or something, of every table that tells of them.
//!
//! A call stands for a query: a SELECT for each table, with the conditions under which its records are of the entity, put together
//! with UNION ALL. So what is sent, what EXPLAIN shows, what is missing and what it costs follow from the tables, and conditions of
//! the statement around it reach them. What the value is compared with is declared beside the tables (`apis::timeline`); the value
//! itself is bound like that of any `:name`.

mod call;
mod entity;
mod files;
mod log_words;
mod order;
mod sources;

use std::ops::ControlFlow;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, SessionState};
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::sql::parser::Statement as Outer;
use datafusion::sql::sqlparser::ast::{
    FunctionArg, Ident, ObjectName, Query, Statement, TableAlias, TableFactor, Visit, VisitMut, Visitor, VisitorMut,
};
use futures::TryStreamExt as _;

use self::call::Call;
#[cfg(feature = "cli")]
pub(crate) use self::call::DOC;
pub(crate) use self::call::SYNTAX;
use self::sources::{Source, Sources, TENANT};
use super::file_names::inner;
use super::parameters::{Parameters, Value};
use super::parse::{parse_with, refused};
use crate::engine::error::Error;
use crate::engine::session::log_tables::CATALOG;
use crate::tally::Notice;

/// The function.
pub(crate) const NAME: &str = "timeline";

/// How far back a timeline goes where nothing is said of it and a service is asked.
const USUAL_DAYS: i64 = 7;

/// The columns, in output order.
pub(crate) const COLUMNS: [&str; 9] = ["time", "source", "action", "result", "actor", "target", "address", "id", "raw"];

/// The timelines that a statement reads.
#[derive(Debug, Default)]
pub(super) struct Timelines {
    all: Vec<Timeline>,
    /// It reads one and nothing besides: its rows come in order.
    alone: bool,
}

/// A timeline that a statement reads.
#[derive(Debug)]
struct Timeline {
    /// What its reader has to know.
    notice: Notice,
    /// The tables that it reads.
    sources: Vec<String>,
    /// The files that it reads beside them.
    files: Vec<String>,
}

/// Writes the calls of a statement as queries.
///
/// # Errors
/// When a call is not understood, or what it names cannot be read.
pub(super) async fn expanded(state: &SessionState, statement: &mut Outer, now: DateTime<Utc>) -> Result<Timelines> {
    let Some(inner) = inner(statement) else { return Ok(Timelines::default()) };
    let mut seen = Seen::default();
    // The visitor never breaks.
    let _ = Visit::visit(&*inner, &mut seen);
    if seen.calls.is_empty() {
        return Ok(Timelines::default());
    }
    if matches!(inner, Statement::CreateView(_) | Statement::Prepare { .. }) {
        let what = "a view or a prepared statement cannot hold a timeline, since its times are reckoned from now";
        return Err(refused(what, "CREATE TABLE … AS SELECT keeps its rows; a saved query asks it anew").into());
    }
    let alone = order::is_alone(inner);
    let (mut queries, mut all) = (Vec::new(), Vec::new());
    for (catalog, args) in seen.calls {
        let (query, timeline) = one(state, catalog, &args, now).await?;
        queries.push(query);
        all.push(timeline);
    }
    queries.reverse();
    match VisitMut::visit(inner, &mut InPlace(queries)) {
        ControlFlow::Break(error) => Err(error.into()),
        ControlFlow::Continue(()) => Ok(Timelines { all, alone }),
    }
}

/// The name of a catalog, if a call names one, of a table function that is the timeline.
fn called(name: &ObjectName) -> Option<Option<String>> {
    let idents: Option<Vec<&Ident>> = name.0.iter().map(|part| part.as_ident()).collect();
    let spelt =
        |ident: &Ident| if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() };
    match idents?.as_slice() {
        [own] if spelt(own) == NAME => Some(None),
        [catalog, own] if spelt(own) == NAME => Some(Some(spelt(catalog))),
        _ => None,
    }
}

/// The calls of a statement, in order.
#[derive(Default)]
struct Seen {
    calls: Vec<(Option<String>, Vec<FunctionArg>)>,
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, args: Some(args), .. } = table
            && let Some(catalog) = called(name)
        {
            self.calls.push((catalog, args.args.clone()));
        }
        ControlFlow::Continue(())
    }
}

/// Puts queries into the places of the calls, the last one first in the list.
struct InPlace(Vec<Query>);

impl VisitorMut for InPlace {
    type Break = Error;

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Error> {
        let TableFactor::Table { name, alias, args: Some(_), .. } = table else { return ControlFlow::Continue(()) };
        if called(name).is_none() {
            return ControlFlow::Continue(());
        }
        let Some(query) = self.0.pop() else { return ControlFlow::Continue(()) };
        let own = || TableAlias { explicit: true, name: Ident::new(NAME), columns: Vec::new(), at: None };
        let alias = Some(alias.take().unwrap_or_else(own));
        *table = TableFactor::Derived { lateral: false, subquery: Box::new(query), alias, sample: None };
        ControlFlow::Continue(())
    }
}

/// The query that a call stands for.
async fn one(
    state: &SessionState,
    catalog: Option<String>,
    args: &[FunctionArg],
    now: DateTime<Utc>,
) -> Result<(Query, Timeline)> {
    let mut call = Call::read(args, state, now)?;
    let name = catalog.clone().unwrap_or_else(|| state.config_options().catalog.default_catalog.clone());
    let Some(provider) = state.catalog_list().catalog(&name) else {
        let names = state.catalog_list().catalog_names().join(", ");
        return Err(refused(format!("there is no connection '{name}'"), format!("there are {names}")).into());
    };
    let mut sources = sources::found(state, (&name, provider.as_ref()), &call).await?;
    sources.read.extend(files::read(state, &call.files, &call.entity).await?);
    let by_default = call.since.is_none() && sources.read.iter().any(|source| source.is_of_service);
    if by_default {
        let end = call.until.unwrap_or(now).min(now);
        call.since = end.checked_sub_signed(TimeDelta::days(USUAL_DAYS));
    }
    let (text, parameters) = worded(catalog.as_deref(), &call, &sources);
    let query = match parse_with(state, &text, &parameters, now)? {
        Outer::Statement(statement) => match *statement {
            Statement::Query(query) => *query,
            _ => return Err(DataFusionError::Internal("a timeline is a query".into())),
        },
        _ => return Err(DataFusionError::Internal("a timeline is a query".into())),
    };
    Ok((query, said(&call, &sources, by_default, now)))
}

/// The query as text, and the values of its names. Of what was typed nothing is in the text.
fn worded(catalog: Option<&str>, call: &Call, sources: &Sources) -> (String, Parameters) {
    let time = |time: Option<DateTime<Utc>>| time.map_or(Value::Nothing, Value::Time);
    let mut parameters = Parameters::default().with("since", time(call.since)).with("until", time(call.until));
    for whose in &call.entity.may_be {
        parameters.set(whose.name(), Value::Text(call.entity.value.clone()));
    }
    if let Some(local) = call.entity.local_part() {
        parameters.set("local", Value::Text(local.to_owned()));
    }
    let mut parts = Vec::new();
    for (at, source) in sources.read.iter().enumerate() {
        parameters.set(format!("source_{at}"), Value::Text(source.name.clone()));
        parts.push(select(catalog, call, source, at));
    }
    (parts.join(" UNION ALL "), parameters)
}

fn select(catalog: Option<&str>, call: &Call, source: &Source, at: usize) -> String {
    let [time, action, result, actor, target, address, id, raw] = &source.columns;
    let text = |sql: &str| format!("CAST({sql} AS VARCHAR)");
    let address = match address.as_ref() {
        "NULL" => text("NULL"),
        address => format!("coalesce(ip_parse({address}), nullif({address}, ''))"),
    };
    let name = match source.has_tenants {
        true => format!("concat_ws('.', {TENANT}, :source_{at})"),
        false => text(&format!(":source_{at}")),
    };
    let columns = [
        time.to_string(),
        name,
        text(action),
        text(result),
        text(actor),
        text(target),
        text(&address),
        text(id),
        text(raw),
    ];
    let columns: Vec<String> = columns.iter().zip(COLUMNS).map(|(sql, name)| format!("{sql} AS {name}")).collect();
    let catalog = if source.is_file { Some(CATALOG) } else { catalog };
    let path = catalog.into_iter().chain(source.path.iter().map(String::as_str));
    let path: Vec<String> = path.map(|part| format!("\"{}\"", part.replace('"', "\"\""))).collect();
    let mut conditions = Vec::new();
    let bounds = [call.since.map(|_| format!("{time} >= :since")), call.until.map(|_| format!("{time} < :until"))];
    let bounds: Vec<String> = bounds.into_iter().flatten().collect();
    // A service's record has a time. In a file it may be missing, and then nothing says that it lies outside.
    conditions.extend((!bounds.is_empty()).then(|| match source.is_of_service {
        true => bounds.join(" AND "),
        false => format!("(({}) OR {time} IS NULL)", bounds.join(" AND ")),
    }));
    if source.is_of_service && call.entity.may_be == [crate::table::Whose::User] {
        conditions.extend(source.users_only.map(|only| format!("({only})")));
    }
    let of: Vec<String> = source.of.iter().map(|(_, condition)| format!("({condition})")).collect();
    conditions.push(format!("({})", of.join(" OR ")));
    format!("SELECT {} FROM {} WHERE {}", columns.join(", "), path.join("."), conditions.join(" AND "))
}

/// What was taken for what.
fn said(call: &Call, sources: &Sources, by_default: bool, now: DateTime<Utc>) -> Timeline {
    let usual = if by_default { format!(" (the usual {USUAL_DAYS} days)") } else { String::new() };
    let untimed = (call.since.is_some() || call.until.is_some()) && sources.read.iter().any(|one| !one.is_of_service);
    let untimed = if untimed { ", and rows of files without a time, at the end" } else { "" };
    let period = match (&call.since, &call.until) {
        (Some(since), Some(until)) => format!("from {}{usual} until {}", shown(since), shown(until)),
        (Some(since), None) => format!("from {}{usual}", shown(since)),
        (None, Some(until)) => format!("until {}", shown(until)),
        (None, None) => "of any time".to_owned(),
    };
    let names: Vec<String> = sources.read.iter().map(|source| source.name.clone()).collect();
    let tables: Vec<String> = sources.tables().map(|source| source.name.clone()).collect();
    let notice = Notice::Timeline {
        of: call.entity.said(),
        period: format!("{period}{untimed}"),
        sources: names.clone(),
        left_out: sources.left_out.clone(),
        asked: shown(&now),
        sql: again(call, &tables, now),
        states: (call.entity.may_be.len() > 1).then(|| call.entity.may_be.iter().map(|whose| whose.name()).collect()),
    };
    Timeline { notice, sources: tables, files: call.files.clone() }
}

/// A time as it is said, to the second.
fn shown(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The statement that asks the same at another time: its own times do not move.
fn again(call: &Call, sources: &[String], now: DateTime<Utc>) -> String {
    let literal = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let who = match call.entity.may_be.as_slice() {
        [whose] => format!("{} => {}", whose.name(), literal(&call.entity.value)),
        _ => literal(&call.entity.value),
    };
    let exact = |time: DateTime<Utc>| literal(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    let since = call.since.map(|since| format!(", since => {}", exact(since))).unwrap_or_default();
    let until = exact(call.until.unwrap_or(now));
    let listed = |all: &[String]| all.iter().map(|one| literal(one)).collect::<Vec<_>>().join(", ");
    let files = if call.files.is_empty() { String::new() } else { format!(", files => [{}]", listed(&call.files)) };
    format!("SELECT * FROM {NAME}({who}{since}, until => {until}, sources => [{}]{files})", listed(sources))
}

impl Timelines {
    /// What their reader has to know.
    pub(super) fn notices(&self) -> impl Iterator<Item = Notice> {
        self.all.iter().map(|timeline| timeline.notice.clone())
    }

    /// The plan of the statement, in order of time if it only reads one.
    ///
    /// # Errors
    /// When the planner finds fault with a sort.
    pub(super) fn in_order(&self, plan: LogicalPlan) -> Result<LogicalPlan> {
        if self.alone { order::in_order(plan) } else { Ok(plan) }
    }

    /// The rows, with errors that say how the table that failed is left out.
    pub(super) fn told(&self, rows: SendableRecordBatchStream) -> SendableRecordBatchStream {
        let all = |of: fn(&Timeline) -> &Vec<String>| -> Vec<String> {
            let mut all: Vec<String> = self.all.iter().flat_map(of).cloned().collect();
            all.dedup();
            all
        };
        let (sources, files) = (all(|timeline| &timeline.sources), all(|timeline| &timeline.files));
        if sources.len() + files.len() < 2 {
            return rows;
        }
        let schema = rows.schema();
        Box::pin(RecordBatchStreamAdapter::new(schema, rows.map_err(move |error| of_source(error, &sources, &files))))
    }
}

/// An error of one of the sources, with the others of its kind.
fn of_source(error: DataFusionError, sources: &[String], files: &[String]) -> DataFusionError {
    let Some(table) = Error::inside(&error).and_then(Error::table).map(str::to_owned) else { return error };
    let is_file = files.contains(&table);
    let all = if is_file { files } else { sources };
    if !all.contains(&table) {
        return error;
    }
    let others = all.iter().filter(|other| **other != table).cloned().collect();
    Error::OfTimeline { table, is_file, others, source: Box::new(error) }.into()
}
