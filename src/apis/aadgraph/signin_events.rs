//! `aadgraph.signin_events`: GET /{tenant}/activities/signinEvents?api-version=beta.

use std::borrow::Cow;

use super::{LIMITS, PERMISSIONS, RETENTION_DAYS, SCHEMA};
use crate::table::{
    Api, Code, Column, Dialect, Edm, EntitySet, Family, Inputs, Op, Ops, Pages, Quota, RAW, Select, Sensitive, Source,
    Versions, col, derived,
};

/// The sign-ins of users.
pub static SIGNIN_EVENTS: EntitySet = EntitySet {
    schema: SCHEMA,
    name: "signin_events",
    doc: "One row per sign-in, in the form of the retired Azure AD Graph reporting API: read from an endpoint that answers as \
          it did (aadgraph_url), or from exported files. An answer that ends at the service's cap of 1,000,000 records is split \
          by time and read again.",
    family: Family::SigninEvents,
    source: Source::Pages(Pages {
        api: Api::AadGraph,
        dialect: Dialect::AadGraph,
        path: "/activities/signinEvents",
        permissions: PERMISSIONS,
        quota: Quota::AadGraph,
        // Batches have up to 1,000 records. `$top` sorts them and halves the cap, and is never sent.
        page: None,
        headers: &[],
        advanced: &[],
        parent: None,
        select: Select::Undocumented,
        counts: false,
        costly: None,
        licence: None,
        // None is documented.
        listed: None,
        retention_days: Some(RETENTION_DAYS),
        population: None,
        limits: LIMITS,
        // "The total number of records returned by a query is limited to 1,000,000": half of that where `$top` is sent, which
        // never is.
        record_cap: Some(1_000_000),
        beta: false,
    }),
    time: Some("signin_date_time"),
    key: "id",
    actors: &["user_principal_name", "user_id", "user_display_name"],
    within: None,
    versions: Versions { written: None, outcome: None },
    columns: COLUMNS,
};

/// What filters write for the record's words: `'0'` and `'1'`, in quotes. UNCERTAIN which words the records have: public
/// samples have Success and Failure, and whoever knows the filter writes the digits.
const LOGIN_STATUS: &[(&str, Code)] =
    &[("success", Code::Text("0")), ("0", Code::Text("0")), ("failure", Code::Text("1")), ("1", Code::Text("1"))];

/// Whether the error code is 0.
fn is_success<'a>(members: Inputs<'_, 'a>) -> Option<Cow<'a, str>> {
    let code: i64 = members[0]?.trim().parse().ok()?;
    Some(Cow::Borrowed(if code == 0 { "true" } else { "false" }))
}

/// Place, as most records have it.
const LOCATION: &[Column] = &[
    col("city", "city", Edm::Text, "The city that the IP address was located in."),
    col("state", "state", Edm::Text, "The state or province that the IP address was located in."),
    col("country", "country", Edm::Text, "The country that the IP address was located in."),
];

/// Position; older records have the place in it as well.
const GEO_COORDINATES: &[Column] = &[
    col("latitude", "latitude", Edm::Double, "Degrees north of the equator, decimal."),
    col("longitude", "longitude", Edm::Double, "Degrees east of Greenwich, decimal."),
    col("city", "city", Edm::Text, "The city, in older records."),
    col("state", "state", Edm::Text, "The state or province, in older records."),
    col("country", "country", Edm::Text, "The country, in older records."),
];

const COLUMNS: &[Column] = &[
    col("id", "id", Edm::Text, "Id of the sign-in, a GUID."),
    col("signin_date_time", "signinDateTime", Edm::Instant, "When the sign-in took place, UTC.")
        .ops(Ops::RANGE.with(Op::Gt).with(Op::Lt)),
    col("signin_date_time_in_millis", "signinDateTimeInMillis", Edm::Int64, "The same in milliseconds since 1970."),
    col("user_id", "userId", Edm::Text, "Object id of the user.").ops(Ops::EQ).sensitive(Sensitive::Person),
    col("user_display_name", "userDisplayName", Edm::Text, "Display name of the user.").sensitive(Sensitive::Person),
    // UNCERTAIN how names are compared, and whether in lower case: a literal travels as it is and in small letters.
    col(
        "user_principal_name",
        "userPrincipalName",
        Edm::Text,
        "Name that the user signs in with, mostly in lower case.",
    )
    .ops(Ops::EQ)
    .sought_lower()
    .sensitive(Sensitive::Person),
    col("app_id", "appId", Edm::Text, "Application (client) id.").ops(Ops::EQ),
    col("app_display_name", "appDisplayName", Edm::Text, "Name of the application that was signed in to.").ops(Ops::EQ),
    col("ip_address", "ipAddress", Edm::Text, "Client address, IPv4 or IPv6.").sensitive(Sensitive::Address),
    col(
        "device_information",
        "deviceInformation",
        Edm::Text,
        "The device as text with semicolons: host, operating system, browser and more.",
    )
    .sensitive(Sensitive::Device),
    col("location", "location", Edm::Object(LOCATION), "Place that the address was located in."),
    col("geo_coordinates", "geoCoordinates", Edm::Object(GEO_COORDINATES), "Estimated position of the address."),
    col("login_status", "loginStatus", Edm::Text, "Outcome in the record's own word: Success or Failure.")
        .ops(Ops::EQ)
        .asked_as("loginStatus", LOGIN_STATUS),
    // Not asked for as loginStatus: that a code of 0 and a status of success always go together is nobody's word.
    derived(
        "is_success",
        Edm::Bool,
        &["signinErrorCode"],
        is_success,
        "Whether signin_error_code is 0; evaluated here, so add login_status to send a filter.",
    ),
    col(
        "signin_error_code",
        "signinErrorCode",
        Edm::Int32,
        "The result code; 0 is success, others are AADSTS error numbers.",
    ),
    col("failure_reason", "failureReason", Edm::Text, "The error in words."),
    col("mfa_result", "mfaResult", Edm::Text, "How multi-factor authentication was met, or why not."),
    col("mfa_auth_method", "mfaAuthMethod", Edm::Text, "Method of the second factor."),
    col("mfa_auth_detail", "mfaAuthDetail", Edm::Text, "Details of that method, such as a masked phone number.")
        .sensitive(Sensitive::Object),
    RAW,
];
