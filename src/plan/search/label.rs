//! The name under which an order is placed. It is the only thing in a list of searches that is ours to choose: by it one is
//! recognised whose reply was lost, and one that was made before and asks for the same.

/// A name: what is ordered, when, and a number that no other order has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// What is ordered, see [`super::Order::fingerprint`].
    pub order: u64,
    /// When it was made, in seconds since 1970.
    pub made: i64,
    /// A number drawn for it.
    pub drawn: u32,
}

/// What the names of our orders begin with.
const OURS: &str = "auditql-";

impl Label {
    /// The name as text.
    pub fn text(&self) -> String {
        format!("{OURS}{:016x}-{}-{:08x}", self.order, self.made, self.drawn)
    }

    /// Reads one; `None` if it is not one of ours.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(OURS)?.split('-');
        let order = u64::from_str_radix(parts.next()?, 16).ok()?;
        let (made, drawn) = (parts.next()?.parse().ok()?, u32::from_str_radix(parts.next()?, 16).ok()?);
        let label = Self { order, made, drawn };
        // Anybody can give a search a name that is much like one of ours.
        (label.text() == text).then_some(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_ours_is_read_as_it_was_written_and_no_other_is() {
        let label = Label { order: 0x12, made: 1_777_636_800, drawn: 7 };
        assert_eq!(label.text(), "auditql-0000000000000012-1777636800-00000007");
        assert_eq!(Label::read(&label.text()), Some(label));
        for text in ["", "auditql-", "auditql-12-1-7", "auditql-0000000000000012-1-00000007-x", "AUDITQL-1", "x"] {
            assert_eq!(Label::read(text), None, "{text}");
        }
    }
}
