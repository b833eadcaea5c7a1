//! The queries in the program: the files of `queries/`, in the order of the manual.

/// Name and text of each.
pub(super) static SHIPPED: &[(&str, &str)] = &[
    ("token-reuse", include_str!("../../queries/token-reuse.sql")),
    ("weak-sign-ins", include_str!("../../queries/weak-sign-ins.sql")),
    ("password-spray", include_str!("../../queries/password-spray.sql")),
    ("password-spray-in-audit-log", include_str!("../../queries/password-spray-in-audit-log.sql")),
    ("success-after-failures", include_str!("../../queries/success-after-failures.sql")),
    ("mfa-fatigue", include_str!("../../queries/mfa-fatigue.sql")),
    ("policy-changes", include_str!("../../queries/policy-changes.sql")),
    ("consents", include_str!("../../queries/consents.sql")),
    ("new-app-secrets", include_str!("../../queries/new-app-secrets.sql")),
    ("app-permissions", include_str!("../../queries/app-permissions.sql")),
    ("inbox-rules", include_str!("../../queries/inbox-rules.sql")),
    ("forwarding", include_str!("../../queries/forwarding.sql")),
    ("mails-read", include_str!("../../queries/mails-read.sql")),
    ("mass-download", include_str!("../../queries/mass-download.sql")),
    ("privileged-roles", include_str!("../../queries/privileged-roles.sql")),
    ("cloud-failures-then-vpn", include_str!("../../queries/cloud-failures-then-vpn.sql")),
];
