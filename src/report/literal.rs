//! A text of the statement that is no value of the type it is compared with.

use chrono::{Months, NaiveDate};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::names::quoted;
use super::types;
use super::words::Words;
use crate::table::{Column, Edm};

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
    let compared = (1..tokens.len()).filter_map(|at| {
        let sign = matches!(tokens[at], Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq);
        let list = is_word(&tokens[at], "IN") && matches!(tokens.get(at + 1), Some(Token::LParen));
        let value = if sign && number(at + 1) {
            at + 1
        } else if list && number(at + 2) {
            at + 2
        } else {
            return None;
        };
        let negated = usize::from(list && is_word(&tokens[at - 1], "NOT"));
        let column = name_before(&tokens[..at - negated])?;
        Some((column, tokens[value].to_string()))
    });
    // Columns that are declared as numbers are compared with one rightly.
    let compared: Vec<_> = compared.filter(|(column, _)| kind_of(column) != Some(Kind::Number)).collect();
    let sure = compared.iter().find(|(column, _)| kind_of(column) == Some(Kind::Text));
    let found = sure.or(compared.first()).cloned();
    let kind = text.rsplit_once("' to value of ").map_or("", |(_, kind)| kind.strip_suffix(" type").unwrap_or(kind));
    let is_number = ["Int", "UInt", "Float", "Decimal"].iter().any(|number| kind.starts_with(number));
    Some(match found {
        _ if !is_number => no_such(value, &types::in_sql(kind)),
        Some((column, number)) => {
            (format!("{column} is a text, and {number} is a number"), format!("write the number as a text: '{number}'"))
        }
        None => (
            "a text is compared with a number, and not all texts are numbers".into(),
            "write x = '5', or TRY_CAST(x AS BIGINT) = 5, which is NULL where a text is no number".into(),
        ),
    })
}

/// What to say of a text of records that was to be read as what is no number. If it looks like a day, it shows how days are written.
fn no_such(value: &str, kind: &str) -> Words {
    let instead = format!("TRY_CAST(x AS {}) is NULL where a text is none", kind.to_uppercase());
    let hint = match form_of(value).filter(|form| kind == "date" && !form.contains(' ')) {
        Some(form) => format!("to_date(x, '{form}') reads texts such as {value}; {instead}"),
        None => instead,
    };
    (format!("a text is read as {kind}, and not all texts are of that type"), hint)
}

fn is_word(token: &Token, known: &str) -> bool {
    matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(known))
}

/// The dotted name that tokens end with: words stand side by side only where one begins.
fn name_before(tokens: &[Token]) -> Option<String> {
    let is_name = |at: usize| matches!(tokens[at], Token::Word(_));
    let mut from = tokens.len().checked_sub(1).filter(|at| is_name(*at))?;
    while from >= 2 && tokens[from - 1] == Token::Period && is_name(from - 2) {
        from -= 2;
    }
    // Of `x::bigint = 5` the last word is a type.
    let is_type = from.checked_sub(1).is_some_and(|before| tokens[before] == Token::DoubleColon);
    (!is_type).then(|| tokens[from..].iter().map(ToString::to_string).collect())
}

/// What a declared column holds.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
}

/// What all declared columns and fields hold that go by the end of a name; `None`: there are none, or they differ.
fn kind_of(column: &str) -> Option<Kind> {
    let name = column.rsplit('.').next().unwrap_or(column).trim_matches('"');
    let mut kinds = Vec::new();
    let mut left: Vec<&Column> = crate::apis::ALL.iter().flat_map(|set| set.columns).collect();
    while let Some(column) = left.pop() {
        left.extend(column.fields());
        if column.name.eq_ignore_ascii_case(name) {
            kinds.push(match &column.edm {
                Edm::Int32 | Edm::Int64 | Edm::Double => Some(Kind::Number),
                edm if edm.is_text() => Some(Kind::Text),
                _ => None,
            });
        }
    }
    let first = kinds.first().copied().flatten();
    first.filter(|_| kinds.iter().all(|kind| *kind == first))
}

fn solid(sql: &str) -> Vec<Token> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().unwrap_or_default();
    tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect()
}

/// The words for a time whose hours are those of half a day, of which the zone is said not to be one: `'2026-05-01 10:00 PM'`.
pub(super) fn half_day(what: &str, sql: &str) -> Option<Words> {
    let half = quoted(what, "Invalid timezone \"", "\"").filter(|zone| is_half(zone))?;
    let written = solid(sql).into_iter().find_map(|token| match token {
        Token::SingleQuotedString(text) if text.ends_with(half) => Some(text),
        _ => None,
    })?;
    let hint = time_form(&written)
        .unwrap_or_else(|| "write hours up to 23: '2026-05-01 22:00' is ten in the evening".to_owned());
    Some((format!("'{written}' has the hours of half a day"), hint))
}

