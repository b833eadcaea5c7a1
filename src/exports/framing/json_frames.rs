//! Finds the objects in JSON text that comes in chunks, by counting brackets.
//!
//! ```text
//!              `{`                    its last `}`: given
//!   Between ─────────▶ Object ──────────────────────────────▶ Between
//!      ▲                 │ `"value":[`: it is a reply
//!      │                 ▼
//!      │              Records ◀──────────┐
//!      │               │   │ `{`         │ its last `}`: given
//!      │ its last `}`  │   └──▶ Record ──┘
//!      │               │ `]`
//!      └──── Tail ◀────┘
//! ```
//!
//! `open` is the Object, Record or Tail that is being read; without it, `in_records` tells Records from Between. `arrays`
//! counts the brackets around objects, and only says at the end that one was not closed. The head and the tail of a reply
//! are no records: of them it is only asked whether they name a next page.
//!
//! What is wrong is given once, as bad, and costs the least that is sure to be over somewhere:
//!
//! - within an object, brackets that do not match or too many bytes: the rest of the line (`Lost::Line`). Behind a lost Record
//!   come further Records, behind all else it is Between;
//! - within an object, a `{` that begins a line and cannot stand there: nothing more. The open object was never closed, and
//!   this brace is read again as the beginning of the next one (`Step::Again`);
//! - outside of objects, a number or a word in an array: the item (`Lost::Item`), up to the end of the line or to a `,` or `]`,
//!   which is read again;
//! - outside of objects, anything else: the rest of the line;
//! - the end of the text, anywhere but Between: what is open.

use std::ops::Range;

use memchr::memchr3;

use super::frame::{Frame, MAX_RECORD, too_long};
use crate::decode::names_next_page;

/// Members whose array holds the records, in replies of Graph, of advanced hunting and of Splunk, and in batches of an event
/// hub.
const HOLDERS: [&[u8]; 4] = [b"value", b"records", b"Results", b"results"];
/// How far into an object such a member may begin.
const HOLDER_WITHIN: usize = 64 << 10;

/// What stands before the end of a reply, so that it is an object by itself.
const TAIL: &[u8] = b"{\"\":[]";

/// What is wrong with a frame.
const OPEN: &str = "it ends before its closing brace";
const NO_OBJECT: &str = "it is not a JSON object";
const UNCLOSED: &str = "the array is not closed";

/// A record of the Management API has this member, and may have an array of such a name.
const OWN_MARK: &[u8] = b"\"CreationTime\"";

/// Where in the text the reader is.
#[derive(Debug, Default)]
pub(super) struct JsonFrames {
    /// Line ends seen so far.
    pub(super) line: u64,
    /// The object that is open, if any.
    open: Option<Open>,
    /// Inside the array of a reply, whose rest is no record.
    in_records: bool,
    /// A reply names a next page.
    pub(super) linked: bool,
    /// Arrays around the objects that are open.
    arrays: u64,
    /// What is passed over before something is read again.
    lost: Lost,
}

/// What is passed over.
#[derive(Debug, Default, PartialEq, Eq)]
enum Lost {
    #[default]
    Nothing,
    /// The rest of an item of an array.
    Item,
    Line,
}

/// An object that is not closed yet.
#[derive(Debug, Default)]
struct Open {
    line: u64,
    /// Brackets that are open.
    stack: Vec<u8>,
    in_string: bool,
    escaped: bool,
    /// The last byte outside of strings that was no white space; a quote stands for a string.
    last: u8,
    /// Where the last string of the outermost object begins and ends in the record.
    string: (usize, usize),
    /// The last byte ended a line.
    line_start: bool,
    kind: Kind,
}

/// What an open object is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Kind {
    /// A record or a reply, which only a member that holds records tells.
    #[default]
    Object,
    /// One of the records of a reply, which is no reply itself.
    Record,
    /// The end of a reply, behind its records: it is no record.
    Tail,
}

/// What a byte does to the open object.
enum Step {
    On,
    Done,
    /// The records of a reply begin.
    Holder,
    /// An object begins that cannot stand here: the open one was never closed.
    Again,
    Broken(&'static str),
}

impl JsonFrames {
    /// Whether a first line ends among the records of a reply.
    pub(super) fn opens_reply(line: &[u8]) -> bool {
        let (mut frames, mut record, mut rest) = (Self::default(), Vec::new(), line);
        while !rest.is_empty() {
            let (used, _) = frames.take(rest, &mut record);
            rest = &rest[used..];
        }
        frames.in_records
    }

