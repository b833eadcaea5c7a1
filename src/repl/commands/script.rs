//! Reads files of statements and commands.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::asked::asked;
use super::send::sent;
use crate::repl::split;

/// Bytes of a script; what is longer is no script.
const LONGEST: u64 = 16 << 20;

/// A script's text, without the mark that some editors put before it.
pub(crate) fn text(source: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("it is longer than {} MiB", LONGEST >> 20)));
    }
    // What PowerShell writes with > is UTF-16, and says so with its first character.
    let text = match bytes.as_slice() {
        [0xFF, 0xFE, rest @ ..] if is_wide(rest) => wide(rest, u16::from_le_bytes)?,
        [0xFE, 0xFF, rest @ ..] if is_wide(rest) => wide(rest, u16::from_be_bytes)?,
        _ => String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8; save it as UTF-8"))?,
    };
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

fn is_wide(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.len().is_multiple_of(2)
}

fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> io::Result<String> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16(&units).map_err(|_| io::Error::other("it begins as UTF-16 and is none; save it as UTF-8"))
}

/// The text of a file; a pipe or a device could keep the prompt waiting for ever.
pub(super) fn of_file(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    text(File::open(path)?)
}

/// The file that a command's argument names: in quotes or not, below the home folder with `~/`, otherwise below `folder`.
pub(super) fn named(argument: &str, home: Option<&Path>, folder: Option<&Path>) -> PathBuf {
    let name =
        quoted(argument).filter(|(_, rest)| rest.is_empty()).map_or_else(|| argument.to_owned(), |(name, _)| name);
    at_home(&name, home).unwrap_or_else(|| folder.map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name)))
}

/// A path below the home folder, if a name is one.
pub(super) fn at_home(name: &str, home: Option<&Path>) -> Option<PathBuf> {
    Some(home?.join(name.strip_prefix("~/")?))
}

/// The name in quotes that a text begins with, in which two quotes are one, and what stands behind it.
pub(super) fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|c| ['\'', '"'].contains(c))?;
    let (mut name, mut rest) = (String::new(), &text[1..]);
    loop {
        let (inner, behind) = rest.split_once(quote)?;
        name.push_str(inner);
        match behind.strip_prefix(quote) {
            Some(behind) => {
                name.push(quote);
                rest = behind;
            }
            None => return Some((name, behind)),
        }
    }
}

/// Bytes that are looked at first for the end of a part.
const FIRST_LOOK: usize = 1 << 10;

/// A command's line, or statements up to the next command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'t> {
    /// The text.
    pub(super) text: &'t str,
    /// The line of the script on which it begins, from 1.
    pub(super) line: usize,
}

/// A script, cut where a command stands between two statements.
///
/// Only the tokenizer knows whether a line that looks like a command is one, or lies inside a text or a comment. It is
/// given a stretch that doubles until the end of the part is in it, so the work grows with the script and not with its
/// square.
#[derive(Debug)]
pub(super) struct Parts<'t> {
    rest: &'t str,
    line: usize,
    /// Bytes that the tokenizer was given.
    looked: usize,
}

impl<'t> Parts<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { rest: text, line: 1, looked: 0 }
    }

    /// The length of the first part.
    fn first(&mut self) -> usize {
        let first_line = line_end(self.rest, 0);
        if asked(&self.rest[..first_line]).is_some() {
            return first_line;
        }
        let mut look = FIRST_LOOK;
        loop {
            let end = line_end(self.rest, look);
            let stretch = &self.rest[..end];
            self.looked += end;
            let commands = places(stretch).filter(|at| asked(&stretch[*at..line_end(stretch, *at)]).is_some());
            match split::first_between(stretch, commands) {
                Some(command) => {
                    // `SELECT 1; \gx` is one thing.
                    let with_it = line_end(stretch, command);
                    let is_sent = command > 0 && !stretch[..command].ends_with('\n');
                    return if is_sent && sent(&stretch[..with_it]).is_some() { with_it } else { command };
                }
                None if end == self.rest.len() => return end,
                None => look = end * 2,
            }
        }
    }
}

impl<'t> Iterator for Parts<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        if self.rest.is_empty() {
            return None;
        }
        let len = self.first();
        let (text, rest) = self.rest.split_at(len);
        let part = Part { text, line: self.line };
        self.line += text.matches('\n').count();
        self.rest = rest;
        Some(part)
    }
}

/// Where the line ends that a place lies on, its line break included.
fn line_end(text: &str, place: usize) -> usize {
    text.as_bytes().iter().skip(place).position(|byte| *byte == b'\n').map_or(text.len(), |at| place + at + 1)
}

