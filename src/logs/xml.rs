//! XML as it stands in events: tags and text in their order, tolerant of whatever is not well-formed.
//!
//! Neither documents nor namespaces are known here: what is asked of such a text is what stands in one element.

use std::borrow::Cow;

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum Piece<'a> {
    /// `<name attributes>`; and whether it ends itself: `<name/>`.
    Open { name: &'a str, attributes: &'a str, is_empty: bool },
    /// `</name>`
    Close(&'a str),
    /// Text between tags, as it is written.
    Text(&'a str),
    /// What stands in `<![CDATA[…]]>`.
    Plain(&'a str),
}

/// The pieces of a text. A tag that does not end is none.
pub(in crate::logs) fn pieces(mut rest: &str) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let Some(tag) = rest.strip_prefix('<') else {
                let (text, behind) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
                rest = behind;
                return Some(Piece::Text(text));
            };
            if let Some(inner) = tag.strip_prefix("![CDATA[") {
                let (text, behind) = inner.split_once("]]>").unwrap_or((inner, ""));
                rest = behind;
                return Some(Piece::Plain(text));
            }
            if let Some(comment) = tag.strip_prefix("!--") {
                rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
                continue;
            }
            let (inner, behind) = tag.split_at(end_of_tag(tag)?);
            rest = behind.get(1..).unwrap_or_default();
            if inner.starts_with(['?', '!']) {
                continue;
            }
            if let Some(name) = inner.strip_prefix('/') {
                return Some(Piece::Close(name.trim()));
            }
            let (inner, is_empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
            let (name, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
            return Some(Piece::Open { name, attributes, is_empty });
        }
    })
}

/// Where the `>` of a tag stands, which is not that of a value in quotes.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The elements that have text, each with the first that stands in it, its entities read.
pub(in crate::logs) fn elements(text: &str) -> Vec<(String, String)> {
    let (mut found, mut open) = (Vec::new(), None);
    for piece in pieces(text) {
        let text = match piece {
            Piece::Open { name, is_empty, .. } => {
                open = (!is_empty).then_some(name);
                continue;
            }
            Piece::Close(_) => {
                open = None;
                continue;
            }
            Piece::Text(text) if text.trim().is_empty() => continue,
            Piece::Text(text) => unescaped(text.trim()),
            Piece::Plain(text) => text.into(),
        };
        if let Some(name) = open.take() {
            found.push((name.to_owned(), text.into_owned()));
        }
    }
    found
}

/// A text with its entities read. What is no entity stays as it is.
pub(in crate::logs) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = behind.split_once(';').and_then(|(name, after)| Some((letter(name)?, after)));
        rest = entity.map_or(behind, |(_, after)| after);
        plain.push(entity.map_or('&', |(letter, _)| letter));
    }
    plain.push_str(rest);
    plain.into()
}

fn letter(entity: &str) -> Option<char> {
    match entity {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = entity.strip_prefix('#').filter(|number| number.len() <= 8)?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(text: &str, name: &str) -> Option<String> {
        elements(text).into_iter().find(|(other, _)| other == name).map(|(_, text)| text)
    }

    #[test]
    fn the_text_of_an_element_is_found() {
        let text = "<?xml version=\"1.0\"?>\r\n<a x='>'><b/><b> 1 &lt; 2&#33; </b><c><b>no</b></c><d><![CDATA[<b>x</b>]]></d></a>";
        assert_eq!(element(text, "b").as_deref(), Some("1 < 2!"));
        assert_eq!(element(text, "d").as_deref(), Some("<b>x</b>"));
        assert_eq!([element(text, "a"), element(text, "e")], [None, None]);
        // What only looks like an element does not count.
        assert_eq!(element("<!-- <b>no</b> --><u>&lt;b&gt;no&lt;/b&gt;</u><b>yes</b>", "b").as_deref(), Some("yes"));
    }

    #[test]
    fn what_is_not_well_formed_ends_and_is_no_panic() {
        for text in
            ["<", "<b", "<b>", "</", "<b x=\"", "<b>x", "<![CDATA[x", "<!--", "<?", "&", "<b>&;&#;&#xZZ;</b>", "<ü>ä"]
        {
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                let _ = (element(&text[..end], "b"), pieces(&text[..end]).count());
            }
        }
        assert_eq!(element("<b>x", "b").as_deref(), Some("x"));
        assert_eq!(unescaped("a & b &c; &#x110000; &amp;"), "a & b &c; &#x110000; &");
    }
}
