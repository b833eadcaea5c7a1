//! Tables that are made of the name of a file: what stands in FROM, and the catalog in which a statement finds it.
//!
//! The catalog exists for one statement at a time. What a table is called there is what it is made of, a path or a call such as
//! `read_csv('a.csv', heading => 'false')`, so that nothing has to be remembered for it.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use datafusion::catalog::{CatalogProvider, CatalogProviderList, SchemaProvider, TableProvider};
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, TableFactor, TableFunctionArgs,
    UnaryOperator, Value,
};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::columnar;
use super::log_options::Stated;
use super::policy::Policy;
use crate::engine::error::{Error, LogError};
use crate::engine::leaf::LogTable;
use crate::engine::runtime::schemas::MAIN;
use crate::engine::scan::logs::LogFiles;
use crate::files::Input;
use crate::stores::Stores;

/// The catalog of files. No connection can be called so.
pub(crate) const CATALOG: &str = "file:";

/// Functions that stand in FROM, and the format that they mean; some have two names where people come from.
const READERS: &[(&str, Option<&str>)] = &[
    ("read_log", None),
    ("read_csv", Some("csv")),
    ("read_csv_auto", Some("csv")),
    ("read_json", Some("json")),
    ("read_json_auto", Some("json")),
    ("read_ndjson", Some("json")),
    ("read_ndjson_auto", Some("json")),
    ("read_parquet", Some("parquet")),
    ("read_avro", Some("avro")),
    ("read_evtx", Some("evtx")),
];

/// Whether a function in FROM reads files.
pub(crate) fn is_reader(name: &str) -> bool {
    READERS.iter().any(|(reader, _)| *reader == name)
}

/// Files, and how they are read: what a table of them is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FromClause {
    /// The function that was called, if one was.
    reader: Option<String>,
    paths: Vec<String>,
    /// As they were written.
    options: Vec<(String, String)>,
}

impl FromClause {
    /// A file, a folder or a pattern.
    pub(crate) fn file(path: &str) -> Self {
        Self { reader: None, paths: vec![path.to_owned()], options: Vec::new() }
    }

    /// A call of a function that reads files.
    ///
    /// # Errors
    /// When its arguments are not a path, or paths, and options with their values.
    pub(crate) fn call(reader: &str, args: &[FunctionArg]) -> Result<Self, Error> {
        let refused = |what: String| Error::Dialect {
            what: format!("{reader}: {what}"),
            instead: format!("write {reader}('FILE'), or {reader}('FILE', option => 'value')"),
        };
        let mut clause = Self { reader: Some(reader.to_owned()), paths: Vec::new(), options: Vec::new() };
        for arg in args {
            match (named(arg), plain(arg)) {
                (Some((name, value)), _) => {
                    let value = text(value)
                        .ok_or_else(|| refused(format!("{name} takes a text, a number, or true or false")))?;
                    clause.options.push((name, value));
                }
                (None, Some(Expr::Array(list))) if clause.paths.is_empty() => {
                    let paths = list.elem.iter().map(text).collect::<Option<Vec<_>>>();
                    clause.paths = paths.ok_or_else(|| refused("the files are not written out".into()))?;
                }
                (None, Some(path)) if clause.paths.is_empty() => {
                    clause.paths.extend(text(path));
                }
                _ => return Err(refused(format!("{arg} has no name"))),
            }
        }
        if clause.paths.is_empty() {
            return Err(refused("it names no file".into()));
        }
        Ok(clause)
    }

    /// The same with links by their names, which do not sign them.
    pub(crate) fn named(self, stores: &Stores) -> Self {
        let paths = self.paths.iter().map(|path| stores.name(path)).collect();
        Self { paths, ..self }
    }

