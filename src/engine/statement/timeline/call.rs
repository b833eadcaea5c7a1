//! What a call of `timeline(…)` asks for.

use chrono::{DateTime, TimeDelta, Utc};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::execution::SessionState;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr as Planned, ExprSchemable as _, cast};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::sql::sqlparser::ast::{Expr, FunctionArg, FunctionArgOperator, Value};

use arrow::datatypes::{DataType, TimeUnit};

use super::entity::Entity;
use crate::engine::error::Error;
use crate::engine::session::log_tables::{named, plain};
use crate::engine::statement::parse::{refused, seconds_of_span};
use crate::table::Whose;
use crate::time::read_instant;

/// What it does, for the manual.
#[cfg(feature = "cli")]
pub(crate) const DOC: &str = "The events of a user, an address or a network, a session, an application or an object of the directory, \
                              of every table that tells of it, in order of time. user => …, address => …, session => …, app => … or \
                              object => … in place of the first argument states what the value is; files => ['vpn.csv'] reads logs beside the tables.";

/// How it is called, for who called it otherwise.
pub(crate) const SYNTAX: &str = "timeline('ana@contoso.com', since => '7d', until => '2026-11-27 08:00', sources => ['entra.sign_ins'], files => ['vpn.csv'])";

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) entity: Entity,
    /// From then on.
    pub(super) since: Option<DateTime<Utc>>,
    /// Before then.
    pub(super) until: Option<DateTime<Utc>>,
    /// The names of the sources that were named. None at all, where files are to be read alone.
    pub(super) sources: Option<Vec<String>>,
    /// Files, folders and patterns that are read beside them, as they were written.
    pub(super) files: Vec<String>,
}

impl Call {
    /// Reads the arguments of a call.
    ///
    /// # Errors
    /// When they are not a value and options with theirs.
    pub(super) fn read(args: &[FunctionArg], state: &SessionState, now: DateTime<Utc>) -> Result<Self, Error> {
        let (mut entity, mut since, mut until, mut sources, mut files) = (None, None, None, None, None);
        let taken = |what: &str| Err(wrong(&format!("{what} is given twice")));
        for arg in args {
            let (name, value) = match (named(arg), plain(arg)) {
                (Some((name, value)), _) => (Some(name), value),
                (None, Some(value)) => (None, value),
                (None, None) => return Err(not_taken(arg)),
            };
            if let FunctionArg::Named { operator: FunctionArgOperator::Assignment, .. }
            | FunctionArg::ExprNamed { operator: FunctionArgOperator::Assignment, .. } = arg
            {
                return Err(not_taken(arg));
            }
            let name = name.as_deref();
            let whose = Whose::ALL.into_iter().find(|whose| Some(whose.name()) == name);
            match (name, whose) {
                (None, _) | (Some(_), Some(_)) if entity.is_some() => {
                    return Err(wrong("it is of one user, address, session, application or object"));
                }
                (None, _) => entity = Some(Entity::recognised(&said(value, "what it is of")?)?),
                (Some(name), Some(whose)) => entity = Some(Entity::stated(whose, &said(value, name)?)?),
                (Some("since" | "from" | "start"), _) if since.is_some() => return taken("since"),
                (Some("until" | "to" | "end"), _) if until.is_some() => return taken("until"),
                (Some("sources" | "source"), _) if sources.is_some() => return taken("sources"),
                (Some("files" | "file"), _) if files.is_some() => return taken("files"),
                (Some("files" | "file"), _) => files = Some(paths(value)?),
                (Some("since" | "from" | "start"), _) => since = Some(instant("since", value, state, now)?),
                (Some("until" | "to" | "end"), _) => until = Some(instant("until", value, state, now)?),
                (Some("sources" | "source"), _) => sources = Some(names(value)?),
                (Some(other @ ("logs" | "log" | "input" | "path")), None) => {
                    return Err(refused(format!("timeline: it has no argument {other}"), NAMES_A_LOG));
                }
                (Some(other), None) => return Err(wrong(&format!("it has no argument {other}"))),
            }
        }
        let Some(entity) = entity else { return Err(wrong("it does not say of whom")) };
        if let (Some(since), Some(until)) = (since, until)
            && since >= until
        {
            let (since, until) = (since.format(SHOWN), until.format(SHOWN));
            return Err(refused(
                format!("timeline: nothing lies between {since} and {until}"),
                "since is the earlier time, until the later one",
            ));
        }
        let files = files.unwrap_or_default();
        if files.is_empty() && sources.as_ref().is_some_and(Vec::is_empty) {
            return Err(refused(
                "timeline: sources names no table",
                "write sources => ['entra.sign_ins', 'm365.activity'], or leave it out for the usual ones",
            ));
        }
        Ok(Self { entity, since, until, sources, files })
    }
}

/// How a time is shown in a message.
const SHOWN: &str = "%Y-%m-%dT%H:%M:%SZ";

