//! Addresses as logs write them, in their shortest form: what tables are joined on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address in a text, if it is one: with a port, in brackets, with a zone, as `::ffff:10.0.0.1`.
pub(in crate::logs) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let first = *text.as_bytes().first()?;
    if !first.is_ascii_hexdigit() && first != b'[' && first != b':' || text.len() > 64 {
        return None;
    }
    let whole = text.parse::<IpAddr>().ok().or_else(|| {
        let bare = without_zone(text);
        bare.parse::<SocketAddr>().map(|socket| socket.ip()).ok().or_else(|| {
            let bare = bare.strip_prefix('[').and_then(|bare| bare.strip_suffix(']')).unwrap_or(&bare);
            bare.parse::<Ipv6Addr>().map(IpAddr::from).ok().or_else(|| bare.parse::<Ipv4Addr>().map(IpAddr::from).ok())
        })
    })?;
    Some(whole.to_canonical())
}

/// The text of the address in a text.
pub(in crate::logs) fn shortest(text: &str) -> Option<String> {
    address(text).map(|address| address.to_string())
}

/// `fe80::1%12` and `[fe80::1%eth0]:443` without what stands behind `%`.
fn without_zone(text: &str) -> String {
    let Some((before, zone)) = text.split_once('%') else { return text.to_owned() };
    let rest = zone.find(']').map_or("", |end| &zone[end..]);
    format!("{before}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_every_spelling_come_in_their_shortest_form() {
        for (text, expected) in [
            ("10.0.0.1", Some("10.0.0.1")),
            (" 10.0.0.1 ", Some("10.0.0.1")),
            ("10.0.0.1:443", Some("10.0.0.1")),
            ("[::1]:5", Some("::1")),
            ("[2001:DB8::1]", Some("2001:db8::1")),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", Some("2001:db8::1")),
            ("::ffff:1.2.3.4", Some("1.2.3.4")),
            ("[::ffff:1.2.3.4]:80", Some("1.2.3.4")),
            ("fe80::1%12", Some("fe80::1")),
            ("[fe80::1%eth0]:443", Some("fe80::1")),
            ("::1", Some("::1")),
            ("", None),
            ("-", None),
            ("localhost", None),
            ("10.0.0", None),
            ("10.0.0.256", None),
            ("10.0.0.1.example.com", None),
            ("DC01", None),
            ("%", None),
            ("[", None),
            ("10.0.0.1:99999", None),
        ] {
            assert_eq!(shortest(text).as_deref(), expected, "{text}");
        }
    }
}
