//! Complex types of applications and service principals.

use super::directory::MORE_TIME;
use super::types::TEXTS;
use crate::table::{Column, Edm, Sensitive, col};

/// `graph.appRole`.
pub(super) const APP_ROLE: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the role."),
    col("value", "value", Edm::Text, "Name of the role in tokens."),
    col("display_name", "displayName", Edm::Text, "Name of the role for people."),
    col("description", "description", Edm::Text, "What the role allows."),
    col("allowed_member_types", "allowedMemberTypes", TEXTS, "Who can have it: User, Application."),
    col("is_enabled", "isEnabled", Edm::Bool, "Whether it can be given."),
    col("origin", "origin", Edm::Text, "Whether the application or its service principal defines it."),
];
/// `graph.permissionScope`.
pub(super) const SCOPE: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the permission."),
    col("value", "value", Edm::Text, "Name of the permission in tokens."),
    col("type", "type", Edm::Text, "Who can consent: User or Admin."),
    col("is_enabled", "isEnabled", Edm::Bool, "Whether it can be consented to."),
    col("admin_consent_display_name", "adminConsentDisplayName", Edm::Text, "Name that administrators see."),
    col("admin_consent_description", "adminConsentDescription", Edm::Text, "What administrators read of it."),
    col("user_consent_display_name", "userConsentDisplayName", Edm::Text, "Name that users see."),
    col("user_consent_description", "userConsentDescription", Edm::Text, "What users read of it."),
];

/// `graph.keyCredential`.
pub(super) const CREDENTIAL: &[Column] = &[
    col("key_id", "keyId", Edm::Text, "Id of the certificate.").sensitive(Sensitive::Application),
    col("display_name", "displayName", Edm::Text, "Name of the certificate.").sensitive(Sensitive::Application),
    col("type", "type", Edm::Text, "Kind, such as AsymmetricX509Cert."),
    col("usage", "usage", Edm::Text, "What for: Sign or Verify."),
    col("start_date_time", "startDateTime", Edm::Instant, "From when it is good, UTC."),
    col("end_date_time", "endDateTime", Edm::Instant, "Until when it is good, UTC.").advanced(MORE_TIME),
    col("custom_key_identifier", "customKeyIdentifier", Edm::Text, "Its thumbprint, in base 64.")
        .sensitive(Sensitive::Application),
    col("key", "key", Edm::Text, "The certificate itself, in base 64. In lists it is NULL.")
        .sensitive(Sensitive::Secret),
];

/// `graph.passwordCredential`.
pub(super) const SECRET: &[Column] = &[
    col("key_id", "keyId", Edm::Text, "Id of the secret.").sensitive(Sensitive::Application),
    col("display_name", "displayName", Edm::Text, "Name of the secret.").sensitive(Sensitive::Application),
    col("hint", "hint", Edm::Text, "First letters of the secret.").sensitive(Sensitive::Secret),
    col("start_date_time", "startDateTime", Edm::Instant, "From when it is good, UTC."),
    col("end_date_time", "endDateTime", Edm::Instant, "Until when it is good, UTC."),
    col("custom_key_identifier", "customKeyIdentifier", Edm::Text, "Not used any more.")
        .sensitive(Sensitive::Application),
    col(
        "secret_text",
        "secretText",
        Edm::Text,
        "The secret itself: only the reply to its making has it, so it is NULL.",
    )
    .sensitive(Sensitive::Secret),
];

/// `graph.verifiedPublisher`.
pub(super) const VERIFIED_PUBLISHER: &[Column] = &[
    col("display_name", "displayName", Edm::Text, "Name of the publisher."),
    col("verified_publisher_id", "verifiedPublisherId", Edm::Text, "Id of the publisher with Microsoft's partners."),
    col("added_date_time", "addedDateTime", Edm::Instant, "When that was proven, UTC."),
];
