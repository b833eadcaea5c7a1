//! Why a scan brought no row: facts of its plan, and records that nearly satisfied a condition.
//!
//! It guesses nothing: a reason is given only where the plan or a record that came proves it. A scan that gives out a row
//! stops looking.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch, StringViewArray};

use crate::apis::activity::content::CONTENT_TYPES;
use crate::plan::feed::FeedPlan;
use crate::plan::{ScanPlan, StreamPlan};
use crate::predicate::{Comparison, Predicate, Scalar, Test};
use crate::table::{Column, Edm, EntitySet};
use crate::tally::{Because, Notice, Tally};
use crate::time::instant_text;

/// Looks on while a scan runs.
#[derive(Debug)]
pub(super) struct Watch {
    set: &'static EntitySet,
    reasons: Vec<Because>,
    spellings: Vec<Spelling>,
    /// A text that a record has in another case.
    other_case: Mutex<Option<Because>>,
    kept: AtomicBool,
}

/// A text that a column is compared with.
#[derive(Debug)]
struct Spelling {
    path: Vec<String>,
    asked: String,
}

impl Watch {
    /// A watch over a scan of these conditions, with the reasons that its plan tells.
    pub(super) fn new(set: &'static EntitySet, mut reasons: Vec<Because>, conditions: &[Predicate]) -> Self {
        let mut spellings = Vec::new();
        conditions.iter().for_each(|condition| texts_of(condition, &mut spellings));
        let members: Vec<Because> = spellings.iter().filter_map(|spelling| not_a_member(set, spelling)).collect();
        if !members.is_empty() {
            // A value that there is not contradicts nothing.
            reasons.retain(|because| !matches!(because, Because::Contradiction));
        }
        reasons.extend(members);
        Self { set, reasons, spellings, other_case: Mutex::default(), kept: AtomicBool::new(false) }
    }

    /// Looks at the records of a page, and at how many of them satisfied the conditions.
    pub(super) fn see(&self, rows: &RecordBatch, kept: usize) {
        if kept > 0 {
            self.kept.store(true, Relaxed);
        }
        if self.kept.load(Relaxed) || self.spellings.is_empty() {
            return;
        }
        let mut other_case = self.other_case.lock().unwrap_or_else(PoisonError::into_inner);
        if other_case.is_none() {
            *other_case = self.spellings.iter().find_map(|spelling| in_other_case(rows, spelling));
        }
    }

    /// Says why there may have been nothing, if there was nothing.
    pub(super) fn say(&self, tally: &Tally) {
        if self.kept.load(Relaxed) {
            return;
        }
        let other_case = self.other_case.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // A record is better proof than the documentation.
        let member = |because: &&Because| other_case.is_none() || !matches!(because, Because::Member { .. });
        for because in self.reasons.iter().filter(member).chain(&other_case).cloned() {
            tally.notice(Notice::Nothing { table: self.set.qualified(), because });
        }
    }
}

/// What the plan alone tells: one reason at most about time, and one about kinds.
pub(super) fn of_plan(plan: &ScanPlan, now: i64) -> Vec<Because> {
    if plan.streams.is_empty() {
        return vec![Because::Contradiction];
    }
    let mut reasons: Vec<Because> = of_time(plan, now).into_iter().collect();
    // Where the range explains it, the kinds would have changed nothing.
    if let Some(population) = plan.set.population.as_ref().filter(|_| reasons.is_empty()) {
        let asked: Vec<&str> = plan.streams.iter().filter_map(StreamPlan::kind).map(|kind| kind.member).collect();
        let all = population.kinds.iter().map(|kind| kind.member);
        let left_out: Vec<&str> = all.filter(|member| !asked.contains(member)).collect();
        if !asked.is_empty() && !left_out.is_empty() {
            reasons.push(Because::Kinds { asked, left_out });
        }
    }
    reasons
}

/// The same of a scan of the activity feed. What its population leaves out is said with every answer.
pub(super) fn of_feed(plan: &FeedPlan, now: i64) -> Vec<Because> {
    if plan.content_types.is_empty() {
        return if plan.left_out.is_empty() { vec![Because::Contradiction] } else { Vec::new() };
    }
    let future = plan.available.from.filter(|from| *from > now);
    future.map(|from| Because::Future { from: instant_text(from), now: instant_text(now) }).into_iter().collect()
}

fn of_time(plan: &ScanPlan, now: i64) -> Option<Because> {
    let range = plan.interval();
    match (range.from, range.to) {
        (Some(from), _) if from > now => Some(Because::Future { from: instant_text(from), now: instant_text(now) }),
        (Some(from), Some(to)) if from == to => {
            Some(Because::Instant { column: plan.set.time, at: instant_text(from) })
        }
        _ => None,
    }
}

