//! From what was typed to values: one, several between commas, or the lines of a file.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::kind::{Kind, span};
use super::query::Parameter;
use crate::engine::Value;
use crate::report::{Exit, Report};
use crate::time::read_instant;

/// Bytes of a file of values.
const LONGEST: u64 = 16 << 20;

/// The value of a parameter from all that was typed for it. Files are looked for below `folder`, if there is one.
///
/// # Errors
/// When a value does not fit the parameter's type, or a file cannot be read.
pub(super) fn read(parameter: &Parameter, typed: &[String], folder: Option<&Path>) -> Result<Value, Report> {
    if !parameter.list {
        return match typed {
            [one] => value(parameter, one, ""),
            _ => Err(Report::new(Exit::Usage, format!("{} is given {} times", parameter.flag(), typed.len()))
                .hint("it takes one value;")),
        };
    }
    let mut values = Vec::new();
    for typed in typed {
        match typed.strip_prefix('@') {
            Some(file) => of_file(parameter, file, folder, &mut values)?,
            None => {
                for one in typed.split(',').map(str::trim).filter(|one| !one.is_empty()) {
                    values.push(value(parameter, one, "")?);
                }
            }
        }
    }
    if values.is_empty() {
        return Err(Report::new(Exit::Usage, format!("{} has no values", parameter.flag()))
            .hint(format!("give {}, several with commas, or @FILE with one a line;", parameter.kind.doc())));
    }
    Ok(Value::List(values))
}

fn value(parameter: &Parameter, text: &str, place: &str) -> Result<Value, Report> {
    let kind = &parameter.kind;
    kind.read(text).ok_or_else(|| {
        let report = Report::new(
            Exit::Usage,
            format!("{} takes {}, not '{}'{place}", parameter.flag(), article(*kind), short(text)),
        );
        report.hint(format!("write {};", kind.doc()))
    })
}

/// The lines of a file. Blank ones and those that begin with # are none; what follows a blank or a comma is a remark.
fn of_file(parameter: &Parameter, file: &str, folder: Option<&Path>, values: &mut Vec<Value>) -> Result<(), Report> {
    let path = folder.map_or_else(|| file.into(), |folder| folder.join(file));
    let text = text_of(&path).map_err(|error| Report::of_file(format!("{} cannot be read", path.display()), &error))?;
    for (n, line) in text.strip_prefix('\u{feff}').unwrap_or(&text).lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // Texts may have blanks and commas in them.
        let one = match parameter.kind {
            Kind::Text | Kind::Time => line,
            _ => line.split([',', ';', '\t', ' ']).next().unwrap_or(line).trim_matches('"'),
        };
        values.push(value(parameter, one, &format!(" ({}, line {})", path.display(), n + 1))?);
    }
    Ok(())
}

/// A regular file of sensible length: a pipe could keep the program waiting for ever.
fn text_of(path: &Path) -> io::Result<String> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("it is longer than {} MiB", LONGEST >> 20)));
    }
    Ok(text)
}

fn article(kind: Kind) -> String {
    let name = kind.name();
    format!("{} {name}", if name.starts_with(['a', 'i']) { "an" } else { "a" })
}

fn short(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// A value without a declared type, as `\set` takes it, and what it was taken for: a number, true or false, a stretch of time
/// (which means an instant, that long ago), a time; in quotes or else text.
pub fn guessed(text: &str) -> (Value, &'static str) {
    let quoted = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).filter(|_| text.len() > 1);
    if let Some(inside) = quoted {
        return (Value::Text(inside.replace("''", "'")), "text");
    }
    if let Ok(number) = text.parse() {
        return (Value::Integer(number), "a number");
    }
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && !text.contains(char::is_alphabetic);
    if let Some(number) = text.parse().ok().filter(|_| is_number) {
        return (Value::Number(number), "a number");
    }
    match text {
        "true" => (Value::Boolean(true), "true"),
        "false" => (Value::Boolean(false), "false"),
        _ => match (span(text), read_instant(text)) {
            (Some(span), _) => (Value::Ago(span), "the time that long ago"),
            (_, Some(time)) => (Value::Time(time), "a time, UTC"),
            _ => (Value::Text(text.to_owned()), "text"),
        },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn ips() -> Parameter {
        Parameter {
            name: "ips".into(),
            kind: Kind::Address,
            list: true,
            optional: false,
            default: None,
            doc: String::new(),
        }
    }

    #[test]
    fn lists_are_typed_with_commas_or_read_from_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ips.txt"), "\u{feff}# bad ones\n\n192.0.2.1\r\n192.0.2.2, a remark\n").unwrap();
        let typed = ["192.0.2.9, 192.0.2.8".to_owned(), "@ips.txt".to_owned()];
        let texts = ["192.0.2.9", "192.0.2.8", "192.0.2.1", "192.0.2.2"].map(|text| Value::Text(text.into()));
        assert_eq!(read(&ips(), &typed, Some(folder.path())).unwrap(), Value::List(texts.into()));
        fs::write(folder.path().join("bad.txt"), "192.0.2.1\nx'); DROP\n").unwrap();
        let report = read(&ips(), &["@bad.txt".into()], Some(folder.path())).unwrap_err().to_string();
        assert!(report.contains("takes an address, not 'x')'") && report.contains("line 2"), "{report}");
        for (typed, what) in [("@none.txt", "cannot be read"), ("", "no values"), ("1.2.3", "takes an address")] {
            let report = read(&ips(), &[typed.to_owned()], Some(folder.path())).unwrap_err().to_string();
            assert!(report.contains(what), "{report}");
        }
    }

    #[test]
    fn a_variable_is_what_it_looks_like_and_text_in_quotes() {
        for (typed, expected) in [
            ("7", Value::Integer(7)),
            ("-0.5", Value::Number(-0.5)),
            ("true", Value::Boolean(true)),
            ("7d", Value::Ago(TimeDelta::days(7))),
            ("2026-05-01", Value::Time("2026-05-01T00:00:00Z".parse().unwrap())),
            ("'7d'", Value::Text("7d".into())),
            ("'it''s'", Value::Text("it's".into())),
            ("inf", Value::Text("inf".into())),
            ("ana@contoso.com", Value::Text("ana@contoso.com".into())),
            ("'", Value::Text("'".into())),
        ] {
            assert_eq!(guessed(typed).0, expected, "{typed}");
        }
    }
}
