//! Finds what has a known form in any text: e-mail addresses, IP addresses, GUIDs.
//!
//! Texts put anything beside an address, so nothing is asked of what stands around it: too much found costs a word of a
//! text, too little found shows somebody.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::table::is_guid;

/// What the services' own protocol calls things, with an `@` before it.
const ANNOTATIONS: &[&str] = &["odata.type", "odata.context", "odata.nextLink", "odata.count", "odata.id"];

/// The e-mail addresses in a text, first things first; they may overlap. One that begins with its `@` has something before
/// it that no address is written with, so nobody can tell where it begins.
pub(super) fn mails(text: &str) -> Vec<Range<usize>> {
    let host = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let found = text.match_indices('@').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let is_annotation = ANNOTATIONS.iter().any(|name| rest.starts_with(name));
        let named = rest[..rest.find(|c| !host(c)).unwrap_or(rest.len())].trim_end_matches(['.', '-']);
        let is_number = rest.starts_with('[');
        let user = &text[text[..at].trim_end_matches(is_local).len()..at];
        let from = if is_number { at } else { at - user.trim_start_matches('\'').len() };
        let found = is_number || named.contains('.');
        (found && !(user.is_empty() && is_annotation)).then(|| from..at + 1 + named.len())
    });
    found.collect()
}

/// Whether a sign may stand before the `@`.
fn is_local(c: char) -> bool {
    let ascii = || c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    if c.is_ascii() { ascii() } else { !c.is_whitespace() }
}

/// Whether a text is one e-mail address and nothing else.
pub(super) fn is_mail(text: &str) -> bool {
    !text.starts_with('@') && matches!(mails(text).as_slice(), [mail] if *mail == (0..text.len()))
}

/// The GUIDs in a text, first things first.
pub(super) fn guids(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in 0..text.len().saturating_sub(35) {
        if found.last().is_none_or(|last| last.end <= at) && is_guid(&text.as_bytes()[at..at + 36]) {
            found.push(at..at + 36);
        }
    }
    found
}

/// The IP addresses in a text, first things first.
pub(super) fn ips(text: &str) -> Vec<(Range<usize>, IpAddr)> {
    let mut found = Vec::new();
    for run in runs(text, |c| c.is_ascii_hexdigit() || matches!(c, '.' | ':')) {
        let is_word = text[..run.start].ends_with(char::is_alphanumeric);
        if let Some((place, ip)) = v6(text, run.clone(), is_word) {
            found.push((place, IpAddr::V6(ip)));
            continue;
        }
        if is_version(text[..run.start].trim_end_matches(['/', ' '])) {
            continue;
        }
        let numbers = runs(&text[run.clone()], |c| c.is_ascii_digit() || c == '.');
        found.extend(numbers.into_iter().filter_map(|part| {
            let (place, ip) = v4(text, run.start + part.start..run.start + part.end)?;
            Some((place, IpAddr::V4(ip)))
        }));
    }
    found
}

/// Browsers, whose versions look like addresses.
const BROWSERS: &[&str] = &["Chrome", "CriOS", "Edg", "EdgA", "EdgiOS", "Edge", "Firefox", "FxiOS", "OPR", "Safari"];

/// Whether a number after this text is a browser's version.
fn is_version(before: &str) -> bool {
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    BROWSERS.contains(&word)
}

/// The longest parts of a text that are made of such signs.
fn runs(text: &str, of: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| of(*c)) {
        match found.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end = at + c.len_utf8(),
            None => found.push(at..at + c.len_utf8()),
        }
    }
    found
}

/// An IPv6 address in a run of its signs. What belongs to a word before it is left out, and so are signs of the sentence.
fn v6(text: &str, run: Range<usize>, is_word: bool) -> Option<(Range<usize>, Ipv6Addr)> {
    let whole = &text[run.clone()];
    let from = if is_word { whole.find(':')? + 1 } else { 0 };
    let starts = [from, from + usize::from(whole[from..].starts_with([':', '.']))];
    let last = whole.trim_end_matches('.').len();
    let ends = [last, last.saturating_sub(usize::from(whole[..last].ends_with(':')))];
    let parts = starts.into_iter().flat_map(|start| ends.map(|end| start..end));
    parts.into_iter().find_map(|part| {
        let ip = whole.get(part.clone())?.parse().ok()?;
        Some((run.start + part.start..run.start + part.end, ip))
    })
}

/// An IPv4 address in a run of digits and dots.
fn v4(text: &str, run: Range<usize>) -> Option<(Range<usize>, Ipv4Addr)> {
    let whole = &text[run.clone()];
    let start = run.start + (whole.len() - whole.trim_start_matches('.').len());
    let inner = whole.trim_matches('.');
    Some((start..start + inner.len(), inner.parse().ok()?))
}
