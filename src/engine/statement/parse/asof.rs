//! ASOF joins, as they are written elsewhere, in words that the planner has.
//!
//! `ASOF JOIN b ON …` and `ASOF LEFT JOIN b ON …` are those of `DuckDB`: rows without a partner go, or stay. `ASOF JOIN b
//! MATCH_CONDITION (…) ON …` is Snowflake's, whose rows stay. The parser knows the latter alone. Of the others the word ASOF
//! becomes one that it takes and that means nothing here, GLOBAL; so that is refused where somebody writes it. Then both become
//! plain joins whose condition is marked ([`CONDITION`]).

use datafusion::sql::sqlparser::ast::{Expr, Join, JoinConstraint, JoinOperator, Value};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::dialect::{function_call, refused};
use crate::engine::error::Error;
use crate::engine::joins::asof::CONDITION;

const INSTEAD: &str = "FROM a ASOF JOIN b ON a.user_name = b.user_name AND a.time >= b.time; ASOF LEFT JOIN keeps the \
    rows of a that find none";

/// Puts the words of ASOF joins into those that the parser takes.
pub(super) fn worded(tokens: &mut Vec<TokenWithSpan>) -> Result<(), Error> {
    let solid: Vec<usize> = (0..tokens.len()).filter(|at| !matches!(tokens[*at].token, Token::Whitespace(_))).collect();
    let word = |at: usize| solid.get(at).map_or(Keyword::NoKeyword, |at| keyword(&tokens[*at].token));
    let (mut renamed, mut removed) = (Vec::new(), Vec::new());
    for at in 0..solid.len() {
        let Some((kind, end)) = join_at(at + 1, &word) else { continue };
        match word(at) {
            Keyword::GLOBAL => return Err(refused("GLOBAL JOIN is not supported", "remove GLOBAL")),
            Keyword::ASOF if matches!(kind, Keyword::RIGHT | Keyword::FULL) => {
                return Err(refused("an ASOF JOIN keeps rows of its left side only", INSTEAD));
            }
            Keyword::ASOF if names_match(&tokens[solid[end]..]) => {
                if kind == Keyword::INNER {
                    return Err(refused("MATCH_CONDITION keeps the rows that find no partner", INSTEAD));
                }
                removed.extend(at + 1..end);
            }
            Keyword::ASOF => renamed.push(solid[at]),
            _ => {}
        }
    }
    for at in renamed {
        tokens[at].token = Token::make_keyword("GLOBAL");
    }
    for at in removed.into_iter().rev() {
        tokens.remove(solid[at]);
    }
    Ok(())
}

fn keyword(token: &Token) -> Keyword {
    match token {
        Token::Word(word) if word.quote_style.is_none() => word.keyword,
        _ => Keyword::NoKeyword,
    }
}

/// The kind of a join whose words begin here, and the place of JOIN.
fn join_at(at: usize, word: &impl Fn(usize) -> Keyword) -> Option<(Keyword, usize)> {
    use Keyword as K;
    let kind = word(at);
    let end = match kind {
        K::JOIN => at,
        K::INNER => at + 1,
        K::LEFT | K::RIGHT | K::FULL => at + 1 + usize::from(word(at + 1) == K::OUTER),
        _ => return None,
    };
    (word(end) == K::JOIN).then_some((kind, end))
}

/// Whether the join that begins here has a `MATCH_CONDITION`, before the ON of this one or the end of FROM.
fn names_match(tokens: &[TokenWithSpan]) -> bool {
    use Keyword as K;
    let mut depth = 0_usize;
    for TokenWithSpan { token, .. } in tokens {
        match (token, keyword(token)) {
            (Token::LParen, _) => depth += 1,
            (Token::RParen, _) if depth == 0 => return false,
            (Token::RParen, _) => depth -= 1,
            (_, K::MATCH_CONDITION) if depth == 0 => return true,
            (_, K::ON | K::USING | K::WHERE | K::GROUP | K::ORDER) if depth == 0 => return false,
            _ => {}
        }
    }
    false
}

/// Makes a plain join of an ASOF join, whose condition is marked.
pub(super) fn of_join(join: &mut Join) -> Result<(), Error> {
    if let JoinOperator::AsOf { match_condition, constraint } = &join.join_operator {
        let rest = match constraint {
            JoinConstraint::On(condition) => condition.clone(),
            JoinConstraint::None => Expr::Value(Value::Boolean(true).into()),
            _ => return Err(not_on()),
        };
        let condition = function_call(CONDITION, vec![match_condition.clone(), rest]);
        join.join_operator = JoinOperator::LeftOuter(JoinConstraint::On(condition));
        return Ok(());
    }
    if !std::mem::take(&mut join.global) {
        return Ok(());
    }
    match &mut join.join_operator {
        JoinOperator::Join(JoinConstraint::On(condition))
        | JoinOperator::Inner(JoinConstraint::On(condition))
        | JoinOperator::Left(JoinConstraint::On(condition))
        | JoinOperator::LeftOuter(JoinConstraint::On(condition)) => {
            *condition = function_call(CONDITION, vec![condition.clone()]);
            Ok(())
        }
        _ => Err(not_on()),
    }
}

fn not_on() -> Error {
    refused("an ASOF JOIN takes its condition in ON", INSTEAD)
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn words(sql: &str) -> Result<String, Error> {
        let mut tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap();
        worded(&mut tokens)?;
        let solid = tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
        Ok(solid.map(|token| token.token.to_string()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_words_of_other_dialects_are_known() {
        for (sql, expected) in [
            ("a ASOF JOIN b ON x", "a GLOBAL JOIN b ON x"),
            ("a asof left join b on x", "a GLOBAL left join b on x"),
            ("a ASOF LEFT OUTER JOIN b ON x", "a GLOBAL LEFT OUTER JOIN b ON x"),
            ("a ASOF /* last */ INNER JOIN b ON x", "a GLOBAL INNER JOIN b ON x"),
            ("a ASOF JOIN b MATCH_CONDITION (x) ON y", "a ASOF JOIN b MATCH_CONDITION ( x ) ON y"),
            ("a ASOF LEFT JOIN b MATCH_CONDITION (x)", "a ASOF JOIN b MATCH_CONDITION ( x )"),
            (
                "a ASOF JOIN (SELECT 1 FROM c ASOF JOIN d MATCH_CONDITION (z)) b ON x",
                "a GLOBAL JOIN ( SELECT 1 FROM c ASOF JOIN d MATCH_CONDITION ( z ) ) b ON x",
            ),
            (
                "a ASOF JOIN b ON x ASOF LEFT JOIN c MATCH_CONDITION (y)",
                "a GLOBAL JOIN b ON x ASOF JOIN c MATCH_CONDITION ( y )",
            ),
            ("SELECT asof, \"ASOF\" FROM a LEFT JOIN b", "SELECT asof , \"ASOF\" FROM a LEFT JOIN b"),
            ("a \"ASOF\" JOIN b", "a \"ASOF\" JOIN b"),
        ] {
            assert_eq!(words(sql).unwrap(), expected, "{sql}");
        }
    }

    #[test]
    fn what_no_asof_join_is_is_refused() {
        for (sql, why) in [
            ("a ASOF RIGHT JOIN b ON x", "left side only"),
            ("a ASOF FULL OUTER JOIN b ON x", "left side only"),
            ("a ASOF INNER JOIN b MATCH_CONDITION (x)", "keeps the rows"),
            ("a GLOBAL LEFT JOIN b ON x", "GLOBAL"),
        ] {
            assert!(words(sql).unwrap_err().to_string().contains(why), "{sql}");
        }
    }
}
