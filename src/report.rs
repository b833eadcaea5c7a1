//! Any error as a report for a person: what failed, why, what to do, and the exit code of the program.
//!
//! The only module that knows the errors of every layer. They arrive wrapped in DataFusion's error, often several times;
//! what lies inside is found by its type, never by its text, except where DataFusion itself knows only text. Layers build
//! their errors without secrets; here every piece is made safe to show, because services quote what they were sent.

use std::error::Error;
use std::{fmt, io};

use datafusion::arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;

use crate::causes;
use crate::engine;
use crate::files::StoreFault;
use crate::output::{Failure, Redactor, safe};
use crate::veil::Veil;

mod advice;
mod columns;
mod doctor;
mod elsewhere;
mod empty;
mod expressions;
mod flags;
mod functions;
mod habits;
mod kql;
mod layers;
mod literal;
mod misspelt;
mod names;
mod place;
mod remote;
mod room;
mod sign_in;
mod stores;
mod structs;
mod tables;
mod types;
mod unquoted;
mod words;

pub use empty::compared_with_null;
pub(crate) use flags::at_prompt;
#[cfg(feature = "cli")]
pub(crate) use layers::{of_setting, stated as of_option};
pub use names::nearest;
#[cfg(feature = "cli")]
pub(crate) use room::with_room;
pub use sign_in::NOT_SET;
pub(crate) use tables::schema_named;

/// What the program's exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Success = 0,
    /// The query is wrong, or failed on this side.
    Query = 1,
    /// Flags, configuration or environment are wrong.
    Usage = 2,
    /// Signing in failed.
    SignIn = 3,
    /// The service refused or could not be reached.
    Remote = 4,
    /// The answer is not complete.
    Incomplete = 5,
    /// A bug of this program.
    Bug = 70,
    /// The time that `--timeout` gave was over.
    Deadline = 124,
    /// Interrupted from the keyboard.
    Interrupted = 130,
    /// Ended by the system: the terminal was closed, or the process was told to end.
    Terminated = 143,
}

impl Exit {
    /// The number that the program ends with.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error, ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What failed, in one clause.
    pub what: String,
    /// Why, from the outside in.
    pub causes: Vec<String>,
    /// The place in the statement, as lines to show.
    pub place: Option<String>,
    /// What to do.
    pub hint: Option<String>,
    /// The advice is the rest of a library's own words, which may hold values of records.
    pub verbatim: bool,
    /// The exit code.
    pub exit: Exit,
}

/// What a report may look at besides the error.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// The statement.
    pub sql: &'a str,
    /// The line of the script on which it begins, from 1.
    pub line: usize,
    /// The tables that there are: `schema.name`.
    pub tables: &'a [String],
    /// The catalogs that have tables of a tenant, that of a name without one first: `all_tenants` is another.
    pub tenants: &'a [String],
}

