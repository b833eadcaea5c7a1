//! Conditions of KQL: comparisons, joined by `and` and `or`, in parentheses or in `not(…)`.

use super::value::Kind;
use super::words::{Word, between_commas, inside};
use super::{Query, quoted};

impl Query<'_> {
    /// A condition that is all of the words.
    pub(super) fn condition(&self, words: &[Word<'_>]) -> Option<String> {
        let parts = between(words, "or");
        let said = parts.iter().map(|part| self.all_of(part)).collect::<Option<Vec<_>>>()?;
        // AND binds more tightly, also than what other conditions are put behind it.
        Some(if said.len() > 1 { format!("({})", said.join(" OR ")) } else { said.concat() })
    }

    fn all_of(&self, words: &[Word<'_>]) -> Option<String> {
        let said = between(words, "and").into_iter().map(|part| self.one(part)).collect::<Option<Vec<_>>>()?;
        Some(said.join(" AND "))
    }

    fn one(&self, words: &[Word<'_>]) -> Option<String> {
        if let [Word::Name(not), rest @ ..] = words
            && not.eq_ignore_ascii_case("not")
        {
            let (inner, behind) = inside(rest)?;
            let inner = self.condition(inner).filter(|_| behind.is_empty())?;
            // A value that is missing is an empty text there, of which the contrary holds.
            return Some(format!("({inner}) IS NOT TRUE"));
        }
        if let Some((inner, [])) = inside(words) {
            return self.condition(inner);
        }
        self.test(words)
    }

    /// One comparison.
    fn test(&self, words: &[Word<'_>]) -> Option<String> {
        let (left, kind, rest) = self.value(words)?;
        // What is true or false by itself.
        if rest.is_empty() {
            return (kind == Kind::Bool).then_some(left);
        }
        // What is left of a text that is empty there is NULL here, and is not to be lost.
        let or_none = |text: String| format!("({text} OR {left} IS NULL)");
        match rest {
            [Word::Sign("!"), Word::Name(word), rest @ ..] if kind == Kind::Text => {
                self.of_text(&left, word, rest).map(|text| or_none(format!("NOT ({text})")))
            }
            [Word::Name(word), rest @ ..] if word.eq_ignore_ascii_case("between") => {
                let (range, behind) = inside(rest)?;
                let at = range.iter().position(|word| *word == Word::Sign("..")).filter(|_| behind.is_empty())?;
                let (from, to) = (self.whole_value(&range[..at])?, self.whole_value(&range[at + 1..])?);
                let is_ordered = [Kind::Number, Kind::Time].contains(&kind) && from.1 == kind && to.1 == kind;
                is_ordered.then(|| format!("{left} BETWEEN {} AND {}", from.0, to.0))
            }
            [Word::Name(list @ ("in" | "in~")), rest @ ..] if kind != Kind::Text || *list == "in" => {
                let values = self.values(rest, kind)?;
                Some(format!("{left} IN ({})", values.join(", ")))
            }
            [Word::Name(word), rest @ ..] if kind == Kind::Text => self.of_text(&left, word, rest),
            [Word::Sign("=~"), Word::Text(text)] if kind == Kind::Text => {
                Some(format!("lower({left}) = {}", quoted(&text.to_lowercase())))
            }
            [Word::Sign("!~"), Word::Text(text)] if kind == Kind::Text => {
                Some(or_none(format!("lower({left}) <> {}", quoted(&text.to_lowercase()))))
            }
            [Word::Sign(sign), rest @ ..] => {
                let right = self.compared(rest, kind)?;
                match (*sign, kind) {
                    (_, Kind::Nested) => None,
                    ("==", _) => Some(format!("{left} = {right}")),
                    ("!=" | "<>", Kind::Text) => Some(format!("({left} IS DISTINCT FROM {right})")),
                    ("!=" | "<>", _) => Some(format!("{left} <> {right}")),
                    ("<" | "<=" | ">" | ">=", Kind::Number | Kind::Time) => Some(format!("{left} {sign} {right}")),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What is asked of a text by a word: `has 'a'`.
    fn of_text(&self, left: &str, word: &str, rest: &[Word<'_>]) -> Option<String> {
        if ["in", "in~"].contains(&word) {
            let values = self.values(rest, Kind::Text)?;
            let lower = values.iter().map(|value| value.to_lowercase()).collect::<Vec<_>>().join(", ");
            return Some(if word == "in" {
                format!("{left} IN ({})", values.join(", "))
            } else {
                format!("lower({left}) IN ({lower})")
            });
        }
        let one_word = |text: &str| !text.is_empty() && text.chars().all(char::is_alphanumeric);
        if let [Word::Text(text)] = rest {
            let like = |word: &str, pattern: String| {
                let is_plain = !text.contains(['%', '_', '\\']);
                is_plain.then(|| format!("{left} {word} {}", quoted(&pattern)))
            };
            return match word {
                "contains" => like("ILIKE", format!("%{text}%")),
                "contains_cs" => like("LIKE", format!("%{text}%")),
                "startswith" => like("ILIKE", format!("{text}%")),
                "startswith_cs" => like("LIKE", format!("{text}%")),
                "endswith" => like("ILIKE", format!("%{text}")),
                "endswith_cs" => like("LIKE", format!("%{text}")),
                "has" if one_word(text) => Some(format!("{left} ~* '\\b{text}\\b'")),
                "has_cs" if one_word(text) => Some(format!("{left} ~ '\\b{text}\\b'")),
                _ => None,
            };
        }
        let (list, behind) = inside(rest)?;
        let texts = between_commas(list).into_iter().map(|item| match item {
            [Word::Text(text)] if one_word(text) => Some(*text),
            _ => None,
        });
        let texts = texts.collect::<Option<Vec<_>>>().filter(|_| behind.is_empty())?;
        match word {
            "has_any" => Some(format!("{left} ~* '\\b({})\\b'", texts.join("|"))),
            "has_all" => {
                let all: Vec<String> = texts.iter().map(|text| format!("{left} ~* '\\b{text}\\b'")).collect();
                Some(all.join(" AND "))
            }
            _ => None,
        }
    }

    /// The values of a list in parentheses, of the kind of what they are compared with.
    fn values(&self, words: &[Word<'_>], kind: Kind) -> Option<Vec<String>> {
        let (list, behind) = inside(words)?;
        let values = between_commas(list).into_iter().map(|value| self.compared(value, kind));
        values.collect::<Option<Vec<_>>>().filter(|_| behind.is_empty())
    }

    /// A value as it is compared with one of a kind: numbers are texts there at times, as in `ResultType == "0"`.
    fn compared(&self, words: &[Word<'_>], kind: Kind) -> Option<String> {
        let (text, own) = self.whole_value(words)?;
        match (kind, own) {
            (Kind::Number, Kind::Text) => text.trim_matches('\'').parse::<i64>().ok().map(|number| number.to_string()),
            (Kind::Text, Kind::Number) => Some(quoted(&text)),
            (Kind::Time, Kind::Text) if text.starts_with('\'') => Some(text),
            (kind, own) => (kind == own).then_some(text),
        }
    }
}

/// The parts of a condition between a word, which in parentheses joins others.
fn between<'w, 'a>(words: &'w [Word<'a>], joining: &str) -> Vec<&'w [Word<'a>]> {
    let mut depth = 0_i32;
    let parts = words.split(|word| {
        depth += match word {
            Word::Sign("(") => 1,
            Word::Sign(")") => -1,
            _ => 0,
        };
        depth == 0 && matches!(word, Word::Name(name) if name.eq_ignore_ascii_case(joining))
    });
    parts.collect()
}
