//! What the service documents for each property of a sign-in, written down a second time.
//!
//! Taken from the reference documentation of `signIn` (versions 1.0 and beta, August 2026) and not from the declarations
//! of this program: a wrong declaration is refused here as the real service would refuse it.

/// A version of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::demo) enum Version {
    V1,
    Beta,
}

impl Version {
    /// The path segment.
    pub(in crate::demo) const fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }
}

/// The type of a property, as far as a filter has to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Type {
    /// Compared without regard to case.
    Text,
    /// Stored in lower case and compared as it is (source: reports on `userPrincipalName`).
    ExactText,
    /// A member's name, in quotes or qualified.
    Enum,
    Integer,
    Time,
    /// A list of texts: `any()` only.
    Texts,
    /// What no filter reads.
    Other,
}

/// A property that exists.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct Property {
    pub(in crate::demo) path: &'static str,
    pub(in crate::demo) kind: Type,
    /// Operators of version 1.0; `None` where the property does not exist.
    v1: Option<&'static str>,
    beta: &'static str,
}

impl Property {
    /// Whether an operator is documented for it.
    pub(in crate::demo) fn allows(&self, version: Version, operator: &str) -> bool {
        self.operators(version).is_some_and(|all| all.split(' ').any(|o| o == operator))
    }

    /// Operators, separated by blanks; `None` where the property does not exist.
    pub(in crate::demo) fn operators(&self, version: Version) -> Option<&'static str> {
        match version {
            Version::V1 => self.v1,
            Version::Beta => Some(self.beta),
        }
    }
}

/// The property at a path, if that version has it.
pub(in crate::demo) fn property(version: Version, path: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|p| p.path == path && p.operators(version).is_some())
}

/// Whether a version has a property of that name at the top of a record.
pub(in crate::demo) fn exists(version: Version, name: &str) -> bool {
    let below = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    PROPERTIES.iter().any(|p| p.operators(version).is_some() && below(p.path))
}

const fn both(path: &'static str, kind: Type, operators: &'static str) -> Property {
    Property { path, kind, v1: Some(operators), beta: operators }
}

const fn more(path: &'static str, kind: Type, beta: &'static str) -> Property {
    Property { path, kind, v1: Some(""), beta }
}

const fn beta(path: &'static str, kind: Type, beta: &'static str) -> Property {
    Property { path, kind, v1: None, beta }
}

