//! What values a parameter takes, and how each is read from what a person types.

use std::net::IpAddr;

use chrono::TimeDelta;

use crate::engine::Value;
use crate::time::read_instant;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A name that somebody signs in with; it is compared in lower case.
    User,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// An instant, also by how long ago it was.
    Time,
    /// A stretch of time.
    Span,
    /// An address of the internet; it is brought to its shortest form.
    Address,
    /// A network, or one address.
    Network,
    /// A country, as records have it: its code in two capital letters.
    Country,
}

impl Kind {
    /// All of them, in the order of the manual.
    pub const ALL: [Self; 10] = [
        Self::Time,
        Self::Span,
        Self::User,
        Self::Address,
        Self::Network,
        Self::Country,
        Self::Text,
        Self::Integer,
        Self::Number,
        Self::Boolean,
    ];

    /// What it is called in a header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::User => "user",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::Span => "span",
            Self::Address => "address",
            Self::Network => "network",
            Self::Country => "country",
        }
    }

    /// What it is, and what it looks like.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Text => "any text",
            Self::User => "a sign-in name such as ana@contoso.com",
            Self::Integer => "a whole number such as 10",
            Self::Number => "a number such as 0.5",
            Self::Boolean => "true or false",
            Self::Time => "7d for that long ago, or a time such as 2026-11-20 or 2026-11-20T08:00Z (UTC)",
            Self::Span => "a stretch of time such as 30s, 10m, 6h, 7d or 2w",
            Self::Address => "an address such as 203.0.113.7 or 2001:db8::7",
            Self::Network => "a network such as 203.0.113.0/24, or an address",
            Self::Country => "the two letters of a country such as PT",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// A value as it was typed; `None` if it is none of this kind.
    pub fn read(self, text: &str) -> Option<Value> {
        let trimmed = text.trim();
        match self {
            Self::Text => Some(Value::Text(text.to_owned())),
            Self::User => user(trimmed).map(Value::Text),
            Self::Integer => trimmed.parse().ok().map(Value::Integer),
            Self::Number => trimmed.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Number),
            Self::Boolean => match trimmed.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(Value::Boolean(true)),
                "false" | "no" | "off" | "0" => Some(Value::Boolean(false)),
                _ => None,
            },
            Self::Time => span(trimmed).map(Value::Ago).or_else(|| read_instant(trimmed).map(Value::Time)),
            Self::Span => span(trimmed).map(Value::Span),
            Self::Address => address(trimmed).map(|address| Value::Text(address.to_string())),
            Self::Network => network(trimmed).map(Value::Text),
            Self::Country => country(trimmed).map(Value::Text),
        }
    }
}

/// Names of users have an @ and no blanks; the services store them in lower case.
fn user(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let fits = !local.is_empty() && !domain.is_empty() && !text.contains(char::is_whitespace);
    fits.then(|| text.to_lowercase())
}

/// `10m`: a number and a unit. A number alone would leave open of what.
pub(super) fn span(text: &str) -> Option<TimeDelta> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: i64 = text[..digits].parse().ok()?;
    let seconds = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    };
    // A thousand years are as good as for ever, and can be reckoned with.
    let seconds = number.checked_mul(seconds).filter(|seconds| *seconds <= 1_000 * 366 * 86_400)?;
    TimeDelta::try_seconds(seconds)
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// Case does not count. A name would be none of the codes, and leave out nothing.
fn country(text: &str) -> Option<String> {
    let is_code = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

fn network(text: &str) -> Option<String> {
    let (host, bits) = match text.split_once('/') {
        Some((host, bits)) => (host, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address = address(host)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then(|| format!("{address}/{bits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_kind_or_not_at_all() {
        let text = |text: &str| Some(Value::Text(text.into()));
        let time = |text: &str| Some(Value::Time(text.parse().unwrap()));
        for (kind, typed, expected) in [
            (Kind::Text, " a'; -- ", text(" a'; -- ")),
            (Kind::User, "Ana.O'Neil@Contoso.com", text("ana.o'neil@contoso.com")),
            (Kind::User, "ana", None),
            (Kind::User, "a na@x", None),
            (Kind::Integer, "10", Some(Value::Integer(10))),
            (Kind::Integer, "-3", Some(Value::Integer(-3))),
            (Kind::Integer, "1.5", None),
            (Kind::Integer, "1; DROP", None),
            (Kind::Number, "0.5", Some(Value::Number(0.5))),
            (Kind::Number, "nan", None),
            (Kind::Number, "inf", None),
            (Kind::Boolean, "Yes", Some(Value::Boolean(true))),
            (Kind::Boolean, "2", None),
            (Kind::Time, "7d", Some(Value::Ago(TimeDelta::days(7)))),
            (Kind::Time, "2 weeks", Some(Value::Ago(TimeDelta::days(14)))),
            (Kind::Time, "2026-11-20", time("2026-11-20T00:00:00Z")),
            (Kind::Time, "2026-11-20 08:05", time("2026-11-20T08:05:00Z")),
            (Kind::Time, "2026-11-20T08:05Z", time("2026-11-20T08:05:00Z")),
            (Kind::Time, "2026-11-20T08:05:01.25", time("2026-11-20T08:05:01.25Z")),
            (Kind::Time, "2026-11-20T08:05:00+02:00", time("2026-11-20T06:05:00Z")),
            (Kind::Time, "20.11.2026", None),
            (Kind::Time, "7", None),
            (Kind::Time, "yesterday", None),
            (Kind::Span, "10m", Some(Value::Span(TimeDelta::minutes(10)))),
            (Kind::Span, "10", None),
            (Kind::Span, "9223372036854775807d", None),
            (Kind::Address, "2001:0DB8::0001", text("2001:db8::1")),
            (Kind::Address, "::ffff:10.0.0.1", text("10.0.0.1")),
            (Kind::Address, "10.0.0.1:443", None),
            (Kind::Network, "203.0.113.0/24", text("203.0.113.0/24")),
            (Kind::Network, "10.0.0.1", text("10.0.0.1/32")),
            (Kind::Network, "2001:db8::/32", text("2001:db8::/32")),
            (Kind::Network, "10.0.0.0/33", None),
            (Kind::Network, "host/24", None),
            (Kind::Country, "pt", text("PT")),
            (Kind::Country, "Portugal", None),
            (Kind::Country, "P1", None),
        ] {
            assert_eq!(kind.read(typed), expected, "{kind:?} {typed}");
        }
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        Kind::ALL.into_iter().for_each(|kind| assert_eq!(Kind::named(kind.name()), Some(kind)));
    }
}
