//! Whether the first row names the columns. It proves it, or it is a row: a list of indicators must not lose its first.

use crate::address::host;
use crate::logs::column::Seen;
use crate::logs::{names, usual};

/// What the first row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heading {
    /// It differs from what stands below it, or has names that columns have.
    Proven,
    /// It has what names of columns do not have.
    Refuted,
    /// Nothing tells: it is taken as a row.
    Unknown,
}

/// Judges the first row by those below it.
pub(super) fn heading(first: &[String], others: &[Vec<String>]) -> Heading {
    if first.iter().any(|cell| is_value(cell)) {
        return Heading::Refuted;
    }
    let names: Vec<String> = first.iter().map(|cell| names::sql_name(cell.trim())).collect();
    // A name stands once, and not among the values of its column.
    let is_twice = |at: usize| !names[at].is_empty() && names[..at].contains(&names[at]);
    let recurs = |at: usize| others.iter().any(|row| row.get(at).is_some_and(|cell| cell.trim() == first[at].trim()));
    if (0..first.len()).any(|at| is_twice(at) || !names[at].is_empty() && recurs(at)) {
        return Heading::Refuted;
    }
    if names.iter().all(String::is_empty) {
        return Heading::Unknown;
    }
    let differs = |at: usize| {
        let mut seen = Seen::default();
        others.iter().filter_map(|row| row.get(at)).for_each(|cell| seen.see(cell));
        !names[at].is_empty() && (seen.are_no_names() || are_marked(others, at))
    };
    let is_word = |name: &String| usual::is_heading_word(name);
    if names.iter().any(is_word) || (0..first.len()).any(differs) { Heading::Proven } else { Heading::Unknown }
}

/// Whether a cell is what no column is called.
fn is_value(cell: &str) -> bool {
    let cell = cell.trim();
    let mut seen = Seen::default();
    seen.see(cell);
    seen.are_no_names() || is_marked(cell) || host(cell).is_some() || cell.len() > 128
}

/// Whether all values of a column have a mark of what is no word: names of users, of hosts, digests, identifiers.
fn are_marked(rows: &[Vec<String>], at: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let mut any = false;
    cells.all(|cell| {
        any = true;
        is_marked(cell)
    }) && any
}

fn is_marked(cell: &str) -> bool {
    let is_host = || {
        let labels = cell.split('.').count();
        labels > 1 && !cell.contains(' ') && cell.split('.').all(|label| !label.is_empty()) && !cell.starts_with("id.")
    };
    let is_hex = || cell.len() >= 16 && cell.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let is_network = || cell.split_once('/').is_some_and(|(before, _)| host(before).is_some());
    // `@timestamp` is a name.
    cell.rfind('@').is_some_and(|at| at > 0)
        || cell.contains("://")
        || cell.contains('\\')
        || is_network()
        || is_hex()
        || is_host()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Heading {
        let mut rows: Vec<Vec<String>> =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        let first = rows.remove(0);
        heading(&first, &rows)
    }

    #[test]
    fn a_heading_is_proven_by_what_stands_below_it_or_by_its_names() {
        for (text, expected) in [
            ("time,user,ip\n2026-11-27 08:00,a,10.0.0.1", Heading::Proven),
            ("when,who\n2026-11-27 08:00,a", Heading::Proven),
            ("user,role\nalice,admin", Heading::Proven),
            ("time,user,ip", Heading::Proven),
            ("ip\n10.0.0.1\n10.0.0.2", Heading::Proven),
            ("Login\nx@example.com", Heading::Proven),
            ("@timestamp,a\n2026-11-27 08:00,b", Heading::Proven),
            ("10.0.0.1\n10.0.0.2", Heading::Refuted),
            ("10.0.0.1", Heading::Refuted),
            ("10.0.0.0/8\n10.0.0.2", Heading::Refuted),
            ("evil.example.com\nbad.example.com", Heading::Refuted),
            ("x@example.com\ny@example.com", Heading::Refuted),
            ("alice,1\nbob,2", Heading::Refuted),
            ("d41d8cd98f00b204e9800998ecf8427e\nd41d8cd98f00b204e9800998ecf8427f", Heading::Refuted),
            ("user,user\na,b", Heading::Refuted),
            ("admin\nroot\nadmin", Heading::Refuted),
            ("alice,admin\nbob,clerk", Heading::Unknown),
            ("mallory", Heading::Unknown),
        ] {
            assert_eq!(judged(text), expected, "{text}");
        }
    }
}
