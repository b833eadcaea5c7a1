//! Data without names beside data with names.
//!
//! The JSON that the `evtx` crate makes of an event has either: where one `<Data>` has a name, those without are left out (seen in
//! 0.15.1). Its XML has all. So where a chunk can have such events, their XML is looked at, and what is missing is put into the
//! JSON, in the form in which data without names stand there otherwise.

use std::borrow::Cow;

use memchr::{memchr2_iter, memmem};

use crate::logs::xml::{Piece, pieces, unescaped};

/// Whether a chunk can have a `<Data>` without a name: whether one begins without attributes, or with one that may be empty.
///
/// In binary XML an element begins with a token, 01 without attributes and 41 with them, then 4 bytes of size, within a template
/// 2 more before them, then 4 bytes that tell where its name stands in the chunk.
/// (source: <https://learn.microsoft.com/openspecs/windows_protocols/ms-even6/>, section 2.2.12)
pub(super) fn may_be(chunk: &[u8]) -> bool {
    // Length, letters, and the end of the name; before it, 6 bytes that chain names.
    const NAME: &[u8] = b"\x04\0D\0a\0t\0a\0\0\0";
    /// So many names are sought one by one. Writers that do not share them have some hundred in a chunk.
    const FEW: usize = 3;
    let names: Vec<u32> =
        memmem::find_iter(chunk, NAME).filter_map(|at| u32::try_from(at.checked_sub(6)?).ok()).collect();
    if names.len() <= FEW {
        let tokens =
            |name| places(chunk, name).flat_map(|place| [place.checked_sub(5), place.checked_sub(7)]).flatten();
        return names.iter().any(|name| {
            tokens(*name)
                .any(|token| matches!(chunk[token], 0x01 | 0x41) && lacks_name(chunk, token, |other| other == *name))
        });
    }
    let mut is_name = vec![false; chunk.len()];
    names.iter().for_each(|name| is_name[*name as usize] = true);
    let is_name = |name: u32| usize::try_from(name).ok().and_then(|name| is_name.get(name)) == Some(&true);
    memchr2_iter(0x01, 0x41, chunk).any(|token| lacks_name(chunk, token, is_name))
}

/// Whether an element that is called so, and has no name as an attribute, begins with this token.
fn lacks_name(chunk: &[u8], token: usize, is_called: impl Fn(u32) -> bool) -> bool {
    [token + 5, token + 7].into_iter().any(|place| {
        let Some(name) = number(chunk, place).filter(|name| is_called(*name)) else { return false };
        chunk[token] == 0x01 || !has_name(chunk, place + 4, name)
    })
}

/// Where a number stands.
fn places(chunk: &[u8], number: u32) -> impl Iterator<Item = usize> {
    let (sought, mut from) = (memmem::Finder::new(&number.to_le_bytes()).into_owned(), 0);
    std::iter::from_fn(move || {
        let at = from + sought.find(chunk.get(from..)?)?;
        from = at + 1;
        Some(at)
    })
}

fn number(chunk: &[u8], at: usize) -> Option<u32> {
    chunk.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

/// Whether the first attribute of the element whose name ends here has a text that is written out.
fn has_name(chunk: &[u8], behind: usize, name: u32) -> bool {
    let length = |at: usize| chunk.get(at..at + 2).map(|bytes| usize::from(u16::from_le_bytes([bytes[0], bytes[1]])));
    // A name that is used for the first time stands right there: 6 bytes, the length, the letters, the end.
    let past = |name: u32, at: usize| {
        if usize::try_from(name) == Ok(at) { Some(at + 6 + 2 + length(at + 6)? * 2 + 2) } else { Some(at) }
    };
    let is = || {
        // The size of the attributes, the token of the first, and where its name stands.
        let attribute = past(name, behind)? + 4 + 1;
        let value = past(number(chunk, attribute)?, attribute + 4)?;
        // A text, and not an empty one.
        Some(chunk.get(value..value + 2)? == [0x05, 0x01] && length(value + 2)? > 0)
    };
    is().unwrap_or(false)
}

/// The JSON of an event with the data that it lacks.
pub(super) fn completed<'a>(json: &'a str, xml: &str) -> Cow<'a, str> {
    let Some((container, unnamed)) = left_out(xml) else { return json.into() };
    let begin = format!("\"{container}\":{{");
    let Some(at) = json.find(&begin) else { return json.into() };
    let texts = serde_json::Value::from(unnamed).to_string();
    let name = if json.contains("\"Data\":") { "#unnamed" } else { "Data" };
    let (before, behind) = json.split_at(at + begin.len());
    format!("{before}\"{name}\":{{\"#text\":{texts}}},{behind}").into()
}

