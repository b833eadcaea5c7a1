//! A query in KQL, put into SQL with the words and values that its writer used, as far as its words are simple.
//!
//! What is not known here gives nothing, and whoever asks falls back to advice in general: half of a query would mislead. So
//! does one whose answer would differ: `!=` keeps what is empty there, a span of five days begins elsewhere.
//! Names of columns are those that the declarations know from exports of a workspace.

mod condition;
mod value;
mod words;

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;

use self::value::Kind;
use self::words::{Word, between_commas, words};
use crate::table::EntitySet;

/// The statement in SQL. `set` has the records of the table that it begins with, where they meet a condition.
pub(super) fn in_sql(text: &str, set: &EntitySet, only: Option<&str>) -> Option<String> {
    let mut words = words(text)?;
    while words.last() == Some(&Word::Sign(";")) {
        words.pop();
    }
    let mut steps = words.split(|word| *word == Word::Sign("|"));
    let [Word::Name(_)] = steps.next()? else { return None };
    let mut query = Query::of(set);
    query.conditions.extend(only.map(str::to_owned));
    steps.try_for_each(|step| query.take(step))?;
    let sql = query.text();
    // A name of its own may be a word of SQL.
    Parser::parse_sql(&PostgreSqlDialect {}, &sql).is_ok().then_some(sql)
}

/// The first step that is not put into words, as far as it can be named: `| mv-expand`.
pub(super) fn stops_at(text: &str, set: &EntitySet) -> Option<String> {
    let words = words(text)?;
    let mut query = Query::of(set);
    let mut steps = words.split(|word| *word == Word::Sign("|")).skip(1);
    let step = steps.find(|step| query.take(step).is_none())?;
    let [Word::Name(verb), rest @ ..] = step else { return None };
    Some(match rest {
        // `mv-expand`
        [Word::Sign("-"), Word::Name(more), ..] => format!("| {verb}-{more}"),
        _ => format!("| {verb}"),
    })
}

/// The text without its comments: from `//`, which is none in a text, to the end of the line.
pub(super) fn without_comments(text: &str) -> String {
    let (mut left, mut quote) = (String::with_capacity(text.len()), None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == '/' && chars.peek() == Some(&'/') => {
                while chars.next_if(|c| *c != '\n').is_some() {}
                continue;
            }
            None => {}
        }
        left.push(c);
    }
    left
}

/// What was said so far.
struct Query<'a> {
    set: &'a EntitySet,
    /// Names that the query gave itself to what can be written in their place, and its kind.
    extended: Vec<(String, String, Kind)>,
    /// Names of the result's columns.
    named: Vec<String>,
    conditions: Vec<String>,
    selected: Vec<String>,
    distinct: bool,
    /// Rows are summed up.
    summed: bool,
    groups: Vec<String>,
    order: Vec<String>,
    limit: Option<String>,
}

impl<'a> Query<'a> {
    fn of(set: &'a EntitySet) -> Self {
        let (extended, named, conditions, selected) = Default::default();
        let (groups, order, limit) = Default::default();
        Self { set, extended, named, conditions, selected, distinct: false, summed: false, groups, order, limit }
    }

