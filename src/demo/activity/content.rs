//! The five types of content that the feed delivers.

/// How long content can be listed and retrieved (source: Management Activity API reference, "Retrieve content").
pub(super) const REACH: i64 = 7 * 86_400;

/// A type of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ContentType {
    /// Changes of the directory, and sign-ins to it.
    AzureActiveDirectory,
    /// Mailboxes and their administration.
    Exchange,
    /// `SharePoint` and `OneDrive`.
    SharePoint,
    /// Everything else: Teams, Power BI, Defender, …
    General,
    /// Data loss prevention of all workloads.
    Dlp,
}

impl ContentType {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::AzureActiveDirectory, Self::Exchange, Self::SharePoint, Self::General, Self::Dlp];

    /// As requests name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AzureActiveDirectory => "Audit.AzureActiveDirectory",
            Self::Exchange => "Audit.Exchange",
            Self::SharePoint => "Audit.SharePoint",
            Self::General => "Audit.General",
            Self::Dlp => "DLP.All",
        }
    }

    /// The type of that name. The service compares exactly.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|content| content.name() == name)
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}