fn is_half(word: &str) -> bool {
    ["am", "pm"].iter().any(|half| word.eq_ignore_ascii_case(half))
}

/// What to say where a time is compared with a number: `created_date_time > 20260430`.
pub(super) fn of_number(what: &str, sql: &str) -> Option<String> {
    let compared = what.split_once(" argument type for comparison operation ")?.1;
    let is_number = ["Int", "UInt", "Float", "Decimal"].iter().any(|of| compared.contains(of));
    let is_nested = ["Struct(", "List(", "Union("].iter().any(|of| compared.contains(of));
    if is_nested || !is_number || !(compared.contains("Timestamp(") || compared.contains("Date32")) {
        return None;
    }
    let date = solid(sql).iter().find_map(|token| match token {
        Token::Number(digits, _) => date_of_digits(digits),
        _ => None,
    });
    Some(match date {
        Some(date) => format!("a time is written as a text: '{date}'"),
        None => "a time is compared with a time: x > '2026-05-01', x > ago('1d'); to_timestamp(1777593600) is one of seconds".into(),
    })
}

/// The date that a number was meant as: `20260430`.
fn date_of_digits(digits: &str) -> Option<NaiveDate> {
    Some(digits).filter(|digits| digits.len() == 8).and_then(|digits| NaiveDate::parse_from_str(digits, "%Y%m%d").ok())
}

/// What is wrong with a time that is written as it has to be: `2026-04-31`, `2026-04-30 25:00`.
fn out_of_range(date: &str, time: &str) -> Option<String> {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    let is_written = (year.len(), month.len(), day.len()) == (4, 2, 2);
    let (year, month, _) = (year.parse().ok()?, month.parse().ok()?, day.parse::<u32>().ok()?);
    if !is_written {
        return None;
    }
    let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else {
        return Some("the month stands in the middle, and there are 12: '2026-05-31'".into());
    };
    if NaiveDate::parse_from_str(date, "%Y-%m-%d").is_err() {
        let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
        return Some(format!("the last day of that month is '{last}'"));
    }
    let parts: Vec<Option<u32>> = time.trim_end_matches('Z').split(':').map(|part| part.parse().ok()).collect();
    let is_over =
        parts.iter().enumerate().any(|(at, part)| part.is_some_and(|part| part > if at == 0 { 23 } else { 59 }));
    is_over.then(|| "hours go up to 23, minutes and seconds up to 59".to_owned())
}

/// How a time is read that is written as people write it: `29/11/2026`, `29.11.2026 10:00`, `2026-11-29 10:00 PM`; of one that is
/// written as it has to be, what is wrong with it.
pub(super) fn time_form(text: &str) -> Option<String> {
    let (date, rest) = parted(text);
    let reads = |form| format!("to_timestamp('{text}', '{form}') reads it; '2026-05-01' needs no form");
    out_of_range(date, rest).or_else(|| form_of(text).map(reads))
}

/// The date and the time of day.
fn parted(text: &str) -> (&str, &str) {
    text.split_once([' ', 'T']).unwrap_or((text, ""))
}

