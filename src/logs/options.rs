//! What a user states of a log. What is not stated is decided by the content.

use super::{Error, Format, Kind};

/// What is stated.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The format.
    pub format: Option<&'static dyn Format>,
    /// Whether the first line names the columns.
    pub heading: Option<bool>,
    /// What stands between two fields.
    pub delimiter: Option<u8>,
    /// What a comment begins with.
    pub comment: Option<u8>,
    /// The zone of times that name none, as the zone database calls it.
    pub timezone: Option<String>,
    /// Whether dates of numbers with the year last begin with the day.
    pub day_first: Option<bool>,
    /// The year of times that name none.
    pub year: Option<i32>,
    /// The columns, instead of those that the content shows.
    pub columns: Option<Vec<(String, Kind)>>,
    /// Which events are read, as rows of which columns: the name of a view of the format.
    pub view: Option<&'static str>,
}

impl Options {
    /// The names that options have in SQL and in the configuration.
    pub const NAMES: &'static [&'static str] =
        &["format", "heading", "delimiter", "comment", "timezone", "day_first", "year", "columns", "view"];

    /// Takes an option as it is written.
    ///
    /// # Errors
    /// When there is no such option, or it cannot have that value.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "format" => self.format = Some(super::formats::named(value)?),
            "heading" | "header" | "has_header" => self.heading = Some(truth("heading", value)?),
            "delimiter" | "delim" | "sep" => self.delimiter = Some(character("delimiter", value)?),
            "comment" => self.comment = Some(character("comment", value)?),
            "timezone" => self.timezone = Some(value.to_owned()),
            "day_first" => self.day_first = Some(truth("day_first", value)?),
            "year" => {
                let year = value.parse().ok().filter(|year| (1970..=9999).contains(year));
                self.year = Some(year.ok_or_else(|| refused("year", format!("{value} is no year")))?);
            }
            "columns" => self.columns = Some(columns(value)?),
            "view" => {
                let (format, view) = super::formats::with_view(value)?;
                self.view = Some(view);
                // It says what the files are; others among them are told as not being that.
                self.format.get_or_insert(format);
            }
            _ => return Err(Error::NoSuchOption { name: name.to_owned() }),
        }
        Ok(())
    }

    /// Refuses an option that none of the formats takes: it would be passed over in silence.
    ///
    /// # Errors
    /// When there is one; it names what the formats take.
    pub fn check(&self, formats: &[&'static dyn Format]) -> Result<(), Error> {
        let stated = [
            ("heading", self.heading.is_some()),
            ("delimiter", self.delimiter.is_some()),
            ("comment", self.comment.is_some()),
            ("timezone", self.timezone.is_some()),
            ("day_first", self.day_first.is_some()),
            ("year", self.year.is_some()),
            ("columns", self.columns.is_some()),
            ("view", self.view.is_some()),
        ];
        let takes = |option: &str| formats.iter().any(|format| format.takes().contains(&option));
        match stated.into_iter().find(|(option, is_stated)| *is_stated && !takes(option)) {
            Some((option, _)) => Err(Error::NotTaken { option, formats: formats.to_vec() }),
            None => Ok(()),
        }
    }
}

fn refused(option: &'static str, why: String) -> Error {
    Error::Option { option, why }
}

fn truth(option: &'static str, value: &str) -> Result<bool, Error> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(refused(option, format!("{value} is neither true nor false"))),
    }
}

fn character(option: &'static str, value: &str) -> Result<u8, Error> {
    match value.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [one] if one.is_ascii() && !matches!(one, b'\n' | b'\r' | b'"') => Ok(*one),
        _ => Err(refused(option, format!("'{value}' is not one character, such as ; or \\t"))),
    }
}

/// `name type, name type`: types as SQL calls them.
fn columns(value: &str) -> Result<Vec<(String, Kind)>, Error> {
    let column = |text: &str| {
        let (name, kind) = text.trim().rsplit_once(char::is_whitespace).unwrap_or((text.trim(), "text"));
        let kind = match kind.to_ascii_lowercase().as_str() {
            "text" | "varchar" | "string" => Kind::Text,
            "int" | "integer" | "bigint" => Kind::Int,
            "double" | "float" | "real" => Kind::Float,
            "boolean" | "bool" => Kind::Bool,
            "timestamp" | "timestamptz" => Kind::Time,
            _ => {
                return Err(refused(
                    "columns",
                    format!("there is no type {kind}; there are text, bigint, double, boolean and timestamp"),
                ));
            }
        };
        match name.trim() {
            "" => Err(refused("columns", format!("'{value}' has a column without a name"))),
            name => Ok((name.to_owned(), kind)),
        }
    };
    value.split(',').map(column).collect()
}
