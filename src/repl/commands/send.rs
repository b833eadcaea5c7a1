//! Commands that answer a statement in a way of their own: `\g`, `\gx`, `\copy`.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Word};

use super::destination;
use crate::output::{Expanded, Format};
use crate::repl::split::{Places, Statement, split};
use crate::repl::state::{After, Destination, State, nothing_to_repeat, refused};
use crate::report::{Exit, Report};

/// A statement that a command ends in the place of a semicolon.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent<'a> {
    pub(super) sql: &'a str,
    pub(super) how: Sending,
    /// What stands behind the command: a file, or what is to be drawn.
    pub(super) rest: &'a str,
}

/// What a command makes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    /// `\g`, or `\gx` for one column a line.
    Rows { expanded: bool },
    /// `\chart`
    Chart,
}

/// A statement that `\g`, `\gx` or `\chart` ends.
pub(super) fn sent(text: &str) -> Option<Sent<'_>> {
    let text = text.trim_end();
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    let mut places = text[start..].match_indices('\\').map(|(at, _)| start + at);
    places.find_map(|at| {
        let (sql, command) = text.split_at(at);
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let how = match word {
            "\\g" => Sending::Rows { expanded: false },
            // As in MySQL.
            "\\gx" | "\\G" => Sending::Rows { expanded: true },
            "\\chart" => Sending::Chart,
            _ => return None,
        };
        // In a text or a comment it is neither.
        if !super::asked::is_readable(sql) {
            return None;
        }
        let (script, sql) = (split(sql), sql.trim_end());
        // Behind a semicolon on its line it means the statement that this ended, which need not run twice.
        let ended = sql[start.min(sql.len())..].strip_suffix(';').filter(|_| !script.ended.is_empty());
        let sql = match (&script.rest, ended) {
            (Some(_), _) => sql,
            (None, Some(_)) => sql[..sql.len() - 1].trim_end(),
            (None, None) => return None,
        };
        Some(Sent { sql, how, rest: rest.trim() })
    })
}

/// Answers the last or the given statement, in a file or one column a line. What goes elsewhere leaves the next result its file.
pub(super) async fn send(state: &mut State<'_>, sql: &str, expanded: bool, argument: &str) -> After {
    let destination = match destination::named(state, argument) {
        Ok(destination) => destination,
        Err(report) => return refused(&report),
    };
    let Some(text) = state.given_or_last(sql) else { return nothing_to_repeat() };
    let usual = state.session.expanded;
    if expanded {
        state.session.expanded = Expanded::On;
    }
    let statement = Statement { text, line: 1 };
    let after = match &destination {
        Some(destination) => state.answer_at(&statement, destination).await,
        None => state.answer(&statement).await,
    };
    state.session.expanded = usual;
    after
}

/// `\copy (SELECT …) TO 'file'`, `\copy sign_ins TO file.csv`
pub(super) async fn copy(state: &mut State<'_>, arg: &str) -> After {
    let copied = match Copied::read(state, arg) {
        Ok(copied) => copied,
        Err(report) => return refused(&report),
    };
    let usual = state.session.format;
    state.session.format = copied.format.unwrap_or(usual);
    let after = state.answer_at(&Statement { text: copied.sql, line: 1 }, &copied.destination).await;
    state.session.format = usual;
    after
}

/// What `\copy` was told.
struct Copied {
    sql: String,
    destination: Destination,
    /// The format that is stated behind the name of the file.
    format: Option<&'static Format>,
}

impl Copied {
    fn read(state: &State<'_>, arg: &str) -> Result<Self, Report> {
        let usage = |what: &str| {
            Report::new(Exit::Usage, what).hint("for example: \\copy (SELECT id FROM sign_ins LIMIT 5) TO five.csv")
        };
        let Some((query, word, rest)) = parts(arg) else { return Err(usage("\\copy writes to a file")) };
        if word.eq_ignore_ascii_case("from") {
            let report = Report::new(Exit::Usage, "\\copy writes files and reads none");
            return Err(
                report.hint("SELECT * FROM 'vpn.csv' reads one, CREATE TABLE t AS SELECT … keeps what it holds")
            );
        }
        let sql = selected(query).ok_or_else(|| usage("a query stands in parentheses"))?;
        let Some((destination, options)) = destination::first(state, rest)? else {
            return Err(usage("\\copy writes to a file"));
        };
        let format = destination::options(&destination, options)?;
        Ok(Self { sql, destination, format })
    }
}

