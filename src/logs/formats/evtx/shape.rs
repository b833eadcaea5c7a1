//! Events of one kind are alike: the same names in the same order, and only their values differ.
//!
//! So the names of an event need not be read anew. What stands between its values is compared with what stood there in an event
//! before it; where all is the same, the values are where they were. Where it is not, the event is read by its names.

use std::cell::Cell;
use std::ops::Range;

use super::chunks::Written as When;
use super::data::is_special;
use super::event::{Event, Member, Needs, Places, System};
use super::json::{Stop, Walk, Written, string};

/// Shapes that are remembered. A log has some hundred kinds of events, and a few of them make up nearly all of it.
const MOST: usize = 64;

/// The shapes of events so far.
#[derive(Debug)]
pub(super) struct Shapes {
    all: Vec<Shape>,
    /// The one that fitted last, and for each the one that fitted the event behind it.
    last: Cell<usize>,
    followers: [Cell<u8>; MOST],
}

impl Default for Shapes {
    fn default() -> Self {
        Self { all: Vec::new(), last: Cell::new(0), followers: [const { Cell::new(0) }; MOST] }
    }
}

impl Shapes {
    /// Reads an event by the shape of one before it, as far as it is needed; `None`, if there is none like it.
    pub(super) fn event<'a>(&'a self, json: &'a str, written: When<'a>, needs: Needs) -> Option<Event<'a>> {
        let last = self.last.get();
        let next = usize::from(self.followers.get(last).map_or(0, Cell::get));
        let others = (0..self.all.len()).filter(|at| *at != last && *at != next);
        let likely = std::iter::once(next).chain((last != next).then_some(last));
        likely.chain(others).find_map(|at| {
            let event = self.all.get(at)?.event(json, written, needs)?;
            self.fits(at);
            Some(event)
        })
    }

    /// Remembers the shape of an event, if it has one.
    pub(super) fn learn(&mut self, json: &str) {
        if self.all.len() < MOST
            && let Some(shape) = Shape::of(json)
        {
            self.fits(self.all.len());
            self.all.push(shape);
        }
    }

    /// Takes note of the shape of an event.
    fn fits(&self, at: usize) {
        if let (Some(follower), Ok(number)) = (self.followers.get(self.last.replace(at)), u8::try_from(at)) {
            follower.set(number);
        }
    }
}

/// The shape of an event.
#[derive(Debug)]
struct Shape {
    /// The text up to the end of the event's number: who wrote it and what it is.
    begin: String,
    /// The values in it.
    known: Vec<(Member, Range<usize>)>,
    /// The values behind it, each with the text before it.
    steps: Vec<(String, To)>,
    /// How many of these are up to the last one of the system's part.
    system: usize,
    /// The names of its data.
    names: Vec<String>,
    places: Places,
    end: String,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    System(Member),
    Datum,
    Nothing,
}

impl Shape {
    /// The shape of an event; `None`, if it has values that are lists, or data elsewhere than one expects them.
    fn of(json: &str) -> Option<Self> {
        let mut values = Vec::new();
        gather(&mut Walk::new(json), &mut Vec::new(), &mut values).ok()?;
        let number = values.iter().position(|(_, to)| *to == To::System(Member::EventId))?;
        let begin = values[number].0.end;
        let known = values[..=number].iter().filter_map(|(range, to)| match to {
            To::System(member) => Some((*member, range.clone())),
            _ => None,
        });
        let known = known.collect();
        let (mut at, mut steps) = (begin, Vec::new());
        for (range, to) in &values[number + 1..] {
            steps.push((json.get(at..range.start)?.to_owned(), *to));
            at = range.end;
        }
        let system = steps.iter().rposition(|(_, to)| matches!(to, To::System(_))).map_or(0, |last| last + 1);
        let event = Event::read(json, When::At(0), Needs { system: false, data: true })?;
        let names: Vec<String> = event.data().map(|(name, _)| name.to_owned()).collect();
        let is_whole = values.iter().filter(|(_, to)| *to == To::Datum).count() == names.len()
            && values[..=number].iter().all(|(_, to)| *to != To::Datum);
        let (begin, end) = (json.get(..begin)?.to_owned(), json.get(at..)?.to_owned());
        let places = Places::of(&names);
        is_whole.then_some(Self { begin, known, steps, system, names, places, end })
    }

    /// Reads an event of this shape; `None`, if it is of another.
    fn event<'a>(&'a self, json: &'a str, written: When<'a>, needs: Needs) -> Option<Event<'a>> {
        let mut at = self.begin.len();
        if !json.starts_with(&self.begin) {
            return None;
        }
        let mut system: System<'a> = Default::default();
        for (member, range) in &self.known {
            let value = Written::plain(json.get(range.clone())?);
            system[*member as usize].get_or_insert(value);
        }
        let mut data = Vec::with_capacity(if needs.data { self.names.len() } else { 0 });
        let steps = if needs.data { &self.steps[..] } else { &self.steps[..self.system] };
        for (before, to) in steps {
            let rest = json.get(at..)?;
            let value = value(rest.strip_prefix(before.as_str())?)?;
            at += before.len() + value.text.len();
            match to {
                To::System(member) => _ = system[*member as usize].get_or_insert(value),
                To::Datum => {
                    let name = self.names.get(data.len())?;
                    data.push((name.as_str().into(), value.said().unwrap_or_default()));
                }
                To::Nothing => {}
            }
        }
        let is_whole = !needs.data || json.get(at..)? == self.end;
        is_whole.then(|| Event::made(json, written, &system, data).placed(&self.places))
    }
}