/// Every property of a sign-in.
pub(in crate::demo) static PROPERTIES: &[Property] = &[
    both("id", Type::Text, "eq"),
    both("createdDateTime", Type::Time, "eq ge le"),
    both("userDisplayName", Type::Text, "eq startswith"),
    both("userPrincipalName", Type::ExactText, "eq startswith"),
    both("userId", Type::Text, "eq"),
    both("appId", Type::Text, "eq"),
    both("appDisplayName", Type::Text, "eq startswith"),
    both("ipAddress", Type::Text, "eq startswith"),
    both("clientAppUsed", Type::Text, "eq"),
    both("conditionalAccessStatus", Type::Enum, "eq"),
    both("correlationId", Type::Text, "eq"),
    both("isInteractive", Type::Other, ""),
    both("resourceDisplayName", Type::Text, "eq"),
    both("resourceId", Type::Text, "eq"),
    both("resourceTenantId", Type::Text, ""),
    both("homeTenantId", Type::Text, ""),
    more("servicePrincipalId", Type::Text, "eq startswith"),
    more("servicePrincipalName", Type::Text, "eq startswith"),
    more("userAgent", Type::Text, "eq startswith"),
    both("authenticationAppDeviceDetails", Type::Other, ""),
    both("riskDetail", Type::Enum, "eq"),
    both("riskLevelAggregated", Type::Enum, "eq"),
    both("riskLevelDuringSignIn", Type::Enum, "eq"),
    both("riskState", Type::Enum, "eq"),
    both("riskEventTypes", Type::Texts, "eq"),
    both("riskEventTypes_v2", Type::Texts, "eq startswith"),
    both("status/errorCode", Type::Integer, "eq"),
    both("status/failureReason", Type::Text, ""),
    both("status/additionalDetails", Type::Text, ""),
    both("deviceDetail/browser", Type::Text, "eq startswith"),
    both("deviceDetail/operatingSystem", Type::Text, "eq startswith"),
    both("deviceDetail/deviceId", Type::Text, ""),
    both("deviceDetail/displayName", Type::Text, ""),
    both("deviceDetail/isCompliant", Type::Other, ""),
    both("deviceDetail/isManaged", Type::Other, ""),
    both("deviceDetail/trustType", Type::Text, ""),
    both("location/city", Type::Text, "eq startswith"),
    both("location/state", Type::Text, "eq startswith"),
    both("location/countryOrRegion", Type::Text, "eq startswith"),
    both("location/geoCoordinates/altitude", Type::Other, ""),
    both("location/geoCoordinates/latitude", Type::Other, ""),
    both("location/geoCoordinates/longitude", Type::Other, ""),
    both("appliedConditionalAccessPolicies", Type::Other, ""),
    beta("signInEventTypes", Type::Texts, "eq ne"),
    beta("authenticationRequirement", Type::Text, "eq startswith"),
    beta("conditionalAccessAudiences", Type::Texts, "eq"),
    beta("originalRequestId", Type::Text, "eq"),
    beta("tokenIssuerName", Type::Text, "eq"),
    beta("tokenIssuerType", Type::Enum, ""),
    beta("authenticationProtocol", Type::Enum, ""),
    beta("authenticationDetails", Type::Other, ""),
    beta("authenticationMethodsUsed", Type::Texts, ""),
    beta("authenticationProcessingDetails", Type::Other, ""),
    beta("authenticationRequirementPolicies", Type::Other, ""),
    beta("authenticationContextClassReferences", Type::Other, ""),
    beta("authenticationAppPolicyEvaluationDetails", Type::Other, ""),
    beta("appliedEventListeners", Type::Other, ""),
    beta("appTokenProtectionStatus", Type::Enum, ""),
    beta("signInTokenProtectionStatus", Type::Enum, ""),
    beta("autonomousSystemNumber", Type::Integer, ""),
    beta("azureResourceId", Type::Text, ""),
    beta("clientCredentialType", Type::Enum, ""),
    beta("crossTenantAccessType", Type::Enum, ""),
    beta("federatedCredentialId", Type::Text, ""),
    beta("flaggedForReview", Type::Other, ""),
    beta("globalSecureAccessIpAddress", Type::Text, ""),
    beta("homeTenantName", Type::Text, ""),
    beta("incomingTokenType", Type::Enum, ""),
    beta("ipAddressFromResourceProvider", Type::Text, ""),
    beta("isTenantRestricted", Type::Other, ""),
    beta("isThroughGlobalSecureAccess", Type::Other, ""),
    beta("managedServiceIdentity", Type::Other, ""),
    beta("mfaDetail/authMethod", Type::Text, ""),
    beta("mfaDetail/authDetail", Type::Text, ""),
    beta("networkLocationDetails", Type::Other, ""),
    beta("originalTransferMethod", Type::Enum, ""),
    beta("privateLinkDetails", Type::Other, ""),
    beta("processingTimeInMilliseconds", Type::Integer, ""),
    beta("resourceServicePrincipalId", Type::Text, ""),
    beta("servicePrincipalCredentialKeyId", Type::Text, ""),
    beta("servicePrincipalCredentialThumbprint", Type::Text, ""),
    beta("sessionId", Type::Text, ""),
    beta("sessionLifetimePolicies", Type::Other, ""),
    beta("signInIdentifier", Type::Text, ""),
    beta("signInIdentifierType", Type::Enum, ""),
    beta("uniqueTokenIdentifier", Type::Text, ""),
    beta("userType", Type::Enum, ""),
];
