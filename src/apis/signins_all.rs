//! `entra.signins_all`: sign-ins as every service tells them, under common names.
//!
//! Source: the resource types of the tables named here. That an audit record of a sign-in has the id of the sign-in as its
//! own and its correlation id as `InterSystemsId` was seen on records and is documented nowhere: both are given as they
//! are, and nothing is merged on the strength of it. Legacy records have an id of the same kind and no correlation id;
//! UNCERTAIN whether the id of one event is the same there, so it is given as it is too.

use super::aadgraph::SIGNIN_EVENTS;
use super::activity::AZURE_ACTIVE_DIRECTORY;
use super::graph::SIGN_INS;
use crate::table::{Column, Combined, Edm, Part, RAW, Sensitive, col};

/// All sign-ins.
pub static SIGNINS_ALL: Combined = Combined {
    schema: "entra",
    name: "signins_all",
    doc: "Sign-ins of every source under common names, a row for each record of each source. One event can be in several: \
          sign_in_id and correlation_id tell it. Legacy rows are read where the connection has an aadgraph_url, or from \
          exported files; where it has none, the answer says that they are left out.",
    time: "time",
    columns: COLUMNS,
    parts: &[
        Part {
            label: "graph",
            set: &SIGN_INS,
            only: None,
            columns: &[
                "'graph'",
                "created_date_time",
                "id",
                "correlation_id",
                "user_principal_name",
                "user_id",
                "user_display_name",
                "app_id",
                "app_display_name",
                "resource_id",
                "ip_address",
                "location.city",
                "location.country_or_region",
                "status.error_code = 0",
                "status.error_code",
                "status.failure_reason",
                "is_interactive",
                "client_app_used",
                "user_agent",
                "raw",
            ],
        },
        Part {
            label: "m365",
            set: &AZURE_ACTIVE_DIRECTORY,
            only: Some("operation IN ('UserLoggedIn', 'UserLoginFailed')"),
            columns: &[
                "'m365'",
                "creation_time",
                "id",
                "inter_systems_id",
                "user_name",
                "user_key",
                "NULL",
                "application_id",
                "NULL",
                "object_id",
                "client_address",
                "NULL",
                "NULL",
                "TRY_CAST(error_number AS INT) = 0",
                "TRY_CAST(error_number AS INT)",
                "logon_error",
                "NULL",
                "NULL",
                "NULL",
                "raw",
            ],
        },
        Part {
            label: "aadgraph",
            set: &SIGNIN_EVENTS,
            only: None,
            columns: &[
                "'aadgraph'",
                "signin_date_time",
                "id",
                "NULL",
                "user_principal_name",
                "user_id",
                "user_display_name",
                "app_id",
                "app_display_name",
                "NULL",
                "ip_address",
                "location.city",
                "location.country",
                "is_success",
                "signin_error_code",
                "failure_reason",
                "NULL",
                "NULL",
                "NULL",
                "raw",
            ],
        },
    ],
};

const COLUMNS: &[Column] = &[
    col("source", "", Edm::Text, "The service that told it: graph, m365 or aadgraph."),
    col("time", "", Edm::Instant, "When the sign-in began, UTC."),
    col("sign_in_id", "", Edm::Text, "Id of the sign-in; the same in several sources where they tell of one event."),
    col("correlation_id", "", Edm::Text, "Id that the steps of a sign-in share; not in aadgraph."),
    col("user_principal_name", "", Edm::Text, "Name that the user signs in with, in lower case.")
        .sensitive(Sensitive::Person),
    col("user_id", "", Edm::Text, "Object id of the user.").sensitive(Sensitive::Person),
    col("user_display_name", "", Edm::Text, "Display name of the user; not in m365.").sensitive(Sensitive::Person),
    col("app_id", "", Edm::Text, "Application (client) id."),
    col("app_display_name", "", Edm::Text, "Name of the application; not in m365."),
    col("resource_id", "", Edm::Text, "Id of the resource that a token was asked for; not in aadgraph."),
    col("ip_address", "", Edm::Text, "Client address, IPv4 or IPv6.").sensitive(Sensitive::Address),
    col("city", "", Edm::Text, "City that the address was located in; not in m365."),
    col("country", "", Edm::Text, "Country or region that the address was located in; not in m365."),
    col("is_success", "", Edm::Bool, "Whether the result code is 0."),
    col("error_code", "", Edm::Int32, "Result code of the sign-in; 0 is success."),
    col("failure_reason", "", Edm::Text, "Why it failed, in the words of the source."),
    col(
        "is_interactive",
        "",
        Edm::Bool,
        "Whether the user gave a factor rather than a client its token; graph alone has it.",
    ),
    col("client_app", "", Edm::Text, "Kind of client, such as Browser; graph alone has it."),
    col("user_agent", "", Edm::Text, "User agent as the client sent it; graph alone has it."),
    RAW,
];
