//! Rows of a page, kept until it is known what stands above them: in memory at first, and more of them in a file without a name.
//!
//! Whether a result is whole is known when its last row has come, and whoever reads the source of a page, prints it or has it read
//! aloud has to meet that before the rows.

use std::io::{self, Read as _, Seek as _, Write};

use tempfile::{SpooledTempFile, spooled_tempfile};

use super::sink::{IN_MEMORY, PIECE};

/// What is kept.
#[derive(Debug)]
pub(super) struct Held {
    rows: SpooledTempFile,
    /// It has begun to be given out.
    is_given: bool,
}

impl Held {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { rows: spooled_tempfile(IN_MEMORY), is_given: false }
    }

    /// Keeps text, behind what was kept before.
    ///
    /// # Errors
    /// When there is no room for it.
    pub(super) fn keep(&mut self, text: &str) -> io::Result<()> {
        self.rows.write_all(text.as_bytes())
    }

    /// Writes the next piece of it, from the beginning; gives whether there may be more.
    ///
    /// # Errors
    /// When it cannot be read, or the output cannot be written.
    pub(super) fn piece<O: Write + ?Sized>(&mut self, out: &mut O) -> io::Result<bool> {
        if !self.is_given {
            self.is_given = true;
            self.rows.rewind()?;
        }
        let mut piece = vec![0; PIECE];
        let len = self.rows.read(&mut piece)?;
        out.write_all(&piece[..len])?;
        Ok(len > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_comes_out_as_it_was_and_memory_does_not_grow_with_it() {
        let mut held = Held::new();
        let line = "<tr><td>ä</td></tr>\n".repeat(999);
        let count = IN_MEMORY / line.len() + 2;
        (0..count).for_each(|_| held.keep(&line).unwrap());
        assert!(held.rows.is_rolled(), "more than a mebibyte is in a file");
        let mut out = Vec::new();
        let mut pieces = 0;
        while held.piece(&mut out).unwrap() {
            pieces += 1;
            assert!(out.len() <= pieces * PIECE);
        }
        assert!(out == line.repeat(count).as_bytes() && pieces > 10);
        assert!(!held.piece(&mut out).unwrap());
    }
}
