//! Steps over a whole value: the loop that most bytes of a record go through, since few of its members are asked for.
//!
//! All of the text is looked at as closely as where a column reads it. A value that is passed over has to be one, so that
//! an answer does not depend on which columns were asked for. There is no SIMD in it: the crate has no unsafe code, and on
//! strings of a few dozen bytes, as records have them, the call of a library costs more than it saves.

use super::cursor::{Broken, Quoted};
use crate::decode::known::{Guessed, KnownNames, UNKNOWN};

/// Containers that are open, innermost last: one bit each, so that no depth of real records needs memory.
#[derive(Debug, Default)]
struct Open {
    /// The innermost up to 64; the lowest bit is the innermost, and set for an object.
    bits: u64,
    depth: usize,
    /// What has been pushed out of `bits`, 64 at a time.
    outer: Vec<u64>,
}

impl Open {
    #[inline]
    fn push(&mut self, object: bool) {
        if self.depth.is_multiple_of(64) && self.depth > 0 {
            self.outer.push(self.bits);
        }
        self.bits = self.bits << 1 | u64::from(object);
        self.depth += 1;
    }

    #[inline]
    fn pop(&mut self) {
        self.bits >>= 1;
        self.depth -= 1;
        if self.depth.is_multiple_of(64) && self.depth > 0 {
            self.bits = self.outer.pop().unwrap_or_default();
        }
    }

    #[inline]
    fn is_object(&self) -> bool {
        self.bits & 1 == 1
    }
}

/// Where the value that begins at `at`, or behind white space there, ends.
pub(super) fn end_of_value(bytes: &[u8], mut at: usize) -> Result<usize, Broken> {
    let mut open = Open::default();
    loop {
        at = white(bytes, at);
        at = match bytes.get(at) {
            Some(b'"') => end_of_string(bytes, at)?.0,
            Some(byte @ (b'{' | b'[')) => {
                let object = *byte == b'{';
                at = white(bytes, at + 1);
                match bytes.get(at) {
                    Some(b'}') if object => at + 1,
                    Some(b']') if !object => at + 1,
                    None => return broken(bytes, at, ""),
                    Some(_) => {
                        open.push(object);
                        if object {
                            at = name(bytes, at)?.behind;
                        }
                        continue;
                    }
                }
            }
            _ => end_of_scalar(bytes, at)?,
        };
        loop {
            if open.depth == 0 {
                return Ok(at);
            }
            at = white(bytes, at);
            let object = open.is_object();
            match bytes.get(at) {
                Some(b',') => {
                    at += 1;
                    if object {
                        at = name(bytes, white(bytes, at))?.behind;
                    }
                    break;
                }
                Some(b'}') if object => {}
                Some(b']') if !object => {}
                _ => return broken(bytes, at, if object { "',' or '}'" } else { "',' or ']'" }),
            }
            open.pop();
            at += 1;
        }
    }
}

/// A member that was found.
#[derive(Debug, Clone, Copy)]
pub(in crate::decode) struct Found {
    pub(in crate::decode) name: Quoted,
    /// The number of its name, see [`KnownNames`].
    pub(in crate::decode) number: u32,
    /// How its name is marked, unless there is an escape in it.
    pub(in crate::decode) mark: u8,
    /// From the first byte of its value to behind the last.
    pub(in crate::decode) value: (usize, usize),
    /// Its value is a string without escapes.
    pub(in crate::decode) plain: bool,
}

