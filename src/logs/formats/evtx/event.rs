//! An event: the fields that the system gives it, and its own data by name.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::address;
use crate::logs::column::is_nothing;
use crate::logs::members::{as_text, each_member};
use crate::logs::time::Clock;
use crate::logs::{Field, Kind, Sink, Value, names};

/// Elements within elements that have names of their own.
const DEEPEST: usize = 8;

/// Where in the event data the client's address stands, the first that is one
/// (source: <https://learn.microsoft.com/windows/security/threat-protection/auditing/event-4624>, -4768, -4778, -5156, and
/// Sysmon's 3; the last two are of the Terminal Services' own logs).
const ADDRESSES: &[&str] =
    &["IpAddress", "SourceAddress", "SourceIp", "ClientAddress", "ClientIP", "Address", "Param3"];

/// Where the user stands, the first that is there.
const USERS: &[&str] =
    &["TargetUserName", "SubjectUserName", "User", "UserName", "AccountName", "TargetUser", "Param1"];

/// Where the user stands in a change of an account: the one that made the change. The account is in `event_data`.
const CHANGERS: &[&str] = &["SubjectUserName", "TargetUserName"];

/// Events of changes of accounts and groups. A lockout, 4740, is made by the system: its user is the account.
fn is_change(event: &str) -> bool {
    matches!(event.parse(), Ok(4720..=4739 | 4741..=4767))
}

/// A field with its member of the event.
struct Declared {
    name: &'static str,
    kind: Kind,
    source: Source,
    doc: &'static str,
}

