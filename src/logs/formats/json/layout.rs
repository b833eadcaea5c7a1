//! How the records of a file lie in it.

use super::scan::Place;
use crate::logs::members::each_member;

/// How records lie in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lay {
    /// One a line.
    Lines,
    /// Otherwise.
    In(Place),
}

/// Names that arrays of records have in what services answer and tools write, in any case.
const ENVELOPES: &[&str] = &["value", "records", "events", "results", "items", "data", "logs", "entries"];
/// Members that an envelope has beside its array.
const FEW: usize = 6;
/// What the other members of an envelope are called that tell of the answer, and not of what is in it.
const OF_ANSWER: &[&str] =
    &["metadata", "meta", "paging", "pagination", "page", "links", "_links", "count", "total", "schemas"];

/// How the records of a text lie; `None`, if it is no JSON.
pub(super) fn lay(text: &[u8], is_whole: bool) -> Option<Lay> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let text = &text[start..];
    match text[0] {
        b'[' => matches!(next(&text[1..])?, b'{' | b']').then_some(Lay::In(Place::Items)),
        b'{' => {
            matches!(next(&text[1..]), Some(b'"' | b'}') | None).then_some(())?;
            Some(object(text, is_whole))
        }
        _ => None,
    }
}

fn object(text: &[u8], is_whole: bool) -> Lay {
    let mut lines = text.split(|byte| *byte == b'\n' || *byte == b'\r').filter(|line| !line.trim_ascii().is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    let members = |line: &[u8]| {
        let mut count = 0;
        let line = std::str::from_utf8(line.trim_ascii()).ok()?;
        each_member(line.trim_end_matches(','), 1, &mut |_, _| count += 1).then_some(count)
    };
    let outer = outer(text);
    let few = outer.names.len() <= FEW;
    let envelope = outer.arrays.iter().find(|array| few && is_envelope(&array.name));
    // Lines that are records may have such an array each: they are envelopes only if there is nothing else in them.
    let is_of_lines = members(first).is_some() && second.is_some_and(|second| next(second) == Some(b'{'));
    let is_bare = |name: &String| is_envelope(name) || is_of_answer(name);
    if let Some(array) = envelope.filter(|_| !is_of_lines || outer.names.iter().all(is_bare)) {
        return Lay::In(Place::Member(array.name.clone()));
    }
    if members(first).is_some() || second.is_some_and(|second| members(second).is_some()) {
        return Lay::Lines;
    }
    // One object whose most is one array.
    match outer.arrays.iter().max_by_key(|array| array.length) {
        Some(most) if most.length * 2 > text.len() && (is_whole || few) => Lay::In(Place::Member(most.name.clone())),
        _ => Lay::In(Place::Top),
    }
}

fn is_envelope(name: &str) -> bool {
    ENVELOPES.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether a member tells of an answer: how many records it has, where the next ones are.
fn is_of_answer(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with('@') || name.contains("next") || OF_ANSWER.contains(&name.as_str())
}

/// The objects and arrays that stand beside the records of an envelope and are left out, as far as it can be seen. What tells of the
/// answer is none.
pub(super) fn beside(text: &[u8], envelope: &str) -> Vec<String> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    let nested = outer(&text[start..]).nested;
    nested.into_iter().filter(|name| name != envelope && !is_of_answer(name)).collect()
}

/// The first object of a text, as far as it can be seen.
#[derive(Default)]
struct Outer {
    arrays: Vec<Array>,
    /// What its members are called.
    names: Vec<String>,
    /// Those of them that are objects or arrays.
    nested: Vec<String>,
}

/// An array of objects in an outer object.
struct Array {
    name: String,
    length: usize,
}

fn outer(text: &[u8]) -> Outer {
    let Outer { mut arrays, mut names, mut nested } = Outer::default();
    let (mut depth, mut in_string, mut is_escaped) = (0_usize, false, false);
    let (mut name, mut begin, mut open) = (String::new(), 0, None);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => {
                in_string = !in_string;
                if depth == 1 && in_string {
                    begin = at + 1;
                } else if depth == 1 && next(&text[at + 1..]) == Some(b':') {
                    name = String::from_utf8_lossy(&text[begin..at]).into_owned();
                    names.push(name.clone());
                }
            }
            _ if in_string => {}
            b'{' | b'[' => {
                if depth == 1 {
                    nested.push(name.clone());
                }
                if *byte == b'[' && depth == 1 && next(&text[at + 1..]) == Some(b'{') {
                    open = Some(at);
                }
                depth += 1;
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if let (1, Some(from)) = (depth, open) {
                    arrays.push(Array { name: name.clone(), length: at - from });
                    open = None;
                }
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    // The sample ends within it.
    arrays.extend(open.map(|from| Array { name, length: text.len() - from }));
    Outer { arrays, names, nested }
}

fn next(bytes: &[u8]) -> Option<u8> {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_lie_in_lines_in_arrays_or_one_behind_the_other() {
        let member = |name: &str| Some(Lay::In(Place::Member(name.to_owned())));
        for (text, expected) in [
            ("{\"a\":1}\n{\"a\":2}\n", Some(Lay::Lines)),
            ("{\"a\":1}", Some(Lay::Lines)),
            ("{\"a\":\n{\"a\":2}\n", Some(Lay::Lines)),
            ("[{\"a\":1},{\"a\":2}]", Some(Lay::In(Place::Items))),
            ("[]", Some(Lay::In(Place::Items))),
            (" [\n {\n", Some(Lay::In(Place::Items))),
            ("{\"value\":[{\"a\":1}]}", member("value")),
            ("{\"@odata.context\":\"x\",\"value\":[\n{\"a\":1},\n{\"a\":2}]}", member("value")),
            ("{\"records\":[{\"a\":1}]}\n{\"records\":[{\"a\":1}]}", member("records")),
            ("{\"@odata.nextLink\":\"x\",\"value\":[{\"a\":1}]}\n{\"value\":[{\"a\":1}]}", member("value")),
            ("{\"Events\":[{\"a\":1}]}", member("Events")),
            // Records that have such an array: if there are several, and as one object that is not told from an envelope.
            ("{\"id\":1,\"events\":[{\"a\":1}]}\n{\"id\":2,\"events\":[{\"a\":1}]}\n", Some(Lay::Lines)),
            ("{\"id\":1,\"events\":[{\"a\":1}]}\n{\"id\":2,\"eve", Some(Lay::Lines)),
            ("{\"id\":1,\"events\":[{\"a\":1}]}\n", member("events")),
            ("{\"found\":[{\"a\":1,\"b\":2},{\"a\":3,\"b\":4}]\n,\"n\":2}", member("found")),
            ("{\n \"a\": 1,\n \"b\": [{\"c\":1}]\n}\n", Some(Lay::In(Place::Top))),
            ("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"data\":[{\"x\":1}]}", Some(Lay::Lines)),
            ("[1,2]", None),
            ("[2026-11-27] x", None),
            ("{x}", None),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(lay(text.as_bytes(), true), expected, "{text}");
        }
    }
}
