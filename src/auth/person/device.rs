//! Signing in with a code that is typed on another device (RFC 8628).
//!
//! This is how people are phished: a stranger starts such a sign-in and sends them the code. Tenants switch it off for that,
//! so it is never the default, and whoever shows the code says what it does. The page to type it at is shown only if it is
//! the sign-in service's own or one of Microsoft's: a foreign one would be the phishing itself.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};
use url::Url;

use super::endpoint::{self, Endpoint, Tokens, refusal};
use crate::auth::token_transport::Refused;
use crate::http::Lack;

/// Hosts of Microsoft that codes are typed at.
const HOSTS: &[&str] = &[
    "microsoft.com",
    "www.microsoft.com",
    "login.microsoft.com",
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "aka.ms",
];

/// Longest time that a code is waited for, whatever the service says.
const LONGEST: u64 = 15 * 60;
/// The pause between two questions, unless the service names one (RFC 8628, 3.2).
const PAUSE: u64 = 5;
/// The longest that is kept to.
const LONGEST_PAUSE: u64 = 60;

/// A code to be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The code.
    pub code: String,
    /// The page to type it at.
    pub page: Url,
}

/// The tokens of whoever types the code.
pub(super) async fn tokens(
    endpoint: &Endpoint,
    scope: &str,
    announce: impl FnOnce(&Code),
) -> azure_core::Result<Tokens> {
    let form = [("scope", scope)];
    let reply = endpoint::json(endpoint.post("devicecode", &form).await?, &form)?;
    let code = code(&reply, endpoint.authority.host_str()).map_err(|words| Lack::Person.error(words))?;
    let device_code = reply["device_code"].as_str().filter(|text| !text.is_empty());
    let device_code = device_code.ok_or_else(|| Lack::Person.error("the sign-in service gave no device code"))?;
    let number = |name: &str| reply[name].as_u64().or_else(|| reply[name].as_str().and_then(|text| text.parse().ok()));
    let until = Instant::now() + Duration::from_secs(number("expires_in").unwrap_or(LONGEST).min(LONGEST));
    let mut pause = number("interval").unwrap_or(PAUSE).clamp(1, LONGEST_PAUSE);
    announce(&code);
    let form = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", device_code)];
    while Instant::now() < until {
        sleep(Duration::from_secs(pause)).await;
        let answer = endpoint.post("token", &form).await?;
        if answer.status.is_success() {
            return endpoint::tokens(&answer.body);
        }
        match Refused::of(&answer.body).error.as_str() {
            "authorization_pending" => {}
            "slow_down" => pause = (pause + 5).min(LONGEST_PAUSE),
            "expired_token" => break,
            _ => return Err(refusal(answer, &form)),
        }
    }
    Err(Lack::Person.error("nobody typed the code while it was good"))
}

/// The code that a reply holds, if it can be shown.
fn code(reply: &Value, own: Option<&str>) -> Result<Code, String> {
    let code = reply["user_code"].as_str().unwrap_or_default();
    let is_code = (4..=32).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !is_code {
        return Err("the sign-in service gave no code that could be typed".into());
    }
    let page = reply["verification_uri"].as_str().or(reply["verification_url"].as_str()).unwrap_or_default();
    let page = Url::parse(page).map_err(|_| "the sign-in service named no page to type the code at".to_owned())?;
    let host = page.host_str().unwrap_or_default();
    let trusted = HOSTS.contains(&host) || Some(host) == own;
    let plain = page.scheme() == "https" && page.username().is_empty() && page.password().is_none();
    if !(trusted && plain) {
        let host: String = host.chars().take(253).collect();
        return Err(format!("the sign-in service wants the code typed at '{host}', which is not Microsoft's"));
    }
    Ok(Code { code: code.into(), page })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_is_shown_with_a_page_of_microsofts_only() {
        let own = Some("login.example");
        for (user_code, page, expected) in [
            ("ABCD-1234", "https://microsoft.com/devicelogin", true),
            ("ABCD1234", "https://login.example/device", true),
            ("ABCD1234", "https://login.microsoftonline.us/device", true),
            ("ABCD1234", "http://microsoft.com/devicelogin", false),
            ("ABCD1234", "https://microsoft.com.evil.example/devicelogin", false),
            ("ABCD1234", "https://microsoft.com@evil.example/", false),
            ("ABCD1234", "https://me@microsoft.com/", false),
            ("ABCD1234", "https://xn--mcrosoft-c2a.com/", false),
            ("ABCD1234", "javascript:alert(1)", false),
            ("ABCD1234", "", false),
            ("", "https://microsoft.com/devicelogin", false),
            ("AB\u{1b}[2J", "https://microsoft.com/devicelogin", false),
            ("go to evil.example", "https://microsoft.com/devicelogin", false),
        ] {
            let reply = json!({ "user_code": user_code, "verification_uri": page });
            assert_eq!(code(&reply, own).is_ok(), expected, "{user_code} {page}");
        }
        let old = json!({ "user_code": "ABCD1234", "verification_url": "https://microsoft.com/devicelogin" });
        assert!(code(&old, own).is_ok());
    }
}
