//! Regular expressions that cannot be read: which one, why, and at which character.
//!
//! The engine's functions wrap their library's error each in another way, with a picture of several lines, as a dump of the error, or
//! as the expression alone. So what there is of it is read once more, and told in one sentence.

use regex::Regex;

use super::words::Words;
use crate::predicate::ACROSS_LINES;

/// Characters of an expression that are shown.
const SHOWN: usize = 60;

/// How the library begins the picture of what is wrong.
const PICTURE: &str = "regex parse error:";
/// How functions begin that know no more.
const REFUSED: &str = "Regular expression did not compile: ";

/// What to do about most of them.
const AS_IT_IS: &str =
    "a sign that stands for itself has a backslash before it, as in '\\['; LIKE '%[%' takes it as it is";
/// What to do about an expression that is too large.
const SMALLER: &str = "write fewer and smaller repetitions: x{1,1000} is x a thousand times over";

/// What is wrong, as the library says it, in words with the place in them, and what to do.
const WHYS: &[(&str, &str, &str)] = &[
    ("unclosed group", "the group that begins at character AT is not closed", AS_IT_IS),
    ("unopened group", "the parenthesis at character AT closes no group", AS_IT_IS),
    ("unclosed character class", "the list of characters that begins at character AT is not closed", AS_IT_IS),
    ("repetition operator missing expression", "there is nothing to repeat before character AT", AS_IT_IS),
    (
        "look-around",
        "it looks ahead or behind at character AT, and there is no look-around",
        "two conditions do the same: x ~ 'one' AND x !~ 'other'; regexp_match(x, 'before(part)')[1] is the part behind something",
    ),
    (
        "backreferences",
        "it refers back to a group at character AT, and there are no such references",
        "regexp_match(x, '(a+)-(a+)') gives the groups, and a condition compares them: m[1] = m[2]",
    ),
    (
        "unrecognized flag",
        "the flag at character AT is none",
        "the flags are i (any case), m (lines), s (. is a line break, too), x (blanks are left out) and U; regexp_replace takes g as well",
    ),
];

/// The words for a text of the engine about a regular expression.
pub(super) fn of(text: &str, sql: &str) -> Option<Words> {
    if text.starts_with("Compiled regex exceeds size limit") || text.contains("did not compile: CompiledTooBig") {
        return Some((
            "a regular expression is too large, once its repetitions are written out".into(),
            SMALLER.into(),
        ));
    }
    if text.starts_with("regexp_") && text.ends_with("does not support the \"global\" option") {
        let what = "the flag g is for regexp_replace alone, which then replaces all that it finds";
        return Some((what.into(), "leave it out; regexp_extract_all(x, 'expression', 0) gives all matches".into()));
    }
    let told = text.find(PICTURE).map(|at| &text[at..]);
    let refused = text.split_once(REFUSED).map(|(_, expression)| expression);
    let expression = match told {
        Some(picture) => drawn(picture),
        None => Some(refused?),
    };
    let written = expression.map(|expression| as_written(expression, sql));
    let again = written.and_then(|written| Regex::new(written).err()).map(|error| error.to_string());
    match (again.as_deref().or(told), written) {
        (Some(again), Some(written)) if !again.starts_with(PICTURE) => {
            of(again, sql).or_else(|| Some(unknown(written)))
        }
        (Some(picture), written) => Some(of_picture(picture, written)),
        (None, written) => Some(unknown(written.unwrap_or_default())),
    }
}

fn unknown(written: &str) -> Words {
    (format!("a regular expression cannot be read: {}", shown(written)), AS_IT_IS.into())
}

/// The line of a picture that has the expression; `None`, if it has several lines.
fn drawn(picture: &str) -> Option<&str> {
    let lines: Vec<&str> = picture.lines().collect();
    let [_, expression, marks, why, ..] = lines.as_slice() else { return None };
    let is_line = why.starts_with("error: ") && marks.trim().starts_with('^');
    expression.strip_prefix("    ").filter(|_| is_line)
}

/// An expression without what was put around it: dots match line breaks, and `regexp_extract` makes a group of the whole.
fn as_written<'e>(expression: &'e str, sql: &str) -> &'e str {
    let plain = expression.strip_prefix(ACROSS_LINES).unwrap_or(expression);
    let stands = |text: &str| sql.contains(&format!("'{}'", text.replace('\'', "''")));
    let inner = plain.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inner.filter(|inner| !stands(plain) && stands(inner)).unwrap_or(plain)
}

