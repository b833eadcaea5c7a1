//! Files in the place of tables: `FROM 'logs/vpn.csv'` and `FROM read_csv('vpn.csv', header => false)`.
//!
//! A text where a table is named is a file, unless a table is called so; a name in double quotes is one if it looks like a path.
//! A word without quotes never is. Such a table is written into the statement under a catalog of files, whose tables are made of
//! their own names (`session::log_tables`): so a view keeps the file that it was made over, and planning it anew reads the file
//! anew.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use datafusion::common::TableReference;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::sql::parser::{ExplainStatement, Statement as Outer};
use datafusion::sql::sqlparser::ast::{
    Cte, Ident, ObjectName, Query, Statement, TableAlias, TableFactor, Visit, VisitMut, Visitor, VisitorMut,
};

use crate::engine::error::Error;
use crate::engine::session::log_tables::{CATALOG, FromClause, is_reader};
use crate::engine::session::policy::Policy;
use crate::stores::Stores;

/// A statement in which files are tables of their catalog.
///
/// # Errors
/// When files are named and may not be read, or a call that reads some is not understood.
pub(super) async fn named(state: &SessionState, policy: Policy, statement: &mut Outer) -> Result<()> {
    let Some(inner) = inner(statement) else { return Ok(()) };
    let mut seen = Seen::default();
    // The visitor never breaks.
    let _ = Visit::visit(&*inner, &mut seen);
    let mut files = HashSet::new();
    for name in std::mem::take(&mut seen.quoted) {
        if !seen.ctes.contains(&name) && !is_table(state, &name).await? {
            files.insert(name);
        }
    }
    if files.is_empty() && !seen.calls {
        return Ok(());
    }
    files.iter().try_for_each(|file| policy.check_location(file))?;
    if !policy.reads_any() {
        return Err(no_files().into());
    }
    let stores = state.config().get_extension().unwrap_or_default();
    match VisitMut::visit(inner, &mut Named { files: &files, taken: seen.names, stores }) {
        ControlFlow::Break(error) => Err(error.into()),
        ControlFlow::Continue(()) => Ok(()),
    }
}

/// A session whose host lets it read no files.
pub(super) fn no_files() -> Error {
    Error::NotDone { what: "reading files in FROM", instead: "the host of this session does not allow it" }
}

/// What is asked, within EXPLAIN.
pub(super) fn inner(statement: &mut Outer) -> Option<&mut Statement> {
    match statement {
        Outer::Statement(inner) => Some(inner),
        Outer::Explain(ExplainStatement { statement, .. }) => inner(statement),
        _ => None,
    }
}

async fn is_table(state: &SessionState, name: &str) -> Result<bool> {
    let Ok(schema) = state.schema_for_ref(TableReference::bare(name)) else { return Ok(false) };
    Ok(schema.table(name).await?.is_some())
}

/// The text of a name that could be a file's.
fn text_of(name: &ObjectName) -> Option<&str> {
    let [part] = name.0.as_slice() else { return None };
    let ident = part.as_ident()?;
    let is_text = ident.quote_style == Some('\'');
    let is_path = ident.quote_style == Some('"') && ident.value.contains(['.', '/', '\\', '*', '?']);
    (is_text || is_path).then_some(ident.value.as_str())
}

/// The word that a call in FROM begins with, if it reads files.
fn reader_of(name: &ObjectName) -> Option<String> {
    let [part] = name.0.as_slice() else { return None };
    let ident = part.as_ident()?;
    let word = ident.value.to_lowercase();
    (ident.quote_style.is_none() && is_reader(&word)).then_some(word)
}

/// What a statement names.
#[derive(Default)]
struct Seen {
    /// Names in quotes.
    quoted: HashSet<String>,
    /// It calls what reads files.
    calls: bool,
    ctes: HashSet<String>,
    /// What tables are called in it.
    names: HashSet<String>,
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
        self.ctes.extend(ctes.map(|cte: &Cte| cte.alias.name.value.clone()));
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        if let Statement::ExplainTable { table_name, .. } = statement {
            self.quoted.extend(text_of(table_name).map(str::to_owned));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, args, .. } = table {
            match args {
                None => self.quoted.extend(text_of(name).map(str::to_owned)),
                Some(_) => self.calls |= reader_of(name).is_some(),
            }
            let last = name.0.last().and_then(|part| part.as_ident()).filter(|_| text_of(name).is_none());
            let called = alias.as_ref().map(|alias| &alias.name).or(last);
            self.names.extend(called.map(|name| name.value.to_lowercase()));
        }
        ControlFlow::Continue(())
    }
}

/// Writes files as tables of their catalog.
struct Named<'a> {
    files: &'a HashSet<String>,
    /// What other tables are called.
    taken: HashSet<String>,
    /// What links are called is known there.
    stores: Arc<Stores>,
}

impl Named<'_> {
    /// The name of a table of files, and what its columns are called by where nothing else is said: a file's name without its
    /// ending, as long as that is a word and no other table's.
    fn place(&mut self, clause: &FromClause, alias: &mut Option<TableAlias>) -> ObjectName {
        let name = clause.to_string();
        if alias.is_none() {
            let stem = clause.stem().filter(|stem| self.taken.insert(stem.clone()));
            let called = stem.unwrap_or_else(|| name.clone());
            *alias = Some(TableAlias {
                explicit: true,
                name: Ident::with_quote('"', called),
                columns: Vec::new(),
                at: None,
            });
        }
        object_name(name)
    }
}

fn object_name(name: String) -> ObjectName {
    let parts = [CATALOG.to_owned(), crate::engine::runtime::schemas::MAIN.to_owned(), name];
    ObjectName::from(parts.map(|part| Ident::with_quote('"', part)).to_vec())
}

impl VisitorMut for Named<'_> {
    type Break = Error;

    fn pre_visit_statement(&mut self, statement: &mut Statement) -> ControlFlow<Error> {
        if let Statement::ExplainTable { table_name, .. } = statement
            && let Some(path) = text_of(table_name).filter(|text| self.files.contains(*text))
        {
            *table_name = object_name(FromClause::file(path).named(&self.stores).to_string());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<Error> {
        let TableFactor::Table { name, alias, args, .. } = table else { return ControlFlow::Continue(()) };
        let clause = match args {
            None => match text_of(name).filter(|text| self.files.contains(*text)) {
                Some(path) => FromClause::file(path),
                None => return ControlFlow::Continue(()),
            },
            Some(call) => match reader_of(name) {
                Some(reader) => match FromClause::call(&reader, &call.args) {
                    Ok(clause) => clause,
                    Err(error) => return ControlFlow::Break(error),
                },
                None => return ControlFlow::Continue(()),
            },
        };
        *name = self.place(&clause.named(&self.stores), alias);
        *args = None;
        ControlFlow::Continue(())
    }
}
