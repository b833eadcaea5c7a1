//! Statements that cannot be read because of a slip of the keyboard: a keyword that is nearly one, a quote inside of a text, a name in
//! brackets.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::names::slips;

/// Keywords that are looked for.
const WORDS: &[&str] = &[
    "SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "DESC", "JOIN", "BETWEEN", "UNION",
    "DISTINCT", "INTERVAL", "LIKE", "EXPLAIN",
];

/// What was meant.
pub(super) fn find(sql: &str, tokens: &[Token]) -> Option<String> {
    quote_inside(sql).or_else(|| brackets(tokens)).or_else(|| keyword(tokens))
}

/// A word that is no keyword, and is one but for a letter.
fn keyword(tokens: &[Token]) -> Option<String> {
    tokens.iter().enumerate().find_map(|(at, token)| {
        let Token::Word(word) = token else { return None };
        // The name of a table or a column is beside a dot, a comma or an operator; a keyword is between other words and values.
        let stands = |token: Option<&Token>| {
            matches!(
                token,
                None | Some(
                    Token::Word(_)
                        | Token::Number(..)
                        | Token::SingleQuotedString(_)
                        | Token::LParen
                        | Token::RParen
                        | Token::Mul
                        | Token::SemiColon
                )
            )
        };
        let before = at.checked_sub(1).map(|at| &tokens[at]);
        let names_follow = ["FROM", "JOIN", "INTO", "TABLE", "UPDATE", "AS", "BY"];
        if matches!(before, Some(Token::Word(before)) if names_follow.contains(&before.value.to_uppercase().as_str())) {
            return None;
        }
        if word.quote_style.is_some()
            || word.keyword != Keyword::NoKeyword
            || !stands(before)
            || !stands(tokens.get(at + 1))
        {
            return None;
        }
        let written = word.value.to_uppercase();
        let near = |known: &&&str| {
            let most = usize::from(written.len() > 3);
            slips(&written, known) <= most.max(usize::from(written == "DSC"))
        };
        WORDS.iter().find(near).map(|known| format!("did you mean {known}?"))
    })
}

/// `'O'Brien'`: a quote that ended a text too early.
pub(super) fn quote_inside(sql: &str) -> Option<String> {
    if sql.matches('\'').count().is_multiple_of(2) {
        return None;
    }
    let chars: Vec<char> = sql.chars().collect();
    let at = (1..chars.len().checked_sub(1)?)
        .find(|at| chars[*at] == '\'' && chars[at - 1].is_alphanumeric() && chars[at + 1].is_alphabetic())?;
    let before: String = chars[..at].iter().rev().take_while(|c| **c != '\'').collect();
    let after: String = chars[at + 1..].iter().take_while(|c| **c != '\'').collect();
    let before: String = before.chars().rev().collect();
    Some(format!("a quote inside of a text is written twice: '{before}''{after}'"))
}

/// `FROM [sign_ins]`
fn brackets(tokens: &[Token]) -> Option<String> {
    tokens.windows(3).find_map(|three| match three {
        [Token::LBracket, Token::Word(word), Token::RBracket] => {
            Some(format!("names stand without brackets: {}", word.value.to_lowercase()))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::advice::solid;
    use super::*;

    #[test]
    fn slips_are_found_and_names_are_not() {
        for (sql, told) in [
            ("SELECT id FROM sign_ins WHER id = 'a'", Some("WHERE")),
            ("SELECT id FROM sign_ins ORDR BY id", Some("ORDER")),
            ("SELECT id FROM sign_ins WHERE id = 'a' ODER BY id", Some("ORDER")),
            ("SELECT id FROM sign_ins GROPU BY id", Some("GROUP")),
            ("SELECT id FROM sign_ins LIMT 5", Some("LIMIT")),
            ("SELECT id FROM sign_ins ORDER BY id DSC", Some("DESC")),
            ("EXPLAIN SELEC id FROM sign_ins", Some("SELECT")),
            ("SELECT * FROM [sign_ins]", Some("sign_ins")),
            ("SELECT 1 WHERE a = 'O'Brien'", Some("'O''Brien'")),
            ("SELECT limits, t.grup FROM orders", None),
            ("SELECT 'it''s'", None),
            ("", None),
        ] {
            let found = find(sql, &solid(sql));
            assert_eq!(found.is_some(), told.is_some(), "{sql}: {found:?}");
            assert!(told.is_none_or(|told| found.as_deref().unwrap_or_default().contains(told)), "{sql}: {found:?}");
        }
    }
}
