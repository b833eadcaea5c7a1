//! A record's JSON: the common properties, then what its workload adds.

mod defender;
mod directory;
mod dlp;
mod exchange;
mod other;
mod record;
mod sharepoint;

pub(super) use defender::{alert, investigation, quarantine, submission, threat_click, threat_file, threat_mail};
pub(super) use directory::{directory, logon, old_logon};
pub(super) use dlp::{dlp_endpoint, dlp_file, dlp_mail};
pub(super) use exchange::{
    exchange_admin, inbox_rule, mail_accessed, mail_accessed_by_application, mail_group, mail_item, transport_rule,
};
pub(super) use other::{cloud_app_alert, cmdlet, copilot, forms, power_bi, teams, unknown, yammer};
pub(super) use sharepoint::{file, list, page, search, sharing};

use super::event::{Event, Record};
use crate::demo::json::Json;
use crate::demo::world::World;

/// The JSON of a record.
pub(super) fn json(event: &Event, world: &World, enriched: bool) -> String {
    let record = Record { event, world, enriched };
    let mut json = Json::object();
    record.common(&mut json);
    (event.act.render)(&record, &mut json);
    json.finish()
}
