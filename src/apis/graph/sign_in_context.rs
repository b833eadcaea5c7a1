//! The context of a sign-in: tokens, further identities, tenants, network, the request itself.

use super::types::{
    AGENT, NETWORK_LOCATION, PRIVATE_LINK, SESSION_LIFETIME, TEXTS, TOKEN_PROTECTION, TOKEN_PROTECTION_DETAILS,
};
use crate::table::{Column, Edm, Ops, Sensitive, col};

/// Columns of `entra.sign_ins`, before `raw`.
pub(super) const CONTEXT: &[Column] = &[
    // Tokens and sessions.
    col("session_id", "sessionId", Edm::Text, "Id of the session that the sign-in began or used.")
        .sensitive(Sensitive::Object)
        .beta(),
    col(
        "unique_token_identifier",
        "uniqueTokenIdentifier",
        Edm::Text,
        "Id of the token that was issued, as resources record it.",
    )
    .sensitive(Sensitive::Object)
    .beta(),
    col(
        "session_lifetime_policies",
        "sessionLifetimePolicies",
        Edm::List(&Edm::Object(SESSION_LIFETIME)),
        "Session policies that were applied.",
    )
    .beta(),
    col(
        "sign_in_token_protection_status",
        "signInTokenProtectionStatus",
        TOKEN_PROTECTION,
        "Whether the sign-in token was bound to the device. Deprecated; use token_protection_status_details.",
    )
    .beta(),
    col(
        "app_token_protection_status",
        "appTokenProtectionStatus",
        TOKEN_PROTECTION,
        "Whether the application's token was bound to the device. Deprecated; use token_protection_status_details.",
    )
    .beta(),
    col(
        "token_protection_status_details",
        "tokenProtectionStatusDetails",
        Edm::Object(TOKEN_PROTECTION_DETAILS),
        "Whether the session's token was bound to the device, and why not.",
    )
    .beta(),
    col("client_session_id", "clientSessionId", Edm::Text, "Id of the session on the client's side.")
        .sensitive(Sensitive::Object)
        .beta(),
    col("token_issuer_name", "tokenIssuerName", Edm::Text, "Name of the identity provider, such as sts.microsoft.com.")
        .sensitive(Sensitive::Tenant)
        .beta()
        .beta_ops(Ops::EQ),
    col(
        "token_issuer_type",
        "tokenIssuerType",
        Edm::Enum(&[
            "AzureAD",
            "ADFederationServices",
            "UnknownFutureValue",
            "AzureADBackupAuth",
            "ADFederationServicesMFAAdapter",
            "NPSExtension",
        ]),
        "Kind of the identity provider, such as AzureAD or ADFederationServices.",
    )
    .beta(),
    // Identities beside the main one.
    col(
        "sign_in_identifier",
        "signInIdentifier",
        Edm::Text,
        "What the user typed to sign in: a name, an address, a phone number.",
    )
    .sensitive(Sensitive::Person)
    .beta(),
    col(
        "sign_in_identifier_type",
        "signInIdentifierType",
        Edm::Enum(&[
            "userPrincipalName",
            "phoneNumber",
            "proxyAddress",
            "qrCode",
            "onPremisesUserPrincipalName",
            "unknownFutureValue",
        ]),
        "What kind of identifier that was.",
    )
    .beta(),
    col(
        "service_principal_credential_key_id",
        "servicePrincipalCredentialKeyId",
        Edm::Text,
        "Key id of the credential that the service principal used.",
    )
    .sensitive(Sensitive::Application)
    .beta(),
    col(
        "service_principal_credential_thumbprint",
        "servicePrincipalCredentialThumbprint",
        Edm::Text,
        "Thumbprint of the certificate that the service principal used.",
    )
    .sensitive(Sensitive::Application)
    .beta(),
    col(
        "federated_credential_id",
        "federatedCredentialId",
        Edm::Text,
        "Id of the application's federated credential, if one was used.",
    )
    .sensitive(Sensitive::Application)
    .beta(),
    col(
        "resource_service_principal_id",
        "resourceServicePrincipalId",
        Edm::Text,
        "Object id of the resource's service principal.",
    )
    .sensitive(Sensitive::Application)
    .beta(),
    col("agent", "agent", Edm::Object(AGENT), "The agent, if software that acts by itself signed in.").beta(),
    // Tenants.
    col("home_tenant_id", "homeTenantId", Edm::Text, "Tenant that the user belongs to.").sensitive(Sensitive::Tenant),
    col("home_tenant_name", "homeTenantName", Edm::Text, "Name of that tenant, where it consented to be named.")
        .sensitive(Sensitive::Tenant)
        .beta(),
    col("resource_tenant_id", "resourceTenantId", Edm::Text, "Tenant that owns the resource.")
        .sensitive(Sensitive::Tenant),
    // Operators of the two: "Supports $filter (eq)" in the descriptions of the metadata of 2026; older pages lack them.
    col("app_owner_tenant_id", "appOwnerTenantId", Edm::Text, "Tenant that owns the application.")
        .sensitive(Sensitive::Tenant)
        .beta()
        .beta_ops(Ops::EQ),
    col("resource_owner_tenant_id", "resourceOwnerTenantId", Edm::Text, "Tenant that owns the resource's application.")
        .sensitive(Sensitive::Tenant)
        .beta()
        .beta_ops(Ops::EQ),
    // A flags enumeration with members such as b2bCollaboration, b2bDirectConnect, serviceProvider, passthrough.
    col(
        "cross_tenant_access_type",
        "crossTenantAccessType",
        Edm::Text,
        "How tenants were crossed: none, b2bCollaboration, b2bDirectConnect, microsoftSupport, serviceProvider, passthrough.",
    )
    .beta(),
    col("is_tenant_restricted", "isTenantRestricted", Edm::Bool, "Whether a tenant restriction policy applied.").beta(),
    // Network.
    col(
        "autonomous_system_number",
        "autonomousSystemNumber",
        Edm::Int32,
        "Autonomous system number of the client's network.",
    )
    .beta(),
    col(
        "ip_address_from_resource_provider",
        "ipAddressFromResourceProvider",
        Edm::Text,
        "Client address as the resource saw it; often null.",
    )
    .sensitive(Sensitive::Address)
    .beta(),
    col(
        "network_location_details",
        "networkLocationDetails",
        Edm::List(&Edm::Object(NETWORK_LOCATION)),
        "Named networks that the address belongs to.",
    )
    .beta(),
    col(
        "is_through_global_secure_access",
        "isThroughGlobalSecureAccess",
        Edm::Bool,
        "Whether the user came through Global Secure Access.",
    )
    .beta(),
    col(
        "global_secure_access_ip_address",
        "globalSecureAccessIpAddress",
        Edm::Text,
        "Address at which Global Secure Access was entered.",
    )
    .sensitive(Sensitive::Address)
    .beta(),
    col(
        "private_link_details",
        "privateLinkDetails",
        Edm::Object(PRIVATE_LINK),
        "The Private Link policy that was involved.",
    )
    .beta(),
    // The request itself.
    col("correlation_id", "correlationId", Edm::Text, "Id that the client gave the sign-in; shared by its steps.")
        .alias(&["CorrelationId", "Correlation ID"])
        .ops(Ops::EQ),
    col("original_request_id", "originalRequestId", Edm::Text, "Id of the first request of the authentication.")
        .beta()
        .beta_ops(Ops::EQ),
    col(
        "conditional_access_audiences",
        "conditionalAccessAudiences",
        TEXTS,
        "Audiences that Conditional Access evaluated.",
    )
    .beta()
    .beta_ops(Ops::EQ),
    col("azure_resource_id", "azureResourceId", Edm::Text, "Azure Resource Manager id of the resource that was used.")
        .azure_paths()
        .sensitive(Sensitive::Object)
        .beta(),
    col(
        "flagged_for_review",
        "flaggedForReview",
        Edm::Bool,
        "Whether the user flagged the failed sign-in for an administrator.",
    )
    .beta(),
    col(
        "processing_time_in_milliseconds",
        "processingTimeInMilliseconds",
        Edm::Int32,
        "Time that the service took, in milliseconds.",
    )
    .beta(),
];
