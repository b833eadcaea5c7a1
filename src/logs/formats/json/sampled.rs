//! The columns of JSON records: the names that members have in a sample, and what their values are.
//!
//! Services and their exports write one and the same member as `ClientIP` and as `clientIp`. Names that are one name in SQL are one
//! column, as they are where each has a file of its own; unless a record has both, and what they say differs: then neither may hide
//! the other.

use std::collections::{HashMap, HashSet};

use super::layout::Lay;
use super::scan::Found;
use super::{DEEPEST, Frames, MOST_COLUMNS};
use crate::logs::column::Seen;
use crate::logs::encoding;
use crate::logs::members::{as_text, each_member};
use crate::logs::names::sql_name;

/// What a name of a member leads to: a column, and which of the names it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) column: usize,
    pub(super) name: usize,
}

/// The columns of a sample.
#[derive(Debug, Default)]
pub(super) struct Sampled {
    /// The first name of each, as the file writes it.
    pub(super) names: Vec<String>,
    pub(super) seen: Vec<Seen>,
    pub(super) by_name: HashMap<String, Member>,
    /// Names that are one name in SQL, and columns of their own.
    pub(super) apart: Vec<(String, String)>,
}

/// Names as they are written.
#[derive(Default)]
struct Names {
    all: Vec<String>,
    by_name: HashMap<String, usize>,
    /// By name, the first that is the same name in SQL.
    first: Vec<usize>,
    by_sql: HashMap<String, usize>,
}

impl Names {
    /// The number of a name; `None`, if there are too many.
    fn number(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.by_name.get(name) {
            return Some(*at);
        }
        let at = self.all.len();
        if at == MOST_COLUMNS {
            return None;
        }
        self.by_name.insert(name.to_owned(), at);
        self.all.push(name.to_owned());
        let sql = sql_name(name);
        self.first.push(if sql.is_empty() { at } else { *self.by_sql.entry(sql).or_insert(at) });
        Some(at)
    }
}

pub(super) fn sampled(lay: &Lay, text: &[u8], is_whole: bool) -> Sampled {
    let (mut names, mut seen): (Names, Vec<Seen>) = (Names::default(), Vec::new());
    let mut differ: HashSet<usize> = HashSet::new();
    let mut is_shared = false;
    each_record(lay, text, is_whole, &mut |record| {
        let mut said: HashMap<usize, (usize, String)> = HashMap::new();
        each_member(record, DEEPEST, &mut |name, value| {
            let Some(at) = names.number(name) else { return };
            seen.resize_with(names.all.len(), Seen::default);
            see(&mut seen[at], value);
            let (first, Some(text)) = (names.first[at], as_text(value)) else { return };
            is_shared |= first != at;
            match said.get(&first) {
                Some((other, before)) if *other != at && *before != text => _ = differ.insert(first),
                Some(_) => {}
                None => _ = said.insert(first, (at, text.into_owned())),
            }
        });
    });
    if !is_shared {
        let by_name = names.by_name.into_iter().map(|(name, at)| (name, Member { column: at, name: at })).collect();
        return Sampled { names: names.all, seen, by_name, apart: Vec::new() };
    }
    merged(&names, &differ, |sampled| {
        each_record(lay, text, is_whole, &mut |record| {
            each_member(record, DEEPEST, &mut |name, value| {
                if let Some(member) = sampled.by_name.get(name) {
                    see(&mut sampled.seen[member.column], value);
                }
            });
        });
    })
}

/// Columns of which some have several names. What their values are is seen anew, by `see_all`.
fn merged(names: &Names, differ: &HashSet<usize>, see_all: impl FnOnce(&mut Sampled)) -> Sampled {
    let mut sampled = Sampled::default();
    let mut columns: Vec<usize> = Vec::new();
    for (at, name) in names.all.iter().enumerate() {
        let first = names.first[at];
        let column = if first != at && !differ.contains(&first) { columns[first] } else { sampled.names.len() };
        if column == sampled.names.len() {
            sampled.names.push(name.clone());
        }
        if first != at && differ.contains(&first) {
            sampled.apart.push((names.all[first].clone(), name.clone()));
        }
        columns.push(column);
        sampled.by_name.insert(name.clone(), Member { column, name: at });
    }
    sampled.seen = vec![Seen::default(); sampled.names.len()];
    see_all(&mut sampled);
    sampled
}

fn each_record(lay: &Lay, text: &[u8], is_whole: bool, each: &mut dyn FnMut(&str)) {
    let mut frames = Frames::new(lay);
    let mut each = |_: u64, found: Found<'_>| {
        if let Found::Record(record) = found {
            each(&encoding::text(record));
        }
    };
    frames.feed(text, &mut each);
    if is_whole {
        frames.end(&mut each);
    }
}

fn see(seen: &mut Seen, value: &str) {
    match as_text(value) {
        Some(text) if value.starts_with('"') => seen.see_text(&text),
        Some(text) if value.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => seen.see_number(&text),
        Some(text) => seen.see(&text),
        None => {}
    }
}