fn form_of(text: &str) -> Option<String> {
    let (date, rest) = parted(text);
    let sign = date.chars().find(|c| ['.', '/', '-'].contains(c))?;
    let parts: Vec<&str> = date.split(sign).collect();
    let [first, second, year] = parts[..] else { return None };
    let is_half = rest.split_whitespace().last().is_some_and(is_half);
    let time = match (rest.matches(':').count(), is_half) {
        (0, false) => "",
        // No form reads an hour without its minutes.
        (0, true) => return None,
        (1, false) => " HH24:MI",
        (1, true) => " HH12:MI AM",
        (_, false) => " HH24:MI:SS",
        (_, true) => " HH12:MI:SS AM",
    };
    if is_half && NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok() {
        return Some(format!("YYYY-MM-DD{time}"));
    }
    let number = |part: &str| part.parse::<u32>().ok().filter(|n| (1..=31).contains(n));
    let (first, second) = (number(first)?, number(second)?);
    if year.len() != 4 || year.parse::<u32>().is_err() || first > 12 && second > 12 {
        return None;
    }
    let (first, second) = if second > 12 { ("MM", "DD") } else { ("DD", "MM") };
    Some(format!("{first}{sign}{second}{sign}YYYY{time}"))
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
    // Of `x::date = '…'` the last word is a type.
    let is_type = from.checked_sub(1).is_some_and(|before| solid[before].token == Token::DoubleColon);
    let column: String = parts[begins..].iter().map(ToString::to_string).collect();
    Some((place, Some(column).filter(|column| !is_type && !column.is_empty())))
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
            ("SELECT 1 WHERE t::date = 'x'", None, 26),
        ] {
            assert_eq!(column("x", sql).as_deref(), column_of, "{sql}");
            assert_eq!(place("x", sql).map(|place| place.column), Some(at), "{sql}");
        }
        assert_eq!(place("x", "SELECT 'y'"), None);
        for (text, form) in [
            ("29/11/2026", Some("to_timestamp('29/11/2026', 'DD/MM/YYYY')")),
            ("11/29/2026", Some("'MM/DD/YYYY'")),
            ("29.11.2026 10:00", Some("'DD.MM.YYYY HH24:MI'")),
            ("2026-11-29 10:00 PM", Some("to_timestamp('2026-11-29 10:00 PM', 'YYYY-MM-DD HH12:MI AM')")),
            ("2026-11-29 10 PM", None),
            ("29/11/2026 10:00:05 am", Some("'DD/MM/YYYY HH12:MI:SS AM'")),
            ("2026-04-31", Some("'2026-04-30'")),
            ("2026-02-30T10:00:00Z", Some("'2026-02-28'")),
            ("2026-13-01", Some("there are 12")),
            ("2026-04-30 25:00", Some("up to 23")),
            ("2026-04-30 23:59:59Z", None),
            ("2026-11-29", None),
            ("40.11.2026", None),
            ("x", None),
        ] {
            let told = time_form(text);
            assert_eq!(told.is_some(), form.is_some(), "{text}: {told:?}");
            assert!(form.is_none_or(|form| told.unwrap_or_default().contains(form)), "{text}");
        }
        let zone = "Parser error: Invalid timezone \"PM\": failed to parse timezone";
        let (what, hint) = half_day(zone, "SELECT 1 WHERE t > '2026-04-30 10:00 PM'").unwrap();
        assert_eq!(what, "'2026-04-30 10:00 PM' has the hours of half a day");
        assert!(hint.starts_with("to_timestamp('2026-04-30 10:00 PM', 'YYYY-MM-DD HH12:MI AM')"), "{hint}");
        assert_eq!(half_day("Invalid timezone \"Nowhere\"", "SELECT 'x Nowhere'"), None);
        let compared = "Cannot infer common argument type for comparison operation Timestamp(µs, \"UTC\") > Int64";
        assert!(of_number(compared, "SELECT 1 WHERE t > 20260430").unwrap().ends_with("'2026-04-30'"));
        assert!(of_number(compared, "SELECT 1 WHERE t > 2026").unwrap().contains("ago('1d')"));
        assert_eq!(of_number("Cannot infer common argument type for comparison operation Utf8 > Boolean", ""), None);
        let told = |sql: &str| of_text("Cannot cast string 'of a record' to value of Int64 type", sql).unwrap();
        assert_eq!(told("SELECT 1 WHERE id = 5").0, "id is a text, and 5 is a number");
        assert_eq!(told("SELECT 1 WHERE a AND s.user_id IN (1, 2)").0, "s.user_id is a text, and 1 is a number");
        for (sql, column) in [
            ("SELECT 1 WHERE status.error_code = 50126 AND app_display_name = 5", "app_display_name"),
            ("SELECT 1 FROM entra.users WHERE display_name = 5", "display_name"),
            ("SELECT 1 FROM entra.users AS u WHERE u.display_name NOT IN (5)", "u.display_name"),
            ("SELECT 1 FROM entra.users u JOIN x ON u.display_name = 5", "u.display_name"),
            ("SELECT 1 FROM t WHERE unknown_column = 5", "unknown_column"),
        ] {
            assert_eq!(told(sql).0, format!("{column} is a text, and 5 is a number"), "{sql}");
        }
        assert!(!told("SELECT a + 1").0.contains("of a record"));
        let day = |value: &str| {
            of_text(&format!("Cannot cast string '{value}' to value of Date32 type"), "SELECT d::date").unwrap()
        };
        assert_eq!(day("01/02/2026").0, "a text is read as date, and not all texts are of that type");
        assert!(day("01/02/2026").1.starts_with("to_date(x, 'DD/MM/YYYY') reads texts such as 01/02/2026"));
        assert_eq!(day("ana").1, "TRY_CAST(x AS DATE) is NULL where a text is none");
        assert_eq!(of_text("Cannot cast string 'x' to value of Int32 type", "SELECT 1 WHERE n = 'x'"), None);
        assert_eq!(unread("Cannot cast string 'x' to value of Int32 type"), Some("x"));
    }
}
