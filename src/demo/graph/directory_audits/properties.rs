//! What the service documents for each property of a directory audit, written down a second time.
//!
//! Taken from the reference pages "List directoryAudits" and "directoryAudit resource type" (August 2026) and the public
//! metadata, and not from the declarations of this program. Filters on `category`, on `result` and on the target's sign-in
//! name are not on the page; public clients send them, and they are served.

use crate::demo::graph::property::{Property, Type, beta, both};

pub(super) static PROPERTIES: &[Property] = &[
    both("id", Type::Text, "eq"),
    both("activityDateTime", Type::Time, "eq ge le"),
    both("activityDisplayName", Type::Text, "eq startswith"),
    both("category", Type::Text, "eq"),
    // The page calls it a GUID and the metadata a string: only a literal in quotes is taken.
    both("correlationId", Type::Text, "eq"),
    both("loggedByService", Type::Text, "eq"),
    both("operationType", Type::Text, ""),
    both("result", Type::Enum, "eq"),
    both("resultReason", Type::Text, ""),
    beta("userAgent", Type::Text, ""),
    both("additionalDetails", Type::Other, ""),
    both("initiatedBy/user/id", Type::Text, "eq"),
    both("initiatedBy/user/displayName", Type::Text, "eq"),
    // Nothing is documented about case here. Names are stored as the directory has them, in mixed case, and compared as they
    // are: whoever folds the literal loses rows.
    both("initiatedBy/user/userPrincipalName", Type::ExactText, "eq startswith"),
    both("initiatedBy/user/ipAddress", Type::Text, ""),
    both("initiatedBy/user/userType", Type::Text, ""),
    both("initiatedBy/user/homeTenantId", Type::Text, ""),
    both("initiatedBy/user/homeTenantName", Type::Text, ""),
    both("initiatedBy/user/roles", Type::Other, ""),
    both("initiatedBy/app/appId", Type::Text, "eq"),
    both("initiatedBy/app/displayName", Type::Text, "eq"),
    both("initiatedBy/app/servicePrincipalId", Type::Text, ""),
    both("initiatedBy/app/servicePrincipalName", Type::Text, ""),
    both("targetResources[]/id", Type::Text, "eq"),
    both("targetResources[]/displayName", Type::Text, "eq startswith"),
    both("targetResources[]/userPrincipalName", Type::Text, "eq"),
    both("targetResources[]/type", Type::Text, ""),
    both("targetResources[]/groupType", Type::Text, ""),
    both("targetResources[]/modifiedProperties", Type::Other, ""),
];
