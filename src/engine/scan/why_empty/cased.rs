//! Records that a comparison with texts leaves out for the case of their letters alone, where the answer has others.
//!
//! Whoever joins accounts with sign-ins by name loses people in this way, and without a word: nothing is empty.

use std::collections::HashSet;

use arrow::array::{AsArray, RecordBatch};

use super::near::column_at;
use crate::predicate::{Comparison, Predicate, Scalar, Test};

/// A column that has to equal one of some texts.
#[derive(Debug)]
pub(super) struct Cased {
    path: Vec<String>,
    asked: HashSet<String>,
    /// The same in lower case.
    folded: HashSet<String>,
}

impl Cased {
    /// What a condition compares with texts, if it does nothing else.
    pub(super) fn of(condition: &Predicate) -> Option<Self> {
        let (mut path, mut asked) = (None, HashSet::new());
        let is_all = gathered(condition, &mut path, &mut asked);
        let folded = asked.iter().map(|text| text.to_lowercase()).collect();
        path.filter(|_| is_all && !asked.is_empty()).map(|path| Self { path: path.to_vec(), asked, folded })
    }

    /// The same of the keys that a join told: several have to hold.
    pub(super) fn of_keys(keys: &Predicate) -> Vec<Self> {
        match keys {
            Predicate::And(all) => all.iter().filter_map(Self::of).collect(),
            one => Self::of(one).into_iter().collect(),
        }
    }

    /// How many records differ in case alone from what was asked for, and what the first of them has.
    pub(super) fn near(&self, rows: &RecordBatch) -> Option<(u64, String)> {
        let texts = column_at(rows, &self.path)?.as_string_view_opt()?;
        let mut near = texts.iter().flatten().filter(|text| self.is_near(text));
        let first = near.next()?.to_owned();
        Some((1 + near.count() as u64, first))
    }

    fn is_near(&self, stored: &str) -> bool {
        !self.asked.contains(stored) && self.folded.contains(&stored.to_lowercase())
    }

    /// The column.
    pub(super) fn column(&self) -> String {
        self.path.join(".")
    }
}

/// Gathers the texts that one column has to equal one of. Short lists come as OR. False: it is something else.
fn gathered<'a>(condition: &'a Predicate, path: &mut Option<&'a [String]>, asked: &mut HashSet<String>) -> bool {
    match condition {
        Predicate::Or(all) => all.iter().all(|one| gathered(one, path, asked)),
        Predicate::Test { path: of, folded: false, test, .. } => {
            let values = match test {
                Test::Compare(Comparison::Eq, value) => std::slice::from_ref(value),
                Test::In { values, negated: false } => values,
                _ => return false,
            };
            asked.extend(values.iter().filter_map(|value| match value {
                Scalar::Text(text) => Some(text.clone()),
                _ => None,
            }));
            *path.get_or_insert(of) == of.as_slice()
        }
        _ => false,
    }
}
