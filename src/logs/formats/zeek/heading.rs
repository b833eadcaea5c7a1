//! What the lines say that stand in front of the records: `#separator`, `#fields`, `#types` and their like.

use crate::logs::escapes::unescaped;

/// What is known of the records that come next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heading {
    pub(super) separator: String,
    /// Between the items of a list.
    pub(super) set_separator: char,
    /// What stands for an empty text or list.
    pub(super) empty: String,
    /// What stands for no value.
    pub(super) unset: String,
    pub(super) names: Vec<String>,
    /// Their types, in the same order; empty, if none were given.
    pub(super) types: Vec<String>,
}

/// What a line with `#` in front is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    /// It says how records are read.
    Reading,
    /// It says when the log was opened, and the like.
    Remark,
    /// No writer has such a line.
    Unknown,
}

impl Default for Heading {
    fn default() -> Self {
        Self {
            separator: "\t".to_owned(),
            set_separator: ',',
            empty: "(empty)".to_owned(),
            unset: "-".to_owned(),
            names: Vec::new(),
            types: Vec::new(),
        }
    }
}

impl Heading {
    /// Takes a line that begins with `#`.
    pub(super) fn take(&mut self, line: &str) -> Directive {
        // The first of these lines comes before the separator is known: a blank stands in it.
        if let Some(separator) = line.strip_prefix("#separator ") {
            *self = Self::default();
            let separator = unescaped(separator.trim_end());
            if !separator.is_empty() {
                self.separator = separator.into_owned();
            }
            return Directive::Reading;
        }
        let end = line.find([' ', '\t']).unwrap_or(line.len()).min(line.find(&*self.separator).unwrap_or(line.len()));
        let (name, rest) = line.split_at(end);
        let value = rest.strip_prefix(&*self.separator).or_else(|| rest.strip_prefix(' ')).unwrap_or(rest);
        match name {
            "#set_separator" => self.set_separator = unescaped(value).chars().next().unwrap_or(','),
            "#empty_field" => value.clone_into(&mut self.empty),
            "#unset_field" => value.clone_into(&mut self.unset),
            "#fields" => {
                self.names = value.split(&*self.separator).map(|name| name.trim().to_owned()).collect();
                self.types.clear();
            }
            "#types" => self.types = value.split(&*self.separator).map(|name| name.trim().to_owned()).collect(),
            "#path" | "#open" | "#close" | "#start" | "#end" => return Directive::Remark,
            _ => return Directive::Unknown,
        }
        Directive::Reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_says_how_records_are_read() {
        let mut heading = Heading::default();
        for line in ["#separator |", "#set_separator|;", "#empty_field|EMPTY", "#unset_field|NONE", "#fields|a|b"] {
            assert_eq!(heading.take(line), Directive::Reading, "{line}");
        }
        assert_eq!(heading.take("#types|time|set[string]"), Directive::Reading);
        assert_eq!((&*heading.separator, heading.set_separator), ("|", ';'));
        assert_eq!((&*heading.empty, &*heading.unset), ("EMPTY", "NONE"));
        assert_eq!((heading.names.join(" "), heading.types.join(" ")), ("a b".into(), "time set[string]".into()));
        assert_eq!([heading.take("#open|2026"), heading.take("#x")], [Directive::Remark, Directive::Unknown]);
        heading.take("#separator \\x09");
        assert_eq!(heading, Heading::default());
    }
}
