//! The national clouds: where each has its services and its sign-in. Tokens of one are not valid in another.
//!
//! Source: Microsoft Graph documentation, "National cloud deployments". Germany is retired.

use std::fmt;
use std::str::FromStr;

/// A cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cloud {
    /// The worldwide cloud.
    #[default]
    Global,
    /// US Government Community Cloud: the worldwide one, with a host of its own for the activity feed.
    UsGovL2,
    /// US Government L4 (GCC High).
    UsGovL4,
    /// US Government L5 (Department of Defense).
    UsGovL5,
    /// China, run by 21Vianet.
    China,
}

impl Cloud {
    /// All clouds, in the order of the manual.
    pub const ALL: [Self; 5] = [Self::Global, Self::UsGovL2, Self::UsGovL4, Self::UsGovL5, Self::China];

    /// The name in configurations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::UsGovL2 => "us-gov-l2",
            Self::UsGovL4 => "us-gov-l4",
            Self::UsGovL5 => "us-gov-l5",
            Self::China => "china",
        }
    }

    /// Microsoft Graph's origin.
    pub const fn graph(self) -> &'static str {
        match self {
            Self::Global | Self::UsGovL2 => "https://graph.microsoft.com",
            Self::UsGovL4 => "https://graph.microsoft.us",
            Self::UsGovL5 => "https://dod-graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }

    /// The Management Activity API's origin. None is documented for China (source: its reference, "Activity API
    /// operations").
    pub const fn management(self) -> Option<&'static str> {
        match self {
            Self::Global => Some("https://manage.office.com"),
            Self::UsGovL2 => Some("https://manage-gcc.office.com"),
            Self::UsGovL4 => Some("https://manage.office365.us"),
            Self::UsGovL5 => Some("https://manage.protection.apps.mil"),
            Self::China => None,
        }
    }

    /// The sign-in service's origin.
    pub const fn login(self) -> &'static str {
        match self {
            Self::Global | Self::UsGovL2 => "https://login.microsoftonline.com",
            Self::UsGovL4 | Self::UsGovL5 => "https://login.microsoftonline.us",
            Self::China => "https://login.chinacloudapi.cn",
        }
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Cloud {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|cloud| cloud.name() == name).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn every_cloud_is_found_by_its_name_and_has_secure_origins() {
        for cloud in Cloud::ALL {
            assert_eq!(cloud.name().parse(), Ok(cloud));
            for origin in [Some(cloud.graph()), Some(cloud.login()), cloud.management()].into_iter().flatten() {
                let url = Url::parse(origin).unwrap();
                assert_eq!((url.scheme(), url.path()), ("https", "/"), "{origin}");
            }
        }
        assert_eq!("germany".parse::<Cloud>(), Err(()));
    }
}
