//! Values in the place of `:name`, as literals among the tokens.
//!
//! A value becomes one token, or a few of a fixed form, after the text was cut into tokens: nothing in it is read as SQL. What is
//! planned is a constant, so conditions are folded and sent. `:name` is a name only where it does not touch what stands before it,
//! so that slices (`list[1:n]`) and casts (`x::text`) stay what they are.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
#[cfg(feature = "cli")]
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
#[cfg(feature = "cli")]
use datafusion::sql::sqlparser::tokenizer::Tokenizer;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::engine::error::limits::MOST_TEXT;
use crate::engine::error::{Error, Part};
use crate::engine::statement::parameters::{Parameters, Value};

/// The tokens with their names replaced, and whether there were any.
///
/// # Errors
/// When a name has no value, or the values are together longer than a statement may be.
pub(super) fn bound(
    tokens: Vec<TokenWithSpan>,
    parameters: &Parameters,
    now: DateTime<Utc>,
) -> Result<(Vec<TokenWithSpan>, bool), Error> {
    if !tokens.iter().any(|token| token.token == Token::Colon) {
        return Ok((tokens, false));
    }
    let (mut all, mut found, mut length) = (Vec::with_capacity(tokens.len()), false, 0);
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let Some(name) = name_at(&tokens, at) else {
            all.push(token.clone());
            at += 1;
            continue;
        };
        let value = parameters.get(name).ok_or_else(|| Error::Unbound {
            name: name.to_owned(),
            known: parameters.iter().map(|(name, _)| name.to_owned()).collect(),
        })?;
        let before_is =
            tokens[at + 2..].iter().find(|token| !is_blank(token)).is_some_and(|next| is(next, Keyword::IS));
        let before = all.len();
        let mut put = |token: Token| all.push(TokenWithSpan { token, span: tokens[at].span });
        match value {
            Value::List(values) if before_is || values.is_empty() => {
                literal(values.first().unwrap_or(&Value::Nothing), now, &mut put);
            }
            Value::List(values) => {
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        put(Token::Comma);
                    }
                    literal(value, now, &mut put);
                }
            }
            one => literal(one, now, &mut put),
        }
        length += all[before..].iter().map(|token| length_of(&token.token)).sum::<usize>();
        if length > MOST_TEXT {
            return Err(Error::TooLarge(Part::Text));
        }
        found = true;
        at += 2;
    }
    Ok((all, found))
}

/// The names in a text and the lines on which they stand, from 1. What cannot be read has none.
#[cfg(feature = "cli")]
pub(crate) fn names_in(sql: &str) -> Vec<(String, usize)> {
    let mut tokens = Vec::new();
    let _ = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    let line = |at: usize| usize::try_from(tokens[at].span.start.line).unwrap_or(1);
    (0..tokens.len()).filter_map(|at| Some((name_at(&tokens, at)?.to_owned(), line(at)))).collect()
}

/// The name that begins with the colon at a place.
fn name_at(tokens: &[TokenWithSpan], at: usize) -> Option<&str> {
    let Token::Word(word) = &tokens.get(at + 1)?.token else { return None };
    let begins = at == 0 || matches!(&tokens[at - 1].token, previous if !touches(previous));
    (tokens[at].token == Token::Colon && word.quote_style.is_none() && begins).then_some(word.value.as_str())
}

/// Whether a colon behind the token belongs to it.
fn touches(token: &Token) -> bool {
    matches!(
        token,
        Token::Word(_)
            | Token::Number(..)
            | Token::RBracket
            | Token::RParen
            | Token::Colon
            | Token::SingleQuotedString(_)
    )
}

fn is_blank(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Whitespace(_))
}

fn is(token: &TokenWithSpan, keyword: Keyword) -> bool {
    matches!(&token.token, Token::Word(word) if word.keyword == keyword)
}

/// A value as the tokens of a literal.
fn literal(value: &Value, now: DateTime<Utc>, put: &mut impl FnMut(Token)) {
    match value {
        Value::Nothing => put(Token::make_keyword("NULL")),
        Value::Text(text) => put(Token::SingleQuotedString(text.clone())),
        Value::Integer(number) => signed(*number < 0, number.unsigned_abs().to_string(), put),
        // What is no number, or has no end, has no literal.
        Value::Number(number) if !number.is_finite() => put(Token::make_keyword("NULL")),
        Value::Number(number) => signed(number.is_sign_negative(), format!("{:?}", number.abs()), put),
        Value::Boolean(on) => put(Token::make_keyword(if *on { "TRUE" } else { "FALSE" })),
        Value::Time(time) => instant(*time, put),
        Value::Ago(span) => instant(now.checked_sub_signed(*span).unwrap_or(DateTime::UNIX_EPOCH), put),
        Value::Span(span) => {
            put(Token::make_keyword("INTERVAL"));
            put(Token::SingleQuotedString(in_seconds(*span)));
        }
        Value::List(values) => values.iter().for_each(|value| literal(value, now, put)),
    }
}

