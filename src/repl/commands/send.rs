//! Commands that answer a statement in a way of their own: `\g`, `\gx`, `\copy`.

use std::mem;

use super::obey::named_output;
use crate::output::Expanded;
use crate::repl::split::Statement;
use crate::repl::state::{After, State, nothing_to_repeat, refused};
use crate::report::{Exit, Report};

/// A statement that a command ends in the place of a semicolon.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent<'a> {
    pub(super) sql: &'a str,
    pub(super) how: Sending,
    /// What stands behind the command: a file, or what is to be drawn.
    pub(super) rest: &'a str,
}

/// What a command makes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sending {
    /// `\g`, or `\gx` for one column a line.
    Rows { expanded: bool },
    /// `\chart`
    Chart,
}

/// A statement that `\g`, `\gx` or `\chart` ends.
pub(super) fn sent(text: &str) -> Option<Sent<'_>> {
    let text = text.trim_end();
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    let mut places = text[start..].match_indices('\\').map(|(at, _)| start + at);
    places.find_map(|at| {
        let (sql, command) = text.split_at(at);
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let how = match word {
            "\\g" => Sending::Rows { expanded: false },
            "\\gx" => Sending::Rows { expanded: true },
            "\\chart" => Sending::Chart,
            _ => return None,
        };
        // In a text or a comment it is neither.
        let is_open = crate::repl::split::split(sql).rest.is_some() && super::asked::is_readable(sql);
        is_open.then_some(Sent { sql: sql.trim_end(), how, rest: rest.trim() })
    })
}

/// Answers the last or the given statement, in a file or one column a line.
pub(super) async fn send(state: &mut State<'_>, sql: &str, expanded: bool, file: &str) -> After {
    let Some(text) = state.given_or_last(sql) else { return nothing_to_repeat() };
    if !file.is_empty() {
        match named_output(state, file) {
            Ok(path) => state.output = Some(path),
            Err(report) => return refused(&report),
        }
    }
    let usual = state.session.expanded;
    if expanded {
        state.session.expanded = Expanded::On;
    }
    let after = state.answer(&Statement { text, line: 1 }).await;
    state.session.expanded = usual;
    after
}

/// `\copy (SELECT …) TO 'file'`, `\copy sign_ins TO file.csv`
pub(super) async fn copy(state: &mut State<'_>, arg: &str) -> After {
    let usage = |what: &str| {
        refused(
            &Report::new(Exit::Usage, what).hint("for example: \\copy (SELECT id FROM sign_ins LIMIT 5) TO five.csv"),
        )
    };
    let lower = arg.to_ascii_lowercase();
    let Some(at) = lower.rfind(" to ") else {
        let what =
            if lower.contains(" from ") { "\\copy writes files and reads none" } else { "\\copy writes to a file" };
        return usage(what);
    };
    let (query, file) = (arg[..at].trim(), arg[at + 4..].trim());
    // What PostgreSQL has behind the name is in the name's ending here.
    let end = match file.chars().next().filter(|c| ['\'', '"'].contains(c)) {
        Some(quote) => file[1..].find(quote).map_or(file.len(), |end| end + 2),
        None => file.find(char::is_whitespace).unwrap_or(file.len()),
    };
    let sql = match query.strip_prefix('(').and_then(|query| query.strip_suffix(')')) {
        Some(query) => query.trim().to_owned(),
        None if query.is_empty() || query.contains(char::is_whitespace) => {
            return usage("a query stands in parentheses");
        }
        None => format!("SELECT * FROM {query}"),
    };
    let last = mem::take(&mut state.last);
    let after = send(state, &sql, false, &file[..end]).await;
    state.last = last;
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_sent_by_a_word_too() {
        let (rows, lines) = (Sending::Rows { expanded: false }, Sending::Rows { expanded: true });
        for (text, sent_as) in [
            ("SELECT 1 \\g", Some(("SELECT 1", rows, ""))),
            ("SELECT 1\\gx\n", Some(("SELECT 1", lines, ""))),
            ("SELECT 1\n\\g out.csv", Some(("SELECT 1", rows, "out.csv"))),
            ("SELECT '\\g", None),
            ("SELECT '\\g' \\g", Some(("SELECT '\\g'", rows, ""))),
            ("SELECT 1 AS n \\chart", Some(("SELECT 1 AS n", Sending::Chart, ""))),
            ("SELECT 1 AS n\n\\chart bar \"a b\" n", Some(("SELECT 1 AS n", Sending::Chart, "bar \"a b\" n"))),
            ("SELECT '\\chart'", None),
            ("SELECT 1 \\charts", None),
            ("\\chart bar", None),
            ("SELECT 1 -- \\g", None),
            ("SELECT 1; \\g", None),
            ("SELECT 1 \\gset", None),
            ("\\g", None),
        ] {
            let expected = sent_as.map(|(sql, how, rest)| Sent { sql, how, rest });
            assert_eq!(sent(text), expected, "{text}");
        }
    }
}
