//! An event: the fields that the system gives it, and its own data by name.

use std::borrow::Cow;
use std::cell::OnceCell;
// `core::net` is addresses alone: nothing here can open a socket.
use core::net::Ipv4Addr;

use chrono::NaiveDate;

use super::chunks::Written as When;
use super::data::Data;
use super::json::{Stop, Walk, Written};
use super::views;
use crate::address;
use crate::logs::column::is_nothing;
use crate::logs::time::Clock;
use crate::logs::{Value, xml};

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
fn is_change(id: u32) -> bool {
    matches!(id, 4720..=4739 | 4741..=4767)
}

/// What of an event is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Needs {
    /// What the system says of it.
    pub(super) system: bool,
    /// Its own data.
    pub(super) data: bool,
}

impl Needs {
    /// The event as it is, if at all.
    pub(super) const NOTHING: Self = Self { system: false, data: false };
}

/// What the system says of an event: an element of `Event.System`, or an attribute of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Provider,
    EventId,
    Level,
    Task,
    Opcode,
    Keywords,
    Created,
    RecordId,
    Activity,
    RelatedActivity,
    Process,
    Thread,
    Channel,
    Computer,
    User,
}

impl Member {
    const COUNT: usize = Self::User as usize + 1;

    /// The member that an element is, or one of its attributes.
    pub(super) fn of(element: &str, attribute: &str) -> Option<Self> {
        Some(match (element, attribute) {
            ("Provider", "Name") => Self::Provider,
            ("EventID", "") => Self::EventId,
            ("Level", "") => Self::Level,
            ("Task", "") => Self::Task,
            ("Opcode", "") => Self::Opcode,
            ("Keywords", "") => Self::Keywords,
            ("TimeCreated", "SystemTime") => Self::Created,
            ("EventRecordID", "") => Self::RecordId,
            ("Correlation", "ActivityID") => Self::Activity,
            ("Correlation", "RelatedActivityID") => Self::RelatedActivity,
            ("Execution", "ProcessID") => Self::Process,
            ("Execution", "ThreadID") => Self::Thread,
            ("Channel", "") => Self::Channel,
            ("Computer", "") => Self::Computer,
            ("Security", "UserID") => Self::User,
            _ => return None,
        })
    }
}

/// An event that was read.
pub(super) struct Event<'a> {
    json: &'a str,
    written: When<'a>,
    /// Values as they are written, by their member.
    system: System<'a>,
    data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    id: Option<u32>,
    /// Where these stand among the data, if that is known already.
    places: Option<&'a Places>,
    /// The elements of the XML that one of the data is.
    elements: OnceCell<Vec<(String, String)>>,
}

/// Where data that columns are made of stand among all of an event, in the order in which they are preferred.
#[derive(Debug)]
pub(super) struct Places {
    addresses: Vec<usize>,
    users: Vec<usize>,
    changers: Vec<usize>,
}

impl Places {
    /// The places of data of these names.
    pub(super) fn of(names: &[String]) -> Self {
        let of = |wanted: &[&str]| wanted.iter().filter_map(|name| names.iter().position(|own| own == name)).collect();
        Self { addresses: of(ADDRESSES), users: of(USERS), changers: of(CHANGERS) }
    }
}

/// Values as they are written, by their member.
pub(super) type System<'a> = [Option<Written<'a>>; Member::COUNT];

impl<'a> Event<'a> {
    /// Reads an event, as far as it is needed; `None`, if it is none.
    pub(super) fn read(json: &'a str, written: When<'a>, needs: Needs) -> Option<Self> {
        let mut system = [None; Member::COUNT];
        let mut data = Data::default();
        if needs != Needs::NOTHING {
            let mut inner = |walk: &mut Walk<'a>, name: Written<'a>| match name.text {
                "System" if needs.system && walk.is_object() => {
                    read_system(walk, &mut system)?;
                    // Data stand behind it.
                    if needs.data { Ok(()) } else { Err(Stop::Enough) }
                }
                "System" | "#attributes" => walk.value().map(drop),
                _ if needs.data => data.read(walk, &mut String::new(), name, DEEPEST - 1),
                _ => walk.value().map(drop),
            };
            let mut outer = |walk: &mut Walk<'a>, name: Written<'a>| match name.text {
                "Event" if walk.is_object() => walk.object(&mut inner),
                _ => walk.value().map(drop),
            };
            if Walk::new(json).object(&mut outer) == Err(Stop::Broken) {
                return None;
            }
        }
        Some(Self::made(json, written, &system, data.found))
    }

    /// An event of which this was read.
    pub(super) fn made(
        json: &'a str,
        written: When<'a>,
        system: &System<'a>,
        data: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    ) -> Self {
        let (id, places) = (None, None);
        let mut event = Self { json, written, system: *system, data, id, places, elements: OnceCell::new() };
        event.id = event.member(Member::EventId).and_then(|id| id.parse().ok());
        event
    }

    /// The same, of whose data it is known where they stand.
    pub(super) fn placed(self, places: &'a Places) -> Self {
        Self { places: Some(places), ..self }
    }

    /// Its number, which means something with its provider only.
    pub(super) fn id(&self) -> Option<u32> {
        self.id
    }

    /// Who wrote it.
    pub(super) fn provider(&self) -> &str {
        let name = self.system[Member::Provider as usize].map(|name| name.text);
        name.and_then(|text| text.strip_prefix('"')?.strip_suffix('"')).unwrap_or_default()
    }

