//! A reader of JSON text that stops at nothing it can step over.
//!
//! It delimits values and leaves their meaning to the caller: a number is its digits, a string the bytes between its
//! quotes. So a number out of every range, half of a surrogate pair or a byte that is no UTF-8 is one odd value and never
//! the end of a page. Only text whose values cannot be told apart is [`Broken`]. Nesting costs no call stack: what no
//! column asks for is skipped by a loop.
//!
//! `serde_json` was the other choice. It ends the page at each of those values, rounds numbers before a column can see
//! them, and would have needed a second, slower reader with the same meaning behind it.

use super::escape::unescape;
use super::skip::{end_of_number, end_of_string, end_of_value, end_of_word};

/// The text cannot be told apart into values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) struct Broken {
    /// Offset of the first byte that does not fit.
    pub(in crate::decode) at: usize,
    /// What should have been there; `None` if the text ends too early.
    pub(in crate::decode) expected: Option<&'static str>,
}

/// The bytes between the quotes of a string.
#[derive(Debug, Clone, Copy)]
pub(in crate::decode) struct Quoted {
    pub(in crate::decode) start: usize,
    pub(in crate::decode) end: usize,
    /// Whether a backslash is among them.
    pub(in crate::decode) escaped: bool,
}

/// A value of which only the kind is known yet; the cursor stands behind a scalar and before a container.
#[derive(Debug, Clone, Copy)]
pub(in crate::decode) enum Token {
    Null,
    Bool(bool),
    /// From the first to behind the last byte.
    Number(usize, usize),
    String(Quoted),
    /// The cursor stands at the opening brace.
    Object,
    /// The cursor stands at the opening bracket.
    Array,
}

