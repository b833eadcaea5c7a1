//! Values of sensitive columns that were seen, to be found in other text.

use std::cmp::Reverse;
use std::collections::HashMap;

/// Values that are remembered.
pub(super) const MOST: usize = 100_000;
/// A shorter value is found in too much.
const SHORTEST: usize = 4;

/// Values with their pseudonyms, by their first bytes, the longest first. Case is no difference.
#[derive(Default)]
pub(super) struct KnownNames {
    by_head: HashMap<[u8; SHORTEST], Vec<(String, String)>>,
    len: usize,
    /// A value came that was not remembered.
    pub(super) forgets: bool,
}

impl KnownNames {
    /// The length and the pseudonym of the longest value that a text begins with.
    pub(super) fn at(&self, text: &str) -> Option<(usize, &str)> {
        let values = self.by_head.get(&head(text)?)?;
        let begins = |value: &str| text.get(..value.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(value));
        values.iter().find(|(value, _)| begins(value)).map(|(value, shown)| (value.len(), shown.as_str()))
    }

    /// The pseudonym of a whole text.
    pub(super) fn whole(&self, text: &str) -> Option<&str> {
        self.at(text).filter(|(len, _)| *len == text.len()).map(|(_, shown)| shown)
    }

    /// Remembers a value.
    pub(super) fn add(&mut self, value: &str, shown: &str) {
        let Some(head) = head(value) else { return };
        let value = value.to_ascii_lowercase();
        let values = self.by_head.entry(head).or_default();
        let place =
            values.binary_search_by(|(known, _)| (Reverse(known.len()), known).cmp(&(Reverse(value.len()), &value)));
        let Err(place) = place else { return };
        if self.len == MOST {
            self.forgets = true;
            return;
        }
        values.insert(place, (value, shown.to_owned()));
        self.len += 1;
    }
}

fn head(text: &str) -> Option<[u8; SHORTEST]> {
    let mut head = *text.as_bytes().first_chunk()?;
    head.make_ascii_lowercase();
    Some(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_remembered_is_told() {
        let mut known = KnownNames::default();
        (0..MOST).for_each(|n| known.add(&format!("{n:07}"), "x"));
        known.add("0000001", "x");
        assert!(!known.forgets, "the last was known");
        known.add("one more", "x");
        assert!(known.forgets && known.whole("one more").is_none());
    }
}