    /// The objects of a line that is more than one; what is between them is bad. `None` if there is but one.
    pub(super) fn several(line: &[u8]) -> Option<Vec<Result<Vec<u8>, String>>> {
        let (mut frames, mut record, mut rest, mut all) = (Self::default(), Vec::new(), line, Vec::new());
        while !rest.is_empty() {
            let (used, frame) = frames.take(rest, &mut record);
            rest = &rest[used..];
            all.extend(frame.map(|frame| match frame {
                Frame::Object(_) => Ok(std::mem::take(&mut record)),
                Frame::Bad(_, why) => Err(why),
            }));
        }
        if frames.open.is_some() || frames.in_records {
            all.push(Err(OPEN.into()));
        }
        (all.len() > 1).then_some(all)
    }

    /// What is still open at the end of the text: its line, and what is wrong with it.
    pub(super) fn end(&mut self) -> Option<(u64, &'static str)> {
        let (in_records, arrays) = (std::mem::take(&mut self.in_records), std::mem::take(&mut self.arrays));
        match self.open.take() {
            Some(open) => Some((open.line, OPEN)),
            None if in_records => Some((self.line, OPEN)),
            None => (arrays > 0).then_some((self.line, UNCLOSED)),
        }
    }

    /// Takes note of where in a line its value is, and of the brackets of an array around it.
    pub(super) fn around(&mut self, line: &[u8], value: Range<usize>) {
        let (before, behind) = (&line[..value.start], &line[value.end..]);
        if !value.is_empty() && !line[value].ends_with(b"}") {
            // It may have taken a bracket with it, and is bad itself.
            self.arrays = 0;
            return;
        }
        before.iter().chain(behind).for_each(|byte| self.bracket(*byte));
    }

    fn bracket(&mut self, byte: u8) {
        match byte {
            b'[' => self.arrays += 1,
            b']' => self.arrays = self.arrays.saturating_sub(1),
            _ => {}
        }
    }

    /// Reads on up to the end of an object. Gives how many bytes were read, and the frame that ended.
    pub(super) fn take(&mut self, chunk: &[u8], record: &mut Vec<u8>) -> (usize, Option<Frame>) {
        let mut at = 0;
        loop {
            at += self.take_text(&chunk[at..], record);
            let Some(&byte) = chunk.get(at) else { return (at, None) };
            let frame = self.byte(byte, record);
            // A byte that began another object is read again.
            let again = matches!(frame, Some(Frame::Bad(..))) && byte == b'{';
            self.line += u64::from(byte == b'\n' && !again);
            at += usize::from(!again);
            if frame.is_some() {
                return (at, frame);
            }
        }
    }

    /// Takes what stands before the next quote, backslash or end of a line, if a string is open: nothing in it changes the
    /// state. Most bytes of a log stand in strings. Gives how many there were.
    fn take_text(&mut self, chunk: &[u8], record: &mut Vec<u8>) -> usize {
        let in_text = |open: &&mut Open| open.in_string && !open.escaped && !open.line_start;
        let Some(open) = self.open.as_mut().filter(in_text) else { return 0 };
        let end = memchr3(b'"', b'\\', b'\n', chunk).unwrap_or(chunk.len());
        // The byte that exceeds the size is not taken here.
        let text = &chunk[..end.min(MAX_RECORD.saturating_sub(record.len()))];
        record.extend_from_slice(&text[..text.len().min(open.room(record.len()))]);
        text.len()
    }

    fn byte(&mut self, byte: u8, record: &mut Vec<u8>) -> Option<Frame> {
        if self.passes_over(byte) {
            return None;
        }
        let Some(open) = &mut self.open else { return self.outside(byte, record) };
        let line = open.line + 1;
        match open.step(byte, record) {
            Step::On if record.len() > MAX_RECORD => Some(self.lose(line, too_long(), byte)),
            Step::On => None,
            Step::Holder => {
                (self.open, self.in_records) = (None, true);
                self.linked |= names_next_page(&[record, &b"]}"[..]].concat());
                None
            }
            Step::Done => {
                let tail = open.kind == Kind::Tail;
                self.open = None;
                self.linked |= tail && names_next_page(record);
                (!tail).then_some(Frame::Object(line))
            }
            Step::Again => {
                self.open = None;
                Some(Frame::Bad(line, OPEN.into()))
            }
            Step::Broken(why) => Some(self.lose(line, why.into(), byte)),
        }
    }

