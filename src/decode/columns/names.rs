//! Which member of an object is which field, found by habit before it is looked up.
//!
//! Records of one service list their members in much the same order. Each name therefore remembers the name that followed
//! it last time, members that no column wants included; a guess that holds costs one comparison of bytes. Only a guess
//! that fails is looked up.
//!
//! ```text
//!  '{' ──▶ id ──▶ createdDateTime ──▶ userId        after {"id", "createdDateTime", "userId"}
//!           └──────────▶ appId ─────────▲           after {"id", "appId", "userId"}: `id` has forgotten what it guessed
//! ```
//!
//! The reader stands on one name of this graph ([`Place`]) and moves along its arrow, or to whatever the next name turns
//! out to be, and bends the arrow there. A name that is not remembered (there are too many, or it is too long) moves
//! nothing: the arrow of the name before it is tried again.

use std::collections::HashMap;
use std::sync::Arc;

use ahash::RandomState;

use super::strangers::{Declared, Strangers, UNLISTED};
use crate::decode::json::name_hash;
use crate::decode::known::UNKNOWN;
use crate::decode::text::{Order, bare, folded};

/// Ranks of names that are a column's only when their spelling is folded come after those that it declares.
pub(in crate::decode) const LOOSE: usize = 1_000;

/// Names without a field that are remembered per object type, and how long one may be. More than any service sends; a
/// hostile page that invents names cannot make the memory grow.
const MAX_STRANGERS: usize = 512;
const MAX_LENGTH: usize = 256;

/// The names of one object type.
#[derive(Debug)]
pub(in crate::decode) struct Names {
    entries: Vec<NameEntry>,
    by_name: HashMap<Box<[u8]>, usize, RandomState>,
    /// What folded spellings of names are for, under lenient reading.
    loose: HashMap<String, Use>,
    strangers: usize,
    /// The path of the object, empty for a record.
    path: String,
    /// Names that are declared, whether or not their columns are read.
    declared: Arc<Declared>,
    /// What the names of an outline are for, by the numbers that it gave them.
    followed: Vec<Option<Use>>,
    /// The outline's series.
    series: u64,
}

/// What a member of that name is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::decode) struct Use {
    /// The field that it fills, and how good a spelling of it the name is: 0 is the field's own name.
    pub(in crate::decode) field: Option<(usize, usize)>,
    /// Where its value is noted for derived columns, and whether under the very name.
    pub(in crate::decode) note: Option<(usize, bool)>,
    /// What comes first in its dates, if that is known.
    pub(in crate::decode) order: Option<Order>,
    /// Its number among the members that no column declares.
    pub(in crate::decode) stranger: Option<u32>,
    /// A number for the name.
    pub(in crate::decode) hash: u64,
}

impl Use {
    /// Whether nobody wants anything of it.
    #[inline]
    pub(in crate::decode) fn is_nothing(&self) -> bool {
        self.field.is_none() && self.note.is_none() && self.stranger.is_none()
    }
}

#[derive(Debug)]
struct NameEntry {
    name: Box<[u8]>,
    /// In a record it is spelled as it is, without escapes.
    plain: bool,
    used: Use,
    /// The name that followed this one last time.
    next: usize,
}

/// Where in an object the reader is: the name it saw last.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::decode) struct Place(usize);

