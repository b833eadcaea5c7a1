//! Trials: damaged variants of a log, each read in pieces, and each line of it accounted for.

use std::collections::BTreeMap;

use super::{Cut, Doubt, Field, Layout, Options, Recognised, Sample, Sink, Value, encoding, recognise};

/// What came of a file.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::logs) struct Told {
    pub(in crate::logs) rows: Vec<(u64, Vec<String>)>,
    pub(in crate::logs) bad: Vec<(u64, &'static str)>,
    pub(in crate::logs) odd: Vec<(u64, usize, String)>,
    pub(in crate::logs) contrary: Vec<(u64, String)>,
    pub(in crate::logs) unknown: Vec<(u64, String)>,
    pub(in crate::logs) recoded: Vec<u64>,
    pub(in crate::logs) doubtful: Vec<(u64, Doubt)>,
    /// Members that come again: the line, and the field.
    pub(in crate::logs) repeated: Vec<(u64, usize)>,
    /// How many LF and how many CR stand in the last field of a row, by the line on which it begins.
    spans: BTreeMap<u64, [usize; 2]>,
}

impl Sink for Told {
    fn row(&mut self, line: u64, values: &[Value<'_>]) {
        if let Some(Value::Text(raw)) = values.last() {
            self.spans.insert(line, [raw.matches('\n').count(), raw.matches('\r').count()]);
        }
        self.rows.push((line, values.iter().map(shown).collect()));
    }

    fn bad(&mut self, line: u64, why: &'static str, excerpt: &[u8]) {
        assert!(excerpt.len() <= 16 << 20, "an excerpt is no more than a line");
        self.bad.push((line, why));
    }

    fn odd(&mut self, line: u64, field: usize, value: &str) {
        self.odd.push((line, field, value.to_owned()));
    }

    fn contrary(&mut self, line: u64, _: &str, value: &str, _: bool) {
        self.contrary.push((line, value.to_owned()));
    }

    fn doubtful(&mut self, line: u64, doubt: Doubt) {
        self.doubtful.push((line, doubt));
    }

    fn recoded(&mut self, line: u64) {
        self.recoded.push(line);
    }

    fn repeated(&mut self, line: u64, field: usize) {
        self.repeated.push((line, field));
    }

    fn unknown(&mut self, line: u64, name: &str) {
        self.unknown.push((line, name.to_owned()));
    }
}

/// A value in print.
pub(in crate::logs) fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Null => "∅".to_owned(),
        Value::Text(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Bool(truth) => truth.to_string(),
        Value::Time(micros) => chrono::DateTime::from_timestamp_micros(*micros)
            .map_or_else(|| format!("{micros} µs"), |time| time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string()),
        Value::Texts(texts) => format!("{texts:?}"),
        Value::Pairs(pairs) => {
            pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(";")
        }
    }
}

/// Options as they are written.
pub(in crate::logs) fn options(stated: &[(&str, &str)]) -> Options {
    let mut options = Options::default();
    stated.iter().for_each(|(name, value)| options.set(name, value).unwrap());
    options
}

/// What a text is recognised as.
pub(in crate::logs) fn recognised(name: &str, text: &[u8], options: &Options) -> Recognised {
    let sample = Sample { name, head: text, is_whole: true, modified: Some(1_795_700_000_000_000) };
    recognise(&sample, options).unwrap()
}

/// Reads all fields, in pieces of a size.
pub(in crate::logs) fn read(layout: &dyn Layout, bytes: &[u8], size: usize) -> Told {
    let wanted: Vec<usize> = (0..layout.fields().len()).collect();
    let mut reader = layout.reader(&wanted);
    let mut told = Told::default();
    let mut is_over = false;
    for piece in bytes.chunks(size) {
        if reader.feed(piece, &mut told).is_err() {
            is_over = true;
            break;
        }
    }
    if !is_over {
        let _ = reader.end(&mut told);
    }
    told
}

/// The same, cut into pieces as blocks of a size come, each read by itself; `None`, if the file is not cut.
pub(in crate::logs) fn in_pieces(layout: &dyn Layout, bytes: &[u8], block: usize) -> Option<Told> {
    let wanted: Vec<usize> = (0..layout.fields().len()).collect();
    let (mut pieces, mut told) = (layout.pieces(&wanted, bytes)?, Told::default());
    let (mut at, mut end) = (0, 0);
    loop {
        end = bytes.len().min(end + block);
        match pieces.cut(&bytes[at..end], end == bytes.len()) {
            Cut::More => assert!(end < bytes.len(), "at the end nothing is left"),
            Cut::Passed(count) => at += count,
            Cut::Piece(count, mut reader) => {
                let fed = reader.feed(&bytes[at..at + count], &mut told);
                fed.and_then(|()| reader.end(&mut told)).unwrap();
                at += count;
            }
        }
        if at == bytes.len() {
            return Some(told);
        }
    }
}

