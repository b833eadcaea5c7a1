//! What a line asks of the prompt itself: a command, or what other prompts call it.

use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer, Whitespace};

use super::list::ALL;
use super::send::sent;
use crate::repl::split::split;

/// Words that people type for a command, from other prompts.
pub(super) const ALIASES: &[(&str, &str)] = &[
    ("quit", "\\q"),
    ("exit", "\\q"),
    (":q", "\\q"),
    (".quit", "\\q"),
    (".exit", "\\q"),
    ("help", "\\?"),
    ("?", "\\?"),
    ("show tables", "\\dt"),
    ("show databases", "\\connections"),
    ("show schemas", "\\d"),
    ("show functions", "\\df"),
];

/// First words that people type for a command, which keeps what follows.
pub(super) const FIRST_WORDS: &[(&str, &str)] = &[
    ("\\h", "\\help"),
    ("\\G", "\\gx"),
    ("\\dt+", "\\dt"),
    ("\\d+", "\\d"),
    ("\\df+", "\\df"),
    ("\\dn+", "\\dn"),
    ("\\dv+", "\\dv"),
    ("\\l", "\\connections"),
    ("\\conninfo", "\\connections"),
    ("\\c", "\\connections"),
    ("\\connect", "\\connections"),
    ("\\ir", "\\i"),
    ("\\qecho", "\\echo"),
    ("\\warn", "\\echo"),
    (".help", "\\?"),
    (".tables", "\\dt"),
    (".schema", "\\d"),
    (".mode", "\\format"),
    (".output", "\\o"),
    (".once", "\\o"),
    (".excel", "\\o"),
    (".read", "\\i"),
    (".timer", "\\timing"),
    (".databases", "\\connections"),
    (".functions", "\\df"),
    (".show", "\\set"),
    (".print", "\\echo"),
    (".edit", "\\e"),
];

/// Words with which SQL and others ask for the columns of a table.
const DESCRIBING: &[&str] = &["describe ", "desc "];

/// Words that ask for what is called like a text, and the command that lists it.
const LIKE: &[(&str, &str)] = &[("show tables like ", "\\dt"), ("show functions like ", "\\df")];

/// What a line asks of the prompt itself: a command and its argument. `None` for SQL.
pub(super) fn asked(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let plain = line.trim_end_matches(';').trim_end();
    if let Some((_, name)) = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(plain)) {
        return Some((name, ""));
    }
    let behind = |word: &str| {
        let (first, rest) = plain.split_at_checked(word.len())?;
        first.eq_ignore_ascii_case(word).then(|| rest.trim())
    };
    if let Some((command, like)) = LIKE.iter().find_map(|(words, command)| Some((*command, behind(words)?))) {
        return Some((command, like.trim_matches('\'')));
    }
    let table = DESCRIBING.iter().find_map(|word| behind(word));
    if let Some(table) = table.filter(|table| !table.contains(char::is_whitespace)) {
        return Some(("\\d", table));
    }
    let is_dotted =
        |line: &str| line.strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let line = (line.starts_with('\\') || is_dotted(line)).then_some(plain)?;
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let name = FIRST_WORDS.iter().find(|(word, _)| *word == name).map_or(name, |(_, name)| name);
    Some((name, rest.trim()))
}

/// Whether no more lines are needed: SQL goes on to its semicolon, a command ends with its line.
pub(crate) fn is_whole(text: &str) -> bool {
    asked(text).is_some()
        || split(text).rest.is_none()
        || inside(text).is_some()
        || sent(text).is_some()
        || beside(text).is_some()
}

/// A command that stands behind SQL on its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Beside<'t> {
    /// The statement before it has no semicolon.
    pub(super) is_open: bool,
    /// What stands before it.
    pub(super) before: &'t str,
    /// The command, with its argument.
    pub(super) command: &'t str,
}

/// The command that stands behind SQL on the last line of a text. No operator has a backslash, so none of them waits for more.
pub(super) fn beside(text: &str) -> Option<Beside<'_>> {
    let text = text.trim_end();
    let start = text.rfind('\n').map_or(0, |at| at + 1);
    if asked(&text[start..]).is_some() || asked(text).is_some() {
        return None;
    }
    let mut places = text[start..].match_indices('\\').map(|(at, _)| text.split_at(start + at));
    let is_word = |command: &str| command[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '?' || c == '!');
    let (before, command) = places.find(|(before, command)| is_word(command) && is_readable(before))?;
    Some(Beside { is_open: split(before).rest.is_some(), before: before.trim_end(), command })
}

