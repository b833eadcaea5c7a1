//! Functions of texts that were encoded on their way into a log.

use super::function::{Function, Of, Type};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "url_decode",
        also: &[],
        doc: "The text with its percent signs resolved; + is a blank. NULL, if that is no UTF-8.",
        args: &[("text", Type::Text, "A part of an address of the web.")],
        of: Of::Text(|args| {
            let text = args[0].text().replace('+', " ");
            percent_encoding::percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
        }),
        examples: &[("url_decode('a%20b%2Fc+d')", Some("a b/c d")), ("url_decode('%ff')", None)],
    },
    Function {
        name: "utf16le_decode",
        also: &[],
        doc: "The text that bytes are in UTF-16 with the lower byte first: what PowerShell's -EncodedCommand holds in base 64. NULL, if \
              they are none.",
        args: &[("bytes", Type::Binary, "Bytes, such as decode(text, 'base64').")],
        of: Of::Text(|args| {
            let bytes = args[0].binary();
            let (pairs, rest) = bytes.as_chunks::<2>();
            let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
            rest.is_empty().then(|| char::decode_utf16(units).collect::<Result<String, _>>().ok()).flatten()
        }),
        examples: &[
            ("utf16le_decode(decode('dwBoAG8AYQBtAGkA', 'base64'))", Some("whoami")),
            ("utf16le_decode(decode('dwBo', 'base64'))", None),
        ],
    },
];
