//! Where a result goes: standard output, or a file that appears under its name only when it is complete.
//!
//! A program that reads a pipe cannot be told later that the rows it got were not all. So what does not go to a terminal is
//! held back until the result is whole, in memory and then in a file that has no name; what was cut off is never seen.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Read as _, Seek as _, StdoutLock, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, SpooledTempFile, spooled_tempfile};

use crate::engine::leftovers::{LETTERS, is_held, sweep_files};

/// Bytes of a result that are held back in memory; more go to a file.
pub(super) const IN_MEMORY: usize = 1 << 20;

/// Bytes that are handed on at once. Between two such pieces an interrupt is heard.
pub(super) const PIECE: usize = 64 << 10;

/// How a file is called until it is complete.
const BEGUN: [&str; 2] = [".auditql-", ".part"];

/// Where a result goes.
#[derive(Debug)]
pub enum Sink {
    /// Standard output, as rows come.
    Stdout(BufWriter<StdoutLock<'static>>),
    /// A pipe or device that exists, as rows come: nothing can be renamed into its place.
    Device(BufWriter<File>),
    /// A file beside its later name, readable by its owner alone; dropped without [`Sink::commit`], it is gone.
    File(BufWriter<NamedTempFile>, PathBuf),
    /// What waits for [`Sink::commit`] to go where the other one leads.
    Held(SpooledTempFile, Box<Sink>),
}

impl Sink {
    /// Standard output: a terminal as rows come, and anything else only once the result is whole, unless it is to stream.
    pub fn stdout(streams: bool) -> Self {
        let straight = Self::Stdout(BufWriter::new(io::stdout().lock()));
        if streams || io::stdout().is_terminal() { straight } else { straight.held() }
    }

    /// A file. What stands under the name stays untouched until [`Sink::commit`]. A pipe or device is written to like
    /// standard output.
    pub fn file(path: &Path, streams: bool) -> io::Result<Self> {
        // Through a link its target is replaced, not the link.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let kind = fs::metadata(&path).map(|meta| meta.file_type());
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if kind.is_ok_and(|kind| !kind.is_file()) {
            let device = File::options().write(true).open(&path)?;
            let straight = streams || device.is_terminal();
            let device = Self::Device(BufWriter::new(device));
            return Ok(if straight { device } else { device.held() });
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = begun(folder)?;
        sweep_files(folder, BEGUN, temporary.as_file());
        Ok(Self::File(BufWriter::new(temporary), path))
    }

    fn held(self) -> Self {
        Self::Held(spooled_tempfile(IN_MEMORY), Box::new(self))
    }

    /// Puts a complete result in its place.
    pub async fn commit(self) -> io::Result<()> {
        match self {
            Self::Stdout(mut out) => out.flush(),
            Self::Device(mut out) => out.flush(),
            Self::File(out, path) => {
                let temporary = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                temporary.as_file().sync_all()?;
                temporary.persist(path)?;
                Ok(())
            }
            Self::Held(held, mut out) => hand_on(held, &mut out).await,
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match self {
            Self::Stdout(out) => out,
            Self::Device(out) => out,
            Self::File(out, _) => out,
            Self::Held(held, _) => held,
        }
    }
}

/// Writes what was held back.
async fn hand_on(mut held: SpooledTempFile, out: &mut Sink) -> io::Result<()> {
    held.rewind()?;
    let mut piece = vec![0; PIECE];
    loop {
        let len = held.read(&mut piece)?;
        if len == 0 {
            return out.flush();
        }
        out.write_all(&piece[..len])?;
        tokio::task::yield_now().await;
    }
}

/// A new file, held as long as it is written.
fn begun(folder: &Path) -> io::Result<NamedTempFile> {
    let [begin, end] = BEGUN;
    loop {
        // tempfile creates with mode 0600.
        let file = tempfile::Builder::new().prefix(begin).suffix(end).rand_bytes(LETTERS).tempfile_in(folder)?;
        if is_held(file.as_file()) {
            return Ok(file);
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

    #[tokio::test]
    async fn a_file_appears_only_when_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();

        let mut sink = Sink::file(&path, false).unwrap();
        sink.write_all(b"half").unwrap();
        sink.flush().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(sink);
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("old", vec!["out.csv".to_owned()])
        );

        let mut sink = Sink::file(&path, false).unwrap();
        sink.write_all(b"whole").unwrap();
        sink.commit().await.unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap().as_str(), names(folder.path())),
            ("whole", vec!["out.csv".to_owned()])
        );
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_is_its_owners_and_a_device_is_written_to() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        Sink::file(&path, false).unwrap().commit().await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);

        assert!(matches!(Sink::file(Path::new("/dev/null"), true).unwrap(), Sink::Device(_)));
        assert!(matches!(Sink::file(Path::new("/dev/null"), false).unwrap(), Sink::Held(..)));
        assert_eq!(Sink::file(folder.path(), false).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_gets_nothing_before_the_result_is_whole_and_then_every_byte() {
        // More than is held in memory, and no multiple of a piece.
        let bytes: Vec<u8> = (0..IN_MEMORY + PIECE / 3).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("end");
        let device = || Sink::Device(BufWriter::new(File::create(&path).unwrap()));
        let mut sink = device().held();
        sink.write_all(&bytes).unwrap();
        sink.flush().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
        sink.commit().await.unwrap();
        assert!(fs::read(&path).unwrap() == bytes);

        let mut cut = device().held();
        cut.write_all(&bytes).unwrap();
        drop(cut);
        assert_eq!(fs::metadata(&path).unwrap().len(), 0, "what is not whole is not handed on");
    }
}
