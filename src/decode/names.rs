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

#[derive(Debug)]
struct Known {
    name: Box<[u8]>,
    field: Option<usize>,
    /// The name that followed this one last time.
    next: usize,
}

/// Where in an object the reader is: the name it saw last.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place(usize);

impl Names {
    /// Names of fields, by position.
    pub(super) fn new(fields: impl Iterator<Item = &'static str>) -> Self {
        // The first entry stands for the opening brace: what follows it is an object's first name.
        let mut names = Self {
            known: vec![Known { name: Box::default(), field: None, next: 0 }],
            by_name: HashMap::new(),
            strangers: 0,
        };
        for (field, name) in fields.enumerate() {
            names.add(name.as_bytes(), Some(field));
        }
        names
    }

    /// The field of the member `name`, which follows the member at `place`.
    #[inline]
    pub(super) fn find(&mut self, place: &mut Place, name: &[u8]) -> Option<usize> {
        let guess = self.known[place.0].next;
        if *self.known[guess].name == *name && guess != 0 {
            place.0 = guess;
            return self.known[guess].field;
        }
        self.look_up(place, name)
    }

    #[cold]
    fn look_up(&mut self, place: &mut Place, name: &[u8]) -> Option<usize> {
        let at = match self.by_name.get(name) {
            Some(at) => *at,
            None if self.strangers < MAX_STRANGERS && name.len() <= MAX_LENGTH => {
                self.strangers += 1;
                self.add(name, None)
            }
            None => return None,
        };
        self.known[place.0].next = at;
        place.0 = at;
        self.known[at].field
    }

    fn add(&mut self, name: &[u8], field: Option<usize>) -> usize {
        let at = self.known.len();
        self.known.push(Known { name: name.into(), field, next: 0 });
        self.by_name.insert(name.into(), at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &mut Names, members: &[&str]) -> Vec<Option<usize>> {
        let mut place = Place::default();
        members.iter().map(|m| names.find(&mut place, m.as_bytes())).collect()
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
