//! Event log files as Windows writes them, made by hand: a header, chunks, records in binary XML over a template each, and all
//! checksums.
//! (source: <https://github.com/libyal/libevtx/blob/main/documentation/Windows%20XML%20Event%20Log%20(EVTX).asciidoc>)

#![allow(dead_code, reason = "the unit tests and the integration tests each use a part")]

use chrono::{DateTime, SecondsFormat, Utc};

const CHUNK: usize = 64 << 10;
const CHUNK_HEADER: usize = 512;

/// An event that is to be written.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) provider: &'static str,
    pub(crate) id: u16,
    pub(crate) time: DateTime<Utc>,
    pub(crate) channel: &'static str,
    pub(crate) computer: &'static str,
    pub(crate) activity: Option<&'static str>,
    pub(crate) data: Vec<Datum>,
    /// The data stand in `UserData/Event/EventData`, as in the log AD FS/Admin.
    pub(crate) is_user_data: bool,
}

/// An element of an event's data.
#[derive(Debug, Clone)]
pub(crate) enum Datum {
    /// `<Data Name="name">value</Data>`
    Named(String, String),
    /// `<Data>value</Data>`
    Unnamed(String),
    /// `<Data>%1</Data>` over a list of texts, an element for each: how classic providers write.
    Each(Vec<String>),
}

/// An event of the Security log with data by name.
pub(crate) fn security(id: u16, time: &str, data: &[(&str, &str)]) -> Written {
    let named = |(name, value): &(&str, &str)| Datum::Named((*name).to_owned(), (*value).to_owned());
    Written {
        provider: "Microsoft-Windows-Security-Auditing",
        id,
        time: time.parse().expect("a time"),
        channel: "Security",
        computer: "DC01.contoso.com",
        activity: None,
        data: data.iter().map(named).collect(),
        is_user_data: false,
    }
}

/// An audit of AD FS: data by place.
pub(crate) fn adfs(id: u16, time: &str, data: &[&str]) -> Written {
    let each = data.iter().map(|text| (*text).to_owned()).collect();
    Written { provider: "AD FS Auditing", computer: "ADFS01", data: vec![Datum::Each(each)], ..security(id, time, &[]) }
}

/// A file of these events.
pub(crate) fn file(events: &[Written]) -> Vec<u8> {
    let mut chunks: Vec<Chunk> = Vec::new();
    for (event, number) in events.iter().zip(1_u64..) {
        if !chunks.last_mut().is_some_and(|chunk| chunk.add(event, number)) {
            let mut chunk = Chunk::new(number);
            assert!(chunk.add(event, number), "an event fits into a chunk");
            chunks.push(chunk);
        }
    }
    let mut file = b"ElfFile\0".to_vec();
    let (count, next) = (chunks.len() as u64, events.len() as u64 + 1);
    [0, count.saturating_sub(1), next].iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.extend(128_u32.to_le_bytes());
    [1, 3, 4096, u16::try_from(count).expect("few chunks")].iter().for_each(|number| file.extend(number.to_le_bytes()));
    file.resize(120, 0);
    let checksum = evtx::checksum_ieee(&file);
    file.extend(0_u32.to_le_bytes());
    file.extend(checksum.to_le_bytes());
    file.resize(4096, 0);
    chunks.into_iter().for_each(|chunk| file.extend(chunk.whole()));
    file
}

struct Chunk {
    bytes: Vec<u8>,
    first: u64,
    last: u64,
    last_at: usize,
}

impl Chunk {
    fn new(first: u64) -> Self {
        Self { bytes: vec![0; CHUNK_HEADER], first, last: 0, last_at: 0 }
    }

    /// Adds a record; `false`, if it does not fit.
    fn add(&mut self, event: &Written, number: u64) -> bool {
        let begin = self.bytes.len();
        self.bytes.extend([0x2A, 0x2A, 0, 0, 0, 0, 0, 0]);
        self.bytes.extend(number.to_le_bytes());
        self.bytes.extend(filetime(event.time).to_le_bytes());
        Xml { bytes: &mut self.bytes, values: Vec::new() }.event(event, number);
        let size = u32::try_from(self.bytes.len() + 4 - begin).expect("a record is small");
        self.bytes.extend(size.to_le_bytes());
        self.bytes[begin + 4..begin + 8].copy_from_slice(&size.to_le_bytes());
        if self.bytes.len() > CHUNK {
            self.bytes.truncate(begin);
            return false;
        }
        (self.last, self.last_at) = (number, begin);
        true
    }

    fn whole(mut self) -> Vec<u8> {
        let (free, records) = (self.bytes.len(), evtx::checksum_ieee(&self.bytes[CHUNK_HEADER..]));
        let mut header = b"ElfChnk\0".to_vec();
        [self.first, self.last, self.first, self.last].iter().for_each(|number| header.extend(number.to_le_bytes()));
        for number in [128, self.last_at, free] {
            header.extend(u32::try_from(number).expect("within a chunk").to_le_bytes());
        }
        header.extend(records.to_le_bytes());
        header.resize(128, 0);
        self.bytes[..128].copy_from_slice(&header);
        let checked = [&self.bytes[..120], &self.bytes[128..CHUNK_HEADER]].concat();
        self.bytes[124..128].copy_from_slice(&evtx::checksum_ieee(&checked).to_le_bytes());
        self.bytes.resize(CHUNK, 0);
        self.bytes
    }
}

/// 100 nanoseconds since 1601.
fn filetime(time: DateTime<Utc>) -> u64 {
    u64::try_from(time.timestamp_micros()).expect("after 1970") * 10 + 116_444_736_000_000_000
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Binary XML. Offsets are those of the chunk.
struct Xml<'a> {
    bytes: &'a mut Vec<u8>,
    /// What the template's places stand for: type and bytes.
    values: Vec<(u8, Vec<u8>)>,
}