/// The value that a text begins with; `None`, if it is an object or a list.
fn value(text: &str) -> Option<Written<'_>> {
    match text.as_bytes().first()? {
        b'"' => string(text),
        b'{' | b'[' => None,
        _ => {
            let length = text.bytes().position(|byte| matches!(byte, b',' | b'}' | b']' | b'"' | b'{' | b'['))?;
            text.get(..length).map(Written::plain)
        }
    }
}

/// The places of all values, and what each is.
fn gather<'a>(walk: &mut Walk<'a>, path: &mut Vec<&'a str>, values: &mut Vec<(Range<usize>, To)>) -> Result<(), Stop> {
    walk.object(&mut |walk, name| {
        if walk.is_object() {
            path.push(name.text);
            gather(walk, path, values)?;
            path.pop();
            return Ok(());
        }
        let value = walk.value()?.text;
        if value.starts_with(['{', '[']) {
            return Err(Stop::Enough);
        }
        let member = |member: Option<Member>| member.map_or(To::Nothing, To::System);
        let to = match (path.as_slice(), name.text) {
            (["Event", "#attributes"], _) => To::Nothing,
            (["Event", "System"], element) => member(Member::of(element, "")),
            (["Event", "System", element], "#text") => member(Member::of(element, "")),
            (["Event", "System", element, "#attributes"], attribute) => member(Member::of(element, attribute)),
            (["Event", "EventData"], name) if !is_special(name) => To::Datum,
            _ => return Err(Stop::Enough),
        };
        values.push((walk.at() - value.len()..walk.at(), to));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"P"}},"EventID":1,"Level":LEVEL,"TimeCreated":{"#attributes":{"SystemTime":"TIME"}},"Correlation":null,"Computer":"C"},"EventData":{"A":"ONE","B":TWO,"A":"3"}}}"##;

    fn event(level: &str, time: &str, one: &str, two: &str) -> String {
        EVENT.replace("LEVEL", level).replace("TIME", time).replace("ONE", one).replace("TWO", two)
    }

    fn told(event: Option<&Event<'_>>) -> String {
        let Some(event) = event else { return "none".to_owned() };
        let system =
            [Member::Provider, Member::EventId, Member::Level, Member::Created, Member::Computer, Member::Activity];
        let data = event.data().map(|(name, value)| format!("{name}={value}"));
        format!("{:?} {:?}", system.map(|member| event.member(member)), data.collect::<Vec<_>>())
    }

    #[test]
    fn events_of_one_shape_are_read_as_by_their_names() {
        let (mut shapes, all) = (Shapes::default(), Needs { system: true, data: true });
        shapes.learn(&event("4", "2026-11-27T08:00:00Z", "a", "2"));
        for (one, two) in [("", "null"), (r#"C:\\x \"y\" é"#, "\"t\""), ("0123456789abcdef", "0x5"), ("x\\\\", "\"\"")]
        {
            for needs in [all, Needs { system: true, data: false }] {
                let json = event("0", "2026-11-27T09:00:00.123456700Z", one, two);
                let by_shape = shapes.event(&json, When::At(0), needs);
                assert!(by_shape.is_some(), "{json}");
                assert_eq!(told(by_shape.as_ref()), told(Event::read(&json, When::At(0), needs).as_ref()), "{json}");
            }
        }
        assert!(told(shapes.event(&event("4", "t", "a", "2"), When::At(0), all).as_ref()).contains("A_2=3"));
        // What is of another shape, or cut, is not read by this one.
        let whole = event("4", "t", "a", "2");
        let others = [
            whole.replace("\"EventID\":1", "\"EventID\":12"),
            whole.replace("null", "{\"#attributes\":{\"ActivityID\":\"x\"}}"),
            whole.replace("\"B\"", "\"C\""),
            whole.replace("\"3\"", "[\"3\"]"),
            whole.replace("\"3\"", "\"3\",\"D\":4"),
            whole.replace("\"a\"", "\"a"),
        ];
        for other in others.iter().map(String::as_str).chain((0..whole.len()).map(|end| &whole[..end])) {
            assert!(shapes.event(other, When::At(0), all).is_none(), "{other}");
        }
        // What has no shape is not remembered.
        let list = whole.replace("\"3\"", "[\"3\"]");
        let unnamed = whole.replace("\"B\"", "\"Data\"");
        for json in [list, unnamed, "{}".to_owned(), whole.replace("EventID", "Other")] {
            let before = shapes.all.len();
            shapes.learn(&json);
            assert_eq!(shapes.all.len(), before, "{json}");
        }
    }
}
