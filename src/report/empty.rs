//! What a statement's own text tells about an answer without rows.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// A comparison with NULL is never true: the planner removes it, and all rows with it.
pub fn compared_with_null(sql: &str) -> Option<&'static str> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().ok()?;
    let solid: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let compares =
        |token: &Token| matches!(token, Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq);
    let null = |token: &Token| matches!(token, Token::Word(word) if word.keyword == Keyword::NULL && word.quote_style.is_none());
    let sets = matches!(solid.first(), Some(Token::Word(word)) if word.keyword == Keyword::SET);
    let found = solid.windows(2).any(|pair| compares(pair[0]) && null(pair[1]));
    (found && !sets).then_some("nothing equals NULL, not even NULL: write IS NULL or IS NOT NULL")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_comparison_with_null_is_noted() {
        for sql in ["SELECT * FROM t WHERE a = NULL", "SELECT 1 WHERE a <> /* x */ null"] {
            assert!(compared_with_null(sql).is_some(), "{sql}");
        }
        for sql in
            ["SELECT * FROM t WHERE a IS NULL", "SELECT '= NULL'", "SELECT a = \"null\"", "SET x = NULL", "SELECT '"]
        {
            assert!(compared_with_null(sql).is_none(), "{sql}");
        }
    }
}
