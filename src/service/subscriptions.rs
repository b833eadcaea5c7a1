//! Subscriptions of a tenant to content types of the activity feed: listed, started, stopped.
//!
//! A query only lists them. Stopping one loses records for good, whatever is asked later, so that is never done but on
//! the user's word; starting one that is enabled is refused by the service with a code of its own, which is success here.

use crate::apis::activity::content::CONTENT_TYPES;
use crate::decode::{self, feed, whole};
use crate::http::{self, Call, Client};
use crate::plan;

pub use crate::decode::feed::Subscription;

/// "The subscription is already enabled", an undocumented code (seen by several clients).
const ALREADY: &str = "AF20024";
/// "No subscription found for the specified content type."
const NONE: &str = "AF20022";

/// Why a conversation about subscriptions failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The feed's addresses hold the tenant's id.
    #[error("the activity feed needs the tenant's id, and the connection names it '{0}'")]
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

    /// All subscriptions.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn list(&self, call: &Call) -> Result<Vec<Subscription>, Error> {
        let reply =
            self.client.ask(&plan::feed::subscriptions(&self.tenant), call, whole).await.map_err(Error::Request)?;
        feed::subscriptions(&reply.body).map_err(Error::Reply)
    }

    /// The content types whose records can be read now.
    ///
    /// # Errors
    /// When the list cannot be had.
    pub async fn enabled(&self, call: &Call) -> Result<Vec<&'static str>, Error> {
        let list = self.list(call).await?;
        let enabled =
            list.into_iter().filter(|s| !s.status.as_deref().is_some_and(|s| s.eq_ignore_ascii_case("disabled")));
        Ok(enabled.filter_map(|s| known(&s.content_type)).collect())
    }

    /// Starts one.
    ///
    /// # Errors
    /// When there is no such content type, or the service refuses.
    pub async fn start(&self, content_type: &str, call: &Call) -> Result<Change, Error> {
        self.change(content_type, true, ALREADY, call).await
    }

    /// Stops one: records that become available until it is started again are lost for good.
    ///
    /// # Errors
    /// When there is no such content type, or the service refuses.
    pub async fn stop(&self, content_type: &str, call: &Call) -> Result<Change, Error> {
        self.change(content_type, false, NONE, call).await
    }

    async fn change(&self, content_type: &str, start: bool, was_so: &str, call: &Call) -> Result<Change, Error> {
        let content_type = known(content_type).ok_or_else(|| Error::ContentType(content_type.into()))?;
        match self.client.send(&plan::feed::subscribe(&self.tenant, content_type, start), call).await {
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

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}
