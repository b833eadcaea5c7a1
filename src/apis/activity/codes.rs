//! Small enumerations of audit records.
//!
//! Source: schema page of the Management Activity API, "Enum" sections.

use crate::table::Codes;

/// `UserType`.
pub static USER_TYPES: Codes = Codes {
    schema: "m365",
    name: "user_types",
    doc: "Kinds of users in audit records, by number and name; directory records show administrators as Regular.",
    members: &[
        (0, "Regular", ""),
        (1, "Reserved", ""),
        (2, "Admin", ""),
        (3, "DCAdmin", ""),
        (4, "System", ""),
        (5, "Application", ""),
        (6, "ServicePrincipal", ""),
        (7, "CustomPolicy", ""),
        (8, "SystemPolicy", ""),
        (9, "PartnerTechnician", ""),
        (10, "Guest", ""),
    ],
};

/// `LogonType`.
pub static LOGON_TYPES: Codes = Codes {
    schema: "m365",
    name: "logon_types",
    doc: "Who opened a mailbox, by number and name.",
    members: &[
        (0, "Owner", ""),
        (1, "Admin", ""),
        (2, "Delegated", "Delegate"),
        (3, "Transport", ""),
        (4, "SystemService", ""),
        (5, "BestAccess", ""),
        (6, "DelegatedAdmin", ""),
    ],
};

/// `AuditLogScope`.
pub static AUDIT_SCOPES: Codes = Codes {
    schema: "m365",
    name: "audit_scopes",
    doc: "Where an audited event happened, by number and name.",
    members: &[(0, "Online", ""), (1, "Onprem", "OnPremises")],
};

/// `EnforcementMode` of endpoint data loss prevention.
pub(super) static ENFORCEMENT_MODES: Codes = Codes::of(
    "What a policy on an endpoint did.",
    &[
        (1, "Audit", ""),
        (2, "Warn", "Block with override"),
        (3, "WarnAndBypass", ""),
        (4, "Block", ""),
        (5, "Allow", ""),
    ],
);

/// Type of an identity in `Actor` and `Target`; inferred from records, since the page lists names alone.
pub(super) static IDENTITY_TYPES: Codes = Codes::of(
    "What an identity's id is.",
    &[(0, "Claim", ""), (1, "Name", ""), (2, "Other", ""), (3, "PUID", ""), (4, "SPN", ""), (5, "UPN", "")],
);

/// `RequestType` of quarantine records.
pub(super) static QUARANTINE_REQUESTS: Codes = Codes::of(
    "What was asked of the quarantine.",
    &[
        (0, "Preview", ""),
        (1, "Delete", ""),
        (2, "Release", ""),
        (3, "Export", ""),
        (4, "ViewHeader", ""),
        (5, "ReleaseRequest", ""),
    ],
);

/// `RequestSource` of quarantine records.
pub(super) static QUARANTINE_SOURCES: Codes =
    Codes::of("Where the quarantine was asked from.", &[(0, "SCC", ""), (1, "Cmdlet", ""), (2, "URLlink", "")]);
