//! Makes pseudonyms of values, and replaces what has a known form in a text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};

use super::forms::{guids, ips, is_mail, mails};
use super::known::KnownNames;
use crate::table::is_guid;

/// Makes pseudonyms by a key.
pub(super) struct Pseudonyms(Key);

impl Pseudonyms {
    pub(super) fn with_key(key: &[u8]) -> Self {
        Self(Key::new(HMAC_SHA256, key))
    }

    /// The pseudonym of a value of any form.
    pub(super) fn of(&self, word: &str, value: &str) -> String {
        format!("{word}-{}", hex(&self.bytes(value)[..5]))
    }

    /// The pseudonym of a value that has a known form and keeps it; `None` if it has none.
    pub(super) fn alike(&self, value: &str) -> Option<String> {
        if is_mail(value) {
            return Some(self.mail(value));
        }
        if is_guid(value) {
            return Some(self.guid(value));
        }
        if let Ok(ip) = value.parse::<IpAddr>() {
            return Some(self.ip(ip));
        }
        let (host, port) = value.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok())?;
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let shown = self.ip(inner.unwrap_or(host).parse().ok()?);
        Some(if inner.is_some() { format!("[{shown}]:{port}") } else { format!("{shown}:{port}") })
    }

    /// A text with what it holds of known values and of known forms replaced; the whole of it where nobody can tell what
    /// belongs to an address.
    pub(super) fn within(&self, text: &str, known: &KnownNames) -> String {
        self.replaced(text, known).unwrap_or_else(|| self.of("text", text))
    }

    fn replaced(&self, text: &str, known: &KnownNames) -> Option<String> {
        let mut mails = mails(text).into_iter().peekable();
        let mut out = String::with_capacity(text.len());
        let (mut from, mut at) = (0, 0);
        while at < text.len() {
            while mails.next_if(|mail| mail.end <= at).is_some() {}
            let mail = mails.peek().filter(|mail| mail.start <= at);
            // A name is often the beginning of an address.
            let value = known.at(&text[at..]).filter(|(len, _)| mail.is_none_or(|mail| mail.end <= at + len));
            let (len, shown) = match (value, mail) {
                (Some((len, shown)), _) => (len, shown.to_owned()),
                (None, Some(mail)) if mail.start == at && text[at..].starts_with('@') => return None,
                (None, Some(mail)) => (mail.end - at, self.mail(&text[at..mail.end])),
                (None, None) => {
                    at += text[at..].chars().next().map_or(1, char::len_utf8);
                    continue;
                }
            };
            out += &self.numbers(&text[from..at]);
            out += &shown;
            at += len;
            from = at;
        }
        Some(out + &self.numbers(&text[from..]))
    }

    /// A text with its GUIDs and IP addresses replaced.
    fn numbers(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for guid in guids(text) {
            out += &self.addresses(&text[from..guid.start]);
            from = guid.end;
            out += &self.guid(&text[guid]);
        }
        out + &self.addresses(&text[from..])
    }

    fn addresses(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        for (place, ip) in ips(text) {
            out += &text[from..place.start];
            out += &self.ip(ip);
            from = place.end;
        }
        out + &text[from..]
    }

    fn mail(&self, value: &str) -> String {
        format!("{}@redacted.example", self.of("user", value))
    }

    /// The documentation's IPv4 ranges have too few addresses to keep values apart.
    fn ip(&self, ip: IpAddr) -> String {
        let bytes = self.bytes(&ip.to_string());
        match ip {
            // It stands for none.
            _ if ip.is_unspecified() => ip.to_string(),
            IpAddr::V4(_) => Ipv4Addr::new(0xf0 | bytes[0] >> 4, bytes[1], bytes[2], bytes[3]).to_string(),
            IpAddr::V6(_) => {
                let mut octets = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                octets[4..].copy_from_slice(&bytes[4..16]);
                Ipv6Addr::from(octets).to_string()
            }
        }
    }

    fn guid(&self, guid: &str) -> String {
        // Zeros stand for nobody.
        if guid.bytes().all(|b| matches!(b, b'0' | b'-')) {
            return guid.to_owned();
        }
        let hex = hex(&self.bytes(guid)[..16]);
        format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
    }

    /// The bytes that a value's pseudonym is made of. Case is no difference: services change it.
    fn bytes(&self, value: &str) -> [u8; 32] {
        let tag = sign(&self.0, value.to_lowercase().as_bytes());
        tag.as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
