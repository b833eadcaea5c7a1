//! What a file with named columns is as a table: the fields that all logs share, its own columns, and `raw`.

use std::borrow::Cow;

use super::column::{Form, Read, Reading, Seen, is_nothing, trimmed};
use super::names::{self, Taken};
use super::time::{Clock, Dated, Order};
use super::zone::Zone;
use super::{Error, Field, Kind, Options, Sink, Value, usual};
use crate::address;

/// A column that a file has.
#[derive(Debug, Clone)]
pub(in crate::logs) struct Column {
    /// As the file calls it.
    pub(in crate::logs) name: String,
    /// Its name in SQL, which is not that of another column.
    pub(in crate::logs) sql: String,
    pub(in crate::logs) reading: Reading,
}

impl Column {
    /// What it is called in a sentence: as in the file, or as in SQL, if the file has no name for it.
    fn called(&self) -> String {
        quoted(if self.name.trim().is_empty() { &self.sql } else { &self.name })
    }
}

/// Fields, and where each comes from.
#[derive(Debug)]
pub(in crate::logs) struct Table {
    pub(in crate::logs) fields: Vec<Field>,
    sources: Vec<Source>,
    columns: Vec<Column>,
    /// Of the address and of the user, columns of the same name otherwise written, which are looked at where theirs has nothing.
    others: [Vec<usize>; 2],
    /// What nothing in the file shows.
    pub(in crate::logs) assumed: Vec<String>,
}

/// Where a field comes from: columns by their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Own(usize),
    /// A date and a time of day.
    Joined(usize, usize),
    Address(usize),
    User(usize),
    Raw,
}

/// The cells of a row, and the row as it stands in the file.
pub(in crate::logs) trait Cells<'a> {
    /// The text of a column; `None`, if the row has none.
    fn cell(&self, column: usize) -> Option<Cow<'a, str>>;
    /// Whether a column stands in quotes, so that blanks around its text are of the text.
    fn is_quoted(&self, column: usize) -> bool {
        let _ = column;
        false
    }
    /// All of it.
    fn raw(&self) -> Cow<'a, str>;
}

/// The zone of times that name none, and whether it is stated.
pub(in crate::logs) fn zone(options: &Options) -> Result<Option<Zone>, Error> {
    let Some(name) = &options.timezone else { return Ok(None) };
    let why = || format!("there is no zone {name}; zones are called as Europe/Paris, UTC or +02:00");
    Zone::named(name).map(Some).ok_or_else(|| Error::Option { option: "timezone", why: why() })
}

/// Columns that a file has at most. What it has beyond them is in `raw`.
pub(in crate::logs) const MOST_COLUMNS: usize = 1000;

/// What is said where UTC was assumed.
pub(in crate::logs) const NO_ZONE: &str =
    "times name no zone: UTC was assumed (read_log('FILE', timezone => 'Europe/Paris') states another)";

/// Columns by their names and what a sample has in them. Stated columns are as they are stated.
pub(in crate::logs) fn columns(
    named: &[String],
    seen: &[Seen],
    options: &Options,
) -> Result<(Vec<Column>, Vec<String>), Error> {
    let stated = zone(options)?;
    // What the dates of one column show holds for those that show nothing.
    let shown = seen.iter().find_map(|seen| seen.shows().ok().flatten());
    let ordered = options.day_first.map(|is| if is { Order::DayFirst } else { Order::MonthFirst });
    let clock = Clock {
        zone: stated.unwrap_or(Zone::UTC),
        order: ordered.or(shown).unwrap_or_default(),
        is_stated: ordered.is_some(),
        takes_days: false,
    };
    let mut taken = Taken::from_iter([Field::RAW.to_owned()]);
    let columns = named.iter().zip(seen).enumerate().map(|(at, (name, seen))| {
        let sql = match names::sql_name(name) {
            empty if empty.is_empty() => format!("column{}", at + 1),
            sql => sql,
        };
        // What a column shows itself comes first.
        let own = ordered.or(seen.shows().ok().flatten()).unwrap_or(clock.order);
        let own = Clock { order: own, is_stated: clock.is_stated || seen.is_declared(), ..clock };
        let reading = match options.columns.as_ref().and_then(|stated| stated.get(at)) {
            // Whoever states that days are times means their midnights, as CAST does.
            Some((_, kind)) => {
                Reading { kind: *kind, form: Form::Plain(Clock { takes_days: true, ..own }), is_inferred: false }
            }
            None => seen.reading(&sql, own),
        };
        Column { name: name.clone(), sql: taken.free(&sql), reading }
    });
    let columns: Vec<Column> = columns.collect();
    let mut assumed = assumed(&columns, seen, options);
    // What the engine adds makes room for a log's own columns; a record is `raw` in every log.
    let is_raw = |column: &&Column| names::sql_name(&column.name) == Field::RAW;
    assumed.extend(columns.iter().filter(is_raw).map(|column| {
        format!("the log's own {} is the column {}, for raw is the whole record", quoted(&column.name), column.sql)
    }));
    Ok((columns, assumed))
}