/// Gives the members of the object at whose opening brace `at` is. Gives back where the object ends.
pub(in crate::decode) fn each_member(
    bytes: &[u8],
    at: usize,
    names: &mut KnownNames,
    mut each: impl FnMut(Found),
) -> Result<usize, Broken> {
    let mut at = white(bytes, at + 1);
    if bytes.get(at) == Some(&b'}') {
        return Ok(at + 1);
    }
    let mut before = UNKNOWN;
    loop {
        let (name, number, mark, behind) = match names.guess(before, bytes.get(at..).unwrap_or_default()) {
            Some(Guessed { number, length }) => {
                let name = Quoted { start: at + 1, end: at + length - 2, escaped: false };
                (name, number, names.mark(number), at + length)
            }
            None => {
                let Named { name, behind } = name(bytes, at)?;
                let (number, mark) =
                    if name.escaped { (UNKNOWN, 0) } else { names.find(before, &bytes[name.start..name.end]) };
                (name, number, mark, behind)
            }
        };
        // A name that is not remembered expects nothing: the one before it still does.
        before = if number == UNKNOWN { before } else { number };
        let start = white(bytes, behind);
        let mut values = if number == UNKNOWN { None } else { Some(names.values(number)) };
        let known = values.as_mut().and_then(|values| values.length(bytes.get(start..).unwrap_or_default()));
        let (end, plain) = match (known, bytes.get(start)) {
            (Some((length, plain)), _) => (start + length, plain),
            (None, Some(b'"')) => end_of_string(bytes, start).map(|(end, escaped)| (end, !escaped))?,
            (None, Some(b'{' | b'[')) => (end_of_value(bytes, start)?, false),
            (None, _) => (end_of_scalar(bytes, start)?, false),
        };
        if let (None, Some(values)) = (known, values) {
            values.was(&bytes[start..end], plain);
        }
        each(Found { name, number, mark, value: (start, end), plain });
        match next(bytes, end, b'}')? {
            Next::At(next) => at = next,
            Next::End(end) => return Ok(end),
        }
    }
}

/// The name of a member, and where its colon ends.
pub(super) struct Named {
    pub(super) name: Quoted,
    pub(super) behind: usize,
}

/// The name of the member that begins at `at`.
#[inline]
pub(super) fn name(bytes: &[u8], at: usize) -> Result<Named, Broken> {
    if bytes.get(at) != Some(&b'"') {
        return broken(bytes, at, "a name in quotes");
    }
    let (end, escaped) = end_of_string(bytes, at)?;
    let colon = white(bytes, end);
    if bytes.get(colon) != Some(&b':') {
        return broken(bytes, colon, "':'");
    }
    Ok(Named { name: Quoted { start: at + 1, end: end - 1, escaped }, behind: colon + 1 })
}

/// Behind a value in a container that ends so: where the next one begins, or the end of the container.
#[inline]
pub(super) fn next(bytes: &[u8], at: usize, close: u8) -> Result<Next, Broken> {
    let at = white(bytes, at);
    match bytes.get(at) {
        Some(b',') => Ok(Next::At(white(bytes, at + 1))),
        Some(byte) if *byte == close => Ok(Next::End(at + 1)),
        _ => broken(bytes, at, if close == b'}' { "',' or '}'" } else { "',' or ']'" }),
    }
}

/// What comes behind a value.
pub(super) enum Next {
    At(usize),
    End(usize),
}

/// Behind the string at whose opening quote `at` is, and whether a backslash is in it.
#[inline]
pub(super) fn end_of_string(bytes: &[u8], at: usize) -> Result<(usize, bool), Broken> {
    let (mut end, mut escaped) = (at + 1, false);
    loop {
        end = quote_or_backslash(bytes, end);
        match bytes.get(end) {
            Some(b'"') => return Ok((end + 1, escaped)),
            Some(_) => {
                escaped = true;
                end += 2;
            }
            None => return Err(Broken { at: bytes.len(), expected: None }),
        }
    }
}

/// Behind a number or a word.
#[inline]
pub(super) fn end_of_scalar(bytes: &[u8], at: usize) -> Result<usize, Broken> {
    match bytes.get(at) {
        Some(b'-' | b'0'..=b'9') => end_of_number(bytes, at),
        Some(b't') => end_of_word(bytes, at, b"true"),
        Some(b'f') => end_of_word(bytes, at, b"false"),
        Some(b'n') => end_of_word(bytes, at, b"null"),
        _ => broken(bytes, at, "a value"),
    }
}

#[inline]
pub(super) fn end_of_word(bytes: &[u8], at: usize, word: &'static [u8]) -> Result<usize, Broken> {
    let rest = &bytes[at..];
    if rest.starts_with(word) {
        return Ok(at + word.len());
    }
    let at = if word.starts_with(rest) { bytes.len() } else { at };
    broken(bytes, at, "a value")
}

