//! Functions of texts that were encoded on their way into a log.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::function::{Function, Of, Type};

/// Base 64 however it was written: with padding or without, of either alphabet once `-` and `_` are replaced.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "base64_decode",
        also: &["from_base64", "base64_decode_tostring", "unbase64"],
        doc: "The text that base 64 holds, with or without padding, of the alphabet for addresses too. NULL, if it holds no UTF-8: \
              utf16le_decode(decode(text, 'base64')) reads what PowerShell encodes.",
        args: &[("text", Type::Text, "A text in base 64.")],
        of: Of::Text(|args| {
            let text: String = args[0].text().chars().filter(|c| !c.is_ascii_whitespace()).collect();
            let bytes = TOLERANT.decode(text.replace('-', "+").replace('_', "/")).ok()?;
            String::from_utf8(bytes).ok()
        }),
        examples: &[
            ("base64_decode('d2hvYW1p')", Some("whoami")),
            ("from_base64('YQ')", Some("a")),
            ("base64_decode('/w==')", None),
        ],
    },
    Function {
        name: "base64_encode",
        also: &["to_base64", "base64_encode_tostring"],
        doc: "The text or bytes in base 64.",
        args: &[("text", Type::Binary, "A text, or bytes.")],
        of: Of::Text(|args| Some(STANDARD.encode(args[0].binary()))),
        examples: &[("base64_encode('whoami')", Some("d2hvYW1p"))],
    },
    Function {
        name: "hex_decode",
        also: &["unhex", "from_hex"],
        doc: "The text that pairs of hexadecimal digits are, with 0x before them or without. NULL, if they are no UTF-8.",
        args: &[("text", Type::Text, "Hexadecimal digits.")],
        of: Of::Text(|args| {
            let text = args[0].text().trim();
            let digits = text.strip_prefix("0x").unwrap_or(text);
            let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
            let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
            let bytes: Option<Vec<u8>> =
                pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect();
            String::from_utf8(bytes.filter(|_| rest.is_empty())?).ok()
        }),
        examples: &[
            ("hex_decode('77686f616d69')", Some("whoami")),
            ("unhex('0x41')", Some("A")),
            ("hex_decode('4')", None),
        ],
    },
    Function {
        name: "hex_encode",
        also: &["hex"],
        doc: "The text or bytes as pairs of hexadecimal digits.",
        args: &[("text", Type::Binary, "A text, or bytes.")],
        of: Of::Text(|args| Some(args[0].binary().iter().map(|byte| format!("{byte:02x}")).collect())),
        examples: &[("hex_encode('whoami')", Some("77686f616d69"))],
    },
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
