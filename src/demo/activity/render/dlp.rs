//! Records of data loss prevention: files (11), mail (13), devices (63).

use super::super::event::Record;
use super::super::sensitive::SENSITIVE_TYPES;
use super::sharepoint::{LEDGER, site};
use crate::demo::json::Json;
use crate::demo::world::clock;
use crate::demo::world::dice::guid;

fn policies(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    let (id, name) = event.pick(0xa0, SENSITIVE_TYPES);
    json.objects("PolicyDetails", [()], |json, ()| {
        json.text("PolicyId", &guid(1, 0xa1));
        json.text("PolicyName", "Financial data");
        json.objects("Rules", [()], |json, ()| {
            json.text("RuleId", &guid(2, 0xa1));
            json.text("RuleName", "High volume");
            json.texts("Actions", &["NotifyUser", "GenerateAlert"]);
            json.text("Severity", event.pick(0xa2, &["Low", "Medium", "High"]));
            json.text("RuleMode", "Enable");
            json.nested("ConditionsMatched", |json| {
                json.objects("SensitiveInformation", [()], |json, ()| {
                    json.raw("Confidence", "85");
                    json.raw("Count", &(1 + event.roll(0xa3) % 20).to_string());
                    json.text("SensitiveType", id);
                    json.text("SensitiveInformationTypeName", name);
                });
            });
        });
    });
    json.flag("SensitiveInfoDetectionIsIncluded", false);
    json.text("IncidentId", &guid(event.seed, 0xa4));
    if event.act.operation == "DlpRuleUndo" || event.rare(0xa5, 6) {
        exception(record, json);
    }
}

/// An object, or the text of one.
fn exception(record: &Record<'_>, json: &mut Json) {
    if record.event.rare(0xa6, 2) {
        json.text(
            "ExceptionInfo",
            "{\"Reason\":\"Override\",\"FalsePositive\":false,\"Justification\":\"agreed\",\"Rules\":[]}",
        );
        return;
    }
    json.nested("ExceptionInfo", |json| {
        json.text("Reason", "Override");
        json.flag("FalsePositive", true);
        json.text("Justification", "agreed with \"audit\"");
        json.texts("Rules", &[&guid(2, 0xa1)]);
    });
}

/// A file.
pub(in super::super) fn dlp_file(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    policies(record, json);
    let (site, name) = if event.plot || event.alike {
        (site(record).trim_end_matches('/').to_owned(), LEDGER.0)
    } else {
        (format!("https://{}.sharepoint.example/sites/finance", record.world.organisation.label()), "Budget 2026.xlsx")
    };
    let file = format!("{site}/Shared Documents/{name}");
    json.text("ObjectId", &file);
    json.nested("SharePointMetaData", |json| {
        json.text("From", record.upn());
        // Both spellings are met.
        json.text(event.pick(0xa7, &["itemCreationTime", "ItemCreationTime"]), &clock::stamp(event.second - 86_400));
        json.text("SiteCollectionUrl", &site);
        json.text("SiteCollectionGuid", &guid(0, 0x71));
        json.text("FileName", name);
        json.text("FileOwner", record.upn());
        json.text("FilePathUrl", &file);
        json.text("UniqueID", &guid(event.seed, 0xa8));
        json.text(event.pick(0xa9, &["ItemLastModifiedTime", "LastModifiedTime"]), &clock::stamp(event.second - 60));
        if event.rare(0xaa, 3) {
            json.text("FileSize", "18231");
        } else {
            json.raw("FileSize", "18231");
        }
    });
}

/// A mail.
pub(in super::super) fn dlp_mail(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    policies(record, json);
    json.text("ObjectId", &guid(event.seed, 0xab));
    json.nested("ExchangeMetaData", |json| {
        json.text("MessageID", &format!("<{}@{}>", guid(event.seed, 0xac), record.world.organisation.domain()));
        json.text("From", record.upn());
        json.texts("To", &[record.other(0xad), "partner@olivier.example"]);
        json.texts("CC", &[]);
        json.text("Subject", event.pick(0xae, &["Überweisung", "card numbers", "口座番号"]));
        json.text("Sent", &format!("{}.0000000Z", clock::stamp(event.second - 5)));
        json.raw("RecipientCount", "2");
    });
}

/// A device.
pub(in super::super) fn dlp_endpoint(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    record.client_ip(json);
    policies(record, json);
    json.text("ObjectId", "C:\\Users\\work\\Desktop\\customers.csv");
    json.nested("EndpointMetaData", |json| {
        if event.rare(0xaf, 4) {
            json.text("EnforcementMode", "4");
        } else {
            json.raw("EnforcementMode", "1");
        }
        json.text("FileExtension", "csv");
        json.text("DeviceName", &format!("lw-nb-{:03}", event.actor));
    });
}
