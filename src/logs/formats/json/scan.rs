//! Cuts JSON that is not one record a line into records: items of an array, or values one behind the other.
//!
//! Depth is counted, brackets are not matched: what is between is read as JSON later, and is bad if it is none. A string
//! cannot contain a line end, so a quote that is missing is found on its line; the next record is then looked for where a
//! line begins as the record before it did.

use crate::logs::line::{LONGEST, TOO_LONG};

/// Where records are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Values, one behind the other.
    Top,
    /// Items of the array that is the file.
    Items,
    /// Items of the array that is a member of the object that is the file.
    Member(String),
}

/// What is found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    Record(&'a [u8]),
    Bad(&'static str, &'a [u8]),
}

const BROKEN: &str = "it is no whole JSON object";

/// Bytes up to the record that is not whole yet.
#[derive(Debug)]
pub(super) struct Scan {
    place: Place,
    depth: usize,
    in_string: bool,
    is_escaped: bool,
    /// Names of the outer object are read for that of the array.
    name: Vec<u8>,
    is_name_due: bool,
    /// The value of a member of the outer object may begin.
    is_value_due: bool,
    /// There was an array of records.
    was_open: bool,
    /// The last line that is not blank; 0, if none is.
    last: u64,
    /// The depth of the array's items, while it is open.
    open: Option<usize>,
    /// Within a record or what stands in its place.
    within: Option<Within>,
    held: Vec<u8>,
    line: u64,
    /// Blanks at the beginning of this line, while there is nothing else.
    indent: Option<usize>,
    /// Blanks before the last record that began its line.
    usual: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Within {
    line: u64,
    /// Blanks before the record, if nothing else stands there on its line.
    indent: Option<usize>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Record,
    /// A value that is no object.
    Other,
    /// Told as bad: what follows is passed over up to where a record may begin.
    Lost,
}

impl Scan {
    pub(super) fn new(place: Place) -> Self {
        let open = (place == Place::Top).then_some(0);
        Self {
            place,
            depth: 0,
            in_string: false,
            is_escaped: false,
            name: Vec::new(),
            is_name_due: false,
            is_value_due: false,
            was_open: open.is_some(),
            last: 0,
            open,
            within: None,
            held: Vec::new(),
            line: 1,
            indent: Some(0),
            usual: None,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(u64, Found<'_>)) {
        // Where the record begins in these bytes; what came before is held.
        let mut begin = 0;
        let mut at = 0;
        while at < bytes.len() {
            at += self.idle(&bytes[at..]);
            if at == bytes.len() {
                break;
            }
            let byte = bytes[at];
            at += 1;
            if let Some(event) = self.step(byte) {
                match event {
                    Event::Begins => begin = at - 1,
                    Event::Ends(is_inclusive) => {
                        let end = if is_inclusive { at } else { at - 1 };
                        self.give(&bytes[begin.min(end)..end], each);
                    }
                    Event::Breaks => self.lose(BROKEN, &bytes[begin..at], each),
                    Event::Misplaced => {
                        let start = &bytes[at - 1..bytes.len().min(at + 63)];
                        each(self.line, Found::Bad("it stands outside of the records", start));
                    }
                }
            }
        }
        match self.within {
            Some(Within { state: State::Record | State::Other, .. }) => {
                self.held.extend_from_slice(&bytes[begin.min(bytes.len())..]);
                if self.held.len() > LONGEST {
                    self.lose(TOO_LONG, b"", each);
                }
            }
            _ => self.held.clear(),
        }
    }

    /// Bytes that change nothing: what is lost up to the end of its line, and what is in a string but its end.
    fn idle(&self, bytes: &[u8]) -> usize {
        let next = match self.within {
            Some(Within { state: State::Lost, .. }) if self.indent.is_none() => memchr::memchr(b'\n', bytes),
            Some(Within { state: State::Lost, .. }) => return 0,
            _ if self.in_string && !self.is_escaped && !self.is_name_due => memchr::memchr3(b'"', b'\\', b'\n', bytes),
            _ => return 0,
        };
        next.unwrap_or(bytes.len())
    }

    pub(super) fn end(&mut self, each: &mut dyn FnMut(u64, Found<'_>)) {
        match self.within {
            Some(Within { line, state: State::Record, .. }) => each(line, Found::Bad("it is cut off", &self.held)),
            Some(Within { line, state: State::Other, .. }) => each(line, Found::Bad("it is no object", &self.held)),
            Some(Within { state: State::Lost, .. }) => {}
            None if self.last == 0 => {}
            None if !self.was_open => each(self.last, Found::Bad("the array of the records is not there", b"")),
            None if self.depth > 0 || self.in_string => {
                each(self.last, Found::Bad("the file ends before its records do", b""));
            }
            None => {}
        }
    }

    fn give(&mut self, bytes: &[u8], each: &mut dyn FnMut(u64, Found<'_>)) {
        let Some(within) = self.within.take() else { return };
        if self.held.is_empty() {
            each(within.line, found(within.state, bytes));
        } else {
            self.held.extend_from_slice(bytes);
            each(within.line, found(within.state, &self.held));
            self.held.clear();
        }
    }

    fn lose(&mut self, why: &'static str, bytes: &[u8], each: &mut dyn FnMut(u64, Found<'_>)) {
        let Some(within) = &mut self.within else { return };
        let was_lost = within.state == State::Lost;
        within.state = State::Lost;
        if was_lost {
            return;
        }
        let line = within.line;
        self.held.extend_from_slice(&bytes[..bytes.len().min(64)]);
        self.held.truncate(64);
        each(line, Found::Bad(why, &self.held));
        self.held = Vec::new();
    }

    fn step(&mut self, byte: u8) -> Option<Event> {
        let indent = self.indent;
        match byte {
            b'\n' => {
                self.line += 1;
                self.indent = Some(0);
            }
            b' ' | b'\t' | b'\r' => self.indent = self.indent.map(|indent| indent + 1),
            _ => (self.indent, self.last) = (None, self.line),
        }
        if let Some(Within { state: State::Lost, indent: wanted, .. }) = self.within {
            return self.look(byte, indent, wanted);
        }
        if self.in_string {
            return self.step_in_string(byte);
        }
        let is_at_items = self.open == Some(self.depth);
        if let (true, Some(Within { state: State::Other, .. })) = (is_at_items, self.within)
            && matches!(byte, b',' | b']' | b'\n')
        {
            self.step_outside(byte);
            return Some(Event::Ends(false));
        }
        if self.within.is_none() && self.is_misplaced(byte) {
            self.within = Some(Within { line: self.line, indent: self.usual, state: State::Lost });
            return Some(Event::Misplaced);
        }
        if is_at_items && self.within.is_none() && !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b']') {
            self.usual = indent.or(self.usual);
            let state = if byte == b'{' { State::Record } else { State::Other };
            self.within = Some(Within { line: self.line, indent, state });
            self.step_outside(byte);
            return Some(Event::Begins);
        }
        self.step_outside(byte);
        let ends = matches!(byte, b'}' | b']')
            && self.open == Some(self.depth)
            && matches!(self.within, Some(Within { state: State::Record, .. }));
        ends.then_some(Event::Ends(true))
    }

    /// Whether a byte cannot stand where it does: a bracket is missing or too many, and what follows would be passed over.
    fn is_misplaced(&self, byte: u8) -> bool {
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',') {
            return false;
        }
        match (&self.place, self.open == Some(self.depth), self.depth) {
            (Place::Top, _, _) => matches!(byte, b'}' | b']'),
            (_, true, _) => byte == b'}',
            (Place::Items, false, _) => byte != b'[',
            (Place::Member(_), false, 0) => byte != b'{',
            (Place::Member(_), false, 1) => match byte {
                b'{' | b'[' => !self.is_value_due,
                b']' => true,
                _ => false,
            },
            (Place::Member(_), false, _) => false,
        }
    }

    fn step_in_string(&mut self, byte: u8) -> Option<Event> {
        if self.is_name_due && byte != b'"' && self.name.len() < 128 {
            self.name.push(byte);
        }
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.in_string = false,
            b'\n' => {
                self.in_string = false;
                return self.within.is_some().then_some(Event::Breaks);
            }
            _ => {}
        }
        None
    }

