//! Columns that a file names itself: their types, by all values of a sample, and the values that are read as them.

use std::borrow::Cow;

use super::escapes::unescaped;
use super::time::{self, Clock, Dated, Order};
use super::zone::{self, Instant};
use super::{Doubt, Kind, Value};
use crate::address::host;

/// How the values of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) struct Reading {
    pub(in crate::logs) kind: Kind,
    pub(in crate::logs) form: Form,
    /// The kind is that of a sample and not stated: a number is one only if it is written as those of the sample are.
    pub(in crate::logs) is_inferred: bool,
}

/// How what is no single word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::logs) enum Form {
    /// As one would write it.
    Plain(Clock),
    /// A time as seconds since 1970.
    Epoch,
    /// A list with something between its items, in which bytes may be escaped: `a\x2cb,c`.
    List(char),
    /// A list in JSON.
    Json,
}

/// What a text is, read as a column's type.
#[derive(Debug, PartialEq)]
pub(in crate::logs) enum Read<'a> {
    Value(Value<'a>),
    /// A time that may be another.
    Doubtful(Value<'a>, Doubt),
    /// It is not of the type.
    Odd,
    /// It is a date in another order of day and month than those before.
    Contrary,
}

impl Reading {
    /// A type in its plain form.
    pub(in crate::logs) const fn of(kind: Kind) -> Self {
        Self { kind, form: Form::Plain(Clock::UTC), is_inferred: false }
    }

    /// Reads a text that stands in quotes: as text it is what it is, blanks and all, and empty if it is.
    pub(in crate::logs) fn read_quoted<'a>(&self, text: Cow<'a, str>) -> Read<'a> {
        match self.kind {
            Kind::Text => Read::Value(Value::Text(text)),
            _ => self.read(text),
        }
    }

    /// Reads a text, without blanks around it.
    pub(in crate::logs) fn read<'a>(&self, text: Cow<'a, str>) -> Read<'a> {
        let text = trimmed(text);
        if let (true, Form::List(_)) = (text.is_empty(), self.form) {
            return Read::Value(Value::Texts(Vec::new()));
        }
        if text.is_empty() || self.kind != Kind::Text && is_nothing(&text) {
            return Read::Value(Value::Null);
        }
        let value = match self.kind {
            Kind::Int | Kind::Float if self.is_inferred && !is_as_written(&text, self.kind) => None,
            Kind::Text => Some(Value::Text(text)),
            Kind::Int => text.parse().ok().map(Value::Int),
            Kind::Float => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
            Kind::Bool => truth(&text).map(Value::Bool),
            Kind::Time => match self.form {
                Form::Plain(clock) => match clock.read(&text) {
                    Dated::At(Instant { micros, doubt: Some(doubt) }) => {
                        return Read::Doubtful(Value::Time(micros), doubt);
                    }
                    Dated::At(Instant { micros, doubt: None }) => Some(Value::Time(micros)),
                    Dated::Contrary => return Read::Contrary,
                    Dated::None => None,
                },
                _ => time::epoch(&text).map(Value::Time),
            },
            Kind::Texts => list(self.form, &text).map(Value::Texts),
            Kind::Pairs => None,
        };
        value.map_or(Read::Odd, Read::Value)
    }
}

/// The text without blanks around it.
pub(in crate::logs) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// What logs write where there is nothing.
pub(in crate::logs) fn is_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "--" | "null" | "NULL" | "(null)" | "<null>" | "N/A" | "n/a" | "None" | "NaN" | "\\N")
}

fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") || text == "T" => Some(true),
        _ if text.eq_ignore_ascii_case("false") || text == "F" => Some(false),
        _ => None,
    }
}

fn list(form: Form, text: &str) -> Option<Vec<Cow<'static, str>>> {
    match form {
        Form::List(between) => Some(text.split(between).map(|item| unescaped(item).into_owned().into()).collect()),
        _ => {
            let items: Vec<String> = serde_json::from_str(text).ok()?;
            Some(items.into_iter().map(Cow::from).collect())
        }
    }
}

/// What the values of a column have been so far.
#[derive(Debug, Clone, Default)]
pub(in crate::logs) struct Seen {
    /// Values that are there.
    pub(in crate::logs) values: usize,
    ints: usize,
    /// Of these, those of which a number with a fraction has not all digits.
    wide: usize,
    floats: usize,
    /// Numbers with an exponent and without a point, as `1e3`: beside those with a point they are numbers, else they may be ids.
    exponents: usize,
    truths: usize,
    times: usize,
    days: usize,
    times_of_day: usize,
    epochs: usize,
    addresses: usize,
    lists: usize,
    /// Times without a zone.
    zoneless: usize,
    month_first: usize,
    day_first: usize,
    /// A date that can be read in two ways.
    unclear: Option<String>,
    /// The first day that is not written from the year down, so that texts of such days are not in the order of the days.
    unordered: Option<String>,
    /// The first value that is no time, the first that is no day, and the first that is no time of day.
    others: [Option<String>; 3],
    /// The first time in a zone that has a name.
    in_named_zone: Option<String>,
    /// The values are declared.
    is_declared: bool,
}

