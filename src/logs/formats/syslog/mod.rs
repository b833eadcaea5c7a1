//! Syslog as it lies in files: RFC 5424, RFC 3164, and rsyslog's with a whole time; `auth.log` is one of them.
//!
//! `syslog_loose` was looked at: it brings a parser library for what is a page here, and knows neither the year of a file nor
//! what sshd says.

mod header;
mod login;

use crate::address;
use crate::logs::by_line::{self, ByLine, Parser};
use crate::logs::table::{self, NO_ZONE};
use crate::logs::years::{Stamp, Years};
use crate::logs::zone::Zone;
use crate::logs::{Error, Field, Format, Kind, Layout, Options, Sample, Sink, Value};

pub(super) use header::header;

/// Syslog.
#[derive(Debug)]
pub(super) struct Syslog;

impl Format for Syslog {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn takes(&self) -> &'static [&'static str] {
        &["timezone", "year"]
    }

    fn also(&self) -> &'static [&'static str] {
        &["auth_log", "authlog", "sshd", "rfc3164", "rfc5424"]
    }

    fn doc(&self) -> &'static str {
        "Syslog of RFC 3164 and RFC 5424, with or without priority, auth.log among them: of messages of sshd, sudo, su, login \
         and PAM it is read who came from where and with which outcome."
    }

    fn recognise(&self, sample: &Sample<'_>, options: &Options) -> Result<Option<Box<dyn Layout>>, Error> {
        let lines = by_line::lines(sample.head, sample.is_whole);
        if !by_line::are(&lines, options, |line| header(line).is_some()) {
            return Ok(None);
        }
        let (years, assumed) = years(sample, options, lines.iter().filter_map(|line| header(line)?.stamp))?;
        Ok(Some(Box::new(ByLine { fields: fields(), assumed, parser: SyslogParser { years } })))
    }
}

/// The years and the zone of a file by the times in it, and what of them is assumed.
pub(super) fn years(
    sample: &Sample<'_>,
    options: &Options,
    stamps: impl Iterator<Item = Stamp>,
) -> Result<(Years, Vec<String>), Error> {
    let stated = table::zone(options)?;
    let years = Years::of(sample, options, stated.unwrap_or(Zone::UTC));
    let (mut is_zoneless, mut is_yearless) = (false, false);
    for stamp in stamps {
        is_zoneless |= stamp.is_zoneless();
        is_yearless |= matches!(stamp, Stamp::Yearless(..));
    }
    let mut assumed = Vec::new();
    if is_zoneless && stated.is_none() {
        assumed.push(NO_ZONE.to_owned());
    }
    if is_yearless {
        assumed.push(years.said());
    }
    Ok((years, assumed))
}

fn fields() -> Vec<Field> {
    [
        (Field::TIME, Kind::Time, "When the message was written, UTC."),
        (
            Field::CLIENT_ADDRESS,
            Kind::Text,
            "The address that a message of sshd, login or PAM names, in its shortest form.",
        ),
        (Field::USER_NAME, Kind::Text, "Who, as a message of sshd, sudo, su, login or PAM names them."),
        ("client_port", Kind::Int, "The client's port."),
        ("method", Kind::Text, "How they came: password, publickey, sudo, su, …"),
        ("outcome", Kind::Text, "success or failure, where the message says so."),
        ("host", Kind::Text, "The machine that wrote it."),
        ("app", Kind::Text, "The program that wrote it."),
        ("proc_id", Kind::Text, "Its process."),
        ("msg_id", Kind::Text, "The kind of message, in RFC 5424."),
        ("facility", Kind::Int, "4 and 10 are security, 0 the kernel, 16 to 23 local (RFC 5424, 6.2.1)."),
        ("severity", Kind::Int, "0 emergency to 3 error, 4 warning, 5 notice, 6 information, 7 debug."),
        ("structured_data", Kind::Pairs, "Parameters of RFC 5424 by element and name: origin.ip."),
        ("message", Kind::Text, "The message."),
        (Field::RAW, Kind::Text, "The line as it stands in the file."),
    ]
    .map(|(name, kind, doc)| Field::new(name, kind, doc))
    .into()
}

#[derive(Debug, Clone)]
struct SyslogParser {
    years: Years,
}