    /// A byte that is in no string.
    fn step_outside(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.in_string = true;
                if self.depth == 1 && self.is_name_due {
                    self.name.clear();
                }
            }
            b'{' | b'[' => {
                self.depth += 1;
                if self.open.is_none() && self.opens(byte) {
                    self.open = Some(self.depth);
                    self.was_open = true;
                }
                self.is_value_due = false;
                self.is_name_due = self.depth == 1 && matches!(self.place, Place::Member(_));
            }
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                if self.place != Place::Top && self.open.is_some_and(|open| self.depth < open) {
                    self.open = None;
                }
            }
            b':' if self.depth == 1 => (self.is_name_due, self.is_value_due) = (false, true),
            b',' if self.depth == 1 => {
                (self.is_name_due, self.is_value_due) = (matches!(self.place, Place::Member(_)), false);
            }
            _ => {}
        }
    }

    /// Whether a bracket opens the array of the records.
    fn opens(&self, byte: u8) -> bool {
        match &self.place {
            Place::Top => false,
            Place::Items => byte == b'[' && self.depth == 1,
            Place::Member(name) => byte == b'[' && self.depth == 2 && self.name == name.as_bytes(),
        }
    }

    /// After something broken: a record may begin where a line begins as records do, or with any line, if none began one.
    fn look(&mut self, byte: u8, indent: Option<usize>, wanted: Option<usize>) -> Option<Event> {
        if byte != b'{' || indent.is_none() || wanted.is_some_and(|wanted| indent != Some(wanted)) {
            return None;
        }
        self.depth = match self.place {
            Place::Top => 0,
            Place::Items => 1,
            Place::Member(_) => 2,
        };
        self.open = Some(self.depth);
        self.was_open = true;
        (self.in_string, self.is_escaped, self.is_name_due) = (false, false, false);
        self.within = Some(Within { line: self.line, indent, state: State::Record });
        self.step_outside(byte);
        Some(Event::Begins)
    }

    /// Bytes that are held.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.held.capacity()
    }
}

