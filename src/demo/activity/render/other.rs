//! Records of everything else: Teams (25), Power BI (20), compliance cmdlets (18), Yammer (22), Forms (66), Defender for
//! Cloud Apps (98), Copilot (261), and a type that nobody has listed.

use super::super::event::Record;
use super::record::{pairs, pairs_text};
use crate::demo::json::Json;
use crate::demo::world::clock;
use crate::demo::world::dice::guid;

/// Teams.
pub(in super::super) fn teams(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    record.client_ip(json);
    json.text("ObjectId", "");
    let team = event.roll(0xe0) % 20;
    match event.act.operation {
        "MemberAdded" | "MemberRemoved" if let Some(guest) = event.whom => {
            json.objects("Members", [guest], |json, guest| {
                let guest = &record.world.people[guest];
                json.text("UPN", &guest_name(record, &guest.upn));
                json.text("DisplayName", &guest.name);
                json.raw("Role", "2");
            });
            json.text("TeamName", "Büro Wien");
        }
        "MemberAdded" | "MemberRemoved" => {
            json.objects("Members", [(record.other(0xe1), "0"), (record.upn(), "1")], |json, (upn, role)| {
                json.text("UPN", upn);
                json.text("DisplayName", upn);
                json.raw("Role", role);
            });
            json.text("TeamName", event.pick(0xe2, &["Büro Wien", "製品", "R&D <secret>"]));
        }
        "MessageSent" => {
            json.text("ChatThreadId", &format!("19:{}@thread.v2", guid(event.seed, 0xe3)));
            json.text("CommunicationType", event.pick(0xe4, &["OneOnOne", "GroupChat"]));
            json.text("MessageId", &(event.second * 1_000).to_string());
            json.texts("MessageURLs", &[&format!("https://{}/a?b=c", record.world.organisation.domain())]);
            json.nested("ParticipantInfo", |json| {
                json.flag("HasForeignTenantUsers", event.rare(0xe5, 9));
                json.texts("ParticipatingDomains", &[record.world.organisation.domain()]);
            });
            let name = if event.rare(0xe6, 12) { "Sender" } else { "ItemName" };
            match event.rare(0xe7, 2) {
                // The same property is text in one record and an object in the next.
                true if name == "Sender" => json.nested(name, |json| {
                    json.text("UPN", record.upn());
                    json.text("MRI", "8:orgid:1");
                }),
                _ => json.text(name, record.upn()),
            }
        }
        _ => {}
    }
    json.text("TeamGuid", &format!("19:{}@thread.tacv2", guid(team, 0xe8)));
    json.objects("ExtraProperties", [("TimeZone", "Europe/Wien"), ("OsName", "windows")], |json, (key, value)| {
        json.text("Key", key);
        json.text("Value", value);
    });
}

/// A guest's name within the tenant: the address with its @ written as _, and whose guest it is.
fn guest_name(record: &Record<'_>, address: &str) -> String {
    format!("{}#EXT#@{}", address.replace('@', "_"), record.world.organisation.domain())
}

/// Power BI: lists that come as text.
pub(in super::super) fn power_bi(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    record.client_ip(json);
    json.text("ObjectId", "Umsatz");
    json.text("Activity", "ViewReport");
    json.text("ItemName", "Umsatz");
    json.text(event.pick(0xe9, &["WorkSpaceName", "WorkspaceName"]), "Finance");
    json.text("ReportName", "Umsatz");
    json.flag("IsSuccess", true);
    let properties = if event.rare(0xea, 3) { "[]".into() } else { pairs_text(&[("ReportType", "PowerBIReport")]) };
    json.text("OperationProperties", &properties);
}

/// A cmdlet of the compliance centre: parameters as PowerShell text.
pub(in super::super) fn cmdlet(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    record.client_ip(json);
    let parameters = event.pick(0xeb, &["", "-Name \"Q1 \\\"holds\\\"\" -Force \"True\"", "-Identity \"*\""]);
    json.text("ObjectId", "");
    json.text("Parameters", parameters);
    json.text("NonPIIParameters", "-Name \"<SNIP-PII>\"");
    json.text("ClientApplication", event.pick(0xec, &["EMC", "PowerShell", ""]));
    json.text("StartTime", &clock::stamp(event.second - 1));
    json.text("ClientRequestId", &guid(event.seed, 0xed));
    json.raw("SecurityComplianceCenterEventType", "0");
}

/// Yammer.
pub(in super::super) fn yammer(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    record.client_ip(json);
    json.text("ActorUserId", record.upn());
    json.raw("ActorYammerUserId", &(1_400_000_000_000_u64 + event.roll(0xee) % 1_000_000).to_string());
    json.raw("MessageId", &(1_000_000_000_000_000_u64 + event.roll(0xef) % 1_000_000_000).to_string());
    json.raw("YammerNetworkId", "4211");
}

/// Forms.
pub(in super::super) fn forms(record: &Record<'_>, json: &mut Json) {
    record.client_ip(json);
    json.text("FormId", &guid(record.event.roll(0xf0) % 12, 0xf0));
    json.text("FormName", "Umfrage 📋");
    json.raw("FormType", "0");
    json.raw("FormsUserType", "1");
    json.text("ActivityParameters", "{\"ResponseId\":\"1\",\"Count\":2}");
}

/// An alert of Defender for Cloud Apps.
pub(in super::super) fn cloud_app_alert(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    json.text("ObjectId", &guid(event.seed, 0xf1));
    json.text("AlertDisplayName", "Impossible travel");
    json.text("AlertSeverity", event.pick(0xf2, &["1", "2"]));
    json.text("AlertCategory", "Threat detection");
    json.text("LastUpdatedTime", &format!("{}.1234567Z", clock::stamp(event.second)));
    json.raw("ItemCount", "1");
    json.texts("ClientIPs", &[event.ip(record.world)]);
    json.objects("Applications", ["Office 365"], |json, name| json.text("Name", name));
}

/// Copilot.
pub(in super::super) fn copilot(record: &Record<'_>, json: &mut Json) {
    record.client_ip(json);
    json.nested("CopilotEventData", |json| {
        json.text("AppHost", record.event.pick(0xf3, &["Word", "Teams", "BizChat"]));
        json.text("ThreadId", &guid(record.event.seed, 0xf4));
        json.objects("Contexts", [()], |json, ()| json.text("Type", "docx"));
    });
}

/// What no reader knows.
pub(in super::super) fn unknown(record: &Record<'_>, json: &mut Json) {
    json.raw("Payload", "{\"a\":[1,2.5,-3e2,null,true,{\"deep\":[[[\"x\"]]]}]}");
    pairs(json, "ExtendedProperties", &[("k", record.event.pick(0xf5, &["<null>", "17", "[]"]))]);
}
