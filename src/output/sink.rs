//! Where a result goes: standard output, or a file that appears under its name only when it is complete.

use std::fs::{self, File};
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Where a result goes.
#[derive(Debug)]
pub enum Sink {
    /// Standard output.
    Stdout(BufWriter<StdoutLock<'static>>),
    /// A file beside its later name, readable by its owner alone; dropped without [`Sink::commit`], it is gone.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// A pipe or device that exists: nothing can be renamed into its place.
    Device(BufWriter<File>),
}

impl Sink {
    /// Standard output.
    pub fn stdout() -> Self {
        Self::Stdout(BufWriter::new(io::stdout().lock()))
    }

    /// A file. What stands under the name stays untouched until [`Sink::commit`].
    pub fn file(path: &Path) -> io::Result<Self> {
        // Through a link its target is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let kind = fs::metadata(&path).map(|meta| meta.file_type());
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if kind.is_ok_and(|kind| !kind.is_file()) {
            return Ok(Self::Device(BufWriter::new(File::options().write(true).open(&path)?)));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // tempfile creates with mode 0600.
        let temporary = tempfile::Builder::new().prefix(".auditql-").suffix(".part").tempfile_in(folder)?;
        Ok(Self::File(BufWriter::new(temporary), path))
    }

    /// Puts a complete result in its place.
    pub fn commit(self) -> io::Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush(),
            Self::Device(mut out) => out.flush(),
            Self::File(out, path) => {
                let temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                temporary.as_file().sync_all()?;
                temporary.persist(path)?;
                Ok(())
            }
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::Stdout(out) => out,
            Self::File(out, _) => out,
            Self::Device(out) => out,
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_file_appears_only_when_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();

        let mut sink = Sink::file(&path).unwrap();
        sink.write_all(b"half").unwrap();
        sink.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(sink);
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("old", vec!["out.csv".to_owned()])
        );

        let mut sink = Sink::file(&path).unwrap();
        sink.write_all(b"whole").unwrap();
        sink.commit().unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("whole", vec!["out.csv".to_owned()])
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_its_owners_and_a_device_is_written_to() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        Sink::file(&path).unwrap().commit().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(matches!(Sink::file(Path::new("/dev/null")).unwrap(), Sink::Device(_)));
        assert_eq!(Sink::file(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
