//! Escapes of single bytes: `\x2c`.

use std::borrow::Cow;

use super::encoding;

/// The text that a text with escapes stands for: `\x` with two hex digits is that byte, two backslashes are one. All other
/// backslashes are themselves.
pub(in crate::logs) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let (mut rest, mut plain) = (text.as_bytes(), Vec::with_capacity(text.len()));
    while let Some(at) = memchr::memchr(b'\\', rest) {
        plain.extend_from_slice(&rest[..at]);
        let (byte, length) = match &rest[at..] {
            [_, b'x', high, low, ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, 4),
                _ => (b'\\', 1),
            },
            [_, b'\\', ..] => (b'\\', 2),
            _ => (b'\\', 1),
        };
        plain.push(byte);
        rest = &rest[at + length..];
    }
    plain.extend_from_slice(rest);
    Cow::Owned(encoding::text(&plain).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_bytes_that_they_name() {
        for (text, expected) in [
            ("plain", "plain"),
            ("\\x2d", "-"),
            ("smile\\xf0\\x9f\\x98\\x81", "smile😁"),
            ("a\\\\b", "a\\b"),
            ("C:\\new", "C:\\new"),
            ("\\x2", "\\x2"),
            ("\\xzz", "\\xzz"),
            ("\\", "\\"),
            ("\\x\u{e9}\u{e9}", "\\xéé"),
        ] {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }
}
