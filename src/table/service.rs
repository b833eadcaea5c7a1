//! The services that are spoken to: their versions, their quotas.

use std::time::Duration;

/// The services that are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    /// Microsoft Graph.
    Graph,
    /// The Office 365 Management Activity API.
    Activity,
    /// The reports of Azure AD Graph. The public service is retired: endpoints that speak its language are elsewhere.
    AadGraph,
}

impl Api {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Graph => "Microsoft Graph",
            Self::Activity => "Management Activity API",
            Self::AadGraph => "Azure AD Graph",
        }
    }

    /// The key of a connection that says where the service is.
    pub const fn url_key(self) -> &'static str {
        match self {
            Self::Graph => "graph_url",
            Self::Activity => "management_url",
            Self::AadGraph => "aadgraph_url",
        }
    }
}

/// Version of Microsoft Graph, the first segment of every path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApiVersion {
    /// `v1.0`
    V1,
    /// `beta`
    Beta,
}

impl ApiVersion {
    /// The path segment.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// A family of endpoints that share one quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Quota {
    /// Identity and access reports (sign-ins, directory audits, provisioning): 5 requests in 10 seconds for an
    /// application in a tenant (source: Microsoft Graph, "throttling limits").
    Reports,
    /// Identity Protection: one request in a second for a tenant, all applications together; a refusal does not say how long
    /// to wait (source: the same page).
    IdentityProtection,
    /// Directory objects: resource units, at the least 3,500 in 10 seconds for an application in a tenant of fewer than 50
    /// users. A listing of users or applications costs two, one of the members of a group three (source: the same page):
    /// taken is what the smallest tenant bears of the dearest.
    Directory,
    /// Users with their last sign-in: 10 requests in a minute (source: the same page).
    SignInActivity,
    /// Alerts and incidents: 150 requests in a minute for an application in a tenant (source: the same page).
    Security,
    /// Searches of the audit log: at least 200 orders in 24 hours and 50 that wait or run, none of them refused by count
    /// here; of requests that ask after them nothing was published (source: Microsoft Graph, "auditLogQuery").
    AuditSearch,
    /// The Management Activity API: 2,000 requests in a minute for a tenant, more with many seats (source: its reference).
    Activity,
    /// The reports of Azure AD Graph. Nothing was published about their throttling: "too many requests" is waited out, and
    /// a connection may name a rate.
    AadGraph,
}

/// Requests that are allowed in any window of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// The length of the sliding window.
    pub window: Duration,
}

impl Rate {
    /// What so many requests take at the least: the first of each window goes out at once.
    pub fn least_time(self, requests: usize) -> Duration {
        let windows = requests.saturating_sub(1) / usize::try_from(self.requests).unwrap_or(usize::MAX).max(1);
        self.window.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX))
    }
}

impl Quota {
    /// All families.
    pub const ALL: [Self; 8] = [
        Self::Reports,
        Self::IdentityProtection,
        Self::Directory,
        Self::SignInActivity,
        Self::Security,
        Self::AuditSearch,
        Self::Activity,
        Self::AadGraph,
    ];

    /// The name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::IdentityProtection => "identity_protection",
            Self::Directory => "directory",
            Self::SignInActivity => "sign_in_activity",
            Self::Security => "security",
            Self::AuditSearch => "audit_search",
            Self::Activity => "activity",
            Self::AadGraph => "aadgraph",
        }
    }

    /// The documented rate, counted in a sliding window; `None` where none was published.
    pub const fn rate(self) -> Option<Rate> {
        match self {
            Self::Reports => Some(Rate { requests: 5, window: Duration::from_secs(10) }),
            Self::IdentityProtection => Some(Rate { requests: 1, window: Duration::from_secs(1) }),
            Self::Directory => Some(Rate { requests: 1_166, window: Duration::from_secs(10) }),
            Self::SignInActivity => Some(Rate { requests: 10, window: Duration::from_mins(1) }),
            Self::Security => Some(Rate { requests: 150, window: Duration::from_mins(1) }),
            Self::Activity => Some(Rate { requests: 2_000, window: Duration::from_mins(1) }),
            Self::AuditSearch | Self::AadGraph => None,
        }
    }
}
