//! All saved queries: those in the program, and those of the user's folder, which go first where names are the same.

use std::fs;
use std::path::{Path, PathBuf};

use super::call::Call;
use super::query::{Broken, Query};
use super::shipped::SHIPPED;
use crate::report::{Exit, Report, nearest};

/// Bytes of a file; what is longer is no query.
const LONGEST: u64 = 1 << 20;

/// A saved query, or a file that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is called by.
    pub name: String,
    /// The user's own file; `None` for those in the program.
    pub file: Option<PathBuf>,
    /// The query, or what is wrong with it: one file must not hide the others.
    pub query: Result<Query, Broken>,
}

/// The saved queries, by name in the order of the manual: the shipped ones, then the user's.
#[derive(Debug, Clone, Default)]
pub struct Library {
    entries: Vec<Entry>,
}

impl Library {
    /// Those in the program.
    pub fn shipped() -> Self {
        let entry =
            |&(name, text): &(&str, &str)| Entry { name: name.into(), file: None, query: Query::parse(name, text) };
        Self { entries: SHIPPED.iter().map(entry).collect() }
    }

    /// The same with those of a folder. One of the same name takes the place of a shipped one. `flags` are words that parameters
    /// cannot be called by, because they are flags of the program.
    ///
    /// # Errors
    /// When the folder cannot be listed. That there is none is no error.
    pub fn with_folder(mut self, folder: &Path, flags: &[String]) -> Result<Self, Report> {
        let unreadable =
            |error: &std::io::Error| Report::of_file(format!("{} cannot be read", folder.display()), error);
        let listed = match fs::read_dir(folder) {
            Ok(listed) => listed,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(self),
            Err(error) => return Err(unreadable(&error)),
        };
        let mut paths = Vec::new();
        for file in listed {
            let path = file.map_err(|error| unreadable(&error))?.path();
            if path.extension().is_some_and(|ending| ending == "sql") {
                paths.push(path);
            }
        }
        paths.sort();
        for path in paths {
            let entry = of_file(path, flags);
            match self.entries.iter_mut().find(|known| known.name == entry.name) {
                Some(known) => *known = entry,
                None => self.entries.push(entry),
            }
        }
        Ok(self)
    }

    /// All of them.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Those in whose header all words of the search stand, in any case.
    pub fn found<'a>(&'a self, search: &str) -> Vec<&'a Entry> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let fits = |entry: &&Entry| {
            let text = text_of(entry);
            words.iter().all(|word| text.contains(word.as_str()))
        };
        self.entries.iter().filter(fits).collect()
    }

    /// The query of that name.
    ///
    /// # Errors
    /// When there is none, with those that are nearly called so, and when its file is none.
    pub fn named(&self, name: &str) -> Result<&Query, Report> {
        let wanted = name.strip_suffix(".sql").unwrap_or(name);
        let Some(entry) = self.entries.iter().find(|entry| entry.name == wanted) else {
            return Err(self.unknown(wanted));
        };
        entry.query.as_ref().map_err(|broken| {
            let place = entry.file.as_ref().map_or_else(|| entry.name.clone(), |file| file.display().to_string());
            let report = Report::new(Exit::Usage, format!("{place}, {broken}"));
            broken.hint.iter().fold(report, |report, hint| report.hint(hint.clone()))
        })
    }

    fn unknown(&self, name: &str) -> Report {
        let report = Report::new(Exit::Usage, format!("there is no saved query '{name}'"));
        let names = self.entries.iter().map(|entry| (entry.name.as_str(), entry.name.as_str()));
        let mut near: Vec<&str> =
            self.found(&name.replace(['-', '_'], " ")).iter().map(|entry| entry.name.as_str()).collect();
        if let Some(one) = nearest(name, names).filter(|one| !near.contains(one)) {
            near.insert(0, one);
        }
        // Who left out a hyphen wrote how it begins.
        near.sort_by_key(|near| !near.starts_with(name));
        near.truncate(5);
        match near.as_slice() {
            [] => report.hint("'auditql queries' lists them, '\\queries' at the prompt"),
            near => report.hint(format!("did you mean {}?", near.join(" or "))),
        }
    }
}

