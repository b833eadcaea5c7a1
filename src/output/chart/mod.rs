//! Pictures of a result: bars of a label and a number, a histogram over time, a heatmap of hours and weekdays.
//!
//! What is drawn is decided here from the columns' types and from what was asked; `gather` counts, `text` draws in a terminal's
//! characters and `svg` for a page, each from the same [`Picture`].
//!
//! The drawing is our own. Crates for it were looked at in November 2026: `textplots` draws curves in Braille and has no bars with
//! labels, the library of `lowcharts` brings a second clap (3) and the unmaintained `atty`, and ratatui's widgets draw into a
//! screen of their own, whose crates (`ratatui-core`, `ratatui-widgets`, `palette` …) would be the dearest part of the program's own
//! build. None of them has an ASCII form, and none passes labels through `safe`.

mod bin;
mod gather;
mod shades;
mod sums;
mod svg;
mod text;
mod times;

use arrow::datatypes::{DataType, Schema};

pub(super) use bin::Bin;
pub(super) use gather::{Gather, Picture};
pub(super) use svg::{FOOT, HEIGHT, SIDE, WIDTH, axis, drawn as svg, names, scale};
pub(super) use text::{Look, drawn as text};

/// Labels that one bar may be made of.
const LABELS: usize = 3;

/// What a picture looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bar for each label.
    Bar,
    /// A bar for each stretch of time.
    Histogram,
    /// A field for each hour of each day of the week.
    Heatmap,
}

impl Kind {
    /// All of them, as they are called.
    pub const ALL: [(&'static str, Self); 3] =
        [("bar", Self::Bar), ("histogram", Self::Histogram), ("heatmap", Self::Heatmap)];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// What is to be drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// How; `None`: as fits the columns.
    pub kind: Option<Kind>,
    /// Of which columns; none: of those that fit.
    pub columns: Vec<String>,
}

impl Ask {
    /// Reads `[bar|histogram|heatmap] [COLUMN]…`, with quotes around names that need some; `None` where one is not closed.
    pub fn read(text: &str) -> Option<Self> {
        let mut ask = Self::default();
        let mut rest = text.trim().trim_end_matches(';').trim_end();
        let mut is_first = true;
        while !rest.is_empty() {
            let quoted = rest.strip_prefix('"');
            let (word, behind) = match quoted {
                Some(quoted) => quoted.split_once('"')?,
                None => rest.split_once(|c: char| c.is_whitespace() || c == ',').unwrap_or((rest, "")),
            };
            let kind = Kind::ALL.iter().find(|(name, _)| {
                let plain = word.to_ascii_lowercase();
                plain == *name || plain.strip_suffix('s') == Some(*name) || (*name == "histogram" && plain == "hist")
            });
            match kind.filter(|_| is_first && quoted.is_none()) {
                Some((_, kind)) => ask.kind = Some(*kind),
                None if word.is_empty() && quoted.is_none() => {}
                None => ask.columns.push(word.to_owned()),
            }
            is_first = false;
            rest = behind.trim_start_matches([',', ' ', '\t', '\n', '\r']);
        }
        Some(ask)
    }
}

/// Why a result cannot be drawn so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// What is the matter.
    pub what: String,
    /// What can be asked for.
    pub instead: String,
}

fn refused(what: impl Into<String>, instead: impl Into<String>) -> Refusal {
    Refusal { what: what.into(), instead: instead.into() }
}

/// Which columns are drawn, and as what.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// A bar for each row with its number, or for each label with its count of rows.
    Bars { labels: Vec<usize>, number: Option<usize> },
    /// Rows over time, or the sum of a number.
    Times { kind: Kind, time: usize, number: Number },
}

/// What is summed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// Rows are counted.
    Rows,
    /// This column.
    Sum(usize),
    /// This column if the times stand on whole minutes: the rows are then sums of a stretch of time already. Else rows.
    SumIfRound(usize),
}

/// The columns by what they can be in a picture, in order.
struct Roles {
    times: Vec<usize>,
    numbers: Vec<usize>,
    others: Vec<usize>,
}

impl Roles {
    /// Those of columns that were stated, or of all columns there are: of these, numbers that name something are no amounts.
    fn of(schema: &Schema, columns: &[usize], is_stated: bool) -> Self {
        let mut roles = Self { times: Vec::new(), numbers: Vec::new(), others: Vec::new() };
        for at in columns {
            match schema.field(*at).data_type() {
                DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 => roles.times.push(*at),
                kind if kind.is_numeric() && (is_stated || is_amount(schema.field(*at).name())) => {
                    roles.numbers.push(*at);
                }
                _ => roles.others.push(*at),
            }
        }
        roles
    }
}

