//! Writes databases in MaxMind's format, so that the tests have some of their own.
//!
//! A tree of the bits of addresses, whose leaves point into the data; the data; what the database says of itself.
//! (source: MaxMind DB File Format Specification 2.0, <https://maxmind.github.io/MaxMind-DB/>)

use std::net::IpAddr;

/// A value of a record.
#[derive(Clone)]
pub(super) enum Value<'a> {
    Text(&'a str),
    Number(u32),
    Map(Vec<(&'a str, Value<'a>)>),
}

/// How many bits the tree's pointers have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pointers {
    Of24,
    Of28,
    Of32,
}

const CHILDLESS: [Child; 2] = [Child::Nothing, Child::Nothing];

#[derive(Clone, Copy)]
enum Child {
    Nothing,
    Node(usize),
    Data(usize),
}

/// A database of networks such as `203.0.113.0/24`, and what it says of each.
pub(super) fn database(kind: &str, version: u16, pointers: Pointers, networks: &[(&str, Value<'_>)]) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![CHILDLESS], Vec::new());
    for (network, value) in networks {
        let offset = data.len();
        encode(value, &mut data);
        insert(&mut nodes, &bits(network, version), offset);
    }
    let mut file = Vec::new();
    for children in &nodes {
        let [left, right] = children.map(|child| match child {
            Child::Nothing => nodes.len(),
            Child::Node(node) => node,
            Child::Data(offset) => nodes.len() + 16 + offset,
        });
        let [l, r] = [left, right].map(|n| u32::try_from(n).unwrap().to_be_bytes());
        match pointers {
            Pointers::Of24 => file.extend([l[1], l[2], l[3], r[1], r[2], r[3]]),
            Pointers::Of28 => file.extend([l[1], l[2], l[3], l[0] << 4 | r[0] & 15, r[1], r[2], r[3]]),
            Pointers::Of32 => file.extend([l, r].concat()),
        }
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    let size = match pointers {
        Pointers::Of24 => 24,
        Pointers::Of28 => 28,
        Pointers::Of32 => 32,
    };
    about(kind, version, nodes.len(), size, &mut file);
    file
}

/// The bits of a network's address; in a tree of IPv6, IPv4 is `::/96`.
fn bits(network: &str, version: u16) -> Vec<bool> {
    let (address, length) = network.split_once('/').unwrap();
    let (octets, lead): (Vec<u8>, usize) = match address.parse().unwrap() {
        IpAddr::V4(address) if version == 4 => (address.octets().to_vec(), 0),
        IpAddr::V4(address) => (address.to_ipv6_compatible().octets().to_vec(), 96),
        IpAddr::V6(address) => (address.octets().to_vec(), 0),
    };
    let all = octets.iter().flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1));
    all.take(lead + length.parse::<usize>().unwrap()).collect()
}

fn insert(nodes: &mut Vec<[Child; 2]>, bits: &[bool], offset: usize) {
    let (last, way) = bits.split_last().unwrap();
    let mut at = 0;
    for bit in way {
        at = match nodes[at][usize::from(*bit)] {
            Child::Node(next) => next,
            Child::Nothing => {
                nodes.push(CHILDLESS);
                nodes[at][usize::from(*bit)] = Child::Node(nodes.len() - 1);
                nodes.len() - 1
            }
            Child::Data(_) => panic!("a network within another"),
        };
    }
    nodes[at][usize::from(*last)] = Child::Data(offset);
}

fn encode(value: &Value<'_>, to: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            head(2, text.len(), to);
            to.extend(text.as_bytes());
        }
        Value::Number(number) => {
            head(6, 4, to);
            to.extend(number.to_be_bytes());
        }
        Value::Map(fields) => {
            head(7, fields.len(), to);
            for (name, value) in fields {
                encode(&Value::Text(name), to);
                encode(value, to);
            }
        }
    }
}

/// The type and the size of a value. Types above 7 are told in a byte of their own.
fn head(kind: u8, size: usize, to: &mut Vec<u8>) {
    let (first, more): (usize, Vec<u8>) = match size {
        0..29 => (size, vec![]),
        29..285 => (29, vec![u8::try_from(size - 29).unwrap()]),
        _ => (30, u16::try_from(size - 285).unwrap().to_be_bytes().to_vec()),
    };
    let first = u8::try_from(first).unwrap();
    if kind > 7 {
        to.extend([first, kind - 7]);
    } else {
        to.push(kind << 5 | first);
    }
    to.extend(more);
}

/// What a database says of itself, in a map behind its mark.
fn about(kind: &str, version: u16, nodes: usize, size: u16, file: &mut Vec<u8>) {
    head(7, 9, file);
    let name = |name: &str, file: &mut Vec<u8>| encode(&Value::Text(name), file);
    for (key, number) in [
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
        ("ip_version", version),
        ("record_size", size),
    ] {
        name(key, file);
        head(5, 2, file);
        file.extend(number.to_be_bytes());
    }
    name("node_count", file);
    encode(&Value::Number(u32::try_from(nodes).unwrap()), file);
    name("build_epoch", file);
    head(9, 8, file);
    file.extend(1_700_000_000_u64.to_be_bytes());
    name("database_type", file);
    encode(&Value::Text(kind), file);
    name("description", file);
    encode(&Value::Map(vec![("en", Value::Text("of the tests"))]), file);
    name("languages", file);
    head(11, 1, file);
    encode(&Value::Text("en"), file);
}
