//! Results on a screen: what fits is shown as it is, what is longer goes through the user's pager.
//!
//! Up to a screenful is held back until it is known which. The pager gets the same safe text as the screen.

use std::io::{self, IsTerminal as _, Write};
use std::process::{Child, Stdio};

use super::progress::Progress;
use crate::engine::Foreseen;
use crate::repl::program::program as beside;
use crate::repl::say::say;

/// The pager when none is chosen: cut long lines, let colours through, leave the text on the screen.
pub const USUAL: &str = "less -SRX";

/// A screen.
#[derive(Debug)]
pub(super) struct Screen<'p> {
    command: Option<&'p str>,
    height: usize,
    progress: &'p Progress,
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// Not known yet whether it fits.
    Held(Vec<u8>),
    Straight,
    Paged(Child),
}

/// Columns of the screen, if standard output is one.
pub(crate) fn screen_width() -> Option<usize> {
    io::stdout().is_terminal().then(|| usize::from(console::Term::stdout().size().1))
}

/// Shows a text that is safe to show.
pub(crate) fn show(command: Option<&str>, text: &str) -> io::Result<()> {
    let progress = Progress::new(false, false, Foreseen::default());
    let mut screen = Screen::new(command, usize::from(console::Term::stdout().size().0), &progress);
    screen.write_all(text.as_bytes())?;
    screen.finish()
}

impl<'p> Screen<'p> {
    /// A screen of that height. The progress is gone before anything is written.
    pub(super) fn new(command: Option<&'p str>, height: usize, progress: &'p Progress) -> Self {
        let way = if command.is_some() { Way::Held(Vec::new()) } else { Way::Straight };
        Self { command, height, progress, way }
    }

    /// Shows what is held back, and waits until the pager is left.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match std::mem::replace(&mut self.way, Way::Straight) {
            Way::Held(held) => self.straight(&held),
            Way::Straight => io::stdout().flush(),
            Way::Paged(mut pager) => {
                drop(pager.stdin.take());
                let status = pager.wait()?;
                if !status.success() {
                    let command = self.command.unwrap_or_default();
                    say(&format!("the pager '{command}' exited with {status}; PAGER=cat shows results without one"));
                }
                Ok(())
            }
        }
    }

    fn straight(&self, bytes: &[u8]) -> io::Result<()> {
        if !bytes.is_empty() {
            self.progress.end();
        }
        let mut out = io::stdout();
        out.write_all(bytes)?;
        out.flush()
    }

    /// Opens the pager with what is held back; a pager that cannot be started is none.
    fn overflow(&mut self, held: &[u8]) -> io::Result<()> {
        self.progress.end();
        match self.command.and_then(start) {
            Some(mut pager) => {
                let written = pager.stdin.as_mut().map_or(Ok(()), |input| input.write_all(held));
                self.way = Way::Paged(pager);
                written
            }
            None => {
                self.way = Way::Straight;
                self.straight(held)
            }
        }
    }
}

/// What only a shell understands.
const OF_SHELL: &[char] = &['|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '~', '='];

/// A pager is a line for the shell, as other programs take it. One that is a program and its arguments is started without,
/// so that it is known at once when there is no such program.
fn start(command: &str) -> Option<Child> {
    let words: Vec<&str> = if command.contains(OF_SHELL) && cfg!(unix) {
        vec!["sh", "-c", command]
    } else {
        command.split_whitespace().collect()
    };
    let (program, args) = words.split_first()?;
    // Keys that were typed ahead of it must neither save a file nor start a program.
    beside(program).args(args).env("LESSSECURE", "1").stdin(Stdio::piped()).spawn().ok()
}

impl Write for Screen<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.way {
            Way::Held(held) => {
                held.extend_from_slice(bytes);
                // The last line of the screen is the next prompt's.
                if held.split(|byte| *byte == b'\n').count() > self.height.max(2) {
                    let held = std::mem::take(held);
                    self.overflow(&held)?;
                }
            }
            Way::Straight => self.straight(bytes)?,
            Way::Paged(pager) => match &mut pager.stdin {
                Some(input) => input.write_all(bytes)?,
                None => return Err(io::ErrorKind::BrokenPipe.into()),
            },
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.way {
            Way::Held(_) => Ok(()),
            Way::Straight => io::stdout().flush(),
            Way::Paged(pager) => pager.stdin.as_mut().map_or(Ok(()), Write::flush),
        }
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        // An interrupted query leaves its rows in the pager until the pager is left.
        let _ = self.finish();
    }
}

/// A result that goes elsewhere; if that is the same terminal, the progress is gone before it.
pub(super) struct Plain<'p, O: Write + ?Sized> {
    /// Where it goes.
    pub(super) out: &'p mut O,
    /// The line to take away, if it is in the way.
    pub(super) progress: Option<&'p Progress>,
}

impl<O: Write + ?Sized> Write for Plain<'_, O> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.progress.iter().filter(|_| !bytes.is_empty()).for_each(|progress| progress.end());
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_the_screen_goes_through_the_pager_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("paged");
        let command = format!("tee {}", path.display());
        let progress = Progress::new(false, false, Foreseen::default());
        let mut screen = Screen::new(Some(&command), 3, &progress);
        for line in 0..3 {
            assert!(!path.exists(), "{line} lines fit");
            writeln!(screen, "{line}").unwrap();
        }
        writeln!(screen, "more").unwrap();
        screen.finish().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "0\n1\n2\nmore\n");
    }

    #[test]
    fn a_pager_may_not_write_files_or_start_programs() {
        for command in ["printenv LESSSECURE", "printenv 'LESSSECURE'"] {
            let pager = start(command).unwrap();
            let output = pager.wait_with_output().unwrap();
            assert!(output.status.success(), "{command}");
        }
    }

    #[test]
    fn a_pager_that_was_left_is_a_reader_that_went_away() {
        let progress = Progress::new(false, false, Foreseen::default());
        let mut screen = Screen::new(Some("true"), 2, &progress);
        let gone = (0..10_000).find_map(|_| screen.write_all(&[b'\n'; 1024]).err());
        assert_eq!(gone.map(|error| error.kind()), Some(io::ErrorKind::BrokenPipe));
    }

    #[test]
    fn without_its_program_there_is_no_pager() {
        assert!(start("/no/such/pager -x").is_none() && start("  ").is_none());
    }
}
