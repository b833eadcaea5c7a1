//! Enumerations of which records hold now the number, now the name.

use super::{Column, Edm, col};

/// The columns of an enumeration that is a table.
pub static CODE_COLUMNS: &[Column] = &[
    col("id", "", Edm::Int32, "The number, as records hold it."),
    col("name", "", Edm::Text, "The name."),
    col("other_name", "", Edm::Text, "Another name of it, where two lists of the documentation differ."),
];

/// A documented enumeration. It may be a table of its own in SQL.
#[derive(Debug)]
pub struct Codes {
    /// SQL schema of the table.
    pub schema: &'static str,
    /// SQL name of the table; empty if it is none.
    pub name: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// The members, numbers ascending.
    pub members: &'static [(i32, &'static str, &'static str)],
}

impl Codes {
    /// An enumeration that is no table.
    pub const fn of(doc: &'static str, members: &'static [(i32, &'static str, &'static str)]) -> Self {
        Self { schema: "", name: "", doc, members }
    }

    /// The name of a number.
    pub fn name_of(&self, number: i32) -> Option<&'static str> {
        let at = self.members.binary_search_by_key(&number, |member| member.0).ok()?;
        Some(self.members[at].1)
    }

    /// The number of a name or of its other spelling, whatever its case and its blanks.
    pub fn number_of(&self, name: &str) -> Option<i32> {
        let is = |known: &str| !known.is_empty() && same(known, name);
        // Of two members of one name the later is in use.
        let by_name = self.members.iter().rev().find(|member| is(member.1));
        by_name.or_else(|| self.members.iter().rev().find(|member| is(member.2))).map(|member| member.0)
    }
}

fn same(a: &str, b: &str) -> bool {
    let letters =
        |text: &'_ str| text.bytes().filter(|b| *b != b' ').map(|b| b.to_ascii_lowercase()).collect::<Vec<_>>();
    a.eq_ignore_ascii_case(b) || (a.len() != b.len() && letters(a) == letters(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    static FRUIT: Codes = Codes::of("Fruit.", &[(-1, "Lemon", ""), (0, "Apple", "Sour Apple"), (7, "SourApple", "")]);

    #[test]
    fn numbers_and_names_are_found_from_each_other() {
        assert_eq!((FRUIT.name_of(7), FRUIT.name_of(-1), FRUIT.name_of(3)), (Some("SourApple"), Some("Lemon"), None));
        assert_eq!((FRUIT.number_of("APPLE"), FRUIT.number_of("pear"), FRUIT.number_of("")), (Some(0), None, None));
    }

    #[test]
    fn a_name_goes_before_another_members_other_spelling() {
        assert_eq!(FRUIT.number_of("sour apple"), Some(7));
    }
}