/// What is taken for granted of the columns that are read as times, and of those that look like times and are not.
fn assumed(columns: &[Column], seen: &[Seen], options: &Options) -> Vec<String> {
    let date = match time_of(columns, seen) {
        Some(Source::Joined(date, _)) => Some(date),
        _ => None,
    };
    let is_read = |at: usize| columns[at].reading.kind == Kind::Time || date == Some(at);
    let read = || seen.iter().enumerate().filter(|(at, _)| is_read(*at)).map(|(_, seen)| seen);
    let shown = seen.iter().find_map(|seen| seen.shows().ok().flatten());
    let mut assumed = Vec::new();
    if options.timezone.is_none() && read().any(Seen::is_zoneless) {
        assumed.push(NO_ZONE.to_owned());
    }
    let unclear = read().find_map(|seen| seen.unclear());
    if let (None, None, Some(date)) = (options.day_first, shown, unclear) {
        assumed.push(format!(
            "dates such as {date} are read as month/day/year (read_log('FILE', day_first => true) states otherwise)"
        ));
    }
    // Where columns differ, one that shows nothing is in the order of the first that does.
    let differ = seen.iter().filter_map(|seen| seen.shows().ok().flatten()).any(|order| Some(order) != shown);
    let unsettled = read().find_map(|seen| seen.unclear().filter(|_| seen.shows() == Ok(None)));
    if let (None, true, Some(date)) = (options.day_first, differ, unsettled) {
        let order = if shown == Some(Order::DayFirst) { "day/month/year" } else { "month/day/year" };
        assumed.push(format!(
            "dates such as {date} are read as {order}, and other columns have other orders (read_log('FILE', day_first => true) states one)"
        ));
    }
    if let Some(time) = read().find_map(|seen| seen.in_named_zone()) {
        assumed.push(format!("zones such as that of {time} are those of North America"));
    }
    if options.columns.is_none() {
        assumed.extend(columns.iter().zip(seen).filter_map(|(column, seen)| no_time(column, seen)));
        let not_read = (0..columns.len()).filter(|at| !is_read(*at));
        assumed.extend(not_read.filter_map(|at| no_order(&columns[at], &seen[at])));
    }
    assumed
}

/// What is said of days that stand alone, and that text does not put into their order.
fn no_order(column: &Column, seen: &Seen) -> Option<String> {
    let day = seen.unordered().filter(|_| seen.are_days() && column.reading.kind == Kind::Text)?;
    let how = form(day, seen).map(|form| format!(": to_date({}, {form}", column.sql)).unwrap_or_default();
    Some(format!("{} is text, for days such as {day} have no time of day{how}", column.called()))
}

/// How such a day is read, if its parts are numbers and the year has four digits.
fn form(day: &str, seen: &Seen) -> Option<String> {
    let sign = day.chars().find(|letter| !letter.is_ascii_digit())?;
    let parts: Vec<&str> = day.split(sign).collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(is_number) || parts[2].len() != 4 {
        return None;
    }
    Some(match seen.shows().ok()? {
        _ if sign == '.' => "'DD.MM.YYYY') reads them".to_owned(),
        Some(Order::DayFirst) => format!("'DD{sign}MM{sign}YYYY') reads them"),
        Some(Order::MonthFirst) => format!("'MM{sign}DD{sign}YYYY') reads them"),
        None => format!("'MM{sign}DD{sign}YYYY') reads them if the month comes first"),
    })
}