/// Where a command may begin: with a line, but for the first, and with a backslash.
fn places(text: &str) -> impl Iterator<Item = usize> {
    let found = text.match_indices(['\n', '\\']).map(|(at, what)| if what == "\n" { at + 1 } else { at });
    found.filter(|place| *place < text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(script: &str) -> Vec<(&str, usize)> {
        Parts::of(script).map(|part| (part.text, part.line)).collect()
    }

    #[test]
    fn a_script_in_utf_16_is_read_and_a_damaged_one_is_refused() {
        let wide = |text: &str| {
            [&[0xFF, 0xFE][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat()
        };
        assert_eq!(text(wide("SELECT 'é🦀'").as_slice()).unwrap(), "SELECT 'é🦀'");
        // Half a surrogate pair in a condition would be another condition.
        let damaged = [wide("x").as_slice(), &[0x00, 0xD8]].concat();
        assert!(text(damaged.as_slice()).unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn a_command_is_one_between_statements_only() {
        assert_eq!(
            parts("\\x on\n\\timing\nSELECT 1;\nhelp\n"),
            [("\\x on\n", 1), ("\\timing\n", 2), ("SELECT 1;\n", 3), ("help\n", 4)]
        );
        let script = "-- first\nSELECT 1;\nSELECT\n  2;\n\\d t\nSELECT 3";
        assert_eq!(parts(script), [("-- first\nSELECT 1;\nSELECT\n  2;\n", 1), ("\\d t\n", 5), ("SELECT 3", 6)]);
        for inside in
            ["SELECT '\n\\d t\n';", "/*\n\\d t\n*/ SELECT 1;", "SELECT $$\n\\q\n$$;", "SELECT 1\n\\d\n;", "SELECT 'é\n"]
        {
            let long = format!("{inside}{}\n\\q", "\n-- a line of some length".repeat(100));
            let ends = !inside.ends_with("é\n");
            assert_eq!(parts(&long).len(), if ends { 2 } else { 1 }, "{inside}");
        }
        assert_eq!(parts(""), []);
        assert_eq!(
            parts("SELECT 1; \\timing\nSELECT 2; \\gx\nSELECT 3; /* \\d */ \\d t\nSELECT 4;"),
            [
                ("SELECT 1; ", 1),
                ("\\timing\n", 1),
                ("SELECT 2; \\gx\n", 2),
                ("SELECT 3; /* \\d */ ", 3),
                ("\\d t\n", 3),
                ("SELECT 4;", 4)
            ]
        );
    }

    #[test]
    fn the_work_grows_with_the_script_and_not_with_its_square() {
        let list = |lines| format!("SELECT 1 WHERE 1 IN (\n{}2);\n\\q\n", "'a;b',\n".repeat(lines));
        let many = |lines| "SELECT 1;\n\\x\n".repeat(lines);
        let looked = |script: &str| {
            let mut parts = Parts::of(script);
            while parts.next().is_some() {}
            parts.looked
        };
        for (small, large) in [(list(2_000), list(20_000)), (many(2_000), many(20_000))] {
            let (few, more) = (looked(&small), looked(&large));
            assert!(more < few * 21, "{few} bytes, then {more} for ten times the script");
        }
    }

    #[test]
    fn a_script_is_text_of_a_bounded_length_without_a_mark() {
        assert_eq!(text("\u{feff}SELECT 1;".as_bytes()).unwrap(), "SELECT 1;");
        assert!(text(io::repeat(b' ')).unwrap_err().to_string().contains("16 MiB"));
        assert!(text(&[0xff, 0xfe][..]).is_err());
    }

    #[test]
    fn a_file_is_named_as_in_a_shell() {
        let (home, folder) = (Some(Path::new("/home/ada")), Some(Path::new("queries")));
        for (argument, path) in [
            ("a b.sql", "queries/a b.sql"),
            ("'a b.sql'", "queries/a b.sql"),
            ("\"x\"", "queries/x"),
            ("'it''s.sql'", "queries/it's.sql"),
            ("~/x.sql", "/home/ada/x.sql"),
            ("/x.sql", "/x.sql"),
        ] {
            assert_eq!(named(argument, home, folder), Path::new(path), "{argument}");
        }
        assert_eq!(named("x.sql", home, None), Path::new("x.sql"));
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_no_script() {
        assert!(of_file(Path::new("/dev/zero")).unwrap_err().to_string().contains("regular"));
    }
}
