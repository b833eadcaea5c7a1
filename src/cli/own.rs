//! What the program says of itself: completions for shells, its manual page, its version.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use super::args::{self, Own};
use crate::report::{Exit, Report};

/// Features that a build may have, and whether this one has them.
const FEATURES: &[(&str, bool)] = &[
    ("demo", cfg!(feature = "demo")),
    ("s3", cfg!(feature = "s3")),
    ("azure", cfg!(feature = "azure")),
    ("gcs", cfg!(feature = "gcs")),
    ("https", cfg!(feature = "https")),
    ("avro", cfg!(feature = "avro")),
];

/// Prints what was asked.
pub(super) fn tell(asked: &Own) -> Result<Exit, Report> {
    let text = match asked {
        Own::Completions(shell) => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut args::command(), "auditql", &mut text);
            text
        }
        Own::Man(path) => page(path)?,
        Own::Version => version().into_bytes(),
    };
    let mut out = io::stdout().lock();
    // A reader that went away has seen enough.
    let _ = out.write_all(&text).and_then(|()| out.flush());
    Ok(Exit::Success)
}

/// The manual page of a command.
fn page(path: &[String]) -> Result<Vec<u8>, Report> {
    let mut command = args::command();
    command.build();
    let mut name = "auditql".to_owned();
    for word in path {
        let Some(found) = command.find_subcommand(word).filter(|found| !found.is_hide_set()) else {
            return Err(Report::new(Exit::Usage, format!("{name} has no command {word}"))
                .hint(format!("'{} --help' lists them", name.replace('-', " "))));
        };
        command = found.clone();
        let _ = write!(name, "-{word}");
    }
    let mut text = Vec::new();
    let command = command.disable_help_subcommand(true).display_name(name.clone());
    clap_mangen::Man::new(command)
        .title(name.to_uppercase())
        .section("1")
        .source(format!("auditql {}", env!("CARGO_PKG_VERSION")))
        .render(&mut text)
        .map_err(|error| Report::chain(Exit::Bug, &error))?;
    Ok(text)
}

fn version() -> String {
    let listed = |has: bool| {
        let names: Vec<&str> = FEATURES.iter().filter(|(_, on)| *on == has).map(|(name, _)| *name).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let kind = if cfg!(debug_assertions) { "debug" } else { "release" };
    format!(
        "auditql {}\nfeatures   {}\nwithout    {}\nengine     DataFusion {}, Arrow {}\nbuilt for  {} on {}, {kind}\n",
        env!("CARGO_PKG_VERSION"),
        listed(true),
        listed(false),
        datafusion::DATAFUSION_VERSION,
        arrow::ARROW_VERSION,
        std::env::consts::ARCH,
        std::env::consts::OS,
    )
}
