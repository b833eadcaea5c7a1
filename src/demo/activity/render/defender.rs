//! Records of Defender for Office 365: mail (28), clicks (41), files (47), investigations (64), submissions (29),
//! quarantine (65), alerts (40).

use super::super::event::Record;
use super::record::pairs;
use crate::demo::json::Json;
use crate::demo::world::attack::{PHISH_LINK, PHISH_SENDER};
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, hex, mix};

/// What the phishing mail of the attack and the click on its link have in common.
const PHISH: u64 = 0x7e57;

fn network_message_id(record: &Record<'_>) -> String {
    if record.event.plot { guid(PHISH, 1) } else { guid(record.event.seed, 0xb0) }
}

fn deep_link(json: &mut Json, name: &str, id: &str) {
    json.text(name, &format!("https://security.example/threatexplorer?messageParams={id}"));
}

/// A mail that was judged, at delivery or after it. The attack's was delivered first and taken back too late.
pub(in super::super) fn threat_mail(record: &Record<'_>, json: &mut Json) {
    let (event, id) = (record.event, network_message_id(record));
    let detection = if event.plot { "Delayed" } else { event.pick(0xb1, &["Inline", "Inline", "Delayed", "ZAP"]) };
    let verdict = if event.plot { "Phish" } else { event.pick(0xb2, &["Phish", "Malware", "Spam"]) };
    let sender = if event.plot { PHISH_SENDER.to_owned() } else { format!("s{}@bulk.example", event.roll(0xb3) % 50) };
    json.text("ObjectId", &format!("{id}{}", event.roll(0xb4)));
    if event.rare(0xb5, 3) {
        json.objects("AttachmentData", [()], |json, ()| {
            json.text("FileName", "scan.exe;zip");
            json.text("FileType", "exe;zip");
            record.number_or_text(json, "FileVerdict", 1, 10);
            json.text("MalwareFamily", "Malicious Payload");
            json.text("SHA256", &hex(u128::from(event.roll(0xb6))).repeat(2));
        });
    }
    json.text("DetectionType", detection);
    json.text("DetectionMethod", event.pick(0xb7, &["File detonation", "Advanced filter", "URL detonation"]));
    json.text("InternetMessageId", &format!("<{}@bulk.example>", hex(u128::from(mix(event.seed, 0xb8)))));
    json.text("NetworkMessageId", &id);
    json.text("P1Sender", &sender);
    json.text("P2Sender", &sender);
    json.text("Policy", event.pick(0xb9, &["SafeAttachements", "HighConfidencePhish", "AntiSpamPhish"]));
    json.text("PolicyAction", event.pick(0xba, &["Quarantine", "MoveToJMF"]));
    json.texts("Recipients", &[record.upn()]);
    json.text("SenderIp", event.ip(record.world));
    json.text(
        "Subject",
        if event.plot { "Ihr Passwort läuft heute ab" } else { "You have won €1'000 \u{202e}exe.gpj" },
    );
    json.text("Verdict", verdict);
    json.text("MessageTime", &clock::stamp(event.second - 30));
    deep_link(json, "EventDeepLink", &id);
    // Records of 2021 and before lack these.
    if event.plot || !event.rare(0xbb, 10) {
        let delivered = event.plot || detection != "Inline";
        json.text("DeliveryAction", if delivered { "Delivered" } else { "Blocked" });
        json.text("OriginalDeliveryLocation", if delivered { "Inbox" } else { "Quarantine" });
        json.text("LatestDeliveryLocation", "Quarantine");
        json.text("Directionality", "Inbound");
        json.texts(
            "ThreatsAndDetectionTech",
            &[&format!("{verdict}: [URL malicious reputation]"), "Spam: [General filter]"],
        );
        json.texts("AdditionalActionsAndResults", &["OriginalDelivery: [N/A]"]);
        pairs(
            json,
            "AuthDetails",
            &[("SPF", "Pass"), ("DKIM", "Fail"), ("DMARC", "Best guess pass"), ("Comp Auth", "pass")],
        );
        json.objects("SystemOverrides", [()], |json, ()| {
            json.text("Details", "Antimalware policy block by file type");
            json.text("FinalOverride", "No");
            json.text("Result", "Block");
            json.text("Source", "Tenant");
        });
    }
}

/// A click on a link of a mail.
pub(in super::super) fn threat_click(record: &Record<'_>, json: &mut Json) {
    let (event, id) = (record.event, network_message_id(record));
    json.text("ObjectId", &id);
    json.text("AppName", event.pick(0xc0, &["Mail", "Mail", "Teams"]));
    json.text("AppVersion", "0.0.0000");
    // The one real record lacks it, others spell it as a number or a word.
    match event.roll(0xc1) % 4 {
        _ if event.plot => json.raw("URLClickAction", "4"),
        0 => {}
        1 => json.text("UrlClickAction", "Blockpage"),
        _ => json.raw("URLClickAction", "2"),
    }
    json.text("SourceId", &id);
    json.text("TimeOfClick", &clock::stamp(event.second - 2));
    json.text("Url", if event.plot { PHISH_LINK } else { "http://lottery.example/win?id=1&x=%20" });
    json.text("UserIp", event.ip(record.world));
    deep_link(json, "EventDeepLink", &id);
}

