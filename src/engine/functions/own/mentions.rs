//! Whether JSON text holds a text as one of its values, at any depth.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::function::{Function, Of, Type};

/// JSON stands in texts of JSON at most so often: services quote what others sent them.
const DEEPEST: usize = 3;

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "json_mentions",
    also: &[],
    doc: "Whether a value within JSON text is this text, in any case, at any depth; also within JSON that stands in it as text. \
          json_mentions(raw, 'ana@contoso.com') finds records that name a user in whatever member, also as \
          i:0#.f|membership|ana@contoso.com and live.com#ana@contoso.com. NULL, if it is no JSON.",
    args: &[
        ("json", Type::Text, "JSON text, such as raw."),
        ("text", Type::Text, "The whole of a value: a name, an id, an address."),
    ],
    of: Of::Flag(|args| mentions(args[0].text(), args[1].text())),
    examples: &[
        (r#"json_mentions('{"Target": [{"ID": "Ana@Contoso.com", "Type": 5}]}', 'ana@contoso.com')"#, Some("true")),
        (r#"json_mentions('{"UserId": "i:0#.f|membership|ana@contoso.com"}', 'ana@contoso.com')"#, Some("true")),
        (r#"json_mentions('{"UserId": "live.com#Ana@contoso.com"}', 'ana@contoso.com')"#, Some("true")),
        (r#"json_mentions('{"Subject": "to ana@contoso.com"}', 'ana@contoso.com')"#, Some("false")),
        ("json_mentions('no JSON', 'ana@contoso.com')", None),
    ],
}];

fn mentions(json: &str, text: &str) -> Option<bool> {
    let searched = lower(text.trim());
    if searched.is_empty() || (is_plain(&searched) && !hides(json) && !holds(json, &searched)) {
        return serde_json::from_str::<IgnoredAny>(json).is_ok().then_some(false);
    }
    let mut search = Search { searched: &searched, found: false, depth: DEEPEST };
    search.whole(json).then_some(search.found)
}

/// The text in lower case. It is the same for all rows, and mostly written so.
fn lower(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// The sign-in name that stands behind what SharePoint (`i:0#.f|membership|ana@contoso.com`) and accounts from elsewhere
/// (`live.com#ana@contoso.com`) put in front of it.
fn bare(value: &str) -> Option<&str> {
    match value.get(..3) {
        Some("i:0" | "I:0") => value.rsplit_once('|').map(|(_, name)| name),
        _ => value
            .get(.."live.com#".len())
            .filter(|start| start.eq_ignore_ascii_case("live.com#"))
            .map(|start| &value[start.len()..]),
    }
}

/// Whether a text stands in JSON as it is, if nothing there is written by its number.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'/'))
}

/// Whether letters may be written by their number: what one sees is then not all that is there.
fn hides(json: &str) -> bool {
    json.contains("\\u") || json.contains("\\U")
}

fn holds(json: &str, text: &str) -> bool {
    json.as_bytes().windows(text.len()).any(|part| part.eq_ignore_ascii_case(text.as_bytes()))
}

struct Search<'a> {
    /// In lower case.
    searched: &'a str,
    found: bool,
    /// So often it goes into JSON within a text.
    depth: usize,
}

impl Search<'_> {
    /// Looks at all of a text; `false`: it is no JSON.
    fn whole(&mut self, json: &str) -> bool {
        let mut values = serde_json::Deserializer::from_str(json);
        DeserializeSeed::deserialize(self, &mut values).is_ok() && values.end().is_ok()
    }

    fn look(&mut self, value: &str) {
        let value = value.trim();
        let is_it = |value: &str| value == self.searched || lower(value) == self.searched;
        self.found |= is_it(value) || bare(value).is_some_and(is_it);
        if !self.found && self.depth > 0 && value.starts_with(['{', '[', '"']) {
            let mut within = Search { searched: self.searched, found: false, depth: self.depth - 1 };
            within.whole(value);
            self.found |= within.found;
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.found {
            return IgnoredAny::deserialize(deserializer).map(|_| ());
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.look(value);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.look(&value.to_string());
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.look(&value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(&mut *self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_key::<IgnoredAny>()?.is_some() {
            members.next_value_seed(&mut *self)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_wherever_it_stands_and_however_it_is_written() {
        for json in [
            r#"{"UserId":"Ana@Contoso.com "}"#,
            r#"{"a":[1,null,{"b":["ana@contoso.com"]}]}"#,
            r#"{"Data":"{\"Entities\":[{\"Upn\":\"ana@contoso.com\"}]}"}"#,
            r#"{"NewValue":"\"ana@contoso.com\""}"#,
            r#"{"x":"\u0061na\u0040contoso.com"}"#,
            r#""ana@contoso.com""#,
        ] {
            assert_eq!(mentions(json, "ANA@contoso.com"), Some(true), "{json}");
        }
        assert_eq!(mentions(r#"{"u":"o\u0027neil+x@contoso.com"}"#, "o'neil+x@contoso.com"), Some(true));
    }

    #[test]
    fn a_part_of_a_value_and_a_name_of_a_member_are_none() {
        for json in
            [r#"{"a":"xana@contoso.com"}"#, r#"{"ana@contoso.com":1}"#, "[]", "{}", r#"{"a":"{ana@contoso.com"}"#, "17"]
        {
            assert_eq!(mentions(json, "ana@contoso.com"), Some(false), "{json}");
        }
        assert_eq!(mentions(r#"{"a":""}"#, " "), Some(false));
        assert_eq!(mentions(r#"{"a":"x"#, "x"), None);
    }
}
