//! The identifiers of tenants, applications and records.

/// Whether a text is one GUID and nothing else, in the form that the services write: five groups of hexadecimal digits.
pub fn is_guid(text: impl AsRef<[u8]>) -> bool {
    let text = text.as_ref();
    let fits = |(at, byte): (usize, &u8)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.iter().enumerate().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_five_groups_of_digits_are_a_guid() {
        for (text, expected) in [
            ("7b795fb9-09d3-42f4-a494-38864f99ba3c", true),
            ("7B795FB9-09D3-42F4-A494-38864F99BA3C", true),
            ("7b795fb9-09d3-42f4-a494-38864f99ba3", false),
            ("7b795fb9-09d3-42f4-a494-38864f99ba3cc", false),
            ("7b795fb909d342f4a49438864f99ba3c", false),
            ("7b795fb-909d3-42f4-a494-38864f99ba3c", false),
            ("7b795fb9-09d3-42f4-a494-38864f99ba3g", false),
            ("{7b795fb9-09d3-42f4-a494-38864f99ba3}", false),
            ("", false),
        ] {
            assert_eq!(is_guid(text), expected, "{text}");
        }
    }
}
