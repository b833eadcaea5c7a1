//! `entra.devices`: GET /devices.
//!
//! Source: Microsoft Graph reference, "List devices", "device resource type", and "Advanced query capabilities".

use super::directory::{NE, UNSET, flag, id, objects, text, time};
use super::types::TEXTS;
use crate::table::{Column, Edm, EntitySet, Family, Op, Ops, Pages, RAW, Sensitive, Source, Versions, col};

/// The devices of the directory.
pub static DEVICES: EntitySet = EntitySet {
    schema: "entra",
    name: "devices",
    doc: "One row per device that is registered with the directory. device_id, not id, is the device_detail.device_id of \
          sign-ins.",
    family: Family::Devices,
    source: Source::Pages(Pages {
        // "GET /devices/$count" with ConsistencyLevel: eventual.
        counts: true,
        ..objects("/devices", &["Device.Read.All"])
    }),
    time: None,
    key: "id",
    actors: &[],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// `graph.alternativeSecurityId`.
const SECURITY_ID: &[Column] = &[
    col("type", "type", Edm::Int32, "Kind, for internal use.").ops(Ops::EQ).advanced(Ops::of(Op::Ge).with(Op::Le)),
    col("identity_provider", "identityProvider", Edm::Text, "Who vouches for it, for internal use."),
    col("key", "key", Edm::Text, "The id in base 64, for internal use.").sensitive(Sensitive::Device),
];

const COLUMNS: &[Column] = &[
    id("Object id of the device in the directory.").sensitive(Sensitive::Device),
    col("device_id", "deviceId", Edm::Text, "Id that the device was registered under; sign-ins name it.")
        .ops(Ops::EQ)
        .advanced(NE.with(Op::StartsWith))
        .sensitive(Sensitive::Device),
    text("display_name", "displayName", "Name of the device.").sensitive(Sensitive::Device),
    flag("account_enabled", "accountEnabled", "Whether the device can be used."),
    text("operating_system", "operatingSystem", "Operating system, such as Windows."),
    text("operating_system_version", "operatingSystemVersion", "Its version."),
    // Neither is documented to be filtered by.
    col("trust_type", "trustType", Edm::Text, "How it is known: Workplace, AzureAd or ServerAd."),
    col("profile_type", "profileType", Edm::Text, "Kind of registration, such as RegisteredDevice."),
    flag("is_compliant", "isCompliant", "Whether it complies with the tenant's policies."),
    flag("is_managed", "isManaged", "Whether it is managed."),
    col("is_rooted", "isRooted", Edm::Bool, "Whether it was jailbroken or rooted."),
    col("management_type", "managementType", Edm::Text, "How it is managed, such as mdm."),
    col("mdm_app_id", "mdmAppId", Edm::Text, "Application that manages it.")
        .ops(Ops::EQ)
        .advanced(NE.with(Op::StartsWith)),
    col(
        "approximate_last_sign_in_date_time",
        "approximateLastSignInDateTime",
        Edm::Instant,
        "About when it last signed in, UTC.",
    )
    .ops(Ops::RANGE)
    .advanced(UNSET),
    col("registration_date_time", "registrationDateTime", Edm::Instant, "When it was registered, UTC.")
        .advanced(Ops::of(Op::Ge).with(Op::Le)),
    col(
        "compliance_expiration_date_time",
        "complianceExpirationDateTime",
        Edm::Instant,
        "When it counts as not compliant any more, UTC.",
    ),
    col("manufacturer", "manufacturer", Edm::Text, "Who made it."),
    col("model", "model", Edm::Text, "Its model."),
    col("device_category", "deviceCategory", Edm::Text, "Category that was set by a user."),
    col("device_ownership", "deviceOwnership", Edm::Text, "Whose it is: unknown, company, personal."),
    col("enrollment_type", "enrollmentType", Edm::Text, "How it was enrolled."),
    col("enrollment_profile_name", "enrollmentProfileName", Edm::Text, "Profile that it was enrolled with."),
    col("physical_ids", "physicalIds", TEXTS, "Ids of the hardware, for internal use.")
        .ops(Ops::EQ_PREFIX)
        .advanced(Ops::of(Op::Ge).with(Op::Le))
        .sensitive(Sensitive::Device),
    col("system_labels", "systemLabels", TEXTS, "Labels of the system."),
    col(
        "alternative_security_ids",
        "alternativeSecurityIds",
        Edm::List(&Edm::Object(SECURITY_ID)),
        "Further ids, for internal use.",
    ),
    col("device_version", "deviceVersion", Edm::Int32, "For internal use."),
    col(
        "on_premises_sync_enabled",
        "onPremisesSyncEnabled",
        Edm::Bool,
        "Whether it comes from a directory on premises.",
    )
    .ops(Ops::EQ)
    .advanced(UNSET),
    time(
        "on_premises_last_sync_date_time",
        "onPremisesLastSyncDateTime",
        "When it was last synchronised from there, UTC.",
    ),
    col(
        "deleted_date_time",
        "deletedDateTime",
        Edm::Instant,
        "When it was deleted, UTC; NULL for those that are there.",
    ),
    RAW,
];
