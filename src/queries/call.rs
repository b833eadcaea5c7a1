//! A query as it is called: `password-spray --since 14d --ips @bad.txt --explain`.

use std::path::Path;

use super::query::{Parameter, Query};
use super::values;
use crate::engine::{Parameters, Value};
use crate::report::{Exit, Report, nearest};

/// A query with the values that it is to be run with.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The values of all its parameters.
    pub parameters: Parameters,
    /// Only show what would be requested.
    pub explain: bool,
}

impl Call {
    /// Words that are no parameters: what is done with a query is said by them.
    pub const RESERVED: &[&str] = &["explain", "help"];

    /// Reads the words behind a query's name. Files of values are looked for below `folder`, if there is one.
    ///
    /// # Errors
    /// When there is no such parameter, a value does not fit, or one is missing; each says what the query takes.
    pub fn read(query: &Query, words: &[String], folder: Option<&Path>) -> Result<Self, Report> {
        let mut typed: Vec<(&Parameter, Vec<String>)> = Vec::new();
        let (mut explain, mut rest) = (false, words.iter());
        while let Some(word) = rest.next() {
            if word == "--explain" {
                explain = true;
                continue;
            }
            let Some(flag) = word.strip_prefix("--") else {
                let what = format!("'{}' stands where a parameter was expected", word.trim_end_matches('='));
                return Err(takes(Report::new(Exit::Usage, what), query));
            };
            let (name, value) = flag.split_once('=').map_or((flag, None), |(name, value)| (name, Some(value)));
            let name = name.replace('-', "_");
            let Some(parameter) = query.parameter(&name) else { return Err(unknown(query, &name)) };
            let Some(value) = value.map(str::to_owned).or_else(|| rest.next().cloned()) else {
                return Err(takes(Report::new(Exit::Usage, format!("--{name} has no value")), query));
            };
            match typed.iter_mut().find(|(other, _)| other.name == parameter.name) {
                Some((_, values)) => values.push(value),
                None => typed.push((parameter, vec![value])),
            }
        }
        let mut parameters = Parameters::default();
        for parameter in &query.parameters {
            let given =
                typed.iter().find(|(other, _)| other.name == parameter.name).map(|(_, values)| values.as_slice());
            let value = match (given, &parameter.default) {
                (Some(values), _) => values::read(parameter, values, folder).map_err(|report| takes(report, query))?,
                (None, Some(default)) => values::read(parameter, std::slice::from_ref(default), None)?,
                (None, None) if parameter.optional && parameter.list => Value::List(Vec::new()),
                (None, None) if parameter.optional => Value::Nothing,
                (None, None) => {
                    let what = format!("{} needs {} {}", query.name, parameter.flag(), parameter.placeholder());
                    return Err(takes(Report::new(Exit::Usage, what), query));
                }
            };
            parameters.set(&parameter.name, value);
        }
        Ok(Self { parameters, explain })
    }
}

fn unknown(query: &Query, name: &str) -> Report {
    let report = Report::new(Exit::Usage, format!("{} has no parameter --{}", query.name, name.replace('_', "-")));
    let names = query.parameters.iter().map(|parameter| (parameter.name.as_str(), parameter.name.as_str()));
    let report = match nearest(name, names) {
        Some(near) => report.hint(format!("did you mean --{}?", near.replace('_', "-"))),
        None => report,
    };
    takes(report, query)
}

/// The report, with what the query takes.
fn takes(report: Report, query: &Query) -> Report {
    let one = |parameter: &Parameter| {
        let form = format!("{} {}", parameter.flag(), parameter.placeholder());
        match &parameter.default {
            Some(default) => format!("[{form}, else {default}]"),
            None if parameter.optional => format!("[{form}]"),
            None => form,
        }
    };
    let all: Vec<String> = query.parameters.iter().map(one).collect();
    let takes = if all.is_empty() { "no parameters".to_owned() } else { all.join(" ") };
    let usage = format!("{} takes {takes}", query.name);
    let hint = report.hint.as_ref().map_or(usage.clone(), |hint| format!("{hint} {usage}"));
    report.hint(hint)
}

/// The words of a line, as a shell cuts it: blanks separate, quotes of both kinds keep together, nothing is replaced.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut open): (Option<String>, Option<char>) = (None, None);
    for c in line.chars() {
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (None, '\'' | '"') => {
                open = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn query() -> Query {
        let header = "-- title: x\n-- parameter: since time = 7d; from then on\n-- parameter: user user; who\n\
            -- parameter: ips address[]?; only these\n-- parameter: at_least integer?; how many\n";
        Query::parse("spray", &format!("{header}SELECT :since, :user, :ips IS NULL, :at_least")).unwrap()
    }

    fn call(line: &str) -> Result<Call, String> {
        Call::read(&query(), &words(line), None).map_err(|report| report.to_string())
    }

    #[test]
    fn values_defaults_and_what_was_left_out() {
        let call = call("--user Ana@x --ips 192.0.2.1,192.0.2.2 --ips=192.0.2.3 --explain").unwrap();
        let get = |name: &str| call.parameters.get(name).cloned().unwrap();
        assert_eq!(get("since"), Value::Ago(TimeDelta::days(7)));
        assert_eq!(get("user"), Value::Text("ana@x".into()));
        assert!(matches!(get("ips"), Value::List(ips) if ips.len() == 3));
        assert_eq!((get("at_least"), call.explain), (Value::Nothing, true));
    }

    #[test]
    fn every_refusal_says_what_the_query_takes() {
        for (line, what) in [
            ("", "spray needs --user USER"),
            ("--usr a@x", "did you mean --user?"),
            ("--user ana", "takes a user, not 'ana'"),
            ("--user a@x --user b@x", "given 2 times"),
            ("--user", "has no value"),
            ("ana@x", "stands where a parameter was expected"),
            ("--user a@x --since soon", "a time such as 2026-11-20"),
            ("--user a@x --at-least many", "takes an integer"),
        ] {
            let report = call(line).unwrap_err();
            assert!(
                report.contains(what) && report.contains("spray takes [--since TIME, else 7d] --user USER"),
                "{line}: {report}"
            );
        }
    }

    #[test]
    fn a_line_is_cut_like_in_a_shell() {
        assert_eq!(words("a  'b c' \"d'e\" f=''g '"), ["a", "b c", "d'e", "f=g", ""]);
        assert_eq!(words("--user o\"'\"neil@x"), ["--user", "o'neil@x"]);
    }
}
