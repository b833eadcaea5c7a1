//! The configuration file that `init` writes: a section is added, nothing that stands there is changed.

use std::fs::{self, DirBuilder};
use std::io::{self, Write as _};
use std::path::Path;

use super::super::config::{Author, parse};
use crate::report::{Exit, Report};

/// How a file begins that was not there.
const HEAD: &str = "version = 1\n";

/// The text of a configuration with one more section. What was there stays as it is, comments included.
pub(super) fn with_section(text: Option<&str>, name: &str, section: &str, file: &str) -> Result<String, Report> {
    let before = text.unwrap_or(HEAD);
    let config = parse(before, Author::User, file)?;
    if config.connections.contains_key(name) {
        return Err(Report::new(Exit::Usage, format!("{file} already has a connection '{name}'; it was not changed"))
            .hint("choose another name with --name, or remove the section yourself"));
    }
    let gap = if before.ends_with('\n') { "\n" } else { "\n\n" };
    let whole = format!("{before}{gap}[connections.{name}]\n{section}");
    // It has to be what is read back: nothing that was answered may have become another key.
    let read = parse(&whole, Author::User, file)?;
    if read.connections.len() != config.connections.len() + 1 {
        return Err(Report::new(Exit::Bug, "the section would not be read as it was written"));
    }
    Ok(whole)
}

/// Puts a file in its place as a whole, for its owner alone.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one: what it leads to is replaced.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(&path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_added_and_nothing_else_changes() {
        let section = "tenant = \"a.example\"\n";
        let new = with_section(None, "lab", section, "f").unwrap();
        assert_eq!(new, "version = 1\n\n[connections.lab]\ntenant = \"a.example\"\n");
        let old = "# mine\nversion = 1\n[connections.b]\ntenant = 'b.example' # here";
        let more = with_section(Some(old), "lab", section, "f").unwrap();
        assert!(more.starts_with(old) && more.ends_with("\n\n[connections.lab]\ntenant = \"a.example\"\n"), "{more}");
        let twice = with_section(Some(&more), "lab", section, "f").unwrap_err();
        assert_eq!(
            (twice.exit, twice.what.as_str()),
            (Exit::Usage, "f already has a connection 'lab'; it was not changed")
        );
        with_section(Some("tenant = 5"), "lab", section, "f").unwrap_err();
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owners_and_a_link_stays_one() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/config.toml");
        write(&path, "x").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let link = home.path().join("link.toml");
        symlink(&path, &link).unwrap();
        write(&link, "y").unwrap();
        assert_eq!((fs::read_to_string(&path).unwrap().as_str(), link.is_symlink()), ("y", true));
    }
}