enum Event {
    /// A record, or what stands in its place.
    Begins,
    /// It ends, with this byte or before it.
    Ends(bool),
    Breaks,
    /// Something stands where it cannot.
    Misplaced,
}

fn found(state: State, bytes: &[u8]) -> Found<'_> {
    match state {
        State::Record => Found::Record(bytes),
        State::Other | State::Lost => Found::Bad("it is no object", bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(place: &Place, text: &str) -> Vec<String> {
        let mut all: Vec<Vec<String>> = [1, 2, 3, 1000]
            .map(|size| {
                let (mut scan, mut records) = (Scan::new(place.clone()), Vec::new());
                let mut each = |line: u64, found: Found<'_>| {
                    records.push(match found {
                        Found::Record(record) => format!("{line} {}", String::from_utf8_lossy(record)),
                        Found::Bad(why, _) => format!("{line}! {why}"),
                    });
                };
                text.as_bytes().chunks(size).for_each(|piece| scan.feed(piece, &mut each));
                scan.end(&mut each);
                records
            })
            .into();
        assert!(all.iter().all(|records| *records == all[0]), "{text}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn records_are_cut_wherever_they_are() {
        let top = Place::Top;
        assert_eq!(
            records(&top, "{\"a\":1}{\"b\":\"}\"}\n{\n\"c\":{}}"),
            ["1 {\"a\":1}", "1 {\"b\":\"}\"}", "2 {\n\"c\":{}}"]
        );
        assert_eq!(
            records(&Place::Items, "[{\"a\":[1]},\n {\"b\":\"\\\"]\"}]"),
            ["1 {\"a\":[1]}", "2 {\"b\":\"\\\"]\"}"]
        );
        assert_eq!(
            records(&Place::Items, "[{}, 5, [1,2], \"x\",\n{}]"),
            ["1 {}", "1! it is no object", "1! it is no object", "1! it is no object", "2 {}"]
        );
        let value = Place::Member("value".to_owned());
        let reply = "{\"@odata.context\":\"x\",\"other\":[{\"n\":1}],\"value\":[{\"a\":1},{\"value\":[{}]}],\"n\":1}";
        assert_eq!(records(&value, reply), ["1 {\"a\":1}", "1 {\"value\":[{}]}"]);
        assert_eq!(records(&value, &format!("{reply}\n{reply}")).len(), 4);
        let inner = records(&value, "{\"other\":{\"value\":[{\"a\":1}]}}");
        assert_eq!(inner, ["1! the array of the records is not there"]);
    }

    #[test]
    fn what_is_broken_costs_itself() {
        let text = "[\n  {\n    \"a\": \"x\n  },\n  {\n    \"b\": 1\n  }\n]";
        assert_eq!(records(&Place::Items, text), ["2! it is no whole JSON object", "5 {\n    \"b\": 1\n  }"]);
        assert_eq!(records(&Place::Items, "[{\"a\":1},{\"b\""), ["1 {\"a\":1}", "1! it is cut off"]);
        assert_eq!(records(&Place::Items, "[{\"a\":1},"), ["1 {\"a\":1}", "1! the file ends before its records do"]);
        let lost = ["1 {\"a\":1}", "1! it stands outside of the records", "3 {\"c\":1}"];
        assert_eq!(records(&Place::Items, "[{\"a\":1}},{\"b\":1},\n x\n{\"c\":1}]"), lost);
        let value = Place::Member("value".to_owned());
        assert_eq!(records(&value, "{\"value\":[{\"a\":1}],{\"b\":1},\n x\n{\"c\":1}]}"), lost);
        assert_eq!(records(&value, "{\"valve\":[{\"a\":1}]}"), ["1! the array of the records is not there"]);
    }

    #[test]
    fn a_record_of_one_gigabyte_is_passed_over_and_not_held() {
        let (mut scan, mut given) = (Scan::new(Place::Items), Vec::new());
        let mut each = |line: u64, found: Found<'_>| given.push((line, matches!(found, Found::Record(_))));
        scan.feed(b"[\n{\"a\":[", &mut each);
        let (mut most, block) = (0, b"[[[[[[[[".repeat(1 << 17));
        for _ in 0..1024 {
            scan.feed(&block, &mut each);
            most = most.max(scan.held());
        }
        scan.feed(b"\n{\"b\":1}\n]", &mut each);
        scan.end(&mut each);
        assert_eq!(given, [(2, false), (3, true)]);
        assert!(most <= 2 * LONGEST, "{most}");
    }
}