/// A text as a table: names of the fields but `raw`, then the rows.
pub(in crate::logs) fn table(name: &str, text: &str, options: &Options) -> Vec<String> {
    let found = recognised(name, text.as_bytes(), options);
    let fields: Vec<&str> = found.layout.fields().iter().map(|field| field.name.as_str()).collect();
    assert_eq!(fields.last(), Some(&Field::RAW));
    let told = read(&*found.layout, text.as_bytes(), 7);
    assert_eq!(told, read(&*found.layout, text.as_bytes(), 1 << 20), "the same in pieces of any size");
    let apart = in_pieces(&*found.layout, text.as_bytes(), 50);
    assert!(apart.is_none_or(|apart| apart == told), "the same by several readers");
    let rows = told.rows.iter().map(|(line, values)| format!("{line}: {}", values[..values.len() - 1].join(" | ")));
    let bad = told.bad.iter().map(|(line, why)| format!("{line}! {why}"));
    let odd = told.odd.iter().map(|(line, field, value)| format!("{line}? {} {value}", fields[*field]));
    let doubtful = told.doubtful.iter().map(|(line, doubt)| format!("{line}~ {doubt:?}"));
    let rows = std::iter::once(fields[..fields.len() - 1].join(" | ")).chain(rows);
    rows.chain(bad).chain(odd).chain(doubtful).collect()
}

/// Numbers that look like chance and are the same each time.
pub(in crate::logs) struct Chance(pub(in crate::logs) u64);

impl Chance {
    pub(in crate::logs) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (limit.max(1) as u64)).unwrap()
    }
}

/// Damaged variants of a text: cut, shuffled, in other encodings, with hostile text in it.
pub(in crate::logs) fn variants(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> = Vec::new();
    for part in 0..100 {
        all.push((format!("cut at {part}/100"), text[..text.len() * part / 100].to_vec()));
    }
    for seed in 1..=40 {
        let (mut chance, mut bytes) = (Chance(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed)), text.to_vec());
        for _ in 0..=bytes.len() / 50 {
            let (one, other) = (chance.below(bytes.len()), chance.below(bytes.len()));
            bytes.swap(one, other);
        }
        all.push((format!("shuffled {seed}"), bytes));
    }
    for seed in 1..=20 {
        let (mut chance, mut bytes) = (Chance(0xD134_2543_DE82_EF95_u64.wrapping_mul(seed)), text.to_vec());
        for _ in 0..=bytes.len() / 100 {
            let at = chance.below(bytes.len());
            bytes[at] = u8::try_from(chance.below(256)).unwrap();
        }
        all.push((format!("overwritten {seed}"), bytes));
    }
    let hostile: [(&str, Vec<u8>); 12] = [
        ("NUL", vec![0; 3]),
        ("escape", b"\x1b]0;owned\x07\x1b[2J".to_vec()),
        ("quote", b"\"".to_vec()),
        ("quotes", b"\"\"\"".to_vec()),
        ("brackets", b"[{".repeat(100_000)),
        ("delimiters", b",".repeat(10_000)),
        ("blank lines", b"\n\r\n\n".to_vec()),
        ("Latin-1", b"\xfc\xe9\xff".to_vec()),
        ("a long word", b"x".repeat(300_000)),
        ("SQL", b"'; DROP TABLE x; --".to_vec()),
        ("digits", b"99999999999999999999999999".to_vec()),
        ("right to left", "\u{202e}\u{feff}".into()),
    ];
    for (name, insert) in &hostile {
        for place in 0..4 {
            let at = text.len() * place / 4 + place;
            let at = at.min(text.len());
            all.push((format!("{name} at {at}"), [&text[..at], insert, &text[at..]].concat()));
        }
    }
    let units: Vec<u16> = String::from_utf8_lossy(text).encode_utf16().collect();
    let little: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units.iter().copied().flat_map(u16::to_be_bytes).collect();
    all.push(("UTF-16 LE".into(), [&b"\xff\xfe"[..], &little].concat()));
    all.push(("UTF-16 BE".into(), [&b"\xfe\xff"[..], &big].concat()));
    all.push(("UTF-16 without mark".into(), little));
    all.push(("CR only".into(), String::from_utf8_lossy(text).replace("\r\n", "\r").replace('\n', "\r").into_bytes()));
    all.push(("CR LF".into(), String::from_utf8_lossy(text).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()));
    all.push(("twice".into(), [text, text].concat()));
    all
}