/// What is said of a column that is called like a time and is none. A day or a time of day alone is what it is.
fn no_time(column: &Column, seen: &Seen) -> Option<String> {
    let is_called = usual::TIME.contains(&column.sql.as_str());
    if !is_called || column.reading.kind != Kind::Text || seen.are_days() || seen.are_times_of_day() {
        return None;
    }
    let name = column.called();
    match seen.other() {
        _ if seen.is_declared() => None,
        _ if seen.are_times_of_both_orders() => Some(format!(
            "{name} is text, for its dates are day/month and month/day (read_log('FILE', day_first => true) states one)"
        )),
        other => other.map(|(value, what)| format!("{name} is text, for '{value}' is not understood as {what}")),
    }
}

impl Table {
    /// A table of columns. What is seen of them decides which are the address and the user.
    pub(in crate::logs) fn new(mut columns: Vec<Column>, seen: &[Seen], assumed: Vec<String>) -> Self {
        // Of a heading alone, what is called as times are is one: a log that is empty today takes the statements of yesterday.
        let is_heading_alone = !seen.is_empty() && seen.iter().all(|seen| seen.values == 0);
        let called = |name: &&str| columns.iter().position(|column| column.sql == *name);
        if let Some(at) = usual::TIME.iter().find_map(called).filter(|_| is_heading_alone) {
            columns[at].reading.kind = Kind::Time;
        }
        let time = time_of(&columns, seen);
        let first = |names: &[&str], is: &dyn Fn(usize) -> bool| first(&columns, seen, names, is);
        let address = first(usual::ADDRESS, &|column| {
            let exact = columns[column].sql == Field::CLIENT_ADDRESS;
            columns[column].reading.kind == Kind::Text && (exact || seen.get(column).is_some_and(Seen::are_addresses))
        });
        let user = first(usual::USER, &|column| {
            Some(column) != address && matches!(columns[column].reading.kind, Kind::Text | Kind::Int)
        });
        let others = [address, user].map(|chosen| alike(&columns, chosen));
        let lead = [
            time.map(|source| {
                let field = Field::new(Field::TIME, Kind::Time, "When it happened, UTC.");
                (field.known(!is_heading_alone), source)
            }),
            address.map(|at| {
                let doc = "The address of the client, in its shortest form.";
                (Field::new(Field::CLIENT_ADDRESS, Kind::Text, doc), Source::Address(at))
            }),
            user.map(|at| (Field::new(Field::USER_NAME, Kind::Text, "Who, as the log has it."), Source::User(at))),
        ];
        let (mut fields, mut sources): (Vec<Field>, Vec<Source>) = lead.into_iter().flatten().unzip();
        let raw = std::iter::once(Field::RAW.to_owned());
        let mut taken: Taken = columns.iter().map(|column| column.sql.clone()).chain(raw).collect();
        for (at, column) in columns.iter_mut().enumerate() {
            // A column of that very name is the shared field.
            if let Some(same) = fields.iter().position(|field| field.name == column.sql) {
                let is_it = match sources[same] {
                    Source::Own(own) | Source::Address(own) | Source::User(own) => own == at,
                    Source::Joined(..) | Source::Raw => false,
                };
                if is_it {
                    continue;
                }
                let name = if column.sql == Field::TIME { "time_of_day" } else { &column.sql };
                column.sql = taken.free(name);
            }
            let field = Field::new(&column.sql, column.reading.kind, format!("{} of the file.", column.called()));
            let is_known = column.reading.kind != Kind::Text || seen.get(at).is_none_or(|seen| seen.values > 0);
            fields.push(field.known(is_known));
            sources.push(Source::Own(at));
        }
        fields.push(Field::new(Field::RAW, Kind::Text, "The record as it stands in the file."));
        sources.push(Source::Raw);
        Self { fields, sources, columns, others, assumed }
    }

