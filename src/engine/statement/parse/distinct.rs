//! `IS [NOT] DISTINCT FROM` ends before AND and OR, as it does in PostgreSQL.
//!
//! The parser (sqlparser 0.62) takes all that follows for the right side: `a IS DISTINCT FROM b AND c` became
//! `a IS DISTINCT FROM (b AND c)`, which is another condition and, where `b` is a truth value, no error. So a right side that
//! AND or OR follows is put into parentheses.

use std::collections::{HashMap, HashSet};

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

/// The tokens with those right sides in parentheses. How many of them can stand within one another is bounded before.
pub(super) fn bounded(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let sides: Vec<(usize, usize)> = right_sides(&tokens).collect();
    if sides.is_empty() {
        return tokens;
    }
    // Right sides begin at different places; several may end at one.
    let begins: HashSet<usize> = sides.iter().map(|(begin, _)| *begin).collect();
    let mut ends: HashMap<usize, usize> = HashMap::new();
    sides.iter().for_each(|(_, end)| *ends.entry(*end).or_default() += 1);
    let mut out = Vec::with_capacity(tokens.len() + 2 * sides.len());
    for (at, token) in tokens.into_iter().enumerate() {
        let parenthesis = |kind: Token| TokenWithSpan { token: kind, span: token.span };
        out.extend((0..ends.get(&at).copied().unwrap_or_default()).map(|_| parenthesis(Token::RParen)));
        out.extend(begins.contains(&at).then(|| parenthesis(Token::LParen)));
        out.push(token);
    }
    out
}

/// Where right sides begin, and the AND or OR before which they end.
fn right_sides(tokens: &[TokenWithSpan]) -> impl Iterator<Item = (usize, usize)> {
    use Keyword as K;
    let solid: Vec<usize> = (0..tokens.len()).filter(|at| !matches!(tokens[*at].token, Token::Whitespace(_))).collect();
    let keyword = move |at: usize| keyword_of(&tokens[at].token);
    (2..solid.len()).filter_map(move |at| {
        let [before, distinct, from] = [at - 2, at - 1, at].map(|at| keyword(solid[at]));
        let is = before == Some(K::IS) || before == Some(K::NOT) && at >= 3 && keyword(solid[at - 3]) == Some(K::IS);
        let begins = is && distinct == Some(K::DISTINCT) && from == Some(K::FROM);
        let begin = begins.then(|| solid[at] + 1)?;
        Some((begin, end(tokens, &solid[at + 1..])?))
    })
}

/// The AND or OR behind a right side that begins with the first of these places, unless something else ends it before.
fn end(tokens: &[TokenWithSpan], solid: &[usize]) -> Option<usize> {
    use Keyword as K;
    let (mut depth, mut cases, mut betweens) = (0_usize, 0_usize, 0_usize);
    for (nth, at) in solid.iter().enumerate() {
        let token = &tokens[*at].token;
        let keyword = keyword_of(token);
        match token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => depth = depth.checked_sub(1)?,
            Token::Comma | Token::SemiColon | Token::EOF if depth == 0 && cases == 0 => return None,
            _ if depth > 0 => {}
            _ => match keyword {
                Some(K::CASE) => cases += 1,
                Some(K::END) => cases = cases.checked_sub(1)?,
                _ if cases > 0 => {}
                Some(K::BETWEEN) => betweens += 1,
                Some(K::AND) if betweens > 0 => betweens -= 1,
                Some(K::AND | K::OR) => return Some(*at),
                // Of another test of the same kind.
                Some(K::FROM) if nth > 0 && keyword_of(&tokens[solid[nth - 1]].token) == Some(K::DISTINCT) => {}
                Some(keyword) if CLAUSES.contains(&keyword) => {
                    let is_function = solid.get(nth + 1).is_some_and(|at| tokens[*at].token == Token::LParen);
                    if !is_function || !matches!(keyword, K::LEFT | K::RIGHT) {
                        return None;
                    }
                }
                _ => {}
            },
        }
    }
    None
}

/// Words that begin the next part of a statement.
const CLAUSES: [Keyword; 29] = {
    use Keyword as K;
    [
        K::FROM,
        K::WHERE,
        K::GROUP,
        K::HAVING,
        K::ORDER,
        K::LIMIT,
        K::OFFSET,
        K::FETCH,
        K::UNION,
        K::INTERSECT,
        K::EXCEPT,
        K::WINDOW,
        K::QUALIFY,
        K::THEN,
        K::ELSE,
        K::WHEN,
        K::AS,
        K::ON,
        K::JOIN,
        K::INNER,
        K::LEFT,
        K::RIGHT,
        K::FULL,
        K::CROSS,
        K::NATURAL,
        K::ASC,
        K::DESC,
        K::NULLS,
        K::FOR,
    ]
};

fn keyword_of(token: &Token) -> Option<Keyword> {
    match token {
        Token::Word(word) if word.quote_style.is_none() && word.keyword != Keyword::NoKeyword => Some(word.keyword),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn of(sql: &str) -> String {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap();
        bounded(tokens).into_iter().map(|token| token.token.to_string()).collect()
    }

    #[test]
    fn the_right_side_ends_before_and_and_or() {
        for (sql, expected) in [
            ("a IS DISTINCT FROM b AND c", "a IS DISTINCT FROM( b )AND c"),
            ("p AND a is not distinct from 1 OR c", "p AND a is not distinct from( 1 )OR c"),
            ("a IS DISTINCT FROM b = c OR d", "a IS DISTINCT FROM( b = c )OR d"),
            ("a IS DISTINCT FROM f(b AND c) AND d", "a IS DISTINCT FROM( f(b AND c) )AND d"),
            (
                "a IS DISTINCT FROM CASE WHEN b AND c THEN 1 END AND d",
                "a IS DISTINCT FROM( CASE WHEN b AND c THEN 1 END )AND d",
            ),
            ("a IS DISTINCT FROM left(b, 1) AND d", "a IS DISTINCT FROM( left(b, 1) )AND d"),
            ("a IS DISTINCT FROM b BETWEEN 1 AND 2 AND d", "a IS DISTINCT FROM( b BETWEEN 1 AND 2 )AND d"),
            (
                "a IS DISTINCT FROM x AND b IS DISTINCT FROM y AND c",
                "a IS DISTINCT FROM( x )AND b IS DISTINCT FROM( y )AND c",
            ),
        ] {
            assert_eq!(of(sql), expected);
        }
    }

    #[test]
    fn what_ends_otherwise_stays() {
        for sql in [
            "a IS DISTINCT FROM b",
            "(a IS DISTINCT FROM b) AND c",
            "SELECT a IS DISTINCT FROM b, c AND d",
            "SELECT a IS DISTINCT FROM b FROM t WHERE c AND d",
            "SELECT a IS DISTINCT FROM b AS x FROM t WHERE c AND d",
            "CASE WHEN a IS DISTINCT FROM b THEN c AND d END",
            "SELECT DISTINCT FROM t WHERE a AND b",
            "FROM t LEFT JOIN u ON a IS DISTINCT FROM b LEFT JOIN v ON c AND d",
        ] {
            assert_eq!(of(sql), sql);
        }
    }
}
