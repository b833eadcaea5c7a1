//! Texts and times that stand in a statement without their quotes: `ip_address = 203.0.113.7`.

use std::net::IpAddr;

use chrono::{NaiveDate, NaiveDateTime};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// Advice about the first address, name of a person or time that stands where SQL expects an expression.
pub(super) fn find(sql: &str) -> Option<String> {
    let mut tokens = Vec::new();
    // What comes before a token that cannot be read is enough.
    let _ = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location_into_buf(&mut tokens);
    let mut run = String::new();
    let ends = tokens.into_iter().map(|token| token.token).chain([Token::EOF]);
    ends.into_iter().find_map(|token| {
        if separates(&token) {
            return advice(&std::mem::take(&mut run));
        }
        run.push_str(&token.to_string());
        None
    })
}

/// Whether a token cannot be a part of such a text.
fn separates(token: &Token) -> bool {
    matches!(
        token,
        Token::EOF
            | Token::Whitespace(_)
            | Token::Comma
            | Token::LParen
            | Token::RParen
            | Token::SemiColon
            | Token::Eq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::SingleQuotedString(_)
    )
}

fn advice(run: &str) -> Option<String> {
    let host = run.split_once('/').map_or(run, |(host, bits)| if bits.parse::<u8>().is_ok() { host } else { run });
    if host.parse::<IpAddr>().is_ok() {
        return Some(format!("an address is a text, in single quotes: '{run}'"));
    }
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-".contains(c));
    if run.split_once('@').is_some_and(|(who, domain)| plain(who) && plain(domain) && domain.contains('.')) {
        return Some(format!("a name is a text, in single quotes: '{run}'"));
    }
    let is_time = NaiveDate::parse_from_str(run, "%Y-%m-%d").is_ok()
        || NaiveDateTime::parse_from_str(run.trim_end_matches('Z'), "%Y-%m-%dT%H:%M:%S").is_ok();
    is_time.then(|| format!("a time stands in single quotes: '{run}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_its_quotes_is_shown_with_them() {
        for (sql, told) in [
            ("SELECT 1 WHERE ip_address = 203.0.113.66", Some("'203.0.113.66'")),
            ("SELECT 1 WHERE ip_address IN (203.0.113.66, 10.0.0.1)", Some("'203.0.113.66'")),
            ("SELECT ip_in(ip_address, 10.0.0.0/8)", Some("'10.0.0.0/8'")),
            ("SELECT 1 WHERE ip_address=2001:db8::1 AND true", Some("'2001:db8::1'")),
            (
                "SELECT 1 WHERE user_principal_name = ana.silva@lumenworks.example",
                Some("'ana.silva@lumenworks.example'"),
            ),
            ("SELECT 1 WHERE created_date_time > 2026-05-01", Some("'2026-05-01'")),
            ("SELECT 1 WHERE created_date_time>=2026-05-01T12:00:00Z", Some("'2026-05-01T12:00:00Z'")),
            ("SELECT 1.5, a.b, 2026 - 05 - 01, 1/2, '203.0.113.66', \"a@b.c\"", None),
            ("SELECT '", None),
        ] {
            let found = find(sql);
            assert_eq!(found.is_some(), told.is_some(), "{sql}: {found:?}");
            assert!(told.is_none_or(|told| found.as_deref().unwrap_or_default().ends_with(told)), "{sql}: {found:?}");
        }
    }
}
