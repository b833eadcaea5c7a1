//! The formats, a file each.

mod access;
mod delimited;
mod dhcp;
mod evtx;
mod json;
mod lines;
mod nps;
mod siem;
mod squid;
mod syslog;
mod w3c;
mod zeek;

use super::{Error, Format};

/// All formats. Those that others could be taken for come first.
pub static ALL: &[&'static dyn Format] = &[
    &evtx::Evtx,
    &zeek::Zeek,
    &dhcp::Dhcp,
    &nps::Nps,
    &w3c::W3c,
    &siem::Cef,
    &siem::Leef,
    &syslog::Syslog,
    &access::Access,
    &squid::Squid,
    &json::Json,
    &delimited::Csv,
    &lines::Lines,
];

/// The format of a name.
pub(super) fn named(name: &str) -> Result<&'static dyn Format, Error> {
    let wanted = name.to_ascii_lowercase();
    let is = |format: &&&'static dyn Format| format.name() == wanted || format.also().contains(&wanted.as_str());
    ALL.iter().find(is).copied().ok_or_else(|| Error::NoSuchFormat { name: name.to_owned() })
}

/// The format that has a view of a name, and the name as it is declared.
pub(super) fn with_view(name: &str) -> Result<(&'static dyn Format, &'static str), Error> {
    let wanted = name.to_ascii_lowercase();
    let of = |format: &&'static dyn Format| format.views().into_iter().find(|view| view.name == wanted);
    let found = ALL.iter().find_map(|format| of(format).map(|view| (*format, view.name)));
    found.ok_or_else(|| Error::NoSuchView { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::logs::trials::{read, recognised};
    use crate::logs::{Field, Kind, Options};

    #[test]
    fn names_are_unique_and_every_format_says_what_it_is() {
        let mut names = HashSet::new();
        for format in ALL {
            for name in format.also().iter().chain([&format.name()]) {
                assert!(names.insert(*name), "{name} is there twice");
                assert_eq!(named(&name.to_uppercase()).unwrap().name(), format.name());
            }
            assert!(format.doc().ends_with('.') || format.doc().contains('…'), "{}", format.name());
        }
        assert!(named("nothing").is_err());
    }

    #[test]
    fn each_content_is_of_one_format_whatever_its_name() {
        for (text, expected) in [
            ("ElfFile\0", "evtx"),
            ("#separator \\x09\n#fields\tts\tuid\n#types\ttime\tstring\n1.0\tx\n", "zeek"),
            ("#Fields: date time c-ip\n2026-11-27 08:00:00 10.0.0.1\n", "w3c"),
            ("Nov 27 08:00:00 fw CEF:0|V|P|1|1|n|5|src=10.0.0.1\n", "cef"),
            ("Nov 27 08:00:00 fw LEEF:1.0|V|P|1|1|src=10.0.0.1\n", "leef"),
            (
                "Nov 27 08:00:00 web nginx: 1.2.3.4 - - [27/Nov/2026:08:00:00 +0000] \"GET / HTTP/1.1\" 200 1\n",
                "syslog",
            ),
            ("<34>1 2026-11-27T08:00:00Z h a - - - {\"a\":1}\n", "syslog"),
            ("1.2.3.4 - - [27/Nov/2026:08:00:00 +0000] \"GET /a,b HTTP/1.1\" 200 1\n", "access"),
            ("1764230400.123 45 10.0.0.7 TCP_MISS/200 1 GET http://e.com/ - HIER_DIRECT/1.2.3.4 text/html\n", "squid"),
            ("{\"ts\":1.5,\"a\":\"CEF:0|\"}\n", "json"),
            ("time,user\n2026-11-27 08:00:00,alice\n", "csv"),
            ("10.0.0.1\n10.0.0.2\n", "lines"),
        ] {
            for name in ["x", "x.log", "x.txt", "x.bin"] {
                assert_eq!(
                    recognised(name, text.as_bytes(), &Options::default()).format.name(),
                    expected,
                    "{name}: {text}"
                );
            }
        }
    }

    #[test]
    fn shared_fields_are_of_their_types_and_raw_is_last() {
        for text in [
            "#Fields: date time c-ip cs-username\n2026-11-27 08:00:00 10.0.0.1 a\n",
            "ElfFile\0",
            "time,ip,user\n2026-11-27 08:00:00,10.0.0.1,a\n",
        ] {
            let found = recognised("x.csv", text.as_bytes(), &Options::default());
            let names: Vec<(&str, Kind)> =
                found.layout.fields().iter().map(|field| (field.name.as_str(), field.kind)).collect();
            let shared =
                [(Field::TIME, Kind::Time), (Field::CLIENT_ADDRESS, Kind::Text), (Field::USER_NAME, Kind::Text)];
            assert_eq!(names[..3], shared);
            assert_eq!(names.last(), Some(&(Field::RAW, Kind::Text)));
            let unique: HashSet<&str> = names.iter().map(|(name, _)| *name).collect();
            assert_eq!(unique.len(), names.len(), "{names:?}");
            assert!(
                found.layout.fields().iter().all(|field| field.doc.ends_with('.') || field.doc.contains('…')),
                "{:?}",
                found.layout.fields()
            );
        }
    }

    #[test]
    fn lines_that_are_no_utf_8_are_read_and_told() {
        for text in [
            "time,user\n2026-11-27 08:00:00,alice\n2026-11-27 08:00:01,M?ller\n",
            "{\"user\":\"alice\"}\n{\"user\":\"M?ller\"}\n",
            "alice\nM?ller\n",
            "Nov 27 08:00:00 h a: alice\nNov 27 08:00:00 h a: M?ller\n",
        ] {
            let damaged: Vec<u8> = text.bytes().map(|byte| if byte == b'?' { 0xFC } else { byte }).collect();
            let sound = text.replace('?', "ü");
            let found = recognised("x", sound.as_bytes(), &Options::default());
            let (told, control) = (read(&*found.layout, &damaged, 3), read(&*found.layout, sound.as_bytes(), 3));
            assert_eq!((told.recoded.len(), control.recoded.len()), (1, 0), "{text}");
            assert_eq!(told.rows, control.rows, "{text}");
        }
    }
}
