//! Texts of conditions: records that have them nearly, and what a text alone tells.

use arrow::array::{Array, AsArray, RecordBatch, StringViewArray};

use crate::address::{Network, endpoint};
use crate::apis::activity::content::CONTENT_TYPES;
use crate::predicate::{Comparison, Pattern, Predicate, Scalar, Test};
use crate::table::{Column, Edm, EntitySet, Family};
use crate::tally::Because;

/// A text that a column has to equal, hold or begin with.
#[derive(Debug)]
pub(super) struct Text {
    path: Vec<String>,
    asked: String,
    how: How,
    /// The condition, as SQL.
    sql: String,
}

/// How a column is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Equals,
    Begins,
    Ends,
    Holds,
    /// One of the texts of a list equals it.
    HasElement,
}

/// The texts of a condition that a row satisfies if one of them fits.
pub(super) fn texts_of(condition: &Predicate) -> Vec<Text> {
    match condition {
        Predicate::And(all) | Predicate::Or(all) => all.iter().flat_map(texts_of).collect(),
        Predicate::Test { path, folded: false, test, sql } => {
            let text = |asked: &String, how| Text { path: path.clone(), asked: asked.clone(), how, sql: sql.clone() };
            of_test(test).into_iter().map(|(asked, how)| text(asked, how)).collect()
        }
        _ => Vec::new(),
    }
}

fn of_test(test: &Test) -> Vec<(&String, How)> {
    match test {
        Test::Compare(Comparison::Eq, Scalar::Text(text)) => vec![(text, How::Equals)],
        Test::Has { value: Scalar::Text(text), negated: false } => vec![(text, How::HasElement)],
        Test::In { values, negated: false } => {
            let texts =
                values.iter().filter_map(|value| if let Scalar::Text(text) = value { Some(text) } else { None });
            texts.map(|text| (text, How::Equals)).collect()
        }
        Test::Like { pattern, negated: false } => match pattern {
            Pattern::Prefix(text) => vec![(text, How::Begins)],
            Pattern::Suffix(text) => vec![(text, How::Ends)],
            Pattern::Infix(text) => vec![(text, How::Holds)],
            Pattern::Free => Vec::new(),
        },
        _ => Vec::new(),
    }
}

impl Text {
    /// A record that has the text but for case, or but for blanks around it.
    pub(super) fn near(&self, rows: &RecordBatch, set: Option<&EntitySet>) -> Option<Because> {
        let column = column_at(rows, &self.path)?;
        let texts = column.as_string_view_opt().or_else(|| elements(column))?;
        texts.iter().flatten().find_map(|stored| self.nearly(stored, set))
    }

    fn nearly(&self, stored: &str, set: Option<&EntitySet>) -> Option<Because> {
        let asked = self.asked.as_str();
        let (fits, fits_but_for_case) = match self.how {
            How::Equals | How::HasElement => (stored == asked, stored.eq_ignore_ascii_case(asked)),
            How::Begins => (stored.starts_with(asked), begins(stored.as_bytes(), asked.as_bytes())),
            How::Ends => (stored.ends_with(asked), ends(stored.as_bytes(), asked.as_bytes())),
            How::Holds => (stored.contains(asked), holds(stored.as_bytes(), asked.as_bytes())),
        };
        let is_blank = || matches!(self.how, How::Equals) && stored.trim() == asked.trim();
        // Nearly every record ends here, so nothing is copied before.
        let is_respelled = || matches!(self.how, How::Equals) && is_same_address(asked, stored);
        if fits || !fits_but_for_case && !is_blank() && !is_respelled() {
            return None;
        }
        let (column, asked, stored) = (self.path.join("."), asked.to_owned(), stored.to_owned());
        Some(match self.how {
            How::Equals if fits_but_for_case => {
                let is_lower = set.and_then(|set| declared(set, &self.path)).is_some_and(|column| column.lowered);
                Because::Case { column, asked, stored, is_lower }
            }
            How::Equals if stored.trim() == asked.trim() => Because::Blank { column, asked, stored: Some(stored) },
            How::Equals => Because::Spelling { column, asked, stored, seen: true },
            how => Because::CaseOf { condition: self.sql.clone(), stored, ilike: how != How::HasElement },
        })
    }

