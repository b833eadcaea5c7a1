//! The rows of events: the fields that all have, those of a view, and what an event has in them.

use std::borrow::Cow;

use super::event::{Event, Member, Needs};
use super::views;
use crate::logs::{Field, Kind, Sink, Value};

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
    System(Member),
    Data,
    Raw,
}

const fn system(name: &'static str, kind: Kind, member: Member, doc: &'static str) -> Declared {
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
    system("provider", Kind::Text, Member::Provider, "Who wrote the event."),
    system("event_id", Kind::Int, Member::EventId, "What happened, by the provider's number."),
    system("channel", Kind::Text, Member::Channel, "The log that it was written to: Security, System, …"),
    system("computer", Kind::Text, Member::Computer, "The computer on which it happened."),
    system("record_id", Kind::Int, Member::RecordId, "The number of the record in its log."),
    system(
        "level",
        Kind::Int,
        Member::Level,
        "1 critical, 2 error, 3 warning, 4 information, 5 verbose; 0 in the Security log.",
    ),
    system("user_sid", Kind::Text, Member::User, "The security identifier of the account that wrote it."),
    system("activity_id", Kind::Text, Member::Activity, "What events of one activity share."),
    system("related_activity_id", Kind::Text, Member::RelatedActivity, "The activity that this one came from."),
    system("process_id", Kind::Int, Member::Process, "The process that wrote the event."),
    system("thread_id", Kind::Int, Member::Thread, "The thread that wrote the event."),
    system("task", Kind::Int, Member::Task, "The category, by the provider's number."),
    system("opcode", Kind::Int, Member::Opcode, "The step of the activity, by the provider's number."),
    system(
        "keywords",
        Kind::Text,
        Member::Keywords,
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

/// The fields before those of a view: when, from where, who, and what.
const BEFORE: usize = 5;

/// What rows have: the fields of all events, and those of a view among them.
#[derive(Debug)]
pub(super) struct Rows {
    view: Option<&'static views::Declared>,
    pub(super) fields: Vec<Field>,
}

impl Rows {
    /// Rows of all events, or of those of a view.
    pub(super) fn of(view: Option<&'static views::Declared>) -> Self {
        let mut fields: Vec<Field> =
            DECLARED.iter().map(|declared| Field::new(declared.name, declared.kind, declared.doc)).collect();
        if let Some(view) = view {
            fields.splice(BEFORE..BEFORE, view.fields());
        }
        Self { view, fields }
    }

    /// What of an event is looked at for some of the fields.
    pub(super) fn needs(&self, wanted: &[usize]) -> Needs {
        let own = self.view.map_or(0, |view| view.columns.len());
        let mut needs = Needs { system: self.view.is_some(), data: false };
        for &field in wanted {
            let declared = match field.checked_sub(BEFORE) {
                Some(at) if at < own => None,
                Some(_) => DECLARED.get(field - own),
                None => DECLARED.get(field),
            };
            match declared.map(|declared| &declared.source) {
                None | Some(Source::Address | Source::User) => needs = Needs { system: true, data: true },
                Some(Source::Data) => needs.data = true,
                Some(Source::Time | Source::System(..)) => needs.system = true,
                Some(Source::Raw) => {}
            }
        }
        needs
    }

    /// Whether an event has a row, by the little that is looked at first.
    pub(super) fn has(&self, json: &str) -> bool {
        self.view.is_none_or(|view| {
            // What cannot be told this way is looked at whole.
            let (Some(provider), Some(id)) =
                (text_behind(json, "\"Provider\":{\"#attributes\":{\"Name\":\""), id(json))
            else {
                return true;
            };
            view.has(provider, id)
        })
    }

    /// Gives the row of an event.
    pub(super) fn give(&self, event: &Event<'_>, wanted: &[usize], number: u64, sink: &mut dyn Sink) {
        if self.view.is_some_and(|view| !event.id().is_some_and(|id| view.has(event.provider(), id))) {
            return;
        }
        let own = self.view.map_or(0, |view| view.columns.len());
        let mut values = Vec::with_capacity(wanted.len());
        for &field in wanted {
            let read = match (self.view, field.checked_sub(BEFORE)) {
                (Some(view), Some(at)) if at < own => view.columns[at].value(view, event),
                (_, Some(_)) => value(&DECLARED[(field - own).min(DECLARED.len() - 1)], event),
                (_, None) => value(&DECLARED[field], event),
            };
            values.push(read.unwrap_or_else(|text| {
                sink.odd(number, field, &text);
                Value::Null
            }));
        }
        sink.row(number, &values);
    }
}

/// The value of a field that all events have.
fn value<'e>(declared: &Declared, event: &'e Event<'_>) -> Result<Value<'e>, Cow<'e, str>> {
    Ok(match &declared.source {
        Source::Time => event.time().map_or(Value::Null, Value::Time),
        Source::Address => event.client(),
        Source::User => event.user(),
        Source::System(member) => match (declared.kind, event.member(*member)) {
            (_, None) => Value::Null,
            (Kind::Int, Some(text)) => Value::Int(text.parse().map_err(|_| text)?),
            (_, Some(text)) => Value::Text(text),
        },
        Source::Data => Value::Pairs(event.pairs().into()),
        Source::Raw => Value::Text(event.json().into()),
    })
}

/// The text in quotes behind a piece of the JSON. A quote within a text is escaped there: no text can feign a member.
fn text_behind<'a>(json: &'a str, before: &str) -> Option<&'a str> {
    let (_, behind) = json.split_once(before)?;
    behind.split_once('"').map(|(text, _)| text)
}

/// The number of an event, which may have an attribute.
fn id(json: &str) -> Option<u32> {
    let (_, behind) = json.split_once("\"EventID\":")?;
    let behind = match behind.strip_prefix("{\"#attributes\":") {
        Some(behind) => behind.split_once("\"#text\":")?.1,
        None => behind,
    };
    let end = behind.find(|letter: char| !letter.is_ascii_digit())?;
    behind[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::chunks::Written;
    use super::*;
    use crate::logs::trials::Told;

    const EVENT: &str = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"P","Guid":"{1}"}},
        "EventID":{"#attributes":{"Qualifiers":"16384"},"#text":"ID"},"Level":"4","TimeCreated":{"#attributes":
        {"SystemTime":"2026-11-27T08:00:00.123456700Z"}},"Correlation":null,"Security":null,"Channel":"Security"},DATA}}"##;

    fn row(id: &str, data: &str) -> Vec<(String, String)> {
        let json = EVENT.replace("\n        ", "").replace("ID\"}", &format!("{id}\"}}")).replace("DATA", data);
        let mut told = Told::default();
        let all: Vec<usize> = (0..DECLARED.len()).collect();
        Rows::of(None).give(
            &Event::read(&json, Written::At(5), Needs { system: true, data: true }).unwrap(),
            &all,
            1,
            &mut told,
        );
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
