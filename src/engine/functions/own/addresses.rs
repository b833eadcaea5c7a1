//! Functions of network addresses: IPv4 and IPv6, with ports, brackets and zones, however a log writes them.

use super::function::{Argument, Function, Of, Type};
use crate::address::{Network, endpoint, is_private};

pub(super) const ADDRESS: Argument = ("address", Type::Text, "An address as a log has it, with or without a port.");
pub(super) const NETWORK: Argument = ("network", Type::Text, "A network such as '10.0.0.0/8', or an address.");

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "ip_parse",
        also: &["ip_normalize"],
        doc: "The address in its shortest form, without port and zone: what addresses are to be compared as. NULL, if it is none.",
        args: &[ADDRESS],
        of: Of::Text(|args| endpoint(args[0].text()).map(|(address, _)| address.to_string())),
        examples: &[
            ("ip_parse('[2001:0DB8::0001]:443')", Some("2001:db8::1")),
            ("ip_parse('::ffff:10.0.0.1')", Some("10.0.0.1")),
            ("ip_parse('vpn.example.org')", None),
        ],
    },
    Function {
        name: "ip_port",
        also: &[],
        doc: "The port that is written with an address. NULL, if there is none.",
        args: &[ADDRESS],
        of: Of::Int(|args| endpoint(args[0].text()).and_then(|(_, port)| port).map(i64::from)),
        examples: &[("ip_port('10.0.0.1:16902')", Some("16902")), ("ip_port('10.0.0.1')", None)],
    },
    Function {
        name: "ip_family",
        also: &[],
        doc: "4 or 6. NULL, if it is no address.",
        args: &[ADDRESS],
        of: Of::Int(|args| endpoint(args[0].text()).map(|(address, _)| if address.is_ipv4() { 4 } else { 6 })),
        examples: &[("ip_family('fe80::1%eth0')", Some("6")), ("ip_family('::ffff:10.0.0.1')", Some("4"))],
    },
    Function {
        name: "ip_in",
        also: &[],
        doc: "Whether an address lies in a network. NULL, if either is none, so that it never matches; a network that is written out and is none is an error.",
        args: &[ADDRESS, NETWORK],
        of: Of::Flag(|args| Some(Network::read(args[1].text())?.has(endpoint(args[0].text())?.0))),
        examples: &[
            ("ip_in('203.0.113.77:443', '203.0.113.0/24')", Some("true")),
            ("ip_in('2001:db8::1', '10.0.0.0/8')", Some("false")),
            ("ip_in('unknown', '0.0.0.0/0')", None),
        ],
    },
    Function {
        name: "ip_in_any",
        also: &[],
        doc: "Whether an address lies in one of several networks. NULL, if it is none; networks that are none are passed over.",
        args: &[ADDRESS, ("networks", Type::Texts, "A list of networks.")],
        of: Of::Flag(|args| {
            let (address, _) = endpoint(args[0].text())?;
            Some(args[1].texts().iter().filter_map(|text| Network::read(text)).any(|network| network.has(address)))
        }),
        examples: &[
            ("ip_in_any('192.0.2.9', ['10.0.0.0/8', '192.0.2.0/28'])", Some("true")),
            ("ip_in_any('192.0.2.9', ['none', NULL])", Some("false")),
        ],
    },
    Function {
        name: "ip_subnet",
        also: &["ip_prefix"],
        doc: "The network of so many bits that an address lies in. NULL, if it is none, or has not so many.",
        args: &[ADDRESS, ("bits", Type::Int, "How many bits the network has, such as 24.")],
        of: Of::Text(|args| {
            let bits = u8::try_from(args[1].int()).ok()?;
            Network::of(endpoint(args[0].text())?.0, bits).map(|network| network.to_string())
        }),
        examples: &[
            ("ip_subnet('203.0.113.77', 24)", Some("203.0.113.0/24")),
            ("ip_subnet('2001:db8:1:2::3', 48)", Some("2001:db8:1::/48")),
            ("ip_subnet('203.0.113.77', 33)", None),
        ],
    },
    Function {
        name: "ip_is_private",
        also: &[],
        doc: "Whether an address is none of the open internet: private, loopback, link-local, a carrier's or unique local.",
        args: &[ADDRESS],
        of: Of::Flag(|args| endpoint(args[0].text()).map(|(address, _)| is_private(address))),
        examples: &[("ip_is_private('172.20.1.1')", Some("true")), ("ip_is_private('8.8.8.8')", Some("false"))],
    },
];