/// The words for a picture. The marks of the expression are below the character that is wrong.
fn of_picture(picture: &str, written: Option<&str>) -> Words {
    let why = picture.rsplit_once("error: ").map_or("", |(_, why)| why.lines().next().unwrap_or_default().trim());
    let marks = picture.lines().nth(2).filter(|_| drawn(picture).is_some());
    let at = marks.and_then(|marks| marks.find('^')).and_then(|at| (at + 1).checked_sub(4));
    let place = |words: &str| match at {
        Some(at) => words.replace("AT", &at.to_string()),
        None => words.replace(" at character AT", "").replace(" before character AT", " there"),
    };
    let known = WHYS.iter().find(|(begin, ..)| why.starts_with(begin));
    let (why, hint) = match known {
        Some((_, words, hint)) => (place(words), *hint),
        None => (place(&format!("{why}, at character AT")).trim_end_matches(',').to_owned(), AS_IT_IS),
    };
    let what = match written {
        Some(written) => format!("a regular expression cannot be read: in {} {why}", shown(written)),
        None => format!("a regular expression of several lines cannot be read: {why}"),
    };
    (what, hint.into())
}

/// The begin of an expression, in quotes.
fn shown(expression: &str) -> String {
    let begin: String = expression.chars().take(SHOWN).collect();
    let more = if begin.len() < expression.len() { "…" } else { "" };
    format!("'{}{more}'", begin.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(expression: &str) -> String {
        Regex::new(expression).unwrap_err().to_string()
    }

    #[test]
    fn an_expression_that_cannot_be_read_is_shown_with_its_place() {
        for (expression, why) in [
            ("(", "in '(' the group that begins at character 1 is not closed"),
            ("ab)", "in 'ab)' the parenthesis at character 3 closes no group"),
            ("é[a", "in 'é[a' the list of characters that begins at character 2 is not closed"),
            ("*a", "in '*a' there is nothing to repeat before character 1"),
            ("a(?<=b)c", "in 'a(?<=b)c' it looks ahead or behind at character 2, and there is no look-around"),
            (r"(a)\1", r"in '(a)\1' it refers back to a group at character 4, and there are no such references"),
            (r"it's \y", r"in 'it''s \y' unrecognized escape sequence, at character 6"),
            ("a\n(", "of several lines cannot be read: the group that begins is not closed"),
        ] {
            let wrapped = [
                picture(expression),
                format!("Regular expression did not compile: {:?}", Regex::new(expression).unwrap_err()),
                format!("Compute error: Regular expression did not compile: {:?}", Regex::new(expression).unwrap_err()),
            ];
            for text in wrapped {
                let (what, hint) = of(&text, "").unwrap_or_else(|| panic!("{text}"));
                assert!(what.ends_with(why), "{expression}: {what}");
                assert!(!hint.contains("~~~") && !what.contains("Syntax"), "{what}; {hint}");
            }
        }
        let (what, _) = of("Regular expression did not compile: a(", "").unwrap();
        assert!(what.ends_with("in 'a(' the group that begins at character 2 is not closed"), "{what}");
        assert_eq!(of("no such column", ""), None);
    }

    #[test]
    fn what_was_put_around_an_expression_is_not_shown() {
        for (expression, sql, shown) in [
            ("(?s).(", "SELECT x ~ '.('", "in '.(' the group that begins at character 2 is"),
            ("(()", "SELECT regexp_extract(x, '(')", "in '(' the group that begins at character 1 is"),
            ("(()", "SELECT x ~ '(()'", "in '(()' the group that begins at character 1 is"),
            ("(?q)a", "SELECT regexp_match(x, 'a', 'q')", "the flag at character 3 is none"),
        ] {
            let (what, _) = of(&picture(expression), sql).unwrap();
            assert!(what.contains(shown), "{expression}: {what}");
        }
    }

    #[test]
    fn an_expression_may_be_too_large() {
        for text in [
            "Regular expression did not compile: CompiledTooBig(10485760)",
            "Regular expression did not compile: a{2000000000}",
            "Compiled regex exceeds size limit of 10485760 bytes.",
        ] {
            let (what, hint) = of(text, "").unwrap();
            assert!(what.contains("too large") && hint.contains("repetitions"), "{text}: {what}");
        }
        assert!(of("regexp_like() does not support the \"global\" option", "").unwrap().0.contains("flag g"));
        let long = "x".repeat(100) + "(";
        assert!(of(&picture(&long), "").unwrap().0.len() < 200);
    }
}