    /// What the name of a table in the catalog means.
    fn of_name(name: &str) -> Self {
        let is_call = name.split_once('(').is_some_and(|(reader, _)| is_reader(reader));
        let call = || {
            let factor = Parser::new(&PostgreSqlDialect {}).try_with_sql(name).ok()?.parse_table_factor().ok()?;
            let TableFactor::Table { name, args: Some(TableFunctionArgs { args, .. }), .. } = factor else {
                return None;
            };
            Self::call(&name.to_string(), &args).ok()
        };
        is_call.then(call).flatten().unwrap_or_else(|| Self::file(name))
    }

    /// The word that a table is called by where nothing else is said; `None` if the file's name is none.
    pub(crate) fn stem(&self) -> Option<String> {
        let [path] = self.paths.as_slice() else { return self.reader.clone() };
        let name = Path::new(path).file_name()?.to_str()?;
        let stem = name.split('.').next().unwrap_or(name).to_lowercase();
        let is_word = stem.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && stem.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_word.then_some(stem)
    }

    /// The table. Files are looked at, which blocks.
    ///
    /// # Errors
    /// When an option is none, or the files cannot be read as a table.
    pub(crate) async fn open(&self, state: &SessionState) -> Result<Arc<dyn TableProvider>> {
        let format =
            READERS.iter().find(|(name, _)| self.reader.as_deref() == Some(*name)).and_then(|(_, format)| *format);
        let stated = format.map(|format| ("format".to_owned(), format.to_owned()));
        let options = stated.into_iter().chain(self.options.iter().cloned()).collect();
        opened(state, &self.paths.join(", "), &self.paths, &Stated { options, columns: None }).await
    }
}

impl fmt::Display for FromClause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(reader) = &self.reader else { return f.write_str(&self.paths.join(", ")) };
        let quoted = |text: &String| format!("'{}'", text.replace('\'', "''"));
        let paths: Vec<String> = self.paths.iter().map(quoted).collect();
        match paths.as_slice() {
            [path] => write!(f, "{reader}({path}")?,
            paths => write!(f, "{reader}(ARRAY[{}]", paths.join(", "))?,
        }
        self.options.iter().try_for_each(|(name, value)| write!(f, ", {name} => {}", quoted(value)))?;
        f.write_str(")")
    }
}

/// The table of these files, read with these options.
///
/// # Errors
/// As [`FromClause::open`].
pub(crate) async fn opened(
    state: &SessionState,
    name: &str,
    paths: &[String],
    stated: &Stated,
) -> Result<Arc<dyn TableProvider>> {
    let stores = state.config().get_extension::<Stores>().unwrap_or_default();
    let inputs: Arc<[Input]> = paths.iter().map(|path| stores.input(Path::new(path))).collect();
    if let Some(table) = columnar::table(state, name, &inputs, stated).await? {
        return Ok(table);
    }
    let options =
        stated.read().map_err(|error| Error::Logs { table: name.to_owned(), source: LogError::Option(error) })?;
    Ok(Arc::new(LogTable::new(LogFiles::find(name, inputs, options)?)))
}

/// An argument with a name: `a => 1`, and `a = 1` as others write it.
pub(crate) fn named(arg: &FunctionArg) -> Option<(String, &Expr)> {
    match arg {
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => Some((name.value.to_lowercase(), value)),
        FunctionArg::ExprNamed { name, arg: FunctionArgExpr::Expr(value), .. } => Some((word(name)?, value)),
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::BinaryOp { left, op: BinaryOperator::Eq, right })) => {
            Some((word(left)?, right))
        }
        _ => None,
    }
}

/// A word, also one that the grammar takes for a call without parentheses: `user`.
fn word(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.to_lowercase()),
        Expr::Function(Function { name, args: FunctionArguments::None, .. }) => Some(name.to_string().to_lowercase()),
        _ => None,
    }
}

/// An argument without one.
pub(crate) fn plain(arg: &FunctionArg) -> Option<&Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Some(value),
        _ => None,
    }
}

/// A constant as text.
pub(crate) fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::EscapedStringLiteral(text) | Value::Number(text, _) => {
                Some(text.clone())
            }
            Value::Boolean(flag) => Some(flag.to_string()),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => text(expr).map(|text| format!("-{text}")),
        _ => None,
    }
}

