//! Values that come again and again under one name: of those it is known where they end.
//!
//! A tenant's id, the name of a workload, properties that all records of a kind have: where a text begins with the value that
//! came before, one comparison steps over it, however much is in it. That is only tried for names whose values do repeat.

/// The value that a name had last.
#[derive(Debug)]
pub(super) struct Repeated {
    bytes: Vec<u8>,
    /// It is a string without escapes.
    plain: bool,
    /// What comparing has gained. Without any it is not tried, and another value is kept after so many only.
    credit: i16,
}

/// Longer values are not kept. The policies that a sign-in was checked against have a few thousand bytes.
const LONGEST: usize = 4096;

/// What there is to lose before it is given up, and how many values later it is tried again.
const MOST: i16 = 8;
const AGAIN: i16 = -128;

impl Default for Repeated {
    fn default() -> Self {
        Self { bytes: Vec::new(), plain: false, credit: MOST }
    }
}

impl Repeated {
    /// The length of the value that a text begins with, if it is the one that came before, and whether it is a string without
    /// escapes.
    #[inline]
    pub(super) fn length(&mut self, text: &[u8]) -> Option<(usize, bool)> {
        if self.credit <= 0 || self.bytes.is_empty() || !text.starts_with(&self.bytes) {
            return None;
        }
        self.credit = MOST.min(self.credit + 1);
        Some((self.bytes.len(), self.plain))
    }

    /// Takes note of a value that was not known. Whether it is the one that is known from now on.
    #[inline]
    pub(super) fn was(&mut self, value: &[u8], plain: bool) -> bool {
        self.credit -= if self.credit > 0 { 3 } else { 1 };
        let keeps = self.credit > 0 || self.credit < AGAIN;
        if keeps {
            self.keep(value);
            self.plain = plain;
        }
        keeps
    }

    #[cold]
    fn keep(&mut self, value: &[u8]) {
        self.bytes.clear();
        // Where a number or a word ends is told by what follows it.
        if matches!(value.first(), Some(b'"' | b'{' | b'[')) && value.len() <= LONGEST {
            self.bytes.extend_from_slice(value);
        }
        if self.credit < AGAIN {
            self.credit = if self.bytes.is_empty() { 0 } else { 2 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_as_long_as_it_is_the_same() {
        let mut repeated = Repeated::default();
        assert_eq!(repeated.length(br#""a""#), None);
        repeated.was(br#""a""#, true);
        for (text, length) in
            [(r#""a","b":1"#, Some(3)), (r#""a""#, Some(3)), (r#""a"#, None), (r#""ab""#, None), ("", None)]
        {
            assert_eq!(repeated.length(text.as_bytes()), length.map(|length| (length, true)), "{text}");
        }
    }

    #[test]
    fn what_does_not_repeat_is_not_compared_and_later_tried_again() {
        let mut repeated = Repeated::default();
        for at in 0..1_000 {
            let value = format!("\"{at}\"");
            assert_eq!(repeated.length(value.as_bytes()), None);
            repeated.was(value.as_bytes(), true);
        }
        let same = br#"{"a":1}"#;
        let mut tries = 0;
        while repeated.length(same).is_none() {
            repeated.was(same, false);
            tries += 1;
        }
        assert!((2..150).contains(&tries), "{tries}");
        assert!((0..1_000).all(|_| repeated.length(same) == Some((same.len(), false))));
    }

    #[test]
    fn numbers_words_and_long_values_are_read_each_time() {
        for value in ["1", "true", &format!("\"{}\"", "x".repeat(LONGEST))] {
            let mut repeated = Repeated::default();
            for _ in 0..500 {
                assert_eq!(repeated.length(format!("{value}2").as_bytes()), None, "{value}");
                repeated.was(value.as_bytes(), false);
            }
        }
    }
}