    /// What the text alone tells: blanks around it, a member that an enumeration does not have.
    pub(super) fn fact(&self, set: Option<&EntitySet>) -> Option<Because> {
        let (column, asked) = (self.path.join("."), self.asked.clone());
        match self.how {
            How::Equals if asked.trim() != asked => Some(Because::Blank { column, asked, stored: None }),
            How::Equals => match shortest(&asked) {
                Some(stored) => Some(Because::Spelling { column, asked, stored, seen: false }),
                None => self.mistaken().or_else(|| not_a_member(set?, &self.path, &asked)),
            },
            How::HasElement => None,
            _ => asked.contains('*').then_some(Because::Wildcard { column, asked }),
        }
    }

    /// A network that a column of addresses has to equal.
    pub(super) fn network(&self) -> Option<Because> {
        let is_network = self.is_of_addresses() && self.asked.contains('/') && Network::read(&self.asked).is_some();
        is_network.then(|| Because::Network { column: self.path.join("."), asked: self.asked.clone() })
    }

    fn is_of_addresses(&self) -> bool {
        self.path.last().is_some_and(|name| name.split('_').any(|word| word == "ip" || word == "address"))
    }

    /// What a text was meant as that `=` compares with the whole of a column.
    fn mistaken(&self) -> Option<Because> {
        let (column, asked) = (self.path.join("."), self.asked.clone());
        let name = self.path.last()?.as_str();
        let is_address = self.is_of_addresses();
        let is_user = name.ends_with("user_principal_name");
        if is_name_of_value(&asked) {
            return Some(Because::Quoted { column, asked });
        }
        if let Some(network) = self.network() {
            return Some(network);
        }
        if (is_address || is_user || name == "id" || name.ends_with("_id")) && is_file(&asked) {
            return Some(Because::FileName { column, asked });
        }
        if asked.contains(['*', '%']) {
            return Some(Because::Wildcard { column, asked });
        }
        if is_user && !asked.is_empty() && !asked.contains(['@', ' ']) {
            return Some(Because::NoDomain { column, asked });
        }
        let is_code = asked.len() == 2 && asked.chars().all(|c| c.is_ascii_uppercase());
        (name == "country_or_region" && !is_code && !asked.is_empty()).then_some(Because::Country { column, asked })
    }
}

/// Whether a text is what stands for a value without its quotes: `:user`.
fn is_name_of_value(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Whether a text is named like a file with a list in it.
fn is_file(text: &str) -> bool {
    let ending = text.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ["txt", "csv", "tsv", "json", "ndjson", "log"].contains(&ending.as_str()))
}

fn begins(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with))
}

fn ends(text: &[u8], with: &[u8]) -> bool {
    text.len().checked_sub(with.len()).is_some_and(|at| text[at..].eq_ignore_ascii_case(with))
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    let Some(first) = part.first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    memchr::memchr2_iter(lower, upper, text).any(|at| begins(&text[at..], part))
}

/// Whether two texts are one address, without ports.
fn is_same_address(a: &str, b: &str) -> bool {
    let address = |text| endpoint(text).filter(|(_, port)| port.is_none()).map(|(address, _)| address);
    address(a).is_some_and(|a| address(b) == Some(a))
}

/// An address as it is mostly written, if that is not how it stands there.
fn shortest(text: &str) -> Option<String> {
    let (address, _) = endpoint(text).filter(|(_, port)| port.is_none())?;
    let shortest = address.to_string();
    (shortest != text).then_some(shortest)
}

/// The declaration of a column or of a field.
pub(super) fn declared<'s>(set: &'s EntitySet, path: &[String]) -> Option<&'s Column> {
    let mut columns: &[Column] = set.columns;
    let mut found = None;
    for name in path {
        found = Some(columns.iter().find(|column| column.name == name)?);
        columns = found.map_or(&[], Column::fields);
    }
    found
}

fn not_a_member(set: &EntitySet, path: &[String], asked: &str) -> Option<Because> {
    let found = declared(set, path)?;
    let members = match found.edm {
        Edm::Enum(members) => members,
        _ if set.family == Family::Activity && found.name == "content_type" => CONTENT_TYPES,
        _ => return None,
    };
    let unknown = !members.is_empty() && !members.contains(&asked);
    unknown.then(|| Because::Member { column: path.join("."), asked: asked.to_owned(), members })
}

/// A column or a field of rows.
pub(super) fn column_at<'a>(rows: &'a RecordBatch, path: &[String]) -> Option<&'a dyn Array> {
    let (first, fields) = path.split_first()?;
    let mut array = rows.column_by_name(first)?;
    for field in fields {
        array = array.as_struct_opt()?.column_by_name(field)?;
    }
    Some(array.as_ref())
}

/// The texts of a column of lists.
fn elements(column: &dyn Array) -> Option<&StringViewArray> {
    column.as_list_opt::<i32>()?.values().as_string_view_opt()
}
