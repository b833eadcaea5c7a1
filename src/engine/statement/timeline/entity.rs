//! What a timeline is of: recognised by what it looks like, or as it is stated.

use crate::address::{Network, endpoint, width};
use crate::engine::error::Error;
use crate::engine::statement::parse::refused;
use crate::table::{Whose, is_guid};

/// Somebody or something, and what it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entity {
    /// What it may be: of an id without a word beside it, several.
    pub(super) may_be: Vec<Whose>,
    /// The value that it is compared by.
    pub(super) value: String,
}

const FORMS: &str = "a sign-in name (ana@contoso.com), an address or a network (203.0.113.7, 203.0.113.0/24), an id, or one of \
                     user => …, address => …, session => …, app => …, object => …";

impl Entity {
    /// What a value looks like.
    ///
    /// # Errors
    /// When it looks like nothing that can be asked for.
    pub(super) fn recognised(text: &str) -> Result<Self, Error> {
        let trimmed = text.trim();
        if let Some(network) = network(trimmed) {
            return Ok(Self::one(Whose::Address, network));
        }
        if let Some(id) = guid(trimmed) {
            return Ok(Self { may_be: vec![Whose::Session, Whose::App, Whose::Object], value: id });
        }
        if is_name(trimmed) {
            return Ok(Self::one(Whose::User, trimmed.to_lowercase()));
        }
        Err(refused(format!("timeline: '{trimmed}' is not recognised"), format!("it takes {FORMS}")))
    }

    /// A value that is said to be of some kind.
    ///
    /// # Errors
    /// When it cannot be of that kind.
    pub(super) fn stated(whose: Whose, text: &str) -> Result<Self, Error> {
        let trimmed = text.trim();
        let wrong = |is: &str, instead: &str| {
            Err(refused(format!("timeline: '{trimmed}' is not {is}"), format!("write {} => {instead}", whose.name())))
        };
        let id = guid(trimmed);
        match whose {
            Whose::User if id.is_some() => Ok(Self { may_be: vec![Whose::Object], value: id.unwrap_or_default() }),
            Whose::User if trimmed.is_empty() => wrong("a user", "'ana@contoso.com'"),
            Whose::Session if trimmed.is_empty() => wrong("a session", "'00000000-0000-0000-0000-000000000000'"),
            Whose::User | Whose::Session => Ok(Self::one(whose, trimmed.to_lowercase())),
            Whose::Address => match network(trimmed) {
                Some(network) => Ok(Self::one(whose, network)),
                None => wrong("an address or a network", "'203.0.113.7' or '203.0.113.0/24'"),
            },
            Whose::App | Whose::Object => match id {
                Some(id) => Ok(Self::one(whose, id)),
                None if whose == Whose::App => wrong(
                    "the client id of an application",
                    "'00000000-0000-0000-0000-000000000000'; entra.service_principals has app_id for each display_name",
                ),
                None => wrong("an object id", "'00000000-0000-0000-0000-000000000000'"),
            },
        }
    }

    fn one(whose: Whose, value: String) -> Self {
        Self { may_be: vec![whose], value }
    }

    /// `the user 'ana@contoso.com'`
    pub(super) fn said(&self) -> String {
        let nouns: Vec<&str> = self.may_be.iter().map(|whose| whose.noun()).collect();
        let nouns = match nouns.as_slice() {
            [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            nouns => nouns.concat(),
        };
        format!("the {nouns} '{}'", self.value)
    }

    /// The part of a name before its domain: what an account on premises is called.
    pub(super) fn local_part(&self) -> Option<&str> {
        self.value.rsplit_once('@').map(|(name, _)| name).filter(|name| !name.is_empty())
    }
}

/// A network, also an address as logs write it, with a port or in brackets.
fn network(text: &str) -> Option<String> {
    let alone = || endpoint(text).and_then(|(address, _)| Network::of(address, width(address)));
    Network::read(text).or_else(alone).map(|network| network.to_string())
}

/// An id in the form that services store; some show it in braces.
fn guid(text: &str) -> Option<String> {
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    is_guid(bare).then(|| bare.to_lowercase())
}

/// Names of users have an @ with something on both sides, and no blanks.
fn is_name(text: &str) -> bool {
    let parts = text.rsplit_once('@').is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty());
    parts && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0b1f4f2e-9f3a-4b43-9d5e-0c5d2f1a7b10";

    #[test]
    fn a_value_is_recognised_by_its_form() {
        for (text, may_be, value) in [
            (" Ana@Contoso.COM ", vec![Whose::User], "ana@contoso.com"),
            ("o'neil@contoso.com", vec![Whose::User], "o'neil@contoso.com"),
            ("203.0.113.7", vec![Whose::Address], "203.0.113.7/32"),
            ("203.0.113.77/24", vec![Whose::Address], "203.0.113.0/24"),
            ("[2001:0DB8::1]:443", vec![Whose::Address], "2001:db8::1/128"),
            ("203.0.113.7:51234", vec![Whose::Address], "203.0.113.7/32"),
            ("{0B1F4F2E-9F3A-4B43-9D5E-0C5D2F1A7B10}", vec![Whose::Session, Whose::App, Whose::Object], ID),
        ] {
            assert_eq!(Entity::recognised(text).unwrap(), Entity { may_be, value: value.into() }, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_refused_with_what_would_do() {
        for text in ["", " ", "ana", "' OR 1=1 --", "%", "a b@c.d", "10.0.0.0/33", "@contoso.com", "ana@"] {
            let error = Entity::recognised(text).unwrap_err();
            assert!(
                matches!(&error, Error::Dialect { instead, .. } if instead.contains("user => …")),
                "{text}: {error}"
            );
        }
        for (whose, text) in
            [(Whose::User, " "), (Whose::Address, "ana@x"), (Whose::App, "Mail Backup"), (Whose::Object, "x")]
        {
            assert!(Entity::stated(whose, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_stated_user_may_be_any_name_and_an_id_is_its_object() {
        let user = |text: &str| Entity::stated(Whose::User, text).unwrap();
        assert_eq!(user("NT AUTHORITY\\SYSTEM").value, "nt authority\\system");
        assert_eq!(user("' OR 1=1 --").value, "' or 1=1 --");
        assert_eq!(user(ID).may_be, [Whose::Object]);
        assert_eq!(user("Ana@contoso.com").local_part(), Some("ana"));
        assert_eq!(
            Entity::recognised(ID).unwrap().said(),
            format!("the session, application or directory object '{ID}'")
        );
    }
}
