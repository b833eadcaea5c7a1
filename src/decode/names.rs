//! Which member of an object is which field, found by habit before it is looked up.
//!
//! Records of one service list their members in much the same order. Each name therefore remembers the name that followed
//! it last time, members that no column wants included; a guess that holds costs one comparison of bytes. Only a guess
//! that fails is looked up.

use std::collections::HashMap;

/// Names without a field that are remembered per object type, and how long one may be. More than any service sends; a
/// hostile page that invents names cannot make the memory grow.
const MAX_STRANGERS: usize = 512;
const MAX_LENGTH: usize = 256;

/// The names of one object type.
#[derive(Debug)]
pub(super) struct Names {
    known: Vec<Known>,
    by_name: HashMap<Box<[u8]>, usize>,
    strangers: usize,
}

/// What a member of that name is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Use {
    /// The field that it fills, and how good a spelling of it the name is: 0 is the field's own name.
    pub(super) field: Option<(usize, usize)>,
    /// Where its value is noted for derived columns.
    pub(super) note: Option<usize>,
}

#[derive(Debug)]
struct Known {
    name: Box<[u8]>,
    used: Use,
    /// The name that followed this one last time.
    next: usize,
}

/// Where in an object the reader is: the name it saw last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place(usize);

impl Names {
    /// Names of fields, by position.
    pub(super) fn new<'n>(fields: impl Iterator<Item = &'n str>) -> Self {
        // The first entry stands for the opening brace: what follows it is an object's first name.
        let mut names = Self {
            known: vec![Known { name: Box::default(), used: Use::default(), next: 0 }],
            by_name: HashMap::new(),
            strangers: 0,
        };
        for (field, name) in fields.enumerate() {
            names.use_of(name).field = Some((field, 0));
        }
        names
    }

    /// Another spelling of a field's name, unless the name has a field already.
    pub(super) fn spell(&mut self, name: &str, field: usize, rank: usize) {
        self.use_of(name).field.get_or_insert((field, rank));
    }

    /// Where the value of the member `name` is noted.
    pub(super) fn note(&mut self, name: &str, place: usize) {
        self.use_of(name).note = Some(place);
    }

    /// What the member `name` is for, which follows the member at `place`.
    #[inline]
    pub(super) fn find(&mut self, place: &mut Place, name: &[u8]) -> Use {
        let guess = self.known[place.0].next;
        if *self.known[guess].name == *name && guess != 0 {
            place.0 = guess;
            return self.known[guess].used;
        }
        self.look_up(place, name)
    }

    #[cold]
    fn look_up(&mut self, place: &mut Place, name: &[u8]) -> Use {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None if self.strangers < MAX_STRANGERS && name.len() <= MAX_LENGTH => {
                self.strangers += 1;
                self.add(name)
            }
            None => return Use::default(),
        };
        self.known[place.0].next = at;
        place.0 = at;
        self.known[at].used
    }

    fn use_of(&mut self, name: &str) -> &mut Use {
        let at = self.by_name.get(name.as_bytes()).copied().unwrap_or_else(|| self.add(name.as_bytes()));
        &mut self.known[at].used
    }

    fn add(&mut self, name: &[u8]) -> usize {
        let at = self.known.len();
        self.known.push(Known { name: name.into(), used: Use::default(), next: 0 });
        self.by_name.insert(name.into(), at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &mut Names, members: &[&str]) -> Vec<Option<usize>> {
        let mut place = Place::default();
        members.iter().map(|m| names.find(&mut place, m.as_bytes()).field.map(|field| field.0)).collect()
    }

    #[test]
    fn fields_are_found_in_any_order_again_and_again() {
        let mut names = Names::new(["a", "b", "c"].into_iter());
        for _ in 0..3 {
            assert_eq!(fields(&mut names, &["c", "x", "a", "", "b"]), [Some(2), None, Some(0), None, Some(1)]);
            assert_eq!(fields(&mut names, &["a", "b", "c"]), [Some(0), Some(1), Some(2)]);
            assert_eq!(fields(&mut names, &["x", "x", "b", "b"]), [None, None, Some(1), Some(1)]);
        }
    }

    #[test]
    fn invented_names_do_not_make_the_memory_grow() {
        let mut names = Names::new(["a"].into_iter());
        for i in 0..10_000 {
            assert_eq!(
                fields(&mut names, &[&format!("x{i}"), "a", &"y".repeat(MAX_LENGTH + 1)]),
                [None, Some(0), None]
            );
        }
        assert!(names.known.len() <= MAX_STRANGERS + 2);
    }
}
