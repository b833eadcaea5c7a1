//! The IAS form: six fields, then numbers of attributes with their values.
//!
//! Source: <https://learn.microsoft.com/en-us/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/dd197432(v=ws.10)>.
//! Text with a comma in it is written in hexadecimal, so that a comma always ends a field.

use std::borrow::Cow;

use crate::address::shortest;
use crate::logs::by_line::{ByLine, Parser};
use crate::logs::table::{self, NO_ZONE};
use crate::logs::time::{self, Clock, Order};
use crate::logs::zone::Zone;
use crate::logs::{Error, Field, Kind, Layout, Options, Sink, Value};

/// Names of attributes that are no columns (source: RFC 2865 and 2866, section 5, and the page above).
const ATTRIBUTES: &[(u32, &str)] = &[
    (1, "User-Name"),
    (4, "NAS-IP-Address"),
    (5, "NAS-Port"),
    (6, "Service-Type"),
    (7, "Framed-Protocol"),
    (8, "Framed-IP-Address"),
    (9, "Framed-IP-Netmask"),
    (10, "Framed-Routing"),
    (11, "Filter-ID"),
    (12, "Framed-MTU"),
    (13, "Framed-Compression"),
    (25, "Class"),
    (27, "Session-Timeout"),
    (28, "Idle-Timeout"),
    (29, "Termination-Action"),
    (30, "Called-Station-ID"),
    (31, "Calling-Station-ID"),
    (32, "NAS-Identifier"),
    (40, "Acct-Status-Type"),
    (41, "Acct-Delay-Time"),
    (42, "Acct-Input-Octets"),
    (43, "Acct-Output-Octets"),
    (44, "Acct-Session-ID"),
    (45, "Acct-Authentic"),
    (46, "Acct-Session-Time"),
    (47, "Acct-Input-Packets"),
    (48, "Acct-Output-Packets"),
    (49, "Acct-Terminate-Cause"),
    (55, "Event-Timestamp"),
    (61, "NAS-Port-Type"),
    (64, "Tunnel-Type"),
    (65, "Tunnel-Medium-Type"),
    (4108, "Client-IP-Address"),
    (4127, "Authentication-Type"),
    (4128, "Client-Friendly-Name"),
    (4129, "SAM-Account-Name"),
    (4130, "Fully-Qualified-User-Name"),
    (4132, "EAP-Friendly-Name"),
    (4136, "Packet-Type"),
    (4142, "Reason-Code"),
    (4149, "NP-Policy-Name"),
];
/// Fields before the attributes.
const HEADER: usize = 6;

/// The parts of a record.
struct Record<'a> {
    header: [&'a str; HEADER],
    attributes: Vec<(u32, &'a str)>,
}

fn record(line: &str) -> Option<Record<'_>> {
    let mut fields = line.trim_end().split(',');
    let mut header = [""; HEADER];
    for field in &mut header {
        *field = fields.next()?;
    }
    let mut attributes = Vec::new();
    while let Some(number) = fields.next() {
        attributes.push((number.parse().ok()?, fields.next()?));
    }
    Some(Record { header, attributes })
}

/// Whether a line is a record: an address, a user, a day, a time of day.
pub(super) fn is_record(line: &str) -> bool {
    record(line).is_some_and(|Record { header, .. }| {
        (header[0].is_empty() || shortest(header[0]).is_some())
            && time::day(header[2], Order::MonthFirst).is_some()
            && time::is_time_of_day(header[3])
    })
}

