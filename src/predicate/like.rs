//! Takes a LIKE pattern apart: what fixed text does it ask for?

use super::expression::Pattern;

/// What a pattern says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum LikeText {
    /// It has no wildcard: the text itself, escapes resolved.
    Whole(String),
    /// It has wildcards.
    Pattern(Pattern),
}

/// Reads a pattern with `%`, `_` and the backslash as escape, as arrow's kernel does.
pub(super) fn like_text(pattern: &str) -> LikeText {
    let (runs, single) = fixed_runs(pattern);
    match runs.as_slice() {
        [whole] => LikeText::Whole(whole.clone()),
        [prefix, ..] if !prefix.is_empty() => LikeText::Pattern(Pattern::Prefix(prefix.clone())),
        [_, suffix] if !single && !suffix.is_empty() => LikeText::Pattern(Pattern::Suffix(suffix.clone())),
        [_, infix, last] if !single && last.is_empty() && !infix.is_empty() => {
            LikeText::Pattern(Pattern::Infix(infix.clone()))
        }
        _ => LikeText::Pattern(Pattern::Free),
    }
}

/// The fixed texts between wildcards, possibly empty, and whether one of the wildcards is `_`.
fn fixed_runs(pattern: &str) -> (Vec<String>, bool) {
    let (mut runs, mut run, mut single) = (Vec::new(), String::new(), false);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' | '_' => {
                single |= c == '_';
                runs.push(std::mem::take(&mut run));
            }
            // A backslash at the end stands for itself.
            '\\' => run.push(chars.next().unwrap_or('\\')),
            c => run.push(c),
        }
    }
    runs.push(run);
    (runs, single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_yields_the_text_that_every_match_has() {
        let pattern = |p| LikeText::Pattern(p);
        for (text, expected) in [
            ("alice", LikeText::Whole("alice".into())),
            ("", LikeText::Whole(String::new())),
            (r"50\%", LikeText::Whole("50%".into())),
            ("abc%", pattern(Pattern::Prefix("abc".into()))),
            ("a_c%", pattern(Pattern::Prefix("a".into()))),
            (r"a\_c%", pattern(Pattern::Prefix("a_c".into()))),
            ("a%b%c", pattern(Pattern::Prefix("a".into()))),
            ("%abc", pattern(Pattern::Suffix("abc".into()))),
            ("_abc", pattern(Pattern::Free)),
            ("%abc%", pattern(Pattern::Infix("abc".into()))),
            ("%a%b%", pattern(Pattern::Free)),
            ("%", pattern(Pattern::Free)),
            ("%%", pattern(Pattern::Free)),
        ] {
            assert_eq!(like_text(text), expected, "{text}");
        }
    }
}