impl Names {
    /// Names of fields, by position, of the object at `path`.
    pub(in crate::decode) fn new<'n>(fields: impl Iterator<Item = &'n str>, path: &str) -> Self {
        // The first entry stands for the opening brace: what follows it is an object's first name.
        let mut names = Self {
            entries: vec![NameEntry { name: Box::default(), plain: false, used: Use::default(), next: 0 }],
            by_name: HashMap::default(),
            loose: HashMap::new(),
            strangers: 0,
            path: path.to_owned(),
            declared: Arc::default(),
            followed: Vec::new(),
            series: 0,
        };
        for (field, name) in fields.enumerate() {
            names.use_of(name).field = Some((field, 0));
        }
        names
    }

    /// Names that are declared, also of columns that are not read.
    pub(in crate::decode) fn declare(&mut self, declared: Arc<Declared>) {
        self.declared = declared;
        self.series = 0;
    }

    /// Another spelling of a field's name, unless the name has a field already.
    pub(in crate::decode) fn spell(&mut self, name: &str, field: usize, rank: usize) {
        self.use_of(name).field.get_or_insert((field, rank));
    }

    /// Makes a field's own name one spelling of it among others.
    pub(in crate::decode) fn rank(&mut self, name: &str, field: usize, rank: usize) {
        self.use_of(name).field = Some((field, rank));
    }

    /// Takes a name for a field's in any spelling, unless it is another's.
    pub(in crate::decode) fn loosen(&mut self, name: &str, field: usize, rank: usize) {
        self.loose.entry(folded(name)).or_default().field.get_or_insert((field, LOOSE + rank));
    }

    /// Where the value of the member `name` is noted.
    pub(in crate::decode) fn note(&mut self, name: &str, place: usize) {
        self.use_of(name).note = Some((place, true));
        if !self.loose.is_empty() {
            self.loose.entry(folded(name)).or_default().note.get_or_insert((place, false));
        }
    }

    /// Lets names that are known as one thing be the other in another spelling.
    pub(in crate::decode) fn settle(&mut self) {
        self.series = 0;
        for at in 1..self.entries.len() {
            let known = &self.entries[at];
            let (used, loose) = (known.used, self.loosely(&known.name));
            self.entries[at].used = Use {
                field: used.field.or(loose.field),
                note: used.note.or(loose.note),
                hash: used.hash,
                ..Use::default()
            };
        }
    }

    /// Whether a name is a field's.
    pub(in crate::decode) fn has_field(&self, name: &str) -> bool {
        let known = self.by_name.get(name.as_bytes()).map(|at| self.entries[*at].used);
        known.unwrap_or_else(|| self.loosely(name.as_bytes())).field.is_some()
    }

    /// What comes first in the dates of these members; of all others it is not known.
    pub(in crate::decode) fn set_orders<'n>(&mut self, orders: impl Iterator<Item = (&'n str, Order)>) {
        self.series = 0;
        self.entries.iter_mut().for_each(|known| known.used.order = None);
        for (name, order) in orders {
            let loose = self.loosely(name.as_bytes());
            let used = self.use_of(name);
            (used.field, used.note) = (used.field.or(loose.field), used.note.or(loose.note));
            used.order = Some(order);
        }
    }

    /// Members come with the numbers of an outline of this series from now on.
    #[inline]
    pub(in crate::decode) fn follow(&mut self, series: u64) {
        if self.series != series {
            self.followed.clear();
            self.series = series;
        }
    }

    /// What the member of a number is for, if that was found out.
    #[inline]
    pub(in crate::decode) fn followed(&self, number: u32) -> Option<&Use> {
        self.followed.get(number as usize)?.as_ref()
    }

    /// What the member of a number turned out to be for.
    #[cold]
    pub(in crate::decode) fn follows(&mut self, number: u32, used: Use) {
        if number == UNKNOWN {
            return;
        }
        let length = self.followed.len().max(number as usize + 1);
        self.followed.resize(length, None);
        self.followed[number as usize] = Some(used);
    }

    /// What the member `name` is for, which follows the member at `place`.
    #[inline]
    pub(in crate::decode) fn find(&mut self, place: &mut Place, name: &[u8], strangers: &mut Strangers) -> Use {
        let guess = self.entries[place.0].next;
        if *self.entries[guess].name == *name && guess != 0 {
            place.0 = guess;
            return self.entries[guess].used;
        }
        self.look_up(place, name, strangers)
    }

    /// Whether a member of the name that is expected behind `place` begins with these bytes, its opening quote among them;
    /// how many bytes of it and its quotes there are then, and what it is for.
    #[inline]
    pub(in crate::decode) fn guess(&self, place: &mut Place, text: &[u8]) -> Option<(usize, Use)> {
        let at = self.entries[place.0].next;
        let NameEntry { name, plain, used, .. } = &self.entries[at];
        let rest = text.strip_prefix(b"\"")?.strip_prefix(&**name)?;
        if !plain || rest.first() != Some(&b'"') {
            return None;
        }
        place.0 = at;
        Some((name.len() + 2, *used))
    }

    #[cold]
    fn look_up(&mut self, place: &mut Place, name: &[u8], strangers: &mut Strangers) -> Use {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None if self.strangers < MAX_STRANGERS && name.len() <= MAX_LENGTH => {
                self.strangers += 1;
                let at = self.add(name);
                let used = self.loosely(name);
                let stranger = (strangers.is_on() && used == Use::default() && !self.declared.has(name))
                    .then(|| strangers.number(&self.path, name))
                    .flatten();
                self.entries[at].used = Use { stranger, hash: self.entries[at].used.hash, ..used };
                at
            }
            None => {
                let used = self.loosely(name);
                let stranger = (strangers.is_on() && used == Use::default()).then_some(UNLISTED);
                return Use { stranger, hash: name_hash(name), ..used };
            }
        };
        self.entries[place.0].next = at;
        place.0 = at;
        self.entries[at].used
    }

    /// What the folded spelling of a name is for.
    fn loosely(&self, name: &[u8]) -> Use {
        if self.loose.is_empty() || name.len() > MAX_LENGTH {
            return Use::default();
        }
        let name = std::str::from_utf8(name).unwrap_or_default();
        // `Start_Time [UTC]` is `Start_Time`, and only then what else is called so.
        let known = self.by_name.get(bare(name).as_bytes()).map(|at| self.entries[*at].used);
        let same = known.map(|used| Use { order: None, hash: 0, ..used });
        let used = same.filter(|used| used.field.is_some()).or_else(|| self.loose.get(&folded(name)).copied());
        used.unwrap_or_default()
    }

    fn use_of(&mut self, name: &str) -> &mut Use {
        self.series = 0;
        let at = self.by_name.get(name.as_bytes()).copied().unwrap_or_else(|| self.add(name.as_bytes()));
        &mut self.entries[at].used
    }

    fn add(&mut self, name: &[u8]) -> usize {
        let at = self.entries.len();
        let plain = !name.iter().any(|byte| matches!(byte, b'"' | b'\\'));
        let used = Use { hash: name_hash(name), ..Use::default() };
        self.entries.push(NameEntry { name: name.into(), plain, used, next: 0 });
        self.by_name.insert(name.into(), at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &mut Names, members: &[&str]) -> Vec<Option<usize>> {
        let mut place = Place::default();
        let mut strangers = Strangers::default();
        members.iter().map(|m| names.find(&mut place, m.as_bytes(), &mut strangers).field.map(|f| f.0)).collect()
    }

    #[test]
    fn fields_are_found_in_any_order_again_and_again() {
        let mut names = Names::new(["a", "b", "c"].into_iter(), "");
        for _ in 0..3 {
            assert_eq!(fields(&mut names, &["c", "x", "a", "", "b"]), [Some(2), None, Some(0), None, Some(1)]);
            assert_eq!(fields(&mut names, &["a", "b", "c"]), [Some(0), Some(1), Some(2)]);
            assert_eq!(fields(&mut names, &["x", "x", "b", "b"]), [None, None, Some(1), Some(1)]);
        }
    }

    #[test]
    fn invented_names_do_not_make_the_memory_grow() {
        let mut names = Names::new(["a"].into_iter(), "");
        for i in 0..10_000 {
            assert_eq!(
                fields(&mut names, &[&format!("x{i}"), "a", &"y".repeat(MAX_LENGTH + 1)]),
                [None, Some(0), None]
            );
        }
        assert!(names.entries.len() <= MAX_STRANGERS + 2);
    }
}
