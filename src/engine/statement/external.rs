//! `CREATE EXTERNAL TABLE`: what is claimed of a file and not checked, and whether a CSV file begins with a heading.
//!
//! DataFusion takes the first line of every CSV file for a heading unless told otherwise, also where the columns are
//! declared: of a list of addresses the first would be missing without a word. So the file decides, if its first lines
//! prove it, or the statement has to.

use std::fs::File;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;

use datafusion::logical_expr::{CreateExternalTable, DdlStatement, LogicalPlan};

use crate::engine::error::Error;
use crate::exports;

/// Bytes of a file that are looked at, and lines of them.
const LOOKED_AT: u64 = 64 << 10;
const LINES: usize = 100;
/// A run of hexadecimal digits from here on is a hash or an id.
const HASH: usize = 16;

const HEADING: &str = "format.has_header";
const SAY_IT: &str = "OPTIONS ('format.has_header' 'true') says that it is, 'false' that it is a row";

/// The plan with what is known of its file.
pub(crate) fn settled(plan: LogicalPlan) -> Result<LogicalPlan, Error> {
    let LogicalPlan::Ddl(DdlStatement::CreateExternalTable(mut table)) = plan else { return Ok(plan) };
    checked(&table)?;
    let said = table.options.keys().any(|key| key.to_lowercase().ends_with("has_header"));
    if table.file_type.eq_ignore_ascii_case("csv") && !said {
        let heading = heading(&table)?;
        table.options.insert(HEADING.into(), heading.to_string());
    }
    Ok(LogicalPlan::Ddl(DdlStatement::CreateExternalTable(table)))
}

/// What would be taken on trust is refused: an order or a key that the file does not keep makes answers wrong.
fn checked(table: &CreateExternalTable) -> Result<(), Error> {
    let is_missing = |location: &&String| !location.contains(['*', '?', '[']) && !local(location).exists();
    if let Some(location) = table.locations.iter().find(is_missing) {
        return Err(refused(
            format!("there is no file {location}"),
            "LOCATION takes a path relative to the working folder",
        ));
    }
    let claim = if !table.order_exprs.is_empty() {
        "WITH ORDER"
    } else if !table.constraints.is_empty() {
        "a constraint"
    } else {
        return Ok(());
    };
    Err(refused(format!("{claim} is not checked against the file"), "remove it: rows are read as they are"))
}

fn local(location: &str) -> &Path {
    Path::new(location.strip_prefix("file://").unwrap_or(location))
}

fn refused(what: impl Into<String>, instead: impl Into<String>) -> Error {
    Error::Dialect { what: what.into(), instead: instead.into() }
}

/// Whether the first line of the table's file is a heading.
fn heading(table: &CreateExternalTable) -> Result<bool, Error> {
    let declared: Vec<&str> = table.schema.fields().iter().map(|field| field.name().as_str()).collect();
    let unknown = |what: String| refused(what, SAY_IT);
    let [location] = table.locations.as_slice() else {
        return Err(unknown("say whether the files begin with a heading".into()));
    };
    let path = local(location);
    // What is no plain file (a folder, a pattern, a pipe) is not opened here.
    if !path.is_file() {
        return Err(unknown(format!("say whether {} begins with a heading", path.display())));
    }
    let delimiter = table.options.get("format.delimiter").and_then(|text| text.bytes().next()).unwrap_or(b',');
    let lines = lines(path, delimiter).unwrap_or_default();
    match first_line(&lines, &declared) {
        First::Heading => Ok(true),
        First::Row => Ok(false),
        First::Unknown => {
            Err(unknown(format!("whether the first line of {} is a heading cannot be told", path.display())))
        }
    }
}

/// The first lines of a file, as far as they can be read.
fn lines(path: &Path, delimiter: u8) -> std::io::Result<Vec<Vec<String>>> {
    let mut head = Vec::new();
    File::open(path)?.take(LOOKED_AT).read_to_end(&mut head)?;
    if head.len() as u64 == LOOKED_AT {
        // The last line is cut.
        head.truncate(head.iter().rposition(|byte| *byte == b'\n').map_or(head.len(), |at| at + 1));
    }
    Ok(exports::first_rows(&head, delimiter, LINES))
}

/// What the first line is.
#[derive(Debug, PartialEq, Eq)]
enum First {
    Heading,
    Row,
    Unknown,
}

/// A line with a value in it is a row. One of names is a heading if it has the declared names, or if all that stands below
/// one of the names is values.
fn first_line(lines: &[Vec<String>], declared: &[&str]) -> First {
    let Some((first, rest)) = lines.split_first() else { return First::Row };
    let is_declared = |(field, name): (&String, &&str)| field.trim().eq_ignore_ascii_case(name);
    if first.len() == declared.len() && first.iter().zip(declared).all(is_declared) {
        return First::Heading;
    }
    if first.iter().any(|field| is_value(field)) {
        return First::Row;
    }
    let all_values = |at: usize| {
        let mut below = rest.iter().filter_map(|line| line.get(at)).filter(|field| !field.trim().is_empty()).peekable();
        below.peek().is_some() && below.all(|field| is_value(field))
    };
    let named = |at: &usize| first.get(*at).is_some_and(|field| !field.trim().is_empty());
    if (0..first.len()).filter(named).any(all_values) { First::Heading } else { First::Unknown }
}

/// Whether a field is what no column would be called: a number, a time, an address, a mail address, a hash or an id.
fn is_value(field: &str) -> bool {
    let field = field.trim();
    let hexadecimal = || field.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-') && field.len() >= HASH;
    field.parse::<f64>().is_ok()
        || field.parse::<IpAddr>().is_ok()
        || field.contains(['@', '/', '\\'])
        || field.starts_with(|c: char| c.is_ascii_digit())
        || hexadecimal()
        || matches!(field.to_ascii_lowercase().as_str(), "true" | "false" | "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, declared: &[&str]) -> First {
        first_line(&exports::first_rows(text.as_bytes(), b',', LINES), declared)
    }

    #[test]
    fn the_first_line_is_a_heading_only_if_that_is_proved() {
        for (text, declared, expected) in [
            ("203.0.113.91\n198.51.100.7\n", &["ip"][..], First::Row),
            ("2001:db8::1\n", &[], First::Row),
            ("ip\n203.0.113.91\n", &["address"], First::Heading),
            ("ip\nalice\n", &["IP"], First::Heading),
            ("alice\nbob\n", &["name"], First::Unknown),
            ("alice\nbob\n", &[], First::Unknown),
            ("evil.example\nbad.example\n", &["domain"], First::Unknown),
            ("a@b.example\n", &["who"], First::Row),
            ("d41d8cd98f00b204e9800998ecf8427e\n", &["hash"], First::Row),
            ("7f000001-0000-4000-8000-000000000001,x\n", &["id", "name"], First::Row),
            ("time,user,ip\n2026-05-01T00:00:00Z,alice,203.0.113.9\n", &[], First::Heading),
            (",time\n0,2026-05-01\n", &[], First::Heading),
            ("time,user\n", &[], First::Unknown),
            ("inf,user\n", &[], First::Row),
            ("", &["ip"], First::Row),
        ] {
            assert_eq!(told(text, declared), expected, "{text:?} as {declared:?}");
        }
    }
}