/// A number between parentheses where it is negative: `x -:n` must not become a comment.
fn signed(negative: bool, digits: String, put: &mut impl FnMut(Token)) {
    if negative {
        put(Token::LParen);
        put(Token::Minus);
    }
    put(Token::Number(digits, false));
    if negative {
        put(Token::RParen);
    }
}

fn instant(time: DateTime<Utc>, put: &mut impl FnMut(Token)) {
    put(Token::make_keyword("TIMESTAMPTZ"));
    put(Token::SingleQuotedString(time.to_rfc3339_opts(SecondsFormat::AutoSi, true)));
}

/// `600 seconds`, or `600500 milliseconds` where it does not come out even.
fn in_seconds(span: TimeDelta) -> String {
    match span.num_milliseconds() {
        millis if millis % 1_000 == 0 => format!("{} seconds", millis / 1_000),
        millis => format!("{millis} milliseconds"),
    }
}

fn length_of(token: &Token) -> usize {
    match token {
        Token::SingleQuotedString(text) | Token::Number(text, _) => text.len() + 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "2026-05-08T12:00:00Z";

    fn bind(sql: &str, parameters: &Parameters) -> Result<Vec<Token>, Error> {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap();
        let (tokens, _) = bound(tokens, parameters, NOW.parse().unwrap())?;
        Ok(tokens.into_iter().map(|token| token.token).filter(|token| !matches!(token, Token::Whitespace(_))).collect())
    }

    fn shown(sql: &str, parameters: &Parameters) -> String {
        bind(sql, parameters).unwrap().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_value_stands_for_its_name_as_a_literal() {
        let texts = |texts: &[&str]| Value::List(texts.iter().map(|text| Value::Text((*text).into())).collect());
        let parameters = Parameters::default()
            .with("user", Value::Text("a".into()))
            .with("n", Value::Integer(-5))
            .with("share", Value::Number(0.5))
            .with("on", Value::Boolean(true))
            .with("since", Value::Ago(TimeDelta::days(7)))
            .with("until", Value::Time("2026-05-02T00:00:00.5Z".parse().unwrap()))
            .with("window", Value::Span(TimeDelta::minutes(10)))
            .with("half", Value::Span(TimeDelta::milliseconds(1_500)))
            .with("ips", texts(&["1", "2"]))
            .with("none", texts(&[]))
            .with("nothing", Value::Nothing);
        for (sql, expected) in [
            ("x = :user", "x = 'a'"),
            ("x -:n", "x - ( - 5 )"),
            (":share,:on", "0.5 , TRUE"),
            ("t >= :since", "t >= TIMESTAMPTZ '2026-05-01T12:00:00Z'"),
            ("t < :until", "t < TIMESTAMPTZ '2026-05-02T00:00:00.500Z'"),
            (":window + :half", "INTERVAL '600 seconds' + INTERVAL '1500 milliseconds'"),
            ("x IN (:ips)", "x IN ( '1' , '2' )"),
            ("[:ips]", "[ '1' , '2' ]"),
            (":ips IS NULL", "'1' IS NULL"),
            ("(:none IS NULL OR x IN (:none))", "( NULL IS NULL OR x IN ( NULL ) )"),
            (":nothing is not null", "NULL is not null"),
            ("':user' || \":user\" -- :user", "':user' || \":user\""),
            ("x[1:n] :: text, y::user", "x [ 1 : n ] :: text , y :: user"),
        ] {
            assert_eq!(shown(sql, &parameters), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_in_a_value_stays_there() {
        for text in ["'", "''", "a'; DROP TABLE t; --", "\\'", "$$x$$", "E'\\n'", "\u{0}\"`;/*", "NULL", ":other"] {
            let parameters = Parameters::default().with("x", Value::Text(text.into()));
            assert_eq!(bind(":x", &parameters).unwrap(), [Token::SingleQuotedString(text.into())]);
        }
    }

    #[test]
    fn a_name_without_a_value_is_an_error_and_so_are_values_without_end() {
        let parameters = Parameters::default().with("ip", Value::Nothing);
        let error = bind("SELECT :ips", &parameters).unwrap_err();
        assert!(matches!(&error, Error::Unbound { name, known } if name == "ips" && known == &["ip"]), "{error}");
        let long = Value::List(vec![Value::Text("x".repeat(1 << 20)); MOST_TEXT / (1 << 20) + 1]);
        assert!(matches!(bind(":x", &Parameters::default().with("x", long)), Err(Error::TooLarge(Part::Text))));
    }
}