enum Source {
    Time,
    Address,
    User,
    /// A member of `Event.System`, as the JSON has it.
    System(&'static str),
    Data,
    Raw,
}

const fn system(name: &'static str, kind: Kind, member: &'static str, doc: &'static str) -> Declared {
    Declared { name, kind, source: Source::System(member), doc }
}

/// The fields, in their order.
const DECLARED: &[Declared] = &[
    Declared { name: Field::TIME, kind: Kind::Time, source: Source::Time, doc: "When the event was created, UTC." },
    Declared {
        name: Field::CLIENT_ADDRESS,
        kind: Kind::Text,
        source: Source::Address,
        doc: "The address of the client, of IpAddress and its like in the event data, in its shortest form.",
    },
    Declared {
        name: Field::USER_NAME,
        kind: Kind::Text,
        source: Source::User,
        doc: "Who: TargetUserName, else SubjectUserName; of changes of accounts (4720 to 4767) the one that made them.",
    },
    system("provider", Kind::Text, "Provider.#attributes.Name", "Who wrote the event."),
    system("event_id", Kind::Int, "EventID", "What happened, by the provider's number."),
    system("channel", Kind::Text, "Channel", "The log that it was written to: Security, System, …"),
    system("computer", Kind::Text, "Computer", "The computer on which it happened."),
    system("record_id", Kind::Int, "EventRecordID", "The number of the record in its log."),
    system(
        "level",
        Kind::Int,
        "Level",
        "1 critical, 2 error, 3 warning, 4 information, 5 verbose; 0 in the Security log.",
    ),
    system(
        "user_sid",
        Kind::Text,
        "Security.#attributes.UserID",
        "The security identifier of the account that wrote it.",
    ),
    system("activity_id", Kind::Text, "Correlation.#attributes.ActivityID", "What events of one activity share."),
    system(
        "related_activity_id",
        Kind::Text,
        "Correlation.#attributes.RelatedActivityID",
        "The activity that this one came from.",
    ),
    system("process_id", Kind::Int, "Execution.#attributes.ProcessID", "The process that wrote the event."),
    system("thread_id", Kind::Int, "Execution.#attributes.ThreadID", "The thread that wrote the event."),
    system("task", Kind::Int, "Task", "The category, by the provider's number."),
    system("opcode", Kind::Int, "Opcode", "The step of the activity, by the provider's number."),
    system(
        "keywords",
        Kind::Text,
        "Keywords",
        "Bits in hexadecimal: 0x8020… is a success in the Security log, 0x8010… a failure.",
    ),
    Declared {
        name: "event_data",
        kind: Kind::Pairs,
        source: Source::Data,
        doc: "The event's own data by name; what has no name is data1, data2, …",
    },
    Declared { name: Field::RAW, kind: Kind::Text, source: Source::Raw, doc: "The event as JSON." },
];

/// The fields that events have.
pub(super) fn fields() -> Vec<Field> {
    DECLARED.iter().map(|declared| Field::new(declared.name, declared.kind, declared.doc)).collect()
}

/// An event that was read.
pub(super) struct Event<'a> {
    json: &'a str,
    written: i64,
    /// Members of `Event.System`.
    system: Vec<(String, &'a str)>,
    data: Vec<(String, Cow<'a, str>)>,
}

impl<'a> Event<'a> {
    /// Reads an event; `None`, if it is none.
    pub(super) fn read(json: &'a str, written: i64) -> Option<Self> {
        let (mut system, mut data) = (Vec::with_capacity(16), Vec::with_capacity(32));
        let mut taken = HashSet::new();
        let is_object = each_member(json, DEEPEST, &mut |path, value| {
            let Some(path) = path.strip_prefix("Event.") else { return };
            if let Some(member) = path.strip_prefix("System.") {
                system.push((member.to_owned(), value));
            } else if !path.starts_with("#attributes") {
                give_data(path, value, &mut taken, &mut data);
            }
        });
        is_object.then_some(Self { json, written, system, data })
    }

    /// Gives its row.
    pub(super) fn give(&self, wanted: &[usize], number: u64, sink: &mut dyn Sink) {
        let mut values = Vec::with_capacity(wanted.len());
        for &field in wanted {
            let Some(declared) = DECLARED.get(field) else {
                values.push(Value::Null);
                continue;
            };
            values.push(match &declared.source {
                Source::Time => Value::Time(self.time()),
                Source::Address => self.address(),
                Source::User => self.user(),
                Source::System(member) => match self.of_kind(declared.kind, member) {
                    Ok(value) => value,
                    Err(text) => {
                        sink.odd(number, field, &text);
                        Value::Null
                    }
                },
                Source::Data => Value::Pairs(
                    self.data.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value))).collect(),
                ),
                Source::Raw => Value::Text(Cow::Borrowed(self.json)),
            });
        }
        sink.row(number, &values);
    }

    /// When it was created; else when the record was written.
    fn time(&self) -> i64 {
        let created = self.member("TimeCreated.#attributes.SystemTime");
        created.and_then(|text| Clock::UTC.instant(&text)).unwrap_or(self.written)
    }

    /// A member of the system's; an element with attributes has its own text by another name.
    fn member(&self, name: &str) -> Option<Cow<'a, str>> {
        let is = |member: &str| member == name || member.strip_suffix(".#text") == Some(name);
        let (_, value) = self.system.iter().find(|(member, _)| is(member))?;
        as_text(value).filter(|text| !text.is_empty())
    }

    fn of_kind(&self, kind: Kind, name: &str) -> Result<Value<'a>, Cow<'a, str>> {
        let Some(text) = self.member(name) else { return Ok(Value::Null) };
        match kind {
            Kind::Int => text.parse().map(Value::Int).map_err(|_| text),
            _ => Ok(Value::Text(text)),
        }
    }

    fn datum(&self, name: &str) -> Option<&str> {
        let (_, value) = self.data.iter().find(|(datum, _)| datum == name)?;
        (!is_nothing(value.trim())).then(|| value.trim())
    }

    fn address(&self) -> Value<'a> {
        let found = ADDRESSES.iter().find_map(|name| self.datum(name).and_then(address::shortest));
        found.map_or(Value::Null, |address| Value::Text(address.into()))
    }

    fn user(&self) -> Value<'a> {
        let names = if self.member("EventID").is_some_and(|event| is_change(&event)) { CHANGERS } else { USERS };
        let found = names.iter().find_map(|name| self.datum(name));
        found.map_or(Value::Null, |user| Value::Text(user.to_owned().into()))
    }
}

/// Names what stands beside the system's part: `EventData.TargetUserName` by its last word, data without names by their
/// place, and what stands in `UserData` by its path below the element that it is.
fn give_data<'a>(path: &str, value: &'a str, taken: &mut HashSet<String>, data: &mut Vec<(String, Cow<'a, str>)>) {
    let name = match path.split_once('.') {
        Some(("UserData", rest)) => rest.split_once('.').map_or(rest, |(_, name)| name),
        Some(("EventData", rest)) => rest,
        _ => path,
    };
    if name.starts_with("#attributes") || name.ends_with("xmlns") {
        return;
    }
    let name = name.strip_suffix(".#text").unwrap_or(name);
    if name == "Data" || name == "EventData" {
        let texts: Vec<Cow<'a, str>> = match serde_json::from_str::<Vec<serde_json::Value>>(value) {
            Ok(items) => items.into_iter().map(plain).collect(),
            Err(_) => as_text(value).into_iter().collect(),
        };
        for (text, number) in texts.into_iter().zip(1..) {
            data.push((names::free(&format!("data{number}"), taken), text));
        }
        return;
    }
    data.push((names::free(name, taken), as_text(value).unwrap_or_default()));
}

