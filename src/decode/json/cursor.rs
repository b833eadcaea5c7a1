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
    /// Containers that are open while a value is skipped: their opening bytes.
    open: Vec<u8>,
}

impl<'a> Cursor<'a> {
    pub(in crate::decode) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, text: std::str::from_utf8(bytes).ok(), at: 0, open: Vec::new() }
    }

    pub(in crate::decode) fn at(&self) -> usize {
        self.at
    }

    /// Another position in the same text.
    pub(in crate::decode) fn fork(&self, at: usize) -> Self {
        Self { bytes: self.bytes, text: self.text, at, open: Vec::new() }
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
    pub(in crate::decode) fn skip(&mut self) -> Result<usize, Broken> {
        self.peek()?;
        let start = self.at;
        self.open.clear();
        loop {
            let opened = match self.token()? {
                Token::Object => self.open_for_skip(b'{', b'}')?,
                Token::Array => self.open_for_skip(b'[', b']')?,
                _ => false,
            };
            if !opened && !self.close_for_skip()? {
                return Ok(start);
            }
            if self.open.last() == Some(&b'{') {
                self.name()?;
            }
        }
    }

    fn open_for_skip(&mut self, open: u8, close: u8) -> Result<bool, Broken> {
        let entered = self.enter(close)?;
        if entered {
            self.open.push(open);
        }
        Ok(entered)
    }

    /// Leaves every container that ends here. `false`: the outermost value is over.
    fn close_for_skip(&mut self) -> Result<bool, Broken> {
        while let Some(open) = self.open.last() {
            if self.more(if *open == b'{' { b'}' } else { b']' })? {
                return Ok(true);
            }
            self.open.pop();
        }
        Ok(false)
    }

    /// Reads a string at whose opening quote the cursor stands.
    #[inline]
    fn string(&mut self) -> Result<Quoted, Broken> {
        let start = self.at + 1;
        let mut end = start;
        let mut escaped = false;
        loop {
            end = quote_or_backslash(self.bytes, end);
            match self.bytes.get(end) {
                Some(b'"') => break,
                Some(_) => {
                    escaped = true;
                    end += 2;
                }
                None => return Err(Broken { at: self.bytes.len(), expected: None }),
            }
        }
        self.at = end + 1;
        Ok(Quoted { start, end, escaped })
    }

    fn number(&mut self) -> Result<Token, Broken> {
        let start = self.at;
        self.at += usize::from(self.bytes[start] == b'-');
        let whole = self.at;
        self.digits()?;
        if self.bytes[whole] == b'0' && self.at > whole + 1 {
            self.at = whole + 1;
            return self.broken("no digit after a leading zero");
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(Token::Number(start, self.at))
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        if self.at == start { self.broken("a digit") } else { Ok(()) }
    }

    fn word(&mut self, word: &'static [u8], token: Token) -> Result<Token, Broken> {
        if self.bytes[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(token);
        }
        if word.starts_with(&self.bytes[self.at..]) {
            self.at = self.bytes.len();
        }
        self.broken("a value")
    }
}

/// Position of the first quote or backslash from `at` on, or at least the length of `bytes`.
///
/// Eight bytes at a time: a byte of `x` is zero iff the carry trick finds it, up to and including the first such byte.
/// `memchr2` was measured in its place and steps over real sign-ins in 1.1 times the time, over mailbox records, whose
/// strings are short and full of escapes, in 1.25 times: a call for each of many short strings costs more than it saves.
#[inline]
fn quote_or_backslash(bytes: &[u8], mut at: usize) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero_bytes = |x: u64| x.wrapping_sub(LOW) & !x & HIGH;
    while let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*eight);
        let found = zero_bytes(word ^ (LOW * u64::from(b'"'))) | zero_bytes(word ^ (LOW * u64::from(b'\\')));
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\')) {
        at += 1;
    }
    at
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

    #[test]
    fn quotes_are_found_at_every_offset_and_beside_every_byte() {
        for offset in 0..20 {
            for neighbour in 0..=255_u8 {
                for sought in [b'"', b'\\'] {
                    let mut bytes = vec![if matches!(neighbour, b'"' | b'\\') { b'x' } else { neighbour }; 24];
                    bytes[offset] = sought;
                    assert_eq!(quote_or_backslash(&bytes, 0), offset, "{neighbour} {sought}");
                }
            }
        }
    }
}
