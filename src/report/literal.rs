//! A text of the statement that is no value of the type it is compared with.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::names::quoted;

/// The text that could not be read as a value, in the engine's words.
pub(super) fn unread(text: &str) -> Option<&str> {
    quoted(text, "Cannot cast string '", "' to value of ")
        .or_else(|| quoted(text, "Error parsing timestamp from '", "'"))
}

/// Where that text stands in the statement.
pub(super) fn place(value: &str, sql: &str) -> Option<Location> {
    compared(value, sql).map(|(place, _)| place)
}

/// What it is compared with, if that is a column or a field of one.
pub(super) fn column(value: &str, sql: &str) -> Option<String> {
    compared(value, sql)?.1
}

fn compared(value: &str, sql: &str) -> Option<(Location, Option<String>)> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().ok()?;
    let solid: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let at = solid.iter().position(|token| matches!(&token.token, Token::SingleQuotedString(text) if text == value))?;
    let place = solid[at].span.start;
    let operator = at.checked_sub(1).map(|at| &solid[at].token);
    if !matches!(operator, Some(Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq)) {
        return Some((place, None));
    }
    let named = |token: &Token| matches!(token, Token::Word(_) | Token::Period);
    let from = solid[..at - 1].iter().rposition(|token| !named(&token.token)).map_or(0, |before| before + 1);
    // Of `WHERE status.error_code` the keyword is none of its parts: words stand side by side only where a name begins.
    let parts: Vec<&Token> = solid[from..at - 1].iter().map(|token| &token.token).collect();
    let begins = (1..parts.len())
        .rfind(|at| matches!((parts[at - 1], parts[*at]), (Token::Word(_), Token::Word(_))))
        .unwrap_or_default();
    let column: String = parts[begins..].iter().map(ToString::to_string).collect();
    Some((place, Some(column).filter(|column| !column.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_that_a_text_does_not_fit_is_found() {
        for (sql, column_of, at) in [
            ("SELECT 1 WHERE status.error_code = 'x'", Some("status.error_code"), 36),
            ("SELECT 1 WHERE a AND s.\"n\" <> 'x'", Some("s.\"n\""), 31),
            ("SELECT 1 WHERE n IN ('x')", None, 22),
            ("SELECT 1 WHERE n + 1 = 'x'", None, 24),
        ] {
            assert_eq!(column("x", sql).as_deref(), column_of, "{sql}");
            assert_eq!(place("x", sql).map(|place| place.column), Some(at), "{sql}");
        }
        assert_eq!(place("x", "SELECT 'y'"), None);
        assert_eq!(unread("Cannot cast string 'x' to value of Int32 type"), Some("x"));
    }
}
