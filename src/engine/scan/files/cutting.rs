//! Goes through the files of a pass in their order, and cuts them into blocks.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{FileScan, Pass, notice};
use crate::engine::error::Error;
use crate::engine::scan::versions;
use crate::exports::{Block, Blocks};
use crate::files::{self, FileRef, Stamp};

/// What comes next.
pub(super) enum Step {
    /// A file begins.
    Begin(Arc<Source>),
    /// A file cannot be opened, and why not.
    Unopened(FileRef, String),
    /// A block of the file that has begun.
    Block(Arc<Source>, Block),
    /// It is over. Whether a page among what was cut names a next page.
    End(bool),
}

/// A file that is read.
pub(super) struct Source {
    pub(super) file: FileRef,
    stamp: Stamp,
    /// Something has to be known of a block before those behind it can be read.
    pub(super) in_turn: AtomicBool,
}

/// How far it has come.
pub(super) struct Cutting {
    scan: Arc<FileScan>,
    pass: Arc<Pass>,
    files: std::vec::IntoIter<FileRef>,
    open: Option<(Arc<Source>, Blocks)>,
}

impl Cutting {
    /// Looks which files there are.
    pub(super) fn begin(scan: Arc<FileScan>, pass: Arc<Pass>) -> Result<Self, Error> {
        let files::Sources { files, skipped } = scan.sources()?;
        if pass.stamps.as_ref().is_some_and(|stamps| **stamps != *versions::stamps(&files)) {
            return Err(scan.changed());
        }
        skipped.iter().for_each(|skipped| pass.said.notice(notice(skipped)));
        Ok(Self { scan, pass, files: files.into_iter(), open: None })
    }

    /// The next step; `None` behind the last file.
    pub(super) fn next(&mut self) -> Result<Option<Step>, Error> {
        if let Some((source, blocks)) = &mut self.open {
            if let Some(block) = blocks.next() {
                return Ok(Some(Step::Block(Arc::clone(source), block)));
            }
            let linked = blocks.is_linked();
            return self.end().map(|()| Some(Step::End(linked)));
        }
        Ok(self.files.next().map(|file| self.open(file)))
    }

    fn open(&mut self, file: FileRef) -> Step {
        let stamp = Stamp::of(&file);
        match Blocks::open(&file) {
            Ok(blocks) => {
                let source = Arc::new(Source { file, stamp, in_turn: AtomicBool::new(false) });
                self.open = Some((Arc::clone(&source), blocks));
                Step::Begin(source)
            }
            Err(error) => {
                let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                Step::Unopened(file, why)
            }
        }
    }

    /// Ends a file. One that is read more than once must have been the same all the time.
    fn end(&mut self) -> Result<(), Error> {
        let Some((source, _)) = self.open.take() else { return Ok(()) };
        let changed = self.pass.stamps.is_some() && !source.stamp.holds(&source.file);
        if changed { Err(self.scan.changed()) } else { Ok(()) }
    }
}