    /// Whether a byte belongs to what was lost.
    fn passes_over(&mut self, byte: u8) -> bool {
        let ends = match self.lost {
            Lost::Nothing => return false,
            Lost::Item => matches!(byte, b',' | b']' | b'\n'),
            Lost::Line => byte == b'\n',
        };
        // What ends an item may end its array, too.
        let over = !ends || self.lost == Lost::Line;
        if ends {
            self.lost = Lost::Nothing;
        }
        over
    }

    /// Between objects.
    fn outside(&mut self, byte: u8, record: &mut Vec<u8>) -> Option<Frame> {
        match byte {
            b'{' => {
                record.clear();
                record.push(byte);
                let kind = if self.in_records { Kind::Record } else { Kind::Object };
                self.open = Some(Open::new(kind, self.line, byte));
                None
            }
            b']' if self.in_records => {
                self.in_records = false;
                record.clear();
                record.extend_from_slice(TAIL);
                self.open = Some(Open::new(Kind::Tail, self.line, byte));
                None
            }
            b'[' | b']' => {
                self.bracket(byte);
                None
            }
            b' ' | b'\t' | b'\r' | b'\n' | b',' => None,
            // A number or a word in an array costs itself alone.
            b'a'..=b'z' | b'0'..=b'9' | b'-' if self.in_records || self.arrays > 0 => {
                self.lost = Lost::Item;
                Some(Frame::Bad(self.line + 1, NO_OBJECT.into()))
            }
            _ => Some(self.lose(self.line + 1, NO_OBJECT.into(), byte)),
        }
    }

    fn lose(&mut self, line: u64, why: String, byte: u8) -> Frame {
        // The closing bracket may be on what is lost.
        (self.open, self.arrays) = (None, 0);
        self.lost = if byte == b'\n' { Lost::Nothing } else { Lost::Line };
        Frame::Bad(line, why)
    }
}

impl Open {
    /// An object of which everything up to this byte was read.
    fn new(kind: Kind, line: u64, last: u8) -> Self {
        Self { kind, line, last, stack: vec![b'{'], ..Self::default() }
    }

    /// How many more bytes are kept: of a tail no more than may name a next page.
    fn room(&self, length: usize) -> usize {
        if self.kind == Kind::Tail { HOLDER_WITHIN.saturating_sub(length) } else { usize::MAX }
    }

    fn step(&mut self, byte: u8, record: &mut Vec<u8>) -> Step {
        let line_start = std::mem::replace(&mut self.line_start, byte == b'\n');
        if line_start && byte == b'{' && !self.may_open() {
            return Step::Again;
        }
        if self.room(record.len()) > 0 {
            record.push(byte);
        }
        if self.in_string {
            self.inside_string(byte, record.len());
            return Step::On;
        }
        let step = match byte {
            b' ' | b'\t' | b'\r' | b'\n' => return Step::On,
            b'"' => {
                self.in_string = true;
                if self.stack.len() == 1 {
                    self.string = (record.len(), record.len());
                }
                Step::On
            }
            b'[' if self.is_holder(record) => Step::Holder,
            b'{' | b'[' => {
                self.stack.push(byte);
                Step::On
            }
            b'}' | b']' => self.close(byte),
            _ => Step::On,
        };
        self.last = byte;
        step
    }

    fn inside_string(&mut self, byte: u8, length: usize) {
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_string = false;
            if self.stack.len() == 1 {
                self.string.1 = length.saturating_sub(1);
            }
        }
    }

    fn close(&mut self, byte: u8) -> Step {
        let opened = if byte == b'}' { b'{' } else { b'[' };
        if self.stack.pop() != Some(opened) {
            return Step::Broken("its brackets do not match");
        }
        if self.stack.is_empty() { Step::Done } else { Step::On }
    }

    /// Whether an object can begin at the start of a line: inside of a string or behind a value it cannot.
    fn may_open(&self) -> bool {
        !self.in_string
            && match self.last {
                b'[' | b':' => true,
                b',' => self.stack.last() == Some(&b'['),
                _ => false,
            }
    }

    /// Whether a bracket begins the records of a reply.
    fn is_holder(&self, record: &[u8]) -> bool {
        let name = || record.get(self.string.0..self.string.1).unwrap_or_default();
        self.kind == Kind::Object
            && self.stack.len() == 1
            && self.last == b':'
            && record.len() < HOLDER_WITHIN
            && HOLDERS.contains(&name())
            && !record.windows(OWN_MARK.len()).any(|part| part == OWN_MARK)
    }
}
