//! Records of the directory: changes (8), sign-ins (15) and the old form of these (9).

use super::super::event::Record;
use super::record::{changes, pairs};
use crate::demo::json::Json;
use crate::demo::world::dice::guid;

const AGENT: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";

/// Codes and symbols of failed sign-ins; some have no symbol.
const FAILURES: &[(&str, Option<&str>)] = &[
    ("50126", Some("InvalidUserNameOrPassword")),
    ("50126", Some("InvalidUserNameOrPassword")),
    ("50053", Some("IdsLocked")),
    ("65001", Some("DelegationDoesNotExist")),
    ("50034", None),
    ("50058", Some("None")),
];

/// A sign-in.
pub(in super::super) fn logon(record: &Record<'_>, json: &mut Json) {
    let event = record.event;
    let failed = event.act.operation == "UserLoginFailed";
    let told = event.code.map(|code| code.to_string());
    let (number, symbol) = match &told {
        Some(code) => (code.as_str(), FAILURES.iter().find(|(known, _)| known == code).and_then(|(_, symbol)| *symbol)),
        None if failed => event.pick(0x10, FAILURES),
        None => ("0", None),
    };
    let app = event.pick(0x11, &["1fec8e78-bce4-4aaf-ab1b-5451cc387264", "d3590ed6-52b3-4102-aeff-aad2292ab01c"]);
    record.client_ip(json);
    json.text(
        "ObjectId",
        event.pick(0x12, &["00000003-0000-0000-c000-000000000000", "00000002-0000-0ff1-ce00-000000000000", "Unknown"]),
    );
    json.raw("AzureActiveDirectoryEventType", "1");
    let keep = event.pick(0x13, &["true", "True", "False"]);
    let detail = if failed { "UserError" } else { event.pick(0x14, &["Success", "Redirect"]) };
    let extended = [
        ("ResultStatusDetail", detail),
        ("UserAgent", AGENT),
        ("RequestType", "OAuth2:Authorize"),
        ("KeepMeSignedIn", keep),
    ];
    if event.rare(0x15, 1_000) {
        json.text("ExtendedProperties", &format!("-ResultStatusDetail \"{detail}\" -RequestType \"OAuth2:Authorize\""));
    } else {
        pairs(json, "ExtendedProperties", &extended);
    }
    json.raw("ModifiedProperties", "[]");
    actor(record, json, &event.person(record.world).id, 0);
    json.text("ActorIpAddress", event.ip(record.world));
    json.text("InterSystemsId", &guid(event.seed, 0x16));
    json.text("IntraSystemId", &event.id().unwrap_or_default());
    json.text("SupportTicketId", "");
    target(record, json, ["00000003-0000-0000-c000-000000000000", record.other(0x21)], 0);
    json.text("ApplicationId", app);
    let device = [
        ("OS", "Windows 10"),
        ("BrowserType", "Chrome"),
        ("TrustType", "2"),
        ("IsCompliantAndManaged", "False"),
        ("SessionId", &guid(event.seed, 0x17)),
    ];
    pairs(json, "DeviceProperties", &device);
    json.text("ErrorNumber", number);
    if let Some(symbol) = symbol {
        json.text("LogonError", symbol);
    }
}

/// A sign-in in the form of 2015.
pub(in super::super) fn old_logon(record: &Record<'_>, json: &mut Json) {
    record.client_ip(json);
    json.raw("AzureActiveDirectoryEventType", "0");
    json.text("Application", "30ce6a9c-8d3c-4a5e-a1c7-1a3dd43a3c1f");
    json.text("Client", "Exchange");
    json.raw("LoginStatus", if record.event.rare(0x18, 4) { "-2147217390" } else { "0" });
    json.text("UserDomain", record.world.organisation.domain());
}

/// A change of the directory.
pub(in super::super) fn directory(record: &Record<'_>, json: &mut Json) {
    let (event, world) = (record.event, record.world);
    let Some(change) = event.change() else { return };
    // The vendor says that the directory gives no address; a third of the records have one.
    if event.plot || event.roll(0x19).is_multiple_of(3) {
        record.client_ip(json);
    }
    let object = change.object(world);
    json.text("ObjectId", if event.rare(0x1b, 4) { "Not Available" } else { &object });
    json.raw("AzureActiveDirectoryEventType", "1");
    let category = event.pick(0x1c, &["User", "Application", "ServicePrincipal", "Group"]);
    let agent = format!("{{\"User-Agent\":\"{AGENT}\"}}");
    let details = if event.rare(0x1e, 2) { "{}" } else { &agent };
    pairs(json, "ExtendedProperties", &[("additionalDetails", details), ("extendedAuditEventCategory", category)]);
    let modified = change.modified(world);
    let modified: Vec<_> = modified.iter().map(|(name, new, old)| (*name, new.as_str(), *old)).collect();
    changes(json, &modified);
    actor(record, json, &format!("User_{}", event.person(world).id), 2);
    json.text("InterSystemsId", &change.correlation());
    json.text("IntraSystemId", &guid(event.seed, 0x1f));
    json.text("SupportTicketId", "");
    target(record, json, [&object, &change.object_name(world)], 2);
}

/// Who did it: one identity under several types.
fn actor(record: &Record<'_>, json: &mut Json, id: &str, kind: u8) {
    let (upn, puid) = (record.upn(), record.puid());
    let kind = kind.to_string();
    let identities = [(id, kind.as_str()), (upn, "5"), (&puid, "3")];
    json.objects("Actor", identities, |json, (id, kind)| {
        json.text("ID", id);
        json.raw("Type", kind);
    });
    json.text("ActorContextId", &record.world.tenant);
}

fn target(record: &Record<'_>, json: &mut Json, [id, name]: [&str; 2], kind: u8) {
    let kind = kind.to_string();
    json.objects("Target", [(id, kind.as_str()), (name, "1")], |json, (id, kind)| {
        json.text("ID", id);
        json.raw("Type", kind);
    });
    json.text("TargetContextId", &record.world.tenant);
}