/// A position in JSON text.
#[derive(Debug)]
pub(in crate::decode) struct Cursor<'a> {
    bytes: &'a [u8],
    /// The same bytes, if all of them are UTF-8: then no string has to be checked again.
    text: Option<&'a str>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(in crate::decode) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: simdutf8::basic::from_utf8(bytes).ok(), at: 0 }
    }

    /// The beginning of a text of which it is known whether it is UTF-8.
    pub(in crate::decode) fn over(bytes: &'a [u8], text: Option<&'a str>) -> Self {
        Self { bytes, text, at: 0 }
    }

    /// Goes to another position.
    #[inline]
    pub(in crate::decode) fn go(&mut self, at: usize) {
        self.at = at;
    }

    pub(in crate::decode) fn at(&self) -> usize {
        self.at
    }

    /// Another position in the same text.
    pub(in crate::decode) fn fork(&self, at: usize) -> Self {
        Self { bytes: self.bytes, text: self.text, at }
    }

    /// All of the text, as bytes.
    pub(in crate::decode) fn all(&self) -> &'a [u8] {
        self.bytes
    }

    pub(in crate::decode) fn bytes(&self, start: usize, end: usize) -> &'a [u8] {
        &self.bytes[start..end]
    }

    /// A part of the text, unless it is no UTF-8.
    pub(in crate::decode) fn text(&self, start: usize, end: usize) -> Option<&'a str> {
        match self.text {
            Some(text) => text.get(start..end),
            None => std::str::from_utf8(&self.bytes[start..end]).ok(),
        }
    }

    /// The text of a string, unescaped in `scratch` if need be. `None` if its bytes or escapes are no text.
    #[inline]
    pub(in crate::decode) fn string_text<'s>(&self, quoted: Quoted, scratch: &'s mut String) -> Option<&'s str>
    where
        'a: 's,
    {
        let text = self.text(quoted.start, quoted.end)?;
        if !quoted.escaped {
            return Some(text);
        }
        unescape(text, scratch)?;
        Some(scratch)
    }

    /// The next byte that is no white space, without moving past it.
    #[inline]
    pub(in crate::decode) fn peek(&mut self) -> Result<u8, Broken> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(Broken { at: self.at, expected: None })
    }

    /// Whether nothing but white space is left.
    pub(in crate::decode) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// Whether the cursor stands at a string without a byte.
    pub(in crate::decode) fn is_empty_string(&self) -> bool {
        self.bytes[self.at..].starts_with(b"\"\"")
    }

    /// Steps over one byte, which has been peeked at.
    #[inline]
    pub(in crate::decode) fn step(&mut self) {
        self.at += 1;
    }

    pub(in crate::decode) fn broken<T>(&self, expected: &'static str) -> Result<T, Broken> {
        let ended = self.at >= self.bytes.len();
        Err(Broken { at: self.at, expected: (!ended).then_some(expected) })
    }

    /// Reads a scalar, or finds that a container begins.
    #[inline]
    pub(in crate::decode) fn token(&mut self) -> Result<Token, Broken> {
        match self.peek()? {
            b'"' => self.string().map(Token::String),
            b'{' => Ok(Token::Object),
            b'[' => Ok(Token::Array),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word(b"true", Token::Bool(true)),
            b'f' => self.word(b"false", Token::Bool(false)),
            b'n' => self.word(b"null", Token::Null),
            _ => self.broken("a value"),
        }
    }

    /// Enters a container at whose opening byte the cursor stands. `false`: it is empty, and left again.
    #[inline]
    pub(in crate::decode) fn enter(&mut self, close: u8) -> Result<bool, Broken> {
        self.step();
        let empty = self.peek()? == close;
        self.at += usize::from(empty);
        Ok(!empty)
    }

    /// Behind a value of a container: whether another follows.
    #[inline]
    pub(in crate::decode) fn more(&mut self, close: u8) -> Result<bool, Broken> {
        let byte = self.peek()?;
        if byte != b',' && byte != close {
            return self.broken(if close == b'}' { "',' or '}'" } else { "',' or ']'" });
        }
        self.step();
        Ok(byte == b',')
    }

    /// What is left of the text.
    #[inline]
    pub(in crate::decode) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    /// Steps over a name of so many bytes, quotes included, and the colon behind it.
    #[inline]
    pub(in crate::decode) fn pass_name(&mut self, length: usize) -> Result<(), Broken> {
        self.at += length;
        if self.peek()? != b':' {
            return self.broken("':'");
        }
        self.step();
        Ok(())
    }

    /// Reads a member's name and the colon behind it.
    #[inline]
    pub(in crate::decode) fn name(&mut self) -> Result<Quoted, Broken> {
        if self.peek()? != b'"' {
            return self.broken("a name in quotes");
        }
        let name = self.string()?;
        if self.peek()? != b':' {
            return self.broken("':'");
        }
        self.step();
        Ok(name)
    }

    /// Steps over a value of any kind and depth, and gives where it began.
    #[inline]
    pub(in crate::decode) fn skip(&mut self) -> Result<usize, Broken> {
        self.peek()?;
        let start = self.at;
        self.at = end_of_value(self.bytes, start)?;
        Ok(start)
    }

    /// Reads a string at whose opening quote the cursor stands.
    #[inline]
    fn string(&mut self) -> Result<Quoted, Broken> {
        let start = self.at + 1;
        let (end, escaped) = end_of_string(self.bytes, self.at)?;
        self.at = end;
        Ok(Quoted { start, end: end - 1, escaped })
    }

    fn number(&mut self) -> Result<Token, Broken> {
        let start = self.at;
        self.at = end_of_number(self.bytes, start)?;
        Ok(Token::Number(start, self.at))
    }

    fn word(&mut self, word: &'static [u8], token: Token) -> Result<Token, Broken> {
        self.at = end_of_word(self.bytes, self.at, word)?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skipped(text: &[u8]) -> Result<bool, Broken> {
        let mut cursor = Cursor::new(text);
        cursor.skip().map(|_| cursor.is_at_end())
    }

    #[test]
    fn whole_values_are_stepped_over() {
        for text in [
            "0",
            "-0",
            "10",
            "-1.5e+10",
            "1E-2",
            "true",
            "false",
            "null",
            "\"\"",
            r#""a\"b\\""#,
            "[]",
            "{}",
            " [ 1 , [ ] , { } ] ",
            r#"{"a":{"b":[1,{"c":null}]},"d":"}"}"#,
            r#""1234567\"9""#,
            r#""\\\\\\\\""#,
            "\"tab\there\"",
            "\"\u{1F600}\"",
        ] {
            assert_eq!(skipped(text.as_bytes()), Ok(true), "{text}");
        }
    }

    #[test]
    fn text_that_is_no_json_is_broken_where_it_breaks() {
        for (text, at) in [
            ("[1,]", 3),
            ("[,1]", 1),
            ("[1 2]", 3),
            ("{1:2}", 1),
            ("{\"a\" 1}", 5),
            ("{\"a\":1,}", 7),
            ("{\"a\":}", 5),
            ("01", 1),
            ("1.x", 2),
            ("1ex", 2),
            ("-x", 1),
            ("+1", 0),
            ("nul]", 0),
            ("tru1", 0),
            ("NaN", 0),
            ("'a'", 0),
            ("[}", 1),
            ("{]", 1),
            ("[1}", 2),
        ] {
            let broken = skipped(text.as_bytes()).unwrap_err();
            assert_eq!((broken.at, broken.expected.is_some()), (at, true), "{text}");
        }
    }

    #[test]
    fn a_value_cut_anywhere_ends_too_early() {
        let text = br#"{"a":[1,-2.5e3,true,null,"x\"\u00e9y"],"b":{"c":false}}"#;
        for cut in 0..text.len() {
            let broken = skipped(&text[..cut]).unwrap_err();
            assert_eq!(broken, Broken { at: cut, expected: None }, "{cut}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let depth = 1_000_000;
        let text = [vec![b'['; depth], vec![b']'; depth]].concat();
        assert_eq!(skipped(&text), Ok(true));
        assert_eq!(skipped(&text[..depth * 2 - 1]), Err(Broken { at: depth * 2 - 1, expected: None }));
    }
}