/// How records are read.
pub(super) fn layout(options: &Options) -> Result<Box<dyn Layout>, Error> {
    let stated = table::zone(options)?;
    let assumed = if stated.is_none() { vec![NO_ZONE.to_owned()] } else { Vec::new() };
    let order = if options.day_first == Some(true) { Order::DayFirst } else { Order::MonthFirst };
    let clock = Clock { zone: stated.unwrap_or(Zone::UTC), order, is_stated: true, takes_days: false };
    let fields = [
        (Field::TIME, Kind::Time, "When the server took note of it, UTC."),
        (Field::CLIENT_ADDRESS, Kind::Text, "The address of the calling station, if its identifier is one."),
        (Field::USER_NAME, Kind::Text, "Who, as the access server names them."),
        ("nas_ip_address", Kind::Text, "The address of the access server."),
        ("service_name", Kind::Text, "The service that took note of it: IAS, NPS or RAS."),
        ("computer_name", Kind::Text, "The server."),
        ("packet_type", Kind::Int, "1 is a request for access, 2 accepts, 3 rejects, 4 is of accounting."),
        ("reason_code", Kind::Int, "Why access was rejected; 0 if it was not."),
        ("attributes", Kind::Pairs, "All attributes, by name where it is known, else by number."),
        (Field::RAW, Kind::Text, "The line as it stands in the file."),
    ];
    let fields = fields.into_iter().map(|(name, kind, doc)| Field::new(name, kind, doc)).collect();
    Ok(Box::new(ByLine { fields, assumed, parser: Records { clock } }))
}

#[derive(Debug, Clone)]
struct Records {
    clock: Clock,
}

impl Parser for Records {
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        let Some(record) = record(line) else {
            let why = "it is no header of six fields with pairs of a number and a value";
            return sink.bad(number, why, line.as_bytes());
        };
        let values: Vec<_> = wanted.iter().map(|field| self.value(*field, number, &record, line, sink)).collect();
        sink.row(number, &values);
    }
}

impl Records {
    fn value<'a>(&self, field: usize, line: u64, record: &Record<'a>, text: &'a str, sink: &mut dyn Sink) -> Value<'a> {
        let attribute = |number| record.attributes.iter().find(|(known, _)| *known == number).map(|(_, value)| *value);
        let number = |number, sink: &mut dyn Sink| match attribute(number).map(|value| (value, value.parse())) {
            None => Value::Null,
            Some((_, Ok(number))) => Value::Int(number),
            Some((odd, Err(_))) => {
                sink.odd(line, field, odd);
                Value::Null
            }
        };
        match field {
            0 => {
                let both = format!("{} {}", record.header[2], record.header[3]);
                match self.clock.instant(&both) {
                    Some(instant) => {
                        instant.doubt.into_iter().for_each(|doubt| sink.doubtful(line, doubt));
                        Value::Time(instant.micros)
                    }
                    None => {
                        sink.odd(line, field, &both);
                        Value::Null
                    }
                }
            }
            // Another identifier than an address is among the attributes.
            1 => attribute(31).and_then(shortest).map_or(Value::Null, |address| Value::Text(address.into())),
            2 => text_or_null(record.header[1]),
            3 => text_or_null(record.header[0]),
            4 => text_or_null(record.header[4]),
            5 => text_or_null(record.header[5]),
            6 => number(4136, sink),
            7 => number(4142, sink),
            8 => pairs(&record.attributes),
            _ => Value::Text(text.into()),
        }
    }
}

fn text_or_null(text: &str) -> Value<'_> {
    if text.trim().is_empty() { Value::Null } else { Value::Text(text.trim().into()) }
}

/// Attributes by name; of one that comes again, all values.
fn pairs<'a>(attributes: &[(u32, &'a str)]) -> Value<'a> {
    let mut pairs: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(attributes.len());
    let mut places = std::collections::HashMap::new();
    for (number, value) in attributes {
        match places.get(number) {
            Some(place) => {
                let (_, all): &mut (_, Cow<'a, str>) = &mut pairs[*place];
                *all = format!("{all}, {value}").into();
            }
            None => {
                places.insert(*number, pairs.len());
                let name = ATTRIBUTES.iter().find(|(known, _)| known == number).map(|(_, name)| *name);
                pairs.push((name.map_or_else(|| number.to_string().into(), Cow::from), (*value).into()));
            }
        }
    }
    Value::Pairs(pairs.into())
}