impl Report {
    /// A report of one clause.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { what: what.into(), causes: Vec::new(), place: None, hint: None, verbatim: false, exit }
    }

    /// The same with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same for who gave flags in the place of the arguments of `timeline(…)`.
    #[must_use]
    pub(crate) fn in_flags(self) -> Self {
        Self { hint: self.hint.map(|hint| flags::of_timeline(&hint)), ..self }
    }

    /// The same for who sits at the prompt, where flags of the program are settings.
    #[must_use]
    pub(crate) fn at_prompt(self) -> Self {
        Self { hint: self.hint.map(|hint| flags::at_prompt(&hint)), ..self }
    }

    /// The same with pseudonyms. The statement's text may hold what nobody is to see: its place goes.
    #[must_use]
    pub fn redacted(&self, redactor: &Redactor) -> Self {
        let told = |text: &String| redactor.told(text);
        Self {
            what: told(&self.what),
            causes: self.causes.iter().map(told).collect(),
            place: self.place.clone().filter(|place| told(place) == *place),
            hint: self.hint.as_ref().filter(|_| !self.verbatim).map(told),
            verbatim: self.verbatim,
            exit: self.exit,
        }
    }

    /// The same without secrets that were given in the wrong place.
    #[must_use]
    pub fn veiled(&self, veil: &Veil) -> Self {
        let told = |text: &String| veil.told(text).to_string();
        Self {
            what: told(&self.what),
            causes: self.causes.iter().map(told).collect(),
            place: self.place.as_ref().map(told),
            hint: self.hint.as_ref().map(told),
            ..*self
        }
    }

    /// An error with its causes.
    pub fn chain(exit: Exit, error: &(dyn Error + 'static)) -> Self {
        let mut said = causes::said(error).into_iter();
        let what = said.next().unwrap_or_default();
        Self { causes: said.collect(), ..Self::new(exit, what) }
    }

    /// A file that could not be used, and why.
    pub fn of_file(what: impl Into<String>, error: &io::Error) -> Self {
        let text = error.to_string();
        // Behind the words stand the system's number of the error, and at times the name of a file of our own.
        let why = text.split_once(" (os error ").map_or(text.as_str(), |(why, _)| why);
        Self { causes: vec![why.into()], ..Self::new(Exit::Usage, what) }
    }

    /// A query that failed, or whose result could not be written.
    pub fn of_failure(failure: &Failure, about: &About<'_>) -> Self {
        match failure {
            Failure::Query(error) => Self::of_query(error, about),
            Failure::Output(_) => Self::chain(Exit::Query, failure),
            Failure::Chart(refusal) => Self::new(Exit::Usage, refusal.what.clone()).hint(refusal.instead.clone()),
            Failure::Terminal(_) => {
                Self::chain(Exit::Usage, failure).hint("write it to a file with -o FILE, or into a pipe")
            }
        }
    }

    /// An error of a layer below, outside of any query.
    pub fn of_error(error: &(dyn Error + 'static)) -> Self {
        layers::of_layer(error, &About::default())
    }

    /// A query that failed.
    pub fn of_query(error: &DataFusionError, about: &About<'_>) -> Self {
        if let Some(report) = room::of_query(error) {
            return report;
        }
        let mut report = match innermost(error) {
            Innermost::Engine(error) => match StoreFault::of(error) {
                // What stands around it are layers of the engine's readers.
                Some(fault) => layers::of_layer(&engine::Error::OfStore(fault.clone()), about),
                None => of_datafusion(error, about),
            },
            Innermost::Layer(error) => layers::of_layer(error, about),
        };
        report.place = place::find(error, about).or(report.place);
        // What the error itself advises is nearer than what the statement looks like.
        if report.hint.is_none() && report.exit == Exit::Query {
            report.hint = advice::of_statement(about.sql);
        }
        report
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", safe::line(&self.what))?;
        for cause in &self.causes {
            write!(f, "\n  because: {}", safe::line(cause))?;
        }
        if let Some(place) = &self.place {
            write!(f, "\n{}", safe::block(place))?;
        }
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\nhint: {}", safe::line(hint)))
    }
}

/// What a tower of wrapped errors holds at its bottom.
enum Innermost<'a> {
    /// An error that DataFusion made itself.
    Engine(&'a DataFusionError),
    /// An error of a layer below, or of a library.
    Layer(&'a (dyn Error + 'static)),
}

fn innermost(mut error: &DataFusionError) -> Innermost<'_> {
    loop {
        let foreign: &(dyn Error + 'static) = match error {
            DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => {
                error = inner;
                continue;
            }
            DataFusionError::Shared(inner) => {
                error = inner;
                continue;
            }
            DataFusionError::Collection(all) if !all.is_empty() => {
                error = &all[0];
                continue;
            }
            DataFusionError::External(foreign) => foreign.as_ref(),
            DataFusionError::ArrowError(arrow, _) => match arrow.as_ref() {
                ArrowError::ExternalError(foreign) => foreign.as_ref(),
                _ => return Innermost::Engine(error),
            },
            _ => return Innermost::Engine(error),
        };
        match foreign.downcast_ref::<DataFusionError>() {
            Some(inner) => error = inner,
            None => return Innermost::Layer(foreign),
        }
    }
}

fn of_datafusion(error: &DataFusionError, about: &About<'_>) -> Report {
    match error {
        DataFusionError::SQL(error, _) => {
            let text = place::without_queries(&place::without_position(&parser_text(error)));
            if let Some(words) = words::of_making(&text) {
                return in_words(words);
            }
            // The parser shows the word as it holds it; the mark below shows where it stands.
            let is_dump = text.starts_with("No infix parser");
            Report::new(Exit::Query, if is_dump { "this is no operator".to_owned() } else { text })
        }
        DataFusionError::SchemaError(error, _) => of_schema(error, about),
        // Of some calls that a statement writes the engine says that they are its own fault.
        DataFusionError::Internal(text) => {
            match words::of_internal(text).or_else(|| functions::of_plan(text, about.sql)) {
                Some(words) => in_words(words),
                None => bug(&error.message()),
            }
        }
        DataFusionError::ExecutionJoin(join) if join.is_panic() => bug("a task of the query panicked"),
        DataFusionError::ResourcesExhausted(text) => {
            let hint = "raise --memory-limit, or select fewer columns or a shorter time range";
            let why = words::of_memory(first_line(text));
            Report::new(Exit::Query, format!("the query needs more memory than it may use: {why}")).hint(hint)
        }
        _ => of_text(&error.message(), about),
    }
}

