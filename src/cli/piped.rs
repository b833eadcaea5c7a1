//! `--input -`: what comes on standard input, kept in a file, because a statement may read an input more than once.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::args::{Args, Input};
use crate::report::{Exit, Report};

/// The name that stands for standard input.
const NAME: &str = "-";

/// Standard input, in a folder that is its owner's alone and goes with this.
pub(super) struct Piped(TempDir);

impl Piped {
    /// Reads it to its end, if it is an input.
    pub(super) fn of(args: &Args) -> Result<Option<Self>, Report> {
        if !args.exports.iter().any(|path| path.as_os_str() == NAME) {
            return Ok(None);
        }
        let from_input = |input: &Input| matches!(input, Input::File(path) if path.as_os_str() == NAME);
        if args.inputs.iter().any(from_input) || args.inputs.is_empty() && args.saved.is_none() && args.page.is_none() {
            return Err(Report::new(
                Exit::Usage,
                "--input - reads records from standard input, where SQL would be read as well",
            )
            .hint("give the SQL with -c or -f FILE"));
        }
        if io::stdin().is_terminal() {
            return Err(Report::new(Exit::Usage, "--input - reads records from standard input, which is a terminal")
                .hint("pipe them in: gunzip -c logs.json.gz | auditql --input - -c 'SELECT …'"));
        }
        let folder = tempfile::Builder::new().prefix("auditql-").tempdir();
        let piped = folder.and_then(|folder| {
            let piped = Self(folder);
            let mut file = OpenOptions::new().write(true).create_new(true).open(piped.path())?;
            io::copy(&mut io::stdin().lock(), &mut file)?;
            Ok(piped)
        });
        piped.map(Some).map_err(|error| Report::of_file("standard input cannot be kept", &error))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("stdin")
    }
}

/// The inputs, with the kept file for standard input.
pub(super) fn inputs(exports: &[PathBuf], piped: Option<&Piped>) -> Vec<PathBuf> {
    let place = |path: &PathBuf| piped.filter(|_| path == Path::new(NAME)).map_or_else(|| path.clone(), Piped::path);
    exports.iter().map(place).collect()
}