    /// All of it, as JSON.
    pub(super) fn json(&self) -> &'a str {
        self.json
    }

    /// Its own data with their names.
    pub(super) fn data(&self) -> impl Iterator<Item = (&str, &str)> {
        self.data.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// The same, as they are held.
    pub(super) fn pairs(&self) -> &[(Cow<'a, str>, Cow<'a, str>)] {
        &self.data
    }

    /// When it was created; else when the record was written.
    pub(super) fn time(&self) -> Option<i64> {
        let created = self.member(Member::Created);
        created
            .and_then(|text| utc(&text).or_else(|| Clock::UTC.instant(&text).map(|instant| instant.micros)))
            .or_else(|| self.written.instant())
    }

    /// What the system says, unless it is empty.
    pub(super) fn member(&self, member: Member) -> Option<Cow<'a, str>> {
        self.system[member as usize].and_then(Written::said).filter(|text| !text.is_empty())
    }

    /// The first of these data that says something.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.datum(name))
    }

    fn datum(&self, name: &str) -> Option<&str> {
        self.data.iter().find(|(datum, _)| datum == name).and_then(said)
    }

    /// Those of these data that say something; `places` are theirs, if they are known.
    fn data_of<'s>(
        &'s self,
        names: &'static [&'static str],
        places: Option<&'s [usize]>,
    ) -> impl Iterator<Item = &'s str> {
        let by_place = places.unwrap_or_default().iter().filter_map(|at| self.data.get(*at).and_then(said));
        let names = if places.is_none() { names } else { &[] };
        by_place.chain(names.iter().filter_map(|name| self.datum(name)))
    }

    /// The datum at a place, from 1.
    pub(super) fn place(&self, at: usize) -> Option<&str> {
        self.data.get(at.checked_sub(1)?).map(|(_, value)| value.as_ref())
    }

    /// How many data there are.
    pub(super) fn places(&self) -> usize {
        self.data.len()
    }

    /// What stands in an element, if one of the data is XML.
    pub(super) fn element(&self, name: &str) -> Option<&str> {
        let elements = self.elements.get_or_init(|| {
            let text = self.data.iter().map(|(_, value)| value.trim_start()).find(|text| text.starts_with('<'));
            text.map_or_else(Vec::new, xml::elements)
        });
        let (_, text) = elements.iter().find(|(element, _)| element == name)?;
        (!matches!(text.as_str(), "-" | "N/A")).then_some(text)
    }

    /// From where it was asked.
    pub(super) fn client(&self) -> Value<'_> {
        let places = self.places.map(|places| places.addresses.as_slice());
        let named = || self.data_of(ADDRESSES, places).find_map(shortest);
        let found = views::adfs_client(self).map(Cow::Owned).or_else(named);
        found.map_or(Value::Null, Value::Text)
    }

    /// Who asked.
    pub(super) fn user(&self) -> Value<'_> {
        let (names, places) = match self.id.is_some_and(is_change) {
            true => (CHANGERS, self.places.map(|places| places.changers.as_slice())),
            false => (USERS, self.places.map(|places| places.users.as_slice())),
        };
        let found = views::adfs_user(self).or_else(|| self.data_of(names, places).next());
        found.map_or(Value::Null, |user| Value::Text(user.into()))
    }
}

/// What a datum says, if anything.
fn said<'e>((_, value): &'e (Cow<'_, str>, Cow<'_, str>)) -> Option<&'e str> {
    let value = value.trim();
    (!is_nothing(value)).then_some(value)
}

/// An address in its shortest form. IPv4 has but one.
fn shortest(text: &str) -> Option<Cow<'_, str>> {
    match text.parse::<Ipv4Addr>() {
        Ok(_) => Some(text.into()),
        Err(_) => address::shortest(text).map(Cow::Owned),
    }
}

/// Reads the elements of `Event.System` that are asked for. Of those with attributes, the text has a name of its own.
fn read_system<'a>(walk: &mut Walk<'a>, system: &mut System<'a>) -> Result<(), Stop> {
    let mut set = |element: &str, attribute: &str, value: Written<'a>| {
        if let Some(member) = Member::of(element, attribute) {
            system[member as usize].get_or_insert(value);
        }
    };
    walk.object(&mut |walk, element| {
        if !walk.is_object() {
            set(element.text, "", walk.value()?);
            return Ok(());
        }
        walk.object(&mut |walk, name| match name.text {
            "#attributes" if walk.is_object() => walk.object(&mut |walk, attribute| {
                set(element.text, attribute.text, walk.value()?);
                Ok(())
            }),
            "#text" => {
                set(element.text, "", walk.value()?);
                Ok(())
            }
            _ => walk.value().map(drop),
        })
    })
}

/// The instant of a time as it stands in every event: `2026-11-27T08:00:00.123456700Z`, in microseconds UTC.
fn utc(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |at: usize, count: usize| {
        bytes
            .get(at..at + count)?
            .iter()
            .try_fold(0_u32, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let stands = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let is_so = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (bytes.len().wrapping_sub(1), b'Z')];
    if !is_so.into_iter().all(|(at, byte)| stands(at, byte)) {
        return None;
    }
    let micros = match bytes.len() {
        20 => 0,
        27.. if stands(19, b'.') => {
            number(26, bytes.len() - 27)?;
            number(20, 6)?
        }
        _ => return None,
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 2)?, number(8, 2)?)?;
    let time = day.and_hms_micro_opt(number(11, 2)?, number(14, 2)?, number(17, 2)?, micros)?;
    Some(time.and_utc().timestamp_micros())
}
