//! `FROM sign_ins WHERE … LIMIT 5`: a query that begins with FROM and has all columns.
//!
//! The parser reads `FROM t` and nothing behind it, unless a SELECT follows. So `SELECT *` is put before it, where none stands in
//! the query.

use datafusion::error::Result;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use super::dialect::refused;

/// The tokens with a SELECT in each query.
///
/// # Errors
/// When such a query is grouped, and there is no column that could be meant.
pub(super) fn worded(tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>> {
    let begins: Vec<usize> = (0..tokens.len()).filter(|at| begins_query(&tokens, *at)).collect();
    let mut found = Vec::new();
    for begin in begins {
        match behind(&tokens[begin + 1..]) {
            Behind::Select | Behind::Nothing => {}
            Behind::Group => {
                let instead =
                    "name what is wanted of each group: SELECT user_principal_name, count(*) FROM sign_ins GROUP BY 1";
                return Err(
                    refused("FROM without SELECT has all columns, and GROUP BY leaves none of them", instead).into()
                );
            }
            Behind::Clause => found.push(begin),
        }
    }
    if found.is_empty() {
        return Ok(tokens);
    }
    let mut worded = Vec::with_capacity(tokens.len() + 2 * found.len());
    for (at, token) in tokens.into_iter().enumerate() {
        if found.contains(&at) {
            let span = token.span;
            worded.extend([Token::make_keyword("SELECT"), Token::Mul].map(|token| TokenWithSpan { token, span }));
        }
        worded.push(token);
    }
    Ok(worded)
}

/// What stands in a query behind its FROM.
enum Behind {
    /// A SELECT.
    Select,
    /// The tables alone.
    Nothing,
    /// Some other clause.
    Clause,
    /// A GROUP BY or a HAVING.
    Group,
}

/// Whether a FROM stands where a query begins.
fn begins_query(tokens: &[TokenWithSpan], at: usize) -> bool {
    if keyword(&tokens[at].token) != Some(Keyword::FROM) {
        return false;
    }
    let mut before = tokens[..at].iter().rev().map(|token| &token.token).filter(|t| !matches!(t, Token::Whitespace(_)));
    match before.next() {
        None | Some(Token::LParen) => true,
        Some(other) => matches!(keyword(other), Some(Keyword::EXPLAIN | Keyword::ANALYZE | Keyword::VERBOSE)),
    }
}

/// What stands behind a FROM, up to the end of its query.
fn behind(tokens: &[TokenWithSpan]) -> Behind {
    let (mut depth, mut found) = (0_usize, Behind::Nothing);
    for TokenWithSpan { token, .. } in tokens {
        match token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return found,
            Token::RParen => depth -= 1,
            Token::SemiColon => return found,
            _ if depth > 0 => {}
            other => match keyword(other) {
                Some(Keyword::SELECT) => return Behind::Select,
                Some(Keyword::GROUP | Keyword::HAVING) => found = Behind::Group,
                Some(
                    Keyword::WHERE
                    | Keyword::ORDER
                    | Keyword::LIMIT
                    | Keyword::OFFSET
                    | Keyword::FETCH
                    | Keyword::QUALIFY,
                ) if !matches!(found, Behind::Group) => {
                    found = Behind::Clause;
                }
                Some(Keyword::UNION | Keyword::INTERSECT | Keyword::EXCEPT) => return found,
                _ => {}
            },
        }
    }
    found
}

fn keyword(token: &Token) -> Option<Keyword> {
    match token {
        Token::Word(Word { quote_style: None, keyword, .. }) => Some(*keyword),
        _ => None,
    }
}
