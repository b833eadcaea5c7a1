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
    let names: Vec<String> = first.iter().map(|cell| names::sql_name(cell.trim())).collect();
    let has_word = names.iter().any(|name| usual::is_heading_word(name));
    let (values, words): (Vec<&str>, Vec<&str>) = first.iter().map(|cell| cell.trim()).partition(|cell| is_value(cell));
    if !values.is_empty() {
        let may_be_names = has_word || are_labels(&values);
        return if may_be_names && !words.is_empty() && are_numbers(&values) {
            Heading::Unknown
        } else {
            Heading::Refuted
        };
    }
    let is_name = |at: usize| !names[at].is_empty();
    let recurs = |at: usize| others.iter().any(|row| row.get(at).is_some_and(|cell| cell.trim() == first[at].trim()));
    let differs = |at: usize| {
        let mut seen = Seen::default();
        others.iter().filter_map(|row| row.get(at)).for_each(|cell| seen.see(cell));
        is_name(at) && !recurs(at) && (seen.are_no_names() || are_marked(others, at))
    };
    // A name does not stand among the values of its column; but files that were put together repeat theirs, and somebody may be
    // called `user`: then another column has to tell.
    if (0..first.len()).any(|at| is_name(at) && recurs(at)) {
        return match (0..first.len()).any(differs) {
            true => Heading::Proven,
            false if has_word => Heading::Unknown,
            false => Heading::Refuted,
        };
    }
    if names.iter().all(String::is_empty) {
        return Heading::Unknown;
    }
    // What is written alike twice may be a user and a password; `Source IP` and `Source-IP` are two names.
    let is_twice = (0..words.len()).any(|at| !words[at].is_empty() && words[..at].contains(&words[at]));
    if has_word && !is_twice || (0..first.len()).any(differs) { Heading::Proven } else { Heading::Unknown }
}

fn are_numbers(cells: &[&str]) -> bool {
    cells.iter().all(|cell| !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether numbers may be what columns are called: years, or one behind the other.
fn are_labels(cells: &[&str]) -> bool {
    let numbers: Vec<u32> = cells.iter().filter_map(|cell| cell.parse().ok()).collect();
    let are_years = numbers.iter().all(|number| (1900..2100).contains(number));
    let follow = numbers.len() > 1 && numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    numbers.len() == cells.len() && (are_years || follow)
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
            ("user,user\na,b", Heading::Unknown),
            ("ip,ip\n10.0.0.1,10.0.0.2", Heading::Proven),
            ("Date,Time,Source IP,Source-IP\n2026-05-01,08:00,10.0.0.1,10.0.0.2", Heading::Proven),
            ("UserName,User Name,ip\nana,Ana,10.0.0.1", Heading::Proven),
            ("user,User\nana,x", Heading::Proven),
            ("admin,admin\nroot,toor", Heading::Unknown),
            ("year,2025,2026\na,1,2", Heading::Unknown),
            ("item,1,2,3\na,4,5,6", Heading::Unknown),
            ("user,17\na,4", Heading::Unknown),
            ("alice,10,20\nbob,2,3", Heading::Refuted),
            ("2025,2026\n2027,2028", Heading::Refuted),
            ("user,2026-11-27 08:00\na,2026-11-27 09:00", Heading::Refuted),
            ("user,role\nana,x\nuser,role\nbob,y", Heading::Unknown),
            ("admin\nroot\nadmin", Heading::Refuted),
            ("user,ip\nana,1.2.3.4\nuser,1.1.1.1", Heading::Proven),
            ("user,ip\nana,1.2.3.4\nuser,ip\nbob,1.1.1.1", Heading::Unknown),
            ("alice,admin\nbob,clerk", Heading::Unknown),
            ("mallory", Heading::Unknown),
        ] {
            assert_eq!(judged(text), expected, "{text}");
        }
    }
}