/// An error of which only the text is known.
fn of_text(text: &str, about: &About<'_>) -> Report {
    if let Some(words) = expressions::of(text, about.sql) {
        return in_words(words);
    }
    let report = of_plain_text(text, about);
    let says = |sign: &str| report.hint.as_ref().is_some_and(|hint| hint.contains(sign));
    if types::has_json(text) && !says("->") {
        return report.hint(types::OF_JSON);
    }
    if !types::has_map(text) || says("['") {
        return report;
    }
    let hint = match &report.hint {
        Some(hint) if hint.starts_with("it takes ") => format!("{hint}; {}", types::OF_A_MAP),
        _ => types::OF_A_MAP.to_owned(),
    };
    report.hint(hint)
}

fn of_plain_text(text: &str, about: &About<'_>) -> Report {
    let text = types::without_parts(text);
    if let Some(words) = functions::of_plan(text, about.sql)
        .or_else(|| structs::in_json(text, about.sql))
        .or_else(|| advice::of_outer(text, about.sql))
    {
        return in_words(words);
    }
    if let Some(words) = words::of_plan(text) {
        return in_words(words);
    }
    let what = words::without_dump(first_line(text));
    if what.len() < first_line(text).len() {
        return Report::new(Exit::Query, what).hint(words::DIALECT);
    }
    let report = Report::new(Exit::Query, what);
    if let Some(table) = names::quoted(what, "table '", "' not found") {
        return tables::missing(table, about);
    }
    if let Some(field) = names::missing_field(what) {
        return columns::no_field(field, about.sql);
    }
    if let Some(statement) = what.strip_prefix("Unsupported SQL statement: ") {
        let word = statement.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        return Report::new(Exit::Query, format!("{word} is not supported"));
    }
    let report = Report { what: words::of_operation(&types::in_sql(what)), ..report };
    if let Some(words) = literal::of_text(what, about.sql).or_else(|| literal::half_day(what, about.sql)) {
        return in_words(words);
    }
    // A text that looks like a time is one that was meant so, also beside a column that says its type.
    if let Some(form) = literal::unread(what).filter(|_| types::has_time(what)).and_then(literal::time_form) {
        return report.hint(form);
    }
    if let Some((column, kind)) = of_literal(what, about) {
        return report.hint(format!("{column} is of type {kind}"));
    }
    if let Some(hint) = literal::of_number(what, about.sql) {
        return report.hint(hint);
    }
    if let Some(advice) = structs::compared(about.sql).filter(|_| advice::is_of_struct(what)) {
        return report.hint(advice);
    }
    if let Some(advice) = advice::of_text(what) {
        return report.hint(advice);
    }
    let rest = text[what.len()..].trim();
    if rest.is_empty() { report } else { Report { verbatim: true, ..report.hint(rest.replace('\n', "; ")) } }
}

/// The column that a text was compared with which is no value of its type, and that type.
fn of_literal(what: &str, about: &About<'_>) -> Option<(String, String)> {
    let column = literal::column(literal::unread(what)?, about.sql)?;
    let said = words::of_operation(&types::in_sql(what));
    said.rsplit_once(" cannot be cast to ").map(|(_, kind)| (column, kind.to_owned()))
}

fn in_words((what, hint): words::Words) -> Report {
    Report::new(Exit::Query, what).hint(hint)
}

fn of_schema(error: &SchemaError, about: &About<'_>) -> Report {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => columns::missing(field, valid_fields, about),
        SchemaError::AmbiguousReference { field } => {
            Report::new(Exit::Query, format!("the column {} is in more than one table", field.name))
                .hint(format!("write table.{}", field.name))
        }
        other => Report::new(Exit::Query, first_line(&other.to_string())),
    }
}

fn bug(text: &str) -> Report {
    Report::new(Exit::Bug, words::without_dump(first_line(text)))
        .hint("this is a bug in auditql; please report it with the statement")
}

fn parser_text(error: &ParserError) -> String {
    match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => "the statement is nested too deeply".into(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
