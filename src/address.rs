//! Network addresses as logs write them, and networks of them.

// `core::net` is addresses alone: nothing here can open a socket.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Address and port of `1.2.3.4`, `1.2.3.4:443`, `[2001:db8::1]:443`, `::ffff:1.2.3.4`, `NAME (1.2.3.4)` and the like.
pub fn endpoint(text: &str) -> Option<(IpAddr, Option<u16>)> {
    let text = text.trim();
    if let Some(address) = address(text) {
        return Some((address, None));
    }
    if let Some((_, inner)) = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        return address(inner.trim()).map(|address| (address, None));
    }
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => text.rsplit_once(':').map(|(host, port)| (host, Some(port)))?,
    };
    Some((address(host)?, port.and_then(|port| port.parse().ok())))
}

/// The address of an [`endpoint`].
pub fn host(text: &str) -> Option<IpAddr> {
    endpoint(text).map(|(address, _)| address)
}

/// The text of the address of an [`endpoint`], in its shortest form: what tables are joined on.
pub fn shortest(text: &str) -> Option<String> {
    host(text).map(|address| address.to_string())
}

/// An address in its shortest form: IPv4 inside IPv6 is IPv4, and a zone is of no use elsewhere.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse().ok().map(|address: IpAddr| match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4),
        v4 @ IpAddr::V4(_) => v4,
    })
}

/// A network: an address and how many of its bits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    /// `10.0.0.0/8`, `2001:db8::/32`, or an address alone. Bits behind those that count are passed over.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let Some((start, bits)) = text.split_once('/') else {
            let (address, port) = endpoint(text)?;
            return port.is_none().then(|| Self::of(address, width(address))).flatten();
        };
        let written: IpAddr = start.trim().parse().ok()?;
        let bits: u8 = bits.trim().parse().ok()?;
        // A network of IPv4 addresses inside IPv6 is one of IPv4.
        match (written, address(start.trim())?) {
            (IpAddr::V6(_), within @ IpAddr::V4(_)) if bits >= 96 => Self::of(within, bits - 96),
            (written, _) => Self::of(written, bits),
        }
    }

    /// The network of an address with so many bits; `None`, if addresses have not so many.
    pub fn of(address: IpAddr, bits: u8) -> Option<Self> {
        let first = match address {
            IpAddr::V4(v4) if bits <= 32 => {
                let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
            }
            IpAddr::V6(v6) if bits <= 128 => {
                let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
            _ => return None,
        };
        Some(Self { first, bits })
    }

    /// How many of its bits count.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// Its first and its last address.
    pub fn ends(&self) -> (IpAddr, IpAddr) {
        let bits = u32::from(self.bits);
        let last = match self.first {
            IpAddr::V4(v4) => {
                let last = v4.to_bits() | u32::MAX.checked_shr(bits).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(last))
            }
            IpAddr::V6(v6) => {
                let last = v6.to_bits() | u128::MAX.checked_shr(bits).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(last))
            }
        };
        (self.first, last)
    }

    /// Whether an address lies in it. None of the other family does.
    pub fn has(&self, address: IpAddr) -> bool {
        Self::of(address, self.bits) == Some(*self)
    }
}

impl core::fmt::Display for Network {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

/// The bits that an address has.
pub fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// Networks that are not of the open internet: private ones, loopback, link-local, shared by carriers, unique local
/// (source: IANA special-purpose address registries; RFC 1918, 6598, 3927, 4193, 4291).
const PRIVATE: &[(IpAddr, u8)] = &[
    (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(172, 16, 0, 0)), 12),
    (IpAddr::V4(Ipv4Addr::new(192, 168, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
    (IpAddr::V4(Ipv4Addr::new(169, 254, 0, 0)), 16),
    (IpAddr::V4(Ipv4Addr::new(100, 64, 0, 0)), 10),
    (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 8),
    (IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
    (IpAddr::V6(Ipv6Addr::UNSPECIFIED), 128),
    (IpAddr::V6(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0)), 7),
    (IpAddr::V6(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0)), 10),
];

/// Whether an address cannot be one of the open internet.
pub fn is_private(address: IpAddr) -> bool {
    PRIVATE.iter().any(|(first, bits)| Network { first: *first, bits: *bits }.has(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_address_is_read() {
        for (text, address, port) in [
            ("80.114.1.2", "80.114.1.2", None),
            ("80.114.1.2:16902", "80.114.1.2", Some(16902)),
            ("[2603:1::5]:54088", "2603:1::5", Some(54088)),
            ("[2603:1::5]", "2603:1::5", None),
            ("2603:0001:0:0::0005", "2603:1::5", None),
            ("::ffff:1.2.3.4", "1.2.3.4", None),
            ("[::ffff:1.2.3.4]:80", "1.2.3.4", Some(80)),
            ("fe80::1%12", "fe80::1", None),
            ("HOST (10.0.0.1)", "10.0.0.1", None),
            (" 1.2.3.4 ", "1.2.3.4", None),
            ("1.2.3.4:99999", "1.2.3.4", None),
            ("[fe80::1%eth0]:443", "fe80::1", Some(443)),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", None),
        ] {
            let read = endpoint(text).unwrap();
            assert_eq!((read.0.to_string().as_str(), read.1), (address, port), "{text}");
        }
        for text in [
            "",
            "-",
            "%",
            "[",
            "<null>",
            "DC01",
            "10.0.0.256",
            "10.0.0.1.example.com",
            "localhost",
            "host:443",
            "1.2.3",
            "[::1",
            "()",
            "NAME ()",
            "1.2.3.4:5:6",
        ] {
            assert_eq!(endpoint(text), None, "{text}");
        }
    }

    #[test]
    fn networks_are_read_and_hold_what_they_should() {
        for (text, shown) in [
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.1.2.3", "10.1.2.3/32"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8::1/32", "2001:db8::/32"),
            ("::/0", "::/0"),
            ("::ffff:10.1.2.0/120", "10.1.2.0/24"),
            (" 10.0.0.0 / 8 ", "10.0.0.0/8"),
        ] {
            assert_eq!(Network::read(text).map(|network| network.to_string()).as_deref(), Some(shown), "{text}");
        }
        for text in ["", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "ten/8", "10.0.0/8", "1.2.3.4:5"]
        {
            assert_eq!(Network::read(text), None, "{text}");
        }
        for (network, address, inside) in [
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/31", "10.0.0.1", true),
            ("10.0.0.0/31", "10.0.0.2", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true),
            ("2001:db8::/33", "2001:db8:7fff::1", true),
            ("2001:db8::/33", "2001:db8:8000::1", false),
        ] {
            let (of, (address, _)) = (Network::read(network).unwrap(), endpoint(address).unwrap());
            assert_eq!(of.has(address), inside, "{network} {address}");
            let (first, last) = of.ends();
            assert!(of.has(first) && of.has(last), "{network}");
            assert_eq!((first..=last).contains(&address), inside, "{network} {address}");
        }
    }

    #[test]
    fn private_addresses_are_known() {
        for (text, private) in [
            ("10.0.0.1", true),
            ("172.16.0.1", true),
            ("172.32.0.1", false),
            ("192.168.255.255", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("127.0.0.1", true),
            ("169.254.169.254", true),
            ("8.8.8.8", false),
            ("::1", true),
            ("fd00::1", true),
            ("fe80::1%eth0", true),
            ("2001:db8::1", false),
            ("::ffff:192.168.0.1", true),
        ] {
            assert_eq!(is_private(endpoint(text).unwrap().0), private, "{text}");
        }
    }
}
