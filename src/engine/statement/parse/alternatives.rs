//! Long chains of alternatives, `x = 1 OR x = 2 OR …`, as `x IN (1, 2, …)`.
//!
//! A list of indicators that a program wrote has this form, with thousands of terms, also over several columns at once:
//! `ip_address = '…' OR user_id = '…' OR …`. Since OR has no order, each column gets an `IN` of its own. Only what cannot
//! mean anything else is touched: names compared with literals, between tokens that bind no tighter than OR. Short chains
//! stay as they are.

use std::collections::HashMap;
use std::ops::Range;

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

/// Alternatives from which on a chain is rewritten.
const MANY: usize = 16;

/// The tokens with their long chains folded; blanks and comments are dropped when there is one.
pub(super) fn folded(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let ors = tokens.iter().filter(|token| is_keyword(&token.token, Keyword::OR)).count();
    if ors + 1 < MANY {
        return tokens;
    }
    let solid: Vec<TokenWithSpan> =
        tokens.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    let mut out = Vec::with_capacity(solid.len());
    let mut at = 0;
    while at < solid.len() {
        let run = if begins(&solid, at) { run(&solid, at) } else { Vec::new() };
        match run.last() {
            Some(last) if run.len() >= MANY => {
                let end = last.value.end;
                fold(&solid, run, &mut out);
                at = end;
            }
            // What was read as alternatives needs no second look.
            last => {
                let end = last.map_or(at + 1, |last| last.value.end);
                out.extend_from_slice(&solid[at..end]);
                at = end;
            }
        }
    }
    out
}

/// `name = literal`, as places among the tokens.
struct Alternative {
    name: Range<usize>,
    value: Range<usize>,
    /// Texts and numbers are not mixed in one list: it would give them one type.
    is_text: bool,
}

/// Whether an OR's first arm may begin here.
fn begins(tokens: &[TokenWithSpan], at: usize) -> bool {
    use Keyword as K;
    let Some(before) = at.checked_sub(1).map(|at| &tokens[at].token) else { return false };
    matches!(before, Token::LParen)
        || [K::WHERE, K::ON, K::HAVING, K::WHEN, K::OR].iter().any(|keyword| is_keyword(before, *keyword))
}

/// Whether an OR's last arm ends before this token.
fn ends(token: Option<&TokenWithSpan>) -> bool {
    use Keyword as K;
    const AFTER: [Keyword; 10] =
        [K::GROUP, K::ORDER, K::HAVING, K::LIMIT, K::OFFSET, K::FETCH, K::THEN, K::UNION, K::EXCEPT, K::INTERSECT];
    let Some(TokenWithSpan { token, .. }) = token else { return true };
    matches!(token, Token::RParen | Token::SemiColon | Token::EOF) || AFTER.iter().any(|k| is_keyword(token, *k))
}

/// The alternatives that follow one another from here.
fn run(tokens: &[TokenWithSpan], mut at: usize) -> Vec<Alternative> {
    let mut run = Vec::new();
    while let Some(alternative) = alternative(tokens, at) {
        let end = alternative.value.end;
        let goes_on = tokens.get(end).is_some_and(|token| is_keyword(&token.token, Keyword::OR));
        if goes_on || ends(tokens.get(end)) {
            run.push(alternative);
        }
        if !goes_on {
            break;
        }
        at = end + 1;
    }
    run
}

fn alternative(tokens: &[TokenWithSpan], start: usize) -> Option<Alternative> {
    let token = |at: usize| tokens.get(at).map(|token| &token.token);
    let mut at = start;
    loop {
        matches!(token(at)?, Token::Word(_)).then_some(())?;
        at += 1;
        if token(at)? != &Token::Period {
            break;
        }
        at += 1;
    }
    let name = start..at;
    (token(at)? == &Token::Eq).then_some(())?;
    let value = at + 1;
    let end = value + 1 + usize::from(token(value)? == &Token::Minus);
    let is_text = match token(end - 1)? {
        Token::SingleQuotedString(_) if end == value + 1 => true,
        Token::Number(digits, _) if digits.bytes().all(|b| b.is_ascii_digit()) => false,
        _ => return None,
    };
    Some(Alternative { name, value: value..end, is_text })
}

