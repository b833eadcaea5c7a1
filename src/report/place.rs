//! The place of an error in its statement, as the line with a mark below.

use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use unicode_width::UnicodeWidthStr as _;

use super::{About, literal, names, parser_text};
use crate::output::safe;

/// Characters of a line that are shown around the place.
const SHOWN: usize = 72;

/// The lines that show the place, if the error knows it.
pub(super) fn find(error: &DataFusionError, about: &About<'_>) -> Option<String> {
    let (line, column) = position(error, about.sql)?;
    let text = without_queries(about.sql.lines().nth(line.checked_sub(1)?)?);
    let head = format!("LINE {}: ", about.line.max(1) + line - 1);
    let chars: Vec<char> = text.chars().collect();
    let at = column.checked_sub(1)?.min(chars.len());
    let from = at.saturating_sub(SHOWN / 2);
    let part = |range: std::ops::Range<usize>| safe::line(&chars[range].iter().collect::<String>()).into_owned();
    let (before, after) = (part(from..at), part(at..chars.len().min(from + SHOWN)));
    let blank = " ".repeat(head.width() + before.width());
    Some(format!("{head}{before}{after}\n{blank}^"))
}

/// A text without the queries of links in it, which may sign them; as long as it was.
pub(super) fn without_queries(text: &str) -> String {
    let (mut told, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("://") {
        let (before, link) = rest.split_at(at + 3);
        let is_link = ["http://", "https://"].iter().any(|scheme| before.to_ascii_lowercase().ends_with(scheme));
        let end = link.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"')).unwrap_or(link.len());
        let (link, behind) = link.split_at(end);
        told.push_str(before);
        match link.split_once('?').filter(|_| is_link) {
            Some((address, query)) => {
                told.push_str(address);
                told.push('?');
                told.extend(query.chars().map(|_| '…'));
            }
            None => told.push_str(link),
        }
        rest = behind;
    }
    told + rest
}

/// The text of a parser's error without its position, which the mark shows.
pub(super) fn without_position(text: &str) -> String {
    let end = text.rfind(" at Line: ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Line and column, both from 1.
fn position(error: &DataFusionError, sql: &str) -> Option<(usize, usize)> {
    match error.find_root() {
        DataFusionError::SQL(error, _) => return parser_position(error, sql),
        DataFusionError::SchemaError(error, _) => {
            if let SchemaError::FieldNotFound { field, .. } = error.as_ref() {
                return word(&field.name, sql);
            }
        }
        other => {
            let text = other.message();
            if let Some(field) = names::missing_field(&text) {
                return word(field, sql);
            }
            if let Some(start) = literal::unread(&text).and_then(|value| literal::place(value, sql)) {
                return at(start.line, start.column);
            }
        }
    }
    let start = error.diagnostic()?.span?.start;
    at(start.line, start.column)
}

/// Where a name first stands in the statement, written in whatever case.
fn word(name: &str, sql: &str) -> Option<(usize, usize)> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().ok()?;
    // In quotes a name is as it is written; without them it lost its capitals.
    let is_meant = |token: &Token| match token {
        Token::Word(word) if word.quote_style.is_some() => word.value == name,
        Token::Word(word) => word.value.to_lowercase() == name,
        _ => false,
    };
    let is_alike = |token: &Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(name));
    let is_there = tokens.iter().any(|token| is_meant(&token.token));
    let named = |token: &Token| if is_there { is_meant(token) } else { is_alike(token) };
    let solid: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    // Where it is given as a name, it is not what is missing.
    let is_given = |at: usize| {
        at.checked_sub(1).is_some_and(|before| {
            matches!(&solid[before].token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("AS"))
        })
    };
    let mut places = (0..solid.len()).filter(|at| named(&solid[*at].token));
    let first = places.clone().next();
    let start = solid[places.find(|at| !is_given(*at)).or(first)?].span.start;
    at(start.line, start.column)
}

fn at(line: u64, column: u64) -> Option<(usize, usize)> {
    Some((usize::try_from(line).ok()?, usize::try_from(column).ok()?))
}

/// The parser gives its position in words only: `… at Line: 1, Column: 8`.
///
/// An end that comes too early has none.
fn parser_position(error: &ParserError, sql: &str) -> Option<(usize, usize)> {
    let text = parser_text(error);
    if text.ends_with("found: EOF") {
        let last = sql.lines().last()?;
        return Some((sql.lines().count(), last.chars().count() + 1));
    }
    let (_, place) = text.rsplit_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    Some((line.parse().ok()?, column.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_quotes_is_found_as_it_is_written() {
        let sql = "SELECT v.user FROM t v WHERE v.\"User\" = 1";
        for (name, column) in [("User", 32), ("user", 10), ("USER", 10)] {
            assert_eq!(word(name, sql), Some((1, column)), "{name}");
        }
    }

    #[test]
    fn the_query_of_a_link_is_not_shown() {
        for (text, told) in [
            ("FROM 'https://h/a?x=CANARY' WHERE y", "FROM 'https://h/a?……………………' WHERE y"),
            ("'HTTP://h/?é' \"https://h/b?c\"", "'HTTP://h/?…' \"https://h/b?…\""),
            ("'s3://b/a?.csv' 'a?b' https://h/x", "'s3://b/a?.csv' 'a?b' https://h/x"),
        ] {
            assert_eq!(without_queries(text), told, "{text}");
            assert_eq!(told.chars().count(), text.chars().count(), "{text}");
        }
    }
}
