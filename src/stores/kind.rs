//! The kinds of stores: their schemes, the features that read them, the variables of their own tools.

/// A kind of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Amazon S3, and what speaks as it does.
    S3,
    /// Blobs and data lakes of Azure.
    Azure,
    /// Google Cloud Storage.
    Gcs,
    /// A file of a web server.
    Https,
}

/// The schemes, with the kind that each is of.
const SCHEMES: [(&str, Kind); 9] = [
    ("s3", Kind::S3),
    ("s3a", Kind::S3),
    ("abfss", Kind::Azure),
    ("abfs", Kind::Azure),
    ("az", Kind::Azure),
    ("azure", Kind::Azure),
    ("gs", Kind::Gcs),
    ("https", Kind::Https),
    ("http", Kind::Https),
];

/// Variables whose values are secrets.
#[cfg(any(feature = "cli", feature = "store"))]
pub const SECRETS: &[&str] = &[
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ACCESS_KEY",
    "AZURE_STORAGE_MASTER_KEY",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_TOKEN",
    "AZURE_STORAGE_CLIENT_SECRET",
    "AZURE_FABRIC_SESSION_TOKEN",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_BEARER_TOKEN",
];

impl Kind {
    /// The kind that addresses of a scheme lead to.
    pub(super) fn of(scheme: &str) -> Option<Self> {
        SCHEMES.iter().find(|(own, _)| *own == scheme).map(|(_, kind)| *kind)
    }

    /// The feature of the build that reads it.
    pub(super) fn feature(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Azure => "azure",
            Self::Gcs => "gcs",
            Self::Https => "https",
        }
    }
}

/// Whether a variable of the environment is one that stores are asked with: those of the clouds' own tools.
#[cfg(feature = "cli")]
pub fn is_read(name: &str) -> bool {
    ["AWS_", "AZURE_", "GOOGLE_"].iter().any(|prefix| name.starts_with(prefix)) || name == "SERVICE_ACCOUNT"
}
