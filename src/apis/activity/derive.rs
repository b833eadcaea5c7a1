//! What columns of the feed are computed from, and how: pure functions over members of one record.

use core::net::IpAddr;
use std::borrow::Cow;

use super::codes::USER_TYPES;
use super::content;
use super::record_types::RECORD_TYPES;
use crate::address::endpoint;
use crate::table::{Codes, Inputs};

/// The record type, under its names.
pub(super) const RECORD_TYPE: &[&str] = &["RecordType", "AuditLogRecordType", "auditLogRecordType"];
/// The kind of user.
pub(super) const USER_TYPE: &[&str] = &["UserType"];
/// Who did it.
pub(super) const USER: &[&str] = &["UserId", "UserId_", "UserIds"];
/// What decides on the content type.
pub(super) const CONTENT: &[&str] = &["contentType", "ContentType", "RecordType", "AuditLogRecordType"];
/// Fields that hold the caller's address, the most telling first.
pub(super) const CLIENT: &[&str] =
    &["ClientIP", "ClientIP_", "ClientIPAddress", "Client_IPAddress", "ActorIpAddress", "ActorIP", "UserIp", "UserIP"];

/// What records hold where the service did not know the user.
const NOBODY: &[&str] = &["", "not available", "unknown", "not-found", "none", "<null>"];

/// The name of a record type; one that no list has as it is written.
pub(super) fn record_type_name<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    name(&RECORD_TYPES, first(from)?)
}

/// The name of a kind of user.
pub(super) fn user_type_name<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    name(&USER_TYPES, first(from)?)
}

/// The content type that the record names, or that its type is certain of, or the general one.
#[expect(clippy::unnecessary_wraps, reason = "other columns that are computed can be NULL")]
pub(super) fn content_type<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    if let Some(named) = first(&from[..2]) {
        return Some(named.into());
    }
    let number = first(&from[2..]).and_then(|text| number(text).or_else(|| RECORD_TYPES.number_of(text)));
    Some(number.and_then(content::certain).unwrap_or(content::GENERAL).into())
}

/// The identity to join on.
pub(super) fn user_name<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    let name = first(from)?.trim().to_lowercase();
    (!NOBODY.contains(&name.as_str())).then(|| name.into())
}

/// The caller's address. Of those that proxies have listed, it is the first.
pub(super) fn client_address<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    client(from).map(|(address, _)| address.to_string().into())
}

/// The caller's port, from the same field as the address.
pub(super) fn client_port<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    let (_, port) = client(from)?;
    port.map(|port| port.to_string().into())
}

fn client(from: Inputs<'_, '_>) -> Option<(IpAddr, Option<u16>)> {
    from.iter().flatten().find_map(|text| endpoint(text.split_once(',').map_or(*text, |(first, _)| first)))
}

/// An end that has come: while something runs, its end is the year 1.
pub(in crate::apis) fn ended<'a>(from: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    first(from).filter(|time| !time.starts_with("0001-01-01")).map(Cow::Borrowed)
}

fn first<'a>(from: Inputs<'_, 'a>) -> Option<&'a str> {
    from.iter().flatten().next().copied()
}

/// A number as records write it, also `20.0`.
fn number(text: &str) -> Option<i32> {
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

fn name<'a>(codes: &'static Codes, text: &'a str) -> Option<Cow<'a, str>> {
    match number(text) {
        Some(number) => codes.name_of(number).map(Cow::Borrowed),
        None => Some(codes.number_of(text).and_then(|number| codes.name_of(number)).unwrap_or(text).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_field_that_holds_an_address_gives_address_and_port() {
        let from = [Some("<null>"), None, Some("1.2.3.4:5"), Some("6.7.8.9")];
        assert_eq!((client_address(&from).as_deref(), client_port(&from).as_deref()), (Some("1.2.3.4"), Some("5")));
        let from = [Some("1.2.3.4:5, 10.0.0.1"), Some("6.7.8.9")];
        assert_eq!((client_address(&from).as_deref(), client_port(&from).as_deref()), (Some("1.2.3.4"), Some("5")));
        let from = [Some("unknown, 10.0.0.1"), Some("6.7.8.9")];
        assert_eq!(client_address(&from).as_deref(), Some("6.7.8.9"));
        let from = [Some("1.2.3.4"), Some("6.7.8.9:5")];
        assert_eq!((client_address(&from).as_deref(), client_port(&from)), (Some("1.2.3.4"), None));
    }

    #[test]
    fn users_are_folded_and_nobody_is_null() {
        for (id, name) in [
            ("GradyA@Contoso.com ", Some("gradya@contoso.com")),
            ("S-1-5-18", Some("s-1-5-18")),
            ("Not Available", None),
            ("NOT-FOUND", None),
            (" ", None),
        ] {
            assert_eq!(user_name(&[Some(id)]).as_deref(), name, "{id}");
        }
        assert_eq!(user_name(&[None, Some("A@b"), None]).as_deref(), Some("a@b"));
    }

    #[test]
    fn types_have_names_however_they_are_written() {
        for (written, name) in [
            ("6", Some("SharePointFileOperation")),
            ("20.0", Some("PowerBIAudit")),
            ("sharepointfileoperation", Some("SharePointFileOperation")),
            ("-1", None),
            ("999", None),
            ("SomethingNew", Some("SomethingNew")),
        ] {
            assert_eq!(record_type_name(&[Some(written)]).as_deref(), name, "{written}");
        }
        assert_eq!(user_type_name(&[Some("5")]).as_deref(), Some("Application"));
    }

    #[test]
    fn the_content_type_is_the_named_one_or_the_certain_one_or_the_general_one() {
        for (from, content) in [
            ([Some("Audit.Exchange"), None, Some("8"), None], "Audit.Exchange"),
            ([None, None, Some("8"), None], "Audit.AzureActiveDirectory"),
            ([None, None, None, Some("ExchangeItemAggregated")], "Audit.Exchange"),
            ([None, None, Some("25"), None], "Audit.General"),
            ([None, None, None, None], "Audit.General"),
        ] {
            assert_eq!(content_type(&from).as_deref(), Some(content), "{from:?}");
        }
    }

    #[test]
    fn the_year_one_is_no_end() {
        assert_eq!(ended(&[Some("0001-01-01T00:00:00")]), None);
        assert_eq!(ended(&[Some("2021-01-01T00:00:00")]).as_deref(), Some("2021-01-01T00:00:00"));
    }
}