impl Parser for SyslogParser {
    fn line(&mut self, number: u64, line: &str, wanted: &[usize], sink: &mut dyn Sink) {
        let Some(header) = header(line) else {
            return sink.bad(number, "it has no header of syslog", line.as_bytes());
        };
        let login = login::login(header.app, header.message);
        let text = |text: Option<&str>| match text {
            None | Some("") => Value::Null,
            Some(text) => Value::Text(text.to_owned().into()),
        };
        let stamp = header.stamp.filter(|_| wanted.contains(&0));
        let instant = stamp.and_then(|stamp| stamp.instant(&self.years));
        let odd = stamp.filter(|_| instant.is_none()).and_then(|stamp| stamp.odd(&self.years));
        odd.into_iter().for_each(|text| sink.odd(number, 0, &text));
        instant.and_then(|instant| instant.doubt).into_iter().for_each(|doubt| sink.doubtful(number, doubt));
        let values: Vec<Value<'_>> = wanted
            .iter()
            .map(|field| match field {
                0 => instant.map_or(Value::Null, |instant| Value::Time(instant.micros)),
                1 => text(login.address.and_then(address::shortest).as_deref()),
                2 => text(login.user),
                3 => login.port.map_or(Value::Null, Value::Int),
                4 => text(login.method),
                5 => text(login.outcome),
                6 => text(Some(header.host)),
                7 => text(Some(header.app)),
                8 => text(Some(header.process)),
                9 => text(Some(header.message_id)),
                10 => header.priority.map_or(Value::Null, |priority| Value::Int(i64::from(priority / 8))),
                11 => header.priority.map_or(Value::Null, |priority| Value::Int(i64::from(priority % 8))),
                12 if header.data.is_empty() => Value::Null,
                12 => Value::Pairs(header.data.as_slice().into()),
                13 => Value::Text(header.message.into()),
                14 => Value::Text(line.into()),
                _ => Value::Null,
            })
            .collect();
        sink.row(number, &values);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::trials::{damaged, options, recognised, table};

    const AUTH: &str = "\
Nov 20 08:00:00 web01 sshd[411]: Accepted password for alice from 203.0.113.7 port 50122 ssh2
Nov 20 08:00:01 web01 sshd[412]: Failed password for invalid user admin from ::ffff:198.51.100.4 port 4 ssh2
Dec 31 08:00:02 web01 CRON[413]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)
Nov 20 08:00:03 web01 systemd[1]: Started Session 4 of user alice.
<165>1 2026-11-20T08:00:04.5+01:00 web02 app 8 ID47 [origin ip=\"10.0.0.1\"] hello
";

    #[test]
    fn an_auth_log_says_who_came_from_where() {
        let years = options(&[("year", "2025")]);
        assert_eq!(
            table("auth.log", AUTH, &years),
            [
                "time | client_address | user_name | client_port | method | outcome | host | app | proc_id | msg_id | facility | severity | structured_data | message",
                "1: 2025-11-20T08:00:00Z | 203.0.113.7 | alice | 50122 | password | success | web01 | sshd | 411 | ∅ | ∅ | ∅ | ∅ | Accepted password for alice from 203.0.113.7 port 50122 ssh2",
                "2: 2025-11-20T08:00:01Z | 198.51.100.4 | admin | 4 | password | failure | web01 | sshd | 412 | ∅ | ∅ | ∅ | ∅ | Failed password for invalid user admin from ::ffff:198.51.100.4 port 4 ssh2",
                "3: 2025-12-31T08:00:02Z | ∅ | root | ∅ | cron | success | web01 | CRON | 413 | ∅ | ∅ | ∅ | ∅ | pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
                "4: 2025-11-20T08:00:03Z | ∅ | ∅ | ∅ | ∅ | ∅ | web01 | systemd | 1 | ∅ | ∅ | ∅ | ∅ | Started Session 4 of user alice.",
                "5: 2026-11-20T07:00:04.500Z | ∅ | ∅ | ∅ | ∅ | ∅ | web02 | app | 8 | ID47 | 20 | 5 | origin.ip=10.0.0.1 | hello",
            ]
        );
    }

    #[test]
    fn the_year_is_that_of_the_file_and_both_assumptions_are_said() {
        // The trial's file was changed in November 2026.
        let rows = table("auth.log", AUTH, &options(&[("timezone", "Europe/Paris")]));
        assert!(rows[1].starts_with("1: 2026-11-20T07:00:00Z"), "{}", rows[1]);
        assert!(rows[3].starts_with("3: 2025-12-31T07:00:02Z"), "{}", rows[3]);
        let said = recognised("auth.log", AUTH.as_bytes(), &Options::default()).layout.assumed();
        assert!(said[0].contains("UTC was assumed") && said[1].contains("no year"), "{said:?}");
    }

    #[test]
    fn a_day_that_the_stated_year_does_not_have_is_counted() {
        let text = "Feb 29 08:00:00 web01 sshd[411]: hello\nMar  1 08:00:00 web01 sshd[411]: hello\n";
        let rows = table("auth.log", text, &options(&[("year", "2023")]));
        assert!(rows[1].starts_with("1: ∅ | ") && rows[2].starts_with("2: 2023-03-01T08:00:00Z | "), "{rows:?}");
        assert_eq!(rows[3..], ["1? time 02-29 08:00:00"]);
        // The control: a year that has it.
        assert_eq!(table("auth.log", text, &options(&[("year", "2024")])).len(), 3);
        // Where nothing tells the year, that is said of all.
        let sample = Sample { name: "auth.log", head: text.as_bytes(), is_whole: true, modified: None };
        let found = crate::logs::recognise(&sample, &Options::default()).unwrap();
        let told = crate::logs::trials::read(&*found.layout, text.as_bytes(), 9);
        assert_eq!((told.rows.len(), told.odd.len()), (2, 0));
        assert!(found.layout.assumed().iter().any(|said| said.contains("they are NULL")));
    }

    #[test]
    fn damaged_lines_are_accounted_for() {
        let count = damaged("auth.log", &AUTH.repeat(3), true, &|_, _| false);
        assert!(count >= 100, "{count}");
    }
}
