//! What in a log of one's own is the action, the result and the target of an event: by the names of its columns.
//!
//! Every reader of logs gives `time`, `user_name` and `client_address`; what else there is has the name that the log gives it.
//! A column that none of these names fits is NULL here; `raw` has the whole line.

use arrow::datatypes::Schema;

use super::entity::Entity;
use super::sources::Words;
use crate::table::Whose;

const ACTION: &[&str] = &[
    "event",
    "action",
    "activity",
    "operation",
    "event_name",
    "event_type",
    "event_id_name",
    "method",
    "cs_method",
    "packet_type_name",
    "message",
    "msg",
    "event_id",
];
const RESULT: &[&str] =
    &["result", "outcome", "status_name", "status", "sc_status", "action_result", "reason_code_name", "reason"];
const TARGET: &[&str] = &[
    "target",
    "url",
    "path",
    "request_uri",
    "cs_uri_stem",
    "resource",
    "service_name",
    "target_server",
    "destination",
    "dst_ip",
    "dest_ip",
    "server",
    "host",
];

/// Time, action, result, actor, target, address, id and raw.
pub(super) fn columns(schema: &Schema) -> [Words; 8] {
    let first = |names: &[&'static str]| -> Words {
        let is_there = |name: &&&'static str| schema.field_with_name(name).is_ok();
        names.iter().find(is_there).map_or(Words::from("NULL"), |name| Words::from(*name))
    };
    let address = first(&["client_address"]);
    let user = first(&["user_name"]);
    [
        Words::from("time"),
        first(ACTION),
        first(RESULT),
        user,
        first(TARGET),
        address,
        first(&["record_id"]),
        first(&["raw"]),
    ]
}

/// The conditions that its columns allow. On premises, accounts go by the name before the @ as often as by the whole.
pub(super) fn conditions(schema: &Schema, entity: &Entity, all: bool) -> Vec<(Whose, Words)> {
    let has = |name: &str| all || schema.field_with_name(name).is_ok();
    let mut of = Vec::new();
    if has("user_name") {
        let local = "(strpos(user_name, '@') = 0 AND upn_local_part(user_name) = :local)";
        let whole = "lower(user_name) = :user";
        let condition = match entity.local_part() {
            Some(_) => Words::from(format!("{whole} OR {local}")),
            None => Words::from(whole),
        };
        of.push((Whose::User, condition));
    }
    if has("client_address") {
        of.push((Whose::Address, Words::from("ip_in(client_address, :address)")));
    }
    of
}
