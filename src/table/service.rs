//! The services that are spoken to: their versions, their quotas.

use std::time::Duration;

/// The services that are spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Api {
    /// Microsoft Graph.
    Graph,
    /// The Office 365 Management Activity API.
    Activity,
}

impl Api {
    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Graph => "Microsoft Graph",
            Self::Activity => "Management Activity API",
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
    /// The Management Activity API: 2,000 requests in a minute for a tenant, more with many seats (source: its reference).
    Activity,
}

/// Requests that are allowed in any window of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// The length of the sliding window.
    pub window: Duration,
}

impl Quota {
    /// All families.
    pub const ALL: [Self; 6] = [
        Self::Reports,
        Self::IdentityProtection,
        Self::Directory,
        Self::SignInActivity,
        Self::Security,
        Self::Activity,
    ];

    /// The name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reports => "reports",
            Self::IdentityProtection => "identity_protection",
            Self::Directory => "directory",
            Self::SignInActivity => "sign_in_activity",
            Self::Security => "security",
            Self::Activity => "activity",
        }
    }

    /// The documented rate.
    pub const fn rate(self) -> Rate {
        Rate { requests: self.requests(), window: self.window() }
    }

    /// Requests allowed in any window of [`Quota::window`].
    pub const fn requests(self) -> u32 {
        match self {
            Self::Reports => 5,
            Self::IdentityProtection => 1,
            Self::Directory => 1_166,
            Self::SignInActivity => 10,
            Self::Security => 150,
            Self::Activity => 2_000,
        }
    }

    /// The sliding window over which [`Quota::requests`] are counted.
    pub const fn window(self) -> Duration {
        match self {
            Self::IdentityProtection => Duration::from_secs(1),
            Self::Reports | Self::Directory => Duration::from_secs(10),
            Self::SignInActivity | Self::Security | Self::Activity => Duration::from_mins(1),
        }
    }
}