/// The texts of data without names that stand beside data with names, and the element in which they do.
fn left_out(xml: &str) -> Option<(&str, Vec<String>)> {
    let (mut open, mut unnamed, mut has_names) = (Vec::new(), Vec::new(), false);
    let mut is_unnamed = false;
    for piece in pieces(xml) {
        match piece {
            Piece::Open { name: "Data", attributes, is_empty } if is_container(open.last().copied()) => {
                let name = attributes.split_once("Name=").map(|(_, value)| value.get(1..2) != Some("\""));
                has_names |= name == Some(true);
                is_unnamed = name != Some(true) && !is_empty;
                if name != Some(true) {
                    unnamed.push(String::new());
                }
                if !is_empty {
                    open.push("Data");
                }
            }
            Piece::Open { name, is_empty: false, .. } => open.push(name),
            Piece::Open { .. } => {}
            Piece::Close(name) => {
                is_unnamed = false;
                open.pop();
                if is_container(Some(name)) {
                    if has_names && !unnamed.is_empty() {
                        return Some((name, unnamed));
                    }
                    unnamed.clear();
                    has_names = false;
                }
            }
            Piece::Text(text) if is_unnamed => unnamed.last_mut()?.push_str(&unescaped(text)),
            Piece::Plain(text) if is_unnamed => unnamed.last_mut()?.push_str(text),
            Piece::Text(_) | Piece::Plain(_) => {}
        }
    }
    None
}

fn is_container(name: Option<&str>) -> bool {
    matches!(name, Some("EventData" | "UserData"))
}

#[cfg(test)]
mod tests {
    use super::super::file::{Datum, adfs, file, security};
    use super::*;

    #[test]
    fn chunks_are_looked_at_whole_only_where_it_can_be() {
        let at = "2026-11-27T08:00:00Z";
        let named = security(4624, at, &[("A", "1"), ("Data", "2"), ("B", "AAAA")]);
        let mut empty = named.clone();
        empty.data.push(Datum::Named(String::new(), "3".into()));
        let may_be = |event| may_be(&file(&vec![event; 20])[4096..]);
        assert!(!may_be(named));
        assert!(may_be(empty));
        assert!(may_be(adfs(1200, at, &["1"])));
    }

    #[test]
    fn what_is_left_out_is_put_in() {
        let xml = "<Event><EventData><Data Name=\"A\">1</Data><Data>a &lt; b</Data><Data/><Data Name=\"\">c</Data></EventData></Event>";
        let json = r#"{"Event":{"EventData":{"A":"1"}}}"#;
        let whole = r##"{"Event":{"EventData":{"Data":{"#text":["a < b","","c"]},"A":"1"}}}"##;
        assert_eq!(completed(json, xml), whole);
        // Where all have names, or none has, the JSON has all.
        for xml in [
            "<Event><EventData><Data Name=\"A\">&lt;Data&gt;</Data></EventData></Event>",
            "<Event><EventData><Data>1</Data></EventData></Event>",
            "<Event><Data>1</Data></Event>",
            "",
        ] {
            assert_eq!(completed(json, xml), json, "{xml}");
        }
        // A datum that is called Data keeps its name.
        let named = r#"{"Event":{"EventData":{"Data":"1"}}}"#;
        let xml = "<Event><EventData><Data Name=\"Data\">1</Data><Data>2</Data></EventData></Event>";
        assert!(completed(named, xml).contains(r##""#unnamed":{"#text":["2"]},"Data":"1""##));
    }
}