/// The catalogs of a session, and the one of files.
#[derive(Debug)]
pub(crate) struct WithFiles {
    others: Arc<dyn CatalogProviderList>,
    files: Arc<FileCatalog>,
}

impl WithFiles {
    /// For the statements that a state plans, if they may read what they name.
    pub(crate) fn of(state: &SessionState, policy: Policy) -> Self {
        let schema = FileSchema { state: state.clone(), policy, known: Mutex::default() };
        Self { others: Arc::clone(state.catalog_list()), files: Arc::new(FileCatalog(Arc::new(schema))) }
    }
}

impl CatalogProviderList for WithFiles {
    fn register_catalog(&self, name: String, catalog: Arc<dyn CatalogProvider>) -> Option<Arc<dyn CatalogProvider>> {
        self.others.register_catalog(name, catalog)
    }

    fn catalog_names(&self) -> Vec<String> {
        self.others.catalog_names()
    }

    fn catalog(&self, name: &str) -> Option<Arc<dyn CatalogProvider>> {
        if name == CATALOG { Some(Arc::clone(&self.files) as _) } else { self.others.catalog(name) }
    }
}

#[derive(Debug)]
struct FileCatalog(Arc<FileSchema>);

impl CatalogProvider for FileCatalog {
    fn schema_names(&self) -> Vec<String> {
        vec![MAIN.to_owned()]
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        (name == MAIN).then(|| Arc::clone(&self.0) as _)
    }
}

/// Tables that are called what they are made of. Each is made once for a statement.
struct FileSchema {
    state: SessionState,
    policy: Policy,
    known: Mutex<HashMap<String, Arc<dyn TableProvider>>>,
}

impl fmt::Debug for FileSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileSchema")
    }
}

impl FileSchema {
    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<dyn TableProvider>>> {
        // A table is put in whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SchemaProvider for FileSchema {
    fn table_names(&self) -> Vec<String> {
        Vec::new()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let known = self.known().get(name).cloned();
        if let Some(table) = known {
            return Ok(Some(table));
        }
        let clause = FromClause::of_name(name);
        clause.paths.iter().try_for_each(|path| self.policy.check_location(path))?;
        let table = clause.open(&self.state).await?;
        self.known().insert(name.to_owned(), Arc::clone(&table));
        Ok(Some(table))
    }

    fn table_exist(&self, _: &str) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_made_of_its_name() {
        let call = |text: &str| FromClause::of_name(text);
        for (text, paths, options) in [
            ("a.csv", &["a.csv"][..], &[][..]),
            ("read_csv('a.csv')", &["a.csv"], &[]),
            ("read_csv(ARRAY['a.csv', 'b''s.csv'])", &["a.csv", "b's.csv"], &[]),
            ("read_log('x', format => 'w3c', year => 2024)", &["x"], &[("format", "w3c"), ("year", "2024")]),
            ("read_csv('a', header = false)", &["a"], &[("header", "false")]),
            // No function of ours, and so a file.
            ("write_csv('a')", &["write_csv('a')"], &[]),
            ("read_csv(a)", &["read_csv(a)"], &[]),
        ] {
            let clause = call(text);
            let pairs: Vec<(&str, &str)> =
                clause.options.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(
                (clause.paths.as_slice(), pairs.as_slice()),
                (&paths.iter().map(ToString::to_string).collect::<Vec<_>>()[..], options),
                "{text}"
            );
            assert_eq!(call(&clause.to_string()), clause, "{text}");
        }
    }

    #[test]
    fn a_table_is_called_by_the_name_of_its_file() {
        for (path, stem) in [
            ("logs/vpn.csv", Some("vpn")),
            ("VPN.2024.csv.gz", Some("vpn")),
            ("/var/log/auth.log", Some("auth")),
            ("logs/*.evtx", None),
            ("2024-05.log", None),
            ("a b.csv", None),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(FromClause::file(path).stem().as_deref(), stem, "{path}");
        }
    }
}
