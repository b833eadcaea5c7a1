//! Subscriptions of a tenant to content types of the activity feed: listed, started, stopped.
//!
//! A query only lists them. Stopping one loses records for good, whatever is asked later, so that is never done but on
//! the user's word; starting one that is enabled is refused by the service with a code of its own, which is success here.

use crate::apis::activity::content::CONTENT_TYPES;
use crate::decode::{self, whole};
use crate::http::{self, Budget, Client};
use crate::plan;
use crate::table::is_guid;
use crate::veil::Veil;

pub use crate::decode::Subscription;

/// "The subscription is already enabled", an undocumented code (seen by several clients).
const ALREADY: &str = "AF20024";
/// "No subscription found for the specified content type."
const NONE: &str = "AF20022";

/// Why a conversation about subscriptions failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The feed's addresses hold the tenant's id.
    #[error("the activity feed needs the tenant's id, but the connection has '{0}'")]
    TenantId(String),
    /// No such content type.
    #[error("there is no content type '{0}'")]
    ContentType(String),
    /// A request failed.
    #[error("the subscriptions could not be asked for or changed")]
    Request(#[source] http::Error),
    /// A reply was no list.
    #[error("the subscriptions could not be read")]
    Reply(#[source] decode::Error),
}

/// What a tenant's subscriptions let be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Population {
    /// The content types to read: all that are not known to be switched off. What else a status may mean the service knows,
    /// which refuses to list what cannot be read; what was left out here would be missing without an error.
    pub readable: Vec<&'static str>,
    /// Those that an administrator of the tenant or of the service switched off.
    pub disabled: Vec<&'static str>,
    /// Content types to read whose status says something else than that they are enabled.
    pub odd: Vec<(&'static str, String)>,
    /// Content types that are not known here, which nobody can read.
    pub unknown: Vec<String>,
}

impl Population {
    /// What a list of subscriptions says. A webhook that does not work any more keeps nobody from reading.
    pub fn of(list: &[Subscription]) -> Self {
        let mut all = Self::default();
        for Subscription { content_type, status } in list {
            let Some(known) = known(content_type) else {
                all.unknown.push(content_type.clone());
                continue;
            };
            match status.as_deref().map(str::trim) {
                Some(status) if status.eq_ignore_ascii_case("disabled") => all.disabled.push(known),
                Some(status) if !status.eq_ignore_ascii_case("enabled") => {
                    all.readable.push(known);
                    all.odd.push((known, status.to_owned()));
                }
                _ => all.readable.push(known),
            }
        }
        // Named twice, one that can be read can be read.
        all.disabled.retain(|content_type| !all.readable.contains(content_type));
        all
    }
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was made.
    Made,
    /// It was so before.
    WasSo,
}

/// The subscriptions of a tenant.
#[derive(Debug, Clone)]
pub struct Subscriptions {
    client: Client,
    tenant: String,
}

impl Subscriptions {
    /// Those of the tenant with this id.
    ///
    /// # Errors
    /// When it is not an id, but one of the tenant's domains.
    pub fn new(client: Client, tenant: &str) -> Result<Self, Error> {
        Ok(Self { client, tenant: tenant_id(tenant)?.into() })
    }

    /// What hides the connection's secrets in words of the service.
    pub fn veil(&self) -> &Veil {
        self.client.veil()
    }

    /// All subscriptions.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn list(&self, budget: &Budget) -> Result<Vec<Subscription>, Error> {
        let reply =
            self.client.ask(&plan::feed::subscriptions(&self.tenant), budget, whole).await.map_err(Error::Request)?;
        if reply.next.is_some() {
            return Err(Error::Reply(decode::Error::NotAPage { found: "a part of the list of subscriptions" }));
        }
        decode::subscriptions(&reply.body).map_err(Error::Reply)
    }

    /// What of the feed can be read now.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn population(&self, budget: &Budget) -> Result<Population, Error> {
        Ok(Population::of(&self.list(budget).await?))
    }

    /// Starts one.
    ///
    /// # Errors
    /// When there is no such content type, or the service refuses.
    pub async fn start(&self, content_type: &str, budget: &Budget) -> Result<Change, Error> {
        self.change(content_type, true, ALREADY, budget).await
    }

    /// Stops one: records that become available until it is started again are lost for good.
    ///
    /// # Errors
    /// When there is no such content type, or the service refuses.
    pub async fn stop(&self, content_type: &str, budget: &Budget) -> Result<Change, Error> {
        self.change(content_type, false, NONE, budget).await
    }

    async fn change(&self, content_type: &str, start: bool, was_so: &str, budget: &Budget) -> Result<Change, Error> {
        let content_type = known(content_type).ok_or_else(|| Error::ContentType(content_type.into()))?;
        match self.client.send(&plan::feed::subscribe(&self.tenant, content_type, start), budget).await {
            Ok(_) => Ok(Change::Made),
            Err(error) if error.refusal().is_some_and(|r| r.code.as_deref() == Some(was_so)) => Ok(Change::WasSo),
            Err(error) => Err(Error::Request(error)),
        }
    }
}

/// The content type of that name. Names are compared whatever their case, and sent as the service spells them.
pub fn known(name: &str) -> Option<&'static str> {
    CONTENT_TYPES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
}

/// The tenant's id, which the addresses of the feed hold.
///
/// # Errors
/// When it is not an id, but one of the tenant's domains.
pub fn tenant_id(tenant: &str) -> Result<&str, Error> {
    if is_guid(tenant) { Ok(tenant) } else { Err(Error::TenantId(tenant.into())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_switched_off_is_not_read() {
        let list = |entries: &[(&str, Option<&str>)]| -> Vec<Subscription> {
            let entry = |(name, status): &(&str, Option<&str>)| Subscription {
                content_type: (*name).into(),
                status: status.map(Into::into),
            };
            entries.iter().map(entry).collect()
        };
        for (status, readable, odd) in [
            (Some("enabled"), true, 0),
            (Some(" Enabled"), true, 0),
            (None, true, 0),
            (Some("disabled"), false, 0),
            (Some("DISABLED "), false, 0),
            (Some("expired"), true, 1),
            (Some(""), true, 1),
        ] {
            let found = Population::of(&list(&[("dlp.all", status)]));
            let (read, off) = if readable { (vec!["DLP.All"], vec![]) } else { (vec![], vec!["DLP.All"]) };
            assert_eq!((found.readable, found.disabled, found.odd.len()), (read, off, odd), "{status:?}");
        }
        let twice = Population::of(&list(&[("DLP.All", Some("disabled")), ("DLP.All", Some("enabled"))]));
        assert_eq!((twice.readable, twice.disabled), (vec!["DLP.All"], vec![]));
        let new = Population::of(&list(&[("Audit.New", Some("enabled"))]));
        assert!(new.readable.is_empty() && new.unknown == ["Audit.New"], "{new:?}");
    }
}