/// What stands before TO or FROM, that word, and what stands behind it. In parentheses, texts and comments it is none.
pub(crate) fn parts(arg: &str) -> Option<(&str, &str, &str)> {
    let mut tokens = Vec::new();
    // The name of the file need not be anything that SQL knows.
    let _ = Tokenizer::new(&PostgreSqlDialect {}, arg).tokenize_with_location_into_buf(&mut tokens);
    let mut places = Places::new(arg);
    let mut depth = 0_i32;
    for TokenWithSpan { token, span } in &tokens {
        match token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            Token::Word(Word { value, quote_style: None, .. })
                if depth == 0 && (value.eq_ignore_ascii_case("to") || value.eq_ignore_ascii_case("from")) =>
            {
                let (start, end) = (places.offset(span.start), places.offset(span.end));
                return Some((arg[..start].trim(), &arg[start..end], &arg[end..]));
            }
            _ => {}
        }
    }
    None
}

/// The query of what is copied: one in parentheses, a table, or columns of a table.
fn selected(what: &str) -> Option<String> {
    if let Some(query) = what.strip_prefix('(').and_then(|query| query.strip_suffix(')')) {
        return Some(query.trim().to_owned()).filter(|query| !query.is_empty());
    }
    let (table, columns) = match what.split_once('(') {
        Some((table, columns)) => (table.trim(), columns.strip_suffix(')')?.trim()),
        None => (what, "*"),
    };
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, table).tokenize().ok()?;
    let is_name = !tokens.is_empty() && tokens.iter().all(|token| matches!(token, Token::Word(_) | Token::Period));
    is_name.then(|| format!("SELECT {columns} FROM {table}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_sent_by_a_word_too() {
        let (rows, lines) = (Sending::Rows { expanded: false }, Sending::Rows { expanded: true });
        for (text, sent_as) in [
            ("SELECT 1 \\g", Some(("SELECT 1", rows, ""))),
            ("SELECT 1\\gx\n", Some(("SELECT 1", lines, ""))),
            ("SELECT 1\\G", Some(("SELECT 1", lines, ""))),
            ("SELECT 1\n\\g out.csv", Some(("SELECT 1", rows, "out.csv"))),
            ("SELECT '\\g", None),
            ("SELECT '\\g' \\g", Some(("SELECT '\\g'", rows, ""))),
            ("SELECT 1 AS n \\chart", Some(("SELECT 1 AS n", Sending::Chart, ""))),
            ("SELECT 1 AS n\n\\chart bar \"a b\" n", Some(("SELECT 1 AS n", Sending::Chart, "bar \"a b\" n"))),
            ("SELECT '\\chart'", None),
            ("SELECT 1 \\charts", None),
            ("\\chart bar", None),
            ("SELECT 1 -- \\g", None),
            ("SELECT 1; \\g", Some(("SELECT 1", rows, ""))),
            ("SELECT 1; SELECT 2 ; \\gx x.csv", Some(("SELECT 1; SELECT 2", lines, "x.csv"))),
            ("SELECT ';' ;\\chart", Some(("SELECT ';'", Sending::Chart, ""))),
            ("SELECT 1;\n\\g", None),
            ("; \\g", None),
            ("SELECT 1; /* ; */ \\g", None),
            ("SELECT 1 \\gset", None),
            ("\\g", None),
        ] {
            let expected = sent_as.map(|(sql, how, rest)| Sent { sql, how, rest });
            assert_eq!(sent(text), expected, "{text}");
        }
    }
}
