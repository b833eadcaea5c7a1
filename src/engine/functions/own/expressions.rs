//! Functions of regular expressions.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder};

use super::function::{Function, Of, Type};

/// Memory that one expression may take once it is compiled, in bytes.
const LARGEST: usize = 4 << 20;

thread_local! {
    /// The last expression. A statement has the same one for all of its rows.
    static LAST: RefCell<Option<(String, Option<Regex>)>> = const { RefCell::new(None) };
}

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "regexp_extract_all",
    also: &[],
    doc: "All matches of a regular expression, or of one of its groups, as a list. NULL, if the expression or the group is none.",
    args: &[
        ("text", Type::Text, "The text."),
        ("expression", Type::Text, "The regular expression."),
        ("group", Type::Int, "0 for the whole match, 1 for the first parentheses."),
    ],
    of: Of::Texts(|args| {
        let group = usize::try_from(args[2].int()).ok()?;
        with(args[1].text(), |expression| {
            let matches = || expression.captures_iter(args[0].text());
            let each = |found: regex::Captures<'_>| found.get(group).map(|part| part.as_str().to_owned());
            (group < expression.captures_len()).then(|| matches().map(each).collect())
        })
    }),
    examples: &[
        ("array_to_string(regexp_extract_all('a=1; b=22', '[a-z]=([0-9]+)', 1), ' ')", Some("1 22")),
        ("array_to_string(regexp_extract_all('a=1; b=22', '[0-9]+', 0), ' ')", Some("1 22")),
        ("cardinality(regexp_extract_all('a', '[0-9]', 0))", Some("0")),
        ("regexp_extract_all('a', '(', 0)", None),
        ("regexp_extract_all('a', 'a', 1)", None),
    ],
}];

fn with<T>(expression: &str, ask: impl Fn(&Regex) -> Option<T>) -> Option<T> {
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(known, _)| known != expression) {
            let compiled = RegexBuilder::new(expression).dot_matches_new_line(true).size_limit(LARGEST).build().ok();
            *last = Some((expression.to_owned(), compiled));
        }
        last.as_ref().and_then(|(_, compiled)| compiled.as_ref()).and_then(ask)
    })
}