/// Lines that are neither in a row nor bad, nor may be passed over; and lines that are told twice, where a line is no more
/// than a record.
pub(in crate::logs) fn unaccounted(
    bytes: &[u8],
    told: &Told,
    is_line: bool,
    may_pass: &dyn Fn(u64, &str) -> bool,
) -> Vec<String> {
    let text = encoding::decoded(bytes);
    let ending = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    let mut lines: Vec<&[u8]> = text.split(|byte| *byte == ending).collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    let mut counts = vec![0_u32; lines.len()];
    let mut faults = Vec::new();
    let ends = |line| told.spans.get(line).map_or(0, |ends| ends[usize::from(ending == b'\r')]);
    let spans = told.rows.iter().map(|(line, _)| (*line, ends(line) as u64 + 1));
    for (line, span) in spans.chain(told.bad.iter().map(|(line, _)| (*line, 1))) {
        for line in line..line + span {
            match usize::try_from(line - 1).ok().and_then(|at| counts.get_mut(at)) {
                Some(count) => *count += 1,
                None => faults.push(format!("line {line} is told and is not there")),
            }
        }
    }
    for ((line, count), number) in lines.iter().zip(counts).zip(1_u64..) {
        let line = encoding::text(line);
        let shown: String = line.chars().take(60).collect();
        match count {
            0 if !line.trim().is_empty() && !may_pass(number, &line) => {
                faults.push(format!("line {number} is lost: {shown}"));
            }
            0 | 1 => {}
            _ if !is_line => {}
            _ => faults.push(format!("line {number} is told {count} times: {shown}")),
        }
    }
    faults
}

/// Reads every damaged variant of a text, once with what the whole text was recognised as and once with what the variant
/// is; gives how many variants there were.
pub(in crate::logs) fn damaged(name: &str, text: &str, is_line: bool, may_pass: &dyn Fn(u64, &str) -> bool) -> usize {
    let whole = recognised(name, text.as_bytes(), &Options::default());
    let variants = variants(text.as_bytes());
    for (what, bytes) in &variants {
        let told = read(&*whole.layout, bytes, 4096);
        let faults = unaccounted(bytes, &told, is_line, may_pass);
        assert!(faults.is_empty(), "{what}: {:?}", &faults[..faults.len().min(3)]);
        if bytes.len() < 20_000 {
            assert_eq!(told, read(&*whole.layout, bytes, 1), "{what}: the same in pieces of any size");
        }
        for block in [512, 4096] {
            let apart = in_pieces(&*whole.layout, bytes, block);
            assert!(apart.is_none_or(|apart| apart == told), "{what}: the same by several readers");
        }
        let stated = Options { format: Some(whole.format), ..Options::default() };
        let sample = Sample { name, head: bytes, is_whole: true, modified: None };
        // That it is another format is an answer.
        if let Ok(found) = recognise(&sample, &stated) {
            let told = read(&*found.layout, bytes, 4096);
            // What is damaged can be JSON that is laid out otherwise: there a record is no line.
            let faults =
                if whole.format.name() == "json" { Vec::new() } else { unaccounted(bytes, &told, is_line, may_pass) };
            assert!(faults.is_empty(), "{what}, by itself: {:?}", &faults[..faults.len().min(3)]);
        }
    }
    variants.len()
}

#[test]
fn a_lost_line_and_one_that_is_told_twice_are_found() {
    let text = "a\nb\nc\n";
    let told = |lines: &[u64]| {
        let mut told = Told::default();
        lines.iter().for_each(|line| told.row(*line, &[Value::Text("x".into())]));
        unaccounted(text.as_bytes(), &told, true, &|_, line| line == "b").len()
    };
    assert_eq!([told(&[1, 2, 3]), told(&[1, 3]), told(&[1]), told(&[1, 1, 3]), told(&[1, 3, 4])], [0, 0, 1, 1, 1]);
}
