//! Pages for a case: the statement whose answer is written as one, and the values in it.

use super::args::{self, Args};
use crate::engine::{Parameters, Value};
use crate::output::{self, Format};
use crate::queries::Kind;
use crate::repl::split::Statement;
use crate::report::{Exit, Report};

/// The statement of a page, and what its names stand for.
pub(super) fn asked(report: &args::Page, args: &Args) -> Result<(Vec<Statement>, Parameters), Report> {
    if !args.inputs.is_empty() {
        let what = "'report timeline' is the statement; -c and -f give others";
        return Err(Report::new(Exit::Usage, what).hint("run them one after the other"));
    }
    let mut parameters = Parameters::default().with("who", Value::Text(report.who.clone()));
    let mut call = report.is.map_or_else(|| ":who".to_owned(), |whose| format!("{} => :who", whose.name()));
    for (name, typed) in [("since", &report.since), ("until", &report.until)] {
        let Some(typed) = typed else { continue };
        let value = Kind::Time.read(typed).ok_or_else(|| {
            let what = format!("--{name} takes a time, not '{typed}'");
            Report::new(Exit::Usage, what).hint(format!("it takes {}", Kind::Time.doc()))
        })?;
        parameters.set(name, value);
        call = format!("{call}, {name} => :{name}");
    }
    for (name, values) in [("sources", &report.sources), ("files", &report.logs)] {
        if values.is_empty() {
            continue;
        }
        parameters.set(name, Value::List(values.iter().cloned().map(Value::Text).collect()));
        call = format!("{call}, {name} => [:{name}]");
    }
    if report.logs_only {
        call.push_str(", sources => 'logs'");
    }
    let columns = "time, source, action, result, actor, target, address, id";
    let text = format!("SELECT {columns} FROM timeline({call})");
    Ok((vec![Statement { text, line: 1 }], parameters))
}

/// The format of a page, whatever results are usually written as.
pub(super) fn format(args: &Args) -> Result<&'static Format, Report> {
    let page = &output::PAGE;
    if args.format.as_deref().is_some_and(|format| format != "html") {
        let what = "a report is a page of HTML, and --format names another format";
        let hint = "SELECT * FROM timeline('…') gives the events in any of them";
        return Err(Report::new(Exit::Usage, what).hint(hint));
    }
    let ending =
        args.output.as_ref().and_then(|file| file.extension()).map(|ending| ending.to_string_lossy().to_lowercase());
    match ending {
        Some(ending) if !page.endings.contains(&ending.as_str()) => {
            let what = format!("a report is a page of HTML, and .{ending} promises something else");
            Err(Report::new(Exit::Usage, what).hint("-o case.html"))
        }
        _ => Ok(page),
    }
}
