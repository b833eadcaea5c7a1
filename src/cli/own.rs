//! What the program says of itself: completions for shells, its manual page, its version.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::builder::PossibleValuesParser;

use super::args::{self, Own};
use crate::queries::Library;
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
            clap_complete::generate(*shell, &mut with_names(args::shown()), "auditql", &mut text);
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

/// The grammar with the names of the shipped queries where the name of one is asked for. A script cannot know those of one's own.
fn with_names(command: clap::Command) -> clap::Command {
    let library = Library::shipped();
    // clap keeps them for the life of the program, which ends here.
    let shipped: Vec<&'static str> = library.entries().iter().map(|entry| &*entry.name.clone().leak()).collect();
    let named = |command: clap::Command| {
        let names = PossibleValuesParser::new(shipped.clone());
        command.mut_arg("name", |name| name.value_parser(names))
    };
    // An argument that is changed comes to stand behind the others: so does that for the words behind the name.
    let run = |command: clap::Command| named(command).mut_arg("words", |words| words);
    let command =
        command.mut_subcommand("run", run).mut_subcommand("queries", |queries| queries.mut_subcommand("show", named));
    if cfg!(feature = "demo") {
        command.mut_subcommand("demo", |demo| demo.mut_subcommand("run", run))
    } else {
        command
    }
}

/// The manual page of a command.
fn page(path: &[String]) -> Result<Vec<u8>, Report> {
    let mut command = args::shown();
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
    let command = command.disable_help_subcommand(true).display_name(name.clone());
    rendered(&name, command).map_err(|error| Report::chain(Exit::Bug, &error))
}

/// The page in the parts that manual pages have.
fn rendered(name: &str, mut command: clap::Command) -> io::Result<Vec<u8>> {
    let usage = command.render_usage().to_string();
    let (has_commands, has_more) =
        (command.has_subcommands(), command.get_after_long_help().is_some() || command.get_after_help().is_some());
    let has_version = command.get_version().is_some();
    let page = clap_mangen::Man::new(command)
        .title(name.to_uppercase())
        .section("1")
        .source(format!("auditql {}", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    // The crate's own part has every flag in it, in a line of a thousand letters.
    writeln!(text, ".SH SYNOPSIS")?;
    for line in usage.trim_start_matches("Usage:").lines().map(str::trim).filter(|line| !line.is_empty()) {
        writeln!(text, "{}\n.br", line.replace('\\', "\\e").replace('-', "\\-"))?;
    }
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    if has_commands {
        page.render_subcommands_section(&mut text)?;
    }
    if has_more {
        page.render_extra_section(&mut text)?;
    }
    if has_version {
        page.render_version_section(&mut text)?;
    }
    Ok(with_one_preamble(&String::from_utf8_lossy(&text)))
}

/// Each part begins with the same two lines, of which one pair is enough.
fn with_one_preamble(page: &str) -> Vec<u8> {
    let is_of_preamble = |line: &&str| line.starts_with(".ie \\n(.g .ds Aq") || line.starts_with(".el .ds Aq");
    let preamble = page.lines().take(2);
    let lines: Vec<&str> = preamble.chain(page.lines().skip(2).filter(|line| !is_of_preamble(line))).collect();
    (lines.join("\n") + "\n").into_bytes()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_completes_the_names_of_shipped_queries() {
        let mut text = Vec::new();
        clap_complete::generate(clap_complete::Shell::Bash, &mut with_names(args::shown()), "auditql", &mut text);
        let text = String::from_utf8(text).unwrap();
        for command in ["run", "queries__subcmd__show"] {
            let (_, behind) = text.split_once(&format!("auditql__subcmd__{command})\n")).expect("the command is there");
            let options = behind.lines().next().expect("its options");
            assert!(options.contains(" mfa-fatigue "), "{options}");
        }
    }
}
