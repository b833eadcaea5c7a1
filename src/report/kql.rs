//! A query in KQL, put into SQL with the words and values that its writer used, as far as its words are simple.
//!
//! What is not known here gives nothing, and whoever asks falls back to advice in general: half of a query would mislead.

use super::elsewhere;

/// A word, a sign or a value of KQL.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Word<'a> {
    Name(&'a str),
    Text(String),
    Number(&'a str),
    /// `7d`
    Span(&'a str),
    Sign(&'a str),
}

/// Signs, longest first.
const SIGNS: &[&str] =
    &["==", "=~", "!=", "!~", "<>", "<=", ">=", "<", ">", "|", "(", ")", ",", "=", "!", "+", "-", "*", "/", ".", ";"];

/// The statement in SQL. `columns` are the names of the table's columns, `table` its own.
pub(super) fn in_sql(text: &str, table: &str, columns: &[&str]) -> Option<String> {
    let mut words = words(text)?;
    while words.last() == Some(&Word::Sign(";")) {
        words.pop();
    }
    let mut steps = words.split(|word| *word == Word::Sign("|"));
    let [Word::Name(_)] = steps.next()? else { return None };
    let mut query = Query { columns, ..Query::default() };
    steps.try_for_each(|step| query.take(step))?;
    Some(query.text(table))
}

fn words(text: &str) -> Option<Vec<Word<'_>>> {
    let (mut found, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let (word, length) = if let Some(quote) = Some(first).filter(|c| ['"', '\''].contains(c)) {
            let length = rest[1..].find(quote)?;
            // What a backslash means in there is not what it means in SQL.
            let inner = Some(&rest[1..=length]).filter(|inner| !inner.contains('\\'))?;
            (Word::Text(inner.to_owned()), length + 2)
        } else if first.is_ascii_digit() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let unit = rest[digits..].find(|c: char| !c.is_ascii_alphanumeric()).map_or(rest.len(), |at| digits + at);
            let is_span = ["d", "h", "m", "s", "ms"].contains(&&rest[digits..unit]);
            match (unit == digits, is_span) {
                (true, _) => (Word::Number(&rest[..digits]), digits),
                (_, true) => (Word::Span(&rest[..unit]), unit),
                _ => return None,
            }
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            (Word::Name(&rest[..length]), length)
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            (Word::Sign(sign), sign.len())
        };
        found.push(word);
        rest = rest[length..].trim_start();
    }
    Some(found)
}

#[derive(Debug, Default)]
struct Query<'a> {
    columns: &'a [&'a str],
    /// Names that the query gave itself.
    named: Vec<String>,
    conditions: Vec<String>,
    selected: Vec<String>,
    distinct: bool,
    groups: Vec<String>,
    order: Vec<String>,
    limit: Option<String>,
}

