//! Saved queries from the command line: listed, shown, and made into the statement that is run.

use std::io::Write as _;

use super::args::{self, Args, Saved};
use super::config::{self, Config};
use crate::engine::Parameters;
use crate::output::safe;
use crate::queries::{self, Call, Library};
use crate::repl::split::Statement;
use crate::report::{Exit, Report};

/// The folder of the user's own queries, beside the configuration.
const FOLDER: &str = "queries";

/// How a query is run.
const RUN: &str = "auditql run";

/// The saved queries: those in the program, and those of the user's folder. A working folder has no say: its files would run in
/// the user's name, under names that the user knows.
pub(super) fn library(user: &Config) -> Result<Library, Report> {
    let folder = user.queries.clone().or_else(|| Some(config::user_folder()?.join(FOLDER)));
    match folder {
        Some(folder) => Library::shipped().with_folder(&folder, &args::flags(&args::command())),
        None => Ok(Library::shipped()),
    }
}

/// The statement of a query, and what its names stand for.
pub(super) fn called(
    library: &Library,
    name: &str,
    words: &[String],
    args: &Args,
) -> Result<(Option<Vec<Statement>>, Parameters), Report> {
    if !args.inputs.is_empty() {
        let what = format!("'run {name}' is the statement; -c and -f give others");
        return Err(Report::new(Exit::Usage, what).hint("run them one after the other"));
    }
    let query = library.named(name)?;
    if words.iter().any(|word| word == "--help" || word == "-h") {
        show(&queries::page(query, if args.demo.is_some() { "auditql demo run" } else { RUN }));
        return Ok((Some(Vec::new()), Parameters::default()));
    }
    let call = Call::read(query, words, None)?;
    let explain = if call.explain { "EXPLAIN " } else { "" };
    let statement = Statement { text: format!("{explain}{}", query.sql), line: query.line };
    Ok((Some(vec![statement]), call.parameters))
}

/// Lists queries, or shows one.
pub(super) fn tell(library: &Library, asked: &Saved) -> Result<Exit, Report> {
    match asked {
        Saved::Show(name) | Saved::Run { name, .. } => show(&queries::page(library.named(name)?, RUN)),
        Saved::List(search) => {
            let found = library.found(search);
            if found.is_empty() {
                let report = Report::new(Exit::Usage, format!("no saved query has '{search}'"));
                return Err(report.hint("'auditql queries' lists all of them"));
            }
            show(&format!(
                "{}\n'auditql queries show NAME' shows one, 'auditql run NAME' answers it.\n",
                queries::listed(&found)
            ));
        }
    }
    Ok(Exit::Success)
}

fn show(text: &str) {
    let mut out = std::io::stdout().lock();
    // A reader that went away has seen enough.
    let _ = write!(out, "{}", safe::block(text)).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queries::Library;

    #[test]
    fn no_parameter_of_a_shipped_query_is_called_like_a_flag() {
        let flags = args::flags(&args::command());
        assert!(flags.len() > 20 && flags.iter().any(|flag| flag == "format"));
        for query in Library::shipped().entries().iter().filter_map(|entry| entry.query.as_ref().ok()) {
            let taken = |name: &str| flags.contains(&name.replace('_', "-")) || Call::RESERVED.contains(&name);
            assert!(query.parameters.iter().all(|parameter| !taken(&parameter.name)), "{}", query.name);
        }
    }
}
