//! Counts and sums the rows of a result for its picture.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use chrono::{DateTime, Datelike as _, Timelike as _};

use super::bin::Bin;
use super::shades::Fields;
use super::sums::Sums;
use super::times::{self, Step, Times};
use super::{Ask, Kind, Number, Refusal, Shape, refused, shape};
use crate::output::cell::Column;
use crate::output::table;

/// Bars that are drawn one below another.
pub(super) const BARS: usize = 40;
/// Labels that are counted.
const LABELS: usize = 1_000_000;
/// Labels whose numbers are kept.
pub(super) const SUMS: usize = 100_000;

/// A bar of a label.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::output) struct Bar {
    /// As it may be shown.
    pub(super) label: String,
    /// The number as the result has it.
    pub(super) text: String,
    /// The number, if it is one.
    pub(super) value: Option<f64>,
}

/// What can be drawn.
#[derive(Debug, PartialEq)]
pub(in crate::output) enum Picture {
    /// Bars below one another.
    Bars {
        /// What they are of.
        title: String,
        /// In the order in which they are drawn.
        bars: Vec<Bar>,
    },
    /// Numbers over time.
    Histogram {
        /// What they are of.
        title: String,
        /// The time of a bar.
        bin: Bin,
        /// Where the first begins.
        first: i64,
        /// One for each stretch of time, without a gap.
        bars: Vec<f64>,
    },
    /// Numbers by weekday, Monday first, and hour.
    Heatmap {
        /// What they are of.
        title: String,
        /// By day and hour.
        fields: Box<Fields>,
    },
}

/// What was found of a result so far.
#[derive(Debug)]
pub(in crate::output) struct Gather {
    shape: Shape,
    heads: Vec<String>,
    /// The zone in which the times are shown, if they have one.
    zone: Option<String>,
    found: Found,
}

#[derive(Debug)]
enum Found {
    /// Labels with a number.
    Listed(Sums),
    /// How many rows each label has.
    Counted(HashMap<String, u64>),
    Times {
        times: Times,
        /// Rows whose time is missing or none.
        untimed: u64,
        /// Whether there is something in the place of a time that is none.
        other: bool,
        /// Rows with a time and without a number.
        unnumbered: u64,
        /// Whether all times stand on whole minutes.
        round: bool,
        /// How far the times stand apart.
        step: Step,
        /// Whether a number is below zero.
        negative: bool,
    },
}

impl Gather {
    /// For results with such columns.
    ///
    /// # Errors
    /// When they cannot be drawn so.
    pub(in crate::output) fn new(schema: &Schema, ask: &Ask) -> Result<Self, Refusal> {
        let shape = shape(schema, ask)?;
        let found = match &shape {
            Shape::Bars { number: Some(_), .. } => Found::Listed(Sums::default()),
            Shape::Bars { number: None, .. } => Found::Counted(HashMap::new()),
            Shape::Times { .. } => Found::Times {
                times: Times::default(),
                untimed: 0,
                other: false,
                unnumbered: 0,
                round: true,
                step: Step::default(),
                negative: false,
            },
        };
        let zone = match &shape {
            Shape::Times { time, .. } => zone(schema.field(*time).data_type()),
            Shape::Bars { .. } => None,
        };
        let heads = schema.fields().iter().map(|field| crate::output::safe::line(field.name()).into_owned()).collect();
        Ok(Self { shape, heads, zone, found })
    }

