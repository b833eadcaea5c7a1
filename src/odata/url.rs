//! Percent-encoding of query options: the last thing that happens to a filter before it is a URL.
//!
//! A service splits the query at `&`, each pair at the first `=`, then decodes once. So a value is encoded once, as a
//! whole, with everything but the unreserved characters escaped, which is valid everywhere; a blank is `%20`, because in
//! some readers `+` is one and in others it is not.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A path with query options, each value encoded. Names are our own constants and go as they are.
pub fn with_options(path: &str, options: &[(&str, String)]) -> String {
    let mut url = String::from(path);
    for (at, (name, value)) in options.iter().enumerate() {
        url.push(if at == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.extend(utf8_percent_encode(value, UNRESERVED));
    }
    url
}

/// The length of a value once it is encoded.
pub fn encoded_len(value: &str) -> usize {
    utf8_percent_encode(value, UNRESERVED).map(str::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_would_split_or_fold_a_value_is_encoded() {
        let url =
            with_options("/beta/auditLogs/signIns", &[("$filter", "a eq 'x&y=#+%? ü'".into()), ("$top", "5".into())]);
        assert_eq!(url, "/beta/auditLogs/signIns?$filter=a%20eq%20%27x%26y%3D%23%2B%25%3F%20%C3%BC%27&$top=5");
        assert_eq!(encoded_len("a ü"), "a%20%C3%BC".len());
    }

    #[test]
    fn a_url_parser_recovers_every_value() {
        for value in ["", "'", "''", "%27", "+02:00", "a&$top=1", "😀\u{202e}", "\\/?#[]@!$&'()*+,;="] {
            let url = with_options("http://h/p", &[("$filter", value.into())]);
            let parsed = ::url::Url::parse(&url).unwrap();
            assert_eq!(parsed.query_pairs().next().unwrap().1, value);
            assert_eq!(parsed.query_pairs().count(), 1, "{value}");
        }
    }
}