/// Writes a run as one `IN` for each name and kind of literal, joined by OR.
fn fold(tokens: &[TokenWithSpan], run: Vec<Alternative>, out: &mut Vec<TokenWithSpan>) {
    let mut groups: Vec<Vec<Alternative>> = Vec::new();
    let mut places: HashMap<(Vec<String>, bool), usize> = HashMap::new();
    for alternative in run {
        let key = (tokens[alternative.name.clone()].iter().map(folded_name).collect(), alternative.is_text);
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(alternative);
    }
    for (at, group) in groups.iter().enumerate() {
        let span = tokens[group[0].name.start].span;
        let sign = |token| TokenWithSpan { token, span };
        if at > 0 {
            out.push(sign(Token::make_keyword("OR")));
        }
        out.extend_from_slice(&tokens[group[0].name.clone()]);
        out.extend([sign(Token::make_keyword("IN")), sign(Token::LParen)]);
        for (at, alternative) in group.iter().enumerate() {
            out.extend((at > 0).then(|| sign(Token::Comma)));
            out.extend_from_slice(&tokens[alternative.value.clone()]);
        }
        out.push(sign(Token::RParen));
    }
}

/// A part of a name as SQL compares it.
fn folded_name(token: &TokenWithSpan) -> String {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => word.value.to_lowercase(),
        Token::Word(word) => word.value.clone(),
        _ => String::new(),
    }
}

fn is_keyword(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
    use datafusion::sql::sqlparser::tokenizer::Tokenizer;

    use super::*;

    fn refolded(sql: &str) -> String {
        let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize_with_location().unwrap();
        let solid = folded(tokens).into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_)));
        solid.map(|token| token.token.to_string()).collect::<Vec<_>>().join(" ")
    }

    fn chain(term: impl Fn(usize) -> String) -> String {
        (0..MANY).map(term).collect::<Vec<_>>().join(" OR ")
    }

    fn list(value: impl Fn(usize) -> String) -> String {
        (0..MANY).map(value).collect::<Vec<_>>().join(" , ")
    }

    #[test]
    fn a_long_chain_becomes_a_list() {
        let (texts, numbers) = (chain(|i| format!("t.a = 'v{i}'")), chain(|i| format!("A = {i}")));
        let (text_list, number_list) = (list(|i| format!("'v{i}'")), list(|i| i.to_string()));
        for (sql, expected) in [
            (format!("WHERE {texts}"), format!("WHERE t . a IN ( {text_list} )")),
            (
                format!("WHERE f(x) OR {texts} GROUP BY a"),
                format!("WHERE f ( x ) OR t . a IN ( {text_list} ) GROUP BY a"),
            ),
            (format!("WHERE ({texts}) AND b = 1"), format!("WHERE ( t . a IN ( {text_list} ) ) AND b = 1")),
            (format!("ON {numbers} OR a = -7 ORDER BY 1"), format!("ON A IN ( {number_list} , - 7 ) ORDER BY 1")),
            (
                format!("WHERE {texts} OR {numbers}"),
                format!("WHERE t . a IN ( {text_list} ) OR A IN ( {number_list} )"),
            ),
            (format!("WHERE {texts} OR b IS NULL"), format!("WHERE t . a IN ( {text_list} ) OR b IS NULL")),
        ] {
            assert_eq!(refolded(&sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_could_mean_something_else_stays() {
        let many = chain(|i| format!("a = {i}"));
        let but_one = (1..MANY).map(|i| format!("a = {i}")).collect::<Vec<_>>().join(" OR ");
        for sql in [
            format!("WHERE {but_one}"),
            // The first arm is b = 1 AND a = 0, the last a = 15 AND b = 1.
            format!("WHERE b = 1 AND a = 0 OR {but_one}"),
            format!("WHERE {but_one} OR a = 0 AND b = 1"),
            format!("WHERE NOT a = 0 OR {but_one}"),
            format!("WHERE {but_one} OR a = 0 + 1"),
            format!("WHERE 1 + a = 0 OR {but_one}"),
            chain(|i| format!("a = {i}.5")),
            chain(|i| format!("f(a) = {i}")),
            chain(|i| format!("a <> {i}")),
            format!("SELECT '{many}'"),
        ] {
            let solid = Tokenizer::new(&PostgreSqlDialect {}, &sql).tokenize().unwrap();
            let same = solid.iter().filter(|token| !matches!(token, Token::Whitespace(_)));
            assert_eq!(refolded(&sql), same.map(ToString::to_string).collect::<Vec<_>>().join(" "), "{sql}");
        }
    }
}
