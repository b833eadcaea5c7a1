//! The reports of Azure AD Graph, which Microsoft Graph has replaced: the public service is retired. What answers as it did,
//! and what was archived of it, is read here.
//!
//! Source: azure-docs of 2017 and 2018, `active-directory-reporting-api-sign-in-activity-reference.md` and
//! `…-audit-reference.md`, for what can be asked; no listing of the records was published, so their members are those that
//! public clients and collectors read. A property without an operator there is never sent.

mod audit_events;
mod signin_events;

use crate::table::FilterLimits;

pub use audit_events::AUDIT_EVENTS;
pub use signin_events::SIGNIN_EVENTS;

/// The schema of both.
const SCHEMA: &str = "aadgraph";

/// "Read directory data", an application permission of Azure AD Graph itself; a role such as Security Reader does as well.
const PERMISSIONS: &[&str] = &["Directory.Read.All"];

/// Days that records were kept: of audits with a premium licence, of sign-ins always, since they need one.
const RETENTION_DAYS: u32 = 30;

/// What a filter may hold. UNCERTAIN, both. Fields can be combined, and every combination that is described joins them with
/// `and`; the audit page shows alternatives of one field in a row with `or`, perhaps as a list of examples. A filter that is
/// refused or misread costs more than a request for each alternative, so no OR is sent. No length is documented: that of
/// Microsoft Graph's filters is kept.
const LIMITS: FilterLimits = FilterLimits { tests: None, bytes: 1_850 };
