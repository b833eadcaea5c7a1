//! Counts the days of what a scan reads, for the estimates of later ones: of whole days, where every record of a range was read,
//! and of tables in which the service tells its own numbers.
//!
//! Rows are counted once they are there once, and before the predicate: the number of a day is that of its records.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};

use super::RemoteScan;
use crate::apis;
use crate::plan::ScanPlan;
use crate::plan::estimate::{Counts, DAY, Days, Differs, MOST_DAYS};
use crate::table::{DayCounts, EntitySet};
use crate::tally::Notice;
use crate::time::{Interval, instant_text};

/// What counts while a scan's rows go by.
pub(super) enum Counting {
    /// Nothing.
    Nothing,
    /// The records of whole ranges.
    Records(Records),
    /// What the service tells of another set.
    Told(&'static DayCounts, BTreeMap<i64, Option<u64>>),
}

/// The records of a scan of whole ranges.
pub(super) struct Records {
    set: &'static EntitySet,
    /// Each kind that is read, if there are kinds, with its range.
    kinds: Vec<(Option<&'static str>, Interval)>,
    /// All kinds that there are.
    all_kinds: bool,
    days: Vec<Days>,
    /// The records of a day, while they come one after another: a kind, a day, how many.
    run: (usize, i64, u64),
}

impl Counting {
    /// What there is to count in a scan.
    pub(super) fn of(scan: &RemoteScan, plan: &ScanPlan) -> Self {
        if let Some(told) = told_by(scan.set) {
            return Self::Told(told, BTreeMap::new());
        }
        // What may end early has not read its range; copies would count twice; keys of a join are a condition too.
        let is_whole = scan.eager && scan.statement.settings.dedup && plan.reads_ranges() && plan.keys.is_empty();
        if !is_whole {
            return Self::Nothing;
        }
        let kinds: Vec<_> = plan.streams.iter().map(|s| (s.kind().map(|kind| kind.member), s.query.interval)).collect();
        let days = vec![Days::new(); kinds.len()];
        Self::Records(Records { set: scan.set, kinds, all_kinds: plan.reads_all_kinds(), days, run: (0, 0, 0) })
    }

    /// Counts rows.
    pub(super) fn add(&mut self, rows: &RecordBatch) {
        match self {
            Self::Nothing => {}
            Self::Records(records) => records.add(rows),
            Self::Told(by, days) => {
                let (Some(day), Some(count)) = (rows.column_by_name(by.day), rows.column_by_name(by.count)) else {
                    return;
                };
                let (times, counts) =
                    (day.as_primitive::<TimestampMicrosecondType>(), count.as_primitive::<Int32Type>());
                for (time, count) in times.iter().zip(counts) {
                    let Some((time, count)) = time.zip(count.and_then(|count| u64::try_from(count).ok())) else {
                        continue;
                    };
                    // Two numbers of one day: nobody knows which of them it is, or what the other is of.
                    let one = days.entry(time.div_euclid(DAY)).or_insert(Some(count));
                    *one = one.filter(|known| *known == count);
                }
            }
        }
    }

