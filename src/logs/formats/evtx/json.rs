//! Members of an event's JSON, in one pass and without copies.
//!
//! The text is made by the `evtx` crate: compact, and well-formed. What is not, is no event.

use std::borrow::Cow;

use crate::decode::quote_or_backslash;
use crate::logs::members::as_text;

/// A place in a text.
pub(super) struct Walk<'a> {
    json: &'a str,
    at: usize,
    marks: Marks<'a>,
    /// The string before this place has an escape in it.
    is_escaped: bool,
}

/// Where quotes and backslashes stand, eight bytes at a time: nearly all of a text is short strings, and to look for the end of each
/// by itself takes longer than to look through all of it.
struct Marks<'a> {
    text: &'a [u8],
    /// The word that is looked at, and what is left of its marks: the highest bit of each byte that is one.
    word: usize,
    left: u64,
}

/// The string that a text begins with; `None`, if it has no end.
pub(super) fn string(text: &str) -> Option<Written<'_>> {
    let bytes = text.as_bytes();
    let (mut at, mut is_escaped) = (bytes.starts_with(b"\"").then_some(1)?, false);
    loop {
        at = quote_or_backslash(bytes, at);
        match bytes.get(at)? {
            b'"' => return text.get(..=at).map(|text| Written { text, is_escaped }),
            _ => (at, is_escaped) = (at + 2, true),
        }
    }
}

impl Marks<'_> {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;

    /// The bytes of a word that are this one.
    fn of(word: u64, byte: u8) -> u64 {
        let other = word ^ u64::from_le_bytes([byte; 8]);
        !(((other & Self::LOW) + Self::LOW) | other | Self::LOW)
    }

    fn load(&mut self) -> Option<()> {
        let rest = self.text.get(self.word..).filter(|rest| !rest.is_empty())?;
        let word = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            word
        });
        let word = u64::from_le_bytes(word);
        self.left = Self::of(word, b'"') | Self::of(word, b'\\');
        Some(())
    }
}

impl Iterator for Marks<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.left == 0 {
            self.word += 8;
            self.load()?;
        }
        let at = self.word + self.left.trailing_zeros() as usize / 8;
        self.left &= self.left - 1;
        Some(at)
    }
}

/// A name or a value, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written<'a> {
    /// A name without its quotes, a value with them if it has some.
    pub(super) text: &'a str,
    /// It is a string with an escape in it.
    is_escaped: bool,
}

impl<'a> Written<'a> {
    /// A value without an escape.
    pub(super) fn plain(text: &'a str) -> Self {
        Self { text, is_escaped: false }
    }

    /// What it says; `None`, if it is null.
    pub(super) fn said(self) -> Option<Cow<'a, str>> {
        match self.text.as_bytes() {
            [b'"', inner @ .., b'"'] if !self.is_escaped => self.text.get(1..=inner.len()).map(Cow::Borrowed),
            _ => as_text(self.text),
        }
    }

    /// What it says as a name.
    pub(super) fn named(self) -> Cow<'a, str> {
        match self.is_escaped {
            true => serde_json::from_str(&format!("\"{}\"", self.text)).map_or(Cow::Borrowed(""), Cow::Owned),
            false => Cow::Borrowed(self.text),
        }
    }
}

/// That the rest of a text is not asked for, or that it is not well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    Enough,
    Broken,
}

impl<'a> Walk<'a> {
    pub(super) fn new(json: &'a str) -> Self {
        let mut marks = Marks { text: json.as_bytes(), word: 0, left: 0 };
        let _ = marks.load();
        Self { json, at: 0, marks, is_escaped: false }
    }