fn of_file(path: PathBuf, flags: &[String]) -> Entry {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let query =
        text(&path).map_err(|what| Broken { line: 1, what, hint: None }).and_then(|text| Query::parse(&name, &text));
    Entry { query: query.and_then(|query| checked(query, flags)), file: Some(path), name }
}

fn text(path: &Path) -> Result<String, String> {
    let meta = fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() || meta.len() > LONGEST {
        return Err("it is not a regular file of at most 1 MiB".into());
    }
    fs::read_to_string(path).map_err(|error| error.to_string())
}

fn checked(query: Query, flags: &[String]) -> Result<Query, Broken> {
    let taken = |name: &str| {
        let flag = name.replace('_', "-");
        Call::RESERVED.contains(&flag.as_str()) || flags.contains(&flag)
    };
    match query.parameters.iter().find(|parameter| taken(&parameter.name)) {
        Some(parameter) => {
            let what = format!("a parameter cannot be called '{}': that is a flag of the program", parameter.name);
            Err(Broken { line: 1, what, hint: Some("give it another name".into()) })
        }
        None => Ok(query),
    }
}

/// What is searched.
fn text_of(entry: &Entry) -> String {
    let mut parts = vec![entry.name.as_str()];
    if let Ok(query) = &entry.query {
        parts.extend([&query.title, &query.question, &query.area, &query.hit].map(String::as_str));
        parts.extend(query.tables.iter().chain(&query.mitre).map(String::as_str));
    }
    parts.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_shipped_ones_are_the_folder() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".sql").map(str::to_owned))
            .collect();
        let listed: BTreeSet<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!((listed.len(), listed), (SHIPPED.len(), files));
    }

    #[test]
    fn the_shipped_ones_say_all_that_there_is_to_say() {
        for entry in Library::shipped().entries() {
            let query = entry.query.as_ref().unwrap_or_else(|broken| panic!("{}: {broken}", entry.name));
            let texts = [&query.question, &query.area, &query.hit, &query.false_positives];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", query.name);
            assert!(
                !query.tables.is_empty() && !query.mitre.is_empty() && !query.references.is_empty(),
                "{}",
                query.name
            );
            assert!(query.parameters.iter().all(|parameter| !parameter.doc.is_empty()), "{}", query.name);
            assert!(query.mitre.iter().all(|id| id.starts_with('T') && id.len() >= 5), "{}", query.name);
        }
    }

    #[test]
    fn a_folder_adds_and_replaces_and_a_broken_file_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let shipped = Library::shipped();
        let taken = shipped.entries()[0].name.clone();
        for (name, text) in [
            (format!("{taken}.sql"), "-- title: Mine\nSELECT 1"),
            ("own.sql".into(), "-- title: Zebra\nSELECT 2"),
            ("broken.sql".into(), "SELECT 3"),
            ("flag.sql".into(), "-- title: x\n-- parameter: max_requests integer; x\nSELECT :max_requests"),
            ("notes.txt".into(), "no query"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let all = shipped.clone().with_folder(folder.path(), &["max-requests".into()]).unwrap();
        assert_eq!(all.entries().len(), shipped.entries().len() + 3);
        assert_eq!(all.named(&taken).unwrap().title, "Mine");
        assert_eq!(all.named("own").unwrap().title, "Zebra");
        let said = |name: &str| all.named(name).unwrap_err().to_string();
        assert!(said("broken").contains("broken.sql, line 1: it has no title"), "{}", said("broken"));
        assert!(said("flag").contains("a flag of the program"));
        assert!(said("owm").contains("did you mean own"), "{}", said("owm"));
        assert!(said("zzzzzzzz").contains("auditql queries"));
        assert!(said("password").contains("did you mean password-"), "{}", said("password"));
        assert_eq!(all.found("ZEBRA").len(), 1);
        Library::shipped().with_folder(&folder.path().join("none"), &[]).unwrap();
    }
}
