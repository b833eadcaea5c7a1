//! What PowerShell shows in place of a value that it did not write out: ConvertTo-Json below its depth, Export-Csv for all
//! that is nested.
//!
//! `@{Name=ForwardTo; Value=x}` and `class Location {⏎  City: Lyon⏎}` show the members, though not those that are nested
//! themselves; the name of a type, such as `System.Object[]`, shows nothing.

use serde_json::{Map, Value};

/// What such a text shows.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::decode) enum Shown {
    /// An object or a list of some, as JSON.
    Json(String),
    /// The name of a type.
    Nothing,
}

/// What a text shows; `None` if it is not one of these. `is_member` tells which names an object can have.
pub(in crate::decode) fn shown(text: &str, is_member: &dyn Fn(&str) -> bool) -> Option<Shown> {
    if is_type_name(text) {
        return Some(Shown::Nothing);
    }
    let mut objects = match text.strip_prefix("@{").and_then(|text| text.strip_suffix('}')) {
        Some(inner) => inner.split("} @{").map(|inner| of_pairs(inner, is_member)).collect(),
        None => vec![of_lines(text)?],
    };
    let one = objects.len() == 1;
    Some(Shown::Json(if one { objects.remove(0) } else { Value::Array(objects) }.to_string()))
}

/// Whether a text is nothing but the name of a type of .NET.
pub fn is_type_name(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || ".+`[], _".contains(c);
    ["System.", "Microsoft.Graph.", "Deserialized.", "Selected."].iter().any(|root| text.starts_with(root))
        && text.chars().all(is_part)
        && (!text.contains(' ') || text.contains("[["))
}

/// `Name=ForwardTo; Value=x`. A value may hold a semicolon: what follows one is a member only if it has the name of one.
fn of_pairs(text: &str, is_member: &dyn Fn(&str) -> bool) -> Value {
    let mut members = Map::new();
    let (mut start, mut from) = (0, 0);
    while start < text.len() {
        let end = text[from..].find("; ").map_or(text.len(), |at| from + at);
        let next = (end + 2).min(text.len());
        from = next;
        if end < text.len() && !name_of(&text[next..]).is_some_and(is_member) {
            continue;
        }
        add(&mut members, text[start..end].split_once('='));
        start = next;
    }
    Value::Object(members)
}

/// The name that a pair begins with.
fn name_of(text: &str) -> Option<&str> {
    const LONGEST: usize = 64;
    let end = text.bytes().take(LONGEST).position(|byte| !byte.is_ascii_alphanumeric() && !b"_.@".contains(&byte))?;
    (end > 0 && text[end..].starts_with('=')).then(|| &text[..end])
}

/// `class Location {` and lines of `City: Lyon`.
fn of_lines(text: &str) -> Option<Value> {
    let (_, lines) = text.strip_prefix("class ")?.strip_suffix('}')?.split_once('{')?;
    let mut members = Map::new();
    lines.lines().for_each(|line| add(&mut members, line.split_once(": ")));
    Some(Value::Object(members))
}

/// Adds a member; one that shows nothing may have been anything.
fn add(members: &mut Map<String, Value>, pair: Option<(&str, &str)>) {
    let Some((name, value)) = pair else { return };
    let value = if value.is_empty() { Value::Null } else { value.into() };
    members.insert(name.trim().to_owned(), value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str, members: &[&str]) -> Option<String> {
        let is_member = |name: &str| members.is_empty() || members.contains(&name);
        match shown(text, &is_member)? {
            Shown::Json(json) => Some(json),
            Shown::Nothing => Some("nothing".into()),
        }
    }

    #[test]
    fn members_are_read_where_they_are_shown() {
        for (text, expected) in [
            ("@{Name=ForwardTo; Value=a@b.example}", r#"{"Name":"ForwardTo","Value":"a@b.example"}"#),
            ("@{a=1; b=; c=x=y}", r#"{"a":"1","b":null,"c":"x=y"}"#),
            ("@{a=one; two; b=3}", r#"{"a":"one; two","b":"3"}"#),
            ("@{a=1} @{a=2; b=é}", r#"[{"a":"1"},{"a":"2","b":"é"}]"#),
            ("@{}", "{}"),
            ("class X {\n  City: Lyon\n  Names: System.Object[]\n}", r#"{"City":"Lyon","Names":"System.Object[]"}"#),
            ("System.Object[]", "nothing"),
            ("System.Collections.Generic.List`1[System.String]", "nothing"),
            ("Microsoft.Graph.PowerShell.Models.MicrosoftGraphSecurityAuditData", "nothing"),
            ("System.Collections.Generic.List`1[[System.String, mscorlib]]", "nothing"),
        ] {
            assert_eq!(json(text, &[]).as_deref(), Some(expected), "{text}");
        }
        let text = "@{Name=SentTo; Value=x; from=y; Value2=z}";
        assert_eq!(json(text, &["Name", "Value"]).unwrap(), r#"{"Name":"SentTo","Value":"x; from=y; Value2=z"}"#);
    }

    #[test]
    fn other_text_shows_nothing_of_the_kind() {
        for text in ["", "x", "@{a=1", "{a=1}", "System", "System is down. Call [us]", "class X", "a; b=c"] {
            assert_eq!(json(text, &[]), None, "{text}");
        }
    }
}