/// The texts that columns of a row must equal, or one of which must equal one.
fn texts_of(condition: &Predicate, found: &mut Vec<Spelling>) {
    match condition {
        Predicate::And(all) | Predicate::Or(all) => all.iter().for_each(|condition| texts_of(condition, found)),
        Predicate::Test { path, folded: false, test: Test::Compare(Comparison::Eq, Scalar::Text(asked)), .. } => {
            found.push(Spelling { path: path.clone(), asked: asked.clone() });
        }
        Predicate::Test { path, folded: false, test: Test::In { values, negated: false }, .. } => {
            found.extend(values.iter().filter_map(|value| match value {
                Scalar::Text(asked) => Some(Spelling { path: path.clone(), asked: asked.clone() }),
                _ => None,
            }));
        }
        _ => {}
    }
}

fn not_a_member(set: &EntitySet, spelling: &Spelling) -> Option<Because> {
    let mut columns: &[Column] = set.columns;
    let mut found = None;
    for name in &spelling.path {
        found = Some(columns.iter().find(|column| column.name == name)?);
        columns = found.map_or(&[], Column::fields);
    }
    let found = found?;
    let members = match found.edm {
        Edm::Enum(members) => members,
        _ if set.feed.is_some() && found.name == "content_type" => CONTENT_TYPES,
        _ => return None,
    };
    let Spelling { path, asked } = spelling;
    let unknown = !members.is_empty() && !members.contains(&asked.as_str());
    unknown.then(|| Because::Member { column: path.join("."), asked: asked.clone(), members })
}

fn in_other_case(rows: &RecordBatch, spelling: &Spelling) -> Option<Because> {
    let texts = column_at(rows, &spelling.path)?;
    let asked = spelling.asked.as_str();
    let same_but_case = |stored: &&str| *stored != asked && stored.eq_ignore_ascii_case(asked);
    let stored = texts.iter().flatten().find(same_but_case)?.to_owned();
    Some(Because::Case { column: spelling.path.join("."), asked: asked.to_owned(), stored })
}

fn column_at<'a>(rows: &'a RecordBatch, path: &[String]) -> Option<&'a StringViewArray> {
    let (first, fields) = path.split_first()?;
    let mut array = rows.column_by_name(first)?;
    for field in fields {
        array = array.as_struct_opt()?.column_by_name(field)?;
    }
    array.as_string_view_opt()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::ArrayRef;

    use super::*;

    fn equals(column: &str, asked: &str) -> Predicate {
        let test = Test::Compare(Comparison::Eq, Scalar::Text(asked.into()));
        Predicate::Test { path: vec![column.into()], folded: false, test, sql: String::new() }
    }

    fn watch(conditions: &[Predicate]) -> Watch {
        let set = crate::apis::ALL[0];
        let version = crate::table::Version::Beta;
        let scan = crate::plan::Scan { set, version, conjuncts: Vec::new(), order: None, limit: None, pushdown: true };
        Watch::new(set, of_plan(&scan.plan(), 0), conditions)
    }

    fn said(watch: &Watch) -> Vec<String> {
        let tally = Tally::default();
        watch.say(&tally);
        tally.notices().iter().map(ToString::to_string).collect()
    }

    fn users(names: &[&str]) -> RecordBatch {
        let column: ArrayRef = Arc::new(StringViewArray::from(names.to_vec()));
        RecordBatch::try_from_iter([("user_principal_name", column)]).unwrap()
    }

    #[test]
    fn a_record_in_another_case_is_a_reason_and_a_kept_row_ends_the_search() {
        let other = watch(&[equals("user_principal_name", "Ada@contoso.com")]);
        other.see(&users(&["bob@contoso.com", "ada@contoso.com"]), 0);
        assert_eq!(
            said(&other),
            ["no row of entra.sign_ins: user_principal_name is nowhere 'Ada@contoso.com', but 'ada@contoso.com': \
              case counts, lower(user_principal_name) = 'ada@contoso.com' does without it"]
        );
        other.see(&users(&["Ada@contoso.com"]), 1);
        assert_eq!(said(&other), [""; 0]);
    }

    #[test]
    fn nothing_is_guessed() {
        let plain = watch(&[equals("user_principal_name", "nobody@contoso.com")]);
        plain.see(&users(&["ada@contoso.com"]), 0);
        assert_eq!(said(&plain), [""; 0]);
    }
}
