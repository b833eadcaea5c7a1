//! Audits of AD FS.
//!
//! Its events have no names for their data: they are told by their places, and from Windows Server 2016 on most of an audit is
//! XML in one of them.
//! (source: <https://learn.microsoft.com/windows-server/identity/ad-fs/troubleshooting/ad-fs-tshoot-logging>; the places of 1200
//! to 1203 and the XML by events as Microsoft prints them; those of 411 and 412 by what is read of them in use.)

use std::borrow::Cow;

use super::{Column, Declared, EVENT, Events, From, column, is_said};
use crate::address;
use crate::logs::formats::evtx::event::Event;
use crate::logs::{Kind, Value};

/// The names that the provider has had.
const PROVIDERS: &[&str] = &["AD FS Auditing", "AD FS", "AD FS 2.0 Auditing", "AD FS 2.0"];

pub(super) static ADFS: Declared = Declared {
    name: "adfs",
    doc: "Tokens that AD FS issued or refused, and credentials that it checked. correlation_id is that of the sign-in in Entra ID.",
    events: &[Events {
        providers: PROVIDERS,
        ids: &[
            (299, "token issued"),
            (324, "token not authorized"),
            (411, "token validation failed"),
            (412, "token validated"),
            (501, "caller's claims"),
            (510, "request's headers"),
            (1200, "token issued"),
            (1201, "token not issued"),
            (1202, "credential validated"),
            (1203, "credential not validated"),
        ],
    }],
    columns: &[
        EVENT,
        column(
            "correlation_id",
            Kind::Text,
            From::Made(correlation, "data1 (411, 1200 to 1203) or data2 (299, 324, 412)"),
            "What events of one request share with the sign-in in Entra ID.",
        ),
        column(
            "instance_id",
            Kind::Text,
            From::Made(instance, "data1 (299, 324, 412, 501, 510)"),
            "What events of the same token share: 299, 412 and their claims in 501.",
        ),
        element("result", "AuditResult", "Success or Failure."),
        element("failure_type", "FailureType", "What kind of failure it is."),
        element("error_code", "ErrorCode", "Why it failed."),
        column(
            "relying_party",
            Kind::Text,
            From::Made(relying_party, "<RelyingParty>, data4 (412), the address among the data (299, 324)"),
            "For whom the token is: urn:federation:MicrosoftOnline is Microsoft 365.",
        ),
        element("claims_provider", "ClaimsProvider", "Who vouches for the user."),
        element("authentication_method", "PrimaryAuth", "How the user proved who they are."),
        column("mfa_performed", Kind::Bool, From::Element("MfaPerformed"), "Whether there was a second factor."),
        element("mfa_method", "MfaMethod", "The second factor."),
        column("device_auth", Kind::Bool, From::Element("DeviceAuth"), "Whether the device proved which it is."),
        element("device_id", "DeviceId", "The device."),
        element("protocol", "AuthProtocol", "How it was asked: WSFederation, SAMLP, OAuth, …"),
        element("oauth_client_id", "OAuthClientId", "The application that asked."),
        element("network_location", "NetworkLocation", "Intranet or Extranet."),
        element("forwarded_address", "ForwardedIpAddress", "The addresses that the proxy was told."),
        element("proxy_address", "ProxyIpAddress", "The address of the proxy."),
        element("proxy_server", "ProxyServer", "The proxy."),
        element("user_agent", "UserAgentString", "The client's program."),
        element("endpoint", "Endpoint", "The path that was asked."),
        column(
            "token_type",
            Kind::Text,
            From::Made(|event| place(event, &[(411, 2), (412, 3)]).map(text), "data2 (411), data3 (412)"),
            "The type of the token.",
        ),
        column(
            "message",
            Kind::Text,
            From::Made(|event| place(event, &[(411, 3)]).map(text), "data3 (411)"),
            "Why it failed, in AD FS's words.",
        ),
        column(
            "details",
            Kind::Texts,
            From::Made(details, "the data behind the first (501, 510)"),
            "Claims or headers: each name is followed by its value.",
        ),
    ],
};

