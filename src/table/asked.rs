//! How a filter speaks of a property, where it does not do so as the record does.

/// What a filter calls a property and its values.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// The path, from the record on, or from the element on within a list.
    pub path: &'static str,
    /// The words that stand for a code, in small letters; empty: values travel as they are. A word that is not among them
    /// is not sent: nobody knows its code.
    pub words: &'static [(&'static str, Code)],
}

/// A value as filters write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// In quotes.
    Text(&'static str),
    /// As it is.
    Number(i64),
}

impl Asked {
    /// The code of a word, whatever its case.
    pub fn code(&self, word: &str) -> Option<Code> {
        self.words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, code)| *code)
    }

    /// How many different codes there are.
    pub fn codes(&self) -> usize {
        let is_new = |at: &usize| self.words[..*at].iter().all(|(_, before)| *before != self.words[*at].1);
        (0..self.words.len()).filter(is_new).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: Asked = Asked {
        path: "loginStatus",
        words: &[
            ("success", Code::Text("0")),
            ("0", Code::Text("0")),
            ("failure", Code::Text("1")),
            ("1", Code::Text("1")),
        ],
    };

    #[test]
    fn a_word_has_a_code_in_any_case_and_another_word_has_none() {
        assert_eq!(STATUS.code("FAILURE"), Some(Code::Text("1")));
        assert_eq!(STATUS.code("0"), Some(Code::Text("0")));
        assert_eq!((STATUS.code("interrupted"), STATUS.code("")), (None, None));
        assert_eq!(STATUS.codes(), 2);
    }
}
