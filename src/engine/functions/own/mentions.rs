//! Whether JSON text holds a text, or an address of a network, as one of its values, at any depth.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::addresses::NETWORK;
use super::function::{Function, Of, Type};
use crate::address::{Network, endpoint};
use crate::table::is_guid;

/// JSON stands in texts of JSON at most so often: services quote what others sent them.
const DEEPEST: usize = 3;

pub(super) const FUNCTIONS: &[Function] = &[MENTIONS, IP_IN];

const MENTIONS: Function = Function {
    name: "json_mentions",
    also: &[],
    doc: "Whether a value within JSON text is this text, in any case, at any depth; also within JSON that stands in it as text. \
          json_mentions(raw, 'ana@contoso.com') finds records that name a user in whatever member, also as \
          i:0#.f|membership|ana@contoso.com and live.com#ana@contoso.com, and an id also behind the kind of its object: User_0b1f…. \
          NULL, if it is no JSON.",
    args: &[
        ("json", Type::Text, "JSON text, such as raw."),
        ("text", Type::Text, "The whole of a value: a name, an id, an address."),
    ],
    of: Of::Flag(|args| mentions(args[0].text(), args[1].text())),
    examples: &[
        (r#"json_mentions('{"Target": [{"ID": "Ana@Contoso.com", "Type": 5}]}', 'ana@contoso.com')"#, Some("true")),
        (r#"json_mentions('{"UserId": "i:0#.f|membership|ana@contoso.com"}', 'ana@contoso.com')"#, Some("true")),
        (r#"json_mentions('{"UserId": "live.com#Ana@contoso.com"}', 'ana@contoso.com')"#, Some("true")),
        (
            r#"json_mentions('{"ID": "User_0b1f4f2e-9f3a-4b43-9d5e-0c5d2f1a7b10"}', '0b1f4f2e-9f3a-4b43-9d5e-0c5d2f1a7b10')"#,
            Some("true"),
        ),
        (r#"json_mentions('{"Subject": "to ana@contoso.com"}', 'ana@contoso.com')"#, Some("false")),
        ("json_mentions('no JSON', 'ana@contoso.com')", None),
    ],
};

const IP_IN: Function = Function {
    name: "json_ip_in",
    also: &[],
    doc: "Whether a value within JSON text is an address in a network, at any depth, with or without a port and in a list with \
          commas; also within JSON that stands in it as text. Members whose names say that they hold a version are passed over. \
          NULL, if it is no JSON.",
    args: &[("json", Type::Text, "JSON text, such as raw."), NETWORK],
    of: Of::Flag(|args| has_address(args[0].text(), Network::read(args[1].text())?)),
    examples: &[
        (r#"json_ip_in('{"ClientIPs": ["203.0.113.7:443", "10.0.0.1"]}', '203.0.113.0/24')"#, Some("true")),
        (r#"json_ip_in('{"ClientIP": "203.0.113.7, 10.0.0.1"}', '10.0.0.0/8')"#, Some("true")),
        (r#"json_ip_in('{"ClientVersion": "15.20.7.12"}', '15.0.0.0/8')"#, Some("false")),
        ("json_ip_in('no JSON', '10.0.0.0/8')", None),
    ],
};

fn has_address(json: &str, network: Network) -> Option<bool> {
    let mut search = Search { sought: Sought::Network(network), found: false, depth: DEEPEST };
    search.whole(json).then_some(search.found)
}

fn mentions(json: &str, text: &str) -> Option<bool> {
    let searched = lower(text.trim());
    if searched.is_empty() || (is_plain(&searched) && !hides(json) && !holds(json, &searched)) {
        return serde_json::from_str::<IgnoredAny>(json).is_ok().then_some(false);
    }
    let mut search = Search { sought: Sought::Text(&searched), found: false, depth: DEEPEST };
    search.whole(json).then_some(search.found)
}

/// The text in lower case. It is the same for all rows, and mostly written so.
fn lower(text: &str) -> Cow<'_, str> {
    let is_lower = text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// The sign-in name that stands behind what SharePoint (`i:0#.f|membership|ana@contoso.com`) and accounts from elsewhere
/// (`live.com#ana@contoso.com`) put in front of it; the id behind the kind of object that the directory does (`User_`,
/// `ServicePrincipal_`).
fn bare(value: &str) -> Option<&str> {
    if let Some((kind, id)) = value.split_once('_')
        && kind.bytes().all(|byte| byte.is_ascii_alphabetic())
        && is_guid(id)
    {
        return Some(id);
    }
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

/// What a value is to be.
#[derive(Clone, Copy)]
enum Sought<'a> {
    /// In lower case.
    Text(&'a str),
    Network(Network),
}

impl Sought<'_> {
    fn is(self, value: &str) -> bool {
        match self {
            Self::Text(searched) => {
                let is_it = |value: &str| value == searched || lower(value) == searched;
                is_it(value) || bare(value).is_some_and(is_it)
            }
            Self::Network(network) => {
                value.split(',').any(|part| endpoint(part).is_some_and(|(address, _)| network.has(address)))
            }
        }
    }
}

struct Search<'a> {
    sought: Sought<'a>,
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
        self.found |= self.sought.is(value);
        if !self.found && self.depth > 0 && value.starts_with(['{', '[', '"']) {
            let mut within = Search { sought: self.sought, found: false, depth: self.depth - 1 };
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
        if matches!(self.sought, Sought::Text(_)) {
            while members.next_key::<IgnoredAny>()?.is_some() {
                members.next_value_seed(&mut *self)?;
            }
            return Ok(());
        }
        while let Some(name) = members.next_key::<String>()? {
            // `15.20.7.12` may be either.
            match name.to_lowercase().contains("version") {
                true => drop(members.next_value::<IgnoredAny>()?),
                false => members.next_value_seed(&mut *self)?,
            }
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
    fn an_address_is_found_wherever_it_stands_and_a_version_is_none() {
        let network = Network::read("198.51.100.0/24").unwrap();
        for (json, is_there) in [
            (r#"{"ClientIPs":["10.0.0.1","198.51.100.9:4711"]}"#, Some(true)),
            (r#"{"Data":"{\"etype\":\"User\",\"lon\":\"198.51.100.9\"}"}"#, Some(true)),
            (r#"{"ClientIP":"10.0.0.1:80, 198.51.100.9:443"}"#, Some(true)),
            (r#"{"ClientIP":"::ffff:198.51.100.9"}"#, Some(true)),
            (r#"{"ClientVersion":"198.51.100.9","a":["198.51.101.9",1,null]}"#, Some(false)),
            (r#"{"Subject":"from 198.51.100.9"}"#, Some(false)),
            ("{", None),
        ] {
            assert_eq!(has_address(json, network), is_there, "{json}");
        }
    }

    #[test]
    fn an_id_is_found_behind_the_kind_of_its_object() {
        const ID: &str = "0b1f4f2e-9f3a-4b43-9d5e-0c5d2f1a7b10";
        for (value, is_it) in [
            (format!("User_{ID}"), true),
            (format!("ServicePrincipal_{}", ID.to_uppercase()), true),
            (format!("User_{ID}0"), false),
            (format!("a b_{ID}"), false),
        ] {
            assert_eq!(mentions(&format!(r#"{{"Actor":[{{"ID":"{value}"}}]}}"#), ID), Some(is_it), "{value}");
        }
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
