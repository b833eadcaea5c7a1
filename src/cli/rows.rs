//! Flags that are about the rows of a statement, and which command lines have any.

use super::args::Args;
use crate::repl::split::Statement;
use crate::report::{Exit, Report};

/// One file holds one result.
pub(super) fn check_output(args: &Args, statements: Option<&[Statement]>) -> Result<(), Report> {
    match (&args.output, statements) {
        (None, _) | (Some(_), Some([_])) => Ok(()),
        (Some(_), Some(all)) => {
            let what = format!("-o takes the result of one statement, but there are {}", all.len());
            Err(Report::new(Exit::Usage, what).hint("run each statement on its own, with its own -o"))
        }
        (Some(_), None) => {
            Err(Report::new(Exit::Usage, "-o needs a statement: -c, -f, standard input or a saved query"))
        }
    }
}

/// Refuses flags for rows of a command that prints text: it would look as if they had been obeyed.
pub(super) fn check_text(args: &Args) -> Result<(), Report> {
    if args.output.is_some() {
        let what = "-o takes the result of a statement, and this command has none";
        return Err(Report::new(Exit::Usage, what).hint("it prints text: > FILE writes it to a file"));
    }
    if args.format.is_some() {
        let what = "--format is for the rows of a statement, and this command has none";
        return Err(Report::new(Exit::Usage, what).hint("leave it out: it prints text"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::split::split;

    #[test]
    fn one_file_takes_one_result() {
        let args = Args { output: Some("x".into()), ..Args::default() };
        let all = |sql| split(sql).into_statements();
        check_output(&args, Some(&all("SELECT 1;"))).unwrap();
        for sql in ["", "SELECT 1; SELECT 2"] {
            assert_eq!(check_output(&args, Some(&all(sql))).unwrap_err().exit, Exit::Usage);
        }
        check_output(&args, None).unwrap_err();
    }

    #[test]
    fn a_command_that_prints_text_takes_no_flags_for_rows() {
        check_text(&Args::default()).unwrap();
        let (output, format) = (Some("x".into()), Some("json".into()));
        for args in [Args { output, ..Args::default() }, Args { format, ..Args::default() }] {
            assert_eq!(check_text(&args).unwrap_err().exit, Exit::Usage);
        }
    }
}
