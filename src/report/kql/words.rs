//! Words, signs and values of KQL.

/// A word, a sign or a value of KQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word<'a> {
    Name(&'a str),
    Text(&'a str),
    Number(&'a str),
    /// `7d`
    Span(&'a str),
    /// What stands in `datetime(…)`.
    Time(&'a str),
    Sign(&'a str),
}

/// Signs, longest first.
const SIGNS: &[&str] = &[
    "==", "=~", "!=", "!~", "<>", "<=", ">=", "..", "<", ">", "|", "(", ")", ",", "=", "!", "+", "-", "*", "/", ".",
    ";",
];

/// The words of a text; `None` if something in it is none.
pub(super) fn words(text: &str) -> Option<Vec<Word<'_>>> {
    let (mut found, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let (word, length) = if let Some(time) = time(rest) {
            time
        } else if ['"', '\''].contains(&first) {
            let length = rest[1..].find(first)?;
            // What a backslash means in there is not what it means in SQL.
            let inner = Some(&rest[1..=length]).filter(|inner| !inner.contains('\\'))?;
            (Word::Text(inner), length + 2)
        } else if first.is_ascii_digit() {
            number(rest)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            // As in `in~`.
            let length =
                length + usize::from(rest[..length].eq_ignore_ascii_case("in") && rest[length..].starts_with('~'));
            (Word::Name(&rest[..length]), length)
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            (Word::Sign(sign), sign.len())
        };
        found.push(word);
        rest = rest[length..].trim_start();
    }
    Some(found)
}

/// `datetime(2026-04-27T12:00)`: what stands there is no text in quotes, and no sum either.
fn time(text: &str) -> Option<(Word<'_>, usize)> {
    let begin = "datetime(";
    text.get(..begin.len()).filter(|name| name.eq_ignore_ascii_case(begin))?;
    let end = text.find(')')?;
    let inner = text[begin.len()..end].trim().trim_matches(['"', '\'']);
    let is_time = inner.len() >= 10 && inner.chars().all(|c| c.is_ascii_digit() || "-:.TZ ".contains(c));
    is_time.then_some((Word::Time(inner), end + 1))
}

fn number(text: &str) -> Option<(Word<'_>, usize)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    // Two points are a range.
    let digits = text[..end].find("..").unwrap_or(end);
    let unit = text[digits..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(text.len(), |at| digits + at);
    match &text[digits..unit] {
        "" => Some((Word::Number(&text[..digits]), digits)),
        "d" | "h" | "m" | "s" | "ms" => Some((Word::Span(&text[..unit]), unit)),
        _ => None,
    }
}

/// The parts of a list, whose calls may have commas of their own.
pub(super) fn between_commas<'w, 'a>(words: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let mut depth = 0_i32;
    let parts = words.split(|word| {
        depth += match word {
            Word::Sign("(") => 1,
            Word::Sign(")") => -1,
            _ => 0,
        };
        depth == 0 && *word == Word::Sign(",")
    });
    parts.collect()
}

/// What stands in the parentheses that words begin with, and what behind them.
pub(super) fn inside<'w, 'a>(words: &'w [Word<'a>]) -> Option<(&'w [Word<'a>], &'w [Word<'a>])> {
    let [Word::Sign("("), rest @ ..] = words else { return None };
    let mut depth = 1;
    for (at, word) in rest.iter().enumerate() {
        match word {
            Word::Sign("(") => depth += 1,
            Word::Sign(")") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&rest[..at], &rest[at + 1..]));
        }
    }
    None
}
