//! Records of Exchange: administration (1), single items (2), several items (3), reading in bulk (50).

use super::super::event::Record;
use super::record::pairs;
use crate::demo::json::Json;
use crate::demo::world::attack::DROP_BOX;
use crate::demo::world::clock;
use crate::demo::world::dice::{guid, hex, mix};

/// What the service calls the organisation.
fn organization(record: &Record<'_>) -> String {
    format!("{}.onmicrosoft.com", record.world.organisation.label())
}

fn admin(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    // One record of administration in a hundred says where from, in reality; here one in ten.
    if event.plot || event.rare(0x30, 10) {
        record.client_ip(json);
    }
    record.flag_or_text(json, "ExternalAccess", event.act.system.is_some(), 1_500);
    json.text("OrganizationName", &organization(record));
    json.text(
        "OriginatingServer",
        &format!(
            "AM0PR{:02}MB{:04} (15.20.4065.039){}",
            event.roll(0x31) % 100,
            event.roll(0x32) % 10_000,
            event.pick(0x33, &["", "\r\n", "\n"])
        ),
    );
    json.text("AppId", "");
    json.text("ClientAppId", "");
    json.text("SessionId", &guid(event.actor as u64, 0x5e));
}

/// A cmdlet on a mailbox.
pub(in super::super) fn exchange_admin(record: &Record<'_>, json: &mut Json) {
    admin(record, json);
    let is_own = record.event.plot && record.event.act.operation == "Set-Mailbox";
    let name = if is_own { record.upn() } else { record.other(0x34) };
    json.text(
        "ObjectId",
        &format!(
            "EURPR01A001.prod.outlook.com/Microsoft Exchange Hosted Organizations/{}/{name}",
            organization(record)
        ),
    );
    json.text("ModifiedObjectResolvedName", name);
    if let Some(parameters) = told(record, name) {
        let parameters: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
        pairs(json, "Parameters", &parameters);
    } else if record.event.rare(0x35, 2_000) {
        json.text("Parameters", &format!("-Identity \"{name}\" -Force \"True\""));
    } else {
        pairs(json, "Parameters", &[("Identity", name), ("AuditEnabled", "True"), ("Force", "True")]);
    }
}

/// What a cmdlet of the story is given: the thief's copy of all mail goes out, the deputy's stays in the house; a colleague's mailbox
/// is opened to the thief, and nothing is recorded of it any more.
fn told(record: &Record<'_>, mailbox: &str) -> Option<Vec<(&'static str, String)>> {
    let event = record.event;
    let forwards = |to: &str| {
        let to = format!("smtp:{to}");
        vec![
            ("Identity", mailbox.to_owned()),
            ("ForwardingSmtpAddress", to),
            ("DeliverToMailboxAndForward", "True".into()),
        ]
    };
    match event.act.operation {
        "Set-Mailbox" if event.plot => Some(forwards(DROP_BOX)),
        "Set-Mailbox" if event.alike => Some(forwards(&deputy(record))),
        "Add-MailboxPermission" => Some(vec![
            ("Identity", mailbox.to_owned()),
            ("User", record.upn().to_owned()),
            ("AccessRights", "FullAccess".into()),
            ("InheritanceType", "All".into()),
        ]),
        "Set-MailboxAuditBypassAssociation" => {
            Some(vec![("Identity", record.upn().to_owned()), ("AuditBypassEnabled", "True".into())])
        }
        _ => None,
    }
}

/// A rule of a mailbox. The attacker's forwards and hides.
pub(in super::super) fn inbox_rule(record: &Record<'_>, json: &mut Json) {
    admin(record, json);
    json.text("ObjectId", &format!("{}\\{}", record.upn(), record.event.roll(0x36)));
    if record.event.plot {
        pairs(
            json,
            "Parameters",
            &[
                ("Mailbox", record.upn()),
                ("Name", "."),
                ("SubjectOrBodyContainsWords", "invoice;payment;iban"),
                ("ForwardTo", DROP_BOX),
                ("DeleteMessage", "True"),
                ("StopProcessingRules", "True"),
            ],
        );
    } else if record.event.alike {
        let deputy = deputy(record);
        pairs(json, "Parameters", &[("Name", "While I am away"), ("RedirectTo", &deputy), ("Enabled", "True")]);
    } else {
        pairs(
            json,
            "Parameters",
            &[("Name", "Newsletters"), ("From", "news@news.example"), ("MoveToFolder", "Newsletters")],
        );
    }
}

/// An address of the organisation's own.
fn deputy(record: &Record<'_>) -> String {
    format!("deputy@{}", record.world.organisation.domain())
}

/// A rule for all mail of the organisation.
pub(in super::super) fn transport_rule(record: &Record<'_>, json: &mut Json) {
    admin(record, json);
    json.text("ObjectId", &format!("{}\\Archive copy", organization(record)));
    pairs(
        json,
        "Parameters",
        &[("Name", "Archive copy"), ("SentToScope", "InOrganization"), ("BlindCopyTo", DROP_BOX), ("Enabled", "True")],
    );
}

fn mailbox(record: &Record<'_>, json: &mut Json) {
    mailbox_by(record, json, "");
}