/// A malicious file in a library.
pub(in super::super) fn threat_file(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    let id = guid(event.seed, 0xc2);
    json.text("ObjectId", &id);
    json.nested("FileData", |json| {
        json.text("DocumentId", &id);
        json.text("FileName", "macro.docm");
        let site = format!("https://{}.sharepoint.example/sites/hr", record.world.organisation.label());
        json.text("FilePath", &format!("{site}/Shared Documents/macro.docm"));
        record.number_or_text(json, "FileVerdict", 1, 10);
        json.text("FileSize", "48211");
        json.text("SHA256", &hex(u128::from(event.roll(0xc3))).repeat(2));
        json.text("MalwareFamily", "Trojan:O97M/Demo");
    });
    json.text("DetectionMethod", "AntiMalware");
    json.text("DetectionDate", &clock::stamp(event.second));
    deep_link(json, "EventDeepLink", &id);
    if event.rare(0xc4, 2) {
        json.raw("SourceWorkload", "0");
        json.text("LastModifiedBy", record.upn());
        json.text("LastModifiedDate", &clock::stamp(event.second - 600));
    }
}

/// A state of an automated investigation: documents as text inside the document.
pub(in super::super) fn investigation(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    // Three states of the same investigation, by chance.
    let number = event.roll(0xc5) % 40;
    let id = format!("urn:ZappedUrlInvestigation:{}", guid(number, 0xc5));
    let done = event.rare(0xc6, 2);
    json.text("ObjectId", &id);
    json.text("InvestigationId", &id);
    json.text("InvestigationName", &format!("Mail with malicious urls is zapped - {id}"));
    json.text("InvestigationType", "ZappedUrlInvestigation");
    json.text("StartTimeUtc", &clock::stamp(event.second - 900));
    json.text("LastUpdateTimeUtc", &clock::stamp(event.second));
    json.text("EndTimeUtc", &if done { clock::stamp(event.second) } else { "0001-01-01T00:00:00".into() });
    if done {
        json.raw("RunningTime", "900");
    }
    json.text(
        "Status",
        if done { "Remediated" } else { event.pick(0xc8, &["Running", "Pending Action", "Investigation Started"]) },
    );
    json.text("DeeplinkURL", "https://security.example/investigation");
    let action = format!(
        "{{\"$id\":\"1\",\"ActionId\":\"{id}:action\",\"InvestigationId\":\"{id}\",\"ActionType\":\"EmailRemediation\",\"ActionStatus\":\"Pending\",\"Entities\":[{{\"$id\":\"2\",\"Type\":\"mailMessage\",\"Recipient\":\"{}\"}}]}}",
        record.upn()
    );
    json.texts("Actions", &[&action]);
    // `QueryTime` stands there twice, in two formats, as it was met.
    let data = format!(
        "{{\"$id\":\"1\",\"Version\":\"3.0\",\"VendorName\":\"Microsoft\",\"ProviderName\":\"OATP\",\"AlertType\":\"8e6ba277-ef39-404e-aaf1-294f6d9a2b88\",\"Severity\":\"Informational\",\"Entities\":[{{\"$id\":\"2\",\"Type\":\"mailCluster\",\"MailCount\":7,\"CountByThreatType\":{{\"Phish\":7}},\"QueryTime\":\"2026-04-01T10:00:00Z\",\"QueryTime\":\"4/1/2026 10:00:00 AM\"}},{{\"$ref\":\"2\"}}],\"InvestigationIds\":[\"{id}\"]}}"
    );
    json.text("Data", &data);
}

/// A mail that somebody reported.
pub(in super::super) fn submission(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    let id = guid(event.seed, 0xc9);
    json.text("ObjectId", &id);
    json.text("SubmissionId", &id);
    json.text("SubmissionType", "User");
    json.text("Subject", "Ihr Passwort läuft heute ab");
    json.text("P1Sender", PHISH_SENDER);
    json.text("Recipients", &format!("[\"{}\"]", record.upn()));
}

/// Somebody handled a mail in quarantine.
pub(in super::super) fn quarantine(record: &Record<'_>, json: &mut Json) {
    record.client_ip(json);
    record.number_or_text(json, "RequestType", 2, 10);
    json.raw("RequestSource", "0");
    json.text("NetworkMessageId", &network_message_id(record));
    json.text("ReleaseTo", record.upn());
}

/// An alert, or an entity of one.
pub(in super::super) fn alert(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    let told = event.plot || event.alike;
    let id = if told { guid(event.actor as u64, 0x0a1e) } else { guid(event.roll(0xca) % 60, 0xcb) };
    json.text("ObjectId", &id);
    json.text("AlertId", &id);
    json.text("AlertType", "System");
    json.text(
        "Name",
        if told {
            "Creation of forwarding/redirect rule"
        } else {
            event.pick(0xcc, &["Creation of forwarding/redirect rule", "Malware campaign detected after delivery"])
        },
    );
    json.text("PolicyId", &guid(3, 0xcb));
    let status = if told { "Active" } else { event.pick(0xcd, &["Active", "Investigating", "Resolved"]) };
    let severity = if told { "High" } else { event.pick(0xce, &["Low", "Medium", "High", "Informational"]) };
    json.text("Status", status);
    json.text("Severity", severity);
    json.text("Category", "ThreatManagement");
    json.text("Source", "Office 365 Security & Compliance");
    json.text("Comments", "New alert");
    json.text("Data", &format!("{{\"etype\":\"User\",\"eid\":\"{}\",\"tid\":\"{}\",\"ts\":\"{}Z\",\"op\":\"New-InboxRule\",\"sev\":\"Low\",\"lon\":\"{}\"}}", record.upn(), record.world.tenant, clock::stamp(event.second - 60), event.ip(record.world)));
    json.texts("AlertLinks", &[]);
    if event.act.operation == "AlertEntityGenerated" {
        json.text("AlertEntityId", record.upn());
        json.text(
            "EntityType",
            if told { "User" } else { event.pick(0xcf, &["User", "Recipients", "Sender", "DlpRuleMatch"]) },
        );
    }
}
