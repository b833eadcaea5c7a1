//! Functions that make lists of JSON, to be taken apart with `unnest`, and read JSON that was quoted on its way into a log.
//!
//! What is text within the JSON comes out as that text, without its quotes, as `->>` gives it; `null` as NULL; all else as it
//! is written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::function::{Argument, Function, Of, Type};

const JSON: Argument = ("json", Type::Text, "JSON text, also one that stands in quotes itself.");

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "json_list",
        also: &[],
        doc: "The elements of a JSON array as a list of texts: unnest(json_list(raw ->> 'items')) makes a row of each. NULL, if it is \
              no array. In FROM and in a select list, json_array_elements(json) makes the rows at once.",
        args: &[JSON],
        of: Of::Texts(|args| {
            unquoted(args[0].text(), |json| {
                let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
                Some(elements.into_iter().map(said).collect())
            })
        }),
        examples: &[
            (r#"array_to_string(json_list('["a",{"b":1},null,2]'), ' ', '-')"#, Some(r#"a {"b":1} - 2"#)),
            (r#"array_to_string(json_list('"[1,2]"'), ' ')"#, Some("1 2")),
            ("json_list('{}')", None),
            ("json_list('no JSON')", None),
        ],
    },
    Function {
        name: "json_entries",
        also: &[],
        doc: "The members of a JSON object as a list with the fields key and value, in their order. NULL, if it is no object. In FROM \
              and in a select list, json_each(json) makes a row of each.",
        args: &[JSON],
        of: Of::Pairs(|args| {
            unquoted(args[0].text(), |json| {
                let Members(members) = serde_json::from_str(json).ok()?;
                Some(members.into_iter().map(|(key, value)| (key, said(value))).collect())
            })
        }),
        examples: &[
            (r#"json_entries('{"b":"x","a":[1]}')[1]['key']"#, Some("b")),
            (r#"json_entries('{"b":"x","a":[1]}')[2]['value']"#, Some("[1]")),
            ("json_entries('[1]')", None),
        ],
    },
    Function {
        name: "json_unquote",
        also: &["json_inner"],
        doc: "The text that JSON text says, also if it was quoted several times or stands alone in an array; a text that is no JSON is \
              given back as it is.",
        args: &[("text", Type::Text, "A text that may be JSON.")],
        of: Of::Text(|args| Some(super::lists::inner(args[0].text()))),
        examples: &[
            (r#"json_unquote('"\"Global Administrator\""')"#, Some("Global Administrator")),
            (r#"json_unquote('["Enabled"]')"#, Some("Enabled")),
            ("json_unquote('plain')", Some("plain")),
        ],
    },
    Function {
        name: "json_valid",
        also: &[],
        doc: "Whether a text is JSON. What raw -> 'name' leads to is; of a text in it, json_valid(raw ->> 'name') tells whether that is JSON again.",
        args: &[("text", Type::Text, "A text.")],
        of: Of::Flag(|args| Some(serde_json::from_str::<&RawValue>(args[0].text()).is_ok())),
        examples: &[("json_valid('{\"a\": 1}')", Some("true")), ("json_valid('{\"a\": ')", Some("false"))],
    },
];

/// What a text says as JSON; if that is a text again, what that one says.
fn unquoted<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    /// Services quote twice at most.
    const DEEPEST: usize = 4;
    let mut text = text.trim().trim_start_matches('\u{feff}').to_owned();
    for _ in 0..DEEPEST {
        if let Some(value) = read(&text) {
            return Some(value);
        }
        text = serde_json::from_str(&text).ok()?;
    }
    None
}

/// A value as `->>` gives it.
fn said(value: &RawValue) -> Option<String> {
    match value.get() {
        "null" => None,
        text if text.starts_with('"') => serde_json::from_str(text).ok(),
        other => Some(other.to_owned()),
    }
}

/// The members of an object, in their order and with repeated names.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Each).map(Self)
    }
}