fn wrong(what: &str) -> Error {
    refused(format!("timeline: {what}"), format!("it is called as {SYNTAX}"))
}

/// How a log is named, for who looks for it under another word.
pub(super) const NAMES_A_LOG: &str = "a log is named by files => 'x.log'";

/// An argument in a form that is none: `files := 'x.log'`.
fn not_taken(arg: &FunctionArg) -> Error {
    let what = format!("it does not take {arg}");
    match arg {
        FunctionArg::Named { name, arg: value, .. } => {
            refused(format!("timeline: {what}"), format!("write {} => {value}", name.value.to_lowercase()))
        }
        FunctionArg::ExprNamed { name, arg: value, .. } => {
            refused(format!("timeline: {what}"), format!("write {name} => {value}"))
        }
        FunctionArg::Unnamed(_) => wrong(&what),
    }
}

/// A text that is written out.
fn said(value: &Expr, what: &str) -> Result<String, Error> {
    text(value).ok_or_else(|| {
        refused(
            format!("timeline: {what} is not a text that is written out: {value}"),
            "write '…', or :name with a value; a table of users is joined with the tables themselves",
        )
    })
}

fn text(value: &Expr) -> Option<String> {
    let Expr::Value(value) = value else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) => Some(text.clone()),
        Value::DollarQuotedString(text) => Some(text.value.clone()),
        _ => None,
    }
}

/// Files in a list, or one as a text: a name may have commas.
fn paths(value: &Expr) -> Result<Vec<String>, Error> {
    let parts: Vec<&Expr> = match value {
        Expr::Array(list) => list.elem.iter().collect(),
        one => vec![one],
    };
    if let Some(name) = parts.iter().find(|part| matches!(part, Expr::Identifier(_) | Expr::CompoundIdentifier(_))) {
        let bare = name.to_string().replace('"', "").replace('\'', "''");
        return Err(refused(
            format!("timeline: files => {name} is a name of a column, not of a file"),
            format!("a file is named in single quotes: files => '{bare}'"),
        ));
    }
    let texts = parts.into_iter().map(text).collect::<Option<Vec<_>>>();
    let named = texts.filter(|paths| !paths.is_empty() && paths.iter().all(|path| !path.trim().is_empty()));
    let mut paths = named.ok_or_else(|| {
        refused("timeline: files names no file", "write files => ['logs/*.csv', 'dc01.evtx'], or leave it out")
    })?;
    let mut seen = std::collections::HashSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    Ok(paths)
}

/// Names in a list, or in a text with commas. An empty list names none.
fn names(value: &Expr) -> Result<Vec<String>, Error> {
    if matches!(value, Expr::Array(list) if list.elem.is_empty()) {
        return Ok(Vec::new());
    }
    let texts = match value {
        Expr::Array(list) => list.elem.iter().map(text).collect::<Option<Vec<_>>>(),
        one => text(one).map(|one| one.split(',').map(str::to_owned).collect()),
    };
    let names: Option<Vec<String>> = texts
        .map(|texts| texts.iter().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).collect());
    names.filter(|names| !names.is_empty()).ok_or_else(|| {
        refused(
            "timeline: sources names no table",
            "write sources => ['entra.sign_ins', 'm365.activity'], or leave it out for the usual ones",
        )
    })
}

/// An instant: how long ago, a time as text, or what comes out of an expression without columns.
fn instant(what: &str, value: &Expr, state: &SessionState, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let found = match text(value) {
        Some(text) => ago(&text, now).or_else(|| read_instant(text.trim())),
        None => evaluated(value, state, now),
    };
    found.ok_or_else(|| {
        refused(
            format!("timeline: {what} => {value} is no time"),
            format!("write {what} => '7d' for so long ago, or {what} => '2026-11-27 08:00' (UTC)"),
        )
    })
}

fn ago(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    /// Longer than anybody keeps records, and still to be reckoned with.
    const LONGEST: f64 = 1e10;
    let seconds = seconds_of_span(text).filter(|seconds| (0.0..LONGEST).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "the longest is far below the limit")]
    let millis = (seconds * 1_000.0) as i64;
    now.checked_sub_signed(TimeDelta::milliseconds(millis))
}

fn evaluated(value: &Expr, state: &SessionState, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let instants = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let schema = DFSchema::empty();
    let expr = state.create_logical_expr(&value.to_string(), &schema).ok()?;
    // A number would be microseconds since 1970, and was meant as days.
    if expr.get_type(&schema).ok()?.is_numeric() {
        return None;
    }
    let expr = cast(expr, instants);
    let context =
        SimplifyContext::builder().with_schema(schema.into()).with_query_execution_start_time(Some(now)).build();
    match ExprSimplifier::new(context).simplify(expr).ok()? {
        Planned::Literal(ScalarValue::TimestampMicrosecond(Some(micros), _), _) => {
            DateTime::from_timestamp_micros(micros)
        }
        _ => None,
    }
}