/// Letters of a value that are shown.
const SHOWN: usize = 60;

impl Seen {
    /// As if all values were like this one: of a column whose values are known without seeing them.
    pub(in crate::logs) fn alike(value: &str) -> Self {
        let mut seen = Self { is_declared: true, ..Self::default() };
        seen.see(value);
        seen
    }

    /// Sees a value that says that it is text: it can be a time, but no number.
    pub(in crate::logs) fn see_text(&mut self, text: &str) {
        let before = (self.ints, self.floats, self.exponents, self.truths, self.lists);
        self.see(text);
        (self.ints, self.floats, self.exponents, self.truths, self.lists) = before;
    }

    /// Sees a value that is a number beyond doubt, however it is written.
    pub(in crate::logs) fn see_number(&mut self, text: &str) {
        let (ints, wide, exponents) = (self.ints, self.wide, self.exponents);
        self.see(text);
        self.floats += self.exponents - exponents;
        self.exponents = exponents;
        if self.ints == ints && text.parse::<i64>().is_ok() {
            (self.ints, self.wide) = (ints + 1, wide + 1);
        }
    }

    /// Sees a value.
    pub(in crate::logs) fn see(&mut self, text: &str) {
        let text = text.trim();
        if is_nothing(text) {
            return;
        }
        self.values += 1;
        let has = |count: &mut usize, is: bool| *count += usize::from(is);
        has(&mut self.ints, is_int(text));
        has(&mut self.wide, is_int(text) && is_wide(text));
        has(&mut self.floats, is_float(text));
        has(&mut self.exponents, is_exponent(text));
        has(&mut self.truths, text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"));
        has(
            &mut self.epochs,
            matches!(text.split('.').next().map_or(0, str::len), 10 | 13 | 16 | 19) && time::epoch(text).is_some(),
        );
        has(&mut self.addresses, host(text).is_some());
        has(&mut self.lists, text.starts_with('[') && list(Form::Json, text).is_some());
        let is_time_of_day = time::is_time_of_day(text);
        has(&mut self.times_of_day, is_time_of_day);
        let (times, days) = (self.times, self.days);
        if let Some(shown) = time::shown(text, Order::MonthFirst) {
            self.times += 1;
            self.zoneless += usize::from(shown.offset.is_none());
            let last = || text.rsplit(' ').next().unwrap_or_default();
            if self.in_named_zone.is_none() && shown.offset.is_some() && zone::american(last()).is_some() {
                self.in_named_zone = Some(text.to_owned());
            }
            self.order(text, shown.order, shown.is_numeric);
        } else if let Some((_, order, is_numeric)) = time::day(text, Order::MonthFirst) {
            self.days += 1;
            self.order(text, order, is_numeric);
            if self.unordered.is_none() && !text.as_bytes().iter().take(4).all(u8::is_ascii_digit) {
                self.unordered = Some(text.to_owned());
            }
        }
        for (other, is) in self.others.iter_mut().zip([self.times > times, self.days > days, is_time_of_day]) {
            if !is && other.is_none() {
                *other = Some(text.chars().filter(|letter| !letter.is_control()).take(SHOWN).collect());
            }
        }
    }

    fn order(&mut self, text: &str, order: Option<Order>, is_numeric: bool) {
        match order {
            Some(Order::MonthFirst) => self.month_first += 1,
            Some(Order::DayFirst) => self.day_first += 1,
            None if is_numeric && self.unclear.is_none() => self.unclear = Some(text.to_owned()),
            None => {}
        }
    }

    fn all(&self, count: usize) -> bool {
        self.values > 0 && count == self.values
    }

    /// Whether so many are nearly all values: nine of ten. Of a few, one may be odd.
    fn nearly_all(&self, count: usize) -> bool {
        let odd = self.values.saturating_sub(count);
        self.values > 0 && (odd * 10 <= self.values || odd == 1 && count >= 3)
    }

    /// Whether nearly all values are times: what is none is odd.
    fn are_times(&self) -> bool {
        self.nearly_all(self.times)
    }

    /// Whether nearly all values are days.
    pub(in crate::logs) fn are_days(&self) -> bool {
        self.nearly_all(self.days)
    }

    /// Whether nearly all values are times of day.
    pub(in crate::logs) fn are_times_of_day(&self) -> bool {
        self.nearly_all(self.times_of_day)
    }

    /// Whether most values are addresses.
    pub(in crate::logs) fn are_addresses(&self) -> bool {
        self.values > 0 && self.addresses * 2 >= self.values
    }

    /// Whether all values are of a kind that names of columns are not.
    pub(in crate::logs) fn are_no_names(&self) -> bool {
        [self.ints + self.floats, self.truths, self.times, self.days, self.times_of_day, self.addresses]
            .into_iter()
            .any(|count| self.values > 0 && count * 10 >= self.values * 9)
    }

    /// The order that the dates show; `Err`, if they show both.
    pub(in crate::logs) fn shows(&self) -> Result<Option<Order>, ()> {
        match (self.month_first > 0, self.day_first > 0) {
            (true, true) => Err(()),
            (true, false) => Ok(Some(Order::MonthFirst)),
            (false, true) => Ok(Some(Order::DayFirst)),
            (false, false) => Ok(None),
        }
    }

    /// A date that can be read in two ways, if there is one.
    pub(in crate::logs) fn unclear(&self) -> Option<&str> {
        self.unclear.as_deref()
    }

    /// A day whose text does not stand where the day does, if there is one.
    pub(in crate::logs) fn unordered(&self) -> Option<&str> {
        self.unordered.as_deref()
    }

    /// The first value that is not what most are, a time, a day or a time of day, if there is one; and which of these it is not.
    pub(in crate::logs) fn other(&self) -> Option<(&str, &'static str)> {
        let [times, days, times_of_day] = [self.times, self.days, self.times_of_day];
        let (at, what) = match () {
            () if times_of_day > times.max(days) => (2, "a time of day"),
            () if days > times => (1, "a day"),
            () => (0, "a time"),
        };
        self.others[at].as_deref().map(|other| (other, what))
    }

    /// Whether nearly all values are times, whose dates are in both orders.
    pub(in crate::logs) fn are_times_of_both_orders(&self) -> bool {
        self.are_times() && self.shows().is_err()
    }

    /// The first time in a zone of North America that is named by its letters.
    pub(in crate::logs) fn in_named_zone(&self) -> Option<&str> {
        self.in_named_zone.as_deref()
    }

    /// Whether all values are declared, so that the order of their dates is.
    pub(in crate::logs) fn is_declared(&self) -> bool {
        self.is_declared
    }

    /// Whether there are times that name no zone.
    pub(in crate::logs) fn is_zoneless(&self) -> bool {
        self.zoneless > 0 || self.are_days()
    }

    /// How the column of that name is read: as what all of its values are, or nearly all if that is times; else as text.
    pub(in crate::logs) fn reading(&self, name: &str, clock: Clock) -> Reading {
        let is_epoch = || {
            matches!(name, "ts" | "time" | "timestamp" | "event_time")
                || ["epoch", "unix"].iter().any(|word| name.contains(word))
        };
        if self.all(self.epochs) && is_epoch() {
            return Reading { kind: Kind::Time, form: Form::Epoch, is_inferred: true };
        }
        if self.all(self.lists) {
            return Reading { kind: Kind::Texts, form: Form::Json, is_inferred: true };
        }
        let kind = match self {
            seen if seen.all(seen.ints) => Kind::Int,
            seen if seen.all(seen.ints + seen.floats) && seen.wide == 0 => Kind::Float,
            seen if seen.all(seen.ints + seen.floats + seen.exponents) && seen.floats > 0 && seen.wide == 0 => {
                Kind::Float
            }
            seen if seen.all(seen.truths) => Kind::Bool,
            seen if seen.are_times() && (clock.is_stated || seen.shows().is_ok()) => Kind::Time,
            _ => Kind::Text,
        };
        Reading { kind, form: Form::Plain(clock), is_inferred: !self.is_declared }
    }
}

/// Whether a text is a number that is written as one, and not as an id is: no sign of plus, no zero in front, and no digits that
/// its kind does not hold.
pub(crate) fn is_as_written(text: &str, kind: Kind) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let is_bare = match digits {
        [b'0', next, ..] => !next.is_ascii_digit(),
        [b'.', next, ..] => kind == Kind::Float && next.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit(),
        [] => false,
    };
    is_bare && (kind != Kind::Float || !is_wide(text))
}

/// Whether a text is a whole number beyond 2^53, up to which all are numbers of double precision.
fn is_wide(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_whole && digits.parse().map_or(digits.len() > 15, |number: u64| number > 1 << 53)
}

/// Whether a text is a whole number and no id: no zero in front, and no more digits than a number of 64 bits has for certain.
fn is_int(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = (1..=18).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (digits.len() == 1 || !digits.starts_with('0'))
}

/// Whether a text is a number with an exponent and without a point.
fn is_exponent(text: &str) -> bool {
    let Some((whole, exponent)) = text.split_once(['e', 'E']) else { return false };
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    is_int(whole) && !exponent.is_empty() && exponent.len() <= 3 && exponent.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_float(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let Some((whole, rest)) = digits.split_once('.') else { return false };
    let (fraction, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_no_zero = whole.len() == 1 || !whole.starts_with('0');
    (whole.is_empty() || is_digits(whole))
        && is_digits(fraction)
        && is_digits(exponent)
        && has_no_zero
        && text.len() <= 32
}

#[cfg(test)]
mod tests;