    /// Takes rows.
    ///
    /// # Errors
    /// When a value has no spelling.
    pub(in crate::output) fn batch(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        let column = |at: usize| Column::new(batch.column(at));
        match (&self.shape, &mut self.found) {
            (Shape::Bars { labels, number }, found) => {
                let labels = labels.iter().map(|at| column(*at)).collect::<Result<Vec<_>, _>>()?;
                let number = number.map(column).transpose()?;
                let label = |row| labels.iter().map(|one| table::shown(one, row)).collect::<Vec<_>>().join(" · ");
                for row in 0..batch.num_rows() {
                    match (&mut *found, &number) {
                        (Found::Listed(sums), Some(number)) => sums.add(label(row), table::shown(number, row)),
                        (Found::Counted(counts), _) if counts.len() <= LABELS => {
                            *counts.entry(label(row)).or_default() += 1;
                        }
                        _ => {}
                    }
                }
            }
            (
                Shape::Times { time, number, .. },
                Found::Times { times, untimed, other, unnumbered, round, step, negative },
            ) => {
                let time = column(*time)?;
                let number = match number {
                    Number::Rows => None,
                    Number::Sum(at) | Number::SumIfRound(at) => Some(column(*at)?),
                };
                let mut text = String::new();
                for row in 0..batch.num_rows() {
                    text.clear();
                    time.text(row, &mut text);
                    let Some(second) = times::second_of(&text) else {
                        *untimed += 1;
                        *other |= !text.is_empty();
                        continue;
                    };
                    *round &= second % 60 == 0 && !text.contains('.');
                    step.add(second);
                    text.clear();
                    number.iter().for_each(|number| number.text(row, &mut text));
                    let value = text.parse().ok().filter(|value: &f64| value.is_finite());
                    *unnumbered += u64::from(number.is_some() && value.is_none());
                    let value = value.unwrap_or(0.0);
                    *negative |= value < 0.0;
                    times.add(second, value);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The picture, with at most so many bars beside one another, and what has to be said of it.
    ///
    /// # Errors
    /// When the rows turn out to be none that can be drawn so.
    pub(in crate::output) fn picture(&self, most: usize) -> Result<(Picture, Vec<String>), Refusal> {
        match (&self.shape, &self.found) {
            (
                Shape::Times { kind, time, number },
                Found::Times { times, untimed, other, unnumbered, round, step, negative },
            ) => {
                if *other && times.span().is_none() {
                    let what = format!("{} is no time", self.heads[*time]);
                    return Err(refused(
                        what,
                        format!("\\chart bar LABEL draws other columns; a {} takes a time", kind.name()),
                    ));
                }
                let summed = match number {
                    Number::Sum(at) => Some(*at),
                    Number::SumIfRound(at) if *round && !negative => Some(*at),
                    _ => None,
                };
                if *negative && summed.is_some() {
                    let what = format!("a {} shows no numbers below zero", kind.name());
                    return Err(refused(what, "\\chart bar LABEL NUMBER does"));
                }
                let unnumbered = if summed.is_some() { *unnumbered } else { 0 };
                let lacking = |rows: u64, what: &str| {
                    (rows > 0).then(|| format!("{} no {what}", counted(rows, "row has", "rows have")))
                };
                let mut notes: Vec<String> =
                    lacking(*untimed, "time").into_iter().chain(lacking(unnumbered, "number")).collect();
                let what = summed.map_or("rows".to_owned(), |at| format!("sum of {}", self.heads[at]));
                let zone = self.zone.as_ref().map(|zone| format!(", {zone}")).unwrap_or_default();
                let by = if *kind == Kind::Heatmap { "hour and weekday of " } else { "" };
                let title = format!("{what} by {by}{}{zone}", self.heads[*time]);
                if *kind == Kind::Heatmap && *round && step.is_of_days() {
                    let what = format!("{} stands on whole days, which have no hours", self.heads[*time]);
                    return Err(refused(
                        what,
                        "\\chart histogram draws days; a heatmap takes times, or counts by hour",
                    ));
                }
                // Times of an hour each need no bars of half an hour.
                let least = if *round { step.least() } else { Bin::Seconds(0) };
                let value =
                    |(second, sum, rows): (i64, f64, u64)| (second, if summed.is_some() { sum } else { exact(rows) });
                let values = times.all().map(value);
                let picture = match kind {
                    Kind::Heatmap => heatmap(title, values),
                    _ => histogram(title, times.span(), values, (least, most), step),
                };
                if let Picture::Histogram { bin: Bin::Months(_), .. } = picture
                    && least.is_weeks()
                {
                    notes.push("a week counts in the month of its first day".into());
                }
                Ok((picture, notes))
            }
            (Shape::Bars { labels, number }, Found::Listed(sums)) => {
                let title = number.map_or(String::new(), |at| format!("{} by {}", self.heads[at], self.label(labels)));
                let Some((bars, rest)) = sums.bars() else {
                    let what = format!("there are more than {SUMS} values of {}", self.label(labels));
                    return Err(refused(what, "GROUP BY a shorter one, and ORDER BY its sum DESC LIMIT 40"));
                };
                let (title, one, several) = match sums.repeats {
                    true => (format!("sum of {title}"), "value with less is", "values with less are"),
                    false => (title, "row with less is", "rows with less are"),
                };
                let notes = (rest > 0).then(|| format!("{} not drawn", counted(rest, one, several)));
                Ok((Picture::Bars { title, bars }, notes.into_iter().collect()))
            }
            (Shape::Bars { labels, .. }, Found::Counted(counts)) => {
                if counts.len() > LABELS {
                    let what = format!("there are more than {LABELS} values of {}", self.label(labels));
                    return Err(refused(what, "GROUP BY a shorter one, and ORDER BY count(*) DESC LIMIT 40"));
                }
                let mut all: Vec<(&String, u64)> = counts.iter().map(|(label, count)| (label, *count)).collect();
                all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
                let rest = all.get(BARS..).unwrap_or_default();
                let note = (!rest.is_empty()).then(|| {
                    let values = counted(rest.len() as u64, "more value", "more values");
                    format!(
                        "{values} in {} not drawn",
                        counted(rest.iter().map(|(_, count)| count).sum(), "row, which is", "rows, which are")
                    )
                });
                let bar = |(label, count): &(&String, u64)| Bar {
                    label: (*label).clone(),
                    text: count.to_string(),
                    value: Some(exact(*count)),
                };
                let bars = all.iter().take(BARS).map(bar).collect();
                Ok((
                    Picture::Bars { title: format!("rows by {}", self.label(labels)), bars },
                    note.into_iter().collect(),
                ))
            }
            _ => Err(refused("nothing was read", "\\chart draws what SELECT gives")),
        }
    }

    /// Whether the rows have labels and a number, and are not counted.
    pub(in crate::output) fn is_listed(&self) -> bool {
        matches!(self.found, Found::Listed(..))
    }

    /// Whether a row has a time.
    pub(in crate::output) fn has_times(&self) -> bool {
        matches!(&self.found, Found::Times { times, .. } if times.span().is_some())
    }

    /// Whether there is something to be drawn.
    pub(in crate::output) fn is_telling(&self) -> bool {
        match &self.found {
            Found::Listed(sums) => sums.bars.iter().any(|bar| bar.value.is_some_and(|value| value != 0.0)),
            Found::Counted(counts) => !counts.is_empty(),
            Found::Times { times, negative, .. } => !negative && times.span().is_some(),
        }
    }

    fn label(&self, labels: &[usize]) -> String {
        labels.iter().map(|at| self.heads[*at].as_str()).collect::<Vec<_>>().join(" · ")
    }
}

/// `1 row has`, `3 rows have`
fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// The zone of a column of times.
fn zone(kind: &DataType) -> Option<String> {
    let DataType::Timestamp(_, Some(zone)) = kind else { return None };
    Some(if matches!(&**zone, "+00:00" | "Z") {
        "UTC".to_owned()
    } else {
        crate::output::safe::line(zone).into_owned()
    })
}

/// A count of rows as a number on a picture.
#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53 rows")]
fn exact(rows: u64) -> f64 {
    rows as f64
}

fn histogram(
    title: String,
    span: Option<(i64, i64)>,
    values: impl Iterator<Item = (i64, f64)>,
    (least, most): (Bin, usize),
    step: &Step,
) -> Picture {
    let Some(span) = span else {
        return Picture::Histogram { title, bin: Bin::Seconds(1), first: 0, bars: Vec::new() };
    };
    let bin = Bin::of(span, least, i64::try_from(most.max(1)).unwrap_or(i64::MAX));
    let first = step.begin(span.0, bin);
    let place = |second: i64| usize::try_from(bin.place(first, second)).unwrap_or(0);
    let mut bars = vec![0.0; place(span.1) + 1];
    values.for_each(|(second, value)| bars[place(second)] += value);
    Picture::Histogram { title, bin, first, bars }
}

fn heatmap(title: String, values: impl Iterator<Item = (i64, f64)>) -> Picture {
    let mut fields = Box::new([[0.0; 24]; 7]);
    for (second, value) in values {
        let Some(time) = DateTime::from_timestamp(second, 0) else { continue };
        fields[time.weekday().num_days_from_monday() as usize][time.hour() as usize] += value;
    }
    Picture::Heatmap { title, fields }
}
