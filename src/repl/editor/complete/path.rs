//! Files and folders, where SQL or a command names one: behind `FROM '`, in `read_csv('`, behind `\i`.

use std::fs;
use std::path::Path;

use super::super::lexed::{Kind, Piece};
use crate::engine::is_reader;

/// Words behind which a text is a file.
const BEFORE_FILES: &[&str] = &["FROM", "JOIN", "DESCRIBE", "SUMMARIZE", "LOCATION"];

/// The files that a text which is still open can become, and where that begins; `None` if it is no file. The pieces are those
/// before the cursor, and the last of them is open.
pub(super) fn in_text(before: &str, pieces: &[Piece], clause: &str) -> Option<(usize, Vec<String>)> {
    let (open, others) = pieces.split_last().filter(|(open, _)| open.kind == Kind::Open)?;
    let typed = before[open.place.clone()].strip_prefix('\'')?;
    let solid = others.iter().filter(|piece| !matches!(piece.kind, Kind::Blank | Kind::Comment));
    let words: Vec<&str> = solid.map(|piece| &before[piece.place.clone()]).collect();
    let found = is_file(&words, clause).then(|| quoted(typed));
    found.map(|found| (before.len() - typed.len(), found))
}

/// Files as a text in single quotes names them, without the quotes: one in a name stands there twice.
pub(super) fn quoted(typed: &str) -> Vec<String> {
    files(&typed.replace("''", "'")).into_iter().map(|file| file.replace('\'', "''")).collect()
}

/// Whether a text behind these words is a file.
fn is_file(words: &[&str], clause: &str) -> bool {
    let word = |at: usize| words.len().checked_sub(at).map_or("", |at| words[at]);
    let list = in_list(words);
    let before = list.map_or(words, |open| &words[..open]);
    let behind = |at: usize| before.len().checked_sub(at).map_or("", |at| before[at]);
    match (behind(1), list) {
        ("(", _) => is_reader(&behind(2).to_lowercase()),
        ("=>", _) => ["files", "file"].contains(&behind(2).to_lowercase().as_str()),
        (_, Some(_)) => false,
        (",", None) => clause == "FROM",
        (_, None) => BEFORE_FILES.iter().any(|keyword| keyword.eq_ignore_ascii_case(word(1))),
    }
}

/// Where the list of texts begins that the words end in: `['a', `, `ARRAY[`.
fn in_list(words: &[&str]) -> Option<usize> {
    let open = words.iter().rposition(|word| *word != "," && !word.starts_with('\''))?;
    let is_named = open > 0 && words[open - 1].eq_ignore_ascii_case("ARRAY");
    (words[open] == "[").then(|| open - usize::from(is_named))
}

/// Files whose path begins so; folders end in a slash. A hidden one is found by its dot.
pub(super) fn files(stem: &str) -> Vec<String> {
    let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
    let prefix = &stem[..stem.len() - name.len()];
    let folder = if prefix.is_empty() {
        "."
    } else if folder.is_empty() {
        "/"
    } else {
        folder
    };
    let entries = fs::read_dir(Path::new(folder)).into_iter().flatten().flatten();
    let named = entries.filter_map(|entry| {
        let slash = if entry.path().is_dir() { "/" } else { "" };
        Some(format!("{prefix}{}{slash}", entry.file_name().into_string().ok()?))
    });
    named
        .filter(|path| path[prefix.len()..].starts_with(name))
        .filter(|path| name.starts_with('.') || !path[prefix.len()..].starts_with('.'))
        .collect()
}
