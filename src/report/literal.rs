//! A text of the statement that is no value of the type it is compared with.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::names::quoted;
use super::words::Words;

/// The text that could not be read as a value, in the engine's words.
pub(super) fn unread(text: &str) -> Option<&str> {
    quoted(text, "Cannot cast string '", "' to value of ")
        .or_else(|| quoted(text, "Error parsing timestamp from '", "'"))
}

/// What to say where a text of records was to be read as a number, because it is compared with one: `id = 5`. The text itself is of
/// a record, and nobody wrote it.
pub(super) fn of_text(text: &str, sql: &str) -> Option<Words> {
    let value = quoted(text, "Cannot cast string '", "' to value of ")?;
    if compared(value, sql).is_some() {
        return None;
    }
    let tokens = solid(sql);
    let number = |at: usize| matches!(tokens.get(at), Some(Token::Number(..)));
    let found = (1..tokens.len()).find_map(|at| {
        let sign = matches!(tokens[at], Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq);
        let list = matches!(&tokens[at], Token::Word(word) if word.value.eq_ignore_ascii_case("IN"))
            && matches!(tokens.get(at + 1), Some(Token::LParen));
        let value = if sign && number(at + 1) {
            at + 1
        } else if list && number(at + 2) {
            at + 2
        } else {
            return None;
        };
        let from = tokens[..at].iter().rposition(|token| !matches!(token, Token::Word(_) | Token::Period));
        let mut from = from.map_or(0, |before| before + 1);
        // Of `WHERE id` the keyword is no part of the name.
        while matches!(tokens.get(from..from + 2), Some([Token::Word(_), Token::Word(_)])) && from + 1 < at {
            from += 1;
        }
        let column: String = tokens[from..at].iter().map(ToString::to_string).collect();
        Some((column, tokens[value].to_string())).filter(|(column, _)| !column.is_empty())
    });
    Some(match found {
        Some((column, number)) => {
            (format!("{column} is a text, and {number} is a number"), format!("write the number as a text: '{number}'"))
        }
        None => (
            "a text is compared with a number, and not all texts are numbers".into(),
            "write x = '5', or TRY_CAST(x AS BIGINT) = 5, which is NULL where a text is no number".into(),
        ),
    })
}

fn solid(sql: &str) -> Vec<Token> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().unwrap_or_default();
    tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect()
}

/// How a time is read that is written as people write it: `29/11/2026`, `29.11.2026 10:00`.
pub(super) fn time_form(text: &str) -> Option<String> {
    let (date, rest) = text.split_once([' ', 'T']).map_or((text, ""), |(date, rest)| (date, rest));
    let sign = date.chars().find(|c| ['.', '/', '-'].contains(c))?;
    let parts: Vec<&str> = date.split(sign).collect();
    let [first, second, year] = parts[..] else { return None };
    let number = |part: &str| part.parse::<u32>().ok().filter(|n| (1..=31).contains(n));
    let (first, second) = (number(first)?, number(second)?);
    if year.len() != 4 || year.parse::<u32>().is_err() || first > 12 && second > 12 {
        return None;
    }
    let form = if second > 12 { format!("MM{sign}DD{sign}YYYY") } else { format!("DD{sign}MM{sign}YYYY") };
    let time = match rest.matches(':').count() {
        0 => "",
        1 => " HH24:MI",
        _ => " HH24:MI:SS",
    };
    Some(format!("to_timestamp('{text}', '{form}{time}') reads it; '2026-05-01' needs no form"))
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
        for (text, form) in [
            ("29/11/2026", Some("to_timestamp('29/11/2026', 'DD/MM/YYYY')")),
            ("11/29/2026", Some("'MM/DD/YYYY'")),
            ("29.11.2026 10:00", Some("'DD.MM.YYYY HH24:MI'")),
            ("2026-11-29", None),
            ("40.11.2026", None),
            ("x", None),
        ] {
            let told = time_form(text);
            assert_eq!(told.is_some(), form.is_some(), "{text}: {told:?}");
            assert!(form.is_none_or(|form| told.unwrap_or_default().contains(form)), "{text}");
        }
        let told = |sql: &str| of_text("Cannot cast string 'of a record' to value of Int64 type", sql).unwrap();
        assert_eq!(told("SELECT 1 WHERE id = 5").0, "id is a text, and 5 is a number");
        assert_eq!(told("SELECT 1 WHERE a AND s.user_id IN (1, 2)").0, "s.user_id is a text, and 1 is a number");
        assert!(!told("SELECT a + 1").0.contains("of a record"));
        assert_eq!(of_text("Cannot cast string 'x' to value of Int32 type", "SELECT 1 WHERE n = 'x'"), None);
        assert_eq!(unread("Cannot cast string 'x' to value of Int32 type"), Some("x"));
    }
}
