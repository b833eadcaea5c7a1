//! Changes of the directory as events.
//!
//! No page says in which case these records hold names of users, so tests of them ignore it, and stay on this side. That an
//! application's client id stands among the additional details (`AppId`) was seen on records and is documented nowhere.

use crate::apis::aadgraph::AUDIT_EVENTS;
use crate::apis::graph::DIRECTORY_AUDITS;
use crate::table::{Told, Whose};

/// Audits of Microsoft Graph.
pub(super) static GRAPH: Told = Told {
    set: &DIRECTORY_AUDITS,
    doc: "changes of the directory that it made, and those that were made to it",
    usual: true,
    whole: true,
    time: "activity_date_time",
    action: "activity_display_name",
    result: "CASE WHEN result = 'failure' THEN concat_ws(': ', 'failure', nullif(result_reason, '')) ELSE result END",
    actor: "coalesce(nullif(initiated_by.user.user_principal_name, ''), nullif(initiated_by.app.display_name, ''), \
            nullif(initiated_by.user.display_name, ''), nullif(initiated_by.user.id, ''), \
            nullif(initiated_by.app.app_id, ''))",
    target: "coalesce(nullif(target_resources[1].display_name, ''), nullif(target_resources[1].user_principal_name, ''), \
             nullif(target_resources[1].id, ''))",
    address: "initiated_by.user.ip_address",
    of: &[
        (
            Whose::User,
            "lower(initiated_by.user.user_principal_name) = :user \
             OR any_match(target_resources, t -> lower(t.user_principal_name) = :user)",
        ),
        (Whose::Address, "ip_in(initiated_by.user.ip_address, :address)"),
        (
            Whose::App,
            "lower(initiated_by.app.app_id) = :app OR any_match(additional_details, d -> lower(d.value) = :app)",
        ),
        (
            Whose::Object,
            "lower(initiated_by.user.id) = :object OR lower(initiated_by.app.service_principal_id) = :object \
             OR any_match(target_resources, t -> lower(t.id) = :object)",
        ),
    ],
    of_files: &[],
    users_only: None,
};

/// Audits of Azure AD Graph.
pub(super) static LEGACY: Told = Told {
    set: &AUDIT_EVENTS,
    doc: "changes of the directory as the retired service tells them, where the connection has an aadgraph_url",
    usual: true,
    whole: true,
    time: "activity_date",
    action: "activity",
    result: "CASE WHEN lower(activity_result_status) = 'failure' THEN \
             concat_ws(': ', 'failure', nullif(activity_result_description, '')) ELSE lower(activity_result_status) END",
    actor: "coalesce(nullif(actor.user_principal_name, ''), nullif(actor.name, ''), nullif(actor.object_id, ''))",
    target: "coalesce(nullif(targets[1].name, ''), nullif(targets[1].user_principal_name, ''), \
             nullif(targets[1].object_id, ''))",
    address: "actor.ip_address",
    of: &[
        (
            Whose::User,
            "lower(actor.user_principal_name) = :user OR any_match(targets, t -> lower(t.user_principal_name) = :user)",
        ),
        (Whose::Address, "ip_in(actor.ip_address, :address)"),
        (Whose::Object, "lower(actor.object_id) = :object OR any_match(targets, t -> lower(t.object_id) = :object)"),
    ],
    of_files: &[],
    users_only: None,
};
