//! The prompt's own commands: one ordered list, which help walks and the prompt obeys.

use super::session::{Session, format, say, tell};
use super::split::Statement;
use crate::output::{self, Sink};
use crate::report::{Exit, Report, nearest};

/// A command, as data.
#[derive(Debug)]
pub(super) struct Command {
    /// What is typed, with its backslash.
    pub(super) name: &'static str,
    /// What follows it.
    pub(super) args: &'static str,
    /// One sentence.
    pub(super) doc: &'static str,
    action: Action,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Describe,
    Format,
    Timing,
    Help,
    Quit,
}

/// All commands, in the order of help.
pub(super) static ALL: &[Command] = &[
    Command {
        name: "\\d",
        args: "[TABLE]",
        doc: "The tables; or a table's columns, with what the service filters by and what they mean.",
        action: Action::Describe,
    },
    Command {
        name: "\\format",
        args: "[NAME]",
        doc: "How results are written; without a name, the choices.",
        action: Action::Format,
    },
    Command {
        name: "\\timing",
        args: "",
        doc: "Say how long each statement takes, or stop saying it.",
        action: Action::Timing,
    },
    Command { name: "\\?", args: "", doc: "This list.", action: Action::Help },
    Command { name: "\\q", args: "", doc: "Leave; so does Ctrl-D.", action: Action::Quit },
];

/// Words that people type for a command.
const ALIASES: &[(&str, &str)] = &[("quit", "\\q"), ("exit", "\\q"), ("help", "\\?")];

/// What a line asks of the prompt itself: a command and its argument. `None` for SQL.
pub(super) fn asked(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let word = line.trim_end_matches(';').trim_end();
    if let Some((_, name)) = ALIASES.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word)) {
        return Some((name, ""));
    }
    let line = line.starts_with('\\').then_some(word)?;
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    Some((name, rest.trim()))
}

/// Obeys a command. `false` when the prompt is to be left.
pub(super) async fn obey(session: &mut Session, name: &str, arg: &str) -> bool {
    let Some(command) = ALL.iter().find(|command| command.name == name) else {
        let near = nearest(name, ALL.iter().map(|command| (command.name, command.name))).unwrap_or("\\?");
        tell(&Report::new(Exit::Usage, format!("there is no command {name}")).hint(format!("did you mean {near}?")));
        return true;
    };
    match command.action {
        Action::Describe => describe(session, arg).await,
        Action::Format => choose_format(session, arg),
        Action::Timing => {
            session.timing = !session.timing;
            say(if session.timing { "timing is on" } else { "timing is off" });
        }
        Action::Help => ALL.iter().for_each(|c| say(&format!("{:<16} {}", format!("{} {}", c.name, c.args), c.doc))),
        Action::Quit => return false,
    }
    true
}

async fn describe(session: &Session, table: &str) {
    let text = if table.is_empty() { TABLES.to_owned() } else { columns(table) };
    let mut sink = Sink::stdout();
    let answered = session.answer(&Statement { text, line: 1 }, &mut sink).await;
    if !table.is_empty() && answered.exit == Exit::Success && answered.rows == 0 {
        tell(&Report::new(Exit::Query, format!("nothing is documented about {table}")).hint("\\d lists the tables"));
    }
}

const TABLES: &str = "SELECT table_schema AS schema, table_name AS \"table\", doc AS meaning FROM auditql.tables";

/// The columns of `table` or `schema.table`, in declaration order.
fn columns(table: &str) -> String {
    let literal = |name: &str| format!("'{}'", name.trim_matches('"').replace('\'', "''"));
    let (schema, table) = table.rsplit_once('.').map_or((None, table), |(schema, table)| (Some(schema), table));
    let schema = schema.and_then(|schema| schema.rsplit('.').next());
    let and_schema = schema.map_or(String::new(), |schema| format!(" AND table_schema = {}", literal(schema)));
    format!(
        "SELECT column_name AS column, data_type AS type, pushdown AS \"service filters by\", doc AS meaning \
         FROM auditql.columns WHERE table_name = {}{and_schema}",
        literal(table)
    )
}

fn choose_format(session: &mut Session, name: &str) {
    if name.is_empty() {
        let mark = |name: &str| if name == session.format.name { '*' } else { ' ' };
        output::ALL.iter().for_each(|format| say(&format!("{} {:<9} {}", mark(format.name), format.name, format.doc)));
        return;
    }
    match format(name) {
        Ok(format) => session.format = format,
        Err(report) => tell(&report),
    }
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
            ("SELECT '\\d'", None),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(asked(line), expected, "{line}");
        }
    }

    #[test]
    fn names_of_tables_travel_as_literals() {
        assert!(columns("entra.sign_ins").ends_with("table_name = 'sign_ins' AND table_schema = 'entra'"));
        assert!(columns("lab.entra.sign_ins").ends_with("table_name = 'sign_ins' AND table_schema = 'entra'"));
        assert!(columns("x' OR '1'='1").ends_with("table_name = 'x'' OR ''1''=''1'"));
    }

    #[tokio::test]
    async fn every_command_is_documented_and_the_list_is_obeyed() {
        let engine = crate::engine::Engine::builder().build().unwrap();
        let mut session = Session {
            engine,
            format: &output::ALL[0],
            csv_raw: false,
            redact: None,
            voice: super::super::session::Voice::Quiet,
            timing: false,
        };
        assert!(ALL.iter().all(|command| command.doc.ends_with('.') && command.name.starts_with('\\')));
        assert!(obey(&mut session, "\\format", "csv").await && session.format.name == "csv");
        assert!(obey(&mut session, "\\timing", "").await && session.timing);
        assert!(obey(&mut session, "\\nope", "").await);
        assert!(!obey(&mut session, "\\q", "").await);
    }
}