    /// All rows were there: remembers what was counted, and says where the service has counted otherwise.
    pub(super) fn end(self, scan: &RemoteScan) {
        let known = &scan.statement.journal.days;
        match self {
            Self::Nothing => {}
            Self::Told(by, days) => {
                let days: Days = days.into_iter().filter_map(|(day, count)| Some((day, count?))).collect();
                if !days.is_empty() {
                    let at = scan.statement.now.timestamp_micros();
                    known.enter(&scan.connection, &by.of.qualified(), |counts| counts.told(by, at, days));
                }
            }
            // Under `partial` a part of the range may be missing.
            Self::Records(_) if scan.statement.tally.missing().is_some() => {}
            Self::Records(records) => {
                let all_kinds = records.all_kinds;
                let read = records.whole_days(scan);
                let counts = known.enter(&scan.connection, &scan.set.qualified(), |counts| {
                    read.iter().for_each(|(kind, days)| counts.read(*kind, days.clone()));
                });
                if all_kinds {
                    say_differences(scan, &counts, read);
                }
            }
        }
    }
}

/// What a set tells of the days of another one.
pub(crate) fn told_by(set: &EntitySet) -> Option<&'static DayCounts> {
    apis::DAY_COUNTS.iter().copied().find(|counts| std::ptr::eq(counts.by, set))
}

fn say_differences(scan: &RemoteScan, counts: &Counts, read: Vec<(Option<&'static str>, Days)>) {
    let days: Vec<Days> = read.into_iter().map(|(_, days)| days).collect();
    let Some((by, compared, differing)) = counts.differing(&days) else { return };
    let Some(Differs { day, told, read }) = differing.first().copied() else { return };
    scan.statement.tally.notice(Notice::CountedOtherwise {
        table: scan.table(),
        by: by.by.qualified(),
        days: (differing.len() as u64, compared),
        first: instant_text(day * DAY).chars().take(10).collect(),
        counts: (told, read),
        unknown: by.unknown,
    });
}

impl Records {
    fn add(&mut self, rows: &RecordBatch) {
        let Some(times) = self.set.time.and_then(|time| rows.column_by_name(time)) else { return };
        let times = times.as_primitive::<TimestampMicrosecondType>();
        let named = self.set.population().and_then(|population| rows.column_by_name(population.column));
        let lists = named.and_then(|lists| lists.as_list_opt::<i32>());
        let names = lists.and_then(|lists| Some((lists, lists.values().as_string_view_opt()?)));
        for row in (0..times.len()).filter(|row| times.is_valid(*row)) {
            let day = times.value(row).div_euclid(DAY);
            let is_named = |kind: &str| {
                names.as_ref().is_some_and(|(lists, names)| {
                    let at = |row: usize| usize::try_from(lists.value_offsets()[row]).unwrap_or_default();
                    (at(row)..at(row + 1)).any(|at| names.is_valid(at) && names.value(at) == kind)
                })
            };
            // Records of one kind mostly come together.
            let of = |at: &usize| self.kinds[*at].0.is_none_or(is_named);
            let Some(kind) = std::iter::once(self.run.0).chain(0..self.kinds.len()).find(of) else { continue };
            if (kind, day) != (self.run.0, self.run.1) {
                self.flush();
                (self.run.0, self.run.1) = (kind, day);
            }
            self.run.2 += 1;
        }
        self.flush();
    }

    fn flush(&mut self) {
        let (kind, day, count) = self.run;
        if count > 0 {
            *self.days[kind].entry(day).or_default() += count;
            self.run.2 = 0;
        }
    }

    /// The numbers of the days of which every record was read, those without records among them.
    fn whole_days(self, scan: &RemoteScan) -> Vec<(Option<&'static str>, Days)> {
        let (now, kept_from) = (scan.statement.now.timestamp_micros(), scan.kept_from());
        let whole = |((kind, range), counted): ((Option<&'static str>, Interval), Days)| {
            let (from, to) = whole(range, (kept_from, now), counted.keys().next().copied());
            (kind, (from..to).map(|day| (day, counted.get(&day).copied().unwrap_or(0))).collect())
        };
        self.kinds.into_iter().zip(self.days).map(whole).collect()
    }
}

/// The days that lie in a range as a whole, from the first to before the second. Where nothing bounds it from below, it begins
/// behind the first day that has records.
fn whole(range: Interval, (kept_from, now): (Option<i64>, i64), oldest: Option<i64>) -> (i64, i64) {
    let from = match range.from.max(kept_from) {
        Some(from) => from.saturating_add(DAY - 1).div_euclid(DAY),
        None => oldest.map_or(i64::MAX, |day| day + 1),
    };
    let to = range.to.map_or(now, |to| to.saturating_add(1).min(now)).div_euclid(DAY);
    (from.max(to - MOST_DAYS), to.max(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_whole_that_lie_in_the_range_and_in_what_the_service_keeps_and_are_over() {
        let at = |day: i64, micros: i64| Some(day * DAY + micros);
        for (what, (from, to), kept_from, oldest, expected) in [
            ("whole days", (at(10, 0), at(13, -1)), None, None, (10, 13)),
            ("a microsecond less at each end", (at(10, 1), at(13, -2)), None, None, (11, 12)),
            ("up to now", (at(10, 0), None), None, None, (10, 20)),
            ("beyond now", (at(10, 0), at(30, 0)), None, None, (10, 20)),
            ("beyond what is kept", (at(1, 0), at(13, -1)), at(9, 5), None, (10, 13)),
            ("open, and kept", (None, at(13, -1)), at(9, 0), None, (9, 13)),
            ("open, and not known how long it is kept", (None, at(13, -1)), None, Some(7), (8, 13)),
            ("open, and nothing there", (None, at(13, -1)), None, None, (i64::MAX, i64::MAX)),
            ("a part of a day", (at(10, 5), at(10, 9)), None, None, (11, 11)),
            ("more than can be remembered", (at(-90_000, 0), at(13, -1)), None, None, (13 - MOST_DAYS, 13)),
        ] {
            let now = 20 * DAY + 7;
            assert_eq!(whole(Interval { from, to }, (kept_from, now), oldest), expected, "{what}");
        }
    }
}
