//! How files are read, as it is stated: in `OPTIONS (…)`, by the arguments of a call, by the keys of a configuration.

use crate::logs::{Error, Kind, Options};

/// What is stated of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    /// Options as they are written.
    pub(crate) options: Vec<(String, String)>,
    /// The columns, if they are declared.
    pub(crate) columns: Option<Vec<(String, Kind)>>,
}

/// Options of other programs that say what is so here anyway, and with which value.
const ANYWAY: &[(&str, &[&str])] = &[
    ("auto_detect", &["true"]),
    ("compression", &["auto", "auto_detect", "gzip", "zstd", "bzip2", "xz", "uncompressed", "none"]),
    ("filename", &["true"]),
    ("hive_partitioning", &["false"]),
    ("ignore_errors", &["true"]),
    ("union_by_name", &["true"]),
];

impl Stated {
    /// The format, if it is stated.
    pub(crate) fn format(&self) -> Option<&str> {
        self.options.iter().find(|(name, _)| name == "format").map(|(_, format)| format.as_str())
    }

    /// An option besides the format, if one is stated that is not so anyway.
    pub(crate) fn besides_format(&self) -> Option<&str> {
        let is_so = |name: &str, value: &str| {
            let anyway = ANYWAY.iter().find(|(other, _)| *other == name).map(|(_, values)| *values);
            anyway.is_some_and(|values| values.iter().any(|other| other.eq_ignore_ascii_case(value)))
        };
        let option = self.options.iter().find(|(name, value)| name != "format" && !is_so(name, value));
        option.map(|(name, _)| name.as_str()).or(self.columns.is_some().then_some("columns"))
    }

    /// The same for a reader of logs.
    ///
    /// # Errors
    /// When there is no such option, or its value is none.
    pub(crate) fn read(&self) -> Result<Options, Error> {
        let mut options = Options::default();
        for (name, value) in &self.options {
            let anyway = ANYWAY.iter().find(|(other, _)| other == name).map(|(_, values)| *values);
            match anyway {
                Some(values) if values.iter().any(|other| other.eq_ignore_ascii_case(value)) => {}
                _ => options.set(name, value)?,
            }
        }
        if self.columns.is_some() {
            options.columns.clone_from(&self.columns);
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_so_anyway_may_be_said() {
        let stated = |name: &str, value: &str| Stated { options: vec![(name.into(), value.into())], columns: None };
        assert!(stated("union_by_name", "true").read().is_ok());
        assert!(stated("union_by_name", "false").read().is_err());
        assert!(stated("nonsense", "1").read().is_err());
        assert_eq!(stated("header", "false").read().unwrap().heading, Some(false));
    }
}
