//! The text behind the escapes of a JSON string.

/// Replaces the escapes of a string by what they stand for. `None` if one is unknown or half of a surrogate pair, which
/// no Rust text can hold.
pub(in crate::decode) fn unescape(quoted: &str, into: &mut String) -> Option<()> {
    into.clear();
    let mut rest = quoted;
    while let Some(backslash) = rest.find('\\') {
        into.push_str(&rest[..backslash]);
        let escape = rest.as_bytes().get(backslash + 1)?;
        rest = rest.get(backslash + 2..)?;
        into.push(match escape {
            b'"' | b'\\' | b'/' => char::from(*escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => code_point(&mut rest)?,
            _ => return None,
        });
    }
    into.push_str(rest);
    Some(())
}

/// The character that the digits behind `\u` stand for, together with the second half of its pair.
fn code_point(rest: &mut &str) -> Option<char> {
    let first = four_digits(rest)?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first);
    }
    *rest = rest.strip_prefix("\\u")?;
    let second = four_digits(rest)?;
    let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + low)
}

fn four_digits(rest: &mut &str) -> Option<u32> {
    let digits = rest.get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
    *rest = &rest[4..];
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_their_characters() {
        for (quoted, text) in [
            ("plain", Some("plain")),
            ("", Some("")),
            (r#"\"\\\/\b\f\n\r\t"#, Some("\"\\/\u{8}\u{c}\n\r\t")),
            (r"a\u00e9b", Some("aéb")),
            (r"\u0000", Some("\0")),
            (r"\ud83d\ude00!", Some("😀!")),
            (r"\uD83D\uDE00", Some("😀")),
            ("é\\né", Some("é\né")),
            (r"\ud800", None),
            (r"\ud800x", None),
            (r"\ud800\n", None),
            (r"\ud800\ud800", None),
            (r"\udc00", None),
            (r"\u12", None),
            (r"\u12g4", None),
            (r"\u+123", None),
            (r"\x41", None),
            ("\\é", None),
            ("\\u00é9", None),
            ("\\", None),
        ] {
            let mut out = String::from("left over");
            let done = unescape(quoted, &mut out);
            assert_eq!(done.map(|()| out.as_str()), text, "{quoted}");
        }
    }
}
