//! Sign-ins as events.
//!
//! Microsoft Graph keeps names and ids in lower case, and compares what is sent as it stands. An export may have been through other
//! hands, and of the retired service nothing says how it writes and compares them: there they are compared here, in any case.

use crate::apis::aadgraph::SIGNIN_EVENTS;
use crate::apis::graph::SIGN_INS;
use crate::table::{Told, Whose};

/// Sign-ins of Microsoft Graph.
pub(super) static GRAPH: Told = Told {
    set: &SIGN_INS,
    doc: "sign-ins of users, service principals and managed identities; of an application also those to it",
    usual: true,
    whole: true,
    time: "created_date_time",
    action: "CASE WHEN is_interactive THEN 'interactive sign-in' \
             WHEN array_has(sign_in_event_types, 'nonInteractiveUser') THEN 'non-interactive sign-in' \
             WHEN array_has(sign_in_event_types, 'servicePrincipal') THEN 'service principal sign-in' \
             WHEN array_has(sign_in_event_types, 'managedIdentity') THEN 'managed identity sign-in' \
             ELSE 'sign-in' END",
    result: "CASE WHEN status.error_code = 0 THEN 'success' WHEN status.error_code IS NOT NULL THEN \
             concat('failure: ', coalesce(entra_error(status.error_code), nullif(status.failure_reason, ''), \
             CAST(status.error_code AS VARCHAR))) END",
    actor: "coalesce(nullif(user_principal_name, ''), nullif(service_principal_name, ''), nullif(user_display_name, ''), \
            nullif(service_principal_id, ''), nullif(user_id, ''))",
    target: "nullif(concat_ws(' for ', nullif(app_display_name, ''), nullif(resource_display_name, '')), '')",
    address: "ip_address",
    of: &[
        (Whose::User, "user_principal_name = :user"),
        (Whose::Address, "ip_in(ip_address, :address)"),
        (Whose::Session, "session_id = :session"),
        (Whose::App, "app_id = :app OR resource_id = :app"),
        (Whose::Object, "user_id = :object OR service_principal_id = :object"),
    ],
    of_files: &[
        (Whose::User, "lower(user_principal_name) = :user"),
        (Whose::Session, "lower(session_id) = :session"),
        (Whose::App, "lower(app_id) = :app OR lower(resource_id) = :app"),
        (Whose::Object, "lower(user_id) = :object OR lower(service_principal_id) = :object"),
    ],
    // Records of the two other kinds have no user.
    users_only: Some(
        "is_interactive OR array_has(sign_in_event_types, 'interactiveUser') \
         OR array_has(sign_in_event_types, 'nonInteractiveUser')",
    ),
};

/// Sign-ins of Azure AD Graph.
pub(super) static LEGACY: Told = Told {
    set: &SIGNIN_EVENTS,
    doc: "sign-ins as the retired service tells them, where the connection has an aadgraph_url",
    usual: true,
    whole: true,
    time: "signin_date_time",
    action: "'sign-in'",
    result: "CASE WHEN is_success THEN 'success' WHEN signin_error_code IS NOT NULL THEN \
             concat('failure: ', coalesce(entra_error(signin_error_code), nullif(failure_reason, ''), \
             CAST(signin_error_code AS VARCHAR))) ELSE lower(login_status) END",
    actor: "coalesce(nullif(user_principal_name, ''), nullif(user_display_name, ''), nullif(user_id, ''))",
    target: "nullif(app_display_name, '')",
    address: "ip_address",
    of: &[
        (Whose::User, "lower(user_principal_name) = :user"),
        (Whose::Address, "ip_in(ip_address, :address)"),
        (Whose::App, "lower(app_id) = :app"),
        (Whose::Object, "lower(user_id) = :object"),
    ],
    of_files: &[],
    users_only: None,
};
