//! Records of `SharePoint` and `OneDrive`: pages (4), files (6), sharing (14), lists (36, 56).

use super::super::event::Record;
use super::record::changes;
use crate::demo::json::Json;
use crate::demo::world::dice::guid;

const FILES: &[(&str, &str)] = &[
    ("Budget 2026.xlsx", "xlsx"),
    ("Gehälter & Boni.xlsx", "xlsx"),
    ("組織図.pptx", "pptx"),
    ("D'Souza – offer.docx", "docx"),
    ("customers (all).csv", "csv"),
    ("notes", ""),
];

pub(super) fn site(record: &Record<'_>) -> String {
    let event = record.event;
    if event.act.workload == "OneDrive" {
        let user = record.upn().replace(['.', '@', '\''], "_");
        return format!("https://{}-my.sharepoint.example/personal/{user}/", record.world.organisation.label());
    }
    let site = if event.plot { "finance" } else { event.pick(0x70, &["finance", "hr", "R&D", "büro"]) };
    format!("https://{}.sharepoint.example/sites/{site}/", record.world.organisation.label())
}

fn base(record: &Record<'_>, json: &mut Json, item: &str) {
    let event = record.event;
    record.client_ip(json);
    json.text("Site", &guid(event.roll(0x70) % 4, 0x71));
    json.text("ItemType", item);
    json.text("EventSource", "SharePoint");
    json.text(
        "UserAgent",
        event.pick(
            0x72,
            &[
                "",
                "Microsoft SkyDriveSync 21.052 ship; Windows NT 10.0",
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4)",
            ],
        ),
    );
    json.text("CorrelationId", &guid(event.seed, 0x73));
    json.text("WebId", &guid(event.roll(0x70) % 4, 0x75));
    record.flag_or_text(json, "DoNotDistributeEvent", true, 300);
    json.flag("IsManagedDevice", event.rare(0x76, 2));
}

/// A file is read, written, moved to the bin.
pub(in super::super) fn file(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    base(record, json, "File");
    let (name, extension) = event.pick(0x77, FILES);
    let number = event.roll(0x78) % 1_000;
    let (name, extension) = match (event.plot, event.alike) {
        (true, _) => (format!("Ledger {number}.xlsx"), "xlsx"),
        (false, true) => (format!("Handbook {number}.docx"), "docx"),
        (false, false) => (name.to_owned(), extension),
    };
    let site = site(record);
    json.text("ObjectId", &format!("{site}Shared Documents/{name}"));
    json.text("SiteUrl", &site);
    json.text("SourceRelativeUrl", "Shared Documents");
    json.text("SourceFileName", &name);
    json.text("SourceFileExtension", extension);
    json.text("ListId", &guid(event.roll(0x70) % 4, 0x79));
    json.text("ListItemUniqueId", &guid(event.roll(0x77), 0x7a));
    let size = event.roll(0x7b) % 5_000_000;
    match event.roll(0x7c) % 400 {
        0 if !event.plot => json.text("FileSizeBytes", &size.to_string()),
        1 if !event.plot => json.text("FileSizeBytes", "1000.0"),
        2 if !event.plot => json.text("FileSizeBytes", "1e9"),
        _ => json.raw("FileSizeBytes", &size.to_string()),
    }
    if event.act.operation == "FileSyncDownloadedFull" {
        json.text("FileSyncBytesCommitted", &size.to_string());
    }
    if event.act.operation == "FileMalwareDetected" {
        json.text("VirusInfo", "Trojan:Win32/Demo");
        json.text("VirusVendor", "Demo");
    }
    record.flag_or_text(json, "HighPriorityMediaProcessing", false, 300);
}

/// A page is viewed.
pub(in super::super) fn page(record: &Record<'_>, json: &mut Json) {
    base(record, json, "Page");
    json.text("ObjectId", &format!("{}SitePages/Home.aspx", site(record)));
    json.text("CustomEvent", "");
    json.text("EventData", "<Version>1.0</Version>");
}

/// What the thief looks for, and what somebody at work does: a search a minute.
const SOUGHT: [&str; 4] = ["password", "vpn zugangsdaten password", "mfa recovery codes", "api key"];
const EVERYDAY: [&str; 4] = ["password reset", "holiday calendar", "expense form", "canteen"];

/// Somebody searches the sites. The documented schema has no record of it: nothing more than its words is certain.
pub(in super::super) fn search(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    base(record, json, "Page");
    json.text("ObjectId", &site(record));
    let words = if event.plot { SOUGHT } else { EVERYDAY };
    let minute = event.second.div_euclid(60).rem_euclid(4);
    json.text("SearchQueryText", words[usize::try_from(minute).unwrap_or_default()]);
}

/// The file that the story's link is for.
pub(super) const LEDGER: (&str, &str) = FILES[1];

/// Something is shared. The attacker's link is for anyone.
pub(in super::super) fn sharing(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    base(record, json, "File");
    let (name, extension) = if event.plot || event.alike { LEDGER } else { event.pick(0x7d, FILES) };
    let site = site(record);
    json.text("ObjectId", &format!("{site}Shared Documents/{name}"));
    json.text("SiteUrl", &site);
    json.text("SourceFileName", name);
    json.text("SourceFileExtension", extension);
    json.text("UniqueSharingId", &guid(event.seed, 0x7e));
    if event.act.operation == "AnonymousLinkCreated" {
        json.text("EventData", "<Type>Edit</Type><Expiration>Never</Expiration>");
        return;
    }
    if event.act.operation == "AnonymousLinkUsed" {
        return;
    }
    json.text("TargetUserOrGroupName", record.other(0x7f));
    json.text("TargetUserOrGroupType", event.pick(0x80, &["Member", "Guest", "SharePointGroup", "SecurityGroup"]));
    json.text("EventData", "<Group>Site Owners</Group>");
    if event.rare(0x81, 5) {
        changes(json, &[("SiteAdmin", "True", "")]);
    }
}

/// A list is viewed or changed.
pub(in super::super) fn list(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    base(record, json, if event.act.record_type == 56 { "Field" } else { "List" });
    json.text("ObjectId", &format!("{}Lists/Inventory", site(record)));
    json.text("ListTitle", "Inventory");
    json.text("ListUrl", "Lists/Inventory");
    if event.rare(0x82, 20) {
        json.raw("ListBaseType", "1");
    } else {
        json.text("ListBaseType", "DocumentLibrary");
    }
    json.text("ListBaseTemplateType", "101");
    json.flag("IsHiddenList", false);
    json.flag("IsDocLib", true);
    json.raw("ItemCount", &(event.roll(0x83) % 900).to_string());
}
