//! What a token says of itself: for whom, in which tenant, what it may do, until when.
//!
//! It is read and not verified: the service does that, and nothing is decided here on its word. Microsoft may change the
//! form of tokens for its own services at any time (source: Microsoft identity platform, "Access tokens"), so one that
//! cannot be read is no fault.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Longest token that is looked into.
const LONGEST: usize = 256 << 10;
/// Longest text of it that is kept.
const LONGEST_TEXT: usize = 256;

/// What a token says. All of it is untrusted text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The tenant's id.
    pub tenant: Option<String>,
    /// The application's id.
    pub application: Option<String>,
    /// The application's name.
    pub application_name: Option<String>,
    /// The person; `None`: the application itself.
    pub who: Option<String>,
    /// What it may do: permissions of the application, or those that a person lent it.
    pub permissions: Vec<String>,
    /// When it expires, in seconds since 1970.
    pub expires: Option<i64>,
    /// What the sign-in was asked with.
    pub nonce: Option<String>,
}

impl Claims {
    /// What a token says; `None` if it cannot be read.
    pub fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.').filter(|_| token.len() <= LONGEST);
        let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        let claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
        claims.as_object()?;
        let text = |names: &[&str]| names.iter().find_map(|name| claims[name].as_str()).map(shortened);
        let scopes = claims["scp"].as_str().into_iter().flat_map(str::split_whitespace);
        let roles = claims["roles"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some(Self {
            tenant: text(&["tid"]),
            application: text(&["appid", "azp"]),
            application_name: text(&["app_displayname"]),
            who: text(&["upn", "preferred_username", "unique_name", "email"]),
            permissions: roles.chain(scopes).map(shortened).collect(),
            expires: claims["exp"].as_i64(),
            nonce: text(&["nonce"]),
        })
    }

    /// Permissions that may do more than read. What is not known to read only is among them.
    pub fn beyond_reading(&self) -> impl Iterator<Item = &str> {
        self.permissions.iter().map(String::as_str).filter(|name| !reads_only(name))
    }
}

/// `AuditLog.Read.All`, `ActivityFeed.ReadDlp`, `User.ReadBasic.All`; and what says who somebody is.
fn reads_only(permission: &str) -> bool {
    if matches!(permission, "openid" | "profile" | "email" | "offline_access") {
        return true;
    }
    let mut verbs = permission.split('.').skip(1);
    verbs.next().is_some_and(|verb| verb.starts_with("Read") && !verb.starts_with("ReadWrite"))
        && verbs.all(|rest| matches!(rest, "All" | "Shared" | "OwnedBy"))
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn applications_and_people_are_told_apart() {
        let app =
            r#"{"tid":"T","appid":"A","app_displayname":"reader","roles":["AuditLog.Read.All"],"exp":1800000000}"#;
        let claims = Claims::read(&token(app)).unwrap();
        assert_eq!((claims.tenant.as_deref(), claims.who.as_deref()), (Some("T"), None));
        assert_eq!(
            (claims.permissions.as_slice(), claims.expires),
            (&["AuditLog.Read.All".to_owned()][..], Some(1_800_000_000))
        );
        let person = r#"{"azp":"A","upn":"ada@contoso.com","scp":"AuditLog.Read.All Directory.AccessAsUser.All"}"#;
        let claims = Claims::read(&token(person)).unwrap();
        assert_eq!(claims.who.as_deref(), Some("ada@contoso.com"));
        assert_eq!(claims.beyond_reading().collect::<Vec<_>>(), ["Directory.AccessAsUser.All"]);
    }

    #[test]
    fn what_is_no_token_of_that_form_is_not_read() {
        for text in
            ["", "demo-1", "a.b", "a.b.c", &token("[]"), &token("1"), "..", &format!("a.{}.c", "A".repeat(300_000))]
        {
            assert_eq!(Claims::read(text), None, "{text:.40}");
        }
        let odd = r#"{"tid":5,"roles":"x","scp":["y"],"exp":"soon","roles":[1,{}]}"#;
        assert_eq!(Claims::read(&token(odd)), Some(Claims::default()));
        let long = format!(r#"{{"tid":"{}"}}"#, "x".repeat(9999));
        assert_eq!(Claims::read(&token(&long)).unwrap().tenant.unwrap().len(), LONGEST_TEXT);
    }

    #[test]
    fn what_may_write_is_named_and_so_is_what_nobody_knows() {
        for (permission, expected) in [
            ("AuditLog.Read.All", true),
            ("ActivityFeed.Read", true),
            ("ActivityFeed.ReadDlp", true),
            ("User.ReadBasic.All", true),
            ("Application.Read.OwnedBy", true),
            ("openid", true),
            ("AuditLogsQuery-Entra.Read.All", true),
            ("Directory.ReadWrite.All", false),
            ("Application.ReadWrite.OwnedBy", false),
            ("Directory.AccessAsUser.All", false),
            ("RoleManagement.ReadWrite.Directory", false),
            ("Mail.Send", false),
            ("Sites.FullControl.All", false),
            ("Sites.Selected", false),
            ("full_access_as_app", false),
            ("user_impersonation", false),
            ("Read", false),
            ("X.Read.Write", false),
        ] {
            assert_eq!(reads_only(permission), expected, "{permission}");
        }
    }
}