/// What stands on the last line of a statement that was not ended, and is a command: what is before it, and the line.
pub(super) fn inside(text: &str) -> Option<(&str, &str)> {
    // `\g` on a line of its own ends the statement before it.
    if sent(text).is_some() {
        return None;
    }
    let (before, last) = text.trim_end().rsplit_once('\n')?;
    let (name, _) = asked(last).filter(|_| is_said(last))?;
    // No SQL begins with a backslash, so an unknown command is one that is not there.
    let is_command = name.starts_with('\\') || ALL.iter().any(|command| command.name == name);
    let open = split(before).rest.is_some();
    // In an open text or comment a line may begin with anything.
    (is_command && open && is_readable(before)).then_some((before, last))
}

/// Whether a line is meant for the prompt, also where SQL could go on.
fn is_said(line: &str) -> bool {
    let word = line.trim().trim_end_matches(';').trim_end();
    line.starts_with(['\\', '.']) || ["quit", "exit", "help"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether no text and no comment is open at the end.
pub(crate) fn is_readable(sql: &str) -> bool {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, sql).tokenize();
    // A comment to the end of the line takes what follows on that line.
    tokens.is_ok_and(|tokens| {
        !matches!(tokens.last(), Some(Token::Whitespace(Whitespace::SingleLineComment { comment, .. })) if !comment.ends_with('\n'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_command_or_sql() {
        let rows = [
            ("\\d", Some(("\\d", ""))),
            (" \\d  entra.sign_ins ; ", Some(("\\d", "entra.sign_ins"))),
            ("\\format\tcsv", Some(("\\format", "csv"))),
            ("exit;", Some(("\\q", ""))),
            ("HELP", Some(("\\?", ""))),
            ("SHOW TABLES;", Some(("\\dt", ""))),
            ("DESCRIBE sign_ins;", Some(("\\d", "sign_ins"))),
            ("\\dt sign", Some(("\\dt", "sign"))),
            ("SHOW TABLES LIKE 'sign%';", Some(("\\dt", "sign%"))),
            ("show functions like 'a%'", Some(("\\df", "a%"))),
            (".tables", Some(("\\dt", ""))),
            (".schema sign_ins;", Some(("\\d", "sign_ins"))),
            (".mode csv", Some(("\\format", "csv"))),
            (".nope", Some((".nope", ""))),
            (".5 + 1", None),
            ("\\d+ sign_ins", Some(("\\d", "sign_ins"))),
            ("DESCRIBE SELECT 1", None),
            ("SELECT '\\d'", None),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(asked(line), expected, "{line}");
        }
    }

    #[test]
    fn a_command_behind_sql_on_its_line_is_one() {
        let rows = [
            ("SELECT 1; \\timing", Some((false, "SELECT 1;", "\\timing"))),
            ("SELECT 1\n+ 2; \\o a\\b.csv", Some((false, "SELECT 1\n+ 2;", "\\o a\\b.csv"))),
            ("SELECT 7 AS a \\o x.csv", Some((true, "SELECT 7 AS a", "\\o x.csv"))),
            ("SELECT '\\d' \\x", Some((true, "SELECT '\\d'", "\\x"))),
            ("\\echo a \\b", None),
            ("SELECT 1;\n\\i a\\b.sql", None),
            ("SELECT '\\d'", None),
            ("SELECT 1 -- \\d", None),
            ("SELECT 1 /* \\d", None),
            ("SELECT $$ \\d", None),
        ];
        for (text, expected) in rows {
            let expected = expected.map(|(is_open, before, command)| Beside { is_open, before, command });
            assert_eq!(beside(text), expected, "{text}");
        }
    }

    #[test]
    fn sql_goes_on_to_its_semicolon_and_commands_end_with_the_line() {
        for whole in [
            "",
            "  ",
            "-- nothing",
            "SELECT 1;",
            "SELECT ';';",
            "SELECT\n1\n;",
            "\\d sign_ins",
            "quit",
            "show tables",
            "SELECT 1; -- done",
            "SELECT 1\n\\d sign_ins",
            "SELECT 1\n\\nope",
            "SELECT 1 \\g",
            "SELECT 1\nexit",
            "SELECT 1\n.quit",
            "SELECT 1; \\gx",
            "SELECT 1; \\timing on",
            "SELECT 1 \\o x.csv",
            "SELECT 1 \\gset",
        ] {
            assert!(is_whole(whole), "{whole}");
        }
        for open in [
            "SELECT 1",
            "SELECT ';'",
            "SELECT 'a;",
            "SELECT 1; SELECT",
            "SELECT $$;",
            "SELECT /* ;",
            "SELECT 'a\n\\d",
            "SELECT 'a\n\\nope",
            "SELECT 'a\nexit",
            "SELECT 1 -- \\g",
            "SELECT 1\n exit_code",
        ] {
            assert!(!is_whole(open), "{open}");
        }
    }
}
