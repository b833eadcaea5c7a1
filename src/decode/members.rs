//! The members of a record one by one, for those who have to tell what kind of record it is.

use std::borrow::Cow;

use super::json::{Cursor, Found, Token};
use super::outline::{Outline, Text};
use super::record::RecordError;

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its value, as JSON.
    pub value: &'a [u8],
}

impl<'a> Member<'a> {
    /// The value as text, if it is a scalar: a string without its quotes and escapes, anything else as it is spelled.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        scalar(self.value)
    }

    /// Whether the value is an object.
    pub fn is_object(&self) -> bool {
        self.value.starts_with(b"{")
    }
}

/// All members of an object that is a whole JSON text. Values are delimited, not read.
///
/// # Errors
/// When the text is no object, or no JSON.
pub fn members(record: &[u8]) -> Result<Vec<Member<'_>>, RecordError> {
    let (text, mut outline) = (Text::new(record), Outline::of_one());
    outline.trace(text)?;
    Ok(outline.members(text))
}

impl Outline {
    /// The members of the record that was looked over.
    pub fn members<'r>(&self, record: Text<'r>) -> Vec<Member<'r>> {
        let cursor = record.cursor();
        let mut scratch = String::new();
        let member = |Found { name, value, .. }: &Found| {
            let plain = cursor.text(name.start, name.end).filter(|_| !name.escaped);
            let read = |scratch| cursor.string_text(*name, scratch).unwrap_or_default().to_owned();
            let name = plain.map_or_else(|| Cow::Owned(read(&mut scratch)), Cow::Borrowed);
            Member { name, value: cursor.bytes(value.0, value.1) }
        };
        self.members_found().iter().map(member).collect()
    }
}

/// The elements of an array, whatever they are; `None` if the text is none.
pub fn elements(array: &[u8]) -> Option<Vec<&[u8]>> {
    let mut cursor = Cursor::new(array);
    let mut all = Vec::new();
    if cursor.peek().ok()? != b'[' {
        return None;
    }
    let mut more = cursor.enter(b']').ok()?;
    while more {
        let start = cursor.skip().ok()?;
        all.push(cursor.bytes(start, cursor.at()));
        more = cursor.more(b']').ok()?;
    }
    cursor.is_at_end().then_some(all)
}

/// The text of a scalar; `None` for null, for objects and arrays, and for strings that are no text.
pub(super) fn scalar(value: &[u8]) -> Option<Cow<'_, str>> {
    let mut cursor = Cursor::new(value);
    match cursor.token().ok()? {
        Token::String(quoted) if !quoted.escaped => cursor.text(quoted.start, quoted.end).map(Cow::Borrowed),
        Token::String(quoted) => cursor.string_text(quoted, &mut String::new()).map(|text| Cow::Owned(text.to_owned())),
        Token::Number(start, end) => cursor.text(start, end).map(Cow::Borrowed),
        Token::Bool(truth) => Some(Cow::Borrowed(if truth { "true" } else { "false" })),
        Token::Null | Token::Object | Token::Array => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_given_with_their_values() {
        let record = br#" {"a":"x\"y","b" : {"c":[1]},"d":null,"\u0065":12.0,"f":true} "#;
        let all = members(record).unwrap();
        let seen: Vec<(&str, Option<&str>, bool)> =
            all.iter().map(|m| (m.name.as_ref(), None, m.is_object())).collect();
        assert_eq!(
            seen,
            [("a", None, false), ("b", None, true), ("d", None, false), ("e", None, false), ("f", None, false)]
        );
        let texts: Vec<Option<Cow<'_, str>>> = all.iter().map(Member::text).collect();
        assert_eq!(
            texts.iter().map(|t| t.as_deref()).collect::<Vec<_>>(),
            [Some("x\"y"), None, None, Some("12.0"), Some("true")]
        );
        assert_eq!(all[1].value, br#"{"c":[1]}"#);
    }

    #[test]
    fn elements_are_given_whatever_they_are() {
        let array = br#"[{"a":[1]}, null,"x" ]"#;
        assert_eq!(elements(array), Some(vec![&br#"{"a":[1]}"#[..], b"null", br#""x""#]));
        assert_eq!(elements(b"[]"), Some(vec![]));
        for text in ["{}", "[1", "[1] x", "null"] {
            assert_eq!(elements(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_object_has_no_members() {
        for text in ["", "[]", "{", r#"{"a":1} x"#, "null"] {
            members(text.as_bytes()).unwrap_err();
        }
        assert_eq!(members(b"{}").unwrap(), []);
    }
}