    /// How many columns there are.
    pub(in crate::logs) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The first of the wanted fields that is made of a column.
    pub(in crate::logs) fn field_of(&self, wanted: &[usize], column: usize) -> Option<usize> {
        let is_of = |field: &usize| match self.sources.get(*field) {
            Some(Source::Own(at) | Source::Address(at) | Source::User(at)) => *at == column,
            Some(Source::Joined(date, of_day)) => [*date, *of_day].contains(&column),
            Some(Source::Raw) | None => false,
        };
        wanted.iter().copied().find(is_of)
    }

    /// By column, whether some fields are made of it.
    pub(in crate::logs) fn needed(&self, wanted: &[usize]) -> Vec<bool> {
        let mut needed = vec![false; self.columns.len()];
        for source in wanted.iter().filter_map(|field| self.sources.get(*field)) {
            match source {
                Source::Own(at) => needed[*at] = true,
                Source::Address(at) => self.all(*at, 0).for_each(|at| needed[at] = true),
                Source::User(at) => self.all(*at, 1).for_each(|at| needed[at] = true),
                Source::Joined(date, of_day) => (needed[*date], needed[*of_day]) = (true, true),
                Source::Raw => {}
            }
        }
        needed
    }

    /// A column, and those that stand in for it.
    fn all(&self, at: usize, of: usize) -> impl Iterator<Item = usize> {
        std::iter::once(at).chain(self.others[of].iter().copied())
    }

    /// The first of these columns that has something in a row; else the first.
    fn filled(&self, at: usize, of: usize, cells: &dyn Cells<'_>) -> usize {
        let has = |at: &usize| cells.cell(*at).is_some_and(|text| !is_nothing(text.trim()));
        if self.others[of].is_empty() { at } else { self.all(at, of).find(has).unwrap_or(at) }
    }

    /// Gives a row. A value that is not of its column's type is told once, whatever the fields that it would be in.
    pub(in crate::logs) fn give(&self, wanted: &[usize], line: u64, cells: &dyn Cells<'_>, sink: &mut dyn Sink) {
        let mut told: Vec<usize> = Vec::new();
        let mut values = Vec::with_capacity(wanted.len());
        for &field in wanted {
            let value = match self.sources.get(field) {
                None => Value::Null,
                Some(Source::Raw) => Value::Text(cells.raw()),
                Some(Source::Own(at)) => self.own(*at, field, line, cells, &mut told, sink),
                Some(Source::Joined(date, of_day)) => self.joined(field, line, (*date, *of_day), cells, sink),
                Some(Source::Address(at)) => self.address(self.filled(*at, 0, cells), field, line, cells, sink),
                Some(Source::User(at)) => user(self.filled(*at, 1, cells), cells),
            };
            values.push(value);
        }
        sink.row(line, &values);
    }