/// Whether the numbers of a column can be summed up, by its name: identifiers and codes are no amounts.
fn is_amount(name: &str) -> bool {
    let name = name.trim_end_matches(']').to_ascii_lowercase();
    let last = name.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    !matches!(last, "id" | "code" | "status" | "level" | "port" | "pid" | "raw")
}

/// Whether a column holds what a record is known by, or all of it: no label while there are others.
fn is_whole(name: &str) -> bool {
    matches!(name, "id" | "raw")
}

/// What is drawn of results with such columns.
///
/// # Errors
/// When a column is named that there is not, or that has no place in such a picture.
fn shape(schema: &Schema, ask: &Ask) -> Result<Shape, Refusal> {
    let is_kind = |at: usize| at == 0 && ask.kind.is_none();
    let names = ask.columns.iter().enumerate();
    let named = names.map(|(at, name)| place(schema, name, is_kind(at))).collect::<Result<Vec<_>, _>>()?;
    let is_stated = !named.is_empty();
    let all: Vec<usize> = if is_stated { named } else { (0..schema.fields().len()).collect() };
    let roles = Roles::of(schema, &all, is_stated);
    let usual = if roles.times.is_empty() { Kind::Bar } else { Kind::Histogram };
    match ask.kind.unwrap_or(usual) {
        Kind::Bar => bars(schema, &all, roles, is_stated),
        kind => over_time(schema, kind, &all, &roles, is_stated),
    }
}

/// Where the column of a name is; `is_kind`: where the name of a kind could stand.
fn place(schema: &Schema, name: &str, is_kind: bool) -> Result<usize, Refusal> {
    let fields = schema.fields();
    let exact = fields.iter().position(|field| field.name() == name);
    let found = exact.or_else(|| fields.iter().position(|field| field.name().eq_ignore_ascii_case(name)));
    found.ok_or_else(|| {
        let names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
        let columns = format!("its columns are {}", names.join(", "));
        if is_kind {
            let kinds: Vec<&str> = Kind::ALL.iter().map(|(name, _)| *name).collect();
            let what = format!("{name} is no kind of picture, and the result has no column {name}");
            return refused(what, format!("the kinds are {}; {columns}", kinds.join(", ")));
        }
        refused(format!("the result has no column {name}"), columns)
    })
}

fn over_time(schema: &Schema, kind: Kind, all: &[usize], roles: &Roles, is_stated: bool) -> Result<Shape, Refusal> {
    // A text may hold times too, if somebody says so.
    let time = roles.times.first().or_else(|| roles.others.first().filter(|_| is_stated)).copied();
    let Some(time) = time else {
        let what = format!("a {} needs a column of times, and there is none", kind.name());
        return Err(refused(what, "\\chart bar draws labels and numbers"));
    };
    let number = match roles.numbers.as_slice() {
        [number, ..] if is_stated => Number::Sum(*number),
        [number] => Number::SumIfRound(*number),
        _ => Number::Rows,
    };
    let is_drawn = |at: &&usize| **at == time || matches!(number, Number::Sum(other) if other == **at);
    if let Some(other) = all.iter().find(|at| is_stated && !is_drawn(at)) {
        let what = format!("a {} has no place for the column {}", kind.name(), schema.field(*other).name());
        return Err(refused(
            what,
            format!("it takes a time, and a number to sum up: \\chart {} TIME NUMBER", kind.name()),
        ));
    }
    Ok(Shape::Times { kind, time, number })
}

fn bars(schema: &Schema, all: &[usize], roles: Roles, is_stated: bool) -> Result<Shape, Refusal> {
    let Roles { numbers, .. } = roles;
    let mut labels: Vec<usize> = all.iter().copied().filter(|at| !numbers.contains(at)).collect();
    let is_told = |at: &usize| !is_whole(schema.field(*at).name());
    if !is_stated && labels.len() > LABELS && labels.iter().any(is_told) {
        labels.retain(is_told);
    }
    let mut numbers = numbers.into_iter();
    if labels.is_empty() {
        labels.extend(numbers.next());
    }
    let number = numbers.next();
    if let (true, Some(other)) = (is_stated, numbers.next()) {
        let what = format!("bars have no place for the column {}", schema.field(other).name());
        return Err(refused(what, "they take labels, and one number: \\chart bar LABEL NUMBER"));
    }
    if labels.len() > LABELS {
        if is_stated {
            return Err(refused(format!("bars take at most {LABELS} labels"), "\\chart bar LABEL NUMBER"));
        }
        labels.truncate(1);
    }
    match labels.is_empty() {
        true => Err(refused("the result has no columns", "\\chart draws what SELECT gives")),
        false => Ok(Shape::Bars { labels, number }),
    }
}

#[cfg(test)]
mod tests;
