//! Values of settings, where there are few: what stands behind SET, in quotes or not.

use super::begins;
use crate::settings;

/// The values that a setting can have, by its name with or without `auditql.`; none where they are any number or text.
pub(super) fn of(name: &str) -> Vec<String> {
    let plain = name.to_ascii_lowercase();
    let plain = plain.strip_prefix("auditql.").unwrap_or(&plain);
    settings::ALL.iter().find(|setting| setting.name == plain).map(settings::Setting::values).unwrap_or_default()
}

/// What can stand where a SET gives a setting its value; `None` elsewhere.
pub(super) fn behind_set(before: &str) -> Option<(usize, Vec<String>)> {
    let (at, sign) = before.char_indices().rev().find(|(_, c)| c.is_whitespace() || *c == '=')?;
    let (head, stem) = before.split_at(at + sign.len_utf8());
    let head = head.trim_end();
    let named = head.strip_suffix('=').or_else(|| {
        let (named, word) = head.split_at_checked(head.len().checked_sub(3)?)?;
        word.trim_start().eq_ignore_ascii_case("to").then_some(named)
    })?;
    let mut words = named.rsplit(';').next()?.split_whitespace();
    let (set, name, rest) = (words.next()?, words.next()?, words.next());
    if !set.eq_ignore_ascii_case("set") || rest.is_some() {
        return None;
    }
    let quoted = |value: &str| format!("'{value}'");
    let is_word = |value: &str| value.chars().all(|c| c.is_ascii_alphanumeric());
    let is_quoted = stem.starts_with('\'');
    let written = |value: String| if is_quoted || !is_word(&value) { quoted(&value) } else { value };
    let values = of(name).into_iter().map(written).filter(|value| begins(value, stem));
    Some((before.len() - stem.len(), values.collect()))
}