impl Query<'_> {
    /// Takes a step; what would have to be a query around the query so far is not put into words.
    fn take(&mut self, step: &[Word<'_>]) -> Option<()> {
        let (Word::Name(verb), rest) = step.split_first()? else { return None };
        let is_open = self.limit.is_none() && self.order.is_empty();
        let is_plain = is_open && self.selected.is_empty();
        match (verb.to_ascii_lowercase().as_str(), rest) {
            ("where" | "filter", rest) if is_plain => self.conditions.push(self.condition(rest)?),
            ("project", rest) if is_plain => self.selected = self.items(rest)?,
            ("distinct", rest) if is_plain => (self.selected, self.distinct) = (self.items(rest)?, true),
            ("count", []) if is_plain => self.selected.push("count(*)".into()),
            ("summarize", rest) if is_plain => self.summarize(rest)?,
            ("order" | "sort", [Word::Name(by), rest @ ..]) if is_open && by.eq_ignore_ascii_case("by") => {
                self.order = self.orders(rest)?;
            }
            ("take" | "limit", [Word::Number(count)]) if self.limit.is_none() => self.limit = Some((*count).into()),
            ("top", [Word::Number(count), Word::Name(by), rest @ ..]) if is_open && by.eq_ignore_ascii_case("by") => {
                self.order = self.orders(rest)?;
                self.limit = Some((*count).into());
            }
            _ => return None,
        }
        Some(())
    }

    fn summarize(&mut self, rest: &[Word<'_>]) -> Option<()> {
        let by = rest.iter().position(|word| matches!(word, Word::Name(name) if name.eq_ignore_ascii_case("by")));
        let (sums, groups) = by.map_or((rest, &[][..]), |at| (&rest[..at], &rest[at + 1..]));
        let groups = if groups.is_empty() { Vec::new() } else { self.items(groups)? };
        self.groups = (1..=groups.len()).map(|at| at.to_string()).collect();
        self.selected = groups;
        let sums = self.items(sums)?;
        self.selected.extend(sums);
        Some(())
    }

    /// Expressions with commas between them, some with a name: `n = count()`.
    fn items(&mut self, words: &[Word<'_>]) -> Option<Vec<String>> {
        let mut items = Vec::new();
        for item in between_commas(words) {
            items.push(match item {
                [Word::Name(name), Word::Sign("="), rest @ ..] => {
                    self.named.push((*name).to_owned());
                    format!("{} AS {name}", self.expression(rest)?)
                }
                // The name that KQL gives.
                [Word::Name(count), Word::Sign("("), Word::Sign(")")] if *count == "count" => {
                    self.named.push("count_".into());
                    "count(*) AS count_".into()
                }
                rest => self.expression(rest)?,
            });
        }
        Some(items)
    }

    /// Descending unless it says otherwise, as there.
    fn orders(&self, words: &[Word<'_>]) -> Option<Vec<String>> {
        let order = |item: &[Word<'_>]| {
            let (expression, way) = match item {
                [rest @ .., Word::Name(way)] if ["asc", "desc"].contains(way) && !rest.is_empty() => (rest, *way),
                rest => (rest, "desc"),
            };
            Some(format!("{}{}", self.expression(expression)?, if way == "desc" { " DESC" } else { "" }))
        };
        between_commas(words).into_iter().map(order).collect()
    }

    fn condition(&self, words: &[Word<'_>]) -> Option<String> {
        let mut said: Vec<String> = Vec::new();
        let mut rest = words;
        while let Some((first, after)) = rest.split_first() {
            let (text, left) = match (first, after) {
                (Word::Sign("("), after) => ("(".to_owned(), after),
                (Word::Sign(")"), after) => (")".to_owned(), after),
                (Word::Name(word), after) if ["and", "or", "not"].contains(word) => (word.to_uppercase(), after),
                _ => self.test(rest)?,
            };
            said.push(text);
            rest = left;
        }
        let text = said.join(" ").replace("( ", "(").replace(" )", ")");
        // AND binds more tightly, also than what other conditions are put behind it.
        Some(if said.iter().any(|word| word == "OR") { format!("({text})") } else { text })
    }

    /// One comparison and what follows it.
    fn test<'w, 'a>(&self, words: &'w [Word<'a>]) -> Option<(String, &'w [Word<'a>])> {
        let (left, rest) = self.operand(words)?;
        let like = |pattern: String| format!("{left} ILIKE '{}'", pattern.replace('\'', "''"));
        let plain = |text: &str| !text.contains(['%', '_', '\\']);
        Some(match rest {
            [Word::Name(list), Word::Sign("("), rest @ ..] if *list == "in" => {
                let end = rest.iter().position(|word| *word == Word::Sign(")"))?;
                let values = between_commas(&rest[..end]).into_iter();
                let values = values.map(|value| self.expression(value)).collect::<Option<Vec<_>>>()?;
                (format!("{left} IN ({})", values.join(", ")), &rest[end + 1..])
            }
            [Word::Name(word), Word::Text(text), rest @ ..] if plain(text) => {
                match word.to_ascii_lowercase().as_str() {
                    "contains" => (like(format!("%{text}%")), rest),
                    "startswith" => (like(format!("{text}%")), rest),
                    "endswith" => (like(format!("%{text}")), rest),
                    "has" if text.chars().all(char::is_alphanumeric) => (format!("{left} ~* '\\b{text}\\b'"), rest),
                    _ => return None,
                }
            }
            [Word::Sign("=~"), Word::Text(text), rest @ ..] => {
                (format!("lower({left}) = {}", quoted(&text.to_lowercase())), rest)
            }
            // A condition that is one by itself.
            [] | [Word::Sign(")"), ..] if !left.starts_with('\'') => (left, rest),
            [Word::Name(word), ..] if ["and", "or"].contains(word) && !left.starts_with('\'') => (left, rest),
            [Word::Sign(sign), rest @ ..] => {
                let sign = match *sign {
                    "==" => "=",
                    "!=" => "<>",
                    sign if ["<", "<=", ">", ">=", "<>"].contains(&sign) => sign,
                    _ => return None,
                };
                let (right, rest) = self.operand(rest)?;
                (format!("{left} {sign} {right}"), rest)
            }
            _ => return None,
        })
    }

    fn expression(&self, words: &[Word<'_>]) -> Option<String> {
        self.operand(words).filter(|(_, rest)| rest.is_empty()).map(|(text, _)| text)
    }

    /// A value, a column or a call, and what follows it.
    fn operand<'w, 'a>(&self, words: &'w [Word<'a>]) -> Option<(String, &'w [Word<'a>])> {
        Some(match words {
            [Word::Text(text), rest @ ..] => (quoted(text), rest),
            [Word::Number(number), rest @ ..] => ((*number).to_owned(), rest),
            [Word::Name(name), Word::Sign("("), rest @ ..] => {
                let end = rest.iter().position(|word| *word == Word::Sign(")"))?;
                (self.call(name, &rest[..end])?, &rest[end + 1..])
            }
            [Word::Name(name), Word::Sign("."), Word::Name(field), rest @ ..] => {
                (format!("{}.{}", self.column(name)?, snake(field)), rest)
            }
            [Word::Name(name), rest @ ..] if ["true", "false"].contains(name) => ((*name).to_owned(), rest),
            [Word::Name(name), rest @ ..] => (self.column(name)?, rest),
            _ => return None,
        })
    }

    fn call(&self, name: &str, given: &[Word<'_>]) -> Option<String> {
        let one = || self.expression(given);
        Some(match (name.to_ascii_lowercase().as_str(), given) {
            ("ago", [Word::Span(span)]) => format!("ago('{span}')"),
            ("now", []) => "now()".into(),
            ("datetime", [Word::Text(text)]) => quoted(text),
            ("bin", [column @ .., Word::Sign(","), Word::Span(span)]) => {
                format!("bin({}, '{span}')", self.expression(column)?)
            }
            ("count", []) => "count(*)".into(),
            ("dcount", _) => format!("count(DISTINCT {})", one()?),
            ("tolower", _) => format!("lower({})", one()?),
            ("toupper", _) => format!("upper({})", one()?),
            ("min" | "max" | "sum" | "avg", _) => format!("{}({})", name.to_ascii_lowercase(), one()?),
            ("isnotempty", _) => format!("{} <> ''", one()?),
            ("isnotnull", _) => format!("{} IS NOT NULL", one()?),
            ("isnull", _) => format!("{} IS NULL", one()?),
            _ => return None,
        })
    }

    fn column(&self, name: &str) -> Option<String> {
        if let Some(named) = self.named.iter().find(|named| *named == name) {
            return Some(named.clone());
        }
        let plain = snake(name);
        if self.columns.contains(&plain.as_str()) {
            return Some(plain);
        }
        elsewhere::column(name, self.columns)
    }

    fn text(&self, table: &str) -> String {
        let selected = if self.selected.is_empty() { "*".to_owned() } else { self.selected.join(", ") };
        let mut text = format!("SELECT {}{selected} FROM {table}", if self.distinct { "DISTINCT " } else { "" });
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

/// The parts of a list, whose calls may have commas of their own.
fn between_commas<'w, 'a>(words: &'w [Word<'a>]) -> Vec<&'w [Word<'a>]> {
    let mut depth = 0_i32;
    let parts = words.split(|word| {
        depth += match word {
            Word::Sign("(") => 1,
            Word::Sign(")") => -1,
            _ => 0,
        };
        depth == 0 && *word == Word::Sign(",")
    });
    parts.collect()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `UserPrincipalName` as `user_principal_name`.
fn snake(name: &str) -> String {
    let mut text = String::new();
    let mut before = '_';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
        before = c;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] =
        &["id", "created_date_time", "user_principal_name", "ip_address", "app_display_name", "status", "location"];

    #[test]
    fn simple_words_become_sql_with_the_values_that_were_typed() {
        for (kql, sql) in [
            (
                "SigninLogs | where UserPrincipalName == \"o'neil@a.example\" | take 10",
                "SELECT * FROM entra.sign_ins WHERE user_principal_name = 'o''neil@a.example' LIMIT 10",
            ),
            (
                "SigninLogs\n| where TimeGenerated > ago(7d) and ResultType != 0\n| where IPAddress in ('1.2.3.4', '5.6.7.8')\n\
                 | project TimeGenerated, who = UserPrincipalName",
                "SELECT created_date_time, user_principal_name AS who FROM entra.sign_ins WHERE created_date_time > ago('7d') \
                 AND status.error_code <> 0 AND ip_address IN ('1.2.3.4', '5.6.7.8')",
            ),
            (
                "SigninLogs | where AppDisplayName contains 'Portal' or AppDisplayName =~ \"Teams\" | where IPAddress startswith '10.' \
                 | summarize n = count(), dcount(UserPrincipalName) by IPAddress, bin(TimeGenerated, 1h) | order by n | limit 5;",
                "SELECT ip_address, bin(created_date_time, '1h'), count(*) AS n, count(DISTINCT user_principal_name) FROM \
                 entra.sign_ins WHERE (app_display_name ILIKE '%Portal%' OR lower(app_display_name) = 'teams') AND \
                 ip_address ILIKE '10.%' GROUP BY 1, 2 ORDER BY n DESC LIMIT 5",
            ),
            (
                "SigninLogs | summarize count() by IPAddress | top 3 by count_ asc",
                "SELECT ip_address, count(*) AS count_ FROM entra.sign_ins GROUP BY 1 ORDER BY count_ LIMIT 3",
            ),
            ("SigninLogs | distinct IPAddress", "SELECT DISTINCT ip_address FROM entra.sign_ins"),
            ("SigninLogs | count", "SELECT count(*) FROM entra.sign_ins"),
            (
                "SigninLogs | where Status.errorCode == 0 and not(isnull(IPAddress))",
                "SELECT * FROM entra.sign_ins WHERE status.error_code = 0 AND NOT (ip_address IS NULL)",
            ),
        ] {
            assert_eq!(in_sql(kql, "entra.sign_ins", COLUMNS).as_deref(), Some(sql), "{kql}");
        }
    }

    #[test]
    fn what_is_not_known_gives_nothing_rather_than_a_half() {
        for kql in [
            "SigninLogs | where NoColumn == 1",
            "SigninLogs | extend x = 1",
            "SigninLogs | take 5 | where IPAddress == '1.2.3.4'",
            "SigninLogs | summarize count() by IPAddress | where count_ > 3",
            "SigninLogs | where IPAddress matches regex 'a'",
            "SigninLogs | where UserPrincipalName == \"a\\\"b\"",
            "SigninLogs | where UserPrincipalName contains 'a_b'",
            "SigninLogs | join (AuditLogs) on IPAddress",
            "SigninLogs | where 'a'",
            "SigninLogs | where UserPrincipalName == 'a",
            "union A, B | take 1",
            "",
        ] {
            assert_eq!(in_sql(kql, "entra.sign_ins", COLUMNS), None, "{kql}");
        }
    }
}
