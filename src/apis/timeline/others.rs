//! Detections, alerts and provisioning as events.

use crate::apis::graph::{self, PROVISIONING as EVENTS};
use crate::table::{Told, Whose};

/// Risks that were seen of users.
pub(super) static RISK_DETECTIONS: Told = Told {
    set: &graph::RISK_DETECTIONS,
    doc: "risks that were detected of a user",
    usual: true,
    whole: true,
    time: "coalesce(activity_date_time, detected_date_time)",
    action: "concat_ws(': ', 'risk', risk_event_type)",
    result: "nullif(concat_ws(', ', risk_level, risk_state), '')",
    actor: "coalesce(nullif(user_principal_name, ''), nullif(user_display_name, ''), nullif(user_id, ''))",
    target: "nullif(activity, '')",
    address: "ip_address",
    of: &[
        (Whose::User, "lower(user_principal_name) = :user"),
        (Whose::Address, "ip_in(ip_address, :address)"),
        (Whose::Object, "lower(user_id) = :object"),
    ],
    of_files: &[],
    users_only: None,
};

/// Alerts of Defender and of other products. What they rest on is told as JSON of many kinds.
pub(super) static ALERTS: Told = Told {
    set: &graph::ALERTS,
    doc: "alerts of Defender and of the products beside it whose evidence names it",
    usual: false,
    whole: true,
    time: "created_date_time",
    action: "concat_ws(': ', 'alert', title)",
    result: "nullif(concat_ws(', ', severity, status), '')",
    actor: "nullif(actor_display_name, '')",
    target: "nullif(category, '')",
    address: "NULL",
    of: &[
        (Whose::User, "json_mentions(raw, :user)"),
        (Whose::Session, "json_mentions(raw, :session)"),
        (Whose::App, "json_mentions(raw, :app)"),
        (Whose::Object, "json_mentions(raw, :object)"),
    ],
    of_files: &[],
    users_only: None,
};

/// Accounts that were made, changed and removed elsewhere.
pub(super) static PROVISIONING: Told = Told {
    set: &EVENTS,
    doc: "accounts that were provisioned elsewhere, where the record names it",
    usual: false,
    whole: true,
    time: "activity_date_time",
    action: "concat_ws(': ', 'provisioning', provisioning_action)",
    result: "CASE WHEN provisioning_status_info.status = 'failure' THEN concat_ws(': ', 'failure', \
             nullif(provisioning_status_info.error_information.reason, '')) ELSE provisioning_status_info.status END",
    actor: "coalesce(nullif(initiated_by.display_name, ''), nullif(initiated_by.id, ''))",
    target: "coalesce(nullif(target_identity.display_name, ''), nullif(source_identity.display_name, ''))",
    address: "NULL",
    of: &[
        (Whose::User, "json_mentions(raw, :user)"),
        (Whose::App, "json_mentions(raw, :app)"),
        (Whose::Object, "json_mentions(raw, :object)"),
    ],
    of_files: &[],
    users_only: None,
};
