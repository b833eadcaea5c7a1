//! The formats, a file each.

mod access;
mod delimited;
mod dhcp;
mod evtx;
mod json;
mod lines;
mod nps;
mod w3c;
mod zeek;

use super::{Error, Format};

/// All formats. Those that others could be taken for come first.
pub static ALL: &[&'static dyn Format] = &[
    &evtx::Evtx,
    &zeek::Zeek,
    &dhcp::Dhcp,
    &nps::Nps,
    &w3c::W3c,
    &access::Access,
    &json::Json,
    &delimited::Csv,
    &lines::Lines,
];

/// The format of a name.
pub(super) fn named(name: &str) -> Result<&'static dyn Format, Error> {
    let wanted = name.to_ascii_lowercase();
    let is = |format: &&&'static dyn Format| format.name() == wanted || format.also().contains(&wanted.as_str());
    ALL.iter().find(is).copied().ok_or_else(|| Error::NoSuchFormat { name: name.to_owned() })
}
