//! From text to a statement that can be planned without exhausting the stack.
//!
//! DataFusion plans, rewrites and evaluates expressions and plans by recursion, and a stack that overflows takes the whole
//! program with it. So the tokens are looked at before anything recurses over them: long lists of alternatives, which is
//! what lists of indicators look like, become `IN`; what is still too deep is refused with a typed error. Both walk tokens,
//! never a tree, because dropping a tree that is too deep already overflows. What is left is a tree of bounded depth, and
//! `dialect` walks that.

mod alternatives;
mod asof;
mod depth;
mod dialect;
mod elements;
mod fields;
mod from_first;
mod functions;
mod grammar;
mod json;
pub(crate) mod lambdas;
mod names;
mod operators;
mod parameters;
mod pattern;
mod series;
mod sources;
mod span;
pub(crate) mod spellings;
mod tables;
mod using;
mod zone;

use chrono::{DateTime, Utc};
use datafusion::common::config::Dialect;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::Statement as Ast;
use datafusion::sql::sqlparser::dialect::{PostgreSqlDialect, dialect_from_str};
use datafusion::sql::sqlparser::keywords::{Keyword, RESERVED_FOR_COLUMN_ALIAS};
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace};

use crate::engine::error::limits::MOST_TEXT;
use crate::engine::error::{Error, Part};
use crate::engine::statement::parameters::Parameters;

pub(crate) use depth::check_plan;
pub(super) use dialect::refused;
#[cfg(feature = "cli")]
pub(crate) use parameters::names_in;

pub(super) use span::seconds as seconds_of_span;

use grammar::{Grammar, is_blank};

/// Reads a text that has to be one statement, without names for values.
pub(crate) fn parse(state: &SessionState, sql: &str) -> Result<Statement> {
    parse_with(state, sql, &Parameters::default(), DateTime::UNIX_EPOCH)
}

/// The same with values for its names. `now` is what they are reckoned from.
pub(crate) fn parse_with(
    state: &SessionState,
    sql: &str,
    parameters: &Parameters,
    now: DateTime<Utc>,
) -> Result<Statement> {
    if sql.len() > MOST_TEXT {
        return Err(Error::TooLarge(Part::Text).into());
    }
    let options = &state.config_options().sql_parser;
    let dialect = dialect_of(options.dialect);
    let tokens = Tokenizer::new(dialect.as_ref(), sql).tokenize_with_location().map_err(ParserError::from)?;
    let (tokens, has_values) = parameters::bound(with_plain_blanks(tokens), parameters, now)?;
    let mut tokens = lambdas::worded(alternatives::folded(tokens))?;
    name_after_dots(&mut tokens);
    asof::worded(&mut tokens)?;
    depth::check(&tokens).map_err(Error::TooLarge)?;
    let tokens = from_first::worded(tokens)?;
    let parser =
        DFParserBuilder::new(tokens).with_dialect(dialect.as_ref()).with_recursion_limit(options.recursion_limit.get());
    let mut statements = parser.build()?.parse_statements()?;
    match (statements.pop_front(), statements.is_empty()) {
        (Some(statement), true) if has_values && makes_view(&statement) => Err(Error::Dialect {
            what: "a view cannot be made with :names, since it keeps a text and no values".into(),
            instead: "write the values into it, or save it as a query that takes them".into(),
        }
        .into()),
        (Some(mut statement), true) => {
            dialect::settle(&mut statement, &|name| state.scalar_functions().contains_key(name))?;
            Ok(statement)
        }
        (Some(_), false) => Err(DataFusionError::Plan("this is more than one statement".into())),
        (None, _) => Err(DataFusionError::Plan("there is no statement".into())),
    }
}

/// Blanks of any kind are blanks. In texts and names in quotes they stay what they are.
fn with_plain_blanks(mut tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    for TokenWithSpan { token, .. } in &mut tokens {
        if matches!(token, Token::Char(c) if is_blank(*c)) {
            *token = Token::Whitespace(Whitespace::Space);
        }
    }
    tokens
}

/// A word after a dot is a name, also where it would be a function that is called without parentheses:
/// `initiated_by.user.id`.
fn name_after_dots(tokens: &mut [TokenWithSpan]) {
    let mut after_dot = false;
    for TokenWithSpan { token, .. } in tokens {
        if let Token::Word(word) = token
            && after_dot
            && !RESERVED_FOR_COLUMN_ALIAS.contains(&word.keyword)
        {
            word.keyword = Keyword::NoKeyword;
        }
        after_dot = matches!(token, Token::Period);
    }
}

fn makes_view(statement: &Statement) -> bool {
    matches!(statement, Statement::Statement(inner) if matches!(inner.as_ref(), Ast::CreateView(_)))
}

fn dialect_of(dialect: Dialect) -> Box<dyn datafusion::sql::sqlparser::dialect::Dialect> {
    if dialect == Dialect::PostgreSQL {
        return Box::new(Grammar::default());
    }
    dialect_from_str(dialect).unwrap_or_else(|| Box::new(PostgreSqlDialect {}))
}