    fn own<'a>(
        &self,
        at: usize,
        field: usize,
        line: u64,
        cells: &dyn Cells<'a>,
        told: &mut Vec<usize>,
        sink: &mut dyn Sink,
    ) -> Value<'a> {
        let Some(text) = cells.cell(at) else { return Value::Null };
        let reading = &self.columns[at].reading;
        let read = if cells.is_quoted(at) { reading.read_quoted(text) } else { reading.read(text) };
        match read {
            Read::Value(value) => value,
            Read::Doubtful(value, doubt) => {
                if !told.contains(&at) {
                    told.push(at);
                    sink.doubtful(line, doubt);
                }
                value
            }
            Read::Contrary => {
                self.contrary(at, line, &cells.cell(at).unwrap_or_default(), sink);
                Value::Null
            }
            Read::Odd => {
                if !told.contains(&at) {
                    told.push(at);
                    sink.odd(line, field, &cells.cell(at).unwrap_or_default());
                }
                Value::Null
            }
        }
    }

    /// A date shows another order than the column has.
    fn contrary(&self, at: usize, line: u64, value: &str, sink: &mut dyn Sink) {
        let Column { name, sql, reading } = &self.columns[at];
        let name = if name.trim().is_empty() { sql } else { name };
        sink.contrary(line, name, value, matches!(reading.form, Form::Plain(Clock { order: Order::DayFirst, .. })));
    }

    fn address<'a>(&self, at: usize, field: usize, line: u64, cells: &dyn Cells<'a>, sink: &mut dyn Sink) -> Value<'a> {
        let Some(text) = cells.cell(at) else { return Value::Null };
        if let Some(address) = address::shortest(&text) {
            return Value::Text(address.into());
        }
        // Else the column itself has it.
        if self.columns[at].sql == Field::CLIENT_ADDRESS && !is_nothing(text.trim()) {
            sink.odd(line, field, &text);
        }
        Value::Null
    }

    fn joined<'a>(
        &self,
        field: usize,
        line: u64,
        (at, of_day): (usize, usize),
        cells: &dyn Cells<'a>,
        sink: &mut dyn Sink,
    ) -> Value<'a> {
        let (date, of_day) = match (cells.cell(at), cells.cell(of_day)) {
            (None, None) => return Value::Null,
            // Half of a time is none, which is told.
            (date, of_day) => (date.unwrap_or_default(), of_day.unwrap_or_default()),
        };
        if is_nothing(date.trim()) && is_nothing(of_day.trim()) {
            return Value::Null;
        }
        let both = format!("{} {}", date.trim(), of_day.trim());
        let read = match self.columns[at].reading.form {
            Form::Plain(clock) => clock.read(&both),
            _ => Dated::None,
        };
        match read {
            Dated::At(instant) => {
                instant.doubt.into_iter().for_each(|doubt| sink.doubtful(line, doubt));
                return Value::Time(instant.micros);
            }
            Dated::Contrary => self.contrary(at, line, &both, sink),
            Dated::None => sink.odd(line, field, &both),
        }
        Value::Null
    }
}

/// The first of the names; but not one that few records have, where more have another.
fn first(columns: &[Column], seen: &[Seen], names: &[&str], is: &dyn Fn(usize) -> bool) -> Option<usize> {
    let called = |name: &&str| columns.iter().position(|column| column.sql == **name);
    let values = |column: usize| seen.get(column).map_or(0, |seen| seen.values);
    let fit: Vec<usize> = names.iter().filter_map(called).filter(|column| is(*column)).collect();
    let most = fit.iter().map(|column| values(*column)).max()?;
    fit.into_iter().find(|column| values(*column) * 2 >= most)
}

/// Where the time of a record comes from.
fn time_of(columns: &[Column], seen: &[Seen]) -> Option<Source> {
    let is_time = |column: usize| columns[column].reading.kind == Kind::Time;
    let date = || first(columns, seen, usual::DATE, &|column| seen.get(column).is_some_and(Seen::are_days));
    let of_day = |column: usize| seen.get(column).is_some_and(Seen::are_times_of_day);
    let of_day = || first(columns, seen, usual::TIME_OF_DAY, &of_day);
    first(columns, seen, usual::TIME, &is_time)
        .map(Source::Own)
        .or_else(|| date().zip(of_day()).map(|(date, of_day)| Source::Joined(date, of_day)))
        .or_else(|| (0..columns.len()).find(|column| is_time(*column)).map(Source::Own))
}

/// Who, as it is written.
fn user<'a>(at: usize, cells: &dyn Cells<'a>) -> Value<'a> {
    match cells.cell(at) {
        Some(text) if is_nothing(text.trim()) => Value::Null,
        Some(text) if cells.is_quoted(at) => Value::Text(text),
        Some(text) => Value::Text(trimmed(text)),
        _ => Value::Null,
    }
}

/// The other columns of a file whose names are that of a column, otherwise written.
fn alike(columns: &[Column], chosen: Option<usize>) -> Vec<usize> {
    let Some(chosen) = chosen else { return Vec::new() };
    let name = names::sql_name(&columns[chosen].name);
    let is_alike = |at: &usize| *at != chosen && names::sql_name(&columns[*at].name) == name;
    (0..columns.len()).filter(is_alike).collect()
}

/// A name of the file in a sentence: no longer than one reads, and on one line.
pub(in crate::logs) fn quoted(name: &str) -> String {
    let short: String = name.chars().filter(|letter| !letter.is_control()).take(64).collect();
    format!("`{short}`")
}
