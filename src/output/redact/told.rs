//! What is said of a result: names of its columns, plans, errors and notes.
//!
//! Names do not depend on the rows that were seen, because a format writes them first.

use super::Redactor;
use super::known::KnownNames;
use crate::engine::{Origin, Origins};

impl Redactor {
    /// A message with pseudonyms. What it quotes may be a value of a record and is left out: a value may hold quotes itself,
    /// so all is left out from the first to the last.
    pub fn told(&self, text: &str) -> String {
        let text = ['\'', '"'].into_iter().fold(text.to_owned(), |text, sign| without_quoted(&text, sign));
        self.pseudonyms.within(&text, &self.known())
    }

    /// The name of a result's column, without the literals that stand in the name of a computed one.
    pub(super) fn name(&self, name: &str, at: usize, origins: &Origins) -> String {
        let is_word = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        match origins.of(at) {
            Origin::Declared(_) if is_word => name.to_owned(),
            _ => self.pseudonyms.within(&self.without_literals(name, origins), &KnownNames::default()),
        }
    }

    /// The name of a struct's field.
    pub(super) fn key(&self, name: &str, origin: Origin) -> String {
        match origin {
            Origin::Declared(_) => name.to_owned(),
            _ => self.pseudonyms.within(name, &KnownNames::default()),
        }
    }

    /// A text of the statement with pseudonyms for its literals.
    pub(super) fn without_literals(&self, text: &str, origins: &Origins) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(next) = text[at..].chars().next() {
            let before = text[..at].chars().next_back();
            if let Some(literal) = origins.literals.iter().find(|literal| stands(literal, before, &text[at..])) {
                out += &self.of_literal(literal);
                at += literal.len();
            } else {
                out.push(next);
                at += next.len_utf8();
            }
        }
        out
    }

    /// A literal may stand there as it is written, with its quotes doubled.
    fn of_literal(&self, literal: &str) -> String {
        let literal = literal.replace("''", "'");
        self.pseudonyms.alike(&literal).unwrap_or_else(|| self.pseudonyms.of("text", &literal))
    }
}

/// Whether a text begins with a literal that is no part of a longer word.
fn stands(literal: &str, before: Option<char>, text: &str) -> bool {
    let joined = |one: Option<char>, other: Option<char>| {
        one.is_some_and(char::is_alphanumeric) && other.is_some_and(char::is_alphanumeric)
    };
    text.get(..literal.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(literal))
        && !joined(before, literal.chars().next())
        && !joined(literal.chars().next_back(), text[literal.len()..].chars().next())
}

/// A text without what stands in quotes.
fn without_quoted(text: &str, sign: char) -> String {
    let beside = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    let mut signs = text.match_indices(sign).map(|(at, _)| at);
    let opening = signs.find(|at| beside(text[..*at].chars().next_back()));
    let closing = signs.rfind(|at| beside(text[at + 1..].chars().next()));
    match (opening, closing) {
        (Some(opening), Some(closing)) => format!("{}{sign}…{sign}{}", &text[..opening], &text[closing + 1..]),
        _ => text.to_owned(),
    }
}
