//! What a statement's own text tells about an answer without rows.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// A comparison with NULL is never true, nor is NOT IN of a list that holds NULL: the planner removes it, and all rows with it.
pub fn compared_with_null(sql: &str) -> Option<&'static str> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().ok()?;
    let solid: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let compares =
        |token: &Token| matches!(token, Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq);
    let null = |token: &Token| matches!(token, Token::Word(word) if word.keyword == Keyword::NULL && word.quote_style.is_none());
    let sets = matches!(solid.first(), Some(Token::Word(word)) if word.keyword == Keyword::SET);
    let found = solid.windows(2).any(|pair| compares(pair[0]) && null(pair[1]));
    if sets {
        None
    } else if found {
        Some("nothing equals NULL, not even NULL: write IS NULL or IS NOT NULL")
    } else {
        excludes_null(&solid, null).then_some("NOT IN is never true of a list that holds NULL: leave NULL out of it")
    }
}

/// Whether there is a `NOT IN (…, NULL, …)`, or a `<> ALL (ARRAY[…, NULL, …])`, which is the same.
fn excludes_null(solid: &[&Token], null: impl Fn(&Token) -> bool) -> bool {
    let word = |token: &Token, keyword| matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none());
    let opens = |token: &Token| matches!(token, Token::LParen | Token::LBracket);
    let closes = |token: &Token| matches!(token, Token::RParen | Token::RBracket);
    let separates = |token: &Token| opens(token) || closes(token) || matches!(token, Token::Comma);
    let begins = (0..solid.len()).filter_map(|at| match &solid[at..] {
        [not, is_in, Token::LParen, ..] if word(not, Keyword::NOT) && word(is_in, Keyword::IN) => Some(at + 2),
        [Token::Neq, all, Token::LParen, Token::LBracket, ..] if word(all, Keyword::ALL) => Some(at + 3),
        [Token::Neq, all, Token::LParen, array, Token::LBracket, ..]
            if word(all, Keyword::ALL) && word(array, Keyword::ARRAY) =>
        {
            Some(at + 4)
        }
        _ => None,
    });
    begins.into_iter().any(|at| {
        let mut depth = 0_usize;
        let inside = solid[at..].windows(3).take_while(|each| {
            if opens(each[0]) {
                depth += 1;
            } else if closes(each[0]) {
                depth = depth.saturating_sub(1);
            }
            depth > 0
        });
        // A list in a list is a call's: `NOT IN (coalesce(x, NULL))`.
        let mut inner = 0_usize;
        inside.into_iter().any(|each| {
            if opens(each[0]) {
                inner += 1;
            } else if closes(each[0]) {
                inner = inner.saturating_sub(1);
            }
            inner == 1 && separates(each[0]) && null(each[1]) && separates(each[2])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_comparison_with_null_is_noted() {
        for sql in [
            "SELECT * FROM t WHERE a = NULL",
            "SELECT 1 WHERE a <> /* x */ null",
            "SELECT 1 WHERE a NOT IN ('x', NULL)",
            "SELECT 1 WHERE a NOT IN (lower('x'), NULL, 'y')",
            "SELECT 1 WHERE a <> ALL (ARRAY['x', NULL])",
            "SELECT 1 WHERE a != ALL([NULL, 'x'])",
        ] {
            assert!(compared_with_null(sql).is_some(), "{sql}");
        }
        for sql in [
            "SELECT * FROM t WHERE a IS NULL",
            "SELECT '= NULL'",
            "SELECT a = \"null\"",
            "SET x = NULL",
            "SELECT '",
            "SELECT 1 WHERE a IN ('x', NULL)",
            "SELECT 1 WHERE a NOT IN (coalesce('x', NULL))",
            "SELECT 1 WHERE a NOT IN ('x') AND f(b, NULL)",
            "SELECT 1 WHERE a = ANY (ARRAY['x', NULL])",
            "SELECT 1 WHERE a <> ALL (ARRAY[coalesce('x', NULL)]) AND [NULL, b] = c",
        ] {
            assert!(compared_with_null(sql).is_none(), "{sql}");
        }
    }
}