pub(super) fn end_of_number(bytes: &[u8], start: usize) -> Result<usize, Broken> {
    let whole = start + usize::from(bytes[start] == b'-');
    let mut at = digits(bytes, whole)?;
    if bytes[whole] == b'0' && at > whole + 1 {
        return broken(bytes, whole + 1, "no digit after a leading zero");
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        at = digits(bytes, at)?;
    }
    Ok(at)
}

#[inline]
fn digits(bytes: &[u8], start: usize) -> Result<usize, Broken> {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    if at == start { broken(bytes, at, "a digit") } else { Ok(at) }
}

/// The first byte from `at` on that is no white space, or the length of the text.
#[inline]
pub(super) fn white(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| *byte <= b' ' && matches!(byte, b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

#[cold]
fn broken<T>(bytes: &[u8], at: usize, expected: &'static str) -> Result<T, Broken> {
    Err(Broken { at, expected: (at < bytes.len()).then_some(expected) })
}

/// Position of the first quote or backslash from `at` on, or at least the length of `bytes`.
///
/// Sixteen bytes at a time, in a shape that compilers make comparisons of whole registers of. `memchr2` was measured in its
/// place and steps over real sign-ins in 1.1 times the time, over mailbox records, whose strings are short and full of
/// escapes, in 1.25 times: a call for each of many short strings costs more than it saves.
#[inline]
pub(crate) fn quote_or_backslash(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let mut found = [0_u8; 16];
        for (found, byte) in found.iter_mut().zip(block) {
            *found = if *byte == b'"' || *byte == b'\\' { u8::MAX } else { 0 };
        }
        let found = u128::from_le_bytes(found);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 16;
    }
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b'"' | b'\\')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// The other opinion. It knows nothing of raw control characters and of unknown escapes, which are none here.
    fn is_value(text: &[u8]) -> bool {
        serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
    }

    #[test]
    fn a_value_is_stepped_over_iff_it_is_one() {
        const PIECES: [&str; 20] = [
            "{", "}", "[", "]", "\"a\"", "\"", ":", ",", "1", "-", "0", ".", "e5", "true", "null", " ", "\"}\"",
            "\"\\\"\"", "\"[\"", "{\"a\":",
        ];
        let mut draw = fastrand::Rng::with_seed(7);
        let (mut values, mut others) = (0, 0);
        for _ in 0..200_000 {
            let text: String = (0..draw.usize(1..9)).map(|_| PIECES[draw.usize(0..PIECES.len())]).collect();
            let whole = end_of_value(text.as_bytes(), 0).is_ok_and(|end| white(text.as_bytes(), end) == text.len());
            assert_eq!(whole, is_value(text.as_bytes()), "{text}");
            *if whole { &mut values } else { &mut others } += 1;
        }
        assert!(values > 2_000 && others > 100_000, "{values} {others}");
    }

    #[test]
    fn what_is_open_is_known_at_every_depth() {
        for depth in [1, 2, 63, 64, 65, 127, 128, 129, 1_000] {
            for pattern in [0_u64, u64::MAX, 0x5555_5555_5555_5555, 0xdead_beef_0bad_cafe] {
                let is_object = |level: usize| pattern >> (level % 61) & 1 == 1;
                let opened: String = (0..depth).map(|l| if is_object(l) { "{\"a\":" } else { "[" }).collect();
                let closed: String = (0..depth).rev().map(|l| if is_object(l) { '}' } else { ']' }).collect();
                let text = format!("{opened}1{closed}");
                assert_eq!(end_of_value(text.as_bytes(), 0), Ok(text.len()), "{depth}");
                // One bracket of the other kind is told where it stands.
                for wrong in [0, depth / 2, depth - 1] {
                    let at = opened.len() + 1 + wrong;
                    let other = if text.as_bytes()[at] == b'}' { "]" } else { "}" };
                    let mut broken = text.clone();
                    broken.replace_range(at..=at, other);
                    assert_eq!(end_of_value(broken.as_bytes(), 0).unwrap_err().at, at, "{depth} {wrong}");
                }
            }
        }
    }
}