fn plain(value: serde_json::Value) -> Cow<'static, str> {
    match value {
        serde_json::Value::String(text) => text.into(),
        serde_json::Value::Null => "".into(),
        other => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::trials::Told;

    const EVENT: &str = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"P","Guid":"{1}"}},
        "EventID":{"#attributes":{"Qualifiers":"16384"},"#text":"ID"},"Level":"4","TimeCreated":{"#attributes":
        {"SystemTime":"2026-11-27T08:00:00.123456700Z"}},"Correlation":null,"Security":null,"Channel":"Security"},DATA}}"##;

    fn row(id: &str, data: &str) -> Vec<(String, String)> {
        let json = EVENT.replace("ID\"}", &format!("{id}\"}}")).replace("DATA", data);
        let mut told = Told::default();
        let all: Vec<usize> = (0..DECLARED.len()).collect();
        Event::read(&json, 5).unwrap().give(&all, 1, &mut told);
        let names = DECLARED.iter().map(|declared| declared.name.to_owned());
        names.zip(told.rows.remove(0).1).filter(|(name, value)| value != "∅" && name != "raw").collect()
    }

    fn of(row: &[(String, String)], name: &str) -> String {
        row.iter().find(|(field, _)| field == name).map_or_else(String::new, |(_, value)| value.clone())
    }

    #[test]
    fn an_event_has_fields_of_the_system_and_data_of_its_own() {
        let logon = row(
            "4624",
            r#""EventData":{"TargetUserName":"alice","SubjectUserName":"-","IpAddress":"::ffff:10.0.0.1","LogonType":3}"#,
        );
        let names: Vec<&str> = logon.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["time", "client_address", "user_name", "provider", "event_id", "channel", "level", "event_data"]
        );
        assert_eq!(of(&logon, "time"), "2026-11-27T08:00:00.123456Z");
        assert_eq!([of(&logon, "client_address"), of(&logon, "user_name")], ["10.0.0.1", "alice"]);
        assert_eq!([of(&logon, "event_id"), of(&logon, "level")], ["4624", "4"]);
        assert!(of(&logon, "event_data").ends_with("LogonType=3"));
    }

    #[test]
    fn users_and_addresses_are_those_of_the_event() {
        let made = row("4720", r#""EventData":{"TargetUserName":"new","SubjectUserName":"admin"}"#);
        let locked = row("4740", r#""EventData":{"TargetUserName":"bob","SubjectUserName":"DC$"}"#);
        let process = row("4688", r#""EventData":{"TargetUserName":"-","SubjectUserName":"carol","IpAddress":"-"}"#);
        assert_eq!([&made, &locked, &process].map(|row| of(row, "user_name")), ["admin", "bob", "carol"]);
        assert_eq!(of(&process, "client_address"), "");
        let local = row("4624", r#""EventData":{"IpAddress":"::1"}"#);
        assert_eq!(of(&local, "client_address"), "::1");
        let rdp =
            row("21", r##""UserData":{"EventXML":{"#attributes":{"xmlns":"x"},"User":"D\\u","Address":"10.0.0.9"}}"##);
        assert_eq!([of(&rdp, "user_name"), of(&rdp, "client_address")], ["D\\u", "10.0.0.9"]);
        assert_eq!(of(&rdp, "event_data"), "User=D\\u;Address=10.0.0.9");
    }

    #[test]
    fn data_without_names_are_numbered() {
        let unnamed = row("1", r##""EventData":{"Data":{"#text":["a","b"]}}"##);
        assert_eq!(of(&unnamed, "event_data"), "data1=a;data2=b");
        let one = row("1", r##""EventData":{"Data":{"#text":"a"}}"##);
        assert_eq!(of(&one, "event_data"), "data1=a");
        assert_eq!(of(&row("x", r#""EventData":null"#), "event_id"), "");
    }
}