    /// Gives the name of each member of the object that stands here; what takes it goes past its value.
    pub(super) fn object(
        &mut self,
        each: &mut dyn FnMut(&mut Self, Written<'a>) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let name = self.string()?;
            let name = Written { text: &name[1..name.len() - 1], is_escaped: self.is_escaped };
            self.expect(b':')?;
            each(self, name)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.expect(b'}'),
            }
        }
    }

    /// How far it has come.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Whether an object with members stands here.
    pub(super) fn is_object(&self) -> bool {
        let rest = &self.json.as_bytes()[self.at.min(self.json.len())..];
        rest.first() == Some(&b'{') && rest.get(1) != Some(&b'}')
    }

    fn peek(&self) -> Result<u8, Stop> {
        self.json.as_bytes().get(self.at).copied().ok_or(Stop::Broken)
    }

    fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        let is = self.peek()? == byte;
        self.at += usize::from(is);
        if is { Ok(()) } else { Err(Stop::Broken) }
    }

    /// A string with its quotes, as it is written.
    fn string(&mut self) -> Result<&'a str, Stop> {
        let begin = self.at;
        if self.marks.next() != Some(begin) {
            return Err(Stop::Broken);
        }
        self.is_escaped = false;
        let mut escaped = None;
        loop {
            let at = self.marks.next().ok_or(Stop::Broken)?;
            if escaped == Some(at) {
                continue;
            }
            if self.json.as_bytes()[at] == b'"' {
                self.at = at + 1;
                return self.since(begin);
            }
            self.is_escaped = true;
            escaped = Some(at + 1);
        }
    }

    /// A value, as it is written.
    pub(super) fn value(&mut self) -> Result<Written<'a>, Stop> {
        let begin = self.at;
        match self.peek()? {
            b'"' => return self.string().map(|text| Written { text, is_escaped: self.is_escaped }),
            b'{' | b'[' => {
                let mut depth = 0_usize;
                loop {
                    match self.peek()? {
                        b'"' => {
                            self.string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        break;
                    }
                }
            }
            _ => {
                let rest = &self.json.as_bytes()[self.at..];
                let length = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b'"' | b'\\'));
                self.at += length.ok_or(Stop::Broken)?;
            }
        }
        self.since(begin).map(|text| Written { text, is_escaped: false })
    }

    fn since(&self, begin: usize) -> Result<&'a str, Stop> {
        self.json.get(begin..self.at).ok_or(Stop::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values, with their paths to a depth.
    fn values(json: &str) -> Result<String, Stop> {
        fn of(walk: &mut Walk<'_>, path: &str, depth: usize, all: &mut Vec<String>) -> Result<(), Stop> {
            walk.object(&mut |walk, name| {
                let name = name.text;
                if walk.is_object() && depth > 1 && !(path == "/a" && name == "whole") {
                    return of(walk, &format!("{path}/{name}"), depth - 1, all);
                }
                let value = walk.value()?.text;
                all.push(format!("{path}/{name}={value}"));
                if name == "last" { Err(Stop::Enough) } else { Ok(()) }
            })
        }
        let mut all = Vec::new();
        match of(&mut Walk::new(json), "", 3, &mut all) {
            Err(Stop::Broken) => Err(Stop::Broken),
            Ok(()) | Err(Stop::Enough) => Ok(all.join(" ")),
        }
    }

    #[test]
    fn members_are_gone_through_and_values_passed_whole() {
        let json =
            r#"{"a":{"b":1,"c":{"d":"x\"}","e":null,"f":{"g":[1,"]"]}},"whole":{"h":1},"i":{}},"j":[{"k":1}],"l":"é"}"#;
        let expected =
            r#"/a/b=1 /a/c/d="x\"}" /a/c/e=null /a/c/f={"g":[1,"]"]} /a/whole={"h":1} /a/i={} /j=[{"k":1}] /l="é""#;
        assert_eq!(values(json).as_deref(), Ok(expected));
        assert_eq!(values("{}").as_deref(), Ok(""));
        assert_eq!(
            values(r#"{"a":1,"last":2,"b":"#).as_deref(),
            Ok("/a=1 /last=2"),
            "what is not asked for is not read"
        );
    }

    #[test]
    fn what_is_cut_is_broken() {
        let json = r#"{"a":{"b":"x\\\"y","c":[1,{"d":2}],"e":12}}"#;
        assert!(values(json).is_ok());
        for end in 0..json.len() {
            assert_eq!(values(&json[..end]), Err(Stop::Broken), "{}", &json[..end]);
        }
    }
}
