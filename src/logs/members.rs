//! Members of a JSON record: its values by name, those of objects in it by dotted names.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of an object, in their order, unread.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;
        impl<'de> Visitor<'de> for OfMap {
            type Value = Members<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(16);
                while let Some(Name(name)) = map.next_key::<Name<'de>>()? {
                    members.push((name, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(OfMap)
    }
}

/// A name, copied only if it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfText;
        impl<'de> Visitor<'de> for OfText {
            type Value = Name<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(OfText)
    }
}

/// Gives each value of a record with its dotted name; `false`, if the text is no object. Of objects in objects, no more than
/// so many are gone into: what lies deeper is given as it is written.
pub(in crate::logs) fn each_member<'a>(record: &'a str, deepest: usize, each: &mut dyn FnMut(&str, &'a str)) -> bool {
    let Ok(members) = serde_json::from_str(record) else { return false };
    give(members, &mut String::new(), deepest, each);
    true
}

/// Goes into objects, so many deep.
fn give<'a>(Members(members): Members<'a>, path: &mut String, deepest: usize, each: &mut dyn FnMut(&str, &'a str)) {
    for (name, value) in members {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(&name);
        let text = value.get();
        let inner = (deepest > 1 && text.starts_with('{')).then(|| serde_json::from_str::<Members<'a>>(text).ok());
        match inner.flatten() {
            Some(inner) if !inner.0.is_empty() => give(inner, path, deepest - 1, each),
            _ => each(path, text),
        }
        path.truncate(length);
    }
}

/// A value as text: what a string says, and all else as it is written; `None` for null. Half of a pair of UTF-16 is no letter:
/// U+FFFD stands for it.
pub(in crate::logs) fn as_text(value: &str) -> Option<Cow<'_, str>> {
    match value.as_bytes() {
        b"null" => None,
        [b'"', ..] => Some(match value.get(1..value.len().saturating_sub(1)) {
            Some(plain) if !plain.contains('\\') => Cow::Borrowed(plain),
            _ => Cow::Owned(
                serde_json::from_str(value)
                    .or_else(|_| serde_json::from_str(&mended(value)))
                    .unwrap_or_else(|_| value.to_owned()),
            ),
        }),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Whether a value is a string in which half of a pair of UTF-16 stands alone.
pub(in crate::logs) fn has_half(value: &str) -> bool {
    value.starts_with('"')
        && value.contains('\\')
        && (value.contains("\\ud") || value.contains("\\uD"))
        && mended(value) != value
}

/// A string of JSON as it is written, with U+FFFD for each half of a pair that stands alone.
fn mended(value: &str) -> String {
    let (mut mended, mut rest) = (String::with_capacity(value.len()), value);
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        mended.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(_), _) => 6,
            // What is escaped may be a backslash: it begins no other escape.
            (None, _) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (escape, behind) = escape.split_at(length);
        let is_half = length == 6 && matches!(unit(escape), Some(0xD800..=0xDFFF));
        mended.push_str(if is_half { "\\ufffd" } else { escape });
        rest = behind;
    }
    mended + rest
}

/// The unit of UTF-16 that an escape at the begin of a text names.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(record: &str) -> Option<String> {
        let mut all = Vec::new();
        each_member(record, 3, &mut |name, value| all.push(format!("{name}={value}"))).then(|| all.join(" "))
    }

    #[test]
    fn members_of_objects_have_dotted_names_to_a_depth() {
        let record = r#"{"a":1,"b":{"c":"x","d":{"e":null,"f":{"g":1}}},"h":[{"i":1}],"j":{}}"#;
        let expected = r#"a=1 b.c="x" b.d.e=null b.d.f={"g":1} h=[{"i":1}] j={}"#;
        assert_eq!(members(record).as_deref(), Some(expected));
        assert_eq!([members("[1]"), members("{"), members("1"), members("")], [None, None, None, None]);
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(members(&deep).is_some_and(|members| members.len() == 200_002));
    }

    #[test]
    fn a_value_is_what_it_says() {
        assert_eq!(as_text(r#""a\nb""#).as_deref(), Some("a\nb"));
        assert_eq!([as_text("null"), as_text("1.5")], [None, Some("1.5".into())]);
    }

    #[test]
    fn half_of_a_pair_is_told_from_a_whole_one() {
        for (value, expected) in [
            (r#""\ud83d""#, "\u{fffd}"),
            (r#""a\uDE00b""#, "a\u{fffd}b"),
            (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83dé""#, "\u{fffd}é"),
            (r#""\\\ud83d""#, "\\\u{fffd}"),
        ] {
            assert_eq!(as_text(value).as_deref(), Some(expected), "{value}");
            assert!(has_half(value), "{value}");
        }
        // The control: whole pairs, letters that are escaped, and a backslash before what would be an escape.
        for (value, expected) in
            [(r#""\ud83d\ude00""#, "😀"), (r#""\u00e9""#, "é"), (r#""\\ud83d""#, "\\ud83d"), (r#""ud83d""#, "ud83d")]
        {
            assert_eq!(as_text(value).as_deref(), Some(expected), "{value}");
            assert!(!has_half(value), "{value}");
        }
        assert!(!has_half("5") && !has_half(r#"["\ud83d"]"#));
    }
}
