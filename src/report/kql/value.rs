//! Values of KQL: columns, literals and calls, each with what it is in SQL and of which kind.

use super::words::{Word, between_commas, inside};
use super::{Query, quoted};
use crate::report::elsewhere;
use crate::table::{Column, Edm};

/// What a value is, as far as it decides what it can be compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Time,
    Bool,
    /// A struct, a list, or JSON: KQL compares the text of it, SQL does not.
    Nested,
}

impl Kind {
    fn of(edm: &Edm) -> Self {
        match edm {
            Edm::Text | Edm::Enum(_) => Self::Text,
            Edm::Bool => Self::Bool,
            Edm::Int32 | Edm::Int64 | Edm::Double => Self::Number,
            Edm::Instant => Self::Time,
            Edm::Object(_) | Edm::List(_) | Edm::Json | Edm::Raw => Self::Nested,
        }
    }
}

impl Query<'_> {
    /// A value that is all of the words.
    pub(super) fn whole_value(&self, words: &[Word<'_>]) -> Option<(String, Kind)> {
        self.value(words).filter(|(.., rest)| rest.is_empty()).map(|(text, kind, _)| (text, kind))
    }

    /// A value that words begin with, and what follows it.
    pub(super) fn value<'w, 'a>(&self, words: &'w [Word<'a>]) -> Option<(String, Kind, &'w [Word<'a>])> {
        Some(match words {
            [Word::Text(text), rest @ ..] => (quoted(text), Kind::Text, rest),
            [Word::Number(number), rest @ ..] => ((*number).to_owned(), Kind::Number, rest),
            [Word::Time(time), rest @ ..] => (quoted(time), Kind::Time, rest),
            [Word::Name(name), rest @ ..] if rest.first() == Some(&Word::Sign("(")) => {
                let (given, rest) = inside(rest)?;
                let (text, kind) = self.call(name, given)?;
                (text, kind, rest)
            }
            [Word::Name(name), rest @ ..] if ["true", "false"].contains(name) => ((*name).to_owned(), Kind::Bool, rest),
            [Word::Name(name), rest @ ..] => {
                let (mut path, mut rest) = (vec![*name], rest);
                while let [Word::Sign("."), Word::Name(field), behind @ ..] = rest {
                    path.push(field);
                    rest = behind;
                }
                let (text, kind) = self.column(&path)?;
                (text, kind, rest)
            }
            _ => return None,
        })
    }

    fn call(&self, name: &str, given: &[Word<'_>]) -> Option<(String, Kind)> {
        let one = |of: &[Kind]| self.whole_value(given).filter(|(_, kind)| of.contains(kind)).map(|(text, _)| text);
        Some(match (name.to_ascii_lowercase().as_str(), given) {
            ("ago", [Word::Span(span)]) => (format!("ago('{span}')"), Kind::Time),
            ("now", []) => ("now()".into(), Kind::Time),
            ("bin", [column @ .., Word::Sign(","), Word::Span(span)]) if begins_alike(span) => {
                let (column, _) = self.whole_value(column).filter(|(_, kind)| *kind == Kind::Time)?;
                (format!("bin({column}, '{span}')"), Kind::Time)
            }
            ("startofday", _) => (format!("date_trunc('day', {})", one(&[Kind::Time])?), Kind::Time),
            // A Sunday in both, unlike the week of date_trunc.
            ("startofweek", _) => (format!("startofweek({})", one(&[Kind::Time])?), Kind::Time),
            ("startofmonth", _) => (format!("date_trunc('month', {})", one(&[Kind::Time])?), Kind::Time),
            ("startofyear", _) => (format!("date_trunc('year', {})", one(&[Kind::Time])?), Kind::Time),
            ("hourofday", _) => (format!("date_part('hour', {})", one(&[Kind::Time])?), Kind::Number),
            ("tolower", _) => (format!("lower({})", one(&[Kind::Text])?), Kind::Text),
            ("toupper", _) => (format!("upper({})", one(&[Kind::Text])?), Kind::Text),
            ("strlen", _) => (format!("length({})", one(&[Kind::Text])?), Kind::Number),
            ("tostring", _) => match self.whole_value(given)? {
                (text, Kind::Text) => (text, Kind::Text),
                (text, Kind::Number) => (format!("{text}::text"), Kind::Text),
                _ => return None,
            },
            ("toint" | "tolong", _) => (one(&[Kind::Number])?, Kind::Number),
            ("isempty", _) => (format!("coalesce({}, '') = ''", one(&[Kind::Text])?), Kind::Bool),
            ("isnotempty", _) => match self.whole_value(given)? {
                (text, Kind::Text) => (format!("{text} <> ''"), Kind::Bool),
                (text, Kind::Number | Kind::Time | Kind::Bool) => (format!("{text} IS NOT NULL"), Kind::Bool),
                _ => return None,
            },
            // A text is never null there.
            ("isnotnull", _) => {
                (format!("{} IS NOT NULL", one(&[Kind::Number, Kind::Time, Kind::Bool, Kind::Nested])?), Kind::Bool)
            }
            ("isnull", _) => {
                (format!("{} IS NULL", one(&[Kind::Number, Kind::Time, Kind::Bool, Kind::Nested])?), Kind::Bool)
            }
            ("ipv4_is_in_range", _) => {
                let [address, [Word::Text(network)]] = between_commas(given)[..] else { return None };
                let (address, _) = self.whole_value(address).filter(|(_, kind)| *kind == Kind::Text)?;
                (format!("ip_in({address}, {})", quoted(network)), Kind::Bool)
            }
            _ => return None,
        })
    }

    /// What rows are summed up by.
    pub(super) fn sum(&self, words: &[Word<'_>]) -> Option<String> {
        let [Word::Name(name), rest @ ..] = words else { return None };
        let (given, behind) = inside(rest)?;
        if !behind.is_empty() {
            return None;
        }
        let one = |of: &[Kind]| self.whole_value(given).filter(|(_, kind)| of.contains(kind)).map(|(text, _)| text);
        let plain = [Kind::Text, Kind::Number, Kind::Time, Kind::Bool];
        Some(match (name.to_ascii_lowercase().as_str(), given) {
            ("count", []) => "count(*)".into(),
            ("countif", _) => format!("count_if({})", self.condition(given)?),
            ("dcount", _) => format!("count(DISTINCT {})", one(&plain)?),
            ("make_set", _) => format!("list(DISTINCT {})", one(&plain)?),
            ("min" | "max", _) => format!("{}({})", name.to_ascii_lowercase(), one(&[Kind::Number, Kind::Time])?),
            ("sum" | "avg", _) => format!("{}({})", name.to_ascii_lowercase(), one(&[Kind::Number])?),
            _ => return None,
        })
    }

    /// A column or a field below one: `TimeGenerated`, `Status.errorCode`.
    fn column(&self, path: &[&str]) -> Option<(String, Kind)> {
        if let [name] = path
            && let Some((_, text, kind)) = self.extended.iter().find(|(known, ..)| known == name)
        {
            return Some((text.clone(), *kind));
        }
        // A workspace has the country where the service has the whole place.
        if path == ["Location"] && self.set.column("location").is_some() {
            return self.field(&["location", "country_or_region"]);
        }
        let (first, fields) = path.split_first()?;
        let Some(column) = called(first, self.set.columns) else {
            let columns: Vec<&str> = self.set.columns.iter().map(|column| column.name).collect();
            let own = elsewhere::column(first, &columns).filter(|_| fields.is_empty())?;
            let parts: Vec<&str> = own.split('.').collect();
            return self.field(&parts);
        };
        let mut parts = vec![column.name];
        let mut column = column;
        for field in fields {
            column = called(field, below(column)?)?;
            parts.push(column.name);
        }
        Some((parts.join("."), Kind::of(&column.edm)))
    }

    /// The column or field of these names in SQL.
    fn field(&self, parts: &[&str]) -> Option<(String, Kind)> {
        let (first, fields) = parts.split_first()?;
        let mut column = self.set.column(first)?;
        for field in fields {
            column = below(column)?.iter().find(|known| known.name == *field)?;
        }
        Some((parts.join("."), Kind::of(&column.edm)))
    }
}

/// The fields of a struct; of a list there are only those of its elements.
fn below(column: &Column) -> Option<&'static [Column]> {
    if let Edm::Object(fields) = column.edm { Some(fields) } else { None }
}

/// The column of a name that exports of a workspace have for it, or of the service's own.
fn called<'c>(name: &str, columns: &'c [Column]) -> Option<&'c Column> {
    let is_alias = |column: &&Column| column.aliases.contains(&name);
    let is_wire = |column: &&Column| !column.wire.is_empty() && column.wire.eq_ignore_ascii_case(name);
    let is_plain = |column: &&Column| column.name.replace('_', "").eq_ignore_ascii_case(&name.replace('_', ""));
    let find = |fits: &dyn Fn(&&Column) -> bool| columns.iter().find(|column| fits(column));
    find(&is_wire).or_else(|| find(&is_alias)).or_else(|| find(&is_plain))
}

/// Whether such spans begin where they do there: a day is a number of them, or they are weeks, whose first day is a Monday.
fn begins_alike(span: &str) -> bool {
    let digits = span.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(span.len());
    let seconds = match &span[digits..] {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => return false,
    };
    if span == "7d" {
        return true;
    }
    let count: Option<u64> = span[..digits].parse().ok();
    count.and_then(|count| count.checked_mul(seconds)).is_some_and(|span| span > 0 && 86_400_u64.is_multiple_of(span))
}