impl Xml<'_> {
    fn event(&mut self, event: &Written, number: u64) {
        self.bytes.extend([0x0F, 1, 1, 0, 0x0C, 1]);
        self.bytes.extend(0x4155_4449_u32.to_le_bytes());
        let definition = self.bytes.len() + 4;
        self.bytes.extend(u32::try_from(definition).expect("within a chunk").to_le_bytes());
        self.bytes.extend([0; 4 + 16 + 4]);
        let body = self.bytes.len();
        self.bytes.extend([0x0F, 1, 1, 0]);
        self.element("Event", &[("xmlns", "http://schemas.microsoft.com/win/2004/08/events/event")], |xml| {
            xml.element("System", &[], |xml| xml.system(event, number));
            if event.is_user_data {
                xml.element("UserData", &[], |xml| xml.element("Event", &[], |xml| xml.data(event)));
            } else {
                xml.data(event);
            }
        });
        self.bytes.push(0);
        let size = u32::try_from(self.bytes.len() - body).expect("within a chunk");
        self.bytes[body - 4..body].copy_from_slice(&size.to_le_bytes());
        self.bytes.extend(u32::try_from(self.values.len()).expect("few values").to_le_bytes());
        for (kind, value) in &self.values {
            self.bytes.extend(u16::try_from(value.len()).expect("a short value").to_le_bytes());
            self.bytes.extend([*kind, 0]);
        }
        self.values.iter().for_each(|(_, value)| self.bytes.extend(value));
        self.bytes.push(0);
    }

    fn system(&mut self, event: &Written, number: u64) {
        self.element("Provider", &[("Name", event.provider)], |_| {});
        self.element("EventID", &[], |xml| xml.value(0x06, event.id.to_le_bytes().into()));
        self.element("Level", &[], |xml| xml.value(0x04, vec![0]));
        self.element(
            "TimeCreated",
            &[("SystemTime", &event.time.to_rfc3339_opts(SecondsFormat::Micros, true))],
            |_| {},
        );
        self.element("EventRecordID", &[], |xml| xml.value(0x0A, number.to_le_bytes().into()));
        match event.activity {
            Some(activity) => self.element("Correlation", &[("ActivityID", activity)], |_| {}),
            None => self.element("Correlation", &[], |_| {}),
        }
        self.element("Channel", &[], |xml| xml.text(event.channel));
        self.element("Computer", &[], |xml| xml.text(event.computer));
    }

    fn data(&mut self, event: &Written) {
        self.element("EventData", &[], |xml| {
            for datum in &event.data {
                match datum {
                    Datum::Named(name, value) => {
                        xml.element("Data", &[("Name", name)], |xml| xml.value(0x01, utf16(value)));
                    }
                    Datum::Unnamed(value) => xml.element("Data", &[], |xml| xml.value(0x01, utf16(value))),
                    Datum::Each(values) => {
                        let list = values.iter().flat_map(|value| utf16(&format!("{value}\0"))).collect();
                        xml.element("Data", &[], |xml| xml.value(0x81, list));
                    }
                }
            }
        });
    }

    /// An element of a template; no content, and it is closed at once.
    fn element(&mut self, name: &str, attributes: &[(&str, &str)], content: impl FnOnce(&mut Self)) {
        self.bytes.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        self.bytes.extend(0xFFFF_u16.to_le_bytes());
        let size = self.hole();
        self.name(name);
        if !attributes.is_empty() {
            let size = self.hole();
            for (at, (name, value)) in attributes.iter().enumerate() {
                self.bytes.push(if at + 1 < attributes.len() { 0x46 } else { 0x06 });
                self.name(name);
                self.text(value);
            }
            self.fill(size);
        }
        let open = self.bytes.len();
        self.bytes.push(0x02);
        content(self);
        if self.bytes.len() == open + 1 {
            self.bytes[open] = 0x03;
        } else {
            self.bytes.push(0x04);
        }
        self.fill(size);
    }

    fn hole(&mut self) -> usize {
        self.bytes.extend([0; 4]);
        self.bytes.len()
    }

    fn fill(&mut self, behind: usize) {
        let size = u32::try_from(self.bytes.len() - behind).expect("within a chunk");
        self.bytes[behind - 4..behind].copy_from_slice(&size.to_le_bytes());
    }

    /// A name, which stands where it is used.
    fn name(&mut self, name: &str) {
        let at = u32::try_from(self.bytes.len() + 4).expect("within a chunk");
        let hash = name.encode_utf16().fold(0_u32, |hash, unit| hash.wrapping_mul(65_599).wrapping_add(unit.into()));
        self.bytes.extend(at.to_le_bytes());
        self.bytes.extend([0; 4]);
        self.bytes.extend(&hash.to_le_bytes()[..2]);
        self.bytes.extend(u16::try_from(name.len()).expect("a short name").to_le_bytes());
        self.bytes.extend(utf16(name));
        self.bytes.extend([0, 0]);
    }

    fn text(&mut self, text: &str) {
        self.bytes.extend([0x05, 0x01]);
        self.bytes.extend(u16::try_from(text.encode_utf16().count()).expect("a short text").to_le_bytes());
        self.bytes.extend(utf16(text));
    }

    /// A place of the template, and what stands there.
    fn value(&mut self, kind: u8, value: Vec<u8>) {
        self.bytes.push(0x0D);
        self.bytes.extend(u16::try_from(self.values.len()).expect("few values").to_le_bytes());
        self.bytes.push(kind);
        self.values.push((kind, value));
    }
}
