//! Statements that come from elsewhere than the prompt, in which the words of the prompt have no meaning.

use super::asked::asked;
use super::send::{Sending, Sent, sent};
use super::{describe, functions};
use crate::repl::split::Statement;
use crate::report::{Exit, Report};

/// The statement as it is answered; an error, if it is a command of the prompt.
///
/// # Errors
/// When it is one, with what to do instead.
pub(crate) fn of_script(statement: Statement) -> Result<Statement, Report> {
    let Statement { text, line } = statement;
    if let Some((at, Sent { how, .. })) = first_sent(&text) {
        let line = line + at;
        let command = match how {
            Sending::Rows { expanded: false } => "\\g",
            Sending::Rows { expanded: true } => "\\gx",
            Sending::Chart => "\\chart",
        };
        let report =
            Report::new(Exit::Usage, format!("line {line}: {command} stands in the place of ; at the prompt alone"));
        return Err(report.hint(match how {
            Sending::Rows { .. } => {
                "end the statement with ; here, and give --format and -o FILE for how and where it is written"
            }
            Sending::Chart => "end the statement with ; here; --format html draws it in a page",
        }));
    }
    let word = text.split_whitespace().next().unwrap_or_default();
    match asked(&text) {
        // What other programs write for it.
        Some(("\\d", table)) if word.eq_ignore_ascii_case("desc") || word.eq_ignore_ascii_case("describe") => {
            Ok(Statement { text: format!("DESCRIBE {table}"), line })
        }
        // The engine's own answer is in its own words.
        Some(("\\df", like)) if word.eq_ignore_ascii_case("show") => {
            Ok(Statement { text: functions::functions(like), line })
        }
        Some(("\\dt", like)) if word.eq_ignore_ascii_case("show") && !like.is_empty() => {
            Ok(Statement { text: describe::listed(like), line })
        }
        // SQL has these too.
        Some(_) if word.eq_ignore_ascii_case("show") => Ok(Statement { text, line }),
        None => Ok(Statement { text, line }),
        Some((command, _)) => {
            let report = Report::new(Exit::Usage, format!("line {line}: {word} is a command of the prompt"));
            Err(report.hint(match command {
                "\\q" => "-c, -f and standard input end by themselves",
                "\\?" | "\\help" => {
                    "'auditql --help' says what the program takes, \\? at the prompt what the prompt does"
                }
                "\\dt" => "SHOW TABLES lists the tables",
                "\\d" => "DESCRIBE sign_ins lists the columns of a table, SHOW TABLES the tables",
                "\\format" => "--format NAME chooses the format",
                "\\o" | "\\copy" => "-o FILE names the file that the result goes to",
                "\\run" | "\\queries" => "'auditql run NAME' answers a saved query, 'auditql queries' lists them",
                _ => "-c, -f and standard input take only SQL; \\i FILE at the prompt takes both",
            }))
        }
    }
}

/// The first command of a text that stands in the place of a semicolon, and how many lines are before its own.
fn first_sent(text: &str) -> Option<(usize, Sent<'_>)> {
    let ends = text.match_indices('\n').map(|(at, _)| at).chain([text.len()]);
    ends.enumerate().find_map(|(at, end)| Some((at, sent(&text[..end])?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_prompt_are_told_and_those_of_sql_are_answered() {
        let read = |text: &str| {
            let read = of_script(Statement { text: text.into(), line: 3 });
            read.map(|statement| statement.text).map_err(|report| report.what)
        };
        for (text, expected) in [
            ("SELECT 1", Ok("SELECT 1")),
            ("SHOW TABLES", Ok("SHOW TABLES")),
            ("describe t", Ok("DESCRIBE t")),
            ("desc entra.sign_ins", Ok("DESCRIBE entra.sign_ins")),
            ("SELECT 1 \\g", Err("line 3: \\g stands in the place of ; at the prompt alone")),
            ("SELECT 1 \\gx out.csv", Err("line 3: \\gx stands in the place of ; at the prompt alone")),
            ("SELECT 1\n\\g w.csv\nSELECT 2 \\gx", Err("line 4: \\g stands in the place of ; at the prompt alone")),
            (".tables", Err("line 3: .tables is a command of the prompt")),
            (".tables\nSELECT 1", Err("line 3: .tables is a command of the prompt")),
            ("exit", Err("line 3: exit is a command of the prompt")),
            ("QUIT", Err("line 3: QUIT is a command of the prompt")),
            ("help", Err("line 3: help is a command of the prompt")),
            ("\\timing on\nSELECT 1", Err("line 3: \\timing is a command of the prompt")),
        ] {
            assert_eq!(read(text), expected.map(str::to_owned).map_err(str::to_owned), "{text}");
        }
    }
}
