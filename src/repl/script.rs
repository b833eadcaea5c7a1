//! Reads files of statements.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Bytes of a script; what is longer is no script.
const LONGEST: u64 = 16 << 20;

/// A script's text, without the mark that some editors put before it.
pub(crate) fn text(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("it is longer than {} MiB", LONGEST >> 20)));
    }
    Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
}

/// The text of a file; a pipe or a device could keep the prompt waiting for ever.
pub(super) fn of_file(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    text(File::open(path)?)
}

/// The file that a command's argument names: in quotes or not, below the home folder with `~/`, otherwise below `folder`.
pub(super) fn named(argument: &str, home: Option<&Path>, folder: Option<&Path>) -> PathBuf {
    let quoted = |quote: char| argument.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    let name = quoted('\'').or_else(|| quoted('"')).unwrap_or(argument);
    match (name.strip_prefix("~/"), home, folder) {
        (Some(rest), Some(home), _) => home.join(rest),
        (_, _, Some(folder)) => folder.join(name),
        _ => PathBuf::from(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