const fn element(name: &'static str, element: &'static str, doc: &'static str) -> Column {
    column(name, Kind::Text, From::Element(element), doc)
}

/// Whether an event is one of AD FS.
fn is(event: &Event<'_>) -> bool {
    PROVIDERS.contains(&event.provider())
}

fn text(text: &str) -> Value<'_> {
    Value::Text(text.into())
}

/// The datum at the place that it has in this event, from 1.
fn place<'e>(event: &'e Event<'_>, places: &[(u32, usize)]) -> Option<&'e str> {
    let id = event.id()?;
    let (_, at) = places.iter().find(|(other, _)| *other == id)?;
    event.place(*at).filter(|text| is_said(text))
}

/// A GUID that is not made of zeros, as Entra ID writes it.
fn guid(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim().trim_matches(['{', '}']);
    let is = text.len() == 36
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
        && text.bytes().any(|byte| !matches!(byte, b'-' | b'0'));
    is.then(
        || if text.bytes().any(|byte| byte.is_ascii_uppercase()) { text.to_lowercase().into() } else { text.into() },
    )
}

fn correlation<'e>(event: &'e Event<'_>) -> Option<Value<'e>> {
    // UNCERTAIN: that 299 and 324 have it where 412 does. What is no GUID is not given.
    let places = [(411, 1), (1200, 1), (1201, 1), (1202, 1), (1203, 1), (299, 2), (324, 2), (412, 2)];
    place(event, &places).and_then(guid).map(Value::Text)
}

fn instance<'e>(event: &'e Event<'_>) -> Option<Value<'e>> {
    place(event, &[(299, 1), (324, 1), (412, 1), (501, 1), (510, 1)]).and_then(guid).map(Value::Text)
}

fn relying_party<'e>(event: &'e Event<'_>) -> Option<Value<'e>> {
    if let Some(found) = event.element("RelyingParty") {
        return Some(text(found));
    }
    match event.id()? {
        412 => event.place(4).filter(|text| is_said(text)).map(text),
        // UNCERTAIN: its place. A relying party is called by an address, and nothing before it is one.
        299 | 324 => {
            let is_address = |text: &&str| ["urn:", "http://", "https://"].iter().any(|begin| text.starts_with(begin));
            (1..=event.places()).filter_map(|at| event.place(at)).find(is_address).map(text)
        }
        _ => None,
    }
}

fn details<'e>(event: &'e Event<'_>) -> Option<Value<'e>> {
    matches!(event.id()?, 501 | 510)
        .then(|| Value::Texts((2..=event.places()).filter_map(|at| event.place(at)).map(Cow::Borrowed).collect()))
}

/// The client's address; `None`, if the event is none of AD FS or has none.
pub(in crate::logs::formats::evtx) fn client(event: &Event<'_>) -> Option<String> {
    if !is(event) {
        return None;
    }
    // Of several, the first is the client's: the others are those of proxies on the way.
    let first = |text: &str| address::shortest(text.split(',').next().unwrap_or(text));
    if event.id() == Some(411) {
        return event.place(5).and_then(first);
    }
    ["IpAddress", "ForwardedIpAddress"].iter().find_map(|name| first(event.element(name)?))
}

/// The user; `None`, if the event is none of AD FS or names none.
pub(in crate::logs::formats::evtx) fn user<'e>(event: &'e Event<'_>) -> Option<&'e str> {
    if !is(event) {
        return None;
    }
    match event.id()? {
        411 => event.place(3).and_then(before_message),
        501 => ["/claims/upn", "/claims/name", "/claims/windowsaccountname"].iter().find_map(|claim| {
            let at = (2..event.places()).find(|at| {
                event
                    .place(*at)
                    .is_some_and(|text| text.starts_with("http") && text.to_ascii_lowercase().ends_with(claim))
            })?;
            event.place(at + 1).filter(|text| is_said(text))
        }),
        _ => event.element("UserId"),
    }
}

/// The user of `alice@my-firm.com-The user name or password is incorrect`: what stands before the last hyphen of the first word.
fn before_message(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    let user = if word.len() < text.trim().len() { word.rsplit_once('-')?.0 } else { word };
    user.contains(['@', '\\']).then_some(user)
}
