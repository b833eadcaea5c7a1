//! What a statement's own text tells about an answer without rows.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

/// A comparison with NULL is never true, nor is NOT IN of a list that holds NULL: the planner removes it, and all rows with it.
pub fn compared_with_null(sql: &str) -> Option<&'static str> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize().ok()?;
    let solid: Vec<&Token> = tokens.iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect();
    let null = |token: &Token| is(token, Keyword::NULL);
    let sets = solid.first().is_some_and(|token| is(token, Keyword::SET));
    let found = solid.windows(2).any(|pair| compares(pair[0]) && null(pair[1]));
    if sets {
        None
    } else if found {
        Some("nothing equals NULL, not even NULL: write IS NULL or IS NOT NULL")
    } else {
        List::all(&solid).find(|list| list.holds(null)).map(|list| list.is_never_true)
    }
}

/// A list that a value is compared with, so that a NULL in it leaves nothing true.
struct List<'t> {
    /// Its tokens, from the bracket that opens it.
    tokens: &'t [&'t Token],
    is_never_true: &'static str,
}

impl<'t> List<'t> {
    /// Those of `NOT IN (…)`, which may be written `NOT x IN (…)` or `NOT (x IN (…))`, and of `> ALL (ARRAY[…])`.
    fn all(solid: &'t [&'t Token]) -> impl Iterator<Item = Self> {
        const NOT_IN: &str = "NOT IN is never true of a list that holds NULL: leave NULL out of it";
        const ALL: &str = "what is compared with ALL of a list that holds NULL is never true: leave NULL out of it";
        const NOT_ANY: &str = "NOT … = ANY is never true of a list that holds NULL: leave NULL out of it";
        (0..solid.len()).filter_map(|at| {
            let (length, is_never_true) = match &solid[at..] {
                [is_in, Token::LParen, ..] if is(is_in, Keyword::IN) && is_negated(&solid[..at]) => (1, NOT_IN),
                [sign, all, rest @ ..] if compares(sign) && is(all, Keyword::ALL) => (2 + of_array(rest)?, ALL),
                [Token::Eq, any, rest @ ..] if is(any, Keyword::ANY) && is_negated(&solid[..at]) => {
                    (2 + of_array(rest)?, NOT_ANY)
                }
                _ => return None,
            };
            Some(Self { tokens: &solid[at + length..], is_never_true })
        })
    }

    /// Whether one of its own elements is this. A list in a list is a call's: `NOT IN (coalesce(x, NULL))`.
    fn holds(&self, what: impl Fn(&Token) -> bool) -> bool {
        let mut depth = 0_usize;
        for each in self.tokens.windows(3) {
            if opens(each[0]) {
                depth += 1;
            } else if closes(each[0]) {
                depth -= 1;
            }
            if depth == 0 {
                return false;
            }
            if depth == 1 && separates(each[0]) && what(each[1]) && separates(each[2]) {
                return true;
            }
        }
        false
    }
}

/// How many tokens stand before the bracket of `([…])` or `(ARRAY[…])`.
fn of_array(tokens: &[&Token]) -> Option<usize> {
    match tokens {
        [Token::LParen, Token::LBracket, ..] => Some(1),
        [Token::LParen, array, Token::LBracket, ..] if is(array, Keyword::ARRAY) => Some(2),
        _ => None,
    }
}

/// Whether a NOT stands before the operand that tokens end with, or they end with one: `NOT`, `NOT x.y`, `NOT (lower(x)`.
fn is_negated(tokens: &[&Token]) -> bool {
    // Two names side by side are not of one operand: of `THEN x` only the latter is.
    let (mut depth, mut is_name_next) = (0_usize, true);
    let mut before = tokens.iter().rev().skip_while(|token| {
        if closes(token) {
            depth += 1;
            return true;
        }
        if opens(token) && depth > 0 {
            (depth, is_name_next) = (depth - 1, true);
            return true;
        }
        let is_name = is_name(token) && !is(token, Keyword::NOT);
        let is_part = is_name && is_name_next
            || matches!(token, Token::Period | Token::DoubleColon | Token::Arrow | Token::LongArrow);
        is_name_next = depth > 0 || !is_name;
        depth > 0 || is_part
    });
    match before.next() {
        Some(Token::LParen) => before.next().is_some_and(|token| is(token, Keyword::NOT)),
        Some(token) => is(token, Keyword::NOT),
        None => false,
    }
}

fn is_name(token: &Token) -> bool {
    matches!(token, Token::Word(_) | Token::SingleQuotedString(_) | Token::Number(..))
}

fn is(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}

fn compares(token: &Token) -> bool {
    matches!(token, Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq)
}

fn opens(token: &Token) -> bool {
    matches!(token, Token::LParen | Token::LBracket)
}

fn closes(token: &Token) -> bool {
    matches!(token, Token::RParen | Token::RBracket)
}

fn separates(token: &Token) -> bool {
    opens(token) || closes(token) || matches!(token, Token::Comma)
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
            "SELECT 1 WHERE b AND NOT a IN ('x', NULL)",
            "SELECT 1 WHERE NOT t.a.b::text IN ('x', NULL)",
            "SELECT 1 WHERE NOT (lower(a[1]) IN (NULL))",
            "SELECT 1 WHERE NOT a = ANY (ARRAY['x', NULL])",
            "SELECT 1 WHERE a > ALL (ARRAY[1, NULL])",
            "SELECT 1 WHERE a = ALL ([1, NULL])",
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
            "SELECT 1 WHERE NOT b AND a IN ('x', NULL)",
            "SELECT 1 WHERE NOT (b AND a IN ('x', NULL))",
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 WHERE a IN ('x', NULL))",
            "SELECT 1 WHERE (a IN ('x', NULL))",
            "SELECT CASE WHEN NOT b THEN a IN ('x', NULL) END",
            "SELECT 1 WHERE a > ANY (ARRAY[1, NULL])",
            "SELECT 1 WHERE a <> ALL (ARRAY[coalesce('x', NULL)]) AND [NULL, b] = c",
        ] {
            assert!(compared_with_null(sql).is_none(), "{sql}");
        }
    }
}