/// What records of mailboxes have in common; `application` is whose name the client gave, if it was no client of the vendor's.
fn mailbox_by(record: &Record<'_>, json: &mut Json, application: &str) {
    let event = record.event;
    let (upn, actor) = (record.upn(), event.actor as u64);
    let delegate = event.rare(0x37, 12);
    let kind = if delegate { 2 } else { 0 };
    record.number_or_text(json, "LogonType", kind, 3_000);
    record.number_or_text(json, "InternalLogonType", kind, 5_000);
    json.text("MailboxGuid", &guid(actor, 0x3b));
    json.text("MailboxOwnerUPN", if delegate { record.other(0x38) } else { upn });
    let sid = format!("S-1-5-21-1215315387-180893480-700816437-{}", mix(actor, 0x51d) % 10_000_000);
    json.text("MailboxOwnerSid", &sid);
    json.text("LogonUserSid", &sid);
    record.flag_or_text(json, "ExternalAccess", false, 1_500);
    json.text("OrganizationName", &organization(record));
    json.text("OriginatingServer", "AM0PR01MB3686 (15.20.4065.039)\r\n");
    json.text(
        "ClientInfoString",
        if event.plot {
            "Client=REST;;"
        } else {
            event.pick(
                0x39,
                &[
                    "Client=OWA;Action=ViaProxy",
                    "Client=MSExchangeRPC",
                    "Client=REST;;",
                    "Client=Microsoft.Exchange.Mapi; Microsoft Outlook 16.0.13801",
                ],
            )
        },
    );
    let ip = event.ip(record.world);
    if event.rare(0x3a, 200) {
        json.text("ClientIPAddress", &format!("AM0PR01MB3686 ({ip})"));
    } else {
        json.text("ClientIPAddress", ip);
    }
    if event.act.record_type != 50 {
        record.client_ip(json);
    }
    json.text("SessionId", &guid(actor, 0x5e));
    if application.is_empty() {
        json.text("AppId", "00000002-0000-0ff1-ce00-000000000000");
    } else {
        json.text("AppId", application);
        json.text("ClientAppId", application);
    }
}

/// Something done to one item.
pub(in super::super) fn mail_item(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    mailbox(record, json);
    match event.act.operation {
        // A list of names where other records have a list of objects.
        "Update" => json.texts("ModifiedProperties", &["Subject", "HtmlBody", "RecipientsTo"]),
        "UpdateInboxRules" => pairs(
            json,
            "OperationProperties",
            &[("RuleOperation", "AddMailboxRule"), ("RuleId", "1073741825"), ("RuleName", ".")],
        ),
        "Send" => json.flag("SaveToSentItems", true),
        _ => {}
    }
    json.nested("Item", |json| {
        item(record, json, 0);
        json.nested("ParentFolder", |json| {
            folder(json, event.pick(0x3c, &["\\Inbox", "\\Sent Items", "\\Entwürfe", "\\受信トレイ"]));
        });
        if event.rare(0x3d, 3) {
            json.text("Attachments", "rechnung.pdf (59912b); Übersicht 2026.xlsx (8124b)");
        }
    });
}

fn item(record: &Record<'_>, json: &mut Json, n: u64) {
    let event = record.event;
    json.text("Id", &format!("LgAAAAA{}AAAB", hex(u128::from(event.roll(0x3e + n)))));
    json.text("InternetMessageId", &message_id(event.roll(0x50 + n)));
    json.text("ImmutableId", if event.rare(0x3f, 20) { "ErrorDuringIdConversion" } else { "LgAAAAAImmutable" });
    json.text(
        "Subject",
        event.pick(
            0x40 + n,
            &[
                "Quarterly figures",
                "RE: Büroschlüssel",
                "=HYPERLINK(\"http://x.example\")",
                "お知らせ",
                "Invoice 20391",
            ],
        ),
    );
    json.raw("SizeInBytes", &(2_000 + event.roll(0x45 + n) % 90_000).to_string());
}

fn folder(json: &mut Json, path: &str) {
    json.text("Id", "LgAAAADO0fgRi7/cTqb2uxqz9Le/AQD9YCJ77WqGQ6RvZR8Wg/NtAAAAAAEMAAAB");
    json.text("Path", path);
}

fn message_id(number: u64) -> String {
    format!("<{}@AM0PR01MB3686.eurprd01.prod.exchangelabs.com>", hex(u128::from(number)))
}

/// Something done to several items.
pub(in super::super) fn mail_group(record: &Record<'_>, json: &mut Json) {
    mailbox(record, json);
    let event = record.event;
    json.flag("CrossMailboxOperation", false);
    json.nested("Folder", |json| folder(json, "\\Inbox"));
    json.nested("DestFolder", |json| folder(json, "\\Deleted Items"));
    json.objects("AffectedItems", 0..=event.roll(0x60) % 4, |json, n| item(record, json, n));
}

/// Reading: what a thief of mail leaves behind.
pub(in super::super) fn mail_accessed(record: &Record<'_>, json: &mut Json) {
    mailbox(record, json);
    accessed(record, json);
}

/// The same by the attacker's application, in the name of the user who consented.
pub(in super::super) fn mail_accessed_by_application(record: &Record<'_>, json: &mut Json) {
    let application = record.world.attack.as_ref().map_or("", |attack| attack.program.app_id.as_str());
    mailbox_by(record, json, application);
    accessed(record, json);
}

fn accessed(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    let kind = if event.plot || event.rare(0x61, 3) { "Bind" } else { "Sync" };
    let throttled = if event.rare(0x62, 300) { "True" } else { "False" };
    pairs(json, "OperationProperties", &[("MailAccessType", kind), ("IsThrottled", throttled)]);
    let items = if event.plot || event.alike { 24 } else { 1 + event.roll(0x63) % 6 };
    json.objects("Folders", [event.pick(0x64, &["\\Inbox", "\\Archive"])], |json, path| {
        json.objects("FolderItems", 0..items, |json, n| {
            json.text("InternetMessageId", &message_id(event.roll(0x50 + n)));
            if n == 0 {
                json.text("CreationTime", &format!("{}Z", clock::stamp(event.second - 9_000)));
                json.raw("SizeInBytes", "14233");
            }
        });
        folder(json, path);
    });
    record.number_or_text(json, "OperationCount", i32::try_from(items).unwrap_or_default(), 3_000);
}