    /// Takes a step; what would have to be a query around the query so far is not put into words.
    fn take(&mut self, step: &[Word<'_>]) -> Option<()> {
        let (Word::Name(verb), rest) = step.split_first()? else { return None };
        let is_open = self.limit.is_none() && self.order.is_empty();
        let is_plain = is_open && self.selected.is_empty();
        match (verb.to_ascii_lowercase().as_str(), rest) {
            ("where" | "filter", rest) if is_plain => self.conditions.push(self.condition(rest)?),
            ("extend", rest) if is_plain => self.extend(rest)?,
            ("project", rest) if is_plain => self.selected = self.items(rest)?,
            ("distinct", rest) if is_plain => (self.selected, self.distinct) = (self.items(rest)?, true),
            ("count", []) if is_plain => {
                self.selected.push("count(*)".into());
                self.summed = true;
            }
            ("summarize", rest) if is_plain => self.summarize(rest)?,
            ("order" | "sort", [Word::Name(by), rest @ ..]) if is_open && by.eq_ignore_ascii_case("by") => {
                self.order = self.orders(rest)?;
            }
            // What is summed up can be drawn; here that is no part of the statement.
            ("render", _) if self.summed => {}
            ("take" | "limit", [Word::Number(count)]) if self.limit.is_none() => self.limit = whole(count),
            ("top", [Word::Number(count), Word::Name(by), rest @ ..]) if is_open && by.eq_ignore_ascii_case("by") => {
                self.order = self.orders(rest)?;
                self.limit = whole(count);
            }
            _ => return None,
        }
        // A number that is none was meant to be one.
        (self.limit.is_some() || !matches!(verb.to_ascii_lowercase().as_str(), "take" | "limit" | "top")).then_some(())
    }

    fn extend(&mut self, rest: &[Word<'_>]) -> Option<()> {
        for item in between_commas(rest) {
            let [Word::Name(name), Word::Sign("="), rest @ ..] = item else { return None };
            let (text, kind) = self.whole_value(rest)?;
            self.extended.retain(|(known, ..)| known != name);
            self.extended.push(((*name).to_owned(), text, kind));
        }
        Some(())
    }

    fn summarize(&mut self, rest: &[Word<'_>]) -> Option<()> {
        let by = rest.iter().position(|word| matches!(word, Word::Name(name) if name.eq_ignore_ascii_case("by")));
        let (sums, groups) = by.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
        if by.is_some() && groups.is_empty() {
            return None;
        }
        let groups = if groups.is_empty() { Vec::new() } else { self.items(groups)? };
        self.groups = (1..=groups.len()).map(|at| at.to_string()).collect();
        self.selected = groups;
        for item in if sums.is_empty() { Vec::new() } else { between_commas(sums) } {
            let sum = match item {
                [Word::Name(name), Word::Sign("="), rest @ ..] => {
                    self.named.push((*name).to_owned());
                    format!("{} AS {name}", self.sum(rest)?)
                }
                // The name that KQL gives.
                [Word::Name("count"), Word::Sign("("), Word::Sign(")")] => {
                    self.named.push("count_".into());
                    "count(*) AS count_".into()
                }
                rest => self.sum(rest)?,
            };
            self.selected.push(sum);
        }
        self.summed = true;
        (!self.selected.is_empty()).then_some(())
    }

    /// Values with commas between them, some with a name: `who = UserPrincipalName`.
    fn items(&mut self, words: &[Word<'_>]) -> Option<Vec<String>> {
        let mut items = Vec::new();
        for item in between_commas(words) {
            items.push(match item {
                [Word::Name(name), Word::Sign("="), rest @ ..] => {
                    let (text, _) = self.whole_value(rest)?;
                    self.named.push((*name).to_owned());
                    format!("{text} AS {name}")
                }
                [Word::Name(name)] if self.extended.iter().any(|(known, ..)| known == name) => {
                    self.named.push((*name).to_owned());
                    format!("{} AS {name}", self.whole_value(item)?.0)
                }
                rest => self.whole_value(rest)?.0,
            });
        }
        Some(items)
    }

    /// Descending unless it says otherwise, as there.
    fn orders(&self, words: &[Word<'_>]) -> Option<Vec<String>> {
        let order = |item: &[Word<'_>]| {
            let (expression, way) = match item {
                [rest @ .., Word::Name(way @ ("asc" | "desc"))] if !rest.is_empty() => (rest, *way),
                rest => (rest, "desc"),
            };
            let text = match expression {
                [Word::Name(name)] if self.named.iter().any(|named| named == name) => (*name).to_owned(),
                expression if self.summed => self.sum(expression).or_else(|| Some(self.whole_value(expression)?.0))?,
                expression => self.whole_value(expression)?.0,
            };
            // Of rows that were put together nothing else is left to order by.
            let is_left = self.selected.contains(&text) || self.named.contains(&text);
            let can = !(self.distinct || self.summed) || is_left;
            can.then(|| format!("{text}{}", if way == "desc" { " DESC" } else { "" }))
        };
        between_commas(words).into_iter().map(order).collect()
    }

    fn text(&self) -> String {
        let extended = self.extended.iter().map(|(name, text, _)| format!("{text} AS {name}"));
        let selected: Vec<String> = match self.selected.as_slice() {
            [] => std::iter::once("*".to_owned()).chain(extended).collect(),
            selected => selected.to_vec(),
        };
        let distinct = if self.distinct { "DISTINCT " } else { "" };
        let mut text = format!("SELECT {distinct}{} FROM {}", selected.join(", "), self.set.qualified());
        let mut part = |word: &str, of: &[String], between: &str| {
            if !of.is_empty() {
                text.push_str(&format!(" {word} {}", of.join(between)));
            }
        };
        part("WHERE", &self.conditions, " AND ");
        part("GROUP BY", &self.groups, ", ");
        part("ORDER BY", &self.order, ", ");
        part("LIMIT", self.limit.as_slice(), "");
        text
    }
}

/// A number of rows.
fn whole(count: &str) -> Option<String> {
    count.parse::<u64>().ok().map(|count| count.to_string())
}

/// A text of SQL.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests;
