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
    pub const ALL: [Self; 2] = [Self::Reports, Self::Activity];

    /// The name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reports => "reports",
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
            Self::Activity => 2_000,
        }
    }

    /// The sliding window over which [`Quota::requests`] are counted.
    pub const fn window(self) -> Duration {
        match self {
            Self::Reports => Duration::from_secs(10),
            Self::Activity => Duration::from_mins(1),
        }
    }
}
