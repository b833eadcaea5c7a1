//! Where a result goes, as `\o`, `\g` and `\copy` are told: a file, in quotes or not, or the screen.

use std::path::{Path, PathBuf};

use super::script;
use crate::output::{self, Format};
use crate::repl::answer::check_name;
use crate::repl::state::{Destination, State};
use crate::report::{Exit, Report};

/// How the screen is called, here and in other prompts.
const SCREEN: [&str; 3] = ["stdout", "pstdout", "-"];

/// Where the result goes that an argument names; `None` if it names nothing. Nothing may stand behind it.
pub(super) fn named(state: &State<'_>, argument: &str) -> Result<Option<Destination>, Report> {
    let Some((destination, rest)) = first(state, argument)? else { return Ok(None) };
    match rest.split_whitespace().next() {
        None => Ok(Some(destination)),
        Some(word) => Err(Report::new(Exit::Usage, format!("{word} stands behind the name of the file"))
            .hint("a name with blanks stands in 'quotes'; its ending chooses the format")),
    }
}

/// Why nothing can be written to a file, as far as it is known before there is a result.
pub(super) fn unwritable(path: &Path) -> Option<Report> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let report = Report::new(Exit::Usage, format!("there is no folder {}", folder.display()));
        return Some(report.hint("make it first; results go to the screen until then"));
    }
    path.is_dir().then(|| Report::new(Exit::Usage, format!("{} is a folder", path.display())).hint("name a file in it"))
}

/// The destination that a text begins with, and what stands behind it.
pub(super) fn first<'t>(state: &State<'_>, text: &'t str) -> Result<Option<(Destination, &'t str)>, Report> {
    let text = text.trim();
    let Some(begin) = text.chars().next() else { return Ok(None) };
    let word = &text[..text.find(char::is_whitespace).unwrap_or(text.len())];
    if begin == '|' || word.eq_ignore_ascii_case("program") && word.len() < text.len() {
        return Err(Report::new(Exit::Usage, "results are not given to programs")
            .hint("write a file that the program reads, or leave the prompt: auditql -c 'SELECT …' | program"));
    }
    if begin == '(' {
        return Err(Report::new(Exit::Usage, "there are no options here")
            .hint("the ending of the file's name chooses the format; a name that begins with ( stands in 'quotes'"));
    }
    if SCREEN.iter().any(|screen| screen.eq_ignore_ascii_case(word)) {
        return Ok(Some((Destination::Screen, &text[word.len()..])));
    }
    let (name, rest) = match script::quoted(text) {
        Some(quoted) => quoted,
        None if ['\'', '"'].contains(&begin) => {
            return Err(Report::new(Exit::Usage, format!("the name {text} has no closing {begin}"))
                .hint(format!("within the quotes, {begin}{begin} stands for one of them")));
        }
        None => (word.to_owned(), &text[word.len()..]),
    };
    if name.is_empty() {
        return Err(Report::new(Exit::Usage, "the name of the file is empty"));
    }
    let path = script::at_home(&name, state.outfit.home.as_deref()).unwrap_or_else(|| PathBuf::from(&name));
    check_name(&path)?;
    Ok(Some((Destination::File(path), rest)))
}

/// The format that stands behind the name of a file, as PostgreSQL has it: `CSV HEADER`, `WITH (FORMAT csv, HEADER)`.
pub(super) fn options(destination: &Destination, text: &str) -> Result<Option<&'static Format>, Report> {
    let plain = text.replace(['(', ')', ','], " ");
    let mut words = plain.split_whitespace().map(str::to_ascii_lowercase);
    let mut asked = None;
    while let Some(word) = words.next() {
        match word.as_str() {
            "with" => {}
            "csv" => asked = Some("csv".to_owned()),
            "format" => asked = Some(words.next().unwrap_or_default()),
            "header" | "true" | "on" if word == "header" || asked.is_some() => {}
            _ => {
                let what = format!("\\copy knows no {word} behind the name of the file");
                return Err(Report::new(Exit::Usage, what).hint(
                    "CSV HEADER may stand there, or FORMAT and the name of one; csv and tsv always have a heading",
                ));
            }
        }
    }
    let Some(asked) = asked else { return Ok(None) };
    let format = crate::repl::answer::format(asked.trim_matches('\''))?;
    let promised = match destination {
        Destination::File(path) => output::by_ending(path),
        Destination::Screen => None,
    };
    match promised.filter(|promised| promised.name != format.name) {
        Some(promised) => {
            let what = format!("{} contradicts the file's ending, which stands for {}", format.name, promised.name);
            Err(Report::new(Exit::Usage, what))
        }
        None => Ok(Some(format)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::tests::session;
    use super::*;
    use crate::repl::Outfit;

    fn read(argument: &str) -> Result<Option<Destination>, String> {
        let mut session = session();
        let outfit = Outfit { home: Some("/home/ada".into()), ..Outfit::default() };
        named(&State::new(&mut session, outfit), argument).map_err(|report| report.what)
    }

    #[test]
    fn a_file_is_named_in_quotes_or_without() {
        let file = |path: &str| Ok(Some(Destination::File(Path::new(path).into())));
        for (argument, destination) in [
            ("", Ok(None)),
            ("out.csv", file("out.csv")),
            ("'out.csv'", file("out.csv")),
            ("\"a b.csv\"", file("a b.csv")),
            ("'it''s ready.csv'", file("it's ready.csv")),
            ("\"a\"\"b.csv\"", file("a\"b.csv")),
            ("~/x.csv", file("/home/ada/x.csv")),
            ("stdout", Ok(Some(Destination::Screen))),
            ("STDOUT", Ok(Some(Destination::Screen))),
            ("-", Ok(Some(Destination::Screen))),
            ("'stdout'", file("stdout")),
            ("a b.csv", Err("b.csv stands behind the name of the file".into())),
            ("'a' CSV", Err("CSV stands behind the name of the file".into())),
            ("'a.csv", Err("the name 'a.csv has no closing '".into())),
            ("''", Err("the name of the file is empty".into())),
            ("| less", Err("results are not given to programs".into())),
            ("|less", Err("results are not given to programs".into())),
            ("(format=csv) x", Err("there are no options here".into())),
            ("x.xlsx", Err("there is no output format for .xlsx".into())),
        ] {
            assert_eq!(read(argument), destination, "{argument}");
        }
    }

    #[test]
    fn what_stands_behind_a_name_chooses_its_format_or_is_refused() {
        let read = |file: &str, text: &str| {
            let options = options(&Destination::File(file.into()), text);
            options.map(|format| format.map(|format| format.name)).map_err(|report| report.what)
        };
        for text in ["CSV HEADER", "WITH CSV HEADER", "WITH (FORMAT csv, HEADER)", "(format 'csv', header true)", "csv"]
        {
            assert_eq!(read("x", text), Ok(Some("csv")), "{text}");
        }
        assert_eq!(read("x.tsv", "FORMAT tsv"), Ok(Some("tsv")));
        assert_eq!(read("x.csv", ""), Ok(None));
        for (file, text) in [("x.tsv", "CSV"), ("x", "FORMAT binary"), ("x", "CSV HEADER false"), ("x", "nonsense")] {
            read(file, text).unwrap_err();
        }
    }
}
